import { type ActionFunctionArgs, type LoaderFunctionArgs, redirect } from '@remix-run/node';
import { CheckpointRefused } from '../../commands/checkpointing.ts';
import { exportPack } from '../../commands/exporting.ts';
import { keepNote, noteKeeping } from '../../commands/outside-note.ts';
import { notFound, requireVisitor } from '../../session.server.ts';
import { dayDocument } from './day-document.server.ts';
import { readDay } from './read-day.server.ts';

export async function loader({ context, request }: LoaderFunctionArgs) {
	await requireVisitor(context, request);
	return redirect(new URL(request.url).pathname.replace(/\.pdf$/, ''));
}

/** The answer on the day as a document. A form, because it may make a checkpoint for the document to rest on. */
export async function action(args: ActionFunctionArgs) {
	const keeping = noteKeeping();
	try {
		const { bytes, name, made } = await readDay(args, async (tx, { visitor, person, site, pinned, cell }, day) => {
			const { at, knownAt, ...answer } = day;
			const rows = [...answer.requirements.flatMap((each) => each.proofs), ...answer.others].map((each) => each.seq);
			const pack = await exportPack(tx, visitor.providerId, keeping, {
				personId: person.id,
				answer: {
					privilege: cell.privilege,
					site: site.slug,
					at: at.toISOString(),
					knownAt: knownAt.toISOString(),
					permit: answer.decision.permit,
					code: answer.decision.code,
					standing: answer.decision.standing,
					policy: answer.decision.policyVersion,
					rows: [...new Set(rows)].sort((a, b) => a - b),
				},
			});
			if (!pack) throw notFound();
			const bytes = await dayDocument({
				person: { name: `${person.givenName} ${person.familyName}`, staffCode: person.staffCode },
				privilege: pinned.body.title,
				site: site.name,
				provider: visitor.providerName,
				at,
				knownAt,
				madeAt: args.context.now,
				answer,
				checkpoint: pack.made.checkpoint.note,
				attachments: [
					{
						name: 'evidence.json',
						description: 'The answer and the evidence it rests on, sealed, with a proof for each row',
						bytes: Buffer.from(pack.text),
					},
				],
			});
			return { bytes, made: pack.made, name: `${person.staffCode}-${cell.privilege}-${day.query.on}.pdf` };
		});
		keepNote(keeping, made.slug, made.checkpoint.note);
		return new Response(new Uint8Array(bytes), {
			headers: { 'content-type': 'application/pdf', 'content-disposition': `attachment; filename="${name}"` },
		});
	} catch (error) {
		// The rows are not what was signed before: whoever may check the ledger is told what does not fit.
		if (error instanceof CheckpointRefused) return redirect('/ledger/check');
		throw error;
	}
}

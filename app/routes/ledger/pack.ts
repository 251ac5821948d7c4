import { type ActionFunctionArgs, type LoaderFunctionArgs, redirect } from '@remix-run/node';
import { z } from 'zod';
import { CheckpointRefused } from '../../commands/checkpointing.ts';
import { exportPack } from '../../commands/exporting.ts';
import { keepNote, noteKeeping } from '../../commands/outside-note.ts';
import { localDay } from '../../domain/period.ts';
import { inProvider, notFound, requireAuthority } from '../../session.server.ts';

export async function loader({ context, request }: LoaderFunctionArgs) {
	await requireAuthority(context, request, 'verify');
	return redirect('/ledger');
}

const asked = z.object({ person: z.uuid().optional() });

/** The provider's pack, or one person's where the form names them. A form, because it may make a checkpoint. */
export async function action({ context, request }: ActionFunctionArgs) {
	const visitor = await requireAuthority(context, request, 'verify');
	const form = asked.safeParse(Object.fromEntries(await request.formData()));
	if (!form.success) throw notFound();
	const { person: personId } = form.data;
	const keeping = noteKeeping();
	try {
		const pack = await inProvider(visitor, (tx) =>
			exportPack(tx, visitor.providerId, keeping, personId ? { personId } : {}),
		);
		if (!pack) throw notFound();
		keepNote(keeping, pack.made.slug, pack.made.checkpoint.note);
		const name = `evidence-${personId ?? pack.made.slug}-${localDay(context.now)}.json`;
		return new Response(pack.text, {
			headers: { 'content-type': 'application/json', 'content-disposition': `attachment; filename="${name}"` },
		});
	} catch (error) {
		// The check says in full what does not fit.
		if (error instanceof CheckpointRefused) return redirect('/ledger/check');
		throw error;
	}
}

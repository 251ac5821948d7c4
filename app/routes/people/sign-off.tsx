import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, Link, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { v7 as uuidv7 } from 'uuid';
import { catalogue } from '../../catalogue.server.ts';
import { previewSignOff, signOff } from '../../commands/authorising.ts';
import { isForSomebodyElse, signOffRefusalWords } from '../../domain/assessing.ts';
import { may } from '../../domain/authority.ts';
import { signOffForm } from '../../domain/input.ts';
import { sayDay } from '../../domain/period.ts';
import { requirementOf } from '../../domain/privilege.ts';
import { notFound } from '../../session.server.ts';
import { Button, ErrorSummary, LinkButton } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { withCell } from './cell.server.ts';
import { saySignOff } from './read-sign-off.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [
	{ title: `Sign off ${data?.name ?? ''} – Countersign` },
];

/** What a sign-off would grant, and until when, before anything is saved. */
export async function loader(args: LoaderFunctionArgs) {
	return withCell(args, { authority: 'sign-off' }, async (tx, { visitor, person, site, pinned, cell, address }) => {
		const preview = await previewSignOff(tx, visitor, catalogue(), cell, args.context.now);
		if (!preview) throw notFound();
		const { term, refusal, decision } = preview;
		const by = requirementOf(pinned.body, 'observation')?.by;
		return {
			...saySignOff(preview, cell),
			id: uuidv7(),
			name: `${person.givenName} ${person.familyName}`,
			title: pinned.body.title,
			permits: pinned.body.permits,
			site: site.name,
			address,
			refusal: refusal && signOffRefusalWords[refusal],
			heldUntil: refusal === 'not-ready' && decision.holds && decision.lastDay ? sayDay(decision.lastDay) : null,
			lastDay: term.lastDay,
			asksOutside: refusal !== null && isForSomebodyElse(refusal) && may(visitor.posts, 'record', site.id),
			rounds: decision.progress.find((each) => each.requirement.kind === 'observation')?.evidence.length ?? 0,
			facts: preview.basis.length,
			// A nurse has no other way to the page that records what was assessed outside.
			outside:
				by?.includes('nurse') && may(visitor.posts, 'record-outside', site.id)
					? `/people/${person.id}/records/outside-assessment`
					: null,
		};
	});
}

export async function action(args: ActionFunctionArgs) {
	return withCell(args, { authority: 'sign-off' }, async (tx, { visitor, cell, address }) => {
		const form = signOffForm.safeParse(Object.fromEntries(await args.request.formData()));
		const refuse = (message: string) => data({ errors: [{ field: 'save', message }], at: Date.now() }, { status: 422 });
		if (!form.success) return refuse('Please look at the page again and confirm');
		const signed = await signOff(tx, visitor, catalogue(), cell, { ...form.data, now: args.context.now });
		if (signed.ok) return redirect(address);
		if (signed.why === 'unknown-privilege') throw notFound();
		return refuse(signOffRefusalWords[signed.why]);
	});
}

export default function SignOffPage() {
	const preview = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	return (
		<>
			<ErrorSummary key={refused?.at} errors={refused?.errors ?? []} />
			<Heading
				title={`Sign off ${preview.name}`}
				caption={`${preview.title}, ${preview.site}`}
				back={{ to: preview.address, label: 'Evidence' }}
			/>
			{preview.refusal ? (
				<>
					{preview.heldUntil ? (
						<Notice tone="plain" title={`Signed off until ${preview.heldUntil}`}>
							<p>There is nothing to sign today. To renew it, what is listed here comes first.</p>
						</Notice>
					) : (
						<Notice tone="warning" title="This cannot be signed off yet">
							<p>{preview.refusal}</p>
						</Notice>
					)}
					{preview.flaws.length > 0 && (
						<>
							<h2>Why the last sign-off does not stand</h2>
							<p>
								What it stood on was not there, as is known now. Enter it again under the day it happened, and the
								sign-off stands as before. Nothing has to be done twice.
							</p>
							<Lines of={preview.flaws} />
						</>
					)}
					{preview.missing.length > 0 && (
						<>
							<h2>Still missing</h2>
							<Lines of={preview.missing} />
						</>
					)}
					{preview.asked.length > 0 && (
						<>
							<h2>Asked first</h2>
							<Lines of={preview.asked} />
						</>
					)}
					<RoundRemarks remarks={preview.remarks} />
					{preview.asksOutside && (
						<p>
							Nobody else here may? <Link to={`${preview.address}/outside`}>Ask somebody outside to sign it off</Link>
						</p>
					)}
					{preview.outside && (
						<p>
							<Link to={preview.outside}>Record an assessment that was made outside</Link>
						</p>
					)}
					<LinkButton kind="secondary" to={preview.address}>
						See what is asked
					</LinkButton>
				</>
			) : (
				<>
					<SummaryList
						rows={[
							{ key: 'Who', value: preview.name },
							{ key: 'May then', value: preview.permits },
							{ key: 'Where', value: preview.site },
							{ key: 'Until the end of', value: <strong>{preview.lastDayWords}</strong> },
							{ key: 'Worked out as', value: preview.arithmetic },
							{
								key: 'It rests on',
								value: `${preview.facts} pieces of evidence, ${preview.rounds} of them observed rounds`,
							},
							...(preview.covers.length ? [{ key: 'It covers', value: preview.covers.join(', ') }] : []),
							...(preview.uncovered.length
								? [{ key: 'It does not cover', value: `${preview.uncovered.join(', ')}: not seen, or not right yet` }]
								: []),
							...(preview.missed.length
								? [{ key: 'Lines missed on a round', value: <Lines of={preview.missed} /> }]
								: []),
							...(preview.neverMet.length
								? [{ key: 'Lines that nobody has seen', value: <Lines of={preview.neverMet} /> }]
								: []),
						]}
					/>
					<RoundRemarks remarks={preview.remarks} />
					<p>
						By signing off you say: I have looked at the evidence, and I am satisfied that {preview.name} is competent.
						Other systems will let {preview.name} act from this moment.
					</p>
					<Form method="post">
						<input type="hidden" name="id" value={preview.id} />
						<input type="hidden" name="shownLastDay" value={preview.lastDay} />
						<Button id="save" disabled={busy}>
							{busy ? 'Saving…' : `Sign off until ${preview.lastDayWords}`}
						</Button>
					</Form>
				</>
			)}
		</>
	);
}

function Lines({ of }: { of: readonly string[] }) {
	return (
		<ul>
			{of.map((text) => (
				<li key={text}>{text}</li>
			))}
		</ul>
	);
}

function RoundRemarks({ remarks }: { remarks: readonly { id: string; when: string; says: string }[] }) {
	if (!remarks.length) return null;
	return (
		<>
			<h2>About the rounds</h2>
			<ul>
				{remarks.map(({ id, when, says }) => (
					<li key={id}>
						<Link to={`/observations/${id}`}>Round of {when}</Link>: {says}
					</li>
				))}
			</ul>
		</>
	);
}

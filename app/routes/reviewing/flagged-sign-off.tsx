import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, Link, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { Tx } from '#db/client.server.ts';
import { listSites } from '#db/queries/people.ts';
import { catalogue } from '../../catalogue.server.ts';
import { findFlagged, mayLookAt, readPair, refuseUpholding, uphold } from '../../commands/reviewing.ts';
import { reviewing } from '../../domain/assessing.ts';
import { may } from '../../domain/authority.ts';
import { doubtWords, type RestsBy, upholdingForm, upholdingRefusalWords } from '../../domain/flagged-sign-offs.ts';
import { sayDay, sayMoment } from '../../domain/period.ts';
import { forbidden, notFound } from '../../session.server.ts';
import { Button, ErrorSummary, LinkButton, TextAreaField } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { readSent } from '../people/sent.server.ts';
import { readNames } from './names.server.ts';
import { sayRoot } from './read-flagged.server.ts';
import { type SitesPage, withSites } from './with-sites.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction = () => [{ title: 'A sign-off to look at again – Countersign' }];

/** The sign-off and the round that an address names, for whoever may look at it. */
async function pairIn(tx: Tx, { visitor }: SitesPage, params: Record<string, string | undefined>) {
	const ids = z.tuple([z.uuid(), z.uuid()]).safeParse([params.signOff, params.round]);
	if (!ids.success) throw notFound();
	const [signOff, round] = ids.data;
	const pair = await readPair(tx, visitor.providerId, { signOff, round });
	if (!pair) throw notFound();
	if (!mayLookAt(visitor.posts, catalogue(), pair.signOff)) throw forbidden();
	return pair;
}

export async function loader(args: LoaderFunctionArgs) {
	return withSites(args, reviewing, async (tx, page) => {
		const { visitor } = page;
		const { providerId } = visitor;
		const { signOff, round } = await pairIn(tx, page, args.params);
		const ids = { signOff: signOff.id, round: round.id };
		const [flagged] = await findFlagged(tx, providerId, catalogue(), [ids], args.context.now);
		// A round at another site is shown here only for what is flagged because of it.
		if (!flagged && round.siteId !== signOff.siteId) throw notFound();
		const roots = flagged ? [flagged.root.assessor, flagged.root.act?.recordedBy ?? null] : [];
		const people = [signOff.personId, signOff.recordedBy, round.payload.assessor, ...roots];
		const names = await readNames(tx, providerId, people, await listSites(tx, visitor));
		const opens = mayLookAt(visitor.posts, catalogue(), round) || round.payload.assessor === visitor.personId;
		const refusal = flagged ? refuseUpholding(visitor, catalogue(), flagged) : 'not-flagged';
		const cell = names.cell(signOff);
		const other = signOff.personId !== visitor.personId;
		return {
			id: uuidv7(),
			name: names.person(signOff.personId),
			caption: `${names.privilege(signOff)}, ${names.site(signOff.siteId)}`,
			signedOff: `${sayMoment(signOff.observedAt)} by ${names.person(signOff.recordedBy)}, to ${sayDay(signOff.payload.lastDay)}`,
			round: {
				label: `${sayMoment(round.observedAt)}${flagged?.by === 'leaning' ? `, at ${names.site(round.siteId)}` : ''}`,
				to: opens ? `/observations/${round.id}` : null,
			},
			assessor: names.person(round.payload.assessor),
			why: flagged ? doubtWords[flagged.why] : null,
			root: flagged ? `${names.person(flagged.root.assessor)}. ${sayRoot(flagged.root, names)}` : null,
			by: flagged?.by ?? 'basis',
			refusal: refusal && upholdingRefusalWords[refusal],
			cell,
			mayPause: other && may(visitor.posts, 'pause', signOff.siteId ?? undefined),
			mayWithdraw: other && may(visitor.posts, 'withdraw', signOff.siteId ?? undefined),
			retraction:
				other && may(visitor.posts, 'correct', signOff.siteId ?? undefined)
					? `/people/${signOff.personId}/evidence/${round.id}/retraction`
					: null,
		};
	});
}

export async function action(args: ActionFunctionArgs) {
	return withSites(args, reviewing, async (tx, page) => {
		const pair = await pairIn(tx, page, args.params);
		const { form, refusal, refuse } = await readSent(args.request, upholdingForm);
		if (!form) return refusal;
		const pairs = [{ signOff: pair.signOff.id, round: pair.round.id }];
		const upheld = await uphold(tx, page.visitor, catalogue(), pairs, { ...form, now: args.context.now });
		if (upheld.ok) return redirect('/reviews');
		if (upheld.why === 'not-authorised') throw forbidden();
		return refuse([{ field: 'main', message: upholdingRefusalWords[upheld.why] }]);
	});
}

const restsOn: Record<RestsBy, string> = {
	basis: 'Rests on the round of',
	recheck: 'Watched again since, on',
	leaning: 'Leans on a sign-off at another site, with the round of',
};

export default function FlaggedSignOffPage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	const errors = refused?.errors ?? [];
	return (
		<>
			<ErrorSummary key={refused?.at} errors={errors} />
			<Heading
				title={`Look again at the sign-off of ${page.name}`}
				caption={page.caption}
				back={{ to: '/reviews', label: 'Reviews' }}
			/>
			<SummaryList
				rows={[
					{ key: 'Signed off', value: page.signedOff },
					{
						key: restsOn[page.by],
						value: page.round.to ? <Link to={page.round.to}>{page.round.label}</Link> : page.round.label,
					},
					{ key: 'Watched by', value: page.assessor },
					...(page.why ? [{ key: 'As we know now', value: page.why }] : []),
					...(page.root ? [{ key: 'It goes back to', value: page.root }] : []),
				]}
			/>
			<p>
				Nothing has changed for {page.name} by itself: the sign-off still counts. Look at the evidence, then choose.
				{page.by === 'leaning' &&
					' The sign-off at the other site is looked at there as well: once somebody there says that it stands, this one is not flagged any more.'}
			</p>
			<ul>
				<li>
					<strong>Take the round back</strong> if it never happened as it says, or was entered in error. The sign-off
					stops at once if too few rounds are left. Rounds that {page.name} watched as an assessor are then flagged as
					well.
				</li>
				<li>
					<strong>Withdraw the sign-off</strong> if {page.name} should not go on. Two people decide. It stops at once,
					and the way back is the full number of rounds. All that {page.name} assessed under it is flagged.
				</li>
				<li>
					<strong>Pause it</strong> while you find out. It stops at once and comes back when you lift the pause. Nobody
					else is flagged.
				</li>
				<li>
					<strong>It stands</strong> if you have looked and are content. Nothing stops. It is no longer flagged, and nor
					is anything that rests on it because of this.
				</li>
			</ul>
			<div className="actions">
				<LinkButton kind="secondary" to={page.cell}>
					See the evidence
				</LinkButton>
				{page.retraction && (
					<LinkButton kind="secondary" to={page.retraction}>
						Take the round back
					</LinkButton>
				)}
				{page.mayPause && (
					<LinkButton kind="secondary" to={`${page.cell}/pause`}>
						Pause while we review
					</LinkButton>
				)}
				{page.mayWithdraw && (
					<LinkButton kind="secondary" to={`${page.cell}/withdrawal`}>
						Withdraw the sign-off
					</LinkButton>
				)}
			</div>
			<h2>If the sign-off stands</h2>
			{page.refusal ? (
				<Notice tone="plain" title="You cannot decide this">
					<p>{page.refusal}</p>
				</Notice>
			) : (
				<Form method="post" noValidate>
					<input type="hidden" name="id" value={refused?.sent.id ?? page.id} />
					<TextAreaField
						name="note"
						label="What did you look at?"
						hint="A few words. Nothing about the people you support"
						maxLength={280}
						defaultValue={refused?.sent.note}
						error={errors.find((each) => each.field === 'note')?.message}
					/>
					<Button disabled={busy}>{busy ? 'Saving…' : 'It stands'}</Button>
				</Form>
			)}
		</>
	);
}

import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Link, useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { v7 as uuidv7 } from 'uuid';
import { listSites } from '#db/queries/people.ts';
import { catalogue } from '../../catalogue.server.ts';
import { listOverrides } from '../../commands/overriding.ts';
import { listReviews, mayLookAt, readPair, uphold } from '../../commands/reviewing.ts';
import { reviewing } from '../../domain/assessing.ts';
import { may } from '../../domain/authority.ts';
import { type FlaggedPair, upholdingRefusalWords, upholdingsForm } from '../../domain/flagged-sign-offs.ts';
import { type FieldError, fieldErrors } from '../../domain/input.ts';
import { pauseAgeWords } from '../../domain/pause.ts';
import { addDays, localDay, sayDay, sayMoment, startOfDay } from '../../domain/period.ts';
import { forbidden } from '../../session.server.ts';
import { FlaggedGroup } from '../../ui/flagged-group.tsx';
import { ErrorSummary } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';
import { DataTable } from '../../ui/table.tsx';
import { readNames } from './names.server.ts';
import { peopleIn, viewOf } from './read-flagged.server.ts';
import { withSites } from './with-sites.server.ts';

export { clientAction, shouldRevalidate } from '../../ui/keep-form.ts';

export const meta: MetaFunction = () => [{ title: 'Reviews – Countersign' }];

/** What waits for somebody to look at it, at the visitor's sites: for a nurse what nurses sign off, and nothing else. */
export async function loader(args: LoaderFunctionArgs) {
	return withSites(args, reviewing, async (tx, { visitor, siteIds }) => {
		const { providerId, posts } = visitor;
		const { now } = args.context;
		const { flagged, pauses } = await listReviews(tx, visitor, catalogue(), now);
		const since = startOfDay(addDays(localDay(now), -30));
		const seenAt = siteIds.filter((each) => may(posts, 'see-evidence', each));
		const overrides = (await listOverrides(tx, providerId, seenAt, now)).filter(
			(each) => each.override.observedAt >= since,
		);
		const ids = [
			...peopleIn(flagged),
			...pauses.flatMap(({ pause, deciders }) => [pause.personId, pause.payload.owner ?? null, ...deciders]),
			...overrides.flatMap(({ override }) => [override.personId, override.recordedBy]),
		];
		const names = await readNames(tx, providerId, ids, await listSites(tx, visitor));
		const [anyPrivilege] = catalogue().privileges.keys();
		return {
			id: uuidv7(),
			more: seenAt.length > 0,
			groups: viewOf(flagged, visitor, names),
			pauses: pauses.map(({ pause, age, siteId, deciders }) => ({
				to: names.cell({ ...pause, siteId }, anyPrivilege),
				who: names.person(pause.personId),
				what: `${names.privilege(pause)}, ${pause.siteId ? names.site(pause.siteId) : 'everywhere'}`,
				since: sayDay(localDay(pause.observedAt)),
				review: `${sayDay(pause.payload.reviewOn)}: ${pauseAgeWords[age].toLowerCase()}`,
				owner: pause.payload.owner ? names.person(pause.payload.owner) : 'Nobody yet',
				decides:
					deciders.map(names.person).join(', ') ||
					`Nobody today: it needs a manager ${pause.siteId ? 'here' : 'of every site'} who was not involved`,
			})),
			overrides: overrides.map(({ override, note }) => ({
				to: names.cell(override),
				who: names.person(override.personId),
				what: `${names.privilege(override)}, ${names.site(override.siteId)}`,
				from: sayMoment(override.observedAt),
				by: names.person(override.recordedBy),
				why: note,
			})),
		};
	});
}

/** Several flagged sign-offs stand, for one reason. */
export async function action(args: ActionFunctionArgs) {
	return withSites(args, reviewing, async (tx, { visitor }) => {
		const sent = await args.request.formData();
		const text = (name: string) => String(sent.get(name) ?? '');
		const shown = { key: text('key'), id: text('id'), note: text('note'), pairs: sent.getAll('pairs').map(String) };
		const refuse = (errors: FieldError[]) => {
			// Each group has fields of its own.
			const placed = errors.map((each) => ({ ...each, field: `${each.field.split('.')[0]}-${text('place')}` }));
			return data({ errors: placed, sent: shown, at: Date.now() }, { status: 422 });
		};
		const form = upholdingsForm.safeParse(shown);
		if (!form.success) return refuse(fieldErrors(form.error));
		const { pairs, ...given } = form.data;
		for (const pair of pairs) {
			const found = await readPair(tx, visitor.providerId, pair);
			if (found && !mayLookAt(visitor.posts, catalogue(), found.signOff)) throw forbidden();
		}
		const upheld = await uphold(tx, visitor, catalogue(), pairs, { ...given, now: args.context.now });
		if (upheld.ok) return redirect('/reviews');
		if (upheld.why === 'not-authorised') throw forbidden();
		const is = (each: FlaggedPair) => each.signOff === upheld.pair?.signOff && each.round === upheld.pair.round;
		const [which, of] = [pairs.findIndex(is) + 1, pairs.length];
		const message = upholdingRefusalWords[upheld.why];
		return refuse([
			{ field: 'pairs', message: of > 1 ? `Nothing is saved yet. Tick ${which} of ${of}: ${message}` : message },
		]);
	});
}

export default function ReviewsPage() {
	const { id, more, groups, pauses, overrides } = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const busy = useNavigation().state !== 'idle';
	return (
		<>
			<ErrorSummary key={refused?.at} errors={refused?.errors ?? []} />
			<Heading title="Reviews" />
			<h2>Sign-offs to look at again</h2>
			{groups.length ? (
				<p>
					They still count: nothing lapses by itself. Each rests on a round of somebody who, as we know now, could not
					vouch for it, or on others who do; some lean on a sign-off at another site that does. They are listed by what
					happened first.
				</p>
			) : (
				<Inset>Every sign-off that you may look at rests on assessors who could assess it then.</Inset>
			)}
			{groups.map((group, place) => (
				<FlaggedGroup
					key={group.key}
					group={group}
					place={place}
					id={id}
					busy={busy}
					refused={refused?.sent?.key === group.key ? refused : undefined}
				/>
			))}
			{more && <Others pauses={pauses} overrides={overrides} />}
		</>
	);
}

type Listed = ReturnType<typeof useLoaderData<typeof loader>>;

/** What only those who may see all evidence look at. */
function Others({ pauses, overrides }: Pick<Listed, 'pauses' | 'overrides'>) {
	return (
		<>
			<h2>Pauses past their review</h2>
			{pauses.length ? (
				<DataTable
					caption="Whoever has waited longest for the review stands first"
					head={['Who', 'What', 'Since', 'Review by', 'Owner', 'Who may lift it']}
					rows={pauses.map((each) => [linked(each), each.what, each.since, each.review, each.owner, each.decides])}
				/>
			) : (
				<Inset>No pause is past its review.</Inset>
			)}
			<h2>Overrides of the last 30 days</h2>
			{overrides.length ? (
				<DataTable
					caption="Allowed on call for one round, newest first"
					head={['Who', 'What', 'From', 'By', 'Why']}
					rows={overrides.map((each) => [linked(each), each.what, each.from, each.by, each.why])}
				/>
			) : (
				<Inset>Nobody has been allowed anything on call in the last 30 days.</Inset>
			)}
			<p>
				<Link to="/overrides">All overrides of the last twelve months</Link>
			</p>
			<h2>Professionals outside</h2>
			<p>
				<Link to="/outside-requests">Links that wait for somebody outside to confirm</Link>
			</p>
		</>
	);
}

function linked({ to, who }: { to: string; who: string }) {
	return (
		<Link key={to} to={to}>
			{who}
		</Link>
	);
}

import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useLoaderData } from '@remix-run/react';
import { catalogue } from '../../catalogue.server.ts';
import { listOverrides } from '../../commands/overriding.ts';
import { listReviews } from '../../commands/reviewing.ts';
import { flaggedWords } from '../../domain/assessing.ts';
import { pauseAgeWords } from '../../domain/pause.ts';
import { addDays, localDay, sayDay, sayMoment, startOfDay } from '../../domain/period.ts';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';
import { DataTable } from '../../ui/table.tsx';
import { readNames } from './names.server.ts';
import { withSites } from './with-sites.server.ts';

export const meta: MetaFunction = () => [{ title: 'Reviews – Countersign' }];

/** What waits for a manager to look at it, at the visitor's sites. */
export async function loader(args: LoaderFunctionArgs) {
	return withSites(args, ['see-evidence'], async (tx, { visitor, sites, siteIds }) => {
		const { providerId } = visitor;
		const { now } = args.context;
		const { flagged, pauses } = await listReviews(tx, providerId, catalogue(), siteIds, now);
		const since = startOfDay(addDays(localDay(now), -30));
		const overrides = (await listOverrides(tx, providerId, siteIds, now)).filter(
			(each) => each.override.observedAt >= since,
		);
		const ids = [
			...flagged.flatMap(({ signOff, round }) => [signOff.personId, round.payload.assessor]),
			...pauses.flatMap(({ pause }) => [pause.personId, pause.payload.owner ?? null]),
			...overrides.flatMap(({ override }) => [override.personId, override.recordedBy]),
		];
		const names = await readNames(tx, providerId, ids, sites);
		const [anyPrivilege] = catalogue().privileges.keys();
		return {
			flagged: [...new Set(flagged.map((each) => each.signOff))].map((signOff) => ({
				who: names.person(signOff.personId),
				what: `${names.privilege(signOff)}, ${names.site(signOff.siteId)}`,
				signedOff: sayDay(localDay(signOff.observedAt)),
				rounds: flagged
					.filter((each) => each.signOff === signOff)
					.map(({ round, why }) => ({
						to: `/reviews/${signOff.id}/${round.id}`,
						when: `${sayMoment(round.observedAt)}, with ${names.person(round.payload.assessor)}`,
						why: flaggedWords[why],
					})),
			})),
			pauses: pauses.map(({ pause, age }) => ({
				to: names.cell(pause, anyPrivilege),
				who: names.person(pause.personId),
				what: `${names.privilege(pause)}, ${names.site(pause.siteId)}`,
				since: sayDay(localDay(pause.observedAt)),
				review: `${sayDay(pause.payload.reviewOn)}: ${pauseAgeWords[age].toLowerCase()}`,
				owner: pause.payload.owner ? names.person(pause.payload.owner) : 'Nobody yet',
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

export default function ReviewsPage() {
	const { flagged, pauses, overrides } = useLoaderData<typeof loader>();
	return (
		<>
			<Heading title="Reviews" />
			<h2>Sign-offs to look at again{flagged.length > 0 && `: ${flagged.length}`}</h2>
			{flagged.length ? (
				<DataTable
					caption="A round they rest on was watched by somebody who, as we know now, could not assess it then"
					head={['Who', 'What', 'Signed off', 'Rounds to look at']}
					rows={flagged.map((each) => [each.who, each.what, each.signedOff, roundsOf(each)])}
				/>
			) : (
				<Inset>Every sign-off rests on assessors who could assess it then.</Inset>
			)}
			<h2>Pauses past their review</h2>
			{pauses.length ? (
				<DataTable
					caption="The first to have been reviewed stands first"
					head={['Who', 'What', 'Since', 'Review by', 'Owner']}
					rows={pauses.map((each) => [linked(each), each.what, each.since, each.review, each.owner])}
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
		</>
	);
}

function roundsOf({ rounds }: { rounds: { to: string; when: string; why: string }[] }) {
	return (
		<ul className="plain-list">
			{rounds.map(({ to, when, why }) => (
				<li key={to}>
					<Link to={to}>{when}</Link>. {why}
				</li>
			))}
		</ul>
	);
}

function linked({ to, who }: { to: string; who: string }) {
	return (
		<Link key={to} to={to}>
			{who}
		</Link>
	);
}

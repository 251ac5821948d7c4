import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useLoaderData } from '@remix-run/react';
import { listColleagues } from '#db/queries/people.ts';
import { listStandingsNow } from '#db/queries/standings.ts';
import { catalogue } from '../../catalogue.server.ts';
import { listOpenDelegations } from '../../commands/delegating.ts';
import { may } from '../../domain/authority.ts';
import { endOfDay, localDay, sayDay } from '../../domain/period.ts';
import { requirementOf } from '../../domain/privilege.ts';
import { Heading } from '../../ui/layout.tsx';
import { Inset } from '../../ui/notice.tsx';
import { StandingTag } from '../../ui/standing.tsx';
import { DataTable } from '../../ui/table.tsx';
import { readNames } from './names.server.ts';
import { withSites } from './with-sites.server.ts';

export const meta: MetaFunction = () => [{ title: 'Delegations – Countersign' }];

/** What nurses have handed over at the visitor's sites and, for a nurse, to whom they could. */
export async function loader(args: LoaderFunctionArgs) {
	return withSites(args, ['delegate', 'see-evidence'], async (tx, { visitor, sites, siteIds }) => {
		const { providerId, posts, personId } = visitor;
		const { now } = args.context;
		const open = await listOpenDelegations(tx, providerId, catalogue(), siteIds, now);
		const ids = open.flatMap(({ delegation }) => [delegation.personId, delegation.payload.delegator ?? null]);
		const names = await readNames(tx, providerId, ids, sites);
		const delegated = [...catalogue().privileges.values()].filter(({ body }) => requirementOf(body, 'delegation'));
		const could = [];
		for (const site of sites.filter((each) => may(posts, 'delegate', each.id))) {
			const standings = await listStandingsNow(tx, { providerId, siteId: site.id });
			const colleagues = await listColleagues(tx, { providerId, siteId: site.id, onDay: localDay(now) });
			for (const { body } of delegated)
				for (const each of colleagues) {
					const theirs = standings.find((other) => other.personId === each.id && other.privilege === body.code);
					if (!theirs || each.id === personId || !able.includes(theirs.standing)) continue;
					could.push({
						to: `/people/${each.id}/${site.slug}/${body.code}/delegations`,
						who: `${each.givenName} ${each.familyName}`,
						what: `${body.title}, ${site.name}`,
						standing: theirs.standing,
					});
				}
		}
		return {
			could,
			nurse: may(posts, 'delegate'),
			open: open.map(({ delegation: each, takeOverBy }) => ({
				id: each.id,
				to: `${names.cell(each)}/delegations`,
				who: names.person(each.personId),
				what: `${names.privilege(each)}, ${names.site(each.siteId)}`,
				person: each.payload.person,
				by: each.payload.delegator
					? names.person(each.payload.delegator)
					: `A professional from outside, ${each.payload.registration}`,
				review: sayDay(each.payload.reviewOn),
				toDo: [
					endOfDay(each.payload.reviewOn) <= now &&
						'Past its day, so it does not count. A nurse delegates it again, or ends it',
					takeOverBy && `To be taken over by ${sayDay(takeOverBy)}`,
				]
					.filter(Boolean)
					.join('. '),
			})),
		};
	});
}

/** Where a nurse may be confident of somebody; the delegation itself is still to be made. */
const able: readonly string[] = ['competent', 'due-soon', 'supervised'];

export default function OpenDelegationsPage() {
	const { open, could, nurse } = useLoaderData<typeof loader>();
	return (
		<>
			<Heading title="Delegations" />
			<p>
				A registered nurse can hand a nursing task, such as insulin, to a carer: for one person supported, and until a
				review. Only a nurse can start one, from the carer’s own page. When she leaves, another nurse takes it over by
				delegating it again, by the day that stands here. After that day it does not count any more.
			</p>
			{open.length ? (
				<DataTable
					caption="Open delegations, the next to be reviewed first"
					head={['Who', 'What', 'Person supported', 'By', 'Review by', 'To do']}
					rows={open.map((each) => [
						<Link key={each.id} to={each.to}>
							{each.who}
						</Link>,
						each.what,
						each.person,
						each.by,
						each.review,
						each.toDo,
					])}
				/>
			) : (
				<Inset>Nothing is delegated at your sites at the moment.</Inset>
			)}
			<p>
				<Link to="/outside-requests">Links that wait for somebody outside to confirm</Link>
			</p>
			{nurse && (
				<>
					<h2>To whom you can delegate</h2>
					{could.length ? (
						<DataTable
							caption="Signed off, or practising beside a colleague"
							head={['Who', 'What', 'Standing']}
							rows={could.map((each) => [
								<Link key={each.to} to={each.to}>
									{each.who}
								</Link>,
								each.what,
								<StandingTag key="standing" standing={each.standing} />,
							])}
						/>
					) : (
						<Inset>Nobody here is signed off for a task that you could delegate.</Inset>
					)}
				</>
			)}
		</>
	);
}

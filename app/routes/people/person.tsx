import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useLoaderData } from '@remix-run/react';
import { z } from 'zod';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { findPerson, listEmployments, listPeopleByIds, listSites } from '#db/queries/people.ts';
import { catalogue } from '../../catalogue.server.ts';
import { rulesBySite } from '../../commands/append.ts';
import { may } from '../../domain/authority.ts';
import { decide } from '../../domain/decide.ts';
import { evidenceWords, presentFor } from '../../domain/evidence.ts';
import { lastDayBefore, sayDay, sayMoment } from '../../domain/period.ts';
import { roleWords } from '../../domain/privilege.ts';
import { forbidden, inProvider, notFound, requireVisitor } from '../../session.server.ts';
import { Heading } from '../../ui/layout.tsx';
import { StandingTag } from '../../ui/standing.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { DataTable } from '../../ui/table.tsx';

export const meta: MetaFunction<typeof loader> = ({ data }) => [{ title: `${data?.name ?? 'Person'} – Countersign` }];

/** A person's standings and evidence, for whoever may see evidence where they work, and for themselves. */
export async function loader({ context, request, params }: LoaderFunctionArgs) {
	const visitor = await requireVisitor(context, request);
	const personId = z.uuid().safeParse(params.person);
	if (!personId.success) throw notFound();
	const asked = { providerId: visitor.providerId, personId: personId.data };
	return inProvider(visitor, async (tx) => {
		const person = await findPerson(tx, asked);
		if (!person) throw notFound();
		const employments = await listEmployments(tx, asked);
		const sites = await listSites(tx, visitor);
		const own = person.id === visitor.personId;
		const seen = sites.filter(
			(site) =>
				employments.some((each) => each.siteId === null || each.siteId === site.id) &&
				(own || may(visitor.posts, 'see-evidence', site.id)),
		);
		if (!own && !seen.length) throw forbidden();
		// A manager of one site sees what happened there, and what belongs to no site; the rest is for its own manager.
		const all = await listEvidenceOf(tx, { providerId: visitor.providerId, personIds: [person.id] });
		const evidence = all.filter((each) => own || !each.siteId || seen.some((site) => site.id === each.siteId));
		const rules = await rulesBySite(tx, visitor.providerId, catalogue());
		const present = presentFor(all, context.now);
		const recorders = await listPeopleByIds(tx, {
			providerId: visitor.providerId,
			personIds: evidence.flatMap((each) => each.recordedBy ?? []),
		});
		const siteName = (id: string | null) => sites.find((site) => site.id === id)?.name ?? visitor.providerName;
		return {
			name: `${person.givenName} ${person.familyName}`,
			staffCode: person.staffCode,
			own,
			employments: employments.map((each) => ({
				key: `${roleWords[each.role]}, ${siteName(each.siteId)}`,
				value: `From ${sayDay(each.startedOn)}${each.lastDay ? ` to ${sayDay(each.lastDay)}` : ''}, ${each.contract}`,
			})),
			standings: seen.flatMap((site) =>
				[...catalogue().privileges.values()].map(({ body }) => {
					const decision = decide(rules(site.id), all, { privilege: body.code, siteId: site.id }, present);
					return {
						to: `/people/${person.id}/${site.slug}/${body.code}`,
						title: body.title,
						site: site.name,
						standing: decision.standing,
						until: decision.validUntil ? sayDay(lastDayBefore(decision.validUntil)) : null,
					};
				}),
			),
			evidence: evidence.toReversed().map((each) => {
				const by = recorders.get(each.recordedBy ?? '');
				return {
					id: each.id,
					to: each.kind === 'observation' ? `/observations/${each.id}` : null,
					what: evidenceWords[each.kind],
					about: each.privilege ? (catalogue().privileges.get(each.privilege)?.body.title ?? each.privilege) : '',
					observedAt: sayMoment(each.observedAt),
					recordedAt: sayMoment(each.recordedAt),
					by: by ? `${by.givenName} ${by.familyName}` : '',
				};
			}),
		};
	});
}

export default function PersonPage() {
	const person = useLoaderData<typeof loader>();
	return (
		<>
			<Heading
				title={person.name}
				caption={person.staffCode}
				back={person.own ? { to: '/', label: 'Back' } : { to: '/matrix', label: 'Matrix' }}
			/>
			<SummaryList rows={person.employments} />
			<DataTable
				caption="Standing today"
				head={['Privilege', 'Site', 'Standing']}
				rows={person.standings.map((each) => [
					<Link key="to" to={each.to}>
						{each.title}
					</Link>,
					each.site,
					<StandingTag key="standing" standing={each.standing} until={each.until ?? undefined} />,
				])}
			/>
			<DataTable
				caption="All evidence, newest first"
				head={['What', 'About', 'Happened', 'Recorded', 'By']}
				rows={person.evidence.map((each) => [
					each.to ? (
						<Link key={each.id} to={each.to}>
							{each.what}
						</Link>
					) : (
						each.what
					),
					each.about,
					each.observedAt,
					each.recordedAt,
					each.by,
				])}
			/>
		</>
	);
}

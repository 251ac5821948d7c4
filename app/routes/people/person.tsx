import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Form, Link, useLoaderData } from '@remix-run/react';
import { z } from 'zod';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { findPerson, listEmployments, listPeopleByIds, listSites } from '#db/queries/people.ts';
import { catalogue, titles } from '../../catalogue.server.ts';
import { rulesBySite } from '../../commands/projecting.ts';
import { may } from '../../domain/authority.ts';
import { decider } from '../../domain/decide.ts';
import { evidenceWords, presentFor } from '../../domain/evidence.ts';
import { detailOf, isLate } from '../../domain/evidence-detail.ts';
import { instantFor } from '../../domain/matrix.ts';
import { lastDayBefore, localDay, sayDay, sayMoment } from '../../domain/period.ts';
import { roleWords } from '../../domain/privilege.ts';
import { forbidden, inProvider, notFound, requireVisitor } from '../../session.server.ts';
import { Button, DateField, LinkButton } from '../../ui/form.tsx';
import { Heading } from '../../ui/layout.tsx';
import { Details, Inset } from '../../ui/notice.tsx';
import { StandingTag } from '../../ui/standing.tsx';
import { SummaryList } from '../../ui/summary-list.tsx';
import { DataTable } from '../../ui/table.tsx';

export const meta: MetaFunction<typeof loader> = ({ data }) => [{ title: `${data?.name ?? 'Person'} – Countersign` }];

const day = z.iso.date().catch('');
const asked = z.object({ at: day, known: day });

/** A person's standings and evidence, for whoever may see evidence where they work, and for themselves. */
export async function loader({ context, request, params }: LoaderFunctionArgs) {
	const visitor = await requireVisitor(context, request);
	const personId = z.uuid().safeParse(params.person);
	if (!personId.success) throw notFound();
	const who = { providerId: visitor.providerId, personId: personId.data };
	return inProvider(visitor, async (tx) => {
		const person = await findPerson(tx, who);
		if (!person) throw notFound();
		const employments = await listEmployments(tx, who);
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
		const present = presentFor(all, context.now);
		const today = localDay(context.now);
		const query = asked.parse(Object.fromEntries(new URL(request.url).searchParams));
		const onDay = query.at && query.at <= today ? query.at : today;
		const knownDay = query.known && query.known <= today ? query.known : today;
		const [at, knownAt] = [instantFor(onDay, present), instantFor(knownDay, present)];
		const rules = await rulesBySite(tx, visitor.providerId, catalogue(), at);
		const { policy } = rules(seen[0]?.id ?? '');
		const recorders = await listPeopleByIds(tx, {
			providerId: visitor.providerId,
			personIds: evidence.flatMap((each) => each.recordedBy ?? []),
		});
		const superseded = new Set(
			all.filter((each) => each.recordedAt <= knownAt).flatMap((each) => each.supersedes ?? []),
		);
		const siteName = (id: string | null) => sites.find((site) => site.id === id)?.name ?? visitor.providerName;
		return {
			name: `${person.givenName} ${person.familyName}`,
			staffCode: person.staffCode,
			own,
			employments: employments.map((each) => ({
				key: `${roleWords[each.role]}, ${siteName(each.siteId)}`,
				value: `From ${sayDay(each.startedOn)}${each.lastDay ? ` to ${sayDay(each.lastDay)}` : ''}, ${each.contract}`,
			})),
			address: `/people/${person.id}`,
			today,
			asked: { at: onDay, known: knownDay },
			past: onDay !== today || knownDay !== today,
			mayRecord: !own && seen.some((site) => may(visitor.posts, 'record', site.id)),
			standings: seen.flatMap((site) => {
				const answer = decider(rules(site.id), all, at, knownAt);
				return [...catalogue().privileges.values()].flatMap(({ body }) => {
					const decision = answer({ privilege: body.code, siteId: site.id });
					if (decision.standing === 'not-required') return [];
					return [
						{
							to: `/people/${person.id}/${site.slug}/${body.code}`,
							title: body.title,
							site: site.name,
							standing: decision.standing,
							until: decision.validUntil ? sayDay(lastDayBefore(decision.validUntil)) : null,
						},
					];
				});
			}),
			evidence: evidence
				.filter((each) => each.recordedAt <= knownAt && each.observedAt <= at)
				.toReversed()
				.map((each) => {
					const by = recorders.get(each.recordedBy ?? '');
					return {
						id: each.id,
						to: each.kind === 'observation' ? `/observations/${each.id}` : null,
						what: [evidenceWords[each.kind], detailOf(each, titles())].filter(Boolean).join(': '),
						about: each.privilege ? titles().privilege(each.privilege) : '',
						correctable: each.kind !== 'retraction' && !superseded.has(each.id),
						superseded: superseded.has(each.id),
						observedAt: sayMoment(each.observedAt),
						recordedAt: `${sayMoment(each.recordedAt)}${isLate(each, policy) ? ', entered late' : ''}`,
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
			<Details summary="As at another day">
				<Form method="get" key={JSON.stringify(person.asked)}>
					<DateField
						name="at"
						label="As at the end of"
						hint="What was true on that day, by all we know now"
						max={person.today}
						defaultValue={person.asked.at}
					/>
					<DateField
						name="known"
						label="As known at the end of"
						hint="Leaves out what was recorded later"
						max={person.today}
						defaultValue={person.asked.known}
					/>
					<Button>Show</Button>
				</Form>
			</Details>
			{person.past && (
				<Inset>
					As at the end of {sayDay(person.asked.at)}, as known at the end of {sayDay(person.asked.known)}.{' '}
					<Link to={person.address}>Back to today</Link>
				</Inset>
			)}
			{person.mayRecord && (
				<LinkButton to={`${person.address}/records`} kind="secondary">
					Add to the record
				</LinkButton>
			)}
			<DataTable
				caption={person.past ? 'Standing then' : 'Standing today'}
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
				head={['What', 'About', 'Happened', 'Recorded', 'By', ...(person.mayRecord ? ['Put right'] : [])]}
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
					each.superseded ? `${each.recordedAt}. Taken back or corrected since` : each.recordedAt,
					each.by,
					...(person.mayRecord
						? [
								each.correctable && (
									<Link key="correct" to={`${person.address}/evidence/${each.id}/retraction`}>
										Put right<span className="visually-hidden"> {each.what}</span>
									</Link>
								),
							]
						: []),
				])}
			/>
		</>
	);
}

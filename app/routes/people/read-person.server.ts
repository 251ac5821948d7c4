import type { LoaderFunctionArgs } from '@remix-run/node';
import { z } from 'zod';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { findPerson, listEmployments, listPeopleByIds, listSites } from '#db/queries/people.ts';
import { catalogue, titles } from '../../catalogue.server.ts';
import { rulesBySite } from '../../commands/projecting.ts';
import { may } from '../../domain/authority.ts';
import { isoDate } from '../../domain/content.ts';
import { decider } from '../../domain/decide.ts';
import { evidenceWords, presentFor } from '../../domain/evidence.ts';
import { detailOf, isLate } from '../../domain/evidence-detail.ts';
import { instantFor, lastDayShown } from '../../domain/matrix.ts';
import { localDay, sayDay, sayMoment } from '../../domain/period.ts';
import { roleWords } from '../../domain/privilege.ts';
import { mayBeTakenBack } from '../../domain/taking-back.ts';
import { forbidden, inProvider, notFound, requireVisitor } from '../../session.server.ts';

const day = isoDate.catch('');
const asked = z.object({ at: day, known: day });

/** A person's standings and evidence, for whoever may see evidence where they work, and for themselves. */
export async function readPerson({ context, request, params }: LoaderFunctionArgs) {
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
				(!employments.length || employments.some((each) => each.siteId === null || each.siteId === site.id)) &&
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
			id: person.id,
			name: `${person.givenName} ${person.familyName}`,
			staffCode: person.staffCode,
			own,
			employments: employments.map((each) => ({
				key: `${siteName(each.siteId)}, ${roleWords[each.role]}`,
				value: `From ${sayDay(each.startedOn)}${each.lastDay ? ` to ${sayDay(each.lastDay)}` : ''}, ${each.contract}`,
			})),
			address: `/people/${person.id}`,
			today,
			asked: { at: onDay, known: knownDay },
			past: onDay !== today || knownDay !== today,
			mayPack: may(visitor.posts, 'verify'),
			mayAsk: !own && seen.some((site) => may(visitor.posts, 'see-decisions', site.id)),
			mayKeepName: !own && may(visitor.posts, 'keep-names'),
			mayRecord: !own && seen.some((site) => may(visitor.posts, 'record', site.id)),
			standings: seen.flatMap((site) => {
				const answer = decider(rules(site.id), all, at, knownAt);
				return [...catalogue().privileges.values()].flatMap(({ body }) => {
					const decision = answer({ privilege: body.code, siteId: site.id });
					if (decision.standing === 'not-required') return [];
					const lastDay = lastDayShown(decision);
					return [
						{
							to: `/people/${person.id}/${site.slug}/${body.code}`,
							title: body.title,
							site: site.name,
							standing: decision.standing,
							until: lastDay && sayDay(lastDay),
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
						correctable: mayBeTakenBack(each) && !superseded.has(each.id),
						superseded: superseded.has(each.id),
						observedAt: sayMoment(each.observedAt),
						recordedAt: `${sayMoment(each.recordedAt)}${isLate(each, policy) ? ', entered late' : ''}`,
						by: by ? `${by.givenName} ${by.familyName}` : '',
					};
				}),
		};
	});
}

import type { AppLoadContext } from '@remix-run/node';
import { z } from 'zod';
import type { Tx } from '#db/client.server.ts';
import { listPeopleByIds, listSites, type Site } from '#db/queries/people.ts';
import { findPolicyDraft, type PolicyDraft, readPolicies } from '#db/queries/policies.ts';
import { catalogue, titles } from '../../catalogue.server.ts';
import { comparePart, maySetPolicy, numbersFor } from '../../commands/setting-policy.ts';
import { earliest, lastDayBefore, localDay, sayDay, sayMoment } from '../../domain/period.ts';
import {
	type ChangeEffect,
	type ChangeGroup,
	effectOf,
	graceWords,
	groupChanges,
	type PolicyGrace,
} from '../../domain/policy-change.ts';
import { withEdits } from '../../domain/policy-edits.ts';
import { reasonWords } from '../../domain/reason.ts';
import { forbidden, inProvider, notFound, requireAuthority, type Visitor } from '../../session.server.ts';
import { policyPlace } from './policy-scope.server.ts';
import { differences } from './stored-policy.server.ts';

interface Args {
	context: AppLoadContext;
	request: Request;
	params: { draft?: string };
}

/** The draft that an address names, for whoever may set the policy it is for. */
export async function withDraft<T>(
	args: Args,
	work: (
		tx: Tx,
		page: { visitor: Visitor; draft: PolicyDraft; sites: Site[]; address: string; name: string },
	) => Promise<T>,
): Promise<T> {
	const visitor = await requireAuthority(args.context, args.request, 'set-policy');
	const draftId = z.uuid().safeParse(args.params.draft);
	if (!draftId.success) throw notFound();
	return inProvider(visitor, async (tx) => {
		const draft = await findPolicyDraft(tx, { providerId: visitor.providerId, draftId: draftId.data });
		if (!draft) throw notFound();
		if (!(await maySetPolicy(tx, visitor, draft))) throw forbidden();
		const sites = await listSites(tx, visitor);
		const site = sites.find((each) => each.id === draft.siteId) ?? null;
		return work(tx, { visitor, draft, sites, ...policyPlace(site, visitor) });
	});
}

/** How many standings of one group are shown before somebody asks for all. */
const shownAtFirst = 20;

const titlesOf: Record<ChangeEffect, string> = {
	stopped: 'May not act any more, at once',
	allowed: 'May act, at once',
	moved: 'Another standing at once; what they may do stays the same',
	'stopped-later': 'May not act any more, from a later day',
	'allowed-later': 'May act longer',
	'moved-later': 'Another standing from a later day',
};

const countWords: Record<ChangeEffect, [string, string]> = {
	stopped: ['person would lose permission to act at once', 'people would lose permission to act at once'],
	allowed: ['person would gain permission to act at once', 'people would gain permission to act at once'],
	moved: [
		'person would have another standing at once; what they may do stays the same',
		'people would have another standing at once; what they may do stays the same',
	],
	'stopped-later': [
		'person would lose permission to act sooner than now, on the day below',
		'people would lose permission to act sooner than now, on the days below',
	],
	'allowed-later': [
		'person would keep permission for longer than now',
		'people would keep permission for longer than now',
	],
	'moved-later': [
		'person would have another standing from a later day',
		'people would have another standing from a later day',
	],
};

/** A draft's page: compares the next part of the staff and, once that is done, says whose standing would change. */
export async function readDraft(args: Args) {
	return withDraft(args, async (tx, { visitor, draft: found, sites, address, name }) => {
		const { providerId } = visitor;
		const draft = (await comparePart(tx, providerId, catalogue(), found.id, { now: args.context.now })) ?? found;
		const policies = await readPolicies(tx, { providerId });
		const { inForce } = numbersFor(catalogue(), policies, draft);
		const complete = draft.compared >= draft.personIds.length && !draft.savedAs;
		const groups = complete ? groupChanges(draft.changes) : [];
		const all = new URL(args.request.url).searchParams.get('all');
		const rows = (group: ChangeGroup) => (group.key === all ? group.changes : group.changes.slice(0, shownAtFirst));
		const personIds = groups.flatMap((group) => rows(group).map((each) => each.personId));
		const newest = policies.overrides.at(-1);
		const people = await listPeopleByIds(tx, {
			providerId,
			personIds: [...personIds, newest?.recordedBy ?? ''].filter(Boolean),
		});
		const nameOf = (id = '') => {
			const person = people.get(id);
			return person ? `${person.givenName} ${person.familyName}` : '';
		};
		const stops = draft.changes.filter((each) => effectOf(each) === 'stopped-later').map((each) => each.on);
		const firstStop = complete ? earliest(stops) : null;
		const effects = new Map<ChangeEffect, Set<string>>();
		for (const { effect, changes } of groups) {
			const concerned = effects.get(effect) ?? new Set();
			for (const each of changes) concerned.add(each.personId);
			effects.set(effect, concerned);
		}
		return {
			name,
			address,
			saved: draft.savedAs,
			reason: draft.reason,
			urgent: draft.grace === 'P0D',
			by: graceWords[draft.grace as PolicyGrace] ?? '',
			firstStop: firstStop && sayDay(lastDayBefore(firstStop)),
			stopped: effects.get('stopped')?.size ?? 0,
			done: draft.compared,
			of: draft.personIds.length,
			comparedAt: sayMoment(draft.comparedAt),
			meanwhile:
				newest && newest.version === draft.upon && newest.recordedAt > found.draftedAt
					? {
							version: newest.version,
							by: nameOf(newest.recordedBy),
							when: sayMoment(newest.recordedAt),
							reason: newest.reason,
						}
					: null,
			numbers: draft.savedAs ? [] : differences(inForce, withEdits(inForce, draft.edits)),
			counts: [...effects].map(([effect, { size }]) => `${size} ${countWords[effect][size === 1 ? 0 : 1]}`),
			groups: groups.map((group) => ({
				key: group.key,
				title: titlesOf[group.effect],
				/** Whether what they may do stays the same: shown when somebody asks for it. */
				aside: group.effect === 'moved' || group.effect === 'moved-later',
				all: group.key === all,
				from: group.from.standing,
				to: group.to.standing,
				why: group.to.permit ? '' : reasonWords[group.to.code].nextStep,
				count: group.changes.length,
				rows: rows(group).map((each) => ({
					person: nameOf(each.personId),
					privilege: titles().privilege(each.privilege),
					site: sites.find((site) => site.id === each.siteId)?.name ?? '',
					on: each.now ? 'now' : sayDay(localDay(each.on)),
				})),
			})),
		};
	});
}

import type { Tx } from '#db/client.server.ts';
import { listPeopleByIds } from '#db/queries/people.ts';
import { listStandingsNow } from '#db/queries/standings.ts';
import type { Asked } from '../../commands/acknowledging.ts';
import { sayAskedToThem, titleOfAsked } from '../../domain/asked.ts';
import type { Decision } from '../../domain/decision.ts';
import { lastDayBefore, sayDay } from '../../domain/period.ts';
import type { PrivilegeCode } from '../../domain/privilege.ts';
import { showsFrom } from '../../domain/recheck.ts';
import type { Rules } from '../../domain/rules.ts';
import type { Visitor } from '../../session.server.ts';
import { actionFor } from './tasks.server.ts';

/** How somebody stands on what something is asked again for. */
export type Answers = (siteId: string, privilege: PrivilegeCode) => Decision;

/**
 * What is asked again of a learner, as their page shows it: once, whatever it is asked for, where one act settles it.
 * A document to read comes first: it is the quickest, and it is asked of everybody.
 */
export async function sayAllAsked(
	tx: Tx,
	{ providerId, personId }: Pick<Visitor, 'providerId' | 'personId'>,
	asked: readonly Asked[],
	{ answers, rules, present }: { answers: Answers; rules: (siteId: string) => Rules; present: Date },
) {
	const groups = new Map<string, Asked[]>();
	for (const each of asked.filter(isShown)) {
		const { recheck, privilege, siteId } = each;
		const to = actionFor(each)?.to ?? `${siteId} ${privilege.code}`;
		const key = `${recheck.cause} ${recheck.change?.version ?? ''} ${to}`;
		groups.set(key, [...(groups.get(key) ?? []), each]);
	}
	const isDocument = ([first]: Asked[]) => first?.recheck.cause === 'document';
	const inOrder = [...groups].sort(([, one], [, other]) => Number(isDocument(other)) - Number(isDocument(one)));
	return Promise.all(inOrder.map(([key, group]) => sayAsked(key, group as [Asked, ...Asked[]])));

	/** What is still far away is not shown yet, nor what somebody in training has still to do for the first time. */
	function isShown({ recheck, privilege, siteId }: Asked): boolean {
		const { cause, asks, dueBy, change } = recheck;
		const decision = answers(siteId, privilege.code);
		if (decision.signOff)
			return cause === 'content' || cause === 'document' || showsFrom(recheck, rules(siteId).policy) <= present;
		const isBegun = decision.standing !== 'not-required' && decision.standing !== 'not-started';
		const isToDo = decision.progress.some(
			({ met, requirement }) =>
				!met && (requirement.kind === asks || (requirement.kind === 'module' && requirement.module === change?.slug)),
		);
		return isBegun && (cause === 'failed-round' || !isToDo) && (dueBy <= present || recheck.since <= present);
	}

	async function sayAsked(key: string, group: [Asked, ...Asked[]]) {
		const [first] = group;
		const { privilege, siteId, recheck } = first;
		const decisions = group.map((each) => answers(each.siteId, each.privilege.code));
		const names = [...new Set(group.map((each) => each.privilege.title))];
		const overdue = recheck.dueBy <= present;
		const by = overdue ? null : sayDay(lastDayBefore(recheck.dueBy));
		const shownAs = group.length > 1 && recheck.cause === 'content' ? 'what this is about' : privilege.title;
		return {
			key,
			title: `${titleOfAsked(recheck, shownAs)}${recheck.cause === 'document' && by ? ` by ${by}` : ''}`,
			says: sayAskedToThem(recheck),
			tone: overdue ? ('warning' as const) : ('next' as const),
			by,
			/** What it stops: those in the middle of their training are stopped by other things as well. */
			stops: decisions.some((each) => each.signOff !== null),
			supervised: decisions.every((each) => each.standing === 'supervised'),
			for: names.length > 1 ? names : [],
			action: actionFor(first),
			watchers: recheck.asks === 'observation' ? await watchersOf(privilege.code, siteId) : null,
		};
	}

	/** Who can watch: competent in it and in assessing, here and now, and somebody else. */
	async function watchersOf(code: PrivilegeCode, siteId: string): Promise<string[]> {
		const standings = await listStandingsNow(tx, { providerId, siteId });
		const may = (id: string, privilege: PrivilegeCode) =>
			standings.some((each) => each.personId === id && each.privilege === privilege && each.permit);
		const ids = [...new Set(standings.map((each) => each.personId))].filter(
			(id) => id !== personId && may(id, code) && may(id, 'assess'),
		);
		const people = await listPeopleByIds(tx, { providerId, personIds: ids });
		return [...people.values()].map((each) => `${each.givenName} ${each.familyName}`).sort();
	}
}

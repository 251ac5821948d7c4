import type { Tx } from '#db/client.server.ts';
import { listColleagues } from '#db/queries/people.ts';
import type { Catalogue } from '../catalogue.server.ts';
import type { Post } from '../domain/authority.ts';
import { employmentAt } from '../domain/employment.ts';
import { lastWithdrawal } from '../domain/facts.ts';
import { partiesTo } from '../domain/pause.ts';
import { endOfDay, localDay, moveDay } from '../domain/period.ts';
import { type PrivilegeCode, requirementOf } from '../domain/privilege.ts';
import { mayRecordOutside, type RecordRefusal } from '../domain/record.ts';
import { SignOffs } from '../domain/sign-off.ts';
import type { Authoriser } from './authorising.ts';
import { readCellFacts } from './cell-facts.ts';
import { listPostsOn } from './confirming.ts';
import { listAssessors } from './judging-rounds.ts';

/** When an assessment of a day was made at the latest: the day's last moment or, today, now. */
export function assessedAt(day: string, now: Date): Date {
	return day < localDay(now) ? new Date(endOfDay(day).getTime() - 1) : now;
}

/**
 * Why an assessment made outside is not recorded; null where it is. It stands for rounds, so it is held to what they
 * are: not older than policy's maximum age, after a withdrawal and after the last sign-off, and for what nurses delegate
 * a nurse's word. Where an assessor works here who was not involved in what a pause was about, real rounds are watched
 * instead. Who was involved does not write it down either, unless nobody else here may.
 */
export async function refuseOutside(
	tx: Tx,
	{ providerId, personId: recordedBy, posts }: Authoriser,
	catalogue: Catalogue,
	personId: string,
	form: { site: string; privilege: PrivilegeCode; awardedOn: string },
	now: Date,
): Promise<RecordRefusal | null> {
	const { site: siteId, privilege, awardedOn } = form;
	const cell = { personId, siteId, privilege };
	const { facts, rules, present } = await readCellFacts(tx, providerId, catalogue, cell, now);
	const body = rules.privileges.get(privilege);
	if (!body) return 'not-authorised';
	const employment = employmentAt(facts, siteId, present);
	const mayRecord = (theirs: readonly Post[]) =>
		mayRecordOutside(
			theirs.filter((post) => post.siteId === null || post.siteId === siteId).map((post) => post.role),
			requirementOf(body, 'observation')?.by,
			employment.roles,
		);
	if (!mayRecord(posts)) return 'not-a-nurse';
	const uninvolved = (id: string) => id !== personId && !partiesTo(facts, cell).includes(id);
	const assessors = await listAssessors(tx, providerId, catalogue, { siteId, privilege }, now);
	if (assessors.some((each) => uninvolved(each.id))) return 'has-assessor';
	if (!uninvolved(recordedBy) && (await isThereAnother())) return 'party';
	if (present >= endOfDay(moveDay(awardedOn, rules.policy.observation.maximumAge))) return 'too-old';
	const madeAt = assessedAt(awardedOn, now);
	const withdrawal = lastWithdrawal(facts, privilege);
	if (withdrawal && madeAt <= withdrawal.observedAt) return 'before-withdrawal';
	const path = new SignOffs(rules, rules.changes).pathFor(cell, facts, employment, rules.policy, body, present);
	return path.since && madeAt <= path.since.observedAt ? 'before-sign-off' : null;

	async function isThereAnother(): Promise<boolean> {
		const today = localDay(now);
		for (const { id } of await listColleagues(tx, { providerId, siteId, onDay: today }))
			if (uninvolved(id) && mayRecord(await listPostsOn(tx, { providerId, personId: id }, today))) return true;
		return false;
	}
}

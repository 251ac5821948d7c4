import type { Tx } from '#db/client.server.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { employmentAt } from '../domain/employment.ts';
import { lastWithdrawal } from '../domain/facts.ts';
import { endOfDay, localDay, moveDay } from '../domain/period.ts';
import { type PrivilegeCode, requirementOf } from '../domain/privilege.ts';
import { mayRecordOutside, type RecordRefusal } from '../domain/record.ts';
import { SignOffs } from '../domain/sign-off.ts';
import type { Authoriser } from './authorising.ts';
import { readCellFacts } from './cell-facts.ts';
import { listAssessors } from './judging-rounds.ts';

/** When an assessment of a day was made at the latest: the day's last moment or, today, now. */
export function assessedAt(day: string, now: Date): Date {
	return day < localDay(now) ? new Date(endOfDay(day).getTime() - 1) : now;
}

/**
 * Why an assessment made outside is not recorded; null where it is. It stands for rounds, so it is held to what they
 * are: not older than policy's maximum age, after a withdrawal and after the last sign-off, and for what nurses delegate
 * a nurse's word. Where an assessor works here, real rounds are watched instead.
 */
export async function refuseOutside(
	tx: Tx,
	{ providerId, posts }: Authoriser,
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
	const roles = posts.filter((post) => post.siteId === null || post.siteId === siteId).map((post) => post.role);
	const employment = employmentAt(facts, siteId, present);
	if (!mayRecordOutside(roles, requirementOf(body, 'observation')?.by, employment.roles)) return 'not-a-nurse';
	const assessors = await listAssessors(tx, providerId, catalogue, { siteId, privilege }, now);
	if (assessors.some((each) => each.id !== personId)) return 'has-assessor';
	if (present >= endOfDay(moveDay(awardedOn, rules.policy.observation.maximumAge))) return 'too-old';
	const madeAt = assessedAt(awardedOn, now);
	const withdrawal = lastWithdrawal(facts, privilege);
	if (withdrawal && madeAt <= withdrawal.observedAt) return 'before-withdrawal';
	const path = new SignOffs(rules, rules.changes).pathFor(cell, facts, employment, rules.policy, body, present);
	return path.since && madeAt <= path.since.observedAt ? 'before-sign-off' : null;
}

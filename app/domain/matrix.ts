import { decider } from './decide.ts';
import type { Decision } from './decision.ts';
import type { Evidence } from './evidence.ts';
import { endOfDay, type LocalDay, lastDayBefore } from './period.ts';
import type { PrivilegeCode } from './privilege.ts';
import type { Rules, Standing } from './rules.ts';

/** One cell: where a person stands on a privilege, and the last day of their sign-off where there is one. */
export interface MatrixCell {
	standing: Standing;
	lastDay: LocalDay | null;
}

export interface MatrixRow<P> {
	person: P;
	cells: MatrixCell[];
}

/** The instant that stands for a day in a matrix: its end, or now for today, so that today's changes show. */
export function instantFor(day: LocalDay, now: Date): Date {
	const end = new Date(endOfDay(day).getTime() - 1);
	return end < now ? end : now;
}

/** People by privileges at a site, as at one instant and as known at another. */
export function matrixOf<P extends { id: string }>(
	rules: Rules,
	people: readonly P[],
	evidence: readonly Evidence[],
	privileges: readonly PrivilegeCode[],
	{ siteId, at, knownAt }: { siteId: string; at: Date; knownAt: Date },
): MatrixRow<P>[] {
	const byPerson = new Map<string, Evidence[]>(people.map((person) => [person.id, []]));
	for (const fact of evidence) byPerson.get(fact.personId)?.push(fact);
	return people.map((person) => {
		const answer = decider(rules, byPerson.get(person.id) ?? [], at, knownAt);
		return {
			person,
			cells: privileges.map((privilege) => {
				const decision = answer({ privilege, siteId });
				return { standing: decision.standing, lastDay: lastDayShown(decision) };
			}),
		};
	});
}

/**
 * The day beside a standing, on every page: until when somebody is competent, or since when they are not any more. None
 * where the manager on call has allowed something for some hours: their end is not the standing's.
 */
export function lastDayShown(decision: Decision): LocalDay | null {
	const { permit, validUntil, standing, code, rechecks, lastDay } = decision;
	if (allowedUntil(decision)) return null;
	if (permit) return validUntil ? lastDayBefore(validUntil) : null;
	if (standing !== 'expired') return null;
	// What was asked again and not done ends it before its own last day.
	const [first] = rechecks;
	return code === 'expired' || !first ? lastDay : lastDayBefore(first.dueBy);
}

/** Until when the manager on call has allowed what the standing alone would not; null where nobody has. */
export function allowedUntil({ code, validUntil }: Pick<Decision, 'code' | 'validUntil'>): Date | null {
	return code === 'override_active' || code === 'second_check_by_telephone' ? validUntil : null;
}

import { type Decision, decide, type Rules, type Standing } from './decide.ts';
import type { Evidence } from './evidence.ts';
import { standingEvidence } from './evidence.ts';
import { endOfDay, type LocalDay, lastDayBefore } from './period.ts';
import type { PrivilegeCode } from './privilege.ts';
import { signOffFor } from './progress.ts';

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
		const theirs = byPerson.get(person.id) ?? [];
		return {
			person,
			cells: privileges.map((privilege) => {
				const decision = decide(rules, theirs, { privilege, siteId }, at, knownAt);
				return {
					standing: decision.standing,
					lastDay: lastDayOf(decision, theirs, { privilege, siteId }, at, knownAt),
				};
			}),
		};
	});
}

/** The day a cell shows: until when somebody is competent, or since when they are not any more. */
function lastDayOf(
	decision: Decision,
	evidence: readonly Evidence[],
	question: { privilege: PrivilegeCode; siteId: string },
	at: Date,
	knownAt: Date,
): LocalDay | null {
	if (decision.permit) return decision.validUntil ? lastDayBefore(decision.validUntil) : null;
	if (decision.standing !== 'expired') return null;
	const facts = standingEvidence(evidence, at, knownAt);
	return signOffFor({ facts, question, withdrawal: undefined })?.payload.lastDay ?? null;
}

import { type Decision, decide, type Rules } from './decide.ts';
import { type Evidence, standingEvidence } from './evidence.ts';
import { type LocalDay, localDay, moveDay } from './period.ts';
import { type Question, signOffFor } from './progress.ts';

/** One stretch of time over which a decision stays the same with no new evidence. */
export interface Segment {
	startsAt: Date;
	/** Null: for ever. */
	endsAt: Date | null;
	decision: Decision;
}

const forEver = new Date(8.64e15);

/**
 * What will be true from `from` on if nothing else is ever recorded: the standing projection is exactly this list.
 * Neighbouring stretches with the same answer are one. Everything recorded counts, however late it was.
 */
export function segmentsFrom(rules: Rules, evidence: readonly Evidence[], question: Question, from: Date): Segment[] {
	const segments: Segment[] = [];
	let startsAt: Date | null = from;
	// It ends: each turn goes on to a later change, and only so many changes are recorded.
	while (startsAt) {
		const decision: Decision = decide(rules, evidence, question, startsAt, forEver);
		const last = segments.at(-1);
		if (last && sameAnswer(last.decision, decision)) last.endsAt = decision.changesAt;
		else segments.push({ startsAt, endsAt: decision.changesAt, decision });
		startsAt = decision.changesAt;
	}
	return segments;
}

function sameAnswer(a: Decision, b: Decision): boolean {
	return (
		a.permit === b.permit &&
		a.code === b.code &&
		a.standing === b.standing &&
		a.validUntil?.getTime() === b.validUntil?.getTime()
	);
}

/** Until when a sign-off would run, and how that was worked out, so that a screen can show the arithmetic. */
export interface Term {
	lastDay: LocalDay;
	startsFrom: LocalDay;
	validity: string;
	/** True when the renewal keeps the anniversary of a sign-off that is still in date. */
	keepsAnniversary: boolean;
}

/**
 * Until when a sign-off made at `at` runs; undefined for an unknown privilege. A first or late sign-off runs from its
 * own day. One made inside the renewal window (policy's `dueSoon`) runs on from the old last day, and none is ever
 * shorter than the one it replaces (design.md section 6).
 */
export function termOf(
	rules: Rules,
	evidence: readonly Evidence[],
	question: Question,
	at: Date,
	knownAt: Date = at,
): Term | undefined {
	const privilege = rules.privileges.get(question.privilege);
	if (!privilege) return undefined;
	const { permit, standing } = decide(rules, evidence, question, at, knownAt);
	const facts = standingEvidence(evidence, at, knownAt);
	const current = permit ? signOffFor({ facts, question, withdrawal: undefined })?.payload.lastDay : undefined;
	const keepsAnniversary = standing === 'due-soon' && current !== undefined;
	const startsFrom = keepsAnniversary ? current : localDay(at);
	const fresh = moveDay(startsFrom, privilege.validity);
	return {
		lastDay: current && current > fresh ? current : fresh,
		startsFrom,
		validity: privilege.validity,
		keepsAnniversary,
	};
}

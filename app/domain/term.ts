import { decide, decidersFrom } from './decide.ts';
import type { Decision } from './decision.ts';
import type { Evidence } from './evidence.ts';
import { type LocalDay, localDay, moveDay, startOfDay } from './period.ts';
import type { Question, Rules } from './rules.ts';

/** One stretch of time over which a decision stays the same with no new evidence. */
export interface Segment {
	startsAt: Date;
	/** Null: for ever. */
	endsAt: Date | null;
	decision: Decision;
}

const forEver = new Date(8.64e15);

/**
 * What will be true of each question from `from` on if nothing else is ever recorded: the standing projection is
 * exactly this list. Neighbouring stretches with the same answer are one. Everything recorded counts, however late.
 */
export function segmentsFrom(
	rules: Rules,
	evidence: readonly Evidence[],
	from: Date,
): (question: Question) => Segment[] {
	const deciderAt = decidersFrom(rules, evidence, from, forEver);
	const deciders = new Map<number, ReturnType<typeof deciderAt>>();
	const at = (instant: Date) => {
		const known = deciders.get(instant.getTime()) ?? deciderAt(instant);
		deciders.set(instant.getTime(), known);
		return known;
	};
	return (question) => {
		const segments: Segment[] = [];
		let startsAt: Date | null = from;
		// It ends: each turn goes on to a later change, and only so many changes are recorded.
		while (startsAt) {
			const decision: Decision = at(startsAt)(question);
			const last = segments.at(-1);
			if (last && sameAnswer(last.decision, decision)) last.endsAt = decision.changesAt;
			else segments.push({ startsAt, endsAt: decision.changesAt, decision });
			startsAt = decision.changesAt;
		}
		return segments;
	};
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
	const { standing, lastDay, progress } = decide(rules, evidence, question, at, knownAt);
	// By the standing, which neither an override nor a delegation that nobody has named changes.
	const held = standing === 'competent' || standing === 'due-soon' ? lastDay : null;
	const keepsAnniversary = held !== null && at >= startOfDay(moveDay(held, rules.policy.dueSoon, -1));
	const startsFrom = keepsAnniversary ? held : localDay(at);
	const usual = rules.policy.privileges[question.privilege]?.validity ?? privilege.validity;
	const agency = progress.some((each) => each.requirement.kind === 'agency-check');
	const validity = agency ? shorter(usual, rules.policy.agency.validity) : usual;
	const fresh = moveDay(startsFrom, validity);
	return { lastDay: held && held > fresh ? held : fresh, startsFrom, validity, keepsAnniversary };
}

/** The shorter of two durations, as counted from the first of a year. */
function shorter(one: string, other: string): string {
	const from = '2027-01-01';
	return moveDay(from, one) <= moveDay(from, other) ? one : other;
}

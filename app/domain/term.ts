import { decide, decidersFrom } from './decide.ts';
import type { Decision } from './decision.ts';
import type { Evidence } from './evidence.ts';
import { type LocalDay, localDay, moveDay } from './period.ts';
import type { Question, Rules } from './rules.ts';
import { validityOf, windowOpens } from './sign-off.ts';

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
	/** The day of the month the row of renewals began with, where a shorter month has moved the last day. */
	anniversary?: number;
}

/**
 * Until when a sign-off made at `at` runs; undefined for an unknown privilege. A first or late sign-off runs from its
 * own day. One made inside the window runs on from the old last day and keeps its day of the month; agency staff's ends
 * by `agency.validity` from its own day, a new site's by what it leans on unless the quiz has been passed since; and none
 * is ever shorter than the one it replaces (design.md section 6; content/rules.md, "How long a sign-off lasts").
 */
export function termOf(
	rules: Rules,
	evidence: readonly Evidence[],
	question: Question,
	at: Date,
	knownAt: Date = at,
): Term | undefined {
	const { policy } = rules;
	const privilege = rules.privileges.get(question.privilege);
	if (!privilege) return undefined;
	const { holds, signOff, leansOn, progress } = decide(rules, evidence, question, at, knownAt);
	const agency = progress.some((each) => each.requirement.kind === 'agency-check');
	const validity = validityOf(policy, privilege, { agency });
	const held = holds && signOff ? signOff.payload : null;
	const keepsAnniversary = held !== null && at >= windowOpens(held.lastDay, policy, privilege, { agency });
	const startsFrom = keepsAnniversary ? held.lastDay : localDay(at);
	const began = keepsAnniversary ? (held.anniversary ?? dateOf(held.lastDay)) : dateOf(startsFrom);
	const caps = [
		...(agency ? [moveDay(localDay(at), policy.agency.validity)] : []),
		...(leansOn && !leansOn.quizSince ? [leansOn.lastDay] : []),
	];
	const usual = onAnniversary(moveDay(startsFrom, validity), validity, began);
	const [lastDay = usual] = [usual, ...caps].sort();
	if (held && held.lastDay > lastDay)
		return {
			lastDay: held.lastDay,
			startsFrom,
			validity,
			keepsAnniversary,
			...anniversaryOf(held.lastDay, held.anniversary),
		};
	return {
		lastDay,
		startsFrom,
		validity,
		keepsAnniversary,
		...anniversaryOf(lastDay, lastDay === usual ? began : undefined),
	};
}

const dateOf = (day: LocalDay) => Number(day.slice(8));

const anniversaryOf = (lastDay: LocalDay, began: number | undefined) =>
	began !== undefined && began > dateOf(lastDay) ? { anniversary: began } : {};

/** Some months or years on: the day of the month it all began with, or the last of a month that has none such. */
function onAnniversary(day: LocalDay, validity: string, began: number): LocalDay {
	if (/\d[WD]/.test(validity)) return day;
	const [year = 0, month = 0] = day.split('-').map(Number);
	const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
	return `${day.slice(0, 8)}${String(Math.min(began, last)).padStart(2, '0')}`;
}

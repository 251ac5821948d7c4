import { z } from 'zod';
import { decide } from './decide.ts';
import { type Evidence, ofKind } from './evidence.ts';
import { localDay, moveDay, startOfDay } from './period.ts';
import { privilegeCodes } from './privilege.ts';
import type { Question, Rules } from './rules.ts';
import { supposing } from './supposing.ts';

/**
 * Whether the answer is a refusal that an override would turn. Where a nurse delegates for one person supported at a
 * time, it only ever holds a delegation past its review day (design.md section 6).
 */
export function canOverride(rules: Rules, evidence: readonly Evidence[], question: Question, at: Date): boolean {
	const until = new Date(at.getTime() + 1000).toISOString();
	const allowed = supposing(evidence, question, at, { kind: 'override', payload: { until, note: '' } });
	const persons = ofKind(evidence, 'delegation').map(({ payload }) => payload.person);
	return [undefined, ...new Set(persons)].some((person) => {
		const asked = person === undefined ? question : { ...question, person };
		return !decide(rules, evidence, asked, at).permit && decide(rules, allowed, asked, at).code === 'override_active';
	});
}

/** The first instant of the twelve months over which overrides are counted. */
export function overridesCountFrom(at: Date): Date {
	return startOfDay(moveDay(localDay(at), 'P1Y', -1));
}

/**
 * How many overrides a person has had in the last twelve months. One taken back since still counts: it was used. More
 * than policy plans for is warned of and shown, never refused: a stop at night can be worse (policy.yaml, `perYear`).
 */
export function overridesUsed(evidence: readonly Evidence[], at: Date): number {
	const since = overridesCountFrom(at);
	return ofKind(evidence, 'override').filter((each) => each.observedAt >= since && each.observedAt <= at).length;
}

/** Hours of a length in milliseconds, rounded down: what is offered is never longer than what is allowed. */
export function hoursIn(milliseconds: number): number {
	return Math.floor(milliseconds / 36_000) / 100;
}

export const overrideForm = z.object({
	id: z.uuid(),
	hours: z
		.string()
		.trim()
		.regex(/^\d{1,3}(\.\d{1,2})?$/, 'Enter a number of hours, such as 8')
		.transform(Number)
		.refine((hours) => hours > 0, 'Enter a number of hours, such as 8'),
	note: z.string().trim().min(1, 'Say why, in a few words').max(280, 'Keep it to 280 characters'),
	/** Ticked where it is one more than policy plans for. */
	over: z.literal('yes').optional(),
});

/** Whom a manager on call looks for, to cover at a site where they may never have worked. */
export const coverForm = z.object({
	staffCode: z.string().trim().min(1, 'Enter their staff code').max(60, 'Enter their staff code'),
	privilege: z.enum(privilegeCodes, 'Choose a task'),
	site: z.string().min(1, 'Choose a site'),
});

/** Why an override is not recorded. */
export const overrideRefusalWords = {
	'not-authorised': 'Your role may not allow this at this site.',
	yourself: 'Nobody allows this for themself. Ask another manager.',
	'not-overridable': 'An override cannot change this answer.',
	'too-long': 'That is longer than your policy allows.',
	'over-budget':
		'That would be more than your policy plans for one person in a year. If it has to be all the same, tick the box.',
	'other-page': 'Something else was saved from this page before. Open the page again.',
} as const;
export type OverrideRefusal = keyof typeof overrideRefusalWords;

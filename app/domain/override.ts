import { z } from 'zod';
import { decide } from './decide.ts';
import { type Evidence, ofKind } from './evidence.ts';
import { localDay, moveDay, startOfDay } from './period.ts';
import { requirementOf } from './privilege.ts';
import type { Question, Rules } from './rules.ts';
import { supposing } from './supposing.ts';

/**
 * Whether the answer is a refusal that an override would turn. Where a nurse delegates for one person supported at a
 * time, a manager's override never stands for it (design.md section 6).
 */
export function canOverride(rules: Rules, evidence: readonly Evidence[], question: Question, at: Date): boolean {
	const privilege = rules.privileges.get(question.privilege);
	if (!privilege || requirementOf(privilege, 'delegation')) return false;
	if (decide(rules, evidence, question, at).permit) return false;
	const until = new Date(at.getTime() + 1000).toISOString();
	const allowed = supposing(evidence, question, at, { kind: 'override', payload: { until, note: '' } });
	return decide(rules, allowed, question, at).code === 'override_active';
}

/** The first instant of the twelve months over which overrides are counted. */
export function overridesCountFrom(at: Date): Date {
	return startOfDay(moveDay(localDay(at), 'P1Y', -1));
}

/** How many overrides a person has had in the last twelve months. One taken back since still counts: it was used. */
export function overridesUsed(evidence: readonly Evidence[], at: Date): number {
	const since = overridesCountFrom(at);
	return ofKind(evidence, 'override').filter((each) => each.observedAt >= since && each.observedAt <= at).length;
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
});

/** Why an override is not recorded. */
export const overrideRefusalWords = {
	'not-authorised': 'Your role may not allow this at this site.',
	yourself: 'Nobody allows this for themself. Ask another manager.',
	'not-overridable': 'An override cannot change this answer.',
	'too-long': 'That is longer than your policy allows.',
	'budget-spent':
		'All overrides of the last twelve months are used for this person. Ask a competent colleague instead.',
	'other-page': 'Something else was saved from this page before. Open the page again.',
} as const;
export type OverrideRefusal = keyof typeof overrideRefusalWords;

import { z } from 'zod';
import { decide } from './decide.ts';
import type { Evidence, EvidenceOf } from './evidence.ts';
import { Facts, isAfter, isOf, openPause, signOffFor, standingEvidence, withdrawalFor } from './facts.ts';
import type { Question, Rules } from './rules.ts';
import { supposing } from './supposing.ts';

/** Leave to practise beside a colleague for a privilege at a site: a withdrawal or a sign-off after it ends it. Only what is recorded since it became needed lets anybody act (content/rules.md, "Beside a colleague"). */
export function supervisionsOf(facts: Facts, question: Question): EvidenceOf<'supervision'>[] {
	const ends = [signOffFor(facts, question), withdrawalFor(facts, question)];
	return facts
		.of('supervision')
		.filter((each) => isOf(each, question) && !ends.some((end) => end && isAfter(end, each as Evidence)));
}

/**
 * Why naming a supervisor would change nothing, or null where it would let somebody practise beside them: before a
 * sign-off, and whenever they have to be watched again (run out, away, seen to fail, taken back). Never while paused.
 */
export function refuseSupervision(
	rules: Rules,
	evidence: readonly Evidence[],
	question: Question,
	at: Date,
): 'may-alone' | 'paused' | 'not-here' | 'not-ready' | null {
	const named = supposing(evidence, question, at, { kind: 'supervision', payload: { supervisor: 'supposed' } });
	const { permit, code, progress } = decide(rules, named, question, at);
	if (code === 'supervised_only') return null;
	if (permit) return 'may-alone';
	if (openPause(Facts.from(standingEvidence(evidence, at, at)), question)) return 'paused';
	// What a nurse delegates is held by whoever lacks nothing else: then nobody has to be beside them.
	if (code === 'delegation_missing' || code === 'delegation_expired') return 'may-alone';
	// Of somebody who does not work here nothing is asked.
	return progress.length ? 'not-ready' : 'not-here';
}

/** Whether naming a supervisor would let somebody practise beside them. */
export function canSupervise(rules: Rules, evidence: readonly Evidence[], question: Question, at: Date): boolean {
	return refuseSupervision(rules, evidence, question, at) === null;
}

export const supervisionForm = z.object({
	id: z.uuid(),
	supervisor: z.uuid('Choose who is beside them'),
});

export const supervisionEndingForm = z.object({
	id: z.uuid(),
	supervision: z.uuid(),
	note: z.string().trim().min(1, 'Say why it ends, in a few words').max(280, 'Keep it to 280 characters'),
});

/** Why a supervisor is not named, or supervision not ended. */
export const supervisionRefusalWords = {
	'not-authorised': 'Your role may not decide this at this site.',
	yourself: 'You cannot decide about yourself. Ask another manager.',
	'may-alone': 'They may do this without somebody beside them. Nobody needs to be named.',
	paused: 'This is paused while we review. Nobody practises it until the pause is lifted.',
	'not-here': 'They do not work at this site.',
	'not-ready': 'Something else comes first, such as reading, the quiz or what this rests on. Look at what is asked.',
	'supervises-themself': 'Somebody else has to be beside them.',
	'not-competent': 'Only somebody who is competent in this here today can be beside them.',
	'other-page': 'Something else was saved from this page before. Open the page again.',
} as const;
export type SupervisionRefusal = keyof typeof supervisionRefusalWords;

import { z } from 'zod';
import { decide } from './decide.ts';
import type { Evidence, EvidenceOf } from './evidence.ts';
import { type Facts, isAfter, isOf, signOffFor, withdrawalFor } from './facts.ts';
import type { Question, Rules } from './rules.ts';
import { supposing } from './supposing.ts';

/** Who may supervise somebody for a privilege at a site, until a withdrawal or a sign-off ends it. */
export function supervisionsOf(facts: Facts, question: Question): EvidenceOf<'supervision'>[] {
	if (signOffFor(facts, question)) return [];
	const withdrawal = withdrawalFor(facts, question);
	return facts
		.of('supervision')
		.filter((each) => isOf(each, question) && !(withdrawal && isAfter(withdrawal, each as Evidence)));
}

/** Whether naming a supervisor would let somebody practise beside them: all that is learned on one's own is done. */
export function canSupervise(rules: Rules, evidence: readonly Evidence[], question: Question, at: Date): boolean {
	const named = supposing(evidence, question, at, { kind: 'supervision', payload: { supervisor: 'supposed' } });
	return decide(rules, named, question, at).code === 'supervised_only';
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
	'not-ready':
		'Nobody needs to be named now. Either their reading and quiz are not done yet, or they may already do this alone.',
	'supervises-themself': 'Somebody else has to be beside them.',
	'not-competent': 'Only somebody who is competent in this here today can be beside them.',
	'other-page': 'Something else was saved from this page before. Open the page again.',
} as const;
export type SupervisionRefusal = keyof typeof supervisionRefusalWords;

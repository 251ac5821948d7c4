import { z } from 'zod';
import { type Facts, signOffFor } from './facts.ts';
import type { PrivilegeCode } from './privilege.ts';
import type { Question } from './rules.ts';
import { supervisionsOf } from './supervision.ts';
import { reaches } from './words.ts';

/** Whether there is anything to take back: a sign-off, in date or not, or leave to practise beside a colleague. */
export function canWithdraw(facts: Facts, question: Question): boolean {
	return signOffFor(facts, question) !== undefined || supervisionsOf(facts, question).length > 0;
}

/** Whether there is anything to take back at any site. */
export function canWithdrawSomewhere(facts: Facts, privilege: PrivilegeCode): boolean {
	const sites = new Set([...facts.of('sign-off'), ...facts.of('supervision')].map((each) => each.siteId ?? ''));
	return [...sites].some((siteId) => canWithdraw(facts, { privilege, siteId }));
}

export const withdrawalForm = z.object({
	id: z.uuid(),
	reach: z.enum(reaches, 'Choose how far it reaches'),
	note: z.string().trim().min(1, 'Say why, in a few words').max(280, 'Keep it to 280 characters'),
	staffCode: z.string().trim().toLowerCase().min(1, 'Enter the staff code of the second person').max(100),
	secret: z.string().min(1, 'The second person enters their PIN or password').max(500),
});

/** Why a withdrawal is not recorded. */
export const withdrawalRefusalWords = {
	'not-authorised': 'Your role may not withdraw this at this site.',
	yourself: 'You cannot decide about yourself. Ask another manager.',
	'not-here': 'This person does not work at this site. Ask a manager of a site where they work.',
	'nothing-to-withdraw': 'There is no sign-off here to take back.',
	'same-person': 'Two different people decide. Ask a second manager or medication lead.',
	'learner-confirms': 'The person it is about cannot confirm it. Ask a second manager or medication lead.',
	'wrong-role': 'Only a manager or medication lead of this site can confirm this.',
	wrong: 'That staff code and PIN or password do not belong together',
	'too-many': 'Too many wrong tries. Wait five minutes, then try again. Nothing is lost',
	'other-page': 'Something else was saved from this page before. Open the page again.',
} as const;
export type WithdrawalRefusal = keyof typeof withdrawalRefusalWords;

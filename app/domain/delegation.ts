import { z } from 'zod';
import { opaqueReference, payloads } from './evidence.ts';
import { type LocalDay, localDay, moveDay } from './period.ts';

/** A delegation is looked at again after three months unless the nurse says otherwise, and within twelve. */
export function reviewDays(now: Date): { usual: LocalDay; first: LocalDay; last: LocalDay } {
	const today = localDay(now);
	return { usual: moveDay(today, 'P3M'), first: moveDay(today, 'P1D'), last: moveDay(today, 'P12M') };
}

const { registration } = payloads.delegation.shape;

export const delegationForm = z.object({
	id: z.uuid(),
	person: z
		.string()
		.trim()
		.refine(
			(text) => opaqueReference.safeParse(text).success,
			'Enter their reference: letters, digits and hyphens, with at least one digit. Never a name',
		),
	registration: z
		.string()
		.transform((text) => text.replaceAll(/\s/g, '').toUpperCase())
		.refine((pin) => registration.safeParse(pin).success, 'Enter your NMC PIN, such as 12A3456E'),
	reviewOn: z
		.string()
		.regex(/^\d{4}-\d{2}-\d{2}$/, 'Enter the day of the review')
		.refine((day) => !Number.isNaN(Date.parse(day)), 'Enter a day that exists'),
});

export const delegationEndingForm = z.object({ delegation: z.uuid() });

/** Why a delegation is not recorded or ended. */
export const delegationRefusalWords = {
	'not-a-nurse':
		'Only a registered nurse who works at this site can delegate this. It is a clinical decision, not a manager’s.',
	'not-authorised': 'Your role may not end this at this site.',
	yourself: 'You cannot delegate to yourself.',
	'not-here': 'This person does not work at this site.',
	'not-delegated': 'This task is not delegated person by person.',
	'review-outside': 'The review is after today and within twelve months.',
	unknown: 'There is no such delegation here.',
	'other-page': 'Something else was saved from this page before. Open the page again.',
} as const;
export type DelegationRefusal = keyof typeof delegationRefusalWords;

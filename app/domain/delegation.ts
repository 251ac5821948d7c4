import { z } from 'zod';
import { employmentAt } from './employment.ts';
import { type EvidenceOf, opaqueReference, payloads } from './evidence.ts';
import type { Facts } from './facts.ts';
import { type LocalDay, localDay, moveDay } from './period.ts';
import { goodUntil, type Policy } from './policy.ts';

/** A delegation is looked at again after three months unless the nurse says otherwise, and within twelve. */
export function reviewDays(now: Date): { usual: LocalDay; first: LocalDay; last: LocalDay } {
	const today = localDay(now);
	return { usual: moveDay(today, 'P3M'), first: moveDay(today, 'P1D'), last: moveDay(today, 'P12M') };
}

/**
 * Whether somebody may delegate at a site at an instant: a nurse there whose registration, where it has been seen, is
 * good. `lapsed`: it has run out. `no-nurse`: no nurse there then.
 */
export function mayDelegateAt(
	facts: Facts,
	siteId: string,
	policy: Pick<Policy, 'endOfShift'>,
	at: Date,
): 'may' | 'lapsed' | 'no-nurse' {
	const seen = facts.of('award').findLast((each) => each.payload.award === nurseRegistration);
	if (seen?.payload.expiresOn && at >= goodUntil(seen.payload.expiresOn, policy)) return 'lapsed';
	return employmentAt(facts, siteId, at).roles.includes('nurse') ? 'may' : 'no-nurse';
}

/** What a nurse's registration is called as an award. */
export const nurseRegistration = 'nmc-registration';

/** The day by which somebody else has to take a delegation over, if anybody has to. */
export function takeOverBy(facts: Facts, { id }: Pick<EvidenceOf<'delegation'>, 'id'>): LocalDay | null {
	const days = facts.of('delegation-takeover').filter(({ payload }) => payload.delegation === id);
	return days.map(({ payload }) => payload.by).sort()[0] ?? null;
}

const { registration } = payloads.delegation.shape;

/** Of a registered health professional, as it is kept: without spaces, in capitals. */
export const registrationField = z
	.string()
	.transform((text) => text.replaceAll(/\s/g, '').toUpperCase())
	.refine(
		(number) => registration.safeParse(number).success,
		'Enter the number of your registration, such as 12A3456E',
	);

/** The other system's name for the person supported. */
export const referenceField = z
	.string()
	.trim()
	.refine(
		(text) => opaqueReference.safeParse(text).success,
		'Enter their reference: letters, digits and hyphens, with at least one digit. Never a name',
	);

export const reviewField = z
	.string()
	.regex(/^\d{4}-\d{2}-\d{2}$/, 'Enter the day of the review')
	.refine((day) => !Number.isNaN(Date.parse(day)), 'Enter a day that exists');

export const delegationForm = z.object({
	id: z.uuid(),
	person: referenceField,
	registration: registrationField,
	reviewOn: reviewField,
});

export const delegationEndingForm = z.object({ delegation: z.uuid() });

/** Why a delegation is not recorded or ended. */
export const delegationRefusalWords = {
	'not-a-nurse':
		'Only a registered nurse who works at this site can delegate this. It is a clinical decision, not a manager’s.',
	'not-authorised': 'Your role may not end this at this site.',
	'registration-lapsed': 'Your registration has run out, as it is recorded here. Ask a manager to record the new one.',
	yourself: 'You cannot delegate to yourself.',
	'not-here': 'This person does not work at this site.',
	'not-delegated': 'This task is not delegated person by person.',
	'review-outside': 'The review is after today and within twelve months.',
	unknown: 'There is no such delegation here.',
	'other-page': 'Something else was saved from this page before. Open the page again.',
} as const;
export type DelegationRefusal = keyof typeof delegationRefusalWords;

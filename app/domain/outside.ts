import { z } from 'zod';
import { isoDate } from './content.ts';
import { referenceField, registrationField, reviewField } from './delegation.ts';
import { opaqueReference } from './evidence.ts';
import type { Role } from './privilege.ts';

/** What somebody from outside can be asked to confirm by a one-time link. */
export const outsideKinds = ['delegation', 'sign-off'] as const;
export type OutsideKind = (typeof outsideKinds)[number];

/** How long a link works: over a weekend, and no longer. In milliseconds. */
export const linkLives = 72 * 3_600_000;

/** What is kept of the question itself. */
export const outsideAsked = {
	delegation: z.strictObject({ person: opaqueReference, reviewOn: isoDate }),
	'sign-off': z.strictObject({}),
} as const;
export type OutsideAsked<K extends OutsideKind> = z.infer<(typeof outsideAsked)[K]>;

/** As what somebody from outside signs. Where a file says that only a nurse may, only a nurse may here. */
export const outsideRoles = ['registered-nurse', 'pharmacist', 'pharmacy-technician', 'doctor', 'paramedic'] as const;
export type OutsideRole = (typeof outsideRoles)[number];
export const outsideRoleWords: Record<OutsideRole, string> = {
	'registered-nurse': 'Registered nurse',
	pharmacist: 'Pharmacist',
	'pharmacy-technician': 'Pharmacy technician',
	doctor: 'Doctor',
	paramedic: 'Paramedic',
};

/** Those who may sign off from outside what the file lets some roles sign off. */
export function outsideSigners(by: readonly Role[]): OutsideRole[] {
	return by.some((role) => role !== 'nurse') ? [...outsideRoles] : ['registered-nurse'];
}

export const askDelegationForm = z.object({
	id: z.uuid(),
	kind: z.literal('delegation'),
	person: referenceField,
	reviewOn: reviewField,
});
export const askSignOffForm = z.object({ id: z.uuid(), kind: z.literal('sign-off') });

const sure = z.literal('yes', 'Tick the box to say that you confirm it');

export const confirmDelegationForm = z.object({ registration: registrationField, sure });
export const confirmSignOffForm = z.object({
	registration: registrationField,
	role: z.enum(outsideRoles, 'Choose what you are'),
	shownLastDay: isoDate,
	sure,
});

/** Why nobody outside is asked, or what they confirm is not recorded. */
export const outsideRefusalWords = {
	'not-authorised': 'Your role may not ask for this at this site.',
	yourself: 'Somebody else asks for a task to be delegated to you.',
	'not-delegated': 'This task is not delegated person by person.',
	'not-here': 'This person does not work at this site.',
	'review-outside': 'The review is after today and within twelve months.',
	'somebody-here': 'Somebody here may sign this off. Ask them.',
	'not-ready': 'More is missing than the sign-off. Look at the list of what is asked.',
	'wrong-role': 'Only a registered nurse may sign this off.',
	'day-changed': 'The last day has changed since you opened this page. Please look again and confirm.',
	used: 'This link has been used. What was confirmed has been recorded.',
	expired: 'This link has run out. Ask whoever sent it to you for a new one.',
	'other-page': 'Something else was saved from this page before. Open the page again.',
} as const;
export type OutsideRefusal = keyof typeof outsideRefusalWords;

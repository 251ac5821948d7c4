import { z } from 'zod';
import { type Authority, may, type Post } from './authority.ts';
import { isoDate } from './content.ts';
import { referenceField, registrationField, reviewField } from './delegation.ts';
import { opaqueReference } from './evidence.ts';
import type { Role } from './privilege.ts';

/** What somebody from outside can be asked to confirm by a one-time link. */
export const outsideKinds = ['delegation', 'sign-off'] as const;
export type OutsideKind = (typeof outsideKinds)[number];

/** Who may send a link of each kind, see those that are open, and take one out of use. */
const askers: Record<OutsideKind, readonly Authority[]> = {
	delegation: ['delegate', 'record'],
	'sign-off': ['record'],
};

/** Whether the posts let somebody ask outside for something at a site. */
export function mayAskOutside(posts: readonly Post[], kind: OutsideKind, siteId: string): boolean {
	return askers[kind].some((each) => may(posts, each, siteId));
}

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

/** Who a link is for: their job and where they work. */
const recipient = z
	.string()
	.trim()
	.min(3, 'Say who you send it to, such as district nurse, Oakfield Surgery')
	.max(80, 'Keep it to 80 characters');

export const askDelegationForm = z.object({
	id: z.uuid(),
	kind: z.literal('delegation'),
	recipient,
	person: referenceField,
	reviewOn: reviewField,
});
export const askSignOffForm = z.object({ id: z.uuid(), kind: z.literal('sign-off'), recipient });

const sure = z.literal('yes', 'Tick the box to say that you confirm it');

/** What a number looks like in the register of each: NMC, GPhC, GMC, HCPC. */
const registers: Record<OutsideRole, RegExp> = {
	'registered-nurse': /^\d{2}[A-Z]\d{4}[A-Z]$/,
	pharmacist: /^\d{7}$/,
	'pharmacy-technician': /^\d{7}$/,
	doctor: /^\d{7}$/,
	paramedic: /^PA\d{5,6}$/,
};

export const confirmDelegationForm = z.object({ registration: registrationField, sure });
export const confirmSignOffForm = z
	.object({
		registration: registrationField,
		role: z.enum(outsideRoles, 'Choose what you are'),
		shownLastDay: isoDate,
		sure,
	})
	.refine(({ role, registration }) => registers[role].test(registration), {
		path: ['registration'],
		error:
			'This is not a number of your register. A nurse’s looks like 12A3456E, a paramedic’s like PA12345, a pharmacist’s or doctor’s has seven digits',
	});

export const cancelOutsideForm = z.object({ request: z.uuid() });

/** Why nobody outside is asked, what they confirm is not recorded, or a link is not taken out of use: for those inside. */
export const outsideRefusalWords = {
	'not-authorised': 'Your role may not ask for this at this site.',
	yourself: 'Somebody else asks for a task to be delegated to you.',
	'not-delegated': 'This task is not delegated person by person.',
	'not-here': 'This person does not work at this site.',
	paused: 'This person is paused. Ask when the pause has been lifted.',
	'review-outside': 'The review is after today and within twelve months.',
	'somebody-here': 'Somebody here may sign this off. Ask them.',
	'not-ready': 'More is missing than the sign-off. Look at the list of what is asked.',
	'open-already': 'A link for this is open already. Wait for the answer, or cancel that link first.',
	'wrong-role': 'Only a registered nurse may sign this off.',
	'day-changed': 'The last day has changed since you opened this page. Please look again and confirm.',
	/** Used, run out, cancelled or never there: it is not said which. */
	gone: 'This link cannot be used.',
	'confirmed-before':
		'This has been confirmed already, so there is no link to cancel. You can still end the delegation, or take the sign-off back.',
	'other-page': 'Something else was saved from this page before. Open the page again.',
} as const;
export type OutsideRefusal = keyof typeof outsideRefusalWords;

/** What somebody outside can put right on the form itself. Of anything else they learn only that it cannot be confirmed. */
export const formRefusals: readonly OutsideRefusal[] = ['wrong-role', 'day-changed'];

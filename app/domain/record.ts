import { z } from 'zod';
import type { Authority } from './authority.ts';
import { isoDate } from './content.ts';
import { isDay } from './period.ts';
import { privilegeCodes, type Role } from './privilege.ts';

/** What a manager writes down about a person beside rounds, quizzes and sign-offs. One form each. */
export const recordKinds = [
	'site-induction',
	'absence',
	'award',
	'agency-record',
	'nurse-registration',
	'outside-assessment',
	'age-decision',
] as const;
export type RecordKind = (typeof recordKinds)[number];

export const recordWords: Record<RecordKind, { title: string; hint: string; authority: Authority }> = {
	'site-induction': {
		title: 'Shown round a site',
		hint: 'They know the codes, the layout, the eMAR and the pharmacy of this place.',
		authority: 'record',
	},
	absence: {
		title: 'Away from work',
		hint: 'Only from when to when. Never write why.',
		authority: 'record',
	},
	award: {
		title: 'A qualification you have seen',
		hint: 'It is kept as evidence. It never makes anybody competent by itself.',
		authority: 'record',
	},
	'agency-record': {
		title: 'An agency’s record you have checked',
		hint: 'Agency staff need this, to be shown round, and one round here.',
		authority: 'record',
	},
	'nurse-registration': {
		title: 'A nurse’s registration you have checked',
		hint: 'Look it up in the public register of the NMC. With it a nurse gives delegated tasks in her own right, once she is signed off.',
		authority: 'record',
	},
	'outside-assessment': {
		title: 'Found competent by somebody outside',
		hint: 'For the first assessors of a site: it stands for the observed rounds. Somebody else makes the sign-off.',
		authority: 'record-outside',
	},
	'age-decision': {
		title: 'A decision about somebody under 18',
		hint: 'Look at this person and what they would do first. Then say here what you decided.',
		authority: 'decide',
	},
};

const day = (what: string) => isoDate.catch('').refine((text) => text !== '', `Enter ${what}`);
/** Left empty where nobody knows; a day that cannot be read is asked for again, and never taken for "it does not end". */
const laterDay = z
	.string()
	.trim()
	.nullish()
	.refine((text) => !text || isDay(text), 'Enter a day that exists, or leave it empty')
	.transform((text) => text || null);
const note = z.string().trim().max(280, 'Keep it to 280 characters').catch('');
const site = z.uuid('Choose the site');
const called = z
	.string()
	.trim()
	.min(3, 'Enter what it is called')
	.max(60, 'Keep it to 60 characters')
	.regex(/^[A-Za-z0-9 -]+$/, 'Use letters, digits, spaces and hyphens only');

const common = { id: z.uuid(), note };

/** What the forms send. */
export const recordForms = {
	'site-induction': z.object({ ...common, site, on: day('the day') }),
	absence: z
		.object({ ...common, from: day('the first day away'), back: laterDay })
		.refine(({ from, back }) => !back || back > from, {
			path: ['back'],
			message: 'The day back is after the first day away',
		}),
	award: z
		.object({ ...common, award: called, awardedOn: day('the day on the certificate'), expiresOn: laterDay })
		.refine(({ awardedOn, expiresOn }) => !expiresOn || expiresOn > awardedOn, {
			path: ['expiresOn'],
			message: 'The last day is after the day on the certificate',
		}),
	'agency-record': z.object({ ...common, awardedOn: day('the day of the agency’s record'), expiresOn: laterDay }),
	'nurse-registration': z
		.object({
			...common,
			awardedOn: day('the day you looked it up'),
			expiresOn: day('the day it has to be renewed by'),
		})
		.refine(({ awardedOn, expiresOn }) => expiresOn > awardedOn, {
			path: ['expiresOn'],
			message: 'The day of renewal is after the day you looked it up',
		}),
	'outside-assessment': z.object({
		...common,
		site,
		privilege: z.enum(privilegeCodes, 'Choose what they were assessed in'),
		award: called,
		awardedOn: day('the day of the assessment'),
	}),
	'age-decision': z
		.object({
			...common,
			may: z.enum(['yes', 'no'], 'Choose yes or not yet'),
			/** A yes is for one thing that was looked at; a no may be for all. */
			privilege: z.enum(privilegeCodes).nullable().catch(null),
		})
		.refine(({ may, privilege }) => may === 'no' || privilege !== null, {
			path: ['privilege'],
			message: 'Choose what they may do: a yes is for one thing at a time',
		}),
} satisfies Record<RecordKind, z.ZodType>;

export const retractionForm = z
	.object({
		id: z.uuid(),
		intent: z.enum(['retract', 'back']),
		note,
		back: isoDate.catch(''),
		/** Of the second person, with their own PIN or password, where one is needed. */
		staffCode: z.string().trim().toLowerCase().max(100).catch(''),
		secret: z.string().max(500).catch(''),
	})
	.refine(({ intent, note }) => intent === 'back' || note !== '', {
		path: ['note'],
		message: 'Say what was wrong with it',
	})
	.refine(({ intent, back }) => intent === 'retract' || back !== '', {
		path: ['back'],
		message: 'Enter the first day back',
	});

/** "Level 3 Diploma" as evidence names it: `level-3-diploma`. */
export function slugOf(text: string): string {
	return text
		.toLowerCase()
		.replaceAll(/[^a-z0-9]+/g, '-')
		.replaceAll(/^-|-$/g, '');
}

/**
 * Whether somebody in these roles may record an assessment made outside: a manager; for rounds that are watched `by` a
 * nurse only a nurse or, for a learner who is a nurse herself, a manager.
 */
export function mayRecordOutside(
	roles: readonly Role[],
	by: readonly Role[] | undefined,
	learnerRoles: readonly Role[],
): boolean {
	if (!by?.includes('nurse')) return roles.includes('manager');
	return roles.includes('nurse') || (roles.includes('manager') && learnerRoles.includes('nurse'));
}

/** Why something is not recorded. */
export const recordRefusalWords = {
	yourself: 'You cannot record this about yourself. Ask another manager.',
	'not-authorised': 'Your role may not record this at this site.',
	'in-the-future': 'That day has not come yet.',
	'not-a-nurse': 'Only a nurse says this about a task that nurses delegate. For a nurse herself a manager may too.',
	'too-old': 'That was too long ago. They have to be assessed again.',
	'before-withdrawal': 'It was made before this was withdrawn. They have to be assessed again.',
	'before-sign-off': 'It was made before the last sign-off. They have to be assessed again.',
	party: 'You were involved in what a pause was about. Somebody else has to record this: another manager.',
	'has-assessor': 'This site has an assessor for this already: they can watch real rounds here.',
} as const;
export type RecordRefusal = keyof typeof recordRefusalWords;

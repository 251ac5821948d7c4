import { z } from 'zod';
import type { Authority } from './authority.ts';
import { isoDate } from './content.ts';
import { privilegeCodes } from './privilege.ts';

/** What a manager writes down about a person beside rounds, quizzes and sign-offs. One form each. */
export const recordKinds = [
	'site-induction',
	'absence',
	'award',
	'agency-record',
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
	'outside-assessment': {
		title: 'Found competent by somebody outside',
		hint: 'For the first assessors of a site: it stands for the observed rounds. The sign-off is still to be made.',
		authority: 'decide',
	},
	'age-decision': {
		title: 'A decision about somebody under 18',
		hint: 'Look at this person and what they would do first. Then say here what you decided.',
		authority: 'decide',
	},
};

const day = (what: string) => isoDate.catch('').refine((text) => text !== '', `Enter ${what}`);
const laterDay = isoDate.nullable().catch(null);
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
	'outside-assessment': z.object({
		...common,
		site,
		privilege: z.enum(privilegeCodes, 'Choose what they were assessed in'),
		award: called,
		awardedOn: day('the day of the assessment'),
	}),
	'age-decision': z.object({ ...common, may: z.enum(['yes', 'no'], 'Choose yes or not yet') }),
} satisfies Record<RecordKind, z.ZodType>;

export const retractionForm = z
	.object({ id: z.uuid(), intent: z.enum(['retract', 'back']), note, back: isoDate.catch('') })
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

/** Why something is not recorded. */
export const recordRefusalWords = {
	yourself: 'You cannot record this about yourself. Ask another manager.',
	'not-authorised': 'Your role may not record this at this site.',
	'in-the-future': 'That day has not come yet.',
	'has-assessor': 'This site has an assessor for this already: they can watch real rounds here.',
	'taken-back': 'This has been taken back or corrected already.',
	'not-yours-to-correct': 'Only a manager of the site where this happened can take it back.',
} as const;
export type RecordRefusal = keyof typeof recordRefusalWords;

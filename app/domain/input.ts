import * as z from 'zod/mini';
import { isDay } from './period.ts';
import { pauseReasons, reaches } from './words.ts';

/** What people type into forms. In zod's small edition, because the same schemas run in the browser. */
export const signInForm = z.object({
	staffCode: z.string().check(z.trim(), z.toLowerCase(), z.minLength(1, 'Enter your staff code'), z.maxLength(100)),
	password: z.string().check(z.minLength(1, 'Enter your password'), z.maxLength(500)),
});

/** A PIN or a password. */
const signature = (whose: string) => z.string().check(z.minLength(1, `Enter ${whose} PIN`), z.maxLength(500));

export const signaturesForm = z.object({
	assessorSecret: signature('your'),
	learnerSecret: signature('the learner’s'),
});

const note = z.string().check(z.trim(), z.maxLength(280, 'Keep it to 280 characters'));

export const pauseForm = z.object({
	id: z.uuid(),
	scope: z.enum(['privilege', 'everything'], 'Choose what is paused'),
	reach: z.enum(reaches, 'Choose how far it reaches'),
	reason: z.enum(pauseReasons, 'Choose a reason'),
	reviewOn: z
		.string()
		.check(z.minLength(1, 'Enter the day of the review'), z.refine(isDay, 'Enter a day that exists, for the review')),
	/** Who else was involved. */
	parties: z.optional(z.array(z.uuid())),
	/** The incident it is about. */
	incident: z.optional(z.uuid()),
	note,
});

export const signOffForm = z.object({
	id: z.uuid(),
	shownLastDay: z.string().check(z.refine(isDay)),
});

export const policyReasonForm = z.object({
	reason: note.check(z.minLength(5, 'Say why, in a few words')),
});

/** What stops people at once is explained to them: a word is no explanation. */
export const urgentReasonForm = z.object({
	reason: note.check(z.minLength(20, 'Say in a sentence why it cannot wait')),
});

export interface FieldError {
	field: string;
	message: string;
}

/** One message for each field that is wrong, in the order of the form. */
export function fieldErrors(error: z.core.$ZodError): FieldError[] {
	const seen = new Set<string>();
	return error.issues.flatMap((issue) => {
		const field = issue.path.join('.');
		if (seen.has(field)) return [];
		seen.add(field);
		return [{ field, message: issue.message }];
	});
}

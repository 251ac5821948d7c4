import { z } from 'zod';
import { isDay, isDuration } from './period.ts';

/** What every content file says about itself, so that a learner can see who stands behind it. */
export const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower case words joined by hyphens');
export const duration = z.string().refine(isDuration, 'an ISO 8601 duration such as P12M');
/** A length of time that is the same on every day of the year, such as PT24H. */
export const exactDuration = duration.refine(
	(text) => text.startsWith('PT'),
	'hours, minutes or seconds such as PT24H',
);
export const isoDate = z.string().refine(isDay, 'a day that exists, such as 2027-03-14');

/** What a new version asks of people who were signed off under an earlier one. */
export const changeAsks = ['nothing', 'acknowledge', 'quiz', 'observation'] as const;
export type ChangeAsks = (typeof changeAsks)[number];

export const provenance = z.strictObject({
	version: z.int().positive(),
	owner: z.string().min(3),
	reviewBy: isoDate,
	/** Either nobody has reviewed it yet, or a named clinician has, on a day. */
	clinicalReview: z.union([
		z.literal('awaiting'),
		z.strictObject({ by: z.string(), registration: z.string(), on: isoDate }),
	]),
	/** From version 2 on: what is new, in one or two sentences for learners, what it asks of them, and by when. */
	change: z.strictObject({ says: z.string().min(10).max(300), asks: z.enum(changeAsks), grace: duration }).optional(),
	sources: z.array(z.strictObject({ title: z.string(), url: z.url().optional() })).min(1),
});

export const contentKinds = ['module', 'quiz', 'checklist', 'privilege', 'policy'] as const;
export type ContentKind = (typeof contentKinds)[number];

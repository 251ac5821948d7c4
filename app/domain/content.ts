import { z } from 'zod';

/** What every content file says about itself, so that a learner can see who stands behind it. */
export const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower case words joined by hyphens');
export const isoDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a date as 2027-03-14');

export const provenance = z.strictObject({
	version: z.int().positive(),
	owner: z.string().min(3),
	reviewBy: isoDate,
	/** Either nobody has reviewed it yet, or a named clinician has, on a day. */
	clinicalReview: z.union([
		z.literal('awaiting'),
		z.strictObject({ by: z.string(), registration: z.string(), on: isoDate }),
	]),
	sources: z.array(z.strictObject({ title: z.string(), url: z.url().optional() })).min(1),
});

export const contentKinds = ['module', 'quiz', 'checklist', 'privilege', 'policy'] as const;
export type ContentKind = (typeof contentKinds)[number];

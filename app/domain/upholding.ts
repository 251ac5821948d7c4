import { z } from 'zod';

export const upholdingForm = z.object({
	id: z.uuid(),
	note: z.string().trim().min(1, 'Say what you looked at, in a few words').max(280, 'Keep it to 280 characters'),
});

/** Why a flagged sign-off is not upheld. */
export const upholdingRefusalWords = {
	'not-authorised': 'Only somebody who may sign this off can decide that it stands.',
	learner: 'You cannot decide about your own sign-off. Ask another manager.',
	assessor: 'You watched this round yourself. Somebody else has to decide.',
	'not-flagged': 'There is nothing to review here any more.',
	'other-page': 'Something else was saved from this page before. Open the page again.',
} as const;
export type UpholdingRefusal = keyof typeof upholdingRefusalWords;

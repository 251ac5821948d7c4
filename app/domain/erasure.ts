import { z } from 'zod';
import { type LocalDay, localDay, moveDay } from './period.ts';

/** One form of the page on somebody's name: to hold it, to lift a hold, or to forget it. */
export const erasureForm = z.discriminatedUnion('intent', [
	z.object({
		intent: z.literal('hold'),
		id: z.uuid(),
		reason: z.string().trim().min(1, 'Say why it has to be kept, in a few words').max(280, 'Keep it to 280 characters'),
	}),
	z.object({ intent: z.literal('lift'), id: z.uuid() }),
	z.object({
		intent: z.literal('erase'),
		sure: z.literal('yes', 'Tick the box if you are sure: it cannot be undone'),
	}),
]);

/** Why a name is not held, or not forgotten. */
export const erasureRefusalWords = {
	unknown: 'This is not known any more. Open the page again.',
	'erased-before': 'This name has been forgotten already.',
	'lifted-before': 'This hold has been lifted already.',
	'works-here': 'They work here, so their name is needed.',
	'legal-hold': 'A hold keeps this name. Lift it first, if the reason is over.',
	'too-early': 'It is too early: the name is still kept.',
	'no-reason': 'Say why it has to be kept, in a few words',
} as const;

/** What is known of somebody's work, for how long their name is kept. */
export interface Work {
	lastDay: LocalDay | null;
}

/**
 * The last day on which a leaver's name is kept: policy's `retention` after their last day, or after they were entered
 * where they never worked. Null while they work here. Source: NHS Records Management Code of Practice, six years.
 */
export function nameKeptUntil(
	work: readonly Work[],
	entered: Date,
	retention: string,
	today: LocalDay,
): LocalDay | null {
	if (work.some((each) => each.lastDay === null || each.lastDay >= today)) return null;
	const [lastDay = localDay(entered)] = work
		.flatMap((each) => each.lastDay ?? [])
		.sort()
		.reverse();
	return moveDay(lastDay, retention);
}

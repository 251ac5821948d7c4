import { z } from 'zod';
import { type ChangeAsks, changeAsks } from './content.ts';
import type { EvidenceOf, Payload } from './evidence.ts';
import { concerns, type Facts } from './facts.ts';
import type { IncidentKind } from './incident.ts';
import { endOfDay, localDay, moveDay } from './period.ts';
import type { Policy } from './policy.ts';
import type { Question } from './rules.ts';

/** Every pause in force that bears on a question: of this privilege or of everything, at this site or provider-wide. */
export function openPauses(facts: Facts, question: Question): EvidenceOf<'pause'>[] {
	return unliftedPauses(facts).filter((pause) => concerns(pause, question));
}

/** Every pause of a person that nobody has lifted. */
export function unliftedPauses(facts: Facts): EvidenceOf<'pause'>[] {
	const lifted = new Set(facts.of('pause-lifted').map((each) => each.payload.pause));
	return facts.of('pause').filter((pause) => !lifted.has(pause.id));
}

/**
 * The pause that a report makes at once, where policy calls its kind severe; null where it is for a manager to decide
 * (domain.md section 6). Nobody owns it yet.
 */
export function pauseOnReport(
	kind: IncidentKind,
	policy: Pick<Policy, 'pause'>,
	receivedAt: Date,
): Payload<'pause'> | null {
	if (!policy.pause.onReport[kind]) return null;
	return { reason: 'incident-review', reviewOn: moveDay(localDay(receivedAt), policy.pause.review) };
}

/** What lifting these pauses asks for at least, by why each was made. */
export function leastAsked(
	pauses: readonly Pick<EvidenceOf<'pause'>, 'payload'>[],
	policy: Pick<Policy, 'pause'>,
): ChangeAsks {
	const asked = pauses.map(({ payload }) => policy.pause.lifting[payload.reason] ?? 'nothing');
	return changeAsks.findLast((each) => asked.includes(each)) ?? 'nothing';
}

/** Whether something asks for as much as something else: a round is more than a quiz, a quiz more than reading. */
export function asksAsMuchAs(asks: ChangeAsks, least: ChangeAsks): boolean {
	return changeAsks.indexOf(asks) >= changeAsks.indexOf(least);
}

/** How a lifting is chosen, in plain words. */
export const liftingWords: Record<ChangeAsks, string> = {
	nothing: 'Give it back now',
	acknowledge: 'They read what is new first',
	quiz: 'They take the quiz first',
	observation: 'They are watched on a round first',
};

export const pauseLiftingForm = z.object({
	/** The pauses that were shown: one made since is not lifted unseen. */
	pauses: z.array(z.uuid()),
	asks: z.enum(changeAsks, 'Choose what happens first'),
	note: z
		.string('Say what the review found, in a few words')
		.trim()
		.min(1, 'Say what the review found, in a few words')
		.max(280, 'Keep it to 280 characters'),
});

export type PauseAge = 'in-time' | 'past-review' | 'too-long';

export const pauseAgeWords: Record<PauseAge, string> = {
	'in-time': '',
	'past-review': 'Past its review',
	'too-long': 'Too long',
};

/** Whether an open pause is past the day of its review, or longer than policy allows. It never lifts by itself. */
export function ageOfPause(pause: EvidenceOf<'pause'>, policy: Pick<Policy, 'pause'>, at: Date): PauseAge {
	if (at >= endOfDay(moveDay(localDay(pause.observedAt), policy.pause.longest))) return 'too-long';
	return at >= endOfDay(pause.payload.reviewOn) ? 'past-review' : 'in-time';
}

/** Why a pause is not lifted. */
export const liftingRefusalWords = {
	yourself: 'You cannot lift your own pause. Ask another manager',
	'asks-too-little': 'Your policy asks for more before a pause made for this reason is lifted',
} as const;

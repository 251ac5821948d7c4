import type { RoundRefusal } from './assessing.ts';
import { type Checklist, markRound, unanswered } from './checklist.ts';
import type { EvidenceOf } from './evidence.ts';
import { isRound, isSignedLate } from './observation.ts';
import type { Policy } from './policy.ts';
import { type RoundForm, roundForm } from './round.ts';
import type { Rules } from './rules.ts';
import type { NotCountedReason } from './words.ts';

/** Why a passed round is no step towards anything. */
export type Uncounted = NotCountedReason | 'late' | 'simulated' | 'too-little-seen';

/** The same, for whoever reads about it. */
export const uncountedWords: Record<Uncounted, string> = {
	'two-learners-at-once': 'Its assessor watched somebody else at the same time. One assessor watches one person.',
	'before-learning':
		'It came before the learning it rests on: the reading, the quiz, the documents, being shown round.',
	stopped: 'By the time both had signed, they were not to do this for now.',
	party: 'Its assessor was part of what is being reviewed.',
	late: 'It was signed too long after it began. It is kept as a late entry and does not count.',
	simulated: 'It was a simulation. It can show lines that nobody has seen, and does not count as a round.',
	'too-little-seen':
		'Too little was seen: a Yes or a No on more than half of the lines, and somebody who was given something.',
};

/** Why a round does not count, were it passed; null where it does. */
export function whyUncounted(
	round: EvidenceOf<'observation'>,
	rules: Pick<Rules, 'checklists' | 'earlier'>,
	policy: Policy,
	{ simulation }: { simulation: boolean },
): Uncounted | null {
	const { notCounted, simulated } = round.payload;
	if (notCounted) return notCounted;
	if (simulated && !simulation) return 'simulated';
	if (!policy.observation.lateCounts && isSignedLate(round.payload, policy)) return 'late';
	return isRound(round, rules, policy) ? null : 'too-little-seen';
}

/** Of the refusals to begin a round, those that a round begun before is kept with, without counting. */
export function keptAs(why: RoundRefusal | null): NotCountedReason | null {
	switch (why) {
		case 'stopped':
		case 'not-at-this-site':
			return 'stopped';
		case 'party':
		case 'before-learning':
			return why;
		default:
			return null;
	}
}

/** What a finished form comes to, or null while something in it is open. */
export function finishedForm(form: unknown, checklist: Checklist, policy: Policy): RoundForm | null {
	const parsed = roundForm.safeParse(form);
	if (!parsed.success || unanswered(checklist, parsed.data.results).length) return null;
	return nobodyIn(parsed.data, checklist, policy).length ? null : parsed.data;
}

/**
 * The counts of a form that say that nobody was given anything: that is no round. One that was stopped or failed is
 * always recorded, whatever its counts.
 */
export function nobodyIn(
	form: RoundForm,
	checklist: Pick<Checklist, 'sections' | 'counts'>,
	policy: Policy,
): ('people' | 'doses')[] {
	if (checklist.counts === false) return [];
	if (!markRound(checklist, form.results, form.stoppedForSafety, policy).passed) return [];
	return (['people', 'doses'] as const).filter((name) => form[name] === 0);
}

/** What is said beside such a count. */
export const nobodyWords = {
	people: 'A round with nobody is not a round. Enter how many people, or throw it away',
	doses: 'A round in which nothing was given is not a round. Enter how many doses, or throw it away',
} as const;

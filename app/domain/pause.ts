import { z } from 'zod';
import { may, mayEverywhere, type Post } from './authority.ts';
import { type ChangeAsks, changeAsks } from './content.ts';
import type { Evidence, EvidenceOf, Payload } from './evidence.ts';
import { concerns, type Facts, isAfter } from './facts.ts';
import { type IncidentKind, isSevere } from './incident.ts';
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
 * The pause that a report makes at once, where policy says so of its kind; null where it is for a manager to decide
 * (domain.md section 6). Nobody owns it yet. Only harm and dishonesty stop somebody by themselves: an ordinary error never
 * does, whatever an older policy says of it.
 */
export function pauseOnReport(
	{ id, kind, receivedAt }: { id: string; kind: IncidentKind; receivedAt: Date },
	policy: Pick<Policy, 'pause'>,
): Payload<'pause'> | null {
	if (!isSevere(kind) || !policy.pause.onReport[kind]) return null;
	return { reason: 'incident-review', reviewOn: moveDay(localDay(receivedAt), policy.pause.review), incident: id };
}

/**
 * Who was involved in what the pauses that bear on a question are about. A party does not assess, lift, sign off or review
 * (design.md section 6), until somebody else has signed off after the lifting. Whatever the lifting asked for, that is the
 * first time that somebody uninvolved answers for what the person can do.
 */
export function partiesTo(facts: Facts, question: Question): string[] {
	const bearing = facts.of('pause').filter((pause) => {
		const { parties = [] } = pause.payload;
		if (!parties.length || !concerns(pause, question)) return false;
		const lifting = facts.of('pause-lifted').find((each) => each.payload.pause === pause.id);
		const signedSince = facts
			.of('sign-off')
			.some(
				(each) =>
					lifting &&
					concerns(each, question) &&
					isAfter(each, lifting as Evidence) &&
					!parties.includes(each.recordedBy ?? ''),
			);
		return !signedSince;
	});
	return [...new Set(bearing.flatMap((pause) => pause.payload.parties ?? []))];
}

/**
 * Whether somebody may lift a pause: with the authority at its site or, where it is of every site, at all of them. Nobody
 * lifts their own, nor one about something they were involved in.
 */
export function mayLift(
	{ personId, siteId, payload }: EvidenceOf<'pause'>,
	who: { personId: string; posts: readonly Post[] },
	allSites: readonly string[],
): boolean {
	if (who.personId === personId || payload.parties?.includes(who.personId)) return false;
	return siteId ? may(who.posts, 'pause', siteId) : mayEverywhere(who.posts, 'pause', allSites);
}

/** Why an open pause is not simply taken back: lifting it would ask for more; null where that asks for nothing. */
export function refuseTakingPauseBack(
	pause: EvidenceOf<'pause'>,
	facts: Facts,
	policyAt: (siteId: string) => Pick<Policy, 'pause'>,
	allSites: readonly string[],
): 'lifted' | 'lift-it' | null {
	if (facts.of('pause-lifted').some((each) => each.payload.pause === pause.id)) return 'lifted';
	return leastAskedAnywhere([pause], policyAt, allSites) === 'nothing' ? null : 'lift-it';
}

/** What lifting these pauses asks for at least, by why each was made. */
export function leastAsked(
	pauses: readonly Pick<EvidenceOf<'pause'>, 'payload'>[],
	policy: Pick<Policy, 'pause'>,
): ChangeAsks {
	const asked = pauses.map(({ payload }) => policy.pause.lifting[payload.reason] ?? 'nothing');
	return changeAsks.findLast((each) => asked.includes(each)) ?? 'nothing';
}

/** The same where a pause may be of every site: no site's policy is gone round by lifting it from another. */
export function leastAskedAnywhere(
	pauses: readonly Pick<EvidenceOf<'pause'>, 'payload' | 'siteId'>[],
	policyAt: (siteId: string) => Pick<Policy, 'pause'>,
	allSites: readonly string[],
): ChangeAsks {
	const asked = pauses.flatMap((each) =>
		(each.siteId ? [each.siteId] : allSites).map((siteId) => leastAsked([each], policyAt(siteId))),
	);
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
	'unknown-pause': 'One of these pauses is not of this person, or was taken back. Open the page again.',
	yourself: 'You cannot lift your own pause. Ask another manager',
	party: 'You were involved in what is reviewed, so you cannot lift this. Ask another manager',
	'asks-too-little': 'Your policy asks for more before a pause made for this reason is lifted',
} as const;
export type LiftingRefusal = keyof typeof liftingRefusalWords;

/** Why somebody is not paused. */
export const pauseRefusalWords = {
	'not-authorised': 'Your role may not pause anybody at this site.',
	'lifted-since': 'This pause has been lifted since. Open the page again to pause anew',
	'not-here': 'This person does not work at this site. Ask a manager of a site where they work',
	'unknown-party': 'Choose from the list who else was involved',
	'other-incident': 'That incident is not about this person',
} as const;
export type PauseRefusal = keyof typeof pauseRefusalWords;

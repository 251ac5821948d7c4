import type { Decision } from './decision.ts';

/** Why somebody may not assess a round. A closed list, each with a plain sentence. */
export const assessRefusalWords = {
	yourself: 'You cannot assess yourself. Ask another assessor.',
	'not-an-assessor': 'You are not signed off to assess at this site today.',
	'not-competent': 'You can only assess what you are competent in yourself, and in date.',
	'wrong-role': 'Only somebody in another role may watch this. Ask your manager who.',
} as const;
export type AssessRefusal = keyof typeof assessRefusalWords;

/** Why the assessor of a round could not assess it then, as we know now. Neutral words, about somebody else. */
export const flaggedWords: Record<AssessRefusal, string> = {
	yourself: 'The assessor was the learner.',
	'not-an-assessor': 'The assessor was not signed off to assess here then.',
	'not-competent': 'The assessor was not competent in this here then.',
	'wrong-role': 'The assessor was in another role then.',
};

/**
 * Whether a person may assess another for a privilege, by where the assessor stood at the time: they hold `assess` and
 * the same privilege, in date, at that site, and are never the learner (design.md section 6). Null: they may.
 */
export function refuseAssessor(given: {
	assessorId: string;
	learnerId: string;
	assess: Pick<Decision, 'permit'>;
	samePrivilege: Pick<Decision, 'permit'>;
}): AssessRefusal | null {
	if (given.assessorId === given.learnerId) return 'yourself';
	if (!given.assess.permit) return 'not-an-assessor';
	return given.samePrivilege.permit ? null : 'not-competent';
}

/** Why a sign-off is refused. */
export const signOffRefusalWords = {
	yourself: 'You cannot sign yourself off. Ask another manager.',
	'not-authorised': 'Your role may not sign this off at this site.',
	'not-ready': 'Something is still missing. Look at the list of what is asked.',
	paused: 'This is paused while we review. Lift the pause first.',
	'only-assessor': 'You watched every round yourself. Somebody else has to make the final sign-off.',
	'day-changed': 'The last day has changed since you opened this page. Please look again and confirm.',
} as const;
export type SignOffRefusal = keyof typeof signOffRefusalWords;

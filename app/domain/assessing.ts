import { type Authority, may, type Post } from './authority.ts';
import type { Decision } from './decision.ts';
import type { Employment } from './employment.ts';
import { type Facts, openPause } from './facts.ts';
import type { Progress } from './ground.ts';
import { partiesTo } from './pause.ts';
import type { PrivilegeCode, RequirementKind, Role } from './privilege.ts';
import { missingBeforeSignOff } from './progress.ts';
import type { ReasonCode } from './reason.ts';
import { isAsked } from './recheck.ts';
import type { Question } from './rules.ts';

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
	'not-an-assessor': 'The assessor was not signed off to assess at that site then.',
	'not-competent': 'The assessor was not competent in this at that site then.',
	'wrong-role': 'The assessor was in another role then.',
};

/**
 * Whether a person may assess another for a privilege, by where the assessor stood at the time: they hold `assess` and
 * the same privilege, in date, at that site, in their own right (not by an override), and are never the learner (design.md
 * section 6). What a nurse delegates is judged as if it had been delegated to them. Null: they may.
 */
export function refuseAssessor(given: {
	assessorId: string;
	learnerId: string;
	assess: Pick<Decision, 'holds'>;
	samePrivilege: Pick<Decision, 'holds'>;
}): AssessRefusal | null {
	if (given.assessorId === given.learnerId) return 'yourself';
	if (!given.assess.holds) return 'not-an-assessor';
	return given.samePrivilege.holds ? null : 'not-competent';
}

/**
 * Whether somebody with this answer, as it is stored or given without a person supported, holds the privilege in their
 * own right: only that vouches for somebody else. An override does not; a task that only waits to be delegated does.
 */
export function holdsBy(code: ReasonCode): boolean {
	return code === 'competent' || code === 'second_check_by_telephone' || code === 'delegation_missing';
}

/** Who holds `assess` and a privilege in their own right, of everybody's stored answers at one site. */
export function assessorsAmong(
	standings: readonly { personId: string; privilege: PrivilegeCode; code: ReasonCode }[],
	privilege: PrivilegeCode,
): string[] {
	const holders = (code: PrivilegeCode) =>
		standings.flatMap((each) => (each.privilege === code && holdsBy(each.code) ? each.personId : []));
	const assess = new Set(holders('assess'));
	return holders(privilege).filter((id) => assess.has(id));
}

/** Why a round is not begun. */
export const roundRefusalWords = {
	...assessRefusalWords,
	'no-checklist': 'There is no checklist for this.',
	'not-at-this-site': 'This person does not work at this site.',
	stopped:
		'They are not to do this for now: it is paused while we review, or somebody still has to decide. Ask your manager.',
	party: 'You were part of what is being reviewed. Another assessor has to watch.',
	'before-learning':
		'Their learning for this is not finished. First the reading, the quiz, the documents and being shown round; then a round.',
} as const;
export type RoundRefusal = keyof typeof roundRefusalWords;

/** What the first rounds on real people rest on. */
const learning: readonly RequirementKind[] = ['module', 'quiz', 'declaration', 'site-induction'];

/** What is not learned yet of what a first round rests on; a renewal's rounds, or those at a new site, may come before it. */
export function unlearned({ path, progress }: Pick<Decision, 'path' | 'progress'>): Progress[] {
	if (path !== 'first' && path !== 'agency') return [];
	return progress.filter((each) => !each.met && learning.includes(each.requirement.kind));
}

/**
 * Why nobody watches a learner do something for now: a pause, a decision about age, or a stop of what it rests on. What
 * was withdrawn itself, or seen done unsafely, is watched again: that is the way back.
 */
export function stopOfRounds(
	decision: Pick<Decision, 'stop' | 'progress'>,
	facts: Facts,
	question: Question,
	prerequisite: (code: PrivilegeCode) => Pick<Decision, 'stop'>,
): ReasonCode | null {
	if (openPause(facts, question)) return 'paused_review';
	const unmet = decision.progress.flatMap((each) => (each.met ? [] : [each.requirement]));
	if (unmet.some(({ kind }) => kind === 'age-decision')) return 'under_18_no_decision';
	if (decision.stop === 'unknown_privilege') return decision.stop;
	for (const each of unmet) {
		const stop = each.kind === 'prerequisite' ? prerequisite(each.privilege).stop : null;
		if (stop) return stop;
	}
	return null;
}

/** Why a sign-off is refused. */
export const signOffRefusalWords = {
	yourself: 'You cannot sign yourself off. Ask another manager.',
	'not-authorised': 'Your role may not sign this off at this site.',
	'not-ready': 'Something is still missing. Look at the list of what is asked.',
	paused: 'This is paused while we review. Lift the pause first.',
	'only-assessor': 'You watched every round yourself. Somebody else has to make the final sign-off.',
	'verified-yourself':
		'You recorded the outside assessment that this rests on. Somebody else has to make the final sign-off.',
	party:
		'You were involved in what a pause was about. Somebody else has to make the final sign-off: a colleague or, where nobody else here may, a health professional from outside.',
	'day-changed': 'The last day has changed since you opened this page. Please look again and confirm.',
} as const;
export type SignOffRefusal = keyof typeof signOffRefusalWords;

/** Whether nothing is missing but somebody else who signs. */
export function isForSomebodyElse(why: SignOffRefusal): boolean {
	return why === 'only-assessor' || why === 'verified-yourself' || why === 'party';
}

/**
 * Whether posts let somebody sign off what is signed off `by` some roles: the requirement decides. For a learner who
 * works here as a nurse a manager may too, for what is by a nurse: the employer's own competency check, since a home
 * with one nurse has nobody else.
 */
export function maySignOff(
	posts: readonly Post[],
	siteId: string,
	by: readonly Role[],
	learner: Pick<Employment, 'roles'>,
): boolean {
	const roles = posts.filter((post) => may([post], 'sign-off', siteId)).map((post) => post.role);
	const employersCheck = by.includes('nurse') && learner.roles.includes('nurse') && roles.includes('manager');
	return employersCheck || by.some((role) => roles.includes(role));
}

/**
 * Whether posts give an authority about one privilege at a site. Evidence and sign-offs are for medication leads and
 * managers; a nurse sees and signs only what is signed off by a nurse: the tasks that nurses delegate.
 */
export function mayAbout(
	posts: readonly Post[],
	authority: Authority,
	siteId: string | undefined,
	by: readonly Role[],
): boolean {
	const delegated = by.includes('nurse') && (authority === 'see-evidence' || authority === 'sign-off');
	return posts.some((post) =>
		post.role === 'nurse' && (authority === 'see-evidence' || authority === 'sign-off')
			? delegated && may([post], 'sign-off', siteId)
			: may([post], authority, siteId),
	);
}

/** Who finds sign-offs to look at again: each of what they may see or sign off (`mayAbout`). */
export const reviewing = ['see-evidence', 'sign-off'] as const satisfies readonly Authority[];

/** The evidence that a sign-off made now would rest on. */
export function basisOf({ progress }: Pick<Decision, 'progress'>): string[] {
	const rests = progress.filter((each) => each.requirement.kind !== 'sign-off');
	return [...new Set(rests.flatMap((each) => each.evidence))];
}

/**
 * Why somebody may not sign off what stands like this; null where they may. Nobody signs while anything is asked
 * "since" something: signing anew is no way round it (design.md section 6).
 */
export function refuseSignOff(given: {
	signerId: string;
	learnerId: string;
	authorised: boolean;
	/** What stands of the learner, and what is decided from it. */
	facts: Facts;
	question: Question;
	decision: Pick<Decision, 'progress' | 'rechecks'>;
	at: Date;
}): SignOffRefusal | null {
	const { signerId, facts, question, decision, at } = given;
	if (signerId === given.learnerId) return 'yourself';
	if (!given.authorised) return 'not-authorised';
	if (openPause(facts, question)) return 'paused';
	if (!isReady(decision, at)) return 'not-ready';
	if (partiesTo(facts, question).includes(signerId)) return 'party';
	const basis = new Set(basisOf(decision));
	const outside = facts.of('outside-assessment').filter((each) => basis.has(each.id));
	if (outside.some(({ payload }) => payload.verifiedBy === signerId)) return 'verified-yourself';
	const rounds = facts.of('observation').filter((each) => basis.has(each.id));
	return isOnlyAssessor(signerId, new Set(rounds.map(({ payload }) => payload.assessor)), decision)
		? 'only-assessor'
		: null;
}

/**
 * Whether somebody else has to sign, because they watched every round. Not so for a task that nurses delegate: the nurse
 * who delegates it is the one who assesses it and answers for it (domain.md sections 1.8 and 7).
 */
function isOnlyAssessor(
	signerId: string,
	watchers: ReadonlySet<string>,
	{ progress }: Pick<Decision, 'progress'>,
): boolean {
	const delegated = progress.some((each) => each.requirement.kind === 'delegation');
	return !delegated && watchers.size === 1 && watchers.has(signerId);
}

/** Whether nothing is missing but the sign-off (and a delegation, which others give) and nothing is asked since. */
export function isReady({ progress, rechecks }: Pick<Decision, 'progress' | 'rechecks'>, at: Date): boolean {
	return (
		progress.length > 0 && !missingBeforeSignOff(progress).length && !rechecks.some((recheck) => isAsked(recheck, at))
	);
}

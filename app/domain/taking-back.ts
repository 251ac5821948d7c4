import { type Authority, may, mayEverywhere, type Post } from './authority.ts';
import { decider } from './decide.ts';
import type { Decision } from './decision.ts';
import type { Evidence, EvidenceKind, EvidenceOf, Payload } from './evidence.ts';
import type { Question, Rules } from './rules.ts';

/** What it needs to take a row back as entered in error. */
export interface TakingBackNeeds {
	/** Of whoever takes it back. */
	authority: Authority;
	/** Where: for a `row`, as far as the row reaches; for a `person`, the row's site or, without one, any where they work. */
	reach: 'row' | 'person';
	/**
	 * Who says so with them, by staff code and PIN: nobody; somebody who may confirm a withdrawal; the assessor of the
	 * round, unless it is the assessor who takes it back; or, where that one is gone or a party, two people of whom one is
	 * for the whole provider.
	 */
	second: 'nobody' | 'confirms' | 'assessor' | 'provider-wide';
	/** Whether a second person is needed too where it would open something to the person, as they stand now. */
	ifItOpens: 'confirms' | 'same';
}

/** What bears on the needs beside the row itself. */
interface TakingBackGround {
	/** Whether the assessor of the round still works there, and is no party to what a pause is about. */
	assessorSpeaks: boolean;
}

/** Where removing a row takes leave away, a medication lead of the site does it alone. */
const easy: TakingBackNeeds = { authority: 'correct', reach: 'person', second: 'nobody', ifItOpens: 'confirms' };
const nurse: TakingBackNeeds = { authority: 'delegate', reach: 'row', second: 'nobody', ifItOpens: 'same' };

/**
 * What taking each kind of evidence back needs: at least the authority, the reach and the second person of the act, where
 * removing it could turn a no into a yes (design.md section 6). Null: it is not taken back, something new is recorded.
 */
const needs: {
	[K in EvidenceKind]: TakingBackNeeds | null | ((entry: EvidenceOf<K>, ground: TakingBackGround) => TakingBackNeeds);
} = {
	'module-completed': easy,
	acknowledgement: easy,
	declaration: easy,
	'site-induction': easy,
	'quiz-marked': easy,
	'outside-assessment': easy,
	award: easy,
	supervision: easy,
	delegation: easy,
	'sign-off': easy,
	override: easy,
	'lone-giving': easy,
	'sign-off-upheld': easy,
	// A start may carry the day of coming of age, and where a gap began.
	'employment-started': { authority: 'decide', reach: 'row', second: 'nobody', ifItOpens: 'confirms' },
	// Whoever is in charge of the place says who works there.
	'employment-ended': { authority: 'decide', reach: 'row', second: 'nobody', ifItOpens: 'same' },
	// A round that found something wrong is an answer: it is not for whoever would rather it had not been given.
	observation: ({ payload }, { assessorSpeaks }) => {
		const found = payload.missed.length + payload.criticalMissed.length > 0 || payload.stoppedForSafety;
		if (payload.passed && !found) return easy;
		return { ...easy, second: assessorSpeaks ? 'assessor' : 'provider-wide', ifItOpens: 'same' };
	},
	// Whoever may say yes may take a no back. A yes that is taken back only takes leave away.
	'age-decision': ({ payload }) => (payload.may ? easy : { ...easy, authority: 'decide', ifItOpens: 'same' }),
	'delegation-ended': nurse,
	'delegation-takeover': nurse,
	// A short one is a clerk's matter; one that asks for a round is not (see `ifItOpens`).
	absence: { authority: 'record', reach: 'person', second: 'nobody', ifItOpens: 'confirms' },
	withdrawal: { authority: 'withdraw', reach: 'row', second: 'confirms', ifItOpens: 'same' },
	// As lifting: see also `refusePause`.
	pause: { authority: 'pause', reach: 'row', second: 'nobody', ifItOpens: 'same' },
	// It closes the pause again. But a condition that somebody set is not for one person to choose anew.
	'pause-lifted': ({ payload }) => ({
		authority: 'pause',
		reach: 'row',
		second: payload.asks && payload.asks !== 'nothing' ? 'confirms' : 'nobody',
		ifItOpens: 'confirms',
	}),
	retraction: null,
};

/** What taking this row back needs, with all that it would change; null for what is never taken back. */
export function needsOf(entry: Evidence, effects: readonly Effect[], ground: TakingBackGround): TakingBackNeeds | null {
	const found = needs[entry.kind];
	const plain = typeof found === 'function' ? found(entry as never, ground) : found;
	if (plain?.second !== 'nobody' || plain.ifItOpens === 'same') return plain;
	return effects.some((each) => opens(each)) ? { ...plain, second: 'confirms' } : plain;
}

/** Whether a row is of a kind that can be taken back: everything that a person wrote down but a taking back. */
export function mayBeTakenBack({ kind }: Pick<Evidence, 'kind'>): boolean {
	return needs[kind] !== null;
}

/** Somebody who says that a row was entered in error, and where they work today. */
export interface Sayer {
	personId: string;
	posts: readonly Post[];
}

/** Why those who say so are not enough for it; null: they are. */
export function refuseTakingBack(
	{ authority, reach, second: asked }: TakingBackNeeds,
	entry: Evidence,
	{ by, second, sites, allSites, parties }: TakingBackPeople,
): TakingBackRefusal | null {
	const has = (who: Sayer, what: Authority) => {
		if (entry.siteId) return may(who.posts, what, entry.siteId);
		return reach === 'row'
			? mayEverywhere(who.posts, what, allSites)
			: sites.some((siteId) => may(who.posts, what, siteId));
	};
	if (!has(by, authority)) {
		if (authority === 'delegate') return 'not-a-nurse';
		return reach === 'row' && !entry.siteId ? 'not-everywhere' : 'not-yours-to-correct';
	}
	if (asked === 'nobody') return null;
	if ([by.personId, second?.personId ?? ''].some((each) => parties.includes(each))) return 'party';
	const assessor = entry.kind === 'observation' ? entry.payload.assessor : null;
	if (asked === 'assessor') {
		if (by.personId === assessor || second?.personId === assessor) return null;
		return 'assessors-word';
	}
	if (!second) return 'second-missing';
	const confirms = entry.siteId
		? may(second.posts, 'confirm-withdrawal', entry.siteId)
		: sites.some((siteId) => may(second.posts, 'confirm-withdrawal', siteId));
	if (!confirms || second.personId === assessor) return 'wrong-role';
	if (asked === 'confirms') return null;
	return [by, second].some((each) => mayEverywhere(each.posts, 'correct', allSites)) ? null : 'nobody-provider-wide';
}

interface TakingBackPeople {
	by: Sayer;
	second: Sayer | null;
	/** Where the person works now or, of somebody who has left, worked. */
	sites: readonly string[];
	allSites: readonly string[];
	/** Who was involved in what a pause that still bears on this is about. */
	parties: readonly string[];
}

/** One answer that would be another one. */
export interface Effect {
	question: Question;
	before: Decision;
	after: Decision;
}

/** What would be another answer about one person, at each of some sites, if other evidence were there. */
export function effectsOf(
	rulesAt: (siteId: string) => Rules,
	evidence: { before: readonly Evidence[]; after: readonly Evidence[] },
	siteIds: readonly string[],
	at: Date,
): Effect[] {
	const persons = new Set(evidence.before.flatMap((each) => (each.kind === 'delegation' ? [each.payload.person] : [])));
	return siteIds.flatMap((siteId) => {
		const rules = rulesAt(siteId);
		const [before, after] = [decider(rules, evidence.before, at), decider(rules, evidence.after, at)];
		const questions = [...rules.privileges.values()].flatMap(({ code: privilege, requirements }): Question[] => [
			{ privilege, siteId },
			...(requirements.some((each) => each.kind === 'delegation')
				? [...persons].map((person) => ({ privilege, siteId, person }))
				: []),
		]);
		return questions.flatMap((question) => {
			const effect = { question, before: before(question), after: after(question) };
			const differs = (['permit', 'code', 'standing'] as const).some(
				(each) => effect.before[each] !== effect.after[each],
			);
			return differs || opens(effect) ? [effect] : [];
		});
	});
}

/** The row that would take the place of another: a taking back, or what was meant. */
export function insteadOf<K extends EvidenceKind>(
	entry: Evidence,
	evidence: readonly Evidence[],
	at: Date,
	{ kind, payload }: { kind: K; payload: Payload<K> },
): Evidence {
	return {
		...entry,
		id: 'supposed',
		seq: Math.max(...evidence.map((each) => each.seq)) + 1,
		kind,
		observedAt: kind === 'retraction' ? at : entry.observedAt,
		recordedAt: at,
		supersedes: entry.id,
		payload,
	} as unknown as Evidence;
}

/** Whether an answer would let somebody do more, or ask less of them now or later, while it takes nothing away. */
function opens({ before, after }: Pick<Effect, 'before' | 'after'>): boolean {
	if (before.permit !== after.permit) return after.permit;
	// Whoever does not work there may do nothing there.
	if (!after.progress.length) return false;
	const [metBefore, metAfter] = [metIn(before), metIn(after)];
	if (metBefore.some((each) => !metAfter.includes(each))) return false;
	return (
		(before.stop !== null && after.stop === null) ||
		(!before.permit && metAfter.some((each) => !metBefore.includes(each))) ||
		askedIn(before).some((each) => !askedIn(after).includes(each))
	);
}

function metIn({ progress }: Decision): string[] {
	return progress.flatMap((each) => (each.met ? [JSON.stringify(each.requirement)] : []));
}

/** Conditions, those among them whose time has not come: an absence that goes on asks for a round when it is over. */
function askedIn({ rechecks }: Decision): string[] {
	return rechecks.flatMap(({ cause, asks }) => (cause === 'spot-check' ? [] : [`${cause} ${asks}`]));
}

/** Why a row is not taken back. */
export const takingBackRefusalWords = {
	yourself: 'You cannot take back what is about yourself. Ask another manager.',
	'taken-back': 'This has been taken back or corrected already.',
	'not-yours-to-correct':
		'Somebody with the role that this needed has to take it back: a manager of the site where it happened.',
	'not-everywhere': 'This holds for the whole provider: only somebody who may decide for all sites can take it back.',
	'not-a-nurse': 'Only a registered nurse of this site can take this back: it is a clinical decision.',
	'second-missing': 'A second person says so too: they enter their staff code and their PIN or password.',
	'assessors-word':
		'A round that found something wrong is taken back only with the word of whoever watched it: they enter their staff code and PIN.',
	'nobody-provider-wide':
		'Whoever watched this round cannot say so any more. Two people decide, and one of them is for the whole provider.',
	party: 'Somebody who was involved in what is reviewed cannot decide this. Ask another manager.',
	'lift-it': 'Lifting this pause asks for something first. Lift it: it cannot be taken back.',
	lifted: 'This pause has been lifted. There is nothing left to take back.',
	'same-person': 'Two different people decide. Ask a second manager or medication lead.',
	'learner-confirms': 'The person it is about cannot confirm it. Ask a second manager or medication lead.',
	'wrong-role': 'Only a manager or medication lead of this site, who did not watch the round, can confirm this.',
	wrong: 'That staff code and PIN or password do not belong together',
	'too-many': 'Too many wrong tries. Wait five minutes, then try again. Nothing is lost',
	'back-too-early': 'The first day back is after the first day away, and not in the future.',
	'not-authorised': 'Your role may not record this at this site.',
} as const;
export type TakingBackRefusal = keyof typeof takingBackRefusalWords;

/** Whether a refusal is one that a second person puts right. */
export function isForSecond(why: TakingBackRefusal): boolean {
	return why === 'second-missing' || why === 'assessors-word';
}

import { z } from 'zod';
import { flaggedWords } from './assessing.ts';
import { type DoubtReason, type Doubts, rootKey, type VoidAct } from './doubt.ts';
import { type Employment, employmentAt } from './employment.ts';
import type { EvidenceOf } from './evidence.ts';
import { type Facts, signOffsFor } from './facts.ts';
import { partiesTo } from './pause.ts';
import type { PrivilegeCode } from './privilege.ts';
import type { Question } from './rules.ts';
import { endOfSignOff, SignOffs } from './sign-off.ts';

/**
 * How a sign-off rests on a round: it is in its basis; it came after, and settled what was asked of its holder since; or it
 * is under a sign-off at another site that this one leans on.
 */
export type RestsBy = 'basis' | 'recheck' | 'leaning';

/** A sign-off in force that rests on a round which is in doubt, as we know now. */
export interface FlaggedSignOff {
	signOff: EvidenceOf<'sign-off'>;
	round: EvidenceOf<'observation'>;
	by: RestsBy;
	why: DoubtReason;
	/** The first void act that it goes back to. */
	root: VoidAct;
	/** As what the holder works there, and who was involved in what a pause of theirs was about: it bears on who decides. */
	roles: Employment['roles'];
	parties: readonly string[];
}

/** What goes back to one void act. */
export interface FlaggedGroup {
	root: VoidAct;
	/** How many people rest on it. */
	people: number;
	flagged: FlaggedSignOff[];
}

/**
 * The sign-offs of a provider that rest on a round in doubt, in their basis, since, or by leaning on one at another site,
 * whose holders still work there. They are flagged for a manager and never dropped by themselves (design.md section 6).
 * What a manager has upheld is left out, unless something void has come to light since. Rounds that were marked when they
 * were recorded are shown as well; they cast no doubt on others.
 *
 * @param doubts from every row of every person concerned: the holders, their assessors, and the assessors of those.
 * @param holders whose sign-offs.
 * @param siteIds only those at these sites; all when left out.
 */
export function flaggedSignOffs(
	doubts: Doubts,
	holders: Iterable<string>,
	siteIds?: readonly string[],
): FlaggedSignOff[] {
	const { now, rulesAt } = doubts;
	const flagged: FlaggedSignOff[] = [];
	for (const personId of holders) {
		const { facts } = doubts.known(personId);
		for (const question of cellsOf(facts)) {
			if (siteIds && !siteIds.includes(question.siteId)) continue;
			const [newest, ...older] = signOffsFor(facts, question).reverse();
			const { refusal, roles } = employmentAt(facts, question.siteId, now);
			if (!newest || refusal) continue;
			flagged.push(...flaggedUnder(newest, question, roles));
			const rules = rulesAt(question.siteId, now);
			// Where the newest does not stand, an older one may govern: content/rules.md, paragraph 5.
			const held = older.filter((each) => now < endOfSignOff(each.payload.lastDay, rules.policy));
			const found = held.flatMap((each) => flaggedUnder(each, question, roles));
			if (!found.length) continue;
			const governing = new SignOffs(rules, rules.changes).governing(question, facts, rules.policy, now);
			flagged.push(...found.filter(({ signOff }) => signOff === governing));
		}
	}
	return flagged;

	function flaggedUnder(
		signOff: EvidenceOf<'sign-off'>,
		question: Question,
		roles: Employment['roles'],
	): FlaggedSignOff[] {
		const parties = partiesTo(doubts.known(signOff.personId).facts, question);
		return doubts.under(signOff, question).map(({ round, doubt }) => {
			const own = signOff.payload.basis.includes(round.id) ? 'basis' : 'recheck';
			const by = round.siteId === signOff.siteId ? own : 'leaning';
			return { signOff, round, by, why: doubt.why, root: firstOf(doubt.roots), roles, parties };
		});
	}
}

function cellsOf(facts: Facts): Question[] {
	const cells = new Map<string, Question>();
	for (const { privilege, siteId } of facts.of('sign-off'))
		if (privilege && siteId) cells.set(`${privilege} ${siteId}`, { privilege: privilege as PrivilegeCode, siteId });
	return [...cells.values()];
}

/** The void act that was recorded first; one that no row did goes before those. */
function firstOf(roots: readonly VoidAct[]): VoidAct {
	return roots.reduce((first, each) => ((each.act?.seq ?? 0) < (first.act?.seq ?? 0) ? each : first));
}

/** What is flagged, by the first void act it goes back to; the act that most people rest on comes first. */
export function groupByRoot(flagged: readonly FlaggedSignOff[]): FlaggedGroup[] {
	const groups = new Map<string, FlaggedSignOff[]>();
	for (const each of flagged) {
		const key = rootKey(each.root);
		const group = groups.get(key);
		if (group) group.push(each);
		else groups.set(key, [each]);
	}
	return [...groups.values()]
		.map((group) => ({
			root: (group[0] as FlaggedSignOff).root,
			people: new Set(group.map(({ signOff }) => signOff.personId)).size,
			flagged: group,
		}))
		.sort((a, b) => b.people - a.people);
}

/** Why a round is to be looked at again: neutral words, about somebody else. */
export const doubtWords: Record<DoubtReason, string> = {
	...flaggedWords,
	'withdrawn-since': 'What the assessor held it by has been withdrawn since.',
	'rests-on-doubt': 'The assessor’s own sign-off rests on a round that is in doubt.',
	circle: 'The assessors vouch for each other, and nobody else has seen either of them.',
	lapsed: 'The assessor could assess when it began, and could not any more when both signed.',
	'not-counted': 'It was marked as one that does not count when it was recorded.',
};

/** How a sign-off rests on a round, before its day. */
export const restsWords: Record<RestsBy, string> = {
	basis: 'round',
	recheck: 'watched again',
	leaning: 'leans on a sign-off elsewhere, with a round',
};

const note = z.string().trim().min(1, 'Say what you looked at, in a few words').max(280, 'Keep it to 280 characters');

export const upholdingForm = z.object({ id: z.uuid(), note });

/** A sign-off and one of its rounds, by their ids. */
export interface FlaggedPair {
	signOff: string;
	round: string;
}

/** The pairs that were ticked, each as `<sign-off>/<round>`. */
export const upholdingsForm = z.object({
	id: z.uuid(),
	note,
	pairs: z
		.array(z.string())
		.min(1, 'Tick each that stands')
		.transform((pairs) => pairs.map((each) => each.split('/')))
		.pipe(z.array(z.tuple([z.uuid(), z.uuid()])))
		.transform((pairs) => pairs.map(([signOff, round]): FlaggedPair => ({ signOff, round }))),
});

/** Why a flagged sign-off is not upheld. */
export const upholdingRefusalWords = {
	'not-authorised': 'Only somebody who may sign this off can decide that it stands.',
	learner: 'You cannot decide about your own sign-off. Ask another manager.',
	assessor: 'You watched this round yourself. Somebody else has to decide.',
	party: 'You were involved in what a pause was about. Somebody else has to decide.',
	root: 'It goes back to your own competence to assess. Somebody else has to decide.',
	'not-flagged': 'There is nothing to review here any more.',
	'other-page': 'Something else was saved from this page before. Open the page again.',
} as const;
export type UpholdingRefusal = keyof typeof upholdingRefusalWords;

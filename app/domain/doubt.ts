import type { AssessRefusal } from './assessing.ts';
import { Assessors, type Held, Stretches } from './assessors.ts';
import type { Evidence, EvidenceOf } from './evidence.ts';
import { begunAt, concerns, Facts, isAfter, standingEvidence } from './facts.ts';
import { settlingRounds } from './observation.ts';
import type { PrivilegeCode } from './privilege.ts';
import type { Question, Rules } from './rules.ts';
import { SignOffs } from './sign-off.ts';

type Round = EvidenceOf<'observation'>;
type SignOff = EvidenceOf<'sign-off'>;

/** Why a round is to be looked at again. */
export type DoubtReason = AssessRefusal | 'withdrawn-since' | 'rests-on-doubt' | 'circle' | 'lapsed' | 'not-counted';

/** The first void act: what everything that is flagged because of it goes back to. */
export interface VoidAct {
	/** Whose competence to assess it was. */
	assessor: string;
	why: DoubtReason;
	/** The row that did it, such as a withdrawal or a taking back; null where there is none, as where they never held it. */
	act: Evidence | null;
}

export interface Doubt {
	/** What it is about the assessor of this very round. */
	why: DoubtReason;
	/** The first void acts it goes back to: at least one. */
	roots: readonly VoidAct[];
}

/** A round that something is in doubt about. */
export interface DoubtfulRound {
	round: Round;
	doubt: Doubt;
}

/** One person's facts that stand, with what the doubts ask of them at hand. */
interface Known {
	facts: Facts;
	rounds: ReadonlyMap<string, Round>;
	/** By sign-off and round. */
	upheld: ReadonlyMap<string, EvidenceOf<'sign-off-upheld'>>;
	/** What a sign-off leans on, once it has been asked; null where on none. */
	leaned: Map<string, SignOff | null>;
}

/**
 * Which rounds are in doubt by all that is known now (design.md section 6: doubt about an assessor travels to all who rest
 * on her). A round is, where its assessor did not hold `assess` and the same privilege when it began; where a sign-off they
 * held it by has been withdrawn since and was not renewed before that; and where such a sign-off itself rests on a round in
 * doubt, or leans on one at another site that does. The last goes strictly back in time, so that a circle of assessors is
 * found by its root, or by its having none.
 */
export class Doubts {
	readonly #known = new Map<string, Known>();
	readonly #doubts = new Stretches<Doubt | null>();
	readonly #assessors: Assessors;

	/**
	 * @param evidence every row of every person concerned: assessors, and those who assessed them.
	 * @param rulesAt the rules that were in force at a site at an instant, the same object for the same rules.
	 */
	constructor(
		readonly evidence: ReadonlyMap<string, readonly Evidence[]>,
		readonly rulesAt: (siteId: string, at: Date) => Rules,
		readonly now: Date,
	) {
		this.#assessors = new Assessors(evidence, rulesAt, now);
	}

	/** What is in doubt about a round; null where nothing is. */
	of(round: Round): Doubt | null {
		const { assessor } = round.payload;
		const { siteId, privilege, personId } = round;
		if (assessor === personId) return { why: 'yourself', roots: [{ assessor, why: 'yourself', act: null }] };
		return siteId && privilege ? this.doubtAbout(assessor, { siteId, privilege }, begunAt(round)) : null;
	}

	known(personId: string): Known {
		const found = this.#known.get(personId);
		if (found) return found;
		const facts = Facts.from(standingEvidence(this.evidence.get(personId) ?? [], this.now, this.now));
		const upheld = facts.of('sign-off-upheld');
		const known = {
			facts,
			rounds: new Map(facts.of('observation').map((round) => [round.id, round])),
			upheld: new Map(upheld.map((each) => [`${each.payload.signOff} ${each.payload.round}`, each])),
			leaned: new Map<string, SignOff | null>(),
		};
		this.#known.set(personId, known);
		return known;
	}

	/**
	 * The rounds in doubt under a sign-off: its own, and those under the ones at other sites that it and what it rests on
	 * lean on, at any depth. Upheld by a manager, here or there, only what has come to light since is left of each.
	 */
	under(signOff: SignOff, question: Question, until = this.now): DoubtfulRound[] {
		const found = new Map<string, DoubtfulRound>();
		for (const round of this.roundsUnder(signOff, question, until)) {
			const doubt = this.of(round) ?? markOf(round);
			if (doubt) found.set(round.id, { round, doubt });
		}
		for (const leaned of this.leanedOnBy(signOff, question)) {
			const there = { privilege: leaned.privilege as PrivilegeCode, siteId: leaned.siteId as string };
			for (const each of this.under(leaned, there, signOff.observedAt))
				if (!isMark(each.doubt) && !found.has(each.round.id)) found.set(each.round.id, each);
		}
		const { upheld } = this.known(signOff.personId);
		return [...found.values()].flatMap(({ round, doubt }) => {
			const seen = upheld.get(`${signOff.id} ${round.id}`);
			if (!seen) return [{ round, doubt }];
			const roots = doubt.roots.filter(({ act }) => act && act.seq > seen.seq);
			return roots.length ? [{ round, doubt: { ...doubt, roots } }] : [];
		});
	}

	/** The rounds that a sign-off rests on: its basis, and those since that settled what was asked of its holder. */
	private roundsUnder(signOff: SignOff, question: Question, until: Date): Round[] {
		const { facts, rounds } = this.known(signOff.personId);
		const basis = signOff.payload.basis.flatMap((id) => rounds.get(id) ?? []);
		const rules = this.rulesAt(question.siteId, this.now);
		const privilege = rules.privileges.get(question.privilege);
		const newest = facts.roundsOf(question).at(-1);
		if (!privilege || !newest || !isAfter(newest, signOff as Evidence)) return basis;
		const rechecks = settlingRounds(facts, question, privilege, rules, rules.policy).filter(
			(round) => isAfter(round, signOff as Evidence) && begunAt(round) < until && !basis.includes(round),
		);
		return [...basis, ...rechecks];
	}

	/** The sign-offs at other sites that a sign-off leans on, itself or by the prerequisites in its basis. */
	private leanedOnBy(signOff: SignOff, { siteId }: Question): SignOff[] {
		const { facts, leaned } = this.known(signOff.personId);
		const rules = this.rulesAt(siteId, this.now);
		const { basis } = signOff.payload;
		return [signOff, ...facts.of('sign-off').filter((each) => basis.includes(each.id))].flatMap((each) => {
			const question = { privilege: each.privilege as PrivilegeCode, siteId };
			if (!leaned.has(each.id))
				leaned.set(each.id, new SignOffs(rules, rules.changes).leanedOn(each, question, facts) ?? null);
			return leaned.get(each.id) ?? [];
		});
	}

	private doubtAbout(assessor: string, question: Question, at: Date): Doubt | null {
		const name = `${assessor} ${question.siteId} ${question.privilege} ${this.#assessors.rowsBy(assessor, at)}`;
		// Should the way back lead here again, nothing sound is outside the circle.
		const circle: Doubt = { why: 'circle', roots: [{ assessor, why: 'circle', act: null }] };
		return this.#doubts.at(
			name,
			this.rulesAt(question.siteId, at),
			at,
			() => {
				const held = this.#assessors.heldBy(assessor, question, at);
				const { refusal: why, until } = held;
				if (!why) return { value: this.doubtOfSignOffs(held, question, at), until };
				const act = this.#assessors.actBehind(assessor, question, at);
				return { value: { why, roots: [{ assessor, why, act }] }, until };
			},
			circle,
		);
	}

	/** Of somebody who held it: what has become since of the sign-offs they held it by. */
	private doubtOfSignOffs({ decisions }: Held, { siteId }: Question, at: Date): Doubt | null {
		const roots = new Map<string, VoidAct>();
		let withdrawn = false;
		const signOffs = new Map(decisions.flatMap(({ signOff }) => (signOff ? [[signOff.id, signOff] as const] : [])));
		for (const signOff of signOffs.values()) {
			const assessor = signOff.personId;
			const held = { siteId, privilege: signOff.privilege as PrivilegeCode };
			const withdrawal = this.withdrawnSince(assessor, held, at);
			if (withdrawal) {
				withdrawn = true;
				roots.set(withdrawal.id, { assessor, why: 'withdrawn-since', act: withdrawal });
			}
			for (const { doubt } of this.under(signOff, held, at))
				if (!isMark(doubt)) for (const root of doubt.roots) roots.set(rootKey(root), root);
		}
		return roots.size ? { why: withdrawn ? 'withdrawn-since' : 'rests-on-doubt', roots: [...roots.values()] } : null;
	}

	/**
	 * The first withdrawal after an instant, unless they were signed off anew in between: that was a fresh look, which
	 * found them competent after the instant, and the withdrawal is about what came after it.
	 */
	private withdrawnSince(personId: string, question: Question, at: Date): Evidence | undefined {
		const { facts } = this.known(personId);
		const withdrawal = facts.of('withdrawal').find((each) => concerns(each, question) && each.observedAt > at);
		if (!withdrawal) return undefined;
		const renewed = facts
			.of('sign-off')
			.some((each) => concerns(each, question) && each.observedAt > at && !isAfter(each, withdrawal as Evidence));
		return renewed ? undefined : (withdrawal as Evidence);
	}
}

/** What was marked on a round when it was recorded: it is shown, and casts no doubt on others. */
function markOf({ payload: { assessor, assessorLapsed, notCounted } }: Round): Doubt | null {
	const why = notCounted ? 'not-counted' : assessorLapsed ? 'lapsed' : null;
	return why && { why, roots: [{ assessor, why, act: null }] };
}

function isMark({ why }: Doubt): boolean {
	return why === 'not-counted' || why === 'lapsed';
}

/** What tells one void act from another. */
export function rootKey({ assessor, why, act }: VoidAct): string {
	return act?.id ?? `${assessor} ${why}`;
}

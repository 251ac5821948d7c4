import type { Tx } from '#db/client.server.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { type Colleague, listColleagues, listEmployments } from '#db/queries/people.ts';
import { listRoundsBeside, type Round } from '#db/queries/rounds.ts';
import { listStandingsNow } from '#db/queries/standings.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { assessorsAmong, type RoundRefusal, refuseAssessor, stopOfRounds, unlearned } from '../domain/assessing.ts';
import { decider } from '../domain/decide.ts';
import { employmentAt } from '../domain/employment.ts';
import { type Evidence, presentFor } from '../domain/evidence.ts';
import { Facts, standingEvidence } from '../domain/facts.ts';
import { partiesTo } from '../domain/pause.ts';
import { localDay } from '../domain/period.ts';
import { type PrivilegeCode, requirementOf } from '../domain/privilege.ts';
import { isAsked, type Recheck } from '../domain/recheck.ts';
import { keptAs } from '../domain/round-worth.ts';
import type { Rules } from '../domain/rules.ts';
import type { NotCountedReason } from '../domain/words.ts';
import { rulesBySite } from './projecting.ts';

export interface Assessor {
	providerId: string;
	personId: string;
}

/** Who is watched at what, and where. */
export interface Pair {
	learnerId: string;
	siteId: string;
	privilege: PrivilegeCode;
}

/** What is known of an assessor and a learner. */
export interface PairFacts {
	assessorId: string;
	pair: Pair;
	rules: Rules;
	evidence: readonly Evidence[];
	present: Date;
}

/** Reads what is known of both now. Whoever decides on it holds the chain first (`holdChain`). */
export async function readPair(
	tx: Tx,
	{ providerId, personId }: Assessor,
	catalogue: Catalogue,
	pair: Pair,
	now: Date,
): Promise<PairFacts> {
	const rules = (await rulesBySite(tx, providerId, catalogue))(pair.siteId);
	const evidence = await listEvidenceOf(tx, { providerId, personIds: [personId, pair.learnerId] });
	return { assessorId: personId, pair, rules, evidence, present: presentFor(evidence, now) };
}

function of({ evidence, rules, present }: PairFacts, personId: string, at: Date) {
	const theirs = evidence.filter((each) => each.personId === personId);
	return {
		facts: Facts.from(standingEvidence(theirs, at, present)),
		answer: decider(rules, theirs, at, present),
	};
}

/** Why the assessor may not watch at an instant, as is known now, or the evidence of theirs that says that they may. */
export function assessorAt(known: PairFacts, at: Date): { why: RoundRefusal | null; evidence: string[] } {
	const { learnerId, privilege, siteId } = known.pair;
	const { facts, answer } = of(known, known.assessorId, at);
	const [assess, samePrivilege] = [answer({ privilege: 'assess', siteId }), answer({ privilege, siteId })];
	const evidence = [...new Set([...assess.evidence, ...samePrivilege.evidence])];
	const why = refuseAssessor({ assessorId: known.assessorId, learnerId, assess, samePrivilege });
	if (why) return { why, evidence };
	const asked = known.rules.privileges.get(privilege);
	const by = asked && requirementOf(asked, 'observation')?.by;
	const { roles } = employmentAt(facts, siteId, at);
	return { why: by && !by.some((role) => roles.includes(role)) ? 'wrong-role' : null, evidence };
}

/** Why a round with this learner is not begun at an instant, whoever watches, but for somebody who was a party; null: it is. */
export function learnerAt(known: PairFacts, at: Date): RoundRefusal | null {
	const { learnerId, ...question } = known.pair;
	const { facts, answer } = of(known, learnerId, at);
	const decision = answer(question);
	// Of somebody who does not work here nothing is asked.
	if (!decision.progress.length) return 'not-at-this-site';
	if (stopOfRounds(decision, facts, question, (privilege) => answer({ ...question, privilege }))) return 'stopped';
	if (partiesTo(facts, question).includes(known.assessorId)) return 'party';
	return unlearned(decision).length ? 'before-learning' : null;
}

/** What is to be said of a round that both are about to sign, or that they sign now. */
export interface Judgement {
	/** The assessor could not assess when it began: only a failed one is recorded. */
	refusal: RoundRefusal | null;
	assessorEvidence: string[];
	/** They could then, and cannot any more. */
	assessorLapsed: boolean;
	/** Why it is kept without counting, whatever its lines say. */
	notCounted: NotCountedReason | null;
	/** What asks for a round that was begun later than this one. */
	unsettled: Recheck[];
}

/** Judges a round by what was true when it was watched and by what has come since, as is known now. */
export async function judgeRound(
	tx: Tx,
	assessor: Assessor,
	catalogue: Catalogue,
	round: Pick<Round, 'learnerId' | 'siteId' | 'privilege' | 'startedAt'>,
	now: Date,
): Promise<Judgement> {
	const { learnerId, siteId, startedAt } = round;
	const pair = { learnerId, siteId, privilege: round.privilege as PrivilegeCode };
	const known = await readPair(tx, assessor, catalogue, pair, now);
	const { why: refusal, evidence: assessorEvidence } = assessorAt(known, startedAt);
	const { rechecks } = of(known, learnerId, known.present).answer(pair);
	return {
		refusal,
		assessorEvidence,
		assessorLapsed: assessorAt(known, known.present).why !== null,
		notCounted: await notCounted(),
		unsettled: rechecks.filter(
			(each) => each.asks === 'observation' && each.since > startedAt && isAsked(each, known.present),
		),
	};

	async function notCounted(): Promise<NotCountedReason | null> {
		const sinceThen = keptAs(learnerAt(known, known.present));
		const then = keptAs(learnerAt(known, startedAt));
		// What is learned meanwhile was not learned then; what stops somebody meanwhile stops them.
		const why = sinceThen === 'before-learning' ? then : (sinceThen ?? then);
		if (why) return why;
		const { providerId, personId: assessorId } = assessor;
		const beside = { providerId, assessorId, learnerId, from: startedAt, until: now };
		return (await listRoundsBeside(tx, beside)).length ? 'two-learners-at-once' : null;
	}
}

/** Who can watch a privilege at a site now: they hold it and `assess` in their own right, and have a role that may. */
export async function listAssessors(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	{ siteId, privilege }: { siteId: string; privilege: PrivilegeCode },
	now: Date,
): Promise<Colleague[]> {
	const ids = assessorsAmong(await listStandingsNow(tx, { providerId, siteId }), privilege);
	const onDay = localDay(now);
	const colleagues = await listColleagues(tx, { providerId, siteId, onDay });
	const asked = catalogue.privileges.get(privilege);
	const by = asked && requirementOf(asked.body, 'observation')?.by;
	const found: Colleague[] = [];
	for (const each of colleagues) {
		if (!ids.includes(each.id)) continue;
		const posts = by ? await listEmployments(tx, { providerId, personId: each.id }) : [];
		const plays = posts.some(
			(post) =>
				by?.includes(post.role) &&
				(post.siteId === null || post.siteId === siteId) &&
				post.startedOn <= onDay &&
				(post.lastDay === null || post.lastDay >= onDay),
		);
		if (!by || plays) found.push(each);
	}
	return found;
}

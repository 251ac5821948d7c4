import { BreakGlass } from './break-glass.ts';
import type { Decision } from './decision.ts';
import type { Evidence } from './evidence.ts';
import { Facts, standingEvidence } from './facts.ts';
import { Inquiry, type Settled } from './inquiry.ts';
import { earliest, latest } from './period.ts';
import { withGrace } from './policy-grace.ts';
import { openDelegations, registeredNurse } from './progress.ts';
import type { Question, Rules } from './rules.ts';
import { SignOffs } from './sign-off.ts';

/** The version of the rule itself: a logged decision names the one it was made by, and is worked out again by no other. */
export const ruleVersion = 3;

/**
 * The one rule behind every screen and every answer: is this person competent for this privilege at this site?
 * `content/rules.md` says it in words, in the same order.
 *
 * Pure. Deny is the default and nobody sets a status (design.md sections 2 and 6).
 *
 * @param evidence every row of the one person, in any order.
 * @param at the instant asked about.
 * @param knownAt only rows recorded by then are used; differs from `at` when the past is asked as it was known then.
 */
export function decide(
	rules: Rules,
	evidence: readonly Evidence[],
	question: Question,
	at: Date,
	knownAt: Date = at,
): Decision {
	return decider(rules, evidence, at, knownAt)(question);
}

/** As `decide`, for many questions about one person at one instant: what they have in common is worked out once. */
export function decider(
	rules: Rules,
	evidence: readonly Evidence[],
	at: Date,
	knownAt: Date = at,
): (question: Question) => Decision {
	return decidersFrom(rules, evidence, at, knownAt)(at);
}

/** As `decider`, for many instants from `from` on, as known at one. */
export function decidersFrom(
	rules: Rules,
	evidence: readonly Evidence[],
	from: Date,
	knownAt: Date,
): (at: Date) => (question: Question) => Decision {
	const known = rules.changes.filter((change) => change.inForceFrom <= knownAt);
	const signOffs = new SignOffs(rules, known);
	const { settling = [] } = rules;
	const later = evidence.some((each) => each.observedAt > from);
	const factsAt = (at: Date) => Facts.from(standingEvidence(evidence, at, knownAt));
	const facts = factsAt(from);
	return (at) => {
		const changes = known.filter((change) => change.inForceFrom <= at);
		const stood = later ? factsAt(at) : facts;
		const older = settling
			.filter(({ until }) => at < until)
			.map(({ policy, until }) => ({
				inquiry: new Inquiry({ ...rules, policy, changes, settling: [] }, stood, at, signOffs),
				until,
			}));
		const inquiry = new Inquiry({ ...rules, changes }, stood, at, signOffs, older);
		const answering = new Answering(inquiry);
		return (question) => answering.answer(question);
	};
}

/** One question about one person at one instant, with what goes round a denial and what does not. */
class Answering {
	readonly #breakGlass: BreakGlass;

	constructor(readonly inquiry: Inquiry) {
		this.#breakGlass = new BreakGlass(inquiry);
	}

	answer(question: Question): Decision {
		const settled = this.inquiry.settle(question);
		const older = this.inquiry.older.map(({ inquiry, until }) => ({
			decision: delegated(inquiry.settle(question), question),
			until,
		}));
		const decision = withGrace(delegated(settled, question), older);
		if (decision.permit) return this.#breakGlass.alone(decision, question);
		const stopped = { ...decision, stop: this.#breakGlass.stopOf(question) };
		return stopped.stop ? stopped : this.#breakGlass.overridden({ ...settled, decision: stopped }, question);
	}
}

/** A delegated task is done for one named person at a time: without one there is no permit, but for a registered nurse. */
function delegated({ decision, ground }: Settled, question: Question): Decision {
	const supervised = decision.code === 'supervised_only';
	if (!ground || (!decision.permit && !supervised)) return decision;
	if (!decision.progress.some((each) => each.requirement.kind === 'delegation')) return decision;
	const registered = registeredNurse(ground);
	const theirs = openDelegations(ground).filter(({ delegation }) => delegation.payload.person === question.person);
	const end = latest(theirs.map((each) => each.until));
	const until = end && end > ground.at ? end : null;
	const missing = end ? 'delegation_expired' : 'delegation_missing';
	if (supervised)
		return {
			...decision,
			delegation: registered || until ? { until: registered?.until ?? until ?? forEver } : { missing },
		};
	if (!registered && !until) return { ...decision, permit: false, code: missing, validUntil: null };
	const ends = registered ? registered.until : until;
	return {
		...decision,
		validUntil: earliest([decision.validUntil, ends]),
		changesAt: earliest([decision.changesAt, ends]),
		evidence: [
			...decision.evidence,
			...(registered ? [registered.evidence] : theirs.map((each) => each.delegation.id)),
		],
	};
}

const forEver = new Date(8.64e15);

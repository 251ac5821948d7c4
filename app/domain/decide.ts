import { beforeSignOff } from './before-sign-off.ts';
import type { Decision } from './decision.ts';
import { type Employment, employmentAt } from './employment.ts';
import type { Evidence } from './evidence.ts';
import { Facts, openOverrides, openPause, signOffFor, standingEvidence, withdrawalFor } from './facts.ts';
import type { Ground } from './ground.ts';
import { earliest, endOfDay, latest, moveDay, startOfDay } from './period.ts';
import { restsOnItself } from './privilege.ts';
import { askedEachTime, openDelegations, progressOf, unverifiedFrom } from './progress.ts';
import { neverOverridden, type ReasonCode } from './reason.ts';
import { openRechecks, type Recheck, recheckCodes, showsFrom } from './recheck.ts';
import type { Question, Rules, Standing } from './rules.ts';
import { endOfSignOff, SignOffs } from './sign-off.ts';

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
	const signOffs = new SignOffs(rules);
	const later = evidence.some((each) => each.observedAt > from);
	const factsAt = (at: Date) => Facts.from(standingEvidence(evidence, at, knownAt));
	const facts = factsAt(from);
	return (at) => {
		const changes = rules.changes.filter((change) => change.inForceFrom <= at && change.inForceFrom <= knownAt);
		const inquiry = new Inquiry({ ...rules, changes }, later ? factsAt(at) : facts, at, signOffs);
		return (question) => inquiry.answer(question);
	};
}

type Answer = Pick<Decision, 'permit' | 'code' | 'standing' | 'validUntil' | 'evidence'>;

interface Settled {
	decision: Decision;
	overridable: boolean;
	employment?: Employment;
}

/** One person at one instant. */
class Inquiry {
	/** By privilege and site. */
	readonly #settled = new Map<string, Settled>();
	readonly #employments = new Map<string, Employment>();

	constructor(
		readonly rules: Rules,
		readonly facts: Facts,
		readonly at: Date,
		readonly signOffs: SignOffs,
	) {}

	answer(question: Question): Decision {
		const settled = this.settle(question);
		const delegated = this.delegated(settled.decision, question);
		return delegated.permit ? delegated : this.overridden({ ...settled, decision: delegated }, question);
	}

	/** A delegated task is done for one named person at a time: without one there is no permit. */
	private delegated(decision: Decision, question: Question): Decision {
		const supervised = decision.code === 'supervised_only';
		if (!decision.permit && !supervised) return decision;
		if (!decision.progress.some((each) => each.requirement.kind === 'delegation')) return decision;
		const theirs = openDelegations(this.facts, question).filter((each) => each.payload.person === question.person);
		const end = latest(theirs.map((each) => endOfDay(each.payload.reviewOn)));
		const until = end && end > this.at ? end : null;
		const missing = end ? 'delegation_expired' : 'delegation_missing';
		if (supervised) return { ...decision, delegation: until ? { until } : { missing } };
		if (!until) return { ...decision, permit: false, code: missing, validUntil: null };
		return {
			...decision,
			validUntil: earliest([decision.validUntil, until]),
			changesAt: earliest([decision.changesAt, until]),
			evidence: [...decision.evidence, ...theirs.map((each) => each.id)],
		};
	}

	private overridden({ decision, overridable, employment }: Settled, question: Question): Decision {
		const unturnable = decision.progress.some(
			({ met, requirement: { kind } }) => kind === 'delegation' || (kind === 'age-decision' && !met),
		);
		if (!overridable || unturnable || neverOverridden.includes(decision.code)) return decision;
		const active = openOverrides(this.facts, question, this.at);
		const until = latest(active.map((each) => new Date(each.payload.until)));
		if (!until) return decision;
		return {
			...decision,
			permit: true,
			code: 'override_active',
			validUntil: earliest([until, employment?.endsAt]),
			changesAt: earliest([decision.changesAt, until]),
			evidence: active.map((each) => each.id),
		};
	}

	/** The decision without overrides, and as if every delegation were there. */
	private settle({ privilege, siteId }: Question): Settled {
		const key = `${siteId} ${privilege}`;
		const known = this.#settled.get(key);
		if (known) return known;
		// No version of the files has a loop, but sign-offs made under several of them may: whoever is in it is refused.
		this.#settled.set(key, { decision: this.denial('unknown_privilege', 'not-required', []), overridable: false });
		const settled = this.work({ privilege, siteId });
		this.#settled.set(key, settled);
		return settled;
	}

	private denial(code: ReasonCode, standing: Standing, evidence: readonly string[]): Decision {
		const { version: policyVersion } = this.rules.policy;
		const nothing = { validUntil: null, changesAt: null, progress: [], rechecks: [], lastDay: null };
		return { permit: false, code, standing, path: 'first', evidence: [...evidence], policyVersion, ...nothing };
	}

	private work(question: Question): Settled {
		const { facts, at, rules } = this;
		const { policy } = rules;
		const privilege = rules.privileges.get(question.privilege);
		if (!privilege || restsOnItself(privilege, rules.privileges))
			return { decision: this.denial('unknown_privilege', 'not-required', []), overridable: false };

		const employment = this.employmentAt(question.siteId);
		const changes: (Date | null | undefined)[] = [...employment.changes];
		if (employment.refusal) {
			const decision = this.denial(employment.refusal, 'not-required', employment.evidence);
			return { decision: { ...decision, changesAt: this.nextOf(changes) }, overridable: false };
		}

		const signOff = signOffFor(facts, question);
		const ends = signOff && endOfSignOff(signOff.payload.lastDay, policy);
		const ground: Ground = {
			policy,
			privilege,
			facts,
			question,
			at,
			employment,
			withdrawal: withdrawalFor(facts, question),
			path: this.signOffs.pathFor(question, facts, employment, policy, at),
			signOff: ends && at < ends ? signOff : undefined,
			prerequisite: (code) => this.settle({ ...question, privilege: code }).decision,
		};
		const progress = progressOf(ground);
		changes.push(ground.path.changesAt, ...progress.map((each) => each.changesAt));
		const settled = (answer: Answer, rechecks: Recheck[] = []) => ({
			decision: {
				...answer,
				changesAt: this.nextOf(changes),
				path: ground.path.kind,
				progress,
				rechecks,
				lastDay: signOff?.payload.lastDay ?? null,
				policyVersion: policy.version,
			},
			overridable: true,
			employment,
		});
		const deny = (code: ReasonCode, standing: Standing, evidence: string[], rechecks: Recheck[] = []) =>
			settled({ permit: false, code, standing, validUntil: null, evidence }, rechecks);

		if (ground.withdrawal && !signOff) return deny('withdrawn', 'withdrawn', [ground.withdrawal.id]);
		const pause = openPause(facts, question);
		if (pause) return deny('paused_review', 'paused', [pause.id]);
		if (!signOff || !ends) {
			const [code, standing] = beforeSignOff(ground, progress);
			const found = progress.flatMap((each) => each.evidence);
			return deny(code, standing, found);
		}

		const dueFrom = startOfDay(moveDay(signOff.payload.lastDay, policy.dueSoon, -1));
		changes.push(ends, dueFrom);
		if (at >= ends) return deny('expired', 'expired', [signOff.id]);

		const [flaw] = this.signOffs.flawsOf(signOff, question, facts);
		if (flaw?.missing) return deny(flaw.missing, 'in-training', [signOff.id]);

		// What a new version of the privilege asks beyond is asked at the next sign-off, or by a change of content.
		const heldTo = rules.earlier?.privileges.get(signOff.contentVersionId ?? '') ?? privilege;
		const rechecks = openRechecks({ policy, privilege: heldTo, facts, question, signOff, changes: rules.changes });
		changes.push(...rechecks.flatMap((each) => [each.dueBy, showsFrom(each, policy)]));
		const [overdue] = rechecks.filter((each) => each.dueBy <= at);
		if (overdue) return deny(recheckCodes[overdue.asks], 'expired', [signOff.id], rechecks);

		const asHeld = heldTo === privilege ? progress : progressOf({ ...ground, privilege: heldTo });
		const again = asHeld.filter((each) => askedEachTime.includes(each.requirement.kind));
		changes.push(...again.map((each) => each.changesAt));
		const lost = again.find((each) => !each.met);
		if (lost?.missing) return deny(lost.missing, 'paused', [signOff.id], rechecks);

		return settled(
			{
				permit: true,
				code: 'competent',
				standing: at >= dueFrom || rechecks.some((each) => at >= showsFrom(each, policy)) ? 'due-soon' : 'competent',
				validUntil: earliest([
					ends,
					employment.endsAt,
					unverifiedFrom(ground),
					...again.map((each) => each.until),
					...rechecks.map((each) => each.dueBy),
				]),
				evidence: [signOff.id, ...signOff.payload.basis],
			},
			rechecks,
		);
	}

	private employmentAt(siteId: string): Employment {
		const known = this.#employments.get(siteId) ?? employmentAt(this.facts, siteId, this.at);
		this.#employments.set(siteId, known);
		return known;
	}

	private nextOf(changes: readonly (Date | null | undefined)[]): Date | null {
		const at = this.at.getTime();
		return earliest(changes.filter((change) => change && change.getTime() > at));
	}
}

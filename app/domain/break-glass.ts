import type { Decision } from './decision.ts';
import { openLoneGivings, openOverrides, openPause, signOffFor, withdrawalFor } from './facts.ts';
import { isSeenUnsafe } from './failed-rounds.ts';
import type { Inquiry, Settled } from './inquiry.ts';
import { earliest, latest } from './period.ts';
import { type Privilege, requirementOf, restsOnItself } from './privilege.ts';
import { isMinor, yesAboutAge } from './progress.ts';
import type { ReasonCode } from './reason.ts';
import type { Question } from './rules.ts';

/** What the manager on call may allow, and what nothing goes round. Source: content/rules.md, "Stops" to "Giving alone". */
export class BreakGlass {
	readonly #stops = new Map<string, ReasonCode | null>();

	constructor(readonly inquiry: Inquiry) {}

	/** Somebody competent, where the manager on call has allowed a second check by telephone in place of a witness. */
	alone(decision: Decision, question: Question): Decision {
		if (!this.inquiry.rules.privileges.get(question.privilege)?.witness) return decision;
		const active = openLoneGivings(this.inquiry.facts, question, this.inquiry.at);
		const until = latest(active.map((each) => new Date(each.payload.until)));
		if (!until) return decision;
		return {
			...decision,
			code: 'second_check_by_telephone',
			validUntil: earliest([decision.validUntil, until]),
			changesAt: earliest([decision.changesAt, until]),
			evidence: [...decision.evidence, ...active.map((each) => each.id)],
		};
	}

	/** A denial that nothing stops, under the overrides that are open. */
	overridden({ decision, ground }: Settled, question: Question): Decision {
		const active = openOverrides(this.inquiry.facts, question, this.inquiry.at);
		const until = latest(active.map((each) => new Date(each.payload.until)));
		const privilege = this.inquiry.rules.privileges.get(question.privilege);
		if (!until || !privilege) return decision;
		const delegation = requirementOf(privilege, 'delegation');
		const evidence = active.map((each) => each.id);
		if (!this.hasLearned(privilege)) return decision;
		if (!ground) {
			const elsewhere = delegation ? undefined : this.competentElsewhere(question);
			if (!elsewhere) return decision;
			const validUntil = earliest([until, elsewhere.until]);
			const changesAt = earliest([decision.changesAt, until, elsewhere.changesAt]);
			return { ...decision, ...allowed, holdsWhatItRestsOn: true, validUntil, changesAt, evidence };
		}
		if (delegation && decision.code !== 'delegation_expired') return decision;
		const upon = decision.progress.filter((each) => each.requirement.kind === 'prerequisite');
		return {
			...decision,
			...allowed,
			holdsWhatItRestsOn: upon.length > 0 && upon.every((each) => each.met),
			validUntil: earliest([until, ground.employment.endsAt]),
			changesAt: earliest([decision.changesAt, until]),
			evidence,
		};
	}

	/** Break-glass is for a lapse, not for a stranger to the task: something of the learning is met. */
	private hasLearned({ code, requirements }: Privilege): boolean {
		if (this.inquiry.rules.policy.override.untrained.includes(code)) return true;
		const learning = requirements.filter((each) => each.kind === 'module' || each.kind === 'quiz');
		const begun = learning.some((each) =>
			each.kind === 'module'
				? this.inquiry.facts.readingsOf(each.module).length > 0
				: this.inquiry.facts.sittingsOf(each.quiz).some(({ payload }) => payload.passed),
		);
		return begun || !learning.length;
	}

	/** For cover: how long somebody who does not work here is competent at another site where they do. */
	private competentElsewhere(question: Question): { until: Date | null; changesAt: Date | null } | undefined {
		const employment = this.inquiry.employmentAt(question.siteId);
		if (employment.refusal !== 'site_induction_missing') return undefined;
		const answers = employment.elsewhere
			.map((siteId) => this.inquiry.settle({ ...question, siteId }).decision)
			.filter((each) => each.code === 'competent');
		if (!answers.length) return undefined;
		const ends = answers.map((each) => each.validUntil);
		return {
			until: ends.includes(null) ? null : latest(ends as Date[]),
			changesAt: earliest(answers.map((each) => each.changesAt)),
		};
	}

	/** Why nothing goes round a denial, at any depth. */
	stopOf({ privilege, siteId }: Question): ReasonCode | null {
		const key = `${siteId} ${privilege}`;
		const known = this.#stops.get(key);
		if (known !== undefined) return known;
		// As in `settle`: whoever is in a loop of several versions is stopped.
		this.#stops.set(key, 'unknown_privilege');
		const stop = this.findStop({ privilege, siteId });
		this.#stops.set(key, stop);
		return stop;
	}

	private findStop(question: Question): ReasonCode | null {
		const { facts, at, rules } = this.inquiry;
		const privilege = rules.privileges.get(question.privilege);
		if (!privilege || restsOnItself(privilege, rules.privileges)) return 'unknown_privilege';
		if (withdrawalFor(facts, question) && !signOffFor(facts, question)) return 'withdrawn';
		if (openPause(facts, question)) return 'paused_review';
		if (isMinor(this.inquiry.employmentAt(question.siteId), at) && !yesAboutAge(facts, question))
			return 'under_18_no_decision';
		const { policy } = rules;
		const signOff = this.inquiry.signOffs.governing(question, facts, policy, at);
		const heldTo = (signOff && this.inquiry.signOffs.heldTo(signOff, question)) ?? privilege;
		if (isSeenUnsafe({ rules, policy, privilege: heldTo, facts, question })) return 'observations_short';
		for (const each of new Set([...privilege.requirements, ...heldTo.requirements])) {
			const stop = each.kind === 'prerequisite' ? this.stopOf({ ...question, privilege: each.privilege }) : null;
			if (stop) return stop;
		}
		return null;
	}
}

const allowed = { permit: true, code: 'override_active' } as const;

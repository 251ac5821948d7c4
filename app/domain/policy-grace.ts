import type { Decision } from './decision.ts';
import { earliest, localDay, moveDay } from './period.ts';
import { goodUntil, type Policy } from './policy.ts';
import type { Rules } from './rules.ts';

/**
 * When the grace of a policy that replaces another at an instant is over: at the end of a day or of a night shift, by the
 * one before.
 *
 * @param grace ISO 8601, such as `P28D`.
 */
export function endOfGrace(at: Date, grace: string, before: Policy): Date {
	return goodUntil(moveDay(localDay(at), grace), before);
}

/** What an older policy would have answered, and when the grace of what replaced it ends. */
export interface OlderAnswer {
	decision: Decision;
	until: Date;
}

/**
 * A change of policy stops nobody at one second: whoever an older policy still calls competent stays so until its grace
 * ends, and no longer than that policy would have it; likewise whoever may practise beside a colleague by it. What the
 * newer one asks of them is due then. Source: content/rules.md, "When policy changes".
 */
export function withGrace(decision: Decision, older: readonly OlderAnswer[]): Decision {
	if (!older.length) return decision;
	const changesAt = earliest([decision.changesAt, ...older.flatMap((each) => [each.until, each.decision.changesAt])]);
	const held = older
		.filter((each) => each.decision.code === 'competent')
		.map((each) => ({ of: each.decision, ends: earliest([each.decision.validUntil, each.until]) ?? each.until }))
		.sort((a, b) => b.ends.getTime() - a.ends.getTime())
		.at(0);
	const beside = older.find((each) => each.decision.code === 'supervised_only');
	if (!held && beside && !decision.permit && decision.code !== 'supervised_only') {
		const { code, standing, evidence, delegation } = beside.decision;
		return { ...decision, code, standing, evidence, changesAt, ...(delegation ? { delegation } : {}) };
	}
	if (!held || (decision.permit && (!decision.validUntil || decision.validUntil >= held.ends)))
		return { ...decision, changesAt };
	const { ends, of } = held;
	return {
		...decision,
		...(decision.permit
			? {}
			: { standing: 'due-soon', evidence: of.evidence, signOff: of.signOff, lastDay: of.lastDay }),
		permit: true,
		code: 'competent',
		holds: true,
		validUntil: ends,
		changesAt,
		rechecks: decision.rechecks.map((each) => (each.dueBy < ends ? { ...each, dueBy: ends } : each)),
	};
}

/** What is asked of two people who act together, and until when it is no more than that, where a grace runs. */
export interface TwoPeople {
	witness: boolean;
	supervisorMayWitness: boolean;
	until?: Date | null;
}

/** What the policies of a site ask of two people at an instant: what only a newer one asks waits for its grace. */
export function twoPeopleAt({ policy, settling = [] }: Pick<Rules, 'policy' | 'settling'>, at: Date): TwoPeople {
	const older = settling.filter(({ until }) => at < until);
	const all = [policy, ...older.map((each) => each.policy)];
	return {
		witness: all.every((each) => each.witness),
		supervisorMayWitness: all.some((each) => each.supervisorMayWitness),
		until: earliest(older.map((each) => each.until)),
	};
}

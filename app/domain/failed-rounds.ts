import { criteriaOf } from './checklist.ts';
import { begunAt, type Facts, isAfter, withdrawalFor } from './facts.ts';
import { settlingAnywhere } from './observation.ts';
import { localDay, moveDay } from './period.ts';
import { goodUntil, type Policy } from './policy.ts';
import { type Privilege, requirementOf } from './privilege.ts';
import type { Round } from './round-lines.ts';
import type { Question, Rules } from './rules.ts';

/** What failed rounds are judged by. */
export interface FailureGround {
	rules: Pick<Rules, 'checklists' | 'earlier'>;
	policy: Policy;
	privilege: Privilege;
	facts: Facts;
	question: Question;
}

/** A failed round that nobody has seen put right. */
export interface FailedRound {
	since: Date;
	dueBy: Date;
	/** The critical lines that somebody has to see done right. */
	lines: readonly string[];
	/** Seen to be unsafe: due by when it happened. */
	atOnce: boolean;
}

/** Whether somebody was seen to be unsafe, and has not been seen to do it right since: nothing goes round that. */
export function isSeenUnsafe(ground: FailureGround): boolean {
	return failedRounds(ground).some((each) => each.atOnce);
}

/**
 * A failed assessment is an answer: it asks for a round at once where a critical line was missed or the assessor had to
 * stop it, and within policy's days where there were only too many other misses (Regulation 12; domain.md section 2.3).
 * What was unsafe is asked of the person at every site, and settled at any; other misses are for the site alone.
 */
export function failedRounds({ policy, privilege, facts, question, rules }: FailureGround): FailedRound[] {
	const rounds = facts.roundsAnywhere(question.privilege);
	if (rounds.every((round) => round.payload.passed)) return [];
	const withdrawal = withdrawalFor(facts, question);
	const simulation = requirementOf(privilege, 'observation')?.simulation;
	const settling = settlingAnywhere(facts, privilege, rules, policy);
	return rounds.flatMap((failed) => {
		const { passed, simulated, criticalMissed, stoppedForSafety, notCounted } = failed.payload;
		// Somebody who was involved in what a pause is about does not judge.
		if (passed || notCounted === 'party' || (simulated && !simulation) || (withdrawal && !isAfter(failed, withdrawal)))
			return [];
		const atOnce = criticalMissed.length > 0 || stoppedForSafety;
		const isHere = (round: Round) => round.siteId === question.siteId;
		if (!atOnce && !isHere(failed)) return [];
		const after = settling.filter((round) => isAfter(round, failed) && (atOnce || isHere(round)));
		const still = rules.checklists.get(failed.payload.checklist);
		const lines = criticalMissed.filter(
			(id) =>
				(!still || criteriaOf(still).some((each) => each.id === id)) &&
				!after.some(({ payload }) => payload.results[id] === 'yes'),
		);
		if (after.length && !lines.length) return [];
		const dueBy = atOnce
			? failed.observedAt
			: goodUntil(moveDay(localDay(failed.observedAt), policy.observation.afterMisses), policy);
		const since = begunAt(failed);
		return [{ since, dueBy, lines, atOnce }];
	});
}

import { isOf } from './facts.ts';
import type { Ground, Progress } from './ground.ts';
import { type RequirementKind, requirementOf } from './privilege.ts';
import type { Recheck } from './recheck.ts';
import type { Standing } from './rules.ts';

const begunBy: readonly RequirementKind[] = ['module', 'quiz', 'observation'];
const learning: readonly RequirementKind[] = ['module', 'quiz', 'declaration', 'site-induction'];

/** Where somebody stands who has not been signed off. Source: content/rules.md, paragraph 5. */
export function standingBefore(
	{ facts, question, employment, privilege }: Ground,
	progress: readonly Progress[],
	asked: readonly Recheck[],
	ready: boolean,
): Standing {
	const { quiz } = requirementOf(privilege, 'quiz') ?? {};
	const begunHere =
		facts.of('quiz-marked').some(({ payload }) => payload.passed && payload.quiz === quiz) ||
		facts.of('observation').some((round) => isOf(round, question));
	if (!begunHere && !employment.roles.some((role) => privilege.for.includes(role))) return 'not-required';
	const begun = progress.some(({ done, met, requirement: { kind } }) => begunBy.includes(kind) && (met || done > 0));
	if (ready) return 'ready-for-sign-off';
	if (!begun) return 'not-started';
	const learned = progress.every((each) => each.met || !learning.includes(each.requirement.kind));
	return learned && asked.every((each) => each.asks === 'observation') ? 'ready-to-observe' : 'in-training';
}

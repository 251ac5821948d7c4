import { isAfter, isOf } from './facts.ts';
import type { Ground, Progress } from './ground.ts';
import { requirementOf } from './privilege.ts';
import type { ReasonCode } from './reason.ts';
import type { Standing } from './rules.ts';

/** Where somebody stands who has not been signed off, and why they are refused. Source: content/rules.md, paragraph 5. */
export function beforeSignOff(
	{ facts, question, employment, privilege, withdrawal }: Ground,
	progress: readonly Progress[],
): [ReasonCode, Standing] {
	const unmet = progress.filter((each) => !each.met && each.requirement.kind !== 'delegation');
	const only = (kinds: readonly string[]) => unmet.every((each) => kinds.includes(each.requirement.kind));
	const supervised = facts
		.of('supervision')
		.some((each) => isOf(each, question) && !(withdrawal && isAfter(withdrawal, each)));
	if (supervised && only(['observation', 'sign-off'])) return ['supervised_only', 'supervised'];
	const { quiz } = requirementOf(privilege, 'quiz') ?? {};
	const begunHere =
		facts.of('quiz-marked').some(({ payload }) => payload.passed && payload.quiz === quiz) ||
		facts.of('observation').some((round) => isOf(round, question));
	if (!begunHere && !employment.roles.some((role) => privilege.for.includes(role)))
		return ['not_assessed', 'not-required'];
	const learning = progress.filter((each) => learningKinds.includes(each.requirement.kind));
	const begun = progress.some(({ done, met, requirement: { kind } }) => begunBy.includes(kind) && (met || done > 0));
	const missing = unmet[0]?.missing ?? 'sign_off_missing';
	if (!begun) return [missing, 'not-started'];
	return [missing, learning.every((each) => each.met) ? 'ready-to-observe' : 'in-training'];
}

const begunBy: readonly string[] = ['module', 'quiz', 'observation'];
const learningKinds: readonly string[] = ['module', 'quiz', 'declaration', 'site-induction'];

import { askedNow } from './asked.ts';
import type { Decision } from './decision.ts';
import type { Progress } from './ground.ts';
import type { Recheck } from './recheck.ts';
import { readable } from './requirement-words.ts';

/** The one thing a learner should do next for a privilege, and who has to do it: something that is asked, or asked again. */
export type NextTask = {
	/** Whether the learner can do it now, or waits for somebody else. */
	waitsFor: 'nobody' | 'assessor' | 'manager';
} & ({ progress: Progress; recheck?: undefined } | { recheck: Recheck; progress?: undefined });

/**
 * The first thing that is missing and can be done, in the order in which a person does it; null when nothing is, or
 * when it is not theirs to do anything. What they can do alone comes before what others do with them, and a sign-off
 * after everything else.
 */
export function nextTask(
	decision: Pick<Decision, 'progress' | 'rechecks' | 'permit' | 'code'>,
	at: Date,
): NextTask | null {
	if (decision.permit || decision.code === 'paused_review') return null;
	const { progress, rechecks } = askedNow(decision, at);
	const unmet = progress.filter((each) => !each.met);
	const tasks: NextTask[] = [
		...unmet.filter(({ requirement: { kind } }) => !lastKinds.includes(kind)),
		...rechecks,
		...unmet.filter(({ requirement: { kind } }) => lastKinds.includes(kind)),
	].map((each) =>
		'requirement' in each
			? { progress: each, waitsFor: whoseTurn(each) }
			: { recheck: each, waitsFor: each.asks === 'observation' ? 'assessor' : 'nobody' },
	);
	return tasks.find((each) => each.waitsFor === 'nobody' && !isHeldUp(each, tasks)) ?? tasks[0] ?? null;
}

const lastKinds: readonly string[] = ['sign-off', 'delegation'];

function whoseTurn({ requirement: { kind } }: Progress): NextTask['waitsFor'] {
	if (kind === 'module' || kind === 'quiz' || kind === 'declaration') return 'nobody';
	return kind === 'observation' ? 'assessor' : 'manager';
}

/** A quiz is about what has been read: while something is unread it waits, whatever the order. */
function isHeldUp({ progress, recheck }: NextTask, tasks: readonly NextTask[]): boolean {
	if (progress ? progress.requirement.kind !== 'quiz' : recheck.asks !== 'quiz') return false;
	return tasks.some((each) => each.progress?.requirement.kind === 'module' || each.recheck?.asks === 'acknowledge');
}

/** What a round still lacks, in words: "1 more round", "1 at another time of day". */
export function shortOfRounds({ done, of, short, outstanding, lines }: Progress): string[] {
	const say = (count: number, one: string, many: string) => (count > 0 ? [`${count} ${count === 1 ? one : many}`] : []);
	const uncovered = lines && !lines.covers.length ? lines.uncovered : [];
	return [
		...say(of - done, 'more round', 'more rounds'),
		...(done >= of ? say(short?.dates ?? 0, 'more on a different day', 'more on different days') : []),
		...say(short?.timesOfDay ?? 0, 'at another time of day', 'at other times of day'),
		...say(short?.assessors ?? 0, 'with another assessor', 'with other assessors'),
		...say(short?.people ?? 0, 'more person over the rounds', 'more people over the rounds'),
		...say(short?.doses ?? 0, 'more dose over the rounds', 'more doses over the rounds'),
		...(short?.variants ?? []).map((variant) => `seen with: ${readable(variant)}`),
		...(uncovered.length ? [`all lines seen for one of: ${uncovered.map(readable).join(', ')}`] : []),
		...say(outstanding?.length ?? 0, 'line still to be seen done right', 'lines still to be seen done right'),
	];
}

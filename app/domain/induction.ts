import type { Decision } from './decision.ts';
import type { Progress } from './ground.ts';

/** The one thing a learner should do next for a privilege, and who has to do it. */
export interface NextTask {
	progress: Progress;
	/** Whether the learner can do it now, or waits for somebody else. */
	waitsFor: 'nobody' | 'assessor' | 'manager';
}

/** The first thing that is missing, in the order in which a person does it; null when nothing is. */
export function nextTask(decision: Pick<Decision, 'progress' | 'permit'>): NextTask | null {
	if (decision.permit) return null;
	const progress = decision.progress.find((each) => !each.met);
	if (!progress) return null;
	const { kind } = progress.requirement;
	const alone = kind === 'module' || kind === 'quiz' || kind === 'declaration';
	return { progress, waitsFor: alone ? 'nobody' : kind === 'observation' ? 'assessor' : 'manager' };
}

/** What a round still lacks, in words: "1 more round", "1 at another time of day". */
export function shortOfRounds({ done, of, short, outstanding }: Progress): string[] {
	const say = (count: number, one: string, many: string) => (count > 0 ? [`${count} ${count === 1 ? one : many}`] : []);
	return [
		...say(of - done, 'more round', 'more rounds'),
		...(done >= of ? say(short?.dates ?? 0, 'more on a different day', 'more on different days') : []),
		...say(short?.timesOfDay ?? 0, 'at another time of day', 'at other times of day'),
		...say(short?.assessors ?? 0, 'with another assessor', 'with other assessors'),
		...(short?.variants ?? []).map((variant) => `seen with: ${variant.replaceAll('-', ' ')}`),
		...say(outstanding?.length ?? 0, 'line that nobody has seen yet', 'lines that nobody has seen yet'),
	];
}

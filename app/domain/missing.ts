import type { Decision } from './decision.ts';
import type { Progress } from './ground.ts';
import { askedEachTime } from './progress.ts';
import type { Recheck } from './recheck.ts';
import { sayRequirement, type Titles } from './requirement-words.ts';

/**
 * What is missing for a permit, in words another system may receive: what is asked for and how many of it, and never
 * scores, lines of a round, or why something is looked at again (domain.md section 6).
 */
export function sayMissing(decision: Decision, at: Date, titles: Titles): string[] {
	const { permit, code, standing, progress, rechecks } = decision;
	if (permit || code === 'paused_review') return [];
	if (code === 'delegation_missing' || code === 'delegation_expired')
		return [sayRequirement({ kind: 'delegation' }, titles)];
	const overdue = rechecks.filter((each) => each.dueBy <= at);
	if (overdue.length) return [...new Set(overdue.map((each) => recheckWords[each.asks]))];
	const unmet = progress.filter((each) => !each.met);
	// Signed off, and something that is asked each time was lost: what a renewal would ask for is not the matter.
	const bearing = standing === 'paused' ? unmet.filter((each) => askedEachTime.includes(each.requirement.kind)) : unmet;
	return bearing.map((each) => withCount(each, titles));
}

const recheckWords: Record<Recheck['asks'], string> = {
	acknowledge: 'What is new has been read',
	quiz: 'Quiz passed again',
	observation: 'Observed again',
};

function withCount({ requirement, done, of }: Progress, titles: Titles): string {
	const words = sayRequirement(requirement, titles);
	return of > 1 && done < of ? `${words}: ${done} of ${of}` : words;
}

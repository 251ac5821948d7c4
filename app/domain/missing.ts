import { askedNow } from './asked.ts';
import type { Decision } from './decision.ts';
import type { Progress } from './ground.ts';
import type { Recheck } from './recheck.ts';
import { sayRequirement, type Titles } from './requirement-words.ts';

/**
 * What is missing for a permit, in words another system may receive: what is asked for and how many of it, and never
 * scores, lines of a round, or why something is looked at again (domain.md section 6).
 */
export function sayMissing(decision: Decision, at: Date, titles: Titles): string[] {
	const { permit, code } = decision;
	if (permit || code === 'paused_review') return [];
	if (code === 'delegation_missing' || code === 'delegation_expired')
		return [sayRequirement({ kind: 'delegation' }, titles)];
	const asked = askedNow(decision, at);
	return [
		...new Set(asked.rechecks.map((each) => recheckWords[each.asks])),
		...asked.progress.filter((each) => !each.met).map((each) => withCount(each, titles)),
	];
}

const recheckWords: Record<Recheck['asks'], string> = {
	acknowledge: 'What is new has been read',
	declare: 'The document has been read in the version in force',
	quiz: 'Quiz passed again',
	observation: 'Observed again',
};

function withCount({ requirement, done, of }: Progress, titles: Titles): string {
	const words = sayRequirement(requirement, titles);
	return of > 1 && done < of ? `${words}: ${done} of ${of}` : words;
}

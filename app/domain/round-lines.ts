import { type Checklist, type Criterion, criteriaOf, meets } from './checklist.ts';
import type { EvidenceOf } from './evidence.ts';
import { isAfter } from './facts.ts';
import type { LinesSeen } from './ground.ts';
import type { Rules } from './rules.ts';

export type Round = EvidenceOf<'observation'>;

/** The form that a round was filled in on, where it is known; else the one in force. */
export function formOf(
	round: Round,
	{ checklists, earlier }: Pick<Rules, 'checklists' | 'earlier'>,
): Checklist | undefined {
	return earlier?.checklists.get(round.contentVersionId ?? '') ?? checklists.get(round.payload.checklist);
}

export const noLines: LinesSeen & { outstanding: string[] } = {
	outstanding: [],
	missed: [],
	neverMet: [],
	covers: [],
	uncovered: [],
};

/** A line of a form that nobody knows any more. */
const unknownLine = (id: string): Pick<Criterion, 'id' | 'critical' | 'mayNotApply' | 'metBy' | 'covers'> => ({
	id,
	critical: false,
	mayNotApply: true,
	metBy: 'simulated',
});

/**
 * What the lines of the newest form come to over some rounds. Each needs a Yes by what meets it if it is critical and
 * must apply, if it was not seen, or if it was missed and no later round has a Yes. What belongs to a medicine or a
 * device is not outstanding by itself: it says what a sign-off covers.
 *
 * @param counted rounds that count, oldest first.
 * @param passed those and the simulated ones that would otherwise count.
 */
export function linesOf(counted: readonly Round[], passed: readonly Round[], rules: Rules) {
	const newest = counted.at(-1);
	if (!newest) return noLines;
	const form = formOf(newest, rules);
	const lines = form ? criteriaOf(form) : Object.keys(newest.payload.results).map(unknownLine);
	const found = { ...noLines, outstanding: [] as string[], missed: [] as string[], neverMet: [] as string[] };
	const groups = new Map<string, boolean>();
	for (const line of lines) {
		const by = meets(line) === 'seen' ? counted : passed;
		const lastYes = by.findLast(({ payload }) => payload.results[line.id] === 'yes');
		const lastNo = counted.findLast(({ payload }) => payload.results[line.id] === 'no');
		const unseen = counted.some(({ payload }) => payload.results[line.id] === 'not-seen');
		const met = lastYes !== undefined && !(lastNo && !isAfter(lastYes, lastNo));
		if (lastNo) found.missed.push(line.id);
		if (line.covers) groups.set(line.covers, met && (groups.get(line.covers) ?? true));
		else if (!met && ((line.critical && !line.mayNotApply) || unseen || lastNo)) found.outstanding.push(line.id);
		else if (!lastYes) found.neverMet.push(line.id);
	}
	const named = [...groups.keys()];
	return {
		...found,
		covers: named.filter((each) => groups.get(each)),
		uncovered: named.filter((each) => !groups.get(each)),
	};
}

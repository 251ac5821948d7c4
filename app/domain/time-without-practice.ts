import { type Away, gapsBetweenWork } from './employment.ts';
import { concerns, type Facts } from './facts.ts';
import { type LocalDay, localDay } from './period.ts';
import type { Privilege } from './privilege.ts';
import type { Question } from './rules.ts';

/** Absences, gaps between spells of work, and gaps between spells in a role that does this; those that touch are one. */
export function timesWithoutPractice({
	facts,
	question,
	privilege,
}: {
	facts: Facts;
	question: Question;
	privilege: Pick<Privilege, 'for'>;
}): Away[] {
	const recorded = facts.of('absence').flatMap((each) => {
		if (!concerns(each, question)) return [];
		const { from, back } = each.payload;
		return [{ from, back: back ?? seenAtWorkAfter(facts, from) }];
	});
	const all: Away[] = [...recorded, ...gapsBetweenWork(facts), ...gapsBetweenWork(facts, privilege.for)];
	const merged: Away[] = [];
	for (const each of all.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))) {
		const last = merged.at(-1);
		// The first day back is a day of work: only what begins by then touches.
		if (!last || (last.back !== null && last.back < each.from)) merged.push({ from: each.from, back: each.back });
		else if (last.back !== null && (each.back === null || each.back > last.back)) last.back = each.back;
	}
	return merged;
}

/** The first day after another on which somebody began a post or was in a round: back, whatever nobody has typed in. */
function seenAtWorkAfter(facts: Facts, day: LocalDay): LocalDay | null {
	const days = [...facts.of('employment-started'), ...facts.of('observation')].map((each) => localDay(each.observedAt));
	return days.filter((each) => each > day).sort()[0] ?? null;
}

import { type CompetencyEventType, eventOf, type Stand } from './event.ts';
import type { PrivilegeCode } from './privilege.ts';

/** A stretch of time over which somebody stands in one way on one privilege at one site. */
export interface Stretch extends Stand {
	siteId: string;
	privilege: PrivilegeCode;
	startsAt: Date;
}

/** One thing to tell of. */
export interface Change {
	type: CompetencyEventType;
	siteId: string;
	privilege: PrivilegeCode;
	/** When it turned with nothing recorded; null where it comes of what has been recorded now. */
	turnedAt: Date | null;
}

const nowhere: Stand = { permit: false, standing: 'not-required', permitUntil: null };

/**
 * What is to be told of a person whose stretches change from some to others: first what turned by itself since they
 * were last told of, in the order in which it happened, then what is different now.
 * @param told until when their turns have been told of; null where nothing ever was.
 */
export function changesOf(
	before: readonly Stretch[],
	after: readonly Stretch[],
	{ told, now }: { told: Date | null; now: Date },
): Change[] {
	const [was, is] = [byCell(before, now), byCell(after, now)];
	const turned: (Change & { turnedAt: Date })[] = [];
	const changed: Change[] = [];
	for (const cell of new Set([...was.keys(), ...is.keys()])) {
		const [past, present] = [was.get(cell) ?? [], is.get(cell) ?? []];
		const [first] = [...past, ...present];
		if (!first) continue;
		const { siteId, privilege } = first;
		past.forEach((each, place) => {
			const earlier = past[place - 1];
			const type = earlier && told && each.startsAt > told ? eventOf(earlier, each, 'time') : null;
			if (type) turned.push({ type, siteId, privilege, turnedAt: each.startsAt });
		});
		const type = eventOf(past.at(-1), present.at(-1) ?? nowhere, 'record');
		if (type) changed.push({ type, siteId, privilege, turnedAt: null });
	}
	return [...turned.sort((a, b) => a.turnedAt.getTime() - b.turnedAt.getTime()), ...changed];
}

/** The stretches that have begun, by site and privilege, in their order. */
function byCell(stretches: readonly Stretch[], now: Date): Map<string, Stretch[]> {
	const cells = new Map<string, Stretch[]>();
	for (const each of stretches) {
		if (each.startsAt > now) continue;
		const key = `${each.siteId} ${each.privilege}`;
		const cell = cells.get(key);
		if (cell) cell.push(each);
		else cells.set(key, [each]);
	}
	return cells;
}

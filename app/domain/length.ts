/** Lengths of time as people fill them in and read them: a number and a unit, never ISO text. */

export const calendarUnits = ['days', 'weeks', 'months', 'years'] as const;
export const exactUnits = ['minutes', 'hours'] as const;
export type LengthUnit = (typeof calendarUnits)[number] | (typeof exactUnits)[number];

export interface Length {
	count: number;
	unit: LengthUnit;
}

const letters = { D: 'days', W: 'weeks', M: 'months', Y: 'years' } as const;

/**
 * A duration as one number and unit, as exact as it is written: `P12M` is 12 months, `PT24H` 24 hours, `PT90M` 90
 * minutes. Undefined for one that no single unit holds, such as a month and ten days.
 */
export function lengthOf(duration: string): Length | undefined {
	const [, count, letter] = /^P(\d+)([DWMY])$/.exec(duration) ?? [];
	if (count && letter) return { count: Number(count), unit: letters[letter as keyof typeof letters] };
	const exact = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(duration);
	if (!exact) return undefined;
	const [hours = 0, minutes = 0, seconds = 0] = exact.slice(1).map((part) => Number(part ?? 0));
	if (seconds % 60) return undefined;
	const all = hours * 60 + minutes + seconds / 60;
	return all % 60 === 0 ? { count: all / 60, unit: 'hours' } : { count: all, unit: 'minutes' };
}

/** The duration that a number and a unit are; none is written as policy files write it. */
export function durationOf({ count, unit }: Length): string {
	if (unit === 'hours' || unit === 'minutes') return count ? `PT${count}${unit === 'hours' ? 'H' : 'M'}` : 'PT0S';
	const letter = Object.entries(letters).find(([, each]) => each === unit)?.[0];
	return `P${count}${count ? letter : 'D'}`;
}

/** `60 days`, `1 month`, `none`. */
export function sayLength(duration: string): string {
	const length = lengthOf(duration);
	if (!length) return duration;
	if (!length.count) return 'none';
	return `${length.count} ${length.count === 1 ? length.unit.slice(0, -1) : length.unit}`;
}

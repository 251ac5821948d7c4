/**
 * Days and durations as a care home means them: a privilege ends with the local day, through both clock changes.
 * A local day is a string such as `2027-03-14`; an instant is a `Date`.
 */
export type LocalDay = string;

const zone = 'Europe/London';

const clock = new Intl.DateTimeFormat('en-GB', {
	timeZone: zone,
	hourCycle: 'h23',
	year: 'numeric',
	month: '2-digit',
	day: '2-digit',
	hour: '2-digit',
	minute: '2-digit',
});

const minute = 60_000;
const hour = 60 * minute;

/**
 * A matrix asks about the same few thousand days some million times: what has been worked out is kept, up to a bound.
 */
function remembered<K, V>(work: (key: K) => V): (key: K) => V {
	const known = new Map<K, V>();
	return (key) => {
		const found = known.get(key);
		if (found !== undefined) return found;
		if (known.size > 50_000) known.clear();
		const value = work(key);
		known.set(key, value);
		return value;
	};
}

/** How far London's clocks are ahead of UTC at an instant, in milliseconds. */
function offset(instant: number): number {
	return offsetOfHour(Math.floor(instant / hour));
}

/** By hour since 1970: London's offset changes only on the hour. */
const offsetOfHour = remembered((hourNumber: number) => {
	const start = hourNumber * hour;
	const parts = Object.fromEntries(clock.formatToParts(start).map((part) => [part.type, part.value]));
	return Date.parse(`${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:00Z`) - start;
});

const dayOfHour = remembered((hourNumber: number): LocalDay => {
	const start = hourNumber * hour;
	return new Date(start + offset(start)).toISOString().slice(0, 10);
});

/** The local day on which an instant falls. */
export function localDay(instant: Date): LocalDay {
	return dayOfHour(Math.floor(instant.getTime() / hour));
}

/** The local time of day of an instant, `HH:MM`. */
export function localTime(instant: Date): string {
	return new Date(instant.getTime() + offset(instant.getTime())).toISOString().slice(11, 16);
}

/** The first instant of a local day. London's clocks never change at midnight, so it always exists exactly once. */
export function startOfDay(day: LocalDay): Date {
	return new Date(startOf(day));
}

const startOf = remembered((day: LocalDay) => {
	const midnightIfUtc = Date.parse(`${day}T00:00:00.000Z`);
	return midnightIfUtc - offset(midnightIfUtc - hour);
});

/** The instant at which a local day is over: nothing that ends "on" a day is valid from here on. */
export function endOfDay(day: LocalDay): Date {
	return new Date(endOf(day));
}

const endOf = remembered((day: LocalDay) => startOf(addDays(day, 1)));

/** The instant that a person means by a local day and time, such as `2027-03-14` and `08:15`. In the repeated hour of autumn, the first of the two. */
export function instantOf(day: LocalDay, time: string): Date {
	return new Date(momentOf(`${day}T${time}`));
}

const momentOf = remembered((moment: string) => {
	const asIfUtc = Date.parse(`${moment}:00.000Z`);
	const summer = new Date(asIfUtc - hour);
	return `${localDay(summer)}T${localTime(summer)}` === moment ? summer.getTime() : asIfUtc;
});

/** Whether a text is a day of the calendar that anybody could mean: no 31 February, and no year 9999. */
export function isDay(text: string): boolean {
	if (!/^(19|20|21)\d{2}-\d{2}-\d{2}$/.test(text)) return false;
	const midnight = new Date(`${text}T00:00:00Z`);
	return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(text);
}

export function addDays(day: LocalDay, days: number): LocalDay {
	const date = new Date(`${day}T00:00:00Z`);
	date.setUTCDate(date.getUTCDate() + days);
	return date.toISOString().slice(0, 10);
}

interface Duration {
	months: number;
	days: number;
	milliseconds: number;
}

const durationShape =
	/^P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

export function isDuration(text: string): boolean {
	return durationShape.test(text);
}

function parseDuration(text: string): Duration {
	const match = durationShape.exec(text);
	if (!match) throw new RangeError(`not an ISO 8601 duration: ${text}`);
	const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0)) as [
		number,
		number,
		number,
		number,
		number,
		number,
		number,
	];
	return {
		months: years * 12 + months,
		days: weeks * 7 + days,
		milliseconds: ((hours * 60 + minutes) * 60 + seconds) * 1000,
	};
}

/** A duration of exact time in milliseconds. Months and days have no fixed length and are refused. */
export function exactMilliseconds(duration: string): number {
	return millisecondsIn(duration);
}

const millisecondsIn = remembered((duration: string) => {
	const { months, days, milliseconds } = parseDuration(duration);
	if (months || days) throw new RangeError(`not an exact length of time: ${duration}`);
	return milliseconds;
});

/** Days in a duration, as counted from the first of a year. */
export function daysIn(duration: string): number {
	return countDays(duration);
}

const countDays = remembered((duration: string) => {
	const from = '2027-01-01';
	return Math.round((Date.parse(moveDay(from, duration)) - Date.parse(from)) / (24 * hour));
});

/**
 * A local day moved by a duration of calendar time: `2027-01-31` plus `P1M` is `2027-02-28`, as people expect of a month.
 * @param sign -1 moves back.
 */
export function moveDay(day: LocalDay, duration: string, sign: 1 | -1 = 1): LocalDay {
	return mover(`${sign}${duration}`)(day);
}

/** `1P6M` goes six months on, `-1P6M` back. */
const mover = remembered((move: string) => {
	const [sign, duration] = move.startsWith('-1') ? [-1, move.slice(2)] : [1, move.slice(1)];
	return remembered((day: LocalDay) => moved(day, duration, sign));
});

function moved(day: LocalDay, duration: string, sign: number): LocalDay {
	const { months, days } = parseDuration(duration);
	const [year, month, date] = day.split('-').map(Number) as [number, number, number];
	const target = month - 1 + sign * months;
	const lastOfTarget = new Date(Date.UTC(year, target + 1, 0)).getUTCDate();
	const inTarget = new Date(Date.UTC(year, target, Math.min(date, lastOfTarget))).toISOString().slice(0, 10);
	return addDays(inTarget, sign * days);
}

const longDay = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'long', year: 'numeric' });
const shortDay = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' });

/** `14 March 2027`. */
export function sayDay(day: LocalDay): string {
	return longDay.format(new Date(`${day}T00:00:00Z`));
}

/** `14 Mar 2027`, for tables. */
export function sayShortDay(day: LocalDay): string {
	return shortDay.format(new Date(`${day}T00:00:00Z`));
}

/** `14 March 2027 at 08:15`, in local time. */
export function sayMoment(instant: Date): string {
	return `${sayDay(localDay(instant))} at ${localTime(instant)}`;
}

/** The last local day on which something that ends at an instant is still good. */
export function lastDayBefore(end: Date): LocalDay {
	return localDay(new Date(end.getTime() - 1));
}

/** The first of some instants; null where there is none. */
export function earliest(instants: readonly (Date | null | undefined)[]): Date | null {
	let first: Date | null = null;
	// Dates compare many times as fast by their numbers.
	for (const each of instants) if (each && (!first || each.getTime() < first.getTime())) first = each;
	return first;
}

/** The last of some instants; null where there is none. */
export function latest(instants: readonly Date[]): Date | null {
	return instants.reduce<Date | null>((last, each) => (!last || each > last ? each : last), null);
}

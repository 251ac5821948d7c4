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
	second: '2-digit',
});

function localParts(instant: Date): Record<string, string> {
	return Object.fromEntries(clock.formatToParts(instant).map((part) => [part.type, part.value]));
}

/** The local day on which an instant falls. */
export function localDay(instant: Date): LocalDay {
	const { year, month, day } = localParts(instant);
	return `${year}-${month}-${day}`;
}

/** The local time of day of an instant, `HH:MM`. */
export function localTime(instant: Date): string {
	const { hour, minute } = localParts(instant);
	return `${hour}:${minute}`;
}

function offsetMinutes(instant: Date): number {
	const { year, month, day, hour, minute, second } = localParts(instant);
	const asIfUtc = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
	return Math.round((asIfUtc - Math.floor(instant.getTime() / 1000) * 1000) / 60_000);
}

/** The first instant of a local day. London's clocks never change at midnight, so it always exists exactly once. */
export function startOfDay(day: LocalDay): Date {
	const midnightIfUtc = new Date(`${day}T00:00:00.000Z`);
	return new Date(midnightIfUtc.getTime() - offsetMinutes(new Date(midnightIfUtc.getTime() - 3_600_000)) * 60_000);
}

/** The instant at which a local day is over: nothing that ends "on" a day is valid from here on. */
export function endOfDay(day: LocalDay): Date {
	return startOfDay(addDays(day, 1));
}

/** The instant that a person means by a local day and time, such as `2027-03-14` and `08:15`. In the repeated hour of autumn, the first of the two. */
export function instantOf(day: LocalDay, time: string): Date {
	const asIfUtc = Date.parse(`${day}T${time}:00.000Z`);
	const summer = new Date(asIfUtc - 3_600_000);
	return localDay(summer) === day && localTime(summer) === time ? summer : new Date(asIfUtc);
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
	const { months, days, milliseconds } = parseDuration(duration);
	if (months || days) throw new RangeError(`not an exact length of time: ${duration}`);
	return milliseconds;
}

/**
 * A local day moved by a duration of calendar time: `2027-01-31` plus `P1M` is `2027-02-28`, as people expect of a month.
 * @param sign -1 moves back.
 */
export function moveDay(day: LocalDay, duration: string, sign: 1 | -1 = 1): LocalDay {
	const { months, days } = parseDuration(duration);
	const [year, month, date] = day.split('-').map(Number) as [number, number, number];
	const target = month - 1 + sign * months;
	const lastOfTarget = new Date(Date.UTC(year, target + 1, 0)).getUTCDate();
	const moved = new Date(Date.UTC(year, target, Math.min(date, lastOfTarget))).toISOString().slice(0, 10);
	return addDays(moved, sign * days);
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

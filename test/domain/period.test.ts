import { Temporal } from '@js-temporal/polyfill';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
	addDays,
	endOfDay,
	exactMilliseconds,
	instantOf,
	isDuration,
	lastDayBefore,
	localDay,
	localTime,
	moveDay,
	sayDay,
	sayMoment,
	sayShortDay,
	startOfDay,
} from '../../app/domain/period.ts';

/** The outside oracle is Temporal, which carries its own rules for Europe/London. */
const zone = 'Europe/London';
const oracle = {
	startOfDay: (day: string) => new Date(Temporal.PlainDate.from(day).toZonedDateTime(zone).epochMilliseconds),
	endOfDay: (day: string) =>
		new Date(Temporal.PlainDate.from(day).add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds),
	instantOf: (day: string, time: string) =>
		new Date(Temporal.PlainDateTime.from(`${day}T${time}`).toZonedDateTime(zone).epochMilliseconds),
	local: (instant: Date) => Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone),
};

const firstDay = Temporal.PlainDate.from('1996-01-01');
const lastDay = Temporal.PlainDate.from('2060-12-31');
const day = fc.integer({ min: 0, max: firstDay.until(lastDay).days }).map((days) => firstDay.add({ days }).toString());
const time = fc
	.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
	.map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
const instant = fc
	.integer({ min: Date.parse('1996-01-01T00:00:00Z'), max: Date.parse('2060-12-31T23:59:59.999Z') })
	.map((milliseconds) => new Date(milliseconds));

/** The two days of each year on which the clocks change: the last Sundays of March and October. */
const changeDays = Array.from({ length: 65 }, (_, index) => 1996 + index).flatMap((year) =>
	[3, 10].map((month) => {
		const last = Temporal.PlainDate.from({ year, month, day: 31 });
		return last.subtract({ days: last.dayOfWeek % 7 }).toString();
	}),
);

test.each([
	['a winter day', '2027-01-15', '2027-01-15T00:00:00.000Z', '2027-01-16T00:00:00.000Z'],
	['a summer day', '2027-07-15', '2027-07-14T23:00:00.000Z', '2027-07-15T23:00:00.000Z'],
	['the clocks go forward: 23 hours', '2027-03-28', '2027-03-28T00:00:00.000Z', '2027-03-28T23:00:00.000Z'],
	['the day after they went forward', '2027-03-29', '2027-03-28T23:00:00.000Z', '2027-03-29T23:00:00.000Z'],
	['the day before they go back', '2027-10-30', '2027-10-29T23:00:00.000Z', '2027-10-30T23:00:00.000Z'],
	['the clocks go back: 25 hours', '2027-10-31', '2027-10-30T23:00:00.000Z', '2027-11-01T00:00:00.000Z'],
	['the day after they went back', '2027-11-01', '2027-11-01T00:00:00.000Z', '2027-11-02T00:00:00.000Z'],
	['new year', '2026-12-31', '2026-12-31T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
	['a leap day', '2028-02-29', '2028-02-29T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
])('%s begins and ends', (_name, given, start, end) => {
	expect([startOfDay(given).toISOString(), endOfDay(given).toISOString()]).toEqual([start, end]);
	expect(lastDayBefore(endOfDay(given))).toBe(given);
});

test('the days around each clock change from 1996 to 2060 begin and end as Temporal says', () => {
	expect(changeDays).toContain('2027-03-28');
	for (const each of changeDays.flatMap((change) => [addDays(change, -1), change, addDays(change, 1)])) {
		expect([each, startOfDay(each)]).toEqual([each, oracle.startOfDay(each)]);
		expect([each, endOfDay(each)]).toEqual([each, oracle.endOfDay(each)]);
	}
});

test('any day from 1996 to 2060 begins and ends as Temporal says', () => {
	fc.assert(
		fc.property(day, (given) => {
			expect(startOfDay(given)).toEqual(oracle.startOfDay(given));
			expect(endOfDay(given)).toEqual(oracle.endOfDay(given));
		}),
		{ numRuns: 400 },
	);
});

test('a day holds its first instant and not its end', () => {
	fc.assert(
		fc.property(fc.oneof(day, fc.constantFrom(...changeDays)), (given) => {
			expect(localDay(startOfDay(given))).toBe(given);
			expect(localTime(startOfDay(given))).toBe('00:00');
			expect(localDay(new Date(endOfDay(given).getTime() - 1))).toBe(given);
			expect(localDay(endOfDay(given))).toBe(addDays(given, 1));
		}),
	);
});

test.each([
	['a winter morning', '2027-01-15', '08:15', '2027-01-15T08:15:00.000Z'],
	['a summer morning', '2027-07-15', '08:15', '2027-07-15T07:15:00.000Z'],
	['just after midnight in summer', '2027-07-15', '00:05', '2027-07-14T23:05:00.000Z'],
	['the minute before the clocks go forward', '2027-03-28', '00:59', '2027-03-28T00:59:00.000Z'],
	['a time that does not exist is read as the time an hour later', '2027-03-28', '01:30', '2027-03-28T01:30:00.000Z'],
	['the first minute of summer time', '2027-03-28', '02:00', '2027-03-28T01:00:00.000Z'],
	['the repeated hour, the first of the two', '2027-10-31', '01:30', '2027-10-31T00:30:00.000Z'],
	['the minute after the repeated hour', '2027-10-31', '02:00', '2027-10-31T02:00:00.000Z'],
])('what a person means by %s', (_name, given, at, expected) => {
	expect(instantOf(given, at).toISOString()).toBe(expected);
});

test('what a person means by a day and a time is what Temporal says, also where clocks change', () => {
	fc.assert(
		fc.property(fc.oneof(day, fc.constantFrom(...changeDays)), time, (given, at) => {
			expect(instantOf(given, at)).toEqual(oracle.instantOf(given, at));
		}),
		{ numRuns: 400 },
	);
});

test('the local day and time of any instant are what Temporal says', () => {
	fc.assert(
		fc.property(instant, (given) => {
			expect(localDay(given)).toBe(oracle.local(given).toPlainDate().toString());
			expect(localTime(given)).toBe(oracle.local(given).toPlainTime().toString({ smallestUnit: 'minute' }));
		}),
		{ numRuns: 400 },
	);
});

test.each([
	['2027-01-31', 'P1M', '2027-02-28'],
	['2028-01-31', 'P1M', '2028-02-29'],
	['2027-03-31', 'P1M', '2027-04-30'],
	['2028-02-29', 'P12M', '2029-02-28'],
	['2028-02-29', 'P4Y', '2032-02-29'],
	['2027-11-30', 'P3M', '2028-02-29'],
	['2027-03-14', 'P12M', '2028-03-14'],
	['2027-03-14', 'P60D', '2027-05-13'],
	['2027-03-14', 'P2W', '2027-03-28'],
	['2027-01-31', 'P1M1D', '2027-03-01'],
	['2027-03-14', 'P0D', '2027-03-14'],
])('%s and %s later is %s', (from, duration, to) => {
	expect(moveDay(from, duration)).toBe(to);
});

test.each([
	['2027-03-31', 'P1M', '2027-02-28'],
	['2027-01-15', 'P1M', '2026-12-15'],
	['2027-02-20', 'P60D', '2026-12-22'],
	['2028-02-29', 'P1Y', '2027-02-28'],
])('%s and %s earlier is %s', (from, duration, to) => {
	expect(moveDay(from, duration, -1)).toBe(to);
});

test('a moved day is what Temporal says, both ways', () => {
	const length = fc.record({ years: fc.nat(5), months: fc.nat(30), weeks: fc.nat(8), days: fc.nat(500) });
	fc.assert(
		fc.property(day, length, (given, { years, months, weeks, days }) => {
			const duration = `P${years}Y${months}M${weeks}W${days}D`;
			const from = Temporal.PlainDate.from(given);
			expect(moveDay(given, duration)).toBe(from.add(duration).toString());
			expect(moveDay(given, duration, -1)).toBe(from.subtract(duration).toString());
		}),
		{ numRuns: 400 },
	);
});

test('a longer validity never ends sooner', () => {
	fc.assert(
		fc.property(day, fc.nat(40), fc.nat(40), (given, a, b) => {
			const [shorter, longer] = [Math.min(a, b), Math.max(a, b)];
			expect(moveDay(given, `P${shorter}M`) <= moveDay(given, `P${longer}M`)).toBe(true);
		}),
	);
});

test.each(['P12M', 'P1Y', 'P2W', 'P60D', 'P1Y2M3W4D', 'PT24H', 'PT90M', 'PT0S', 'P1DT12H'])(
	'%s is a duration',
	(text) => {
		expect(isDuration(text)).toBe(true);
	},
);

test.each([
	'',
	'P',
	'PT',
	'P1DT',
	'12M',
	'P-1M',
	'-P1M',
	'P1.5D',
	'P1D2M',
	'p12m',
	'P12M ',
	' P12M',
	'PT1D',
	'P1H',
	'1 year',
])('"%s" is not a duration', (text) => {
	expect(isDuration(text)).toBe(false);
	expect(() => moveDay('2027-03-14', text)).toThrow(RangeError);
	expect(() => exactMilliseconds(text)).toThrow(RangeError);
});

test.each([
	['PT0S', 0],
	['PT60S', 60_000],
	['PT1H', 3_600_000],
	['PT24H', 86_400_000],
	['PT1H30M15S', 5_415_000],
])('%s is %i milliseconds', (duration, milliseconds) => {
	expect(exactMilliseconds(duration)).toBe(milliseconds);
});

test.each(['P1D', 'P1M', 'P1W', 'P1Y', 'P1DT1H'])('%s has no exact length', (duration) => {
	expect(() => exactMilliseconds(duration)).toThrow(RangeError);
});

test('days and moments are said as people say them', () => {
	expect(sayDay('2027-03-04')).toBe('4 March 2027');
	expect(sayShortDay('2027-03-04')).toBe('4 Mar 2027');
	expect(sayMoment(new Date('2027-07-14T23:05:00Z'))).toBe('15 July 2027 at 00:05');
	expect(sayMoment(new Date('2027-01-14T23:05:00Z'))).toBe('14 January 2027 at 23:05');
});

import { describe, expect, test } from 'vitest';
import { reviewField } from '../../app/domain/delegation.ts';
import { payloads } from '../../app/domain/evidence.ts';
import { pauseForm } from '../../app/domain/input.ts';
import { isDay } from '../../app/domain/period.ts';
import { recordForms } from '../../app/domain/record.ts';

/** What no calendar has, and what nobody means. Once recorded it could not be read again, nor taken back on a page. */
const impossible = ['2027-99-99', '2027-02-31', '2027-02-29', '2027-13-01', '0000-01-01', '9999-12-31', '31/02/2027'];

interface Schema {
	safeParse(value: unknown): { success: boolean };
}
const takesDays = (schema: Schema) => schema.safeParse('2027-03-14').success && !schema.safeParse('no-day-1').success;

test('a day of the calendar, leap years and all', () => {
	expect(['2027-03-14', '2028-02-29', '2000-02-29', '1958-12-31'].filter((day) => !isDay(day))).toEqual([]);
	expect([...impossible, '1900-02-29', '2100-02-29', '2027-3-14', ''].filter(isDay)).toEqual([]);
});

const fields = Object.entries({ ...payloads, ...recordForms }).flatMap(([kind, { shape }]) =>
	Object.entries(shape as Record<string, Schema>)
		.filter(([, schema]) => takesDays(schema))
		.map(([name, schema]): [string, Schema] => [`${kind}, ${name}`, schema]),
);

describe('is refused wherever a day is recorded', () => {
	test('control: there are many such places', () => expect(fields.length).toBeGreaterThan(15));

	test.each([
		...fields,
		['a pause, its review', pauseForm.shape.reviewOn] as [string, Schema],
		['a delegation, its review', reviewField] as [string, Schema],
	])('%s', (_, schema) => {
		expect(impossible.filter((day) => schema.safeParse(day).success)).toEqual([]);
	});
});

test.each(['', null, undefined])('a last day that is left empty (%j) is none', (expiresOn) => {
	const form = { id: '018f4a6e-0000-7000-8000-000000000001', note: '', awardedOn: '2027-03-14', expiresOn };
	expect(recordForms['agency-record'].parse(form).expiresOn).toBeNull();
});

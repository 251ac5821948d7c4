import { expect, test } from 'vitest';
import { reasonCodes } from '../../app/domain/reason.ts';
import { sayHour, sayRefusal, sayTimes } from '../../app/domain/refusal.ts';
import { moment } from './support.ts';

test.each([
	['2027-03-14 02:00', 'last night, between 02:00 and 03:00'],
	['2027-03-13 21:00', 'last night, between 21:00 and 22:00'],
	['2027-03-13 23:00', 'last night, between 23:00 and 00:00'],
	['2027-03-14 06:00', 'last night, between 06:00 and 07:00'],
	['2027-03-14 07:00', 'today, between 07:00 and 08:00'],
	['2027-03-13 20:00', 'yesterday, between 20:00 and 21:00'],
	['2027-03-13 02:00', 'yesterday, between 02:00 and 03:00'],
	['2027-03-12 22:00', 'on 12 March 2027, between 22:00 and 23:00'],
	['2027-03-03 02:00', 'on 3 March 2027, between 02:00 and 03:00'],
])('at half past nine on 14 March 2027, the hour from %s is “%s”', (from, said) => {
	expect(sayHour(moment(from), moment('2027-03-14 09:30'))).toBe(said);
});

test('in the middle of the night, what has just been asked is today’s; the night ends for good the day after', () => {
	expect(sayHour(moment('2027-03-14 01:00'), moment('2027-03-14 02:30'))).toBe('last night, between 01:00 and 02:00');
	expect(sayHour(moment('2027-03-14 22:00'), moment('2027-03-14 22:30'))).toBe('today, between 22:00 and 23:00');
	expect(sayHour(moment('2027-03-14 22:00'), moment('2027-03-15 00:30'))).toBe('last night, between 22:00 and 23:00');
});

test('both hours of the night in which the clocks go back are said as the clock on the wall had them', () => {
	const now = new Date('2026-10-25T09:00:00Z');
	expect(sayHour(new Date('2026-10-25T00:00:00Z'), now)).toBe('last night, between 01:00 and 01:00');
	expect(sayHour(new Date('2026-10-25T01:00:00Z'), now)).toBe('last night, between 01:00 and 02:00');
});

test('how often is said in words as far as people do', () => {
	expect([1, 2, 3, 40].map(sayTimes)).toEqual(['once', 'twice', '3 times', '40 times']);
});

test('every reason has words of its own that go on in a sentence and put nobody at fault', () => {
	for (const code of reasonCodes) {
		expect(sayRefusal(code), code).toMatch(/^[a-z][^.!?]+$/);
		expect(sayRefusal(code), code).not.toMatch(/fail|fault|wrong|error|\byou\b/i);
	}
});

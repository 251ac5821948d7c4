import { expect, test } from 'vitest';
import { looksIdentifying, roundForm } from '../../app/domain/round.ts';

const filled = { results: { hands: 'yes' }, people: '8', doses: '21', refusals: '0', stoppedForSafety: 'no', note: '' };
const parsed = (changes: Record<string, unknown> = {}) => roundForm.safeParse({ ...filled, ...changes });
const messageFor = (field: string, value: unknown) => parsed({ [field]: value }).error?.issues[0]?.message;

test('a round as a form posts it', () => {
	expect(parsed().data).toEqual({
		results: { hands: 'yes' },
		people: 8,
		doses: 21,
		refusals: 0,
		stoppedForSafety: false,
		simulated: false,
		note: '',
	});
});

test.each([
	['0', 0],
	['200', 200],
	[7, 7],
	['08', 8],
	[' 8 ', 8],
])('the count %j is %i', (given, count) => {
	expect(parsed({ doses: given }).data?.doses).toBe(count);
});

test.each([
	['', 'Enter how many doses, as a number'],
	[undefined, 'Enter how many doses, as a number'],
	['many', 'Enter how many doses, as a number'],
	['-1', 'Enter how many doses, as a number'],
	['2.5', 'Enter how many doses, as a whole number'],
	['201', 'That is too many doses for one round'],
])('the count %j is refused', (given, message) => {
	expect(messageFor('doses', given)).toBe(message);
});

test('each count says which one it is', () => {
	expect(messageFor('people', '')).toContain('people');
	expect(messageFor('refusals', '')).toContain('refusals');
});

test('a form with nothing in it names all three counts, and only them', () => {
	const issues = roundForm.safeParse({ results: {} }).error?.issues.map((issue) => issue.path.join('.'));
	expect(issues).toEqual(['people', 'doses', 'refusals']);
});

test.each([
	['yes', true],
	[true, true],
	['no', false],
	['', false],
	[undefined, false],
	['on', false],
])('stopped for safety: %j is %s', (given, expected) => {
	expect(parsed({ stoppedForSafety: given }).data?.stoppedForSafety).toBe(expected);
});

test('a note is trimmed, may be left out, and is at most 280 letters', () => {
	expect(parsed({ note: '  calm and kind \n' }).data?.note).toBe('calm and kind');
	expect(parsed({ note: undefined }).data?.note).toBe('');
	expect(parsed({ note: 'x'.repeat(280) }).success).toBe(true);
	expect(messageFor('note', 'x'.repeat(281))).toBe('Keep the note to 280 characters');
});

test.each(['', 'maybe', 'YES', 0])('a line answered %j is refused', (given) => {
	expect(parsed({ results: { hands: given } }).success).toBe(false);
});

test.each(['yes', 'no', 'not-seen', 'not-applicable'])('a line may be answered %s', (given) => {
	expect(parsed({ results: { hands: given } }).success).toBe(true);
});

test.each([
	['a date of birth', 'Her birthday is 12/03/1941'],
	['a date with dots', 'born 1.2.41'],
	['a date with hyphens', 'since 01-02-2026'],
	['an NHS number with spaces', 'see 943 476 5919'],
	['an NHS number without', 'see 9434765919'],
	['a room', 'the lady in room 12'],
	['a room with a capital', 'Room 4 took long'],
	['a title and a name', 'Mrs Jones was asleep'],
	['a title with a full stop', 'rang Dr. Patel'],
	['Mr', 'ask Mr Khan'],
	['Miss', 'Miss Eze declined'],
	['Ms', 'Ms Obi was out'],
])('a note with %s may identify somebody', (_name, text) => {
	expect(looksIdentifying(text)).toBe(true);
});

test.each([
	['nothing', ''],
	['plain praise', 'Calm and kind, explained every medicine.'],
	['counts', '8 people, 21 doses, 2 refusals'],
	['a time', 'began at 08:15, ended 09.10'],
	['a dose', 'measured 2.5 mL twice'],
	['a half', '1/2 a tablet'],
	['a room without a number', 'kept the treatment room locked'],
	['a title without a name', 'asked the Dr about it'],
	['a word that begins like a title', 'Missed nothing. Drank water. Mrsa swab.'],
	['a version', 'form 1.2 was used'],
])('a note with %s does not', (_name, text) => {
	expect(looksIdentifying(text)).toBe(false);
});

// `Number(' ')` is 0: an assessor who left a blank would have counted nobody.
test.each([' ', '\t', null])('the blank count %j is refused, not nought', (given) => {
	expect(messageFor('doses', given)).toBe('Enter how many doses, as a number');
});

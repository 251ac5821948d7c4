import { expect, test } from 'vitest';
import { durationOf, lengthOf, sayLength } from '../../app/domain/length.ts';
import { type PolicyBody, policyBody } from '../../app/domain/policy.ts';
import { bodyOver, fieldsFor, readEdits, withEdits } from '../../app/domain/policy-edits.ts';
import { mainNumbers, numberAt, sayNumber } from '../../app/domain/policy-numbers.ts';
import { privilegeNumbers } from '../../app/domain/privilege-numbers.ts';
import { policyWith, privilegeOf } from './support.ts';

const { version: _, ...numbers } = policyWith({ documents: { 'medicines-policy': 1 } });
const shipped = policyBody.parse(numbers);
const main = mainNumbers(shipped, 'provider').flatMap((section) => section.numbers);
const sentWith = (changes: Record<string, string[]> = {}, numbers = main, policy: PolicyBody = shipped) => ({
	...fieldsFor(numbers, policy),
	...changes,
});
const oral = privilegeOf('administer-oral', [
	{ kind: 'observation', checklist: 'oral-round', variants: ['tablets', 'liquids'] },
	{ kind: 'sign-off', by: ['manager'] },
]);

test.each<[string, string, string]>([
	['P60D', '60 days', 'P60D'],
	['P1M', '1 month', 'P1M'],
	['P12M', '12 months', 'P12M'],
	['P6Y', '6 years', 'P6Y'],
	['P2W', '2 weeks', 'P2W'],
	['P0D', 'none', 'P0D'],
	['PT0S', 'none', 'PT0S'],
	['PT60S', '1 minute', 'PT1M'],
	['PT90M', '90 minutes', 'PT90M'],
	['PT24H', '24 hours', 'PT24H'],
])('%s is said as %s and filled in as a number and a unit', (duration, said, back) => {
	expect(sayLength(duration)).toBe(said);
	const length = lengthOf(duration);
	expect(length && durationOf(length)).toBe(back);
});

test('no ISO text is ever shown, in any field', () => {
	const shown = Object.entries(fieldsFor(main, shipped)).flatMap(([, values]) => values);
	expect(shown.filter((each) => /^P[\dT]/.test(each))).toEqual([]);
	const said = main.map((number) => sayNumber(number, numberAt(shipped, number.path)));
	expect(said.filter((each) => /^P[\dT]/.test(each))).toEqual([]);
});

test('a form that is sent as it was shown changes nothing', () => {
	expect(readEdits(main, sentWith(), shipped)).toEqual({ edits: {}, errors: [] });
	expect(readEdits(main, {}, shipped)).toEqual({ edits: {}, errors: [] });
	const numbers = privilegeNumbers(oral, shipped);
	expect(
		readEdits(numbers, sentWith({ 'privileges.administer-oral.variants.asked': ['yes'] }, numbers), shipped),
	).toEqual({
		edits: {},
		errors: [],
	});
});

test('only what was changed is an edit, and only what differs is stored', () => {
	const sent = sentWith({
		'quiz.passMark': ['85'],
		dueSoon: ['2'],
		'dueSoon.unit': ['months'],
		witness: ['no'],
		endOfShift: ['08:00'],
	});
	const { edits, errors } = readEdits(main, sent, shipped);
	expect(errors).toEqual([]);
	expect(edits).toEqual({ 'quiz.passMark': 85, dueSoon: 'P2M', witness: false, endOfShift: '08:00' });
	expect(bodyOver(shipped, withEdits(shipped, edits))).toEqual({
		quiz: { passMark: 85 },
		dueSoon: 'P2M',
		witness: false,
		endOfShift: '08:00',
	});
	expect(bodyOver(shipped, withEdits(withEdits(shipped, edits), { 'quiz.passMark': 80, witness: true }))).toEqual({
		dueSoon: 'P2M',
		endOfShift: '08:00',
	});
});

test('waits that repeat at the end are one', () => {
	const edits = { 'quiz.waits.2': 'PT1H' };
	expect(withEdits(shipped, edits).quiz.waits).toEqual(['PT0S', 'PT1H']);
	const short = { ...shipped, quiz: { ...shipped.quiz, waits: ['PT0S'] } };
	expect(withEdits(short, { 'quiz.waits.2': 'PT24H' }).quiz.waits).toEqual(['PT0S', 'PT0S', 'PT24H']);
	expect(readEdits(main, sentWith({}, main, short), short).edits).toEqual({});
});

test.each<[string, Record<string, string[]>, string]>([
	['a pass mark too low', { 'quiz.passMark': ['49'] }, 'Pass mark: enter a whole number from 50 to 100'],
	['no number', { 'observation.passes': ['three'] }, 'Rounds passed: enter a whole number from 1 to 20'],
	[
		'nothing where a number must be',
		{ 'renewal.passes': [''] },
		'Rounds for a renewal: enter a whole number from 0 to 99',
	],
	['a length without a number', { grace: [''] }, 'Still holds after its last day: enter a whole number, such as 12'],
	[
		'a unit that is none',
		{ 'grace.unit': ['hours'] },
		'Still holds after its last day: choose days or weeks or months or years',
	],
	['a time that is none', { endOfShift: ['8'] }, 'What runs out at midnight holds until: enter a time such as 08:00'],
	['an answer that is none', { witness: ['maybe'] }, 'Controlled drugs need a competent witness: choose yes or no'],
	[
		'something asked that is none',
		{ 'absence.asks': ['dance'] },
		'Somebody away for longer has to: choose one of the list',
	],
])('%s is refused in words that say what to do', (_name, changes, message) => {
	const { errors } = readEdits(main, sentWith(changes), shipped);
	expect(errors).toEqual([{ field: Object.keys(changes)[0]?.replace('.unit', ''), message }]);
});

test('numbers of one privilege are set, left empty, and taken back over what lies beneath', () => {
	const numbers = privilegeNumbers(oral, shipped);
	const at = 'privileges.administer-oral';
	const { edits } = readEdits(
		numbers,
		sentWith(
			{
				[`${at}.passes`]: ['2'],
				[`${at}.validity`]: ['6'],
				[`${at}.variants`]: ['liquids'],
				[`${at}.variants.asked`]: ['yes'],
			},
			numbers,
		),
		shipped,
	);
	expect(edits).toEqual({ [`${at}.passes`]: 2, [`${at}.validity`]: 'P6M', [`${at}.variants`]: ['liquids'] });
	const own = withEdits(shipped, edits);
	expect(own.privileges).toEqual({ 'administer-oral': { passes: 2, validity: 'P6M', variants: ['liquids'] } });

	const emptied = readEdits(
		numbers,
		{
			...fieldsFor(numbers, own),
			[`${at}.passes`]: [''],
			[`${at}.validity`]: [''],
			[`${at}.variants`]: [],
			[`${at}.variants.asked`]: ['yes'],
		},
		own,
	);
	expect(emptied.edits).toEqual({ [`${at}.passes`]: null, [`${at}.validity`]: null, [`${at}.variants`]: null });
	const back = withEdits(own, emptied.edits);
	expect(back.privileges).toEqual({});
	expect(bodyOver(own, back)).toEqual({ privileges: { 'administer-oral': {} } });
	expect(bodyOver(shipped, back)).toEqual({});
});

test('a site is not asked how long a leaver’s name is kept', () => {
	const paths = mainNumbers(shipped, 'site').flatMap((section) => section.numbers.map((number) => number.path));
	expect(paths).not.toContain('retention');
	expect(main.map((number) => number.path)).toContain('retention');
});

test('people, doses and how long a signed list holds are numbers of one privilege', () => {
	const numbers = privilegeNumbers(oral, shipped);
	const at = 'privileges.administer-oral';
	const sent = sentWith({ [`${at}.people`]: ['8'], [`${at}.doses`]: ['20'], [`${at}.offline`]: ['1'] }, numbers);
	const { edits, errors } = readEdits(numbers, sent, shipped);
	expect([edits, errors]).toEqual([{ [`${at}.people`]: 8, [`${at}.doses`]: 20, [`${at}.offline`]: 'PT1H' }, []]);
	expect(withEdits(shipped, edits).privileges).toEqual({
		'administer-oral': { people: 8, doses: 20, offline: 'PT1H' },
	});
});

// `override.untrained` is left out of the form on purpose; the bands of the day, what a list holds and a privilege's own are not main numbers.
test('every number there is has its row, but for those that are left out on purpose', () => {
	const paths = main.map((number) => number.path);
	const leaves = Object.entries(shipped).flatMap(([name, value]) =>
		typeof value === 'object' && value !== null && !Array.isArray(value)
			? Object.keys(value).map((key) => `${name}.${key}`)
			: [name],
	);
	const missing = leaves.filter((leaf) => !paths.some((path) => path === leaf || path.startsWith(`${leaf}.`)));
	const left = ['maximumAge', 'override.untrained'];
	expect(missing.filter((leaf) => !leaf.startsWith('timesOfDay.'))).toEqual(left);
});

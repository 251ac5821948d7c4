import { describe, expect, test } from 'vitest';
import { segmentsFrom, termOf } from '../../app/domain/term.ts';
import { asking, termTableOf, under } from './cases.ts';
import {
	allowsOnCall,
	awarded,
	away,
	competent,
	type Draft,
	delegates,
	elmCourt,
	firstSignOff,
	history,
	learned,
	leaves,
	moment,
	pauses,
	retracts,
	roseHouse,
	round,
	rulesWith,
	signsOff,
	starts,
	watched,
	withdraws,
	working,
} from './support.ts';

const asked = { privilege: 'administer-oral' as const, siteId: roseHouse };

const newDays = (lastDay: string) => [...watched, signsOff('2026-02-20', lastDay)];
const asAgency = [
	starts('2026-01-05 09:00', { contract: 'agency' }),
	awarded('2026-01-07', null, { award: 'agency-record' }),
	...learned.slice(1),
	round('2026-02-02 08:10'),
];
const halfYear = under({ privileges: { 'administer-oral': { validity: 'P6M' } } });
const insulin = asking('administer-insulin', { kind: 'delegation' });
const insulinSigned = signsOff('2026-02-20 15:30', '2027-02-20', { privilege: 'administer-insulin' });
const lateBy = under({ renewal: { passes: 1, quiz: false, lateBy: 'P90D' } });

describe('from its own day', () =>
	termTableOf(false, [
		['a first sign-off', ['2026-02-20', '2027-02-20'], watched, '2026-02-20 15:30'],
		['nothing done at all: asked what it would be', ['2026-02-20', '2027-02-20'], [], '2026-02-20 15:30'],
		[
			'late in a summer evening it is already the next local day',
			['2026-07-02', '2027-07-02'],
			watched,
			'2026-07-02 00:30',
		],
		['the hour before the clocks go back', ['2026-10-25', '2027-10-25'], watched, '2026-10-25 00:30'],
		['from a leap day', ['2028-02-29', '2029-02-28'], watched, '2028-02-29'],
		['from the day before a leap day', ['2028-02-28', '2029-02-28'], watched, '2028-02-28'],
		['half a year, by policy for this privilege', ['2026-02-20', '2026-08-20'], watched, '2026-02-20', halfYear],
		['half a year from a month end', ['2026-08-31', '2027-02-28'], watched, '2026-08-31', halfYear],
		['half a year from a month end, to a leap day', ['2027-08-31', '2028-02-29'], watched, '2027-08-31', halfYear],
		[
			'by policy for another privilege',
			['2026-02-20', '2027-02-20'],
			watched,
			'2026-02-20',
			under({ privileges: { prompt: { validity: 'P6M' } } }),
		],
		['before the window', ['2026-12-21', '2027-12-21'], competent, '2026-12-21 23:59'],
		[
			'a window of thirty days, before it',
			['2027-01-20', '2028-01-20'],
			competent,
			'2027-01-20 23:59',
			under({ dueSoon: 'P30D' }),
		],
		[
			'the minute before the window, in summer time',
			['2027-07-02', '2028-07-02'],
			newDays('2027-09-01'),
			'2027-07-02 23:59',
		],
		['late', ['2027-02-21', '2028-02-21'], competent, '2027-02-21 00:00'],
		['late, but in time to be renewed', ['2027-03-21', '2028-03-21'], competent, '2027-03-21', lateBy],
		['after a withdrawal', ['2027-01-10', '2028-01-10'], [...competent, withdraws('2026-12-30')], '2027-01-10'],
		['while paused', ['2027-01-10', '2028-01-10'], [...competent, pauses('2026-12-30')], '2027-01-10'],
		['while unsound', ['2027-01-10', '2028-01-10'], [...competent, retracts('2026-12-30', 'round-1')], '2027-01-10'],
		[
			'while something else is due',
			['2027-01-10', '2028-01-10'],
			[...competent, away('2026-04-01', '2026-04-01', null)],
			'2027-01-10',
			under({ absence: { longest: 'P90D', asks: 'quiz' } }),
		],
		[
			'while allowed on call only',
			['2027-03-02', '2028-03-02'],
			[...competent, allowsOnCall('2027-03-01', '2027-03-03')],
			'2027-03-02',
		],
		[
			'signed off at another site: never past that one without the quiz',
			['2027-01-10', '2027-02-20'],
			[...competent, starts('2026-03-01', { site: elmCourt })],
			'2027-01-10',
			{ site: elmCourt },
		],
	]));

describe('keeping the anniversary', () =>
	termTableOf(true, [
		['on the first minute of the window', ['2027-02-20', '2028-02-20'], competent, '2026-12-22 00:00'],
		['on the last day', ['2027-02-20', '2028-02-20'], competent, '2027-02-20 12:00'],
		[
			'a window of thirty days, in it',
			['2027-02-20', '2028-02-20'],
			competent,
			'2027-01-21 00:00',
			under({ dueSoon: 'P30D' }),
		],
		[
			'on the first minute of the window in summer time',
			['2027-09-01', '2028-09-01'],
			newDays('2027-09-01'),
			'2027-07-03 00:00',
		],
		['of a leap day', ['2028-02-29', '2029-02-28'], newDays('2028-02-29'), '2028-02-01'],
		['of the day before a leap day', ['2027-02-28', '2028-02-28'], newDays('2027-02-28'), '2027-02-01'],
		['half a year on from a month end', ['2026-08-31', '2027-02-28'], newDays('2026-08-31'), '2026-08-01', halfYear],
		[
			'of a delegated task, although nobody is named',
			['2027-02-20', '2028-02-20'],
			[...working, insulinSigned],
			'2027-01-10',
			insulin,
		],
		[
			'of a delegated task, its delegation past its review day',
			['2027-02-20', '2028-02-20'],
			[...working, insulinSigned, delegates('2026-12-01', '2026-12-02')],
			'2027-01-10',
			{ ...insulin, person: 'R-17' },
		],
		[
			'when something is due, but later',
			['2027-02-20', '2028-02-20'],
			[...competent, away('2027-01-01', '2027-01-01', null)],
			'2027-01-10',
			under({ absence: { longest: 'P90D', asks: 'quiz' } }),
		],
	]));

describe('never shorter than the one it replaces', () =>
	termTableOf(false, [
		['before the window of a longer one', ['2026-03-02', '2028-12-31'], newDays('2028-12-31'), '2026-03-02'],
		[
			'policy gives less now',
			['2026-03-02', '2027-02-20'],
			competent,
			'2026-03-02',
			under({ privileges: { 'administer-oral': { validity: 'P1M' } } }),
		],
		[
			'but for one that is paused',
			['2026-03-02', '2027-03-02'],
			[...newDays('2028-12-31'), pauses('2026-03-01')],
			'2026-03-02',
		],
		[
			'but for one that is unsound',
			['2026-03-02', '2027-03-02'],
			[
				...watched,
				{ ...firstSignOff, payload: { ...firstSignOff.payload, lastDay: '2028-12-31' } } as Draft,
				retracts('2026-03-01', 'round-1'),
			],
			'2026-03-02',
		],
	]));

describe('agency work', () =>
	termTableOf(false, [
		['thirty days', ['2026-02-20', '2026-03-22'], asAgency, '2026-02-20'],
		[
			'as many as policy says',
			['2026-02-20', '2026-03-06'],
			asAgency,
			'2026-02-20',
			under({ agency: { validity: 'P14D' } }),
		],
		[
			'never more than others have',
			['2026-02-20', '2027-02-20'],
			asAgency,
			'2026-02-20',
			under({ agency: { validity: 'P2Y' } }),
		],
		[
			'a month, in February',
			['2026-02-20', '2026-03-20'],
			asAgency,
			'2026-02-20',
			under({ agency: { validity: 'P1M' } }),
		],
		[
			'permanent as well: a year',
			['2026-02-20', '2027-02-20'],
			[...asAgency, starts('2026-01-06', { site: null })],
			'2026-02-20',
		],
	]));

test('the arithmetic is shown: from when, for how long, and whether the anniversary is kept', () => {
	const term = termOf(rulesWith(), history(...competent), asked, moment('2027-01-10'));
	const expected = { startsFrom: '2027-02-20', validity: 'P12M', lastDay: '2028-02-20', keepsAnniversary: true };
	expect(term).toEqual(expected);
	expect(termOf(rulesWith(), history(...asAgency), asked, moment('2026-02-20'))?.validity).toBe('P30D');
});

test('an unknown privilege has no term', () => {
	expect(
		termOf(rulesWith(), history(...competent), { ...asked, privilege: 'audit-mar' }, moment('2026-03-02')),
	).toBeUndefined();
});

test('the projection of somebody competent: competent, due soon, expired', () => {
	const segments = segmentsFrom(rulesWith(), history(...competent), moment('2026-02-20 15:30'))(asked);
	expect(segments.map((each) => [each.decision.standing, each.startsAt, each.endsAt])).toEqual([
		['competent', moment('2026-02-20 15:30'), moment('2026-12-22 00:00')],
		['due-soon', moment('2026-12-22 00:00'), moment('2027-02-21 00:00')],
		['expired', moment('2027-02-21 00:00'), null],
	]);
});

test('the projection of somebody who has given notice ends with the last day at work', () => {
	const facts = history(...competent, leaves('2026-03-01', '2026-03-31'));
	const segments = segmentsFrom(rulesWith(), facts, moment('2026-03-01'))(asked);
	expect(segments.map((each) => [each.decision.code, each.endsAt])).toEqual([
		['competent', moment('2026-04-01 00:00')],
		['left', null],
	]);
});

test('the projection of somebody waiting for a sign-off: the rounds grow old', () => {
	const segments = segmentsFrom(rulesWith(), history(...watched), moment('2026-03-01'))(asked);
	expect(segments.map((each) => [each.decision.code, each.decision.standing, each.endsAt])).toEqual([
		['sign_off_missing', 'ready-for-sign-off', moment('2026-08-03 00:00')],
		['observations_short', 'ready-to-observe', moment('2125-01-14 00:00')],
		['quiz_not_passed', 'in-training', null],
	]);
});

test('somebody paused stays paused for ever', () => {
	const facts = history(...competent, pauses('2026-03-01'));
	const segments = segmentsFrom(rulesWith(), facts, moment('2026-03-01'))(asked);
	expect(segments.map((each) => [each.decision.standing, each.endsAt])).toEqual([['paused', null]]);
});

test('somebody new: nothing changes by itself', () => {
	const segments = segmentsFrom(rulesWith(), history(starts('2026-01-05')), moment('2026-01-05'))(asked);
	expect(segments.map((each) => [each.decision.code, each.endsAt])).toEqual([['module_missing', null]]);
});

test('everything recorded counts, however late', () => {
	const facts = history(...competent, pauses('2026-03-01', { known: '2026-03-20' }));
	const segments = segmentsFrom(rulesWith(), facts, moment('2026-03-02'))(asked);
	expect(segments.map((each) => each.decision.standing)).toEqual(['paused']);
});

// The day after the last in grace a sign-off is late, and runs from its own day; within it, from the day that is past.
test('in grace a renewal still keeps the anniversary', () => {
	const { rules = rulesWith() } = under({ grace: 'P7D' });
	const term = (when: string) => termOf(rules, history(...competent), asked, moment(when));
	expect(term('2027-02-27 23:59')).toMatchObject({ startsFrom: '2027-02-20', keepsAnniversary: true });
	expect(term('2027-02-28 00:00')).toMatchObject({ startsFrom: '2027-02-28', keepsAnniversary: false });
});

test('the projection of somebody under 18 without a decision: from the birthday on it is theirs', () => {
	const facts = history(starts('2026-01-05 09:00', { adultOn: '2026-07-10' }), ...competent.slice(1));
	const segments = segmentsFrom(rulesWith(), facts, moment('2026-03-01'))(asked);
	expect(segments.map((each) => [each.decision.code, each.endsAt])).toEqual([
		['under_18_no_decision', moment('2026-07-10 00:00')],
		['competent', moment('2026-12-22 00:00')],
		['competent', moment('2027-02-21 00:00')],
		['expired', null],
	]);
});

test('the projection of somebody away with no day back: due, then looked at again', () => {
	const { rules = rulesWith() } = under({ absence: { longest: 'P90D', asks: 'observation' } });
	const facts = history(...competent, away('2026-04-01', '2026-04-01', null));
	const segments = segmentsFrom(rules, facts, moment('2026-04-01'))(asked);
	expect(segments.map((each) => [each.decision.code, each.decision.standing, each.endsAt])).toEqual([
		['competent', 'competent', moment('2026-05-01 00:00')],
		['competent', 'due-soon', moment('2026-07-01 00:00')],
		['observations_short', 'expired', moment('2027-02-21 00:00')],
		['expired', 'expired', null],
	]);
});

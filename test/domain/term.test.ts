import { expect, test } from 'vitest';
import { segmentsFrom, termOf } from '../../app/domain/term.ts';
import {
	competent,
	history,
	leaves,
	moment,
	pauses,
	roseHouse,
	rulesWith,
	signsOff,
	starts,
	watched,
	withdraws,
} from './support.ts';

const asked = { privilege: 'administer-oral' as const, siteId: roseHouse };

test.each([
	['a first sign-off runs from its own day', watched, '2026-02-20 15:30', '2026-02-20', '2027-02-20', false],
	[
		'a late evening in summer belongs to the local day',
		watched,
		'2026-07-01T23:30:00Z',
		'2026-07-02',
		'2027-07-02',
		false,
	],
	[
		'a renewal before the window runs from its own day',
		competent,
		'2026-12-21 23:59',
		'2026-12-21',
		'2027-12-21',
		false,
	],
	[
		'a renewal on the first minute of the window keeps the anniversary',
		competent,
		'2026-12-22 00:00',
		'2027-02-20',
		'2028-02-20',
		true,
	],
	['a renewal on the last day keeps the anniversary', competent, '2027-02-20 23:59', '2027-02-20', '2028-02-20', true],
	[
		'a renewal the minute after runs from its own day',
		competent,
		'2027-02-21 00:00',
		'2027-02-21',
		'2028-02-21',
		false,
	],
	[
		'after a withdrawal it runs from its own day',
		[...competent, withdraws('2026-12-30')],
		'2027-01-10',
		'2027-01-10',
		'2028-01-10',
		false,
	],
	[
		'while paused it runs from its own day',
		[...competent, pauses('2026-12-30')],
		'2027-01-10',
		'2027-01-10',
		'2028-01-10',
		false,
	],
	[
		'none is shorter than the one it replaces',
		[...watched, signsOff('2026-02-20', '2028-12-31')],
		'2026-03-02',
		'2026-03-02',
		'2028-12-31',
		false,
	],
	[
		'a leap day is kept where there is one',
		[...watched, signsOff('2026-02-20', '2028-02-29')],
		'2028-02-01',
		'2028-02-29',
		'2029-02-28',
		true,
	],
])('%s', (_name, facts, when, startsFrom, lastDay, keepsAnniversary) => {
	expect(termOf(rulesWith(), history(...facts), asked, moment(when))).toEqual({
		startsFrom,
		lastDay,
		keepsAnniversary,
		validity: 'P12M',
	});
});

test('an unknown privilege has no term', () => {
	expect(
		termOf(rulesWith(), history(...competent), { ...asked, privilege: 'audit-mar' }, moment('2026-03-02')),
	).toBeUndefined();
});

test('the projection of somebody competent: competent, due soon, expired', () => {
	const segments = segmentsFrom(rulesWith(), history(...competent), asked, moment('2026-02-20 15:30'));
	expect(segments.map((each) => [each.decision.standing, each.startsAt, each.endsAt])).toEqual([
		['competent', moment('2026-02-20 15:30'), moment('2026-12-22 00:00')],
		['due-soon', moment('2026-12-22 00:00'), moment('2027-02-21 00:00')],
		['expired', moment('2027-02-21 00:00'), null],
	]);
});

test('the projection of somebody who has given notice ends with the last day at work', () => {
	const facts = history(...competent, leaves('2026-03-01', '2026-03-31'));
	const segments = segmentsFrom(rulesWith(), facts, asked, moment('2026-03-01'));
	expect(segments.map((each) => [each.decision.code, each.endsAt])).toEqual([
		['competent', moment('2026-04-01 00:00')],
		['left', null],
	]);
});

test('the projection of somebody waiting for a sign-off: the rounds grow old', () => {
	const segments = segmentsFrom(rulesWith(), history(...watched), asked, moment('2026-03-01'));
	expect(segments.map((each) => [each.decision.code, each.endsAt])).toEqual([
		['sign_off_missing', moment('2026-08-03 00:00')],
		['observations_short', null],
	]);
});

test('somebody paused stays paused for ever', () => {
	const facts = history(...competent, pauses('2026-03-01'));
	const segments = segmentsFrom(rulesWith(), facts, asked, moment('2026-03-01'));
	expect(segments.map((each) => [each.decision.standing, each.endsAt])).toEqual([['paused', null]]);
});

test('somebody new: nothing changes by itself', () => {
	const segments = segmentsFrom(rulesWith(), history(starts('2026-01-05')), asked, moment('2026-01-05'));
	expect(segments.map((each) => [each.decision.code, each.endsAt])).toEqual([['module_missing', null]]);
});

test('everything recorded counts, however late', () => {
	const facts = history(...competent, pauses('2026-03-01', { known: '2026-03-20' }));
	const segments = segmentsFrom(rulesWith(), facts, asked, moment('2026-03-02'));
	expect(segments.map((each) => each.decision.standing)).toEqual(['paused']);
});

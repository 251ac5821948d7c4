import { describe, expect, test } from 'vitest';
import { ofKind } from '../../app/domain/evidence.ts';
import { addDays } from '../../app/domain/period.ts';
import { termOf } from '../../app/domain/term.ts';
import { type Asked, answer, termTableOf, under } from './cases.ts';
import {
	awarded,
	competent,
	type Draft,
	elmCourt,
	history,
	learned,
	leaves,
	moment,
	roseHouse,
	round,
	rulesWith,
	signsOff,
	sitsQuiz,
	starts,
	watched,
} from './support.ts';

/** Renewed again and again: the anniversary never drifts, and no cap is gone round inside the window (content/rules.md, "How long a sign-off lasts"). */
const oral = { privilege: 'administer-oral' as const, siteId: roseHouse };
const noRounds = { renewal: { passes: 0, quiz: false, lateBy: 'P90D' } };
const validity = (length: string, more = {}) =>
	under({ ...noRounds, ...more, privileges: { 'administer-oral': { validity: length } } });

/** The last days of as many sign-offs in a row, each made so many days before the last day of the one before. */
function renewals(facts: Draft[], count: number, daysBefore: number, asked: Asked): string[] {
	const all = [...facts];
	const rules = asked.rules ?? rulesWith();
	for (let made = 0; made < count; made += 1) {
		const last = ofKind(history(...all), 'sign-off').at(-1)?.payload.lastDay ?? '';
		const when = `${addDays(last, -daysBefore)} 12:00`;
		const term = termOf(rules, history(...all), oral, moment(when));
		if (!term) throw new Error('no term');
		all.push(signsOff(when, term.lastDay, term.anniversary ? { anniversary: term.anniversary } : {}));
	}
	return ofKind(history(...all), 'sign-off').map(({ payload }) => payload.lastDay);
}
const from = (when: string, lastDay: string, given = {}) => [...watched, signsOff(when, lastDay, given)];

test.each<[string, Draft[], number, string, string[]]>([
	[
		'half-yearly from 31 August',
		from('2026-02-28', '2026-08-31'),
		5,
		'P6M',
		['2026-08-31', '2027-02-28', '2027-08-31', '2028-02-29', '2028-08-31'],
	],
	[
		'half-yearly from 30 August',
		from('2026-02-28', '2026-08-30'),
		4,
		'P6M',
		['2026-08-30', '2027-02-28', '2027-08-30', '2028-02-29'],
	],
	[
		'half-yearly from 29 August',
		from('2026-02-28', '2026-08-29'),
		4,
		'P6M',
		['2026-08-29', '2027-02-28', '2027-08-29', '2028-02-29'],
	],
	[
		'half-yearly from 28 August',
		from('2026-02-28', '2026-08-28'),
		4,
		'P6M',
		['2026-08-28', '2027-02-28', '2027-08-28', '2028-02-28'],
	],
	[
		'yearly from 29 February',
		from('2026-02-28', '2028-02-29'),
		5,
		'P12M',
		['2028-02-29', '2029-02-28', '2030-02-28', '2031-02-28', '2032-02-29'],
	],
	[
		'quarterly from 31 January',
		from('2026-02-20', '2027-01-31'),
		5,
		'P3M',
		['2027-01-31', '2027-04-30', '2027-07-31', '2027-10-31', '2028-01-31'],
	],
	[
		'monthly from 31 January',
		from('2026-02-20', '2027-01-31'),
		4,
		'P1M',
		['2027-01-31', '2027-02-28', '2027-03-31', '2027-04-30'],
	],
	[
		'every 26 weeks there is no day of the month to keep',
		from('2026-02-20', '2026-08-31'),
		3,
		'P26W',
		['2026-08-31', '2027-03-01', '2027-08-30'],
	],
])('%s', (_name, facts, count, length, days) => {
	expect(renewals(facts, count - 1, 3, validity(length))).toEqual(days);
});

test('the day it all began with is said where a shorter month has moved it, and only there', () => {
	const term = (facts: Draft[], when: string) =>
		termOf(validity('P6M').rules ?? rulesWith(), history(...facts), oral, moment(when));
	expect(term(from('2026-02-28', '2026-08-31'), '2026-08-20')).toMatchObject({
		lastDay: '2027-02-28',
		anniversary: 31,
	});
	expect(term(from('2026-02-28', '2026-08-31'), '2026-08-20')?.keepsAnniversary).toBe(true);
	const clamped = from('2026-07-28', '2027-02-28', { anniversary: 31 });
	expect(term(clamped, '2027-02-20')).toEqual({
		lastDay: '2027-08-31',
		startsFrom: '2027-02-28',
		validity: 'P6M',
		keepsAnniversary: true,
	});
	expect(term(watched, '2026-08-31')).toMatchObject({
		startsFrom: '2026-08-31',
		lastDay: '2027-02-28',
		anniversary: 31,
	});
});

test('before the window, or late, the row begins anew', () => {
	const clamped = from('2026-07-28', '2027-02-28', { anniversary: 31 });
	const rules = validity('P6M').rules ?? rulesWith();
	expect(termOf(rules, history(...clamped), oral, moment('2026-12-10'))).toMatchObject({
		startsFrom: '2026-12-10',
		lastDay: '2027-06-10',
	});
	expect(termOf(rules, history(...clamped), oral, moment('2027-03-05'))).toMatchObject({
		startsFrom: '2027-03-05',
		lastDay: '2027-09-05',
	});
});

// A window longer than a third of the validity let a short sign-off be renewed for ever inside it.
test.each([
	['a year, each day of its window', 'P12M', 366 + 60],
	['a month, each day of its window', 'P1M', 31 + 10],
	['thirty days, each day of its window', 'P30D', 30 + 10],
	['a week, each day of its window', 'P7D', 7 + 2],
	['two days', 'P2D', 2],
])('renewed over and over inside the window it never runs away: %s', (_name, length, most) => {
	const asked = validity(length);
	const rules = asked.rules ?? rulesWith();
	const facts: Draft[] = [...watched, signsOff('2026-02-20 12:00', addDays('2026-02-20', 1))];
	for (let day = 0; day < 120; day += 1) {
		const today = addDays('2026-02-21', day);
		const term = termOf(rules, history(...facts), oral, moment(`${today} 12:00`));
		expect(term && Date.parse(term.lastDay) - Date.parse(today)).toBeLessThanOrEqual(most * 86_400_000);
		if (term)
			facts.push(
				signsOff(`${today} 12:00`, term.lastDay, {
					id: `s${day}`,
					...(term.anniversary ? { anniversary: term.anniversary } : {}),
				}),
			);
	}
});

const agency = [
	starts('2026-01-05 09:00', { contract: 'agency' }),
	awarded('2026-01-07', null, { award: 'agency-record' }),
	...learned.slice(1),
	round('2026-02-02 08:10'),
];
const agencySigned = [...agency, signsOff('2026-02-20 15:30', '2026-03-22')];

test('agency staff, renewed each day for two months, are never signed off for more than thirty days', () => {
	const asked = under(noRounds);
	const facts: Draft[] = [...agencySigned];
	for (let day = 0; day < 60; day += 1) {
		const today = addDays('2026-03-01', day);
		const term = termOf(asked.rules ?? rulesWith(), history(...facts), oral, moment(`${today} 12:00`));
		expect(term && term.lastDay <= addDays(today, 30)).toBe(true);
		if (term) facts.push(signsOff(`${today} 12:00`, term.lastDay));
	}
	expect(answer(facts, '2026-04-20 12:00', asked).code).toBe('competent');
});

const anywhere = [starts('2026-01-05 09:00', { site: null }), ...competent.slice(1)];
const seenThere = round('2026-03-05 08:10', { site: elmCourt });
const signedThere = signsOff('2026-03-06', '2027-02-20', { site: elmCourt });
const newSite = { ...under({ newSite: { passes: 1 }, ...noRounds }), site: elmCourt };

describe('caps, from its own day', () =>
	termTableOf(false, [
		[
			'agency since, signed off as permanent: what is held is not shortened',
			['2026-03-10', '2027-02-20'],
			[
				starts('2026-01-05', { contract: 'agency', site: null }),
				awarded('2026-01-07', null, { award: 'agency-record' }),
				...competent,
				leaves('2026-02-25', '2026-02-28'),
			],
			'2026-03-10',
		],
		[
			'a new site, never past the one it leans on',
			['2026-03-06', '2027-02-20'],
			[...anywhere, seenThere],
			'2026-03-06',
			newSite,
		],
		[
			'a new site the day before that one ends',
			['2027-02-19', '2027-02-20'],
			[...anywhere, round('2027-02-10', { site: elmCourt })],
			'2027-02-19',
			newSite,
		],
		[
			'a new site, the quiz passed in the instant of the one it leans on, before it',
			['2026-03-06', '2027-02-20'],
			[
				starts('2026-01-05', { site: null }),
				...watched.slice(1),
				sitsQuiz('2026-02-20 15:30'),
				...competent.slice(-1),
				seenThere,
			],
			'2026-03-06',
			newSite,
		],
		[
			'a new site, the quiz not passed since',
			['2026-03-06', '2027-02-20'],
			[...anywhere, seenThere, sitsQuiz('2026-03-05', false)],
			'2026-03-06',
			newSite,
		],
		[
			'a new site, the quiz passed since',
			['2026-03-06', '2027-03-06'],
			[...anywhere, seenThere, sitsQuiz('2026-03-05')],
			'2026-03-06',
			newSite,
		],
		[
			'a new site, the quiz passed since below the mark here',
			['2026-03-06', '2027-02-20'],
			[...anywhere, seenThere, sitsQuiz('2026-03-05', true, { score: 80 })],
			'2026-03-06',
			{ ...under({ newSite: { passes: 1 }, quiz: { passMark: 85 } }), site: elmCourt },
		],
		[
			'a shorter length of its own comes first',
			['2026-03-06', '2026-09-06'],
			[...anywhere, seenThere],
			'2026-03-06',
			{ ...under({ newSite: { passes: 1 }, privileges: { 'administer-oral': { validity: 'P6M' } } }), site: elmCourt },
		],
	]));

describe('caps, from the old last day', () =>
	termTableOf(true, [
		[
			'permanent since, signed off as agency, in the window of what that became',
			['2026-03-22', '2027-03-22'],
			[...agencySigned, starts('2026-03-01', { site: null })],
			'2026-03-10',
		],
		[
			'agency work, in its window: never past thirty days from its own day',
			['2026-03-22', '2026-04-18'],
			agencySigned,
			'2026-03-19',
			under(noRounds),
		],
		[
			'a new site that is renewed by itself is not capped any more',
			['2027-02-20', '2028-02-20'],
			[...anywhere, seenThere, signedThere],
			'2027-01-10',
			newSite,
		],
	]));

import { describe, expect, test } from 'vitest';
import { oracleDecides, oracleLastDay } from './oracle.ts';
import { cases } from './oracle-cases.ts';
import {
	awarded,
	competent,
	elmCourt,
	firstSignOff,
	history,
	learned,
	moment,
	policyWith,
	roseHouse,
	round,
	rulesWith,
	signsOff,
	sitsQuiz,
	starts,
	watched,
} from './support.ts';

describe('sentences of content/rules.md', () => {
	test.each(cases)('$name', ({ rules, evidence, question, at, knownAt, answer }) => {
		expect(oracleDecides(rules, evidence, question, at, knownAt ?? at)).toEqual(answer);
	});
});

describe('how long a sign-off lasts', () => {
	const under = (changes: Parameters<typeof policyWith>[0]) => rulesWith(policyWith(changes));
	const halfYear = under({ privileges: { 'administer-oral': { validity: 'P6M' } } });
	const until = (lastDay: string, anniversary?: number) => {
		const made = signsOff('2026-02-20', lastDay);
		return [...watched, { ...made, payload: { ...made.payload, ...(anniversary ? { anniversary } : {}) } }] as never[];
	};
	const agency = [
		starts('2026-01-05 09:00', { contract: 'agency' }),
		awarded('2026-01-07', null, { award: 'agency-record' }),
		...learned.slice(1),
		round('2026-02-02 08:10'),
	];
	const elsewhere = [...competent, starts('2026-03-01', { site: elmCourt }), round('2026-03-02', { site: elmCourt })];

	test.each([
		['from its own day', '2027-02-20', watched, '2026-02-20 15:30', rulesWith()],
		['before the window', '2027-12-21', competent, '2026-12-21 23:59', rulesWith()],
		['inside it, from the old last day', '2028-02-20', competent, '2026-12-22 00:00', rulesWith()],
		['late, from its own day', '2028-02-21', competent, '2027-02-21 00:00', rulesWith()],
		['the last day of a shorter month', '2027-02-28', until('2026-08-31'), '2026-08-10', halfYear],
		['and back to the day that the row began with', '2026-08-31', until('2026-02-28', 31), '2026-02-28', halfYear],
		['of agency staff, no longer than policy says', '2026-03-22', agency, '2026-02-20', rulesWith()],
		[
			'of agency staff, inside the window: from its own day all the same',
			'2026-04-19',
			[...agency, signsOff('2026-02-20', '2026-03-22')],
			'2026-03-20',
			rulesWith(),
		],
		['never shorter than what it replaces', '2027-02-20', competent, '2026-03-01', halfYear],
	])('%s', (_, lastDay, facts, at, rules) => {
		const asked = { privilege: 'administer-oral' as const, siteId: roseHouse };
		expect(oracleLastDay(rules, history(...facts), asked, moment(at), moment(at))).toBe(lastDay);
	});

	test.each([
		['never past the sign-off that it leans on', '2027-02-20', elsewhere],
		['unless the quiz has been passed after that', '2027-03-03', [...elsewhere, sitsQuiz('2026-03-02')]],
		[
			'what is leant on is not what was made here',
			'2027-03-03',
			[...elsewhere.filter((each) => each !== firstSignOff)],
		],
	])('%s', (_, lastDay, facts) => {
		const asked = { privilege: 'administer-oral' as const, siteId: elmCourt };
		const at = moment('2026-03-03');
		expect(oracleLastDay(under({ newSite: { passes: 1 } }), history(...facts), asked, at, at)).toBe(lastDay);
	});
});

import { type Asked, asking, later, permits, restsOnNothing, type Tables, under } from '../cases.ts';
import {
	allowsAlone,
	awarded,
	away,
	competent,
	declares,
	oral,
	policyWith,
	privilegeOf,
	rulesWith,
	signsOff,
	starts,
} from '../support.ts';

/** What ends by a date holds to the end of the night shift where policy sets one (content/rules.md, paragraph 4). */
const _alone = allowsAlone('2026-03-02 08:00', '2026-03-02 20:00', { id: 'alone' });
const senior = [starts('2026-01-05 09:00', { role: 'senior' }), ...competent.slice(1)];

const _insulin = asking('administer-insulin', { kind: 'delegation' });

const toEight = (numbers: Parameters<typeof under>[0] = {}) => under({ ...numbers, endOfShift: '08:00' });
const withAward: Asked = {
	rules: rulesWith(policyWith({ endOfShift: '08:00' }), [
		privilegeOf('administer-oral', [...oral.requirements, { kind: 'award', award: 'level-3' }]),
	]),
};
const agency = [starts('2026-01-05', { contract: 'agency' }), ...competent.slice(1)];
const record = awarded('2026-01-07', '2026-03-31', { award: 'agency-record' });

export const tables: Tables = {
	'to the end of the shift': [
		[
			'an award: the last minute',
			permits,
			[awarded('2026-01-10', '2026-05-31'), competent],
			'2026-06-01 07:59',
			withAward,
		],
		[
			'an award: then',
			['award_missing', 'paused'],
			[awarded('2026-01-10', '2026-05-31'), competent],
			'2026-06-01 08:00',
			withAward,
		],
		['an agency record: the last minute', permits, [agency, record], '2026-04-01 07:59', toEight()],
		['an agency record: then', ['agency_unverified', 'paused'], [agency, record], '2026-04-01 08:00', toEight()],
		[
			'a spot check: the last minute',
			['competent', 'due-soon', '2026-08-21 08:00'],
			[competent],
			'2026-08-21 07:59',
			toEight({ privileges: { 'administer-oral': { spotCheck: 'P6M' } } }),
		],
		[
			'a spot check: then',
			['observations_short', 'expired'],
			[competent],
			'2026-08-21 08:00',
			toEight({ privileges: { 'administer-oral': { spotCheck: 'P6M' } } }),
		],
		[
			'away, and not back: the last minute',
			['competent', 'due-soon', '2026-07-01 08:00'],
			[competent, away('2026-04-01', '2026-04-01', null)],
			'2026-07-01 07:59',
			toEight({ absence: { longest: 'P90D', asks: 'observation' } }),
		],
		[
			'away, and not back: then',
			['observations_short', 'expired'],
			[competent, away('2026-04-01', '2026-04-01', null)],
			'2026-07-01 08:00',
			toEight({ absence: { longest: 'P90D', asks: 'observation' } }),
		],
		[
			'rounds grow old at midnight all the same',
			['observations_short', 'ready-to-observe'],
			[competent.slice(0, -1)],
			'2026-08-03 00:00',
			toEight(),
		],
		[
			'coming of age is at midnight',
			['under_18_no_decision', 'paused'],
			[starts('2026-01-05', { adultOn: '2026-06-01' }), competent.slice(1)],
			'2026-05-31 23:59',
			toEight(),
		],
		[
			'and then',
			permits,
			[starts('2026-01-05', { adultOn: '2026-06-01' }), competent.slice(1)],
			'2026-06-01 00:00',
			toEight(),
		],
		[
			'a document has no shift',
			['declaration_missing', 'expired'],
			[competent, declares('2026-01-10', 1)],
			later,
			{
				rules: rulesWith(policyWith({ endOfShift: '08:00', documents: { p: 2 } }), [
					privilegeOf('administer-oral', [...oral.requirements, { kind: 'declaration', document: 'p' }]),
				]),
			},
		],
		[
			'what rests on it ends with the same shift',
			restsOnNothing,
			[senior, signsOff('2026-02-21', '2028-02-21', { privilege: 'assess' })],
			'2027-02-21 08:00',
			{ ...toEight(), privilege: 'assess' },
		],
	],
};

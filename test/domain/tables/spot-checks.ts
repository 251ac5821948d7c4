import { expired, paused, permits, permitsDue, roundDue, signOffMissing, type Tables, under } from '../cases.ts';
import {
	competent,
	elmCourt,
	learned,
	oral,
	pauses,
	policyWith,
	retracts,
	round,
	rulesWith,
	signsOff,
} from '../support.ts';

/** Between sign-offs somebody is seen at least this often: signed off on 20 February, by 20 August. */
const halfYear = { privileges: { 'administer-oral': { spotCheck: 'P6M' } } };
const spot = under(halfYear);
const inItsFile = { rules: rulesWith(policyWith(), [{ ...oral, spotCheck: 'P6M' }]) };
const policyOverFile = { rules: rulesWith(policyWith(halfYear), [{ ...oral, spotCheck: 'P1M' }]) };
const seen = round('2026-06-10 08:10', { id: 'seen' });

export const tables: Tables = {
	'spot checks': [
		['none is asked for', permits, [competent], '2026-09-01'],
		['far from due', ['competent', 'competent', '2026-08-21 00:00'], [competent], '2026-06-20 23:59', spot],
		['within sixty days', permitsDue, [competent], '2026-06-21 00:00', spot],
		['the last minute', permitsDue, [competent], '2026-08-20 23:59', spot],
		['the minute after', roundDue, [competent], '2026-08-21 00:00', spot],
		['asked for in the file', roundDue, [competent], '2026-08-21 00:00', inItsFile],
		['not asked for in the file before then', permitsDue, [competent], '2026-08-20 23:59', inItsFile],
		["policy's is over the file's", permits, [competent], '2026-05-01', policyOverFile],
		["policy's is over the file's, and runs out too", roundDue, [competent], '2026-08-21 00:00', policyOverFile],
		[
			'for another privilege',
			permits,
			[competent],
			'2026-09-01',
			under({ privileges: { prompt: { spotCheck: 'P6M' } } }),
		],
		['seen since: counted from then', permits, [competent, seen], '2026-08-21 00:00', spot],
		['seen since: the last minute', permitsDue, [competent, seen], '2026-12-10 23:59', spot],
		['seen since: the minute after', roundDue, [competent, seen], '2026-12-11 00:00', spot],
		['seen late: given back', permits, [competent, round('2026-09-10')], '2026-09-11', spot],
		['seen twice: counted from the last', permitsDue, [competent, seen, round('2026-08-01')], '2027-01-31 23:59', spot],
		['seen, not passed', roundDue, [competent, round('2026-06-10', { passed: false })], '2026-08-21 00:00', spot],
		['seen at another site', roundDue, [competent, round('2026-06-10', { site: elmCourt })], '2026-08-21 00:00', spot],
		[
			'seen at something else',
			roundDue,
			[competent, round('2026-06-10', { privilege: 'prompt' })],
			'2026-08-21 00:00',
			spot,
		],
		['the round was taken back', roundDue, [competent, seen, retracts('2026-06-11', 'seen')], '2026-08-21 00:00', spot],
		['a round before the sign-off is not counted from', permitsDue, [competent], '2026-08-17', spot],
		['a month end: the last minute', permitsDue, [competent, round('2026-08-31')], '2027-02-20 23:59', spot],
		[
			'not asked of somebody without a sign-off',
			signOffMissing,
			[learned, round('2026-06-10'), round('2026-06-11 18:10'), round('2026-06-12')],
			'2026-09-01',
			spot,
		],
		['run out comes first', expired, [competent], '2027-02-21', spot],
		['paused comes first', paused, [competent, pauses('2026-03-01')], '2026-09-01', spot],
		[
			'a new sign-off: counted from it',
			permits,
			[
				competent,
				round('2026-07-01'),
				round('2026-07-02 18:10'),
				round('2026-07-03'),
				signsOff('2026-08-01', '2027-08-01'),
			],
			'2026-11-30',
			spot,
		],
	],
};

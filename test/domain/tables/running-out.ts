import { expired, later, left, paused, permits, permitsDue, type Tables, under } from '../cases.ts';
import {
	awarded,
	competent,
	type Draft,
	firstSignOff,
	leaves,
	oral,
	pauses,
	policyWith,
	privilegeOf,
	round,
	rulesWith,
	signsOff,
	watched,
} from '../support.ts';

/** The end of a sign-off where policy gives grace or lets a night shift finish. */
const until = (lastDay: string) => [...watched, signsOff('2026-02-20 15:30', lastDay)];
const aWeek = under({ grace: 'P7D' });
const toEight = under({ endOfShift: '08:00' });
const both = under({ grace: 'P1D', endOfShift: '08:00' });
const soon = (dueSoon: string) => under({ dueSoon });

export const tables: Tables = {
	grace: [
		['within it', permitsDue, [competent], '2027-02-21 00:00', aWeek],
		['says until when', ['competent', 'due-soon', '2027-02-28 00:00'], [competent], '2027-02-21', aWeek],
		['its last minute', permitsDue, [competent], '2027-02-27 23:59', aWeek],
		['the minute after', expired, [competent], '2027-02-28 00:00', aWeek],
		[
			'a day of grace across the clocks going forward',
			permitsDue,
			[until('2027-03-27')],
			'2027-03-28T22:59:00Z',
			under({ grace: 'P1D' }),
		],
		['and the minute after', expired, [until('2027-03-27')], '2027-03-28T23:00:00Z', under({ grace: 'P1D' })],
		['it makes nothing due later', permitsDue, [competent], '2026-12-22 00:00', aWeek],
		['a month from a month end', permitsDue, [until('2027-01-31')], '2027-02-28 23:59', under({ grace: 'P1M' })],
		['and the minute after that month', expired, [until('2027-01-31')], '2027-03-01 00:00', under({ grace: 'P1M' })],
		['a pause in it', paused, [competent, pauses('2027-02-22')], '2027-02-23', aWeek],
	],
	'the end of a night shift': [
		['after midnight of the last day', permitsDue, [competent], '2027-02-21 00:00', toEight],
		['the last minute of the shift', permitsDue, [competent], '2027-02-21 07:59', toEight],
		['the end of the shift', expired, [competent], '2027-02-21 08:00', toEight],
		['says until when', ['competent', 'due-soon', '2027-02-21 08:00'], [competent], '2027-02-20 23:00', toEight],
		['after grace as well', ['competent', 'due-soon', '2027-02-22 08:00'], [competent], '2027-02-21 09:00', both],
		['the night the clocks go forward', permitsDue, [until('2027-03-27')], '2027-03-28T06:59:00Z', toEight],
		['is over an hour sooner', expired, [until('2027-03-27')], '2027-03-28T07:00:00Z', toEight],
		['the night the clocks go back', permitsDue, [until('2027-10-30')], '2027-10-31T07:59:00Z', toEight],
		['is over an hour later', expired, [until('2027-10-30')], '2027-10-31T08:00:00Z', toEight],
		['the day the clocks go back', permitsDue, [until('2027-10-31')], '2027-11-01T07:59:00Z', toEight],
		['and the next morning', expired, [until('2027-10-31')], '2027-11-01T08:00:00Z', toEight],
		['a summer night', expired, [until('2027-07-15')], '2027-07-16T07:00:00Z', toEight],
		[
			'work that ends at midnight does end then',
			left,
			[competent, leaves('2027-01-05', '2027-02-20')],
			'2027-02-21 00:00',
			toEight,
		],
		[
			'an award that ends at midnight holds as long',
			permitsDue,
			[competent, awarded('2026-01-10', '2027-02-20')],
			'2027-02-21 00:00',
			{
				rules: rulesWith(policyWith({ endOfShift: '08:00' }), [
					privilegeOf('administer-oral', [...oral.requirements, { kind: 'award', award: 'level-3' }]),
				]),
			},
		],
	],
	'due soon': [
		['thirty days: the minute before', permits, [competent], '2027-01-20 23:59', soon('P30D')],
		['thirty days: the first minute', permitsDue, [competent], '2027-01-21 00:00', soon('P30D')],
		['a month before a month end: the minute before', permits, [until('2027-03-31')], '2027-02-27 23:59', soon('P1M')],
		['a month before a month end', permitsDue, [until('2027-03-31')], '2027-02-28 00:00', soon('P1M')],
		['a month before a leap day', permitsDue, [until('2028-02-29')], '2028-01-29 00:00', soon('P1M')],
		['no time before: the minute before the last day', permits, [competent], '2027-02-19 23:59', soon('P0D')],
		['no time before: the last day', permitsDue, [competent], '2027-02-20 00:00', soon('P0D')],
		[
			'from before the clocks go forward to after',
			permitsDue,
			[until('2027-04-10')],
			'2027-03-11T00:00:00Z',
			soon('P30D'),
		],
		[
			'from after the clocks go back to before',
			permitsDue,
			[until('2027-11-10')],
			'2027-10-10T23:00:00Z',
			soon('P30D'),
		],
		['and the minute before', permits, [until('2027-11-10')], '2027-10-10T22:59:00Z', soon('P30D')],
		['signed off for less than that', permitsDue, [until('2026-03-10')]],
	],
	'one sign-off or another': [
		[
			'the one made last holds, although it ends sooner',
			expired,
			[
				until('2027-02-20'),
				round('2026-02-21'),
				round('2026-02-22 18:00'),
				round('2026-02-23'),
				signsOff('2026-02-24', '2026-02-28'),
			],
		],
		[
			'in the same instant the one recorded last holds',
			expired,
			[watched, signsOff('2026-02-20 15:30', '2027-02-20'), signsOff('2026-02-20 15:30', '2026-02-21')],
			later,
			under({ renewal: { passes: 0 } }),
		],
		[
			'one of the provider and one of the site',
			expired,
			[watched, { ...firstSignOff, siteId: null } as Draft, signsOff('2026-02-21', '2026-02-28')],
			later,
			under({ renewal: { passes: 0 } }),
		],
		['a last day before its own', expired, [until('2026-02-19')], '2026-02-20 15:30'],
		['signed off for its own day only', permitsDue, [until('2026-02-20')], '2026-02-20 23:59'],
	],
};

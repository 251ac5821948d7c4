import {
	expired,
	later,
	left,
	permits,
	permitsDue,
	roundDue,
	signOffMissing,
	signOffVoid,
	signOffVoidReady,
	type Tables,
} from '../cases.ts';
import {
	competent,
	type Draft,
	elmCourt,
	firstSignOff,
	learned,
	leaves,
	round,
	signsOff,
	threeRounds,
	watched,
} from '../support.ts';

/** From the sign-off to the end of its last day. */
const until = (lastDay: string) => [...watched, signsOff('2026-02-20 15:30', lastDay)];
const renewal = [round('2027-03-01'), round('2027-03-02'), round('2027-03-03 20:00')];
const resigned = signsOff('2027-03-04', '2028-03-04');

const sooner = [round('2026-02-24'), round('2026-02-25'), round('2026-02-26 20:00')];
const resignedEarly = signsOff(later, '2027-03-02');
const [one, two] = threeRounds as [Draft, Draft];
const missedIt = (when: string) => round(when, { passed: false });

export const tables: Tables = {
	'in date': [
		['watched, the sign-off is missing', signOffMissing, [watched]],
		['the minute before the sign-off', signOffMissing, [competent], '2026-02-20 15:29'],
		['the minute of the sign-off', permits, [competent], '2026-02-20 15:30'],
		['signed off for another privilege', signOffMissing, [watched, { ...firstSignOff, privilege: 'prompt' }]],
		['signed off at another site', signOffMissing, [watched, { ...firstSignOff, siteId: elmCourt }]],
		['signed off provider-wide', permits, [watched, { ...firstSignOff, siteId: null }]],
		['signed off without rounds', signOffVoid, [learned, firstSignOff]],
		['signed off before the last round', signOffVoidReady, [learned, one, two, firstSignOff, round('2026-02-21')]],
		['the rounds are too old now, they were not at the sign-off', permits, [competent], '2026-12-01'],
		['a failed round after the sign-off asks for another at once', roundDue, [competent, missedIt('2026-02-25')]],
		['signed off again, the newer last day holds', permitsDue, [competent, sooner, resignedEarly], '2027-02-25'],
		[
			'signed off again without being watched again',
			signOffVoid,
			[competent, signsOff(later, '2027-03-02')],
			'2027-02-25',
		],
		['the minute before it is due soon', permits, [competent], '2026-12-21 23:59'],
		['the first minute it is due soon', permitsDue, [competent], '2026-12-22 00:00'],
		['the first minute it is due soon, in summer time', permitsDue, [until('2027-09-01')], '2027-07-02T23:00:00Z'],
		['the minute before, in summer time', permits, [until('2027-09-01')], '2027-07-02T22:59:00Z'],
		['the last minute of the last day in winter', permitsDue, [competent], '2027-02-20T23:59:00Z'],
		['the minute after it in winter', expired, [competent], '2027-02-21T00:00:00Z'],
		['the last minute of the last day in summer', permitsDue, [until('2027-07-15')], '2027-07-15T22:59:00Z'],
		['the minute after it in summer', expired, [until('2027-07-15')], '2027-07-15T23:00:00Z'],
		['the last day is the one before the clocks go forward', permitsDue, [until('2027-03-27')], '2027-03-27T23:59:00Z'],
		['and is over at midnight, still winter time', expired, [until('2027-03-27')], '2027-03-28T00:00:00Z'],
		['the last day is the one the clocks go forward', permitsDue, [until('2027-03-28')], '2027-03-28T22:59:00Z'],
		['and is over after 23 hours', expired, [until('2027-03-28')], '2027-03-28T23:00:00Z'],
		['the last day is the one before the clocks go back', permitsDue, [until('2027-10-30')], '2027-10-30T22:59:00Z'],
		['and is over at midnight, still summer time', expired, [until('2027-10-30')], '2027-10-30T23:00:00Z'],
		['the last day is the one the clocks go back', permitsDue, [until('2027-10-31')], '2027-10-31T23:59:00Z'],
		['and is over after 25 hours', expired, [until('2027-10-31')], '2027-11-01T00:00:00Z'],
		['expired long ago', expired, [competent], '2029-01-01'],
		['expired, watched again, not signed off again', signOffMissing, [competent, renewal], '2027-03-10'],
		['expired, watched and signed off again', permits, [competent, renewal, resigned], '2027-03-10'],
		['left before the sign-off ends', left, [competent, leaves('2026-05-01', '2026-05-31')], '2027-03-10'],
	],
};

import { later, roundsShort, signOffMissing, type Tables } from '../cases.ts';
import {
	type Draft,
	elmCourt,
	learned,
	policyWith,
	retracts,
	round,
	rulesWith,
	threeRounds,
	watched,
} from '../support.ts';

/** How many rounds, how different from each other, and which of them count. */
const twoAssessors = { rules: rulesWith(policyWith({ observation: { assessors: 2 } })) };
const notConsecutive = { rules: rulesWith(policyWith({ observation: { consecutive: false } })) };
const [one, two, three] = threeRounds as [Draft, Draft, Draft];
const missedIt = (when: string) => round(when, { passed: false });
const oneUnseen = { 'sees-it-swallowed': 'not-seen', 'keeps-keys': 'yes', 'washes-hands': 'yes' } as const;
const unseen = (when: string) => round(when, { results: oneUnseen });
const neverSeen = [unseen('2026-02-02'), unseen('2026-02-09'), unseen('2026-02-16 20:00')];
const aroundMidnight = [round('2026-07-01T23:30:00Z'), round('2026-07-02T12:00:00Z'), round('2026-07-03T12:00:00Z')];
const lateEvenings = [round('2026-07-01T22:30:00Z'), round('2026-07-01T23:30:00Z'), round('2026-07-03T12:00:00Z')];

export const tables: Tables = {
	rounds: [
		['no round yet', roundsShort, [learned]],
		['one round', roundsShort, [learned, one]],
		['two rounds', roundsShort, [learned, one, two]],
		['three rounds', signOffMissing, [learned, one, two, three]],
		['more rounds than asked', signOffMissing, [watched, round('2026-02-18 12:00')]],
		['three rounds on two dates', roundsShort, [learned, one, two, round('2026-02-09 21:00')]],
		['three rounds on two local dates that are three in UTC', roundsShort, [learned, aroundMidnight], '2026-07-10'],
		['three rounds on three local dates that are two in UTC', signOffMissing, [learned, lateEvenings], '2026-07-10'],
		['three rounds at one time of day', roundsShort, [learned, one, three, round('2026-02-17 09:00')]],
		['three rounds by one assessor, one is asked', signOffMissing, [learned, one, three, round('2026-02-17 18:00')]],
		[
			'three rounds by one assessor, two are asked',
			roundsShort,
			[learned, one, three, round('2026-02-17 18:00')],
			later,
			twoAssessors,
		],
		['three rounds by two assessors, two are asked', signOffMissing, [watched], later, twoAssessors],
		['a round with another checklist', roundsShort, [learned, one, two, round('2026-02-16', { checklist: 'topical' })]],
		[
			'a round for another privilege',
			roundsShort,
			[learned, one, two, round('2026-02-16', { privilege: 'administer-prn' })],
		],
		['a round at another site', roundsShort, [learned, one, two, round('2026-02-16', { site: elmCourt })]],
		['a failed round resets the count', roundsShort, [learned, one, two, missedIt('2026-02-12'), three]],
		[
			'a failed round does not, where policy says so',
			signOffMissing,
			[learned, one, two, missedIt('2026-02-12'), three],
			later,
			notConsecutive,
		],
		[
			'a failed round never counts as one',
			roundsShort,
			[learned, one, two, missedIt('2026-02-16')],
			later,
			notConsecutive,
		],
		['a failed round after three', roundsShort, [watched, missedIt('2026-02-17')]],
		['a failed round, then three more', signOffMissing, [learned, missedIt('2026-02-01'), threeRounds]],
		[
			'a failed round that was entered in error',
			signOffMissing,
			[watched, { ...missedIt('2026-02-17'), id: 'wrong' }, retracts('2026-02-18', 'wrong')],
		],
		['seen to be unsafe at another site', roundsShort, [watched, { ...missedIt('2026-02-17'), siteId: elmCourt }]],
		[
			'a round failed at another site by other misses',
			signOffMissing,
			[watched, round('2026-02-17', { site: elmCourt, passed: false, criticalMissed: [] })],
		],
		['a critical line nobody has seen', roundsShort, [learned, neverSeen]],
		['not seen at first, met later', signOffMissing, [learned, neverSeen.slice(0, 2), round('2026-02-16 20:00')]],
		['met at first, not seen in another round', signOffMissing, [learned, round('2026-02-02'), neverSeen.slice(1)]],
		['not seen in three, met in a fourth', signOffMissing, [learned, neverSeen, round('2026-02-17')]],
		['met only before a failed round', roundsShort, [learned, round('2026-01-20'), missedIt('2026-01-21'), neverSeen]],
		['the last minute at which the oldest round counts', signOffMissing, [watched], '2026-08-02 23:59'],
		['the minute after: the oldest round is too old', roundsShort, [watched], '2026-08-03 00:00'],
		['all rounds too old', roundsShort, [watched], '2026-12-01'],
	],
};

import type { Requirement } from '../../../app/domain/privilege.ts';
import {
	later,
	permits,
	quizMissing,
	roundsShort,
	signOffMissing,
	signOffVoid,
	signOffVoidReady,
	type Tables,
	under,
} from '../cases.ts';
import {
	assessedOutside,
	elmCourt,
	firstSignOff,
	learned,
	oral,
	type policyWith,
	privilegeOf,
	retracts,
	round,
	signsOff,
	watched,
	withdraws,
} from '../support.ts';

/** Rounds that count: simulated, old, or assessed elsewhere. */
type Own = Omit<Extract<Requirement, { kind: 'observation' }>, 'kind' | 'checklist'>;
const oralAsking = (own: Own) =>
	privilegeOf(
		'administer-oral',
		oral.requirements.map((each) => (each.kind === 'observation' ? { ...each, ...own } : each)),
	);
const withOwn = (own: Own, changes: Parameters<typeof policyWith>[0] = {}) => under(changes, [oralAsking(own)]);

const morning = round('2026-02-02 08:10');
const evening = round('2026-02-03 18:10');
const night = round('2026-02-04 23:10');
const two = [morning, evening];
const three = [morning, evening, night];
const lookalike = (when: string, given = {}) => round(when, { simulated: true, ...given });
const unseen = { results: { 'sees-it-swallowed': 'yes', 'keeps-keys': 'not-seen', 'washes-hands': 'yes' } } as const;
const allOnce = [
	round('2026-02-02 08:10', unseen),
	round('2026-02-03 18:10', unseen),
	round('2026-02-04 08:10', unseen),
];
const perpetual = under({ observation: { consecutive: false } });
const monthEnd = [round('2026-08-31 08:10'), round('2026-09-01 17:05'), round('2026-09-02 08:10')];
const beforeLeapDay = [round('2027-08-29 08:10'), round('2027-08-30 17:05'), round('2027-08-31 08:10')];

export const tables: Tables = {
	simulations: [
		['do not count', roundsShort, [learned, two, lookalike('2026-02-04')]],
		[
			'count where the privilege allows them',
			signOffMissing,
			[learned, two, lookalike('2026-02-04')],
			later,
			withOwn({ simulation: true }),
		],
		[
			'alone are enough where it allows them',
			signOffMissing,
			[learned, lookalike('2026-02-02'), lookalike('2026-02-03 18:10'), lookalike('2026-02-04')],
			later,
			withOwn({ simulation: true }),
		],
		[
			'one that was not passed starts the count again all the same',
			roundsShort,
			[learned, three, lookalike('2026-02-05', { passed: false })],
		],
		['a line that nobody has seen', roundsShort, [learned, allOnce]],
		['is settled by a simulation', signOffMissing, [learned, allOnce, lookalike('2026-02-05')]],
		['by one before them too', signOffMissing, [learned, lookalike('2026-01-30'), allOnce]],
		[
			'not by one that was not passed',
			roundsShort,
			[learned, allOnce, lookalike('2026-02-05', { passed: false, results: { 'keeps-keys': 'yes' } })],
			later,
			perpetual,
		],
		['not by one that is too old', roundsShort, [learned, lookalike('2026-01-30'), allOnce], '2026-08-01'],
		['not by one at another site', roundsShort, [learned, allOnce, lookalike('2026-02-05', { site: elmCourt })]],
		[
			'not by one on another checklist',
			roundsShort,
			[learned, allOnce, lookalike('2026-02-05', { checklist: 'topical' })],
		],
		[
			'not by one before a failed round',
			roundsShort,
			[learned, lookalike('2026-01-29'), round('2026-01-30', { passed: false }), allOnce],
		],
		[
			'by one before a failed round, where that does not start again',
			signOffMissing,
			[learned, lookalike('2026-01-29'), round('2026-01-30', { passed: false }), allOnce],
			later,
			perpetual,
		],
		[
			'not by "not applicable"',
			roundsShort,
			[learned, allOnce, round('2026-02-05', { results: { 'keeps-keys': 'not-applicable' } })],
		],
		[
			'a line not seen in a simulation alone is not outstanding',
			signOffMissing,
			[
				learned,
				round('2026-02-02 08:10', { results: { a: 'yes' } }),
				evening,
				night,
				lookalike('2026-02-05', { results: { b: 'not-seen' } }),
			],
		],
	],
	'how old': [
		[
			'the last minute of the day six months later, a month end',
			signOffMissing,
			[learned, monthEnd],
			'2027-02-28 23:59',
		],
		['the minute after', roundsShort, [learned, monthEnd], '2027-03-01 00:00'],
		['half a year before a leap day', signOffMissing, [learned, beforeLeapDay], '2028-02-29 23:59'],
		['the minute after the leap day', roundsShort, [learned, beforeLeapDay], '2028-03-01 00:00'],
		[
			'days across the clocks going forward',
			signOffMissing,
			[learned, round('2027-03-01'), round('2027-03-02 18:00'), round('2027-03-03')],
			'2027-03-31T22:59:00Z',
			under({ observation: { maximumAge: 'P30D' } }),
		],
		[
			'and the minute after',
			roundsShort,
			[learned, round('2027-03-01'), round('2027-03-02 18:00'), round('2027-03-03')],
			'2027-03-31T23:00:00Z',
			under({ observation: { maximumAge: 'P30D' } }),
		],
		[
			'a fourth round takes the place of one that is too old',
			signOffMissing,
			[watched, round('2026-07-20')],
			'2026-08-03 00:00',
		],
		[
			'too old when the sign-off was made',
			signOffVoid,
			[watched, signsOff('2026-08-03 09:00', '2027-08-03')],
			'2026-08-04',
		],
		[
			'on their last day when the sign-off was made',
			permits,
			[watched, signsOff('2026-08-02 23:00', '2027-08-02')],
			'2026-08-04',
		],
	],
	'assessed outside': [
		['stands for the rounds', signOffMissing, [learned, assessedOutside('2026-02-01')]],
		['never for the sign-off', signOffMissing, [learned, assessedOutside('2026-02-01'), night]],
		['signed off on it', permits, [learned, assessedOutside('2026-02-01'), firstSignOff]],
		['never for the quiz', quizMissing, [learned.slice(0, 2), assessedOutside('2026-02-01')]],
		['of another privilege', roundsShort, [learned, assessedOutside('2026-02-01', { privilege: 'prompt' })]],
		['at another site', roundsShort, [learned, assessedOutside('2026-02-01', { site: elmCourt })]],
		['for the whole provider', signOffMissing, [learned, assessedOutside('2026-02-01', { site: null })]],
		['after the sign-off', signOffVoidReady, [learned, firstSignOff, assessedOutside('2026-02-21')]],
		[
			'before a withdrawal',
			signOffVoid,
			[learned, assessedOutside('2026-02-01'), withdraws('2026-02-10'), firstSignOff],
		],
		['after a withdrawal', permits, [learned, withdraws('2026-01-20'), assessedOutside('2026-02-01'), firstSignOff]],
		[
			'a failed round since has to be put right first',
			roundsShort,
			[learned, assessedOutside('2026-02-01'), round('2026-02-02', { passed: false })],
		],
		[
			'a failed round since, and it was put right',
			signOffMissing,
			[learned, assessedOutside('2026-02-01'), round('2026-02-02', { passed: false }), round('2026-02-03')],
		],
		[
			'it was taken back',
			signOffVoid,
			[learned, assessedOutside('2026-02-01', { id: 'o' }), firstSignOff, retracts('2026-02-25', 'o')],
		],
		[
			'it grows as old as a round: the last minute',
			signOffMissing,
			[learned, assessedOutside('2026-02-01')],
			'2026-08-01 23:59',
		],
		['and the minute after', roundsShort, [learned, assessedOutside('2026-02-01')], '2026-08-02 00:00'],
	],
};

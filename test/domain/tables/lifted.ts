import type { ChangeAsks } from '../../../app/domain/content.ts';
import {
	expired,
	paused,
	permits,
	quizDue,
	readingDue,
	roundDue,
	roundsShort,
	signOffMissing,
	type Tables,
} from '../cases.ts';
import {
	acknowledges,
	competent,
	type Draft,
	declares,
	elmCourt,
	lifts,
	pauses,
	reads,
	retracts,
	round,
	signsOff,
	sitsQuiz,
	starts,
	watched,
} from '../support.ts';

/** A pause that was lifted on a condition, and which lifting lifts what. */
const pausedOnce = pauses('2026-03-01', { id: 'p' });
const everything = pauses('2026-03-01', { id: 'p', privilege: null, site: null });
const lifted = (asks: ChangeAsks, given = {}) => lifts('2026-03-02 09:00', 'p', { asks, ...given });
const asked = '2026-03-10';
const since = (asks: ChangeAsks, ...more: Draft[]) => [...competent, pausedOnce, lifted(asks), ...more];

export const tables: Tables = {
	'lifted, a round is asked for': [
		['not watched since', roundDue, since('observation'), asked],
		['from the minute it is lifted', roundDue, since('observation'), '2026-03-02 09:00'],
		['until then it is paused', paused, since('observation'), '2026-03-02 08:59'],
		['watched since', permits, since('observation', round('2026-03-03')), asked],
		['watched in that very minute', permits, since('observation', round('2026-03-02 09:00')), asked],
		['watched while paused', roundDue, since('observation', round('2026-03-02 08:59')), asked],
		['watched since, not passed', roundDue, since('observation', round('2026-03-03', { passed: false })), asked],
		['watched since at another site', roundDue, since('observation', round('2026-03-03', { site: elmCourt })), asked],
		[
			'watched since for another privilege',
			roundDue,
			since('observation', round('2026-03-03', { privilege: 'prompt' })),
			asked,
		],
		[
			'a simulation since is no look at the real thing',
			roundDue,
			since('observation', round('2026-03-03', { simulated: true })),
			asked,
		],
		['the quiz is not a round', roundDue, since('observation', sitsQuiz('2026-03-03')), asked],
		[
			'the round was taken back',
			roundDue,
			since('observation', round('2026-03-03', { id: 'r' }), retracts('2026-03-04', 'r')),
			asked,
		],
		[
			'signed off anew since',
			permits,
			[
				competent,
				pausedOnce,
				lifted('observation'),
				round('2026-03-03'),
				round('2026-03-04 18:10'),
				round('2026-03-05'),
				signsOff('2026-03-06', '2027-03-06'),
			],
			asked,
		],
		[
			'signed off in the same minute: asked all the same',
			roundDue,
			[watched, pausedOnce, lifted('observation'), signsOff('2026-03-02 09:00', '2027-03-02')],
			asked,
		],
		['run out meanwhile', expired, since('observation'), '2027-03-10'],
	],
	'lifted, the quiz is asked for': [
		['not sat since', quizDue, since('quiz'), asked],
		['passed since', permits, since('quiz', sitsQuiz('2026-03-03')), asked],
		['not passed since', quizDue, since('quiz', sitsQuiz('2026-03-03', false)), asked],
		['another quiz passed since', quizDue, since('quiz', sitsQuiz('2026-03-03', true, { quiz: 'other' })), asked],
	],
	'lifted, reading is asked for': [
		['nothing read since', readingDue, since('acknowledge'), asked],
		[
			'something acknowledged since',
			permits,
			since('acknowledge', acknowledges('2026-03-03', 1, { slug: 'other' })),
			asked,
		],
		['a module read since', permits, since('acknowledge', reads('2026-03-03', { module: 'other' })), asked],
		['a document read is no module', readingDue, since('acknowledge', declares('2026-03-03', 1)), asked],
		['read while paused', readingDue, since('acknowledge', reads('2026-03-01 18:00')), asked],
	],
	'what a lifting lifts': [
		['nothing is asked for', permits, since('nothing'), asked],
		['it is not said what is asked for', permits, [competent, pausedOnce, lifts('2026-03-02', 'p')], asked],
		[
			'lifted twice, the second asks for more',
			roundDue,
			since('nothing', lifts('2026-03-03', 'p', { asks: 'observation' })),
			asked,
		],
		[
			'lifted twice, the first is done, the second is not',
			roundDue,
			since('observation', round('2026-03-02 10:00'), lifts('2026-03-03', 'p', { asks: 'observation' })),
			asked,
		],
		['everything was paused', paused, [competent, everything], asked],
		[
			'everything was paused, asked at another site',
			paused,
			[[starts('2026-01-05', { site: null }), ...competent.slice(1)], everything],
			asked,
			{ site: elmCourt },
		],
		[
			'everything at this site was paused, asked at another',
			roundsShort,
			[[starts('2026-01-05', { site: null }), ...competent.slice(1)], pauses('2026-03-01', { privilege: null })],
			asked,
			{ site: elmCourt },
		],
		[
			'everything was paused, and is lifted',
			permits,
			[competent, everything, lifted('nothing', { privilege: null, site: null })],
			asked,
		],
		[
			'everything was paused, lifting it asks for a round of each',
			roundDue,
			[competent, everything, lifted('observation', { privilege: null, site: null })],
			asked,
		],
		[
			'what the lifting of another privilege asks is not asked of this one',
			permits,
			[competent, everything, lifted('observation', { privilege: 'prompt' })],
			asked,
		],
		[
			'what the lifting at another site asks is not asked here',
			permits,
			[competent, everything, lifted('observation', { site: elmCourt })],
			asked,
		],
		[
			'two pauses, one lifted with a condition',
			paused,
			[competent, pausedOnce, pauses('2026-03-01', { id: 'q' }), lifted('observation'), round('2026-03-03')],
			asked,
		],
		[
			'two pauses, both lifted, one on a condition',
			roundDue,
			[competent, pausedOnce, pauses('2026-03-01', { id: 'q' }), lifted('observation'), lifts('2026-03-03', 'q')],
			asked,
		],
		[
			'two conditions: the one that was due first is said',
			roundDue,
			[
				competent,
				pausedOnce,
				pauses('2026-03-01', { id: 'q' }),
				lifted('observation'),
				lifts('2026-03-03', 'q', { asks: 'quiz' }),
			],
			asked,
		],
		[
			'two conditions: the first is done',
			quizDue,
			[
				competent,
				pausedOnce,
				pauses('2026-03-01', { id: 'q' }),
				lifted('observation'),
				lifts('2026-03-03', 'q', { asks: 'quiz' }),
				round('2026-03-04'),
			],
			asked,
		],
		[
			'somebody not signed off yet is asked for it too',
			roundsShort,
			[watched, pausedOnce, lifted('observation')],
			asked,
		],
		[
			'somebody not signed off yet, watched since',
			signOffMissing,
			[watched, pausedOnce, lifted('observation'), round('2026-03-03')],
			asked,
		],
	],
};

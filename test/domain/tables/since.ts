import type { ChangeAsks } from '../../../app/domain/content.ts';
import type { ContentChange } from '../../../app/domain/rules.ts';
import {
	type Asked,
	later,
	moduleMissing,
	permits,
	quizDue,
	quizMissing,
	readingDue,
	roundDue,
	roundsShort,
	signOffMissing,
	type Tables,
	under,
} from '../cases.ts';
import {
	acknowledges,
	away,
	competent,
	lifts,
	moment,
	pauses,
	policyWith,
	reads,
	round,
	rulesWith,
	signsOff,
	sitsQuiz,
	starts,
	watched,
} from '../support.ts';

/** What asks for something "since" is asked of everybody, and only what was begun since settles it (content/rules.md, "Conditions"). */
const change: ContentChange = {
	kind: 'checklist',
	slug: 'oral-round',
	version: 3,
	asks: 'observation',
	grace: 'P14D',
	says: 'Thickener is mixed another way.',
	inForceFrom: moment('2026-04-01 12:00'),
};
const changed = (asks: ChangeAsks, numbers: Parameters<typeof policyWith>[0] = {}): Asked => ({
	rules: { ...rulesWith(policyWith(numbers)), changes: [{ ...change, asks }] },
});
const asked = '2026-04-20';
const pausedOnce = pauses('2026-03-01', { id: 'p' });
const lifted = (asks: ChangeAsks) => lifts('2026-03-02 09:00', 'p', { asks });
const light = { renewal: { passes: 1, quiz: false, lateBy: 'P90D' } };
const signedSince = signsOff('2026-04-15', '2027-04-15');
const newcomer = [
	starts('2026-04-02 09:00'),
	reads('2026-04-03'),
	sitsQuiz('2026-04-04'),
	round('2026-04-06 08:10'),
	round('2026-04-07 17:05'),
	round('2026-04-08 08:10'),
];
const back = away('2026-07-01 07:00', '2026-03-01', '2026-07-01');
const afterAbsence = (asks: ChangeAsks, numbers = {}) => under({ absence: { longest: 'P90D', asks }, ...numbers });

export const tables: Tables = {
	'begun before, done since': [
		[
			'a round opened before and done after',
			roundDue,
			[competent, round('2026-04-01 12:30', { opened: '2026-04-01 11:59' })],
			asked,
			changed('observation'),
		],
		[
			'a round opened in that minute',
			permits,
			[competent, round('2026-04-01 12:30', { opened: '2026-04-01 12:00' })],
			asked,
			changed('observation'),
		],
		[
			'a round opened days before',
			roundDue,
			[competent, round('2026-04-10', { opened: '2026-03-31' })],
			asked,
			changed('observation'),
		],
		[
			'a quiz opened before and handed in after',
			quizDue,
			[competent, sitsQuiz('2026-04-01 12:30', true, { opened: '2026-04-01 11:59' })],
			asked,
			changed('quiz'),
		],
		[
			'a quiz opened in that minute',
			permits,
			[competent, sitsQuiz('2026-04-01 12:30', true, { opened: '2026-04-01 12:00' })],
			asked,
			changed('quiz'),
		],
		[
			'a quiz that was handed in after, nobody noted when it was opened',
			permits,
			[competent, sitsQuiz('2026-04-01 12:30')],
			asked,
			changed('quiz'),
		],
		[
			'a quiz passed elsewhere, below the mark here: it goes by the mark of its own day',
			permits,
			[sitsQuiz('2026-01-14', true, { score: 97 }), competent, sitsQuiz('2026-04-10', true, { score: 90 })],
			asked,
			changed('quiz', { quiz: { passMark: 95 } }),
		],
		[
			'a round opened before a pause was lifted',
			roundDue,
			[competent, pausedOnce, lifted('observation'), round('2026-03-02 09:30', { opened: '2026-03-02 08:59' })],
			'2026-03-10',
		],
		[
			'a quiz opened while paused',
			quizDue,
			[competent, pausedOnce, lifted('quiz'), sitsQuiz('2026-03-02 09:30', true, { opened: '2026-03-01 20:00' })],
			'2026-03-10',
		],
		[
			'a round opened the night before the day back',
			roundDue,
			[competent, back, round('2026-07-01 00:30', { opened: '2026-06-30 23:50' })],
			'2026-07-10',
			afterAbsence('observation'),
		],
		[
			'a quiz opened the night before the day back',
			quizDue,
			[competent, back, sitsQuiz('2026-07-01 00:30', true, { opened: '2026-06-30 23:50' })],
			'2026-07-10',
			afterAbsence('quiz'),
		],
		[
			'a simulation since',
			roundDue,
			[competent, round('2026-04-10', { simulated: true })],
			asked,
			changed('observation'),
		],
		[
			'a round since that is none: hardly anything was seen',
			roundDue,
			[competent, round('2026-04-10', { results: { a: 'yes', b: 'not-seen' } })],
			asked,
			changed('observation'),
		],
		[
			'a round since, marked as one that does not count',
			roundDue,
			[competent, round('2026-04-10', { notCounted: 'two-learners-at-once' })],
			asked,
			changed('observation'),
		],
	],
	'signed off again without it': [
		['a form changed', roundDue, [competent, round('2026-03-20'), signedSince], asked, changed('observation', light)],
		[
			'a form changed, and a round since',
			permits,
			[competent, round('2026-04-10'), signedSince],
			asked,
			changed('observation', light),
		],
		[
			'a round before the absence renews nothing',
			roundDue,
			[competent, round('2026-02-25'), back, signsOff('2026-07-01 18:00', '2027-07-01')],
			'2026-07-10',
			afterAbsence('observation', light),
		],
		[
			'and one on the day back does',
			permits,
			[competent, round('2026-07-01 09:00'), back, signsOff('2026-07-01 18:00', '2027-07-01')],
			'2026-07-10',
			afterAbsence('observation', light),
		],
		[
			'a pause was lifted on a round',
			roundDue,
			[competent, round('2026-02-25'), pausedOnce, lifted('observation'), signsOff('2026-03-03', '2027-03-03')],
			'2026-03-10',
			under(light),
		],
		[
			'a pause was lifted on the quiz',
			quizDue,
			[competent, round('2026-02-25'), pausedOnce, lifted('quiz'), signsOff('2026-03-03', '2027-03-03')],
			'2026-03-10',
			under(light),
		],
		[
			'a pause was lifted on reading',
			readingDue,
			[competent, round('2026-02-25'), pausedOnce, lifted('acknowledge'), signsOff('2026-03-03', '2027-03-03')],
			'2026-03-10',
			under(light),
		],
	],
	'not signed off yet': [
		['a form changed since they began', roundsShort, [watched], asked, changed('observation')],
		['in its grace they are asked all the same', roundsShort, [watched], '2026-04-02', changed('observation')],
		['the minute before it is in force', signOffMissing, [watched], '2026-04-01 11:59', changed('observation')],
		[
			'a form changed, and a round since',
			signOffMissing,
			[watched, round('2026-04-10')],
			asked,
			changed('observation'),
		],
		['a form changed, nobody has read it', moduleMissing, [watched], asked, changed('acknowledge')],
		[
			'a form changed, and it was read',
			signOffMissing,
			[watched, acknowledges('2026-04-10', 3, { content: 'checklist', slug: 'oral-round' })],
			asked,
			changed('acknowledge'),
		],
		['a form changed, the quiz is asked for', quizMissing, [watched], asked, changed('quiz')],
		['who began after it is asked nothing more', signOffMissing, newcomer, asked, changed('observation')],
		['away for long before the sign-off', roundsShort, [watched, back], '2026-07-10', afterAbsence('observation')],
		[
			'away for long, and a round since',
			signOffMissing,
			[watched, back, round('2026-07-02')],
			'2026-07-10',
			afterAbsence('observation'),
		],
		[
			'away before they had begun',
			signOffMissing,
			[away('2026-01-05', '2025-01-01', '2026-01-05'), watched],
			later,
			afterAbsence('observation'),
		],
		['paused and lifted on the quiz', quizMissing, [watched, pausedOnce, lifted('quiz')], '2026-03-10'],
		['paused and lifted on reading', moduleMissing, [watched, pausedOnce, lifted('acknowledge')], '2026-03-10'],
		[
			'not watched enough either: the requirement is said',
			['observations_short', 'in-training'],
			[watched.slice(0, 4), pausedOnce, lifted('quiz')],
			'2026-03-10',
		],
	],
};

import {
	type Asked,
	beside,
	documentDue,
	expired,
	paused,
	permits,
	permitsDue,
	quizDue,
	readingDue,
	roundDue,
	signOffVoid,
	type Tables,
	under,
	withdrawn,
} from '../cases.ts';
import {
	awarded,
	away,
	competent,
	declares,
	firstSignOff,
	learned,
	lifts,
	oral,
	pauses,
	policyWith,
	privilegeOf,
	retracts,
	round,
	rulesWith,
	signsOff,
	sitsQuiz,
	starts,
	supervised,
	watched,
	withdraws,
} from '../support.ts';

/** Whoever must be watched again may give beside a colleague, so that the round is not done against the gate (content/rules.md, "Beside a colleague"). */
const aRound = under({ absence: { longest: 'P90D', asks: 'observation' } });
const returned = [...competent, away('2026-07-01 07:00', '2026-04-01', '2026-07-01')];
const inAutumn = '2026-09-10';
const spot = under({ privileges: { 'administer-oral': { spotCheck: 'P6M' } } });
const pausedOnce = pauses('2026-03-01', { id: 'p' });
const lifted = lifts('2026-03-02 09:00', 'p', { asks: 'observation' });
const lossOfRound = retracts('2026-03-01', 'round-1');
const withdrawal = withdraws('2026-03-01');
const besideThen = supervised('2026-03-01 13:00');
const newQuiz = under({ renewal: { passes: 1, quiz: true, lateBy: 'P90D' } });
const readTwo: Asked = {
	rules: rulesWith(
		policyWith({ documents: { 'medicines-policy': 2 }, absence: { longest: 'P90D', asks: 'observation' } }),
		[privilegeOf('administer-oral', [...oral.requirements, { kind: 'declaration', document: 'medicines-policy' }])],
	),
};
const minor = round('2026-02-28 09:00', { passed: false, criticalMissed: [] });

export const tables: Tables = {
	'beside a colleague once it has run out': [
		['not before', permitsDue, [competent, supervised('2027-02-20 12:00')], '2027-02-20 13:00'],
		['recorded before the end', expired, [competent, supervised('2027-02-20 23:59')], '2027-02-21 00:00'],
		['recorded in the first minute after', beside, [competent, supervised('2027-02-21 00:00')], '2027-02-21 00:00'],
		['the quiz is not asked for yet', beside, [competent, supervised('2027-03-01')], '2027-03-02', newQuiz],
		[
			'the reading is missing',
			expired,
			[competent.filter(({ kind }) => kind !== 'module-completed'), supervised('2027-03-01')],
			'2027-03-02',
		],
		[
			'recorded before the end of its grace',
			permitsDue,
			[competent, supervised('2027-02-22')],
			'2027-02-23',
			under({ grace: 'P7D' }),
		],
		['paused as well', paused, [competent, supervised('2027-03-01'), pauses('2027-03-01 13:00')], '2027-03-02'],
		[
			'watched again, the sign-off is missing',
			beside,
			[competent, supervised('2027-03-01'), round('2027-03-02 08:10'), round('2027-03-03 17:05'), round('2027-03-04')],
			'2027-03-10',
		],
		[
			'agency without a record',
			expired,
			[starts('2026-01-05', { contract: 'agency' }), competent.slice(1), supervised('2027-03-01')],
			'2027-03-02',
		],
		[
			'agency with a record',
			beside,
			[
				starts('2026-01-05', { contract: 'agency' }),
				awarded('2026-01-07', null, { award: 'agency-record' }),
				competent.slice(1),
				supervised('2027-03-01'),
			],
			'2027-03-02',
		],
	],
	'beside a colleague after a withdrawal': [
		['recorded since', beside, [competent, withdrawal, besideThen]],
		['recorded before', withdrawn, [competent, supervised('2026-02-28'), withdrawal]],
		['in the same instant, recorded after it', beside, [competent, withdrawal, supervised('2026-03-01')]],
		['in the same instant, recorded before it', withdrawn, [competent, supervised('2026-03-01'), withdrawal]],
		['paused as well', withdrawn, [competent, withdrawal, besideThen, pauses('2026-03-01 14:00')]],
		['a new quiz is asked for first', withdrawn, [competent, withdrawal, besideThen], '2026-03-02', newQuiz],
		[
			'and was passed',
			beside,
			[competent, withdrawal, besideThen, sitsQuiz('2026-03-01 18:00')],
			'2026-03-02',
			newQuiz,
		],
		['withdrawn for the whole provider', beside, [competent, withdraws('2026-03-01', { site: null }), besideThen]],
		['withdrawn again', withdrawn, [competent, withdrawal, besideThen, withdraws('2026-03-02 08:00')]],
	],
	'beside a colleague while the sign-off does not stand': [
		['recorded since the sign-off', beside, [competent, lossOfRound, besideThen]],
		[
			'recorded before the sign-off',
			signOffVoid,
			[learned, supervised('2026-02-01'), watched.slice(3), firstSignOff, lossOfRound],
		],
		['paused as well', paused, [competent, lossOfRound, besideThen, pauses('2026-03-01 14:00')]],
		['the quiz is missing too', signOffVoid, [competent.filter(({ kind }) => kind !== 'quiz-marked'), besideThen]],
	],
	'beside a colleague while a round is due': [
		['after an absence', beside, [returned, supervised('2026-07-02')], inAutumn, aRound],
		['recorded in the minute it was due', beside, [returned, supervised('2026-06-30T23:00:00Z')], inAutumn, aRound],
		['recorded before', roundDue, [returned, supervised('2026-06-30 23:59')], inAutumn, aRound],
		[
			'the quiz is due',
			quizDue,
			[returned, supervised('2026-07-02')],
			inAutumn,
			under({ absence: { longest: 'P90D', asks: 'quiz' } }),
		],
		[
			'reading is due',
			readingDue,
			[returned, supervised('2026-07-02')],
			inAutumn,
			under({ absence: { longest: 'P90D', asks: 'acknowledge' } }),
		],
		[
			'a document is due as well',
			documentDue,
			[returned, declares('2026-01-10', 1), supervised('2026-07-02')],
			inAutumn,
			readTwo,
		],
		['and was read', beside, [returned, declares('2026-08-10', 2), supervised('2026-07-02')], inAutumn, readTwo],
		['a pause was lifted on a round', beside, [competent, pausedOnce, lifted, supervised('2026-03-02 09:30')]],
		['recorded while paused', roundDue, [competent, pausedOnce, lifted, supervised('2026-03-02 08:30')]],
		['still paused', paused, [competent, pausedOnce, supervised('2026-03-02 09:30')]],
		['a spot check', beside, [competent, supervised('2026-08-21 09:00')], inAutumn, spot],
		['too many minor misses, still in the days given', permitsDue, [competent, minor, supervised('2026-02-28 10:00')]],
		['too many minor misses, past them', beside, [competent, minor, supervised('2026-03-08 10:00')], '2026-03-09'],
		[
			'too many minor misses, recorded before they were past',
			roundDue,
			[competent, minor, supervised('2026-02-28 10:00')],
			'2026-03-09',
		],
		['done: alone again', permits, [returned, supervised('2026-07-02'), round('2026-07-03')], '2026-07-04', aRound],
		[
			'signed off for another',
			roundDue,
			[
				returned,
				supervised('2026-07-02', { privilege: 'prompt' }),
				signsOff('2026-07-02', '2027-01-01', { privilege: 'prompt' }),
			],
			inAutumn,
			aRound,
		],
	],
};

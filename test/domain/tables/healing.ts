import {
	type Asked,
	asking,
	later,
	permits,
	permitsDue,
	signOffMissing,
	signOffVoid,
	signOffVoidReady,
	type Tables,
	under,
	withdrawnReady,
} from '../cases.ts';
import {
	awarded,
	competent,
	delegates,
	learned,
	policyWith,
	reads,
	retracts,
	round,
	rulesWith,
	signsOff,
	sitsQuiz,
	starts,
	upholds,
	watched,
	withdraws,
	working,
} from '../support.ts';

/** A mistake in a renewal, a clerk's error and who waits only for the manager (content/rules.md, paragraphs 5 to 7). */
const light: Asked = { rules: rulesWith(policyWith({ renewal: { passes: 1, quiz: true, lateBy: 'P90D' } })) };
const seen = round('2027-02-05 08:10', { id: 'seen' });
const quiz = sitsQuiz('2027-02-06', true, { id: 'quiz' });
const again = signsOff('2027-02-10', '2028-02-20', { id: 'sign-off-2' });
const renewed = [...competent, seen, quiz, again];
const back = (id: string, when = '2027-02-11') => retracts(when, id);
const asked = '2027-06-01';
const clerk = retracts('2026-03-01', 'round-2');
const enteredRight = round('2026-02-09 17:05', { known: '2026-03-01 15:00', by: 'tomasz' });
const insulin = asking('administer-insulin', { kind: 'module', module: 'insulin', version: 1 }, { kind: 'delegation' });
const insulinRead = reads('2026-01-12', { module: 'insulin', version: 1 });
const agencyStart = starts('2026-01-05', { contract: 'agency' });

export const tables: Tables = {
	'a mistake in a renewal': [
		[
			'while the older one holds, that governs',
			['competent', 'due-soon', '2027-02-21 00:00'],
			[renewed, back('seen')],
			'2027-02-15',
			light,
		],
		['its last minute', permitsDue, [renewed, back('seen')], '2027-02-20 23:59', light],
		['and then nothing does', signOffVoid, [renewed, back('seen')], '2027-02-21 00:00', light],
		[
			'the older one holds in its grace too',
			permitsDue,
			[renewed, back('seen')],
			'2027-02-23',
			under({ renewal: { passes: 1, quiz: true, lateBy: 'P90D' }, grace: 'P7D' }),
		],
		[
			'made right by another round and a new sign-off',
			permits,
			[renewed, back('seen'), round('2027-02-12'), signsOff('2027-02-13', '2028-02-20')],
			asked,
			light,
		],
		[
			'the quiz was taken back and passed again',
			permits,
			[renewed, back('quiz'), sitsQuiz('2027-02-12'), signsOff('2027-02-13', '2028-02-20')],
			asked,
			light,
		],
		[
			'the round again, no new sign-off, after the older one',
			signOffVoidReady,
			[renewed, back('seen'), round('2027-02-12')],
			'2027-03-01',
			light,
		],
		['both unsound: the newest is said', signOffVoid, [renewed, back('seen'), back('round-1')], '2027-02-15', light],
		[
			'withdrawn between: the older one does not govern',
			signOffVoid,
			[competent, withdraws('2027-01-10'), seen, quiz, again],
			'2027-02-15',
			light,
		],
		[
			'three, the last two unsound: the first governs',
			permitsDue,
			[renewed, signsOff('2027-02-11', '2029-02-20'), back('seen', '2027-02-12')],
			'2027-02-15',
			light,
		],
		[
			'the newest is sound and has run out: it governs',
			['expired', 'expired'],
			[competent, seen, quiz, signsOff('2027-02-10', '2027-02-12')],
			'2027-02-15',
			light,
		],
	],
	'a clerk’s error': [
		['a round is taken back by mistake', signOffVoid, [competent, clerk]],
		['entered again under its own day', permits, [competent, clerk, enteredRight]],
		[
			'as known before that',
			signOffVoid,
			[competent, clerk, enteredRight],
			'2026-03-02',
			{ known: '2026-03-01 14:59' },
		],
		[
			'entered again under the wrong day: nothing is missing but a sign-off',
			signOffVoidReady,
			[competent, clerk, round('2026-03-01 17:05')],
		],
		[
			'entered again as not passed',
			['sign_off_unsound', 'in-training'],
			[competent, clerk, round('2026-02-09 17:05', { known: '2026-03-01 15:00', passed: false })],
		],
		[
			'the quiz of somebody who passed it is taken back and entered again',
			permits,
			[
				competent,
				retracts('2026-03-01', learned[2]?.id ?? ''),
				sitsQuiz('2026-01-13 11:15', true, { known: '2026-03-01 15:00' }),
			],
		],
		['the reading is taken back', signOffVoid, [competent, retracts('2026-03-01', learned[1]?.id ?? '')]],
		[
			'the reading is done again: one sign-off is missing',
			signOffVoidReady,
			[competent, retracts('2026-03-01', learned[1]?.id ?? ''), reads('2026-03-01 15:00')],
		],
		[
			'signed off again after it',
			permits,
			[competent, clerk, round('2026-03-01 17:05'), signsOff('2026-03-01 18:00', '2027-03-01')],
		],
		[
			'looking at it again does not mend it',
			signOffVoid,
			[competent, clerk, upholds('2026-03-01 16:00', 'sign-off-1', 'round-2')],
		],
	],
	'whoever waits only for the manager': [
		['never signed off', signOffMissing, [watched]],
		['the minute before the third round', ['observations_short', 'ready-to-observe'], [watched], '2026-02-16 08:09'],
		['run out and watched again', signOffMissing, [competent, seen, quiz], '2027-03-01', light],
		['run out, watched again, no quiz', ['expired', 'expired'], [competent, seen], '2027-03-01', light],
		[
			'run out, watched again, a critical line missed since',
			['expired', 'expired'],
			[
				competent,
				quiz,
				round('2027-02-06 12:00', { passed: false }),
				round('2027-02-07', { results: { 'keeps-keys': 'yes' } }),
			],
			'2027-03-01',
			light,
		],
		[
			'withdrawn and watched again',
			withdrawnReady,
			[competent, withdraws('2026-03-01'), round('2026-03-10'), round('2026-03-11'), round('2026-03-12 20:00')],
			'2026-03-20',
		],
		[
			'withdrawn, watched again and paused',
			['withdrawn', 'withdrawn'],
			[
				competent,
				withdraws('2026-03-01'),
				round('2026-03-10'),
				round('2026-03-11'),
				round('2026-03-12 20:00'),
				{ ...clerk, kind: 'pause', supersedes: null, payload: { reason: 'other', reviewOn: '2026-03-20' } } as never,
			],
			'2026-03-20',
		],
		['unsound, and watched once more', signOffVoidReady, [competent, clerk, round('2026-03-01 17:05')]],
		[
			'only a delegation is missing as well',
			['sign_off_missing', 'ready-for-sign-off'],
			[working, insulinRead],
			later,
			insulin,
		],
		[
			'delegated already',
			['sign_off_missing', 'ready-for-sign-off'],
			[working, insulinRead, delegates('2026-02-01', '2026-06-30')],
			later,
			{ ...insulin, person: 'R-17' },
		],
		['agency papers are missing as well', ['agency_unverified', 'ready-to-observe'], [agencyStart, watched.slice(1)]],
		[
			'agency papers were seen',
			signOffMissing,
			[agencyStart, awarded('2026-01-07', null, { award: 'agency-record' }), watched.slice(1)],
		],
		[
			'in a role that it is not for, all done',
			signOffMissing,
			[starts('2026-01-05', { role: 'administrator' }), watched.slice(1)],
		],
	],
};

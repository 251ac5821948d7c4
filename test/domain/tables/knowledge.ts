import { type Asked, permits, quizMissing, signOffMissing, signOffVoid, type Tables, under } from '../cases.ts';
import {
	competent,
	elmCourt,
	firstSignOff,
	learned,
	policyWith,
	round,
	rulesWith,
	signsOff,
	sitsQuiz,
	starts,
	watched,
	withdraws,
} from '../support.ts';

/** Knowledge has an age: the quiz of 13 January counts to 13 July (content/rules.md, "Requirements"). */
const aged = { quiz: { maximumAge: 'P6M' }, observation: { maximumAge: 'P2Y' } };
const old = under(aged);
const light = { renewal: { passes: 1, quiz: true, lateBy: 'P90D' }, newSite: { passes: 1 } };
const seen = round('2027-02-05 08:10');
const again = signsOff('2027-02-10', '2028-02-20');
const anywhere = [starts('2026-01-05 09:00', { site: null }), ...competent.slice(1)];
const atElm = (numbers: Parameters<typeof under>[0]): Asked => ({ ...under(numbers), site: elmCourt });
const strict = under({ ...light, quiz: { passMark: 95 } }).rules ?? rulesWith();
const strictAtElm: Asked = {
	site: elmCourt,
	rules: {
		...strict,
		earlier: { policies: new Map([['test-1', policyWith()]]), privileges: new Map(), checklists: new Map() },
	},
};
const three = [round('2026-03-10'), round('2026-03-11'), round('2026-03-12 20:00')];

export const tables: Tables = {
	'the age of a quiz': [
		['its last minute, in summer time', signOffMissing, [watched], '2026-07-13T22:59:00Z', old],
		['the minute after', quizMissing, [watched], '2026-07-13T23:00:00Z', old],
		[
			'neither grace nor the end of a shift lengthens it',
			quizMissing,
			[watched],
			'2026-07-14 00:00',
			under({ ...aged, grace: 'P7D', endOfShift: '08:00' }),
		],
		['passed again', signOffMissing, [watched, sitsQuiz('2026-07-20')], '2026-07-21', old],
		['sat again and not passed', quizMissing, [watched, sitsQuiz('2026-07-20', false)], '2026-07-21', old],
		['signed off on its last day', permits, [watched, signsOff('2026-07-13 23:00', '2027-07-13')], '2026-08-01', old],
		['signed off the day after', signOffVoid, [watched, signsOff('2026-07-14 09:00', '2027-07-14')], '2026-08-01', old],
		['it grows old after the sign-off: that stands', permits, [competent], '2026-12-01', old],
		[
			'a new site asks no younger one',
			signOffMissing,
			[anywhere, round('2026-12-01', { site: elmCourt })],
			'2026-12-02',
			atElm({ ...aged, ...light }),
		],
		[
			'a renewal’s is in the window and young enough',
			permits,
			[competent, seen, sitsQuiz('2026-12-23'), again],
			'2027-06-01',
			under({ ...aged, ...light }),
		],
		[
			'a renewal’s is in the window and too old',
			signOffVoid,
			[competent, seen, sitsQuiz('2026-12-23'), again],
			'2027-06-01',
			under({ ...light, quiz: { maximumAge: 'P1M' } }),
		],
		[
			'after a withdrawal it may be the old one, where policy asks no new one',
			permits,
			[competent, withdraws('2026-03-01'), three, signsOff('2026-03-13', '2027-03-13')],
			'2026-03-20',
			old,
		],
		[
			'after a withdrawal it is a new one, where renewals ask for one',
			signOffVoid,
			[competent, withdraws('2026-03-01'), three, signsOff('2026-03-13', '2027-03-13')],
			'2026-03-20',
			under(light),
		],
		[
			'and it was passed since the sign-off, window or not',
			permits,
			[competent, withdraws('2026-03-01'), three, sitsQuiz('2026-03-12'), signsOff('2026-03-13', '2027-03-13')],
			'2026-03-20',
			under(light),
		],
	],
	'a stricter mark': [
		['below it', quizMissing, [watched], '2026-03-02', under({ quiz: { passMark: 95 } })],
		['on it', signOffMissing, [watched], '2026-03-02', under({ quiz: { passMark: 90 } })],
		[
			'passed again, above it',
			signOffMissing,
			[watched, sitsQuiz('2026-02-25', true, { score: 96 })],
			'2026-03-02',
			under({ quiz: { passMark: 95 } }),
		],
		[
			'a higher score that did not pass, a critical question being wrong',
			quizMissing,
			[watched, sitsQuiz('2026-02-25', false, { score: 97 })],
			'2026-03-02',
			under({ quiz: { passMark: 95 } }),
		],
		[
			'below it at a new site',
			quizMissing,
			[anywhere, round('2026-03-01', { site: elmCourt })],
			'2026-03-02',
			strictAtElm,
		],
		[
			'signed off where the mark was lower',
			permits,
			[learned, watched.slice(3), firstSignOff],
			'2026-03-02',
			under({ quiz: { passMark: 90 } }),
		],
	],
};

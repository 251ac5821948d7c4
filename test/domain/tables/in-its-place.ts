import {
	type Asked,
	asking,
	later,
	moduleMissing,
	permits,
	permitsDue,
	quizDue,
	readingDue,
	roundDue,
	roundsShort,
	type Tables,
	under,
} from '../cases.ts';
import {
	acknowledges,
	allowsOnCall,
	assessedOutside,
	awarded,
	away,
	checklistOf,
	competent,
	elmCourt,
	learned,
	lifts,
	oral,
	pauses,
	policyWith,
	privilegeOf,
	reads,
	round,
	rulesWith,
	signsOff,
	sitsQuiz,
	starts,
	watched,
	working,
} from '../support.ts';

/** What settles a condition where a privilege has no quiz or no round, or nobody here to watch (content/rules.md, "Conditions"). */
const back = away('2026-07-01 07:00', '2026-04-01', '2026-07-01');
const asks = (what: 'quiz' | 'observation' | 'acknowledge') => ({ absence: { longest: 'P90D', asks: what } });
const asked = '2026-07-10';
const noQuiz = privilegeOf(
	'administer-oral',
	oral.requirements.filter(({ kind }) => kind !== 'quiz'),
);
const withoutQuiz: Asked = { rules: rulesWith(policyWith(asks('quiz')), [noQuiz]) };
const readOnly = asking('prompt', { kind: 'module', module: 'by-mouth', version: 2 });
const withoutRound: Asked = { ...readOnly, rules: { ...readOnly.rules, policy: policyWith(asks('observation')) } };
const prompter = [...working, reads('2026-01-12'), signsOff('2026-02-20', '2027-02-20', { privilege: 'prompt' })];
const pausedOnce = pauses('2026-03-01', { id: 'p' });
const lifted = lifts('2026-03-02 09:00', 'p', { asks: 'observation' });
const spot = under({ privileges: { 'administer-oral': { spotCheck: 'P6M' } } });
const failed = round('2026-03-01 09:00', { passed: false });
const onForm = (lines: string[]): Asked => ({
	rules: {
		...rulesWith(),
		checklists: new Map([['oral-round', checklistOf(Object.fromEntries(lines.map((id) => [id, {}])))]]),
	},
});
const others = round('2026-03-03', { results: { 'keeps-keys': 'yes', 'washes-hands': 'yes' } });
const agency = [starts('2026-01-05 09:00', { contract: 'agency' }), ...watched.slice(1)];
const office = starts('2026-01-05 09:00', { role: 'administrator', site: null });
const call = allowsOnCall('2026-03-02 08:00', '2026-03-02 20:00');
const nightRounds = [round('2026-02-02 23:10'), round('2026-02-09 23:10'), round('2026-02-16 23:10')];
const nights = starts('2026-01-05 09:00', { nights: true });

export const tables: Tables = {
	'what a privilege does not have is not asked of it': [
		['no quiz: a round is asked for', roundDue, [competent, back], asked, withoutQuiz],
		['no quiz: watched since', permits, [competent, back, round('2026-07-02')], asked, withoutQuiz],
		['no quiz: some quiz is not it', roundDue, [competent, back, sitsQuiz('2026-07-02')], asked, withoutQuiz],
		['a quiz: a round is not it', quizDue, [competent, back, round('2026-07-02')], asked, under(asks('quiz'))],
		['no round: reading is asked for', readingDue, [prompter, back], asked, withoutRound],
		[
			'no round: something was read since',
			permits,
			[prompter, back, acknowledges('2026-07-02', 2)],
			asked,
			withoutRound,
		],
		[
			'neither: reading is asked for',
			readingDue,
			[prompter, back],
			asked,
			{ ...readOnly, rules: { ...readOnly.rules, policy: policyWith(asks('quiz')) } },
		],
	],
	'nobody here can watch': [
		['assessed outside since', permits, [competent, pausedOnce, lifted, assessedOutside('2026-03-03')], '2026-03-10'],
		[
			'for the whole provider',
			permits,
			[competent, pausedOnce, lifted, assessedOutside('2026-03-03', { site: null })],
			'2026-03-10',
		],
		[
			'at another site',
			roundDue,
			[competent, pausedOnce, lifted, assessedOutside('2026-03-03', { site: elmCourt })],
			'2026-03-10',
		],
		[
			'in something else',
			roundDue,
			[competent, pausedOnce, lifted, assessedOutside('2026-03-03', { privilege: 'prompt' })],
			'2026-03-10',
		],
		[
			'made before, typed in since',
			roundDue,
			[competent, pausedOnce, lifted, assessedOutside('2026-03-03', { on: '2026-02-28' })],
			'2026-03-10',
		],
		['it settles no failed round', roundDue, [competent, failed, assessedOutside('2026-03-03')], '2026-03-10'],
		['a spot check is counted from it', permitsDue, [competent, assessedOutside('2026-08-01')], '2027-01-10', spot],
		[
			'a spot check is counted from the day it was made',
			roundDue,
			[competent, assessedOutside('2026-08-10', { on: '2026-02-25' })],
			'2026-08-26 00:00',
			spot,
		],
	],
	'a line that the form has no more': [
		[
			'the line it missed is still there',
			roundDue,
			[competent, failed, others],
			'2026-03-10',
			onForm(['sees-it-swallowed', 'keeps-keys']),
		],
		[
			'the line it missed is gone: any passed round settles it',
			permits,
			[competent, failed, others],
			'2026-03-10',
			onForm(['keeps-keys']),
		],
		[
			'the line it missed is gone: a round is asked for all the same',
			roundDue,
			[competent, failed],
			'2026-03-10',
			onForm(['keeps-keys']),
		],
		[
			'no form is known: the line it missed is asked for',
			roundDue,
			[competent, failed, others],
			'2026-03-10',
			{ rules: { ...rulesWith(), checklists: new Map() } },
		],
	],
	'an office post beside the work': [
		['makes nobody permanent in care', ['agency_unverified', 'ready-to-observe'], [agency, office]],
		[
			'nor with the record seen: one round is enough',
			['sign_off_missing', 'ready-for-sign-off'],
			[agency.slice(0, 3), office, awarded('2026-01-07', null, { award: 'agency-record' }), round('2026-02-02')],
		],
		[
			'a permanent post in care does',
			roundsShort,
			[agency.slice(0, 3), starts('2026-01-05', { site: null }), round('2026-02-02')],
		],
		[
			'an agency’s office post alone is agency work',
			['agency_unverified', 'ready-to-observe'],
			[starts('2026-01-05', { contract: 'agency', role: 'administrator' }), watched.slice(1)],
		],
		[
			'nights only: one time of day is all there is',
			['sign_off_missing', 'ready-for-sign-off'],
			[nights, learned.slice(1), nightRounds],
		],
		[
			'nights, and an office post by day',
			['sign_off_missing', 'ready-for-sign-off'],
			[nights, office, learned.slice(1), nightRounds],
		],
		[
			'nights, and a post in care by day',
			roundsShort,
			[nights, starts('2026-01-05', { site: null }), learned.slice(1), nightRounds],
		],
	],
	'no stranger to the task': [
		[
			'read long ago in an older version',
			['override_active', 'not-started', '2026-03-02 20:00'],
			[working, reads('2025-01-01', { version: 1 }), call],
		],
		[
			'the quiz passed once, below today’s mark',
			['override_active', 'in-training', '2026-03-02 20:00'],
			[working, sitsQuiz('2026-01-13', true, { score: 80 }), call],
			later,
			under({ quiz: { passMark: 80 } }),
		],
		[
			'the quiz passed once, below the mark here',
			['override_active', 'not-started', '2026-03-02 20:00'],
			[working, sitsQuiz('2026-01-13', true, { score: 80 }), call],
			later,
			under({ quiz: { passMark: 95 } }),
		],
		['the quiz sat and not passed', ['module_missing', 'not-started'], [working, sitsQuiz('2026-01-13', false), call]],
		['watched, nothing read', moduleMissing, [working, round('2026-02-02'), call]],
		[
			'cover by a stranger to it',
			['site_induction_missing', 'not-required'],
			[
				competent.filter(({ kind }) => kind !== 'module-completed' && kind !== 'quiz-marked'),
				{ ...call, siteId: elmCourt },
			],
			later,
			{ site: elmCourt },
		],
	],
};

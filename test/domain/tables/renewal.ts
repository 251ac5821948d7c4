import { type Asked, expired, permits, permitsDue, signOffVoid, type Tables, under } from '../cases.ts';
import {
	assessedOutside,
	competent,
	elmCourt,
	firstSignOff,
	learned,
	oral,
	policyWith,
	privilegeOf,
	round,
	rulesWith,
	signsOff,
	sitsQuiz,
	watched,
} from '../support.ts';

/** Signed off before: the lighter way to the next sign-off, and what the next one stands on. */
const lighterPolicy = policyWith({ renewal: { passes: 1, quiz: true, lateBy: 'P90D' } });
const lighter: Asked = { rules: rulesWith(lighterPolicy) };
const noQuiz = under({ renewal: { passes: 1, quiz: false, lateBy: 'P90D' } });
const roundsOnly = (passes: number) => under({ renewal: { passes, quiz: false, lateBy: 'P90D' } });
const devices = privilegeOf(
	'administer-oral',
	oral.requirements.map((each) =>
		each.kind === 'observation' ? { ...each, variants: ['inhaler', 'spacer'], passes: 1 } : each,
	),
);
const seenBoth = [round('2026-02-02', { variant: 'inhaler' }), round('2026-02-03 18:10', { variant: 'spacer' })];

const seenBothAgain = [
	round('2027-02-04 08:10', { variant: 'inhaler' }),
	round('2027-02-05 18:10', { variant: 'spacer' }),
];

const asked = '2027-06-01';
const seen = round('2027-02-05 08:10', { id: 'seen' });
const quiz = sitsQuiz('2027-02-06', true, { id: 'quiz' });
const again = signsOff('2027-02-10', '2028-02-20', { id: 'sign-off-2' });
const three = [round('2027-02-04'), round('2027-02-05 18:10'), round('2027-02-06')];
const renewed = [...competent, seen, quiz, again];
const early = [round('2026-05-05'), sitsQuiz('2026-05-06'), signsOff('2026-05-07', '2027-05-07')];
const lateRound = (when: string) => [round(when, { id: 'late' }), sitsQuiz(when)];

export const tables: Tables = {
	renewal: [
		['one round, the quiz and a sign-off', permits, [renewed], asked, lighter],
		['no quiz since the last sign-off', signOffVoid, [competent, seen, again], asked, lighter],
		['no quiz, where policy does not ask for one', permits, [competent, seen, again], asked, noQuiz],
		['a quiz not passed', signOffVoid, [competent, seen, sitsQuiz('2027-02-06', false), again], asked, lighter],
		[
			'the quiz passed after the sign-off',
			signOffVoid,
			[competent, seen, again, sitsQuiz('2027-02-11')],
			asked,
			lighter,
		],
		[
			'the quiz passed in the instant of the last sign-off, recorded before it',
			signOffVoid,
			[watched, sitsQuiz('2026-02-20 15:30'), firstSignOff, seen, again],
			asked,
			lighter,
		],
		[
			'the quiz passed in the instant of the last sign-off, recorded after it: not in the window',
			signOffVoid,
			[competent, sitsQuiz('2026-02-20 15:30'), seen, again],
			asked,
			lighter,
		],
		['no round since the last sign-off', signOffVoid, [competent, quiz, again], asked, lighter],
		[
			'the round was not passed',
			signOffVoid,
			[competent, round('2027-02-05', { passed: false }), quiz, again],
			asked,
			lighter,
		],
		[
			'the round was simulated',
			signOffVoid,
			[competent, round('2027-02-05', { simulated: true }), quiz, again],
			asked,
			lighter,
		],
		[
			'the round was at another site',
			signOffVoid,
			[competent, round('2027-02-05', { site: elmCourt }), quiz, again],
			asked,
			lighter,
		],
		[
			'a failed round after the one that was passed',
			signOffVoid,
			[competent, seen, round('2027-02-06', { passed: false }), quiz, again],
			asked,
			lighter,
		],
		[
			'a line that nobody has seen this time',
			signOffVoid,
			[competent, round('2027-02-05', { results: { a: 'not-seen' } }), quiz, again],
			asked,
			lighter,
		],
		[
			'the round is older than rounds may be',
			signOffVoid,
			[competent, round('2026-07-05'), quiz, again],
			asked,
			lighter,
		],
		[
			'an outside assessment stands for the round',
			permits,
			[competent, assessedOutside('2027-02-05'), quiz, again],
			asked,
			lighter,
		],
		['policy asks for two rounds', signOffVoid, [competent, seen, again], asked, roundsOnly(2)],
		[
			'policy asks for more than the first time: no more than then',
			permits,
			[competent, three, again],
			asked,
			roundsOnly(5),
		],
		['policy asks for no round', permits, [competent, again], asked, roundsOnly(0)],
		[
			'two rounds at one time of day: two times are asked for',
			signOffVoid,
			[competent, round('2027-02-04'), round('2027-02-05'), again],
			asked,
			roundsOnly(2),
		],
		[
			'one round is not enough for every device',
			signOffVoid,
			[learned, seenBoth, firstSignOff, seen, again],
			asked,
			{ rules: rulesWith(policyWith({ renewal: { passes: 1, quiz: false, lateBy: 'P90D' } }), [devices]) },
		],
		[
			'renewed long before it was due, on a quiz from before the window',
			signOffVoid,
			[competent, early],
			'2027-02-25',
			lighter,
		],
		['and while the first one holds, that one governs', permits, [competent, early], '2026-06-01', lighter],
		['renewed long before it was due, where no quiz is asked for', permits, [competent, early], '2027-02-25', noQuiz],
		[
			'the quiz in the last minute before the window',
			signOffVoid,
			[competent, seen, sitsQuiz('2026-12-21 23:59'), again],
			asked,
			lighter,
		],
		[
			'the quiz in the first minute of the window',
			permits,
			[competent, seen, sitsQuiz('2026-12-22 00:00'), again],
			asked,
			lighter,
		],
		['renewed: the reading is not asked for again', permits, [renewed], asked, lighter],
		['nothing done, and due soon', permitsDue, [competent], '2027-02-20', lighter],
		['the round is in, but not the sign-off: expired', expired, [competent, seen, quiz], asked, lighter],
		[
			'two renewals on one round: the first of them holds on',
			permits,
			[renewed, sitsQuiz('2027-02-11'), signsOff('2027-02-12', '2029-02-20')],
			asked,
			lighter,
		],
		[
			'two renewals: one round does not serve for both',
			signOffVoid,
			[renewed, sitsQuiz('2027-02-11'), signsOff('2027-02-12', '2029-02-20')],
			'2028-02-21 00:00',
			lighter,
		],
		[
			'every device was seen again',
			permits,
			[learned, seenBoth, firstSignOff, seenBothAgain, again],
			asked,
			{ rules: rulesWith(policyWith({ renewal: { passes: 1, quiz: false, lateBy: 'P90D' } }), [devices]) },
		],
		[
			'a sign-off for the whole provider is renewed here',
			permits,
			[watched, { ...firstSignOff, siteId: null }, seen, quiz, again],
			asked,
			lighter,
		],
	],
	'renewed late': [
		[
			'on the last day that it can be',
			permits,
			[competent, lateRound('2027-05-20'), signsOff('2027-05-21 23:59', '2028-05-21')],
			asked,
			lighter,
		],
		[
			'the minute after: as the first time',
			signOffVoid,
			[competent, lateRound('2027-05-20'), signsOff('2027-05-22 00:00', '2028-05-22')],
			asked,
			lighter,
		],
		[
			'too late, three rounds since',
			permits,
			[
				competent,
				round('2027-05-18'),
				round('2027-05-19 18:10'),
				lateRound('2027-05-20'),
				signsOff('2027-05-22', '2028-05-22'),
			],
			asked,
			lighter,
		],
		[
			'too late, rounds from before the last sign-off do not count',
			signOffVoid,
			[
				learned,
				round('2026-12-01'),
				round('2026-12-02 18:10'),
				round('2026-12-03'),
				signsOff('2026-12-04', '2026-12-20'),
				lateRound('2027-05-01'),
				signsOff('2027-05-02', '2028-05-02'),
			],
			asked,
			lighter,
		],
		[
			'too late, assessed outside since',
			permits,
			[competent, assessedOutside('2027-05-20'), sitsQuiz('2027-05-20'), signsOff('2027-05-22', '2028-05-22')],
			asked,
			lighter,
		],
		[
			'too late, assessed outside before the last sign-off',
			signOffVoid,
			[
				learned,
				assessedOutside('2026-02-01'),
				firstSignOff,
				sitsQuiz('2027-05-20'),
				signsOff('2027-05-22', '2028-05-22'),
			],
			asked,
			lighter,
		],
		[
			'too late, the quiz is still asked for',
			signOffVoid,
			[competent, assessedOutside('2027-05-20'), signsOff('2027-05-22', '2028-05-22')],
			asked,
			lighter,
		],
		[
			'not at all late, where policy says so: on the last day',
			permits,
			[competent, lateRound('2027-02-20'), signsOff('2027-02-20 23:59', '2028-02-20')],
			asked,
			under({ renewal: { passes: 1, quiz: true, lateBy: 'P0D' } }),
		],
		[
			'and the minute after',
			signOffVoid,
			[competent, lateRound('2027-02-20'), signsOff('2027-02-21 00:00', '2028-02-20')],
			asked,
			under({ renewal: { passes: 1, quiz: true, lateBy: 'P0D' } }),
		],
	],
};

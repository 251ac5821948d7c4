import { type Asked, expired, later, permits, permitsDue, signOffVoid, type Tables } from '../cases.ts';
import {
	assessedOutside,
	competent,
	type Draft,
	firstSignOff,
	learned,
	policyWith,
	reads,
	retracts,
	round,
	rulesWith,
	signsOff,
	sitsQuiz,
	threeRounds,
	withdraws,
	working,
} from '../support.ts';

/** One sign-off after another: each stands on what stood when it was made. */
const lighterPolicy = policyWith({ renewal: { passes: 1, quiz: true, lateBy: 'P90D' } });
const lighter: Asked = { rules: rulesWith(lighterPolicy) };

const asked = '2027-06-01';
const seen = round('2027-02-05 08:10', { id: 'seen' });
const quiz = sitsQuiz('2027-02-06', true, { id: 'quiz' });
const again = signsOff('2027-02-10', '2028-02-20', { id: 'sign-off-2' });
const three = [round('2027-02-04'), round('2027-02-05 18:10'), round('2027-02-06')];
const renewed = [...competent, seen, quiz, again];
const seenNext = [round('2028-02-05'), sitsQuiz('2028-02-06')];
const thirdSignOff = signsOff('2028-02-10', '2029-02-20');

const moreRounds = { ...policyWith({ renewal: { passes: 2, quiz: false, lateBy: 'P90D' } }), version: 'test-2' };
const remembering: Asked = {
	rules: {
		...rulesWith(moreRounds),
		earlier: { policies: new Map([['test-1', lighterPolicy]]), privileges: new Map(), checklists: new Map() },
	},
};

export const tables: Tables = {
	'a chain of sign-offs': [
		['three, each sound', permits, [renewed, seenNext, thirdSignOff], '2028-06-01', lighter],
		[
			'a round of the first was taken back: nothing after it is sound',
			signOffVoid,
			[renewed, seenNext, thirdSignOff, retracts('2028-03-01', 'round-2')],
			'2028-06-01',
			lighter,
		],
		[
			'the second was taken back: the third then renewed the first',
			signOffVoid,
			[renewed, seenNext, thirdSignOff, retracts('2028-03-01', 'sign-off-2')],
			'2028-06-01',
			lighter,
		],
		[
			'the round of the second was taken back',
			signOffVoid,
			[renewed, seenNext, thirdSignOff, retracts('2028-03-01', 'seen')],
			'2028-06-01',
			lighter,
		],
		['the quiz of the second was taken back', signOffVoid, [renewed, retracts('2027-03-01', 'quiz')], asked, lighter],
		[
			'the second was taken back: the first has run out',
			expired,
			[renewed, retracts('2027-03-01', 'sign-off-2')],
			asked,
			lighter,
		],
		[
			'the second was taken back while the first holds',
			permitsDue,
			[renewed, retracts('2027-02-12', 'sign-off-2')],
			'2027-02-13',
			lighter,
		],
		[
			'the first was unsound: the second needs as much as the first time',
			signOffVoid,
			[competent, seen, quiz, again, retracts('2027-03-01', 'round-1')],
			asked,
			lighter,
		],
		[
			'the first was unsound: and had it',
			permits,
			[competent, three, quiz, again, retracts('2027-03-01', 'round-1')],
			asked,
			lighter,
		],
		[
			'the first was unsound: the second may use its rounds',
			permits,
			[
				learned,
				threeRounds.slice(0, 2),
				firstSignOff,
				round('2026-02-25'),
				sitsQuiz('2026-02-25'),
				signsOff('2026-02-26', '2027-02-26'),
			],
			later,
			lighter,
		],
		[
			'the first was unsound: its outside assessment is not spent',
			permits,
			[
				working,
				assessedOutside('2026-01-20'),
				firstSignOff,
				reads('2026-02-21'),
				sitsQuiz('2026-02-22'),
				signsOff('2026-02-26', '2027-02-26'),
			],
			later,
			lighter,
		],
		[
			'withdrawn in between: as the first time',
			signOffVoid,
			[competent, withdraws('2027-01-10'), seen, quiz, again],
			asked,
			lighter,
		],
		[
			'withdrawn in between, three rounds since, but no new quiz',
			signOffVoid,
			[competent, withdraws('2027-01-10'), three, again],
			asked,
			lighter,
		],
		['policy asks for more since: held to what was asked then', permits, [renewed], asked, remembering],
		[
			'made under the newer policy, on one round',
			signOffVoid,
			[competent, seen, { ...again, payload: { ...again.payload, policy: 'test-2' } } as Draft],
			asked,
			remembering,
		],
		[
			'made under the newer policy, on two rounds',
			permits,
			[
				competent,
				seen,
				round('2027-02-06 18:10'),
				{ ...again, payload: { ...again.payload, policy: 'test-2' } } as Draft,
			],
			asked,
			remembering,
		],
	],
};

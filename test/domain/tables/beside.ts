import {
	asking,
	beside,
	expired,
	later,
	left,
	notStarted,
	paused,
	permits,
	prerequisiteFirst,
	quizMissing,
	roundsShort,
	signOffVoid,
	type Tables,
} from '../cases.ts';
import {
	competent,
	elmCourt,
	firstSignOff,
	learned,
	leaves,
	oral,
	pauses,
	retracts,
	starts,
	supervised,
	watched,
	withdraws,
	working,
} from '../support.ts';

/** Working beside a competent colleague, before the sign-off. */

const supervision = supervised('2026-02-01', { id: 'beside' });
const covert = asking(
	'administer-covert',
	{ kind: 'prerequisite', privilege: 'administer-oral' },
	{ kind: 'observation', checklist: 'covert' },
);
const ofCovert = {
	...covert,
	rules: { ...covert.rules, privileges: new Map([...covert.rules.privileges, [oral.code, oral]]) },
};
const delegatedToo = asking(
	'administer-insulin',
	{ kind: 'delegation' },
	{ kind: 'observation', checklist: 'insulin' },
);

export const tables: Tables = {
	'beside a colleague': [
		['recorded, all learned', beside, [learned, supervision]],
		['the minute before it is recorded', roundsShort, [learned, supervision], '2026-02-01 11:59'],
		['not recorded', roundsShort, [learned]],
		['the quiz is missing', quizMissing, [learned.slice(0, 2), supervision]],
		['the reading is missing', notStarted, [working, supervision]],
		['at another site', roundsShort, [learned, supervised('2026-02-01', { site: elmCourt })]],
		[
			'for the whole provider: it is of exactly one site',
			roundsShort,
			[learned, supervised('2026-02-01', { site: null })],
		],
		['for another privilege', roundsShort, [learned, supervised('2026-02-01', { privilege: 'prompt' })]],
		['for all privileges: it is of exactly one', roundsShort, [learned, supervised('2026-02-01', { privilege: null })]],
		['watched, the sign-off is missing', beside, [watched, supervision]],
		['signed off', permits, [competent, supervision]],
		['signed off and run out', expired, [competent, supervision], '2027-03-01'],
		['signed off on too little', signOffVoid, [learned, supervision, firstSignOff]],
		['paused', paused, [learned, supervision, pauses('2026-03-01')]],
		['withdrawn', beside, [competent, withdraws('2026-03-01'), supervised('2026-03-01 13:00')]],
		['left', left, [learned, supervision, leaves('2026-02-20', '2026-02-28')]],
		['it was taken back', roundsShort, [learned, supervision, retracts('2026-02-10', 'beside')]],
		[
			'in a role that it is not for',
			beside,
			[starts('2026-01-05', { role: 'administrator' }), learned.slice(1), supervision],
		],
		[
			'under 18 without a decision',
			['under_18_no_decision', 'ready-to-observe'],
			[starts('2026-01-05', { adultOn: '2027-01-01' }), learned.slice(1), supervision],
		],
		[
			'agency without a record',
			['agency_unverified', 'ready-to-observe'],
			[starts('2026-01-05', { contract: 'agency' }), learned.slice(1), supervision],
		],
		[
			'what it rests on is missing',
			prerequisiteFirst,
			[learned, supervised('2026-02-01', { privilege: 'administer-covert' })],
			later,
			ofCovert,
		],
		[
			'what it rests on is there',
			beside,
			[competent, supervised('2026-02-01', { privilege: 'administer-covert' })],
			later,
			ofCovert,
		],
		[
			'a delegation is not asked for yet',
			beside,
			[working, supervised('2026-02-01', { privilege: 'administer-insulin' })],
			later,
			delegatedToo,
		],
	],
};

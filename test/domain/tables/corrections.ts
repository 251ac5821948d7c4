import {
	expired,
	later,
	left,
	moduleMissing,
	notRequired,
	paused,
	permits,
	signOffMissing,
	signOffVoid,
	signOffVoidReady,
	type Tables,
} from '../cases.ts';
import {
	competent,
	type Draft,
	firstSignOff,
	learned,
	leaves,
	moment,
	oral,
	pauses,
	policyWith,
	privilegeOf,
	retracts,
	round,
	rulesWith,
	signsOff,
	threeRounds,
	upholds,
	watched,
	withdraws,
	working,
} from '../support.ts';

/** What was entered in error, entered late, or asked as it was known earlier. */
const roundTakenBack = retracts('2026-03-01', 'round-2');
const instead = (given: { by?: string; passed?: boolean }) =>
	round('2026-02-09 17:05', { known: '2026-03-01', instead: 'round-2', ...given });
const lateSignOff = [...watched, signsOff('2026-02-20 15:30', '2027-02-20', { known: '2026-02-25 09:00' })];
const latePause = [...competent, pauses('2026-03-01', { known: '2026-03-05 09:00', id: 'late' })];
const corrected = [...competent, retracts('2026-03-05 09:00', 'round-2')];
const moreRounds = policyWith({ observation: { passes: 4 } });
const rememberingPolicy = {
	...rulesWith({ ...moreRounds, version: 'test-2' }),
	earlier: { policies: new Map([['test-1', policyWith()]]), privileges: new Map(), checklists: new Map() },
};
const harder = privilegeOf('administer-oral', [
	{ kind: 'module', module: 'by-mouth', version: 9 },
	...oral.requirements.slice(1),
]);
const forgetting = rulesWith(policyWith(), [harder]);
const versioned = [...watched, { ...firstSignOff, contentVersionId: 'oral-1' }];
const rememberingPrivilege = {
	...forgetting,
	earlier: { policies: new Map(), privileges: new Map([['oral-1', oral]]), checklists: new Map() },
};

const signedAgain = signsOff('2026-03-13', '2027-03-13');

export const tables: Tables = {
	'taken back': [
		['a retracted sign-off', signOffMissing, [competent, retracts('2026-03-01', 'sign-off-1')]],
		[
			'a retracted newer sign-off leaves the older one',
			expired,
			[competent, { ...signedAgain, id: 'newer' }, retracts('2026-03-14', 'newer')],
			'2027-02-25',
		],
		['a retracted round takes the sign-off with it', signOffVoid, [competent, roundTakenBack]],
		[
			'a retracted round, with another to spare',
			permits,
			[watched, round('2026-02-17 12:00'), firstSignOff, roundTakenBack],
		],
		[
			'a retracted round, replaced after the sign-off',
			signOffVoidReady,
			[competent, roundTakenBack, round('2026-03-01 17:00')],
		],
		[
			'a retracted round, replaced and signed off again: the others still count',
			permits,
			[competent, roundTakenBack, round('2026-03-01 17:00'), signsOff(later, '2027-03-02')],
			later,
			{ rules: rulesWith(policyWith({ renewal: { passes: 1, quiz: false, lateBy: 'P90D' } })) },
		],
		[
			'a retracted round and nothing new, signed off again',
			signOffVoid,
			[competent, roundTakenBack, signsOff(later, '2027-03-02')],
			later,
			{ rules: rulesWith(policyWith({ renewal: { passes: 1, quiz: false, lateBy: 'P90D' } })) },
		],
		['a corrected round: the same, by another assessor', permits, [competent, instead({ by: 'uche' })]],
		['a corrected round that was not passed', signOffVoid, [competent, instead({ passed: false })]],
		['a retracted round under a sign-off that has run out', expired, [competent, roundTakenBack], '2027-05-01'],
		[
			'an earlier round that was not passed, recorded late',
			signOffVoid,
			[competent, round('2026-02-19', { known: '2026-03-01', passed: false })],
		],
		['a retracted employment', notRequired, [competent, retracts('2026-03-01', working[0]?.id ?? '')]],
	],
	'two clocks': [
		['a sign-off recorded later is not used before', signOffMissing, [lateSignOff], '2026-02-24'],
		['the minute before it is recorded', signOffMissing, [lateSignOff], '2026-02-25 08:59'],
		['the minute it is recorded', permits, [lateSignOff], '2026-02-25 09:00'],
		['the past as we know it now', permits, [lateSignOff], '2026-02-24', { known: '2026-03-01' }],
		['the past as it was known then', signOffMissing, [lateSignOff], '2026-02-24', { known: '2026-02-24' }],
		['before it happened, as we know it now', signOffMissing, [lateSignOff], '2026-02-19', { known: '2026-03-01' }],
		['a pause recorded late: that day as known then', permits, [latePause], '2026-03-02', { known: '2026-03-02' }],
		['a pause recorded late: that day as known now', paused, [latePause], '2026-03-02', { known: '2026-03-06' }],
		[
			'observed later than asked about',
			permits,
			[competent, pauses('2026-03-10', { known: '2026-03-01' })],
			later,
			{ known: '2026-04-01' },
		],
		['superseded later: as known then it stood', permits, [corrected], '2026-03-02', { known: '2026-03-05 08:59' }],
		[
			'superseded later: as known now it did not',
			signOffVoid,
			[corrected],
			'2026-03-02',
			{ known: '2026-03-05 09:00' },
		],
		['what is known today, asked about tomorrow', expired, [competent], '2027-02-21', { known: '2026-02-20 15:30' }],
	],
	'held to what was asked then': [
		['policy asks for more since, the earlier one is known', permits, [competent], later, { rules: rememberingPolicy }],
		[
			'policy asks for more since, the earlier one is forgotten',
			signOffVoid,
			[competent],
			later,
			{ rules: rulesWith(moreRounds) },
		],
		[
			'the module is newer since, the earlier one is known',
			permits,
			[versioned],
			later,
			{ rules: rememberingPrivilege },
		],
		['the module is newer since, the earlier one is forgotten', signOffVoid, [versioned], later, { rules: forgetting }],
		['somebody new is held to the newer module', moduleMissing, [learned], later, { rules: rememberingPrivilege }],
	],
	'entered late': [
		[
			'a round of before the sign-off, entered after it: counts from when it happened',
			permits,
			[learned, threeRounds.slice(0, 2), firstSignOff, round('2026-02-16 08:10', { known: '2026-02-25' })],
		],
		[
			'as known before it was entered',
			signOffVoid,
			[learned, threeRounds.slice(0, 2), firstSignOff, round('2026-02-16 08:10', { known: '2026-02-25' })],
			later,
			{ known: '2026-02-24' },
		],
		[
			'a round entered as of after the sign-off',
			signOffVoidReady,
			[learned, threeRounds.slice(0, 2), firstSignOff, round('2026-02-21', { known: '2026-02-25' })],
		],
		[
			'a withdrawal entered late, as of before the sign-off: the rounds before it are spent',
			signOffVoid,
			[competent, withdraws('2026-02-18', { known: '2026-03-01' })],
		],
		[
			'a withdrawal entered late, as of before every round',
			permits,
			[competent, withdraws('2026-01-20', { known: '2026-03-01' })],
		],
		['an ending entered late', left, [competent, leaves('2026-02-20 18:00', '2026-02-28', { known: '2026-03-01' })]],
		[
			'as known before it was entered, still here',
			permits,
			[competent, leaves('2026-02-20 18:00', '2026-02-28', { known: '2026-03-05' })],
			later,
			{ known: later },
		],
		[
			'a start entered late',
			permits,
			[[{ ...(working[0] as Draft), recordedAt: moment('2026-03-01') }], competent.slice(1)],
		],
		[
			'as known before, never employed',
			notRequired,
			[[{ ...(working[0] as Draft), recordedAt: moment('2026-03-01') }], competent.slice(1)],
			'2026-02-25',
		],
		[
			'a round moved to a day of another',
			signOffVoid,
			[competent, round('2026-02-02 17:05', { known: '2026-03-01', instead: 'round-2' })],
		],
		[
			'a round moved to another time of day',
			signOffVoid,
			[competent, round('2026-02-09 08:05', { known: '2026-03-01', instead: 'round-2' })],
		],
		[
			'a corrected last day',
			['competent', 'due-soon', '2026-04-01 00:00'],
			[competent, signsOff('2026-02-20 15:30', '2026-03-31', { known: '2026-03-01', instead: 'sign-off-1' })],
		],
		[
			'a sign-off that was looked at again and stands',
			permits,
			[competent, upholds('2026-03-01', 'sign-off-1', 'round-1')],
		],
		[
			'looking at it again does not mend it',
			signOffVoid,
			[competent, retracts('2026-02-25', 'round-1'), upholds('2026-03-01', 'sign-off-1', 'round-1')],
		],
		[
			'taking back what took something back does not bring it back',
			signOffVoid,
			[competent, { ...retracts('2026-02-25', 'round-1'), id: 'back' }, retracts('2026-02-26', 'back')],
		],
		[
			'entered again after it was taken back, as of then',
			permits,
			[competent, retracts('2026-02-25', 'round-1'), round('2026-02-02 08:10', { known: '2026-02-26' })],
		],
	],
};

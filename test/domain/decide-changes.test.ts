import { expect, test } from 'vitest';
import type { PrivilegeCode } from '../../app/domain/privilege.ts';
import {
	type Asked,
	answer,
	expired,
	later,
	left,
	moduleMissing,
	notRequired,
	paused,
	permits,
	prerequisiteFirst,
	restsOnNothing,
	signOffMissing,
	signOffVoid,
	tableOf,
	withdrawn,
} from './cases.ts';
import {
	assess,
	competent,
	elmCourt,
	firstSignOff,
	learned,
	leaves,
	lifts,
	moment,
	oral,
	pauses,
	policyWith,
	privilegeOf,
	retracts,
	round,
	rulesWith,
	signsOff,
	starts,
	watched,
	withdraws,
	working,
} from './support.ts';

/** Every answer that `decide` can give today once something stops, takes back or outdates what was there. */

// Pauses
const pausedOnce = pauses('2026-03-01', { id: 'pause-1' });
const pausedTwice = pauses('2026-03-01', { id: 'pause-2' });
const pausedForAll = pauses('2026-03-01', { id: 'all', privilege: null });
const lifted = lifts('2026-03-02 09:00', 'pause-1');
tableOf([
	['paused for this privilege', paused, [competent, pausedOnce]],
	['the minute before the pause', permits, [competent, pausedOnce], '2026-03-01 11:59'],
	['the minute of the pause', paused, [competent, pausedOnce], '2026-03-01 12:00'],
	['a pause does not end by itself', paused, [competent, pausedOnce], '2026-12-01'],
	['paused for all privileges', paused, [competent, pauses('2026-03-01', { privilege: null })]],
	[
		'paused for all privileges at all sites',
		paused,
		[competent, pauses('2026-03-01', { privilege: null, site: null })],
	],
	['paused for another privilege', permits, [competent, pauses('2026-03-01', { privilege: 'prompt' })]],
	['paused at another site', permits, [competent, pauses('2026-03-01', { site: elmCourt })]],
	['paused while still in training', paused, [learned, pausedOnce]],
	['paused, and the sign-off ran out meanwhile', paused, [competent, pausedOnce], '2027-05-01'],
	['paused and left', left, [competent, pausedOnce, leaves('2026-03-01', '2026-03-01')]],
	['lifted', permits, [competent, pausedOnce, lifted]],
	['the minute before it is lifted', paused, [competent, pausedOnce, lifted], '2026-03-02 08:59'],
	['lifted after the sign-off ran out', expired, [competent, pausedOnce, lifts('2027-04-01', 'pause-1')], '2027-05-01'],
	['two pauses, one lifted', paused, [competent, pausedOnce, pausedTwice, lifted]],
	['two pauses, both lifted', permits, [competent, pausedOnce, pausedTwice, lifted, lifts(later, 'pause-2')]],
	['lifted, then paused again', paused, [competent, pausedOnce, lifted, pauses('2026-03-02 09:30')]],
	['a lifting of some other pause', paused, [competent, pausedOnce, lifts('2026-03-02 09:00', 'another')]],
	['a pause for all, lifted for this privilege only', permits, [competent, pausedForAll, lifts(later, 'all')]],
	[
		'a pause for all, lifted for another only',
		paused,
		[competent, pausedForAll, lifts(later, 'all', { privilege: 'prompt' })],
	],
	['a lifting at another site lifts nothing here', paused, [competent, pausedOnce, { ...lifted, siteId: elmCourt }]],
	['a pause entered in error', permits, [competent, pausedOnce, retracts('2026-03-01 13:00', 'pause-1')]],
	[
		'a lifting entered in error',
		paused,
		[competent, pausedOnce, { ...lifted, id: 'lifting' }, retracts(later, 'lifting')],
	],
]);

// Withdrawals
const withdrawal = withdraws('2026-03-01');
const again = [round('2026-03-10'), round('2026-03-11'), round('2026-03-12 20:00')];
const inOneInstant = [
	withdraws('2026-03-01', { privilege: 'prompt' }),
	signsOff('2026-03-01', '2027-03-01', { privilege: 'prompt' }),
];
const signedAgain = signsOff('2026-03-13', '2027-03-13');
tableOf([
	['withdrawn', withdrawn, [competent, withdrawal]],
	['the minute before the withdrawal', permits, [competent, withdrawal], '2026-03-01 11:59'],
	['a withdrawal comes before a pause', withdrawn, [competent, pausedOnce, withdrawal]],
	['withdrawn at another site', permits, [competent, withdraws('2026-03-01', { site: elmCourt })]],
	['withdrawn for another privilege', permits, [competent, withdraws('2026-03-01', { privilege: 'prompt' })]],
	['withdrawn provider-wide', withdrawn, [competent, withdraws('2026-03-01', { site: null })]],
	['withdrawn, then signed off on the old rounds', signOffVoid, [competent, withdrawal, signsOff(later, '2027-03-02')]],
	['withdrawn, then watched again', withdrawn, [competent, withdrawal, again], '2026-03-20'],
	['withdrawn, then new rounds and a sign-off', permits, [competent, withdrawal, again, signedAgain], '2026-03-20'],
	[
		'withdrawn, signed off again, paused',
		paused,
		[competent, withdrawal, again, signedAgain, pauses('2026-03-14')],
		'2026-03-20',
	],
	['withdrawn twice', withdrawn, [competent, withdrawal, again, signedAgain, withdraws('2026-03-15')], '2026-03-20'],
	['a withdrawal entered in error', permits, [competent, { ...withdrawal, id: 'wrong' }, retracts(later, 'wrong')]],
	[
		'a sign-off and a withdrawal in one instant',
		withdrawn,
		[competent, again, signedAgain, withdraws('2026-03-13')],
		'2026-03-20',
	],
	['a withdrawal and a sign-off in one instant', permits, [learned, inOneInstant], later, { privilege: 'prompt' }],
	['withdrawn before anything else', withdrawn, [working, withdrawal]],
]);

// Taken back
const roundTakenBack = retracts('2026-03-01', 'round-2');
const instead = (given: { by?: string; passed?: boolean }) =>
	round('2026-02-09 17:05', { known: '2026-03-01', instead: 'round-2', ...given });
tableOf([
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
		signOffVoid,
		[competent, roundTakenBack, round('2026-03-01 17:00')],
	],
	[
		'a retracted round, replaced and signed off again',
		permits,
		[competent, roundTakenBack, round('2026-03-01 17:00'), signsOff(later, '2027-03-02')],
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
]);

// What rests on something else
const assessor = [starts('2026-01-05 09:00', { role: 'senior' }), ...competent.slice(1)];
const mayAssess = [...assessor, signsOff('2026-02-21', '2028-02-21', { privilege: 'assess', id: 'assess-1' })];
const asAssessor: Asked = { privilege: 'assess' };
const onlyAssess = rulesWith(policyWith(), [assess]);
tableOf([
	['an assessor who is competent', permits, [mayAssess], later, asAssessor],
	['competent, but not signed off to assess', ['sign_off_missing', 'not-started'], [assessor], later, asAssessor],
	['a carer is not asked to assess', notRequired, [competent], later, asAssessor],
	[
		'to be an assessor, not competent yet',
		prerequisiteFirst,
		[starts('2026-01-05', { role: 'senior' })],
		later,
		asAssessor,
	],
	['what it rests on is paused', restsOnNothing, [mayAssess, pausedOnce], later, asAssessor],
	['what it rests on is paused and lifted', permits, [mayAssess, pausedOnce, lifted], later, asAssessor],
	['what it rests on is withdrawn', restsOnNothing, [mayAssess, withdrawal], later, asAssessor],
	['what it rests on loses a round', restsOnNothing, [mayAssess, roundTakenBack], later, asAssessor],
	['what it rests on has run out', restsOnNothing, [mayAssess], '2027-02-21 00:00', asAssessor],
	['what it rests on is due, itself it is not', permits, [mayAssess], '2027-02-20 23:59', asAssessor],
	[
		'what it rests on was renewed',
		permits,
		[mayAssess, signsOff('2026-07-01', '2027-12-31')],
		'2027-06-01',
		asAssessor,
	],
	['itself paused', paused, [mayAssess, pauses('2026-03-01', { privilege: 'assess' })], later, asAssessor],
	['itself withdrawn leaves what it rests on', permits, [mayAssess, withdraws('2026-03-01', { privilege: 'assess' })]],
	['what it rests on is not among the rules', restsOnNothing, [mayAssess], later, { ...asAssessor, rules: onlyAssess }],
]);

const upon = (privilege: PrivilegeCode) => ({ kind: 'prerequisite' as const, privilege });
const signed = { kind: 'sign-off' as const, by: ['manager' as const] };
const loop = rulesWith(policyWith(), [
	privilegeOf('audit-mar', [upon('review-incident'), signed]),
	privilegeOf('review-incident', [upon('audit-mar'), signed]),
	privilegeOf('transcribe-mar', [upon('transcribe-mar'), signed]),
]);
const looped = (privilege: PrivilegeCode): Asked => ({ privilege, rules: loop });
const onItself = signsOff('2026-02-01', '2027-02-01', { privilege: 'transcribe-mar' });
const bothSigned = [
	...working,
	signsOff('2026-02-01', '2027-02-01', { privilege: 'audit-mar' }),
	signsOff('2026-02-01', '2027-02-01', { privilege: 'review-incident' }),
];
tableOf([
	['two that rest on each other, nothing signed', prerequisiteFirst, [working], later, looped('audit-mar')],
	['two that rest on each other, both signed', restsOnNothing, [bothSigned], later, looped('audit-mar')],
	['and the other way round', restsOnNothing, [bothSigned], later, looped('review-incident')],
	['a privilege that rests on itself', restsOnNothing, [bothSigned, onItself], later, looped('transcribe-mar')],
]);

// Two clocks
const lateSignOff = [...watched, signsOff('2026-02-20 15:30', '2027-02-20', { known: '2026-02-25 09:00' })];
const latePause = [...competent, pauses('2026-03-01', { known: '2026-03-05 09:00', id: 'late' })];
const corrected = [...competent, retracts('2026-03-05 09:00', 'round-2')];
tableOf([
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
	['superseded later: as known now it did not', signOffVoid, [corrected], '2026-03-02', { known: '2026-03-05 09:00' }],
	['what is known today, asked about tomorrow', expired, [competent], '2027-02-21', { known: '2026-02-20 15:30' }],
]);

// A sign-off is held to what was asked when it was made
const moreRounds = policyWith({ observation: { passes: 4 } });
const rememberingPolicy = {
	...rulesWith({ ...moreRounds, version: 'test-2' }),
	earlier: { policies: new Map([['test-1', policyWith()]]), privileges: new Map() },
};
const harder = privilegeOf('administer-oral', [
	{ kind: 'module', module: 'by-mouth', version: 9 },
	...oral.requirements.slice(1),
]);
const forgetting = rulesWith(policyWith(), [harder]);
const versioned = [...watched, { ...firstSignOff, contentVersionId: 'oral-1' }];
const rememberingPrivilege = {
	...forgetting,
	earlier: { policies: new Map(), privileges: new Map([['oral-1', oral]]) },
};
tableOf([
	['policy asks for more since, the earlier one is known', permits, [competent], later, { rules: rememberingPolicy }],
	[
		'policy asks for more since, the earlier one is forgotten',
		signOffVoid,
		[competent],
		later,
		{ rules: rulesWith(moreRounds) },
	],
	['the module is newer since, the earlier one is known', permits, [versioned], later, { rules: rememberingPrivilege }],
	['the module is newer since, the earlier one is forgotten', moduleMissing, [versioned], later, { rules: forgetting }],
	['somebody new is held to the newer module', moduleMissing, [learned], later, { rules: rememberingPrivilege }],
]);

const unseen = (when: string) => round(when, { results: { 'sees-it-swallowed': 'not-seen', 'keeps-keys': 'yes' } });

test('a permit says until when: the end of the last day', () => {
	const decision = answer([competent], later);
	expect(decision.validUntil).toEqual(moment('2027-02-21T00:00:00Z'));
	expect(decision.changesAt).toEqual(moment('2026-08-03 00:00'));
	expect(answer([competent], '2026-11-01').changesAt).toEqual(moment('2026-12-22 00:00'));
});

test('a permit ends with the last day at work where that is sooner', () => {
	const decision = answer([competent, leaves('2026-03-01', '2026-03-31')], later);
	expect(decision.validUntil).toEqual(moment('2026-03-31T23:00:00Z'));
});

test('a permit does not end with one of two places of work, but with the last of them', () => {
	const both = [starts('2026-01-05 09:00', { site: null }), competent, leaves('2026-03-01', '2026-03-31')];
	expect(answer(both).validUntil).toEqual(moment('2027-02-21T00:00:00Z'));
	const later = leaves('2026-03-01', '2026-06-30', { site: null });
	const sooner = leaves('2026-03-01', '2026-03-31');
	expect(answer([starts('2026-01-05 09:00', { site: null }), competent, sooner, later]).validUntil).toEqual(
		moment('2026-06-30T23:00:00Z'),
	);
});

test('a permit ends with what it rests on where that is sooner', () => {
	expect(answer([mayAssess], later, asAssessor).validUntil).toEqual(moment('2027-02-21T00:00:00Z'));
});

test('a refusal has no end', () => {
	expect(answer([competent, pausedOnce], later).validUntil).toBeNull();
	expect(answer([competent], '2027-05-01').validUntil).toBeNull();
});

test('a decision names the evidence that settled it', () => {
	expect(answer([competent], later).evidence).toEqual(['sign-off-1', 'round-1', 'round-2', 'round-3']);
	expect(answer([competent, pausedOnce], later).evidence).toEqual(['pause-1']);
	expect(answer([competent], '2027-05-01').evidence).toEqual(['sign-off-1']);
	expect(answer([], later).evidence).toEqual([]);
});

test('a decision names the policy it was made with', () => {
	expect(answer([competent], later).policyVersion).toBe('test-1');
});

test('progress counts what is done, what is short and what nobody has seen', () => {
	const { progress } = answer([learned, unseen('2026-02-02'), unseen('2026-02-03')], later);
	expect(progress.map((each) => [each.requirement.kind, each.met, each.done, each.of])).toEqual([
		['module', true, 1, 1],
		['quiz', true, 1, 1],
		['observation', false, 2, 3],
		['sign-off', false, 0, 1],
	]);
	expect(progress[2]?.outstanding).toEqual(['sees-it-swallowed']);
	expect(progress[2]?.short).toEqual({ dates: 1, timesOfDay: 1, assessors: 0 });
});

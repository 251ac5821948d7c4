import { expect, test } from 'vitest';
import {
	answer,
	elsewhere,
	expired,
	later,
	left,
	moduleMissing,
	notRequired,
	notStarted,
	permits,
	permitsDue,
	quizMissing,
	roundsShort,
	signOffMissing,
	signOffVoid,
	tableOf,
	unknown,
} from './cases.ts';
import {
	competent,
	type Draft,
	elmCourt,
	firstSignOff,
	learned,
	leaves,
	moment,
	oral,
	policyWith,
	reads,
	retracts,
	round,
	rulesWith,
	signsOff,
	sitsQuiz,
	starts,
	threeRounds,
	watched,
	working,
} from './support.ts';

/** Every answer that `decide` can give today, from the first day at work to the end of a sign-off. */

// Who works where
const onlyOral = rulesWith(policyWith(), [oral]);
const everywhere = [starts('2026-01-05', { site: null }), ...competent.slice(1)];
const notice = leaves('2026-03-01', '2026-03-31');
const noticeEverywhere = leaves('2026-03-01', '2026-03-31', { site: null });
const gone = leaves('2026-03-01', '2026-03-02');
const startsElm = starts('2026-01-05', { site: elmCourt });
const leavesElm = leaves('2026-03-01', '2026-03-02', { site: elmCourt });
const asAdministrator = starts('2026-01-05', { role: 'administrator' });
const read = reads('2026-01-12');
const passed = sitsQuiz('2026-01-13');
const notPassed = sitsQuiz('2026-01-13', false);

tableOf([
	['nothing is known of the person', notRequired, []],
	['a privilege that the rules do not have', unknown, [competent], later, { privilege: 'prompt', rules: onlyOral }],
	['an unknown privilege comes before never employed', unknown, [], later, { privilege: 'administer-insulin' }],
	['signed off but never employed', notRequired, [threeRounds, firstSignOff]],
	['employed at another site only', elsewhere, [competent], later, { site: elmCourt }],
	['a site nobody has heard of', elsewhere, [competent], later, { site: 'nowhere' }],
	['works provider-wide: asked at a site without rounds', roundsShort, [everywhere], later, { site: elmCourt }],
	['works provider-wide: asked where signed off', permits, [everywhere]],
	['the minute before work begins', notRequired, [starts('2026-01-05 09:00'), learned.slice(1)], '2026-01-05 08:59'],
	['the minute work begins', notStarted, [starts('2026-01-05 09:00')], '2026-01-05 09:00'],
	['notice given, the last day is not here yet', permits, [competent, notice], '2026-03-20'],
	['the last minute of the last day at work, in summer time', permits, [competent, notice], '2026-03-31 23:59'],
	['the minute after the last day at work', left, [competent, notice], '2026-04-01 00:00'],
	['left with no notice: still today', permits, [competent, leaves(later, '2026-03-02')], '2026-03-02 23:59'],
	['left, with a last day in the past', left, [competent, leaves(later, '2026-03-01')]],
	['left long ago', left, [competent, notice], '2026-12-01'],
	['left everywhere, asked at another site', left, [competent, noticeEverywhere], '2026-12-01', { site: elmCourt }],
	['left provider-wide ends work at one site', left, [competent, noticeEverywhere], '2026-04-02'],
	['left Elm Court, works on at Rose House', permits, [startsElm, competent, leavesElm], '2026-04-02'],
	['left Elm Court, asked there', left, [startsElm, competent, leavesElm], '2026-04-02', { site: elmCourt }],
	['left Rose House, still provider-wide', permits, [everywhere, gone], '2026-04-02'],
	['left and came back', permits, [competent, gone, starts('2026-03-20')], '2026-04-02'],
	[
		'left, and the leaving was entered in error',
		permits,
		[competent, { ...gone, id: 'gone' }, retracts('2026-03-03', 'gone')],
		'2026-04-02',
	],
	['employed, in a role that the privilege is not for', notRequired, [asAdministrator]],
	['one of two roles is enough', notStarted, [asAdministrator, working]],
	['in a role that it is not for, but learning it', quizMissing, [asAdministrator, read]],
]);

// Learning
tableOf([
	['nothing read yet', notStarted, [working]],
	['another module was read', notStarted, [working, reads('2026-01-12', { module: 'something-else' })]],
	['an older version of the module was read', notStarted, [working, reads('2026-01-12', { version: 1 })]],
	['a newer version of the module was read', quizMissing, [working, reads('2026-01-12', { version: 3 })]],
	['the quiz was passed before the module was read', moduleMissing, [working, sitsQuiz('2026-01-12')]],
	['read, the quiz not sat', quizMissing, [working, read]],
	['read, the quiz not passed', quizMissing, [working, read, notPassed]],
	['another quiz was passed', quizMissing, [working, read, sitsQuiz('2026-01-13', true, { quiz: 'other' })]],
	['the quiz not passed, then passed', roundsShort, [working, read, notPassed, sitsQuiz('2026-01-14')]],
	['the quiz passed, then sat again and not passed', roundsShort, [learned, sitsQuiz('2026-01-20', false)]],
	[
		'the passed quiz was taken back',
		quizMissing,
		[working, read, { ...passed, id: 'quiz' }, retracts('2026-01-20', 'quiz')],
	],
	['what was learned before work began counts', roundsShort, [reads('2026-01-01'), sitsQuiz('2026-01-02'), working]],
	['watched before anything was learned', moduleMissing, [working, threeRounds]],
	['a requirement nobody has begun stands first', moduleMissing, [working, threeRounds, sitsQuiz('2026-02-17')]],
]);

// Rounds
const twoAssessors = { rules: rulesWith(policyWith({ observation: { assessors: 2 } })) };
const notConsecutive = { rules: rulesWith(policyWith({ observation: { consecutive: false } })) };
const [one, two, three] = threeRounds as [Draft, Draft, Draft];
const missedIt = (when: string) => round(when, { passed: false });
const unseen = (when: string) => round(when, { results: { 'sees-it-swallowed': 'not-seen', 'keeps-keys': 'yes' } });
const neverSeen = [unseen('2026-02-02'), unseen('2026-02-09'), unseen('2026-02-16 20:00')];
const aroundMidnight = [round('2026-07-01T23:30:00Z'), round('2026-07-02T12:00:00Z'), round('2026-07-03T12:00:00Z')];
const lateEvenings = [round('2026-07-01T22:30:00Z'), round('2026-07-01T23:30:00Z'), round('2026-07-03T12:00:00Z')];
tableOf([
	['no round yet', roundsShort, [learned]],
	['one round', roundsShort, [learned, one]],
	['two rounds', roundsShort, [learned, one, two]],
	['three rounds', signOffMissing, [learned, one, two, three]],
	['more rounds than asked', signOffMissing, [watched, round('2026-02-18 12:00')]],
	['three rounds on two dates', roundsShort, [learned, one, two, round('2026-02-09 21:00')]],
	['three rounds on two local dates that are three in UTC', roundsShort, [learned, aroundMidnight], '2026-07-10'],
	['three rounds on three local dates that are two in UTC', signOffMissing, [learned, lateEvenings], '2026-07-10'],
	['three rounds at one time of day', roundsShort, [learned, one, three, round('2026-02-17 09:00')]],
	['three rounds by one assessor, one is asked', signOffMissing, [learned, one, three, round('2026-02-17 18:00')]],
	[
		'three rounds by one assessor, two are asked',
		roundsShort,
		[learned, one, three, round('2026-02-17 18:00')],
		later,
		twoAssessors,
	],
	['three rounds by two assessors, two are asked', signOffMissing, [watched], later, twoAssessors],
	['a round with another checklist', roundsShort, [learned, one, two, round('2026-02-16', { checklist: 'topical' })]],
	[
		'a round for another privilege',
		roundsShort,
		[learned, one, two, round('2026-02-16', { privilege: 'administer-prn' })],
	],
	['a round at another site', roundsShort, [learned, one, two, round('2026-02-16', { site: elmCourt })]],
	['a failed round resets the count', roundsShort, [learned, one, two, missedIt('2026-02-12'), three]],
	[
		'a failed round does not, where policy says so',
		signOffMissing,
		[learned, one, two, missedIt('2026-02-12'), three],
		later,
		notConsecutive,
	],
	[
		'a failed round never counts as one',
		roundsShort,
		[learned, one, two, missedIt('2026-02-16')],
		later,
		notConsecutive,
	],
	['a failed round after three', roundsShort, [watched, missedIt('2026-02-17')]],
	['a failed round, then three more', signOffMissing, [learned, missedIt('2026-02-01'), threeRounds]],
	[
		'a failed round that was entered in error',
		signOffMissing,
		[watched, { ...missedIt('2026-02-17'), id: 'wrong' }, retracts('2026-02-18', 'wrong')],
	],
	['a failed round at another site', signOffMissing, [watched, { ...missedIt('2026-02-17'), siteId: elmCourt }]],
	['a critical line nobody has seen', roundsShort, [learned, neverSeen]],
	['not seen at first, met later', signOffMissing, [learned, neverSeen.slice(0, 2), round('2026-02-16 20:00')]],
	['met at first, not seen in another round', signOffMissing, [learned, round('2026-02-02'), neverSeen.slice(1)]],
	['not seen in three, met in a fourth', signOffMissing, [learned, neverSeen, round('2026-02-17')]],
	['met only before a failed round', roundsShort, [learned, round('2026-01-20'), missedIt('2026-01-21'), neverSeen]],
	['the last minute at which the oldest round counts', signOffMissing, [watched], '2026-08-02 23:59'],
	['the minute after: the oldest round is too old', roundsShort, [watched], '2026-08-03 00:00'],
	['all rounds too old', roundsShort, [watched], '2026-12-01'],
]);

// Sign-off, due and end
const until = (lastDay: string) => [...watched, signsOff('2026-02-20 15:30', lastDay)];
const renewal = [round('2027-03-01'), round('2027-03-02'), round('2027-03-03 20:00')];
const resigned = signsOff('2027-03-04', '2028-03-04');
tableOf([
	['watched, the sign-off is missing', signOffMissing, [watched]],
	['the minute before the sign-off', signOffMissing, [competent], '2026-02-20 15:29'],
	['the minute of the sign-off', permits, [competent], '2026-02-20 15:30'],
	['signed off for another privilege', signOffMissing, [watched, { ...firstSignOff, privilege: 'prompt' }]],
	['signed off at another site', signOffMissing, [watched, { ...firstSignOff, siteId: elmCourt }]],
	['signed off provider-wide', permits, [watched, { ...firstSignOff, siteId: null }]],
	['signed off without rounds', signOffVoid, [learned, firstSignOff]],
	['signed off before the last round', signOffVoid, [learned, one, two, firstSignOff, round('2026-02-21')]],
	['the rounds are too old now, they were not at the sign-off', permits, [competent], '2026-12-01'],
	['a failed round after the sign-off leaves it standing', permits, [competent, missedIt('2026-02-25')]],
	['signed off again, the newer last day holds', permitsDue, [competent, signsOff(later, '2027-03-02')], '2027-02-25'],
	['the minute before it is due soon', permits, [competent], '2026-12-21 23:59'],
	['the first minute it is due soon', permitsDue, [competent], '2026-12-22 00:00'],
	['the first minute it is due soon, in summer time', permitsDue, [until('2027-09-01')], '2027-07-02T23:00:00Z'],
	['the minute before, in summer time', permits, [until('2027-09-01')], '2027-07-02T22:59:00Z'],
	['the last minute of the last day in winter', permitsDue, [competent], '2027-02-20T23:59:00Z'],
	['the minute after it in winter', expired, [competent], '2027-02-21T00:00:00Z'],
	['the last minute of the last day in summer', permitsDue, [until('2027-07-15')], '2027-07-15T22:59:00Z'],
	['the minute after it in summer', expired, [until('2027-07-15')], '2027-07-15T23:00:00Z'],
	['the last day is the one before the clocks go forward', permitsDue, [until('2027-03-27')], '2027-03-27T23:59:00Z'],
	['and is over at midnight, still winter time', expired, [until('2027-03-27')], '2027-03-28T00:00:00Z'],
	['the last day is the one the clocks go forward', permitsDue, [until('2027-03-28')], '2027-03-28T22:59:00Z'],
	['and is over after 23 hours', expired, [until('2027-03-28')], '2027-03-28T23:00:00Z'],
	['the last day is the one before the clocks go back', permitsDue, [until('2027-10-30')], '2027-10-30T22:59:00Z'],
	['and is over at midnight, still summer time', expired, [until('2027-10-30')], '2027-10-30T23:00:00Z'],
	['the last day is the one the clocks go back', permitsDue, [until('2027-10-31')], '2027-10-31T23:59:00Z'],
	['and is over after 25 hours', expired, [until('2027-10-31')], '2027-11-01T00:00:00Z'],
	['expired long ago', expired, [competent], '2029-01-01'],
	['expired, watched again, not signed off again', expired, [competent, renewal], '2027-03-10'],
	['expired, watched and signed off again', permits, [competent, renewal, resigned], '2027-03-10'],
	['left before the sign-off ends', left, [competent, leaves('2026-05-01', '2026-05-31')], '2027-03-10'],
]);

// Design.md section 7: once a leaving is committed, no later answer permits.
test('an earlier last day given later holds: dismissed during notice', () => {
	const facts = [competent, notice, leaves('2026-03-10 09:00', '2026-03-10')];
	expect(answer(facts, '2026-03-11 00:00').code).toBe('left');
});

// `changesAt` promises the next instant at which anything may change.
test('changesAt names the end of one of two roles', () => {
	const facts = [starts('2026-01-05 09:00'), starts('2026-01-05 09:00', { role: 'administrator', site: null }), notice];
	expect(answer(facts, '2026-03-31 12:00').standing).toBe('not-started');
	expect(answer(facts, '2026-04-01 12:00').standing).toBe('not-required');
	expect(answer(facts, '2026-03-31 12:00').changesAt).toEqual(moment('2026-04-01 00:00'));
});

test('changesAt names the end of work at the only other site', () => {
	const facts = [working, notice];
	const atElm = { site: elmCourt };
	expect(answer(facts, '2026-03-31 12:00', atElm).code).toBe('site_induction_missing');
	expect(answer(facts, '2026-04-01 12:00', atElm).code).toBe('left');
	expect(answer(facts, '2026-03-31 12:00', atElm).changesAt).toEqual(moment('2026-04-01 00:00'));
});

// Design.md section 6: left denies. A second leaving speaks of the work that is going on, not of work that is over.
test('notice given at Elm Court does not bring back work at Rose House that ended long ago', () => {
	const leftRose = leaves('2026-03-01', '2026-03-02', { site: null });
	const leavesElmToo = leaves('2026-11-01', '2026-12-31', { site: null });
	const facts = [competent, leftRose, starts('2026-03-20', { site: elmCourt })];
	expect(answer(facts, '2026-11-15').code).toBe('left');
	expect(answer([...facts, leavesElmToo], '2026-11-15').code).toBe('left');
});

test('notice may be made longer while it runs', () => {
	const facts = [competent, notice, leaves('2026-03-20', '2026-04-30')];
	expect(answer(facts, '2026-04-30 23:59').code).toBe('competent');
	expect(answer(facts, '2026-05-01 00:00').code).toBe('left');
});

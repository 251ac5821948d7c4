import { expect, test } from 'vitest';
import { decide, type Rules, type Standing } from '../../app/domain/decide.ts';
import type { PrivilegeCode } from '../../app/domain/privilege.ts';
import type { ReasonCode } from '../../app/domain/reason.ts';
import {
	assess,
	competent,
	type Draft,
	elmCourt,
	firstSignOff,
	history,
	leaves,
	learned,
	lifts,
	moment,
	oral,
	pauses,
	policyWith,
	privilegeOf,
	reads,
	retracts,
	roseHouse,
	round,
	rulesWith,
	signsOff,
	sitsQuiz,
	starts,
	threeRounds,
	watched,
	withdraws,
	working,
} from './support.ts';

/**
 * Every answer that `decide` can give today. A row reads: what the case is, what happened, when it is asked, and the
 * answer with the standing. Only `competent` permits. About Amara, oral medicines and Rose House unless it says so.
 */
type Row = [name: string, facts: (Draft | Draft[])[], when: string, code: ReasonCode, standing: Standing, asked?: Asked];
interface Asked {
	privilege?: PrivilegeCode;
	site?: string;
	known?: string;
	rules?: Rules;
}

function answer(facts: (Draft | Draft[])[], when: string, asked: Asked = {}) {
	const question = { privilege: asked.privilege ?? 'administer-oral', siteId: asked.site ?? roseHouse };
	const at = moment(when);
	return decide(asked.rules ?? rulesWith(), history(...facts), question, at, asked.known ? moment(asked.known) : at);
}

function tableOf(rows: Row[]): void {
	test.each(rows)('%s', (_name, facts, when, code, standing, asked) => {
		const { permit, ...given } = answer(facts, when, asked);
		expect({ permit, code: given.code, standing: given.standing }).toEqual({ permit: code === 'competent', code, standing });
	});
}

const ready = 'ready-to-observe';
const later = '2026-03-02 10:00';

// Who works where
tableOf([
	['nothing is known of the person', [], later, 'not_assessed', 'not-required'],
	['a privilege that the rules do not have', [competent], later, 'unknown_privilege', 'not-required', { privilege: 'prompt', rules: rulesWith(policyWith(), [oral]) }],
	['an unknown privilege comes before never employed', [], later, 'unknown_privilege', 'not-required', { privilege: 'administer-insulin' }],
	['signed off but never employed', [threeRounds, firstSignOff], later, 'not_assessed', 'not-required'],
	['employed at another site only', [competent], later, 'site_induction_missing', 'not-required', { site: elmCourt }],
	['a site nobody has heard of', [competent], later, 'site_induction_missing', 'not-required', { site: 'nowhere' }],
	['provider-wide work counts at every site, the rounds do not', [starts('2026-01-05', { site: null }), competent.slice(1)], later, 'module_missing', 'not-started', { site: elmCourt, privilege: 'prompt', rules: rulesWith(policyWith(), [privilegeOf('prompt', [{ kind: 'module', module: 'other', version: 1 }, { kind: 'sign-off', by: ['manager'] }])]) }],
	['signed off at Rose House, working at both, asked at Elm Court', [starts('2026-01-05', { site: null }), competent.slice(1)], later, 'observations_short', ready, { site: elmCourt }],
	['signed off at Rose House and working provider-wide', [starts('2026-01-05', { site: null }), competent.slice(1)], later, 'competent', 'competent'],
	['the minute before work begins', [starts('2026-01-05 09:00'), learned.slice(1)], '2026-01-05 08:59', 'not_assessed', 'not-required'],
	['the minute work begins', [starts('2026-01-05 09:00')], '2026-01-05 09:00', 'module_missing', 'not-started'],
	['notice given, the last day is not here yet', [competent, leaves('2026-03-01', '2026-03-31')], '2026-03-20', 'competent', 'competent'],
	['the last minute of the last day at work, in summer time', [competent, leaves('2026-03-01', '2026-03-31')], '2026-03-31 23:59', 'competent', 'competent'],
	['the minute after the last day at work', [competent, leaves('2026-03-01', '2026-03-31')], '2026-04-01 00:00', 'left', 'not-required'],
	['left with no notice: still today', [competent, leaves('2026-03-02 09:00', '2026-03-02')], '2026-03-02 09:01', 'competent', 'competent'],
	['left, with a last day in the past', [competent, leaves('2026-03-02 09:00', '2026-03-01')], '2026-03-02 09:00', 'left', 'not-required'],
	['left long ago', [competent, leaves('2026-03-01', '2026-03-31')], '2026-12-01', 'left', 'not-required'],
	['left everywhere, asked at a site never worked at', [competent, leaves('2026-03-01', '2026-03-31', { site: null })], '2026-12-01', 'left', 'not-required', { site: elmCourt }],
	['left provider-wide ends work at one site', [competent, leaves('2026-03-01', '2026-03-31', { site: null })], '2026-04-02', 'left', 'not-required'],
	['left Elm Court, works on at Rose House', [starts('2026-01-05', { site: elmCourt }), competent, leaves('2026-03-01', '2026-03-02', { site: elmCourt })], '2026-04-02', 'competent', 'competent'],
	['left Elm Court, asked there', [starts('2026-01-05', { site: elmCourt }), competent, leaves('2026-03-01', '2026-03-02', { site: elmCourt })], '2026-04-02', 'left', 'not-required', { site: elmCourt }],
	['left Rose House, still provider-wide', [starts('2026-01-05', { site: null }), competent, leaves('2026-03-01', '2026-03-02')], '2026-04-02', 'competent', 'competent'],
	['left and came back', [competent, leaves('2026-03-01', '2026-03-02'), starts('2026-03-20')], '2026-04-02', 'competent', 'competent'],
	['left, and the leaving was entered in error', [competent, leaves('2026-03-01', '2026-03-02', { id: 'leaving' }), retracts('2026-03-03', 'leaving')], '2026-04-02', 'competent', 'competent'],
	['employed, in a role that the privilege is not for', [starts('2026-01-05', { role: 'administrator' })], later, 'not_assessed', 'not-required'],
	['one of two roles is enough', [starts('2026-01-05', { role: 'administrator' }), starts('2026-01-06')], later, 'module_missing', 'not-started'],
	['in a role that it is not for, but learning it', [starts('2026-01-05', { role: 'manager' }), reads('2026-01-12')], later, 'quiz_not_passed', 'in-training'],
]);

// Learning
tableOf([
	['nothing read yet', [working], later, 'module_missing', 'not-started'],
	['another module was read', [working, reads('2026-01-12', { module: 'something-else' })], later, 'module_missing', 'not-started'],
	['an older version of the module was read', [working, reads('2026-01-12', { version: 1 })], later, 'module_missing', 'not-started'],
	['a newer version of the module was read', [working, reads('2026-01-12', { version: 3 })], later, 'quiz_not_passed', 'in-training'],
	['the quiz was passed before the module was read', [working, sitsQuiz('2026-01-12')], later, 'module_missing', 'in-training'],
	['read, the quiz not sat', [working, reads('2026-01-12')], later, 'quiz_not_passed', 'in-training'],
	['read, the quiz not passed', [working, reads('2026-01-12'), sitsQuiz('2026-01-13', false)], later, 'quiz_not_passed', 'in-training'],
	['another quiz was passed', [working, reads('2026-01-12'), sitsQuiz('2026-01-13', true, { quiz: 'other' })], later, 'quiz_not_passed', 'in-training'],
	['the quiz not passed, then passed', [working, reads('2026-01-12'), sitsQuiz('2026-01-13', false), sitsQuiz('2026-01-14')], later, 'observations_short', ready],
	['the quiz passed, then sat again and not passed', [learned, sitsQuiz('2026-01-20', false)], later, 'observations_short', ready],
	['the passed quiz was taken back', [working, reads('2026-01-12'), sitsQuiz('2026-01-13', true, { id: 'quiz' }), retracts('2026-01-20', 'quiz')], later, 'quiz_not_passed', 'in-training'],
	['what was learned before work began counts', [reads('2026-01-01'), sitsQuiz('2026-01-02'), working], later, 'observations_short', ready],
	['watched before anything was learned', [working, threeRounds], later, 'module_missing', 'in-training'],
	['a requirement nobody has begun stands first', [working, threeRounds, sitsQuiz('2026-02-17')], later, 'module_missing', 'in-training'],
]);

// Rounds
const twoAssessors = rulesWith(policyWith({ observation: { assessors: 2 } }));
const notConsecutive = rulesWith(policyWith({ observation: { consecutive: false } }));
const [one, two, three] = threeRounds as [Draft, Draft, Draft];
const missedIt = (when: string) => round(when, { passed: false });
const unseen = (when: string) => round(when, { results: { 'sees-it-swallowed': 'not-seen', 'keeps-keys': 'yes' } });
tableOf([
	['no round yet', [learned], later, 'observations_short', ready],
	['one round', [learned, one], later, 'observations_short', ready],
	['two rounds', [learned, one, two], later, 'observations_short', ready],
	['three rounds', [learned, one, two, three], later, 'sign_off_missing', ready],
	['more rounds than asked', [watched, round('2026-02-18 12:00')], later, 'sign_off_missing', ready],
	['three rounds on two dates', [learned, one, two, round('2026-02-09 21:00')], later, 'observations_short', ready],
	['three rounds on two local dates that are three in UTC', [learned, round('2026-07-01T22:30:00Z'), round('2026-07-01T23:30:00Z'), round('2026-07-02T12:00:00Z')], '2026-07-10', 'observations_short', ready],
	['three rounds at one time of day', [learned, one, three, round('2026-02-17 09:00')], later, 'observations_short', ready],
	['three rounds by one assessor, one is asked', [learned, one, three, round('2026-02-17 18:00')], later, 'sign_off_missing', ready],
	['three rounds by one assessor, two are asked', [learned, one, three, round('2026-02-17 18:00')], later, 'observations_short', ready, { rules: twoAssessors }],
	['three rounds by two assessors, two are asked', [watched], later, 'sign_off_missing', ready, { rules: twoAssessors }],
	['a round with another checklist', [learned, one, two, round('2026-02-16', { checklist: 'topical-round' })], later, 'observations_short', ready],
	['a round for another privilege', [learned, one, two, round('2026-02-16', { privilege: 'administer-prn' })], later, 'observations_short', ready],
	['a round at another site', [learned, one, two, round('2026-02-16', { site: elmCourt })], later, 'observations_short', ready],
	['a failed round resets the count', [learned, one, two, missedIt('2026-02-12'), three], later, 'observations_short', ready],
	['a failed round does not, where policy says so', [learned, one, two, missedIt('2026-02-12'), three], later, 'sign_off_missing', ready, { rules: notConsecutive }],
	['a failed round never counts as one', [learned, one, two, missedIt('2026-02-16')], later, 'observations_short', ready, { rules: notConsecutive }],
	['a failed round after three', [watched, missedIt('2026-02-17')], later, 'observations_short', ready],
	['a failed round, then three more', [learned, missedIt('2026-02-01'), threeRounds], later, 'sign_off_missing', ready],
	['a failed round that was entered in error', [watched, round('2026-02-17', { passed: false, id: 'wrong' }), retracts('2026-02-18', 'wrong')], later, 'sign_off_missing', ready],
	['a failed round at another site does not reset', [watched, round('2026-02-17', { passed: false, site: elmCourt })], later, 'sign_off_missing', ready],
	['a critical line nobody has seen', [learned, unseen('2026-02-02'), unseen('2026-02-09'), unseen('2026-02-16 20:00')], later, 'observations_short', ready],
	['not seen at first, met in another round', [learned, unseen('2026-02-02'), unseen('2026-02-09'), round('2026-02-16 20:00')], later, 'sign_off_missing', ready],
	['met at first, not seen in another round', [learned, round('2026-02-02'), unseen('2026-02-09'), unseen('2026-02-16 20:00')], later, 'sign_off_missing', ready],
	['not seen in three, met in a fourth', [learned, unseen('2026-02-02'), unseen('2026-02-09'), unseen('2026-02-16 20:00'), round('2026-02-17')], later, 'sign_off_missing', ready],
	['met only in a round that a failed one reset', [learned, round('2026-01-20'), missedIt('2026-01-21'), unseen('2026-02-02'), unseen('2026-02-09'), unseen('2026-02-16 20:00')], later, 'observations_short', ready],
	['the last minute at which the oldest round counts', [watched], '2026-08-02 23:59', 'sign_off_missing', ready],
	['the minute after: the oldest round is too old', [watched], '2026-08-03 00:00', 'observations_short', ready],
	['all rounds too old', [watched], '2026-12-01', 'observations_short', ready],
]);

// Sign-off, due and end
const until = (lastDay: string) => [...watched, signsOff('2026-02-20 15:30', lastDay)];
tableOf([
	['watched, the sign-off is missing', [watched], later, 'sign_off_missing', ready],
	['the minute before the sign-off', [competent], '2026-02-20 15:29', 'sign_off_missing', ready],
	['the minute of the sign-off', [competent], '2026-02-20 15:30', 'competent', 'competent'],
	['signed off for another privilege', [watched, signsOff('2026-02-20', '2027-02-20', { privilege: 'prompt' })], later, 'sign_off_missing', ready],
	['signed off at another site', [watched, signsOff('2026-02-20', '2027-02-20', { site: elmCourt })], later, 'sign_off_missing', ready],
	['signed off provider-wide', [watched, signsOff('2026-02-20', '2027-02-20', { site: null })], later, 'competent', 'competent'],
	['signed off without rounds', [learned, firstSignOff], later, 'observations_short', 'in-training'],
	['signed off before the last round', [learned, one, two, signsOff('2026-02-10', '2027-02-10'), three], later, 'observations_short', 'in-training'],
	['the rounds are too old now, they were not at the sign-off', [competent], '2026-12-01', 'competent', 'competent'],
	['a failed round after the sign-off leaves it standing', [competent, missedIt('2026-02-25')], later, 'competent', 'competent'],
	['signed off again, the newer last day holds', [competent, signsOff('2026-03-01', '2027-03-01')], '2027-02-25', 'competent', 'due-soon'],
	['the minute before it is due soon', [competent], '2026-12-21 23:59', 'competent', 'competent'],
	['the first minute it is due soon', [competent], '2026-12-22 00:00', 'competent', 'due-soon'],
	['the first minute it is due soon, in summer time', [until('2027-09-01')], '2027-07-02T23:00:00Z', 'competent', 'due-soon'],
	['the minute before, in summer time', [until('2027-09-01')], '2027-07-02T22:59:00Z', 'competent', 'competent'],
	['the last minute of the last day in winter', [competent], '2027-02-20T23:59:00Z', 'competent', 'due-soon'],
	['the minute after it in winter', [competent], '2027-02-21T00:00:00Z', 'expired', 'expired'],
	['the last minute of the last day in summer', [until('2027-07-15')], '2027-07-15T22:59:00Z', 'competent', 'due-soon'],
	['the minute after it in summer', [until('2027-07-15')], '2027-07-15T23:00:00Z', 'expired', 'expired'],
	['the last day is the day before the clocks go forward', [until('2027-03-27')], '2027-03-27T23:59:00Z', 'competent', 'due-soon'],
	['and is over at midnight, still winter time', [until('2027-03-27')], '2027-03-28T00:00:00Z', 'expired', 'expired'],
	['the last day is the short day on which the clocks go forward', [until('2027-03-28')], '2027-03-28T22:59:00Z', 'competent', 'due-soon'],
	['and is over after 23 hours', [until('2027-03-28')], '2027-03-28T23:00:00Z', 'expired', 'expired'],
	['the last day is the day before the clocks go back', [until('2027-10-30')], '2027-10-30T22:59:00Z', 'competent', 'due-soon'],
	['and is over at midnight, still summer time', [until('2027-10-30')], '2027-10-30T23:00:00Z', 'expired', 'expired'],
	['the last day is the long day on which the clocks go back', [until('2027-10-31')], '2027-10-31T23:59:00Z', 'competent', 'due-soon'],
	['and is over after 25 hours', [until('2027-10-31')], '2027-11-01T00:00:00Z', 'expired', 'expired'],
	['expired long ago', [competent], '2029-01-01', 'expired', 'expired'],
	['expired, watched again, not signed off again', [competent, round('2027-03-01'), round('2027-03-02'), round('2027-03-03 20:00')], '2027-03-10', 'expired', 'expired'],
	['expired, watched and signed off again', [competent, round('2027-03-01'), round('2027-03-02'), round('2027-03-03 20:00'), signsOff('2027-03-04', '2028-03-04')], '2027-03-10', 'competent', 'competent'],
	['left before the sign-off ends', [competent, leaves('2026-05-01', '2026-05-31')], '2027-03-10', 'left', 'not-required'],
]);

// Pauses
const pausedOnce = pauses('2026-03-01', { id: 'pause-1' });
tableOf([
	['paused for this privilege', [competent, pausedOnce], later, 'paused_review', 'paused'],
	['the minute before the pause', [competent, pausedOnce], '2026-03-01 11:59', 'competent', 'competent'],
	['the minute of the pause', [competent, pausedOnce], '2026-03-01 12:00', 'paused_review', 'paused'],
	['a pause does not end by itself', [competent, pausedOnce], '2026-12-01', 'paused_review', 'paused'],
	['paused for all privileges', [competent, pauses('2026-03-01', { privilege: null })], later, 'paused_review', 'paused'],
	['paused for all privileges at all sites', [competent, pauses('2026-03-01', { privilege: null, site: null })], later, 'paused_review', 'paused'],
	['paused for another privilege', [competent, pauses('2026-03-01', { privilege: 'prompt' })], later, 'competent', 'competent'],
	['paused at another site', [competent, pauses('2026-03-01', { site: elmCourt })], later, 'competent', 'competent'],
	['paused while still in training', [learned, pausedOnce], later, 'paused_review', 'paused'],
	['paused, and the sign-off ran out meanwhile', [competent, pausedOnce], '2027-05-01', 'paused_review', 'paused'],
	['paused and left', [competent, pausedOnce, leaves('2026-03-01', '2026-03-01')], later, 'left', 'not-required'],
	['lifted', [competent, pausedOnce, lifts('2026-03-02 09:00', 'pause-1')], later, 'competent', 'competent'],
	['the minute before it is lifted', [competent, pausedOnce, lifts('2026-03-02 09:00', 'pause-1')], '2026-03-02 08:59', 'paused_review', 'paused'],
	['lifted after the sign-off ran out', [competent, pausedOnce, lifts('2027-04-01', 'pause-1')], '2027-05-01', 'expired', 'expired'],
	['two pauses, one lifted', [competent, pausedOnce, pauses('2026-03-01', { id: 'pause-2' }), lifts('2026-03-02 09:00', 'pause-1')], later, 'paused_review', 'paused'],
	['two pauses, both lifted', [competent, pausedOnce, pauses('2026-03-01', { id: 'pause-2' }), lifts('2026-03-02 09:00', 'pause-1'), lifts('2026-03-02 09:05', 'pause-2')], later, 'competent', 'competent'],
	['lifted, then paused again', [competent, pausedOnce, lifts('2026-03-01 13:00', 'pause-1'), pauses('2026-03-02 09:00')], later, 'paused_review', 'paused'],
	['a lifting of some other pause', [competent, pausedOnce, lifts('2026-03-02 09:00', 'another')], later, 'paused_review', 'paused'],
	['a pause for all is lifted for one privilege only: this one', [competent, pauses('2026-03-01', { id: 'all', privilege: null }), lifts('2026-03-02 09:00', 'all')], later, 'competent', 'competent'],
	['a pause for all is lifted for one privilege only: another', [competent, pauses('2026-03-01', { id: 'all', privilege: null }), lifts('2026-03-02 09:00', 'all', { privilege: 'prompt' })], later, 'paused_review', 'paused'],
	['a lifting at another site lifts nothing here', [competent, pausedOnce, lifts('2026-03-02 09:00', 'pause-1', { site: elmCourt })], later, 'paused_review', 'paused'],
	['a pause entered in error', [competent, pausedOnce, retracts('2026-03-01 13:00', 'pause-1')], later, 'competent', 'competent'],
	['a lifting entered in error', [competent, pausedOnce, lifts('2026-03-01 13:00', 'pause-1', { id: 'lifting' }), retracts('2026-03-01 14:00', 'lifting')], later, 'paused_review', 'paused'],
]);

// Withdrawals
const withdrawn = withdraws('2026-03-01');
const again = [round('2026-03-10'), round('2026-03-11'), round('2026-03-12 20:00')];
tableOf([
	['withdrawn', [competent, withdrawn], later, 'withdrawn', 'withdrawn'],
	['the minute before the withdrawal', [competent, withdrawn], '2026-03-01 11:59', 'competent', 'competent'],
	['a withdrawal comes before a pause', [competent, pausedOnce, withdrawn], later, 'withdrawn', 'withdrawn'],
	['withdrawn at another site', [competent, withdraws('2026-03-01', { site: elmCourt })], later, 'competent', 'competent'],
	['withdrawn for another privilege', [competent, withdraws('2026-03-01', { privilege: 'prompt' })], later, 'competent', 'competent'],
	['withdrawn provider-wide', [competent, withdraws('2026-03-01', { site: null })], later, 'withdrawn', 'withdrawn'],
	['withdrawn, then signed off on the old rounds', [competent, withdrawn, signsOff('2026-03-02 09:00', '2027-03-02')], later, 'observations_short', 'in-training'],
	['withdrawn, then watched again', [competent, withdrawn, again], '2026-03-20', 'withdrawn', 'withdrawn'],
	['withdrawn, then new rounds and a sign-off', [competent, withdrawn, again, signsOff('2026-03-13', '2027-03-13')], '2026-03-20', 'competent', 'competent'],
	['withdrawn, signed off again, paused', [competent, withdrawn, again, signsOff('2026-03-13', '2027-03-13'), pauses('2026-03-14')], '2026-03-20', 'paused_review', 'paused'],
	['withdrawn twice', [competent, withdrawn, again, signsOff('2026-03-13', '2027-03-13'), withdraws('2026-03-15')], '2026-03-20', 'withdrawn', 'withdrawn'],
	['a withdrawal entered in error', [competent, withdraws('2026-03-01', { id: 'withdrawal' }), retracts('2026-03-01 13:00', 'withdrawal')], later, 'competent', 'competent'],
	['a sign-off and a withdrawal in the same instant: the later row holds', [competent, again, signsOff('2026-03-13', '2027-03-13'), withdraws('2026-03-13')], '2026-03-20', 'withdrawn', 'withdrawn'],
	['withdrawn before anything else', [working, withdrawn], later, 'withdrawn', 'withdrawn'],
]);

// Taken back
tableOf([
	['a retracted sign-off', [competent, retracts('2026-03-01', 'sign-off-1')], later, 'sign_off_missing', ready],
	['a retracted newer sign-off leaves the older one', [competent, signsOff('2026-03-01 09:00', '2027-03-01', { id: 'newer' }), retracts('2026-03-01 10:00', 'newer')], '2027-02-25', 'expired', 'expired'],
	['a retracted round takes the sign-off with it', [competent, retracts('2026-03-01', 'round-2')], later, 'observations_short', 'in-training'],
	['a retracted round, with another to spare', [learned, threeRounds, round('2026-02-17 12:00'), signsOff('2026-02-20 15:30', '2027-02-20'), retracts('2026-03-01', 'round-2')], later, 'competent', 'competent'],
	['a retracted round, replaced after the sign-off', [competent, retracts('2026-03-01', 'round-2'), round('2026-03-01 17:00')], later, 'observations_short', 'in-training'],
	['a retracted round, replaced and signed off again', [competent, retracts('2026-03-01', 'round-2'), round('2026-03-01 17:00'), signsOff('2026-03-01 18:00', '2027-03-01')], later, 'competent', 'competent'],
	['a corrected round: the same, by another assessor', [competent, round('2026-02-09 17:05', { id: 'right', known: '2026-03-01', by: 'uche', instead: 'round-2' })], later, 'competent', 'competent'],
	['a corrected round that was not passed', [competent, round('2026-02-09 17:05', { known: '2026-03-01', passed: false, instead: 'round-2' })], later, 'observations_short', 'in-training'],
	['a retracted round, and the sign-off has run out: it has run out', [competent, retracts('2026-03-01', 'round-2')], '2027-05-01', 'expired', 'expired'],
	['a round of before the sign-off that was not passed, recorded late', [competent, round('2026-02-19', { known: '2026-03-01', passed: false })], later, 'observations_short', 'in-training'],
	['a retracted employment', [starts('2026-01-05', { id: 'work' }), competent.slice(1), retracts('2026-03-01', 'work')], later, 'not_assessed', 'not-required'],
]);

// What rests on something else
const assessor = [starts('2026-01-05 09:00', { role: 'senior' }), ...competent.slice(1)];
const mayAssess = [...assessor, signsOff('2026-02-21', '2028-02-21', { privilege: 'assess', id: 'assess-1' })];
const asAssessor: Asked = { privilege: 'assess' };
tableOf([
	['an assessor who is competent', [mayAssess], later, 'competent', 'competent', asAssessor],
	['competent, but not signed off to assess', [assessor], later, 'sign_off_missing', 'not-started', asAssessor],
	['a carer is not asked to assess', [competent], later, 'not_assessed', 'not-required', asAssessor],
	['to be an assessor, not competent yet', [starts('2026-01-05', { role: 'senior' })], later, 'prerequisite_missing', 'not-started', asAssessor],
	['what it rests on is paused', [mayAssess, pausedOnce], later, 'prerequisite_missing', 'paused', asAssessor],
	['what it rests on is paused and lifted', [mayAssess, pausedOnce, lifts('2026-03-02 09:00', 'pause-1')], later, 'competent', 'competent', asAssessor],
	['what it rests on is withdrawn', [mayAssess, withdrawn], later, 'prerequisite_missing', 'paused', asAssessor],
	['what it rests on loses a round', [mayAssess, retracts('2026-03-01', 'round-2')], later, 'prerequisite_missing', 'paused', asAssessor],
	['what it rests on has run out', [mayAssess], '2027-02-21 00:00', 'prerequisite_missing', 'paused', asAssessor],
	['what it rests on is due, itself it is not', [mayAssess], '2027-02-20 23:59', 'competent', 'competent', asAssessor],
	['what it rests on was renewed', [mayAssess, signsOff('2026-07-01', '2027-12-31')], '2027-06-01', 'competent', 'competent', asAssessor],
	['itself paused', [mayAssess, pauses('2026-03-01', { privilege: 'assess' })], later, 'paused_review', 'paused', asAssessor],
	['itself withdrawn leaves what it rests on', [mayAssess, withdraws('2026-03-01', { privilege: 'assess' })], later, 'competent', 'competent'],
	['what it rests on is not among the rules', [mayAssess], later, 'prerequisite_missing', 'paused', { privilege: 'assess', rules: rulesWith(policyWith(), [assess]) }],
]);

const upon = (privilege: PrivilegeCode) => ({ kind: 'prerequisite' as const, privilege });
const signed = { kind: 'sign-off' as const, by: ['manager' as const] };
const loop = rulesWith(policyWith(), [
	privilegeOf('audit-mar', [upon('review-incident'), signed]),
	privilegeOf('review-incident', [upon('audit-mar'), signed]),
	privilegeOf('transcribe-mar', [upon('transcribe-mar'), signed]),
]);
const bothSigned = [...working, signsOff('2026-02-01', '2027-02-01', { privilege: 'audit-mar' }), signsOff('2026-02-01', '2027-02-01', { privilege: 'review-incident' })];
tableOf([
	['two privileges that rest on each other, nothing signed', [working], later, 'prerequisite_missing', 'not-started', { privilege: 'audit-mar', rules: loop }],
	['two privileges that rest on each other, both signed', [bothSigned], later, 'prerequisite_missing', 'paused', { privilege: 'audit-mar', rules: loop }],
	['and the other way round', [bothSigned], later, 'prerequisite_missing', 'paused', { privilege: 'review-incident', rules: loop }],
	['a privilege that rests on itself', [working, signsOff('2026-02-01', '2027-02-01', { privilege: 'transcribe-mar' })], later, 'prerequisite_missing', 'paused', { privilege: 'transcribe-mar', rules: loop }],
]);

// Two clocks
const lateSignOff = [...watched, signsOff('2026-02-20 15:30', '2027-02-20', { known: '2026-02-25 09:00' })];
const latePause = [...competent, pauses('2026-03-01', { known: '2026-03-05 09:00', id: 'late' })];
const corrected = [...competent, retracts('2026-03-05 09:00', 'round-2')];
tableOf([
	['a sign-off recorded later is not used before', [lateSignOff], '2026-02-24', 'sign_off_missing', ready],
	['the minute before it is recorded', [lateSignOff], '2026-02-25 08:59', 'sign_off_missing', ready],
	['the minute it is recorded', [lateSignOff], '2026-02-25 09:00', 'competent', 'competent'],
	['the past as we know it now', [lateSignOff], '2026-02-24', 'competent', 'competent', { known: '2026-03-01' }],
	['the past as it was known then', [lateSignOff], '2026-02-24', 'sign_off_missing', ready, { known: '2026-02-24' }],
	['the past, before it happened, as we know it now', [lateSignOff], '2026-02-19', 'sign_off_missing', ready, { known: '2026-03-01' }],
	['a pause recorded late: that day as known then', [latePause], '2026-03-02', 'competent', 'competent', { known: '2026-03-02' }],
	['a pause recorded late: that day as known now', [latePause], '2026-03-02', 'paused_review', 'paused', { known: '2026-03-06' }],
	['observed later than the instant asked about', [competent, pauses('2026-03-10', { known: '2026-03-01' })], later, 'competent', 'competent', { known: '2026-04-01' }],
	['superseded later: as known then it stood', [corrected], '2026-03-02', 'competent', 'competent', { known: '2026-03-05 08:59' }],
	['superseded later: as known now it did not stand', [corrected], '2026-03-02', 'observations_short', 'in-training', { known: '2026-03-05 09:00' }],
	['what is known today, asked about tomorrow', [competent], '2027-02-21', 'expired', 'expired', { known: '2026-02-20 15:30' }],
]);

// A sign-off is held to what was asked when it was made
const moreRounds = policyWith({ observation: { passes: 4 } });
const rememberingPolicy = { ...rulesWith({ ...moreRounds, version: 'test-2' }), earlier: { policies: new Map([['test-1', policyWith()]]), privileges: new Map() } };
const harder = privilegeOf('administer-oral', [{ kind: 'module', module: 'by-mouth', version: 9 }, ...oral.requirements.slice(1)]);
const versioned = [...watched, { ...firstSignOff, contentVersionId: 'oral-1' }];
const rememberingPrivilege = { ...rulesWith(policyWith(), [harder]), earlier: { policies: new Map(), privileges: new Map([['oral-1', oral]]) } };
tableOf([
	['policy asks for more rounds since, and the earlier policy is known', [competent], later, 'competent', 'competent', { rules: rememberingPolicy }],
	['policy asks for more rounds since, and the earlier policy is forgotten', [competent], later, 'observations_short', 'in-training', { rules: rulesWith(moreRounds) }],
	['the module is newer since, and the earlier privilege is known', [versioned], later, 'competent', 'competent', { rules: rememberingPrivilege }],
	['the module is newer since, and the earlier privilege is forgotten', [versioned], later, 'module_missing', 'in-training', { rules: rulesWith(policyWith(), [harder]) }],
	['somebody new is held to the newer module', [learned], later, 'module_missing', 'in-training', { rules: rememberingPrivilege }],
]);

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

// Design.md section 7: "after the commit of a pause, withdrawal or leaving returns, no later answer of any node permits".
test('DEFECT: an earlier last day given later holds: dismissed during notice', () => {
	const facts = [competent, leaves('2026-03-01 09:00', '2026-03-31'), leaves('2026-03-10 09:00', '2026-03-10')];
	expect(answer(facts, '2026-03-11 00:00').code).toBe('left');
});

// `changesAt` promises the next instant at which anything may change. Only the code and the standing are wrong, never a permit.
test('DEFECT: changesAt names the end of one of two roles', () => {
	const facts = [starts('2026-01-05 09:00'), starts('2026-01-05 09:00', { role: 'administrator', site: null }), leaves('2026-03-01', '2026-03-31')];
	expect(answer(facts, '2026-03-31 12:00').standing).toBe('not-started');
	expect(answer(facts, '2026-04-01 12:00').standing).toBe('not-required');
	expect(answer(facts, '2026-03-31 12:00').changesAt).toEqual(moment('2026-04-01 00:00'));
});

test('DEFECT: changesAt names the end of work at the only other site', () => {
	const facts = [working, leaves('2026-03-01', '2026-03-31')];
	const elsewhere = { site: elmCourt };
	expect(answer(facts, '2026-03-31 12:00', elsewhere).code).toBe('site_induction_missing');
	expect(answer(facts, '2026-04-01 12:00', elsewhere).code).toBe('left');
	expect(answer(facts, '2026-03-31 12:00', elsewhere).changesAt).toEqual(moment('2026-04-01 00:00'));
});

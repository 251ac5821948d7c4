import { expect, test } from 'vitest';
import { answer, later } from './cases.ts';
import { competent, elmCourt, learned, leaves, moment, pauses, round, signsOff, starts, working } from './support.ts';

/** What a decision says beside its code and its standing: until when, what changes next, how far somebody is. */

const notice = leaves('2026-03-01', '2026-03-31');
const pausedOnce = pauses('2026-03-01', { id: 'pause-1' });
const mayAssess = [
	starts('2026-01-05 09:00', { role: 'senior' }),
	...competent.slice(1),
	signsOff('2026-02-21', '2028-02-21', { privilege: 'assess', id: 'assess-1' }),
];
const asAssessor = { privilege: 'assess' as const };

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

const unseen = (when: string) =>
	round(when, { results: { 'sees-it-swallowed': 'not-seen', 'keeps-keys': 'yes', 'washes-hands': 'yes' } });

test('a permit says until when: the end of the last day', () => {
	const decision = answer([competent], later);
	expect(decision.validUntil).toEqual(moment('2027-02-21T00:00:00Z'));
	expect(decision.changesAt).toEqual(moment('2026-12-22 00:00'));
	expect(answer([competent], '2026-12-22 00:00').changesAt).toEqual(moment('2027-02-21 00:00'));
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
	expect(progress[2]?.short).toEqual({ dates: 1, timesOfDay: 1, assessors: 0, variants: [], people: 0, doses: 0 });
});

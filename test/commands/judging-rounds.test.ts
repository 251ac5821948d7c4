import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { append, type Fact, fact } from '#app/commands/append.ts';
import { previewRound } from '#app/commands/assessing.ts';
import { judgeRound, listAssessors } from '#app/commands/judging-rounds.ts';
import type { PrivilegeCode } from '#app/domain/privilege.ts';
import { finishedForm } from '#app/domain/round-worth.ts';
import { findRound } from '#db/queries/rounds.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import {
	amara,
	asFairfield,
	ben,
	catalogue,
	cellOf,
	decisionOn,
	fairfield,
	grace,
	margaret,
	memberOf,
	roseHouse,
	storyteller,
	tell,
	tomasz,
} from '../support/demonstration.ts';
import { by, checklist, formWith, hasLearned, oral, sign, start, startedRound } from '../support/rounds.ts';

const records = (db: TestDatabase, facts: readonly Fact[]) =>
	asFairfield(db, (tx) => append(tx, fairfield, catalogue, facts));
const payloadOf = async ({ owner }: TestDatabase, id: string) =>
	(await owner`select payload from evidence where id = ${id}`)[0]?.payload;
const roundsSeen = async (db: TestDatabase, personId = amara) =>
	(await asFairfield(db, (tx) => decisionOn(tx, cellOf(personId)))).progress.find(
		(each) => each.requirement.kind === 'observation',
	);
const pauseOf = (personId: string, parties: string[] = []) =>
	fact({
		id: randomUUID(),
		kind: 'pause',
		...cellOf(personId),
		recordedBy: grace,
		payload: { reason: 'incident-review', reviewOn: '2027-01-01', owner: grace, parties },
	});
const liftOf = (personId: string, pause: string) =>
	fact({
		kind: 'pause-lifted',
		...cellOf(personId),
		recordedBy: grace,
		payload: { pause, asks: 'observation' },
	});
const overrideOf = (personId: string, privilege: PrivilegeCode) =>
	fact({
		kind: 'override',
		...cellOf(personId, privilege),
		recordedBy: grace,
		payload: { until: new Date(Date.now() + 3_600_000).toISOString() } as never,
		note: 'short of people',
	});
const preview = (db: TestDatabase, roundId: string, now = new Date()) =>
	asFairfield(db, async (tx) => {
		const round = await findRound(tx, { providerId: fairfield, assessorId: ben, roundId });
		const form = round && finishedForm(round.form, checklist, catalogue.policy.body as never);
		if (!round || !form) throw new Error('unfinished');
		return previewRound(tx, by(ben), catalogue, { round, form, checklist, now });
	});
const hours = (count: number) => new Date(Date.now() + count * 3_600_000);

test('an override makes nobody an assessor, neither of assessing nor of what is watched', async () => {
	const db = await hasLearned();
	await tell(db, storyteller().learns(memberOf(tomasz), 9, 'assess'));
	await records(db, [overrideOf(tomasz, 'assess')]);
	expect((await asFairfield(db, (tx) => decisionOn(tx, cellOf(tomasz, 'assess')))).permit).toBe(true);
	expect(await start(db, tomasz)).toEqual({ ok: false, why: 'not-an-assessor' });
	const watchers = await asFairfield(db, (tx) => listAssessors(tx, fairfield, catalogue, oral, new Date()));
	expect(watchers.map((each) => each.id)).not.toContain(tomasz);
	expect(watchers.map((each) => each.id)).toEqual(expect.arrayContaining([ben, margaret]));
});

test('nobody is watched on real people before the learning is done', async () => {
	const db = await testDatabase();
	expect(await start(db)).toEqual({ ok: false, why: 'before-learning' });
	expect(await db.owner`select 1 from rounds`).toHaveLength(0);
});

test('a renewal’s round may come before its quiz', async () => {
	const db = await testDatabase();
	expect((await asFairfield(db, (tx) => decisionOn(tx, cellOf(tomasz)))).path).toBe('renewal');
	expect(await start(db, ben, { ...oral, learnerId: tomasz })).toMatchObject({ ok: true });
});

test('learning that is taken back while a round goes on leaves the round uncounted', async () => {
	const db = await hasLearned();
	const roundId = await startedRound(db);
	const [quiz] = await db.owner`select id from evidence where person_id = ${amara} and kind = 'quiz-marked'`;
	await records(db, [
		fact({
			kind: 'retraction',
			personId: amara,
			recordedBy: grace,
			supersedes: quiz?.id,
			payload: {} as never,
			note: 'somebody else sat it',
		}),
	]);
	expect(await sign(db, roundId)).toMatchObject({ ok: true, passed: true });
	expect(await payloadOf(db, roundId)).toMatchObject({ notCounted: 'before-learning' });
	expect(await roundsSeen(db)).toMatchObject({ done: 2 });
});

test('nobody begins a round with somebody who is paused; paused meanwhile, it is kept and does not count', async () => {
	const db = await hasLearned();
	const roundId = await startedRound(db);
	await records(db, [pauseOf(amara)]);
	expect(await start(db)).toEqual({ ok: false, why: 'stopped' });
	expect(await preview(db, roundId)).toMatchObject({ passed: true, notCounted: 'stopped', uncounted: 'stopped' });
	expect(await sign(db, roundId)).toMatchObject({ ok: true, passed: true });
	expect(await payloadOf(db, roundId)).toMatchObject({ notCounted: 'stopped' });
});

test('somebody withdrawn and paused at once is not watched; withdrawn alone, they are: that is the way back', async () => {
	const db = await testDatabase();
	const pair = { ...oral, learnerId: tomasz };
	const pause = pauseOf(tomasz);
	await records(db, [
		fact({ kind: 'withdrawal', ...cellOf(tomasz), recordedBy: grace, payload: {}, note: 'why' }),
		pause,
	]);
	expect(await start(db, ben, pair)).toEqual({ ok: false, why: 'stopped' });
	await records(db, [liftOf(tomasz, pause.id ?? '')]);
	const answer = await start(db, ben, pair);
	expect(answer.ok || answer.why).not.toBe('stopped');
});

test('who leaves while a round goes on still has it on record, a failed one too', async () => {
	const db = await hasLearned();
	const roundId = await startedRound(db, formWith({ 'identifies-in-two-ways': 'no' }));
	const lastDay = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
	await records(db, [fact({ kind: 'employment-ended', personId: amara, recordedBy: grace, payload: { lastDay } })]);
	expect(await sign(db, roundId)).toMatchObject({ ok: true, passed: false });
	expect(await payloadOf(db, roundId)).toMatchObject({ passed: false, notCounted: 'stopped' });
});

test('a party to what a pause is about neither begins the round after it, nor has one counted', async () => {
	const db = await testDatabase();
	const pair = { ...oral, learnerId: tomasz };
	const roundId = await startedRound(db, formWith(), pair);
	const pause = pauseOf(tomasz, [ben]);
	await records(db, [pause]);
	await records(db, [liftOf(tomasz, pause.id ?? '')]);
	expect(await start(db, ben, pair)).toEqual({ ok: false, why: 'party' });
	expect(await start(db, margaret, pair)).toMatchObject({ ok: true });
	expect(await sign(db, roundId)).toMatchObject({ ok: true });
	expect(await payloadOf(db, roundId)).toMatchObject({ notCounted: 'party' });
});

test('a round begun before a pause was lifted does not settle what the lifting asks, and says so before both sign', async () => {
	const db = await testDatabase();
	const pair = { ...oral, learnerId: tomasz };
	const roundId = await startedRound(db, formWith(), pair);
	const pause = pauseOf(tomasz);
	await records(db, [pause]);
	await records(db, [liftOf(tomasz, pause.id ?? '')]);
	expect((await preview(db, roundId)).unsettled.map((each) => each.cause)).toEqual(['pause']);
	await sign(db, roundId);
	const after = () => asFairfield(db, (tx) => decisionOn(tx, cellOf(tomasz)));
	expect(await after()).toMatchObject({ permit: false, code: 'observations_short' });
	const next = await startedRound(db, formWith(), pair);
	expect((await preview(db, next)).unsettled).toEqual([]);
	await sign(db, next);
	expect(await after()).toMatchObject({ permit: true });
});

test('one assessor with two learners at one moment: the one signed second is kept and does not count', async () => {
	const db = await hasLearned();
	const first = await startedRound(db);
	const second = await startedRound(db, formWith(), { ...oral, learnerId: tomasz });
	expect(await sign(db, first)).toMatchObject({ ok: true });
	expect(await payloadOf(db, first)).not.toHaveProperty('notCounted');
	expect(await preview(db, second)).toMatchObject({ uncounted: 'two-learners-at-once' });
	await sign(db, second);
	expect(await payloadOf(db, second)).toMatchObject({ notCounted: 'two-learners-at-once' });
	// One after the other is as it should be.
	const third = await startedRound(db, formWith(), { ...oral, learnerId: tomasz });
	await sign(db, third);
	expect(await payloadOf(db, third)).not.toHaveProperty('notCounted');
});

test('signed at once, of two rounds with two learners one counts', async () => {
	const db = await hasLearned();
	const ids = [await startedRound(db), await startedRound(db, formWith(), { ...oral, learnerId: tomasz })];
	await Promise.all(ids.map((id) => sign(db, id)));
	const kept = await Promise.all(ids.map(async (id) => (await payloadOf(db, id)).notCounted ?? 'counted'));
	expect(kept.sort()).toEqual(['counted', 'two-learners-at-once']);
});

test('opened on Monday and filled in on Thursday, it is a late entry: never said to count, and it does not', async () => {
	const db = await hasLearned();
	const roundId = await startedRound(db, formWith(), oral, hours(-72));
	// Begun by the server's clock, never before what was known then.
	const [row] =
		await db.owner`update rounds set started_at = now() - interval '3 days' where id = ${roundId} returning 1`;
	expect(row).toBeDefined();
	const shown = await preview(db, roundId);
	expect(shown).toMatchObject({ passed: true, late: true });
	expect(shown.uncounted).not.toBeNull();
	expect(await sign(db, roundId)).toMatchObject({ ok: true });
	expect(await roundsSeen(db)).toMatchObject({ done: 2 });
});

test('a form that saw hardly anything is not said to be passed', async () => {
	const db = await hasLearned();
	const unseen = Object.fromEntries(Object.keys(formWith().results).map((line) => [line, 'not-seen' as const]));
	const roundId = await startedRound(db, formWith(unseen));
	expect(await preview(db, roundId)).toMatchObject({ passed: true, uncounted: 'too-little-seen' });
	await sign(db, roundId);
	expect(await roundsSeen(db)).toMatchObject({ done: 2 });
});

test('an assessor found void since records no pass, and what failed all the same', async () => {
	const db = await hasLearned();
	const passed = await startedRound(db);
	const failed = await startedRound(db, formWith({}, { stoppedForSafety: true }));
	const signOffs =
		await db.owner`select id from evidence where person_id = ${ben} and kind = 'sign-off' and privilege = 'assess'`;
	await records(
		db,
		signOffs.map((each) =>
			fact({
				kind: 'retraction',
				...cellOf(ben, 'assess'),
				recordedBy: grace,
				supersedes: each.id,
				payload: {} as never,
				note: 'never made',
			}),
		),
	);
	expect(await sign(db, passed)).toEqual({ ok: false, why: 'not-an-assessor' });
	expect(await sign(db, failed)).toMatchObject({ ok: true, passed: false });
	expect(await payloadOf(db, failed)).toMatchObject({ passed: false, assessorLapsed: true });
});

test('only a nurse watches what nurses delegate, by the role they had when it began', async () => {
	const db = await testDatabase();
	const pair = { learnerId: tomasz, siteId: roseHouse, privilege: 'administer-insulin' as const };
	const story = storyteller();
	const asNurse = { ...memberOf(margaret), role: 'nurse' as const };
	const learned = story.learns(memberOf(tomasz), 20, 'administer-insulin');
	await tell(db, learned);
	for (const watcher of [ben, margaret])
		await tell(db, story.comesCompetent(memberOf(watcher), grace, 30, 'administer-insulin'));
	expect(await start(db, margaret, pair)).toEqual({ ok: false, why: 'wrong-role' });
	await tell(db, [story.starts(asNurse, 10)]);
	expect(await start(db, margaret, pair)).toMatchObject({ ok: true });
	expect(await start(db, ben, pair)).toEqual({ ok: false, why: 'wrong-role' });
});

test('a round as it should be is judged so, with the evidence of its assessor', async () => {
	const db = await hasLearned();
	const roundId = await startedRound(db);
	const round = await asFairfield(db, (tx) => findRound(tx, { providerId: fairfield, assessorId: ben, roundId }));
	if (!round) throw new Error('no round');
	const judged = await asFairfield(db, (tx) => judgeRound(tx, by(ben), catalogue, round, new Date()));
	expect(judged).toMatchObject({ refusal: null, assessorLapsed: false, notCounted: null, unsettled: [] });
	expect(judged.assessorEvidence.length).toBeGreaterThan(1);
});

import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { discardRound, saveRound, signRound } from '#app/commands/assessing.ts';
import type { PrivilegeCode } from '#app/domain/privilege.ts';
import type { TestDatabase } from '../support/database.ts';
import {
	amara,
	asFairfield,
	ben,
	catalogue,
	cellOf,
	decisionOn,
	elmCourt,
	fairfield,
	findingsOf,
	grace,
	personOf,
	roseHouse,
	tomasz,
} from '../support/demonstration.ts';
import { by, checklist, formWith, hasLearned, oral, pin, sign, start, startedRound } from '../support/rounds.ts';

const pauseOf = (personId: string, privilege: PrivilegeCode) =>
	fact({
		kind: 'pause',
		...cellOf(personId, privilege),
		recordedBy: grace,
		payload: { reason: 'other', reviewOn: '2027-01-01', owner: grace },
	});
const pause = (db: TestDatabase, personId: string, privilege: PrivilegeCode = 'administer-oral') =>
	asFairfield(db, (tx) => append(tx, fairfield, catalogue, [pauseOf(personId, privilege)]));

const rounds = ({ owner }: TestDatabase) =>
	owner`select id, payload, recorded_by, person_id, site_id from evidence where kind = 'observation' and person_id = ${amara} order by seq`;
const roundsSeen = async (db: TestDatabase) =>
	(await asFairfield(db, (tx) => decisionOn(tx, cellOf(amara)))).progress.find(
		(each) => each.requirement.kind === 'observation',
	);

test('a competent assessor may assess a colleague, and both PINs make it evidence', async () => {
	const db = await hasLearned();
	expect(await roundsSeen(db)).toMatchObject({ done: 2, met: false });
	const roundId = await startedRound(db, formWith({}, { note: 'Calm and careful' }));
	expect(await sign(db, roundId)).toEqual({ ok: true, passed: true, learnerId: amara });
	const recorded = (await rounds(db)).at(-1);
	expect(recorded).toMatchObject({ id: roundId, recorded_by: ben, site_id: roseHouse });
	expect(recorded?.payload).toMatchObject({
		assessor: ben,
		passed: true,
		missed: [],
		counts: { people: 8, doses: 20, refusals: 0 },
	});
	expect(recorded?.payload.assessorEvidence.length).toBeGreaterThan(1);
	expect(await roundsSeen(db)).toMatchObject({ done: 3, met: true });
	expect(await db.owner`select 1 from rounds`).toHaveLength(0);
	expect(await findingsOf(db)).toEqual([]);
});

test.each<[string, string, typeof oral, string]>([
	['himself', ben, { ...oral, learnerId: ben }, 'yourself'],
	['without being signed off to assess', tomasz, oral, 'not-an-assessor'],
	['as a manager who is no assessor', grace, oral, 'not-an-assessor'],
	['at a site where he is not', ben, { ...oral, siteId: elmCourt }, 'not-an-assessor'],
	['what nobody has described', ben, { ...oral, privilege: 'open-the-safe' as never }, 'no-checklist'],
	['somebody who has left', ben, { ...oral, learnerId: personOf('owen.price') }, 'not-at-this-site'],
	['somebody nobody knows', ben, { ...oral, learnerId: crypto.randomUUID() }, 'not-at-this-site'],
])('nobody may assess %s', async (_, assessor, pair, why) => {
	const db = await hasLearned();
	expect(await start(db, assessor, pair)).toEqual({ ok: false, why });
	expect(await db.owner`select 1 from rounds`).toHaveLength(0);
});

test('a paused assessor may not start a round; one that was started before is recorded and says so', async () => {
	const db = await hasLearned();
	const roundId = await startedRound(db);
	await pause(db, ben);
	expect(await start(db)).toEqual({ ok: false, why: 'not-an-assessor' });
	// What was seen is recorded all the same, and shows that its assessor has lapsed since.
	expect(await sign(db, roundId)).toMatchObject({ ok: true, passed: true });
	expect((await rounds(db)).at(-1)?.payload).toMatchObject({ assessorLapsed: true, passed: true });
	expect(await roundsSeen(db)).toMatchObject({ done: 3 });
});

test('a server whose clock runs behind does not overlook a pause that has just been recorded', async () => {
	const db = await hasLearned();
	const roundId = await startedRound(db);
	await pause(db, ben);
	const behind = new Date(Date.now() - 5000);
	expect(await start(db, ben, oral, behind)).toEqual({ ok: false, why: 'not-an-assessor' });
	expect(await sign(db, roundId, {}, behind)).toMatchObject({ ok: true });
	expect((await rounds(db)).at(-1)?.payload).toMatchObject({ assessorLapsed: true });
});

test('a wrong PIN says whose it was, and records nothing', async () => {
	const db = await hasLearned();
	const roundId = await startedRound(db);
	expect(await sign(db, roundId, { assessor: '000000' })).toEqual({ ok: false, why: 'wrong', whose: 'assessor' });
	expect(await sign(db, roundId, { learner: '000000' })).toEqual({ ok: false, why: 'wrong', whose: 'learner' });
	expect(await rounds(db)).toHaveLength(2);
	expect(await sign(db, roundId)).toMatchObject({ ok: true });
});

test('ten wrong PINs of the learner lock the learner’s, for five minutes', async () => {
	const db = await hasLearned();
	const roundId = await startedRound(db);
	const now = new Date();
	for (let turn = 0; turn < 10; turn += 1)
		expect(await sign(db, roundId, { learner: '000000' }, now)).toMatchObject({ why: 'wrong', whose: 'learner' });
	expect(await sign(db, roundId, {}, now)).toEqual({ ok: false, why: 'too-many', whose: 'learner' });
	expect(await sign(db, roundId, {}, new Date(now.getTime() + 300_000))).toMatchObject({ ok: true });
});

test('signed by several clicks at once it is one observation', async () => {
	const db = await hasLearned();
	const roundId = await startedRound(db);
	const answers = await Promise.all(Array.from({ length: 5 }, () => sign(db, roundId)));
	expect(answers.filter((each) => each.ok)).toHaveLength(1);
	expect(answers.filter((each) => !each.ok && each.why === 'unknown-round')).toHaveLength(4);
	expect(await rounds(db)).toHaveLength(3);
});

test.each<[string, unknown]>([
	['is empty', {}],
	['lacks a line', { ...formWith(), results: Object.fromEntries(Object.entries(formWith().results).slice(1)) }],
	['lacks a count', { ...formWith(), people: '' }],
	['has a count that is none', { ...formWith(), doses: -1 }],
	['says that nobody was there', { ...formWith(), people: 0 }],
	['says that nothing was given', { ...formWith(), doses: 0 }],
	['calls not applicable what always applies', formWith({ 'identifies-in-two-ways': 'not-applicable' })],
])('a form that %s is not signed', async (_, form) => {
	const db = await hasLearned();
	const roundId = await startedRound(db, form);
	expect(await sign(db, roundId)).toEqual({ ok: false, why: 'unfinished' });
	expect(await rounds(db)).toHaveLength(2);
});

test('one critical No fails the round, and the count starts again', async () => {
	const db = await hasLearned();
	const roundId = await startedRound(db, formWith({ 'identifies-in-two-ways': 'no' }));
	expect(await sign(db, roundId)).toEqual({ ok: true, passed: false, learnerId: amara });
	expect((await rounds(db)).at(-1)?.payload).toMatchObject({
		passed: false,
		criticalMissed: ['identifies-in-two-ways'],
	});
	expect(await roundsSeen(db)).toMatchObject({ done: 0, met: false });
	expect(await sign(db, await startedRound(db))).toMatchObject({ ok: true, passed: true });
	expect(await roundsSeen(db)).toMatchObject({ done: 1 });
});

test('stopping for safety fails the round, whatever was ticked, and it is recorded also where nothing was given', async () => {
	const db = await hasLearned();
	const roundId = await startedRound(db, formWith({}, { stoppedForSafety: true, people: 0, doses: 0 }));
	expect(await sign(db, roundId)).toMatchObject({ ok: true, passed: false });
});

test('another assessor can neither fill in, sign nor throw away a round that is not theirs', async () => {
	const db = await hasLearned();
	const roundId = await startedRound(db);
	const margaret = by(personOf('margaret.doyle'));
	await asFairfield(db, (tx) => saveRound(tx, margaret, roundId, {}));
	await asFairfield(db, (tx) => discardRound(tx, margaret, roundId));
	const given = { roundId, assessorSecret: pin, learnerSecret: pin, checklist, now: new Date() };
	expect(await asFairfield(db, (tx) => signRound(tx, margaret, catalogue, given))).toEqual({
		ok: false,
		why: 'unknown-round',
	});
	expect(await sign(db, roundId)).toMatchObject({ ok: true });
});

import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { liftPause, pause } from '#app/commands/authorising.ts';
import type { ChangeAsks } from '#app/domain/content.ts';
import { Facts } from '#app/domain/facts.ts';
import { ageOfPause, openPauses } from '#app/domain/pause.ts';
import { addDays, endOfDay, localDay } from '#app/domain/period.ts';
import type { PauseReason } from '#app/domain/words.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import {
	asFairfield,
	authoriser,
	ben,
	catalogue,
	cellOf,
	decisionOn,
	elmCourt,
	fairfield,
	findingsOf,
	grace,
	roseHouse,
	tell,
} from '../support/demonstration.ts';

const pauses = (
	db: TestDatabase,
	scope: 'privilege' | 'everything',
	{ reason = 'other' as PauseReason, cell = cellOf(ben), id = crypto.randomUUID() as string } = {},
) =>
	asFairfield(db, (tx) => pause(tx, authoriser(grace), catalogue, cell, { id, scope, reason, reviewOn: '2027-01-01' }));
const lifts = (
	db: TestDatabase,
	given: { pauses?: readonly string[]; asks?: ChangeAsks } = {},
	cell = cellOf(ben),
	who = authoriser(grace),
) => asFairfield(db, (tx) => liftPause(tx, who, catalogue, cell, { ...given, note: 'all is well' }));
const standing = (db: TestDatabase, privilege: 'administer-oral' | 'assess' | 'prompt' = 'administer-oral') =>
	asFairfield(db, (tx) => decisionOn(tx, cellOf(ben, privilege)));
const liftings = ({ owner }: TestDatabase) =>
	owner`select privilege, site_id, payload from evidence where kind = 'pause-lifted' and person_id = ${ben} order by seq`;

test('everything at a site is paused by one row, and lifting it gives everything back', async () => {
	const db = await testDatabase();
	const before = await standing(db, 'assess');
	expect(await pauses(db, 'everything')).toEqual({ ok: true });
	for (const privilege of ['administer-oral', 'assess', 'prompt'] as const)
		expect(await standing(db, privilege)).toMatchObject({ permit: false, code: 'paused_review' });
	expect(await db.owner`select privilege, site_id from evidence where kind = 'pause' and person_id = ${ben}`).toEqual([
		{ privilege: null, site_id: roseHouse },
	]);
	expect(await lifts(db)).toEqual({ ok: true });
	expect(await liftings(db)).toMatchObject([{ privilege: null, site_id: roseHouse }]);
	expect(await standing(db, 'assess')).toMatchObject({ permit: before.permit, code: before.code });
	expect(await findingsOf(db)).toEqual([]);
});

test('everything at one site leaves another site as it is', async () => {
	const db = await testDatabase();
	await pauses(db, 'everything', { cell: cellOf(ben, 'administer-oral', elmCourt) });
	expect(await standing(db)).toMatchObject({ permit: true });
	expect(await lifts(db)).toEqual({ ok: true });
	expect(await liftings(db)).toHaveLength(0);
});

test('only the pauses that were shown are lifted: one made since stays', async () => {
	const db = await testDatabase();
	const [seen, unseen] = [crypto.randomUUID(), crypto.randomUUID()];
	await pauses(db, 'privilege', { id: seen });
	await pauses(db, 'everything', { id: unseen });
	expect(await lifts(db, { pauses: [seen] })).toEqual({ ok: true });
	expect(await standing(db)).toMatchObject({ permit: false, code: 'paused_review', evidence: [unseen] });
	expect(await liftings(db)).toMatchObject([{ privilege: 'administer-oral', payload: { pause: seen } }]);
});

test('what is no pause of theirs is not said to be lifted', async () => {
	const db = await testDatabase();
	const [shown, another] = [crypto.randomUUID(), crypto.randomUUID()];
	await pauses(db, 'privilege', { id: shown });
	await pauses(db, 'everything', { id: another, cell: cellOf(ben, 'administer-oral', elmCourt) });
	const unknown = { ok: false, why: 'unknown-pause' };
	expect(await lifts(db, { pauses: [shown, crypto.randomUUID()] })).toEqual(unknown);
	expect(await lifts(db, { pauses: [another] })).toEqual(unknown);
	expect(await liftings(db)).toHaveLength(0);
	expect(await lifts(db, { pauses: [shown] })).toEqual({ ok: true });
	// The same form a second time: it is lifted already.
	expect(await lifts(db, { pauses: [shown] })).toEqual({ ok: true });
	expect(await liftings(db)).toHaveLength(1);
});

test('lifted twice at once, it is lifted once', async () => {
	const db = await testDatabase();
	await pauses(db, 'everything');
	expect(await Promise.all([lifts(db), lifts(db), lifts(db)])).toEqual(Array(3).fill({ ok: true }));
	expect(await liftings(db)).toHaveLength(1);
});

test.each([
	['quiz', 'quiz_not_passed'],
	['observation', 'observations_short'],
	['acknowledge', 'module_missing'],
] as const)('lifted with %s first, the privilege is not given back before that', async (asks, code) => {
	const db = await testDatabase();
	await pauses(db, 'privilege');
	expect(await lifts(db, { asks })).toEqual({ ok: true });
	expect(await liftings(db)).toMatchObject([{ payload: { asks } }]);
	expect(await standing(db)).toMatchObject({ permit: false, code, standing: 'expired' });
});

test('lifting never asks for less than policy says for the reason, and for that much where nothing is chosen', async () => {
	const db = await testDatabase();
	await pauses(db, 'privilege', { reason: 'long-absence' });
	for (const asks of ['nothing', 'acknowledge', 'quiz'] as const)
		expect(await lifts(db, { asks })).toEqual({ ok: false, why: 'asks-too-little' });
	expect(await standing(db)).toMatchObject({ code: 'paused_review' });
	expect(await lifts(db)).toEqual({ ok: true });
	expect(await liftings(db)).toMatchObject([{ payload: { asks: 'observation' } }]);
	expect(await standing(db)).toMatchObject({ permit: false, code: 'observations_short' });
});

test('of two pauses with different reasons the stricter one says what is asked', async () => {
	const db = await testDatabase();
	await pauses(db, 'privilege', { reason: 'other' });
	await pauses(db, 'everything', { reason: 'long-absence' });
	expect(await lifts(db, { asks: 'nothing' })).toEqual({ ok: false, why: 'asks-too-little' });
	expect(await liftings(db)).toHaveLength(0);
});

test('a pause of the whole provider is not lifted by a manager of one site', async () => {
	const db = await testDatabase();
	const payload = { reason: 'other' as const, reviewOn: '2027-01-01', owner: grace };
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [fact({ kind: 'pause', personId: ben, recordedBy: grace, payload })]),
	);
	expect(await lifts(db, {}, cellOf(ben), authoriser(grace, [{ role: 'manager', siteId: roseHouse }]))).toEqual({
		ok: true,
	});
	expect(await standing(db)).toMatchObject({ permit: false, code: 'paused_review' });
	// Whoever manages each of the sites there are may as well: a small provider has nobody above them.
	expect(await lifts(db)).toEqual({ ok: true });
	expect(await standing(db)).toMatchObject({ permit: true });
});

test('a pause is past its review after the day of it, and too long after the longest that policy allows', async () => {
	const db = await testDatabase();
	const observedAt = new Date(Date.now() - 30 * 86_400_000);
	const reviewOn = addDays(localDay(observedAt), 14);
	await tell(db, [
		fact({
			kind: 'pause',
			...cellOf(ben),
			observedAt,
			recordedAt: observedAt,
			recordedBy: grace,
			payload: { reason: 'other', reviewOn, owner: grace },
		}),
	]);
	const theirs = await asFairfield(db, (tx) => listEvidenceOf(tx, { providerId: fairfield, personIds: [ben] }));
	const [open] = openPauses(Facts.from(theirs), cellOf(ben));
	if (!open) throw new Error('nothing is paused');
	const policy = catalogue.policy.body;
	const ageAt = (at: Date) => ageOfPause(open, policy, at);
	const justBefore = (at: Date) => new Date(at.getTime() - 1);
	expect(ageAt(justBefore(endOfDay(reviewOn)))).toBe('in-time');
	expect(ageAt(endOfDay(reviewOn))).toBe('past-review');
	const longest = endOfDay(addDays(localDay(observedAt), 84));
	expect(policy.pause.longest).toBe('P84D');
	expect(ageAt(justBefore(longest))).toBe('past-review');
	expect(ageAt(longest)).toBe('too-long');
});

import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { delegate, listOpenDelegations } from '#app/commands/delegating.ts';
import { endEmployment, startEmployment } from '#app/commands/employing.ts';
import { record, takeBack } from '#app/commands/recording.ts';
import { settleAllTakeovers } from '#app/commands/takeovers.ts';
import { reviewDays } from '#app/domain/delegation.ts';
import { addDays, localDay } from '#app/domain/period.ts';
import { demonstration } from '#db/seed.ts';
import { gateWith, goodAtInsulin, insulin } from '../support/authzen.ts';
import type { TestDatabase } from '../support/database.ts';
import {
	asFairfield,
	authoriser,
	ben,
	catalogue,
	cellOf,
	elmCourt,
	fairfield,
	findingsOf,
	grace,
	margaret,
	personOf,
	roseHouse,
	tell,
	tomasz,
} from '../support/demonstration.ts';
import { question } from '../support/gate.ts';

const today = localDay(new Date());
const person = 'RH-0142';
const cell = cellOf(tomasz, insulin);
const nurse = personOf('danny.hughes');
const asNurse = (personId: string) => authoriser(personId, [{ role: 'nurse', siteId: roseHouse }]);

const delegates = (db: TestDatabase, by = nurse, id: string = crypto.randomUUID()) =>
	asFairfield(db, (tx) =>
		delegate(tx, asNurse(by), catalogue, cell, {
			id,
			person,
			registration: '12A3456E',
			reviewOn: reviewDays(new Date()).usual,
			now: new Date(),
		}),
	);
const leaves = (db: TestDatabase, personId: string, lastDay: string) =>
	asFairfield(db, (tx) => endEmployment(tx, fairfield, catalogue, { personId, lastDay, recordedBy: grace }));
const takeovers = (db: TestDatabase) =>
	db.owner`select person_id, privilege, site_id, payload from evidence where kind = 'delegation-takeover' order by seq`;
const listed = (db: TestDatabase, siteIds = [roseHouse]) =>
	asFairfield(db, (tx) => listOpenDelegations(tx, fairfield, catalogue, siteIds, new Date()));
const looksDaily = (db: TestDatabase, now = new Date()) =>
	asFairfield(db, (tx) => settleAllTakeovers(tx, fairfield, catalogue, now));

/** A home with a nurse, who has handed insulin over to Tomasz for one person. */
async function withNurse() {
	const gate = await gateWith('authzen.plan');
	const { db, ask } = gate;
	await goodAtInsulin(db);
	await tell(db, [
		fact({
			kind: 'employment-started',
			personId: nurse,
			siteId: roseHouse,
			recordedBy: grace,
			observedAt: new Date(Date.now() - 90 * 86_400_000),
			payload: { role: 'nurse', contract: 'permanent' },
		}),
	]);
	expect(await delegates(db)).toEqual({ ok: true });
	const answer = async (day?: string) => {
		const context = { person, ...(day ? { time: `${day}T12:00:00Z` } : {}) };
		const { body } = await ask({ ...question('tomasz.nowak', insulin), context });
		return [body.decision, body.context.code];
	};
	return { db, answer };
}

test('a nurse who leaves leaves a dated takeover: it goes on until then, and then it is over', async () => {
	const { db, answer } = await withNurse();
	const lastDay = addDays(today, 7);
	await leaves(db, nurse, lastDay);
	const by = addDays(lastDay, 14);
	expect(await takeovers(db)).toMatchObject([
		{ person_id: tomasz, privilege: insulin, site_id: roseHouse, payload: { by } },
	]);
	expect(await listed(db)).toMatchObject([{ takeOverBy: by }]);
	expect(await answer()).toEqual([true, 'competent']);
	expect(await answer(by)).toEqual([true, 'competent']);
	expect(await answer(addDays(by, 1))).toEqual([false, 'delegation_missing']);
	expect(await findingsOf(db)).toEqual([]);
});

test('of a leaving that is recorded late, the days to take over begin today', async () => {
	const { db, answer } = await withNurse();
	await leaves(db, nurse, addDays(today, -60));
	expect(await listed(db)).toMatchObject([{ takeOverBy: addDays(today, 14) }]);
	expect(await answer()).toEqual([true, 'competent']);
});

test('another nurse takes it over by delegating it again', async () => {
	const { db, answer } = await withNurse();
	await leaves(db, nurse, today);
	expect(await delegates(db, margaret)).toEqual({ ok: true });
	expect(await listed(db)).toMatchObject([{ takeOverBy: null, delegation: { payload: { delegator: margaret } } }]);
	expect(await answer(addDays(today, 20))).toEqual([true, 'competent']);
});

test('whoever stays a nurse there, or is none of its delegators, opens nothing', async () => {
	const { db } = await withNurse();
	await leaves(db, ben, today);
	expect(await takeovers(db)).toHaveLength(0);
	await asFairfield(db, (tx) =>
		startEmployment(tx, fairfield, catalogue, {
			personId: nurse,
			siteId: null,
			recordedBy: grace,
			role: 'nurse',
			contract: 'bank',
		}),
	);
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({
				kind: 'employment-ended',
				personId: nurse,
				siteId: roseHouse,
				recordedBy: grace,
				payload: { lastDay: today },
			}),
		]),
	);
	expect(await looksDaily(db, new Date(Date.now() + 2 * 86_400_000))).toBe(0);
	expect(await listed(db, [elmCourt])).toEqual([]);
});

const registers = (db: TestDatabase, expiresOn: string, id: string = crypto.randomUUID()) =>
	asFairfield(db, (tx) =>
		record(
			tx,
			authoriser(grace),
			catalogue,
			nurse,
			{ kind: 'nurse-registration', id, note: '', awardedOn: addDays(today, -300), expiresOn },
			new Date(),
		),
	);

test('a registration that runs out opens it by itself, once, and she delegates nothing more until it is renewed', async () => {
	const { db } = await withNurse();
	const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
	expect(await registers(db, addDays(today, 1))).toEqual({ ok: true });
	expect(await looksDaily(db)).toBe(0);
	expect(await looksDaily(db, inDays(3))).toBe(1);
	expect(await looksDaily(db, inDays(4))).toBe(0);
	expect(await listed(db)).toMatchObject([{ takeOverBy: addDays(today, 3 + 14) }]);
	const other = await withNurse();
	expect(await registers(other.db, addDays(today, -1))).toEqual({ ok: true });
	expect(await delegates(other.db)).toEqual({ ok: false, why: 'registration-lapsed' });
	expect(await listed(other.db)).toMatchObject([{ takeOverBy: addDays(today, 14) }]);
	expect(await looksDaily(other.db)).toBe(0);
	expect(await registers(other.db, addDays(today, 300))).toEqual({ ok: true });
	expect(await delegates(other.db)).toEqual({ ok: true });
	expect(await listed(other.db)).toMatchObject([{ takeOverBy: null }]);
});

/** The newest row of a kind about somebody. */
async function newest(db: TestDatabase, kind: string, personId = nurse): Promise<string> {
	const [row] = await db.owner`
		select id from evidence where kind = ${kind} and person_id = ${personId} order by seq desc limit 1`;
	return row?.id ?? '';
}

const takesBack = async (db: TestDatabase, kind: string) => {
	const evidenceId = await newest(db, kind);
	const second = { staffCode: 'margaret.doyle', secret: demonstration.pin, now: new Date() };
	const given = { id: crypto.randomUUID(), evidenceId, note: 'The wrong person', second, now: new Date() };
	const posts = [{ role: 'manager' as const, siteId: null }];
	return asFairfield(db, (tx) => takeBack(tx, authoriser(grace, posts), catalogue, given));
};

test('a leaving that is taken back takes with it the takeovers it opened, and what was delegated goes on as before', async () => {
	const { db, answer } = await withNurse();
	const before = await listed(db);
	await leaves(db, nurse, addDays(today, -1));
	expect(await listed(db)).toMatchObject([{ takeOverBy: addDays(today, 14) }]);
	expect(await takesBack(db, 'employment-ended')).toEqual({ ok: true });
	expect(await listed(db)).toEqual(before);
	expect(await answer(addDays(today, 20))).toEqual([true, 'competent']);
	expect(await looksDaily(db)).toBe(0);
	const [row] = await db.owner`
		select recorded_by, body from evidence e join notes n on n.evidence_id = e.id
		where kind = 'retraction' and person_id = ${tomasz}`;
	expect(row).toEqual({ recorded_by: grace, body: 'The nurse stays: what this came of has been put right.' });
	expect(await findingsOf(db)).toEqual([]);
});

test('also when the day to take over has gone by: she never left', async () => {
	const { db, answer } = await withNurse();
	await leaves(db, nurse, addDays(today, -60));
	const [opened] = await takeovers(db);
	const supersedes = await newest(db, 'delegation-takeover', tomasz);
	const payload = { ...(opened?.payload as { delegation: string; because: string }), by: addDays(today, -1) };
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({ kind: 'delegation-takeover', ...cell, recordedBy: grace, supersedes, payload }),
		]),
	);
	expect(await answer()).toEqual([false, 'delegation_missing']);
	expect(await takesBack(db, 'employment-ended')).toEqual({ ok: true });
	expect(await answer()).toEqual([true, 'competent']);
});

test('what another nurse has taken over meanwhile stays hers', async () => {
	const { db, answer } = await withNurse();
	await leaves(db, nurse, today);
	expect(await delegates(db, margaret)).toEqual({ ok: true });
	const before = await listed(db);
	expect(await takesBack(db, 'employment-ended')).toEqual({ ok: true });
	expect(await listed(db)).toEqual(before);
	expect(before).toMatchObject([{ delegation: { payload: { delegator: margaret } } }]);
	expect(await db.owner`select 1 from evidence where kind = 'retraction' and person_id = ${tomasz}`).toHaveLength(0);
	expect((await answer())[0]).toBe(true);
});

test('a last day that is moved moves the day to take over, later and sooner; taken back, the one before holds again', async () => {
	const { db, answer } = await withNurse();
	await leaves(db, nurse, addDays(today, 7));
	await leaves(db, nurse, addDays(today, 30));
	expect(await listed(db)).toMatchObject([{ takeOverBy: addDays(today, 44) }]);
	expect(await answer(addDays(today, 40))).toEqual([true, 'competent']);
	await leaves(db, nurse, addDays(today, 2));
	expect(await listed(db)).toMatchObject([{ takeOverBy: addDays(today, 16) }]);
	expect(await answer(addDays(today, 17))).toEqual([false, 'delegation_missing']);
	expect(await takesBack(db, 'employment-ended')).toEqual({ ok: true });
	expect(await listed(db)).toMatchObject([{ takeOverBy: addDays(today, 44) }]);
	expect(await looksDaily(db)).toBe(0);
	expect(await findingsOf(db)).toEqual([]);
});

test('a registration that was entered with the wrong day is put right, by taking it back or by the right one', async () => {
	const { db } = await withNurse();
	const before = await listed(db);
	await registers(db, addDays(today, 300));
	await registers(db, addDays(today, -10));
	expect(await listed(db)).toMatchObject([{ takeOverBy: addDays(today, 14) }]);
	expect(await takesBack(db, 'award')).toEqual({ ok: true });
	expect(await listed(db)).toEqual(before);
	await registers(db, addDays(today, -10));
	expect(await listed(db)).toMatchObject([{ takeOverBy: addDays(today, 14) }]);
	await registers(db, addDays(today, 301));
	expect(await listed(db)).toEqual(before);
});

test('renewed after the day to take over, it revives nothing that has ended', async () => {
	const { db, answer } = await withNurse();
	await registers(db, addDays(today, -40));
	const supersedes = await newest(db, 'delegation-takeover', tomasz);
	const [opened] = await takeovers(db);
	const payload = { ...(opened?.payload as { delegation: string; because: string }), by: addDays(today, -1) };
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({ kind: 'delegation-takeover', ...cell, recordedBy: null, supersedes, payload }),
		]),
	);
	await registers(db, addDays(today, 300));
	expect(await answer()).toEqual([false, 'delegation_missing']);
	expect(await listed(db)).toEqual([]);
});

test('whoever left and comes back later does not bring it back, nor does a word about something else', async () => {
	const { db } = await withNurse();
	await leaves(db, nurse, addDays(today, -3));
	await asFairfield(db, (tx) =>
		startEmployment(tx, fairfield, catalogue, {
			personId: nurse,
			siteId: roseHouse,
			recordedBy: grace,
			role: 'nurse',
			contract: 'permanent',
		}),
	);
	await registers(db, addDays(today, 300));
	expect(await looksDaily(db)).toBe(0);
	expect(await listed(db)).toMatchObject([{ takeOverBy: addDays(today, 14) }]);
});

test('a withdrawal and leaving end what was delegated, and neither a new sign-off nor coming back revives it', async () => {
	const { db, answer } = await withNurse();
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [fact({ kind: 'withdrawal', ...cell, recordedBy: grace, payload: {} })]),
	);
	expect(await listed(db)).toEqual([]);
	await goodAtInsulin(db);
	expect((await answer())[0]).toBe(false);

	const other = await withNurse();
	// A day between: work that touches is one run.
	await leaves(other.db, tomasz, addDays(today, -2));
	expect(await listed(other.db)).toEqual([]);
	await asFairfield(other.db, (tx) =>
		startEmployment(tx, fairfield, catalogue, {
			personId: tomasz,
			siteId: roseHouse,
			recordedBy: grace,
			role: 'carer',
			contract: 'permanent',
		}),
	);
	expect((await other.answer())[1]).not.toBe('competent');
	expect(await listed(other.db)).toEqual([]);
});

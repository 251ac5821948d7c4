import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { delegate, listOpenDelegations } from '#app/commands/delegating.ts';
import { endEmployment, startEmployment } from '#app/commands/employing.ts';
import { record } from '#app/commands/recording.ts';
import { openLapsedTakeovers } from '#app/commands/takeovers.ts';
import { reviewDays } from '#app/domain/delegation.ts';
import { addDays, localDay } from '#app/domain/period.ts';
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
	asFairfield(db, (tx) => openLapsedTakeovers(tx, fairfield, catalogue, now));

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

test('a registration that runs out opens it by itself, once, and she delegates nothing more until it is renewed', async () => {
	const { db } = await withNurse();
	const registers = (expiresOn: string) =>
		asFairfield(db, (tx) =>
			record(
				tx,
				authoriser(grace),
				catalogue,
				nurse,
				{ kind: 'nurse-registration', id: crypto.randomUUID(), note: '', awardedOn: addDays(today, -300), expiresOn },
				new Date(),
			),
		);
	expect(await registers(addDays(today, 1))).toEqual({ ok: true });
	expect(await looksDaily(db)).toBe(0);
	expect(await registers(addDays(today, -1))).toEqual({ ok: true });
	expect(await delegates(db)).toEqual({ ok: false, why: 'registration-lapsed' });
	expect(await looksDaily(db)).toBe(1);
	expect(await looksDaily(db)).toBe(0);
	expect(await listed(db)).toMatchObject([{ takeOverBy: addDays(today, 14) }]);
	expect(await registers(addDays(today, 300))).toEqual({ ok: true });
	expect(await delegates(db)).toEqual({ ok: true });
	expect(await listed(db)).toMatchObject([{ takeOverBy: null }]);
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

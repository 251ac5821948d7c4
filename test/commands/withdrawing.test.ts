import { expect, test } from 'vitest';
import { withdraw } from '#app/commands/withdrawing.ts';
import type { Post } from '#app/domain/authority.ts';
import { demonstration } from '#db/seed.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import {
	amara,
	asFairfield,
	authoriser,
	ben,
	catalogue,
	cellOf,
	decisionOn,
	elmCourt,
	findingsOf,
	grace,
	margaret,
	personOf,
	roseHouse,
	tomasz,
} from '../support/demonstration.ts';

const given = (more: object = {}) => ({
	id: crypto.randomUUID() as string,
	note: 'after a review',
	staffCode: 'margaret.doyle',
	secret: demonstration.pin as string,
	now: new Date(),
	...more,
});
const withdraws = (
	db: TestDatabase,
	more: Partial<ReturnType<typeof given>> = {},
	cell = cellOf(tomasz),
	who = authoriser(grace),
) => asFairfield(db, (tx) => withdraw(tx, who, catalogue, cell, given(more)));
const withdrawals = ({ owner }: TestDatabase) =>
	owner`select person_id, privilege, site_id, recorded_by, payload from evidence where kind = 'withdrawal'`;
const standing = (db: TestDatabase, cell = cellOf(tomasz)) => asFairfield(db, (tx) => decisionOn(tx, cell));

test('a manager and a second person take a sign-off back, and the row names both', async () => {
	const db = await testDatabase();
	expect(await standing(db)).toMatchObject({ permit: true });
	expect(await withdraws(db)).toEqual({ ok: true });
	expect(await standing(db)).toMatchObject({ permit: false, code: 'withdrawn', standing: 'withdrawn' });
	expect(await withdrawals(db)).toMatchObject([
		{
			person_id: tomasz,
			privilege: 'administer-oral',
			site_id: roseHouse,
			recorded_by: grace,
			payload: { confirmedBy: margaret, note: expect.stringMatching(/^[0-9a-f]{64}$/) },
		},
	]);
	expect(await db.owner`select body from notes where body = 'after a review'`).toHaveLength(1);
	expect(await findingsOf(db)).toEqual([]);
});

test('the second person may confirm with their password as well', async () => {
	const db = await testDatabase();
	expect(await withdraws(db, { secret: demonstration.password })).toEqual({ ok: true });
});

test.each([
	['the visitor', 'grace.mensah', 'same-person'],
	['the learner', 'tomasz.nowak', 'learner-confirms'],
	['a senior', 'ben.whitfield', 'wrong-role'],
	['a medication lead of another site', 'helen.brooks', 'wrong-role'],
	['a provider-wide administrator', 'alex.reid', 'wrong-role'],
	['somebody who has left', 'owen.price', 'wrong-role'],
	['nobody', 'no.such.person', 'wrong'],
])('%s does not confirm it', async (_, staffCode, why) => {
	const db = await testDatabase();
	expect(await withdraws(db, { staffCode })).toEqual({ ok: false, why });
	expect(await withdrawals(db)).toHaveLength(0);
});

test('a manager of the whole provider confirms it; one whose work begins tomorrow or ended yesterday does not', async () => {
	const db = await testDatabase();
	const works = (startedOn: string, lastDay: string | null) => db.owner`
		update employments set role = 'manager', site_id = null, started_on = ${startedOn}, last_day = ${lastDay} where person_id = ${ben}`;
	const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
	await works(day(2), null);
	expect(await withdraws(db, { staffCode: 'ben.whitfield' })).toEqual({ ok: false, why: 'wrong-role' });
	await works('2020-01-01', day(-2));
	expect(await withdraws(db, { staffCode: 'ben.whitfield' })).toEqual({ ok: false, why: 'wrong-role' });
	await works('2020-01-01', null);
	expect(await withdraws(db, { staffCode: 'ben.whitfield' })).toEqual({ ok: true });
});

test('a wrong PIN withdraws nothing, and after ten even the right one has to wait', async () => {
	const db = await testDatabase();
	for (let turn = 0; turn < 10; turn += 1)
		expect(await withdraws(db, { secret: '000000' })).toEqual({ ok: false, why: 'wrong' });
	expect(await withdraws(db)).toEqual({ ok: false, why: 'too-many' });
	expect(await withdrawals(db)).toHaveLength(0);
	expect(await standing(db)).toMatchObject({ permit: true });
});

test.each<[string, Post[]]>([
	['a medication lead', [{ role: 'medication-lead', siteId: roseHouse }]],
	['a senior', [{ role: 'senior', siteId: roseHouse }]],
	['an administrator', [{ role: 'administrator', siteId: null }]],
	['a manager of another site', [{ role: 'manager', siteId: elmCourt }]],
])('%s does not begin it', async (_, posts) => {
	const db = await testDatabase();
	expect(await withdraws(db, {}, cellOf(tomasz), authoriser(ben, posts))).toEqual({ ok: false, why: 'not-authorised' });
	expect(await withdrawals(db)).toHaveLength(0);
});

test('nobody decides about themself, and where nothing is signed off there is nothing to take back', async () => {
	const db = await testDatabase();
	const asManager = authoriser(tomasz, [{ role: 'manager', siteId: roseHouse }]);
	expect(await withdraws(db, {}, cellOf(tomasz), asManager)).toEqual({ ok: false, why: 'yourself' });
	expect(await withdraws(db, {}, cellOf(amara))).toEqual({ ok: false, why: 'nothing-to-withdraw' });
	const elsewhere = cellOf(tomasz, 'administer-oral', elmCourt);
	expect(await withdraws(db, { staffCode: 'helen.brooks' }, elsewhere)).toEqual({
		ok: false,
		why: 'nothing-to-withdraw',
	});
});

test('a sign-off that has run out can still be taken back', async () => {
	const db = await testDatabase();
	const danny = cellOf(personOf('danny.hughes'));
	expect(await standing(db, danny)).toMatchObject({ code: 'expired' });
	expect(await withdraws(db, {}, danny)).toEqual({ ok: true });
	expect(await standing(db, danny)).toMatchObject({ code: 'withdrawn' });
});

test('the same id twice, or at once, is one withdrawal; for another privilege it is refused', async () => {
	const db = await testDatabase();
	const id = crypto.randomUUID();
	const answers = await Promise.all(Array.from({ length: 4 }, () => withdraws(db, { id })));
	expect(answers).toEqual(Array(4).fill({ ok: true }));
	expect(await withdraws(db, { id })).toEqual({ ok: true });
	expect(await withdrawals(db)).toHaveLength(1);
	expect(await withdraws(db, { id }, cellOf(ben, 'assess'))).toEqual({ ok: false, why: 'other-page' });
	expect(await withdraws(db)).toEqual({ ok: false, why: 'nothing-to-withdraw' });
});

import { expect, test } from 'vitest';
import { previewSignOff, signOff } from '#app/commands/authorising.ts';
import { endSupervision, listSupervisors, nameSupervisor } from '#app/commands/supervising.ts';
import { withdraw } from '#app/commands/withdrawing.ts';
import type { Post } from '#app/domain/authority.ts';
import { decideTogether } from '#app/domain/together.ts';
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
	lead,
	makeReady,
	margaret,
	memberOf,
	personOf,
	roseHouse,
	tomasz,
} from '../support/demonstration.ts';

const names = (
	db: TestDatabase,
	supervisor: string,
	{ cell = cellOf(amara), who = authoriser(grace), id = crypto.randomUUID() as string } = {},
) => asFairfield(db, (tx) => nameSupervisor(tx, who, catalogue, cell, { id, supervisor, now: new Date() }));
const ends = (db: TestDatabase, supervision: string, who = authoriser(grace), id: string = crypto.randomUUID()) =>
	asFairfield(db, (tx) =>
		endSupervision(tx, who, catalogue, cellOf(amara), { id, supervision, note: 'no longer', now: new Date() }),
	);
const standing = (db: TestDatabase) => asFairfield(db, (tx) => decisionOn(tx, cellOf(amara)));
const supervisions = async ({ owner }: TestDatabase) =>
	(await owner`select id from evidence where kind = 'supervision' order by seq`).map((row) => String(row.id));

/** Amara with her learning done, and nothing signed off. */
async function readyToPractise() {
	const db = await testDatabase();
	await makeReady(db, memberOf(amara));
	return db;
}

test('whoever has done their learning may practise beside a named competent colleague, and only together', async () => {
	const db = await readyToPractise();
	expect(await names(db, tomasz)).toEqual({ ok: true });
	const decision = await standing(db);
	expect(decision).toMatchObject({ permit: false, code: 'supervised_only', standing: 'supervised' });
	const beside = await asFairfield(db, (tx) => decisionOn(tx, cellOf(tomasz)));
	const together = (personId: string) =>
		decideTogether(
			{ personId: amara, decision, supervisor: { personId, decision: beside } },
			{},
			{ witness: true, supervisorMayWitness: false },
		);
	expect(together(tomasz).permit).toBe(true);
	expect(together(amara).permit).toBe(false);
	expect(await findingsOf(db)).toEqual([]);
});

test('somebody whose learning is not done gets no supervisor, nor does somebody who is competent', async () => {
	const db = await testDatabase();
	expect(await names(db, tomasz)).toEqual({ ok: false, why: 'not-ready' });
	expect(await names(db, tomasz, { cell: cellOf(ben) })).toEqual({ ok: false, why: 'may-alone' });
	expect(await supervisions(db)).toEqual([]);
});

test('only a colleague who is competent in it there is named, and never the learner', async () => {
	const db = await readyToPractise();
	for (const [supervisor, why] of [
		[amara, 'supervises-themself'],
		[personOf('danny.hughes'), 'not-competent'],
		[personOf('leila.haddad'), 'not-competent'],
		[personOf('helen.brooks'), 'not-competent'],
		[personOf('owen.price'), 'not-competent'],
		[crypto.randomUUID(), 'not-competent'],
	] as const)
		expect(await names(db, supervisor)).toEqual({ ok: false, why });
	const offered = await asFairfield(db, (tx) =>
		listSupervisors(tx, authoriser(grace).providerId, cellOf(amara), new Date()),
	);
	const ids = offered.map((each) => each.id);
	expect(ids).toEqual(expect.arrayContaining([ben, margaret, tomasz]));
	for (const nobody of [amara, 'danny.hughes', 'leila.haddad', 'helen.brooks', 'owen.price'])
		expect(ids).not.toContain(nobody === amara ? amara : personOf(nobody));
});

test.each<[string, Post[]]>([
	['a senior', [{ role: 'senior', siteId: roseHouse }]],
	['a nurse', [{ role: 'nurse', siteId: roseHouse }]],
	['a manager of another site', [{ role: 'manager', siteId: elmCourt }]],
])('%s names nobody and ends nothing', async (_, posts) => {
	const db = await readyToPractise();
	await names(db, tomasz);
	const [supervision = ''] = await supervisions(db);
	const who = authoriser(ben, posts);
	expect(await names(db, ben, { who })).toEqual({ ok: false, why: 'not-authorised' });
	expect(await ends(db, supervision, who)).toEqual({ ok: false, why: 'not-authorised' });
	expect(await standing(db)).toMatchObject({ code: 'supervised_only' });
});

test('nobody names their own supervisor, nor ends it', async () => {
	const db = await readyToPractise();
	await names(db, tomasz);
	const [supervision = ''] = await supervisions(db);
	const herself = authoriser(amara, lead);
	expect(await names(db, ben, { who: herself })).toEqual({ ok: false, why: 'yourself' });
	expect(await ends(db, supervision, herself)).toEqual({ ok: false, why: 'yourself' });
});

test('ended with a note, it does not count any more; ended twice, it is ended once', async () => {
	const db = await readyToPractise();
	await names(db, tomasz);
	const [supervision = ''] = await supervisions(db);
	const id = crypto.randomUUID();
	expect(await Promise.all([1, 2, 3].map(() => ends(db, supervision, authoriser(margaret, lead), id)))).toEqual(
		Array(3).fill({ ok: true }),
	);
	expect(await ends(db, supervision)).toEqual({ ok: true });
	expect(await standing(db)).toMatchObject({ permit: false, code: 'sign_off_missing', standing: 'ready-for-sign-off' });
	expect(await db.owner`select 1 from evidence where kind = 'retraction'`).toHaveLength(1);
	expect(await findingsOf(db)).toEqual([]);
});

test('of two named, ending one leaves the other; ending takes back nothing but supervision', async () => {
	const db = await readyToPractise();
	await names(db, tomasz);
	await names(db, ben);
	const [first = ''] = await supervisions(db);
	await ends(db, first);
	expect(await standing(db)).toMatchObject({ code: 'supervised_only' });
	const [round] = await db.owner`select id from evidence where kind = 'observation' and person_id = ${amara} limit 1`;
	await ends(db, String(round?.id));
	expect(await db.owner`select 1 from evidence where supersedes = ${String(round?.id)}`).toHaveLength(0);
});

test('the same id twice names once; gone back to after it was ended, it is never said to be in force', async () => {
	const db = await readyToPractise();
	const id = crypto.randomUUID();
	await Promise.all([names(db, tomasz, { id }), names(db, tomasz, { id })]);
	expect(await supervisions(db)).toEqual([id]);
	await ends(db, id);
	expect(await names(db, tomasz, { id })).toEqual({ ok: false, why: 'other-page' });
});

test('a sign-off ends it, and so does a withdrawal', async () => {
	const db = await readyToPractise();
	await names(db, tomasz);
	await asFairfield(db, (tx) =>
		withdraw(tx, authoriser(grace), catalogue, cellOf(amara), {
			id: crypto.randomUUID(),
			note: 'why',
			staffCode: 'margaret.doyle',
			secret: demonstration.pin,
			now: new Date(),
		}),
	);
	expect(await standing(db)).toMatchObject({ permit: false, code: 'withdrawn' });

	const other = await readyToPractise();
	await names(other, tomasz);
	const lastDay = await asFairfield(other, async (tx) => {
		return (await previewSignOff(tx, authoriser(grace), catalogue, cellOf(amara), new Date()))?.term.lastDay ?? '';
	});
	const given = { id: crypto.randomUUID(), shownLastDay: lastDay, now: new Date() };
	await asFairfield(other, (tx) => signOff(tx, authoriser(grace), catalogue, cellOf(amara), given));
	expect(await standing(other)).toMatchObject({ permit: true, code: 'competent' });
	expect(await names(other, ben)).toEqual({ ok: false, why: 'may-alone' });
});

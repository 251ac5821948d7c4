import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { fact } from '#app/commands/append.ts';
import { liftPause, pause } from '#app/commands/authorising.ts';
import { movePosts } from '#app/commands/employing.ts';
import { record } from '#app/commands/recording.ts';
import { lookAtIncident } from '#app/commands/reporting-incidents.ts';
import { withdraw } from '#app/commands/withdrawing.ts';
import type { Post } from '#app/domain/authority.ts';
import type { Reach } from '#app/domain/words.ts';
import { demonstration } from '#db/seed.ts';
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
	lead,
	margaret,
	memberOf,
	roseHouse,
	storyteller,
	tell,
	tomasz,
} from '../support/demonstration.ts';

const atRose: Post[] = [{ role: 'manager', siteId: roseHouse }];
const there = cellOf(tomasz, 'administer-oral', elmCourt);
const standing = (db: TestDatabase, cell = cellOf(tomasz)) => asFairfield(db, (tx) => decisionOn(tx, cell));

/** Tomasz works at both sites, and is signed off at both. */
async function atBothSites(): Promise<TestDatabase> {
	const db = await testDatabase();
	const start = fact({
		kind: 'employment-started',
		personId: tomasz,
		siteId: elmCourt,
		observedAt: new Date(Date.now() - 200 * 86_400_000),
		recordedBy: grace,
		payload: { role: 'senior', contract: 'bank' },
	});
	const shown = fact({
		kind: 'site-induction',
		personId: tomasz,
		siteId: elmCourt,
		observedAt: new Date(Date.now() - 199 * 86_400_000),
		recordedBy: grace,
		payload: {},
	});
	const by = { assessors: [ben, margaret], signerId: grace };
	for (const facts of [[start], [shown], storyteller().becomesCompetent(memberOf(tomasz, elmCourt), by, 1)])
		await tell(db, facts);
	await asFairfield(db, (tx) => movePosts(tx, fairfield, tomasz));
	expect(await standing(db, there)).toMatchObject({ code: 'competent' });
	return db;
}

const pauses = (db: TestDatabase, more: object = {}, who = authoriser(margaret, lead), cell = cellOf(tomasz)) =>
	asFairfield(db, (tx) =>
		pause(tx, who, catalogue, cell, {
			id: randomUUID(),
			reason: 'concern-raised',
			reviewOn: '2099-01-01',
			...more,
		}),
	);
const lifts = (db: TestDatabase, who = authoriser(margaret, lead)) =>
	asFairfield(db, (tx) => liftPause(tx, who, catalogue, cellOf(tomasz), { note: 'all is well' }));

test('a pause at one site leaves the other as it is; one for every site stops both, at once, and is lifted by who may at all', async () => {
	const db = await atBothSites();
	const before = await standing(db, there);
	expect(await pauses(db, { reach: 'site' })).toEqual({ ok: true });
	expect(await standing(db)).toMatchObject({ code: 'paused_review' });
	expect((await standing(db, there)).code).toBe(before.code);
	expect(await lifts(db)).toEqual({ ok: true });

	expect(await pauses(db, { reach: 'everywhere' })).toEqual({ ok: true });
	for (const cell of [cellOf(tomasz), there])
		expect(await standing(db, cell)).toMatchObject({ permit: false, code: 'paused_review' });
	expect(await lifts(db)).toEqual({ ok: true });
	expect(await standing(db), 'a lead of one site').toMatchObject({ code: 'paused_review' });
	expect(await lifts(db, authoriser(grace))).toEqual({ ok: true });
	expect((await standing(db, there)).code).toBe(before.code);
	expect(await findingsOf(db)).toEqual([]);
});

test('everything, everywhere, is one row', async () => {
	const db = await atBothSites();
	expect(await pauses(db, { scope: 'everything', reach: 'everywhere' })).toEqual({ ok: true });
	expect(
		await db.owner`select privilege, site_id from evidence where kind = 'pause' and person_id = ${tomasz}`,
	).toEqual([{ privilege: null, site_id: null }]);
	expect(await standing(db, cellOf(tomasz, 'prompt', elmCourt))).toMatchObject({ code: 'paused_review' });
});

test('nobody stops everywhere somebody who does not work where they may stop them, nor without the authority', async () => {
	const db = await testDatabase();
	const elmLead = authoriser(margaret, [{ role: 'medication-lead', siteId: elmCourt }]);
	expect(await pauses(db, { reach: 'everywhere' }, elmLead, there)).toEqual({ ok: false, why: 'not-here' });
	expect(await pauses(db, { reach: 'everywhere' }, elmLead)).toEqual({ ok: false, why: 'not-authorised' });
	const senior = authoriser(ben, [{ role: 'senior', siteId: roseHouse }]);
	expect(await pauses(db, { reach: 'everywhere' }, senior)).toEqual({ ok: false, why: 'not-authorised' });
	expect(await db.owner`select 1 from evidence where kind = 'pause' and person_id = ${tomasz}`).toHaveLength(0);
});

const withdraws = (
	db: TestDatabase,
	reach: Reach,
	more: { id?: string; staffCode?: string; cell?: ReturnType<typeof cellOf>; posts?: Post[] } = {},
) => {
	const { id = randomUUID(), staffCode = 'margaret.doyle', cell = cellOf(tomasz), posts = atRose } = more;
	const given = { id, reach, note: 'harm', staffCode, secret: demonstration.pin, now: new Date() };
	return asFairfield(db, (tx) => withdraw(tx, authoriser(grace, posts), catalogue, cell, given));
};

test('withdrawn everywhere by two people of one site, it is withdrawn at the other, and the way back is the first one', async () => {
	const db = await atBothSites();
	const id = randomUUID();
	expect([await withdraws(db, 'everywhere', { id }), await withdraws(db, 'everywhere', { id })]).toEqual(
		Array(2).fill({ ok: true }),
	);
	expect(await db.owner`select site_id from evidence where kind = 'withdrawal'`).toEqual([{ site_id: null }]);
	for (const cell of [cellOf(tomasz), there])
		expect(await standing(db, cell)).toMatchObject({ permit: false, code: 'withdrawn', path: 'first' });
	expect(await withdraws(db, 'site', { id })).toEqual({ ok: false, why: 'other-page' });
	expect(await withdraws(db, 'everywhere')).toEqual({ ok: false, why: 'nothing-to-withdraw' });
	expect(await findingsOf(db)).toEqual([]);
});

test('everywhere needs the same two people, at a site where the person works', async () => {
	const db = await testDatabase();
	expect(await withdraws(db, 'everywhere', { staffCode: 'helen.brooks' })).toEqual({ ok: false, why: 'wrong-role' });
	expect(await withdraws(db, 'everywhere', { posts: lead })).toEqual({ ok: false, why: 'not-authorised' });
	const atElm: Post[] = [{ role: 'manager', siteId: elmCourt }];
	expect(await withdraws(db, 'everywhere', { posts: atElm, cell: there, staffCode: 'helen.brooks' })).toEqual({
		ok: false,
		why: 'not-here',
	});
	expect(await standing(db)).toMatchObject({ permit: true });
});

test('whoever was involved lifts nothing, and the person is no party of their own pause', async () => {
	const db = await testDatabase();
	expect(await pauses(db, { parties: [margaret, ben, tomasz, margaret] })).toEqual({ ok: true });
	const [row] = await db.owner`select payload from evidence where kind = 'pause' and person_id = ${tomasz}`;
	expect(row?.payload.parties).toEqual([margaret, ben]);
	expect(await lifts(db)).toEqual({ ok: false, why: 'party' });
	expect(await standing(db)).toMatchObject({ code: 'paused_review' });
	expect(await lifts(db, authoriser(grace))).toEqual({ ok: true });
	expect(await pauses(db, { parties: [randomUUID()] })).toEqual({ ok: false, why: 'unknown-party' });
	expect(await findingsOf(db)).toEqual([]);
});

test('nor do they look at the incident that it is about', async () => {
	const db = await testDatabase();
	const [kept, about] = [randomUUID() as string, randomUUID() as string];
	for (const [id, personId] of [
		[kept, tomasz],
		[about, ben],
	] as const)
		await db.owner`
			insert into incidents (provider_id, id, client_id, kind, person_id, site_id, happened_at, reference, text)
			values (${fairfield}, ${id}, 'demo-emar', 'harm', ${personId}, ${roseHouse}, now(), '', '')`;
	expect(await pauses(db, { parties: [grace], incident: about })).toEqual({ ok: false, why: 'other-incident' });
	expect(await pauses(db, { parties: [grace], incident: kept })).toEqual({ ok: true });
	const looks = (who: ReturnType<typeof authoriser>) =>
		asFairfield(db, (tx) => lookAtIncident(tx, who, { incidentId: kept, done: 'asked everybody', now: new Date() }));
	expect(await looks(authoriser(grace))).toEqual({ ok: false, why: 'party' });
	expect(await looks(authoriser(margaret, atRose))).toEqual({ ok: true });
});

test('a manager says yes about one thing, and no about everything', async () => {
	const db = await testDatabase();
	const decides = (may: 'yes' | 'no', privilege: 'prompt' | null) =>
		asFairfield(db, (tx) => {
			const form = { kind: 'age-decision', id: randomUUID(), note: '', may, privilege } as const;
			return record(tx, authoriser(grace), catalogue, tomasz, form, new Date());
		});
	expect(await decides('yes', 'prompt')).toEqual({ ok: true });
	expect(await decides('no', null)).toEqual({ ok: true });
	expect(await db.owner`select privilege, payload from evidence where kind = 'age-decision' order by seq`).toEqual([
		{ privilege: 'prompt', payload: { may: true } },
		{ privilege: null, payload: { may: false } },
	]);
});

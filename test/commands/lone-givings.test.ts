import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { pause } from '#app/commands/authorising.ts';
import { allowLoneGiving, listSecondChecks, previewLoneGiving } from '#app/commands/lone-givings.ts';
import { listOverrides, override } from '#app/commands/overriding.ts';
import type { Post } from '#app/domain/authority.ts';
import { asProvider } from '#db/client.server.ts';
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
	fairfield,
	findingsOf,
	grace,
	margaret,
	memberOf,
	personOf,
	roseHouse,
	setPolicy,
	storyteller,
	tell,
	tomasz,
} from '../support/demonstration.ts';

const drug = 'administer-controlled-drug';
const danny = personOf('danny.hughes');
const allows = (
	db: TestDatabase,
	{
		cell = cellOf(margaret, drug),
		who = authoriser(grace),
		id = crypto.randomUUID() as string,
		secondCheck = ben,
		hours = 4,
	} = {},
) =>
	asFairfield(db, (tx) =>
		allowLoneGiving(tx, who, catalogue, cell, { id, secondCheck, hours, note: 'nobody can come', now: new Date() }),
	);
const standing = (db: TestDatabase, cell = cellOf(margaret, drug), at?: Date) =>
	asFairfield(db, (tx) => decisionOn(tx, cell, at));
const rows = ({ owner }: TestDatabase) =>
	owner`select id, payload, recorded_by from evidence where kind = 'lone-giving' order by seq`;

test('somebody competent may give alone for some hours while a named colleague checks by telephone', async () => {
	const db = await testDatabase();
	expect(await standing(db)).toMatchObject({ permit: true, code: 'competent' });
	expect(
		await asFairfield(db, (tx) =>
			previewLoneGiving(tx, authoriser(grace), catalogue, cellOf(margaret, drug), new Date()),
		),
	).toEqual({
		refusal: null,
		longest: 4 * 3_600_000,
		used: 0,
	});
	expect(await allows(db)).toEqual({ ok: true });
	const [row] = await rows(db);
	const until = new Date(row?.payload.until);
	expect(row).toMatchObject({
		recorded_by: grace,
		payload: { secondCheck: ben, note: expect.stringMatching(/^[0-9a-f]{64}$/) },
	});
	expect(await standing(db)).toMatchObject({ permit: true, code: 'second_check_by_telephone', validUntil: until });
	expect(await standing(db, cellOf(margaret, drug), until)).toMatchObject({ permit: true, code: 'competent' });
	const told =
		await db.owner`select type from events where person_id = ${margaret} and privilege = ${drug} order by seq`;
	expect(told.map((each) => each.type)).toEqual(expect.arrayContaining(['evidence.recorded', 'competency.granted']));
	expect(await findingsOf(db)).toEqual([]);
});

test('it stands among the overrides, to count again at handover', async () => {
	const db = await testDatabase();
	await allows(db);
	const listed = await asFairfield(db, (tx) => listOverrides(tx, fairfield, [roseHouse], new Date()));
	expect(listed).toMatchObject([
		{ override: { kind: 'lone-giving', payload: { secondCheck: ben } }, note: 'nobody can come', ofTheYear: 0 },
	]);
	expect(await asFairfield(db, (tx) => listOverrides(tx, fairfield, [elmCourt], new Date()))).toEqual([]);
});

test('it is never for somebody on an override, and no override comes on top of it', async () => {
	const db = await testDatabase();
	await tell(db, storyteller().learns(memberOf(tomasz), 20, drug));
	const cell = cellOf(tomasz, drug);
	const allowed = { id: crypto.randomUUID(), hours: 4, note: 'nobody else', now: new Date() };
	expect(await asFairfield(db, (tx) => override(tx, authoriser(grace), catalogue, cell, allowed))).toEqual({
		ok: true,
	});
	expect(await allows(db, { cell })).toEqual({ ok: false, why: 'not-competent' });
	await allows(db);
	const more = { ...allowed, id: crypto.randomUUID() };
	expect(
		await asFairfield(db, (tx) => override(tx, authoriser(grace), catalogue, cellOf(margaret, drug), more)),
	).toEqual({
		ok: false,
		why: 'not-overridable',
	});
});

test('only where a witness is asked for, and only for somebody competent', async () => {
	const db = await testDatabase();
	expect(await allows(db, { cell: cellOf(margaret) })).toEqual({ ok: false, why: 'not-witnessed' });
	for (const nobody of [amara, danny, personOf('leila.haddad'), personOf('owen.price'), crypto.randomUUID()])
		expect(await allows(db, { cell: cellOf(nobody, drug) })).toEqual({ ok: false, why: 'not-competent' });
	await setPolicy(db, 1, roseHouse, { witness: false });
	expect(await allows(db)).toEqual({ ok: false, why: 'not-witnessed' });
	expect(await rows(db)).toHaveLength(0);
});

test('whoever checks is somebody else, and competent in it or in witnessing it, today, anywhere', async () => {
	const db = await testDatabase();
	for (const [secondCheck, why] of [
		[margaret, 'checks-themself'],
		[amara, 'check-not-competent'],
		[grace, 'check-not-competent'],
		[crypto.randomUUID(), 'check-not-competent'],
	] as const)
		expect(await allows(db, { secondCheck })).toEqual({ ok: false, why });
	const offered = await asFairfield(db, (tx) => listSecondChecks(tx, fairfield, catalogue, cellOf(margaret, drug)));
	const ids = offered.map((each) => each.id);
	expect(ids).toContain(ben);
	for (const nobody of [margaret, amara, grace]) expect(ids).not.toContain(nobody);
	const [elsewhere] = await db.owner`select person_id from standings where site_id = ${elmCourt} and code = 'competent'
		and privilege = 'witness-controlled-drug' and person_id not in (select person_id from standings where site_id = ${roseHouse})`;
	if (!elsewhere) throw new Error('nobody at Elm Court witnesses');
	expect(ids).toContain(elsewhere.person_id);
	expect(await allows(db, { secondCheck: elsewhere.person_id })).toEqual({ ok: true });
});

test('whoever is stopped here does not check by telephone, wherever else they are competent', async () => {
	const db = await testDatabase();
	const given = {
		id: crypto.randomUUID(),
		scope: 'everything' as const,
		reason: 'other' as const,
		reviewOn: '2030-01-01',
	};
	await asFairfield(db, (tx) => pause(tx, authoriser(grace), catalogue, cellOf(ben), given));
	expect(await allows(db)).toEqual({ ok: false, why: 'check-not-competent' });
});

test('the manager on call may check themself where they are competent', async () => {
	const db = await testDatabase();
	const who = authoriser(ben, [{ role: 'manager', siteId: roseHouse }]);
	expect(await allows(db, { who, secondCheck: ben })).toEqual({ ok: true });
});

test.each<[string, Post[]]>([
	['a medication lead', [{ role: 'medication-lead', siteId: roseHouse }]],
	['a senior', [{ role: 'senior', siteId: roseHouse }]],
	['a nurse', [{ role: 'nurse', siteId: roseHouse }]],
	['a manager of another site', [{ role: 'manager', siteId: elmCourt }]],
])('%s allows nothing', async (_, posts) => {
	const db = await testDatabase();
	expect(await allows(db, { who: authoriser(tomasz, posts) })).toEqual({ ok: false, why: 'not-authorised' });
});

test('nobody allows themself, longer than policy says, or at another provider', async () => {
	const db = await testDatabase();
	const herself = authoriser(margaret, [{ role: 'manager', siteId: roseHouse }]);
	expect(await allows(db, { who: herself })).toEqual({ ok: false, why: 'yourself' });
	expect(await allows(db, { hours: 4.01 })).toEqual({ ok: false, why: 'too-long' });
	const other = crypto.randomUUID();
	await db.owner`insert into providers (id, slug, name) values (${other}, 'other', 'Other')`;
	const theirs = { ...authoriser(grace), providerId: other };
	const given = { id: crypto.randomUUID(), secondCheck: ben, hours: 1, note: 'why', now: new Date() };
	expect(
		await asProvider(db.database.db, other, (tx) =>
			allowLoneGiving(tx, theirs, catalogue, cellOf(margaret, drug), given),
		),
	).toEqual({ ok: false, why: 'not-competent' });
	expect(await rows(db)).toHaveLength(0);
});

test('the same id at once is one; of another person it is refused; taken back, it counts no more', async () => {
	const db = await testDatabase();
	const id = crypto.randomUUID();
	expect(await Promise.all([1, 2, 3].map(() => allows(db, { id })))).toEqual(Array(3).fill({ ok: true }));
	expect(await rows(db)).toHaveLength(1);
	expect(await allows(db, { id, cell: cellOf(ben, drug) })).toEqual({ ok: false, why: 'other-page' });
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({
				kind: 'retraction',
				...cellOf(margaret, drug),
				recordedBy: grace,
				supersedes: id,
				payload: {} as never,
				note: 'why',
			}),
		]),
	);
	expect(await standing(db)).toMatchObject({ code: 'competent' });
	expect(await allows(db, { id })).toEqual({ ok: false, why: 'other-page' });
});

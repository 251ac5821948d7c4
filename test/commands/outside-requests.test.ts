import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { liftPause, pause } from '#app/commands/authorising.ts';
import { endEmployment } from '#app/commands/employing.ts';
import {
	askOutside,
	cancelOutside,
	confirmOutside,
	hashToken,
	listOpenLinks,
	readOutsideQuestion,
} from '#app/commands/outside-requests.ts';
import type { Post } from '#app/domain/authority.ts';
import { reviewDays } from '#app/domain/delegation.ts';
import { addDays, localDay } from '#app/domain/period.ts';
import { asProvider, type Tx } from '#db/client.server.ts';
import { findOutsideRequest } from '#db/queries/outside-requests.ts';
import { gateWith, goodAtInsulin, insulin } from '../support/authzen.ts';
import type { TestDatabase } from '../support/database.ts';
import {
	amara,
	asFairfield,
	authoriser,
	catalogue,
	cellOf,
	decisionOn,
	elmCourt,
	fairfield,
	findingsOf,
	grace,
	lead,
	makeReady,
	margaret,
	memberOf,
	roseHouse,
	tomasz,
} from '../support/demonstration.ts';
import { question } from '../support/gate.ts';

const now = () => new Date();
const usual = () => reviewDays(new Date()).usual;
const registration = '12A3456E';
const delegation = (more: object = {}) => ({
	id: crypto.randomUUID() as string,
	kind: 'delegation' as const,
	recipient: 'District nurse, Oakfield Surgery',
	person: 'RH-0142',
	reviewOn: usual(),
	now: now(),
	...more,
});
const signOff = () => ({
	id: crypto.randomUUID() as string,
	kind: 'sign-off' as const,
	recipient: 'Pharmacist, Oakfield Surgery',
	now: now(),
});
const asks = (
	db: TestDatabase,
	given: ReturnType<typeof delegation> | ReturnType<typeof signOff> = delegation(),
	{ cell = cellOf(tomasz, insulin), who = authoriser(margaret, lead) } = {},
) => asFairfield(db, (tx) => askOutside(tx, who, catalogue, cell, given));
const confirms = (db: TestDatabase, requestId: string, more: object = {}) =>
	asFairfield(db, (tx) => confirmOutside(tx, fairfield, catalogue, requestId, { registration, now: now(), ...more }));
const reads = (db: TestDatabase, requestId: string, at = now()) =>
	asFairfield(db, (tx) => readOutsideQuestion(tx, fairfield, catalogue, requestId, at));

const lists = (db: TestDatabase, { posts = lead, siteIds = [roseHouse], at = now() } = {}) =>
	asFairfield(db, (tx) => listOpenLinks(tx, { providerId: fairfield, posts }, siteIds, at));
const cancels = (db: TestDatabase, requestId: string, { posts = lead } = {}) =>
	asFairfield(db, (tx) => cancelOutside(tx, authoriser(margaret, posts), requestId));

async function made(
	db: TestDatabase,
	given?: Parameters<typeof asks>[1],
	more?: Parameters<typeof asks>[2],
): Promise<string> {
	const asked = await asks(db, given, more);
	if (!asked.ok) throw new Error(asked.why);
	const found = await findOutsideRequest(db.database.db, hashToken(asked.token));
	expect(found?.providerId).toBe(fairfield);
	return found?.requestId ?? '';
}

/** A learner who lacks nothing but a sign-off, and everybody who might make it gone. */
async function nobodySigns(db: TestDatabase): Promise<void> {
	await makeReady(db, memberOf(amara));
	const signers =
		await db.owner`select distinct person_id from employments where role in ('manager', 'medication-lead')`;
	for (const { person_id } of signers)
		await asFairfield(db, (tx) =>
			endEmployment(tx, fairfield, catalogue, {
				personId: person_id,
				lastDay: addDays(localDay(new Date()), -1),
				recordedBy: grace,
			}),
		);
}

test('a district nurse delegates by a one-time link, for one person supported, and the gate permits', async () => {
	const { db, ask } = await gateWith();
	await goodAtInsulin(db);
	const asked = await asks(db);
	if (!asked.ok) throw new Error(asked.why);
	expect(asked.token).toMatch(/^[\w-]{43}$/);
	expect(asked.expiresAt.getTime() - Date.now()).toBeGreaterThan(71 * 3_600_000);
	const stored = JSON.stringify(await db.owner`select * from outside_requests`);
	expect(stored).not.toContain(asked.token);
	const requestId = (await findOutsideRequest(db.database.db, hashToken(asked.token)))?.requestId ?? '';
	expect(await findOutsideRequest(db.database.db, hashToken('another'))).toBeNull();
	expect(await reads(db, requestId)).toMatchObject({
		refusal: null,
		request: { kind: 'delegation', personId: tomasz },
	});
	expect(await confirms(db, requestId)).toEqual({ ok: true });
	const [row] = await db.owner`select recorded_by, payload from evidence where id = ${requestId}`;
	expect(row).toEqual({ recorded_by: null, payload: { person: 'RH-0142', registration, reviewOn: usual() } });
	const answer = async (person: string) =>
		(await ask({ ...question('tomasz.nowak', insulin), context: { person } })).body.decision;
	expect([await answer('RH-0142'), await answer('RH-0143')]).toEqual([true, false]);
	expect(await findingsOf(db)).toEqual([]);
});

test('a link works once, also at once, and not after three days', async () => {
	const { db } = await gateWith();
	await goodAtInsulin(db);
	const requestId = await made(db);
	const answers = await Promise.all(
		['12A3456E', '13A3456E', '14A3456E'].map((each) => confirms(db, requestId, { registration: each })),
	);
	expect(answers.filter((each) => each.ok)).toHaveLength(1);
	expect(answers.filter((each) => !each.ok)).toEqual(Array(2).fill({ ok: false, why: 'gone' }));
	expect(await db.owner`select 1 from evidence where kind = 'delegation'`).toHaveLength(1);
	expect(await reads(db, requestId)).toMatchObject({ refusal: 'gone' });
	const other = await made(db, delegation({ person: 'RH-0200' }));
	const late = new Date(Date.now() + 72 * 3_600_000 + 1000);
	expect(await reads(db, other, late)).toMatchObject({ refusal: 'gone' });
	expect(await confirms(db, other, { now: late })).toEqual({ ok: false, why: 'gone' });
	expect(await confirms(db, crypto.randomUUID())).toEqual({ ok: false, why: 'gone' });
	expect([(await lists(db)).length, (await lists(db, { at: late })).length]).toEqual([1, 0]);
});

test('a second click, or another tab, of the same professional is told that it is recorded, once', async () => {
	const { db } = await gateWith();
	await goodAtInsulin(db);
	const requestId = await made(db);
	const answers = await Promise.all([1, 2, 3].map(() => confirms(db, requestId)));
	expect(answers).toEqual(Array(3).fill({ ok: true }));
	expect(await db.owner`select 1 from evidence where kind = 'delegation'`).toHaveLength(1);
	expect(await confirms(db, requestId, { registration: '12A3456F' })).toEqual({ ok: false, why: 'gone' });
});

test('what is open is listed for whoever may send it, at their sites, and for nobody else', async () => {
	const { db } = await gateWith();
	await goodAtInsulin(db);
	await made(db);
	expect(await lists(db)).toMatchObject([
		{
			kind: 'delegation',
			personId: tomasz,
			siteId: roseHouse,
			privilege: insulin,
			person: 'RH-0142',
			recipient: 'District nurse, Oakfield Surgery',
			madeBy: margaret,
		},
	]);
	const counts = async (posts: Post[], siteIds = [roseHouse, elmCourt]) => (await lists(db, { posts, siteIds })).length;
	expect(await counts([{ role: 'nurse', siteId: roseHouse }])).toBe(1);
	expect(await counts([{ role: 'senior', siteId: roseHouse }])).toBe(0);
	expect(await counts([{ role: 'medication-lead', siteId: elmCourt }])).toBe(0);
	expect(await counts(lead, [elmCourt])).toBe(0);
});

test('a nurse sees no link for a sign-off, which she may not send, and cancels none', async () => {
	const { db } = await gateWith();
	await nobodySigns(db);
	const requestId = await made(db, signOff(), { who: authoriser(grace), cell: cellOf(amara) });
	const nurse: Post[] = [{ role: 'nurse', siteId: roseHouse }];
	expect([(await lists(db, { posts: nurse })).length, (await lists(db)).length]).toEqual([0, 1]);
	expect(await cancels(db, requestId, { posts: nurse })).toEqual({ ok: false, why: 'not-authorised' });
	expect(await cancels(db, requestId)).toEqual({ ok: true });
	expect(await reads(db, requestId)).toMatchObject({ refusal: 'gone', lastDay: null });
});

test('a cancelled link does not work any more, says who cancelled it, and makes room for another', async () => {
	const { db } = await gateWith();
	await goodAtInsulin(db);
	const given = delegation();
	const requestId = await made(db, given);
	for (const posts of [
		[],
		[{ role: 'senior', siteId: roseHouse }],
		[{ role: 'manager', siteId: elmCourt }],
	] as Post[][])
		expect(await cancels(db, requestId, { posts })).toEqual({ ok: false, why: 'not-authorised' });
	expect(await lists(db)).toHaveLength(1);
	for (const _ of ['at first', 'again']) expect(await cancels(db, requestId)).toEqual({ ok: true });
	expect(await lists(db)).toEqual([]);
	const [row] = await db.owner`select cancelled_by, cancelled_at, used_at from outside_requests`;
	expect(row).toMatchObject({ cancelled_by: margaret, cancelled_at: expect.any(Date), used_at: null });
	expect(await reads(db, requestId)).toMatchObject({ refusal: 'gone' });
	expect(await confirms(db, requestId)).toEqual({ ok: false, why: 'gone' });
	expect(await db.owner`select 1 from evidence where kind = 'delegation'`).toHaveLength(0);
	expect(await asks(db, given), 'the form of the cancelled link').toEqual({ ok: false, why: 'other-page' });
	expect(await asks(db)).toMatchObject({ ok: true });
	expect(await cancels(db, crypto.randomUUID())).toEqual({ ok: false, why: 'not-authorised' });
});

test('what has been confirmed is not cancelled, and whoever tries is told; at once, one of the two happens', async () => {
	const { db } = await gateWith();
	await goodAtInsulin(db);
	const first = await made(db);
	await confirms(db, first);
	expect(await cancels(db, first)).toEqual({ ok: false, why: 'confirmed-before' });
	const second = await made(db);
	const [confirmed, cancelled] = await Promise.all([confirms(db, second), cancels(db, second)]);
	expect([confirmed.ok, cancelled.ok].filter(Boolean)).toHaveLength(1);
	const written = await db.owner`select 1 from evidence where kind = 'delegation' and id = ${second}`;
	expect(written).toHaveLength(confirmed.ok ? 1 : 0);
});

test('there is no second link for the same thing while one is open, but for another person supported there is', async () => {
	const { db } = await gateWith();
	await goodAtInsulin(db);
	await made(db);
	expect(await asks(db)).toEqual({ ok: false, why: 'open-already' });
	expect(await asks(db, delegation(), { who: authoriser(grace), cell: cellOf(tomasz, insulin) })).toEqual({
		ok: false,
		why: 'open-already',
	});
	expect(await asks(db, delegation({ person: 'RH-0143' }))).toMatchObject({ ok: true });
	const late = new Date(Date.now() + 72 * 3_600_000 + 1000);
	expect(await asks(db, delegation({ now: late }))).toMatchObject({ ok: true });
});

test('of somebody who has been paused since nobody outside says that they are confident', async () => {
	const { db } = await gateWith();
	await goodAtInsulin(db);
	const requestId = await made(db);
	const cell = cellOf(tomasz, insulin);
	const stop = { id: crypto.randomUUID(), reason: 'other' as const, reviewOn: addDays(localDay(now()), 7) };
	await asFairfield(db, (tx) => pause(tx, authoriser(grace), catalogue, cell, stop));
	expect(await reads(db, requestId)).toMatchObject({ refusal: 'paused' });
	expect(await confirms(db, requestId)).toEqual({ ok: false, why: 'paused' });
	expect(await asks(db, delegation({ person: 'RH-0200' }))).toEqual({ ok: false, why: 'paused' });
	await asFairfield(db, (tx) => liftPause(tx, authoriser(grace), catalogue, cell, {}));
	expect(await confirms(db, requestId)).toEqual({ ok: true });
});

/** How often evidence is read in a transaction before anything is written, and how often posts are. */
async function readsOf(db: TestDatabase, work: (tx: Tx) => Promise<unknown>) {
	const said: string[] = [];
	await asFairfield(db, (tx) => {
		const { session } = tx as unknown as {
			session: { prepareQuery(query: { sql: string }, ...rest: unknown[]): unknown };
		};
		const prepare = session.prepareQuery.bind(session);
		session.prepareQuery = (query, ...rest) => {
			said.push(query.sql);
			return prepare(query, ...rest);
		};
		return work(tx);
	});
	const written = said.findIndex((each) => /^insert/.test(each));
	const before = written < 0 ? said : said.slice(0, written);
	const from = (table: string) => before.filter((each) => each.includes(`from "${table}"`)).length;
	return { evidence: from('evidence'), posts: from('employments') };
}

test('an outside sign-off is worked out from one reading, when it is opened, confirmed and refused', async () => {
	const { db } = await gateWith();
	await nobodySigns(db);
	const requestId = await made(db, signOff(), { who: authoriser(grace), cell: cellOf(amara) });
	const shownLastDay = (await reads(db, requestId))?.lastDay ?? '';
	expect(await readsOf(db, (tx) => readOutsideQuestion(tx, fairfield, catalogue, requestId, now()))).toEqual({
		evidence: 1,
		posts: 2,
	});
	const given = { registration: '2012345', role: 'pharmacist' as const, shownLastDay, now: now() };
	// The second looks whether the row is there already.
	expect(await readsOf(db, (tx) => confirmOutside(tx, fairfield, catalogue, requestId, given))).toEqual({
		evidence: 2,
		posts: 2,
	});
	const other = await gateWith();
	await makeReady(other.db, memberOf(amara));
	const refused = (tx: Tx) => askOutside(tx, authoriser(grace), catalogue, cellOf(amara), signOff());
	expect(await readsOf(other.db, refused)).toEqual({ evidence: 1, posts: 2 });
});

test('it takes the place of what was delegated for that person before', async () => {
	const { db } = await gateWith();
	await goodAtInsulin(db);
	const first = await made(db);
	await confirms(db, first);
	const second = await made(db, delegation({ reviewOn: addDays(localDay(now()), 9) }));
	await confirms(db, second);
	const ended = await db.owner`select payload, recorded_by from evidence where kind = 'delegation-ended'`;
	expect(ended).toEqual([{ payload: { delegation: first }, recorded_by: null }]);
});

test.each<[string, Post[]]>([
	['a senior', [{ role: 'senior', siteId: roseHouse }]],
	['a medication lead of another site', [{ role: 'medication-lead', siteId: elmCourt }]],
	['an administrator', [{ role: 'administrator', siteId: null }]],
])('%s asks nobody outside', async (_, posts) => {
	const { db } = await gateWith();
	const who = authoriser(grace, posts);
	expect(await asks(db, delegation(), { who, cell: cellOf(tomasz, insulin) })).toEqual({
		ok: false,
		why: 'not-authorised',
	});
	expect(await asks(db, signOff(), { who, cell: cellOf(amara) })).toEqual({ ok: false, why: 'not-authorised' });
	expect(await db.owner`select 1 from outside_requests`).toHaveLength(0);
});

test('what cannot be delegated is not asked for, nor of oneself, nor of somebody who does not work there', async () => {
	const { db } = await gateWith();
	expect(await asks(db, delegation(), { who: authoriser(tomasz, lead), cell: cellOf(tomasz, insulin) })).toEqual({
		ok: false,
		why: 'yourself',
	});
	expect(await asks(db, delegation(), { who: authoriser(grace), cell: cellOf(tomasz) })).toEqual({
		ok: false,
		why: 'not-delegated',
	});
	expect(await asks(db, delegation(), { who: authoriser(grace), cell: cellOf(tomasz, insulin, elmCourt) })).toEqual({
		ok: false,
		why: 'not-here',
	});
	for (const reviewOn of [localDay(now()), addDays(reviewDays(now()).last, 1)])
		expect(await asks(db, delegation({ reviewOn }))).toEqual({ ok: false, why: 'review-outside' });
});

test('what was true when it was asked is asked again when it is confirmed', async () => {
	const { db } = await gateWith();
	await goodAtInsulin(db);
	const requestId = await made(db);
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({
				kind: 'employment-ended',
				personId: tomasz,
				siteId: null,
				recordedBy: grace,
				payload: { lastDay: addDays(localDay(now()), -1) },
			}),
		]),
	);
	expect(await confirms(db, requestId)).toEqual({ ok: false, why: 'not-here' });
	expect(await db.owner`select 1 from evidence where kind = 'delegation'`).toHaveLength(0);
});

test('sent twice, the second link is the one that works; under a used id, or another’s, there is none', async () => {
	const { db } = await gateWith();
	await goodAtInsulin(db);
	const given = delegation();
	const [first, second] = [await asks(db, given), await asks(db, given)];
	if (!first.ok || !second.ok) throw new Error('not made');
	expect(await findOutsideRequest(db.database.db, hashToken(first.token))).toBeNull();
	expect(await findOutsideRequest(db.database.db, hashToken(second.token))).toMatchObject({ requestId: given.id });
	expect(await asks(db, given, { who: authoriser(grace), cell: cellOf(tomasz, insulin) })).toEqual({
		ok: false,
		why: 'other-page',
	});
	await confirms(db, given.id);
	expect(await asks(db, given)).toEqual({ ok: false, why: 'other-page' });
});

test('another provider neither reads nor confirms it', async () => {
	const { db } = await gateWith();
	await goodAtInsulin(db);
	const requestId = await made(db);
	const other = crypto.randomUUID();
	await db.owner`insert into providers (id, slug, name) values (${other}, 'other', 'Other')`;
	const there = await asProvider(db.database.db, other, async (tx) => [
		await readOutsideQuestion(tx, other, catalogue, requestId, now()),
		await readOutsideQuestion(tx, fairfield, catalogue, requestId, now()),
		await confirmOutside(tx, other, catalogue, requestId, { registration, now: now() }),
	]);
	expect(there).toEqual([null, null, { ok: false, why: 'gone' }]);
	expect(await reads(db, requestId)).toMatchObject({ refusal: null });
});

test('where nobody here may, a professional from outside signs off what lacks only that', async () => {
	const { db, ask } = await gateWith();
	await nobodySigns(db);
	const requestId = await made(db, signOff(), { who: authoriser(grace), cell: cellOf(amara) });
	const shown = await reads(db, requestId);
	expect(shown).toMatchObject({ refusal: null, signers: expect.arrayContaining(['pharmacist']) });
	const shownLastDay = shown?.lastDay ?? '';
	expect(await confirms(db, requestId, { shownLastDay })).toEqual({ ok: false, why: 'wrong-role' });
	const role = 'pharmacist';
	expect(await confirms(db, requestId, { role, shownLastDay: '2020-01-01' })).toEqual({
		ok: false,
		why: 'day-changed',
	});
	expect(await confirms(db, requestId, { role, shownLastDay })).toEqual({ ok: true });
	expect(await confirms(db, requestId, { role, shownLastDay }), 'a second click').toEqual({ ok: true });
	expect(await confirms(db, requestId, { role: 'doctor', shownLastDay })).toEqual({ ok: false, why: 'gone' });
	const [row] = await db.owner`select recorded_by, payload from evidence where id = ${requestId}`;
	expect(row).toMatchObject({
		recorded_by: null,
		payload: { outsideAuthoriser: 'pharmacist 12A3456E', lastDay: shownLastDay },
	});
	expect(await asFairfield(db, (tx) => decisionOn(tx, cellOf(amara)))).toMatchObject({
		permit: true,
		code: 'competent',
	});
	expect((await ask(question('amara.okafor'))).body.decision).toBe(true);
	expect(await findingsOf(db)).toEqual([]);
});

test('it is refused where somebody here could sign, and where more is missing', async () => {
	const { db } = await gateWith();
	const more = { who: authoriser(grace), cell: cellOf(amara) };
	expect(await asks(db, signOff(), more)).toEqual({ ok: false, why: 'not-ready' });
	await makeReady(db, memberOf(amara));
	expect(await asks(db, signOff(), more)).toEqual({ ok: false, why: 'somebody-here' });
});

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { ZodError } from 'zod';
import { append, type Fact, fact, hashNote } from '#app/commands/append.ts';
import { asProvider } from '#db/client.server.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import {
	amara,
	asFairfield,
	catalogue,
	fairfield,
	findingsOf,
	grace,
	personOf,
	roseHouse,
} from '../support/demonstration.ts';

const pauseOf = (personId: string, more: Partial<Fact<'pause'>> = {}) =>
	fact({
		kind: 'pause',
		personId,
		privilege: 'administer-oral',
		siteId: roseHouse,
		recordedBy: grace,
		payload: { reason: 'other', reviewOn: '2027-01-01', owner: grace },
		...more,
	});

const record = (db: TestDatabase, ...facts: Fact[]) => asFairfield(db, (tx) => append(tx, fairfield, catalogue, facts));

/** Everything an append writes, to compare before with after. */
async function written({ owner }: TestDatabase) {
	const [row] = await owner`
		select (select count(*)::int from evidence) as evidence, (select count(*)::int from events) as events,
			(select count(*)::int from notes) as notes, (select md5(string_agg(s::text, ';' order by s::text)) from standings s) as standings`;
	return row;
}

test('the same id twice is one row, at once or one after the other', async () => {
	const db = await testDatabase();
	const id = randomUUID();
	const again = await Promise.all(Array.from({ length: 8 }, () => record(db, pauseOf(amara, { id, note: 'once' }))));
	again.push(await record(db, pauseOf(amara, { id, note: 'once' })));
	expect(new Set(again.map(([row]) => `${row?.id} ${row?.seq}`)).size).toBe(1);
	expect(await db.owner`select 1 from evidence where id = ${id}`).toHaveLength(1);
	expect(await db.owner`select 1 from notes where evidence_id = ${id}`).toHaveLength(1);
	expect(await db.owner`select 1 from events where evidence_id = ${id} and type = 'evidence.recorded'`).toHaveLength(1);
});

test('an id that stands for something else already is refused, not taken for recorded', async () => {
	const db = await testDatabase();
	const [withdrawn] = await record(
		db,
		fact({
			kind: 'withdrawal',
			personId: amara,
			privilege: 'administer-oral',
			siteId: roseHouse,
			recordedBy: grace,
			payload: {},
		}),
	);
	await expect(record(db, pauseOf(amara, { id: withdrawn?.id ?? '' }))).rejects.toThrow();
});

test('a hundred appends over twenty connections make one chain without a gap', async () => {
	const db = await testDatabase('demonstration', { connections: 20 });
	const [before] = await db.owner`select max(seq)::int as seq from evidence`;
	const people = ['amara.okafor', 'ben.whitfield', 'tomasz.nowak', 'danny.hughes', 'leila.haddad'].map(personOf);
	const rows = await Promise.all(
		Array.from({ length: 100 }, (_, turn) => record(db, pauseOf(people[turn % people.length] as string))),
	);
	const seqs = rows.map(([row]) => row?.seq ?? 0).sort((a, b) => a - b);
	expect(seqs).toEqual(Array.from({ length: 100 }, (_, turn) => before?.seq + 1 + turn));
	expect(await findingsOf(db)).toEqual([]);
});

test('providers do not wait for each other', async () => {
	const db = await testDatabase();
	const other = randomUUID();
	await db.owner`insert into providers (id, slug, name) values (${other}, 'other', 'Other')`;
	await db.owner`insert into people (provider_id, id, staff_code, given_name, family_name) values (${other}, ${other}, 'o', 'O', 'O')`;
	await asFairfield(db, async (tx) => {
		await append(tx, fairfield, catalogue, [pauseOf(amara)]);
		const [row] = await asProvider(db.database.db, other, (theirs) =>
			append(theirs, other, catalogue, [pauseOf(other, { siteId: null, recordedBy: null })]),
		);
		expect(row?.seq).toBe(1);
	});
});

test('a transaction rolled back leaves nothing', async () => {
	const db = await testDatabase();
	const before = await written(db);
	const work = asFairfield(db, async (tx) => {
		await append(tx, fairfield, catalogue, [pauseOf(amara, { note: 'never' })]);
		throw new Error('changed my mind');
	});
	await expect(work).rejects.toThrow('changed my mind');
	expect(await written(db)).toEqual(before);
});

test('a payload that does not fit its kind is refused and leaves nothing', async () => {
	const db = await testDatabase();
	const before = await written(db);
	const wrong = pauseOf(amara, { payload: { reason: 'other', reviewOn: 'soon', owner: grace } });
	await expect(record(db, pauseOf(amara), wrong)).rejects.toBeInstanceOf(ZodError);
	const named = pauseOf(amara, {
		payload: { reason: 'other', reviewOn: '2027-01-01', owner: grace, name: 'Amara' } as never,
	});
	await expect(record(db, named)).rejects.toBeInstanceOf(ZodError);
	expect(await written(db)).toEqual(before);
});

test.each(['evidence', 'notes', 'standings', 'events'])(
	'killed while it waits to write %s, it leaves nothing',
	async (table) => {
		const db = await testDatabase();
		const before = await written(db);
		await db.owner.begin(async (lock) => {
			await lock.unsafe(`lock table ${table} in share row exclusive mode`);
			const lost = expect(record(db, pauseOf(amara, { note: 'lost' }))).rejects.toThrow();
			let killed = 0;
			for (let turn = 0; turn < 200 && !killed; turn += 1) {
				await sleep(10);
				const waiting = await db.owner`
				select pg_terminate_backend(pid) from pg_stat_activity
				where datname = current_database() and usename = 'countersign_app' and wait_event_type = 'Lock'`;
				killed = waiting.length;
			}
			expect(killed).toBe(1);
			await lost;
		});
		expect(await written(db)).toEqual(before);
		await record(db, pauseOf(amara, { note: 'kept' }));
		expect(await findingsOf(db)).toEqual([]);
	},
);

test('killed at any moment it has written all or nothing', async () => {
	const db = await testDatabase();
	let all = 0;
	for (let turn = 0; turn < 25; turn += 1) {
		const id = randomUUID();
		const work = asFairfield(db, async (tx) => {
			const [{ pid } = { pid: 0 }] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
			void sleep(turn).then(() => db.owner`select pg_terminate_backend(${pid})`);
			await append(tx, fairfield, catalogue, [pauseOf(amara, { id, note: 'perhaps' })]);
		});
		await work.catch(() => {});
		await sleep(30);
		const [found] = await db.owner`
			select (select count(*)::int from evidence where id = ${id}) as evidence,
				(select count(*)::int from notes where evidence_id = ${id}) as notes,
				(select count(*)::int from events where evidence_id = ${id} and type = 'evidence.recorded') as events,
				(select count(*)::int from standings s join evidence e on e.seq = s.up_to_seq and e.provider_id = s.provider_id where e.id = ${id}) as standings`;
		all += found?.evidence;
		expect([JSON.stringify([0, 0, 0, 0]), true]).toContain(
			found?.evidence
				? found.notes === 1 && found.events === 1 && found.standings > 0
				: JSON.stringify(Object.values(found ?? {})),
		);
	}
	expect(all).toBeLessThan(25);
	expect(await findingsOf(db)).toEqual([]);
});

test('a note stands beside the chain, which holds only its salted hash', async () => {
	const db = await testDatabase();
	const words = 'Two tablets were found on the floor by the window';
	const [one, other] = await record(db, pauseOf(amara, { note: words }), pauseOf(amara, { note: words }));
	const rows = await db.owner`
		select e.payload ->> 'note' as hash, e::text as everything, n.salt, n.body
		from evidence e join notes n on n.evidence_id = e.id where e.id in (${one?.id ?? ''}, ${other?.id ?? ''})`;
	expect(rows).toHaveLength(2);
	for (const { hash, everything, salt, body } of rows) {
		expect(body).toBe(words);
		expect(hash).toBe(hashNote(salt, words));
		expect(everything).not.toContain('tablets');
	}
	expect(rows[0]?.hash).not.toBe(rows[1]?.hash);
	await db.owner`delete from notes`;
	expect((await findingsOf(db)).map((each) => each.what)).toEqual(['note', 'note']);
});

test('a clock that was put back never makes a row older than the one before it', async () => {
	const db = await testDatabase();
	const ahead = new Date(Date.now() + 2 * 3_600_000);
	await asProvider(db.ownerDb, fairfield, (tx) =>
		append(tx, fairfield, catalogue, [pauseOf(amara, { recordedAt: ahead })]),
	);
	const [row] = await record(db, fact({ kind: 'withdrawal', personId: amara, recordedBy: grace, payload: {} }));
	expect(row?.recordedAt).toEqual(ahead);
	expect(row?.observedAt).toEqual(ahead);
	expect(await findingsOf(db)).toEqual([]);
});

test('what is said to have happened later than now is taken to happen now', async () => {
	const db = await testDatabase();
	const [{ now } = { now: new Date() }] = await db.owner<{ now: Date }[]>`select now()`;
	const [early, late] = await record(
		db,
		pauseOf(amara, { observedAt: new Date(now.getTime() - 3_600_000) }),
		pauseOf(amara, { observedAt: new Date(now.getTime() + 3_600_000) }),
	);
	expect(early?.observedAt.getTime()).toBe(now.getTime() - 3_600_000);
	expect(late?.observedAt).toEqual(late?.recordedAt);
	expect(Math.abs((late?.recordedAt.getTime() ?? 0) - now.getTime())).toBeLessThan(5000);
});

test('a row, its standings, its events and its note are written in one transaction', async () => {
	const db = await testDatabase();
	const ben = personOf('ben.whitfield');
	const [row] = await record(db, pauseOf(ben, { note: 'why' }));
	const id = row?.id ?? '';
	const transactions = await db.owner`
		select xmin::text from evidence where id = ${id} union select xmin::text from notes where evidence_id = ${id}
		union select xmin::text from events where evidence_id = ${id} union select xmin::text from standings where person_id = ${ben}`;
	expect(transactions).toHaveLength(1);
	const events = await db.owner`select type, privilege from events where evidence_id = ${id} order by type, privilege`;
	// Assessing and much else rests on what was paused.
	const resting = [...catalogue.privileges.values()].flatMap(({ body }) =>
		body.requirements.some((each) => each.kind === 'prerequisite' && each.privilege === 'administer-oral')
			? [body.code]
			: [],
	);
	const told = events.filter((each) => each.type === 'competency.paused').map((each) => each.privilege);
	expect(told).toEqual(expect.arrayContaining(['administer-oral', 'assess']));
	expect(['administer-oral', ...resting]).toEqual(expect.arrayContaining(told));
	expect(events.filter((each) => each.type === 'evidence.recorded')).toHaveLength(1);
	const standings =
		await db.owner`select distinct standing, permit from standings where person_id = ${ben} and starts_at <= now() and privilege = any(${told})`;
	expect([...standings]).toEqual([{ standing: 'paused', permit: false }]);
});

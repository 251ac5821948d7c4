import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyProvider } from '#app/commands/verifying.ts';
import { asProvider, type Database, openDatabase } from '#db/client.server.ts';
import { seededRandom } from '#db/factory.ts';
import { openClone, type TestDatabase } from '../support/database.ts';
import { type Copies, copiesOf } from './copies.ts';
import { type DeedName, deedNames, deeds, prepare, type Request, send } from './deeds.ts';
import { buildHome, catalogue, home, northLodge, who } from './home.ts';
import { type Moment, moments, openWire, type Wire } from './wire.ts';

let db: TestDatabase;
let wire: Wire;
let wired: Database;
let copies: Copies;

beforeAll(async () => {
	db = await openClone('empty');
	await buildHome(db);
	copies = await copiesOf(db.owner, home);
	await copies.keep('start');
	wire = await openWire(db.ownerUrl);
	wired = openDatabase(wire.through(db.appUrl), { connections: 4 });
}, 60_000);

afterAll(async () => {
	await wired.close();
	await wire.close();
	await db.close();
});

/** What there is of a request: its row, what belongs to it, and what it should have taken away. */
async function traces(name: DeedName, { id }: Request) {
	const { personId, row } = deeds[name];
	const column = row === 'id' ? db.owner`id = ${id}` : db.owner`payload ->> 'attempt' = ${id}`;
	const [found] = await db.owner`
		with rows as (select id, seq from evidence where provider_id = ${home} and ${column})
		select (select count(*)::int from rows) as rows,
			(select count(*)::int from rows r join events e on e.evidence_id = r.id and e.type = 'evidence.recorded') as told,
			(select count(*)::int from rows r join notes n on n.evidence_id = r.id) as notes,
			(select bool_and(s.up_to_seq = coalesce((select seq from rows), (select max(seq) from evidence where person_id = ${personId})))
				from standings s where s.person_id = ${personId}) as standings,
			(select count(*)::int from rounds where id = ${id}) as open_rounds,
			(select count(*)::int from attempts where id = ${id} and marked_at is null) as open_attempts`;
	return found;
}

const findings = () =>
	db.ownerDb.transaction((tx) => verifyProvider(tx, home, catalogue), { isolationLevel: 'repeatable read' });

/** A request that is done, or not: nothing in between. */
function whole(name: DeedName, done: boolean) {
	const count = done ? 1 : 0;
	return {
		rows: count,
		told: count,
		notes: deeds[name].hasNote ? count : 0,
		standings: true,
		open_rounds: name === 'signing a round' && !done ? 1 : 0,
		open_attempts: name === 'handing a quiz in' && !done ? 1 : 0,
	};
}

/** After whatever happened: all or nothing; sent again it is there once; and nothing is to be found. */
async function settles(name: DeedName, request: Request, what: string): Promise<boolean> {
	const after = await traces(name, request);
	const done = after?.rows === 1;
	expect(after, what).toEqual(whole(name, done));
	expect(await send(db.database.db, name, request), `${what}, then sent again`).toBe(true);
	expect(await traces(name, request), `${what}, then sent again`).toEqual(whole(name, true));
	expect(await findings(), what).toEqual([]);
	return done;
}

async function isGone(backend: number): Promise<void> {
	for (let turn = 0; turn < 500; turn += 1) {
		if (!(await db.owner`select 1 from pg_stat_activity where pid = ${backend}`).length) return;
		await sleep(2);
	}
	throw new Error(`the server still works for somebody who is gone: ${backend}`);
}

/** How often it waits on a connection that is as new as the one that takes the place of one that was cut. */
async function countWaits(name: DeedName): Promise<number> {
	await copies.restore('start');
	const request = await prepare(db.database.db, name);
	const fresh = openDatabase(wire.through(db.appUrl), { connections: 1 });
	await asProvider(fresh.db, home, (tx) => tx.execute(sql`select 1`));
	wire.arm(null);
	await send(fresh.db, name, request);
	const { waits } = wire.seen();
	await fresh.close();
	return waits;
}

test.each(deedNames)(
	'cut off or ended by the server at each wait in turn, %s is all or nothing, and once',
	async (name) => {
		const waits = await countWaits(name);
		expect(waits).toBeGreaterThan(8);
		// Every wait once, in each manner by turns; those about the commit in every manner.
		const plan = Array.from({ length: waits }, (_, place) => place + 1).flatMap((wait) =>
			(wait > waits - 3 ? moments : [moments[wait % 3] as Moment]).flatMap((moment) =>
				(wait > waits - 3 ? [false, true] : [wait % 2 === 0]).map((ended) => ({ wait, moment, ended })),
			),
		);
		const outcomes = new Set<boolean>();
		for (const { wait, moment, ended } of plan) {
			await copies.restore('start');
			const request = await prepare(db.database.db, name);
			await asProvider(wired.db, home, (tx) => tx.execute(sql`select 1`));
			let backend = 0;
			const blow = async (pid: number) => {
				backend = pid;
				if (ended) await db.owner`select pg_terminate_backend(${pid})`;
				if (ended) await isGone(pid);
			};
			wire.arm({ wait, moment, blow });
			await send(wired.db, name, request).catch(() => {});
			wire.arm(null);
			if (backend) await isGone(backend);
			outcomes.add(
				await settles(name, request, `${name}, ${ended ? 'ended' : 'cut'} at wait ${wait} of ${waits}, ${moment}`),
			);
		}
		// Otherwise the plan would have missed the commit.
		expect(outcomes).toEqual(new Set([true, false]));
	},
	120_000,
);

/** A process that is about to be ready to send, made ahead: it starts while the one before it is looked at. */
function makeSender() {
	const child = spawn(process.execPath, ['--import', 'tsx', 'test/faults/sender.ts', wire.through(db.appUrl)], {
		stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
	});
	return { child, ready: once(child, 'message') };
}

test('a process killed at a wait leaves all or nothing, and the request sent again is there once', async () => {
	const random = seededRandom(Number(process.env.FAULT_SEED ?? Date.now() % 100_000));
	// The first of each is let through: a new process waits more often than one that knows its statements.
	const plan = deedNames.flatMap((name) => [
		{ name, kill: null },
		{ name, kill: { part: random(), moment: moments[Math.floor(random() * 3)] as Moment } },
		{ name, kill: { part: random(), moment: 'answered' as Moment } },
	]);
	const waitsOf = new Map<DeedName, number>();
	let sender = makeSender();
	for (const [place, { name, kill }] of plan.entries()) {
		await copies.restore('start');
		const request = await prepare(db.database.db, name);
		const { child, ready } = sender;
		await ready;
		const gone = once(child, 'exit');
		let backend = 0;
		const blow = async (pid: number) => {
			backend = pid;
			child.kill('SIGKILL');
			await gone;
		};
		const wait = kill ? 1 + Math.floor(kill.part * (waitsOf.get(name) ?? 0)) : 0;
		wire.arm(kill && { wait, moment: kill.moment, blow });
		const said = once(child, 'message');
		child.send({ name, request });
		await Promise.race([gone, said]);
		const { waits, struck } = wire.seen();
		wire.arm(null);
		if (!kill) waitsOf.set(name, waits);
		if (!struck) child.kill('SIGKILL');
		await gone;
		if (backend) await isGone(backend);
		// Not before: what it asks while it starts would be counted as well.
		if (place < plan.length - 1) sender = makeSender();
		const what = kill
			? `${name}, killed at wait ${wait} of ${waitsOf.get(name)}, ${kill.moment}`
			: `${name}, let through`;
		expect(struck, what).toBe(kill !== null);
		await settles(name, request, what);
	}
}, 240_000);

test.each(deedNames)('a double click of %s is recorded once', async (name) => {
	for (let turn = 0; turn < 3; turn += 1) {
		await copies.restore('start');
		const request = await prepare(db.database.db, name);
		const clicks = Array.from({ length: 4 }, () => send(wired.db, name, request));
		expect(await Promise.all(clicks)).toEqual([true, true, true, true]);
		await settles(name, request, `${name}, clicked four times`);
	}
});

test('two managers who sign the same person off at once leave somebody who is signed off', async () => {
	for (let turn = 0; turn < 5; turn += 1) {
		await copies.restore('start');
		const [one, other] = [await prepare(db.database.db, 'signing off'), await prepare(db.database.db, 'signing off')];
		await Promise.all([send(wired.db, 'signing off', one), send(wired.db, 'signing off', other)]);
		const [standing] = await db.owner`
			select standing, permit from standings
			where person_id = ${who.ready} and privilege = 'administer-oral' and site_id = ${northLodge} order by starts_at limit 1`;
		expect(standing).toEqual({ standing: 'competent', permit: true });
	}
});

test('two managers who take the same row back at once take it back once', async () => {
	for (let turn = 0; turn < 5; turn += 1) {
		await copies.restore('start');
		const one = await prepare(db.database.db, 'taking a round back');
		const other = { ...one, id: crypto.randomUUID() };
		const answers = await Promise.all([one, other].map((each) => send(wired.db, 'taking a round back', each)));
		expect(answers.toSorted()).toEqual([false, true]);
		expect(await db.owner`select 1 from evidence where supersedes = ${one.about}`).toHaveLength(1);
	}
});

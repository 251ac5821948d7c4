import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { liftPause, pause } from '#app/commands/authorising.ts';
import { switchOff, switchOn } from '#app/commands/registering-clients.ts';
import { health } from '#app/gate/health.ts';
import { watchGate } from '#app/gate/watch.ts';
import { appUrlFrom, type Database, openDatabase, type Tx } from '#db/client.server.ts';
import { connect } from '#db/connect.ts';
import { listAbsentCopies } from '#db/queries/copies.ts';
import { believedFor, isWaitedFor } from '#db/replica.ts';
import { demonstration } from '#db/seed.ts';
import { did } from '../support/amounts.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { asFairfield, authoriser, ben, catalogue, cellOf, grace } from '../support/demonstration.ts';
import { question, serveGate } from '../support/gate.ts';
import { makeReplica, ownServer, seed } from '../support/own-server.ts';
import { watchForStale } from '../support/stale.ts';

const graceHerself = authoriser(grace);
const client = `client ${demonstration.clientId}`;

/** A primary with one replica that its stopping commits wait for, and a gate that reads that replica. */
async function gateOnReplica() {
	const primary = ownServer('primary');
	const first = await primary.start();
	await seed(first);
	await primary.stop();
	const replica = makeReplica(primary, first, 'gate1');
	const primaryUrl = await primary.start();
	const replicaUrl = await replica.start();
	const owner = connect(primaryUrl, { max: 1 });
	const replicaOwner = () => {
		const sql = connect(replicaUrl, { max: 1 });
		return { sql, end: () => sql.end({ timeout: 1 }) };
	};
	const setPrimary = async (name: string, value: string) => {
		await owner.unsafe(`alter system set ${name} = '${value}'`);
		await owner`select pg_reload_conf()`;
	};
	await setPrimary('synchronous_standby_names', 'FIRST 1 (gate1)');
	let unconfirmed = 0;
	// The pages' process, which knows nothing of the replica, and the gate's.
	const writer = openDatabase(appUrlFrom(primaryUrl), { onUnconfirmed: () => (unconfirmed += 1) });
	const reader = openDatabase(appUrlFrom(primaryUrl), { replicaUrl: appUrlFrom(replicaUrl) });
	onTestFinished(async () => {
		await owner.end({ timeout: 1 });
		await Promise.all([writer.close(), reader.close()]);
	});
	const gate = await serveGate(reader);
	const write = <T>(work: (tx: Tx) => Promise<T>) => asFairfield({ database: writer } as TestDatabase, work);
	return {
		primary,
		replica,
		replicaOwner,
		owner,
		setPrimary,
		reader,
		writer,
		gate,
		write,
		unconfirmed: () => unconfirmed,
	};
}

/** What `/healthz` says in a process of pages. */
async function healthOf(database: Database): Promise<string> {
	const watch = watchGate(database);
	const answer = health({
		database,
		migrations: 0,
		watch,
		lastRuns: () => new Map(),
		metricsToken: undefined,
		apart: false,
	});
	const said = await new Promise<string>((resolve) => {
		const response = { writeHead: () => response, end: resolve };
		answer({ url: '/healthz' } as IncomingMessage, response as never);
	});
	await watch.stop();
	return said;
}

test('a gate on a replica is never stale: while it follows, while it is held up, and while it begins again', async () => {
	const { replica, replicaOwner, setPrimary, reader, writer, gate, write, unconfirmed } = await gateOnReplica();
	const watch = watchForStale();
	const statuses = new Map<number, number>();
	const isBack = async () => {
		for (let turn = 0; turn < 500 && (await gate.requestToken()).status !== 200; turn += 1) await sleep(20);
		for (let turn = 0; turn < 500 && (await gate.ask(question('ben.whitfield'))).status === 503; turn += 1)
			await sleep(20);
		return (await gate.ask(question('ben.whitfield'))).status;
	};
	expect(await isBack()).toBe(200);

	async function ask(): Promise<void> {
		const watched = watch.asking();
		const { status, body } = await gate.ask(question('ben.whitfield'));
		statuses.set(status, (statuses.get(status) ?? 0) + 1);
		if (status !== 200) return sleep(2).then(() => {});
		watched(body.decision ? ['ben', client] : [client], 'the gate on the replica');
	}
	let going = true;
	const load = Promise.all(
		Array.from({ length: 6 }, async () => {
			while (going) await ask();
		}),
	);
	onTestFinished(async () => {
		going = false;
		await load;
	});

	async function pauseAndLift(): Promise<void> {
		const given = { id: randomUUID(), reason: 'other', reviewOn: '2030-01-01' } as const;
		await write((tx) => pause(tx, graceHerself, catalogue, cellOf(ben), given));
		watch.stop('ben');
		await Promise.all(Array.from({ length: 10 }, ask));
		watch.restart('ben');
		await write((tx) => liftPause(tx, graceHerself, catalogue, cellOf(ben), { note: 'well' }));
	}
	async function switchOffAndOn(): Promise<void> {
		await write((tx) => switchOff(tx, graceHerself, demonstration.clientId, { reason: 'a test' }));
		watch.stop(client);
		await Promise.all(Array.from({ length: 10 }, ask));
		watch.restart(client);
		await write((tx) => switchOn(tx, graceHerself, demonstration.clientId));
	}

	for (let turn = 0; turn < 6; turn += 1) {
		await pauseAndLift();
		await switchOffAndOn();
	}
	expect(unconfirmed()).toBe(0);
	expect(await isBack()).toBe(200);

	// Replay is held up: the pause is there, but not at the replica.
	const held = replicaOwner();
	await held.sql`select pg_wal_replay_pause()`;
	const started = performance.now();
	const given = { id: randomUUID(), reason: 'other', reviewOn: '2030-01-01' } as const;
	await write((tx) => pause(tx, graceHerself, catalogue, cellOf(ben), given));
	watch.stop('ben');
	expect(performance.now() - started).toBeGreaterThan(believedFor);
	expect(unconfirmed()).toBe(1);
	expect(Date.now() - writer.lastUnconfirmed()).toBeLessThan(60_000);
	expect(await gate.ask(question('ben.whitfield'))).toMatchObject({ status: 503 });
	expect(reader.gate.following?.trouble()).toBe('it lags');
	await held.sql`select pg_wal_replay_resume()`;
	await held.end();
	expect(await isBack()).toBe(200);
	expect((await gate.ask(question('ben.whitfield'))).body).toMatchObject({ decision: false });
	watch.restart('ben');
	await write((tx) => liftPause(tx, graceHerself, catalogue, cellOf(ben), { note: 'well' }));

	// It goes, as in a power cut, just after it has confirmed, and comes back perhaps further back than it was.
	for (let turn = 0; turn < 2; turn += 1) {
		await write((tx) => pause(tx, graceHerself, catalogue, cellOf(ben), { ...given, id: randomUUID() }));
		watch.stop('ben');
		await replica.kill();
		await replica.start();
		expect(await isBack()).toBe(200);
		expect((await gate.ask(question('ben.whitfield'))).body).toMatchObject({ decision: false });
		watch.restart('ben');
		await write((tx) => liftPause(tx, graceHerself, catalogue, cellOf(ben), { note: 'well' }));
		expect((await gate.ask(question('ben.whitfield'))).body).toMatchObject({ decision: true });
	}

	// It is away while somebody is paused.
	expect(await write(listAbsentCopies)).toEqual([]);
	await replica.stop();
	expect(await write(listAbsentCopies)).toEqual(['gate1']);
	expect(await healthOf(writer)).toContain('the copy gate1 that a gate reads is not connected');
	await write((tx) => pause(tx, graceHerself, catalogue, cellOf(ben), { ...given, id: randomUUID() }));
	watch.stop('ben');
	expect(await gate.ask(question('ben.whitfield'))).toMatchObject({ status: 503 });
	await replica.start();
	expect(await isBack()).toBe(200);
	expect((await gate.ask(question('ben.whitfield'))).body).toMatchObject({ decision: false });

	// No commit waits for it any more: then nothing proves that it has everything.
	await setPrimary('synchronous_standby_names', '');
	await sleep(believedFor + 300);
	expect(await gate.ask(question('ben.whitfield'))).toMatchObject({ status: 503 });
	expect(reader.gate.following?.trouble()).toBe('commits do not wait for gate1');

	going = false;
	await load;
	const { permits, stops } = watch.seen();
	const told = [...statuses].map(([status, count]) => `${count} x ${status}`);
	did(
		`A gate on a replica: ${stops} stops, ${permits} permits, ${watch.stale.length} of them stale; answers ${told.join(', ')}`,
	);
	expect(watch.stale).toEqual([]);
	expect(permits).toBeGreaterThan(100);
}, 120_000);

test('a gate that is told to read the primary as its replica answers nothing', async () => {
	const { appUrl } = await testDatabase();
	const database = openDatabase(appUrl, { replicaUrl: appUrl });
	onTestFinished(() => database.close());
	const { requestToken, send } = await serveGate(database);
	const token = (await requestToken()).body.access_token;
	const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
	expect(await send({ headers, body: JSON.stringify(question('ben.whitfield')) })).toMatchObject({ status: 503 });
	await sleep(300);
	expect(database.gate.following?.trouble()).toBe('it is no replica of this database');
	expect(await send({ headers, body: JSON.stringify(question('ben.whitfield')) })).toMatchObject({ status: 503 });
});

test.each([
	['gate1', 'gate1', true],
	['gate1', '"gate1"', true],
	['gate1', 'FIRST 1 (gate1)', true],
	['gate1', 'first 2 (gate1, gate2)', true],
	['gate2', '2 (gate1, "gate2")', true],
	['gate1', 'ANY 2 (gate1, gate2)', true],
	['gate1', 'ANY 1 (gate1, gate2)', false],
	['gate1', 'gate1, gate2', false],
	['gate1', '*', false],
	['gate1', 'FIRST 1 (gate2)', false],
	['gate1', '', false],
	['', '', false],
])('whether commits wait for %o where they wait for %o: %o', (name, waitedFor, expected) => {
	expect(isWaitedFor(name, waitedFor)).toBe(expected);
});

/** The tables a gate's statement has looked into, by the server's own counts. */
test('whatever the gate reads is committed everywhere, by a trigger that nothing can forget', async () => {
	const { owner } = await testDatabase();
	const read = await owner.begin(async (tx) => {
		await tx`set local plan_cache_mode = force_generic_plan`;
		await tx`select * from gate_answers(array['demo-emar'], array['ben.whitfield'], array['administer-oral'], array['rose-house'], array[true], array[]::timestamptz[])`;
		await tx`select * from gate_answers(array['demo-emar'], array['ben.whitfield'], array['administer-oral'], array['nowhere'], array[true], array[]::timestamptz[])`;
		await tx`select * from find_client('demo-emar')`;
		await tx`select * from gate_people('demo-emar', 'administer-oral', 'rose-house')`;
		await tx`select * from gate_places('demo-emar', 'ben.whitfield', 'administer-oral')`;
		await tx`select id from signing_keys`;
		return tx<{ table: string }[]>`
			select relname as table from pg_stat_xact_user_tables
			where schemaname = 'public' and coalesce(seq_scan, 0) + coalesce(idx_scan, 0) > 0 order by relname`;
	});
	const tables = read.map((each) => each.table);
	expect(tables).toEqual(
		expect.arrayContaining(['clients', 'people', 'policies', 'signing_keys', 'sites', 'standings']),
	);
	const guarded = await owner<{ table: string }[]>`
		select tgrelid::regclass::text as table from pg_trigger where tgfoid = 'commit_everywhere'::regproc`;
	expect(tables.filter((table) => !guarded.some((each) => each.table === table))).toEqual([]);
	const left = await owner.begin(async (tx) => {
		await tx`update clients set name = name`;
		const [row] = await tx<{ now: string }[]>`select current_setting('synchronous_commit') as now`;
		return row?.now;
	});
	expect(left).toBe('remote_apply');
});

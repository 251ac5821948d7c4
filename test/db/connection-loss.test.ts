import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { expect, onTestFinished, test } from 'vitest';
import { saveReading } from '#app/commands/learning.ts';
import type { LearningModule } from '#app/domain/module.ts';
import { openDatabase, type Tx } from '#db/client.server.ts';
import { insertSearch } from '#db/queries/searches.ts';
import { findProvider } from '#db/queries/sign-in.ts';
import { demonstration } from '#db/seed.ts';
import { moments, openWire } from '../faults/wire.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { amara, asFairfield, catalogue, fairfield } from '../support/demonstration.ts';

/** A database that restarts or fails over ends connections in the middle of transactions. */
const learner = { providerId: fairfield, personId: amara };
const module = catalogue.modules.get('oral-medicines')?.body as LearningModule;
const lastPage = module.pages.at(-1)?.id ?? '';

async function loseConnection({ owner }: TestDatabase, tx: Tx): Promise<void> {
	const [{ pid } = { pid: 0 }] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
	await owner`select pg_terminate_backend(${pid})`;
}

test('a transaction that loses its connection between two statements fails, and nothing else does', async () => {
	const db = await testDatabase('demonstration', { connections: 1 });
	const lost = asFairfield(db, async (tx) => {
		await saveReading(tx, learner, module, lastPage);
		await loseConnection(db, tx);
		await sleep(20);
		await saveReading(tx, learner, module, lastPage);
	});
	await expect(lost).rejects.toThrow();
	await sleep(50);
	expect(await db.owner`select 1 from readings`).toHaveLength(0);
	const started = performance.now();
	await asFairfield(db, (tx) => saveReading(tx, learner, module, lastPage));
	expect(performance.now() - started).toBeLessThan(1500);
	expect(await db.owner`select 1 from readings`).toHaveLength(1);
});

test('what a lost transaction still wanted to write does not land in another one', async () => {
	const db = await testDatabase('demonstration', { connections: 1 });
	let goOn = () => {};
	const busy = new Promise<void>((resolve) => {
		goOn = resolve;
	});
	let finished = Promise.resolve<unknown>(undefined);
	const lost = asFairfield(db, async (tx) => {
		await loseConnection(db, tx);
		// As while a PIN is being checked.
		await busy;
		finished = saveReading(tx, learner, module, lastPage).catch(() => {});
		await finished;
	});
	await expect(lost).rejects.toThrow();
	await asFairfield(db, async (tx) => {
		await tx.execute(sql`select 1`);
		goOn();
		await sleep(100);
		await tx.execute(sql`select 1`);
	});
	await Promise.race([finished, sleep(500)]);
	expect(await db.owner`select 1 from readings`).toHaveLength(0);
});

test('after as many losses as the pool has connections it serves as before', async () => {
	const db = await testDatabase('demonstration', { connections: 3 });
	for (let turn = 0; turn < 8; turn += 1)
		await asFairfield(db, async (tx) => {
			await loseConnection(db, tx);
			await tx.execute(sql`select 1`);
		}).catch(() => {});
	const started = performance.now();
	await Promise.all(Array.from({ length: 9 }, () => asFairfield(db, (tx) => tx.execute(sql`select 1`))));
	expect(performance.now() - started).toBeLessThan(1500);
});

test('questions outside a transaction are answered again at once, however many were on their way', async () => {
	const db = await testDatabase();
	const find = () =>
		findProvider(db.database.db, 'fairfield-care').then(
			(found) => found?.id,
			() => undefined,
		);
	let going = true;
	const load = Promise.all(
		Array.from({ length: 20 }, async () => {
			while (going) await Promise.race([find(), sleep(100)]);
		}),
	);
	const longest: number[] = [];
	for (let turn = 0; turn < 8; turn += 1) {
		await sleep(100);
		await db.owner`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'countersign_app'`;
		const started = performance.now();
		while (performance.now() - started < 3000 && (await Promise.race([find(), sleep(500)])) !== fairfield)
			await sleep(10);
		longest.push(Math.round(performance.now() - started));
	}
	going = false;
	await load;
	expect(Math.max(...longest)).toBeLessThan(1500);
	// Every connection of the pool, not only one of them.
	const started = performance.now();
	expect(await Promise.all(Array.from({ length: 40 }, find))).toEqual(Array(40).fill(fairfield));
	expect(performance.now() - started).toBeLessThan(1500);
}, 40_000);

test('a search whose connection is lost at any moment is written down or fails, and the next is written at once', async () => {
	const db = await testDatabase();
	const wire = await openWire(db.ownerUrl);
	const { log, close } = openDatabase(wire.through(db.appUrl));
	onTestFinished(async () => {
		await close();
		await wire.close();
	});
	const unheard: unknown[] = [];
	const hear = (error: unknown) => unheard.push(error);
	for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
		process.on(event, hear);
		onTestFinished(() => void process.off(event, hear));
	}
	const { clientId } = demonstration;
	const search = (resourceId: string) =>
		insertSearch(log, fairfield, { clientId, sought: 'subject', personId: null, action: null, resourceId, found: 0 });
	const kept = async (of: string) => (await db.owner`select 1 from searches where resource_id = ${of}`).length;
	await search('first');
	let [written, failed] = [0, 0];
	for (const moment of moments)
		for (const wait of [1, 2, 3]) {
			const name = `${moment} ${wait}`;
			wire.arm({ wait, moment, blow: () => {} });
			const three = await Promise.allSettled([search(name), search(name), search(name)]);
			wire.arm(null);
			failed += three.filter((each) => each.status === 'rejected').length;
			const answered = three.filter((each) => each.status === 'fulfilled').length;
			await sleep(50);
			written += await kept(name);
			expect(await kept(name), name).toBeGreaterThanOrEqual(answered);
			expect(await kept(name), name).toBeLessThanOrEqual(3);
			const started = performance.now();
			await search(`after ${name}`);
			expect(performance.now() - started).toBeLessThan(1500);
			expect(await kept(`after ${name}`)).toBe(1);
		}
	expect([written > 0, failed > 0]).toEqual([true, true]);
	expect(unheard).toEqual([]);
}, 40_000);

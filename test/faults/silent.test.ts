import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '#db/client.server.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { asFairfield } from '../support/demonstration.ts';
import { serveGate } from '../support/gate.ts';
import { openWire } from './wire.ts';

/** Well under the quarter of an hour after which TCP gives up, also on a slow machine. */
const longest = 15_000;

/** Pages on a wire that can go silent, with a few connections open and used. */
async function pagesOnWire(connections = 3) {
	const db = await testDatabase();
	const wire = await openWire(db.ownerUrl);
	const database = openDatabase(wire.through(db.appUrl), { connections });
	onTestFinished(async () => {
		await database.close();
		await wire.close();
	});
	const page = (work = sql`select 1`) => asFairfield({ database } as TestDatabase, (tx) => tx.execute(work));
	await Promise.all(Array.from({ length: connections }, () => page(sql`select pg_sleep(0.1)`)));
	await database.db.execute(sql`select 1`);
	return { database, wire, page };
}

const timed = async (work: Promise<unknown>) => {
	const started = performance.now();
	const came = await work.then(
		() => 'answered',
		() => 'failed',
	);
	return { came, milliseconds: performance.now() - started };
};

test('on a network that has gone silent pages fail in bounded time, and the next are answered', async () => {
	const { database, wire, page } = await pagesOnWire();
	wire.hold();
	// More than there are connections, and one that asks outside a transaction, as a session is looked up.
	const all = await Promise.all(
		[...Array.from({ length: 6 }, () => page()), database.db.execute(sql`select 1`)].map(timed),
	);
	expect(Math.max(...all.map((each) => each.milliseconds))).toBeLessThan(longest);
	expect(all.filter((each) => each.came === 'failed').length).toBeGreaterThan(3);
	const again = await Promise.all([page(), page(), page(), database.db.execute(sql`select 1`)].map(timed));
	expect(again.map((each) => each.came)).toEqual(Array(4).fill('answered'));
	expect(Math.max(...again.map((each) => each.milliseconds))).toBeLessThan(2000);
}, 60_000);

test('a token can be had again soon after the network went silent', async () => {
	const { database, wire } = await pagesOnWire();
	const { requestToken } = await serveGate(database);
	expect((await requestToken()).status).toBe(200);
	wire.hold();
	const started = performance.now();
	expect((await requestToken()).status).toBe(503);
	while ((await requestToken()).status !== 200 && performance.now() - started < longest) await sleep(100);
	expect(performance.now() - started).toBeLessThan(longest);
}, 60_000);

test('what only takes long is waited for, by whoever has a connection; whoever has none is told so, and locks have an end', async () => {
	const { page } = await pagesOnWire(1);
	const all = await Promise.all([page(sql`select pg_sleep(11)`), page()].map(timed));
	expect(all.map((each) => each.came)).toEqual(['answered', 'failed']);
	expect(await page(sql`show lock_timeout`)).toMatchObject([{ lock_timeout: '20s' }]);
}, 60_000);

import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { expect, onTestFinished, test } from 'vitest';
import { appUrlFrom, openDatabase } from '#db/client.server.ts';
import { startEmbedded } from '#db/embedded.ts';
import { migrateDatabase } from '#db/migrate.ts';
import { addFirstSigningKey } from '#db/queries/clients.ts';
import { pinContentVersions } from '#db/queries/content.ts';
import * as schema from '#db/schema.ts';
import { seedDemonstration } from '#db/seed.ts';
import type { TestDatabase } from '../support/database.ts';
import { asFairfield, catalogue } from '../support/demonstration.ts';
import { type Answer, question, serveGate, testGate } from '../support/gate.ts';

type Ask = () => Promise<Answer>;
const longest = 2500;

/** What each of many answers was: a status, and never a decision that is not what stands in the database. */
const statuses = (answers: Answer[]) => [...new Set(answers.map(({ status }) => status))].sort();

async function comesBack(ask: Ask, within: number): Promise<number> {
	const started = performance.now();
	while (performance.now() - started < within) {
		if ((await ask()).status === 200) return performance.now() - started;
		await sleep(20);
	}
	return Number.POSITIVE_INFINITY;
}

/** Asks without a pause from several sides until it is told to stop. */
function hammer(ask: Ask, sides = 30) {
	const answers: Answer[] = [];
	let going = true;
	const all = Promise.all(
		Array.from({ length: sides }, async () => {
			while (going) answers.push(await ask());
		}),
	);
	const stop = () => {
		going = false;
		return all;
	};
	// Before the server closes, also when the test has failed.
	onTestFinished(async () => {
		await stop();
	});
	return { answers, stop };
}

const endSessions = ({ owner }: TestDatabase) =>
	owner`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'countersign_app'`;

test('a database that keeps the gate waiting is answered 503 in time, for every question, and then permits again', async () => {
	const { db, ask, token } = await testGate();
	await token();
	const ben: Ask = () => ask(question('ben.whitfield'));
	expect(await ben()).toMatchObject({ status: 200, body: { decision: true } });
	const late: Answer[] = [];
	await db.owner.begin(async (lock) => {
		await lock`lock table standings in access exclusive mode`;
		const asked: Promise<unknown>[] = [];
		for (let turn = 0; turn < 20; turn += 1) {
			asked.push(ben().then((answer) => late.push(answer)));
			await sleep(150);
		}
		await Promise.all(asked);
	});
	expect(statuses(late)).toEqual([503]);
	expect(late[0]?.headers).toMatchObject({ 'retry-after': '1' });
	expect(Math.max(...late.map(({ milliseconds }) => milliseconds))).toBeLessThan(longest);
	expect(await comesBack(ben, 5000)).toBeLessThan(longest);
});

test('a wait that was too long for one answer leaves nothing running that grows', async () => {
	const { db, ask, token } = await testGate();
	await token();
	const ben: Ask = () => ask(question('ben.whitfield'));
	await db.owner.begin(async (lock) => {
		await lock`lock table standings in access exclusive mode`;
		const load = hammer(ben, 10);
		await sleep(6000);
		await load.stop();
		expect(statuses(load.answers)).toEqual([503]);
	});
	expect(await comesBack(ben, 5000)).toBeLessThan(longest);
});

test('a connection that is ended by the server, with and without load, is replaced at once', async () => {
	const { db, ask, token } = await testGate();
	await token();
	const ben: Ask = () => ask(question('ben.whitfield'));
	for (let turn = 0; turn < 5; turn += 1) {
		await ben();
		await endSessions(db);
		expect(await comesBack(ben, 5000), `quiet, turn ${turn}`).toBeLessThan(1500);
	}
	const load = hammer(ben);
	for (let turn = 0; turn < 10; turn += 1) {
		await sleep(300);
		await endSessions(db);
		expect(await comesBack(ben, 8000), `under load, turn ${turn}`).toBeLessThan(longest);
	}
	await load.stop();
	expect(statuses(load.answers)).toEqual([200, 503]);
	expect(load.answers.filter(({ status, body }) => status === 200 && !body.decision)).toEqual([]);
});

test('without a database there is no token and no decision, and both are back when it is back, with nothing restarted', async () => {
	const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'countersign-outage-')));
	chmodSync(folder, 0o711);
	const started: Awaited<ReturnType<typeof startEmbedded>>[] = [];
	const start = async () => {
		const server = await startEmbedded({ dataDir: folder, durable: false });
		started.push(server);
		return server;
	};
	onTestFinished(async () => {
		for (const server of started) await server.stop();
		rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	});
	const first = await start();
	await migrateDatabase(first.ownerUrl);
	const client = postgres(first.ownerUrl, { max: 1, onnotice: () => {} });
	const owner = drizzle({ client, schema });
	await pinContentVersions(owner, catalogue.versions);
	const { exportJWK, generateKeyPair } = await import('jose');
	const { privateKey } = await generateKeyPair('ES256', { extractable: true });
	const privateJwk = (await exportJWK(privateKey)) as Record<string, string>;
	await addFirstSigningKey(owner, { id: 'one', algorithm: 'ES256', privateJwk });
	await seedDemonstration(owner, catalogue, new Date());
	await client.end();

	const database = openDatabase(appUrlFrom(first.ownerUrl));
	onTestFinished(() => database.close());
	const { ask, requestToken, token } = await serveGate(database);
	await token();
	const ben: Ask = () => ask(question('ben.whitfield'));
	expect(await ben()).toMatchObject({ status: 200, body: { decision: true } });

	for (const how of ['quiet', 'loaded'] as const) {
		const load = hammer(ben, how === 'loaded' ? 30 : 0);
		// A page in the middle of its work, as there always is one.
		const page = asFairfield({ database } as TestDatabase, () => sleep(400)).catch(() => 'lost');
		await sleep(100);
		await started.at(-1)?.stop();
		expect(await page).toBe('lost');
		for (let turn = 0; turn < 5; turn += 1) {
			const answer = await ben();
			expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
			expect(answer.milliseconds).toBeLessThan(longest);
			expect(typeof answer.body).toBe('string');
		}
		expect(await requestToken()).toMatchObject({ status: 503 });
		const again = await start();
		expect(again.ownerUrl).toBe(first.ownerUrl);
		expect(await comesBack(ben, 10_000), how).toBeLessThan(longest);
		expect(await requestToken()).toMatchObject({ status: 200 });
		await load.stop();
		expect(load.answers.filter(({ status, body }) => status === 200 && !body.decision)).toEqual([]);
		expect(Math.max(0, ...load.answers.map(({ milliseconds }) => milliseconds)), how).toBeLessThan(longest);
	}
}, 40_000);

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { decisionLog, type LogPromise } from '#app/gate/decision-log.ts';
import { appUrlFrom, openDatabase } from '#db/client.server.ts';
import { openWire } from '../faults/wire.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { asFairfield } from '../support/demonstration.ts';
import { type Answer, question, serveGate, testGate } from '../support/gate.ts';
import { ownServer, seed } from '../support/own-server.ts';

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
	const server = ownServer('outage');
	const ownerUrl = await server.start();
	await seed(ownerUrl);
	const database = openDatabase(appUrlFrom(ownerUrl));
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
		await server.stop();
		expect(await page).toBe('lost');
		for (let turn = 0; turn < 5; turn += 1) {
			const answer = await ben();
			expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
			expect(answer.milliseconds).toBeLessThan(longest);
			expect(typeof answer.body).toBe('string');
		}
		expect(await requestToken()).toMatchObject({ status: 503 });
		expect(await server.start()).toBe(ownerUrl);
		expect(await comesBack(ben, 10_000), how).toBeLessThan(longest);
		expect(await requestToken()).toMatchObject({ status: 200 });
		await load.stop();
		expect(load.answers.filter(({ status, body }) => status === 200 && !body.decision)).toEqual([]);
		expect(Math.max(0, ...load.answers.map(({ milliseconds }) => milliseconds)), how).toBeLessThan(longest);
	}
}, 40_000);

test('a wire that goes silent is answered 503 in time, and another is taken, whether or not it speaks again', async () => {
	const db = await testDatabase();
	const wire = await openWire(db.ownerUrl);
	const database = openDatabase(wire.through(db.appUrl));
	onTestFinished(async () => {
		await database.close();
		await wire.close();
	});
	const decisions = decisionLog(database.log, { promise: 'answer', patience: 3000 });
	const { ask, token } = await serveGate(database, decisions);
	await token();
	const ben: Ask = () => ask(question('ben.whitfield'));
	expect(await ben()).toMatchObject({ status: 200, body: { decision: true } });
	for (const speaksAgain of [true, false]) {
		wire.hold();
		const late = await Promise.all(Array.from({ length: 5 }, ben));
		expect(statuses(late)).toEqual([503]);
		expect(Math.max(...late.map(({ milliseconds }) => milliseconds))).toBeLessThan(longest);
		if (speaksAgain) wire.release();
		expect(await comesBack(ben, 20_000), `speaks again: ${speaksAgain}`).toBeLessThan(8000);
		expect(await ben()).toMatchObject({ status: 200, body: { decision: true } });
	}
	for (let turn = 0; turn < 200 && !(await decisions.flush()); turn += 1) await sleep(50);
	expect(decisions.state()).toMatchObject({ waiting: 0, lost: 0, writable: true });
}, 60_000);

test('a database that takes no more connections is answered 503 in time, and then permits again', async () => {
	const { db, ask, token, requestToken, send } = await testGate();
	await token();
	const ben: Ask = () => ask(question('ben.whitfield'));
	await ben();
	await db.owner.unsafe(`alter database ${db.name} connection limit 0`);
	await endSessions(db);
	const load = hammer(ben, 10);
	await sleep(1000);
	const search = await ask({ ...question(''), subject: { type: 'staff' } }, { path: '/access/v1/search/subject' });
	expect([403, 503]).toContain(search.status);
	expect(await requestToken()).toMatchObject({ status: 503 });
	expect(await send({ path: '/.well-known/jwks.json', method: 'GET' })).toMatchObject({ status: 503 });
	await load.stop();
	expect(statuses(load.answers)).toEqual([503]);
	expect(Math.max(...load.answers.map(({ milliseconds }) => milliseconds))).toBeLessThan(longest);
	await db.owner.unsafe(`alter database ${db.name} connection limit -1`);
	expect(await comesBack(ben, 5000)).toBeLessThan(longest);
	expect(await requestToken()).toMatchObject({ status: 200 });
});

test.each<[LogPromise, number]>([
	['answer', 200],
	['strict', 503],
])(
	'a database that is only read from: with the promise %o the gate says %i, and every decision is written down later',
	async (promise, expected) => {
		const db = await testDatabase();
		const decisions = decisionLog(db.database.log, { promise, every: 20 });
		const { ask, token } = await serveGate(db.database, decisions);
		await token();
		const ben: Ask = () => ask(question('ben.whitfield'));
		await ben();
		await decisions.flush();
		await db.owner.unsafe(`alter database ${db.name} set default_transaction_read_only = on`);
		await endSessions(db);
		await comesBack(ben, 5000);
		await decisions.flush();
		expect(decisions.state()).toMatchObject({ writable: false, lost: 0 });
		const answers = await Promise.all(Array.from({ length: 20 }, ben));
		expect(statuses(answers)).toEqual([expected]);
		expect(answers.filter(({ status, body }) => status === 200 && !body.decision)).toEqual([]);
		await db.owner.unsafe(`alter database ${db.name} reset default_transaction_read_only`);
		await endSessions(db);
		for (let turn = 0; turn < 200 && !(await decisions.flush()); turn += 1) await sleep(20);
		expect(await ben()).toMatchObject({ status: 200, body: { decision: true } });
		await decisions.flush();
		const { written, lost, decided } = decisions.state();
		expect({ written, lost }).toEqual({ written: [...decided.values()].reduce((one, other) => one + other), lost: 0 });
		const [row] = await db.owner<{ count: number }[]>`select count(*)::int as count from decisions where decision`;
		expect(row?.count).toBe(written);
	},
);

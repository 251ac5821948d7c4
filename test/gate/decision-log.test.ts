import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { expect, onTestFinished, test } from 'vitest';
import type { LoggedDecision } from '#app/domain/logged-decision.ts';
import { decisionLog } from '#app/gate/decision-log.ts';
import { serveMetrics } from '#app/gate/health.ts';
import { appUrlFrom, openDatabase } from '#db/client.server.ts';
import { startEmbedded } from '#db/embedded.ts';
import { migrateDatabase } from '#db/migrate.ts';
import { findDecision } from '#db/queries/decisions.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { asFairfield, ben, fairfield, roseHouse } from '../support/demonstration.ts';
import { question, serveGate } from '../support/gate.ts';

function row(more: Partial<LoggedDecision> = {}): LoggedDecision {
	return {
		providerId: fairfield,
		evaluationId: uuidv7(),
		evaluatedAt: new Date(),
		clientId: 'demo-emar',
		subjectType: 'staff',
		subjectId: 'ben.whitfield',
		action: 'administer-oral',
		resourceType: 'site',
		resourceId: 'rose-house',
		context: {},
		personId: ben,
		siteId: roseHouse,
		upToSeq: 7,
		policyVersion: 'shipped-1',
		beside: [],
		decision: true,
		code: 'competent',
		standing: 'competent',
		validUntil: new Date('2027-03-14T00:00:00Z'),
		ruleVersion: 3,
		...more,
	};
}

const options = { promise: 'answer', every: 20 } as const;
const logOn = (db: Pick<TestDatabase, 'database'>, more: object = {}) =>
	decisionLog(db.database.log, { ...options, ...more });
const written = async ({ owner }: Pick<TestDatabase, 'owner'>) =>
	(await owner<{ id: string }[]>`select evaluation_id as id from decisions order by logged_at, evaluation_id`).map(
		(each) => each.id,
	);
const cutConnections = ({ owner }: TestDatabase) =>
	owner`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'countersign_app'`;
const lockTable = async (db: TestDatabase, work: () => Promise<unknown>) =>
	db.owner.begin(async (lock) => {
		await lock`lock table decisions in access exclusive mode`;
		await work();
	});

async function until(holds: () => boolean, milliseconds = 8000): Promise<void> {
	const end = performance.now() + milliseconds;
	while (!holds() && performance.now() < end) await sleep(10);
	expect(holds()).toBe(true);
}

test('what the gate answers is written down: the question, who it was, what it rested on, the answer', async () => {
	const db = await testDatabase();
	const { ask, watch } = await serveGate(db.database);
	const { body } = await ask({
		...question('margaret.doyle', 'administer-controlled-drug'),
		context: { witness: 'ben.whitfield', supervisor: 'no.body', shift: 'night' },
	});
	expect(await watch.decisions.flush()).toBe(true);
	const [standing] =
		await db.owner`select up_to_seq, policy_version from standings where person_id = ${ben} and site_id = ${roseHouse} and privilege = 'witness-controlled-drug' order by starts_at limit 1`;
	const found = await asFairfield(db, (tx) =>
		findDecision(tx, { providerId: fairfield, evaluationId: body.context.evaluation_id }),
	);
	expect(found).toMatchObject({
		clientId: 'demo-emar',
		subjectType: 'staff',
		subjectId: 'margaret.doyle',
		action: 'administer-controlled-drug',
		resourceType: 'site',
		resourceId: 'rose-house',
		siteId: roseHouse,
		decision: body.decision,
		code: body.context.code,
		standing: body.context.standing,
		validUntil: new Date(body.context.valid_until),
		evaluatedAt: new Date(body.context.evaluated_at),
	});
	// Whoever is known is there by their id; what nobody is known by, as it was asked; the rest is not kept.
	expect(found?.context).toEqual({ supervisor: 'no.body' });
	expect(found?.beside).toEqual([
		{ as: 'supervisor', personId: null, upToSeq: null, policyVersion: null },
		{ as: 'witness', personId: ben, upToSeq: Number(standing?.up_to_seq), policyVersion: standing?.policy_version },
	]);
});

test('of unknown people, tasks and places what was asked is written down, shortened where it is long or no text', async () => {
	const db = await testDatabase();
	const { ask, watch } = await serveGate(db.database);
	await ask(question('no.body'));
	await ask(question('a\u0000b', 'fly', 'x'.repeat(5000)));
	await ask(question('\ud800', 'fly'));
	expect(await watch.decisions.flush()).toBe(true);
	const rows =
		await db.owner`select subject_id, action, resource_id, person_id, code from decisions order by evaluation_id`;
	expect(rows).toMatchObject([
		{ subject_id: 'no.body', person_id: null, code: 'unknown_person' },
		{ subject_id: 'a\uFFFDb', action: 'fly', resource_id: 'x'.repeat(200) },
		{ subject_id: '\uFFFD' },
	]);
});

test('an error is no decision, and is not written down as one', async () => {
	const db = await testDatabase();
	const { ask, watch } = await serveGate(db.database);
	expect((await ask('{}')).status).toBe(400);
	expect((await ask(question('ben.whitfield'), { headers: { 'content-type': 'text/plain' } })).status).toBe(400);
	await watch.decisions.flush();
	expect(await written(db)).toEqual([]);
	expect(watch.decisions.state().decided.size).toBe(0);
});

test('rows go out together: full statements at once, the rest within the time that is set, in their order', async () => {
	const db = await testDatabase();
	const decisions = logOn(db, { atOnce: 100 });
	const rows = Array.from({ length: 250 }, () => row());
	for (const each of rows) decisions.note(each);
	await until(() => decisions.state().written === 250);
	expect(decisions.state()).toMatchObject({ waiting: 0, lost: 0, writable: true });
	const stored = await db.owner<{ at: Date; count: number }[]>`
		select xmin::text, count(*)::int as count, min(evaluation_id::text) as first from decisions group by 1 order by 3`;
	expect(stored.map((each) => each.count)).toEqual([100, 100, 50]);
	expect((await written(db)).sort()).toEqual(rows.map((each) => each.evaluationId));
});

test('decisions of several providers go out in one statement, each as its own provider', async () => {
	const db = await testDatabase();
	const other = uuidv7();
	await db.owner`insert into providers (id, slug, name) values (${other}, 'other', 'Other')`;
	const decisions = logOn(db);
	for (const providerId of [fairfield, other, fairfield, other]) decisions.note(row({ providerId }));
	expect(await decisions.flush()).toBe(true);
	const stored =
		await db.owner`select provider_id, count(*)::int as count, count(distinct xmin::text)::int as statements from decisions group by 1`;
	expect(stored).toHaveLength(2);
	for (const each of stored) expect(each).toMatchObject({ count: 2, statements: 1 });
	expect(await db.database.db.execute('select 1 from decisions')).toHaveLength(0);
});

test('cut connections lose no row and write none twice', async () => {
	const db = await testDatabase();
	const decisions = logOn(db, { atOnce: 20 });
	const rows: string[] = [];
	for (let turn = 0; turn < 60; turn += 1) {
		for (let each = 0; each < 15; each += 1) {
			const one = row();
			rows.push(one.evaluationId);
			decisions.note(one);
		}
		if (turn % 6 === 3) await cutConnections(db);
		await sleep(8);
	}
	await until(() => decisions.state().waiting === 0);
	expect(decisions.state().lost).toBe(0);
	expect((await written(db)).sort()).toEqual(rows.sort());
});

test('a row that was written although nobody heard of it is written once', async () => {
	const db = await testDatabase();
	const one = row();
	const [first, second] = [logOn(db), logOn(db)];
	first.note(one);
	second.note(one);
	expect([await first.flush(), await second.flush()]).toEqual([true, true]);
	expect(await written(db)).toEqual([one.evaluationId]);
});

test('a Postgres that restarts for a moment loses no row', async () => {
	const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'countersign-log-')));
	chmodSync(folder, 0o711);
	let server = await startEmbedded({ dataDir: folder, durable: false });
	onTestFinished(async () => {
		await server.stop();
		rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	});
	await migrateDatabase(server.ownerUrl);
	const database = openDatabase(appUrlFrom(server.ownerUrl));
	onTestFinished(() => database.close());
	const decisions = decisionLog(database.log, { ...options, atOnce: 50 });
	const rows: string[] = [];
	let going = true;
	const noting = (async () => {
		for (; going; await sleep(1)) {
			const one = row();
			rows.push(one.evaluationId);
			decisions.note(one);
		}
	})();
	await sleep(200);
	await server.stop();
	await until(() => !decisions.state().writable);
	await sleep(300);
	server = await startEmbedded({ dataDir: folder, durable: false });
	await until(() => decisions.state().writable);
	going = false;
	await noting;
	await decisions.stop();
	expect(decisions.state()).toMatchObject({ lost: 0, waiting: 0, written: rows.length });
	const stored = await database.db.execute<{ count: number }>(
		`select set_config('app.provider_id', '${fairfield}', false)`,
	);
	expect(stored).toHaveLength(1);
	const [counted] = await database.db.execute<{ count: number }>('select count(*)::int as count from decisions');
	expect(counted?.count).toBe(rows.length);
}, 40_000);

test('while it cannot be written the gate goes on answering, keeps so many rows and no more, counts the rest, and says so', async () => {
	const db = await testDatabase();
	const decisions = logOn(db, { most: 200, atOnce: 50, patience: 100 });
	const rows = Array.from({ length: 300 }, () => row());
	await lockTable(db, async () => {
		for (const each of rows) expect(() => decisions.note(each)).not.toThrow();
		expect(decisions.state()).toMatchObject({ waiting: 200, lost: 100, most: 200, writable: false });
		await until(() => decisions.state().failedSince !== null);
		decisions.note(row());
		expect(decisions.state()).toMatchObject({ waiting: 200, lost: 101 });
	});
	await until(() => decisions.state().waiting === 0);
	expect(decisions.state()).toMatchObject({ written: 200, lost: 101, writable: true, failedSince: null });
	// Whole up to one moment: what is missing is the newest.
	expect((await written(db)).sort()).toEqual(rows.slice(0, 200).map((each) => each.evaluationId));
});

test('a strict log: no answer is handed out while it cannot be written, and again as soon as it can', async () => {
	const db = await testDatabase();
	const decisions = logOn(db, { promise: 'strict', patience: 100 });
	const { ask } = await serveGate(db.database, decisions);
	const asked = () => ask(question('ben.whitfield'));
	expect(await asked()).toMatchObject({ status: 200, body: { decision: true } });
	await decisions.flush();
	await lockTable(db, async () => {
		await asked();
		await until(() => !decisions.state().writable);
		for (let turn = 0; turn < 5; turn += 1)
			expect(await asked()).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
	});
	await until(() => decisions.state().writable);
	expect(await asked()).toMatchObject({ status: 200, body: { decision: true } });
	await decisions.flush();
	// The two that were handed out around the trouble, and the one after; nothing that was refused.
	expect(await written(db)).toHaveLength(3);
	expect(decisions.state()).toMatchObject({ lost: 0 });
});

test('a strict log that is full refuses, also before a write has failed', async () => {
	const db = await testDatabase();
	const decisions = logOn(db, { promise: 'strict', most: 10 });
	await lockTable(db, async () => {
		for (let turn = 0; turn < 10; turn += 1) decisions.note(row());
		expect(() => decisions.note(row())).toThrow('the decision log cannot be written');
	});
	await until(() => decisions.state().waiting === 0);
	expect(decisions.state()).toMatchObject({ written: 10, lost: 0 });
});

test('one row that Postgres will never take holds up none of the others', async () => {
	const db = await testDatabase();
	const decisions = logOn(db);
	const rows = Array.from({ length: 60 }, () => row());
	const poison = [13, 14, 59];
	for (const [place, each] of rows.entries())
		decisions.note(poison.includes(place) ? { ...each, providerId: 'no id' } : each);
	expect(await decisions.flush()).toBe(true);
	expect(decisions.state()).toMatchObject({ written: 57, lost: 3, writable: true });
	expect(await written(db)).toHaveLength(57);
});

test('what waits at the end is written before the process stops; what cannot be, is counted', async () => {
	const db = await testDatabase();
	const decisions = logOn(db, { every: 60_000 });
	decisions.note(row());
	await decisions.stop();
	expect(await written(db)).toHaveLength(1);
	decisions.note(row());
	expect(decisions.state()).toMatchObject({ written: 1, lost: 1, waiting: 0 });
	const hindered = logOn(db, { patience: 50 });
	await lockTable(db, async () => {
		hindered.note(row());
		await hindered.stop(200);
	});
	expect(hindered.state()).toMatchObject({ written: 0, lost: 1, waiting: 0 });
});

test('the longest question that can be asked keeps no more than its first letters alive', async () => {
	const db = await testDatabase();
	const { ask, watch } = await serveGate(db.database);
	expect((await ask(question('y'.repeat(60_000)))).body.context.code).toBe('unknown_person');
	await watch.decisions.flush();
	const [stored] = await db.owner`select length(subject_id) as length from decisions`;
	expect(stored?.length).toBe(200);
});

test('on a port of their own the numbers are there without a token, or for whoever has it; nothing else is', async () => {
	const db = await testDatabase();
	const { watch } = await serveGate(db.database);
	for (const metricsToken of [undefined, 'a-token-of-16-or-more']) {
		const server = await serveMetrics({ watch, metricsToken }, 0, '127.0.0.1');
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		const authorization = `Bearer ${metricsToken}`;
		expect((await fetch(`${url}/metrics`)).status).toBe(metricsToken ? 401 : 200);
		expect(await (await fetch(`${url}/metrics`, { headers: { authorization } })).text()).toContain('countersign_');
		expect((await fetch(`${url}/healthz`)).status).toBe(404);
		server.closeAllConnections();
		server.close();
	}
});

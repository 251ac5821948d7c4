import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { decisionLog } from '#app/gate/decision-log.ts';
import { watchGate } from '#app/gate/watch.ts';
import { courier } from '#app/jobs/deliver-webhooks.ts';
import { openDatabase } from '#db/client.server.ts';
import { demonstration } from '#db/seed.ts';
import { testDatabase } from '../support/database.ts';
import { question, serveGate, testGate } from '../support/gate.ts';
import { connect, openReceiver, origin } from '../support/receiver.ts';

/** Reads the text format 0.0.4 as strictly as Prometheus does, and throws at what it would not take. */
function parse(text: string) {
	expect(text.endsWith('\n')).toBe(true);
	const types = new Map<string, string>();
	const values = new Map<string, number>();
	let [helped, typed] = ['', ''];
	for (const line of text.slice(0, -1).split('\n')) {
		const [, word, name = '', rest = ''] = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line) ?? [];
		if (word === 'HELP') {
			expect(types.has(name), `${name} stands twice`).toBe(false);
			helped = name;
		} else if (word === 'TYPE') {
			expect([helped, ['counter', 'gauge', 'histogram'].includes(rest)]).toEqual([name, true]);
			expect(name.endsWith('_total'), name).toBe(rest === 'counter');
			types.set(name, rest);
			typed = name;
		} else {
			const [, metric = '', labels = '', value] =
				/^([a-z_]+)(\{[a-z]+="[^"\\]*"(?:,[a-z]+="[^"\\]*")*\})? (-?[\d.e+-]+)$/.exec(line) ?? [];
			const family = types.get(typed) === 'histogram' ? metric.replace(/_(bucket|sum|count)$/, '') : metric;
			expect(family, line).toBe(typed);
			expect(Number.isFinite(Number(value)), line).toBe(true);
			values.set(metric + labels, Number(value));
		}
	}
	return { types, values };
}

async function lagOf(watch: { text(): Promise<string> }): Promise<(number | undefined)[]> {
	const { values } = parse(await watch.text());
	return ['webhooks_waiting', 'webhooks_oldest_seconds', 'events_behind'].map((name) =>
		values.get(`countersign_${name}`),
	);
}

test('what was answered, refused, shared, written down and sent is counted; the text is as Prometheus wants it', async () => {
	const { db, ask, send, watch } = await testGate();
	const receiver = await openReceiver((response, count) => void response.writeHead(count === 1 ? 500 : 204).end());
	const [before] = await db.owner`select count(*)::int as count from events where seq is not null`;
	const endpoint = await connect(db, receiver.url);
	await Promise.all(['ben.whitfield', 'ben.whitfield', 'danny.hughes'].map((who) => ask(question(who))));
	await ask('{}');
	await send({ method: 'PUT' });
	await send({ body: '{}', headers: { 'content-type': 'application/json' } });
	await watch.decisions.flush();
	// Two events of the past are still to be delivered, and a test.
	await db.owner`
		insert into webhook_deliveries (provider_id, id, endpoint_id, event_id, created_at)
		select provider_id, gen_random_uuid(), ${endpoint}, id, now() - interval '1 hour' from events where seq in (${before?.count - 4}, ${before?.count})`;
	const waiting = parse(await watch.text());
	expect(waiting.values.get('countersign_webhooks_waiting')).toBe(2);
	expect(waiting.values.get('countersign_events_behind')).toBe(5);
	expect(waiting.values.get('countersign_webhooks_oldest_seconds')).toBeGreaterThanOrEqual(3600);
	// What nobody will send while it is switched off rings no alarm.
	await db.owner`update webhook_endpoints set off_at = now(), off_because = 'manager'`;
	expect(await lagOf(watch)).toEqual([0, 0, 0]);
	await db.owner`update webhook_endpoints set off_at = null, off_because = null, client_id = ${demonstration.clientId}`;
	await db.owner`update clients set disabled_at = now()`;
	expect(await lagOf(watch)).toEqual([0, 0, 0]);
	await db.owner`update webhook_endpoints set client_id = null`;
	expect((await lagOf(watch))[0]).toBe(2);
	await db.owner`update clients set disabled_at = null`;
	const { look, settled } = courier(db.database, { origin, loopback: true, random: () => 0, sent: watch.sent });
	await look();
	await settled();

	const text = await watch.text();
	const { types, values } = parse(text);
	const path = 'path="/access/v1/evaluation"';
	expect(Object.fromEntries(values)).toMatchObject({
		'countersign_evaluations_total{decision="permit",code="competent"}': 2,
		'countersign_evaluations_total{decision="deny",code="expired"}': 1,
		[`countersign_requests_total{${path},status="200"}`]: 3,
		[`countersign_requests_total{${path},status="400"}`]: 1,
		[`countersign_requests_total{${path},status="401"}`]: 1,
		[`countersign_requests_total{${path},status="405"}`]: 1,
		'countersign_requests_total{path="/oauth/token",status="200"}': 3,
		countersign_evaluation_errors_total: 2,
		countersign_evaluation_seconds_count: 5,
		'countersign_evaluation_seconds_bucket{le="+Inf"}': 5,
		countersign_statement_questions_sum: 3,
		countersign_decision_log_written_total: 3,
		countersign_decision_log_lost_total: 0,
		countersign_decision_log_refused_total: 0,
		countersign_decision_log_waiting: 0,
		countersign_decision_log_writable: 1,
		'countersign_webhook_attempts_total{outcome="accepted"}': 1,
		countersign_database_up: 1,
		countersign_webhooks_waiting: 1,
	});
	expect(types.get('countersign_events_untold_seconds')).toBe('gauge');
	for (const name of ['process_resident_memory_bytes', 'nodejs_heap_used_bytes', 'countersign_database_answer_seconds'])
		expect(values.get(name), name).toBeGreaterThan(0);
	expect(types.size).toBeGreaterThan(20);
	for (const personal of ['whitfield', 'danny', 'rose-house', 'demo-emar']) expect(text).not.toContain(personal);
});

test('an answer that a strict log withholds is counted', async () => {
	const db = await testDatabase();
	const strict = decisionLog(db.database.log, { promise: 'strict', most: 1, every: 60_000 });
	const { ask, watch } = await serveGate(db.database, strict);
	expect((await ask(question('ben.whitfield'))).status).toBe(200);
	expect((await ask(question('ben.whitfield'))).status).toBe(503);
	expect(watch.decisions.state().refused).toBe(1);
});

test('without a database the numbers of the process are there still, and say so', async () => {
	const nowhere = createServer().listen(0, '127.0.0.1');
	await once(nowhere, 'listening');
	const { port } = nowhere.address() as AddressInfo;
	nowhere.close();
	const database = openDatabase(`postgres://nobody:secret@127.0.0.1:${port}/nothing`);
	const watch = watchGate(database);
	onTestFinished(async () => {
		await watch.stop();
		await database.close();
	});
	const { values } = parse(await watch.text());
	expect(values.get('countersign_database_up')).toBe(0);
	expect(values.has('countersign_webhooks_waiting')).toBe(false);
	expect(values.get('process_resident_memory_bytes')).toBeGreaterThan(0);
});

import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startTracing, stopTracing } from '#app/trace.server.ts';
import { question, testGate } from '../support/gate.ts';
import { connect, openReceiver, sendDue } from '../support/receiver.ts';

interface Span {
	traceId: string;
	spanId: string;
	parentSpanId?: string;
	name: string;
	kind: number;
	status: { code?: number };
	links?: { spanId: string }[];
	attributes: { key: string; value: Record<string, unknown> }[];
}

/** A receiver of OTLP over HTTP, in JSON. */
async function openCollector() {
	const bodies: string[] = [];
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		if (request.url === '/v1/traces') bodies.push(Buffer.concat(chunks).toString());
		response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const spans = () =>
		bodies.flatMap((body) =>
			JSON.parse(body).resourceSpans.flatMap((each: { scopeSpans: { spans: Span[] }[] }) =>
				each.scopeSpans.flatMap((scope) => scope.spans),
			),
		) as Span[];
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies, spans };
}

const { cache } = createRequire(import.meta.url);
const loaded = () => Object.keys(cache).filter((file) => file.includes('@opentelemetry'));
const attribute = (span: Span | undefined, key: string) =>
	Object.values(span?.attributes.find((each) => each.key === key)?.value ?? {})[0];

// Its order matters: what is loaded stays loaded for as long as this file's process lives.
test('without the setting nothing of OpenTelemetry is loaded; with it spans reach the receiver', async () => {
	const { db, ask, watch, send } = await testGate();
	const receiver = await openReceiver();
	await connect(db, receiver.url);
	await ask(question('ben.whitfield'));
	await watch.decisions.flush();
	expect(loaded()).toEqual([]);

	const collector = await openCollector();
	await startTracing(`${collector.url}/`);
	onTestFinished(stopTracing);
	// Control: it can be seen when it is.
	expect(loaded().length).toBeGreaterThan(10);
	const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
	const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
	await ask(question('ben.whitfield'), { headers: { traceparent } });
	await Promise.all(Array.from({ length: 5 }, () => ask(question('amara.okafor'))));
	const evaluations = [question('ben.whitfield'), question('danny.hughes'), { subject: 7 }];
	await ask({ evaluations }, { path: '/access/v1/evaluations' });
	await send({ headers: { traceparent: 'nonsense', 'content-type': 'application/json' }, body: '{}' });
	const unsampled = '0af7651916cd43dd8448eb211c80319c';
	await ask(question('ben.whitfield'), { headers: { traceparent: `00-${unsampled}-b7ad6b7169203331-00` } });
	await watch.decisions.flush();
	await db.owner`
		insert into webhook_deliveries (provider_id, id, endpoint_id)
		select provider_id, gen_random_uuid(), id from webhook_endpoints`;
	await sendDue(db);
	await stopTracing();

	const spans = collector.spans();
	const named = (name: string) => spans.filter((each) => each.name === name);
	const requests = named('POST /access/v1/evaluation');
	expect(requests).toHaveLength(7);
	const honoured = requests.find((each) => each.traceId === traceId);
	expect(honoured).toMatchObject({ parentSpanId: '00f067aa0ba902b7', kind: 2 });
	expect(attribute(honoured, 'http.response.status_code')).toBe(200);
	expect(attribute(honoured, 'countersign.evaluated')).toBe(1);
	// Whoever asked that nothing be kept of a request is heard, and nonsense begins a trace of its own.
	expect(spans.filter((each) => each.traceId === unsampled)).toEqual([]);
	const refused = requests.find((each) => attribute(each, 'http.response.status_code') === 401);
	expect(refused?.parentSpanId ?? '').toBe('');
	expect(attribute(named('POST /access/v1/evaluations')[0], 'countersign.evaluated')).toBe(3);

	// A statement is part of the first request that waited for it, and knows of the others.
	const statements = named('gate statement');
	expect(statements.some((each) => each.traceId === traceId && each.parentSpanId === honoured?.spanId)).toBe(true);
	const asked = statements.reduce((sum, each) => sum + Number(attribute(each, 'countersign.questions')), 0);
	expect(asked).toBe(1 + 5 + 2);
	const ofRequests = new Set([...requests, ...named('POST /access/v1/evaluations')].map((each) => each.spanId));
	for (const each of statements)
		for (const id of [each.parentSpanId, ...(each.links ?? []).map((link) => link.spanId)])
			expect([...ofRequests]).toContain(id);
	const rows = named('decision log').reduce((sum, each) => sum + Number(attribute(each, 'countersign.rows')), 0);
	expect(rows).toBeGreaterThanOrEqual(8);
	expect(named('webhook delivery').map((each) => attribute(each, 'countersign.outcome'))).toContain('accepted');

	// Nobody's id or name, and no token.
	const sent = collector.bodies.join('\n');
	for (const secret of ['whitfield', 'okafor', 'hughes', 'Bearer', 'eyJ', 'rose-house'])
		expect(sent).not.toContain(secret);
	expect(sent).toContain('"stringValue":"countersign"');
});

test('a receiver of traces that is away holds nobody up', async () => {
	const { ask } = await testGate();
	await startTracing('http://127.0.0.1:1');
	onTestFinished(stopTracing);
	expect((await ask(question('ben.whitfield'))).status).toBe(200);
	await stopTracing();
	expect((await ask(question('ben.whitfield'))).status).toBe(200);
});

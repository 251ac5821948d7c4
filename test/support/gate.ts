import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { DecisionLog } from '#app/gate/decision-log.ts';
import { gate } from '#app/gate/handler.ts';
import { watchGate } from '#app/gate/watch.ts';
import type { Database } from '#db/client.server.ts';
import { demonstration } from '#db/seed.ts';
import { testDatabase } from './database.ts';
import { catalogue } from './demonstration.ts';

export interface Answer {
	status: number;
	headers: IncomingMessage['headers'];
	// biome-ignore lint/suspicious/noExplicitAny: what a stranger would find in the JSON
	body: any;
	milliseconds: number;
}

export interface Sent {
	path?: string;
	method?: string;
	headers?: Record<string, string>;
	body?: string | Uint8Array;
}

export const issuer = 'http://countersign.test';
const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
export const demoClient = basic(demonstration.clientId, demonstration.clientSecret);

/** The gate as the server mounts it, behind Node's own HTTP; with a decision log of one's own, in place of the usual one. */
export async function serveGate(database: Database, decisions?: DecisionLog) {
	const watch = { ...watchGate(database), ...(decisions ? { decisions } : {}) };
	const answer = gate(database, catalogue, issuer, watch);
	const server = createServer((asked, response) => {
		if (!answer(asked, response)) response.writeHead(404).end('not the gate');
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(async () => {
		server.closeAllConnections();
		server.close();
		await watch.decisions.stop(100);
	});
	const { port } = server.address() as AddressInfo;

	async function send({ path = '/access/v1/evaluation', method = 'POST', headers = {}, body }: Sent): Promise<Answer> {
		const started = performance.now();
		const asked = request({ host: '127.0.0.1', port, path, method, headers });
		// What is refused before it was sent to its end breaks the sending, not the answer.
		asked.on('error', () => {});
		asked.end(body);
		const response = await new Promise<IncomingMessage>((resolve, reject) => {
			asked.once('response', resolve);
			asked.once('close', () => reject(new Error('no answer')));
		});
		const chunks: Buffer[] = [];
		for await (const chunk of response) chunks.push(chunk as Buffer);
		const text = Buffer.concat(chunks).toString();
		const isJson = text && response.headers['content-type'] === 'application/json';
		const body_ = isJson ? JSON.parse(text) : text;
		return {
			status: response.statusCode ?? 0,
			headers: response.headers,
			body: body_,
			milliseconds: performance.now() - started,
		};
	}

	const requestToken = (form = 'grant_type=client_credentials', headers: Record<string, string> = {}) =>
		send({
			path: '/oauth/token',
			headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: demoClient, ...headers },
			body: form,
		});

	let token = '';
	/** Asks as the demonstration's client, with a token of its own. */
	async function ask(body: unknown, more: Sent = {}): Promise<Answer> {
		token ||= (await requestToken()).body.access_token;
		return send({
			...more,
			headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...more.headers },
			body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
		});
	}

	return {
		port,
		watch,
		send,
		requestToken,
		ask,
		token: async () => (token ||= (await requestToken()).body.access_token as string),
	};
}

/** A gate on a database of its own. */
export async function testGate() {
	const db = await testDatabase();
	return { db, ...(await serveGate(db.database)) };
}

/** May this person do this here? */
export function question(staffCode: string, privilege = 'administer-oral', site = 'rose-house', more: object = {}) {
	return {
		subject: { type: 'staff', id: staffCode },
		action: { name: privilege },
		resource: { type: 'site', id: site },
		...more,
	};
}

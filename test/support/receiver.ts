import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { onTestFinished } from 'vitest';
import { addEndpoint } from '#app/commands/connecting.ts';
import { competencyEventTypes } from '#app/domain/event.ts';
import { courier } from '#app/jobs/deliver-webhooks.ts';
import type { TestDatabase } from './database.ts';
import { asFairfield, fairfield, grace } from './demonstration.ts';

export interface Received {
	path: string;
	headers: IncomingMessage['headers'];
	text: string;
	// biome-ignore lint/suspicious/noExplicitAny: what a stranger would find in the JSON
	body: any;
	at: number;
}

/** Another system, on this machine: it keeps what it hears and answers as it is told to. */
export async function openReceiver(answer: (response: ServerResponse, count: number) => void = accept) {
	const received: Received[] = [];
	const waiting: (() => void)[] = [];
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const text = Buffer.concat(chunks).toString();
		const at = performance.now();
		received.push({ path: request.url ?? '', headers: request.headers, text, body: JSON.parse(text), at });
		answer(response, received.length);
		for (const wake of waiting.splice(0)) wake();
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/hook`,
		port,
		received,
		/** Waits until so many messages have come. */
		async hears(count: number): Promise<Received[]> {
			while (received.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
			return received;
		},
	};
}

export function accept(response: ServerResponse): void {
	response.writeHead(204).end();
}

/** Adds an endpoint that hears of everything. */
export async function connect(
	db: TestDatabase,
	url: string,
	{
		types = [...competencyEventTypes],
		id = crypto.randomUUID() as string,
		loopback = true,
		clientId = null as string | null,
	} = {},
): Promise<string> {
	const { sealingKey } = db.database;
	const given = { id, name: 'eMAR', url, clientId, types };
	const by = { providerId: fairfield, personId: grace };
	const added = await asFairfield(db, (tx) => addEndpoint(tx, by, given, { sealingKey, loopback }));
	if (!added.ok) throw new Error(added.why);
	return id;
}

export const origin = 'https://countersign.test';

/** Sends once what is due, and waits for what comes of it. */
export async function sendDue({ database }: Pick<TestDatabase, 'database'>, loopback = true): Promise<void> {
	const { look, settled } = courier(database, { origin, loopback, random: () => 0 });
	await look();
	await settled();
}

/** Checks a message with the library that a receiver would take. */
export function verifies({ headers, text }: Received, secret: string): boolean {
	try {
		new Webhook(secret).verify(text, headers as Record<string, string>);
		return true;
	} catch (error) {
		if (error instanceof WebhookVerificationError) return false;
		throw error;
	}
}

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test as base } from 'playwright/test';
import { startServer } from '../../test/support/start-server.ts';

interface Site {
	url: string;
	/** Where its example eMAR listens. */
	emar: string;
}

/**
 * Each worker has a demonstration of its own, as `npm start` brings it up: what one person does the next one sees, and
 * nobody in another worker. Files may run in any order and beside each other.
 */
export const test = base.extend<object, { site: Site }>({
	site: [
		// biome-ignore lint/correctness/noEmptyPattern: Playwright reads from it what is asked for
		async ({}, use) => {
			const port = await freePort();
			const server = await startServer('', { DEMO: 'true', EXAMPLE_EMAR_PORT: String(port), LOG_LEVEL: 'warn' });
			const emar = `http://127.0.0.1:${port}`;
			await answers(emar);
			await use({ url: server.url, emar });
			if (server.hasEnded()) console.error(`The server ended by itself:\n${server.said()}`);
			await server.close();
		},
		{ scope: 'worker', timeout: 120_000 },
	],
	baseURL: ({ site }, use) => use(site.url),
});

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}

/** The example eMAR is a program of its own, and starts after the server. */
async function answers(url: string): Promise<void> {
	const answer = await fetch(url).catch(() => undefined);
	if (answer?.ok) return;
	await new Promise((resolve) => setTimeout(resolve, 50));
	return answers(url);
}

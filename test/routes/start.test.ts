import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openClone } from '../support/database.ts';
import { startServer } from '../support/start-server.ts';

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as { port: number };
	server.close();
	await once(server, 'close');
	return port;
}

test('whoever asks while the server is still starting gets an answer, and is told when it is ready', async () => {
	const data = await openClone('demonstration');
	const dataDir = mkdtempSync(path.join(os.tmpdir(), 'countersign-start-'));
	const port = await freePort();
	const server = spawn(process.execPath, ['bin/start.mjs'], {
		stdio: 'ignore',
		env: {
			...process.env,
			PORT: String(port),
			DATABASE_URL: data.ownerUrl,
			DATA_DIR: dataDir,
			DEMO: 'false',
			LOG_LEVEL: 'error',
		},
	});
	try {
		const seen: number[] = [];
		// Asked without a pause: the first that is let in comes before everything is ready.
		while (seen.at(-1) !== 200 && server.exitCode === null) {
			const asked = fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(10_000) });
			const status = await asked.then(
				(answer) => answer.status,
				(error: Error) => (error.name === 'TimeoutError' ? Promise.reject(error) : 0),
			);
			if (status) seen.push(status);
		}
		expect(seen.at(-1)).toBe(200);
		expect(new Set(seen.slice(0, -1))).toEqual(new Set([503]));
	} finally {
		server.kill('SIGTERM');
		if (server.exitCode === null) await once(server, 'exit');
		await data.close();
		rmSync(dataDir, { recursive: true, force: true });
	}
}, 60_000);

test('a connection that has been idle for ten seconds still carries a question', async () => {
	const data = await openClone('demonstration');
	const server = await startServer(data.ownerUrl);
	const agent = new Agent({ keepAlive: true, maxSockets: 1 });
	try {
		const sockets = new Set<unknown>();
		const ask = async () => {
			const asked = get(`${server.url}/healthz`, { agent });
			asked.on('socket', (socket) => sockets.add(socket));
			const [answer] = await once(asked, 'response');
			answer.resume();
			return answer.statusCode;
		};
		expect(await ask()).toBe(200);
		await new Promise((resolve) => setTimeout(resolve, 10_000));
		expect([await ask(), sockets.size]).toEqual([200, 1]);
	} finally {
		agent.destroy();
		await server.close();
		await data.close();
	}
}, 60_000);

test.each([
	['gate', 405, 404],
	['pages', 404, 200],
] as const)(
	'a process that serves only the %s leaves the rest to others',
	async (serves, gate, page) => {
		const data = await openClone('demonstration');
		const server = await startServer(data.ownerUrl, { SERVE: serves });
		try {
			const ask = async (path: string) => (await fetch(server.url + path)).status;
			expect(await ask('/access/v1/evaluation')).toBe(gate);
			expect(await ask('/sign-in')).toBe(page);
			expect(await ask('/healthz')).toBe(200);
		} finally {
			await server.close();
			await data.close();
		}
	},
	60_000,
);

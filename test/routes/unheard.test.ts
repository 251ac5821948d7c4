import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openClone } from '../support/database.ts';
import { startServer } from '../support/start-server.ts';

/** Code that is loaded ahead of the server, which knows nothing of it. */
const ahead = (code: string) => ({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` });
const rejects = "Promise.reject(new Error('nobody hears this'))";

async function database() {
	const data = await openClone('demonstration');
	onTestFinished(() => data.close());
	return data.ownerUrl;
}

test('a server that answers lives on when a promise is rejected and nobody hears, and answers as before', async () => {
	const server = await startServer(await database(), ahead(`process.on('SIGUSR2', () => { ${rejects} })`));
	onTestFinished(() => server.close());
	const token = async () =>
		fetch(`${server.url}/oauth/token`, {
			method: 'POST',
			headers: { authorization: `Basic ${Buffer.from('demo-emar:demo-emar-secret').toString('base64')}` },
			body: new URLSearchParams({ grant_type: 'client_credentials' }),
		});
	expect((await token()).status).toBe(200);
	for (let turn = 0; turn < 3; turn += 1) {
		server.signal('SIGUSR2');
		await sleep(200);
		expect(server.hasEnded()).toBe(false);
		expect((await token()).status).toBe(200);
	}
	expect(server.said()).toContain('nobody hears this');
}, 60_000);

test('a server that is only starting ends, and says why', async () => {
	const started = startServer(await database(), ahead(`setTimeout(() => { ${rejects} }, 300)`));
	await expect(started).rejects.toThrow('nobody hears this');
}, 60_000);

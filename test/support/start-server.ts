import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A process of the built server on somebody's database or, without an address, on one of its own. */
export async function startServer(ownerUrl: string, variables: Record<string, string> = {}) {
	// Notes of checkpoints are kept here: those of one database must not meet those of another.
	const dataDir = mkdtempSync(path.join(os.tmpdir(), 'countersign-site-'));
	// mkdtemp makes it 0700, through which the user that an embedded Postgres runs as for root could not pass.
	chmodSync(dataDir, 0o711);
	const server = spawn(process.execPath, ['bin/start.mjs'], {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: {
			...process.env,
			PORT: '0',
			DATABASE_URL: ownerUrl,
			DATA_DIR: dataDir,
			DEMO: 'false',
			LOG_LEVEL: 'error',
			...variables,
		},
	});
	let said = '';
	for (const stream of [server.stdout, server.stderr])
		stream?.on('data', (chunk: Buffer) => {
			said += chunk;
		});
	return {
		url: await addressOf(server),
		/** Everything it has printed. */
		said: () => said,
		signal: (name: NodeJS.Signals) => server.kill(name),
		hasEnded: () => server.exitCode !== null,
		async close() {
			server.kill('SIGTERM');
			if (server.exitCode === null) await once(server, 'exit');
			rmSync(dataDir, { recursive: true, force: true });
		},
	};
}

function addressOf(server: ChildProcess): Promise<string> {
	return new Promise((resolve, reject) => {
		let said = '';
		const listen = (chunk: Buffer) => {
			said += chunk;
			const [, url] = /Countersign is at (\S+)/.exec(said) ?? [];
			if (url) resolve(url);
		};
		server.stdout?.on('data', listen);
		server.stderr?.on('data', listen);
		server.once('exit', () => reject(new Error(`the server ended: ${said}`)));
	});
}

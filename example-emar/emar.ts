import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type BrokenGlass, Countersign, type Question, WebhookError } from '../client/src/countersign.ts';
import { addressOf, trolleyPage } from './page.ts';
import { doses, openRound, site, staff } from './trolley.ts';

export interface Settings {
	countersign: string;
	clientId: string;
	clientSecret: string;
	webhookSecret: string;
}

const mostBytes = 64 * 1024;
/** Milliseconds. Every so often the list for a round without a network is made anew. */
const listEvery = 10 * 60_000;

const files = new Map(
	[
		['/trolley.css', 'text/css; charset=utf-8'],
		['/trolley.js', 'text/javascript; charset=utf-8'],
	].map(([path = '', type]) => [path, { type, body: readFileSync(new URL(`.${path}`, import.meta.url)) }]),
);

/** An eMAR of another maker: it knows nothing of Countersign but its address, its own credentials, and the client package. */
export function openEmar({ countersign, clientId, clientSecret, webhookSecret }: Settings) {
	const round = openRound();
	const glass = new WeakMap<Question, BrokenGlass>();
	const watchers = new Set<ServerResponse>();
	let unplugged = false;
	let network: 'there' | 'gone' = 'there';
	let client = connect();

	function connect(): Countersign {
		return new Countersign({
			url: countersign,
			credentials: { clientId, clientSecret },
			// Each dose is asked for anew.
			mostHeld: 0,
			// Only what somebody has asked for, for this one question, and in their own name.
			breakGlass: (question) => glass.get(question),
			// An unplugged network: the very same request, to a port on which nobody answers.
			fetch: (url, init) => fetch(unplugged ? String(url).replace(countersign, 'http://127.0.0.1:9') : url, init),
		});
	}

	async function prepareList(): Promise<void> {
		try {
			await client.prepareRound(site);
			network = 'there';
		} catch {
			network = 'gone';
		}
		tell();
	}

	function tell(): void {
		for (const watcher of watchers) watcher.write('data: look\n\n');
	}

	async function sign(form: URLSearchParams, reason?: string): Promise<string> {
		const { who, beside } = peopleIn(form);
		const dose = doses.find((each) => each.id === form.get('dose'));
		const last = dose && round.lastOf(dose);
		const back = `${addressOf(who, beside)}#${dose?.id ?? ''}`;
		if (!dose || last?.decision.decision) return back;
		const question: Question = {
			subject: who,
			action: dose.action,
			site,
			...(dose.controlled ? { witness: beside } : { supervisor: beside }),
		};
		if (reason && dose.timeCritical) glass.set(question, { by: who, reason });
		const decision = await client.evaluate(question);
		// Two taps are one dose: the other may have been signed while this one was asked about.
		if (round.lastOf(dose)?.decision.decision) return back;
		network = decision.why === 'gate' ? 'there' : 'gone';
		round.write({ dose, who, beside, at: new Date(), decision });
		tell();
		return back;
	}

	async function tryOut(form: URLSearchParams): Promise<string> {
		const { who, beside } = peopleIn(form);
		const what = form.get('what');
		if (what === 'unplug') unplugged = true;
		if (what === 'plug') unplugged = false;
		// As after a restart on a device that has kept none.
		if (what === 'lose-list') client = connect();
		if (what === 'again') round.startAgain();
		// A list that is lost is asked for again only where there is a network to bring it.
		if (what !== 'again') await prepareList();
		return addressOf(who, beside);
	}

	async function hear(request: IncomingMessage, response: ServerResponse): Promise<void> {
		// Whoever has no network hears nothing either.
		if (unplugged) return void response.writeHead(503).end();
		try {
			const event = await client.hear(await bodyOf(request), request.headers, webhookSecret);
			if (round.hear(event, new Date())) tell();
			response.writeHead(204).end();
		} catch (error) {
			response.writeHead(error instanceof WebhookError ? 400 : 500).end();
		}
	}

	function show(url: URL): string {
		const kept = client.roundOf(site);
		const list = kept && kept.endsAt.getTime() > Date.now() ? { from: kept.issuedAt, until: kept.endsAt } : undefined;
		return trolleyPage({ round, ...peopleIn(url.searchParams), network, unplugged, list, countersign });
	}

	async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const url = new URL(request.url ?? '/', 'http://emar');
		const route = `${request.method} ${url.pathname}`;
		for (const [name, value] of Object.entries(guards)) response.setHeader(name, value);
		if (route === 'POST /webhooks') return hear(request, response);
		if (route === 'GET /') return void response.setHeader('content-type', 'text/html; charset=utf-8').end(show(url));
		if (route === 'GET /told') {
			response.writeHead(200, { 'content-type': 'text/event-stream' });
			// Whatever was told while this page was on its way here is looked at too.
			response.write('data: look\n\n');
			watchers.add(response);
			response.on('close', () => watchers.delete(response));
			return;
		}
		const file = request.method === 'GET' && files.get(url.pathname);
		if (file) return void response.setHeader('content-type', file.type ?? '').end(file.body);
		if (request.method !== 'POST') return void response.writeHead(404).end('There is nothing here.\n');
		if (!isOwn(request)) return void response.writeHead(403).end('This form came from another site.\n');
		const form = new URLSearchParams((await bodyOf(request)).toString());
		const after = {
			'/sign': () => sign(form),
			'/break-glass': () => sign(form, form.get('reason')?.trim()),
			'/try': () => tryOut(form),
		}[url.pathname];
		if (!after) return void response.writeHead(404).end('There is nothing here.\n');
		response.writeHead(303, { location: await after() }).end();
	}

	const server = createServer((request, response) => {
		answer(request, response).catch(() => {
			if (!response.headersSent) response.writeHead(500);
			response.end('Something went wrong. Please try again.\n');
		});
	});
	const timer = setInterval(prepareList, listEvery).unref();
	return {
		server,
		prepareList,
		stop() {
			clearInterval(timer);
			server.close();
			server.closeAllConnections();
		},
	};
}

const guards = {
	'content-security-policy':
		"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	'x-content-type-options': 'nosniff',
	'referrer-policy': 'same-origin',
	'cache-control': 'no-store',
};

function peopleIn(form: URLSearchParams): { who: string; beside: string | undefined } {
	const known = (name: string) => staff.find((each) => each.code === form.get(name))?.code;
	const who = known('who') ?? staff[0]?.code ?? '';
	const beside = known('beside');
	return { who, beside: beside === who ? undefined : beside };
}

/** Whether a form was sent from our own page. */
function isOwn({ headers: { origin, host } }: IncomingMessage): boolean {
	return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		bytes += chunk.length;
		if (bytes > mostBytes) throw new Error('too much at once');
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

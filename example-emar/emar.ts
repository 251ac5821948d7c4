import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
	type BrokenGlass,
	Countersign,
	type Decision,
	type IncidentKind,
	incidentKinds,
	NoAnswer,
	type Question,
	WebhookError,
} from '../client/src/countersign.ts';
import { addressOf, trolleyPage } from './page.ts';
import { doses, type Network, openRound, type Report, site, staff } from './trolley.ts';

export interface Settings {
	countersign: string;
	clientId: string;
	clientSecret: string;
	webhookSecret: string;
}

const mostBytes = 64 * 1024;
/** Milliseconds. Every so often the list for a round without a network is made anew. */
const listEvery = 10 * 60_000;
/** And while there is no network, so often somebody looks whether there is one again. */
const lookEvery = 10_000;

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
	let network: Network = 'there';
	let client = connect();
	let next: NodeJS.Timeout | undefined;
	let catchingUp: Promise<void> | undefined;
	const underWay = new Map<string, Promise<string>>();

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
			await catchUp();
		} catch (error) {
			network = networkAfter(error);
		}
		const settled = network === 'there' && client.roundOf(site) && !round.isBehind();
		clearTimeout(next);
		next = setTimeout(prepareList, settled ? listEvery : lookEvery).unref();
		tell();
	}

	/** What had to wait for a network: reports go out, and what was signed without the gate is asked about. Once at a time. */
	function catchUp(): Promise<void> {
		catchingUp ??= (async () => {
			for (const report of round.reports()) if (report.state === 'waiting') await send(report);
			for (const attempt of round.unconfirmed()) {
				// A question of its own: what was allowed without an answer must not be allowed so again.
				const decision = await client.evaluate({ ...attempt.question });
				if (decision.why !== 'gate') return;
				round.confirm(attempt, { at: new Date(), decision });
			}
		})().finally(() => {
			catchingUp = undefined;
		});
		return catchingUp;
	}

	async function send(report: Report): Promise<void> {
		const { key, dose, kind, about, at } = report;
		try {
			const reference = `${dose.due.replace(':', '')}-${dose.id}`;
			await client.reportIncident({ kind, site, happenedAt: at, action: dose.action, subject: about, reference }, key);
			round.report({ ...report, state: 'received' });
		} catch (error) {
			const { unreachable = true, status = 0 } = error instanceof NoAnswer ? error : {};
			// Too often, or the same one is still under way: later. So too where this system may not ask just now.
			const later = unreachable || isRefusal(status) || status === 409 || status === 429;
			round.report({ ...report, state: later ? 'waiting' : 'refused' });
			if (later) soon();
		}
	}

	async function report(form: URLSearchParams): Promise<string> {
		const { who, beside } = peopleIn(form);
		const dose = doses.find((each) => each.id === form.get('dose'));
		const kind = incidentKinds.find((each): each is IncidentKind => each === form.get('kind'));
		const key = form.get('key') ?? '';
		// Two taps are one report: they have one key.
		if (dose && kind && /^[\w-]{36}$/.test(key) && !round.reports().some((each) => each.key === key)) {
			const about = round.lastOf(dose)?.who;
			const taken: Report = { key, dose, kind, about, at: new Date(), state: 'waiting' };
			round.report(taken);
			await send(taken);
			tell();
		}
		return `${addressOf(who, beside)}#reported`;
	}

	/** Looks again in a while, rather than when the list is next made anew. */
	function soon(): void {
		clearTimeout(next);
		next = setTimeout(prepareList, lookEvery).unref();
	}

	/** Who on the shift may do what was refused, or witness it. Nobody where that cannot be asked just now. */
	async function whoElse({ subject, action }: Question, { code }: Decision): Promise<string[]> {
		try {
			const wanted = code === 'witness_missing' ? 'witness-controlled-drug' : action;
			const found = new Set(await client.peopleWhoMay({ action: wanted, site }));
			return staff.map((each) => each.code).filter((each) => found.has(each) && each !== subject);
		} catch {
			return [];
		}
	}

	function tell(): void {
		for (const watcher of watchers) watcher.write('data: look\n\n');
	}

	/** Two taps on one button are one try. */
	function sign(form: URLSearchParams, reason?: string): Promise<string> {
		const tap = form.toString();
		const trying = underWay.get(tap) ?? trySigning(form, reason).finally(() => underWay.delete(tap));
		underWay.set(tap, trying);
		return trying;
	}

	async function trySigning(form: URLSearchParams, reason: string | undefined): Promise<string> {
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
		const others = decision.why === 'gate' && !decision.decision ? await whoElse(question, decision) : [];
		// Two people are one dose: the other may have been signed while this one was asked about.
		if (round.lastOf(dose)?.decision.decision) return back;
		round.write({ id: randomUUID(), dose, who, beside, at: new Date(), question, decision, others });
		await notice(decision);
		tell();
		return back;
	}

	/** An answer also tells whether there is a network. */
	async function notice({ why, code }: Decision): Promise<void> {
		const before = network;
		if (why === 'gate' || code === 'too_many_questions') network = 'there';
		else network = code === 'client_refused' ? 'refused' : 'gone';
		if (network === before) return;
		if (network === 'there') await prepareList();
		else soon();
	}

	function toldManager(form: URLSearchParams): string {
		const { who, beside } = peopleIn(form);
		round.tellManager(form.get('attempt') ?? '');
		tell();
		return addressOf(who, beside);
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
			'/report': () => report(form),
			'/told-manager': async () => toldManager(form),
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
	return {
		server,
		prepareList,
		stop() {
			clearTimeout(next);
			server.close();
			server.closeAllConnections();
		},
	};
}

/** What it says of the network that there is no list: whoever asks too often, or gets one that is no good, has one. */
function networkAfter(error: unknown): Network {
	if (!(error instanceof NoAnswer)) return 'there';
	return error.unreachable ? 'gone' : isRefusal(error.status) ? 'refused' : 'there';
}

/** Whether Countersign was reached and does not let this system in. */
function isRefusal(status: number | undefined): boolean {
	return status === 401 || status === 403;
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

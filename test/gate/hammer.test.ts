import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { liftPause, pause } from '#app/commands/authorising.ts';
import { addPeople, endEmployment } from '#app/commands/employing.ts';
import { addSecret, endSecret, registerClient, switchOff, switchOn } from '#app/commands/registering-clients.ts';
import { removeTokenKey } from '#app/commands/signing.ts';
import { addDays, localDay } from '#app/domain/period.ts';
import { listLiveSecrets } from '#db/queries/clients.ts';
import { did } from '../support/amounts.ts';
import { openClone, type TestDatabase } from '../support/database.ts';
import {
	asFairfield,
	authoriser,
	ben,
	catalogue,
	cellOf,
	fairfield,
	grace,
	memberOf,
	storyteller,
	tell,
	tomasz,
} from '../support/demonstration.ts';
import { question } from '../support/gate.ts';
import { watchForStale } from '../support/stale.ts';
import { startServer } from '../support/start-server.ts';

/** Three processes on one database; `npm run hammer` goes on for longer. */
const whole = process.env.npm_lifecycle_event === 'hammer';
const seconds = Number(process.env.HAMMER_SECONDS || (whole ? 60 : 8));
/** Milliseconds between two questions of one asker: in the suite others need the machine as well. */
const rest = whole ? 0 : 60;
const graceHerself = authoriser(grace);
const servers: Awaited<ReturnType<typeof startServer>>[] = [];
let db: TestDatabase;

beforeAll(async () => {
	db = await openClone('demonstration');
	// The first alone: it may have to build.
	servers.push(await startServer(db.ownerUrl));
	servers.push(...(await Promise.all([0, 1].map(() => startServer(db.ownerUrl)))));
}, 180_000);
afterAll(async () => {
	await Promise.all(servers.map((server) => server.close()));
	await db.close();
}, 60_000);

interface Client {
	id: string;
	secret: string;
	/** By server. */
	tokens: Map<string, string>;
}

async function newClient(name: string): Promise<Client> {
	const limits = { perSecond: 20_000, burst: 20_000 };
	const given = { name, scopes: ['authzen.evaluate' as const, 'authzen.search' as const], ...limits };
	const made = await asFairfield(db, (tx) => registerClient(tx, graceHerself, { ...given, proof: 'secret', keys: '' }));
	if (!made.ok || !made.secret) throw new Error('no client');
	return { id: made.clientId, secret: made.secret, tokens: new Map() };
}

/** People who may, each of whom is withdrawn from or leaves once. */
async function newPeople(count: number): Promise<{ id: string; code: string }[]> {
	const given = Array.from({ length: count }, () => {
		const id = randomUUID();
		return { id, staffCode: `hammer.${id.slice(0, 8)}`, givenName: 'Hammer', familyName: 'Test' };
	});
	const secrets = { passwordHash: 'none', pinHash: 'none' };
	await asFairfield(db, (tx) =>
		addPeople(
			tx,
			fairfield,
			given.map((each) => ({ ...each, ...secrets })),
		),
	);
	const story = storyteller();
	const facts = given.flatMap(({ id }) => {
		const who = memberOf(id);
		return [...story.joins(who, 300), ...story.comesCompetent(who, grace, 20, 'administer-oral')];
	});
	await tell(db, facts);
	return given.map(({ id, staffCode }) => ({ id, code: staffCode }));
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

async function post(
	url: string,
	path: string,
	headers: Record<string, string>,
	text: string,
	// biome-ignore lint/suspicious/noExplicitAny: what a stranger would find in the JSON
): Promise<{ status: number; body: any }> {
	return new Promise((resolve, reject) => {
		const asked = request(`${url}${path}`, { method: 'POST', agent, headers }, (response) => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('end', () => {
				const whole = Buffer.concat(chunks).toString();
				resolve({ status: response.statusCode ?? 0, body: whole ? JSON.parse(whole) : null });
			});
		});
		asked.on('error', reject);
		asked.end(text);
	});
}

test(
	'no answer of three processes permits what was stopped before it was asked, under load',
	async () => {
		const watch = watchForStale();
		const statuses = new Map<number, number>();
		const [steady, switched, changing] = [
			await newClient('Steady'),
			await newClient('Switched'),
			await newClient('Keys'),
		];
		const clients = [steady, switched, changing];
		const people = await newPeople(Math.max(12, seconds * 3));
		const known = ['ben.whitfield', 'tomasz.nowak'];
		const among = () => [...known, ...people.slice(0, 8).map(({ code }) => code)];

		async function tokenOf(url: string, client: Client, secret = client.secret): Promise<string | undefined> {
			const watched = watch.asking();
			const authorization = `Basic ${Buffer.from(`${client.id}:${secret}`).toString('base64')}`;
			const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
			const { status, body } = await post(url, '/oauth/token', headers, 'grant_type=client_credentials');
			if (status !== 200) return undefined;
			const key = decodeProtectedHeader(body.access_token).kid;
			watched([`client ${client.id}`, `secret ${secret}`, `key ${key}`], 'a token');
			return body.access_token;
		}

		/** Asks one server something as one client, and says to the watch what the answer permits. */
		async function ask(url: string, client: Client, kind: number, codes: readonly string[]): Promise<void> {
			const token = client.tokens.get(url) ?? (await tokenOf(url, client));
			if (!token) return;
			client.tokens.set(url, token);
			const [path, body] = [
				['/access/v1/evaluation', question(codes[0] as string)],
				['/access/v1/evaluations', { evaluations: codes.map((each) => question(each)) }],
				['/access/v1/search/subject', { ...question(''), subject: { type: 'staff' }, page: { limit: 1000 } }],
			][kind] as [string, object];
			const watched = watch.asking();
			const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
			const answer = await post(url, path, headers, JSON.stringify(body));
			statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
			if (answer.status === 401 && client.tokens.get(url) === token) client.tokens.delete(url);
			if (answer.status !== 200) return;
			const permitted = [
				answer.body.decision ? [codes[0]] : [],
				(answer.body.evaluations ?? []).flatMap((each: { decision: boolean }, place: number) =>
					each.decision ? [codes[place]] : [],
				),
				(answer.body.results ?? []).map(({ id }: { id: string }) => id),
			].flat();
			const rests = [`client ${decodeJwt(token).client_id}`, `key ${decodeProtectedHeader(token).kid}`];
			watched([...permitted, ...rests], path);
		}

		const urls = servers.map(({ url }) => url);
		/** Each server, in each way, as soon as the commit has returned. */
		const askAll = (codes: readonly string[], client = steady) =>
			Promise.all(urls.flatMap((url) => [0, 1, 2, 0].map((kind) => ask(url, client, kind, codes))));

		async function stopAndStart(turn: number): Promise<void> {
			const [code, id] = turn % 2 ? ['ben.whitfield', ben] : ['tomasz.nowak', tomasz];
			const given = { id: randomUUID(), reason: 'other', reviewOn: '2030-01-01' } as const;
			await asFairfield(db, (tx) => pause(tx, graceHerself, catalogue, cellOf(id), given));
			watch.stop(code);
			await askAll([code]);
			watch.restart(code);
			await asFairfield(db, (tx) => liftPause(tx, graceHerself, catalogue, cellOf(id), { note: 'well' }));
		}

		async function endOf(way: 'withdrawal' | 'leaving'): Promise<void> {
			const person = people.shift();
			if (!person) return;
			const { id: personId, code } = person;
			if (way === 'withdrawal')
				await asFairfield(db, (tx) =>
					append(tx, fairfield, catalogue, [
						fact({ kind: 'withdrawal', ...cellOf(personId), recordedBy: grace, payload: {} }),
					]),
				);
			else {
				const lastDay = addDays(localDay(new Date()), -1);
				await asFairfield(db, (tx) =>
					endEmployment(tx, fairfield, catalogue, { personId, lastDay, recordedBy: grace }),
				);
			}
			watch.stop(code);
			await askAll([code]);
		}

		async function switchOver(): Promise<void> {
			const what = `client ${switched.id}`;
			await asFairfield(db, (tx) => switchOff(tx, graceHerself, switched.id, { reason: 'a test' }));
			watch.stop(what);
			await askAll(known, switched);
			watch.restart(what);
			await asFairfield(db, (tx) => switchOn(tx, graceHerself, switched.id));
		}

		async function changeSecret(): Promise<void> {
			const old = changing.secret;
			const by = { providerId: fairfield, clientId: changing.id };
			const [alive] = await asFairfield(db, (tx) => listLiveSecrets(tx, by));
			const made = await asFairfield(db, (tx) => addSecret(tx, graceHerself, changing.id, { olderEnds: 'by-hand' }));
			if (!made.ok || !made.secret) throw new Error('no secret');
			changing.secret = made.secret;
			await asFairfield(db, (tx) => endSecret(tx, graceHerself, changing.id, { secret: alive?.id ?? '' }));
			watch.stop(`secret ${old}`);
			await tokenOf(urls[watch.seen().stops % 3] as string, changing, old);
		}

		async function removeKey(): Promise<void> {
			const token = steady.tokens.get(urls[0] as string) ?? (await tokenOf(urls[0] as string, steady));
			if (!token) return;
			const kid = decodeProtectedHeader(token).kid as string;
			if ((await removeTokenKey(db.ownerDb, kid)) !== 'removed') return;
			watch.stop(`key ${kid}`);
			await Promise.all(clients.map((client) => askAll(known, client)));
		}

		let going = true;
		const load = Promise.all(
			urls.flatMap((url) =>
				clients.flatMap((client) =>
					[0, 1, 2].map(async (kind) => {
						while (going) {
							await ask(url, client, kind, among());
							// A client that is switched off is not asked for in a circle.
							await sleep(client.tokens.has(url) ? rest : 20 + rest);
						}
					}),
				),
			),
		);
		const end = performance.now() + seconds * 1000;
		let turns = 0;
		try {
			for (; performance.now() < end || turns < 6; turns += 1) {
				await stopAndStart(turns);
				await endOf(turns % 2 ? 'withdrawal' : 'leaving');
				if (turns % 3 === 0) await switchOver();
				if (turns % 4 === 1) await changeSecret();
				if (turns % 4 === 3) await removeKey();
			}
		} finally {
			going = false;
			await load;
		}
		const { permits, stops } = watch.seen();
		const told = [...statuses].sort(([one], [other]) => one - other).map(([status, count]) => `${count} x ${status}`);
		did(
			`${seconds} s of three processes under load: ${stops} stops, ${permits} permits, ${watch.stale.length} of them stale; answers ${told.join(', ')}`,
		);
		expect(watch.stale).toEqual([]);
		// It is no proof where nobody was permitted anything, or nothing was stopped.
		expect(stops).toBeGreaterThan(12);
		expect(permits).toBeGreaterThan(1000);
		expect(servers.map((server) => server.hasEnded())).toEqual([false, false, false]);
	},
	(seconds + 180) * 1000,
);

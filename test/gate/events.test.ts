import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { setOwnIds, setSubjectIds } from '#app/commands/registering-clients.ts';
import { removeTokenKey } from '#app/commands/signing.ts';
import { openDatabase } from '#db/client.server.ts';
import { demonstration } from '#db/seed.ts';
import type { TestDatabase } from '../support/database.ts';
import {
	asFairfield,
	authoriser,
	catalogue,
	fairfield,
	grace,
	personOf,
	roseHouse,
	tomasz,
} from '../support/demonstration.ts';
import { issuer, testGate } from '../support/gate.ts';

type Gate = Awaited<ReturnType<typeof testGate>>;

/** A gate whose demonstration client may read events. */
async function feedGate() {
	const gate = await testGate();
	await gate.db
		.owner`update clients set scopes = '{authzen.evaluate,events.read}' where id = ${demonstration.clientId}`;
	return gate;
}

async function get({ send, token }: Gate, query = '') {
	const authorization = `Bearer ${await token()}`;
	const answer = await send({ path: `/v1/events${query}`, method: 'GET', headers: { authorization } });
	return { ...answer, body: typeof answer.body === 'string' ? JSON.parse(answer.body) : answer.body };
}

/** Everything there is after a cursor, a page at a time. */
async function readOn(gate: Gate, after?: string, limit = 200) {
	const seen: { id: string; type: string; data: { status_version: number; subject: { id: string } } }[] = [];
	let next = after;
	for (;;) {
		const { body } = await get(gate, `?limit=${limit}${next ? `&after=${next}` : ''}`);
		next = body.next;
		if (!body.events.length) return { seen, next };
		seen.push(...body.events);
	}
}

function pause(db: Pick<TestDatabase, 'database'>, personId: string, afterwards = async () => {}) {
	return asFairfield(db as TestDatabase, async (tx) => {
		const payload = { reason: 'other', reviewOn: '2027-01-01', owner: grace } as const;
		await append(tx, fairfield, catalogue, [
			fact({ kind: 'pause', personId, privilege: 'administer-oral', siteId: roseHouse, recordedBy: grace, payload }),
		]);
		await afterwards();
	});
}

const stored = async ({ owner }: TestDatabase) =>
	(await owner`select id from events where type <> 'evidence.recorded' order by seq`).map((row) => row.id);

test('an event says what a webhook says, with its id, and never a name', async () => {
	const gate = await feedGate();
	const { next } = await readOn(gate);
	await pause(gate.db, tomasz);
	const { body, headers, status } = await get(gate, `?after=${next}&limit=1`);
	expect(status).toBe(200);
	expect(headers['cache-control']).toBe('no-store');
	const [row] = await gate.db.owner`select * from events where id = ${body.next}`;
	expect(body.events).toEqual([
		{
			id: row?.id,
			type: 'competency.paused',
			timestamp: row?.recorded_at.toISOString(),
			data: {
				subject: { type: 'staff', id: 'tomasz.nowak' },
				action: { name: row?.privilege },
				resource: { type: 'site', id: 'rose-house' },
				status_version: Number(row?.status_version),
				evaluation_url: `${issuer}/access/v1/evaluation`,
			},
		},
	]);
});

test('page by page comes everything there is, once and in order; at the end the cursor stays', async () => {
	const gate = await feedGate();
	const all = await stored(gate.db);
	expect(all.length).toBeGreaterThan(20);
	for (const limit of [1, 7, 200]) {
		const { seen, next } = await readOn(gate, undefined, limit);
		expect(seen.map((each) => each.id)).toEqual(all);
		expect(next).toBe(all.at(-1));
	}
});

test('nothing is missed while several processes write at once and one of them is slow to commit', async () => {
	const gate = await feedGate();
	const { next: start } = await readOn(gate);
	const before = (await stored(gate.db)).length;
	const others = [1, 2, 3].map(() => openDatabase(gate.db.appUrl, { connections: 3 }));
	const people = ['tomasz.nowak', 'margaret.doyle', 'ben.whitfield', 'leila.haddad', 'danny.hughes'].map(personOf);
	let writing = true;
	const reading = (async () => {
		const seen: string[] = [];
		let next = start;
		for (let last = false; !last; ) {
			last = !writing;
			const on = await readOn(gate, next, 3);
			seen.push(...on.seen.map((each) => each.id));
			next = on.next;
		}
		return seen;
	})();
	await Promise.all(
		people.map((personId, place) =>
			pause({ database: others[place % 3] as TestDatabase['database'] }, personId, async () => {
				// Told already, and not yet committed.
				await wait(place === 1 ? 600 : 20);
			}),
		),
	);
	writing = false;
	const seen = await reading;
	await Promise.all(others.map((each) => each.close()));
	expect(seen).toEqual((await stored(gate.db)).slice(before));
	expect(seen.length).toBeGreaterThan(5);
});

test('who writes past the commands waits all the same: no number commits before a smaller one', async () => {
	const gate = await feedGate();
	const [evidence] = await gate.db.owner`select id from evidence where person_id = ${tomasz} limit 1`;
	const insert = (sql: TestDatabase['owner'], id: string) => sql`
		insert into events (provider_id, id, type, person_id, privilege, site_id, evidence_id, recorded_at)
		values (${fairfield}, ${id}, 'competency.granted', ${tomasz}, 'administer-oral', ${roseHouse}, ${evidence?.id}, now())`;
	const [slow, quick] = [randomUUID(), randomUUID()];
	const { next } = await readOn(gate);
	let begun = () => {};
	const held = new Promise<void>((resolve) => {
		begun = resolve;
	});
	const first = gate.db.owner.begin(async (tx) => {
		await insert(tx as unknown as TestDatabase['owner'], slow);
		begun();
		await wait(400);
	});
	await held;
	const second = insert(gate.db.owner, quick).execute();
	await wait(100);
	expect((await readOn(gate, next)).seen).toEqual([]);
	await Promise.all([first, second]);
	expect((await readOn(gate, next)).seen.map((each) => each.id)).toEqual([slow, quick]);
});

test.each([
	'?after=0',
	'?after=',
	`?after=${randomUUID()}`,
	'?after=%00',
	'?limit=0',
	'?limit=201',
	'?limit=-1',
	'?limit=1e2',
	'?limit=',
	'?limit=1&limit=2',
])('%s is answered with 400 and a problem', async (query) => {
	const gate = await feedGate();
	const { status, headers, body } = await get(gate, query);
	expect(status).toBe(400);
	expect(headers['content-type']).toBe('application/problem+json');
	expect(body).toMatchObject({ status: 400 });
});

test('evidence that was recorded is no cursor, and neither is another provider’s event', async () => {
	const gate = await feedGate();
	const [row] = await gate.db.owner`select id from events where type = 'evidence.recorded' limit 1`;
	expect((await get(gate, `?after=${row?.id}`)).status).toBe(400);
	const [provider, person, site, event] = [1, 2, 3, 4].map(() => randomUUID());
	await gate.db.owner`insert into providers (id, slug, name) values (${provider as string}, 'other', 'Other')`;
	await gate.db
		.owner`insert into people (provider_id, id, staff_code, given_name, family_name) values (${provider as string}, ${person as string}, 'a', 'A', 'A')`;
	await gate.db
		.owner`insert into sites (provider_id, id, slug, name, kind) values (${provider as string}, ${site as string}, 'a', 'A', 'care-home')`;
	await gate.db.owner`
		insert into events (provider_id, id, type, person_id, privilege, site_id, turned_at, recorded_at)
		values (${provider as string}, ${event as string}, 'competency.expired', ${person as string}, 'assess', ${site as string}, now(), now())`;
	expect((await get(gate, `?after=${event}`)).status).toBe(400);
	expect((await readOn(gate)).seen.some((each) => each.id === event)).toBe(false);
});

test('without a token, without the scope, or with the client switched off nothing is told', async () => {
	const gate = await testGate();
	await gate.db.owner`update clients set scopes = '{authzen.evaluate}'`;
	expect((await gate.send({ path: '/v1/events', method: 'GET' })).status).toBe(401);
	expect((await get(gate)).status).toBe(403);
	const allowed = await feedGate();
	expect((await get(allowed)).status).toBe(200);
	await allowed.db.owner`update clients set disabled_at = now()`;
	expect((await get(allowed)).status).toBe(401);
	expect((await allowed.send({ path: '/v1/events', method: 'POST' })).status).toBe(405);
});

test('a client hears of people by the ids it asks with, and of nobody it has no id for', async () => {
	const gate = await feedGate();
	const { clientId } = demonstration;
	const subjects = async () => [...new Set((await readOn(gate)).seen.map((each) => each.data.subject.id))];
	const everybody = await subjects();
	expect(everybody).toContain('tomasz.nowak');
	await asFairfield(gate.db, (tx) => setSubjectIds(tx, authoriser(grace), clientId, { subjectIds: 'opaque' }));
	const opaque = await subjects();
	expect(opaque).toContain(tomasz);
	expect(opaque).toHaveLength(everybody.length);
	expect(everybody.filter((each) => opaque.includes(each))).toEqual([]);
	await asFairfield(gate.db, (tx) => setSubjectIds(tx, authoriser(grace), clientId, { subjectIds: 'own' }));
	expect(await subjects()).toEqual([]);
	await asFairfield(gate.db, (tx) =>
		setOwnIds(tx, authoriser(grace), clientId, [{ ownId: '4711', staffCode: 'tomasz.nowak' }]),
	);
	expect(await subjects()).toEqual(['4711']);
});

test('after the key of its token is removed a client is told nothing more', async () => {
	const gate = await feedGate();
	expect((await get(gate)).status).toBe(200);
	const [key] = await gate.db.owner`select id from signing_keys where algorithm = 'ES256' and retired_at is null`;
	await removeTokenKey(gate.db.ownerDb, key?.id);
	expect((await get(gate)).status).toBe(401);
});

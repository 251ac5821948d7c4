import { randomUUID } from 'node:crypto';
import { drizzle } from 'drizzle-orm/postgres-js';
import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { addPeople, startEmployment } from '#app/commands/employing.ts';
import { asProvider, type Sql } from '#db/client.server.ts';
import { listProviderIds } from '#db/queries/checkpoints.ts';
import { readGateFacts, readGatePeople, readGatePlaces } from '#db/queries/gate.ts';
import { findProvider, findSession } from '#db/queries/sign-in.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { catalogue } from '../support/demonstration.ts';

interface Tenant {
	provider: string;
	site: string;
	person: string;
	name: string;
}

const appTables = `
	select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced, c.relkind as kind, c.relispartition as part,
		exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'provider_id') as keyed,
		(select count(*)::int from pg_policy p join pg_roles r on r.oid = any(p.polroles) where p.polrelid = c.oid and r.rolname = 'countersign_app') as policies
	from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1`;

/** Those a program names: a partition is reached through its table, and otherwise not at all. */
const wholeTables = async ({ owner }: Pick<TestDatabase, 'owner'>) =>
	(await owner.unsafe(appTables)).filter((table) => !table.part);

/** A provider with something in every table there is. */
async function addTenant({ owner, ownerDb }: TestDatabase, name: string): Promise<Tenant> {
	const [provider, site] = [randomUUID(), randomUUID()];
	await owner`insert into providers (id, slug, name) values (${provider}, ${name}, ${name})`;
	await owner`insert into sites (provider_id, id, slug, name, kind) values (${provider}, ${site}, ${`home-${name}`}, 'Home', 'care-home')`;
	const person = await asProvider(ownerDb, provider, async (tx) => {
		const one = { staffCode: 'sam', givenName: 'Sam', familyName: name, passwordHash: 'x', pinHash: 'x' };
		const [personId = ''] = await addPeople(tx, provider, [one]);
		const post = { personId, siteId: site, recordedBy: null, role: 'carer', contract: 'bank' } as const;
		await startEmployment(tx, provider, catalogue, post);
		await append(tx, provider, catalogue, [
			fact({ kind: 'withdrawal', personId, privilege: 'assess', recordedBy: null, payload: {}, note: `of ${name}` }),
		]);
		return personId;
	});
	const content = randomUUID();
	const [own, day] = [`${name} ${randomUUID()}`, new Date(Date.now() + 86_400_000)];
	await owner`insert into content_versions (provider_id, id, kind, slug, version, hash, body) values (${provider}, ${content}, 'module', 'own', 1, ${own}, '{}')`;
	await owner`insert into sessions (provider_id, id, person_id, expires_at) values (${provider}, ${`session-${name}`}, ${person}, ${day})`;
	await owner`insert into failed_secrets (provider_id, subject) values (${provider}, 'somebody')`;
	await owner`insert into policies (provider_id, version, body, reason, recorded_by) values (${provider}, 1, '{}', 'why', ${person})`;
	await owner`insert into policy_drafts (provider_id, id, edits, upon, compared_at, person_ids, drafted_by) values (${provider}, ${randomUUID()}, '{}', 1, now(), '{}', ${person})`;
	await owner`insert into readings (provider_id, person_id, module, version, pages_read) values (${provider}, ${person}, 'own', 1, 1)`;
	await owner`insert into attempts (provider_id, id, person_id, quiz, content_version_id, drawn) values (${provider}, ${randomUUID()}, ${person}, 'own', ${content}, '[]')`;
	await owner`insert into rounds (provider_id, id, learner_id, assessor_id, site_id, privilege, content_version_id) values (${provider}, ${randomUUID()}, ${person}, ${person}, ${site}, 'assess', ${content})`;
	await owner`insert into clients (provider_id, id, name, scopes) values (${provider}, ${`client-${name}`}, ${name}, '{}')`;
	await owner`insert into client_secrets (provider_id, id, client_id, secret_hash) values (${provider}, ${randomUUID()}, ${`client-${name}`}, 'x')`;
	await owner`insert into client_assertions (provider_id, client_id, jti, expires_at) values (${provider}, ${`client-${name}`}, 'one', ${day})`;
	await owner`insert into client_changes (provider_id, id, client_id, change, changed_by) values (${provider}, ${randomUUID()}, ${`client-${name}`}, 'registered', ${person})`;
	await owner`insert into client_subjects (provider_id, client_id, own_id, person_id) values (${provider}, ${`client-${name}`}, '17', ${person})`;
	await owner`insert into signing_keys (provider_id, id, algorithm, private_jwk) values (${provider}, ${own}, 'ES256', '{}')`;
	await owner`insert into checkpoints (provider_id, log, size, root, note, key_id) values (${provider}, 1, 1, sha256('x'), 'note', ${own})`;
	const endpoint = randomUUID();
	await owner`insert into provider_marks (provider_id, told_until) values (${provider}, now())`;
	await owner`insert into webhook_endpoints (provider_id, id, name, url, types, secret, created_by) values (${provider}, ${endpoint}, 'eMAR', 'https://emar.example/', '{}', 'x', ${person})`;
	await owner`insert into webhook_deliveries (provider_id, id, endpoint_id) values (${provider}, ${randomUUID()}, ${endpoint})`;
	await owner`insert into legal_holds (provider_id, id, person_id, reason, set_by) values (${provider}, ${randomUUID()}, ${person}, 'claim', ${person})`;
	// One for the month that is now, and one for a month that nobody has made yet.
	for (const at of [new Date(), new Date('2031-05-05')])
		await owner`insert into decisions (provider_id, evaluation_id, evaluated_at, client_id, subject_type, subject_id, action, resource_type, resource_id, person_id, site_id, decision, code) values (${provider}, ${randomUUID()}, ${at}, ${`client-${name}`}, 'staff', 'sam', 'assess', 'site', 'home', ${person}, ${site}, false, 'withdrawn')`;
	await owner`insert into searches (provider_id, id, client_id, sought, found) values (${provider}, ${randomUUID()}, ${`client-${name}`}, 'action', 0)`;
	await owner`insert into incidents (provider_id, id, client_id, kind, person_id, site_id, happened_at) values (${provider}, ${randomUUID()}, ${`client-${name}`}, 'other', ${person}, ${site}, now())`;
	await owner`insert into idempotency_keys (provider_id, client_id, route, key, request_hash, status, answer) values (${provider}, ${`client-${name}`}, '/v1/incidents', 'one', 'x', 201, '{}')`;
	await owner`insert into outside_requests (provider_id, id, kind, person_id, site_id, privilege, asked, token_hash, made_by, expires_at) values (${provider}, ${randomUUID()}, 'delegation', ${person}, ${site}, 'administer-insulin', '{}', ${`hash-${name}`}, ${person}, now() + interval '1 day')`;
	return { provider, site, person, name };
}

async function twoTenants() {
	const db = await testDatabase('empty');
	return { db, a: await addTenant(db, 'a'), b: await addTenant(db, 'b') };
}

/** What comes of a statement in the application's role, as a provider or as nobody: rows, or the code of the refusal. */
async function asApp({ database }: TestDatabase, provider: string | null, statement: string): Promise<number | string> {
	let rows = 0;
	const undo = new Error('undo');
	const error = await database.gate
		.begin(async (sql) => {
			if (provider) await sql`select set_config('app.provider_id', ${provider}, true)`;
			const done = await sql.unsafe(statement);
			rows = done.count;
			throw undo;
		})
		.catch((reason: unknown) => reason as { code?: string });
	return error === undo ? rows : ((error as { code?: string }).code ?? String(error));
}

test('every table has row-level security, enabled, forced and with a policy for the application', async () => {
	const { owner } = await testDatabase('empty');
	const tables = await owner.unsafe(appTables);
	expect(tables.length).toBeGreaterThan(10);
	for (const table of tables) {
		expect(table, table.name).toMatchObject({ enabled: true, forced: true });
		expect(['r', 'p'], table.name).toContain(table.kind);
		expect(table.policies, `${table.name} has a policy for countersign_app`).toBeGreaterThan(0);
		expect(table.keyed || table.name === 'providers', `${table.name} has a provider_id`).toBe(true);
	}
});

test('a provider can neither see nor change another’s row, in any table', async () => {
	const { db, a, b } = await twoTenants();
	for (const { name, keyed } of await wholeTables(db)) {
		const key = keyed ? 'provider_id' : 'id';
		const [theirs] = await db.owner.unsafe(
			`select to_jsonb(t)::text as row from ${name} t where ${key} = '${b.provider}' limit 1`,
		);
		expect(theirs, `${name} has a row of the other provider: add one in addTenant`).toBeDefined();
		const refused = /^(42501|23000)$/;
		const [row, where] = [`'${theirs?.row.replaceAll("'", "''")}'`, `where ${key} = '${b.provider}'`];
		expect(await asApp(db, a.provider, `select 1 from ${name} ${where}`), `select ${name}`).toBe(0);
		expect(await asApp(db, a.provider, `select 1 from ${name} where ${key} = '${a.provider}'`), name).toBeGreaterThan(
			0,
		);
		for (const change of [`update ${name} set ${key} = ${key} ${where}`, `delete from ${name} ${where}`])
			expect(String(await asApp(db, a.provider, change)), change).toMatch(/^(0|42501)$/);
		const insert = `insert into ${name} select * from jsonb_populate_record(null::${name}, ${row}::jsonb)`;
		expect(await asApp(db, a.provider, insert), `insert ${name}`).toMatch(refused);
		const give = `update ${name} set ${key} = '${b.provider}' where ${key} = '${a.provider}'`;
		expect(await asApp(db, a.provider, give), `give away ${name}`).toMatch(refused);
		const share = `insert into ${name} select * from jsonb_populate_record(null::${name}, ${row}::jsonb || '{"${key}": null}')`;
		expect(await asApp(db, a.provider, share), `for everybody ${name}`).toMatch(/^(42501|23000|23502)$/);
	}
});

test('a partition that is named itself is refused, and would be under policy if a right were given', async () => {
	const { db, a, b } = await twoTenants();
	const parts = (await db.owner.unsafe(appTables)).filter((table) => table.part);
	expect(parts.length).toBeGreaterThan(3);
	let theirs = 0;
	for (const { name } of parts) {
		const row = `select * from ${name} where provider_id = '${a.provider}'`;
		for (const way of [
			`select 1 from ${name}`,
			`insert into ${name} ${row}`,
			`delete from ${name}`,
			`truncate ${name}`,
		])
			expect(await asApp(db, a.provider, way), way).toBe('42501');
		await db.owner.unsafe(`grant select, delete, truncate on ${name} to countersign_app`);
		expect(await asApp(db, a.provider, `select 1 from ${name} where provider_id = '${b.provider}'`)).toBe(0);
		const own = await asApp(db, a.provider, `select 1 from ${name}`);
		theirs += Number(own);
		expect(await asApp(db, a.provider, `delete from ${name}`), `delete from ${name}`).toBe(own ? '23001' : 0);
		expect(await asApp(db, a.provider, `truncate ${name}`), `truncate ${name}`).toBe('23001');
	}
	expect(theirs).toBe(2);
});

test('with a provider’s own rows it may do what its rights say: the refusals above are not for another reason', async () => {
	const { db, a } = await twoTenants();
	for (const name of ['sessions', 'standings', 'rounds', 'readings', 'failed_secrets'])
		expect(
			await asApp(db, a.provider, `delete from ${name} where provider_id = '${a.provider}'`),
			name,
		).toBeGreaterThan(0);
	const copy = `insert into sites select * from jsonb_populate_record(null::sites, '{"provider_id": "${a.provider}"}')`;
	expect(await asApp(db, a.provider, copy)).toBe('42501');
});

test('without a provider nothing is visible but what is shipped for everybody', async () => {
	const { db } = await twoTenants();
	for (const { name, keyed } of await wholeTables(db)) {
		const theirs = keyed ? 'where provider_id is not null' : '';
		expect(await asApp(db, null, `select 1 from ${name} ${theirs}`), name).toBe(0);
		expect(await asApp(db, '', `select 1 from ${name} ${theirs}`), name).toBe(0);
	}
	expect(await asApp(db, null, 'select 1 from signing_keys')).toBe(1);
	expect(await asApp(db, null, 'select 1 from content_versions')).toBe(catalogue.versions.length);
});

test('a provider set for one transaction is gone in the next', async () => {
	const { db, a } = await twoTenants();
	const { database } = await oneConnection(db);
	const count = (tx: Pick<typeof database.db, 'execute'>) =>
		tx.execute('select 1 from people').then((rows) => rows.length);
	expect(await asProvider(database.db, a.provider, count)).toBe(1);
	expect(await count(database.db)).toBe(0);
	await expect(asProvider(database.db, a.provider, () => Promise.reject(new Error('undo')))).rejects.toThrow('undo');
	expect(await count(database.db)).toBe(0);
});

async function oneConnection(db: TestDatabase) {
	return { database: { db: drizzle({ client: db.database.gate as Sql }) as unknown as typeof db.database.db } };
}

test('the functions that look past row-level security are these, and only the application may call them', async () => {
	const { owner } = await testDatabase('empty');
	const definers = await owner<{ name: string; everybody: boolean; app: boolean }[]>`
		select p.proname as name, has_function_privilege('countersign_app', p.oid, 'execute') as app,
			exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x where x.grantee = 0) as everybody
		from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef order by 1`;
	expect([...definers]).toEqual(
		[
			'drop_old_answers',
			'find_client',
			'find_outside_request',
			'find_provider',
			'find_session',
			'forget_asked',
			'gate_answers',
			'gate_people',
			'gate_places',
			'list_provider_ids',
			'list_providers_with_deliveries',
			'list_providers_with_turns',
			'measure_telling',
			'tend_decisions',
			'tend_sent',
		].map((name) => ({
			name,
			app: true,
			everybody: false,
		})),
	);
});

test('they answer only what their argument names', async () => {
	const { db, a, b } = await twoTenants();
	const { db: app, gate } = db.database;
	expect(await findProvider(app, 'a')).toEqual({ id: a.provider, slug: 'a', name: 'a', demonstration: false });
	expect(await findProvider(app, null)).toBeNull();
	expect(await findProvider(app, '')).toBeNull();
	expect(await findProvider(app, '%')).toBeNull();
	expect(await findSession(app, 'session-b')).toMatchObject({
		providerId: b.provider,
		personId: b.person,
		familyName: 'b',
	});
	expect((await findSession(app, 'session-b'))?.posts.map((post) => post.siteId)).toEqual([b.site]);
	expect(await findSession(app, 'session-c')).toBeNull();
	const clients = await app.execute(`select id from find_client('client-a')`);
	expect([...clients]).toEqual([{ id: 'client-a' }]);
	expect(await listProviderIds(app)).toEqual([a.provider, b.provider]);

	const ask = { clientId: 'client-a', subject: 'sam', privilege: 'assess', site: 'home-a' };
	const [here, theirSite, theirClient, nobody] = await readGateFacts(gate, [
		ask,
		{ ...ask, site: 'home-b' },
		{ ...ask, clientId: 'client-b' },
		{ ...ask, clientId: 'client-c' },
	]);
	expect(here).toMatchObject({ clientActive: true, personKnown: true, siteKnown: true, code: 'withdrawn' });
	expect(theirSite).toMatchObject({ clientActive: true, personKnown: true, siteKnown: false, code: null });
	expect(theirClient).toMatchObject({ clientActive: true, personKnown: true, siteKnown: false, code: null });
	expect(nobody).toMatchObject({ clientActive: false, personKnown: false, siteKnown: false, code: null });

	await db.owner`update standings set permit = true where privilege = 'assess'`;
	const who = { clientId: 'client-a', privilege: 'assess', site: 'home-a' };
	expect(await readGatePeople(gate, who)).toEqual({ clientActive: true, ids: ['sam'] });
	expect(await readGatePeople(gate, { ...who, site: 'home-b' })).toEqual({ clientActive: true, ids: [] });
	expect(await readGatePeople(gate, { ...who, clientId: 'client-c' })).toEqual({ clientActive: false, ids: [] });
	const where = { clientId: 'client-a', privilege: 'assess', subject: 'sam' };
	expect(await readGatePlaces(gate, where)).toEqual({ clientActive: true, ids: ['home-a'] });
	await db.owner`update clients set subject_ids = 'opaque'`;
	expect(await readGatePlaces(gate, { ...where, subject: a.person })).toEqual({ clientActive: true, ids: ['home-a'] });
	expect(await readGatePlaces(gate, { ...where, subject: b.person })).toEqual({ clientActive: true, ids: [] });
	const [theirs] = await readGateFacts(gate, [{ ...ask, subject: b.person }]);
	expect(theirs).toMatchObject({ personKnown: false, personId: null });
	await db.owner`update clients set subject_ids = 'own'`;
	await db.owner`update client_subjects set own_id = '18' where provider_id = ${b.provider}`;
	const own = await readGateFacts(gate, [
		{ ...ask, subject: '17' },
		{ ...ask, subject: '18' },
	]);
	expect(own.map((each) => each.personId)).toEqual([a.person, null]);
});

test('the only provider there is needs no name', async () => {
	const db = await testDatabase('empty');
	expect(await findProvider(db.database.db, null)).toBeNull();
	const { provider } = await addTenant(db, 'a');
	expect(await findProvider(db.database.db, null)).toMatchObject({ id: provider });
});

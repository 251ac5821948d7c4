import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import type { Sql } from '#db/client.server.ts';
import { asProvider } from '#db/client.server.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { amara, asFairfield, catalogue, fairfield, findingsOf } from '../support/demonstration.ts';

const appendOnly = ['evidence', 'events', 'policies', 'content_versions', 'checkpoints'];
const changes = (table: string) => [
	`update ${table} set provider_id = provider_id`,
	`delete from ${table}`,
	`truncate ${table}`,
];

async function codeOf(work: Promise<unknown>): Promise<string> {
	const error = await work.then(
		() => undefined,
		(reason: unknown) => reason as { code?: string; cause?: { code?: string } },
	);
	return error ? (error.code ?? error.cause?.code ?? String(error)) : 'no error';
}

/** A session of the application's role as Fairfield Care. */
function asApp<T>({ database }: TestDatabase, work: (sql: Sql) => Promise<T>): Promise<T> {
	return database.gate.begin(async (sql) => {
		await sql`select set_config('app.provider_id', ${fairfield}, true)`;
		return work(sql as unknown as Sql);
	}) as Promise<T>;
}

/** A superuser with the triggers off: whom only the chain can give away. */
async function tamper({ owner }: TestDatabase, work: (sql: Sql) => Promise<unknown>): Promise<void> {
	await owner.begin(async (sql) => {
		await sql`set local session_replication_role = replica`;
		await work(sql as unknown as Sql);
	});
}

test.each(appendOnly)('the application has no right to change or remove a row of %s', async (table) => {
	const db = await testDatabase('few');
	for (const statement of changes(table)) expect(await codeOf(asApp(db, (sql) => sql.unsafe(statement)))).toBe('42501');
});

test.each(appendOnly)('a trigger refuses even a superuser to change or remove a row of %s', async (table) => {
	const db = await testDatabase('few');
	for (const statement of [...changes(table), `truncate ${table} cascade`])
		expect(await codeOf(db.owner.unsafe(statement))).toMatch(/23001|0A000/);
	expect(await codeOf(db.owner.unsafe(`delete from ${table}`))).toBe('23001');
});

test('the application can neither switch the triggers off nor make tables of its own', async () => {
	const db = await testDatabase('few');
	for (const statement of [
		'set session_replication_role = replica',
		'alter table evidence disable trigger append_only',
		'alter table evidence no force row level security',
		'create table loose (id int)',
		'set role countersign_owner',
	])
		expect(await codeOf(asApp(db, (sql) => sql.unsafe(statement)))).toBe('42501');
});

/** A row that would follow the newest one, but for one column. */
function follow(column?: 'seq' | 'prev_hash' | 'recorded_at', value = ''): string {
	const of = (name: 'seq' | 'prev_hash' | 'recorded_at') => (name === column ? value : `newest.${name}`);
	return `
		insert into evidence (provider_id, id, seq, kind, person_id, observed_at, recorded_at, payload, prev_hash, hash)
		select provider_id, gen_random_uuid(), ${of('seq')}, kind, person_id, '2026-01-01', ${of('recorded_at')}, payload, ${of('prev_hash')}, hash
		from (
			select provider_id, seq + 1 as seq, kind, person_id, clock_timestamp() as recorded_at, payload, hash as prev_hash, hash
			from evidence order by seq desc limit 1
		) as newest`;
}

test('the application may add only the next row of the chain, stamped with the database clock', async () => {
	const db = await testDatabase('few');
	const refused = async (statement: string) =>
		expect(await codeOf(asApp(db, (sql) => sql.unsafe(statement)))).toBe('23000');
	await refused(follow('seq', 'newest.seq + 1'));
	await refused(follow('seq', 'newest.seq - 1'));
	await refused(follow('seq', '-1'));
	await refused(follow('prev_hash', "sha256('x')"));
	await refused(follow('prev_hash', "decode(repeat('00', 32), 'hex')"));
	await refused(follow('recorded_at', "newest.recorded_at - interval '1 hour'"));
	await refused(follow('recorded_at', "newest.recorded_at + interval '1 hour'"));
	expect(await codeOf(asApp(db, (sql) => sql.unsafe(follow())))).toBe('no error');
});

test('the first row of a chain is stamped with the database clock as well', async () => {
	const db = await testDatabase('empty');
	const [provider, person] = [randomUUID(), randomUUID()];
	await db.owner`insert into providers (id, slug, name) values (${provider}, 'a', 'A')`;
	await db.owner`insert into people (provider_id, id, staff_code, given_name, family_name) values (${provider}, ${person}, 'a', 'A', 'A')`;
	const hourAgo = new Date(Date.now() - 3_600_000);
	const backdated = asProvider(db.database.db, provider, (tx) =>
		append(tx, provider, catalogue, [
			fact({
				kind: 'employment-started',
				personId: person,
				recordedBy: null,
				recordedAt: hourAgo,
				payload: { role: 'carer', contract: 'bank' },
			}),
		]),
	);
	expect(await codeOf(backdated)).toBe('23000');
});

test('an untouched chain verifies, also after the application has added to it', async () => {
	const db = await testDatabase('few');
	expect(await findingsOf(db)).toEqual([]);
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({
				kind: 'withdrawal',
				personId: amara,
				privilege: 'administer-oral',
				recordedBy: null,
				payload: {},
				note: 'why',
			}),
		]),
	);
	expect(await findingsOf(db)).toEqual([]);
});

const columns: [string, string][] = [
	['kind', "'withdrawal'"],
	['person_id', '(select id from people where id <> person_id limit 1)'],
	['privilege', "'assess'"],
	['site_id', '(select id from sites where id is distinct from site_id limit 1)'],
	['observed_at', "observed_at - interval '1 day'"],
	['recorded_at', "recorded_at + interval '1 millisecond'"],
	['recorded_by', 'null'],
	['content_version_id', 'null'],
	['payload', `payload || '{"passed": false}'`],
	['supersedes', '(select id from evidence where seq = 1)'],
	['id', 'gen_random_uuid()'],
	['hash', "sha256('x')"],
	['prev_hash', "sha256('x')"],
];

test.each(columns)('a changed %s is found, with the number of the row', async (column, value) => {
	const db = await testDatabase('few');
	const [round] = await db.owner`select seq from evidence where kind = 'observation' order by seq offset 5 limit 1`;
	await tamper(db, (sql) => sql.unsafe(`update evidence set ${column} = ${value} where seq = ${round?.seq}`));
	const [first] = await findingsOf(db);
	expect(first).toMatchObject({ what: 'chain', where: `evidence ${round?.seq}` });
});

test('a removed row is found where the next one stands', async () => {
	const db = await testDatabase('few');
	await tamper(db, (sql) => sql`delete from evidence where seq = 200`);
	expect((await findingsOf(db))[0]).toMatchObject({ what: 'chain', where: 'evidence 201' });
	await tamper(db, async (sql) => {
		await sql`update evidence set seq = -seq where seq > 200`;
		await sql`update evidence set seq = -seq - 1 where seq < 0`;
	});
	expect((await findingsOf(db))[0]).toMatchObject({ what: 'chain', where: 'evidence 200' });
});

test('rows removed from the end, where no hash is missing, are given away by their events and standings', async () => {
	const db = await testDatabase('few');
	await tamper(db, (sql) => sql`delete from evidence where seq > (select max(seq) - 2 from evidence)`);
	const what = new Set((await findingsOf(db)).map((each) => each.what));
	expect(what).toEqual(new Set(['event', 'standing']));
});

test('swapped rows are found at the first of them', async () => {
	const db = await testDatabase('few');
	await tamper(db, async (sql) => {
		await sql`update evidence set seq = -1 where seq = 100`;
		await sql`update evidence set seq = 100 where seq = 101`;
		await sql`update evidence set seq = 101 where seq = -1`;
	});
	expect((await findingsOf(db))[0]).toMatchObject({ what: 'chain', where: 'evidence 100' });
});

test.each([
	['at the end', 'seq + 1'],
	['before the first', '-seq'],
])('a row put in %s is found', async (_, seq) => {
	const db = await testDatabase('few');
	const inserted = await db.owner.begin(async (sql) => {
		await sql`set local session_replication_role = replica`;
		return sql.unsafe(`
			insert into evidence (provider_id, id, seq, kind, person_id, observed_at, recorded_at, payload, prev_hash, hash)
			select provider_id, gen_random_uuid(), ${seq}, kind, person_id, observed_at, recorded_at, payload, prev_hash, hash
			from evidence order by seq desc limit 1 returning seq`);
	});
	expect((await findingsOf(db))[0]).toMatchObject({ what: 'chain', where: `evidence ${inserted[0]?.seq}` });
});

test('a changed note, a changed content version and a changed standing are each found', async () => {
	const db = await testDatabase('few');
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({
				kind: 'withdrawal',
				personId: amara,
				privilege: 'administer-oral',
				recordedBy: null,
				payload: {},
				note: 'why',
			}),
		]),
	);
	await tamper(db, async (sql) => {
		await sql`update notes set body = 'another reason'`;
		await sql`update content_versions set body = jsonb_set(body, '{validity}', '"P99Y"') where kind = 'privilege' and slug = 'assess'`;
		await sql`update standings set permit = true, code = 'competent' where person_id = ${amara} and privilege = 'administer-oral'`;
	});
	expect((await findingsOf(db)).map((each) => each.what)).toEqual(['content', 'note', 'standing']);
	expect((await findingsOf(db))[0]?.where).toBe(
		`privilege assess version ${catalogue.privileges.get('assess')?.version}`,
	);
});

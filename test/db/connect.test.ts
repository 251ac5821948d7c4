import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '#db/client.server.ts';
import { connect, readArray, writeArray } from '#db/connect.ts';
import { readGateFacts } from '#db/queries/gate.ts';
import { findProvider } from '#db/queries/sign-in.ts';
import { moments, openWire } from '../faults/wire.ts';
import { testDatabase } from '../support/database.ts';
import { asFairfield } from '../support/demonstration.ts';

const texts = [
	'',
	'plain',
	'a,b',
	'a"b',
	'back\\slash',
	'{curly}',
	'NULL',
	'null',
	' spaces ',
	'new\nline',
	'Zoë',
	null,
];

test('arrays go to the database and come back as they were', async () => {
	const { ownerUrl } = await testDatabase('empty');
	const sql = connect(ownerUrl, { max: 1 });
	onTestFinished(() => sql.end());
	const [row] = await sql`select ${texts}::text[] as texts, ${[1, 2, 3]}::int[] as numbers, ${[]}::text[] as none,
		${['2027-03-14T00:00:00.000Z']}::timestamptz[] as dates, array[true, false, null] as truths,
		${['0190e9a0-0000-7000-8000-000000000001']}::uuid[] as ids, array[array['a', 'b'], array['c', 'd,e']] as nested,
		array['{"a":1}'::jsonb] as jsons`;
	expect(row).toEqual({
		texts,
		numbers: [1, 2, 3],
		none: [],
		dates: [new Date('2027-03-14')],
		truths: [true, false, null],
		ids: ['0190e9a0-0000-7000-8000-000000000001'],
		nested: [
			['a', 'b'],
			['c', 'd,e'],
		],
		jsons: [{ a: 1 }],
	});
});

test('what is written can be read, however strange, and a gap is refused', () => {
	expect(readArray(writeArray(texts), (text) => text)).toEqual(texts);
	expect(writeArray('{ready}')).toBe('{ready}');
	expect(() => writeArray(['a', undefined])).toThrow('gap');
});

test('every kind of array that the database has in its tables and functions is declared', async () => {
	const { owner, ownerUrl } = await testDatabase('empty');
	const used = await owner<{ type: number; name: string }[]>`
		select distinct t.oid::int as type, t.typname as name from pg_type t where t.typcategory = 'A' and t.oid in (
			select a.atttypid from pg_attribute a join pg_class c on c.oid = a.attrelid
			where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and a.attnum > 0
			union select unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) from pg_proc p where p.pronamespace = 'public'::regnamespace
		)`;
	expect(used.length).toBeGreaterThan(2);
	const sql = connect(ownerUrl, { max: 1 });
	const { parsers, serializers } = sql.options;
	expect(used.filter(({ type }) => !parsers[type] || !serializers[type]).map(({ name }) => name)).toEqual([]);
	await sql.end();
});

test('a statement is prepared once it comes again, and no more of them than the server has room for', async () => {
	const { ownerUrl } = await testDatabase('empty');
	const sql = connect(ownerUrl, { max: 1 });
	onTestFinished(() => sql.end());
	const prepared = async () =>
		(await sql.unsafe('select statement from pg_prepared_statements')).map((row) => row.statement);
	const ask = async (text: string, given: number) => (await sql.unsafe(text, [given]))[0]?.sum;
	const often = 'select $1::int + 1 as sum';
	expect(await ask(often, 1)).toBe(2);
	expect(await prepared()).toEqual([]);
	expect([await ask(often, 2), await ask(often, 3), await ask(often, 4)]).toEqual([3, 4, 5]);
	expect(await prepared()).toEqual([often]);
	// Each twice: far more than are kept. One that is refused in between spoils nothing for the others.
	for (let each = 0; each < 300; each += 1)
		expect([await ask(`${often}, ${each}`, each), await ask(`${often}, ${each}`, each)]).toEqual([each + 1, each + 1]);
	expect((await prepared()).length).toBe(200);
	await expect(sql.unsafe('select $1::int / 0 as sum', [1])).rejects.toMatchObject({ code: '22012' });
	await expect(sql.unsafe('select $1::int / 0 as sum', [1])).rejects.toMatchObject({ code: '22012' });
	expect([await ask(often, 5), await ask(`${often}, 299`, 1)]).toEqual([6, 2]);
	const long = `select $1::int as sum -- ${'-'.repeat(4000)}`;
	expect([await ask(long, 1), await ask(long, 2)]).toEqual([1, 2]);
	expect((await prepared()).length).toBe(200);
	// Whoever says so has theirs prepared at once.
	const [asked] = await sql.unsafe('select $1::int + 2 as sum', [1], { prepare: true });
	expect([asked?.sum, (await prepared()).length]).toEqual([3, 201]);
});

test('a connection that is lost at its very first words fails what waits for it, and nothing unheard', async () => {
	const db = await testDatabase();
	const wire = await openWire(db.ownerUrl);
	onTestFinished(() => wire.close());
	const unheard: unknown[] = [];
	const hear = (error: unknown) => unheard.push(error);
	process.on('unhandledRejection', hear);
	onTestFinished(() => void process.off('unhandledRejection', hear));
	const asked = { clientId: 'demo-emar', subject: 'ben.whitfield', privilege: 'administer-oral', site: 'rose-house' };
	for (const [moment, reset] of moments.flatMap((each) => [[each, true] as const, [each, false] as const]))
		for (const wait of [1, 2, 3]) {
			const database = openDatabase(wire.through(db.appUrl));
			const waysIn: (() => Promise<unknown>)[] = [
				() => readGateFacts(database.gate, [asked]),
				() => findProvider(database.db, 'fairfield-care'),
				() => asFairfield({ ...db, database }, async () => 'done'),
			];
			for (const ask of waysIn) {
				wire.arm({ wait, moment, reset, blow: () => {} });
				await Promise.race([ask().catch(() => {}), sleep(3000)]);
				wire.arm(null);
				// Within two attempts: the first may meet what was lost.
				expect(await ask().catch(ask)).toBeTruthy();
			}
			await database.close();
		}
	await sleep(100);
	expect(unheard).toEqual([]);
}, 60_000);

import { execFile } from 'node:child_process';
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import type { Sql } from '#db/client.server.ts';
import { testDatabase } from '../support/database.ts';
import { fairfield } from '../support/demonstration.ts';
import {
	checkpoint,
	countRows,
	findingsWith,
	type Ledger,
	record,
	temporaryFolder,
	testLedger,
} from '../support/ledger.ts';

// Each of these verifies a whole database, some of them many times over.
vi.setConfig({ testTimeout: 60_000 });

const execute = promisify(execFile);

/** Takes a backup and gives a function that restores it into a database of its own. */
type Backup = (ledger: Ledger) => Promise<() => Promise<Ledger>>;

/** The folder of a pg_dump that is new enough for the server, if this machine has one. */
async function findDump(): Promise<string | null> {
	const versions = '/usr/lib/postgresql';
	const folders = existsSync(versions) ? readdirSync(versions).map((each) => path.join(versions, each, 'bin')) : [];
	for (const folder of [...folders, ...(process.env.PATH ?? '').split(path.delimiter)]) {
		if (!existsSync(path.join(folder, 'pg_dump')) || !existsSync(path.join(folder, 'pg_restore'))) continue;
		const { stdout } = await execute(path.join(folder, 'pg_dump'), ['--version']);
		if (Number(/(\d+)/.exec(stdout)?.[1]) >= 18) return folder;
	}
	return null;
}

const folder = await findDump();

const withPgDump: Backup = async (ledger) => {
	const file = path.join(temporaryFolder(), 'backup.dump');
	await execute(path.join(folder ?? '', 'pg_dump'), ['--format=custom', `--file=${file}`, ledger.ownerUrl]);
	return async () => {
		const target = await testDatabase('empty');
		const over = ['--clean', '--if-exists', '--exit-on-error'];
		await execute(path.join(folder ?? '', 'pg_restore'), [...over, `--dbname=${target.ownerUrl}`, file]);
		return { ...target, keeping: ledger.keeping };
	};
};

/** Every table copied out, and copied in again with the triggers off, as a restore of the data alone does it. */
const withCopy: Backup = async (ledger) => {
	const tables = await namesOf(ledger.owner);
	const files = temporaryFolder();
	// The server writes the files, perhaps as a user of its own.
	chmodSync(files, 0o777);
	await ledger.owner.begin('isolation level repeatable read', async (sql) => {
		for (const table of tables) await sql.unsafe(`copy ${table} to '${files}/${table}.copy'`);
	});
	return async () => {
		const target = await testDatabase('empty');
		await target.owner.begin(async (sql) => {
			await sql`set local session_replication_role = replica`;
			await sql.unsafe(`truncate ${tables.join(', ')}`);
			for (const table of tables) await sql.unsafe(`copy ${table} from '${files}/${table}.copy'`);
		});
		return { ...target, keeping: ledger.keeping };
	};
};

async function namesOf(owner: Sql): Promise<string[]> {
	const rows = await owner<{ name: string }[]>`
		select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`;
	return rows.map((row) => row.name);
}

test('a backup restored with nothing recorded since is as it was', async () => {
	const ledger = await testLedger();
	await record(ledger, 'a note');
	const restore = await withCopy(ledger);
	const { checkpoint: signed } = await checkpoint(ledger);
	const restored = await restore();
	expect(await findingsWith(restored)).toEqual([]);
	expect((await checkpoint(restored)).checkpoint.note).toBe(signed.note);
	await record(restored);
	await checkpoint(restored);
	expect(await findingsWith(restored)).toEqual([]);
});

test('an older backup is found, and nothing is signed upon it', async () => {
	const ledger = await testLedger();
	const first = await checkpoint(ledger);
	const restore = await withCopy(ledger);
	await record(ledger);
	const second = await checkpoint(ledger);
	const restored = await restore();
	expect(await countRows(restored, 'evidence')).toBe(first.checkpoint.size);
	const found = await findingsWith(restored);
	expect(found).toHaveLength(1);
	expect(found[0]?.detail).toBe(
		`it counts ${second.checkpoint.size} rows and there are ${first.checkpoint.size}: rows are gone, or the database was restored from an older backup`,
	);
	await expect(checkpoint(restored)).rejects.toThrow(/restored from an older backup/);

	// However much is recorded upon it afterwards.
	for (let turn = 0; turn < 3; turn += 1) await record(restored);
	await expect(checkpoint(restored)).rejects.toThrow(/are not the ones that were signed/);
	expect((await findingsWith(restored)).map((each) => each.what)).toEqual(['checkpoint']);

	const begun = await checkpoint(restored, 'Restored the backup of last night');
	expect(begun.origin).toBe('countersign/fairfield-care/2');
	expect(await findingsWith(restored)).toEqual([]);
	const [row] = await restored.owner`select reason from checkpoints where provider_id = ${fairfield} and log = 2`;
	expect(row?.reason).toBe('Restored the backup of last night');
});

test('the same with pg_dump and pg_restore', async ({ skip }) => {
	if (!folder) return skip('there is no pg_dump of PostgreSQL 18 or newer on this machine');
	const ledger = await testLedger();
	await checkpoint(ledger);
	const restore = await withPgDump(ledger);
	const unchanged = await restore();
	expect(await findingsWith(unchanged)).toEqual([]);
	await record(ledger);
	await checkpoint(ledger);
	const restored = await restore();
	expect((await findingsWith(restored)).map((each) => each.detail)).toEqual([
		expect.stringMatching(/restored from an older backup/),
	]);
	await expect(checkpoint(restored)).rejects.toThrow(/restored from an older backup/);
});

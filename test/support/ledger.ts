import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { onTestFinished } from 'vitest';
import { append, fact, hashEntry, noHash } from '#app/commands/append.ts';
import { checkpointProvider } from '#app/commands/checkpointing.ts';
import type { NoteKeeping } from '#app/commands/outside-note.ts';
import { ensureLedgerKey } from '#app/commands/signing.ts';
import { type Finding, verifyProvider } from '#app/commands/verifying.ts';
import type { Evidence } from '#app/domain/evidence.ts';
import type { Entry } from '#app/domain/ledger.ts';
import type { Sql } from '#db/client.server.ts';
import { listChain } from '#db/queries/evidence.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { amara, asFairfield, catalogue, fairfield, grace, roseHouse } from './demonstration.ts';

export interface Ledger extends TestDatabase {
	keeping: NoteKeeping;
}

/** The demonstration with a key that signs, and a folder for the notes outside the database. */
export async function testLedger(): Promise<Ledger> {
	const db = await testDatabase('few');
	await ensureLedgerKey(db.ownerDb);
	return { ...db, keeping: { host: 'countersign', folder: temporaryFolder() } };
}

export function temporaryFolder(): string {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'countersign-ledger-'));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

/** Signs how Fairfield's chain stands, as the application. */
export function checkpoint(ledger: Ledger, reason?: string) {
	return checkpointProvider(ledger.database.db, fairfield, ledger.keeping, reason);
}

/** Records one more row. */
export async function record(ledger: TestDatabase, note?: string): Promise<Evidence> {
	const [row] = await asFairfield(ledger, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({
				kind: 'pause',
				personId: amara,
				privilege: 'administer-oral',
				siteId: roseHouse,
				recordedBy: grace,
				payload: { reason: 'other', reviewOn: '2027-01-01', owner: grace },
				note,
			}),
		]),
	);
	if (!row) throw new Error('nothing was recorded');
	return row;
}

/** What `npm run verify` would find, with the notes outside the database. */
export function findingsWith({ ownerDb, keeping }: Ledger, from = keeping): Promise<Finding[]> {
	return ownerDb.transaction((tx) => verifyProvider(tx, fairfield, catalogue, { keeping: from }), {
		isolationLevel: 'repeatable read',
	});
}

/** A superuser with the triggers off, whom nothing in the database stops. */
export async function tamper({ owner }: TestDatabase, work: (sql: Sql) => Promise<unknown>): Promise<void> {
	await owner.begin(async (transaction) => {
		await transaction`set local session_replication_role = replica`;
		await work(transaction as unknown as Sql);
	});
}

/** Numbers and hashes the whole chain anew, as somebody would who has changed it and knows how it is made. */
export async function rehash({ owner, ownerDb }: TestDatabase): Promise<void> {
	const rows = await ownerDb.transaction((tx) =>
		listChain(tx, { providerId: fairfield, afterSeq: Number.MIN_SAFE_INTEGER, limit: 100_000 }),
	);
	let previous: Uint8Array = noHash;
	const fresh = rows.map(({ evidence }, place) => {
		const entry = { ...evidence, seq: place + 1, providerId: fairfield } as Entry;
		const hash = hashEntry(previous, entry);
		const row = {
			id: entry.id,
			seq: entry.seq,
			prev: Buffer.from(previous).toString('hex'),
			hash: hash.toString('hex'),
		};
		previous = hash;
		return row;
	});
	await owner.begin(async (transaction) => {
		await transaction`set local session_replication_role = replica`;
		await transaction`update evidence set seq = -seq - 1000000`;
		await transaction`
			update evidence e set seq = f.seq, prev_hash = decode(f.prev, 'hex'), hash = decode(f.hash, 'hex')
			from jsonb_to_recordset(${transaction.json(fresh as never)}) as f (id uuid, seq bigint, prev text, hash text)
			where e.id = f.id`;
		// Whoever goes this far also makes the stories fit.
		await transaction`delete from events x where not exists (select from evidence e where e.id = x.evidence_id)`;
	});
}

export async function countRows({ ownerDb }: TestDatabase, table: string): Promise<number> {
	const [row] = await ownerDb.execute<{ count: number }>(
		sql`select count(*)::int as count from ${sql.identifier(table)} where provider_id = ${fairfield}`,
	);
	return row?.count ?? 0;
}

import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { CheckpointRefused, checkpointProvider, makeCheckpoint } from '#app/commands/checkpointing.ts';
import { keepNote, noteFile, readKeptNote } from '#app/commands/outside-note.ts';
import { keysOf, listLedgerKeys, noteCrypto, rotateLedgerKey, sha256 } from '#app/commands/signing.ts';
import { rootOf, sizeOf, treeOf } from '#app/domain/merkle.ts';
import { openCheckpoint } from '#app/domain/signed-note.ts';
import { asProvider } from '#db/client.server.ts';
import { listCheckpoints, listHashes } from '#db/queries/checkpoints.ts';
import { asFairfield, fairfield } from '../support/demonstration.ts';
import {
	checkpoint,
	countRows,
	findingsWith,
	type Ledger,
	record,
	rehash,
	tamper,
	testLedger,
} from '../support/ledger.ts';

// Each of these verifies a whole database, some of them many times over.
vi.setConfig({ testTimeout: 60_000 });

const origin = 'countersign/fairfield-care/1';
const kept = (ledger: Ledger) => readKeptNote(ledger.keeping, 'fairfield-care');
const stored = (ledger: Ledger) => asFairfield(ledger, (tx) => listCheckpoints(tx, { providerId: fairfield }));
const keysFor = async (ledger: Ledger, name = origin) => keysOf(await listLedgerKeys(ledger.ownerDb), name);

test('a checkpoint signs every row, is stored, and is kept in a file', async () => {
	const ledger = await testLedger();
	const { checkpoint: made } = await checkpoint(ledger);
	const hashes = await asFairfield(ledger, (tx) => listHashes(tx, { providerId: fairfield }));
	const root = new Uint8Array(rootOf(treeOf(sha256, hashes)));
	expect(openCheckpoint(noteCrypto, made.note, await keysFor(ledger))).toEqual({ origin, size: hashes.length, root });
	expect(made).toMatchObject({ log: 1, size: hashes.length, reason: null });
	expect(await stored(ledger)).toEqual([made]);
	expect(kept(ledger)).toBe(made.note);
	expect(await findingsWith(ledger)).toEqual([]);
});

test('the same rows give the same note, and one more row another', async () => {
	const ledger = await testLedger();
	const first = await checkpoint(ledger);
	expect((await checkpoint(ledger)).checkpoint).toEqual(first.checkpoint);
	await record(ledger);
	const second = await checkpoint(ledger);
	expect(second.checkpoint.size).toBe(first.checkpoint.size + 1);
	expect(await stored(ledger)).toEqual([first.checkpoint, second.checkpoint]);
	expect(kept(ledger)).toBe(second.checkpoint.note);
	expect(await findingsWith(ledger)).toEqual([]);
});

test('many at once, while rows are recorded, never sign two roots of one size', async () => {
	const ledger = await testLedger();
	const made = await Promise.all(
		Array.from({ length: 12 }, async (_, turn) => {
			if (turn % 3 === 0) await record(ledger);
			return (await checkpoint(ledger)).checkpoint;
		}),
	);
	const notes = new Map(made.map(({ size, note }) => [size, note]));
	for (const { size, note } of made) expect(note).toBe(notes.get(size));
	await checkpoint(ledger);
	expect(await findingsWith(ledger)).toEqual([]);
});

test('while a checkpoint is being made, nobody can append', async () => {
	const ledger = await testLedger();
	let recorded = false;
	let appending: Promise<unknown> = Promise.resolve();
	await asFairfield(ledger, async (tx) => {
		const { tree } = await makeCheckpoint(tx, fairfield, ledger.keeping);
		appending = record(ledger).then(() => {
			recorded = true;
		});
		await new Promise((resolve) => setTimeout(resolve, 150));
		expect(recorded).toBe(false);
		expect(await listHashes(tx, { providerId: fairfield })).toHaveLength(sizeOf(tree));
	});
	await appending;
	expect(recorded).toBe(true);
});

test('a transaction rolled back leaves no checkpoint and no note', async () => {
	const ledger = await testLedger();
	const work = asFairfield(ledger, async (tx) => {
		await makeCheckpoint(tx, fairfield, ledger.keeping);
		throw new Error('changed my mind');
	});
	await expect(work).rejects.toThrow('changed my mind');
	expect(await stored(ledger)).toEqual([]);
	expect(kept(ledger)).toBeNull();
});

test('without evidence, without a key and without a provider there is nothing to sign', async () => {
	const ledger = await testLedger();
	const nobody = randomUUID();
	await expect(checkpointProvider(ledger.database.db, nobody, ledger.keeping)).rejects.toThrow(/no such provider/);
	await ledger.owner`insert into providers (id, slug, name) values (${nobody}, 'new', 'New')`;
	await expect(checkpointProvider(ledger.database.db, nobody, ledger.keeping)).rejects.toThrow(/no evidence yet/);
	await ledger.owner`update signing_keys set retired_at = now(), private_jwk = private_jwk - 'd' where algorithm = 'Ed25519'`;
	await expect(checkpoint(ledger)).rejects.toThrow(/no key to sign with/);
	expect(await countRows(ledger, 'checkpoints')).toBe(0);
});

test('a new key signs what follows; what the retired key signed can still be checked, and never signed again', async () => {
	const ledger = await testLedger();
	const first = await checkpoint(ledger);
	await rotateLedgerKey(ledger.ownerDb);
	const keys = await listLedgerKeys(ledger.ownerDb);
	expect(keys.map((key) => key.sign !== null)).toEqual([true, false]);
	expect(first.checkpoint.keyId).toBe(keys[1]?.id);
	await record(ledger);
	const second = await checkpoint(ledger);
	expect(second.checkpoint.keyId).toBe(keys[0]?.id);
	const [newer, older] = await keysFor(ledger);
	expect(openCheckpoint(noteCrypto, first.checkpoint.note, older ? [older] : []).size).toBe(first.checkpoint.size);
	expect(() => openCheckpoint(noteCrypto, second.checkpoint.note, older ? [older] : [])).toThrow();
	expect(openCheckpoint(noteCrypto, second.checkpoint.note, newer ? [newer] : []).size).toBe(second.checkpoint.size);
	expect(await findingsWith(ledger)).toEqual([]);
	const [row] = await ledger.owner`select private_jwk from signing_keys where id = ${first.checkpoint.keyId}`;
	expect(Object.keys(row?.private_jwk).sort()).toEqual(['crv', 'kty', 'x']);
});

test('a log keeps its name when the address of the installation changes', async () => {
	const ledger = await testLedger();
	await checkpoint(ledger);
	await record(ledger);
	const moved = { ...ledger, keeping: { ...ledger.keeping, host: 'training.example:8443' } };
	expect((await checkpoint(moved)).origin).toBe(origin);
	expect((await checkpoint(moved, 'a new address')).origin).toBe('training.example:8443/fairfield-care/2');
	expect(await findingsWith(ledger)).toEqual([]);
});

test('it is refused where the rows are not those of the last checkpoint', async () => {
	const ledger = await testLedger();
	await checkpoint(ledger);
	await tamper(ledger, (sql) => sql`update evidence set hash = sha256('x') where seq = 7`);
	const elsewhere = { ...ledger, keeping: { ...ledger.keeping, folder: `${ledger.keeping.folder}/other` } };
	await record(ledger);
	const refusal = expect(checkpoint(elsewhere)).rejects;
	await refusal.toBeInstanceOf(CheckpointRefused);
	await expect(checkpoint(elsewhere)).rejects.toThrow(/The last checkpoint does not fit: the first \d+ rows are not/);
	expect(await countRows(ledger, 'checkpoints')).toBe(1);
	expect(existsSync(elsewhere.keeping.folder)).toBe(false);
});

test('it is refused, and verify says so, where rows are gone that the note outside counts', async () => {
	const ledger = await testLedger();
	await record(ledger);
	const before = await checkpoint(ledger);
	await tamper(ledger, async (sql) => {
		await sql`delete from checkpoints`;
		await sql`delete from events x using evidence e where e.id = x.evidence_id and e.seq = ${before.checkpoint.size}`;
		await sql`delete from evidence where seq = ${before.checkpoint.size}`;
	});
	await expect(checkpoint(ledger)).rejects.toThrow(/rows are gone, or the database was restored from an older backup/);
	const found = (await findingsWith(ledger)).find((each) => each.what === 'checkpoint');
	expect(found?.where).toBe(`the note in ${noteFile(ledger.keeping, 'fairfield-care')}`);
	expect(found?.detail).toMatch(/counts \d+ rows and there are \d+: rows are gone, or the database was restored/);
	await record(ledger);
	await record(ledger);
	await expect(checkpoint(ledger)).rejects.toThrow(/the first \d+ rows are not the ones that were signed/);
});

test('the note outside must itself be signed by a key that is known', async () => {
	const ledger = await testLedger();
	const { checkpoint: made } = await checkpoint(ledger);
	const file = noteFile(ledger.keeping, 'fairfield-care');
	for (const [wrong, says] of [
		['', /has no signatures/],
		[
			made.note.replace(`\n${made.size}\n`, `\n${made.size + 1}\n`),
			/signature of countersign\/fairfield-care\/1 is wrong/,
		],
		[made.note.replace('— countersign/', '— another/'), /no key that is known/],
	] as const) {
		writeFileSync(file, wrong);
		await expect(checkpoint(ledger)).rejects.toThrow(says);
		expect((await findingsWith(ledger)).map((each) => each.detail).join()).toMatch(says);
	}
});

test('after a restore an administrator begins a new log, and the reason is kept', async () => {
	const ledger = await testLedger();
	await expect(checkpoint(ledger, 'too early')).rejects.toThrow(/There is no log yet/);
	await record(ledger);
	const { checkpoint: lost } = await checkpoint(ledger);
	await tamper(ledger, async (sql) => {
		await sql`delete from checkpoints`;
		await sql`delete from events x using evidence e where e.id = x.evidence_id and e.seq = ${lost.size}`;
		await sql`delete from evidence where seq = ${lost.size}`;
	});
	const { checkpoint: fresh, origin: name } = await checkpoint(ledger, 'Restored the backup of Monday');
	expect(name).toBe('countersign/fairfield-care/2');
	expect(fresh).toMatchObject({ log: 2, size: lost.size - 1, reason: 'Restored the backup of Monday' });
	expect(kept(ledger)).toBe(fresh.note);
	expect(readFileSync(path.join(ledger.keeping.folder, 'fairfield-care.log-1.txt'), 'utf8')).toBe(lost.note);
	await record(ledger);
	expect((await checkpoint(ledger)).origin).toBe(name);
	expect((await findingsWith(ledger)).filter((each) => each.what === 'checkpoint')).toEqual([]);
});

test('a database that is older than the log of the note outside is found', async () => {
	const ledger = await testLedger();
	await checkpoint(ledger);
	const before = await stored(ledger);
	await checkpoint(ledger, 'moved to another machine');
	await tamper(ledger, (sql) => sql`delete from checkpoints where log = 2`);
	expect(await stored(ledger)).toEqual(before);
	await expect(checkpoint(ledger)).rejects.toThrow(/belongs to log 2, which this database does not know/);
	expect((await findingsWith(ledger))[0]?.detail).toMatch(/belongs to log 2/);
});

test('the database itself refuses a checkpoint that does not follow the last one', async () => {
	const ledger = await testLedger();
	const { checkpoint: made } = await checkpoint(ledger);
	const { size, keyId } = made;
	for (const [log, wanted, reason] of [
		[1, size, null],
		[1, size - 1, null],
		[1, size + 1, 'a reason within a log'],
		[2, size, null],
		[0, size + 1, null],
	] as const)
		await expect(
			ledger.owner`insert into checkpoints (provider_id, log, size, root, note, key_id, reason)
				values (${fairfield}, ${log}, ${wanted}, sha256('x'), 'note', ${keyId}, ${reason})`,
		).rejects.toMatchObject({ code: '23000' });
});

test('a newer note that another process has kept is not replaced by an older one', async () => {
	const ledger = await testLedger();
	const first = await checkpoint(ledger);
	await record(ledger);
	const second = await checkpoint(ledger);
	keepNote(ledger.keeping, 'fairfield-care', first.checkpoint.note);
	expect(kept(ledger)).toBe(second.checkpoint.note);
	await asProvider(ledger.database.db, fairfield, (tx) => makeCheckpoint(tx, fairfield, ledger.keeping, 'why'));
	expect(kept(ledger)).toBe(second.checkpoint.note);
	expect(readdirSync(ledger.keeping.folder)).toEqual(['fairfield-care.txt']);
});

test('a note that cannot be read is moved aside when a new log is begun, never thrown away', async () => {
	const ledger = await testLedger();
	await checkpoint(ledger);
	mkdirSync(ledger.keeping.folder, { recursive: true });
	writeFileSync(noteFile(ledger.keeping, 'fairfield-care'), 'scribble');
	await expect(checkpoint(ledger)).rejects.toBeInstanceOf(CheckpointRefused);
	await checkpoint(ledger, 'the note was damaged');
	expect(readFileSync(path.join(ledger.keeping.folder, 'fairfield-care.unreadable.txt'), 'utf8')).toBe('scribble');
});

test('a chain changed and hashed anew is found by the checkpoint that was made before', async () => {
	const ledger = await testLedger();
	await checkpoint(ledger);
	await tamper(ledger, (sql) => sql`update evidence set observed_at = observed_at - interval '1 day' where seq = 40`);
	await rehash(ledger);
	const found = (await findingsWith(ledger)).filter((each) => each.what === 'checkpoint');
	expect(found.map((each) => each.detail)).toEqual([
		expect.stringMatching(/the first \d+ rows are not the ones that were signed/),
		expect.stringMatching(/the first \d+ rows are not the ones that were signed/),
	]);
	await expect(checkpoint(ledger)).rejects.toBeInstanceOf(CheckpointRefused);
});

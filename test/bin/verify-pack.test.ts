import { execFile } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { exportPack } from '#app/commands/exporting.ts';
import { keepNote } from '#app/commands/outside-note.ts';
import { keysOf, listLedgerKeys, rotateLedgerKey, sha256 } from '#app/commands/signing.ts';
import { canonical } from '#app/domain/ledger.ts';
import { noteKey, vkeyOf } from '#app/domain/signed-note.ts';
import type { Sql } from '#db/client.server.ts';
import { amara, asFairfield, ben, fairfield } from '../support/demonstration.ts';
import {
	checkpoint,
	findingsWith,
	type Ledger,
	record,
	rehash,
	tamper,
	temporaryFolder,
	testLedger,
} from '../support/ledger.ts';

// Each of these verifies a whole database, some of them many times over.
vi.setConfig({ testTimeout: 60_000 });

interface Verdict {
	code: number;
	said: string;
}

/** Runs the stand-alone program, copied to a folder where nothing else is. */
function verifyPack(text: string, ...more: string[]): Promise<Verdict> {
	const folder = temporaryFolder();
	const [program, pack] = [path.join(folder, 'verify-pack.mjs'), path.join(folder, 'pack.json')];
	copyFileSync('bin/verify-pack.mjs', program);
	writeFileSync(pack, text);
	return run(folder, [program, pack, ...more]);
}

function run(cwd: string, words: string[]): Promise<Verdict> {
	return new Promise((resolve) => {
		execFile(process.execPath, words, { cwd, env: { NODE_ENV: 'production' } }, (error, stdout, stderr) => {
			resolve({ code: Number(error?.code ?? 0), said: stdout + stderr });
		});
	});
}

/** A pack as the application exports it, with its note kept. */
async function packOf(ledger: Ledger, personId?: string): Promise<string> {
	const pack = await asFairfield(ledger, (tx) =>
		exportPack(tx, fairfield, ledger.keeping, personId ? { personId } : {}),
	);
	if (!pack) throw new Error('there is no such person');
	keepNote(ledger.keeping, pack.made.slug, pack.made.checkpoint.note);
	return pack.text;
}

const keyOf = async (ledger: Ledger) => {
	const [key] = keysOf(await listLedgerKeys(ledger.ownerDb), 'countersign/fairfield-care/1');
	return key ? vkeyOf(key) : '';
};

function noteIn(note: string): string {
	const file = path.join(temporaryFolder(), 'note.txt');
	writeFileSync(file, note);
	return file;
}

test('an exported pack verifies, the whole chain or one person’s, and it is said whose key it was', async () => {
	const ledger = await testLedger();
	const early = (await checkpoint(ledger)).checkpoint;
	await record(ledger, 'a note');
	const key = await keyOf(ledger);
	for (const personId of [undefined, amara, ben]) {
		const pack = await packOf(ledger, personId);
		const alone = await verifyPack(pack);
		expect(alone).toMatchObject({ code: 0 });
		expect(alone.said).toMatch(/came with the pack, so this shows that the pack is whole, not who made it/);
		const given = await verifyPack(pack, '--key', key, '--checkpoint', noteIn(early.note));
		expect(given).toMatchObject({ code: 0 });
		expect(given.said).toMatch(/key +the one you gave\nEverything is as it was signed/);
		expect(given.said).toContain(`the first ${early.size} rows are still those of the earlier checkpoint`);
	}
});

test('a pack holds no name and no note', async () => {
	const ledger = await testLedger();
	await record(ledger, 'Two tablets were found by the window');
	for (const personId of [undefined, amara]) {
		const pack = await packOf(ledger, personId);
		const people = await ledger.owner`select given_name, family_name, staff_code from people`;
		for (const { family_name, staff_code } of people) {
			expect(pack).not.toContain(staff_code);
			expect(pack).not.toMatch(new RegExp(`\\b${family_name}\\b`));
		}
		expect(pack).not.toContain('tablets');
	}
});

test('somebody who is not known has no pack', async () => {
	const ledger = await testLedger();
	expect(
		await asFairfield(ledger, (tx) => exportPack(tx, fairfield, ledger.keeping, { personId: fairfield })),
	).toBeNull();
});

test('a person’s pack has every row of theirs, as it stands in the chain', async () => {
	const ledger = await testLedger();
	const pack = JSON.parse(await packOf(ledger, ben));
	const rows =
		await ledger.owner`select seq::int, encode(hash, 'base64') as hash from evidence where person_id = ${ben} order by seq`;
	expect(pack.rows.map(({ seq, hash }: { seq: number; hash: string }) => ({ seq, hash }))).toEqual([...rows]);
	expect(rows.length).toBeGreaterThan(3);
});

type PackRow = { seq: number; entry: string; prevHash: string; hash: string; proof?: string[] };
type Body = {
	rows: PackRow[];
	keys: string[];
	checkpoint: string;
	seal: string;
	person: string | null;
	contentVersions: { hash: string }[];
	earlier: unknown[];
};

// What somebody could do to the file alone.
const edits: [string, (pack: Body) => void, RegExp][] = [
	['a changed fact', (pack) => changeEntry(pack, 3, '"role":"', '"role":"x'), /^WRONG: row \d+ \(from byte \d+/m],
	[
		'a fact written in another form',
		(pack) => changeEntry(pack, 3, '{', '{ '),
		/not in canonical form, from byte 2 of it/,
	],
	[
		'a fact with another number',
		(pack) => changeEntry(pack, 3, /"seq":\d+/, '"seq":9999'),
		/its text says that it is row 9999/,
	],
	['a removed row', (pack) => void pack.rows.splice(2, 1), /WRONG/],
	['the last row removed', (pack) => void pack.rows.pop(), /WRONG/],
	[
		'two rows swapped',
		(pack) => void pack.rows.splice(2, 2, pack.rows[3] as PackRow, pack.rows[2] as PackRow),
		/WRONG/,
	],
	['a row twice', (pack) => void pack.rows.splice(2, 0, pack.rows[2] as PackRow), /WRONG/],
	['a changed hash', (pack) => void Object.assign(pack.rows[4] ?? {}, { hash: pack.rows[3]?.hash }), /WRONG: row/],
	['a hash that is none', (pack) => void Object.assign(pack.rows[4] ?? {}, { hash: 'AAAA' }), /has 3 bytes/],
	[
		'a changed checkpoint',
		(pack) =>
			void Object.assign(pack, {
				checkpoint: pack.checkpoint.replace(/\n(\d)/, (_, size) => `\n${(Number(size) % 9) + 1}`),
			}),
		/WRONG: the signature of the checkpoint is wrong/,
	],
	['another key', (pack) => void Object.assign(pack, { keys: [otherKey] }), /not signed by a key of/],
	[
		'a seal taken from the checkpoint',
		(pack) => void Object.assign(pack, { seal: pack.checkpoint }),
		/the seal is not that of a pack/,
	],
	['a content version left out', (pack) => void pack.contentVersions.pop(), /WRONG/],
	[
		'a changed content hash',
		(pack) => void Object.assign(pack.contentVersions[0] ?? {}, { hash: '0'.repeat(64) }),
		/WRONG/,
	],
	['something added', (pack) => void Object.assign(pack, { remark: 'trust me' }), /should hold just/],
	['rows that are none', (pack) => void Object.assign(pack, { rows: [null] }), /WRONG/],
	['proofs for more', (pack) => void pack.earlier.push({ size: 1, proof: [] }), /not the one that was sealed/],
];
const otherKey = vkeyOf(noteKey(sha256, 'countersign/fairfield-care/1', new Uint8Array(32).fill(5)));

function changeEntry(pack: Body, at: number, from: string | RegExp, to: string): void {
	const row = pack.rows[at];
	if (!row) throw new Error('there is no such row');
	const changed = row.entry.replace(from, to);
	row.entry = changed === row.entry ? row.entry.replace('"observedAt":"2', '"observedAt":"1') : changed;
}

test('each change of the file alone is found', async () => {
	const ledger = await testLedger();
	await checkpoint(ledger);
	await record(ledger);
	for (const whole of [await packOf(ledger), await packOf(ledger, ben)]) {
		expect(await verifyPack(whole)).toMatchObject({ code: 0 });
		for (const [name, edit, says] of edits) {
			const pack = JSON.parse(whole) as Body;
			edit(pack);
			const verdict = await verifyPack(`${canonical(pack)}\n`);
			expect(verdict, name).toMatchObject({ code: 1 });
			expect(verdict.said, name).toMatch(says);
		}
	}
});

test('a person’s pack without one of their rows is given away by the seal', async () => {
	const ledger = await testLedger();
	const pack = JSON.parse(await packOf(ledger, ben)) as Body;
	const [removed] = pack.rows.splice(4, 1);
	expect(removed).toBeDefined();
	const verdict = await verifyPack(`${canonical(pack)}\n`);
	expect(verdict).toMatchObject({ code: 1 });
	expect(verdict.said).toContain(`the seal counts ${pack.rows.length + 1} rows, the pack has ${pack.rows.length}`);
});

test('the first byte that is not as it should be is named', async () => {
	const ledger = await testLedger();
	const pack = await packOf(ledger, amara);
	for (const before of ['"checkpoint"', '"contentVersions"', '"seal"']) {
		const at = pack.indexOf(before);
		const verdict = await verifyPack(`${pack.slice(0, at)} ${pack.slice(at)}`);
		expect(verdict).toMatchObject({ code: 1 });
		expect(verdict.said).toContain(`not in canonical form, from byte ${Buffer.byteLength(pack.slice(0, at)) + 1} on`);
	}
	const twice = pack.replace('"format":"countersign-pack"', '"format":"countersign-pack","format":"countersign-pack"');
	expect((await verifyPack(twice)).said).toMatch(/not in canonical form/);
});

test('what cannot be checked is neither right nor wrong', async () => {
	const folder = temporaryFolder();
	const program = path.resolve('bin/verify-pack.mjs');
	expect(await run(folder, [program])).toMatchObject({ code: 2 });
	expect(await run(folder, [program, 'missing.json'])).toMatchObject({ code: 2 });
	expect(await run(folder, [program, 'a.json', '--unknown'])).toMatchObject({ code: 2 });
	for (const text of ['', 'not JSON', '{}\n', '{"format":"countersign-pack","version":2}\n'])
		expect(await verifyPack(text), text).toMatchObject({ code: 2 });
	const ledger = await testLedger();
	expect(await verifyPack(await packOf(ledger), '--checkpoint', '/nowhere/note.txt')).toMatchObject({ code: 2 });
});

test('a person’s pack from before says that it has no proof back to a note it does not know', async () => {
	const ledger = await testLedger();
	await checkpoint(ledger);
	await record(ledger);
	const { checkpoint: between } = await checkpoint(ledger);
	await tamper(ledger, (sql) => sql`delete from checkpoints where size = ${between.size}`);
	await record(ledger);
	const pack = await packOf(ledger, amara);
	const verdict = await verifyPack(pack, '--checkpoint', noteIn(between.note));
	expect(verdict).toMatchObject({ code: 2 });
	expect(verdict.said).toMatch(/has no proof back to \d+ rows/);
	expect(await verifyPack(await packOf(ledger), '--checkpoint', noteIn(between.note))).toMatchObject({ code: 0 });
});

test('a note from before the key was changed counts with that key', async () => {
	const ledger = await testLedger();
	const { checkpoint: early } = await checkpoint(ledger);
	const retired = await keyOf(ledger);
	await rotateLedgerKey(ledger.ownerDb);
	await record(ledger);
	const pack = await packOf(ledger);
	const note = noteIn(early.note);
	expect(await verifyPack(pack, '--checkpoint', note)).toMatchObject({ code: 0 });
	expect(await verifyPack(pack, '--key', retired)).toMatchObject({ code: 1 });
	const both = ['--key', retired, '--key', await keyOf(ledger)];
	expect(await verifyPack(pack, ...both, '--checkpoint', note)).toMatchObject({ code: 0 });
});

// What a superuser of the database could do, with the triggers off.
const tamperings: Record<string, (sql: Sql) => Promise<unknown>> = {
	alters: (sql) => sql`update evidence set observed_at = observed_at - interval '1 day' where seq = 40`,
	removes: async (sql) => {
		await sql`delete from events x using evidence e where e.id = x.evidence_id and e.seq = 40`;
		await sql`delete from evidence where seq = 40`;
	},
	reorders: async (sql) => {
		await sql`update evidence set seq = -1 where seq = 40`;
		await sql`update evidence set seq = 40 where seq = 41`;
		await sql`update evidence set seq = 41 where seq = -1`;
	},
	inserts: async (sql) => {
		await sql`update evidence set seq = -seq where seq > 40`;
		await sql`update evidence set seq = 1 - seq where seq < 0`;
		await sql`
			insert into evidence (provider_id, id, seq, kind, person_id, privilege, site_id, observed_at, recorded_at, payload, prev_hash, hash)
			select provider_id, gen_random_uuid(), 41, kind, person_id, privilege, site_id, observed_at, recorded_at, payload, prev_hash, hash
			from evidence where seq = 40`;
		await sql`
			insert into events (provider_id, id, type, person_id, evidence_id, recorded_at)
			select provider_id, gen_random_uuid(), 'evidence.recorded', person_id, id, recorded_at from evidence where seq = 41`;
	},
};
const hidings = [
	'leaves the hashes as they are',
	'hashes all anew and signs with the same key',
	'hashes all anew and signs with another key',
] as const;
const table = Object.keys(tamperings).flatMap((deed) => hidings.map((hiding) => [deed, hiding] as const));

test.each(table)(
	'a superuser who %s rows and %s is found by verify and by the stand-alone program',
	async (deed, hiding) => {
		const ledger = await testLedger();
		const { checkpoint: early } = await checkpoint(ledger);
		const [key, note] = [await keyOf(ledger), noteIn(early.note)];
		await tamper(ledger, (sql) => tamperings[deed]?.(sql) ?? Promise.reject());
		const anew = hiding !== hidings[0];
		if (anew) await rehash(ledger);
		const found = () => findingsWith(ledger).then((all) => new Set(all.map((each) => each.what)));
		expect(await found()).toContain(anew ? 'checkpoint' : 'chain');

		// And removes every trace that the database holds of what was signed before.
		await tamper(ledger, async (sql) => {
			await sql`delete from checkpoints`;
			if (hiding === hidings[2]) await sql`delete from signing_keys where algorithm = 'Ed25519'`;
		});
		if (hiding === hidings[2]) await rotateLedgerKey(ledger.ownerDb);
		const elsewhere = { ...ledger, keeping: { ...ledger.keeping, folder: temporaryFolder() } };
		const pack = await packOf(elsewhere);
		expect(await found()).toContain(anew ? 'checkpoint' : 'chain');

		expect(await verifyPack(pack)).toMatchObject({ code: anew ? 0 : 1 });
		expect(await verifyPack(pack, '--checkpoint', note)).toMatchObject({ code: 1 });
		expect(await verifyPack(pack, '--key', key)).toMatchObject({ code: hiding === hidings[1] ? 0 : 1 });
		expect(await verifyPack(pack, '--key', key, '--checkpoint', note)).toMatchObject({ code: 1 });
	},
);

test('the program says in its head how it is used, and needs nothing but Node', () => {
	const source = readFileSync('bin/verify-pack.mjs', 'utf8');
	const imports = [...source.matchAll(/^import .* from '([^']+)'/gm)].map(([, name]) => name);
	expect(imports).toEqual(['node:crypto', 'node:fs']);
	expect(source).not.toMatch(/import\(|require\(|fetch\(/);
});

import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import type { VerifiedPart } from '#app/commands/finding.ts';
import { verifyProvider } from '#app/commands/verifying.ts';
import { noteFault } from '#app/commands/verifying-checkpoints.ts';
import type { Sql } from '#db/client.server.ts';
import { asFairfield, catalogue, fairfield } from '../support/demonstration.ts';
import { checkpoint, countRows, findingsWith, record, tamper, testLedger } from '../support/ledger.ts';

// Each of these verifies a whole database, some of them many times over.
vi.setConfig({ testTimeout: 60_000 });

const nothing = '00000000-0000-4000-8000-000000000000';
const [other, theirs] = [randomUUID(), randomUUID()];

/** A second provider with a person: known, but not here. */
async function addOther({ owner }: { owner: Sql }): Promise<void> {
	await owner`insert into providers (id, slug, name) values (${other}, 'other', 'Other')`;
	await owner`insert into people (provider_id, id, staff_code, given_name, family_name) values (${other}, ${theirs}, 'a', 'A', 'A')`;
}

const pointers: [string, string, string][] = [
	['supersedes', `supersedes = '${nothing}'`, 'observation'],
	['content_version_id', `content_version_id = '${nothing}'`, 'observation'],
	['person_id', `person_id = '${nothing}'`, 'observation'],
	['person_id', `person_id = '${theirs}'`, 'quiz-marked'],
	['recorded_by', `recorded_by = '${nothing}'`, 'sign-off'],
	['site_id', `site_id = '${nothing}'`, 'sign-off'],
	['assessor', `payload = jsonb_set(payload, '{assessor}', '"${theirs}"')`, 'observation'],
	['assessorEvidence', `payload = jsonb_set(payload, '{assessorEvidence}', '["${nothing}"]')`, 'observation'],
	['basis', `payload = jsonb_set(payload, '{basis}', (payload -> 'basis') || '["${nothing}"]')`, 'sign-off'],
	['owner', `payload = jsonb_set(payload, '{owner}', '"${nothing}"')`, 'pause'],
];

test.each(pointers)('an id that points at nothing of this provider is found: %s by %s', async (field, change, kind) => {
	const ledger = await testLedger();
	await addOther(ledger);
	await record(ledger);
	const [row] = await ledger.owner`select seq::int from evidence where kind = ${kind} order by seq desc limit 1`;
	await tamper(ledger, (sql) => sql.unsafe(`update evidence set ${change} where seq = ${row?.seq}`));
	const found = (await findingsWith(ledger)).filter((each) => each.what === 'reference');
	expect(found).toEqual([
		{
			what: 'reference',
			where: `evidence ${row?.seq}`,
			detail: expect.stringMatching(
				new RegExp(`^${field} points at [0-9a-f-]{36}, which is nothing of this provider$`),
			),
		},
	]);
});

test('a lifted pause that was never made is found, and payloads that are no payloads do no harm', async () => {
	const ledger = await testLedger();
	const row = await record(ledger);
	await tamper(ledger, async (sql) => {
		await sql`update evidence set kind = 'pause-lifted', payload = ${sql.json({ pause: nothing })} where seq = ${row.seq}`;
		await sql`update evidence set payload = ${sql.json({ basis: 'not an id', owner: null, assessor: [1] })} where seq = 3`;
	});
	const found = (await findingsWith(ledger)).filter((each) => each.what === 'reference');
	expect(found.map((each) => each.where)).toContain(`evidence ${row.seq}`);
	expect(found.filter((each) => each.where === 'evidence 3').length).toBeGreaterThan(0);
});

const checkpointDeeds: [string, string, RegExp][] = [
	['root', "root = sha256('x')", /its note does not say what stands beside it/],
	['size', 'size = size - 1', /its note does not say what stands beside it/],
	['log', 'log = 4', /its note is not of this log/],
	['note', "note = replace(note, 'countersign/', 'elsewhere/')", /no key that is known|is wrong/],
	['note’s text', "note = regexp_replace(note, E'\\n[0-9]+\\n', E'\\n99\\n')", /signature of .* is wrong/],
	['note, to none', "note = ''", /its note is not of this log/],
];

test.each(checkpointDeeds)('a changed %s of a checkpoint is found', async (_, change, says) => {
	const ledger = await testLedger();
	const { checkpoint: made } = await checkpoint(ledger);
	await tamper(ledger, (sql) => sql.unsafe(`update checkpoints set ${change}`));
	const [found] = await findingsWith(ledger);
	expect(found?.what).toBe('checkpoint');
	expect(found?.where).toMatch(/^checkpoint \d+ of log \d$/);
	expect(found?.detail).toMatch(says);
	expect(made.size).toBeGreaterThan(0);
});

test('a checkpoint put in between, dated later than the next, is found', async () => {
	const ledger = await testLedger();
	await checkpoint(ledger);
	await record(ledger);
	await checkpoint(ledger);
	expect(await findingsWith(ledger)).toEqual([]);
	await tamper(
		ledger,
		(sql) =>
			sql`update checkpoints set made_at = made_at + interval '1 day' where size = (select min(size) from checkpoints)`,
	);
	expect((await findingsWith(ledger)).map((each) => each.detail)).toEqual(['it was made before a smaller one']);
});

test('a checkpoint signed by a key that has been taken away is found', async () => {
	const ledger = await testLedger();
	await checkpoint(ledger);
	await tamper(ledger, (sql) => sql`delete from signing_keys where algorithm = 'Ed25519'`);
	const found = await findingsWith(ledger);
	expect(found.map((each) => each.detail)).toEqual([
		'no key that is known has signed the note',
		'no key that is known has signed the note',
	]);
});

test('it tells how much it has checked, and at the end has checked everything', async () => {
	const ledger = await testLedger();
	await checkpoint(ledger);
	await record(ledger);
	await checkpoint(ledger);
	const told: [VerifiedPart, number][] = [];
	await asFairfield(ledger, (tx) =>
		verifyProvider(tx, fairfield, catalogue, { progress: (part, checked) => told.push([part, checked]) }),
	);
	const last = Object.fromEntries(told);
	expect(last).toEqual({
		evidence: await countRows(ledger, 'evidence'),
		checkpoints: 2,
		standings: await countRows(ledger, 'standings'),
	});
	for (const part of Object.keys(last)) {
		const numbers = told.filter(([each]) => each === part).map(([, checked]) => checked);
		expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
	}
});

test('a note that was kept elsewhere is compared with the rows of today', async () => {
	const ledger = await testLedger();
	const { checkpoint: made } = await checkpoint(ledger);
	const fault = (note: string) => asFairfield(ledger, (tx) => noteFault(tx, fairfield, note));
	expect(await fault(made.note)).toBeNull();
	await record(ledger);
	expect(await fault(made.note)).toBeNull();
	expect(await fault('scribble')).toBe('it is not a checkpoint');
	expect(await fault(made.note.replace(`\n${made.size}\n`, '\n5\n'))).toMatch(/signature .* is wrong/);
	await tamper(ledger, (sql) => sql`update evidence set hash = sha256('x') where seq = 5`);
	expect(await fault(made.note)).toMatch(/the first \d+ rows are not the ones that were signed/);
	await tamper(ledger, (sql) => sql`delete from evidence where seq > ${made.size - 1}`);
	expect(await fault(made.note)).toMatch(/rows are gone, or the database was restored from an older backup/);
});

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { checkpoint, type Ledger, record, tamper, testLedger } from '../support/ledger.ts';

// Each of these verifies a whole database, some of them many times over.
vi.setConfig({ testTimeout: 60_000 });

/** A command of package.json, as npm runs it, on a database of its own. */
function run(ledger: Ledger, command: 'verify' | 'checkpoint', ...words: string[]) {
	const env = { ...process.env, DATABASE_URL: ledger.ownerUrl, DATA_DIR: path.dirname(ledger.keeping.folder) };
	return new Promise<{ code: number; said: string }>((resolve) => {
		execFile('node_modules/.bin/tsx', [`bin/${command}.ts`, ...words], { env }, (error, stdout, stderr) =>
			resolve({ code: Number(error?.code ?? 0), said: stdout + stderr }),
		);
	});
}

/** With its notes where the commands keep them. */
async function commandLedger(): Promise<Ledger> {
	const ledger = await testLedger();
	return { ...ledger, keeping: { ...ledger.keeping, folder: path.join(ledger.keeping.folder, 'checkpoints') } };
}

test('verify says how much it has checked, and what is not as it was, with exit code 1', {
	timeout: 60_000,
}, async () => {
	const ledger = await commandLedger();
	await checkpoint(ledger);
	const whole = await run(ledger, 'verify');
	expect(whole).toMatchObject({ code: 0 });
	expect(whole.said).toMatch(
		/^Fairfield Care: \d+ rows of evidence, 1 checkpoint, \d+ standings: everything is as it was written$/m,
	);
	await tamper(ledger, async (sql) => {
		await sql`update evidence set observed_at = observed_at - interval '1 day' where seq = 9`;
		await sql`update checkpoints set root = sha256('x')`;
	});
	const changed = await run(ledger, 'verify');
	expect(changed).toMatchObject({ code: 1 });
	expect(changed.said).toMatch(/2 findings|\d+ findings/);
	expect(changed.said).toMatch(/^ {2}chain: evidence 9: its content is not what was hashed$/m);
	expect(changed.said).toMatch(
		/^ {2}checkpoint: checkpoint \d+ of log 1: its note does not say what stands beside it$/m,
	);
});

test('verify compares a note that was kept elsewhere', async () => {
	const ledger = await commandLedger();
	const { checkpoint: made } = await checkpoint(ledger);
	await record(ledger);
	const file = path.join(ledger.keeping.folder, 'kept.txt');
	writeFileSync(file, made.note);
	const fits = await run(ledger, 'verify', '--checkpoint', file);
	expect(fits).toMatchObject({ code: 0 });
	expect(fits.said).toContain(`${file}: the rows begin with what it signs`);
	await tamper(ledger, (sql) => sql`update evidence set hash = sha256('x') where seq = 9`);
	const changed = await run(ledger, 'verify', '--checkpoint', file);
	expect(changed).toMatchObject({ code: 1 });
	expect(changed.said).toContain(`checkpoint: ${file}: the first ${made.size} rows are not the ones that were signed`);
	writeFileSync(file, 'scribble');
	expect(await run(ledger, 'verify', '--checkpoint', file)).toEqual({
		code: 1,
		said: `${file} is not a checkpoint.\n`,
	});
});

test('checkpoint signs, prints the note, and refuses with a reason', async () => {
	const ledger = await commandLedger();
	const first = await run(ledger, 'checkpoint');
	expect(first).toMatchObject({ code: 0 });
	expect(first.said).toMatch(
		/^Fairfield Care: \d+ rows signed, kept in .*fairfield-care\.txt\n\ncountersign\/fairfield-care\/1\n/,
	);
	await tamper(ledger, (sql) => sql`update evidence set hash = sha256('x') where seq = 9`);
	const refused = await run(ledger, 'checkpoint', 'fairfield-care');
	expect(refused).toMatchObject({ code: 1 });
	expect(refused.said).toMatch(/^Fairfield Care: The note in .* does not fit: the first \d+ rows are not/);
	const begun = await run(ledger, 'checkpoint', 'fairfield-care', '--new-key', '--new-log', 'Tried out');
	expect(begun).toMatchObject({ code: 0 });
	expect(begun.said).toContain('countersign/fairfield-care/2');
	expect((await run(ledger, 'verify')).said).toMatch(/^ {2}log 2 was begun on .*: Tried out$/m);
	expect(await run(ledger, 'checkpoint', 'nobody')).toEqual({ code: 1, said: 'There is no provider "nobody".\n' });
});

import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { readKeptNote } from '#app/commands/outside-note.ts';
import { addDays, localDay } from '#app/domain/period.ts';
import { type Job, jobs, runJob } from '#app/jobs/jobs.ts';
import { signDaily } from '#app/jobs/sign-daily.ts';
import { asProvider } from '#db/client.server.ts';
import { takeJob } from '#db/queries/jobs.ts';
import { catalogue } from '../support/demonstration.ts';
import { countRows, type Ledger, record, tamper, testLedger } from '../support/ledger.ts';

// Each of these verifies a whole database, some of them many times over.
vi.setConfig({ testTimeout: 60_000 });

const sign = (ledger: Ledger, now = new Date()) => signDaily(ledger.database.db, now, ledger.keeping);
const made = (ledger: Ledger) => ledger.owner`select provider_id, size from checkpoints order by made_at`;
const tomorrow = () => new Date(`${addDays(localDay(new Date()), 1)}T12:00:00Z`);

/** Another provider, with one row of evidence. */
async function addProvider({ owner, ownerDb }: Ledger, slug: string): Promise<string> {
	const [provider, person] = [randomUUID(), randomUUID()];
	await owner`insert into providers (id, slug, name) values (${provider}, ${slug}, ${slug})`;
	await owner`insert into people (provider_id, id, staff_code, given_name, family_name) values (${provider}, ${person}, 'a', 'A', 'A')`;
	await asProvider(ownerDb, provider, (tx) =>
		append(tx, provider, catalogue, [
			fact({ kind: 'withdrawal', personId: person, privilege: 'assess', recordedBy: null, payload: {} }),
		]),
	);
	return provider;
}

test('every provider gets one checkpoint a day, also with nothing new', async () => {
	const ledger = await testLedger();
	await addProvider(ledger, 'other');
	await sign(ledger);
	await record(ledger);
	await sign(ledger);
	expect(await made(ledger)).toHaveLength(2);
	expect(readdirSync(ledger.keeping.folder)).toEqual(['fairfield-care.txt', 'other.txt']);
	await sign(ledger, tomorrow());
	// Fairfield's chain has grown; the other's has not, and its checkpoint still says all there is.
	expect(await made(ledger)).toHaveLength(3);
});

test('a provider without evidence is passed over', async () => {
	const ledger = await testLedger();
	await ledger.owner`insert into providers (id, slug, name) values (${randomUUID()}, 'new', 'New')`;
	await sign(ledger);
	expect(await made(ledger)).toHaveLength(1);
});

test('one that is refused does not hold up the others', async () => {
	const ledger = await testLedger();
	const other = await addProvider(ledger, 'other');
	await sign(ledger);
	const before = readKeptNote(ledger.keeping, 'fairfield-care');
	await tamper(ledger, (sql) => sql`update evidence set hash = sha256('x') where seq = 3`);
	await record(ledger);
	await asProvider(ledger.ownerDb, other, async (tx) => {
		const [someone] = await tx.execute<{ id: string }>(`select id from people where provider_id = '${other}'`);
		const facts = [fact({ kind: 'withdrawal', personId: someone?.id ?? '', recordedBy: null, payload: {} })];
		await append(tx, other, catalogue, facts);
	});
	await sign(ledger, tomorrow());
	expect((await made(ledger)).at(-1)).toMatchObject({ provider_id: other, size: '2' });
	expect(readKeptNote(ledger.keeping, 'fairfield-care')).toBe(before);
});

test('of several processes that look at once, one works', async () => {
	const ledger = await testLedger();
	let worked = 0;
	const job: Job = {
		name: 'counted',
		everyMinutes: 60,
		work: async () => {
			worked += 1;
			await new Promise((resolve) => setTimeout(resolve, 200));
		},
	};
	await Promise.all(Array.from({ length: 4 }, () => runJob(ledger.database.db, job, new Date())));
	expect(worked).toBe(1);
	await runJob(ledger.database.db, job, new Date());
	expect(worked).toBe(2);
});

test('a job that fails lets go of its turn, and harms nobody', async () => {
	const ledger = await testLedger();
	const job: Job = { name: 'broken', everyMinutes: 60, work: () => Promise.reject(new Error('broken')) };
	await runJob(ledger.database.db, job, new Date());
	expect(await ledger.database.db.transaction((tx) => takeJob(tx, 'broken'))).toBe(true);
	expect(await countRows(ledger, 'checkpoints')).toBe(0);
});

test('each job has a name of its own and a time', () => {
	expect(new Set(jobs.map((job) => job.name)).size).toBe(jobs.length);
	for (const job of jobs) expect(job.everyMinutes).toBeGreaterThan(0);
});

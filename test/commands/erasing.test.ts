import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { eraseIdentity, liftLegalHold, setLegalHold } from '#app/commands/erasing.ts';
import { exportPack } from '#app/commands/exporting.ts';
import { checkPassword } from '#app/commands/secrets.ts';
import { addDays, localDay, moveDay, startOfDay } from '#app/domain/period.ts';
import { listLegalHolds } from '#db/queries/legal-holds.ts';
import { amara, asFairfield, catalogue, fairfield, grace, personOf } from '../support/demonstration.ts';
import { checkpoint, countRows, findingsWith, type Ledger, testLedger } from '../support/ledger.ts';

// Each of these verifies a whole database, some of them many times over.
vi.setConfig({ testTimeout: 60_000 });

const owen = personOf('owen.price');
const usualRetention = 'P6Y';
const by = { providerId: fairfield, personId: grace };
const years = (count: number) => startOfDay(moveDay(localDay(new Date()), `P${count}Y`));

const erase = (ledger: Ledger, personId = owen, now = years(7), retention = usualRetention) =>
	asFairfield(ledger, (tx) => eraseIdentity(tx, by, { personId, retention, now }));
const hold = (ledger: Ledger, id: string, personId = owen, reason = 'A claim') =>
	asFairfield(ledger, (tx) => setLegalHold(tx, by, { id, personId, reason }));
const lift = (ledger: Ledger, id: string) =>
	asFairfield(ledger, (tx) => liftLegalHold(tx, by, { id, now: new Date() }));

/** Something of Owen's in every table that knows people. */
async function withTraces(): Promise<Ledger> {
	const ledger = await testLedger();
	await asFairfield(ledger, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({
				kind: 'withdrawal',
				personId: owen,
				privilege: 'administer-oral',
				recordedBy: grace,
				payload: {},
				note: 'Owen Price told us',
			}),
		]),
	);
	const { owner } = ledger;
	await owner`insert into sessions (provider_id, id, person_id, expires_at) values (${fairfield}, 'session', ${owen}, now() + interval '1 day')`;
	await owner`insert into readings (provider_id, person_id, module, version, pages_read) values (${fairfield}, ${owen}, 'rights-and-mar', 1, 2)`;
	await owner`insert into failed_secrets (provider_id, subject) values (${fairfield}, 'staff-code:owen.price'), (${fairfield}, ${`signature:${owen}`}), (${fairfield}, 'staff-code:ben.whitfield')`;
	return ledger;
}

/** The tables in which a row holds a text. */
async function tablesWith({ owner }: Ledger, text: string): Promise<string[]> {
	const tables = await owner<{ name: string }[]>`
		select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`;
	const found = await Promise.all(
		tables.map(({ name }) => owner.unsafe(`select 1 from ${name} t where t::text ilike '%${text}%' limit 1`)),
	);
	return tables.flatMap(({ name }, place) => (found[place]?.length ? [name] : []));
}

async function counts(ledger: Ledger) {
	const [standings] =
		await ledger.owner`select md5(string_agg(s::text, ';' order by s::text)) as hash from standings s`;
	const [chain] = await ledger.owner`select encode(hash, 'hex') as head from evidence order by seq desc limit 1`;
	return {
		evidence: await countRows(ledger, 'evidence'),
		people: await countRows(ledger, 'people'),
		...standings,
		...chain,
	};
}

test('a leaver’s name is nowhere any more, and the chain, its counts and the standings are as before', async () => {
	const ledger = await withTraces();
	const signed = await checkpoint(ledger);
	const before = await counts(ledger);
	expect(await findingsWith(ledger)).toEqual([]);
	expect(await tablesWith(ledger, 'owen')).toEqual(['failed_secrets', 'notes', 'people']);

	const code = owen.slice(-8).toUpperCase();
	expect(await erase(ledger)).toEqual({ ok: true, name: `Former member of staff ${code}` });
	expect(await tablesWith(ledger, 'owen')).toEqual([]);
	expect(await tablesWith(ledger, 'price')).toEqual([]);
	expect(await counts(ledger)).toEqual(before);
	expect(await findingsWith(ledger)).toEqual([]);
	expect((await checkpoint(ledger)).checkpoint).toEqual(signed.checkpoint);
	const pack = await asFairfield(ledger, (tx) => exportPack(tx, fairfield, ledger.keeping, { personId: owen }));
	expect(pack?.rows).toBeGreaterThan(3);
});

test('what they signed in with, where they had got to and the notes about them are deleted, and nobody else’s', async () => {
	const ledger = await withTraces();
	const others = () => ledger.owner`
		select (select count(*)::int from credentials) as credentials, (select count(*)::int from people where erased_at is null) as people,
			(select count(*)::int from failed_secrets) as failed`;
	const [before] = await others();
	await erase(ledger);
	const [after] = await others();
	expect(after).toEqual({
		credentials: before?.credentials - 1,
		people: before?.people - 1,
		failed: before?.failed - 2,
	});
	const [left] = await ledger.owner`
		select (select count(*)::int from sessions where person_id = ${owen}) as sessions,
			(select count(*)::int from readings where person_id = ${owen}) as readings,
			(select count(*)::int from notes n join evidence e on e.id = n.evidence_id where e.person_id = ${owen}) as notes`;
	expect(left).toEqual({ sessions: 0, readings: 0, notes: 0 });
	const asked = { providerId: fairfield, staffCode: 'owen.price', password: 'countersign-demo', now: new Date() };
	expect(await asFairfield(ledger, (tx) => checkPassword(tx, asked))).toEqual({ ok: false, why: 'wrong' });
	const [row] = await ledger.owner`select erased_by, erased_at is not null as erased from people where id = ${owen}`;
	expect(row).toEqual({ erased_by: grace, erased: true });
});

test('somebody who works here is not erased, nor on their last day', async () => {
	const ledger = await testLedger();
	expect(await erase(ledger, amara)).toEqual({ ok: false, why: 'works-here' });
	await ledger.owner`update employments set last_day = ${localDay(new Date())} where person_id = ${amara}`;
	expect(await erase(ledger, amara, new Date(), 'P0D')).toEqual({ ok: false, why: 'works-here' });
	expect(await tablesWith(ledger, 'okafor')).toContain('people');
});

test('a name is kept to the last day of its time, six years as a rule', async () => {
	const ledger = await testLedger();
	const [row] = await ledger.owner`select max(last_day) as last_day from employments where person_id = ${owen}`;
	const keptUntil = moveDay(row?.last_day, 'P6Y');
	const refused = { ok: false, why: 'too-early', keptUntil };
	expect(await erase(ledger, owen, new Date())).toEqual(refused);
	expect(await erase(ledger, owen, startOfDay(keptUntil))).toEqual(refused);
	expect(await erase(ledger, owen, years(7), 'P10Y')).toMatchObject({ why: 'too-early' });
	expect(await erase(ledger, owen, startOfDay(addDays(keptUntil, 1)))).toMatchObject({ ok: true });
});

test('nothing is erased twice, and nobody who is not known', async () => {
	const ledger = await testLedger();
	expect(await erase(ledger, randomUUID())).toEqual({ ok: false, why: 'unknown' });
	expect(await erase(ledger)).toMatchObject({ ok: true });
	expect(await erase(ledger)).toEqual({ ok: false, why: 'erased-before' });
	expect(await hold(ledger, randomUUID())).toEqual({ ok: false, why: 'erased-before' });
});

test('under a legal hold a name is kept; when every hold is lifted it may go', async () => {
	const ledger = await testLedger();
	const [first, second] = [randomUUID(), randomUUID()];
	expect(await hold(ledger, first)).toEqual({ ok: true });
	expect(await hold(ledger, first)).toEqual({ ok: true });
	expect(await hold(ledger, second, owen, '  An inquest  ')).toEqual({ ok: true });
	expect(await hold(ledger, randomUUID(), owen, '  ')).toEqual({ ok: false, why: 'no-reason' });
	expect(await hold(ledger, randomUUID(), randomUUID())).toEqual({ ok: false, why: 'unknown' });
	expect(await erase(ledger)).toEqual({ ok: false, why: 'legal-hold' });
	expect(await lift(ledger, first)).toEqual({ ok: true });
	expect(await lift(ledger, first)).toEqual({ ok: false, why: 'lifted-before' });
	expect(await lift(ledger, randomUUID())).toEqual({ ok: false, why: 'unknown' });
	expect(await erase(ledger)).toEqual({ ok: false, why: 'legal-hold' });
	expect(await lift(ledger, second)).toEqual({ ok: true });
	const holds = await asFairfield(ledger, (tx) => listLegalHolds(tx, { providerId: fairfield, personId: owen }));
	expect(holds).toMatchObject([
		{ id: first, reason: 'A claim', setBy: grace, liftedBy: grace },
		{ id: second, reason: 'An inquest', setBy: grace, liftedBy: grace },
	]);
	expect(await erase(ledger)).toMatchObject({ ok: true });
});

test('a hold and an erasure at once: one of them waits, and never both happen', async () => {
	const ledger = await testLedger();
	for (let turn = 0; turn < 5; turn += 1) {
		const id = randomUUID();
		const [erased, held] = await Promise.all([
			asFairfield(ledger, async (tx) => {
				const done = await eraseIdentity(tx, by, { personId: owen, retention: usualRetention, now: years(7) });
				await new Promise((resolve) => setTimeout(resolve, 20));
				return done;
			}),
			hold(ledger, id),
		]);
		expect([erased.ok, held.ok].filter(Boolean).length).toBeLessThanOrEqual(1);
		if (held.ok) await lift(ledger, id);
		if (erased.ok) return;
	}
});

test('the database itself keeps the name of whoever is held or works here, and notes of whoever is not erased', async () => {
	const ledger = await withTraces();
	const asApp = (statement: string) => asFairfield(ledger, (tx) => tx.execute(statement));
	const erasing = (id: string) => asApp(`update people set erased_at = now() where id = '${id}'`);
	await expect(erasing(amara)).rejects.toMatchObject({ cause: { code: '23000' } });
	await hold(ledger, randomUUID());
	await expect(erasing(owen)).rejects.toMatchObject({ cause: { code: '23000' } });
	await asApp('delete from notes');
	expect(await countRows(ledger, 'notes')).toBe(1);
	await expect(asApp(`update legal_holds set reason = 'none'`)).rejects.toMatchObject({ cause: { code: '42501' } });
	await expect(asApp('delete from legal_holds')).rejects.toMatchObject({ cause: { code: '42501' } });
});

test('a transaction rolled back erases nothing', async () => {
	const ledger = await withTraces();
	const work = asFairfield(ledger, async (tx) => {
		await eraseIdentity(tx, by, { personId: owen, retention: usualRetention, now: years(7) });
		throw new Error('changed my mind');
	});
	await expect(work).rejects.toThrow('changed my mind');
	expect(await tablesWith(ledger, 'owen')).toEqual(['failed_secrets', 'notes', 'people']);
});

import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { project } from '#app/commands/projecting.ts';
import { tellTurns } from '#app/commands/turning.ts';
import { tellAllTurns } from '#app/jobs/tell-turns.ts';
import { openDatabase } from '#db/client.server.ts';
import { listPersonIds } from '#db/queries/people.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { asFairfield, catalogue, fairfield, grace, roseHouse, tomasz } from '../support/demonstration.ts';

const cell = (db: TestDatabase) =>
	db.owner`select * from standings where person_id = ${tomasz} and site_id = ${roseHouse} and privilege = 'administer-oral' order by starts_at`;
const told = (db: TestDatabase) =>
	db.owner`select * from events where person_id = ${tomasz} and privilege = 'administer-oral' and turned_at is not null order by seq`;

/**
 * Lets Tomasz's competence to give by mouth become due soon and run out at instants of the test's choosing, as if it had
 * been worked out so from the first.
 */
async function endsAt(db: TestDatabase, { dueSoon, end }: { dueSoon?: Date; end: Date }): Promise<void> {
	const rows = await cell(db);
	const [first, last] = [rows[0], rows.at(-1)];
	expect([first?.standing, last?.standing]).toEqual(['competent', 'expired']);
	const ours = db.owner`person_id = ${tomasz} and site_id = ${roseHouse} and privilege = 'administer-oral'`;
	await db.owner`delete from standings where ${ours} and starts_at > ${first?.starts_at} and starts_at < ${last?.starts_at}`;
	await db.owner`update standings set starts_at = ${end} where ${ours} and standing = 'expired'`;
	await db.owner`update standings set ends_at = ${dueSoon ?? end}, permit_until = ${end} where ${ours} and standing = 'competent'`;
	if (dueSoon)
		await db.owner`
			insert into standings select provider_id, person_id, site_id, privilege, ${dueSoon}, ${end}, 'due-soon', true, ${end},
				code, evidence_ids, policy_version, up_to_seq from standings where ${ours} and standing = 'competent'`;
}

/** How far everybody had been told of by an instant, as if nobody had looked since. */
const toldUntil = (db: TestDatabase, instant: Date) => db.owner`update person_marks set told_until = ${instant}`;
const from = (milliseconds: number) => new Date(Date.now() + milliseconds);

function record(db: TestDatabase, kind: 'pause' | 'declaration') {
	const given =
		kind === 'pause'
			? fact({
					kind,
					personId: tomasz,
					privilege: 'administer-oral',
					siteId: roseHouse,
					recordedBy: grace,
					payload: { reason: 'other', reviewOn: '2027-01-01', owner: grace },
				})
			: fact({ kind, personId: tomasz, recordedBy: tomasz, payload: { document: 'no-such', version: 1 } });
	return asFairfield(db, (tx) => append(tx, fairfield, catalogue, [given]));
}

test('what runs out is told of on time and once, by two processes that look all the while', async () => {
	const db = await testDatabase();
	const other = openDatabase(db.appUrl, { connections: 3 });
	const end = from(1500);
	await endsAt(db, { end });
	const watch = async (database: TestDatabase['database']) => {
		while (Date.now() < end.getTime() + 1500) {
			await tellAllTurns(database.db);
			await wait(50);
		}
	};
	await Promise.all([watch(db.database), watch(other)]);
	await other.close();
	const events = await told(db);
	expect(events).toMatchObject([
		{ type: 'competency.expired', turned_at: end, evidence_id: null, policy_version: null },
	]);
	expect(events[0]?.recorded_at - end.getTime()).toBeGreaterThanOrEqual(0);
	expect(events[0]?.recorded_at - end.getTime()).toBeLessThan(1000);
});

test('after a time without a look everything that was missed is told of, in its order', async () => {
	const db = await testDatabase();
	const [dueSoon, end] = [from(-7_200_000), from(-3_600_000)];
	await endsAt(db, { dueSoon, end });
	await toldUntil(db, from(-86_400_000));
	await tellAllTurns(db.database.db);
	await tellAllTurns(db.database.db);
	const events = await told(db);
	expect(events.map((each) => [each.type, each.turned_at])).toEqual([
		['competency.due_soon', dueSoon],
		['competency.expired', end],
	]);
	expect(Number(events[1]?.status_version)).toBe(Number(events[0]?.status_version) + 1);
});

test('evidence that comes after something ran out, and before anybody looked, tells of that first', async () => {
	const db = await testDatabase();
	const end = from(-2000);
	await endsAt(db, { end });
	await toldUntil(db, from(-10_000));
	await record(db, 'pause');
	await tellAllTurns(db.database.db);
	expect(await told(db)).toMatchObject([{ type: 'competency.expired', turned_at: end }]);
});

test('what evidence has told of is not told of again when it is looked at', async () => {
	const db = await testDatabase();
	await record(db, 'pause');
	const count = async () => (await db.owner`select 1 from events where type <> 'evidence.recorded'`).length;
	const before = await count();
	await tellAllTurns(db.database.db);
	expect(await count()).toBe(before);
	expect(await asFairfield(db, (tx) => tellTurns(tx, fairfield))).toBe(0);
});

test('a turn rolled back is told of the next time', async () => {
	const db = await testDatabase();
	await endsAt(db, { end: from(-1000) });
	await toldUntil(db, from(-10_000));
	const undo = asFairfield(db, async (tx) => {
		expect(await tellTurns(tx, fairfield)).toBe(1);
		throw new Error('undo');
	});
	await expect(undo).rejects.toThrow('undo');
	expect(await told(db)).toHaveLength(0);
	await tellAllTurns(db.database.db);
	expect(await told(db)).toHaveLength(1);
});

test('looking costs nothing where nothing has turned: one statement, by an index', async () => {
	const db = await testDatabase();
	await tellAllTurns(db.database.db);
	const mark = () => db.owner`select told_until from provider_marks`;
	const before = await mark();
	await wait(20);
	await tellAllTurns(db.database.db);
	expect(await mark()).toEqual(before);
	await db.owner`set enable_seqscan = off`;
	const plan =
		await db.owner`explain select from standings where provider_id = ${fairfield} and starts_at > now() and starts_at <= now()`;
	expect(JSON.stringify(plan)).toContain('standings_turns');
});

test('a permit that ends earlier or later than it did is told of, though it is still there', async () => {
	const db = await testDatabase();
	const [row] = await cell(db);
	await db.owner`update standings set permit_until = permit_until - interval '1 day' where person_id = ${tomasz} and privilege = 'administer-oral' and permit`;
	await record(db, 'declaration');
	const events =
		await db.owner`select * from events where person_id = ${tomasz} and privilege = 'administer-oral' and recorded_at > now() - interval '5 seconds' and type <> 'evidence.recorded'`;
	expect(events).toMatchObject([{ type: 'competency.granted' }]);
	expect((await cell(db))[0]?.permit_until).toEqual(row?.permit_until);
});

test('new content that changes where people stand is told of, and an ordinary rebuild tells of nothing', async () => {
	const db = await testDatabase();
	await db.owner`update standings set permit = false, standing = 'in-training' where person_id = ${tomasz} and privilege = 'administer-oral'`;
	const rebuild = (content: boolean) =>
		asFairfield(db, async (tx) =>
			project(tx, fairfield, catalogue, await listPersonIds(tx, { providerId: fairfield }), { content }),
		);
	const count = async () => (await db.owner`select 1 from events`).length;
	const before = await count();
	await rebuild(true);
	expect(await count()).toBe(before + 1);
	expect((await told(db)).at(-1)).toMatchObject({ type: 'competency.granted' });
	await rebuild(true);
	await rebuild(false);
	expect(await count()).toBe(before + 1);
});

test('each person’s version rises by one with each event, and the provider’s numbers have no gap', async () => {
	const db = await testDatabase();
	await Promise.all([record(db, 'pause'), record(db, 'pause'), record(db, 'declaration')]);
	const wrong = await db.owner`
		select 1 from (
			select seq, status_version, row_number() over (order by seq) as place,
				row_number() over (partition by person_id order by seq) as version
			from events where type <> 'evidence.recorded'
		) e where seq <> place or status_version <> version`;
	expect(wrong).toHaveLength(0);
	const unnumbered = await db.owner`select 1 from events where (type = 'evidence.recorded') <> (seq is null)`;
	expect(unnumbered).toHaveLength(0);
});

import { expect, test } from 'vitest';
import { project } from '#app/commands/projecting.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { amara, asFairfield, catalogue, elmCourt, fairfield, findingsOf, personOf } from '../support/demonstration.ts';

const stored = async ({ owner }: TestDatabase) => [
	...(await owner`select * from standings order by person_id, site_id, privilege, starts_at`),
];

async function rebuild(db: TestDatabase): Promise<void> {
	const people = (await db.owner`select id from people`).map((row) => row.id as string);
	await asFairfield(db, (tx) => project(tx, fairfield, catalogue, people));
}

test('standings built again from the evidence are those that were stored', async () => {
	const db = await testDatabase();
	const [before, [events]] = [await stored(db), await db.owner`select count(*) from events`];
	expect(before.length).toBeGreaterThan(100);
	await rebuild(db);
	expect(await stored(db)).toEqual(before);
	expect((await db.owner`select count(*) from events`)[0]).toEqual(events);
});

test('what somebody changed by hand is put right, and what was removed comes back', async () => {
	const db = await testDatabase();
	const before = await stored(db);
	await db.owner`update standings set permit = true, code = 'competent' where person_id = ${amara}`;
	await db.owner`delete from standings where person_id = ${personOf('danny.hughes')}`;
	await db.owner`insert into standings select provider_id, person_id, ${elmCourt}, privilege, starts_at, ends_at, 'competent', true,
		permit_until, 'competent', evidence_ids, policy_version, up_to_seq from standings where person_id = ${amara} limit 1`;
	expect((await findingsOf(db)).map((each) => each.what)).toEqual(
		Array(2 * catalogue.privileges.size + 1).fill('standing'),
	);
	await rebuild(db);
	expect(await stored(db)).toEqual(before);
});

test('every stretch of a standing joins the one before it, and the last is for ever', async () => {
	const { owner } = await testDatabase();
	const loose = await owner`
		select * from (
			select person_id, site_id, privilege, ends_at, lead(starts_at) over stretch as next
			from standings window stretch as (partition by person_id, site_id, privilege order by starts_at)
		) s where ends_at is distinct from next`;
	expect([...loose]).toEqual([]);
});

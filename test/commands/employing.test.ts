import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { addPeople, endEmployment, startEmployment } from '#app/commands/employing.ts';
import { takeBack } from '#app/commands/recording.ts';
import { hashSecret } from '#app/commands/secrets.ts';
import { addDays, endOfDay, localDay } from '#app/domain/period.ts';
import { readGateFacts } from '#db/queries/gate.ts';
import { findSession } from '#db/queries/sign-in.ts';
import { demonstration } from '#db/seed.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import {
	asFairfield,
	authoriser,
	ben,
	catalogue,
	cellOf,
	decisionOn,
	elmCourt,
	fairfield,
	findingsOf,
	grace,
	lead,
	margaret,
	roseHouse,
	tomasz,
} from '../support/demonstration.ts';

const atGate = async ({ database }: TestDatabase, staffCode: string, site = 'rose-house') =>
	(
		await readGateFacts(database.gate, [
			{ clientId: demonstration.clientId, subject: staffCode, privilege: 'administer-oral', site },
		])
	)[0];

async function addJo(db: TestDatabase): Promise<string> {
	const secret = await hashSecret('a secret of Jo’s');
	const jo = { staffCode: 'jo.smith', givenName: 'Jo', familyName: 'Smith', passwordHash: secret, pinHash: secret };
	const [personId = ''] = await asFairfield(db, (tx) => addPeople(tx, fairfield, [jo]));
	return personId;
}

const starts = (db: TestDatabase, personId: string, siteId: string | null) =>
	asFairfield(db, (tx) =>
		startEmployment(tx, fairfield, catalogue, { personId, siteId, recordedBy: grace, role: 'carer', contract: 'bank' }),
	);
const ends = (db: TestDatabase, personId: string, lastDay: string) =>
	asFairfield(db, (tx) => endEmployment(tx, fairfield, catalogue, { personId, lastDay, recordedBy: grace }));
const takes = (db: TestDatabase, evidenceId: string, who = authoriser(grace)) =>
	asFairfield(db, (tx) => takeBack(tx, who, catalogue, { id: randomUUID(), evidenceId, note: 'never happened' }));
const rowOf = async ({ owner }: TestDatabase, personId: string, kind: string) =>
	(await owner`select id from evidence where person_id = ${personId} and kind = ${kind} order by seq desc limit 1`)[0]
		?.id as string;
const posts = ({ owner }: TestDatabase, personId: string) =>
	owner`select site_id, role, started_on, last_day from employments where person_id = ${personId}`;

test('somebody who was added works nowhere; somebody who started has everything still to do', async () => {
	const db = await testDatabase();
	const jo = await addJo(db);
	expect(await atGate(db, 'jo.smith')).toMatchObject({ personKnown: true, code: null, employed: 'never' });
	await starts(db, jo, roseHouse);
	expect(await atGate(db, 'jo.smith')).toMatchObject({
		permit: false,
		standing: 'not-started',
		code: 'declaration_missing',
	});
	expect(await atGate(db, 'jo.smith', 'elm-court')).toMatchObject({ code: null, employed: 'now' });
	expect([...(await posts(db, jo))]).toMatchObject([
		{ site_id: roseHouse, role: 'carer', started_on: localDay(new Date()), last_day: null },
	]);
	expect(await findingsOf(db)).toEqual([]);
});

test('a second site is another employment with its own standing', async () => {
	const db = await testDatabase();
	await starts(db, tomasz, elmCourt);
	expect(await posts(db, tomasz)).toHaveLength(2);
	expect(await atGate(db, 'tomasz.nowak')).toMatchObject({ permit: true });
	expect(await atGate(db, 'tomasz.nowak', 'elm-court')).toMatchObject({
		permit: false,
		code: 'site_induction_missing',
	});
});

test('the same staff code twice is refused', async () => {
	const db = await testDatabase();
	await addJo(db);
	await expect(addJo(db)).rejects.toThrow();
});

test('whoever leaves today works until the end of the local day, and no longer', async () => {
	const db = await testDatabase();
	const today = localDay(new Date());
	await ends(db, tomasz, today);
	expect(await atGate(db, 'tomasz.nowak')).toMatchObject({ permit: true, permitUntil: endOfDay(today) });
	const [last, then] = [new Date(endOfDay(today).getTime() - 1), endOfDay(today)];
	expect(await asFairfield(db, (tx) => decisionOn(tx, cellOf(tomasz), last))).toMatchObject({
		permit: true,
		validUntil: then,
	});
	expect(await asFairfield(db, (tx) => decisionOn(tx, cellOf(tomasz), then))).toMatchObject({
		permit: false,
		code: 'left',
	});
	const stored =
		await db.owner`select code, starts_at, ends_at from standings where person_id = ${tomasz} and privilege = 'administer-oral' order by starts_at`;
	expect(stored.at(-1)).toMatchObject({ code: 'left', starts_at: then, ends_at: null });
	expect(await findingsOf(db)).toEqual([]);
});

test('whoever left yesterday is refused at once, everywhere, and signed out', async () => {
	const db = await testDatabase();
	const day = new Date(Date.now() + 3_600_000);
	await db.owner`insert into sessions (provider_id, id, person_id, expires_at) values (${fairfield}, 'of-ben', ${ben}, ${day}), (${fairfield}, 'of-grace', ${grace}, ${day})`;
	const yesterday = addDays(localDay(new Date()), -1);
	await ends(db, ben, yesterday);
	expect(await atGate(db, 'ben.whitfield')).toMatchObject({ permit: false, code: 'left' });
	expect(await findSession(db.database.db, 'of-ben')).toBeNull();
	expect(await findSession(db.database.db, 'of-grace')).not.toBeNull();
	expect([...(await posts(db, ben))]).toMatchObject([{ last_day: yesterday }]);
	const events =
		await db.owner`select type, privilege from events where person_id = ${ben} and type <> 'evidence.recorded' and recorded_at > now() - interval '1 minute' order by privilege`;
	expect(new Set(events.map((each) => each.type))).toEqual(new Set(['competency.withdrawn']));
	expect(events.map((each) => each.privilege)).toEqual(expect.arrayContaining(['administer-oral', 'assess']));
});

test('whoever comes back starts a new employment, and the old one stays ended', async () => {
	const db = await testDatabase();
	const yesterday = addDays(localDay(new Date()), -1);
	await ends(db, tomasz, yesterday);
	await starts(db, tomasz, roseHouse);
	expect((await posts(db, tomasz)).map((post) => post.last_day).sort()).toEqual([yesterday, null].sort());
	expect((await atGate(db, 'tomasz.nowak'))?.code).not.toBe('left');
	expect(await findingsOf(db)).toEqual([]);
});

test('a leaving that is taken back puts the post back: gate, matrix and signing in say the same', async () => {
	const db = await testDatabase();
	const yesterday = addDays(localDay(new Date()), -1);
	await ends(db, tomasz, yesterday);
	expect(await takes(db, await rowOf(db, tomasz, 'employment-ended'))).toEqual({ ok: true });
	expect(await atGate(db, 'tomasz.nowak')).toMatchObject({ permit: true });
	expect([...(await posts(db, tomasz))]).toMatchObject([{ last_day: null }]);
	expect(await findingsOf(db)).toEqual([]);
});

test('of two leavings, the one that stands says the last day again', async () => {
	const db = await testDatabase();
	const today = localDay(new Date());
	await ends(db, tomasz, addDays(today, 20));
	await ends(db, tomasz, addDays(today, 3));
	expect([...(await posts(db, tomasz))]).toMatchObject([{ last_day: addDays(today, 3) }]);
	await takes(db, await rowOf(db, tomasz, 'employment-ended'));
	expect([...(await posts(db, tomasz))]).toMatchObject([{ last_day: addDays(today, 20) }]);
	expect(await findingsOf(db)).toEqual([]);
});

test('a post that was never worked is gone when its start is taken back, and so is whoever was signed in with it', async () => {
	const db = await testDatabase();
	const jo = await addJo(db);
	await starts(db, jo, roseHouse);
	const day = new Date(Date.now() + 3_600_000);
	await db.owner`insert into sessions (provider_id, id, person_id, expires_at) values (${fairfield}, 'of-jo', ${jo}, ${day})`;
	const start = await rowOf(db, jo, 'employment-started');
	expect(await takes(db, start, authoriser(margaret, lead))).toEqual({ ok: false, why: 'not-yours-to-correct' });
	expect(await takes(db, start)).toEqual({ ok: true });
	expect(await posts(db, jo)).toHaveLength(0);
	expect(await findSession(db.database.db, 'of-jo')).toBeNull();
	expect(await atGate(db, 'jo.smith')).toMatchObject({ permit: false, code: 'not_assessed', standing: 'not-required' });
	expect(await findingsOf(db)).toEqual([]);
});

test('the application removes no post whose start stands', async () => {
	const db = await testDatabase();
	const removes = asFairfield(db, (tx) => tx.execute(sql`delete from employments where person_id = ${tomasz}`));
	await expect(removes).rejects.toThrow();
	expect(await posts(db, tomasz)).toHaveLength(1);
});

test('one site’s post ends alone, and all work that ended yesterday leaves what began today', async () => {
	const db = await testDatabase();
	const today = localDay(new Date());
	await starts(db, tomasz, elmCourt);
	const atElm = { personId: tomasz, siteId: elmCourt, lastDay: today, recordedBy: grace };
	await asFairfield(db, (tx) => endEmployment(tx, fairfield, catalogue, atElm));
	expect(await db.owner`select site_id from employments where person_id = ${tomasz} and last_day is null`).toEqual([
		{ site_id: roseHouse },
	]);
	await starts(db, ben, elmCourt);
	await ends(db, ben, addDays(today, -1));
	expect(await db.owner`select site_id from employments where person_id = ${ben} and last_day is null`).toEqual([
		{ site_id: elmCourt },
	]);
	expect(await asFairfield(db, (tx) => decisionOn(tx, cellOf(ben)))).toMatchObject({ code: 'left' });
	expect(await asFairfield(db, (tx) => decisionOn(tx, cellOf(ben, 'prompt', elmCourt)))).not.toMatchObject({
		code: 'left',
	});
	expect(await findingsOf(db)).toEqual([]);
});

test('a start keeps the day of coming of age, and whether it is nights only', async () => {
	const db = await testDatabase();
	const jo = await addJo(db);
	const adultOn = addDays(localDay(new Date()), 100);
	const given = { personId: jo, recordedBy: grace, role: 'carer', contract: 'bank' } as const;
	await asFairfield(db, async (tx) => {
		await startEmployment(tx, fairfield, catalogue, { ...given, siteId: roseHouse, adultOn, nights: true });
		await startEmployment(tx, fairfield, catalogue, { ...given, siteId: elmCourt });
	});
	const rows = await db.owner`select payload from evidence where person_id = ${jo} order by seq`;
	expect(rows[0]?.payload).toMatchObject({ adultOn, nights: true });
	for (const siteId of [roseHouse, elmCourt]) {
		const { progress } = await asFairfield(db, (tx) => decisionOn(tx, cellOf(jo, 'prompt', siteId)));
		expect(progress.map((each) => each.requirement.kind)).toContain('age-decision');
	}
});

test('a post that is not what the evidence says is found', async () => {
	const db = await testDatabase();
	await db.owner`update employments set last_day = '2020-01-01' where person_id = ${tomasz}`;
	expect(await findingsOf(db)).toMatchObject([{ what: 'post' }]);
});

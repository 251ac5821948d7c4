import { expect, test } from 'vitest';
import { addPeople, endEmployment, startEmployment } from '#app/commands/employing.ts';
import { hashSecret } from '#app/commands/secrets.ts';
import { addDays, endOfDay, localDay } from '#app/domain/period.ts';
import { readGateFacts } from '#db/queries/gate.ts';
import { findSession } from '#db/queries/sign-in.ts';
import { demonstration } from '#db/seed.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import {
	asFairfield,
	ben,
	catalogue,
	cellOf,
	decisionOn,
	elmCourt,
	fairfield,
	findingsOf,
	grace,
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

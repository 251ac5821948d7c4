import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { fact } from '#app/commands/append.ts';
import { endAbsence, takeBack } from '#app/commands/recording.ts';
import { addDays, localDay } from '#app/domain/period.ts';
import { demonstration } from '#db/seed.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import {
	asFairfield,
	authoriser,
	catalogue,
	cellOf,
	decisionOn,
	grace,
	lead,
	margaret,
	tell,
	tomasz,
} from '../support/demonstration.ts';

const today = localDay(new Date());
const second = (staffCode: string) => ({ second: { staffCode, secret: demonstration.pin, now: new Date() } });
const theLead = authoriser(margaret, lead);
const takes = (db: TestDatabase, evidenceId: string, by?: string) =>
	asFairfield(db, (tx) =>
		takeBack(tx, theLead, catalogue, { id: randomUUID(), evidenceId, note: 'an error', ...(by ? second(by) : {}) }),
	);
const standing = (db: TestDatabase) => asFairfield(db, (tx) => decisionOn(tx, cellOf(tomasz)));
const newest = async ({ owner }: TestDatabase, kind: string) =>
	(await owner`select id from evidence where kind = ${kind} and person_id = ${tomasz} order by seq desc limit 1`)[0]
		?.id as string;

const away = (days: number, back: string | null) =>
	fact({
		kind: 'absence',
		personId: tomasz,
		observedAt: new Date(Date.now() - days * 86_400_000),
		recordedBy: grace,
		payload: { from: addDays(today, -days), back },
	});

test('an absence that asks for a round is taken back by two; a short one by one', async () => {
	const db = await testDatabase();
	await tell(db, [away(30, addDays(today, -20))]);
	expect(await takes(db, await newest(db, 'absence'))).toEqual({ ok: true });
	await tell(db, [away(115, addDays(today, -1))]);
	expect(await standing(db)).toMatchObject({ code: 'observations_short' });
	const long = await newest(db, 'absence');
	expect(await takes(db, long)).toEqual({ ok: false, why: 'second-missing' });
	expect(await standing(db)).toMatchObject({ code: 'observations_short' });
	expect(await takes(db, long, 'grace.mensah')).toEqual({ ok: true });
});

test('nor is one that goes on taken back by one, before it asks for anything', async () => {
	const db = await testDatabase();
	await tell(db, [away(80, null)]);
	expect(await standing(db)).toMatchObject({ permit: true });
	expect(await takes(db, await newest(db, 'absence'))).toEqual({ ok: false, why: 'second-missing' });
});

test('nor is it made short by one person who says that they were back long ago', async () => {
	const db = await testDatabase();
	await tell(db, [away(115, null)]);
	const evidenceId = await newest(db, 'absence');
	const ends = (back: string, by?: string) =>
		asFairfield(db, (tx) =>
			endAbsence(tx, theLead, catalogue, {
				id: randomUUID(),
				evidenceId,
				back,
				...(by ? second(by) : {}),
			}),
		);
	expect(await ends(addDays(today, -100))).toEqual({ ok: false, why: 'second-missing' });
	expect(await ends(addDays(today, -115))).toEqual({ ok: false, why: 'back-too-early' });
	expect(await ends(addDays(today, 1))).toEqual({ ok: false, why: 'back-too-early' });
	expect(await ends(today)).toEqual({ ok: true });
	expect(await standing(db)).toMatchObject({ code: 'observations_short' });
	// Nor by taking back the row that took the place of the open one.
	expect(await takes(db, await newest(db, 'absence'))).toEqual({ ok: false, why: 'second-missing' });
});

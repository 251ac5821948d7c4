import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { type RecordForm, record } from '#app/commands/recording.ts';
import type { Post } from '#app/domain/authority.ts';
import { addDays, endOfDay, localDay } from '#app/domain/period.ts';
import type { PrivilegeCode } from '#app/domain/privilege.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import {
	asFairfield,
	authoriser,
	ben,
	catalogue,
	cellOf,
	fairfield,
	grace,
	memberOf,
	roseHouse,
	storyteller,
	tell,
	tomasz,
} from '../support/demonstration.ts';

const today = localDay(new Date());
const nurse: Post[] = [{ role: 'nurse', siteId: roseHouse }];
const writes = (
	db: TestDatabase,
	awardedOn: string,
	{ privilege = 'transcribe-mar' as PrivilegeCode, who = authoriser(grace), id = randomUUID() as string } = {},
) => {
	const form: RecordForm = {
		kind: 'outside-assessment',
		id,
		note: '',
		site: roseHouse,
		privilege,
		award: 'Pharmacist',
		awardedOn,
	};
	return asFairfield(db, (tx) => record(tx, who, catalogue, tomasz, form, new Date()));
};
const outside = ({ owner }: TestDatabase) =>
	owner`select observed_at, payload from evidence where kind = 'outside-assessment' and person_id = ${tomasz} order by seq`;

test('it counts from the day it was made: its end or, today, now; a course of years ago is refused', async () => {
	const db = await testDatabase();
	expect(await writes(db, '2009-05-01')).toEqual({ ok: false, why: 'too-old' });
	expect(await writes(db, addDays(today, 1))).toEqual({ ok: false, why: 'in-the-future' });
	const yesterday = addDays(today, -1);
	const id = randomUUID();
	expect([await writes(db, yesterday, { id }), await writes(db, yesterday, { id })]).toEqual([
		{ ok: true },
		{ ok: true },
	]);
	expect(await writes(db, today)).toEqual({ ok: true });
	const [first, second] = await outside(db);
	expect(first?.observed_at.getTime()).toBe(endOfDay(yesterday).getTime() - 1);
	expect(Math.abs(second?.observed_at.getTime() - Date.now())).toBeLessThan(60_000);
	expect(await outside(db)).toHaveLength(2);
});

test('one of before a withdrawal, here or elsewhere, is not new because it is typed in today', async () => {
	const db = await testDatabase();
	const cell = { ...cellOf(tomasz, 'transcribe-mar'), siteId: null };
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({ kind: 'withdrawal', ...cell, recordedBy: grace, payload: {}, note: 'why' }),
		]),
	);
	expect(await writes(db, addDays(today, -3))).toEqual({ ok: false, why: 'before-withdrawal' });
	expect(await writes(db, today)).toEqual({ ok: true });
});

test('one of before the last sign-off does not stand for the rounds of the next', async () => {
	const db = await testDatabase();
	await tell(db, storyteller().comesCompetent(memberOf(tomasz), grace, 20, 'administer-high-risk'));
	const privilege = 'administer-high-risk' as const;
	expect(await writes(db, addDays(today, -30), { privilege })).toEqual({ ok: false, why: 'before-sign-off' });
	expect(await writes(db, addDays(today, -10), { privilege })).toEqual({ ok: true });
});

test('of a task that nurses delegate a nurse says it; of a nurse herself a manager may', async () => {
	const db = await testDatabase();
	const privilege = 'administer-insulin' as const;
	expect(await writes(db, today, { privilege })).toEqual({ ok: false, why: 'not-a-nurse' });
	expect(await writes(db, today, { privilege, who: authoriser(ben, nurse) })).toEqual({ ok: true });
	expect(await writes(db, today, { who: authoriser(ben, nurse) })).toEqual({ ok: false, why: 'not-a-nurse' });
	await tell(db, [storyteller().starts({ ...memberOf(tomasz), role: 'nurse' }, 3)]);
	expect(await writes(db, today, { privilege })).toEqual({ ok: true });
});

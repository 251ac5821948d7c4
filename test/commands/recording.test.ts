import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { endAbsence, type RecordForm, record, takeBack } from '#app/commands/recording.ts';
import { addDays, localDay } from '#app/domain/period.ts';
import type { PrivilegeCode } from '#app/domain/privilege.ts';
import { recordForms, slugOf } from '#app/domain/record.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import {
	amara,
	asFairfield,
	authoriser,
	ben,
	catalogue,
	cellOf,
	decisionOn,
	elmCourt,
	findingsOf,
	grace,
	lead,
	margaret,
	roseHouse,
	tomasz,
} from '../support/demonstration.ts';

const today = localDay(new Date());
const id = () => randomUUID();
const writes = (db: TestDatabase, form: RecordForm, personId = tomasz, who = authoriser(grace)) =>
	asFairfield(db, (tx) => record(tx, who, catalogue, personId, form, new Date()));
const stands = (db: TestDatabase, privilege: PrivilegeCode = 'administer-oral') =>
	asFairfield(db, (tx) => decisionOn(tx, cellOf(tomasz, privilege)));

test('away for longer than policy allows asks for a round; a shorter absence for nothing', async () => {
	const db = await testDatabase();
	const away = (days: number): RecordForm => ({
		kind: 'absence',
		id: id(),
		note: '',
		from: addDays(today, -days),
		back: today,
	});
	expect(await writes(db, away(60))).toEqual({ ok: true });
	expect(await stands(db)).toMatchObject({ permit: true });
	expect(await writes(db, away(115))).toEqual({ ok: true });
	expect(await stands(db)).toMatchObject({ permit: false, code: 'observations_short', standing: 'expired' });
	expect(await findingsOf(db)).toEqual([]);
});

test('somebody who is away without a day of return comes back by a row that takes the place of the first', async () => {
	const db = await testDatabase();
	const form: RecordForm = { kind: 'absence', id: id(), note: '', from: addDays(today, -20), back: null };
	await writes(db, form);
	const given = { id: id(), evidenceId: form.id, back: today };
	const ends = () => asFairfield(db, (tx) => endAbsence(tx, authoriser(grace), catalogue, given));
	expect([await ends(), await ends()]).toEqual([{ ok: true }, { ok: true }]);
	expect(await asFairfield(db, (tx) => endAbsence(tx, authoriser(grace), catalogue, { ...given, id: id() }))).toEqual({
		ok: false,
		why: 'taken-back',
	});
	expect(await db.owner`select 1 from evidence where kind = 'absence'`).toHaveLength(2);
	expect(await findingsOf(db)).toEqual([]);
});

test('sent twice, or at once, a form is recorded once', async () => {
	const db = await testDatabase();
	const form: RecordForm = {
		kind: 'award',
		id: id(),
		note: 'in the office',
		award: 'Level 3 Diploma',
		awardedOn: '2025-01-01',
		expiresOn: null,
	};
	await Promise.all([writes(db, form), writes(db, form), writes(db, form)]);
	const rows = await db.owner`select payload from evidence where kind = 'award'`;
	expect(rows).toHaveLength(1);
	expect(rows[0]?.payload).toMatchObject({ award: 'level-3-diploma', verifiedBy: grace });
	expect(JSON.stringify(rows)).not.toContain('office');
});

const outside: RecordForm = {
	kind: 'outside-assessment',
	id: id(),
	note: '',
	site: roseHouse,
	privilege: 'administer-oral',
	award: 'Registered nurse',
	awardedOn: '2025-01-01',
};

test.each<[string, RecordForm, string, ReturnType<typeof authoriser>, string]>([
	['about oneself', { ...outside, id: id() }, grace, authoriser(grace), 'yourself'],
	[
		'as a medication lead, what is a manager’s',
		{ ...outside, id: id() },
		tomasz,
		authoriser(margaret, lead),
		'not-authorised',
	],
	[
		'at a site that is not one’s own',
		{ ...outside, id: id(), site: elmCourt },
		tomasz,
		authoriser(grace, [{ role: 'manager', siteId: roseHouse }]),
		'not-authorised',
	],
	[
		'as an outside assessment, where an assessor works',
		{ ...outside, id: id() },
		tomasz,
		authoriser(grace),
		'has-assessor',
	],
	[
		'of a day to come',
		{ kind: 'site-induction', id: id(), note: '', site: roseHouse, on: addDays(today, 1) },
		tomasz,
		authoriser(grace),
		'in-the-future',
	],
])('nothing is recorded %s', async (_, form, personId, who, why) => {
	const db = await testDatabase();
	const before = await db.owner`select count(*) from evidence`;
	expect(await writes(db, form, personId, who)).toEqual({ ok: false, why });
	expect(await db.owner`select count(*) from evidence`).toEqual(before);
});

test('what was entered in error is taken back once, with a reason, and what was known stays known', async () => {
	const db = await testDatabase();
	const [round] = await db.owner`
		select id from evidence where person_id = ${tomasz} and kind = 'observation' order by seq limit 1`;
	const before = new Date();
	const given = { id: id(), evidenceId: round?.id as string, note: 'It was another person' };
	const takes = (more = {}, who = authoriser(grace)) =>
		asFairfield(db, (tx) => takeBack(tx, who, catalogue, { ...given, ...more }));
	expect(await takes({}, authoriser(ben, [{ role: 'senior', siteId: roseHouse }]))).toEqual({
		ok: false,
		why: 'not-yours-to-correct',
	});
	expect(await takes({}, authoriser(tomasz, [{ role: 'manager', siteId: roseHouse }]))).toEqual({
		ok: false,
		why: 'yourself',
	});
	expect([await takes(), await takes()]).toEqual([{ ok: true }, { ok: true }]);
	expect(await takes({ id: id() })).toEqual({ ok: false, why: 'taken-back' });
	expect(await takes({ id: id(), evidenceId: given.id })).toBeNull();
	expect(await stands(db)).toMatchObject({ permit: false, code: 'sign_off_unsound', standing: 'in-training' });
	expect(await asFairfield(db, (tx) => decisionOn(tx, cellOf(tomasz), before))).toMatchObject({ permit: true });
	expect(await findingsOf(db)).toEqual([]);
});

test.each([
	['a day back before the first day away', 'absence', { from: '2026-03-10', back: '2026-03-09' }, 'back'],
	['a day that is none', 'absence', { from: '10 March' }, 'from'],
	['a name of markup', 'award', { award: '<b>Level 3</b>', awardedOn: '2026-01-01' }, 'award'],
	[
		'a certificate that ran out before it began',
		'award',
		{ award: 'First aid', awardedOn: '2026-01-02', expiresOn: '2026-01-01' },
		'expiresOn',
	],
	['no answer about age', 'age-decision', {}, 'may'],
	[
		'a privilege that is none',
		'outside-assessment',
		{ site: amara, privilege: 'open', award: 'Nurse', awardedOn: '2026-01-01' },
		'privilege',
	],
] as const)('a form with %s is sent back', (_, kind, sent, field) => {
	const parsed = recordForms[kind].safeParse({ id: id(), ...sent });
	expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toContain(field);
});

test('a name becomes what evidence can hold', () => {
	expect(['Level 3 Diploma', ' NVQ-2 ', 'A -- b'].map(slugOf)).toEqual(['level-3-diploma', 'nvq-2', 'a-b']);
});

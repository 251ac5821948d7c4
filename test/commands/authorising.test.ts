import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { type Cell, liftPause, pause, previewSignOff, signOff } from '#app/commands/authorising.ts';
import type { Post } from '#app/domain/authority.ts';
import type { PrivilegeCode } from '#app/domain/privilege.ts';
import { readGateFacts } from '#db/queries/gate.ts';
import { demonstration } from '#db/seed.ts';
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
	fairfield,
	findingsOf,
	grace,
	lead,
	makeReady,
	margaret,
	memberOf,
	personOf,
	roseHouse,
	storyteller,
	tell,
	tomasz,
} from '../support/demonstration.ts';

const shown = (db: TestDatabase, cell: Cell = cellOf(amara), who = authoriser(grace)) =>
	asFairfield(db, (tx) => previewSignOff(tx, who, catalogue, cell, new Date()));
const signs = async (
	db: TestDatabase,
	{ cell = cellOf(amara), who = authoriser(grace), id = crypto.randomUUID() as string, shownLastDay = '' } = {},
) => {
	const lastDay = shownLastDay || ((await shown(db, cell, who))?.term.lastDay ?? '');
	return asFairfield(db, (tx) => signOff(tx, who, catalogue, cell, { id, shownLastDay: lastDay, now: new Date() }));
};
const pauses = (db: TestDatabase, cell: Cell, who = authoriser(grace), id: string = crypto.randomUUID()) =>
	asFairfield(db, (tx) =>
		pause(tx, who, catalogue, cell, { id, reason: 'other', reviewOn: '2027-01-01', note: 'why' }),
	);
const lifts = (db: TestDatabase, cell: Cell, who = authoriser(grace)) =>
	asFairfield(db, (tx) => liftPause(tx, who, catalogue, cell, { note: 'all is well' }));

const atGate = async ({ database }: TestDatabase, staffCode: string, privilege: PrivilegeCode = 'administer-oral') =>
	(
		await readGateFacts(database.gate, [
			{ clientId: demonstration.clientId, subject: staffCode, privilege, site: 'rose-house' },
		])
	)[0];
const signOffs = ({ owner }: TestDatabase, personId = amara) =>
	owner`select id, payload, recorded_by from evidence where kind = 'sign-off' and person_id = ${personId}`;

test('a manager signs off somebody who is ready, exactly as the preview said', async () => {
	const db = await testDatabase();
	await makeReady(db, memberOf(amara));
	expect(await atGate(db, 'amara.okafor')).toMatchObject({ permit: false, code: 'sign_off_missing' });
	const preview = await shown(db);
	expect(preview).toMatchObject({ refusal: null, term: { validity: 'P12M', keepsAnniversary: false } });
	expect(await signs(db)).toEqual({ ok: true });
	const [recorded] = await signOffs(db);
	expect(recorded).toMatchObject({
		recorded_by: grace,
		payload: { lastDay: preview?.term.lastDay, basis: preview?.basis },
	});
	expect(preview?.basis.length).toBeGreaterThanOrEqual(7);
	const decision = await asFairfield(db, (tx) => decisionOn(tx, cellOf(amara)));
	expect(decision).toMatchObject({ permit: true, code: 'competent', standing: 'competent' });
	expect(await atGate(db, 'amara.okafor')).toMatchObject({ permit: true, permitUntil: decision.validUntil });
	expect(await findingsOf(db)).toEqual([]);
});

test('nobody signs themselves off, whatever their role', async () => {
	const db = await testDatabase();
	await makeReady(db, memberOf(amara));
	expect(await signs(db, { who: authoriser(amara) })).toEqual({ ok: false, why: 'yourself' });
});

test.each<[string, Post[]]>([
	['a senior', [{ role: 'senior', siteId: roseHouse }]],
	['a nurse', [{ role: 'nurse', siteId: roseHouse }]],
	['an administrator', [{ role: 'administrator', siteId: null }]],
	['a manager of another site', [{ role: 'manager', siteId: elmCourt }]],
	['somebody without a post', []],
])('%s may not sign off', async (_, posts) => {
	const db = await testDatabase();
	await makeReady(db, memberOf(amara));
	expect(await signs(db, { who: authoriser(tomasz, posts) })).toEqual({ ok: false, why: 'not-authorised' });
	expect(await signOffs(db)).toHaveLength(0);
});

test('a medication lead signs off giving medicines, but not assessing, which asks for a manager', async () => {
	const db = await testDatabase();
	await makeReady(db, memberOf(amara));
	expect(await signs(db, { who: authoriser(margaret, lead) })).toEqual({ ok: true });
	const cell = cellOf(tomasz, 'assess');
	expect(await signs(db, { cell, who: authoriser(margaret, lead) })).toEqual({ ok: false, why: 'not-authorised' });
	const story = storyteller();
	const by = { assessors: [ben, margaret], signerId: grace };
	await tell(db, story.becomesCompetent({ ...memberOf(tomasz), role: 'senior' }, by, 1, 'assess').slice(0, -1));
	expect(await signs(db, { cell })).toEqual({ ok: true });
	expect(await atGate(db, 'tomasz.nowak', 'assess')).toMatchObject({ permit: true });
});

test('somebody who is not ready is not signed off, nor is an unknown privilege', async () => {
	const db = await testDatabase();
	expect(await signs(db)).toEqual({ ok: false, why: 'not-ready' });
	expect(await signs(db, { cell: cellOf(amara, 'assess') })).toEqual({ ok: false, why: 'not-ready' });
	expect(await signs(db, { cell: cellOf(amara, 'open-the-safe' as never) })).toEqual({
		ok: false,
		why: 'unknown-privilege',
	});
	expect(await signs(db, { cell: cellOf(amara, 'administer-oral', elmCourt) })).toEqual({
		ok: false,
		why: 'not-ready',
	});
});

test('whoever watched every round does not make the final sign-off', async () => {
	const db = await testDatabase();
	const danny = memberOf(personOf('danny.hughes'));
	const { isWatched, sitsQuiz } = storyteller();
	const bands = ['morning', 'lunch', 'teatime'] as const;
	await tell(db, [...sitsQuiz(danny, 5), ...bands.map((band, days) => isWatched(danny, ben, 3 - days, band))]);
	const asManager = authoriser(ben, [{ role: 'manager', siteId: roseHouse }]);
	expect(await signs(db, { cell: cellOf(danny.personId), who: asManager })).toEqual({
		ok: false,
		why: 'only-assessor',
	});
	expect(await signs(db, { cell: cellOf(danny.personId) })).toEqual({ ok: true });
});

test('what is paused is not signed off', async () => {
	const db = await testDatabase();
	await makeReady(db, memberOf(amara));
	await pauses(db, cellOf(amara));
	expect(await signs(db)).toEqual({ ok: false, why: 'paused' });
	await lifts(db, cellOf(amara));
	expect(await signs(db)).toEqual({ ok: true });
});

test('the same id twice, or at once, is one sign-off', async () => {
	const db = await testDatabase();
	await makeReady(db, memberOf(amara));
	const given = { id: crypto.randomUUID(), shownLastDay: (await shown(db))?.term.lastDay ?? '' };
	expect(await Promise.all(Array.from({ length: 5 }, () => signs(db, given)))).toEqual(Array(5).fill({ ok: true }));
	expect(await signs(db, given)).toEqual({ ok: true });
	expect(await signOffs(db)).toHaveLength(1);
});

test('an id that is of another kind of fact is not taken for a sign-off', async () => {
	const db = await testDatabase();
	await makeReady(db, memberOf(amara));
	const [other] = await db.owner`select id from evidence where person_id = ${amara} and kind = 'observation' limit 1`;
	const answer = await signs(db, { id: other?.id }).catch(() => ({ ok: false }));
	expect(answer.ok).toBe((await signOffs(db)).length === 1);
});

test('a last day that is no longer the one shown asks to look again', async () => {
	const db = await testDatabase();
	await makeReady(db, memberOf(amara));
	expect(await signs(db, { shownLastDay: '2099-01-01' })).toEqual({ ok: false, why: 'day-changed' });
	expect(await signOffs(db)).toHaveLength(0);
});

test('from the commit of a pause on the gate refuses, and what rests on it too; lifted, it permits again', async () => {
	const db = await testDatabase();
	expect(await atGate(db, 'ben.whitfield')).toMatchObject({ permit: true });
	expect(await pauses(db, cellOf(ben))).toEqual({ ok: true });
	expect(await atGate(db, 'ben.whitfield')).toMatchObject({ permit: false, code: 'paused_review', standing: 'paused' });
	expect(await atGate(db, 'ben.whitfield', 'assess')).toMatchObject({ permit: false, code: 'prerequisite_missing' });
	expect(await lifts(db, cellOf(ben))).toEqual({ ok: true });
	expect(await atGate(db, 'ben.whitfield')).toMatchObject({ permit: true, code: 'competent' });
	expect(await atGate(db, 'ben.whitfield', 'assess')).toMatchObject({ permit: true });
});

test('lifting lifts every open pause of the cell, and none of another', async () => {
	const db = await testDatabase();
	for (const cell of [cellOf(ben), cellOf(ben), cellOf(ben, 'assess')]) await pauses(db, cell);
	await lifts(db, cellOf(ben));
	expect(await atGate(db, 'ben.whitfield')).toMatchObject({ permit: true });
	expect(await atGate(db, 'ben.whitfield', 'assess')).toMatchObject({ permit: false, code: 'paused_review' });
	expect(await lifts(db, cellOf(ben))).toEqual({ ok: true });
	expect(await db.owner`select 1 from evidence where kind = 'pause-lifted' and person_id = ${ben}`).toHaveLength(2);
});

test('nobody lifts their own pause, and only a manager or medication lead of the site pauses or lifts', async () => {
	const db = await testDatabase();
	await pauses(db, cellOf(margaret));
	expect(await lifts(db, cellOf(margaret), authoriser(margaret, lead))).toEqual({ ok: false, why: 'yourself' });
	for (const posts of [
		[{ role: 'senior', siteId: roseHouse }],
		[{ role: 'manager', siteId: elmCourt }],
		[],
	] as Post[][]) {
		expect(await lifts(db, cellOf(margaret), authoriser(tomasz, posts))).toEqual({ ok: false, why: 'not-authorised' });
		expect(await pauses(db, cellOf(ben), authoriser(tomasz, posts))).toEqual({ ok: false, why: 'not-authorised' });
	}
	expect(await atGate(db, 'margaret.doyle')).toMatchObject({ permit: false });
	expect(await atGate(db, 'ben.whitfield')).toMatchObject({ permit: true });
});

test('a pause sent twice is one; sent again after it was lifted, from a page gone back to, it is never said to be in force when it is not', async () => {
	const db = await testDatabase();
	const id = crypto.randomUUID();
	await Promise.all([pauses(db, cellOf(ben), authoriser(grace), id), pauses(db, cellOf(ben), authoriser(grace), id)]);
	expect(await db.owner`select 1 from evidence where kind = 'pause' and person_id = ${ben}`).toHaveLength(1);
	await lifts(db, cellOf(ben));
	const again = await pauses(db, cellOf(ben), authoriser(grace), id).catch(() => ({ ok: false }));
	expect(again.ok && (await atGate(db, 'ben.whitfield'))?.permit).toBe(false);
});

test('a withdrawal ends it, and the rounds of before do not count again', async () => {
	const db = await testDatabase();
	const withdrawal = fact({ kind: 'withdrawal', ...cellOf(tomasz), recordedBy: grace, payload: {}, note: 'why' });
	await asFairfield(db, (tx) => append(tx, fairfield, catalogue, [withdrawal]));
	expect(await atGate(db, 'tomasz.nowak')).toMatchObject({ permit: false, code: 'withdrawn' });
	expect(await signs(db, { cell: cellOf(tomasz) })).toEqual({ ok: false, why: 'not-ready' });
});

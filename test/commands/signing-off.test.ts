import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { append, type Fact, fact } from '#app/commands/append.ts';
import { type Cell, previewSignOff, signOff } from '#app/commands/authorising.ts';
import { listAwaitingSignOff } from '#app/commands/awaiting-sign-off.ts';
import type { Post } from '#app/domain/authority.ts';
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
	grace,
	lead,
	makeReady,
	margaret,
	memberOf,
	roseHouse,
	storyteller,
	tell,
	tomasz,
} from '../support/demonstration.ts';

const nurse: Post[] = [{ role: 'nurse', siteId: roseHouse }];
const insulin = cellOf(tomasz, 'administer-insulin');
const shown = (db: TestDatabase, cell: Cell = cellOf(amara), who = authoriser(grace)) =>
	asFairfield(db, (tx) => previewSignOff(tx, who, catalogue, cell, new Date()));
const signs = async (db: TestDatabase, cell: Cell = cellOf(amara), who = authoriser(grace)) => {
	const shownLastDay = (await shown(db, cell, who))?.term.lastDay ?? '';
	return asFairfield(db, (tx) =>
		signOff(tx, who, catalogue, cell, { id: randomUUID(), shownLastDay, now: new Date() }),
	);
};
const records = (db: TestDatabase, facts: readonly Fact[]) =>
	asFairfield(db, (tx) => append(tx, fairfield, catalogue, facts));
const waiting = (db: TestDatabase, who = authoriser(grace), sites = [roseHouse, elmCourt]) =>
	asFairfield(db, (tx) => listAwaitingSignOff(tx, who, catalogue, sites, new Date()));
const pauseOf = (personId: string) =>
	fact({
		id: randomUUID(),
		kind: 'pause',
		...cellOf(personId),
		recordedBy: grace,
		payload: { reason: 'other', reviewOn: '2027-01-01', owner: grace },
	});
const liftOf = (personId: string, pause: Fact, asks: 'quiz' | 'observation') =>
	fact({
		kind: 'pause-lifted',
		...cellOf(personId),
		recordedBy: grace,
		payload: { pause: pause.id as string, asks },
	});
const signedOff = async ({ owner }: TestDatabase, { personId, privilege }: Cell) =>
	(
		await owner`select payload from evidence where kind = 'sign-off' and person_id = ${personId}
		and privilege = ${privilege} order by seq`
	).at(-1)?.payload;

/** Somebody whose sign-off for oral medicines at Rose House is inside its window. */
async function dueSoon({ owner }: TestDatabase): Promise<string> {
	const [row] = await owner`
		select person_id from standings where site_id = ${roseHouse} and privilege = 'administer-oral'
			and standing = 'due-soon' and starts_at <= now() and (ends_at is null or ends_at > now()) order by person_id limit 1`;
	return row?.person_id;
}

/** All that insulin asks for but the sign-off, each round watched by Margaret. */
async function readyForInsulin(db: TestDatabase): Promise<void> {
	const story = storyteller();
	const by = { assessors: [margaret], signerId: grace };
	await tell(db, story.becomesCompetent(memberOf(tomasz), by, 1, 'administer-insulin').slice(0, -1));
}

test.each(['quiz', 'observation'] as const)(
	'a first sign-off is no way round a %s that a lifting asks for',
	async (asks) => {
		const db = await testDatabase();
		await makeReady(db, memberOf(amara));
		const pause = pauseOf(amara);
		await records(db, [pause]);
		await records(db, [liftOf(amara, pause, asks)]);
		expect((await shown(db))?.asked).toMatchObject([{ cause: 'pause', asks }]);
		expect(await signs(db)).toEqual({ ok: false, why: 'not-ready' });
		expect((await waiting(db)).map((each) => each.personId)).not.toContain(amara);
	},
);

test('signing anew is no way round a failed round of somebody who is signed off', async () => {
	const db = await testDatabase();
	const personId = await dueSoon(db);
	const { isWatched, sitsQuiz } = storyteller();
	const who = memberOf(personId);
	await tell(db, [
		...sitsQuiz(who, 5),
		isWatched(who, ben, 4, 'morning'),
		isWatched(who, ben, 2, 'morning', { passed: false }),
	]);
	expect((await shown(db, cellOf(personId)))?.asked.map((each) => each.cause)).toContain('failed-round');
	expect(await signs(db, cellOf(personId))).toEqual({ ok: false, why: 'not-ready' });
	await tell(db, [isWatched(who, ben, 1, 'morning')]);
	expect(await signs(db, cellOf(personId))).toEqual({ ok: true });
});

test('a renewal is ready inside its window only, keeps its day, and stands on the list until it is signed', async () => {
	const db = await testDatabase();
	const personId = await dueSoon(db);
	const { isWatched, sitsQuiz } = storyteller();
	for (const each of [personId, tomasz])
		await tell(db, [...sitsQuiz(memberOf(each), 5), isWatched(memberOf(each), ben, 3, 'morning')]);
	// Tomasz's window has not opened: a quiz taken now does not renew.
	expect(await signs(db, cellOf(tomasz))).toEqual({ ok: false, why: 'not-ready' });
	const before = await signedOff(db, cellOf(personId));
	const onList = async () => (await waiting(db)).filter((each) => each.personId === personId);
	expect(await onList()).toMatchObject([{ privilege: 'administer-oral', lastDay: before.lastDay }]);
	expect((await shown(db, cellOf(personId)))?.term).toMatchObject({
		keepsAnniversary: true,
		startsFrom: before.lastDay,
	});
	expect(await signs(db, cellOf(personId))).toEqual({ ok: true });
	expect((await signedOff(db, cellOf(personId))).lastDay > before.lastDay).toBe(true);
	expect(await onList()).toEqual([]);
});

test('who was withdrawn and is paused too is not signed off before the pause is lifted', async () => {
	const db = await testDatabase();
	await records(db, [
		fact({ kind: 'withdrawal', ...cellOf(amara), recordedBy: grace, payload: {}, note: 'why' }),
		pauseOf(amara),
	]);
	expect(await signs(db)).toEqual({ ok: false, why: 'paused' });
});

test('a nurse signs off what is by nurses, a manager does not; for a nurse herself a manager may', async () => {
	const db = await testDatabase();
	await readyForInsulin(db);
	expect(await signs(db, insulin)).toEqual({ ok: false, why: 'not-authorised' });
	expect(await signs(db, insulin, authoriser(margaret, lead))).toEqual({ ok: false, why: 'not-authorised' });
	expect(await signs(db, insulin, authoriser(ben, [{ role: 'nurse', siteId: elmCourt }]))).toEqual({
		ok: false,
		why: 'not-authorised',
	});
	// The nurse who watched every round herself answers for what she delegates: she may sign, and her list says so.
	for (const who of [ben, margaret])
		expect(await waiting(db, authoriser(who, nurse))).toMatchObject([
			{ personId: tomasz, privilege: 'administer-insulin', refusal: null },
		]);
	expect((await waiting(db)).map((each) => each.privilege)).not.toContain('administer-insulin');
	expect(await signs(db, insulin, authoriser(margaret, nurse))).toEqual({ ok: true });

	const other = await testDatabase();
	await readyForInsulin(other);
	await tell(other, [storyteller().starts({ ...memberOf(tomasz), role: 'nurse' }, 3)]);
	expect((await waiting(other)).map((each) => each.personId)).toContain(tomasz);
	expect(await signs(other, insulin)).toEqual({ ok: true });
});

test('whoever recorded the outside assessment does not make the sign-off that rests on it', async () => {
	const db = await testDatabase();
	const cell = cellOf(tomasz, 'administer-high-risk');
	await tell(db, storyteller().comesCompetent(memberOf(tomasz), grace, 20, 'administer-high-risk').slice(0, -1));
	expect(await signs(db, cell)).toEqual({ ok: false, why: 'verified-yourself' });
	expect(await signs(db, cell, authoriser(margaret, lead))).toEqual({ ok: true });
});

test('a sign-off says which medicines it covers: those that were seen', async () => {
	const db = await testDatabase();
	const cell = cellOf(tomasz, 'administer-high-risk');
	const story = storyteller();
	const by = { assessors: [ben], signerId: grace };
	const form = catalogue.checklists.get('high-risk-round')?.body;
	const unseen = form?.sections.flatMap((each) => each.criteria).filter((each) => each.covers === 'opioid') ?? [];
	const told = story.becomesCompetent(memberOf(tomasz), by, 1, 'administer-high-risk').slice(0, -1);
	await tell(
		db,
		told.map((each) => {
			if (each.kind !== 'observation') return each;
			const payload = each.payload as unknown as { results: Record<string, string> };
			const results = { ...payload.results, ...Object.fromEntries(unseen.map(({ id }) => [id, 'not-applicable'])) };
			return { ...each, payload: { ...payload, results } } as unknown as Fact;
		}),
	);
	expect(await signs(db, cell)).toEqual({ ok: true });
	const { covers } = await signedOff(db, cell);
	expect(covers).toContain('warfarin');
	expect(covers).not.toContain('opioid');
});

test('a sign-off whose round was taken back says what is missing; entered right, it stands as before', async () => {
	const db = await testDatabase();
	const [round] = await db.owner`
		select id, observed_at, payload, content_version_id from evidence
		where person_id = ${tomasz} and kind = 'observation' and privilege = 'administer-oral' order by seq limit 1`;
	const given = { ...cellOf(tomasz), recordedBy: grace };
	await records(db, [
		fact({ kind: 'retraction', ...given, supersedes: round?.id, payload: {} as never, note: 'an error' }),
	]);
	const preview = await shown(db, cellOf(tomasz));
	expect(preview?.decision.code).toBe('sign_off_unsound');
	expect(preview?.flaws.map((each) => each.requirement.kind)).toEqual(['observation']);
	await records(db, [
		fact({
			kind: 'observation',
			...given,
			observedAt: round?.observed_at,
			contentVersionId: round?.content_version_id,
			payload: round?.payload,
		}),
	]);
	expect(await shown(db, cellOf(tomasz))).toMatchObject({ flaws: [], decision: { code: 'competent' } });
});

test('the list has those who wait for nothing but a signature, whoever has waited longest first', async () => {
	const db = await testDatabase();
	expect((await waiting(db)).map((each) => each.personId)).not.toContain(amara);
	await makeReady(db, memberOf(amara));
	await tell(
		db,
		storyteller()
			.becomesCompetent(memberOf(margaret), { assessors: [ben], signerId: grace }, 9, 'assess')
			.slice(0, -1),
	);
	const found = await waiting(db);
	expect(found.map((each) => each.personId)).toContain(amara);
	expect(found.map((each) => each.since.getTime())).toEqual(
		found.map((each) => each.since.getTime()).sort((a, b) => a - b),
	);
	expect(await asFairfield(db, (tx) => decisionOn(tx, cellOf(amara)))).toMatchObject({
		standing: 'ready-for-sign-off',
	});
	// Neither for themselves, nor at another site, nor for who may not.
	expect((await waiting(db, authoriser(amara))).map((each) => each.personId)).not.toContain(amara);
	const atElm = await waiting(db, authoriser(grace), [elmCourt]);
	expect(atElm.map((each) => each.personId)).not.toContain(amara);
	expect(await waiting(db, authoriser(grace, [{ role: 'manager', siteId: elmCourt }]), [roseHouse])).toEqual([]);
	expect(await waiting(db, authoriser(ben, [{ role: 'senior', siteId: roseHouse }]))).toEqual([]);
	// Beside a colleague they wait all the same.
	await records(db, [fact({ kind: 'supervision', ...cellOf(amara), recordedBy: grace, payload: { supervisor: ben } })]);
	expect((await waiting(db)).find((each) => each.personId === amara)).toMatchObject({ standing: 'supervised' });
	expect(await signs(db)).toEqual({ ok: true });
	expect((await waiting(db)).map((each) => each.personId)).not.toContain(amara);
});

import { expect, test } from 'vitest';
import { append, type Fact, fact } from '#app/commands/append.ts';
import { previewSignOff, signOff } from '#app/commands/authorising.ts';
import { listReviews, uphold } from '#app/commands/reviewing.ts';
import type { Post } from '#app/domain/authority.ts';
import type { Evidence, EvidenceOf } from '#app/domain/evidence.ts';
import { addDays, localDay } from '#app/domain/period.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
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
	tomasz,
} from '../support/demonstration.ts';

const append1 = (db: TestDatabase, given: Fact) => asFairfield(db, (tx) => append(tx, fairfield, catalogue, [given]));
const evidenceOf = (db: TestDatabase, personId: string) =>
	asFairfield(db, (tx) => listEvidenceOf(tx, { providerId: fairfield, personIds: [personId] }));
const reviews = (db: TestDatabase, siteIds = [roseHouse, elmCourt]) =>
	asFairfield(db, (tx) => listReviews(tx, fairfield, catalogue, siteIds, new Date()));
/** Amara's flagged sign-offs: why, round by round. */
const flagged = async (db: TestDatabase, siteIds?: string[]) =>
	(await reviews(db, siteIds)).flagged.filter(({ signOff }) => signOff.personId === amara);

/** Amara signed off after three rounds, two of which Ben watched. */
async function signedOff(): Promise<TestDatabase> {
	const db = await testDatabase();
	await makeReady(db, memberOf(amara));
	await asFairfield(db, async (tx) => {
		const who = authoriser(grace);
		const preview = await previewSignOff(tx, who, catalogue, cellOf(amara), new Date());
		const given = { id: crypto.randomUUID(), shownLastDay: preview?.term.lastDay ?? '', now: new Date() };
		expect(await signOff(tx, who, catalogue, cellOf(amara), given)).toEqual({ ok: true });
	});
	return db;
}

/** The rounds of Ben's that Amara's sign-off rests on. */
async function bensRounds(db: TestDatabase): Promise<Evidence[]> {
	const theirs = await evidenceOf(db, amara);
	const signed = theirs.find((each) => each.kind === 'sign-off');
	const basis = signed?.kind === 'sign-off' ? signed.payload.basis : [];
	const rounds = theirs.filter((each) => each.kind === 'observation' && each.payload.assessor === ben);
	return basis.flatMap((id) => rounds.find((each) => each.id === id) ?? []);
}

/** The round that Ben's own sign-off rests on is taken back. */
async function retractBensRound(db: TestDatabase): Promise<void> {
	const decision = await asFairfield(db, (tx) => decisionOn(tx, cellOf(ben)));
	const round = (await evidenceOf(db, ben)).find(
		(each) => each.kind === 'observation' && decision.evidence.includes(each.id),
	);
	if (!round) throw new Error('Ben was never watched');
	const { personId, privilege, siteId, id: supersedes } = round;
	const given = { personId, privilege, siteId, supersedes, recordedBy: grace, payload: {} as never };
	await append1(db, fact({ kind: 'retraction', ...given, note: 'another person was meant' }));
}

const withdrawal = (personId: string, more: Partial<Fact<'withdrawal'>> = {}) =>
	fact({ kind: 'withdrawal', ...cellOf(personId), recordedBy: grace, payload: {}, note: 'why', ...more });

function upholds(db: TestDatabase, pair: { signOff: Evidence; round: Evidence }, who = authoriser(grace), id = '') {
	const given = { id: id || crypto.randomUUID(), note: 'watched her myself', now: new Date() };
	const of = pair as { signOff: EvidenceOf<'sign-off'>; round: EvidenceOf<'observation'> };
	return asFairfield(db, (tx) => uphold(tx, who, catalogue, of, given));
}

test('in the demonstration nothing is flagged, and no pause is past its review', async () => {
	const { flagged, pauses } = await reviews(await testDatabase());
	expect({ flagged: flagged.length, pauses }).toEqual({ flagged: 0, pauses: [] });
});

test('when the assessor’s own round is taken back, the sign-offs that rest on them are flagged and still count', async () => {
	const db = await signedOff();
	expect(await flagged(db)).toEqual([]);
	await retractBensRound(db);
	const found = await flagged(db);
	expect(found.length).toBeGreaterThan(1);
	expect(found.map(({ round }) => round.id)).toEqual((await bensRounds(db)).map((each) => each.id));
	expect(new Set(found.map(({ why }) => why))).toEqual(new Set(['not-an-assessor']));
	expect(await asFairfield(db, (tx) => decisionOn(tx, cellOf(amara)))).toMatchObject({ permit: true });
	expect(await flagged(db, [elmCourt])).toEqual([]);
});

test('upheld with a note, round by round, a sign-off is not flagged any more', async () => {
	const db = await signedOff();
	await retractBensRound(db);
	const [first, ...others] = await flagged(db);
	if (!first || !others.length) throw new Error('two rounds were to be flagged');
	expect(await upholds(db, first)).toEqual({ ok: true });
	expect((await flagged(db)).map(({ round }) => round.id)).toEqual(others.map(({ round }) => round.id));
	for (const each of others) expect(await upholds(db, each)).toEqual({ ok: true });
	expect(await flagged(db)).toEqual([]);
	expect(await db.owner`select body from notes where body = 'watched her myself'`).toHaveLength(others.length + 1);
	expect(await findingsOf(db)).toEqual([]);
});

test('withdrawn, a sign-off is not flagged any more', async () => {
	const db = await signedOff();
	await retractBensRound(db);
	expect((await flagged(db)).length).toBeGreaterThan(0);
	await append1(db, withdrawal(amara));
	expect(await flagged(db)).toEqual([]);
});

test('what befalls the assessor after the round flags nothing', async () => {
	const db = await signedOff();
	await append1(db, withdrawal(ben));
	await append1(
		db,
		fact({
			kind: 'employment-ended',
			personId: ben,
			siteId: roseHouse,
			recordedBy: grace,
			payload: { lastDay: localDay(new Date()) },
		}),
	);
	expect(await flagged(db)).toEqual([]);
});

test('an assessor’s withdrawal entered late, but dated before the round, flags what they watched after it', async () => {
	const db = await signedOff();
	const last = (await bensRounds(db)).sort((a, b) => a.observedAt.getTime() - b.observedAt.getTime()).at(-1);
	if (!last) throw new Error('Ben watched nobody');
	await append1(db, withdrawal(ben, { observedAt: new Date(last.observedAt.getTime() - 3_600_000) }));
	expect((await flagged(db)).map(({ round }) => round.id)).toEqual([last.id]);
});

test('neither the assessor nor the learner decides that it stands, nor whoever may not sign it off', async () => {
	const db = await signedOff();
	await retractBensRound(db);
	const [pair] = await flagged(db);
	if (!pair) throw new Error('nothing is flagged');
	const manager: Post[] = [{ role: 'manager', siteId: null }];
	expect(await upholds(db, pair, authoriser(ben, manager))).toEqual({ ok: false, why: 'assessor' });
	expect(await upholds(db, pair, authoriser(amara, manager))).toEqual({ ok: false, why: 'learner' });
	for (const posts of [
		[{ role: 'senior', siteId: roseHouse }],
		[{ role: 'administrator', siteId: null }],
		[{ role: 'manager', siteId: elmCourt }],
	] as Post[][])
		expect(await upholds(db, pair, authoriser(tomasz, posts))).toEqual({ ok: false, why: 'not-authorised' });
	expect(await upholds(db, pair, authoriser(margaret, lead))).toEqual({ ok: true });
});

test('the same id twice, or at once, is one decision; what is not flagged is not upheld', async () => {
	const db = await signedOff();
	const [sound] = (await evidenceOf(db, amara)).filter((each) => each.kind === 'sign-off');
	const [round] = (await evidenceOf(db, amara)).filter(
		(each) => each.kind === 'observation' && sound?.kind === 'sign-off' && sound.payload.basis.includes(each.id),
	);
	if (!sound || !round) throw new Error('nothing is signed off');
	expect(await upholds(db, { signOff: sound, round })).toEqual({ ok: false, why: 'not-flagged' });
	await retractBensRound(db);
	const [first, second] = await flagged(db);
	if (!first || !second) throw new Error('two rounds were to be flagged');
	const id = crypto.randomUUID();
	const answers = await Promise.all([1, 2, 3].map(() => upholds(db, first, authoriser(grace), id)));
	expect(answers).toEqual(Array(3).fill({ ok: true }));
	expect(await upholds(db, first)).toEqual({ ok: false, why: 'not-flagged' });
	expect(await db.owner`select 1 from evidence where kind = 'sign-off-upheld'`).toHaveLength(1);
});

test('pauses past their review, or too long, are listed for their site; not those lifted, nor of whoever has left', async () => {
	const db = await testDatabase();
	const pause = (
		personId: string,
		daysAgo: number,
		reviewIn: number,
		privilege: 'administer-oral' | null = 'administer-oral',
	) => {
		const observedAt = new Date(Date.now() - daysAgo * 86_400_000);
		const payload = { reason: 'other' as const, reviewOn: addDays(localDay(new Date()), reviewIn), owner: grace };
		return fact({
			id: crypto.randomUUID(),
			kind: 'pause',
			...cellOf(personId),
			privilege,
			observedAt,
			recordedBy: grace,
			payload,
		});
	};
	const lifted = pause(margaret, 20, -5);
	for (const each of [
		pause(ben, 20, -1),
		pause(tomasz, 90, 5, null),
		pause(personOf('danny.hughes'), 20, 0),
		pause(personOf('owen.price'), 80, -40),
		lifted,
		fact({ kind: 'pause-lifted', ...cellOf(margaret), recordedBy: grace, payload: { pause: String(lifted.id) } }),
	])
		await append1(db, each);
	const found = (await reviews(db)).pauses.map(({ pause, age }) => [pause.personId, pause.privilege, age]);
	expect(found).toEqual([
		[ben, 'administer-oral', 'past-review'],
		[tomasz, null, 'too-long'],
	]);
	expect((await reviews(db, [elmCourt])).pauses).toEqual([]);
});

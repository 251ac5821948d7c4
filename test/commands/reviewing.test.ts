import { expect, test } from 'vitest';
import { append, type Fact, fact } from '#app/commands/append.ts';
import { previewSignOff, signOff } from '#app/commands/authorising.ts';
import { listReviews, uphold } from '#app/commands/reviewing.ts';
import type { Post } from '#app/domain/authority.ts';
import type { Evidence } from '#app/domain/evidence.ts';
import type { FlaggedSignOff } from '#app/domain/flagged-sign-offs.ts';
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
	setPolicy,
	storyteller,
	tell,
	tomasz,
} from '../support/demonstration.ts';

const append1 = (db: TestDatabase, given: Fact) => asFairfield(db, (tx) => append(tx, fairfield, catalogue, [given]));
const evidenceOf = (db: TestDatabase, personId: string) =>
	asFairfield(db, (tx) => listEvidenceOf(tx, { providerId: fairfield, personIds: [personId] }));
const reviews = (db: TestDatabase, siteIds = [roseHouse, elmCourt]) =>
	asFairfield(db, (tx) => {
		const posts = siteIds.map((siteId): Post => ({ role: 'manager', siteId }));
		return listReviews(tx, authoriser(grace, posts), catalogue, new Date());
	});
/** Amara's flagged sign-offs: why, round by round. */
const flagged = async (db: TestDatabase, siteIds?: string[]) =>
	(await reviews(db, siteIds)).flagged
		.flatMap((group) => group.flagged)
		.filter(({ signOff }) => signOff.personId === amara);

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

/** The rounds that somebody watched among what is flagged, and why each is. */
const roundsBy = (assessor: string, found: readonly FlaggedSignOff[]) =>
	found.flatMap(({ round, why }) => (round.payload.assessor === assessor ? [`${round.id}: ${why}`] : []));

type Pair = { signOff: Pick<Evidence, 'id'>; round: Pick<Evidence, 'id'> };

function upholds(db: TestDatabase, pairs: Pair | Pair[], who = authoriser(grace), id = '') {
	const given = { id: id || crypto.randomUUID(), note: 'watched her myself', now: new Date() };
	const named = [pairs].flat().map(({ signOff, round }) => ({ signOff: signOff.id, round: round.id }));
	return asFairfield(db, (tx) => uphold(tx, who, catalogue, named, given));
}

test('in the demonstration nothing is flagged, and no pause is past its review', async () => {
	const { flagged, pauses } = await reviews(await testDatabase());
	expect({ flagged, pauses }).toEqual({ flagged: [], pauses: [] });
});

test('when the assessor’s own round is taken back, the sign-offs that rest on them are flagged and still count', async () => {
	const db = await signedOff();
	expect(await flagged(db)).toEqual([]);
	await retractBensRound(db);
	const found = await flagged(db);
	expect(found.length).toBeGreaterThan(1);
	expect(roundsBy(ben, found)).toEqual((await bensRounds(db)).map((each) => `${each.id}: not-an-assessor`));
	// Margaret was last watched by Ben.
	expect(new Set(found.map(({ why }) => why))).toEqual(new Set(['not-an-assessor', 'rests-on-doubt']));
	expect(new Set(found.map(({ root }) => root.assessor))).toEqual(new Set([ben]));
	expect(new Set(found.map(({ root }) => root.act?.kind))).toEqual(new Set(['retraction']));
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

test('an assessor who is paused, or leaves, after the round casts no doubt on it', async () => {
	const db = await signedOff();
	const today = localDay(new Date());
	const payload = { reason: 'other' as const, reviewOn: addDays(today, 3), owner: grace };
	await append1(db, fact({ kind: 'pause', ...cellOf(ben), recordedBy: grace, payload }));
	const left = { personId: ben, siteId: roseHouse, recordedBy: grace, payload: { lastDay: today } };
	await append1(db, fact({ kind: 'employment-ended', ...left }));
	expect(await flagged(db)).toEqual([]);
});

test('an assessor whose sign-off is withdrawn after the round casts doubt on it: grouped by that withdrawal', async () => {
	const db = await signedOff();
	const id = crypto.randomUUID();
	await append1(db, withdrawal(ben, { id }));
	expect(roundsBy(ben, await flagged(db))).toEqual((await bensRounds(db)).map((each) => `${each.id}: withdrawn-since`));
	const [group] = (await reviews(db)).flagged;
	expect([group?.root.assessor, group?.root.act?.id]).toEqual([ben, id]);
	expect(group?.people).toBe(new Set(group?.flagged.map(({ signOff }) => signOff.personId)).size);
	expect(group?.people).toBeGreaterThan(1);
});

test('a recheck by somebody found void is flagged as well', async () => {
	const db = await signedOff();
	const [seen] = await bensRounds(db);
	if (seen?.kind !== 'observation') throw new Error('Ben watched nobody');
	const { personId, privilege, siteId, contentVersionId, payload } = seen;
	const startedAt = new Date().toISOString();
	const given = { personId, privilege, siteId, contentVersionId, recordedBy: ben };
	const id = crypto.randomUUID();
	const signed = { startedAt, assessorSignedAt: startedAt, learnerSignedAt: startedAt };
	await append1(db, fact({ id, kind: 'observation', ...given, payload: { ...payload, ...signed } }));
	expect(await flagged(db)).toEqual([]);
	await retractBensRound(db);
	const found = (await flagged(db)).filter((each) => each.by === 'recheck');
	expect(found.map(({ round, why }) => [round.id, why])).toEqual([[id, 'not-an-assessor']]);
	for (const each of found) expect(await upholds(db, each)).toEqual({ ok: true });
});

test('an assessor’s withdrawal entered late, but dated before the round, flags what they watched after it', async () => {
	const db = await signedOff();
	const last = (await bensRounds(db)).sort((a, b) => a.observedAt.getTime() - b.observedAt.getTime()).at(-1);
	if (!last) throw new Error('Ben watched nobody');
	await append1(db, withdrawal(ben, { observedAt: new Date(last.observedAt.getTime() - 3_600_000) }));
	const found = roundsBy(ben, await flagged(db));
	expect(found).toContain(`${last.id}: not-an-assessor`);
	expect(found.filter((each) => each.endsWith('not-an-assessor'))).toHaveLength(1);
	// What they watched before it is in doubt as well: what they held it by has been withdrawn since.
	expect(found.filter((each) => each.endsWith('withdrawn-since'))).toHaveLength(found.length - 1);
});

test('neither the assessor nor the learner decides that it stands, nor a party, nor whoever may not sign it off', async () => {
	const db = await signedOff();
	await retractBensRound(db);
	const [pair] = await flagged(db);
	if (!pair) throw new Error('nothing is flagged');
	const manager: Post[] = [{ role: 'manager', siteId: null }];
	expect(await upholds(db, pair, authoriser(ben, manager))).toMatchObject({ ok: false, why: 'assessor' });
	expect(await upholds(db, pair, authoriser(amara, manager))).toMatchObject({ ok: false, why: 'learner' });
	for (const posts of [
		[{ role: 'senior', siteId: roseHouse }],
		[{ role: 'administrator', siteId: null }],
		[{ role: 'manager', siteId: elmCourt }],
	] as Post[][])
		expect(await upholds(db, pair, authoriser(tomasz, posts))).toMatchObject({ ok: false, why: 'not-authorised' });
	const paused = { reason: 'incident-review' as const, reviewOn: '2099-01-01', owner: grace, parties: [tomasz] };
	await append1(db, fact({ kind: 'pause', ...cellOf(amara), recordedBy: grace, payload: paused }));
	expect(await upholds(db, pair, authoriser(tomasz, manager))).toMatchObject({ ok: false, why: 'party' });
	expect(await upholds(db, pair, authoriser(margaret, lead))).toEqual({ ok: true });
});

test('several are upheld at once, with one reason; where one of them is refused, none is', async () => {
	const db = await signedOff();
	await retractBensRound(db);
	const all = await flagged(db);
	const [first, second] = all;
	if (!first || !second) throw new Error('two rounds were to be flagged');
	const sound = { signOff: first.signOff, round: { id: first.signOff.id } };
	const pairOf = ({ signOff, round }: Pair) => ({ signOff: signOff.id, round: round.id });
	expect(await upholds(db, [first, sound])).toEqual({ ok: false, why: 'not-flagged', pair: pairOf(sound) });
	expect(await upholds(db, [])).toEqual({ ok: false, why: 'not-flagged' });
	expect(await flagged(db)).toHaveLength(all.length);
	const id = crypto.randomUUID();
	expect(await upholds(db, [...all, first], authoriser(grace), id)).toEqual({ ok: true });
	expect(await flagged(db)).toEqual([]);
	expect(await upholds(db, all, authoriser(grace), id)).toEqual({ ok: true });
	expect(await db.owner`select 1 from evidence where kind = 'sign-off-upheld'`).toHaveLength(all.length);
	expect(await findingsOf(db)).toEqual([]);
});

test('what was taken back after it was upheld is not upheld by the same form again', async () => {
	const db = await signedOff();
	await retractBensRound(db);
	const [first] = await flagged(db);
	if (!first) throw new Error('nothing is flagged');
	const id = crypto.randomUUID();
	await upholds(db, first, authoriser(grace), id);
	const upheld = (await evidenceOf(db, amara)).find((each) => each.kind === 'sign-off-upheld');
	const given = { ...cellOf(amara), supersedes: upheld?.id ?? '', recordedBy: grace, payload: {} as never };
	await append1(db, fact({ kind: 'retraction', ...given, note: 'the wrong round' }));
	expect((await flagged(db)).map(({ round }) => round.id)).toContain(first.round.id);
	expect(await upholds(db, first, authoriser(grace), id)).toMatchObject({ ok: false, why: 'other-page' });
	expect(await upholds(db, first)).toEqual({ ok: true });
});

test('the same id twice, or at once, is one decision; what is not flagged is not upheld', async () => {
	const db = await signedOff();
	const [sound] = (await evidenceOf(db, amara)).filter((each) => each.kind === 'sign-off');
	const [round] = (await evidenceOf(db, amara)).filter(
		(each) => each.kind === 'observation' && sound?.kind === 'sign-off' && sound.payload.basis.includes(each.id),
	);
	if (!sound || !round) throw new Error('nothing is signed off');
	expect(await upholds(db, { signOff: sound, round })).toMatchObject({ ok: false, why: 'not-flagged' });
	await retractBensRound(db);
	const [first, second] = await flagged(db);
	if (!first || !second) throw new Error('two rounds were to be flagged');
	const id = crypto.randomUUID();
	const answers = await Promise.all([1, 2, 3].map(() => upholds(db, first, authoriser(grace), id)));
	expect(answers).toEqual(Array(3).fill({ ok: true }));
	expect(await upholds(db, first)).toMatchObject({ ok: false, why: 'not-flagged' });
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

/** Ben, paused at every site so many days ago, to be reviewed in so many. */
const pausedEverywhere = (daysAgo: number, reviewIn: number, parties: string[] = []) => {
	const observedAt = new Date(Date.now() - daysAgo * 86_400_000);
	const reviewOn = addDays(localDay(new Date()), reviewIn);
	const payload = { reason: 'other' as const, reviewOn, owner: margaret, ...(parties.length ? { parties } : {}) };
	return fact({ kind: 'pause', personId: ben, observedAt, recordedBy: margaret, payload });
};

test('a pause of every site is listed wherever the person works, with who may lift it: whoever decides for all', async () => {
	const db = await testDatabase();
	await append1(db, pausedEverywhere(20, -1));
	const listed = async (siteIds?: string[]) =>
		(await reviews(db, siteIds)).pauses.map(({ pause, age, siteId, deciders }) => ({
			...{ personId: pause.personId, everywhere: pause.siteId === null },
			...{ age, siteId, deciders },
		}));
	const found = { personId: ben, everywhere: true, age: 'past-review', siteId: roseHouse, deciders: [grace] };
	expect(await listed()).toEqual([found]);
	expect(await listed([roseHouse])).toEqual([found]);
	expect(await listed([elmCourt])).toEqual([]);
	await append1(db, pausedEverywhere(30, -2, [grace]));
	expect((await listed()).map((each) => each.deciders)).toEqual([[], [grace]]);
});

test('a pause of every site goes by the provider’s own numbers, not by those of one site', async () => {
	const db = await testDatabase();
	await append1(db, pausedEverywhere(20, 5));
	const ages = async () => (await reviews(db)).pauses.map(({ age }) => age);
	expect(await ages()).toEqual([]);
	await setPolicy(db, 1, roseHouse, { pause: { longest: 'P10D' } });
	expect(await ages()).toEqual([]);
	await setPolicy(db, 2, null, { pause: { longest: 'P10D' } });
	expect(await ages()).toEqual(['too-long']);
});

test('a nurse looks at what nurses sign off and decides it, and at nothing else', async () => {
	const db = await signedOff();
	await retractBensRound(db);
	await append1(db, pausedEverywhere(20, -1));
	// Whoever watched is no nurse.
	const by = { assessors: [margaret], signerId: grace };
	await tell(db, storyteller().becomesCompetent(memberOf(tomasz), by, 1, 'administer-insulin'));
	const nurse: Post[] = [{ role: 'nurse', siteId: roseHouse }];
	const seen = async (who: ReturnType<typeof authoriser>) => {
		const { flagged, pauses } = await asFairfield(db, (tx) => listReviews(tx, who, catalogue, new Date()));
		const found = flagged.flatMap((group) => group.flagged);
		return { found, privileges: new Set(found.map(({ signOff }) => signOff.privilege)), pauses: pauses.length };
	};
	const { found, ...others } = await seen(authoriser(tomasz, nurse));
	expect(others).toEqual({ privileges: new Set(['administer-insulin']), pauses: 0 });
	expect((await seen(authoriser(tomasz, [{ role: 'nurse', siteId: elmCourt }]))).found).toEqual([]);
	const all = await seen(authoriser(grace));
	expect([...all.privileges]).toEqual(expect.arrayContaining(['administer-oral', 'administer-insulin']));
	expect(all.pauses).toBe(1);
	const helen = personOf('helen.brooks');
	const [oral] = await flagged(db);
	if (!oral) throw new Error('nothing is flagged');
	expect(await upholds(db, oral, authoriser(helen, nurse))).toMatchObject({ ok: false, why: 'not-authorised' });
	expect(await upholds(db, found, authoriser(grace))).toMatchObject({ ok: false, why: 'not-authorised' });
	expect(await upholds(db, found, authoriser(helen, nurse))).toEqual({ ok: true });
	expect((await seen(authoriser(helen, nurse))).found).toEqual([]);
});

test('a manager decides about a nurse’s own sign-off for what nurses sign off, as they may make it', async () => {
	const db = await testDatabase();
	const { starts, becomesCompetent } = storyteller();
	const by = { assessors: [margaret], signerId: grace };
	await tell(db, [
		starts({ ...memberOf(tomasz), role: 'nurse' }, 90),
		...becomesCompetent(memberOf(tomasz), by, 1, 'administer-insulin'),
	]);
	const found = (await reviews(db)).flagged.flatMap((group) => group.flagged);
	expect(found.length).toBeGreaterThan(0);
	expect(await upholds(db, found)).toEqual({ ok: true });
});

test('a sign-off that leans on one in doubt at another site is flagged at its own, and upheld there', async () => {
	const db = await testDatabase();
	const { joins, isWatched, isSignedOff } = storyteller();
	const [helen, atElm] = [personOf('helen.brooks'), memberOf(tomasz, elmCourt)];
	const round = isWatched(atElm, helen, 4, 'morning');
	// One of Ben's at Rose House after it: nothing at Elm Court leans on that.
	const after = isWatched(memberOf(tomasz), ben, 1, 'morning');
	await tell(db, [...joins(atElm, 20), round, isSignedOff(atElm, grace, 2, 'administer-oral', [round]), after]);
	const seen = async (siteIds: string[]) =>
		(await reviews(db, siteIds)).flagged
			.flatMap((group) => group.flagged)
			.filter(({ signOff }) => signOff.personId === tomasz);
	expect(await seen([elmCourt])).toEqual([]);
	const gone = crypto.randomUUID();
	await append1(db, withdrawal(ben, { id: gone }));
	const found = await seen([elmCourt]);
	expect(found.length).toBeGreaterThan(0);
	for (const each of found) {
		expect([each.signOff.siteId, each.by, each.round.siteId]).toEqual([elmCourt, 'leaning', roseHouse]);
		expect(each.root).toMatchObject({ assessor: ben, act: { id: gone } });
	}
	const [newest] = await db.owner`
		select id from evidence where kind = 'observation' and person_id = ${tomasz} order by observed_at desc limit 1`;
	const [first] = found;
	if (!first) throw new Error('nothing is flagged');
	expect(found.map((each) => each.round.id)).not.toContain(newest?.id);
	const elm = authoriser(helen, [{ role: 'manager', siteId: elmCourt }]);
	expect(await upholds(db, { signOff: first.signOff, round: { id: newest?.id } }, elm)).toMatchObject({
		why: 'not-flagged',
	});
	const rose = authoriser(margaret, lead);
	expect(await upholds(db, found, rose)).toMatchObject({ ok: false, why: 'not-authorised' });
	const id = crypto.randomUUID();
	expect([await upholds(db, found, elm, id), await upholds(db, found, elm, id)]).toEqual([{ ok: true }, { ok: true }]);
	expect(await seen([elmCourt])).toEqual([]);
	expect((await seen([roseHouse])).map((each) => each.by)).toContain('recheck');
	expect(await seen([roseHouse])).toHaveLength(found.length + 1);
	// The post at Elm Court is told, not made: only that is found.
	expect((await findingsOf(db)).map((each) => each.what)).toEqual(['post']);
});

import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Catalogue } from '#app/catalogue.server.ts';
import {
	acknowledge,
	askedAgain,
	declareRead,
	documentFor,
	newsSince,
	readFor,
	workplaces,
} from '#app/commands/acknowledging.ts';
import { append, fact } from '#app/commands/append.ts';
import { rulesBySite } from '#app/commands/projecting.ts';
import { newsOf } from '#app/domain/content-news.ts';
import { decide } from '#app/domain/decide.ts';
import { presentFor } from '#app/domain/evidence.ts';
import type { ContentChange } from '#app/domain/rules.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { policies } from '#db/schema.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import {
	amara,
	asFairfield,
	catalogue,
	cellOf,
	fairfield,
	grace,
	memberOf,
	roseHouse,
	setPolicy,
	storyteller,
	tell,
	tomasz,
} from '../support/demonstration.ts';

const posts = [{ role: 'senior' as const, siteId: roseHouse }];
const learner = (personId = tomasz) => ({ providerId: fairfield, personId, posts });
const slug = 'rights-and-mar';
const day = 86_400_000;

/** The catalogue as if a module had a second version that asks something, in force for so many days. */
function withChange(asks: ContentChange['asks'], daysAgo = 0.1, grace = 'P14D'): Catalogue {
	const pinned = catalogue.modules.get(slug);
	if (!pinned) throw new Error('no such module');
	return {
		...catalogue,
		modules: new Map([...catalogue.modules, [slug, { ...pinned, version: 2 }]]),
		changes: [
			{
				kind: 'module',
				slug,
				version: 2,
				asks,
				grace,
				says: 'The code for a refused dose is new.',
				inForceFrom: new Date(Date.now() - daysAgo * day),
			},
		],
	};
}

/** How somebody stands: what is asked of them, what is new, and whether they may give medicines by mouth. */
const look = (db: TestDatabase, content: Catalogue, personId = tomasz) =>
	asFairfield(db, async (tx) => {
		const evidence = await listEvidenceOf(tx, { providerId: fairfield, personIds: [personId] });
		const rules = await rulesBySite(tx, fairfield, content);
		const at = presentFor(evidence, new Date());
		return {
			asked: askedAgain(rules, evidence, posts, at).filter((each) => each.recheck.cause === 'content'),
			news: newsSince(content, evidence, posts, { kind: 'module', slug }, at),
			states: newsOf(rules(roseHouse), evidence, roseHouse, at).filter((each) => each.privilege === 'administer-oral'),
			oral: decide(rules(roseHouse), evidence, cellOf(personId), at),
		};
	});
const reads = (
	db: TestDatabase,
	content: Catalogue,
	id: string = randomUUID(),
	personId = tomasz,
	openedAt = new Date(),
) =>
	asFairfield(db, (tx) =>
		acknowledge(tx, learner(personId), content, { id, kind: 'module', slug, openedAt, now: new Date() }),
	);
const now = () => ({ openedAt: new Date(), now: new Date() });
const recorded = ({ owner }: TestDatabase) =>
	owner`select payload from evidence where kind in ('acknowledgement', 'declaration') and recorded_at > now() - interval '1 hour'`;

test('a holder is told what is new, has until the end of the grace to read it, and is then no longer asked', async () => {
	const db = await testDatabase();
	const content = withChange('acknowledge');
	const before = await look(db, content);
	expect(before.oral).toMatchObject({ permit: true, standing: 'due-soon' });
	expect(before.news.map((each) => each.says)).toEqual(['The code for a refused dose is new.']);
	expect(before.asked.map(readFor)).toContainEqual({ kind: 'module', slug });
	expect(before.states.map((each) => each.state)).toEqual(['open']);
	expect(await reads(db, content)).toEqual({ ok: true });
	const after = await look(db, content);
	expect(after.asked).toEqual([]);
	expect(after.oral).toMatchObject({ permit: true, standing: 'competent' });
	expect(after.states.map((each) => each.state)).toEqual(['done']);
	expect((await recorded(db)).map((row) => row.payload)).toEqual([{ content: 'module', slug, version: 2 }]);
});

test('after the grace the privilege is not held until it is read', async () => {
	const db = await testDatabase();
	const content = withChange('acknowledge', 20);
	const before = await look(db, content);
	expect(before.oral).toMatchObject({ permit: false, standing: 'expired', code: 'module_missing' });
	expect(before.states.map((each) => each.state)).toEqual(['lapsed']);
	await reads(db, content);
	expect((await look(db, content)).oral).toMatchObject({ permit: true, code: 'competent' });
});

test('a double click, or a second tab afterwards, records once', async () => {
	const db = await testDatabase();
	const content = withChange('acknowledge');
	const id = randomUUID();
	expect(await Promise.all(Array.from({ length: 5 }, () => reads(db, content, id)))).toEqual(
		Array(5).fill({ ok: true }),
	);
	expect(await reads(db, content)).toEqual({ ok: true });
	expect(await recorded(db)).toHaveLength(1);
});

test('somebody who was never signed off and had begun before it is asked, told what is new, and settles it', async () => {
	const db = await testDatabase();
	const content = withChange('acknowledge');
	await tell(db, storyteller().sitsQuiz(memberOf(amara), 5));
	const before = await look(db, content, amara);
	expect(before.states).toEqual([]);
	expect(before.asked.map(readFor)).toContainEqual({ kind: 'module', slug });
	const news = await asFairfield(db, async (tx) => {
		const evidence = await listEvidenceOf(tx, { providerId: fairfield, personIds: [amara] });
		return newsSince(content, evidence, posts, { kind: 'module', slug }, new Date(), before.asked);
	});
	expect(news.map((each) => each.version)).toEqual([2]);
	expect(await reads(db, content, randomUUID(), amara)).toEqual({ ok: true });
	expect((await look(db, content, amara)).asked).toEqual([]);
});

test('somebody who has begun nothing is not asked, and nothing is recorded of them', async () => {
	const db = await testDatabase();
	const content = withChange('acknowledge', 4000);
	expect((await look(db, content, amara)).asked).toEqual([]);
	expect(await reads(db, content, randomUUID(), amara)).toEqual({ ok: true });
	expect(await recorded(db)).toHaveLength(0);
});

test('a page that was opened before the new version came does not settle it, and says so', async () => {
	const db = await testDatabase();
	const content = withChange('acknowledge');
	const yesterday = new Date(Date.now() - day);
	expect(await reads(db, content, randomUUID(), tomasz, yesterday)).toEqual({ ok: false, why: 'changed-since' });
	expect(await recorded(db)).toHaveLength(0);
	expect(await reads(db, content)).toEqual({ ok: true });
	// A page gone back to afterwards has nothing to settle any more.
	expect(await reads(db, content, randomUUID(), tomasz, yesterday)).toEqual({ ok: true });
	expect(await recorded(db)).toHaveLength(1);
});

test.each(['quiz', 'observation'] as const)('reading does not stand for a %s that is asked', async (asks) => {
	const db = await testDatabase();
	const content = withChange(asks);
	const before = await look(db, content);
	expect(before.asked.map(readFor)).toEqual(before.asked.map(() => null));
	await reads(db, content);
	expect(await recorded(db)).toHaveLength(0);
	expect((await look(db, content)).states.map((each) => each.state)).toEqual(['open']);
});

test('a change that asks nothing asks nobody', async () => {
	const db = await testDatabase();
	const { asked, states, oral } = await look(db, withChange('nothing'));
	expect([asked, states, oral.standing]).toEqual([[], [], 'competent']);
});

test('content that does not exist is not acknowledged', async () => {
	const db = await testDatabase();
	for (const [kind, other] of [
		['module', 'no-such-module'],
		['policy', 'shipped'],
		['privilege', 'no-such-privilege'],
	] as const)
		expect(
			await asFairfield(db, (tx) =>
				acknowledge(tx, learner(), catalogue, { id: randomUUID(), kind, slug: other, ...now() }),
			),
		).toEqual({ ok: false, why: 'unknown-content' });
});

test('who is back after a long absence says that they have looked through it again', async () => {
	const db = await testDatabase();
	await db.ownerDb.insert(policies).values({
		providerId: fairfield,
		version: 1,
		body: { absence: { asks: 'acknowledge' } },
		reason: 'agreed',
		recordedBy: grace,
	});
	const away = fact({
		kind: 'absence',
		personId: tomasz,
		recordedBy: grace,
		payload: { from: '2026-01-01', back: new Date(Date.now() - 2 * day).toISOString().slice(0, 10) },
	});
	// A sign-off of before the absence ended: his own, made some months ago.
	await asFairfield(db, (tx) => append(tx, fairfield, catalogue, [away]));
	const asked = () =>
		asFairfield(db, async (tx) => {
			const evidence = await listEvidenceOf(tx, { providerId: fairfield, personIds: [tomasz] });
			const rules = await rulesBySite(tx, fairfield, catalogue);
			return askedAgain(rules, evidence, posts, presentFor(evidence, new Date())).filter(
				(each) => each.recheck.cause === 'absence',
			);
		});
	expect((await asked()).map(readFor)).toContainEqual({ kind: 'privilege', slug: 'administer-oral' });
	await asFairfield(db, (tx) =>
		acknowledge(tx, learner(), catalogue, {
			id: randomUUID(),
			kind: 'privilege',
			slug: 'administer-oral',
			...now(),
		}),
	);
	expect(await asked()).toEqual([]);
});

test('a document is read in the version that policy names, once', async () => {
	const db = await testDatabase();
	await db.ownerDb.insert(policies).values({
		providerId: fairfield,
		siteId: roseHouse,
		version: 1,
		body: { documents: { 'medicines-policy': 3 } },
		reason: 'a new edition',
		recordedBy: grace,
	});
	const asked = (document = 'medicines-policy') =>
		asFairfield(db, (tx) => documentFor(tx, learner(), catalogue, document));
	const declares = (version: number, id: string = randomUUID(), document = 'medicines-policy') =>
		asFairfield(db, (tx) => declareRead(tx, learner(), catalogue, { id, document, version, ...now() }));
	expect(await asked()).toEqual({ version: 3, read: 1 });
	expect(await declares(2)).toEqual({ ok: false, why: 'newer-version' });
	const id = randomUUID();
	expect(await Promise.all([declares(3, id), declares(3, id), declares(3, id)])).toEqual(Array(3).fill({ ok: true }));
	expect(await declares(3)).toEqual({ ok: true });
	expect(await asked()).toEqual({ version: 3, read: 3 });
	expect(await recorded(db)).toHaveLength(1);
	expect(await asked('no-such-document')).toBeNull();
	expect(await declares(1, randomUUID(), 'no-such-document')).toEqual({ ok: false, why: 'unknown-document' });
});

test('a document page opened before the version was asked for does not declare it read', async () => {
	const db = await testDatabase();
	await setPolicy(db, 1, roseHouse, { documents: { 'medicines-policy': 3 } });
	const given = (openedAt: Date) => ({
		id: randomUUID(),
		document: 'medicines-policy',
		version: 3,
		openedAt,
		now: new Date(),
	});
	const declares = (openedAt: Date) => asFairfield(db, (tx) => declareRead(tx, learner(), catalogue, given(openedAt)));
	// Before the sign-off that it is asked of.
	expect(await declares(new Date(Date.now() - 2000 * day))).toEqual({ ok: false, why: 'changed-since' });
	expect(await declares(new Date())).toEqual({ ok: true });
});

test('provider-wide staff are asked at every site where they are signed off, and can say that they have read it', async () => {
	const db = await testDatabase();
	const content = withChange('acknowledge');
	const wide = { ...learner(), posts: [{ role: 'senior' as const, siteId: null }] };
	const askedOf = () =>
		asFairfield(db, async (tx) => {
			const evidence = await listEvidenceOf(tx, { providerId: fairfield, personIds: [tomasz] });
			const rules = await rulesBySite(tx, fairfield, content);
			const at = presentFor(evidence, new Date());
			const asked = askedAgain(rules, evidence, await workplaces(tx, wide), at);
			return asked.filter((each) => each.recheck.cause === 'content').map((each) => each.siteId);
		});
	expect(new Set(await askedOf())).toEqual(new Set([roseHouse]));
	const given = { id: randomUUID(), kind: 'module', slug, now: new Date(), openedAt: new Date() };
	expect(await asFairfield(db, (tx) => acknowledge(tx, wide, content, given))).toEqual({ ok: true });
	expect(await askedOf()).toEqual([]);
	expect(await db.owner`select 1 from evidence where id = ${given.id}`).toHaveLength(1);
});

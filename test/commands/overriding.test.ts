import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { pause } from '#app/commands/authorising.ts';
import { listOverrides, override, previewOverride } from '#app/commands/overriding.ts';
import type { Post } from '#app/domain/authority.ts';
import { asProvider } from '#db/client.server.ts';
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
	memberOf,
	personOf,
	roseHouse,
	setPolicy,
	storyteller,
	tell,
	tomasz,
} from '../support/demonstration.ts';

const danny = personOf('danny.hughes');
const leila = personOf('leila.haddad');
const owen = personOf('owen.price');
const overrides = (
	db: TestDatabase,
	cell = cellOf(danny),
	{
		who = authoriser(grace),
		id = crypto.randomUUID() as string,
		hours = 4,
		over = undefined as 'yes' | undefined,
	} = {},
) =>
	asFairfield(db, (tx) =>
		override(tx, who, catalogue, cell, { id, hours, note: 'nobody else', over, now: new Date() }),
	);
const preview = (db: TestDatabase, cell = cellOf(danny)) =>
	asFairfield(db, (tx) => previewOverride(tx, authoriser(grace), catalogue, cell, new Date()));
const standing = (db: TestDatabase, cell = cellOf(danny), at?: Date) =>
	asFairfield(db, (tx) => decisionOn(tx, cell, at));
const rows = ({ owner }: TestDatabase) =>
	owner`select id, payload, observed_at, recorded_by from evidence where kind = 'override' order by seq`;

/** Overrides of the past, each so many days ago. */
const earlier = (db: TestDatabase, daysAgo: number[], cell = cellOf(danny)) =>
	asProvider(db.ownerDb, fairfield, (tx) =>
		append(
			tx,
			fairfield,
			catalogue,
			daysAgo.map((days) => {
				const at = new Date(Date.now() - days * 86_400_000);
				const payload = { until: new Date(at.getTime() + 3_600_000).toISOString() } as never;
				const given = { observedAt: at, recordedBy: grace, payload, note: `so many days ago: ${days}` };
				return fact({ kind: 'override', ...cell, ...given });
			}),
		),
	);

test('a manager allows one person one privilege for some hours, with a reason, and it ends by itself', async () => {
	const db = await testDatabase();
	expect(await standing(db)).toMatchObject({ permit: false, code: 'expired' });
	expect(await preview(db)).toEqual({
		refusal: null,
		longest: 4 * 3_600_000,
		used: 0,
		perYear: 3,
		decision: expect.objectContaining({ permit: false, code: 'expired' }),
	});
	expect(await overrides(db)).toEqual({ ok: true });
	const [row] = await rows(db);
	const until = new Date(row?.payload.until);
	expect(until.getTime() - row?.observed_at.getTime()).toBeLessThanOrEqual(4 * 3_600_000);
	expect(row).toMatchObject({ recorded_by: grace, payload: { note: expect.stringMatching(/^[0-9a-f]{64}$/) } });
	expect(await standing(db)).toMatchObject({ permit: true, code: 'override_active', validUntil: until });
	expect(await standing(db, cellOf(danny), until)).toMatchObject({ permit: false, code: 'expired' });
	expect(await standing(db, cellOf(danny, 'administer-prn'))).toMatchObject({ permit: false });
	expect(await db.owner`select type from events where evidence_id = ${row?.id}`).toContainEqual({
		type: 'evidence.recorded',
	});
	expect(await findingsOf(db)).toEqual([]);
});

test('an answer that no override turns is refused: a permit, a pause, a withdrawal, and whoever has left', async () => {
	const db = await testDatabase();
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({ kind: 'withdrawal', ...cellOf(tomasz), recordedBy: grace, payload: {}, note: 'why' }),
		]),
	);
	for (const cell of [
		cellOf(ben),
		cellOf(leila),
		cellOf(tomasz),
		cellOf(owen),
		cellOf(danny, 'administer-oral', elmCourt),
	])
		expect(await overrides(db, cell)).toEqual({ ok: false, why: 'not-overridable' });
	expect(await overrides(db, cellOf(danny, 'administer-insulin'))).toEqual({ ok: false, why: 'not-overridable' });
	expect(await rows(db)).toHaveLength(0);
});

test('a pause made afterwards stops it at once', async () => {
	const db = await testDatabase();
	await overrides(db);
	const given = { id: crypto.randomUUID(), reason: 'other' as const, reviewOn: '2027-01-01' };
	await asFairfield(db, (tx) => pause(tx, authoriser(grace), catalogue, cellOf(danny), given));
	expect(await standing(db)).toMatchObject({ permit: false, code: 'paused_review' });
});

test('a task that a nurse delegates person by person is never allowed by a manager’s override', async () => {
	const db = await testDatabase();
	await tell(db, storyteller().learns(memberOf(tomasz), 20, 'administer-prn'));
	const pinned = catalogue.privileges.get('administer-prn');
	if (!pinned) throw new Error('no privilege');
	const requirements = [...pinned.body.requirements, { kind: 'delegation' as const }];
	const delegated = { ...pinned, body: { ...pinned.body, requirements } };
	const other = {
		...catalogue,
		privileges: new Map([...catalogue.privileges, ['administer-prn' as const, delegated]]),
	};
	const cell = cellOf(tomasz, 'administer-prn');
	const given = { id: crypto.randomUUID(), hours: 1, note: 'why', now: new Date() };
	expect(await asFairfield(db, (tx) => override(tx, authoriser(grace), other, cell, given))).toEqual({
		ok: false,
		why: 'not-overridable',
	});
	expect(await overrides(db, cell)).toEqual({ ok: true });
});

test.each<[string, Post[]]>([
	['a medication lead', [{ role: 'medication-lead', siteId: roseHouse }]],
	['a senior', [{ role: 'senior', siteId: roseHouse }]],
	['a nurse', [{ role: 'nurse', siteId: roseHouse }]],
	['an administrator', [{ role: 'administrator', siteId: null }]],
	['a manager of another site', [{ role: 'manager', siteId: elmCourt }]],
])('%s allows nothing', async (_, posts) => {
	const db = await testDatabase();
	const who = authoriser(ben, posts);
	expect(await overrides(db, cellOf(danny), { who })).toEqual({ ok: false, why: 'not-authorised' });
	expect(await rows(db)).toHaveLength(0);
});

test('nobody allows themself', async () => {
	const db = await testDatabase();
	const himself = authoriser(danny, [{ role: 'manager', siteId: roseHouse }]);
	expect(await overrides(db, cellOf(danny), { who: himself })).toEqual({ ok: false, why: 'yourself' });
});

test('longer than policy allows is refused; just as long is not', async () => {
	const db = await testDatabase();
	expect(await overrides(db, cellOf(danny), { hours: 4.01 })).toEqual({ ok: false, why: 'too-long' });
	expect(await overrides(db, cellOf(danny), { hours: 4 })).toEqual({ ok: true });
});

test('the budget is one person’s over the last twelve months, whatever the privilege, and stops nobody', async () => {
	const db = await testDatabase();
	await earlier(db, [400, 300, 20]);
	await earlier(db, [10], cellOf(danny, 'administer-prn'));
	await earlier(db, [9, 8, 7], cellOf(amara));
	expect(await preview(db)).toMatchObject({ refusal: null, used: 3, perYear: 3 });
});

test('one more than policy plans for needs a tick, also where one was taken back, and is marked in the list', async () => {
	const db = await testDatabase();
	await earlier(db, [300, 20]);
	const [first] = await rows(db);
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({
				kind: 'retraction',
				...cellOf(danny),
				recordedBy: grace,
				supersedes: String(first?.id),
				payload: {} as never,
				note: 'entered in error',
			}),
		]),
	);
	const id = crypto.randomUUID();
	expect(await overrides(db, cellOf(danny), { id })).toEqual({ ok: true });
	expect(await preview(db)).toMatchObject({ used: 3 });
	expect(await overrides(db, cellOf(danny, 'prompt'))).toEqual({ ok: false, why: 'over-budget' });
	expect(await overrides(db, cellOf(danny), { id })).toEqual({ ok: true });
	expect(await rows(db)).toHaveLength(3);
	expect(await overrides(db, cellOf(danny, 'prompt'), { over: 'yes' })).toEqual({ ok: true });
	expect(await standing(db, cellOf(danny, 'prompt'))).toMatchObject({ permit: true, code: 'override_active' });
	const listed = await asFairfield(db, (tx) => listOverrides(tx, fairfield, [roseHouse], new Date()));
	expect(listed.map((each) => each.ofTheYear)).toEqual([4, 3, 2, 1]);
});

test('several at once never pass the budget without a tick, and the same id at once is one', async () => {
	const db = await testDatabase();
	await earlier(db, [300, 20]);
	const privileges = ['administer-oral', 'administer-prn', 'prompt'] as const;
	const answers = await Promise.all(privileges.map((privilege) => overrides(db, cellOf(danny, privilege))));
	expect(answers.filter((each) => each.ok)).toHaveLength(1);
	expect(await rows(db)).toHaveLength(3);

	const again = await testDatabase();
	const id = crypto.randomUUID();
	expect(await Promise.all([1, 2, 3].map(() => overrides(again, cellOf(danny), { id })))).toEqual(
		Array(3).fill({ ok: true }),
	);
	expect(await rows(again)).toHaveLength(1);
	expect(await overrides(again, cellOf(danny, 'prompt'), { id })).toEqual({ ok: false, why: 'other-page' });
});

test('whoever has met nothing of the learning is not allowed it, unless policy names it', async () => {
	const db = await testDatabase();
	const cell = cellOf(amara, 'administer-controlled-drug');
	expect(await overrides(db, cell)).toEqual({ ok: false, why: 'not-overridable' });
	await setPolicy(db, 1, null, { override: { untrained: ['administer-controlled-drug'] } });
	expect(await overrides(db, cell)).toEqual({ ok: true });
});

test('what rests on something that is paused is not allowed, and what was open ends with the pause', async () => {
	const db = await testDatabase();
	await tell(db, storyteller().learns(memberOf(tomasz), 20, 'administer-prn'));
	const cell = cellOf(tomasz, 'administer-prn');
	expect(await overrides(db, cell)).toEqual({ ok: true });
	expect(await standing(db, cell)).toMatchObject({ permit: true, code: 'override_active' });
	const given = { id: crypto.randomUUID(), reason: 'other' as const, reviewOn: '2027-01-01' };
	await asFairfield(db, (tx) => pause(tx, authoriser(grace), catalogue, cellOf(tomasz), given));
	expect(await standing(db, cell)).toMatchObject({ permit: false, stop: 'paused_review' });
	expect(await overrides(db, cell)).toEqual({ ok: false, why: 'not-overridable' });
});

test('somebody signed off at another site covers here without a post, and nobody else from there', async () => {
	const db = await testDatabase();
	const elm = (personId: string, privilege: 'administer-oral' | 'administer-insulin' = 'administer-oral') =>
		cellOf(personId, privilege, elmCourt);
	expect(await standing(db, elm(ben))).toMatchObject({ permit: false, code: 'site_induction_missing' });
	for (const cell of [elm(amara), elm(danny), elm(leila), elm(owen), elm(ben, 'administer-insulin')])
		expect(await overrides(db, cell)).toEqual({ ok: false, why: 'not-overridable' });
	expect(await overrides(db, elm(ben))).toEqual({ ok: true });
	expect(await standing(db, elm(ben))).toMatchObject({
		permit: true,
		code: 'override_active',
		standing: 'not-required',
		holdsWhatItRestsOn: true,
	});
	expect(await findingsOf(db)).toEqual([]);
});

test('all of the last twelve months at the sites asked about are listed, newest first, those taken back marked', async () => {
	const db = await testDatabase();
	await earlier(db, [400, 300, 20]);
	const [, second] = await rows(db);
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({
				kind: 'retraction',
				...cellOf(danny),
				recordedBy: grace,
				supersedes: String(second?.id),
				payload: {} as never,
				note: 'entered in error',
			}),
		]),
	);
	const list = (siteId: string) => asFairfield(db, (tx) => listOverrides(tx, fairfield, [siteId], new Date()));
	expect((await list(roseHouse)).map(({ note, takenBack }) => [note, takenBack])).toEqual([
		['so many days ago: 20', false],
		['so many days ago: 300', true],
	]);
	expect(await list(elmCourt)).toEqual([]);
});

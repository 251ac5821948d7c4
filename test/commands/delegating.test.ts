import { expect, test } from 'vitest';
import { delegate, endDelegation, listOpenDelegations } from '#app/commands/delegating.ts';
import { rulesBySite } from '#app/commands/projecting.ts';
import type { Post } from '#app/domain/authority.ts';
import { decide } from '#app/domain/decide.ts';
import { delegationForm, reviewDays } from '#app/domain/delegation.ts';
import { presentFor } from '#app/domain/evidence.ts';
import { addDays, localDay } from '#app/domain/period.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import {
	asFairfield,
	authoriser,
	ben,
	cellOf,
	elmCourt,
	fairfield,
	grace,
	lead,
	margaret,
	personOf,
	roseHouse,
	catalogue as shipped,
	tomasz,
} from '../support/demonstration.ts';

/** As the shipped catalogue, with one privilege that a nurse delegates person by person. */
const catalogue = withDelegation();
const nurse: Post[] = [{ role: 'nurse', siteId: roseHouse }];
const danny = personOf('danny.hughes');
const today = localDay(new Date());

const given = (more: object = {}) => ({
	id: crypto.randomUUID() as string,
	person: 'RH-0142',
	registration: '12A3456E',
	reviewOn: reviewDays(new Date()).usual,
	now: new Date(),
	...more,
});
const delegates = (
	db: TestDatabase,
	more: Partial<ReturnType<typeof given>> = {},
	{ cell = cellOf(tomasz), who = authoriser(ben, nurse) } = {},
) => asFairfield(db, (tx) => delegate(tx, who, catalogue, cell, given(more)));
const ends = (db: TestDatabase, delegation: string, who = authoriser(ben, nurse), cell = cellOf(tomasz)) =>
	asFairfield(db, (tx) => endDelegation(tx, who, catalogue, cell, { delegation, now: new Date() }));
const mayDo = (db: TestDatabase, person: string) =>
	asFairfield(db, async (tx) => {
		const evidence = await listEvidenceOf(tx, { providerId: fairfield, personIds: [tomasz] });
		const rules = (await rulesBySite(tx, fairfield, catalogue))(roseHouse);
		return decide(rules, evidence, { ...cellOf(tomasz), person }, presentFor(evidence, new Date()));
	});
const rows = ({ owner }: TestDatabase) =>
	owner`select id, recorded_by, payload from evidence where kind = 'delegation' order by seq`;

test('a nurse hands a task over for one person supported, and for nobody else', async () => {
	const db = await testDatabase();
	expect(await mayDo(db, 'RH-0142')).toMatchObject({ permit: false, code: 'delegation_missing' });
	expect(await delegates(db)).toEqual({ ok: true });
	expect(await mayDo(db, 'RH-0142')).toMatchObject({ permit: true, code: 'competent' });
	expect(await mayDo(db, 'RH-0143')).toMatchObject({ permit: false, code: 'delegation_missing' });
	expect(await rows(db)).toMatchObject([
		{
			recorded_by: ben,
			payload: { person: 'RH-0142', delegator: ben, registration: '12A3456E', reviewOn: reviewDays(new Date()).usual },
		},
	]);
});

test.each<[string, Post[]]>([
	['a manager', [{ role: 'manager', siteId: roseHouse }]],
	['a medication lead', lead],
	['a senior', [{ role: 'senior', siteId: roseHouse }]],
	['a nurse of another site', [{ role: 'nurse', siteId: elmCourt }]],
	[
		'a manager here who is a nurse elsewhere',
		[
			{ role: 'manager', siteId: null },
			{ role: 'nurse', siteId: elmCourt },
		],
	],
])('%s does not delegate', async (_, posts) => {
	const db = await testDatabase();
	expect(await delegates(db, {}, { who: authoriser(grace, posts) })).toEqual({ ok: false, why: 'not-a-nurse' });
	expect(await rows(db)).toHaveLength(0);
});

test('a nurse does not delegate to themself, to whoever does not work there, or what is not delegated', async () => {
	const db = await testDatabase();
	expect(await delegates(db, {}, { who: authoriser(tomasz, nurse) })).toEqual({ ok: false, why: 'yourself' });
	for (const nobody of [personOf('owen.price'), personOf('helen.brooks'), crypto.randomUUID()])
		expect(await delegates(db, {}, { cell: cellOf(nobody) })).toEqual({ ok: false, why: 'not-here' });
	expect(await delegates(db, {}, { cell: cellOf(tomasz, 'prompt') })).toEqual({ ok: false, why: 'not-delegated' });
	expect(await rows(db)).toHaveLength(0);
});

test('the review is after today and within twelve months', async () => {
	const db = await testDatabase();
	const { first, last } = reviewDays(new Date());
	for (const reviewOn of [today, addDays(today, -1), addDays(last, 1)])
		expect(await delegates(db, { reviewOn })).toEqual({ ok: false, why: 'review-outside' });
	expect(await delegates(db, { reviewOn: first })).toEqual({ ok: true });
	expect(await delegates(db, { reviewOn: last, person: 'RH-0200' })).toEqual({ ok: true });
});

test('the form takes a reference and never a name, and puts the NMC PIN in order', () => {
	const sent = { id: crypto.randomUUID(), person: 'RH-0142', registration: ' 12a 3456e ', reviewOn: '2027-03-14' };
	expect(delegationForm.parse(sent)).toMatchObject({ person: 'RH-0142', registration: '12A3456E' });
	for (const person of ['Mary Smith', 'Mary', 'M1', 'Mary Smith 2', '', 'RH_0142', `${'a'.repeat(40)}1`])
		expect(delegationForm.safeParse({ ...sent, person }).success).toBe(false);
	for (const registration of ['', '123456', 'AA12345E', '12A3456', '12A34567E'])
		expect(delegationForm.safeParse({ ...sent, registration }).success).toBe(false);
	for (const reviewOn of ['', 'tomorrow', '2027-13-40'])
		expect(delegationForm.safeParse({ ...sent, reviewOn }).success).toBe(false);
});

test('a new one for the same person supported takes the place of the old, whichever is reviewed sooner', async () => {
	const db = await testDatabase();
	const sooner = addDays(today, 7);
	await delegates(db);
	await delegates(db, { person: 'RH-0200' });
	expect(await delegates(db, { reviewOn: sooner })).toEqual({ ok: true });
	const open = await asFairfield(db, (tx) => listOpenDelegations(tx, fairfield, catalogue, [roseHouse], new Date()));
	expect(open.map(({ delegation: { payload } }) => [payload.person, payload.reviewOn])).toEqual([
		['RH-0142', sooner],
		['RH-0200', reviewDays(new Date()).usual],
	]);
	expect(await asFairfield(db, (tx) => listOpenDelegations(tx, fairfield, catalogue, [elmCourt], new Date()))).toEqual(
		[],
	);
});

test('the same id twice, or at once, is one delegation', async () => {
	const db = await testDatabase();
	const id = crypto.randomUUID();
	expect(await Promise.all([1, 2, 3].map(() => delegates(db, { id })))).toEqual(Array(3).fill({ ok: true }));
	expect(await delegates(db, { id })).toEqual({ ok: true });
	expect(await rows(db)).toHaveLength(1);
	expect(await delegates(db, { id }, { cell: cellOf(danny) })).toEqual({ ok: false, why: 'other-page' });
});

test('a nurse or a manager of the site ends it, once, and from then on it does not count', async () => {
	const db = await testDatabase();
	const id = crypto.randomUUID();
	await delegates(db, { id });
	for (const posts of [[{ role: 'senior', siteId: roseHouse }], [{ role: 'nurse', siteId: elmCourt }]] as Post[][])
		expect(await ends(db, id, authoriser(grace, posts))).toEqual({ ok: false, why: 'not-authorised' });
	expect(await ends(db, id, authoriser(ben, nurse), cellOf(danny))).toEqual({ ok: false, why: 'unknown' });
	expect(await mayDo(db, 'RH-0142')).toMatchObject({ permit: true });
	const answers = await Promise.all([ends(db, id), ends(db, id, authoriser(margaret, lead))]);
	expect(answers).toEqual([{ ok: true }, { ok: true }]);
	expect(await ends(db, id)).toEqual({ ok: true });
	expect(await mayDo(db, 'RH-0142')).toMatchObject({ permit: false, code: 'delegation_missing' });
	expect(await db.owner`select 1 from evidence where kind = 'delegation-ended'`).toHaveLength(1);
	expect(await ends(db, crypto.randomUUID())).toEqual({ ok: false, why: 'unknown' });
});

function withDelegation() {
	const pinned = shipped.privileges.get('administer-oral');
	if (!pinned) throw new Error('no privilege');
	const requirements = [...pinned.body.requirements, { kind: 'delegation' as const }];
	const delegated = { ...pinned, body: { ...pinned.body, requirements } };
	return {
		...shipped,
		privileges: new Map([...shipped.privileges, ['administer-oral' as const, delegated]]),
		privilegeVersions: new Map([...shipped.privilegeVersions, [pinned.versionId, delegated.body]]),
	};
}

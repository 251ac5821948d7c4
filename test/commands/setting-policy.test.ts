import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { rulesFrom } from '#app/commands/projecting.ts';
import { comparePart, draftPolicy, type PolicySaving, savePolicy } from '#app/commands/setting-policy.ts';
import type { Post } from '#app/domain/authority.ts';
import { decider } from '#app/domain/decide.ts';
import type { Decision } from '#app/domain/decision.ts';
import { type Evidence, presentFor } from '#app/domain/evidence.ts';
import type { StandingChange } from '#app/domain/policy-change.ts';
import type { PolicyEdits } from '#app/domain/policy-edits.ts';
import type { Question } from '#app/domain/rules.ts';
import { asProvider } from '#db/client.server.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { readGateFacts } from '#db/queries/gate.ts';
import { findPolicyDraft, listPolicyOverrides, type PolicyVersion, readPolicies } from '#db/queries/policies.ts';
import { demonstration } from '#db/seed.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import {
	amara,
	asFairfield,
	authoriser,
	catalogue,
	cellOf,
	decisionOn,
	elmCourt,
	fairfield,
	findingsOf,
	grace,
	roseHouse,
	tomasz,
} from '../support/demonstration.ts';

const now = () => new Date();

async function drafts(
	db: TestDatabase,
	edits: PolicyEdits,
	siteId: string | null = null,
	who = authoriser(grace),
	days = 'P0D',
) {
	const id = randomUUID() as string;
	const drafted = await asFairfield(db, (tx) =>
		draftPolicy(tx, who, catalogue, { id, siteId, edits, grace: days, now: now() }),
	);
	return { id, drafted };
}
const compares = (db: TestDatabase, draftId: string, most = 1000) =>
	asFairfield(db, (tx) => comparePart(tx, fairfield, catalogue, draftId, { now: now(), most }));
const saves = (db: TestDatabase, draftId: string, who = authoriser(grace)): Promise<PolicySaving> =>
	asFairfield(db, (tx) => savePolicy(tx, who, catalogue, draftId, { reason: 'agreed at the medicines meeting' }));

/** Drafted, compared and saved in one go. */
async function sets(db: TestDatabase, edits: PolicyEdits, siteId: string | null = null, days = 'P0D') {
	const { id } = await drafts(db, edits, siteId, authoriser(grace), days);
	await compares(db, id);
	const saved = await saves(db, id);
	if (!saved.ok) throw new Error(saved.why);
	return saved.version;
}
const overridesOf = (db: TestDatabase) => asFairfield(db, (tx) => listPolicyOverrides(tx, { providerId: fairfield }));
const policyOf = (db: TestDatabase, siteId: string) =>
	asFairfield(db, async (tx) => rulesFrom(await readPolicies(tx, { providerId: fairfield }), catalogue)(siteId).policy);
const atGate = async ({ database }: TestDatabase, staffCode: string, site = 'rose-house') =>
	(
		await readGateFacts(database.gate, [
			{ clientId: demonstration.clientId, subject: staffCode, privilege: 'administer-oral', site },
		])
	)[0];

const keyOf = ({ personId, siteId, privilege }: Pick<StandingChange, 'personId' | 'siteId' | 'privilege'>) =>
	`${personId} ${siteId} ${privilege}`;
const stand = ({ standing, permit, code }: Decision) => ({ standing, permit, code });

/** Everybody, everywhere, asked one by one at every instant at which either answer may change. */
async function byHand(db: TestDatabase, body: object, siteId: string | null, comparedAt: Date, days: string) {
	const policies = await asFairfield(db, (tx) => readPolicies(tx, { providerId: fairfield }));
	const would = { version: 99, siteId, body, grace: days, reason: '', recordedBy: '', recordedAt: comparedAt };
	const overrides = [...policies.overrides, would as PolicyVersion];
	const [before, after] = [rulesFrom(policies, catalogue), rulesFrom({ ...policies, overrides }, catalogue)];
	const people = await db.owner<{ id: string }[]>`select id from people`;
	const all = await asFairfield(db, (tx) =>
		listEvidenceOf(tx, { providerId: fairfield, personIds: people.map((each) => each.id) }),
	);
	const forEver = new Date(8.64e15);
	const found = new Map<string, object>();
	for (const { id: personId } of people) {
		const theirs = all.filter((each) => each.personId === personId) as Evidence[];
		const decides = [before, after].map((rules) => {
			const known = new Map<string, ReturnType<typeof decider>>();
			return (question: Question, at: Date) => {
				const key = `${question.siteId} ${at.getTime()}`;
				const found = known.get(key) ?? decider(rules(question.siteId), theirs, at, forEver);
				known.set(key, found);
				return found(question);
			};
		});
		for (const site of [roseHouse, elmCourt])
			for (const privilege of catalogue.privileges.keys()) {
				const question = { siteId: site, privilege };
				const start = presentFor(theirs, comparedAt);
				let at: Date | null = start;
				while (at) {
					const [was, is]: Decision[] = decides.map((each) => each(question, at as Date));
					if (!was || !is) throw new Error('no decision');
					if (JSON.stringify(stand(was)) !== JSON.stringify(stand(is))) {
						const differs = { now: at === start, on: at, from: stand(was), to: stand(is) };
						const key = keyOf({ personId, ...question });
						if (was.permit !== is.permit || !found.has(key)) found.set(key, differs);
						if (was.permit !== is.permit) break;
					}
					const next = [was.changesAt, is.changesAt].filter((each): each is Date => each !== null);
					at = next.length ? new Date(Math.min(...next.map((each) => each.getTime()))) : null;
				}
			}
	}
	return found;
}

const examples: [string, PolicyEdits, object, string | null, string?][] = [
	['more rounds', { 'observation.passes': 4 }, { observation: { passes: 4 } }, null],
	['a newer document', { 'documents.medicines-policy': 2 }, { documents: { 'medicines-policy': 2 } }, null],
	[
		'a newer document in a week',
		{ 'documents.medicines-policy': 2 },
		{ documents: { 'medicines-policy': 2 } },
		null,
		'P7D',
	],
	['a shorter warning at one site', { dueSoon: 'P30D' }, { dueSoon: 'P30D' }, roseHouse],
	['some days of grace', { grace: 'P7D' }, { grace: 'P7D' }, null],
];

test.each(examples)(
	'the preview of %s lists exactly those whose decision differs',
	{ timeout: 60_000 },
	async (...row) => {
		const [, edits, body, siteId, days = 'P0D'] = row;
		const db = await testDatabase('few');
		const { id, drafted } = await drafts(db, edits, siteId, authoriser(grace), days);
		expect(drafted).toEqual({ ok: true });
		const draft = await compares(db, id);
		const expected = await byHand(db, body, siteId, draft?.comparedAt ?? now(), days);
		const listed = new Map(
			draft?.changes.map(({ now: atOnce, on, from, to, ...rest }) => [keyOf(rest), { now: atOnce, on, from, to }]),
		);
		expect(expected.size).toBeGreaterThan(0);
		expect(listed).toEqual(expected);
	},
);

test('a number that nobody’s standing rests on changes nobody’s, and is saved all the same', async () => {
	const db = await testDatabase('few');
	const { id } = await drafts(db, { 'override.perYear': 1 });
	expect((await compares(db, id))?.changes).toEqual([]);
	expect(await saves(db, id)).toEqual({ ok: true, version: 1 });
	expect(await db.owner`select 1 from events where policy_version is not null`).toHaveLength(0);
	expect(await findingsOf(db)).toEqual([]);
});

test('compared in parts it is the same as at once, and cannot be saved before the last of them', async () => {
	const db = await testDatabase('few');
	const edits = { 'documents.medicines-policy': 2 };
	const whole = await compares(db, (await drafts(db, edits)).id);
	const { id } = await drafts(db, edits);
	const first = await compares(db, id, 20);
	expect(first).toMatchObject({ compared: 20 });
	expect(await saves(db, id)).toEqual({ ok: false, why: 'not-compared' });
	while (((await compares(db, id, 20))?.compared ?? 0) < (first?.personIds.length ?? 0));
	const draft = await asFairfield(db, (tx) => findPolicyDraft(tx, { providerId: fairfield, draftId: id }));
	expect(draft?.changes.map(keyOf)).toEqual(whole?.changes.map(keyOf));
	expect(draft?.personIds).toEqual(whole?.personIds);
	expect(await saves(db, id)).toMatchObject({ ok: true });
});

test('what is saved is in force at once at the gate, rebuilt equals stored, and each change is told of', async () => {
	const db = await testDatabase('few');
	expect(await atGate(db, 'tomasz.nowak')).toMatchObject({ permit: true });
	const { id } = await drafts(db, { 'documents.medicines-policy': 2 });
	const draft = await compares(db, id);
	expect(await saves(db, id)).toEqual({ ok: true, version: 1 });
	expect((await asFairfield(db, (tx) => decisionOn(tx, cellOf(tomasz)))).policyVersion).toMatch(
		/^shipped-\d+(:[a-z-]+)?\+1$/,
	);
	expect(await findingsOf(db)).toEqual([]);

	const events = await db.owner`select * from events where policy_version is not null`;
	const stopped = (draft?.changes ?? []).filter((each) => each.now && each.from.permit && !each.to.permit);
	expect(stopped.length).toBeGreaterThan(0);
	expect(
		events
			.filter((each) => ['competency.paused', 'competency.withdrawn', 'competency.expired'].includes(each.type))
			.map((each) => `${each.person_id} ${each.site_id} ${each.privilege}`)
			.sort(),
	).toEqual(stopped.map(keyOf).sort());
	expect(new Set(events.map((each) => each.evidence_id))).toEqual(new Set([null]));

	// Evidence that comes afterwards is told of as ever.
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({
				kind: 'declaration',
				personId: tomasz,
				recordedBy: tomasz,
				payload: { document: 'medicines-policy', version: 2 },
			}),
		]),
	);
	expect(await atGate(db, 'tomasz.nowak')).toMatchObject({ permit: true });
	expect(await findingsOf(db)).toEqual([]);
});

test('a site’s policy holds there and nowhere else, over the provider’s', async () => {
	const db = await testDatabase('few');
	await sets(db, { 'quiz.passMark': 85, grace: 'P3D' });
	const version = await sets(db, { 'quiz.passMark': 90 }, elmCourt);
	expect(version).toBe(2);
	expect((await overridesOf(db)).map((each) => each.body)).toEqual([
		{ quiz: { passMark: 85 }, grace: 'P3D' },
		{ quiz: { passMark: 90 } },
	]);
	expect((await policyOf(db, roseHouse)).version).toMatch(/\+1$/);
	expect(await policyOf(db, elmCourt)).toMatchObject({
		version: expect.stringMatching(/\+1\+2$/),
		grace: 'P3D',
		quiz: { passMark: 90 },
	});
	const versions = await db.owner`select distinct site_id, policy_version from standings order by 2`;
	expect(
		new Map(versions.map((row) => [row.site_id, row.policy_version.replace(/^shipped-\d+(:[a-z-]+)?/, '')])),
	).toEqual(
		new Map([
			[roseHouse, '+1'],
			[elmCourt, '+1+2'],
		]),
	);
	expect(await findingsOf(db)).toEqual([]);
});

test('a site’s stricter document stops people there only', async () => {
	const db = await testDatabase('few');
	await sets(db, { 'documents.medicines-policy': 2 }, elmCourt);
	const events = await db.owner`select distinct site_id from events where policy_version is not null`;
	expect(events.map((each) => each.site_id)).toEqual([elmCourt]);
	expect(await atGate(db, 'tomasz.nowak')).toMatchObject({ permit: true });
});

test('a tab that compared with an older version is told so, and what it changed is kept for the new comparison', async () => {
	const db = await testDatabase('few');
	const { id } = await drafts(db, { grace: 'P5D' });
	await compares(db, id);
	await sets(db, { 'quiz.passMark': 85 });
	expect(await saves(db, id)).toEqual({ ok: false, why: 'changed-since' });
	expect(await overridesOf(db)).toHaveLength(1);
	const again = await compares(db, id);
	expect(again).toMatchObject({ upon: 1, reason: 'agreed at the medicines meeting' });
	expect(await saves(db, id)).toEqual({ ok: true, version: 2 });
	expect((await overridesOf(db)).at(-1)?.body).toEqual({ quiz: { passMark: 85 }, grace: 'P5D' });
});

test('saving twice, or at once, saves once; two drafts at once are one after the other', async () => {
	const db = await testDatabase('few');
	const [one, other] = [(await drafts(db, { grace: 'P5D' })).id, (await drafts(db, { dueSoon: 'P30D' })).id];
	await compares(db, one);
	await compares(db, other);
	const twice = await Promise.all(Array.from({ length: 4 }, () => saves(db, one)));
	expect(twice).toEqual(Array(4).fill({ ok: true, version: 1 }));
	expect(await saves(db, other)).toEqual({ ok: false, why: 'changed-since' });
	await compares(db, other);
	expect(await saves(db, other)).toEqual({ ok: true, version: 2 });
	expect(await saves(db, one)).toEqual({ ok: true, version: 1 });
	expect(await overridesOf(db)).toHaveLength(2);
});

test('the same draft sent twice is one', async () => {
	const db = await testDatabase('few');
	const id = randomUUID();
	const given = { id, siteId: null, edits: { grace: 'P5D' }, grace: 'P28D', now: now() };
	const send = () => asFairfield(db, (tx) => draftPolicy(tx, authoriser(grace), catalogue, given));
	expect(await Promise.all([send(), send(), send()])).toEqual(Array(3).fill({ ok: true }));
	expect(await db.owner`select 1 from policy_drafts`).toHaveLength(1);
});

test('nothing is saved that changes nothing, and going back to what lies beneath stores nothing of it', async () => {
	const db = await testDatabase('few');
	expect((await drafts(db, {})).drafted).toEqual({ ok: false, why: 'nothing-changed' });
	expect((await drafts(db, { 'quiz.passMark': 80 })).drafted).toEqual({ ok: false, why: 'nothing-changed' });
	await sets(db, { 'quiz.passMark': 90, grace: 'P2D' });
	await sets(db, { 'quiz.passMark': 80 });
	expect((await overridesOf(db)).map((each) => each.body)).toEqual([
		{ quiz: { passMark: 90 }, grace: 'P2D' },
		{ grace: 'P2D' },
	]);
	// A draft that somebody else has made true meanwhile.
	const { id } = await drafts(db, { grace: 'P9D' });
	await sets(db, { grace: 'P9D' });
	await compares(db, id);
	expect(await saves(db, id)).toEqual({ ok: false, why: 'nothing-changed' });
});

test('numbers of one privilege: a site may take back what the provider has set', async () => {
	const db = await testDatabase('few');
	await sets(db, { 'privileges.administer-oral.passes': 5, 'privileges.administer-oral.validity': 'P6M' });
	expect((await policyOf(db, roseHouse)).privileges['administer-oral']).toEqual({ passes: 5, validity: 'P6M' });
	await sets(db, { 'privileges.administer-oral.passes': null, 'privileges.administer-oral.validity': null }, roseHouse);
	expect((await policyOf(db, roseHouse)).privileges['administer-oral']).toEqual({});
	expect((await policyOf(db, elmCourt)).privileges['administer-oral']).toMatchObject({ passes: 5, validity: 'P6M' });
	expect(await findingsOf(db)).toEqual([]);
});

test.each<[string, Post[], string | null, boolean]>([
	['a manager of one site sets that site’s', [{ role: 'manager', siteId: elmCourt }], elmCourt, true],
	['but not another’s', [{ role: 'manager', siteId: elmCourt }], roseHouse, false],
	['nor the provider’s', [{ role: 'manager', siteId: elmCourt }], null, false],
	[
		'a manager of every site sets the provider’s',
		[
			{ role: 'manager', siteId: elmCourt },
			{ role: 'manager', siteId: roseHouse },
		],
		null,
		true,
	],
	['a provider-wide manager sets any', [{ role: 'manager', siteId: null }], null, true],
	['a medication lead sets none', [{ role: 'medication-lead', siteId: null }], roseHouse, false],
	['nor does an administrator', [{ role: 'administrator', siteId: null }], null, false],
])('%s', async (_, posts, siteId, allowed) => {
	const db = await testDatabase('few');
	const who = authoriser(tomasz, posts);
	const { drafted } = await drafts(db, { grace: 'P1D' }, siteId, who);
	expect(drafted).toEqual(allowed ? { ok: true } : { ok: false, why: 'not-authorised' });
	const { id } = await drafts(db, { grace: 'P2D' }, siteId, authoriser(grace));
	await compares(db, id);
	expect(await saves(db, id, who)).toMatchObject(allowed ? { ok: true } : { ok: false, why: 'not-authorised' });
});

test('another provider neither finds a draft nor reads a policy', async () => {
	const db = await testDatabase('few');
	const { id } = await drafts(db, { grace: 'P1D' });
	await sets(db, { grace: 'P4D' });
	const other = randomUUID();
	await db.owner`insert into providers (id, slug, name) values (${other}, 'other', 'Other')`;
	const seen = await asProvider(db.database.db, other, async (tx) => [
		await findPolicyDraft(tx, { providerId: fairfield, draftId: id }),
		await listPolicyOverrides(tx, { providerId: fairfield }),
		await savePolicy(tx, { ...authoriser(grace), providerId: other }, catalogue, id, { reason: 'not mine' }),
	]);
	expect(seen).toEqual([null, [], { ok: false, why: 'unknown-draft' }]);
});

test('a sign-off stays sound under the policy it was made under', async () => {
	const db = await testDatabase('few');
	await sets(db, { 'observation.passes': 9, 'observation.distinctDates': 9 });
	expect(await atGate(db, 'tomasz.nowak')).toMatchObject({ permit: true });
	expect(
		(await asFairfield(db, (tx) => decisionOn(tx, cellOf(amara)))).progress.find((each) => each.of === 9),
	).toBeDefined();
});

test('changed content in its grace shows in the comparison as it stands under each policy', async () => {
	const db = await testDatabase('few');
	const inForceFrom = new Date(Date.now() - 3_600_000);
	const changed = {
		...catalogue,
		changes: [
			{
				kind: 'privilege',
				slug: 'administer-oral',
				version: 2,
				asks: 'acknowledge',
				grace: 'P14D',
				says: 'New.',
				inForceFrom,
			},
		],
	} as typeof catalogue;
	const id = randomUUID();
	await asFairfield(db, (tx) =>
		draftPolicy(tx, authoriser(grace), changed, {
			id,
			siteId: roseHouse,
			edits: { dueSoon: 'P7D' },
			grace: 'P0D',
			now: now(),
		}),
	);
	const draft = await asFairfield(db, (tx) => comparePart(tx, fairfield, changed, id, { now: now(), most: 1000 }));
	const his = draft?.changes.find((each) => each.personId === tomasz && each.privilege === 'administer-oral');
	expect(his).toMatchObject({ now: true, from: { standing: 'due-soon' }, to: { standing: 'competent', permit: true } });
});

import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { declareRead } from '#app/commands/acknowledging.ts';
import { append, fact } from '#app/commands/append.ts';
import { rulesBySite } from '#app/commands/projecting.ts';
import { comparePart, draftPolicy, savePolicy } from '#app/commands/setting-policy.ts';
import { presentFor } from '#app/domain/evidence.ts';
import { matrixOf } from '#app/domain/matrix.ts';
import { endOfDay, localDay, moveDay } from '#app/domain/period.ts';
import { effectOf } from '#app/domain/policy-change.ts';
import type { PolicyEdits } from '#app/domain/policy-edits.ts';
import { twoPeopleAt } from '#app/domain/policy-grace.ts';
import type { PrivilegeCode } from '#app/domain/privilege.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { readGateFacts } from '#db/queries/gate.ts';
import { demonstration } from '#db/seed.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import {
	asFairfield,
	authoriser,
	catalogue,
	cellOf,
	decisionOn,
	fairfield,
	findingsOf,
	grace,
	roseHouse,
	tomasz,
} from '../support/demonstration.ts';

/** By when people have to do what a newer policy asks: days, or at once where it is urgent. */
const now = () => new Date();
const newDocument = { 'documents.medicines-policy': 2 };

async function sets(db: TestDatabase, edits: PolicyEdits, days: string, siteId: string | null = null) {
	const id = randomUUID();
	const given = { id, siteId, edits, grace: days, now: now() };
	const drafted = await asFairfield(db, (tx) => draftPolicy(tx, authoriser(grace), catalogue, given));
	expect(drafted).toEqual({ ok: true });
	const draft = await asFairfield(db, (tx) => comparePart(tx, fairfield, catalogue, id, { now: now(), most: 1000 }));
	const reason = 'agreed at the medicines meeting';
	const saved = await asFairfield(db, (tx) => savePolicy(tx, authoriser(grace), catalogue, id, { reason }));
	expect(saved).toMatchObject({ ok: true });
	return draft?.changes ?? [];
}

const stands = (db: TestDatabase, personId = tomasz, privilege: PrivilegeCode = 'administer-oral') =>
	asFairfield(db, (tx) => decisionOn(tx, cellOf(personId, privilege)));
async function atGate({ database }: TestDatabase, staffCode: string, privilege = 'administer-oral') {
	const question = { clientId: demonstration.clientId, subject: staffCode, privilege, site: 'rose-house' };
	const [facts] = await readGateFacts(database.gate, [question]);
	return facts;
}
const inDays = (count: number) => endOfDay(moveDay(localDay(now()), `P${count}D`));

/** Everybody who may act, as the gate has it. */
const permitted = async (db: TestDatabase) =>
	(await db.owner`select person_id, site_id, privilege from standings where permit and starts_at <= now()
		and (ends_at is null or ends_at > now()) and permit_until > now() order by 1, 2, 3`) as unknown as object[];

test('a newer document stops nobody until its day, and the gate says that day', async () => {
	const db = await testDatabase('few');
	const before = await permitted(db);
	const changes = await sets(db, newDocument, 'P14D');
	expect(await permitted(db)).toEqual(before);
	expect(changes.filter((each) => effectOf(each) === 'stopped')).toEqual([]);
	const his = changes.find((each) => each.personId === tomasz && each.privilege === 'administer-oral');
	expect(his).toMatchObject({ now: false, on: inDays(14), to: { permit: false, code: 'declaration_missing' } });

	const decision = await stands(db);
	expect(decision).toMatchObject({ permit: true, standing: 'due-soon', validUntil: inDays(14) });
	expect(decision.rechecks).toMatchObject([
		{ cause: 'document', asks: 'declare', document: { slug: 'medicines-policy', version: 2 }, dueBy: inDays(14) },
	]);
	expect(await atGate(db, 'tomasz.nowak')).toMatchObject({ permit: true, permitUntil: inDays(14) });
	expect(await findingsOf(db)).toEqual([]);
});

test('whoever has read it carries on, and whoever has not is stopped when its day is over', async () => {
	const db = await testDatabase('few');
	const untilThen = (await stands(db)).validUntil;
	await sets(db, newDocument, 'P7D');
	const later = new Date(inDays(7).getTime() + 1000);
	const at = (when: Date) => asFairfield(db, (tx) => decisionOn(tx, cellOf(tomasz), when));
	expect(await at(later)).toMatchObject({
		permit: false,
		code: 'declaration_missing',
		standing: 'expired',
		stop: null,
	});

	const learner = { providerId: fairfield, personId: tomasz, posts: [{ role: 'senior' as const, siteId: null }] };
	const read = { id: randomUUID(), document: 'medicines-policy', version: 2, openedAt: new Date(), now: new Date() };
	expect(await asFairfield(db, (tx) => declareRead(tx, learner, catalogue, read))).toEqual({ ok: true });
	expect(await at(later)).toMatchObject({ permit: true, rechecks: [] });
	expect(await atGate(db, 'tomasz.nowak')).toMatchObject({ permit: true, permitUntil: untilThen });
	expect(await findingsOf(db)).toEqual([]);
});

test('what is urgent stops at once, and the comparison says whom', async () => {
	const db = await testDatabase('few');
	const before = await permitted(db);
	const changes = await sets(db, newDocument, 'P0D');
	expect(await atGate(db, 'tomasz.nowak')).toMatchObject({ permit: false, code: 'declaration_missing' });
	expect((await stands(db)).standing).toBe('expired');
	const stopped = changes.filter((each) => effectOf(each) === 'stopped');
	expect(stopped.length).toBe(before.length - (await permitted(db)).length);
	expect(await findingsOf(db)).toEqual([]);
});

test('a second change while the first has days left takes none of them away, unless it is urgent', async () => {
	const db = await testDatabase('few');
	await sets(db, newDocument, 'P14D');
	await sets(db, { 'quiz.passMark': 85 }, 'P7D');
	expect(await stands(db)).toMatchObject({ permit: true, validUntil: inDays(14) });
	await sets(db, { 'documents.medicines-policy': 3 }, 'P28D');
	expect(await stands(db)).toMatchObject({ permit: true, validUntil: inDays(14) });
	await sets(db, { 'quiz.passMark': 84 }, 'P0D');
	expect(await stands(db)).toMatchObject({ permit: false, code: 'declaration_missing' });
	expect(await findingsOf(db)).toEqual([]);
});

test.each<[string, PolicyEdits, string]>([
	['being seen more often', { 'privileges.administer-oral.spotCheck': 'P1D' }, 'spot-check'],
	['a shorter time away', { 'absence.longest': 'P10D' }, 'absence'],
])('%s is asked of holders with days to do it, and at once where it is urgent', async (_, edits, cause) => {
	for (const [days, permit] of [
		['P28D', true],
		['P0D', false],
	] as const) {
		const db = await testDatabase('few');
		const [from, back] = [moveDay(localDay(now()), 'P20D', -1), moveDay(localDay(now()), 'P2D', -1)];
		await asFairfield(db, (tx) =>
			append(tx, fairfield, catalogue, [
				fact({ kind: 'absence', personId: tomasz, recordedBy: grace, payload: { from, back } }),
			]),
		);
		expect(await stands(db)).toMatchObject({ permit: true });
		await sets(db, edits, days);
		const decision = await stands(db);
		expect(decision).toMatchObject(
			permit ? { permit, validUntil: inDays(28) } : { permit, code: 'observations_short', standing: 'expired' },
		);
		expect(decision.rechecks[0]).toMatchObject({ cause, asks: 'observation' });
		expect(await atGate(db, 'tomasz.nowak')).toMatchObject({ permit });
		expect(await findingsOf(db)).toEqual([]);
	}
});

test('the matrix shows the day by which it has to be read, and afterwards that day and not the sign-off’s', async () => {
	const db = await testDatabase('few');
	await sets(db, newDocument, 'P14D');
	const cellAt = (at?: Date) =>
		asFairfield(db, async (tx) => {
			const evidence = await listEvidenceOf(tx, { providerId: fairfield, personIds: [tomasz] });
			const rules = (await rulesBySite(tx, fairfield, catalogue))(roseHouse);
			const present = at ?? presentFor(evidence, now());
			const asOf = { siteId: roseHouse, at: present, knownAt: present };
			return matrixOf(rules, [{ id: tomasz }], evidence, ['administer-oral'], asOf)[0]?.cells[0];
		});
	const lastDay = moveDay(localDay(now()), 'P14D');
	expect(await cellAt()).toEqual({ standing: 'due-soon', lastDay });
	expect(await cellAt(new Date(inDays(14).getTime() + 1000))).toEqual({ standing: 'expired', lastDay });
});

test('a witness is asked for when the grace is over, and at once where it is urgent', async () => {
	const db = await testDatabase();
	const asked = async () => {
		const [facts] = await readGateFacts(db.database.gate, [
			{
				...{ clientId: demonstration.clientId, subject: 'margaret.doyle', site: 'rose-house' },
				privilege,
				witnessed: true,
			},
		]);
		const rules = await asFairfield(db, (tx) => rulesBySite(tx, fairfield, catalogue));
		return { gate: [facts?.witness, facts?.twoPeopleUntil], rule: twoPeopleAt(rules(roseHouse), now()) };
	};
	const privilege = 'administer-controlled-drug';
	await sets(db, { witness: false }, 'P0D');
	expect(await asked()).toMatchObject({ gate: [[false], null], rule: { witness: false, until: null } });
	await sets(db, { witness: true }, 'P14D');
	expect(await asked()).toMatchObject({
		// What is as shipped is not written down.
		gate: [[null, false], inDays(14)],
		rule: { witness: false, until: inDays(14) },
	});
	await sets(db, { 'quiz.passMark': 85 }, 'P28D');
	expect(await asked()).toMatchObject({
		gate: [expect.arrayContaining([null, false]), inDays(14)],
		rule: { witness: false },
	});
	await sets(db, { 'quiz.passMark': 84 }, 'P0D');
	expect(await asked()).toMatchObject({ gate: [[null], null], rule: { witness: true, until: null } });
});

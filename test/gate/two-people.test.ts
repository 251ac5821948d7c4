import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { pause } from '#app/commands/authorising.ts';
import { allowLoneGiving } from '#app/commands/lone-givings.ts';
import { override } from '#app/commands/overriding.ts';
import { replayDecision } from '#app/commands/replaying.ts';
import { nameSupervisor } from '#app/commands/supervising.ts';
import { ruleVersion } from '#app/domain/decide.ts';
import { roleWords } from '#app/domain/privilege.ts';
import { findDecision } from '#db/queries/decisions.ts';
import { policies } from '#db/schema.ts';
import type { TestDatabase } from '../support/database.ts';
import {
	amara,
	asFairfield,
	authoriser,
	ben,
	catalogue,
	cellOf,
	fairfield,
	grace,
	margaret,
	memberOf,
	personOf,
	roseHouse,
	setPolicy,
	storyteller,
	tell,
	tomasz,
} from '../support/demonstration.ts';
import { question, testGate } from '../support/gate.ts';

const danny = personOf('danny.hughes');
const controlled = (context: object) => ({
	...question('margaret.doyle', 'administer-controlled-drug'),
	context,
});

test.each([
	['nobody is named', {}, false, 'witness_missing'],
	['a competent witness is named', { witness: 'ben.whitfield' }, true, 'competent'],
	['she names herself', { witness: 'margaret.doyle' }, false, 'witness_missing'],
	['the witness is not signed off for it', { witness: 'tomasz.nowak' }, false, 'witness_missing'],
	['the witness is nobody', { witness: 'no.body' }, false, 'witness_missing'],
	['the witness is no text that a database holds', { witness: 'a\u0000b' }, false, 'witness_missing'],
	['a supervisor is named in place of a witness', { supervisor: 'ben.whitfield' }, false, 'witness_missing'],
])('a controlled drug when %s', async (_, context, decision, code) => {
	const { ask } = await testGate();
	const { status, body } = await ask(controlled(context));
	expect([status, body.decision, body.context.code]).toEqual([200, decision, code]);
	expect('valid_until' in body.context).toBe(decision);
});

test('a witness that is no text is a mistake in the request', async () => {
	const { ask } = await testGate();
	expect((await ask(controlled({ witness: 7 }))).status).toBe(400);
});

test('the permit ends with the witness’s, where that is earlier', async () => {
	const { ask } = await testGate();
	const [alone, together] = [
		await ask(question('ben.whitfield', 'witness-controlled-drug')),
		await ask(controlled({ witness: 'ben.whitfield' })),
	];
	expect(Date.parse(together.body.context.valid_until)).toBeLessThanOrEqual(Date.parse(alone.body.context.valid_until));
});

test('where the provider’s or the site’s policy asks for no witness, none is needed; the site’s comes first', async () => {
	const { db, ask } = await testGate();
	const set = (version: number, siteId: string | null, body: object) =>
		asFairfield(db, (tx) =>
			tx.insert(policies).values({ providerId: fairfield, siteId, version, body, reason: 'a test', recordedBy: grace }),
		);
	await set(1, null, { witness: false });
	expect((await ask(controlled({}))).body).toMatchObject({ decision: true });
	await set(2, roseHouse, { witness: true });
	expect((await ask(controlled({}))).body).toMatchObject({ decision: false, context: { code: 'witness_missing' } });
	await set(3, roseHouse, { dueSoon: 'P30D' });
	// The newest policy of the site is the one in force, and it says nothing of witnesses.
	expect((await ask(controlled({}))).body).toMatchObject({ decision: true });
});

async function supervised(db: TestDatabase): Promise<void> {
	const story = storyteller();
	await tell(db, story.learns({ personId: amara, siteId: roseHouse, role: 'carer' }, 20));
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({
				kind: 'supervision',
				personId: amara,
				privilege: 'administer-oral',
				siteId: roseHouse,
				recordedBy: grace,
				payload: { supervisor: ben },
			}),
		]),
	);
}

test(`a ${roleWords.carer} who practises may act only beside a named, competent colleague`, async () => {
	const { db, ask } = await testGate();
	await supervised(db);
	const asked = (context: object) => ask({ ...question('amara.okafor'), context });
	expect((await asked({})).body).toMatchObject({
		decision: false,
		context: { code: 'supervised_only', standing: 'supervised' },
	});
	expect((await asked({ supervisor: 'ben.whitfield' })).body).toMatchObject({
		decision: true,
		context: { code: 'supervised_only', standing: 'supervised' },
	});
	for (const supervisor of ['amara.okafor', 'danny.hughes', 'leila.haddad', 'grace.mensah', ''])
		expect([supervisor, (await asked({ supervisor })).body.decision]).toEqual([supervisor, false]);
});

const drug = 'administer-controlled-drug';

/** Tomasz holds oral medicines, Amara nothing; both have learned about controlled drugs, and are allowed them on call. */
async function onOverrides() {
	const gate = await testGate();
	const { db } = gate;
	const story = storyteller();
	await tell(db, [
		...story.learns(memberOf(tomasz), 30, drug),
		...story.learns(memberOf(amara), 30, drug),
		...story.comesCompetent(memberOf(danny), grace, 20, 'witness-controlled-drug'),
		...story.comesCompetent(memberOf(margaret), grace, 20, 'witness-controlled-drug'),
	]);
	for (const personId of [tomasz, amara])
		expect(
			await asFairfield(db, (tx) =>
				override(tx, authoriser(grace), catalogue, cellOf(personId, drug), {
					id: crypto.randomUUID(),
					hours: 4,
					note: 'nobody else',
					now: new Date(),
				}),
			),
		).toEqual({ ok: true });
	const answer = async (who: string, context: object = {}) => {
		const { body } = await gate.ask({ ...question(who, drug), context });
		return [body.decision, body.context.code];
	};
	return { ...gate, answer };
}

test('on an override, a giver who holds what it rests on needs a competent witness; another one who holds the task', async () => {
	const { answer, db } = await onOverrides();
	const no = [false, 'witness_missing'];
	const yes = [true, 'override_active'];
	expect(await answer('tomasz.nowak')).toEqual(no);
	expect(await answer('tomasz.nowak', { witness: 'danny.hughes' })).toEqual(yes);
	expect(await answer('amara.okafor')).toEqual(no);
	expect(await answer('amara.okafor', { witness: 'danny.hughes' })).toEqual(no);
	expect(await answer('amara.okafor', { witness: 'margaret.doyle' })).toEqual(yes);
	for (const witness of ['amara.okafor', 'tomasz.nowak', 'no.body', 'a\u0000b'])
		expect(await answer('amara.okafor', { witness })).toEqual(no);
	// Two who are both on an override witness nothing for each other.
	expect(await answer('tomasz.nowak', { witness: 'amara.okafor' })).toEqual(no);
	// What oral medicines lose, those on an override for what rests on them lose at once.
	await asFairfield(db, (tx) =>
		pause(tx, authoriser(grace), catalogue, cellOf(tomasz), {
			id: crypto.randomUUID(),
			reason: 'other',
			reviewOn: '2030-01-01',
		}),
	);
	expect((await answer('tomasz.nowak', { witness: 'margaret.doyle' }))[0]).toBe(false);
	await setPolicy(db, 1, roseHouse, { witness: false });
	expect(await answer('amara.okafor')).toEqual(yes);
});

test('a batch says of overrides and witnesses what single questions say', async () => {
	const { answer, ask } = await onOverrides();
	const asked = ['tomasz.nowak', 'amara.okafor'].flatMap((who) =>
		['danny.hughes', 'margaret.doyle', undefined].map((witness) => ({ who, context: witness ? { witness } : {} })),
	);
	const evaluations = asked.map(({ who, context }) => ({ ...question(who, drug), context }));
	const { body } = await ask({ evaluations }, { path: '/access/v1/evaluations' });
	const batch = body.evaluations.map((each: { decision: boolean; context: { code: string } }) => [
		each.decision,
		each.context.code,
	]);
	expect(batch).toEqual(await Promise.all(asked.map(({ who, context }) => answer(who, context))));
});

test('what was answered on overrides and by telephone is worked out again to the same', async () => {
	const { answer, db, watch } = await onOverrides();
	await asFairfield(db, (tx) =>
		allowLoneGiving(tx, authoriser(grace), catalogue, cellOf(margaret, drug), {
			id: crypto.randomUUID(),
			secondCheck: ben,
			hours: 4,
			note: 'nobody else',
			now: new Date(),
		}),
	);
	for (const who of ['tomasz.nowak', 'amara.okafor', 'margaret.doyle'])
		for (const context of [{}, { witness: 'danny.hughes' }, { witness: 'ben.whitfield' }]) await answer(who, context);
	expect(await watch.decisions.flush()).toBe(true);
	const logged = await db.owner`select evaluation_id from decisions`;
	expect(logged).toHaveLength(9);
	for (const { evaluation_id: evaluationId } of logged)
		await asFairfield(db, async (tx) => {
			const found = await findDecision(tx, { providerId: fairfield, evaluationId: String(evaluationId) });
			if (!found) throw new Error('not logged');
			expect(found.ruleVersion).toBe(ruleVersion);
			expect(await replayDecision(tx, fairfield, catalogue, found)).toMatchObject({
				byEarlierRule: false,
				differs: [],
			});
			expect(await replayDecision(tx, fairfield, catalogue, { ...found, ruleVersion: 1 })).toEqual({
				byEarlierRule: true,
			});
		});
});

test('somebody who practises with controlled drugs needs two others, unless policy lets one be both', async () => {
	const { db, ask } = await testGate();
	const story = storyteller();
	await tell(db, [
		...story.learns(memberOf(tomasz), 30, drug),
		...story.comesCompetent(memberOf(margaret), grace, 20, 'witness-controlled-drug'),
	]);
	const given = { id: crypto.randomUUID(), supervisor: margaret, now: new Date() };
	expect(
		await asFairfield(db, (tx) => nameSupervisor(tx, authoriser(grace), catalogue, cellOf(tomasz, drug), given)),
	).toEqual({ ok: true });
	const answer = async (context: object) => {
		const { body } = await ask({ ...question('tomasz.nowak', drug), context });
		return [body.decision, body.context.code];
	};
	const both = { supervisor: 'margaret.doyle', witness: 'margaret.doyle' };
	expect(await answer({ supervisor: 'margaret.doyle' })).toEqual([false, 'witness_missing']);
	expect(await answer({ supervisor: 'margaret.doyle', witness: 'ben.whitfield' })).toEqual([true, 'supervised_only']);
	expect(await answer(both)).toEqual([false, 'witness_missing']);
	await setPolicy(db, 1, roseHouse, { supervisorMayWitness: true });
	expect(await answer(both)).toEqual([true, 'supervised_only']);
});

import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { roleWords } from '#app/domain/privilege.ts';
import { policies } from '#db/schema.ts';
import type { TestDatabase } from '../support/database.ts';
import {
	amara,
	asFairfield,
	ben,
	catalogue,
	fairfield,
	grace,
	roseHouse,
	storyteller,
	tell,
} from '../support/demonstration.ts';
import { question, testGate } from '../support/gate.ts';

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

import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { answerOnTheDay } from '#app/commands/on-the-day.ts';
import { asProvider } from '#db/client.server.ts';
import { policies } from '#db/schema.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { asFairfield, ben, catalogue, cellOf, fairfield, grace, roseHouse, tomasz } from '../support/demonstration.ts';

const hour = 3_600_000;
const ask = (db: TestDatabase, at: Date, knownAt = new Date()) =>
	asFairfield(db, (tx) => answerOnTheDay(tx, fairfield, catalogue, tomasz, cellOf(tomasz), { at, knownAt }));
const daysAgo = (days: number) => new Date(Date.now() - days * 24 * hour);

test('every requirement stands with its evidence, the version that was used, and the assessor as they stood then', async () => {
	const db = await testDatabase();
	const { decision, requirements, others } = await ask(db, daysAgo(30));
	expect(decision).toMatchObject({ permit: true, code: 'competent' });
	expect(requirements.every((each) => each.met)).toBe(true);
	const rounds = requirements.find((each) => each.what.startsWith('Observed rounds'))?.proofs ?? [];
	expect(rounds).toHaveLength(3);
	for (const round of rounds) {
		expect(round.assessor).toMatchObject({ competent: true });
		expect(round.version).toBe('Oral medicines round, version 1');
		expect([round.late, round.enteredAfterwards]).toEqual([false, false]);
	}
	const modules = requirements.filter((each) => each.what.startsWith('Module read'));
	expect(modules.map((each) => each.proofs.length)).toEqual(Array(6).fill(1));
	expect(requirements.find((each) => each.what === 'Final sign-off')?.proofs).toHaveLength(1);
	expect(others.map((each) => each.what)).toContain('Started at this site');
});

test('before the sign-off the answer is no, and nothing that came later is shown', async () => {
	const db = await testDatabase();
	const at = daysAgo(130);
	const { decision, requirements, others } = await ask(db, at);
	expect(decision).toMatchObject({ permit: false, code: 'observations_short' });
	for (const proof of [...requirements.flatMap((each) => each.proofs), ...others])
		expect(proof.observedAt.getTime()).toBeLessThanOrEqual(at.getTime());
});

test('what was entered afterwards changes the answer as known now, is marked, and never what was known then', async () => {
	const db = await testDatabase();
	const at = daysAgo(3);
	await asProvider(db.ownerDb, fairfield, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({
				kind: 'pause',
				personId: tomasz,
				privilege: 'administer-oral',
				siteId: roseHouse,
				observedAt: daysAgo(4),
				recordedBy: grace,
				payload: { reason: 'other', reviewOn: '2030-01-01', owner: grace },
			}),
		]),
	);
	const now = await ask(db, at);
	expect(now.decision).toMatchObject({ permit: false, code: 'paused_review' });
	expect(now.knownThen).toMatchObject({ permit: true, code: 'competent' });
	const pause = now.others.find((each) => each.what === 'Paused while we review');
	expect(pause).toMatchObject({ late: true, enteredAfterwards: true });
	const then = await ask(db, at, at);
	expect(then.decision).toMatchObject({ permit: true });
	expect(then.others.some((each) => each.what === 'Paused while we review')).toBe(false);
});

test('an assessor whose own standing was taken back since is shown as not competent then', async () => {
	const db = await testDatabase();
	const [assess] = await db.owner`
		select id from evidence where person_id = ${ben} and privilege = 'assess' and kind = 'sign-off'`;
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({
				kind: 'retraction',
				personId: ben,
				privilege: 'assess',
				siteId: roseHouse,
				recordedBy: grace,
				supersedes: assess?.id,
				payload: {} as never,
				note: 'Signed off by mistake',
			}),
		]),
	);
	const { requirements } = await ask(db, daysAgo(30));
	const assessors = requirements.flatMap((each) => each.proofs.flatMap((proof) => proof.assessor ?? []));
	expect(assessors.filter((each) => each.name === 'Ben Whitfield').every((each) => !each.competent)).toBe(true);
	expect(assessors.filter((each) => each.name === 'Margaret Doyle').every((each) => each.competent)).toBe(true);
});

test('the policy that was in force then is the one that answers', async () => {
	const db = await testDatabase();
	const body = { observation: { ...catalogue.policy.body.observation, passes: 9 } };
	const row = { providerId: fairfield, siteId: null, version: 1, body, reason: 'a test', recordedBy: grace };
	await asFairfield(db, (tx) => tx.insert(policies).values(row));
	expect((await ask(db, daysAgo(30))).decision.policyVersion).toBe(`shipped-${catalogue.policy.body.version}`);
	expect((await ask(db, new Date())).decision.policyVersion).toBe(`shipped-${catalogue.policy.body.version}+1`);
});

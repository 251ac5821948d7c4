import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { append, type Fact, fact } from '#app/commands/append.ts';
import { liftPause, pause, previewSignOff, signOff } from '#app/commands/authorising.ts';
import { listAwaitingSignOff } from '#app/commands/awaiting-sign-off.ts';
import { endEmployment, startEmployment } from '#app/commands/employing.ts';
import { askOutside, confirmOutside, hashToken, readOutsideQuestion } from '#app/commands/outside-requests.ts';
import { type RecordForm, record, takeBack } from '#app/commands/recording.ts';
import { withdraw } from '#app/commands/withdrawing.ts';
import type { Post } from '#app/domain/authority.ts';
import type { ChangeAsks } from '#app/domain/content.ts';
import { addDays, localDay } from '#app/domain/period.ts';
import { findOutsideRequest } from '#db/queries/outside-requests.ts';
import { demonstration } from '#db/seed.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import {
	amara,
	asFairfield,
	authoriser,
	ben,
	catalogue,
	cellOf,
	decisionOn,
	fairfield,
	findingsOf,
	grace,
	lead,
	makeReady,
	margaret,
	memberOf,
	personOf,
	roseHouse,
	tell,
	tomasz,
} from '../support/demonstration.ts';

// Who was involved in what a pause was about: Grace, the manager, unless a test says otherwise.
const now = () => new Date();
const theLead = authoriser(margaret, lead);
const oral = cellOf(amara);
const manager: Post[] = [{ role: 'manager', siteId: roseHouse }];
const helen = personOf('helen.brooks');

const pauses = (db: TestDatabase, parties: string[], cell = oral, who = authoriser(grace)) => {
	const given = { id: randomUUID() as string, reason: 'incident-review' as const, reviewOn: '2099-01-01', parties };
	return asFairfield(db, (tx) => pause(tx, who, catalogue, cell, given));
};
const lifts = (db: TestDatabase, asks: ChangeAsks = 'nothing', cell = oral, who = theLead) =>
	asFairfield(db, (tx) => liftPause(tx, who, catalogue, cell, { asks, note: 'looked into it' }));
const shown = (db: TestDatabase, cell = oral, who = authoriser(grace)) =>
	asFairfield(db, (tx) => previewSignOff(tx, who, catalogue, cell, now()));
const signs = async (db: TestDatabase, cell = oral, who = authoriser(grace)) => {
	const shownLastDay = (await shown(db, cell, who))?.term.lastDay ?? '';
	return asFairfield(db, (tx) => signOff(tx, who, catalogue, cell, { id: randomUUID(), shownLastDay, now: now() }));
};
const listed = async (db: TestDatabase, who = authoriser(grace)) =>
	(await asFairfield(db, (tx) => listAwaitingSignOff(tx, who, catalogue, [roseHouse], now()))).find(
		(each) => each.personId === amara && each.privilege === 'administer-oral',
	);
const appends = (db: TestDatabase, given: Fact) => asFairfield(db, (tx) => append(tx, fairfield, catalogue, [given]));
const records = (db: TestDatabase, form: RecordForm, who = authoriser(grace), personId = tomasz) =>
	asFairfield(db, (tx) => record(tx, who, catalogue, personId, form, now()));

/** Amara lacks nothing but a sign-off, and was paused and given back since. */
async function givenBack(asks: ChangeAsks = 'nothing'): Promise<TestDatabase> {
	const db = await testDatabase();
	await makeReady(db, memberOf(amara));
	expect(await pauses(db, [grace])).toEqual({ ok: true });
	expect(await lifts(db, 'nothing', oral, authoriser(grace))).toEqual({ ok: false, why: 'party' });
	expect(await lifts(db, asks)).toEqual({ ok: true });
	return db;
}

test('a party does not sign off after the pause, and reads on their list who does; somebody else signs, and it is over', async () => {
	const db = await givenBack();
	expect((await shown(db))?.refusal).toBe('party');
	expect(await signs(db)).toEqual({ ok: false, why: 'party' });
	expect(await listed(db)).toMatchObject({ refusal: 'party' });
	expect(await listed(db, theLead)).toMatchObject({ refusal: null });
	expect(await asFairfield(db, (tx) => decisionOn(tx, oral))).toMatchObject({ permit: false });
	expect(await signs(db, oral, theLead)).toEqual({ ok: true });
	expect(await asFairfield(db, (tx) => decisionOn(tx, oral))).toMatchObject({ permit: true });
	expect((await shown(db))?.refusal).not.toBe('party');
	expect(await findingsOf(db)).toEqual([]);
});

test('nor once somebody else has watched what the lifting asked for', async () => {
	const db = await givenBack('observation');
	const [seen] = await db.owner`
		select content_version_id, payload from evidence
		where person_id = ${amara} and kind = 'observation' and payload->>'assessor' = ${ben} limit 1`;
	const startedAt = new Date().toISOString();
	const signed = { startedAt, assessorSignedAt: startedAt, learnerSignedAt: startedAt };
	expect(await signs(db)).toEqual({ ok: false, why: 'not-ready' });
	await appends(
		db,
		fact({
			kind: 'observation',
			...oral,
			recordedBy: ben,
			contentVersionId: seen?.content_version_id,
			payload: { ...seen?.payload, ...signed },
		}),
	);
	expect(await signs(db)).toEqual({ ok: false, why: 'party' });
	expect(await signs(db, oral, theLead)).toEqual({ ok: true });
});

test('a home whose only signers were involved asks somebody from outside, and that ends it too', async () => {
	const db = await givenBack();
	const asks = () => {
		const given = {
			id: randomUUID() as string,
			kind: 'sign-off' as const,
			recipient: 'Pharmacist, Elm Surgery',
			now: now(),
		};
		return asFairfield(db, (tx) => askOutside(tx, authoriser(grace), catalogue, oral, given));
	};
	expect(await asks()).toEqual({ ok: false, why: 'somebody-here' });
	const lastDay = addDays(localDay(now()), -1);
	await asFairfield(db, (tx) =>
		endEmployment(tx, fairfield, catalogue, { personId: margaret, lastDay, recordedBy: grace }),
	);
	const asked = await asks();
	if (!asked.ok) throw new Error(asked.why);
	const { requestId = '' } = (await findOutsideRequest(db.database.db, hashToken(asked.token))) ?? {};
	const question = await asFairfield(db, (tx) => readOutsideQuestion(tx, fairfield, catalogue, requestId, now()));
	const given = {
		registration: '2012345',
		role: 'pharmacist' as const,
		shownLastDay: question?.lastDay ?? '',
		now: now(),
	};
	expect(await asFairfield(db, (tx) => confirmOutside(tx, fairfield, catalogue, requestId, given))).toEqual({
		ok: true,
	});
	expect(await asFairfield(db, (tx) => decisionOn(tx, oral))).toMatchObject({ permit: true });
	expect((await shown(db))?.refusal).not.toBe('party');
});

const outside = (): RecordForm => ({
	kind: 'outside-assessment',
	id: randomUUID(),
	note: '',
	site: roseHouse,
	privilege: 'administer-oral',
	award: 'Pharmacist',
	awardedOn: localDay(now()),
});

test('where every assessor was involved, an outside assessment takes the place of rounds; a party writes it down only where nobody else may', async () => {
	const db = await testDatabase();
	const cell = cellOf(tomasz);
	expect(await pauses(db, [ben, grace], cell)).toEqual({ ok: true });
	expect(await records(db, outside())).toEqual({ ok: false, why: 'has-assessor' });
	expect(await pauses(db, [margaret], cell)).toEqual({ ok: true });
	const posts = { personId: helen, siteId: roseHouse, role: 'manager' as const, contract: 'permanent' as const };
	expect(await records(db, outside())).toEqual({ ok: true });
	await asFairfield(db, (tx) => startEmployment(tx, fairfield, catalogue, { ...posts, recordedBy: null }));
	expect(await records(db, outside())).toEqual({ ok: false, why: 'party' });
	expect(await records(db, outside(), authoriser(helen, manager))).toEqual({ ok: true });
});

test('a party says no about somebody under 18, and neither says yes nor takes a no back', async () => {
	const db = await testDatabase();
	expect(await pauses(db, [grace], cellOf(tomasz, 'prompt'))).toEqual({ ok: true });
	const decides = (may: 'yes' | 'no', privilege: 'prompt' | 'administer-oral' = 'prompt') => {
		const form = { kind: 'age-decision', id: randomUUID(), note: '', may, privilege } as const;
		return records(db, form);
	};
	expect(await decides('yes')).toEqual({ ok: false, why: 'party' });
	expect(await decides('yes', 'administer-oral')).toEqual({ ok: true });
	const born = { role: 'carer' as const, contract: 'permanent' as const, adultOn: addDays(localDay(now()), 200) };
	const today = { personId: tomasz, siteId: roseHouse, recordedBy: null };
	await tell(db, [fact({ kind: 'employment-started', ...today, payload: born })]);
	await tell(db, [
		fact({ kind: 'age-decision', personId: tomasz, privilege: 'prompt', recordedBy: helen, payload: { may: true } }),
	]);
	expect(await decides('no')).toEqual({ ok: true });
	const [no] = await db.owner`select id from evidence where kind = 'age-decision' order by seq desc limit 1`;
	const takes = (who: ReturnType<typeof authoriser>) =>
		asFairfield(db, (tx) => takeBack(tx, who, catalogue, { id: randomUUID(), evidenceId: no?.id, note: 'an error' }));
	expect(await takes(authoriser(grace))).toEqual({ ok: false, why: 'party' });
	expect(await takes(authoriser(helen, manager))).toEqual({ ok: true });
});

test('stopping somebody stays open to a party: alone by a pause, with another by a withdrawal; taking that back does not', async () => {
	const db = await testDatabase();
	const cell = cellOf(tomasz);
	expect(await pauses(db, [grace, margaret], cell)).toEqual({ ok: true });
	expect(await pauses(db, [], cell, theLead)).toEqual({ ok: true });
	const second = { staffCode: 'margaret.doyle', secret: demonstration.pin, now: now() };
	const given = { id: randomUUID(), reach: 'everywhere' as const, note: 'unsafe', ...second };
	expect(await asFairfield(db, (tx) => withdraw(tx, authoriser(grace), catalogue, cell, given))).toEqual({ ok: true });
	const back = { id: randomUUID(), evidenceId: given.id, note: 'an error', second };
	expect(await asFairfield(db, (tx) => takeBack(tx, authoriser(grace), catalogue, back))).toEqual({
		ok: false,
		why: 'party',
	});
});

import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Fact, fact } from '#app/commands/append.ts';
import { liftPause, pause } from '#app/commands/authorising.ts';
import { readCorrection } from '#app/commands/correcting.ts';
import { takeBack } from '#app/commands/recording.ts';
import { withdraw } from '#app/commands/withdrawing.ts';
import type { Post } from '#app/domain/authority.ts';
import { addDays, localDay } from '#app/domain/period.ts';
import { demonstration } from '#db/seed.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import {
	asFairfield,
	authoriser,
	ben,
	catalogue,
	cellOf,
	decisionOn,
	elmCourt,
	findingsOf,
	grace,
	lead,
	margaret,
	personOf,
	roseHouse,
	tell,
	tomasz,
} from '../support/demonstration.ts';

const today = localDay(new Date());
const second = (staffCode: string, secret: string = demonstration.pin) => ({ staffCode, secret, now: new Date() });
const graceAtRose = authoriser(grace, [{ role: 'manager', siteId: roseHouse }]);
const theLead = authoriser(margaret, lead);
const takes = (db: TestDatabase, evidenceId: string, who = theLead, by?: string) =>
	asFairfield(db, (tx) =>
		takeBack(tx, who, catalogue, {
			id: randomUUID(),
			evidenceId,
			note: 'entered in error',
			...(by ? { second: second(by) } : {}),
		}),
	);
const standing = (db: TestDatabase, cell = cellOf(tomasz)) => asFairfield(db, (tx) => decisionOn(tx, cell));
const newest = async ({ owner }: TestDatabase, kind: string, personId = tomasz) =>
	(await owner`select id from evidence where kind = ${kind} and person_id = ${personId} order by seq desc limit 1`)[0]
		?.id as string;
const retractions = ({ owner }: TestDatabase) =>
	owner`select recorded_by, payload from evidence where kind = 'retraction' order by seq`;

test('a withdrawal that two people decided is taken back by two people, the first of them a manager', async () => {
	const db = await testDatabase();
	const given = { id: randomUUID(), note: 'after a review', ...second('margaret.doyle') };
	await asFairfield(db, (tx) => withdraw(tx, authoriser(grace), catalogue, cellOf(tomasz), given));
	expect(await takes(db, given.id)).toEqual({ ok: false, why: 'not-yours-to-correct' });
	expect(await takes(db, given.id, theLead, 'grace.mensah')).toEqual({ ok: false, why: 'not-yours-to-correct' });
	expect(await takes(db, given.id, graceAtRose)).toEqual({ ok: false, why: 'second-missing' });
	for (const [staffCode, why] of [
		['grace.mensah', 'same-person'],
		['tomasz.nowak', 'learner-confirms'],
		['ben.whitfield', 'wrong-role'],
		['helen.brooks', 'wrong-role'],
		['no.body', 'wrong'],
	] as const)
		expect(await takes(db, given.id, graceAtRose, staffCode), staffCode).toEqual({ ok: false, why });
	expect(await standing(db)).toMatchObject({ permit: false, code: 'withdrawn' });
	expect(await takes(db, given.id, graceAtRose, 'margaret.doyle')).toEqual({ ok: true });
	expect(await standing(db)).toMatchObject({ permit: true });
	expect(await retractions(db)).toMatchObject([{ recorded_by: grace, payload: { confirmedBy: margaret } }]);
	expect(await findingsOf(db)).toEqual([]);
});

const pauses = (db: TestDatabase, more: object = {}) => {
	const given = { id: randomUUID() as string, reason: 'other' as const, reviewOn: '2099-01-01', ...more };
	return asFairfield(db, async (tx) => {
		expect(await pause(tx, authoriser(grace), catalogue, cellOf(tomasz), given)).toEqual({ ok: true });
		return given.id;
	});
};

test('a pause of the whole provider is not taken back from one site', async () => {
	const db = await testDatabase();
	const id = await pauses(db, { reach: 'everywhere' });
	expect(await takes(db, id)).toEqual({ ok: false, why: 'not-everywhere' });
	expect(await takes(db, id, graceAtRose)).toEqual({ ok: false, why: 'not-everywhere' });
	expect(await standing(db)).toMatchObject({ code: 'paused_review' });
	expect(await takes(db, id, authoriser(grace))).toEqual({ ok: true });
	expect(await standing(db)).toMatchObject({ permit: true });
});

test('a pause whose lifting asks for something is lifted, not taken back; nor is one that was lifted', async () => {
	const db = await testDatabase();
	const id = await pauses(db, { reason: 'long-absence' });
	expect(await takes(db, id)).toEqual({ ok: false, why: 'lift-it' });
	expect(await takes(db, id, authoriser(grace), 'margaret.doyle')).toEqual({ ok: false, why: 'lift-it' });
	expect(await standing(db)).toMatchObject({ code: 'paused_review' });
	await asFairfield(db, (tx) => liftPause(tx, authoriser(grace), catalogue, cellOf(tomasz), { note: 'back' }));
	expect(await takes(db, id)).toEqual({ ok: false, why: 'lifted' });
	expect(await standing(db)).toMatchObject({ code: 'observations_short' });
});

test('a party takes no pause back', async () => {
	const db = await testDatabase();
	const id = await pauses(db, { parties: [margaret] });
	expect([await takes(db, id), await takes(db, id, graceAtRose)]).toEqual([{ ok: false, why: 'party' }, { ok: true }]);
});

test('a lifting that set a condition is not chosen anew by one person', async () => {
	const db = await testDatabase();
	await pauses(db);
	const given = { asks: 'observation' as const, note: 'watch them first' };
	await asFairfield(db, (tx) => liftPause(tx, authoriser(grace), catalogue, cellOf(tomasz), given));
	const lifting = await newest(db, 'pause-lifted');
	expect(await takes(db, lifting)).toEqual({ ok: false, why: 'second-missing' });
	expect(await takes(db, lifting, graceAtRose, 'margaret.doyle')).toEqual({ ok: true });
	expect(await standing(db)).toMatchObject({ code: 'paused_review' });
});

/** A round of Tomasz that found a critical line wrong, watched by somebody. */
async function fails(db: TestDatabase, assessor: string): Promise<string> {
	const [row] = await db.owner`
		select payload, content_version_id from evidence where person_id = ${tomasz} and kind = 'observation' and privilege = 'administer-oral'
		order by seq desc limit 1`;
	const line = Object.keys(row?.payload.results)[0] as string;
	const observedAt = new Date(Date.now() - 3_600_000);
	const signed = { startedAt: observedAt.toISOString(), assessorSignedAt: observedAt.toISOString() };
	const failed = {
		...row?.payload,
		...signed,
		learnerSignedAt: signed.startedAt,
		assessor,
		results: { ...row?.payload.results, [line]: 'no' },
		criticalMissed: [line],
		passed: false,
	};
	delete failed.note;
	await tell(db, [
		fact({
			kind: 'observation',
			...cellOf(tomasz),
			observedAt,
			recordedBy: assessor,
			contentVersionId: row?.content_version_id,
			payload: failed,
		}),
	]);
	expect(await standing(db)).toMatchObject({ permit: false, code: 'observations_short' });
	return newest(db, 'observation');
}

test('a failed round is taken back only with the word of whoever watched it', async () => {
	const db = await testDatabase();
	const failed = await fails(db, ben);
	expect(await takes(db, failed)).toEqual({ ok: false, why: 'assessors-word' });
	expect(await takes(db, failed, graceAtRose, 'margaret.doyle')).toEqual({ ok: false, why: 'assessors-word' });
	expect(await standing(db)).toMatchObject({ code: 'observations_short' });
	expect(await takes(db, failed, theLead, 'ben.whitfield')).toEqual({ ok: true });
	expect(await standing(db)).toMatchObject({ permit: true });
	expect(await takes(db, await fails(db, margaret), theLead), 'she watched it herself').toEqual({ ok: true });
});

test('where whoever watched it is gone, two people decide and one of them is for the whole provider', async () => {
	const db = await testDatabase();
	const failed = await fails(db, personOf('owen.price'));
	expect(await takes(db, failed)).toEqual({ ok: false, why: 'second-missing' });
	expect(await takes(db, failed, authoriser(margaret, lead), 'ben.whitfield')).toEqual({
		ok: false,
		why: 'wrong-role',
	});
	expect(await takes(db, failed, graceAtRose, 'margaret.doyle')).toEqual({ ok: false, why: 'nobody-provider-wide' });
	expect(await takes(db, failed, theLead, 'grace.mensah'), 'she manages every site').toEqual({ ok: true });
});

test('where whoever watched it was involved in what is reviewed, their word is not enough', async () => {
	const db = await testDatabase();
	const failed = await fails(db, ben);
	await pauses(db, { parties: [ben] });
	expect(await takes(db, failed, theLead, 'ben.whitfield')).toEqual({ ok: false, why: 'party' });
	expect(await takes(db, failed, theLead, 'grace.mensah')).toEqual({ ok: true });
});

test('a nurse’s ending of a delegation is not taken back by whoever may not delegate', async () => {
	const db = await testDatabase();
	const cell = cellOf(tomasz, 'administer-insulin');
	const delegation = { person: 'R-17', delegator: grace, registration: '12A3456E', reviewOn: addDays(today, 60) };
	await tell(db, [fact({ kind: 'delegation', ...cell, recordedBy: grace, payload: delegation })]);
	const open = await newest(db, 'delegation');
	await tell(db, [fact({ kind: 'delegation-ended', ...cell, recordedBy: grace, payload: { delegation: open } })]);
	const ended = await newest(db, 'delegation-ended');
	for (const who of [theLead, authoriser(grace)])
		expect(await takes(db, ended, who, 'ben.whitfield')).toEqual({ ok: false, why: 'not-a-nurse' });
	const nurse = (siteId: string) => authoriser(ben, [{ role: 'nurse', siteId }]);
	expect(await takes(db, ended, nurse(elmCourt))).toEqual({ ok: false, why: 'not-a-nurse' });
	expect(await takes(db, ended, nurse(roseHouse))).toEqual({ ok: true });
});

test('a manager’s no about somebody under 18 is a manager’s to take back', async () => {
	const db = await testDatabase();
	const decides = (may: boolean): Fact =>
		fact({ kind: 'age-decision', personId: tomasz, privilege: 'prompt', recordedBy: grace, payload: { may } });
	await tell(db, [decides(true)]);
	await tell(db, [decides(false)]);
	const no = await newest(db, 'age-decision');
	expect(await takes(db, no)).toEqual({ ok: false, why: 'not-yours-to-correct' });
	expect(await takes(db, no, graceAtRose)).toEqual({ ok: true });
});

test('a row that hides one which permits is not one person’s to take back', async () => {
	const db = await testDatabase();
	const record = (expiresOn: string): Fact =>
		fact({
			kind: 'award',
			personId: tomasz,
			recordedBy: grace,
			payload: { award: 'agency-record', awardedOn: '2026-01-01', expiresOn, verifiedBy: grace },
		});
	const [start] = await db.owner`select id from evidence where person_id = ${tomasz} and kind = 'employment-started'`;
	await tell(db, [
		fact({
			kind: 'employment-started',
			personId: tomasz,
			siteId: roseHouse,
			supersedes: start?.id,
			observedAt: new Date(Date.now() - 400 * 86_400_000),
			recordedBy: grace,
			payload: { role: 'senior', contract: 'agency' },
		}),
	]);
	await tell(db, [record('2099-01-01')]);
	await tell(db, [record(addDays(today, -1))]);
	expect(await standing(db)).toMatchObject({ permit: false });
	expect(await takes(db, await newest(db, 'award'))).toEqual({ ok: false, why: 'second-missing' });
});

test.each(['observation', 'quiz-marked', 'sign-off', 'site-induction', 'module-completed'])(
	'what permits is taken back by a medication lead of the site alone: %s',
	async (kind) => {
		const db = await testDatabase();
		const [row] = await db.owner`
			select id from evidence where person_id = ${tomasz} and kind = ${kind}
				and (privilege is null or privilege = 'administer-oral') order by seq limit 1`;
		const elsewhere: Post[] = [{ role: 'medication-lead', siteId: elmCourt }];
		expect(await takes(db, row?.id, authoriser(margaret, elsewhere))).toEqual({
			ok: false,
			why: 'not-yours-to-correct',
		});
		expect(await takes(db, row?.id)).toEqual({ ok: true });
	},
);

test('the question that a page shows before it is saved: whom it stops, and where', async () => {
	const db = await testDatabase();
	const signOff = (
		await db.owner`select id from evidence where person_id = ${tomasz} and kind = 'sign-off' and privilege = 'administer-oral'`
	)[0]?.id as string;
	const known = await asFairfield(db, (tx) =>
		readCorrection(tx, authoriser(grace).providerId, catalogue, { evidenceId: signOff, now: new Date() }),
	);
	const stopped = known?.effects.filter((each) => each.before.permit && !each.after.permit) ?? [];
	expect(stopped.map((each) => each.question)).toEqual([{ privilege: 'administer-oral', siteId: roseHouse }]);
});

import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { liftPause, pause } from '#app/commands/authorising.ts';
import { project } from '#app/commands/projecting.ts';
import { endSupervision, nameSupervisor } from '#app/commands/supervising.ts';
import type { SupervisionRefusal } from '#app/domain/supervision.ts';
import { listPersonIds } from '#db/queries/people.ts';
import { policies } from '#db/schema.ts';
import type { TestDatabase } from '../support/database.ts';
import {
	asFairfield,
	authoriser,
	ben,
	catalogue,
	cellOf,
	fairfield,
	findingsOf,
	grace,
	margaret,
	memberOf,
	personOf,
	storyteller,
	tell,
	tomasz,
} from '../support/demonstration.ts';
import { question, testGate } from '../support/gate.ts';

const danny = personOf('danny.hughes');
const day = 86_400_000;
const names = (db: TestDatabase, personId: string, id: string = crypto.randomUUID()) =>
	asFairfield(db, (tx) =>
		nameSupervisor(tx, authoriser(grace), catalogue, cellOf(personId), { id, supervisor: ben, now: new Date() }),
	);
const pauses = (db: TestDatabase, personId: string) =>
	asFairfield(db, (tx) =>
		pause(tx, authoriser(grace), catalogue, cellOf(personId), {
			id: crypto.randomUUID(),
			reason: 'other',
			reviewOn: '2030-01-01',
		}),
	);
const lifts = (db: TestDatabase, personId: string, asks: 'observation' | 'quiz') =>
	asFairfield(db, (tx) => liftPause(tx, authoriser(grace), catalogue, cellOf(personId), { asks, note: 'looked at' }));

/** A fresh sign-off of Tomasz, and then a round in which a line that counts was not done. */
async function fails(db: TestDatabase): Promise<void> {
	await tell(db, [storyteller().isWatched(memberOf(tomasz), ben, 1, 'morning', { passed: false })]);
}

/** A policy whose change leaves holders no time. */
async function setUrgently(db: TestDatabase, body: object): Promise<void> {
	await asFairfield(db, async (tx) => {
		const row = {
			providerId: fairfield,
			siteId: null,
			version: 1,
			body,
			grace: 'P0D',
			reason: 'a test',
			recordedBy: grace,
		};
		const [saved] = await tx.insert(policies).values(row).returning();
		if (!saved) throw new Error('not saved');
		await project(tx, fairfield, catalogue, await listPersonIds(tx, { providerId: fairfield }), { policy: saved });
	});
}

/** How somebody who was signed off comes to be watched again. */
const ways: Record<string, { who: string; code: string; happens: (db: TestDatabase) => Promise<unknown> }> = {
	'whose sign-off has run out': { who: 'danny.hughes', code: 'expired', happens: async () => {} },
	'who was seen to fail': { who: 'tomasz.nowak', code: 'observations_short', happens: fails },
	'whose pause was lifted with a round asked': {
		who: 'tomasz.nowak',
		code: 'observations_short',
		happens: async (db) => {
			await pauses(db, tomasz);
			await lifts(db, tomasz, 'observation');
		},
	},
	'who is back from a long absence': {
		who: 'tomasz.nowak',
		code: 'observations_short',
		happens: (db) =>
			tell(db, [
				fact({
					kind: 'absence',
					personId: tomasz,
					recordedBy: grace,
					observedAt: new Date(Date.now() - 120 * day),
					payload: {
						from: new Date(Date.now() - 120 * day).toISOString().slice(0, 10),
						back: new Date(Date.now() - day).toISOString().slice(0, 10),
					},
				}),
			]),
	},
	'whose spot check is overdue': {
		who: 'tomasz.nowak',
		code: 'observations_short',
		happens: async (db) => {
			await tell(db, storyteller().becomesCompetent(memberOf(ben), { assessors: [margaret], signerId: grace }, 1));
			await setUrgently(db, { privileges: { 'administer-oral': { spotCheck: 'P8D' } } });
		},
	},
	'whose sign-off was taken back': {
		who: 'tomasz.nowak',
		code: 'withdrawn',
		happens: async (db) => {
			// The quiz of the old sign-off does not count towards a new one.
			await tell(db, storyteller().sitsQuiz(memberOf(tomasz), 1));
			await asFairfield(db, (tx) =>
				append(tx, fairfield, catalogue, [
					fact({ kind: 'withdrawal', ...cellOf(tomasz), recordedBy: grace, payload: {} }),
				]),
			);
		},
	},
	'whose sign-off does not stand any more': {
		who: 'tomasz.nowak',
		code: 'sign_off_unsound',
		happens: async (db) => {
			const rounds =
				await db.owner`select e.id from evidence e, evidence s where s.kind = 'sign-off' and s.person_id = ${tomasz}
				and s.privilege = 'administer-oral' and e.kind = 'observation' and s.payload -> 'basis' ? e.id::text`;
			await asFairfield(db, (tx) =>
				append(
					tx,
					fairfield,
					catalogue,
					rounds.map(({ id }) =>
						fact({
							kind: 'retraction',
							...cellOf(tomasz),
							recordedBy: grace,
							supersedes: String(id),
							payload: {} as never,
							note: 'wrong person',
						}),
					),
				),
			);
		},
	},
};

test.each(Object.keys(ways))(
	'somebody %s may do it beside a named, competent colleague, and not alone',
	async (way) => {
		const { who, code, happens } = ways[way] as (typeof ways)[string];
		const { db, ask } = await testGate();
		await happens(db);
		const answer = async (context: object = {}) => {
			const { body } = await ask({ ...question(who), context });
			return [body.decision, body.context.code];
		};
		const beside = { supervisor: 'ben.whitfield' };
		expect(await answer(beside)).toEqual([false, code]);
		const id = crypto.randomUUID();
		expect(await names(db, personOf(who), id)).toEqual({ ok: true });
		expect(await answer()).toEqual([false, 'supervised_only']);
		expect(await answer(beside)).toEqual([true, 'supervised_only']);
		for (const supervisor of [who, 'amara.okafor', 'leila.haddad'])
			expect((await answer({ supervisor }))[0]).toBe(false);
		const given = { id: crypto.randomUUID(), supervision: id, note: 'no longer', now: new Date() };
		const cell = cellOf(personOf(who));
		expect(await asFairfield(db, (tx) => endSupervision(tx, authoriser(grace), catalogue, cell, given))).toEqual({
			ok: true,
		});
		expect(await answer(beside)).toEqual([false, code]);
		// Named again, and then paused: never while paused.
		await names(db, personOf(who));
		await pauses(db, personOf(who));
		expect((await answer(beside))[0]).toBe(false);
		expect(await names(db, personOf(who))).toEqual({ ok: false, why: 'paused' });
		expect(await findingsOf(db)).toEqual([]);
	},
);

test.each<[string, string, SupervisionRefusal, (db: TestDatabase) => Promise<unknown>]>([
	['is competent', 'ben.whitfield', 'may-alone', async () => {}],
	['is paused', 'leila.haddad', 'paused', async () => {}],
	['has left', 'owen.price', 'not-here', async () => {}],
	['has not learned it yet', 'amara.okafor', 'not-ready', async () => {}],
	[
		'has to pass a quiz first',
		'tomasz.nowak',
		'not-ready',
		async (db) => {
			await pauses(db, tomasz);
			await lifts(db, tomasz, 'quiz');
		},
	],
])('nobody is named beside somebody who %s, and the words are true', async (_, who, why, happens) => {
	const { db } = await testGate();
	await happens(db);
	const supervisor = who === 'ben.whitfield' ? tomasz : ben;
	const given = { id: crypto.randomUUID(), supervisor, now: new Date() };
	const cell = cellOf(personOf(who));
	expect(await asFairfield(db, (tx) => nameSupervisor(tx, authoriser(grace), catalogue, cell, given))).toEqual({
		ok: false,
		why,
	});
});

test('leave from before it became needed is no leave now', async () => {
	const { db, ask } = await testGate();
	await tell(db, [
		fact({
			kind: 'supervision',
			...cellOf(danny),
			recordedBy: grace,
			observedAt: new Date(Date.now() - 700 * day),
			payload: { supervisor: ben },
		}),
	]);
	const asked = { ...question('danny.hughes'), context: { supervisor: 'ben.whitfield' } };
	expect((await ask(asked)).body).toMatchObject({ decision: false, context: { code: 'expired' } });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { pause } from '#app/commands/authorising.ts';
import { endDelegation } from '#app/commands/delegating.ts';
import { endOfDay } from '#app/domain/period.ts';
import { gateWith, goodAtInsulin, handOver, insulin } from '../support/authzen.ts';
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
	roseHouse,
	storyteller,
	tell,
	tomasz,
} from '../support/demonstration.ts';
import { question } from '../support/gate.ts';

const forPerson = (person: string, who = 'tomasz.nowak', more: object = {}) =>
	question(who, insulin, 'rose-house', { context: { person, ...more } });

test('a delegated task is permitted for the person it was handed over for, and for nobody else', async () => {
	const { db, ask } = await gateWith();
	await goodAtInsulin(db);
	const delegation = crypto.randomUUID();
	const codes = async () =>
		Promise.all(
			[
				question('tomasz.nowak', insulin),
				forPerson('RH-0142'),
				forPerson('RH-0143'),
				forPerson('rh-0142'),
				{ ...question('tomasz.nowak', insulin), context: { delegation: 'RH-0142' } },
				forPerson('RH-0142', 'ben.whitfield'),
				question('tomasz.nowak', insulin, 'elm-court', { context: { person: 'RH-0142' } }),
			].map(async (asked) => {
				const { status, body } = await ask(asked);
				expect(status).toBe(200);
				return [body.decision, body.context.code];
			}),
		);
	const refused = [false, 'delegation_missing'];
	expect((await codes()).slice(0, 5)).toEqual([refused, refused, refused, refused, refused]);
	await handOver(db, { person: 'RH-0142', id: delegation });
	const permitted = [true, 'competent'];
	const [without, theirs, other, otherCase, alias, ben_, elsewhere] = await codes();
	expect([without, theirs, other, otherCase, alias]).toEqual([refused, permitted, refused, refused, permitted]);
	expect([ben_?.[0], elsewhere?.[0]]).toEqual([false, false]);
	await asFairfield(db, (tx) =>
		endDelegation(tx, authoriser(ben, [{ role: 'nurse', siteId: roseHouse }]), catalogue, cellOf(tomasz, insulin), {
			delegation,
			now: new Date(),
		}),
	);
	expect((await codes())[1]).toEqual(refused);
});

test('the permit ends with the day on which the nurse looks at it again', async () => {
	const { db, ask } = await gateWith();
	await goodAtInsulin(db);
	const reviewOn = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
	await handOver(db, { person: 'RH-0142', reviewOn });
	const { context } = (await ask(forPerson('RH-0142'))).body;
	expect(context).toMatchObject({ code: 'competent', valid_until: endOfDay(reviewOn).toISOString(), max_age: 60 });
});

test('the very next answer after a pause refuses, and so does one after the prerequisite is lost', async () => {
	const { db, ask } = await gateWith();
	await goodAtInsulin(db);
	await handOver(db, { person: 'RH-0142' });
	expect((await ask(forPerson('RH-0142'))).body.decision).toBe(true);
	const given = { id: crypto.randomUUID(), reason: 'other', reviewOn: '2027-01-01' } as const;
	await asFairfield(db, (tx) => pause(tx, authoriser(grace), catalogue, cellOf(tomasz), given));
	expect((await ask(forPerson('RH-0142'))).body).toMatchObject({
		decision: false,
		context: { code: 'prerequisite_missing' },
	});
});

test('a batch and a search give what single questions give', async () => {
	const { db, ask } = await gateWith('authzen.search');
	await goodAtInsulin(db, ben);
	await handOver(db, { person: 'RH-0142' });
	await handOver(db, { person: 'RH-0143', to: ben });
	const batch = await ask(
		{ evaluations: ['RH-0142', 'RH-0143', 'RH-0144'].map((person) => forPerson(person)) },
		{ path: '/access/v1/evaluations' },
	);
	expect(batch.body.evaluations.map((each: { decision: boolean }) => each.decision)).toEqual([true, false, false]);
	const found = async (person: string) => {
		const { subject: _, ...search } = forPerson(person);
		const { body } = await ask({ subject: { type: 'staff' }, ...search }, { path: '/access/v1/search/subject' });
		return body.results.map((each: { id: string }) => each.id);
	};
	expect(await found('RH-0142')).toEqual(['tomasz.nowak']);
	expect(await found('RH-0143')).toEqual(['ben.whitfield']);
	expect(await found('RH-0144')).toEqual([]);
});

test('somebody supervised needs it handed over to them as well as to whoever is beside them', async () => {
	const { db, ask } = await gateWith();
	await goodAtInsulin(db);
	const story = storyteller();
	await tell(db, story.becomesCompetent(memberOf(amara), { assessors: [ben], signerId: grace }, 30));
	await tell(db, story.learns(memberOf(amara), 20, insulin));
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({ kind: 'supervision', ...cellOf(amara, insulin), recordedBy: grace, payload: { supervisor: tomasz } }),
		]),
	);
	const asked = async (context: object) => {
		const { body } = await ask({ ...question('amara.okafor', insulin), context });
		return [body.decision, body.context.code, body.context.standing];
	};
	const beside = { supervisor: 'tomasz.nowak' };
	expect(await asked({})).toEqual([false, 'supervised_only', 'supervised']);
	expect(await asked(beside)).toEqual([false, 'supervised_only', 'supervised']);
	await handOver(db, { person: 'RH-0142' });
	expect(await asked(beside)).toEqual([false, 'supervised_only', 'supervised']);
	expect(await asked({ ...beside, person: 'RH-0142' })).toEqual([false, 'delegation_missing', 'supervised']);
	await handOver(db, { person: 'RH-0142', to: amara });
	expect(await asked({ ...beside, person: 'RH-0142' })).toEqual([true, 'supervised_only', 'supervised']);
	expect(await asked({ person: 'RH-0142' })).toEqual([false, 'supervised_only', 'supervised']);
	expect(await asked({ ...beside, person: 'RH-0143' })).toEqual([false, 'supervised_only', 'supervised']);
});

test('a registered nurse who has to be watched again acts beside another, with nothing handed over', async () => {
	const { db, ask } = await gateWith();
	const nurse = (id: string) => ({ personId: id, siteId: roseHouse, role: 'nurse' as const });
	const story = storyteller();
	await tell(db, story.joins(nurse(margaret), 400));
	await goodAtInsulin(db);
	await handOver(db, { person: 'RH-0142' });
	await tell(db, story.learns(nurse(margaret), 20, insulin));
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({
				kind: 'award',
				personId: margaret,
				recordedBy: grace,
				payload: { award: 'nmc-registration', awardedOn: '2020-01-01', expiresOn: null, verifiedBy: grace },
			}),
			fact({ kind: 'supervision', ...cellOf(margaret, insulin), recordedBy: grace, payload: { supervisor: tomasz } }),
		]),
	);
	const asked = async (context: object) => {
		const { body } = await ask({ ...question('margaret.doyle', insulin), context });
		return [body.decision, body.context.code];
	};
	expect(await asked({ person: 'RH-0142' })).toEqual([false, 'supervised_only']);
	expect(await asked({ supervisor: 'tomasz.nowak', person: 'RH-0142' })).toEqual([true, 'supervised_only']);
	// The colleague has it handed over for that one person.
	expect(await asked({ supervisor: 'tomasz.nowak', person: 'RH-0143' })).toEqual([false, 'supervised_only']);
});

test('what could be a name is no reference, and two references are none', async () => {
	const { ask } = await gateWith();
	for (const context of [
		{ person: 'Mrs Smith' },
		{ person: '' },
		{ person: 7 },
		{ delegation: ['RH-0142'] },
		{ person: 'RH-0142', delegation: 'RH-0143' },
	])
		expect(await ask({ ...question('tomasz.nowak', insulin), context })).toMatchObject({ status: 400 });
	expect(
		(await ask({ ...question('tomasz.nowak', insulin), context: { person: 'RH-0142', delegation: 'RH-0142' } })).status,
	).toBe(200);
});

test('a closer look that has to wait is no decision, in bounded time, and takes no other question along', async () => {
	const { db, ask } = await gateWith();
	await goodAtInsulin(db);
	await handOver(db, { person: 'RH-0142' });
	// Every connection that pages and closer looks have is taken for a while.
	const busy = Array.from({ length: 10 }, () => asFairfield(db, () => sleep(2500)));
	const looks = Array.from({ length: 20 }, () => ask(forPerson('RH-0142')));
	const others = await Promise.all(Array.from({ length: 20 }, () => ask(question('ben.whitfield'))));
	expect(others.every(({ status, body }) => status === 200 && body.decision)).toBe(true);
	expect(Math.max(...others.map(({ milliseconds }) => milliseconds))).toBeLessThan(1000);
	for (const { status, headers, body, milliseconds } of await Promise.all(looks)) {
		expect([status, typeof body, headers['retry-after']]).toEqual([503, 'string', '1']);
		expect(milliseconds).toBeLessThan(2500);
	}
	await Promise.all(busy);
	expect((await ask(forPerson('RH-0142'))).body.decision).toBe(true);
});

import { expect, test } from 'vitest';
import { endEmployment } from '#app/commands/employing.ts';
import { rulesBySite } from '#app/commands/projecting.ts';
import { decide } from '#app/domain/decide.ts';
import { presentFor } from '#app/domain/evidence.ts';
import { addDays, endOfDay, localDay } from '#app/domain/period.ts';
import { instantFrom } from '#app/gate/moment.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { gateWith, goodAtInsulin, handOver, insulin } from '../support/authzen.ts';
import { asFairfield, ben, catalogue, cellOf, fairfield, grace, roseHouse } from '../support/demonstration.ts';
import { question } from '../support/gate.ts';

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
const at = (time: unknown, who = 'ben.whitfield', privilege = 'administer-oral') => ({
	...question(who, privilege),
	context: { time },
});

test('whoever may plan is answered for the time to come, marked as a plan that nobody may hold', async () => {
	const { ask } = await gateWith('authzen.plan');
	const { body: now } = await ask(question('ben.whitfield'));
	const until = new Date(now.context.valid_until);
	const before = await ask(at(new Date(until.getTime() - 3_600_000).toISOString()));
	expect(before.body).toMatchObject({
		decision: true,
		context: { code: 'competent', planned: true, max_age: 0, valid_until: now.context.valid_until },
	});
	const after = await ask(at(new Date(until.getTime() + 3_600_000).toISOString()));
	expect(after.body).toMatchObject({ decision: false, context: { code: 'expired', planned: true, max_age: 0 } });
	expect((await ask(at(until.toISOString()))).body.decision).toBe(false);
	expect(now.context).not.toHaveProperty('planned');
	expect(Math.abs(Date.parse(after.body.context.evaluated_at) - Date.now())).toBeLessThan(5000);
});

test('the plan is what the rules decide of that day if nothing else is ever recorded', async () => {
	const { db, ask } = await gateWith('authzen.plan');
	const evidence = await asFairfield(db, (tx) => listEvidenceOf(tx, { providerId: fairfield, personIds: [ben] }));
	const rules = (await asFairfield(db, (tx) => rulesBySite(tx, fairfield, catalogue)))(roseHouse);
	for (const privilege of ['administer-oral', 'witness-controlled-drug', 'assess', 'prompt'] as const)
		for (const days of [1, 30, 60, 120, 200, 300, 400, 800]) {
			const instant = inDays(days);
			const { permit, code } = decide(rules, evidence, { privilege, siteId: roseHouse }, instant);
			const { body } = await ask(at(instant.toISOString(), 'ben.whitfield', privilege));
			expect([privilege, days, body.decision, body.context.code]).toEqual([privilege, days, permit, code]);
		}
});

test('whoever is known to leave is not planned for after their last day', async () => {
	const { db, ask } = await gateWith('authzen.plan');
	const lastDay = addDays(localDay(new Date()), 7);
	await asFairfield(db, (tx) =>
		endEmployment(tx, fairfield, catalogue, { personId: cellOf(ben).personId, lastDay, recordedBy: grace }),
	);
	expect((await ask(at(new Date(endOfDay(lastDay).getTime() - 1000).toISOString()))).body.decision).toBe(true);
	expect((await ask(at(endOfDay(lastDay).toISOString()))).body).toMatchObject({
		decision: false,
		context: { code: 'left' },
	});
});

test('a plan for a delegated task ends with the delegation', async () => {
	const { db, ask } = await gateWith('authzen.plan');
	await goodAtInsulin(db);
	const reviewOn = addDays(localDay(new Date()), 10);
	await handOver(db, { person: 'RH-0142', reviewOn });
	const planned = async (days: number) => {
		const context = { person: 'RH-0142', time: inDays(days).toISOString() };
		const { body } = await ask({ ...question('tomasz.nowak', insulin), context });
		return [body.decision, body.context.code, body.context.planned, body.context.max_age];
	};
	expect(await planned(5)).toEqual([true, 'competent', true, 0]);
	expect(await planned(12)).toEqual([false, 'delegation_expired', true, 0]);
});

test('a time without seconds is a time, and clocks that are minutes apart are at one', async () => {
	const { ask } = await gateWith('authzen.plan');
	const day = inDays(20).toISOString().slice(0, 10);
	for (const time of [`${day}T08:00Z`, `${day}T08:00+01:00`, `${day}t08:00:30.123456z`, `${day} 08:00:00-05:00`])
		expect((await ask(at(time))).body.context.planned, time).toBe(true);
	for (const minutes of [-4, -1, 0, 1, 4]) {
		const { status, body } = await ask(at(inDays(minutes / 1440).toISOString()));
		expect([minutes, status, body.context.planned, body.context.max_age]).toEqual([minutes, 200, undefined, 60]);
	}
	for (const time of [
		inDays(-1).toISOString(),
		'2024-10-26T01:22-07:00',
		'tomorrow',
		'',
		7,
		null,
		{},
		`${day}T08:00`,
		day,
	])
		expect([time, (await ask(at(time))).status]).toEqual([time, 400]);
});

test('without the scope a time to come is refused, and any other is the caller’s clock, which changes nothing', async () => {
	const { ask } = await gateWith();
	for (const days of [0.01, 1, 3000]) {
		const { status, headers, body } = await ask(at(inDays(days).toISOString()));
		expect([status, typeof body]).toEqual([403, 'string']);
		expect(headers['www-authenticate']).toMatch(/insufficient_scope.*authzen\.plan/);
	}
	for (const time of [
		'2024-10-26T01:22-07:00',
		'1985-10-26T01:22-07:00',
		'now',
		'',
		7,
		null,
		[],
		new Date().toISOString(),
	]) {
		const { status, body } = await ask(at(time));
		expect([time, status, body.decision]).toEqual([time, 200, true]);
		expect(body.context).not.toHaveProperty('planned');
		expect(Math.abs(Date.parse(body.context.evaluated_at) - Date.now())).toBeLessThan(5000);
	}
});

test('days and hours that do not exist are no time', () => {
	for (const text of [
		'2027-02-30T00:00Z',
		'2027-13-01T00:00Z',
		'2027-01-01T25:00Z',
		'2027-01-01T00:60Z',
		'2027-01-01T00:00:00',
		'2027-01-01T00:00+1:00',
		'+002027-01-01T00:00Z',
		'20270101T0000Z',
		'2027-01-01T00:00:00.Z',
	])
		expect([text, instantFrom(text)]).toEqual([text, undefined]);
	expect(instantFrom('2028-02-29T23:59:59.9+14:00')?.toISOString()).toBe('2028-02-29T09:59:59.900Z');
	expect(presentFor([], new Date(0))).toEqual(new Date(0));
});

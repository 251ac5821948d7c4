import { expect, test } from 'vitest';
import { type Fact, fact } from '#app/commands/append.ts';
import { pause } from '#app/commands/authorising.ts';
import { allowLoneGiving } from '#app/commands/lone-givings.ts';
import { override } from '#app/commands/overriding.ts';
import { addDays, instantOf, localDay, localTime } from '#app/domain/period.ts';
import { gateWith, handOver, insulin } from '../support/authzen.ts';
import type { TestDatabase } from '../support/database.ts';
import {
	amara,
	asFairfield,
	authoriser,
	ben,
	catalogue,
	cellOf,
	elmCourt,
	grace,
	margaret,
	memberOf,
	setPolicy,
	storyteller,
	tell,
	tomasz,
} from '../support/demonstration.ts';
import { question } from '../support/gate.ts';

const drug = 'administer-controlled-drug';
const rescue = 'administer-rescue';
const given = () => ({ id: crypto.randomUUID(), hours: 4, note: 'nobody can come', now: new Date() });
const overrides = (db: TestDatabase, cell: ReturnType<typeof cellOf>) =>
	asFairfield(db, (tx) => override(tx, authoriser(grace), catalogue, cell, given()));
const pauses = (db: TestDatabase, cell: ReturnType<typeof cellOf>) =>
	asFairfield(db, (tx) =>
		pause(tx, authoriser(grace), catalogue, cell, { id: crypto.randomUUID(), reason: 'other', reviewOn: '2030-01-01' }),
	);

test('no witness at night: she gives alone while somebody checks by telephone, until it ends or she is stopped', async () => {
	const { db, ask } = await gateWith('authzen.plan');
	const answer = async (context: object = {}) => {
		const { body } = await ask({ ...question('margaret.doyle', drug), context });
		return [body.decision, body.context.code];
	};
	expect(await answer()).toEqual([false, 'witness_missing']);
	const allowed = await asFairfield(db, (tx) =>
		allowLoneGiving(tx, authoriser(grace), catalogue, cellOf(margaret, drug), { ...given(), secondCheck: ben }),
	);
	expect(allowed).toEqual({ ok: true });
	expect(await answer()).toEqual([true, 'second_check_by_telephone']);
	expect(await answer({ witness: 'ben.whitfield' })).toEqual([true, 'second_check_by_telephone']);
	expect(await answer({ time: new Date(Date.now() + 5 * 3_600_000).toISOString() })).toEqual([
		false,
		'witness_missing',
	]);
	await pauses(db, cellOf(margaret));
	expect(await answer()).toEqual([false, 'prerequisite_missing']);
});

test('a senior covers another site without a post there, with what else it needs, until it ends or they are stopped', async () => {
	const { db, ask } = await gateWith('authzen.plan', 'authzen.search');
	const answer = async (privilege: string, context: object = {}, who = 'ben.whitfield') => {
		const { body } = await ask({ ...question(who, privilege, 'elm-court'), context });
		return [body.decision, body.context.code];
	};
	const no = [false, 'site_induction_missing'];
	expect(await answer('administer-oral')).toEqual(no);
	expect(await overrides(db, cellOf(ben, 'administer-oral', elmCourt))).toEqual({ ok: true });
	expect(await answer('administer-oral')).toEqual([true, 'override_active']);
	expect(await answer('administer-prn')).toEqual(no);
	expect(await answer('administer-oral', {}, 'tomasz.nowak')).toEqual(no);
	expect(await answer('administer-oral', { time: new Date(Date.now() + 5 * 3_600_000).toISOString() })).toEqual(no);
	const { subject: _, ...search } = question('', 'administer-oral', 'elm-court');
	const { body } = await ask({ subject: { type: 'staff' }, ...search }, { path: '/access/v1/search/subject' });
	expect(body.results.map((each: { id: string }) => each.id)).toContain('ben.whitfield');
	await setPolicy(db, 1, elmCourt, { witness: true });
	// By cover nobody witnesses or stands beside anybody: only competence vouches.
	await tell(db, storyteller().comesCompetent(memberOf(margaret), grace, 20, 'witness-controlled-drug'));
	expect(await overrides(db, cellOf(margaret, drug, elmCourt))).toEqual({ ok: true });
	expect(await answer(drug, { witness: 'ben.whitfield' }, 'margaret.doyle')).toEqual([false, 'witness_missing']);
	await pauses(db, cellOf(ben));
	expect(await answer('administer-oral')).toEqual(no);
});

test('cover for a controlled drug needs a witness of that site, and then is good', async () => {
	const { db, ask } = await gateWith();
	await setPolicy(db, 1, elmCourt, { witness: true });
	await overrides(db, cellOf(margaret, drug, elmCourt));
	const alone = await ask(question('margaret.doyle', drug, 'elm-court'));
	expect(alone.body).toMatchObject({ decision: false, context: { code: 'witness_missing' } });
	const [witness] = await db.owner`select p.staff_code from standings s join people p on p.id = s.person_id
		where s.site_id = ${elmCourt} and s.privilege = 'witness-controlled-drug' and s.code = 'competent' limit 1`;
	const asked = { ...question('margaret.doyle', drug, 'elm-court'), context: { witness: witness?.staff_code } };
	expect((await ask(asked)).body).toMatchObject({ decision: true, context: { code: 'override_active' } });
});

test('rescue medicine after the review day: allowed for the very person it was handed over for', async () => {
	const { db, ask } = await gateWith();
	await tell(db, storyteller().comesCompetent(memberOf(tomasz), grace, 20, rescue));
	const answer = async (person?: string) => {
		const { body } = await ask({ ...question('tomasz.nowak', rescue), context: person ? { person } : {} });
		return [body.decision, body.context.code];
	};
	expect(await overrides(db, cellOf(tomasz, rescue))).toEqual({ ok: false, why: 'not-overridable' });
	const reviewOn = addDays(localDay(new Date()), -1);
	await tell(db, [
		fact({
			kind: 'delegation',
			...cellOf(tomasz, rescue),
			recordedBy: grace,
			observedAt: new Date(Date.now() - 5 * 86_400_000),
			payload: { person: 'RH-0142', delegator: grace, registration: '12A3456E', reviewOn },
		}),
	]);
	expect(await answer('RH-0142')).toEqual([false, 'delegation_expired']);
	expect(await overrides(db, cellOf(tomasz, rescue))).toEqual({ ok: true });
	expect(await answer('RH-0142')).toEqual([true, 'override_active']);
	expect(await answer('RH-0143')).toEqual([false, 'delegation_missing']);
	expect(await answer()).toEqual([false, 'delegation_missing']);
	await pauses(db, cellOf(tomasz));
	expect((await answer('RH-0142'))[0]).toBe(false);
});

/** The last day before the clocks change next, after so many days. */
function nightOfClockChange(after: string): string {
	let day = after;
	while (lengthOf(day) === 24) day = addDays(day, 1);
	return addDays(day, -1);

	function lengthOf(each: string): number {
		return (instantOf(addDays(each, 1), '00:00').getTime() - instantOf(each, '00:00').getTime()) / 3_600_000;
	}
}

test.each([
	['an ordinary night', addDays(localDay(new Date()), 10)],
	['the next night in which the clocks change', nightOfClockChange(addDays(localDay(new Date()), 5))],
	['the one after that', nightOfClockChange(addDays(nightOfClockChange(addDays(localDay(new Date()), 5)), 5))],
])('a delegation and a sign-off hold until the night shift is over: %s', async (_, lastDay) => {
	const { db, ask } = await gateWith('authzen.plan');
	await setPolicy(db, 1, null, { endOfShift: '08:00' });
	const story = storyteller();
	const until = (day: string) => (each: Fact) =>
		each.kind === 'sign-off' ? { ...each, payload: { ...each.payload, lastDay: day } as never } : each;
	const later = until(addDays(lastDay, 100));
	const oral = story.becomesCompetent(memberOf(amara), { assessors: [ben], signerId: grace }, 20).map(later);
	const delegated = story.comesCompetent(memberOf(amara), grace, 19, insulin).map(later);
	const runsOut = story.comesCompetent(memberOf(amara), grace, 18, rescue).map(until(lastDay));
	await tell(db, [...oral, ...delegated, ...runsOut]);
	await handOver(db, { person: 'RH-0142', to: amara, reviewOn: lastDay });
	await tell(db, [
		fact({
			kind: 'delegation',
			...cellOf(amara, rescue),
			recordedBy: grace,
			payload: { person: 'RH-0142', delegator: grace, registration: '12A3456E', reviewOn: addDays(lastDay, 9) },
		}),
	]);
	const answer = async (privilege: string, at: Date) => {
		const context = { person: 'RH-0142', time: at.toISOString() };
		const { body } = await ask({ ...question('amara.okafor', privilege), context });
		return [body.decision, body.context.code];
	};
	const end = instantOf(addDays(lastDay, 1), '08:00');
	expect(localTime(end)).toBe('08:00');
	for (const [privilege, code] of [
		[insulin, 'delegation_expired'],
		[rescue, 'expired'],
	] as const) {
		expect(await answer(privilege, new Date(end.getTime() - 1000))).toEqual([true, 'competent']);
		expect(await answer(privilege, end)).toEqual([false, code]);
	}
});

test('a spot check does not lapse in the middle of a night shift', async () => {
	const { db, ask } = await gateWith('authzen.plan');
	await setPolicy(db, 1, null, { endOfShift: '08:00', privileges: { 'administer-oral': { spotCheck: 'P2M' } } });
	await tell(db, storyteller().becomesCompetent(memberOf(tomasz), { assessors: [ben], signerId: grace }, 5));
	const { body } = await ask(question('tomasz.nowak'));
	expect(body.decision).toBe(true);
	expect(localTime(new Date(body.context.valid_until))).toBe('08:00');
	const planned = async (milliseconds: number) => {
		const time = new Date(Date.parse(body.context.valid_until) + milliseconds).toISOString();
		return (await ask({ ...question('tomasz.nowak'), context: { time } })).body.decision;
	};
	expect([await planned(-1000), await planned(0)]).toEqual([true, false]);
});

import { expect, test } from 'vitest';
import {
	type PolicyBody,
	type PolicyOverride,
	policyBody,
	policyInForce,
	policyNamed,
	shippedPolicy,
	timeOfDay,
} from '../../app/domain/policy.ts';
import { elmCourt, moment, policyWith, roseHouse } from './support.ts';

const { version: _, ...of } = policyWith();
const numbers = policyBody.parse(of);
const shipped = { ...numbers, version: 4 };
const set = (version: number, siteId: string | null, body: object): PolicyOverride => ({
	version,
	siteId,
	body: body as Partial<PolicyBody>,
});
const passMark = (passMark: number) => ({ quiz: { passMark } });

test.each<[string, PolicyOverride[], number, string]>([
	['nothing set', [], 80, 'shipped-4'],
	['the provider has set one', [set(1, null, passMark(85))], 85, 'shipped-4+1'],
	['the site has set one', [set(1, roseHouse, passMark(90))], 90, 'shipped-4+1'],
	['the site is over the provider', [set(1, null, passMark(85)), set(2, roseHouse, passMark(90))], 90, 'shipped-4+1+2'],
	[
		'also when the provider is newer',
		[set(1, roseHouse, passMark(90)), set(2, null, passMark(85))],
		90,
		'shipped-4+2+1',
	],
	['another site has set one', [set(1, elmCourt, passMark(90))], 80, 'shipped-4'],
	['the newest of the provider holds', [set(1, null, passMark(85)), set(2, null, passMark(95))], 95, 'shipped-4+2'],
	['in whatever order they come', [set(2, null, passMark(95)), set(1, null, passMark(85))], 95, 'shipped-4+2'],
	[
		'the newest of the site holds',
		[set(3, roseHouse, passMark(90)), set(7, roseHouse, passMark(70))],
		70,
		'shipped-4+7',
	],
])('the policy in force: %s', (_name, overrides, mark, version) => {
	const policy = policyInForce(shipped, overrides, roseHouse);
	expect([policy.quiz.passMark, policy.version]).toEqual([mark, version]);
});

test('an override changes what it names and nothing else', () => {
	const policy = policyInForce(shipped, [set(1, null, { quiz: { passMark: 90 }, dueSoon: 'P30D' })], roseHouse);
	const { version, ...body } = policy;
	expect(version).toBe('shipped-4+1');
	expect(body).toEqual({ ...numbers, quiz: { ...numbers.quiz, passMark: 90 }, dueSoon: 'P30D' });
});

test('provider and site may change different numbers of one section', () => {
	const overrides = [
		set(1, null, { observation: { passes: 4 } }),
		set(2, roseHouse, { observation: { assessors: 2 } }),
	];
	expect(policyInForce(shipped, overrides, roseHouse).observation).toEqual({
		...numbers.observation,
		passes: 4,
		assessors: 2,
	});
});

test('only the newest of each level counts, not what an older one had set', () => {
	const overrides = [set(1, null, { dueSoon: 'P30D' }), set(2, null, { quiz: { passMark: 90 } })];
	expect(policyInForce(shipped, overrides, roseHouse).dueSoon).toBe('P60D');
});

test('an override that is out of range or unknown is refused', () => {
	expect(() => policyInForce(shipped, [set(1, null, passMark(101))], roseHouse)).toThrow();
	expect(() => policyInForce(shipped, [set(1, null, { observation: { passes: 0 } })], roseHouse)).toThrow();
	expect(() => policyInForce(shipped, [set(1, null, { colour: 'blue' })], roseHouse)).toThrow();
	expect(() => policyInForce(shipped, [set(1, null, { dueSoon: '60 days' })], roseHouse)).toThrow();
});

test('merging leaves what it was given alone', () => {
	const before = structuredClone(shipped);
	policyInForce(shipped, [set(1, null, passMark(90))], roseHouse);
	expect(shipped).toEqual(before);
});

test.each([
	['2026-01-15 00:00', 'night'],
	['2026-01-15 05:59', 'night'],
	['2026-01-15 06:00', 'morning'],
	['2026-01-15 10:59', 'morning'],
	['2026-01-15 11:00', 'lunch'],
	['2026-01-15 13:59', 'lunch'],
	['2026-01-15 14:00', 'teatime'],
	['2026-01-15 17:59', 'teatime'],
	['2026-01-15 18:00', 'bedtime'],
	['2026-01-15 21:59', 'bedtime'],
	['2026-01-15 22:00', 'night'],
	['2026-01-15 23:59', 'night'],
	['2026-07-15T05:30:00Z', 'morning'],
	['2026-01-15T05:30:00Z', 'night'],
	['2026-07-15T21:30:00Z', 'night'],
	['2026-10-25T00:30:00Z', 'night'],
	['2026-03-29T05:00:00Z', 'morning'],
])('%s is %s', (when, band) => {
	expect(timeOfDay(policyWith(), moment(when))).toBe(band);
});

test('the shipped shape names its owner and version; a body does not', () => {
	expect(shippedPolicy.safeParse({ ...numbers, version: 1, owner: 'test' }).success).toBe(true);
	expect(policyBody.safeParse({ ...numbers, version: 1 }).success).toBe(false);
});

// `timeOfDay` reads the bands in order: a night that began at 00:30 would swallow the whole day, so that rounds at
// different times of day would all count as one.
test('bands that do not follow each other, or are no time at all, are refused', () => {
	const withNight = (night: string) =>
		policyBody.safeParse({ ...numbers, timesOfDay: { ...numbers.timesOfDay, night } }).success;
	expect(withNight('23:30')).toBe(true);
	expect([withNight('00:30'), withNight('99:99')]).toEqual([false, false]);
});

test('a kind of site has shipped numbers of its own, under those that provider and site set', () => {
	const kinds = { 'home-care': { witness: false, privileges: { 'administer-oral': { people: 3 } } } };
	const at = (overrides: PolicyOverride[], kind?: 'home-care' | 'care-home') =>
		policyInForce({ ...shipped, kinds }, overrides, roseHouse, kind);
	expect(at([], 'home-care')).toMatchObject({
		version: 'shipped-4:home-care',
		witness: false,
		privileges: { 'administer-oral': { people: 3 } },
	});
	expect(at([], 'care-home')).toEqual({ ...numbers, version: 'shipped-4' });
	expect(at([set(1, null, { witness: true })], 'home-care').witness).toBe(true);
	expect(policyNamed('shipped-4:home-care', [{ ...shipped, kinds }], [])).toEqual(at([], 'home-care'));
});

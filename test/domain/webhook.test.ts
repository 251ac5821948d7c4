import { expect, test } from 'vitest';
import {
	type Attempt,
	consequenceOf,
	delayAfter,
	delays,
	holdOf,
	longestFailing,
	type Outcome,
	outcomeOf,
	webhookForm,
} from '../../app/domain/webhook.ts';

const attempt = (outcome: Outcome, hold: number | null = null): Attempt => ({
	outcome,
	hold,
	status: null,
	response: null,
	milliseconds: 1,
});
const fresh = { failedBefore: 0, failingFor: 0, once: false };

test('ten attempts, each after the time of the schedule or up to a fifth more, over three days', () => {
	expect(delays.map((_, failed) => delayAfter(failed, 0))).toEqual([...delays]);
	expect(delayAfter(1, 1)).toBe(6000);
	expect(delayAfter(10, 0)).toBeNull();
	expect(delays.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(longestFailing);
});

test.each<[number, Outcome]>([
	[200, 'accepted'],
	[204, 'accepted'],
	[299, 'accepted'],
	[301, 'redirect'],
	[304, 'redirect'],
	[400, 'refused'],
	[410, 'gone'],
	[429, 'busy'],
	[500, 'refused'],
	[502, 'busy'],
	[503, 'refused'],
	[504, 'busy'],
	[100, 'refused'],
	[0, 'refused'],
])('%i: %s', (status, outcome) => {
	expect(outcomeOf(status)).toBe(outcome);
});

test.each<[string | undefined, number | null]>([
	['120', 120_000],
	[' 5 ', 5000],
	['Mon, 23 Nov 2026 12:01:00 GMT', 60_000],
	['Mon, 23 Nov 2026 11:59:00 GMT', null],
	['0', null],
	['-5', null],
	['soon', null],
	['', null],
	[undefined, null],
	['999999999', 24 * 3_600_000],
])('Retry-After %s: %s', (header, hold) => {
	expect(holdOf(header, new Date('2026-11-23T12:00:00Z'))).toBe(hold);
});

test.each<[string, Attempt, Partial<typeof fresh>, object]>([
	['accepted', attempt('accepted'), {}, { state: 'delivered', nextAttempt: null, off: null }],
	['refused', attempt('refused'), {}, { state: 'due', nextAttempt: 5000, hold: null, off: null }],
	['refused, wait a minute', attempt('refused', 60_000), {}, { state: 'due', nextAttempt: 60_000, hold: null }],
	['busy', attempt('busy'), {}, { state: 'due', nextAttempt: 5000, hold: 5000 }],
	['busy, wait a minute', attempt('busy', 60_000), {}, { state: 'due', nextAttempt: 60_000, hold: 60_000 }],
	['the tenth time', attempt('timeout'), { failedBefore: 9 }, { state: 'failed', nextAttempt: null, off: null }],
	['gone', attempt('gone'), {}, { state: 'failed', off: 'gone' }],
	['for three days', attempt('refused'), { failingFor: longestFailing }, { state: 'failed', off: 'failing' }],
	['not quite for three days', attempt('refused'), { failingFor: longestFailing - 1 }, { state: 'due', off: null }],
	['accepted after three days', attempt('accepted'), { failingFor: longestFailing }, { state: 'delivered', off: null }],
	['a test, gone', attempt('gone'), { once: true }, { state: 'failed', off: null, hold: null }],
	['a test, busy', attempt('busy', 1000), { once: true }, { state: 'failed', off: null, hold: null }],
])('an attempt that is %s', (_name, made, more, expected) => {
	expect(consequenceOf(made, { ...fresh, ...more }, 0)).toMatchObject(expected);
});

test('an endpoint needs a name, an address and something to be told', () => {
	const given = {
		id: crypto.randomUUID(),
		name: ' eMAR ',
		url: 'https://emar.example/',
		client: '',
		types: ['competency.paused'],
	};
	expect(webhookForm.parse(given)).toMatchObject({ name: 'eMAR' });
	for (const wrong of [{ name: ' ' }, { url: 'emar' }, { types: [] }, { types: ['evidence.recorded'] }, { id: '1' }])
		expect(webhookForm.safeParse({ ...given, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
});

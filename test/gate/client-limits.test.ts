import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { addressOf, buckets, wrongLinks, wrongSecrets } from '#app/gate/limits.ts';
import { demonstration } from '#db/seed.ts';
import { question, testGate } from '../support/gate.ts';

const allowance = { perSecond: 10, burst: 20 };

test('a bucket lets through its burst and then so many a second, no more and no less', () => {
	const take = buckets();
	for (let turn = 0; turn < 20; turn += 1)
		expect(take('a', allowance, 1, 0)).toMatchObject({ allowed: true, left: 19 - turn });
	expect(take('a', allowance, 1, 0)).toEqual({ allowed: false, left: 0, fullIn: 2, wait: 1 });
	expect(take('a', allowance, 1, 99).allowed).toBe(false);
	expect(take('a', allowance, 1, 100).allowed).toBe(true);
	let through = 0;
	for (let at = 100; at <= 10_100; at += 1) if (take('a', allowance, 1, at).allowed) through += 1;
	expect(through).toBe(100);
});

test('a bucket never holds more than its burst, and each client has its own', () => {
	const take = buckets();
	take('a', allowance, 20, 0);
	expect(take('b', allowance, 20, 0).allowed).toBe(true);
	expect(take('a', allowance, 1, 3_600_000)).toMatchObject({ left: 19, fullIn: 1 });
});

test('a clock that seems to go back fills nothing', () => {
	const take = buckets();
	take('a', allowance, 20, 1000);
	expect(take('a', allowance, 1, 0).allowed).toBe(false);
});

test('what costs more than the burst needs a full bucket, and says how long that takes', () => {
	const take = buckets();
	expect(take('a', allowance, 100, 0)).toMatchObject({ allowed: true, left: 0 });
	expect(take('a', allowance, 100, 0)).toMatchObject({ allowed: false, wait: 2 });
	expect(take('a', allowance, 100, 2000).allowed).toBe(true);
});

test('every answer says how much may still be asked, and one too many is answered 429 and no decision', async () => {
	const { db, ask } = await testGate();
	await db.owner`update clients set per_second = 1, burst = 4`;
	const asked = () => ask(question('ben.whitfield'));
	// The first of the four is the token.
	for (const left of ['2', '1', '0'])
		expect(await asked()).toMatchObject({
			status: 200,
			headers: {
				'ratelimit-limit': '4',
				'ratelimit-remaining': left,
				'ratelimit-reset': expect.stringMatching(/^[1234]$/),
			},
		});
	const refused = await asked();
	expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '1', 'ratelimit-remaining': '0' } });
	expect(typeof refused.body).toBe('string');
	await new Promise((resolve) => setTimeout(resolve, 1050));
	expect(await asked()).toMatchObject({ status: 200, body: { decision: true } });
	// A refusal for another reason tells of the limit too, and counts.
	await new Promise((resolve) => setTimeout(resolve, 1050));
	expect(await ask('not JSON')).toMatchObject({ status: 400, headers: { 'ratelimit-remaining': '0' } });
	expect(await asked()).toMatchObject({ status: 429 });
});

test('a token counts as a question, and whoever asks for too many has to wait with the right secret too', async () => {
	const { db, requestToken, ask } = await testGate();
	await db.owner`update clients set per_second = 1, burst = 4`;
	// A token and a question.
	await ask(question('ben.whitfield'));
	for (const left of ['1', '0'])
		expect(await requestToken()).toMatchObject({ status: 200, headers: { 'ratelimit-remaining': left } });
	expect(await requestToken()).toMatchObject({
		status: 429,
		headers: { 'retry-after': '1', 'ratelimit-remaining': '0' },
		body: { error: 'temporarily_unavailable', error_description: expect.stringContaining('wait 1 s') },
	});
	expect((await ask(question('ben.whitfield'))).status).toBe(429);
	await new Promise((resolve) => setTimeout(resolve, 1050));
	expect((await requestToken()).status).toBe(200);
});

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

test('after ten wrong secrets of a client even the right one has to wait, at that address', async () => {
	const { requestToken } = await testGate();
	const wrong = () => requestToken('grant_type=client_credentials', basic(`${demonstration.clientId}:wrong`));
	for (let turn = 0; turn < 10; turn += 1) expect((await wrong()).status).toBe(401);
	const refused = await requestToken();
	expect(refused).toMatchObject({ status: 429, body: { error: 'temporarily_unavailable' } });
	expect(Number(refused.headers['retry-after'])).toBeGreaterThan(290);
	expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(300);
});

test('a right secret forgives the wrong ones before it', async () => {
	const { requestToken } = await testGate();
	for (let turn = 0; turn < 3; turn += 1) {
		for (let wrong = 0; wrong < 9; wrong += 1)
			await requestToken('grant_type=client_credentials', basic(`${demonstration.clientId}:wrong`));
		expect((await requestToken()).status).toBe(200);
	}
});

test('wrong secrets are counted for five minutes, by client and address and by address alone', () => {
	const wrong = wrongSecrets();
	for (let turn = 0; turn < 10; turn += 1) wrong.add('here', 'emar', turn);
	expect(wrong.wait('here', 'emar', 10)).toBe(300);
	expect(wrong.wait('elsewhere', 'emar', 10)).toBe(0);
	expect(wrong.wait('here', 'rota', 10)).toBe(0);
	expect(wrong.wait('here', 'emar', 300_000)).toBe(0);
	for (let turn = 0; turn < 100; turn += 1) wrong.add('here', `guess ${turn}`, 400_000);
	expect(wrong.wait('here', 'rota', 400_000)).toBe(300);
	expect(wrong.wait('elsewhere', 'rota', 400_000)).toBe(0);
});

test('only what proxies of our own have added is believed of where a request comes from', () => {
	const request = {
		headers: { 'x-forwarded-for': 'forged, 203.0.113.7, 10.0.0.2' },
		socket: { remoteAddress: '10.0.0.1' },
	};
	const from = (proxies: number, asked: object = request) => addressOf(asked as IncomingMessage, proxies);
	expect(from(0)).toBe('10.0.0.1');
	expect(from(1)).toBe('10.0.0.2');
	expect(from(2)).toBe('203.0.113.7');
	expect(from(1, { ...request, headers: {} })).toBe('10.0.0.1');
});

test('links that are none: ten from one address, one from each once too many have come from everywhere', () => {
	const linksFrom = wrongLinks();
	let now = 0;
	const clock = () => now;
	const miss = (address: string) => {
		const request = linksFrom(address, clock);
		request.missed();
		// The loader and the action of one request say it twice.
		request.missed();
	};
	const wait = (address: string) => linksFrom(address, clock).wait();
	for (let turn = 0; turn < 9; turn += 1) miss('a');
	expect(wait('a')).toBe(0);
	miss('a');
	expect([wait('a'), wait('b')]).toEqual([300, 0]);
	miss('b');
	expect(wait('b')).toBe(0);
	for (let turn = 0; turn < 289; turn += 1) miss(`stranger ${turn}`);
	// Three hundred in all: whoever has missed once waits, whoever has a link of their own does not.
	expect([wait('a'), wait('b'), wait('stranger 7'), wait('nurse')]).toEqual([300, 300, 300, 0]);
	now = 5 * 60_000;
	expect([wait('a'), wait('b'), wait('stranger 7')]).toEqual([0, 0, 0]);
});

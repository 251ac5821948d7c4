import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { pause } from '#app/commands/authorising.ts';
import { demonstration } from '#db/seed.ts';
import { Countersign, type Decision } from '../../client/src/countersign.ts';
import { connected, demoCredentials, may } from '../support/client.ts';
import type { TestDatabase } from '../support/database.ts';
import { asFairfield, authoriser, catalogue, cellOf, grace, tomasz } from '../support/demonstration.ts';
import { issuer } from '../support/gate.ts';

const pauseTomasz = (db: TestDatabase) =>
	asFairfield(db, (tx) =>
		pause(tx, authoriser(grace), catalogue, cellOf(tomasz), {
			id: crypto.randomUUID(),
			reason: 'other',
			reviewOn: '2030-01-01',
		}),
	);

test('the gate’s yes and no are told with their words', async () => {
	const { client } = await connected();
	const yes = await client.evaluate(may('ben.whitfield'));
	expect(yes).toMatchObject({ decision: true, why: 'gate', code: 'competent' });
	expect(yes.says).toBe('You may do this here.');
	expect(yes.validUntil?.getTime()).toBeGreaterThan(Date.now());
	expect(yes.evaluationId).toMatch(/^[0-9a-f-]{36}$/);
	expect(await client.evaluate(may('danny.hughes'))).toMatchObject({
		decision: false,
		why: 'gate',
		code: 'expired',
		says: 'Your sign-off for this has run out. You need to be watched again.',
	});
});

test('two people are asked about together', async () => {
	const { client } = await connected();
	const drug = (more: object) => client.evaluate(may('margaret.doyle', 'administer-controlled-drug', more));
	expect(await drug({})).toMatchObject({ decision: false, code: 'witness_missing' });
	expect(await drug({ witness: 'ben.whitfield' })).toMatchObject({ decision: true });
	expect(await drug({ witness: 'margaret.doyle' })).toMatchObject({ decision: false });
});

test('many are answered in their order, a hundred in one request', async () => {
	const { client, wire } = await connected();
	const people = ['ben.whitfield', 'danny.hughes', 'tomasz.nowak', 'no.body'];
	const questions = Array.from({ length: 250 }, (_, place) =>
		may(people[place % 4] as string, undefined, { site: place < 200 ? 'rose-house' : 'nowhere' }),
	);
	const decisions = await client.evaluations(questions);
	expect(decisions.map((each) => each.decision)).toEqual(questions.map((_, place) => place < 200 && place % 2 === 0));
	expect(wire.asked.filter((path) => path === '/access/v1/evaluations')).toHaveLength(3);
	expect(await client.evaluations([])).toEqual([]);
});

test('one broken question among several is a no, and the others are answered', async () => {
	const { client } = await connected();
	const decisions = await client.evaluations([
		may('ben.whitfield'),
		may('ben.whitfield', 'administer-insulin', { person: 'Mrs Smith' }),
		may('tomasz.nowak'),
	]);
	expect(decisions.map((each) => each.decision)).toEqual([true, false, true]);
	expect(decisions[1]?.code).toBe('broken_question');
});

test('one token serves until shortly before its end', async () => {
	const { client, clock, wire } = await connected();
	const tokens = () => wire.asked.filter((path) => path === '/oauth/token').length;
	await Promise.all(['ben.whitfield', 'tomasz.nowak', 'danny.hughes'].map((each) => client.evaluate(may(each))));
	expect(tokens()).toBe(1);
	clock.pass(269_000);
	await client.evaluate(may('ben.whitfield'));
	expect(tokens()).toBe(1);
	clock.pass(2000);
	await client.evaluate(may('danny.hughes'));
	expect(tokens()).toBe(2);
});

test('a key of one’s own opens the gate in place of a secret', async () => {
	const { db, client: _, ...gate } = await connected();
	const pair = await generateKeyPair('ES256', { extractable: true });
	const publicJwk = { ...(await exportJWK(pair.publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' };
	await db.owner`update clients set jwks = ${db.owner.json({ keys: [publicJwk] } as never)} where id = ${demonstration.clientId}`;
	const own = async (privateKey: JsonWebKey | CryptoKey, keyId = 'key-1') =>
		new Countersign({
			url: `http://127.0.0.1:${gate.port}`,
			issuer,
			credentials: { clientId: demonstration.clientId, privateKey, keyId },
		}).evaluate(may('ben.whitfield'));
	const jwk = (await exportJWK(pair.privateKey)) as JsonWebKey;
	expect(await own(jwk)).toMatchObject({ decision: true });
	expect(await own(pair.privateKey as CryptoKey)).toMatchObject({ decision: true });
	const other = (await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey)) as JsonWebKey;
	expect(await own(other)).toMatchObject({ decision: false, why: 'no-answer' });
	expect(await own(jwk, 'key-2')).toMatchObject({ decision: false, why: 'no-answer' });
});

test('a yes is held for as long as the gate allows and no longer; a no never', async () => {
	const { client, clock, wire } = await connected();
	const asked = () => wire.asked.filter((path) => path === '/access/v1/evaluation').length;
	expect(await client.evaluate(may('ben.whitfield'))).toMatchObject({ decision: true, why: 'gate' });
	expect(await client.evaluate(may('ben.whitfield'))).toMatchObject({ decision: true, why: 'held' });
	expect(asked()).toBe(1);
	clock.pass(55_000);
	expect((await client.evaluate(may('ben.whitfield'))).why).toBe('held');
	clock.pass(5001);
	expect((await client.evaluate(may('ben.whitfield'))).why).toBe('gate');
	await client.evaluate(may('danny.hughes'));
	expect((await client.evaluate(may('danny.hughes'))).why).toBe('gate');
	for (const other of [
		may('ben.whitfield', 'assess'),
		may('ben.whitfield', 'administer-oral', { site: 'elm-court' }),
		may('ben.whitfield', 'administer-oral', { witness: 'tomasz.nowak' }),
	])
		expect((await client.evaluate(other)).why).toBe('gate');
});

test('a yes is not held beyond the end of the permit', async () => {
	const { db, client, clock } = await connected();
	await db.owner`update standings set permit_until = now() + interval '10 seconds', ends_at = now() + interval '10 seconds' where permit and (ends_at is null or ends_at > now())`;
	expect((await client.evaluate(may('ben.whitfield'))).why).toBe('gate');
	clock.pass(8000);
	expect((await client.evaluate(may('ben.whitfield'))).why).toBe('held');
	clock.pass(2000);
	expect((await client.evaluate(may('ben.whitfield'))).why).toBe('gate');
});

test('whoever moves the device’s clock, or lets it sleep, gets no longer hold', async () => {
	const minute = 60_000;
	// What the wall clock and the steady one show, of a minute and of none.
	for (const [wall, steady] of [
		[-minute, 0],
		[-24 * 60 * minute, 0],
		[minute, 0],
		[0, minute],
		[-minute, minute],
	] as const) {
		const { client, clock } = await connected();
		await client.evaluate(may('ben.whitfield'));
		clock.pass(steady);
		clock.set(wall - steady);
		expect((await client.evaluate(may('ben.whitfield'))).why, `${wall} ${steady}`).toBe('gate');
	}
});

test('after a pause a held yes is told for at most max_age, and not at all once it is heard of', async () => {
	const { db, client, clock } = await connected();
	await client.evaluate(may('tomasz.nowak'));
	await pauseTomasz(db);
	expect(await client.evaluate(may('tomasz.nowak')), 'the bound that the README names').toMatchObject({
		decision: true,
		why: 'held',
	});
	clock.pass(60_001);
	expect(await client.evaluate(may('tomasz.nowak'))).toMatchObject({ decision: false, code: 'paused_review' });
	const heard = await connected();
	await heard.client.evaluate(may('tomasz.nowak'));
	await heard.client.evaluate(may('ben.whitfield'));
	await pauseTomasz(heard.db);
	heard.client.forget('tomasz.nowak');
	expect(await heard.client.evaluate(may('tomasz.nowak'))).toMatchObject({ decision: false, code: 'paused_review' });
	expect((await heard.client.evaluate(may('ben.whitfield'))).why).toBe('held');
});

test('forgetting somebody forgets them as witness and supervisor too, and an answer on its way', async () => {
	const { client } = await connected();
	const drug = may('margaret.doyle', 'administer-controlled-drug', { witness: 'ben.whitfield' });
	await client.evaluate(drug);
	expect((await client.evaluate(drug)).why).toBe('held');
	client.forget('ben.whitfield');
	expect((await client.evaluate(drug)).why).toBe('gate');
	const underWay = client.evaluate(may('tomasz.nowak'));
	client.forget('tomasz.nowak');
	await underWay;
	expect((await client.evaluate(may('tomasz.nowak'))).why).toBe('gate');
	client.forget();
	expect((await client.evaluate(drug)).why).toBe('gate');
});

test('no more is held than was asked for, and nothing where that is nothing', async () => {
	const { client } = await connected([], { mostHeld: 1 });
	await client.evaluate(may('ben.whitfield'));
	await client.evaluate(may('tomasz.nowak'));
	expect((await client.evaluate(may('tomasz.nowak'))).why).toBe('held');
	expect((await client.evaluate(may('ben.whitfield'))).why).toBe('gate');
	const none = await connected([], { mostHeld: 0 });
	await none.client.evaluate(may('ben.whitfield'));
	expect((await none.client.evaluate(may('ben.whitfield'))).why).toBe('gate');
});

test('a client that is switched off is answered no, at once and without a way round it', async () => {
	const { db, client, clock, wire } = await connected();
	await client.prepareRound('rose-house');
	await client.evaluate(may('ben.whitfield'));
	await db.owner`update clients set disabled_at = now()`;
	clock.pass(60_001);
	expect(await client.evaluate(may('ben.whitfield'))).toMatchObject({
		decision: false,
		why: 'no-answer',
		code: 'client_refused',
		says: 'We could not check: Countersign does not let this system ask.',
	});
	expect(wire.asked.filter((path) => path === '/access/v1/evaluation').length).toBeLessThanOrEqual(3);
});

test('a token that the gate takes no more is renewed once', async () => {
	const { db, client, clock, wire } = await connected();
	await client.evaluate(may('ben.whitfield'));
	clock.pass(60_001);
	const [old] = await db.owner`select id from signing_keys where provider_id is null and algorithm = 'ES256'`;
	const pair = await generateKeyPair('ES256', { extractable: true });
	await db.owner`update signing_keys set removed_at = now(), retired_at = now() where id = ${old?.id}`;
	await db.owner`insert into signing_keys (id, algorithm, private_jwk) values ('another', 'ES256', ${db.owner.json((await exportJWK(pair.privateKey)) as never)})`;
	expect(await client.evaluate(may('ben.whitfield'))).toMatchObject({ decision: true, why: 'gate' });
	expect(wire.asked.filter((path) => path === '/oauth/token')).toHaveLength(2);
});

/** Something that is not the gate, which gives out tokens and answers what it is told to. */
async function impostor(
	answer: (url: string) => { status?: number; body: string; headers?: Record<string, string> } | null,
) {
	const server = createServer((request, response) => {
		if (request.url === '/oauth/token') {
			response.end('{"access_token":"t","token_type":"Bearer","expires_in":300}');
			return;
		}
		const told = answer(request.url ?? '');
		if (told) response.writeHead(told.status ?? 200, told.headers).end(told.body);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const { port } = server.address() as AddressInfo;
	return new Countersign({ url: `http://127.0.0.1:${port}`, credentials: demoCredentials, timeout: 300 });
}

const permit = {
	decision: true,
	context: {
		code: 'competent',
		valid_until: '2030-01-01T00:00:00.000Z',
		evaluated_at: '2027-01-01T00:00:00.000Z',
		max_age: 60,
		reason_user: { 200: 'You may' },
		next_step: 'Nothing',
	},
};
const withContext = (context: object) => JSON.stringify({ ...permit, context: { ...permit.context, ...context } });

test('control: the impostor is believed when it speaks as the gate does', async () => {
	const client = await impostor(() => ({ body: JSON.stringify(permit) }));
	expect(await client.evaluate(may('ben.whitfield'))).toMatchObject({ decision: true });
});

test.each<[string, { status?: number; body: string; headers?: Record<string, string> } | null]>([
	['nothing', null],
	['an empty body', { body: '' }],
	['a page of a hotel’s Wi-Fi', { body: '<html>Please sign in</html>' }],
	['half of an answer', { body: JSON.stringify(permit).slice(0, -5) }],
	['null', { body: 'null' }],
	['an array', { body: `[${JSON.stringify(permit)}]` }],
	['true', { body: 'true' }],
	['yes as text', { body: JSON.stringify({ ...permit, decision: 'true' }) }],
	['yes as a number', { body: JSON.stringify({ ...permit, decision: 1 }) }],
	['yes without a context', { body: '{"decision":true}' }],
	['yes without a code', { body: withContext({ code: undefined }) }],
	['yes without an end', { body: withContext({ valid_until: undefined }) }],
	['yes with an end that is none', { body: withContext({ valid_until: 'tomorrow' }) }],
	['yes that has ended', { body: withContext({ valid_until: '2026-12-31T23:59:59.000Z' }) }],
	['yes for another time', { body: withContext({ planned: true }) }],
	['yes with status 201', { status: 201, body: 'x' }],
	['yes with status 203 and no body', { status: 203, body: '' }],
	['yes with status 400', { status: 400, body: JSON.stringify(permit) }],
	['yes with status 403', { status: 403, body: JSON.stringify(permit) }],
	['yes with status 500', { status: 500, body: JSON.stringify(permit) }],
	['yes somewhere else', { status: 302, body: '', headers: { location: '/yes' } }],
])('%s is a no', async (_, told) => {
	const client = await impostor((url) => (url === '/yes' ? { body: JSON.stringify(permit) } : told));
	const decision = await client.evaluate(may('ben.whitfield'));
	const code = told?.status === 403 ? 'client_refused' : 'no_answer';
	expect(decision).toMatchObject({ decision: false, why: 'no-answer', code });
	expect(decision.cause).toBeTruthy();
});

test.each<[string, unknown]>([
	['too few', { evaluations: [permit] }],
	['too many', { evaluations: [permit, permit, permit] }],
	['none', {}],
	['something else than a list', { evaluations: { 0: permit, 1: permit, length: 2 } }],
])('%s answers to two questions are two noes', async (_, body) => {
	const client = await impostor(() => ({ body: JSON.stringify(body) }));
	const decisions = await client.evaluations([may('ben.whitfield'), may('tomasz.nowak')]);
	expect(decisions.map((each) => each.decision)).toEqual([false, false]);
});

test('a permit that says nothing of its age is not held', async () => {
	const client = await impostor(() => ({ body: withContext({ max_age: '3600' }) }));
	await client.evaluate(may('ben.whitfield'));
	expect((await client.evaluate(may('ben.whitfield'))).why).toBe('gate');
});

test('no answer comes within the time that was given, a token included', async () => {
	const client = await impostor(() => null);
	const started = performance.now();
	expect((await client.evaluate(may('ben.whitfield'))).decision).toBe(false);
	expect(performance.now() - started).toBeLessThan(600);
});

test('nobody there at all is a no', async () => {
	const client = new Countersign({ url: 'http://127.0.0.1:9', credentials: demoCredentials });
	expect(await client.evaluate(may('ben.whitfield'))).toMatchObject({ decision: false, why: 'no-answer' });
});

test('the glass is broken only where there is no answer, by whoever says who they are and why', async () => {
	const asked: [string, Decision][] = [];
	let given: unknown = { by: 'grace.mensah', reason: 'Insulin is due and the line is down' };
	const { client, wire } = await connected([], {
		breakGlass: (question, refused) => {
			asked.push([question.subject, refused]);
			if (given === 'throw') throw new Error('no');
			return given as never;
		},
	});
	expect((await client.evaluate(may('danny.hughes'))).decision).toBe(false);
	expect(asked, 'a no of the gate is a no').toEqual([]);
	wire.cut = true;
	expect(await client.evaluate(may('danny.hughes'))).toMatchObject({
		decision: true,
		why: 'break-glass',
		brokenGlass: { by: 'grace.mensah', reason: 'Insulin is due and the line is down' },
	});
	expect(asked).toMatchObject([['danny.hughes', { decision: false, why: 'no-answer' }]]);
	for (given of [
		null,
		undefined,
		true,
		{},
		{ by: 'grace.mensah' },
		{ by: 'grace.mensah', reason: ' ' },
		{ by: 1, reason: 'x' },
		'throw',
	])
		expect(await client.evaluate(may('danny.hughes')), JSON.stringify(given)).toMatchObject({
			decision: false,
			why: 'no-answer',
		});
	wire.cut = false;
	expect((await client.evaluate(may('danny.hughes'))).why, 'nothing of it is held').toBe('gate');
});

import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { expect, test } from 'vitest';
import { registerClient, switchOff } from '#app/commands/registering-clients.ts';
import { openDatabase } from '#db/client.server.ts';
import { demonstration } from '#db/seed.ts';
import { asFairfield, authoriser, grace } from '../support/demonstration.ts';
import { issuer, question, serveGate, testGate } from '../support/gate.ts';

const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const form = (assertion: string, more: Record<string, string> = {}) =>
	String(
		new URLSearchParams({
			grant_type: 'client_credentials',
			client_assertion_type: type,
			client_assertion: assertion,
			...more,
		}),
	);

const pairs = {
	EdDSA: generateKeyPairSync('ed25519'),
	ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
	RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
	PS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
	RS512: generateKeyPairSync('rsa', { modulusLength: 2048 }),
} as const;
const stranger = generateKeyPairSync('ed25519');
const publicJwk = (key: KeyObject, kid: string) => ({ ...key.export({ format: 'jwk' }), kid });
const now = () => Math.floor(Date.now() / 1000);

/** A gate with a client that signs, and a second one with another key. */
async function signingClients() {
	const gate = await testGate();
	const register = async (name: string, keys: object[]) => {
		const given = { name, scopes: ['authzen.evaluate' as const], perSecond: 50, burst: 200, proof: 'keys' as const };
		const keySet = JSON.stringify({ keys });
		const made = await asFairfield(gate.db, (tx) => registerClient(tx, authoriser(grace), { ...given, keys: keySet }));
		if (!made.ok) throw new Error(made.why);
		return made.clientId;
	};
	const ours = Object.entries(pairs).map(([alg, { publicKey }]) => ({
		...publicJwk(publicKey, alg),
		// This one says itself what it is for.
		...(alg === 'RS512' ? { alg } : {}),
	}));
	const [clientId, otherId] = [
		await register('Signs', ours),
		await register('Other', [publicJwk(stranger.publicKey, 'o')]),
	];
	const claims = (changed: JWTPayload = {}): JWTPayload => ({
		iss: clientId,
		sub: clientId,
		aud: issuer,
		jti: crypto.randomUUID(),
		iat: now(),
		exp: now() + 60,
		...changed,
	});
	const sign = (changed: JWTPayload = {}, header: object = {}, by: KeyObject | Uint8Array = pairs.EdDSA.privateKey) =>
		new SignJWT(claims(changed)).setProtectedHeader({ alg: 'EdDSA', kid: 'EdDSA', ...header }).sign(by);
	const send = (assertion: string, more: Record<string, string> = {}, at = gate.send) =>
		at({
			path: '/oauth/token',
			headers: { 'content-type': 'application/x-www-form-urlencoded' },
			body: form(assertion, more),
		});
	return { ...gate, clientId, otherId, claims, sign, sendAssertion: send };
}

test.each(Object.keys(pairs) as (keyof typeof pairs)[])(
	'an assertion signed with %s gets a token that asks',
	async (alg) => {
		const { sign, sendAssertion, ask, clientId } = await signingClients();
		const answer = await sendAssertion(await sign({}, { alg, kid: alg }, pairs[alg].privateKey));
		expect(answer).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 300 } });
		const headers = { authorization: `Bearer ${answer.body.access_token}` };
		expect(await ask(question('ben.whitfield'), { headers })).toMatchObject({ status: 200, body: { decision: true } });
		expect(JSON.parse(Buffer.from(answer.body.access_token.split('.')[1], 'base64url').toString()).client_id).toBe(
			clientId,
		);
	},
);

test('an assertion may name the issuer in a list of one, its own type, and its client once more', async () => {
	const { sign, sendAssertion, clientId } = await signingClients();
	expect(await sendAssertion(await sign({ aud: [issuer] }))).toMatchObject({ status: 200 });
	expect(await sendAssertion(await sign({}, { typ: 'client-authentication+jwt' }))).toMatchObject({ status: 200 });
	expect(await sendAssertion(await sign(), { client_id: clientId })).toMatchObject({ status: 200 });
});

test('an assertion that is not sound is answered 401, and gets no token', async () => {
	const { db, sign, claims, sendAssertion, clientId, otherId } = await signingClients();
	const pem = createPublicKey(pairs.RS256.privateKey).export({ type: 'spki', format: 'pem' });
	const [head, body, signature] = (await sign()).split('.');
	const hostile: [string, string][] = [
		['of another audience', await sign({ aud: 'https://elsewhere.test' })],
		['of two audiences', await sign({ aud: [issuer, 'https://elsewhere.test'] })],
		['of the token endpoint', await sign({ aud: `${issuer}/oauth/token` })],
		['of both our names', await sign({ aud: [issuer, `${issuer}/oauth/token`] })],
		['without an audience', await sign({ aud: undefined })],
		['of a longer audience', await sign({ aud: `${issuer}.evil.test` })],
		['alg none', new UnsecuredJWT(claims()).encode()],
		[
			'HS256 with the public key',
			await sign({}, { alg: 'HS256', kid: 'RS256' }, new TextEncoder().encode(String(pem))),
		],
		['expired', await sign({ iat: now() - 120, exp: now() - 60 })],
		['without an end', await sign({ exp: undefined })],
		['that ends in an hour', await sign({ exp: now() + 3600 })],
		['that begins later', await sign({ nbf: now() + 120 })],
		['without a jti', await sign({ jti: undefined })],
		['with an empty jti', await sign({ jti: '' })],
		['with a jti that no database could hold', await sign({ jti: 'a\0b' })],
		['with a very long jti', await sign({ jti: 'j'.repeat(201) })],
		['with a jti that is a number', await sign({ jti: 7 as never })],
		['of another subject', await sign({ sub: otherId })],
		['of a subject that there is not', await sign({ sub: 'nobody', iss: 'nobody' })],
		['of another issuer', await sign({ iss: otherId })],
		['without an issuer', await sign({ iss: undefined })],
		['of a kid that there is not', await sign({}, { kid: 'unknown' })],
		['of a kid that is a path', await sign({}, { kid: '__proto__' })],
		['without a kid', await sign({}, { kid: undefined })],
		['with another client’s key', await sign({}, { kid: 'o' }, stranger.privateKey)],
		['with another client’s key under our kid', await sign({}, {}, stranger.privateKey)],
		[
			'with its own key inside',
			await sign({}, { jwk: publicJwk(stranger.publicKey, 'x'), kid: 'x' }, stranger.privateKey),
		],
		['with an algorithm its key is not for', await sign({}, { alg: 'PS512', kid: 'PS256' }, pairs.PS256.privateKey)],
		[
			'with an algorithm its key was not given for',
			await sign({}, { alg: 'RS256', kid: 'RS512' }, pairs.RS512.privateKey),
		],
		['of the type of an access token', await sign({}, { typ: 'at+jwt' })],
		['with a critical header', await sign({}, { crit: ['exp'], exp: 1 }).catch(() => `${head}.x.${signature}`)],
		['without its signature', `${head}.${body}.`],
		['garbage', 'garbage'],
		['garbage in three parts', 'a.b.c'],
		['nothing', ''],
	];
	const answers: [string, number, string][] = [];
	for (const [what, assertion] of hostile) {
		// A gate of its own for each, so that none is refused for being one wrong too many.
		const fresh = await serveGate(db.database);
		const answer = await sendAssertion(assertion, {}, fresh.send);
		answers.push([what, answer.status, answer.body.error]);
		expect(answer.headers['www-authenticate'], what).toMatch(/^Basic/);
	}
	expect(answers).toEqual(hostile.map(([what]) => [what, 401, 'invalid_client']));
	expect(await sendAssertion(await sign(), { client_id: otherId })).toMatchObject({ status: 401 });
	expect(await sendAssertion(await sign({ sub: clientId }))).toMatchObject({ status: 200 });
});

test('an assertion is good once, at every process, and its id is forgotten when it has ended', async () => {
	const { db, sign, sendAssertion } = await signingClients();
	const other = openDatabase(db.appUrl);
	const second = await serveGate(other);
	const assertion = await sign();
	const answers = await Promise.all(
		Array.from({ length: 6 }, (_, turn) => sendAssertion(assertion, {}, turn % 2 ? second.send : undefined)),
	);
	expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401, 401]);
	expect(await sendAssertion(assertion, {}, second.send)).toMatchObject({
		status: 401,
		body: { error_description: expect.stringContaining('used before') },
	});
	await db.owner`update client_assertions set expires_at = now() - interval '1 second'`;
	expect(await sendAssertion(await sign())).toMatchObject({ status: 200 });
	expect(await db.owner`select jti from client_assertions`).toHaveLength(1);
	await other.close();
});

test('an assertion that was refused has not used up its id', async () => {
	const { sign, sendAssertion } = await signingClients();
	const jti = crypto.randomUUID();
	expect(await sendAssertion(await sign({ jti }, {}, stranger.privateKey))).toMatchObject({ status: 401 });
	expect(await sendAssertion(await sign({ jti }))).toMatchObject({ status: 200 });
});

test('a client that is switched off gets nothing for a sound assertion', async () => {
	const { db, sign, sendAssertion, clientId } = await signingClients();
	await asFairfield(db, (tx) => switchOff(tx, authoriser(grace), clientId, { reason: 'a test' }));
	expect(await sendAssertion(await sign())).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
});

test('a key of a client with keys opens nothing for one with a secret', async () => {
	const { sign, sendAssertion } = await signingClients();
	const { clientId } = demonstration;
	expect(await sendAssertion(await sign({ iss: clientId, sub: clientId }))).toMatchObject({ status: 401 });
});

test('two ways of signing in at once, or an unknown kind of assertion, are answered 400', async () => {
	const { sign, sendAssertion, requestToken } = await signingClients();
	expect(await requestToken(form(await sign()))).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
	for (const client_assertion_type of ['', 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer'])
		expect(await sendAssertion(await sign(), { client_assertion_type })).toMatchObject({
			status: 400,
			body: { error: 'invalid_request' },
		});
});

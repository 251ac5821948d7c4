import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, SignJWT, UnsecuredJWT } from 'jose';
import { expect, test } from 'vitest';
import { demonstration } from '#db/seed.ts';
import { issuer, question, testGate } from '../support/gate.ts';

const grant = 'grant_type=client_credentials';
const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
const { clientId, clientSecret } = demonstration;

/** What the demonstration's client may ask for. */
const everyScope = 'authzen.evaluate authzen.search events.read status.read incidents.write';

test('a client gets a short token for what it may ask', async () => {
	const { requestToken } = await testGate();
	const { status, headers, body } = await requestToken(`${grant}&scope=authzen.evaluate`);
	expect(status).toBe(200);
	expect(headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': 'application/json' });
	expect(body).toEqual({
		access_token: expect.any(String),
		token_type: 'Bearer',
		expires_in: 300,
		scope: 'authzen.evaluate',
	});
	expect(decodeProtectedHeader(body.access_token)).toMatchObject({
		alg: 'ES256',
		typ: 'at+jwt',
		kid: expect.any(String),
	});
	const claims = decodeJwt(body.access_token);
	expect(claims).toMatchObject({
		iss: issuer,
		aud: issuer,
		sub: clientId,
		client_id: clientId,
		scope: 'authzen.evaluate',
	});
	expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(300);
	expect((await requestToken()).body.scope).toBe(everyScope);
	expect(decodeJwt((await requestToken()).body.access_token).jti).not.toBe(claims.jti);
});

test('RFC 6749: a parameter without a value is taken as not sent', async () => {
	const { requestToken } = await testGate();
	expect((await requestToken(`${grant}&scope=`)).body).toMatchObject({ scope: everyScope });
});

test.each<[string, Record<string, string>]>([
	['a wrong secret', basic(`${clientId}:wrong`)],
	['an empty secret', basic(`${clientId}:`)],
	['a secret with something after it', basic(`${clientId}:${clientSecret}&x`)],
	['an unknown client', basic(`somebody:${clientSecret}`)],
	['a client that no database could hold', basic(`a\0b:${clientSecret}`)],
	['a client id that is very long', basic(`${'a'.repeat(5000)}:x`)],
	['credentials without a colon', basic(clientId)],
	['broken percent signs', basic('%zz%:%e0%a4')],
	['a bearer token instead', { authorization: 'Bearer x' }],
	['nothing', { authorization: '' }],
])('%s is answered 401 with a challenge', async (_, headers) => {
	const { requestToken } = await testGate();
	const answer = await requestToken(grant, headers);
	expect(answer.status).toBe(401);
	expect(answer.headers['www-authenticate']).toMatch(/^Basic realm=/);
	expect(answer.headers['cache-control']).toBe('no-store');
	expect(answer.body).toEqual({ error: 'invalid_client', error_description: expect.any(String) });
});

test('the secret is of no use in the form or in the address', async () => {
	const { requestToken, send } = await testGate();
	const inForm = `${grant}&client_id=${clientId}&client_secret=${clientSecret}`;
	expect(await requestToken(inForm, { authorization: '' })).toMatchObject({ status: 401 });
	expect(await send({ path: `/oauth/token?${inForm}` })).toMatchObject({ status: 400 });
});

test('a client that is switched off gets no token', async () => {
	const { db, requestToken } = await testGate();
	await db.owner`update clients set disabled_at = now()`;
	expect(await requestToken()).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
});

test.each<[string, string, string]>([
	['no grant', 'scope=authzen.evaluate', 'invalid_request'],
	['nothing at all', '', 'invalid_request'],
	['another grant', 'grant_type=password&username=a&password=b', 'unsupported_grant_type'],
	['a grant in capitals', 'grant_type=CLIENT_CREDENTIALS', 'unsupported_grant_type'],
	['a scope it may not have', `${grant}&scope=authzen.evaluate+subjects.manage`, 'invalid_scope'],
	['a parameter twice', `${grant}&${grant}`, 'invalid_request'],
	['an unknown parameter twice', `${grant}&x=1&x=2`, 'invalid_request'],
])('%s is answered 400', async (_, form, error) => {
	const { requestToken } = await testGate();
	expect(await requestToken(form)).toMatchObject({
		status: 400,
		body: { error, error_description: expect.any(String) },
	});
});

test('the token endpoint takes a form by POST, and nothing else', async () => {
	const { requestToken, send } = await testGate();
	expect(
		await requestToken(JSON.stringify({ grant_type: 'client_credentials' }), { 'content-type': 'application/json' }),
	).toMatchObject({
		status: 400,
		body: { error: 'invalid_request' },
	});
	expect(
		await requestToken(grant, { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' }),
	).toMatchObject({ status: 200 });
	expect(await requestToken(`${grant}&x=${'y'.repeat(70_000)}`)).toMatchObject({ status: 413 });
	for (const method of ['GET', 'PUT', 'DELETE'])
		expect(await send({ path: '/oauth/token', method })).toMatchObject({ status: 405, headers: { allow: 'POST' } });
});

test('a question without a good token is answered 401 with a challenge, and never with a decision', async () => {
	const { db, ask, token } = await testGate();
	const good = await token();
	const [key] = await db.owner`select id, private_jwk from signing_keys`;
	const ours = createPrivateKey({ key: key?.private_jwk, format: 'jwk' });
	const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
	const claims = { ...decodeJwt(good) };
	const now = Math.floor(Date.now() / 1000);
	const sign = (changed: object, by = ours, header: object = {}) =>
		new SignJWT({ ...claims, ...changed })
			.setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key?.id, ...header })
			.sign(by);
	const [head, body, signature = ''] = good.split('.');
	const tokens: Record<string, string> = {
		none: '',
		'another scheme': `Basic ${good}`,
		garbage: 'Bearer garbage',
		'garbage in three parts': 'Bearer a.b.c',
		'very long': `Bearer ${'a'.repeat(8000)}`,
		'alg none': `Bearer ${new UnsecuredJWT(claims).encode()}`,
		'without its signature': `Bearer ${head}.${body}.`,
		'with a changed signature': `Bearer ${head}.${body}.${signature.slice(0, 10) === 'AAAAAAAAAA' ? 'B' : 'A'.repeat(10)}${signature.slice(10)}`,
		'of another key': `Bearer ${await sign({}, stranger)}`,
		'of a key id that is not there': `Bearer ${await sign({}, ours, { kid: 'other' })}`,
		'of a key id that is a path': `Bearer ${await sign({}, stranger, { kid: '__proto__' })}`,
		'with its own key inside': `Bearer ${await sign({}, stranger, { jwk: stranger.export({ format: 'jwk' }) })}`,
		expired: `Bearer ${await sign({ iat: now - 600, exp: now - 1 })}`,
		'without an end': `Bearer ${await sign({ exp: undefined })}`,
		'of another issuer': `Bearer ${await sign({ iss: 'http://elsewhere.test' })}`,
		'for another audience': `Bearer ${await sign({ aud: 'http://elsewhere.test' })}`,
		'of another type': `Bearer ${await sign({}, ours, { typ: 'JWT' })}`,
	};
	for (const [what, authorization] of Object.entries(tokens)) {
		const answer = await ask(question('ben.whitfield'), { headers: { authorization } });
		expect(answer.status, what).toBe(401);
		expect(answer.headers['www-authenticate'], what).toMatch(/^Bearer/);
		expect(typeof answer.body, what).toBe('string');
	}
	expect(
		await ask(question('ben.whitfield'), { headers: { authorization: `Bearer ${await sign({})}` } }),
	).toMatchObject({ status: 200 });
	expect(await ask(question('ben.whitfield'), { headers: { authorization: `bearer ${good}` } })).toMatchObject({
		status: 200,
	});
	const noScope = await ask(question('ben.whitfield'), {
		headers: { authorization: `Bearer ${await sign({ scope: 'events.read' })}` },
	});
	expect(noScope.status).toBe(403);
});

test('a token that was good and has ended is refused, though it was seen before', async () => {
	const { db, ask, token } = await testGate();
	const [key] = await db.owner`select id, private_jwk from signing_keys`;
	const ours = createPrivateKey({ key: key?.private_jwk, format: 'jwk' });
	const end = Math.floor(Date.now() / 1000) + 2;
	const short = await new SignJWT({ ...decodeJwt(await token()), exp: end })
		.setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key?.id })
		.sign(ours);
	const headers = { authorization: `Bearer ${short}` };
	expect(await ask(question('ben.whitfield'), { headers })).toMatchObject({ status: 200 });
	await new Promise((resolve) => setTimeout(resolve, end * 1000 - Date.now() + 20));
	expect(await ask(question('ben.whitfield'), { headers })).toMatchObject({ status: 401 });
});

test('a client switched off is refused with its next question', async () => {
	const { db, ask } = await testGate();
	expect(await ask(question('ben.whitfield'))).toMatchObject({ status: 200, body: { decision: true } });
	await db.owner`update clients set disabled_at = now()`;
	const answer = await ask(question('ben.whitfield'));
	expect(answer.status).toBe(401);
	expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
	await db.owner`update clients set disabled_at = null`;
	expect(await ask(question('ben.whitfield'))).toMatchObject({ status: 200 });
});

test('a token of a new signing key is accepted by a gate that is already running', async () => {
	const { db, ask, token } = await testGate();
	const claims = decodeJwt(await token());
	expect(await ask(question('ben.whitfield'))).toMatchObject({ status: 200 });
	const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const jwk = privateKey.export({ format: 'jwk' });
	await db.owner`insert into signing_keys (id, algorithm, private_jwk) values ('second', 'ES256', ${db.owner.json(jwk as never)})`;
	const second = await new SignJWT(claims)
		.setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'second' })
		.sign(privateKey);
	expect(await ask(question('ben.whitfield'), { headers: { authorization: `Bearer ${second}` } })).toMatchObject({
		status: 200,
	});
});

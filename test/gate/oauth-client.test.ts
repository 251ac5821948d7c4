import { generateKeyPairSync } from 'node:crypto';
import * as oauth from 'openid-client';
import { expect, test } from 'vitest';
import { registerClient } from '#app/commands/registering-clients.ts';
import { demonstration } from '#db/seed.ts';
import { asFairfield, authoriser, grace } from '../support/demonstration.ts';
import { issuer, question, testGate } from '../support/gate.ts';

// A client that others have written, by what we publish about ourselves alone: nothing here knows a path of ours.

async function published() {
	const gate = await testGate();
	const paths: string[] = [];
	/** The issuer's name leads nowhere in a test; everything else about the request stays as it is. */
	const customFetch: oauth.CustomFetch = (url, options) => {
		const { pathname, search } = new URL(url);
		paths.push(pathname);
		return fetch(`http://127.0.0.1:${gate.port}${pathname}${search}`, options as RequestInit);
	};
	const discover = (clientId: string, auth: oauth.ClientAuth) =>
		oauth.discovery(new URL(issuer), clientId, undefined, auth, {
			algorithm: 'oauth2',
			execute: [oauth.allowInsecureRequests],
			[oauth.customFetch]: customFetch,
		});
	const ask = async (token: string) => {
		const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
		return (await gate.send({ headers, body: JSON.stringify(question('ben.whitfield')) })).body;
	};
	return { ...gate, discover, ask, paths };
}

test('with a secret, it finds the way by itself, and its token is good', async () => {
	const { discover, ask, paths } = await published();
	const { clientId, clientSecret } = demonstration;
	const config = await discover(clientId, oauth.ClientSecretBasic(clientSecret));
	const granted = await oauth.clientCredentialsGrant(config, { scope: 'authzen.evaluate' });
	expect(granted).toMatchObject({ token_type: 'bearer', scope: 'authzen.evaluate' });
	expect(await ask(granted.access_token)).toMatchObject({ decision: true });
	expect(paths).toEqual(['/.well-known/oauth-authorization-server', '/oauth/token']);
	const wrong = await discover(clientId, oauth.ClientSecretBasic('not the secret'));
	await expect(oauth.clientCredentialsGrant(wrong)).rejects.toMatchObject({ status: 401 });
});

test('with a key of its own, it signs what we take, and another key is refused', async () => {
	const { db, discover, ask } = await published();
	const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const keySet = JSON.stringify({
		keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'first', alg: 'ES256' }],
	});
	const made = await asFairfield(db, (tx) =>
		registerClient(tx, authoriser(grace), {
			name: 'Of another maker',
			scopes: ['authzen.evaluate'],
			perSecond: 50,
			burst: 200,
			proof: 'keys',
			keys: keySet,
		}),
	);
	if (!made.ok) throw new Error(made.why);
	const signing = async ({ privateKey }: typeof keys) => {
		const jwk = privateKey.export({ format: 'jwk' });
		const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
		return oauth.PrivateKeyJwt({ key, kid: 'first' });
	};
	const config = await discover(made.clientId, await signing(keys));
	const { access_token } = await oauth.clientCredentialsGrant(config);
	expect(await ask(access_token)).toMatchObject({ decision: true });
	// Asked again it signs anew: an assertion is good once, a client any number of times.
	expect((await oauth.clientCredentialsGrant(config)).access_token).not.toBe(access_token);
	const stranger = await discover(made.clientId, await signing(generateKeyPairSync('ec', { namedCurve: 'P-256' })));
	await expect(oauth.clientCredentialsGrant(stranger)).rejects.toMatchObject({ status: 401 });
});

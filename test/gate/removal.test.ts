import type { IncomingMessage } from 'node:http';
import { decodeProtectedHeader } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { endSecret, registerClient, switchOff, switchOn } from '#app/commands/registering-clients.ts';
import { removeTokenKey, rotateTokenKey } from '#app/commands/signing.ts';
import type { HttpError } from '#app/gate/http.ts';
import { tokenKeys } from '#app/gate/token-keys.ts';
import { tokenVerifier } from '#app/gate/tokens.ts';
import { openDatabase } from '#db/client.server.ts';
import { listLiveSecrets } from '#db/queries/clients.ts';
import { demonstration } from '#db/seed.ts';
import { testDatabase } from '../support/database.ts';
import { asFairfield, authoriser, fairfield, grace } from '../support/demonstration.ts';
import { issuer, question, serveGate } from '../support/gate.ts';

const { clientId } = demonstration;
const graceHerself = authoriser(grace);

/** Two servers on one database, each with connections and memory of its own, and an endpoint of each that asks no statement of the gate's. */
async function twoServers() {
	const db = await testDatabase();
	const servers = await Promise.all(
		[0, 1].map(async () => {
			const database = openDatabase(db.appUrl);
			onTestFinished(() => database.close());
			const served = await serveGate(database);
			const verifier = tokenVerifier(database, issuer, tokenKeys(database.db));
			const verifyActive = (token: string) =>
				verifier.verifyActive({ headers: { authorization: `Bearer ${token}` } } as IncomingMessage).then(
					({ providerId }) => providerId,
					(error: HttpError) => error.status,
				);
			return { ...served, verifyActive };
		}),
	);
	const [first, second] = servers as [(typeof servers)[0], (typeof servers)[0]];
	const token = (await first.requestToken()).body.access_token as string;
	const askAll = (bearer = token) =>
		Promise.all(
			servers.map(
				async ({ ask }) =>
					(await ask(question('ben.whitfield'), { headers: { authorization: `Bearer ${bearer}` } })).status,
			),
		);
	const verifyAll = (bearer = token) => Promise.all(servers.map(({ verifyActive }) => verifyActive(bearer)));
	return { db, first, second, token, askAll, verifyAll };
}

/** Asks both servers from several sides until it is told to stop. */
function hammer(askAll: () => Promise<number[]>) {
	let going = true;
	let answered = 0;
	const all = Promise.all(
		Array.from({ length: 6 }, async () => {
			while (going) answered += (await askAll()).length;
		}),
	);
	onTestFinished(() => {
		going = false;
		return all as Promise<never>;
	});
	return () => answered;
}

test('once a client is switched off no server answers it any more, under load, and each does again when it is on', async () => {
	const { db, askAll, verifyAll } = await twoServers();
	const answered = hammer(() => askAll());
	for (let turn = 0; turn < 15; turn += 1) {
		await asFairfield(db, (tx) => switchOff(tx, graceHerself, clientId, { reason: 'a test' }));
		expect(await Promise.all([askAll(), verifyAll(), askAll()])).toEqual([
			[401, 401],
			[401, 401],
			[401, 401],
		]);
		await asFairfield(db, (tx) => switchOn(tx, graceHerself, clientId));
		expect(await askAll()).toEqual([200, 200]);
		expect(await verifyAll()).toEqual([fairfield, fairfield]);
	}
	expect(answered()).toBeGreaterThan(50);
});

test('once a key is removed no server takes a token that it signed, under load, and a new key signs', async () => {
	const { db, first, second, askAll, verifyAll } = await twoServers();
	for (let turn = 0; turn < 10; turn += 1) {
		const token = (await first.requestToken()).body.access_token as string;
		const { kid = '' } = decodeProtectedHeader(token);
		expect(await askAll(token)).toEqual([200, 200]);
		expect(await verifyAll(token)).toEqual([fairfield, fairfield]);
		let going = true;
		const late: number[] = [];
		let removed = false;
		const hammers = Array.from({ length: 4 }, async () => {
			while (going) {
				const after = removed;
				const statuses = await askAll(token);
				if (after) late.push(...statuses);
			}
		});
		expect(await removeTokenKey(db.ownerDb, kid)).toBe('removed');
		removed = true;
		expect(await askAll(token)).toEqual([401, 401]);
		expect(await verifyAll(token)).toEqual([401, 401]);
		going = false;
		await Promise.all(hammers);
		expect(late.filter((status) => status !== 401)).toEqual([]);
		expect(await removeTokenKey(db.ownerDb, kid)).toBe('unknown');
	}
	const fresh = (await second.requestToken()).body.access_token as string;
	expect(await askAll(fresh)).toEqual([200, 200]);
});

test('a new key signs at once at every server; the old one verifies until its last token has ended, and not after', async () => {
	const { db, first, second, token, askAll, verifyAll } = await twoServers();
	expect(await askAll()).toEqual([200, 200]);
	const kid = await rotateTokenKey(db.ownerDb);
	for (const server of [first, second]) {
		const fresh = (await server.requestToken()).body.access_token as string;
		expect(decodeProtectedHeader(fresh).kid).toBe(kid);
		expect(await askAll(fresh)).toEqual([200, 200]);
	}
	expect(await askAll()).toEqual([200, 200]);
	await db.owner`update signing_keys set retired_at = now() - interval '359 seconds' where retired_at is not null`;
	expect(await askAll()).toEqual([200, 200]);
	await db.owner`update signing_keys set retired_at = now() - interval '361 seconds' where retired_at is not null`;
	expect(await askAll()).toEqual([401, 401]);
	expect(await verifyAll()).toEqual([401, 401]);
	expect(await askAll(token)).toEqual([401, 401]);
	const halves =
		await db.owner`select private_jwk ? 'd' as signs from signing_keys where algorithm = 'ES256' order by created_at`;
	expect(halves.map(({ signs }) => signs)).toEqual([false, true]);
});

test('the keys are published without their private half, and a removed one no more', async () => {
	const { db, first, token } = await twoServers();
	const published = async () => {
		const answer = await first.send({ path: '/.well-known/jwks.json', method: 'GET' });
		expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'public, max-age=300' } });
		return answer.body.keys as Record<string, string>[];
	};
	const old = decodeProtectedHeader(token).kid as string;
	expect(await published()).toEqual([
		{ kty: 'EC', crv: 'P-256', x: expect.any(String), y: expect.any(String), kid: old, use: 'sig', alg: 'ES256' },
	]);
	const kid = await rotateTokenKey(db.ownerDb);
	expect((await published()).map((key) => key.kid)).toEqual([kid, old]);
	await removeTokenKey(db.ownerDb, old);
	expect((await published()).map((key) => key.kid)).toEqual([kid]);
});

test('a secret that was ended gets no further token at any server', async () => {
	const { db, first, second } = await twoServers();
	const given = { name: 'Rota', scopes: ['authzen.evaluate' as const], perSecond: 50, burst: 200 };
	const made = await asFairfield(db, (tx) => registerClient(tx, graceHerself, { ...given, proof: 'secret', keys: '' }));
	if (!made.ok) throw new Error(made.why);
	const authorization = `Basic ${Buffer.from(`${made.clientId}:${made.secret}`).toString('base64')}`;
	const request = () =>
		Promise.all(
			[first, second].map(async ({ requestToken }) => (await requestToken(undefined, { authorization })).status),
		);
	expect(await request()).toEqual([200, 200]);
	const [secret] = await asFairfield(db, (tx) =>
		listLiveSecrets(tx, { providerId: fairfield, clientId: made.clientId }),
	);
	await asFairfield(db, (tx) => endSecret(tx, graceHerself, made.clientId, { secret: secret?.id ?? '' }));
	expect(await request()).toEqual([401, 401]);
});

test('the metadata of the authorization server say what it does', async () => {
	const { first } = await twoServers();
	const answer = await first.send({ path: '/.well-known/oauth-authorization-server', method: 'GET' });
	expect(answer).toMatchObject({
		status: 200,
		headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=3600' },
		body: {
			issuer,
			token_endpoint: `${issuer}/oauth/token`,
			jwks_uri: `${issuer}/.well-known/jwks.json`,
			grant_types_supported: ['client_credentials'],
			response_types_supported: [],
			token_endpoint_auth_methods_supported: ['client_secret_basic', 'private_key_jwt'],
			token_endpoint_auth_signing_alg_values_supported: ['EdDSA', 'ES256', 'PS256', 'RS256', 'RS512'],
		},
	});
	expect(answer.body.scopes_supported).toContain('authzen.evaluate');
	expect(await first.send({ path: '/.well-known/jwks.json' })).toMatchObject({
		status: 405,
		headers: { allow: 'GET' },
	});
});

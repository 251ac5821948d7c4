import { createHash, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import {
	addSecret,
	endSecret,
	registerClient,
	setAllowance,
	setKeys,
	switchOff,
	switchOn,
} from '#app/commands/registering-clients.ts';
import { type Registration, registrationForm } from '#app/domain/client.ts';
import { findClient, listClientChanges, listLiveSecrets } from '#db/queries/clients.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { asFairfield, authoriser, fairfield, grace, lead, margaret, roseHouse } from '../support/demonstration.ts';

const given: Registration = {
	name: 'Oakfield eMAR',
	scopes: ['authzen.evaluate'],
	perSecond: 50,
	burst: 200,
	proof: 'secret',
	keys: '',
};
const graceHerself = authoriser(grace);
const registers = (db: TestDatabase, changed: Partial<Registration> = {}, who = graceHerself) =>
	asFairfield(db, (tx) => registerClient(tx, who, { ...given, ...changed }));

async function registered() {
	const db = await testDatabase();
	const made = await registers(db);
	if (!made.ok || !made.secret) throw new Error('not registered');
	return { db, clientId: made.clientId, secret: made.secret };
}
const adds = (db: TestDatabase, clientId: string, olderEnds: 'in-7-days' | 'by-hand' = 'in-7-days') =>
	asFairfield(db, (tx) => addSecret(tx, graceHerself, clientId, { olderEnds }));
const live = (db: TestDatabase, clientId: string) =>
	asFairfield(db, (tx) => listLiveSecrets(tx, { providerId: fairfield, clientId }));
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const publicKey = (kid: string, more: object = {}) => {
	const { publicKey } = generateKeyPairSync('ed25519');
	return { ...publicKey.export({ format: 'jwk' }), kid, ...more };
};
const keySet = (...keys: object[]) => JSON.stringify({ keys });

test('a registered client has the secret that was shown, and the database only its hash', async () => {
	const { db, clientId, secret } = await registered();
	expect(clientId).toMatch(/^oakfield-emar-[a-z2-9]{6}$/);
	expect(secret).toMatch(/^countersign_[\w-]{43}$/);
	const client = await findClient(db.database.db, clientId);
	expect(client).toMatchObject({ providerId: fairfield, scopes: ['authzen.evaluate'], disabledAt: null, keys: [] });
	expect(client?.secrets.map(({ hash }) => hash)).toEqual([sha256(secret)]);
	const stored = await db.owner`select (select jsonb_agg(to_jsonb(s)) from client_secrets s)::text
		|| (select jsonb_agg(to_jsonb(c)) from clients c)::text || (select jsonb_agg(to_jsonb(n)) from client_changes n)::text as all`;
	expect(stored[0]?.all).toContain(sha256(secret));
	expect(stored[0]?.all).not.toContain(secret.slice(12));
});

test('only a manager of every site changes anything about clients', async () => {
	const { db, clientId } = await registered();
	const one = authoriser(grace, [{ role: 'manager', siteId: roseHouse }]);
	const others = [one, authoriser(margaret, lead), authoriser(grace, [{ role: 'administrator', siteId: null }])];
	const [secret] = await live(db, clientId);
	for (const who of others) {
		const refusals = await asFairfield(db, async (tx) => [
			await registerClient(tx, who, { ...given, name: 'Another' }),
			await addSecret(tx, who, clientId, { olderEnds: 'by-hand' }),
			await endSecret(tx, who, clientId, { secret: secret?.id ?? '' }),
			await setKeys(tx, who, clientId, { keys: keySet(publicKey('a')) }),
			await setAllowance(tx, who, clientId, { scopes: ['authzen.search'], perSecond: 1, burst: 1 }),
			await switchOff(tx, who, clientId, { reason: 'because' }),
			await switchOn(tx, who, clientId),
		]);
		expect(refusals).toEqual(Array(7).fill({ ok: false, why: 'not-authorised' }));
	}
	expect(await findClient(db.database.db, clientId)).toMatchObject({ disabledAt: null, keys: [] });
	expect(await live(db, clientId)).toHaveLength(1);
});

test('nobody changes a client of another provider', async () => {
	const db = await testDatabase();
	const other = crypto.randomUUID();
	await db.owner`insert into providers (id, slug, name) values (${other}, 'other', 'Other')`;
	await db.owner`insert into clients (provider_id, id, name, scopes) values (${other}, 'theirs', 'Theirs', '{}')`;
	const refusals = await asFairfield(db, async (tx) => [
		await addSecret(tx, graceHerself, 'theirs', { olderEnds: 'by-hand' }),
		await switchOff(tx, graceHerself, 'theirs', { reason: 'because' }),
	]);
	expect(refusals).toEqual(Array(2).fill({ ok: false, why: 'unknown-client' }));
	expect(await findClient(db.database.db, 'theirs')).toMatchObject({ disabledAt: null, secrets: [] });
});

test('two clients of one provider never share a name, so that a form sent twice registers once', async () => {
	const { db } = await registered();
	expect(await registers(db)).toEqual({ ok: false, why: 'name-taken' });
	expect(await registers(db, { name: 'oakfield EMAR' })).toEqual({ ok: false, why: 'name-taken' });
	expect(await registers(db, { name: '薬' })).toMatchObject({ ok: true, clientId: expect.stringMatching(/^client-/) });
});

test('two secrets at most are alive, and the older ends when it was told to', async () => {
	const { db, clientId, secret } = await registered();
	const made = await adds(db, clientId);
	expect(made).toMatchObject({ ok: true, secret: expect.any(String) });
	const [older, newer] = await live(db, clientId);
	const week = 7 * 86_400_000;
	expect(Math.abs((older?.endsAt?.getTime() ?? 0) - Date.now() - week)).toBeLessThan(60_000);
	expect(newer?.endsAt).toBeNull();
	expect(await adds(db, clientId)).toEqual({ ok: false, why: 'two-secrets' });
	await db.owner`update client_secrets set ends_at = now() where secret_hash = ${sha256(secret)}`;
	expect((await findClient(db.database.db, clientId))?.secrets.map(({ id }) => id)).toEqual([newer?.id]);
	expect(await adds(db, clientId, 'by-hand')).toMatchObject({ ok: true });
	expect((await live(db, clientId)).map(({ endsAt }) => endsAt)).toEqual([null, null]);
});

test('of two who make a second secret at once, one is refused', async () => {
	const { db, clientId } = await registered();
	const made = await Promise.all([adds(db, clientId), adds(db, clientId)]);
	expect(made.map(({ ok }) => ok).sort()).toEqual([false, true]);
	expect(await live(db, clientId)).toHaveLength(2);
});

test('a secret that is ended is dead at once, and ends once', async () => {
	const { db, clientId } = await registered();
	const [secret] = await live(db, clientId);
	const ends = () => asFairfield(db, (tx) => endSecret(tx, graceHerself, clientId, { secret: secret?.id ?? '' }));
	expect(await ends()).toEqual({ ok: true });
	expect((await findClient(db.database.db, clientId))?.secrets).toEqual([]);
	expect(await ends()).toEqual({ ok: false, why: 'unknown-secret' });
});

test('a secret cannot be ended under the name of another client', async () => {
	const { db, clientId } = await registered();
	const [secret] = await live(db, clientId);
	const ended = await asFairfield(db, (tx) => endSecret(tx, graceHerself, 'demo-emar', { secret: secret?.id ?? '' }));
	expect(ended).toEqual({ ok: false, why: 'unknown-secret' });
	expect(await live(db, clientId)).toHaveLength(1);
});

test('public keys are kept without anything else that stood with them', async () => {
	const { db } = await registered();
	const keys = keySet(publicKey('a', { x5u: 'https://evil.example', use: 'sig' }));
	const made = await registers(db, { name: 'With keys', proof: 'keys', keys });
	expect(made).toMatchObject({ ok: true, secret: null });
	const client = made.ok ? await findClient(db.database.db, made.clientId) : null;
	expect(client?.keys.map((key) => Object.keys(key).sort())).toEqual([['crv', 'kid', 'kty', 'x']]);
	expect(client?.secrets).toEqual([]);
});

const rsa = (bits: number, more: object = {}) => ({
	...generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' }),
	kid: 'r',
	...more,
});
const privateHalf = {
	...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
	kid: 'p',
};

test.each<[string, string, RegExp]>([
	['no JSON', 'kid', /not a set of keys/],
	['no keys', '{}', /not a set of keys/],
	['an empty set', keySet(), /not a set of keys/],
	['six keys', keySet(...'abcdef'.split('').map((kid) => publicKey(kid))), /not a set of keys/],
	['a private key', keySet(privateHalf), /secret part/],
	['a shared secret', keySet({ kty: 'oct', k: 'c2VjcmV0', kid: 'a' }), /secret part/],
	['no kid', keySet({ ...publicKey('a'), kid: undefined }), /no "kid"/],
	['one kid twice', keySet(publicKey('a'), publicKey('a')), /same "kid"/],
	['a key for encryption', keySet(publicKey('a', { use: 'enc' })), /not for signing/],
	['a curve that is not taken', keySet({ kty: 'EC', crv: 'P-384', x: 'a', y: 'b', kid: 'a' }), /kind/],
	['an algorithm of another kind', keySet(publicKey('a', { alg: 'HS256' })), /kind/],
	['a short RSA key', keySet(rsa(1024)), /2048/],
	['a point cut short', keySet(publicKey('a', { x: 'AAAA' })), /not complete/],
	[
		'a point that is on no curve',
		keySet({ kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'B'.repeat(42).concat('A'), kid: 'a' }),
		/no key/,
	],
	['null', 'null', /not a set of keys/],
	['a key that is null', '{"keys":[null]}', /not a key/],
])('%s is no set of public keys, and changes nothing', async (_, keys, message) => {
	const { db, clientId } = await registered();
	expect(await asFairfield(db, (tx) => setKeys(tx, graceHerself, clientId, { keys }))).toMatchObject({
		ok: false,
		why: 'wrong-keys',
		message: expect.stringMatching(message),
	});
	expect((await findClient(db.database.db, clientId))?.keys).toEqual([]);
});

test('keys can be set and removed again', async () => {
	const { db, clientId } = await registered();
	const sets = (keys: string) => asFairfield(db, (tx) => setKeys(tx, graceHerself, clientId, { keys }));
	expect(await sets(keySet(publicKey('a'), rsa(2048)))).toEqual({ ok: true });
	expect((await findClient(db.database.db, clientId))?.keys.map(({ kid }) => kid)).toEqual(['a', 'r']);
	expect(await sets('')).toEqual({ ok: true });
	expect((await findClient(db.database.db, clientId))?.keys).toEqual([]);
});

test('every change says who made it and when, and stays', async () => {
	const { db, clientId } = await registered();
	await adds(db, clientId);
	await asFairfield(db, (tx) => switchOff(tx, graceHerself, clientId, { reason: 'A tablet was lost' }));
	expect(await asFairfield(db, (tx) => switchOff(tx, graceHerself, clientId, { reason: 'twice' }))).toMatchObject({
		why: 'already-off',
	});
	expect((await findClient(db.database.db, clientId))?.disabledAt).toBeInstanceOf(Date);
	await asFairfield(db, (tx) => switchOn(tx, graceHerself, clientId));
	expect((await findClient(db.database.db, clientId))?.disabledAt).toBeNull();
	const changes = await asFairfield(db, (tx) => listClientChanges(tx, { providerId: fairfield, clientId }));
	expect(changes.map(({ change, detail }) => [change, detail])).toEqual([
		['switched-on', ''],
		['switched-off', 'A tablet was lost'],
		['secret-added', ''],
		['registered', 'authzen.evaluate, 50 a second, 200 at once'],
	]);
	expect(changes.every(({ changedBy }) => changedBy === grace)).toBe(true);
	await expect(asFairfield(db, (tx) => tx.execute('delete from client_changes'))).rejects.toThrow();
	await expect(db.owner`delete from client_changes`).rejects.toThrow();
});

test.each<[string, object, string]>([
	['no name', { name: ' ' }, 'name'],
	['no scope', { scopes: [] }, 'scopes'],
	['a scope that there is not', { scopes: ['root'] }, 'scopes.0'],
	['nothing a second', { perSecond: '0' }, 'perSecond'],
	['too much a second', { perSecond: '20001' }, 'perSecond'],
	['half a question', { perSecond: '1.5' }, 'perSecond'],
	['words', { burst: 'many' }, 'burst'],
	['less at once than in a second', { burst: '49' }, 'burst'],
	['keys that are missing', { proof: 'keys' }, 'keys'],
	['no proof', { proof: '' }, 'proof'],
])('a registration with %s is told so at its field', (_, changed, field) => {
	const typed = { ...given, perSecond: '50', burst: '200' };
	expect(registrationForm.safeParse(typed).success).toBe(true);
	const read = registrationForm.safeParse({ ...typed, ...changed });
	expect(read.error?.issues.map((issue) => issue.path.join('.'))).toContain(field);
});

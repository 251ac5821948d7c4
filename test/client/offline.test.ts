import { randomUUID } from 'node:crypto';
import { decodeJwt, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { liftPause, pause } from '#app/commands/authorising.ts';
import { subjectsDigest } from '#app/gate/status-tokens.ts';
import { demonstration } from '#db/seed.ts';
import { OfflineRound, type StoredRound, verifyStatusToken } from '../../client/src/countersign.ts';
import { connected, may, settableClock } from '../support/client.ts';
import type { TestDatabase } from '../support/database.ts';
import {
	amara,
	asFairfield,
	authoriser,
	ben,
	catalogue,
	cellOf,
	fairfield,
	grace,
	roseHouse,
	storyteller,
	tell,
	tomasz,
} from '../support/demonstration.ts';
import { issuer } from '../support/gate.ts';

const hour = 3_600_000;
const expected = { issuer, clientId: demonstration.clientId };

const pauseTomasz = (db: TestDatabase) =>
	asFairfield(db, (tx) =>
		pause(tx, authoriser(grace), catalogue, cellOf(tomasz), {
			id: randomUUID(),
			reason: 'other',
			reviewOn: '2030-01-01',
		}),
	);

async function practising(db: TestDatabase): Promise<void> {
	await tell(db, storyteller().learns({ personId: amara, siteId: roseHouse, role: 'carer' }, 20));
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({
				kind: 'supervision',
				personId: amara,
				privilege: 'administer-oral',
				siteId: roseHouse,
				recordedBy: grace,
				payload: { supervisor: ben },
			}),
		]),
	);
}

/** A client that has prepared a round, whose network has gone, and whose held answers are over. */
async function offline(prepare?: (db: TestDatabase) => Promise<unknown>) {
	const all = await connected();
	await prepare?.(all.db);
	const stored = await all.client.prepareRound('rose-house');
	all.wire.cut = true;
	return { ...all, stored };
}

test('without a network the list answers as the gate did when it was made', async () => {
	const { client, wire } = await offline(practising);
	const people = [
		'ben.whitfield',
		'tomasz.nowak',
		'margaret.doyle',
		'amara.okafor',
		'danny.hughes',
		'leila.haddad',
		'owen.price',
		'no.body',
		'__proto__',
		'constructor',
	];
	const questions = people.flatMap((subject) =>
		[...catalogue.privileges.keys()].flatMap((action) =>
			[
				{},
				{ witness: 'ben.whitfield' },
				{ supervisor: 'ben.whitfield' },
				{ witness: subject, supervisor: subject },
				{ supervisor: 'amara.okafor', witness: 'tomasz.nowak' },
				{ site: 'elm-court' },
			].map((more) => may(subject, action, more)),
		),
	);
	const without = await client.evaluations(questions);
	wire.cut = false;
	const asked = await client.evaluations(questions);
	expect(without.every((each) => each.why === 'offline' || (each.why === 'no-answer' && !each.decision))).toBe(true);
	expect(without.filter((each) => each.decision).length).toBeGreaterThan(50);
	for (const [place, question] of questions.entries())
		if (question.site === 'rose-house')
			expect(without[place]?.decision, JSON.stringify(question)).toBe(asked[place]?.decision);
});

test('another site has no list, and what is done for one named person is on none', async () => {
	const { client } = await offline();
	expect(await client.evaluate(may('samuel.adeyemi', 'administer-oral', { site: 'elm-court' }))).toMatchObject({
		decision: false,
		why: 'no-answer',
	});
	expect(await client.evaluate(may('ben.whitfield', 'administer-oral', { person: 'R-17' }))).toMatchObject({
		decision: false,
		code: 'not_on_the_list',
	});
});

test('a controlled drug needs somebody else who may witness it, and practice somebody competent beside it', async () => {
	const { client } = await offline(practising);
	const drug = async (witness?: string) => {
		const { decision, code } = await client.evaluate(may('margaret.doyle', 'administer-controlled-drug', { witness }));
		return [decision, code];
	};
	expect(await drug()).toEqual([false, 'witness_missing']);
	expect(await drug('margaret.doyle')).toEqual([false, 'witness_missing']);
	expect(await drug('tomasz.nowak')).toEqual([false, 'witness_missing']);
	expect(await drug('no.body')).toEqual([false, 'witness_missing']);
	expect(await drug('ben.whitfield')).toEqual([true, 'listed']);
	const beside = async (supervisor?: string) => {
		const { decision, code } = await client.evaluate(may('amara.okafor', 'administer-oral', { supervisor }));
		return [decision, code];
	};
	expect(await beside()).toEqual([false, 'supervised_only']);
	expect(await beside('amara.okafor')).toEqual([false, 'supervised_only']);
	expect(await beside('danny.hughes')).toEqual([false, 'supervised_only']);
	expect(await beside('ben.whitfield')).toEqual([true, 'listed']);
});

test('the list ends after its shift, and each permit with itself', async () => {
	const { client, clock } = await offline((db) => {
		const until = new Date(Date.now() + 2 * hour);
		return db.owner`update standings set permit_until = ${until}, ends_at = ${until} where person_id = ${ben} and privilege = 'administer-oral' and permit and (ends_at is null or ends_at > now())`;
	});
	const asks = async (who: string) => (await client.evaluate(may(who))).code;
	clock.pass(2 * hour - 60_000);
	expect([await asks('ben.whitfield'), await asks('tomasz.nowak')]).toEqual(['listed', 'listed']);
	clock.pass(60_000);
	expect([await asks('ben.whitfield'), await asks('tomasz.nowak')]).toEqual(['not_on_the_list', 'listed']);
	clock.pass(10 * hour - 60_000);
	expect(await asks('tomasz.nowak')).toBe('listed');
	clock.pass(60_000);
	expect(await asks('tomasz.nowak')).toBe('list_ended');
});

test('a clock that is moved back, or stands still, prolongs nothing', async () => {
	const { client, clock } = await offline();
	const asks = async () => (await client.evaluate(may('ben.whitfield'))).code;
	clock.pass(6 * hour);
	expect(await asks()).toBe('listed');
	clock.set(-5 * hour);
	expect(await asks()).toBe('clock_changed');
	clock.set(5 * hour);
	clock.pass(6 * hour + 1000);
	clock.set(-6 * hour - 1000);
	expect(await asks(), 'the wall clock stood still for six hours').toBe('list_ended');
});

test('a device whose clock is behind or ahead by more than a minute is told so, not served', async () => {
	const { stored } = await offline();
	const at = async (offset: number) => {
		const clock = settableClock();
		clock.set(offset);
		return OfflineRound.from(stored, { ...expected, clock }).then(
			() => 'taken',
			(error: Error) => `${error.name}: ${error.message}`,
		);
	};
	expect(await at(-50_000)).toBe('taken');
	expect(await at(-70_000)).toContain('of a time to come');
	expect(await at(-24 * hour)).toContain('of a time to come');
	expect(await at(11 * hour)).toBe('taken');
	expect(await at(12 * hour)).toBe('StatusTokenError: it has ended');
});

test('what the gate has said since the list was made stands when the network goes', async () => {
	const { db, client, clock, wire } = await connected();
	await client.prepareRound('rose-house');
	await pauseTomasz(db);
	expect(await client.evaluate(may('tomasz.nowak'))).toMatchObject({ decision: false, why: 'gate' });
	wire.cut = true;
	expect(await client.evaluate(may('tomasz.nowak'))).toMatchObject({ decision: false, why: 'offline' });
	expect((await client.evaluate(may('ben.whitfield'))).decision, 'only of whom was asked about').toBe(true);
	wire.cut = false;
	const lifted = await asFairfield(db, (tx) =>
		liftPause(tx, authoriser(grace), catalogue, cellOf(tomasz), { asks: 'nothing' }),
	);
	expect(lifted).toEqual({ ok: true });
	expect(await client.evaluate(may('tomasz.nowak'))).toMatchObject({ decision: true, why: 'gate' });
	wire.cut = true;
	clock.pass(61_000);
	expect(await client.evaluate(may('tomasz.nowak'))).toMatchObject({ decision: true, why: 'offline' });
});

test('whom something was heard of is not permitted by the list, until the gate says so again', async () => {
	const { client, clock, wire } = await offline();
	expect((await client.evaluate(may('tomasz.nowak'))).decision).toBe(true);
	client.forget('tomasz.nowak');
	expect(await client.evaluate(may('tomasz.nowak'))).toMatchObject({ decision: false, code: 'not_on_the_list' });
	expect((await client.evaluate(may('ben.whitfield'))).decision).toBe(true);
	wire.cut = false;
	expect((await client.evaluate(may('tomasz.nowak'))).why).toBe('gate');
	wire.cut = true;
	clock.pass(61_000);
	expect(await client.evaluate(may('tomasz.nowak'))).toMatchObject({ decision: true, why: 'offline' });
	client.forget('tomasz.nowak');
	expect((await client.evaluate(may('tomasz.nowak'))).decision).toBe(false);
	client.forget();
	expect((await client.evaluate(may('ben.whitfield'))).decision).toBe(false);
});

test('a list that was on its way when something was heard does not bring back what it was about', async () => {
	const { client, wire } = await connected();
	const preparing = client.prepareRound('rose-house');
	client.forget('tomasz.nowak');
	await preparing;
	wire.cut = true;
	expect((await client.evaluate(may('tomasz.nowak'))).decision).toBe(false);
	expect((await client.evaluate(may('ben.whitfield'))).decision).toBe(true);
});

test('a witness or supervisor whom the gate has refused since will not do without a network either', async () => {
	const { db, client, wire } = await connected();
	await practising(db);
	await client.prepareRound('rose-house');
	await db.owner`update standings set permit = false, code = 'paused_review', standing = 'paused', permit_until = null where person_id = ${ben} and (ends_at is null or ends_at > now())`;
	const drug = may('margaret.doyle', 'administer-controlled-drug', { witness: 'ben.whitfield' });
	const beside = may('amara.okafor', 'administer-oral', { supervisor: 'ben.whitfield' });
	expect((await client.evaluations([drug, beside])).map((each) => each.decision)).toEqual([false, false]);
	wire.cut = true;
	expect((await client.evaluations([drug, beside])).map((each) => each.code)).toEqual([
		'witness_missing',
		'supervised_only',
	]);
	expect((await client.evaluate({ ...beside, supervisor: 'tomasz.nowak' })).decision).toBe(true);
});

test('somebody who was competent on the list and only practises now does not act alone', async () => {
	const { db, client, wire } = await connected();
	await client.prepareRound('rose-house');
	await db.owner`update standings set permit = false, code = 'supervised_only', standing = 'supervised', permit_until = null where person_id = ${tomasz} and privilege = 'administer-oral' and (ends_at is null or ends_at > now())`;
	expect((await client.evaluate(may('tomasz.nowak'))).code).toBe('supervised_only');
	wire.cut = true;
	expect((await client.evaluate(may('tomasz.nowak'))).decision).toBe(false);
});

test('a gate that is there but cannot answer is no network; one that refuses this client is no leave to go on', async () => {
	const { db, client, wire, clock } = await connected();
	await client.prepareRound('rose-house');
	await db.owner`update clients set scopes = ${['authzen.search']}`;
	clock.pass(300_000);
	expect(await client.evaluate(may('ben.whitfield'))).toMatchObject({ decision: false, why: 'no-answer' });
	await db.owner`update clients set disabled_at = now()`;
	expect(await client.evaluate(may('ben.whitfield'))).toMatchObject({ decision: false, why: 'no-answer' });
	wire.cut = true;
	expect(await client.evaluate(may('ben.whitfield'))).toMatchObject({ decision: true, why: 'offline' });
});

test('a round that was kept is taken up again, and anything that was changed in it is refused', async () => {
	const { client, stored } = await offline();
	const { client: restarted, wire } = await connected();
	wire.cut = true;
	const kept = JSON.parse(JSON.stringify(stored)) as StoredRound;
	await restarted.restoreRound(kept);
	expect(await restarted.evaluate(may('ben.whitfield'))).toMatchObject({ decision: true, why: 'offline' });
	const changed = (change: Partial<StoredRound>) =>
		client.restoreRound({ ...kept, ...change }).then(
			() => 'taken',
			(error: Error) => error.name,
		);
	const { 'ben.whitfield': bens = '', 'tomasz.nowak': tomaszs = '', ...others } = kept.subjects;
	expect(await changed({ subjects: { ...others, 'ben.whitfield': tomaszs, 'tomasz.nowak': bens } })).toBe(
		'StatusTokenError',
	);
	expect(await changed({ subjects: { ...kept.subjects, 'danny.hughes': bens } })).toBe('StatusTokenError');
	expect(await changed({ salt: 'other' })).toBe('StatusTokenError');
	const round = await OfflineRound.from({ ...kept, site: 'elm-court' }, expected);
	expect(round.decide(may('ben.whitfield', 'administer-oral', { site: 'elm-court' })).decision).toBe(false);
	expect(round.decide(may('ben.whitfield')).decision).toBe(false);
});

/** A list with what a test wants otherwise, signed by the gate’s own key or by another. */
async function forging() {
	const { db, stored } = await offline();
	const [row] =
		await db.owner`select id, private_jwk from signing_keys where provider_id is null and algorithm = 'ES256'`;
	const own = { kid: row?.id as string, jwk: row?.private_jwk as JWK };
	async function sign(change: object = {}, header: object = {}, jwk: JWK = own.jwk): Promise<string> {
		const claims = { ...decodeJwt(stored.token), ...change };
		return new SignJWT(claims)
			.setProtectedHeader({ alg: 'ES256', typ: 'competency-status+jwt', kid: own.kid, ...header })
			.sign(await importJWK(jwk, 'ES256'));
	}
	const verify = (token: string, keys = stored.keys) =>
		verifyStatusToken(token, { ...expected, keys }).then(
			() => 'taken',
			(error: Error) => `${error.name}: ${error.message}`,
		);
	return { stored, sign, verify, own };
}

test('control: what the forger signs unchanged is taken', async () => {
	const { stored, sign, verify } = await forging();
	expect(await verify(stored.token)).toBe('taken');
	expect(await verify(await sign())).toBe('taken');
});

test('a list with another letter anywhere is refused', async () => {
	const { stored, verify } = await forging();
	const { token } = stored;
	for (let place = 0; place < token.length; place += Math.ceil(token.length / 60)) {
		const letter = token[place] === 'A' ? 'B' : 'A';
		expect(await verify(token.slice(0, place) + letter + token.slice(place + 1)), `letter ${place}`).not.toBe('taken');
	}
	const [header, payload, signature] = token.split('.') as [string, string, string];
	const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(signature.at(-1) as string);
	const otherEnd = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'[last ^ 1];
	for (const altered of [
		`${header}.${payload}.`,
		`${header}.${payload}`,
		`${token}.${signature}`,
		`${header}.${payload}.${signature}=`,
		` ${token}`,
		`${header}.${payload}.${signature.slice(0, -1)}${otherEnd}`,
		'',
		'..',
	])
		expect(await verify(altered), altered.slice(-20)).not.toBe('taken');
});

test('a list is of the gate’s key, algorithm and kind, or it is none', async () => {
	const { stored, sign, verify, own } = await forging();
	const other = await generateKeyPair('ES256', { extractable: true });
	const [otherPrivate, otherPublic] = [await exportJWK(other.privateKey), await exportJWK(other.publicKey)];
	expect(await verify(await sign({}, {}, otherPrivate))).toContain('signature is wrong');
	expect(await verify(await sign({}, { kid: 'another' }))).toContain('has this kid');
	expect(await verify(await sign({}, { kid: undefined }))).toContain('kid');
	expect(await verify(await sign({}, { jwk: otherPublic, kid: 'another' }, otherPrivate))).toContain('has this kid');
	expect(await verify(await sign({}, { typ: 'at+jwt' }))).toContain('not a list');
	expect(await verify(await sign({}, { typ: undefined }))).toContain('not a list');
	const [, payload] = stored.token.split('.');
	for (const alg of ['none', 'HS256', 'ES384', 'es256']) {
		const header = Buffer.from(JSON.stringify({ alg, typ: 'competency-status+jwt', kid: own.kid })).toString(
			'base64url',
		);
		expect(await verify(`${header}.${payload}.`), alg).toContain('not signed with ES256');
	}
	const twice = { keys: [...stored.keys.keys, { ...otherPublic, kid: own.kid }] };
	expect(await verify(stored.token, twice as never)).toContain('more than one');
	const encrypting = { keys: stored.keys.keys.map((each) => ({ ...each, use: 'enc' })) };
	expect(await verify(stored.token, encrypting as never)).toContain('another kind');
});

test('a list is for this client, of this issuer, of now, and no longer than a shift', async () => {
	const { sign, verify } = await forging();
	const now = Math.floor(Date.now() / 1000);
	for (const [change, wrong] of [
		[{ iss: 'http://other.test' }, 'another issuer'],
		[{ iss: undefined }, 'another issuer'],
		[{ aud: 'other' }, 'another client'],
		[{ aud: [demonstration.clientId, 'other'] }, 'another client'],
		[{ exp: now - 1 }, 'it has ended'],
		[{ exp: undefined }, 'no time'],
		[{ exp: 'later' }, 'no time'],
		[{ iat: now + 120, nbf: now + 120 }, 'of a time to come'],
		[{ nbf: now + 120 }, 'of a time to come'],
		[{ iat: undefined }, 'no time'],
		[{ iat: now, exp: now + 12 * 3600 + 1 }, 'longer than a shift'],
		[{ people: [] }, 'people'],
		[{ people: undefined }, 'people'],
		[{ people: { p_1: 'all' } }, 'no list'],
		[{ people: { p_1: [{ action: 'assess', as: 'boss', until: now }] } }, 'unknown kind'],
		[{ people: { p_1: [{ action: 'assess', as: 'competent', until: 'ever' }] } }, 'no time'],
		[{ people: { p_1: [{ action: 'assess', as: 'competent', until: now, witness: 1 }] } }, 'witness'],
		[{ sites: 'rose-house' }, 'no site'],
		[{ jti: undefined }, 'jti'],
		[{ subjects_digest: undefined }, 'subjects_digest'],
	] as const)
		expect(await verify(await sign(change)), JSON.stringify(change)).toContain(wrong);
});

test('the gate and the client agree on how who is who is tied to a list', async () => {
	const { sign, stored } = await forging();
	const subjects = { b: 'p_2', a: 'p_1', 10: 'p_3', 9: 'p_4', é: 'p_5', '😀': 'p_6', '\uffff': 'p_7' };
	const token = await sign({ subjects_digest: subjectsDigest('salt', subjects) });
	const round = await OfflineRound.from({ ...stored, token, salt: 'salt', subjects }, expected);
	expect(round.endsAt.getTime()).toBeGreaterThan(Date.now());
});

import { randomUUID } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { pause } from '#app/commands/authorising.ts';
import { allowLoneGiving } from '#app/commands/lone-givings.ts';
import { override } from '#app/commands/overriding.ts';
import { subjectsDigest } from '#app/gate/status-tokens.ts';
import { demonstration } from '#db/seed.ts';
import { gateWith, goodAtInsulin, handOver, insulin } from '../support/authzen.ts';
import {
	amara,
	asFairfield,
	authoriser,
	ben,
	catalogue,
	cellOf,
	fairfield,
	grace,
	margaret,
	memberOf,
	personOf,
	roseHouse,
	setPolicy,
	storyteller,
	tell,
	tomasz,
} from '../support/demonstration.ts';
import { issuer, question } from '../support/gate.ts';

const drug = 'administer-controlled-drug';

interface Grant {
	action: string;
	as: string;
	until: number;
	witness?: string;
}

/** A gate that hands out lists, and what a list says of somebody. */
async function listing(...scopes: string[]) {
	const gate = await gateWith('status.read', ...scopes);
	const fetchList = (site = 'rose-house') =>
		gate.ask('', { path: `/v1/status-tokens?site=${encodeURIComponent(site)}`, method: 'GET' });
	async function grantsOf(subject: string): Promise<Grant[]> {
		const { body } = await fetchList();
		const people = decodeJwt(body.token).people as Record<string, Grant[]>;
		return people[body.subjects[subject]] ?? [];
	}
	return { ...gate, fetchList, grantsOf };
}

test('a list is signed by a published key, for one client, one site and one shift', async () => {
	const { send, fetchList } = await listing();
	const { status, headers, body } = await fetchList();
	expect(status).toBe(200);
	expect(headers['cache-control']).toBe('no-store');
	const keys = await send({ path: '/.well-known/jwks.json', method: 'GET' });
	const { payload, protectedHeader } = await jwtVerify(body.token, createLocalJWKSet(keys.body), {
		algorithms: ['ES256'],
		issuer,
		audience: demonstration.clientId,
		typ: 'competency-status+jwt',
		requiredClaims: ['iat', 'nbf', 'exp', 'jti'],
	});
	expect(Object.keys(protectedHeader).sort()).toEqual(['alg', 'kid', 'typ']);
	expect(payload.sites).toEqual(['rose-house']);
	expect((payload.exp as number) - (payload.iat as number)).toBe(12 * 60 * 60);
	expect(Math.abs((payload.iat as number) - Date.now() / 1000)).toBeLessThan(10);
	expect(body.expires_at).toBe(new Date((payload.exp as number) * 1000).toISOString());
	expect(payload.subjects_digest).toBe(subjectsDigest(body.salt, body.subjects));
});

test('what is on the list is what the gate permits, and nothing else', async () => {
	const { ask, fetchList } = await listing();
	const { body } = await fetchList();
	const people = decodeJwt(body.token).people as Record<string, Grant[]>;
	for (const staffCode of [
		'ben.whitfield',
		'tomasz.nowak',
		'amara.okafor',
		'danny.hughes',
		'leila.haddad',
		'owen.price',
		'margaret.doyle',
		'helen.brooks',
	])
		for (const privilege of catalogue.privileges.keys()) {
			const alone = await ask(question(staffCode, privilege, 'rose-house', { context: { witness: 'ben.whitfield' } }));
			const grant = (people[body.subjects[staffCode]] ?? []).find((each) => each.action === privilege);
			expect(grant !== undefined, `${staffCode} ${privilege}`).toBe(
				alone.body.decision || alone.body.context.code === 'witness_missing',
			);
		}
});

test('the list holds no name, no staff code, no id of ours and no reason', async () => {
	const { db, fetchList } = await listing();
	const { body } = await fetchList();
	const said = JSON.stringify([decodeJwt(body.token), decodeProtectedHeader(body.token)]);
	const people = await db.owner`select id::text, staff_code, given_name, family_name from people`;
	expect(people.length).toBeGreaterThan(20);
	for (const { id, staff_code, given_name, family_name } of people)
		for (const told of [id, staff_code, given_name, family_name]) expect(said).not.toContain(`"${told}"`);
	for (const name of ['Whitfield', 'ben.whitfield', ben, 'paused', 'expired', 'incident'])
		expect(said).not.toContain(name);
});

test('two clients know one person by two ids, and one client always by the same', async () => {
	const { db, send, fetchList, requestToken } = await listing();
	await db.owner`insert into clients (provider_id, id, name, scopes) values (${fairfield}, 'other', 'Other', ${['status.read']})`;
	await db.owner`insert into client_secrets (provider_id, id, client_id, secret_hash) values (${fairfield}, ${randomUUID()}, 'other', encode(sha256('other-secret'), 'hex'))`;
	const authorization = `Basic ${Buffer.from('other:other-secret').toString('base64')}`;
	const token = (await requestToken(undefined, { authorization })).body.access_token;
	const other = await send({
		path: '/v1/status-tokens?site=rose-house',
		method: 'GET',
		headers: { authorization: `Bearer ${token}` },
	});
	const [one, again] = [(await fetchList()).body, (await fetchList()).body];
	expect(again.subjects).toEqual(one.subjects);
	expect(Object.keys(other.body.subjects)).toEqual(Object.keys(one.subjects));
	const ours = new Set(Object.values(one.subjects));
	expect(ours.size).toBe(Object.keys(one.subjects).length);
	for (const theirs of Object.values(other.body.subjects)) expect(ours.has(theirs)).toBe(false);
	expect(decodeJwt(other.body.token).aud).toBe('other');
});

test('who is paused, withdrawn or gone when the list is made is not on it', async () => {
	const { db, grantsOf } = await listing();
	expect((await grantsOf('tomasz.nowak')).map((each) => each.action)).toContain('administer-oral');
	await asFairfield(db, (tx) =>
		pause(tx, authoriser(grace), catalogue, cellOf(tomasz), {
			id: randomUUID(),
			reason: 'other',
			reviewOn: '2030-01-01',
		}),
	);
	expect((await grantsOf('tomasz.nowak')).map((each) => each.action)).not.toContain('administer-oral');
	expect(await grantsOf('owen.price')).toEqual([]);
	expect((await grantsOf('leila.haddad')).map((each) => each.action)).not.toContain('administer-oral');
});

test('a permit on the list ends with itself where that is before the list does, to the second below', async () => {
	const { db, grantsOf } = await listing();
	const until = new Date(Date.now() + 90_000);
	await db.owner`update standings set permit_until = ${until}, ends_at = ${until}
		where person_id = ${ben} and privilege = 'administer-oral' and permit and (ends_at is null or ends_at > now())`;
	const of = async (action: string) => (await grantsOf('ben.whitfield')).find((each) => each.action === action);
	expect((await of('administer-oral'))?.until).toBe(Math.floor(until.getTime() / 1000));
	expect((await of('assess'))?.until).toBeGreaterThan(until.getTime() / 1000 + 3600);
	await db.owner`update standings set permit_until = now() - interval '1 second', ends_at = null where person_id = ${ben} and privilege = 'administer-oral'`;
	expect(await of('administer-oral')).toBeUndefined();
});

test('a controlled drug names the privilege of its witness, unless the site’s policy asks for none', async () => {
	const { db, grantsOf } = await listing();
	const drug = async () =>
		(await grantsOf('margaret.doyle')).find((each) => each.action === 'administer-controlled-drug');
	expect(await drug()).toMatchObject({ as: 'competent', witness: 'witness-controlled-drug' });
	await setPolicy(db, 1, roseHouse, { witness: false });
	expect(await drug()).toMatchObject({ as: 'competent' });
	expect(await drug()).not.toHaveProperty('witness');
});

test('somebody who practises beside a colleague is marked so', async () => {
	const { db, grantsOf } = await listing();
	const story = storyteller();
	await tell(db, story.learns({ personId: amara, siteId: roseHouse, role: 'carer' }, 20));
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
	expect(await grantsOf('amara.okafor')).toMatchObject([{ action: 'administer-oral', as: 'supervised' }]);
});

test('a delegated task is never on it, however many persons it was handed over for', async () => {
	const { db, grantsOf } = await listing();
	await goodAtInsulin(db);
	await handOver(db, { person: 'R-17' });
	expect((await grantsOf('tomasz.nowak')).map((each) => each.action)).not.toContain(insulin);
});

test('policy says for how long a list works, and at 0 there is none', async () => {
	const { db, fetchList } = await listing();
	await setPolicy(db, 1, roseHouse, { offline: 'PT30M' });
	const { exp = 0, iat = 0, people } = decodeJwt((await fetchList()).body.token);
	expect(exp - iat).toBe(1800);
	for (const grants of Object.values(people as Record<string, Grant[]>))
		for (const { until } of grants) expect(until).toBeLessThanOrEqual(exp);
	await setPolicy(db, 2, roseHouse, { offline: 'PT0S' });
	expect((await fetchList()).status).toBe(403);
});

test('a privilege has its own time on the list, never longer than the list', async () => {
	const { db, fetchList } = await listing();
	const ends = async () => {
		const { iat = 0, exp = 0, people } = decodeJwt((await fetchList()).body.token);
		const all = Object.values(people as Record<string, Grant[]>).flat();
		const latest = (of: string) =>
			Math.max(...all.filter((each) => each.action === of).map((each) => each.until)) - iat;
		return [drug, 'witness-controlled-drug', 'administer-oral'].map(latest).concat(exp - iat);
	};
	expect(await ends()).toEqual([3600, 3600, 12 * 3600, 12 * 3600]);
	await setPolicy(db, 1, roseHouse, { offline: 'PT30M' });
	expect(await ends()).toEqual([1800, 1800, 1800, 1800]);
	await setPolicy(db, 2, roseHouse, {
		privileges: { [drug]: { offline: 'PT0S' }, 'administer-oral': { offline: 'PT2H' } },
	});
	expect(await ends()).toEqual([Number.NEGATIVE_INFINITY, 3600, 2 * 3600, 12 * 3600]);
});

test('an override of a witnessed task is not on it; one of another task is, until it ends', async () => {
	const { db, ask, grantsOf } = await listing();
	await tell(db, storyteller().learns(memberOf(tomasz), 20, drug));
	const given = () => ({ id: randomUUID(), hours: 1, note: 'nobody else', now: new Date() });
	for (const cell of [cellOf(tomasz, drug), cellOf(personOf('danny.hughes'))])
		await asFairfield(db, (tx) => override(tx, authoriser(grace), catalogue, cell, given()));
	const context = { witness: 'ben.whitfield' };
	expect((await ask({ ...question('tomasz.nowak', drug), context })).body.context.code).toBe('override_active');
	expect((await grantsOf('tomasz.nowak')).map((each) => each.action)).not.toContain(drug);
	const oral = (await grantsOf('danny.hughes')).find((each) => each.action === 'administer-oral');
	expect(oral).toMatchObject({ as: 'override' });
	await setPolicy(db, 1, roseHouse, { witness: false });
	expect((await grantsOf('tomasz.nowak')).find((each) => each.action === drug)).toMatchObject({ as: 'override' });
});

test('leave to give alone is no leave without a network: a witness is asked for as before', async () => {
	const { db, grantsOf } = await listing();
	const given = { id: randomUUID(), secondCheck: ben, hours: 0.5, note: 'nobody else', now: new Date() };
	await asFairfield(db, (tx) => allowLoneGiving(tx, authoriser(grace), catalogue, cellOf(margaret, drug), given));
	const grant = (await grantsOf('margaret.doyle')).find((each) => each.action === drug);
	expect(grant).toMatchObject({ as: 'competent', witness: 'witness-controlled-drug' });
	expect(grant?.until).toBeLessThanOrEqual(Date.now() / 1000 + 1800);
});

test('a delegated task is not on it for whoever practises it either', async () => {
	const { db, ask, grantsOf } = await listing();
	await goodAtInsulin(db);
	const story = storyteller();
	await tell(db, story.becomesCompetent(memberOf(amara), { assessors: [ben], signerId: grace }, 30));
	await tell(db, story.learns(memberOf(amara), 20, insulin));
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({ kind: 'supervision', ...cellOf(amara, insulin), recordedBy: grace, payload: { supervisor: tomasz } }),
		]),
	);
	expect((await ask(question('amara.okafor', insulin))).body.context.code).toBe('supervised_only');
	expect((await grantsOf('amara.okafor')).map((each) => each.action)).not.toContain(insulin);
});

test('people are called as the client calls them, and whom it has no name for is not on its list', async () => {
	const { db, fetchList } = await listing();
	await db.owner`update clients set subject_ids = 'opaque'`;
	expect(Object.keys((await fetchList()).body.subjects)).toContain(ben);
	await db.owner`update clients set subject_ids = 'own'`;
	await db.owner`insert into client_subjects (provider_id, client_id, own_id, person_id) values (${fairfield}, ${demonstration.clientId}, '17', ${ben})`;
	const { body } = await fetchList();
	expect(Object.keys(body.subjects)).toEqual(['17']);
	expect(Object.keys(decodeJwt(body.token).people as object)).toEqual(Object.values(body.subjects));
});

test.each([
	['/v1/status-tokens', 400],
	['/v1/status-tokens?site=', 400],
	['/v1/status-tokens?site=rose-house&site=elm-court', 400],
	['/v1/status-tokens?site=a%00b', 400],
	['/v1/status-tokens?site=nowhere', 404],
	["/v1/status-tokens?site=rose-house'--", 404],
])('%s is answered %d', async (path, status) => {
	const { ask } = await listing();
	const answer = await ask('', { path, method: 'GET' });
	expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/problem+json']);
});

test('another provider’s site is no site', async () => {
	const { db, fetchList } = await listing();
	const provider = randomUUID();
	await db.owner`insert into providers (id, slug, name) values (${provider}, 'theirs', 'Theirs')`;
	await db.owner`insert into sites (provider_id, id, slug, name, kind) values (${provider}, ${randomUUID()}, 'their-house', 'Their House', 'care-home')`;
	expect((await fetchList('their-house')).status).toBe(404);
});

test('without the scope, without a token, or once the client is switched off there is no list', async () => {
	const { db, ask, send, fetchList } = await listing();
	expect((await fetchList()).status).toBe(200);
	expect((await send({ path: '/v1/status-tokens?site=rose-house', method: 'GET' })).status).toBe(401);
	await db.owner`update clients set disabled_at = now()`;
	expect((await fetchList()).status).toBe(401);
	const other = await gateWith();
	expect((await other.ask('', { path: '/v1/status-tokens?site=rose-house', method: 'GET' })).status).toBe(403);
	expect((await ask(question('ben.whitfield'))).status).toBe(401);
});

test('a list is no access token', async () => {
	const { send, fetchList } = await listing();
	const { body } = await fetchList();
	const answer = await send({
		headers: { 'content-type': 'application/json', authorization: `Bearer ${body.token}` },
		body: JSON.stringify(question('ben.whitfield')),
	});
	expect(answer.status).toBe(401);
});

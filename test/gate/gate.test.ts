import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { catalogue } from '#app/catalogue.server.ts';
import { rulesBySite } from '#app/commands/append.ts';
import { liftPause, pause } from '#app/commands/authorising.ts';
import { decide } from '#app/domain/decide.ts';
import { presentFor } from '#app/domain/evidence.ts';
import { gateReader } from '#app/gate/evaluation.ts';
import { gate } from '#app/gate/handler.ts';
import { asProvider, type Sql } from '#db/client.server.ts';
import { namedId } from '#db/factory.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { listPersonIds } from '#db/queries/people.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

const fairfield = namedId('provider fairfield-care');
const roseHouse = namedId('site rose-house');
const issuer = 'http://gate.test';

interface Asked {
	status: number;
	body: {
		decision?: boolean;
		context?: Record<string, unknown>;
		error?: string;
		access_token?: string;
		expires_in?: number;
		scope?: string;
	} & string;
	headers: Headers;
}

async function openGate(db: TestDatabase) {
	const answer = gate(db.database, catalogue(), issuer);
	const server = createServer((request, response) => {
		if (!answer(request, response)) response.writeHead(404).end();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const send = async (path: string, init: RequestInit): Promise<Asked> => {
		const sent = await fetch(url + path, { method: 'POST', ...init });
		const text = await sent.text();
		return { status: sent.status, body: text ? JSON.parse(text) : '', headers: sent.headers };
	};
	const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
	const grant = (form: Record<string, string> | string, authorization = basic('demo-emar', 'demo-emar-secret')) =>
		send('/oauth/token', { headers: { authorization }, body: new URLSearchParams(form) });
	const token = async () => (await grant({ grant_type: 'client_credentials' })).body.access_token ?? '';
	const evaluate = (bearer: string, body: unknown, headers: Record<string, string> = {}) =>
		send('/access/v1/evaluation', {
			headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', ...headers },
			body: typeof body === 'string' ? body : JSON.stringify(body),
		});
	return { url, send, grant, token, evaluate, basic };
}

function question(staffCode: string, privilege = 'administer-oral', site = 'rose-house') {
	return {
		subject: { type: 'staff', id: staffCode },
		action: { name: privilege },
		resource: { type: 'site', id: site },
	};
}

test.for([
	['amara.okafor', 'administer-oral', 'rose-house', false, 'module_missing'],
	['ben.whitfield', 'administer-oral', 'rose-house', true, 'competent'],
	['ben.whitfield', 'assess', 'rose-house', true, 'competent'],
	['tomasz.nowak', 'administer-oral', 'rose-house', true, 'competent'],
	['tomasz.nowak', 'assess', 'rose-house', false, 'prerequisite_or_sign_off'],
	['danny.hughes', 'administer-oral', 'rose-house', false, 'expired'],
	['leila.haddad', 'administer-oral', 'rose-house', false, 'paused_review'],
	['owen.price', 'administer-oral', 'rose-house', false, 'left'],
	['owen.price', 'administer-oral', 'elm-court', false, 'left'],
	['tomasz.nowak', 'administer-oral', 'elm-court', false, 'site_induction_missing'],
	['tomasz.nowak', 'administer-insulin', 'rose-house', false, 'unknown_privilege'],
	['tomasz.nowak', 'fly', 'rose-house', false, 'unknown_privilege'],
	['tomasz.nowak', 'administer-oral', 'nowhere', false, 'unknown_site'],
	['nobody', 'administer-oral', 'rose-house', false, 'unknown_person'],
	['a\u0000b', 'administer-oral', 'rose-house', false, 'unknown_person'],
	['\ud800', 'administer-oral', 'rose-house', false, 'unknown_person'],
	["' or 1=1 --", 'administer-oral', 'rose-house', false, 'unknown_person'],
] as const)('%s, %s at %s: %s, %s', async ([who, privilege, site, decision, code]) => {
	const { token, evaluate } = await openGate(await testDatabase());
	const { status, body } = await evaluate(await token(), question(who, privilege, site));
	expect(status).toBe(200);
	expect(body.decision).toBe(decision);
	expect(body.context?.code).toBe(code === 'prerequisite_or_sign_off' ? 'sign_off_missing' : code);
	expect(body.context).toMatchObject({ evaluation_id: expect.any(String), evaluated_at: expect.any(String) });
	const untilDay = Date.parse(String(body.context?.valid_until)) - Date.now();
	if (decision) expect(untilDay).toBeGreaterThan(0);
	else expect(body.context).not.toHaveProperty('valid_until');
	expect(body.context?.max_age).toBe(decision ? 60 : 0);
});

test('the gate says what decide says, for every person, privilege and site', async () => {
	const db = await testDatabase();
	const { token, evaluate } = await openGate(db);
	const bearer = await token();
	const { evidence, rules, people, sites } = await asProvider(db.database.db, fairfield, async (tx) => {
		const personIds = await listPersonIds(tx, { providerId: fairfield });
		return {
			evidence: await listEvidenceOf(tx, { providerId: fairfield, personIds }),
			rules: await rulesBySite(tx, fairfield, catalogue()),
			people: await db.owner<{ id: string; staff_code: string }[]>`select id, staff_code from people`,
			sites: await db.owner<{ id: string; slug: string }[]>`select id, slug from sites`,
		};
	});
	let permits = 0;
	for (const person of people) {
		const theirs = evidence.filter((each) => each.personId === person.id);
		for (const site of sites)
			for (const privilege of catalogue().privileges.keys()) {
				const expected = decide(rules(site.id), theirs, { privilege, siteId: site.id }, presentFor(theirs, new Date()));
				const { body } = await evaluate(bearer, question(person.staff_code, privilege, site.slug));
				expect([person.staff_code, privilege, site.slug, body.decision, body.context?.code]).toEqual([
					person.staff_code,
					privilege,
					site.slug,
					expected.permit,
					expected.code,
				]);
				if (expected.permit) expect(body.context?.valid_until).toBe(expected.validUntil?.toISOString());
				permits += expected.permit ? 1 : 0;
			}
	}
	expect(permits).toBeGreaterThan(20);
});

test.for([
	['not JSON', '{'],
	['nothing', ''],
	['an array', '[]'],
	['null', 'null'],
	['a string', '"x"'],
	['no subject', JSON.stringify({ ...question('x'), subject: undefined })],
	['no action', JSON.stringify({ ...question('x'), action: undefined })],
	['no resource', JSON.stringify({ ...question('x'), resource: undefined })],
	['a subject without id', JSON.stringify({ ...question('x'), subject: { type: 'staff' } })],
	['a number as id', JSON.stringify({ ...question('x'), subject: { type: 'staff', id: 7 } })],
	['null as a type', JSON.stringify({ ...question('x'), resource: { type: null, id: 'x' } })],
	['an action as a string', JSON.stringify({ ...question('x'), action: 'administer-oral' })],
	[
		'properties as a string',
		JSON.stringify({ ...question('x'), subject: { type: 'staff', id: 'x', properties: 'y' } }),
	],
	['context as an array', JSON.stringify({ ...question('x'), context: [] })],
])('a body that is %s is 400, never a decision', async ([, body]) => {
	const { token, evaluate } = await openGate(await testDatabase());
	const answer = await evaluate(await token(), body ?? '', { 'x-request-id': 'kept' });
	expect(answer.status).toBe(400);
	expect(answer.headers.get('x-request-id')).toBe('kept');
	expect(answer.body).not.toHaveProperty('decision');
});

test('what is not known is ignored, a charset is accepted, and other content types are not', async () => {
	const { token, evaluate } = await openGate(await testDatabase());
	const bearer = await token();
	const extra = { ...question('tomasz.nowak'), more: 1, context: { time: '2026-11-22T08:00Z', anything: [{}] } };
	expect((await evaluate(bearer, extra)).body.decision).toBe(true);
	const json = { 'content-type': 'Application/JSON; charset=utf-8' };
	expect((await evaluate(bearer, question('tomasz.nowak'), json)).status).toBe(200);
	expect((await evaluate(bearer, question('tomasz.nowak'), { 'content-type': 'text/plain' })).status).toBe(400);
});

test('a body over 64 kB is refused, and the next request is answered', async () => {
	const { token, evaluate, url } = await openGate(await testDatabase());
	const bearer = await token();
	const status = await new Promise((resolve, reject) => {
		const sent = httpRequest(`${url}/access/v1/evaluation`, {
			method: 'POST',
			headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
		});
		sent.on('response', (response) => resolve(response.statusCode));
		sent.on('error', reject);
		sent.write(JSON.stringify({ ...question('x'), more: 'x'.repeat(70_000) }));
	});
	expect(status).toBe(413);
	expect((await evaluate(bearer, question('tomasz.nowak'))).body.decision).toBe(true);
});

test('X-Request-ID comes back as it was sent, with an answer and with an error', async () => {
	const { token, evaluate } = await openGate(await testDatabase());
	const sent = { 'x-request-id': 'bfe9eb29-ab87-4ca3-be83-a1d5d8305716' };
	const bearer = await token();
	for (const answer of [
		await evaluate(bearer, question('tomasz.nowak'), sent),
		await evaluate('nonsense', question('tomasz.nowak'), sent),
	])
		expect(answer.headers.get('x-request-id')).toBe(sent['x-request-id']);
});

test('other methods are 405', async () => {
	const { url } = await openGate(await testDatabase());
	for (const path of ['/oauth/token', '/access/v1/evaluation'])
		for (const method of ['GET', 'PUT', 'DELETE']) expect((await fetch(url + path, { method })).status).toBe(405);
});

test('a token is granted as RFC 6749 and RFC 9068 say', async () => {
	const { grant } = await openGate(await testDatabase());
	const { status, body, headers } = await grant({ grant_type: 'client_credentials', scope: 'authzen.evaluate' });
	expect(status).toBe(200);
	expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 300, scope: 'authzen.evaluate' });
	expect(headers.get('cache-control')).toBe('no-store');
	const [head = '', claims = ''] = body.access_token?.split('.') ?? [];
	const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
	expect(read(head)).toMatchObject({ typ: 'at+jwt', alg: 'ES256', kid: expect.any(String) });
	expect(read(claims)).toMatchObject({ iss: issuer, aud: issuer, sub: 'demo-emar', client_id: 'demo-emar' });
	expect(read(claims).exp - read(claims).iat).toBe(300);
});

test('what is wrong with a token request is said in OAuth’s own words', async () => {
	const { grant, send, basic } = await openGate(await testDatabase());
	const right = { grant_type: 'client_credentials' };
	const said = async (answer: Promise<Asked>) => {
		const { status, body } = await answer;
		return [status, body.error];
	};
	expect(await said(grant(right, basic('demo-emar', 'wrong')))).toEqual([401, 'invalid_client']);
	expect(await said(grant(right, basic('nobody', 'demo-emar-secret')))).toEqual([401, 'invalid_client']);
	expect(await said(grant(right, basic('a\0b', 'x')))).toEqual([401, 'invalid_client']);
	expect(await said(grant(right, 'Basic !!!'))).toEqual([401, 'invalid_client']);
	expect(await said(grant({}))).toEqual([400, 'invalid_request']);
	expect(await said(grant({ grant_type: 'password' }))).toEqual([400, 'unsupported_grant_type']);
	expect(await said(grant({ ...right, scope: 'everything' }))).toEqual([400, 'invalid_scope']);
	expect(await said(grant('grant_type=client_credentials&grant_type=client_credentials'))).toEqual([
		400,
		'invalid_request',
	]);
	expect(await said(send('/oauth/token', { body: '{}', headers: { 'content-type': 'application/json' } }))).toEqual([
		400,
		'invalid_request',
	]);
	expect((await grant(right, basic('demo-emar', 'wrong'))).headers.get('www-authenticate')).toMatch(/^Basic /);
});

test('no token, and no token that is not ours, gets a decision', async () => {
	const db = await testDatabase();
	const { token, evaluate, send } = await openGate(db);
	const asked = question('tomasz.nowak');
	const forged = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
	const claims = { client_id: 'demo-emar', scope: 'authzen.evaluate' };
	const [key] = await db.owner<{ id: string; private_jwk: object }[]>`select id, private_jwk from signing_keys`;
	const { importJWK } = await import('jose');
	const ours = await importJWK(key?.private_jwk as never, 'ES256');
	const jwt = (typ: string, audience: string, expires: string) =>
		new SignJWT(claims)
			.setProtectedHeader({ alg: 'ES256', typ, kid: key?.id ?? '' })
			.setIssuer(issuer)
			.setAudience(audience)
			.setSubject('demo-emar')
			.setJti(randomUUID())
			.setIssuedAt(Math.floor(Date.now() / 1000) - 600)
			.setExpirationTime(expires);
	const none = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
	const tokens = {
		'no token at all': '',
		nonsense: 'abc.def.ghi',
		'algorithm none': `${none({ alg: 'none', typ: 'at+jwt' })}.${none({ ...claims, iss: issuer, aud: issuer })}.`,
		'another key under our name': await jwt('at+jwt', issuer, '5m').sign(forged),
		'run out': await jwt('at+jwt', issuer, '-1m').sign(ours),
		'meant for somebody else': await jwt('at+jwt', 'https://other.test', '5m').sign(ours),
		'another kind of token': await jwt('JWT', issuer, '5m').sign(ours),
	};
	for (const [what, bearer] of Object.entries(tokens)) {
		const answer = await evaluate(bearer, asked);
		expect([what, answer.status]).toEqual([what, 401]);
		expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
	}
	const inAddress = await send(`/access/v1/evaluation?access_token=${await token()}`, {
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(asked),
	});
	expect(inAddress.status).toBe(401);
	expect((await evaluate(await jwt('at+jwt', issuer, '5m').sign(ours), asked)).body.decision).toBe(true);
});

test('a client that is switched off stops at its next call, and so does one without the scope', async () => {
	const db = await testDatabase();
	const { token, evaluate, grant, basic } = await openGate(db);
	const bearer = await token();
	expect((await evaluate(bearer, question('tomasz.nowak'))).status).toBe(200);
	await db.owner`insert into clients (provider_id, id, name, secret_hash, scopes) values
		(${fairfield}, 'no-scope', 'No scope', ${createHash('sha256').update('s').digest('hex')}, '{events.read}')`;
	const other = await grant({ grant_type: 'client_credentials' }, basic('no-scope', 's'));
	expect((await evaluate(other.body.access_token ?? '', question('tomasz.nowak'))).status).toBe(403);
	await db.owner`update clients set disabled_at = now()`;
	expect((await evaluate(bearer, question('tomasz.nowak'))).status).toBe(401);
	expect((await grant({ grant_type: 'client_credentials' })).status).toBe(401);
});

test('after a pause has been saved no answer permits, however many ask at the same time', async () => {
	const db = await testDatabase();
	const { token, evaluate } = await openGate(db);
	const bearer = await token();
	const grace = {
		providerId: fairfield,
		personId: namedId('person grace.mensah'),
		posts: [{ role: 'manager' as const, siteId: roseHouse }],
	};
	const cell = { personId: namedId('person tomasz.nowak'), siteId: roseHouse, privilege: 'administer-oral' as const };
	let stop = false;
	let asked = 0;
	let stale = 0;
	let pausedSince = false;
	const hammer = async () => {
		while (!stop) {
			// What was known before asking: an answer to a question asked after the commit must not permit.
			const paused = pausedSince;
			const { body } = await evaluate(bearer, question('tomasz.nowak'));
			asked += 1;
			if (paused && pausedSince && body.decision) stale += 1;
		}
	};
	const hammers = Array.from({ length: 8 }, hammer);
	for (let turn = 0; turn < 25; turn += 1) {
		const given = { id: randomUUID(), reason: 'incident-review' as const, reviewOn: '2030-01-01' };
		await asProvider(db.database.db, fairfield, (tx) => pause(tx, grace, catalogue(), cell, given));
		pausedSince = true;
		expect((await evaluate(bearer, question('tomasz.nowak'))).body.context?.code).toBe('paused_review');
		pausedSince = false;
		await asProvider(db.database.db, fairfield, (tx) => liftPause(tx, grace, catalogue(), cell, { note: 'done' }));
		expect((await evaluate(bearer, question('tomasz.nowak'))).body.decision).toBe(true);
	}
	stop = true;
	await Promise.all(hammers);
	expect(asked).toBeGreaterThan(200);
	expect(stale).toBe(0);
});

test('questions that wait together share one statement', async () => {
	const db = await testDatabase();
	let statements = 0;
	const counted = new Proxy(db.database.gate, {
		apply(target, self, given) {
			// The driver's fragments are calls too; a statement is one that names the function.
			if (given[0]?.[0]?.includes('gate_answers') || given[0]?.join?.('').includes('gate_answers')) statements += 1;
			return Reflect.apply(target, self, given);
		},
	}) as Sql;
	const read = gateReader(counted);
	const asked = { clientId: 'demo-emar', staffCode: 'tomasz.nowak', privilege: 'administer-oral', site: 'rose-house' };
	const answers = await Promise.all(Array.from({ length: 200 }, () => read(asked)));
	expect(answers.every((each) => each.permit)).toBe(true);
	expect(statements).toBe(1);
});

test('a database that does not answer in time is 503 within a bounded time, and answers again by itself', async () => {
	const db = await testDatabase();
	const { token, evaluate } = await openGate(db);
	const bearer = await token();
	const held = await db.owner.reserve();
	await held`begin`;
	await held`lock table standings in access exclusive mode`;
	const began = Date.now();
	const answers = await Promise.all([1, 2, 3, 4, 5].map(() => evaluate(bearer, question('tomasz.nowak'))));
	expect(answers.map((each) => each.status)).toEqual([503, 503, 503, 503, 503]);
	expect(Date.now() - began).toBeLessThan(5000);
	expect(answers[0]?.headers.get('retry-after')).toBe('1');
	await held`rollback`;
	held.release();
	await expect
		.poll(async () => (await evaluate(bearer, question('tomasz.nowak'))).body.decision, {
			timeout: 6000,
			interval: 200,
		})
		.toBe(true);
});

test('a database that cuts every connection is never a permit, and answers again without a restart', async () => {
	const db = await testDatabase();
	const { token, evaluate } = await openGate(db);
	const bearer = await token();
	for (let turn = 0; turn < 5; turn += 1) {
		const asking = Promise.all(Array.from({ length: 20 }, () => evaluate(bearer, question('danny.hughes'))));
		await db.owner`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'countersign_app' and datname = current_database()`;
		for (const { status, body } of await asking) {
			expect([200, 503]).toContain(status);
			expect(body.decision ?? false).toBe(false);
		}
	}
	await expect
		.poll(async () => (await evaluate(bearer, question('tomasz.nowak'))).body.decision, {
			timeout: 6000,
			interval: 200,
		})
		.toBe(true);
});

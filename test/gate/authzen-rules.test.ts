import { createConnection } from 'node:net';
import { expect, test } from 'vitest';
import { gateWith } from '../support/authzen.ts';
import { type Answer, issuer, question, type Sent } from '../support/gate.ts';

const asked = question('ben.whitfield');
const { subject, action, resource } = asked;
const typeOf = ({ type }: { type: string }) => ({ type });
type Members = Record<string, unknown>;

/** A request that each endpoint takes. */
const endpoints: Record<string, Members> = {
	'/access/v1/evaluation': asked,
	'/access/v1/evaluations': { ...asked, evaluations: [{}] },
	'/access/v1/search/subject': { subject: typeOf(subject), action, resource },
	'/access/v1/search/resource': { subject, action, resource: typeOf(resource) },
	'/access/v1/search/action': { subject, resource },
};
const paths = Object.keys(endpoints);
const bytes = (...parts: (string | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part as string)));
const deep = (levels: number, begin = '{"a":', end = '}') => `${begin.repeat(levels)}1${end.repeat(levels)}`;
const withMember = (good: Members, member: string) => `${JSON.stringify(good).slice(0, -1)},${member}}`;

/** Bodies that no endpoint takes, made of one it does take. */
const wrongBodies: Record<string, (good: Members) => string | Uint8Array> = {
	'an empty body': () => '',
	spaces: () => ' \n',
	'half of some JSON': (good) => JSON.stringify(good).slice(0, -5),
	'two objects': (good) => JSON.stringify(good) + JSON.stringify(good),
	'an array at the top': (good) => JSON.stringify([good]),
	'an empty array': () => '[]',
	'text at the top': () => '"ben"',
	null: () => 'null',
	true: () => 'true',
	'an empty object': () => '{}',
	'a comma at the end': (good) => JSON.stringify(good).replace(/}$/, ',}'),
	'a comment': (good) => `/* */${JSON.stringify(good)}`,
	'a byte order mark': (good) => bytes([0xef, 0xbb, 0xbf], JSON.stringify(good)),
	'UTF-16': (good) => Buffer.from(JSON.stringify(good), 'utf16le'),
	'bytes that are no UTF-8': (good) => bytes(JSON.stringify(good).slice(0, -1), ',"x":"', [0xff, 0xfe], '"}'),
	'a surrogate as UTF-8': (good) => bytes(JSON.stringify(good).slice(0, -1), ',"x":"', [0xed, 0xa0, 0x80], '"}'),
	'a name twice': (good) => withMember(good, '"resource":{"type":"site","id":"elm-court"}'),
	'a name twice, once escaped': (good) => withMember(good, '"\\u0072esource":{"type":"site","id":"x"}'),
	'a name twice far inside': (good) => withMember(good, '"x":[{"y":{"a":1,"b":[{"a":3}],"a":2}}]'),
	'__proto__ twice': (good) => withMember(good, '"__proto__":1,"__proto__":2'),
	'an object 33 deep': (good) => withMember(good, `"x":${deep(32)}`),
	'an array 33 deep': (good) => withMember(good, `"x":${deep(32, '[', ']')}`),
	'an array thousands deep': (good) => withMember(good, `"x":${deep(20_000, '[', ']')}`),
	'a context that is text': (good) => JSON.stringify({ ...good, context: 'now' }),
	'a context that is an array': (good) => JSON.stringify({ ...good, context: [] }),
	'a witness that is a number': (good) => JSON.stringify({ ...good, context: { witness: 1 } }),
	'a supervisor that is null': (good) => JSON.stringify({ ...good, context: { supervisor: null } }),
};

/** Bodies that look odd and change nothing. */
const oddBodies: Record<string, (good: Members) => string | Uint8Array> = {
	'members nobody knows': (good) =>
		JSON.stringify({ ...good, ünknown: { nested: null }, decision: true, permit: true }),
	'a member called __proto__': (good) => withMember(good, '"__proto__":{"decision":true,"page":{"limit":0}}'),
	'a member called constructor': (good) => withMember(good, '"constructor":{"prototype":{"permit":true}}'),
	'a member called toString': (good) => withMember(good, '"toString":1,"hasOwnProperty":2,"toJSON":3'),
	'an object 32 deep': (good) => withMember(good, `"x":${deep(31)}`),
	'the same name in two objects': (good) => withMember(good, '"x":{"a":1},"y":{"a":1},"z":[{"a":1},{"a":1}]'),
	'a text that looks like members': (good) => withMember(good, '"x":"\\",\\"x\\":1,{[","y":"\\\\"'),
	'spaces everywhere': (good) => JSON.stringify(good, null, '\t \n'),
	'an emoji': (good) => JSON.stringify({ ...good, x: '🙂' }),
	'a context with members nobody knows': (good) =>
		JSON.stringify({ ...good, context: { ip: '10.0.0.1', witness: 'x' } }),
};

/** The same request to every endpoint: what came of it, by path. */
async function everywhere(send: (path: string, good: Members) => Promise<Answer>): Promise<[string, Answer][]> {
	return Promise.all(
		paths.map(async (path) => [path, await send(path, endpoints[path] as Members)] as [string, Answer]),
	);
}

test('what is not the JSON that is asked for is answered 400 with a message, by every endpoint', async () => {
	const { ask } = await gateWith('authzen.search');
	const headers = { 'x-request-id': 'r 1' };
	const others: unknown[] = [];
	for (const [name, made] of Object.entries(wrongBodies))
		for (const [path, answer] of await everywhere((path, good) => ask(made(good), { path, headers }))) {
			const { status, body, headers: given } = answer;
			const right = status === 400 && typeof body === 'string' && body.length < 200;
			if (!right || given['x-request-id'] !== 'r 1' || given['content-type'] !== 'application/json')
				others.push([name, path, status, body]);
		}
	expect(others).toEqual([]);
});

test('what nobody knows is ignored, and reaches nothing', async () => {
	const { ask } = await gateWith('authzen.search');
	const plain = new Map(await everywhere((path, good) => ask(good, { path })));
	for (const [name, made] of Object.entries(oddBodies))
		for (const [path, { status, body }] of await everywhere((path, good) => ask(made(good), { path }))) {
			expect([name, path, status]).toEqual([name, path, 200]);
			expect(settled(body), `${name} at ${path}`).toEqual(settled(plain.get(path)?.body));
		}
	expect(({} as Members).decision).toBeUndefined();
});

/** An answer without what differs each time. */
function settled(body: unknown): unknown {
	const text = JSON.stringify(body, (name, value) =>
		['evaluation_id', 'evaluated_at', 'next_token'].includes(name) ? undefined : value,
	);
	return JSON.parse(text);
}

test('every member that is asked for is missed, and so is one of another type', async () => {
	const { ask } = await gateWith('authzen.search');
	const taken: unknown[] = [];
	for (const [path, good] of Object.entries(endpoints)) {
		// Of a batch they are the defaults: what is not there is for the items to bring.
		if (path === '/access/v1/evaluations') continue;
		for (const [entity, members] of Object.entries(good) as [string, Members][]) {
			const { [entity]: _, ...rest } = good;
			const bodies: unknown[] = [
				rest,
				...[null, 'x', 1, true, [], [members]].map((each) => ({ ...rest, [entity]: each })),
			];
			for (const member of Object.keys(members)) {
				const { [member]: __, ...others } = members;
				bodies.push({ ...rest, [entity]: others });
				for (const value of [null, 1, true, [], {}, ['x']])
					bodies.push({ ...rest, [entity]: { ...members, [member]: value } });
			}
			bodies.push({ ...rest, [entity]: { ...members, properties: 'all' } });
			for (const body of bodies) {
				const { status } = await ask(body, { path });
				if (status !== 400) taken.push([path, body, status]);
			}
		}
	}
	expect(taken).toEqual([]);
});

test('only JSON, only by POST, only at the exact path', async () => {
	const { ask } = await gateWith('authzen.search');
	for (const contentType of ['text/plain', 'application/jsonx', 'text/json', 'application/json-patch+json', '', 'x'])
		for (const [path, { status }] of await everywhere((path, good) =>
			ask(good, { path, headers: { 'content-type': contentType } }),
		))
			expect([path, contentType, status]).toEqual([path, contentType, 400]);
	for (const contentType of ['application/json;charset=utf-8', 'APPLICATION/JSON ; charset="UTF-8"'])
		for (const [path, { status }] of await everywhere((path, good) =>
			ask(good, { path, headers: { 'content-type': contentType } }),
		))
			expect([path, status]).toEqual([path, 200]);
	for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
		for (const [path, answer] of await everywhere((path) =>
			ask('', { path, method, headers: { 'x-request-id': 'r' } }),
		))
			expect([path, answer.status, answer.headers.allow, answer.headers['x-request-id']]).toEqual([
				path,
				405,
				'POST',
				'r',
			]);
	for (const path of [
		'/access/v1/evaluations/',
		'/access/v1/search',
		'/access/v1/search/subject/x',
		'/access/v2/evaluation',
	])
		expect((await ask(asked, { path })).status).toBe(404);
	for (const path of ['/access/v1/search/__proto__', '/__proto__', '/constructor'])
		expect((await ask(asked, { path })).status).toBe(404);
});

test('64 kB is read and no more', async () => {
	const { ask } = await gateWith('authzen.search');
	const padded = (good: Members, size: number) => {
		const text = withMember(good, '"x":""');
		return text.replace('"x":""', `"x":"${'y'.repeat(size - text.length)}"`);
	};
	for (const [path, { status }] of await everywhere((path, good) => ask(padded(good, 65_536), { path })))
		expect([path, status]).toEqual([path, 200]);
	for (const headers of [{}, { 'transfer-encoding': 'chunked' }] as Record<string, string>[])
		for (const [path, { status }] of await everywhere((path, good) => ask(padded(good, 65_537), { path, headers })))
			expect([path, status]).toEqual([path, 413]);
});

test('without a good token it is 401, with one that lacks the scope 403, both with WWW-Authenticate', async () => {
	const { ask, send, db } = await gateWith();
	const headers = { 'content-type': 'application/json', 'x-request-id': 'bfe9eb29 Übergabe' };
	const body = JSON.stringify(asked);
	for (const authorization of ['', 'Bearer', 'Bearer x', 'Bearer a.b.c', 'Basic eDp5', 'bearer\t'])
		for (const [path, answer] of await everywhere((path) =>
			send({ path, headers: { ...headers, ...(authorization ? { authorization } : {}) }, body: Buffer.from(body) }),
		)) {
			expect([path, answer.status, typeof answer.body]).toEqual([path, 401, 'string']);
			expect(answer.headers['www-authenticate']).toMatch(/^Bearer /);
			expect(answer.headers['x-request-id']).toBe(headers['x-request-id']);
		}
	for (const [path, answer] of await everywhere((path, good) => ask(good, { path })))
		if (path.includes('search')) {
			expect([answer.status, typeof answer.body]).toEqual([403, 'string']);
			expect(answer.headers['www-authenticate']).toMatch(/error="insufficient_scope", scope="authzen.search"$/);
		} else expect(answer.status).toBe(200);
	await db.owner`update clients set disabled_at = now()`;
	for (const path of ['/access/v1/evaluation', '/access/v1/evaluations'])
		expect(await ask(endpoints[path], { path })).toMatchObject({ status: 401 });
	expect(await ask({ evaluations: [{}] }, { path: '/access/v1/evaluations' })).toMatchObject({ status: 401 });
});

test('a client that is switched off may not search either, whoever is found', async () => {
	const { ask, db, token } = await gateWith('authzen.search');
	await token();
	await db.owner`update clients set disabled_at = now()`;
	for (const [path, { status }] of await everywhere((path, good) => ask(good, { path })))
		expect([path, status]).toEqual([path, 401]);
	const nobody = { subject: { type: 'user' }, action: { name: 'x' }, resource: { type: 'x', id: 'y' } };
	expect((await ask(nobody, { path: '/access/v1/search/subject' })).status).toBe(401);
});

test('where everything is can be read without a token, may be kept for an hour, and is true', async () => {
	const { send } = await gateWith();
	const path = '/.well-known/authzen-configuration';
	const { status, headers, body } = await send({ path, method: 'GET', headers: { 'x-request-id': 'r' } });
	expect(status).toBe(200);
	expect(headers).toMatchObject({
		'content-type': 'application/json',
		'cache-control': 'public, max-age=3600',
		'x-request-id': 'r',
	});
	expect(body.policy_decision_point).toBe(issuer);
	const { policy_decision_point: _, ...places } = body;
	expect(Object.keys(places)).toEqual([
		'access_evaluation_endpoint',
		'access_evaluations_endpoint',
		'search_subject_endpoint',
		'search_resource_endpoint',
		'search_action_endpoint',
	]);
	for (const place of Object.values(places) as string[]) {
		expect(place.startsWith(`${issuer}/access/v1/`)).toBe(true);
		expect((await send({ path: new URL(place).pathname, method: 'POST' })).status).toBe(401);
	}
	expect((await send({ path, method: 'HEAD' })).status).toBe(200);
	expect(await send({ path, method: 'POST' })).toMatchObject({ status: 405, headers: { allow: 'GET' } });
});

test('a request that is broken off, or is no HTTP, takes nobody along', async () => {
	const { ask, port, token } = await gateWith();
	const authorization = `Authorization: Bearer ${await token()}`;
	const head = `POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\n${authorization}\r\nContent-Type: application/json\r\n`;
	const broken = [
		`${head}Content-Length: 500\r\n\r\n{"subject":`,
		`${head}Transfer-Encoding: chunked\r\n\r\n5\r\n{"sub`,
		`${head}X-Request-ID: a\x7fb\r\nContent-Length: 2\r\n\r\n{}`,
		`${head}X-Request-ID: \r\nContent-Length: 2\r\n\r\n{}`,
		'GET\r\n\r\n',
	];
	for (const text of broken)
		await new Promise<void>((resolve) => {
			const socket = createConnection(port, '127.0.0.1', () => {
				socket.write(Buffer.from(text, 'latin1'));
				setTimeout(() => socket.destroy(), 50);
			});
			socket.on('error', () => {});
			socket.on('close', () => resolve());
		});
	const more: Sent = { headers: { 'x-request-id': 'still here' } };
	expect(await ask(asked, more)).toMatchObject({ status: 200, headers: more.headers });
});

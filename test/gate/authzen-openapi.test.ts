import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { endpointsOf } from '#app/gate/handler.ts';
import { documentedPath, operations } from '#app/gate/operations.ts';
import { watchGate } from '#app/gate/watch.ts';
import { gateWith } from '../support/authzen.ts';
import { testDatabase } from '../support/database.ts';
import { catalogue } from '../support/demonstration.ts';
import { demoClient, issuer, question } from '../support/gate.ts';

const { subject, action, resource } = question('ben.whitfield');
const staff = { type: 'staff' };
const form = { 'content-type': 'application/x-www-form-urlencoded', authorization: demoClient };
const incident = { kind: 'missed-dose', resource, happened_at: new Date().toISOString() };
const once = () => ({ 'idempotency-key': crypto.randomUUID() });

interface Asked {
	body?: unknown;
	query?: string;
	headers?: Record<string, string>;
	/** What it is answered with: seen here, so that a documented answer is really given. */
	status: number;
}

/** Requests for each operation: some that are answered, some that are refused. */
const requests: Record<string, Asked[]> = {
	'post /access/v1/evaluation': [
		...['ben.whitfield', 'danny.hughes', 'amara.okafor', 'leila.haddad', 'owen.price', 'x'].map((who) => ({
			body: question(who),
			status: 200,
		})),
		{
			body: { ...question('ben.whitfield'), context: { time: new Date(Date.now() + 9e8).toISOString() } },
			status: 200,
		},
		{ body: {}, status: 400 },
		{ body: [], status: 400 },
		{ body: { ...question('x'), context: { x: 'x'.repeat(70_000) } }, status: 413 },
	],
	'post /access/v1/evaluations': [
		{
			body: { subject, action, resource, evaluations: [{}, { subject: 1 }, { action: { name: 'assess' } }] },
			status: 200,
		},
		{ body: { subject, action, resource }, status: 200 },
		{ body: { evaluations: 1 }, status: 400 },
	],
	'post /access/v1/search/subject': [
		{ body: { subject: staff, action, resource, page: { limit: 2 } }, status: 200 },
		{ body: { subject: staff }, status: 400 },
	],
	'post /access/v1/search/resource': [
		{ body: { subject, action, resource: { type: 'site' } }, status: 200 },
		{ body: null, status: 400 },
	],
	'post /access/v1/search/action': [
		{ body: { subject, resource }, status: 200 },
		{ body: { subject }, status: 400 },
	],
	'post /oauth/token': [
		{ body: 'grant_type=client_credentials', headers: form, status: 200 },
		{ body: 'grant_type=password', headers: form, status: 400 },
		{ body: 'grant_type=client_credentials', headers: { ...form, authorization: 'Basic eDp5' }, status: 401 },
	],
	'get /v1/events': [{ status: 200 }, { query: '?limit=1000', status: 400 }],
	'get /v1/status-tokens': [
		{ query: '?site=rose-house', status: 200 },
		{ status: 400 },
		{ query: '?site=nowhere', status: 404 },
	],
	'post /v1/incidents': [
		{ body: incident, headers: once(), status: 201 },
		{ body: incident, status: 400 },
		{ body: { ...incident, subject: { type: 'staff', id: 'no.body' } }, headers: once(), status: 422 },
	],
	'get /v1/subjects': [{ status: 200 }, { query: '?after=%00', status: 400 }],
	'put /v1/subjects': [
		{ body: { mappings: [{ own_id: '17', staff_code: 'ben.whitfield' }] }, status: 200 },
		{ body: { mappings: [{ own_id: '17', staff_code: 'no.body' }] }, status: 422 },
		{ body: { mappings: [] }, status: 400 },
	],
	'get /v1/privileges': [{ status: 200 }, { headers: { 'if-none-match': '*' }, status: 304 }],
	'get /privileges/{code}': [{ status: 200 }, { headers: { 'if-none-match': '*' }, status: 304 }],
	'get /.well-known/authzen-configuration': [{ status: 200 }],
	'get /.well-known/oauth-authorization-server': [{ status: 200 }],
	'get /.well-known/jwks.json': [{ status: 200 }],
	'get /openapi.json': [{ status: 200 }],
};

const named = Object.entries(operations).flatMap(([path, methods]) =>
	Object.keys(methods).map((each) => `${each} ${path}`),
);

test('whatever the gate answers is in the document, and what is in the document it answers', async () => {
	const { database } = await testDatabase('empty');
	const answered = Object.entries(endpointsOf(database, catalogue, issuer, watchGate(database))).flatMap(
		([path, methods]) => Object.keys(methods).map((method) => `${method.toLowerCase()} ${documentedPath(path)}`),
	);
	expect([...new Set(answered)].sort()).toEqual([...named].sort());
});

test('every live answer is as the document says, and there is no answer that it does not name', async () => {
	const { ask, send } = await gateWith(
		...['authzen.search', 'authzen.plan', 'authzen.detail', 'subjects.manage', 'events.read', 'status.read'],
		'incidents.write',
	);
	const { status, body: document } = await send({ path: '/openapi.json', method: 'GET' });
	expect([status, document.openapi]).toEqual([200, '3.1.0']);
	expect(Object.keys(requests).sort()).toEqual([...named].sort());
	const ajv = new Ajv2020({ strict: false, validateFormats: false });
	for (const [name, asked] of Object.entries(requests)) {
		const [method = '', path = ''] = name.split(' ');
		const { responses, security } = document.paths[path][method];
		const check = (answer: Awaited<ReturnType<typeof ask>>) => {
			const described = responses[answer.status];
			expect(described, `${name} ${answer.status}`).toBeDefined();
			if (!described.content) return;
			const type = String(answer.headers['content-type']);
			const schema = described.content[type]?.schema;
			expect(schema, `${name} ${answer.status} as ${type}`).toBeDefined();
			const body = type === 'application/json' ? answer.body : JSON.parse(answer.body);
			const fits = ajv.validate(schema, body);
			expect(fits, `${name} ${answer.status}: ${ajv.errorsText()}`).toBe(true);
		};
		const address = path.replace('{code}', 'administer-oral');
		for (const { body, query = '', headers = {}, status } of asked) {
			const sent = { path: address + query, method: method.toUpperCase(), headers };
			const answer = await ask(
				typeof body === 'string' || body === undefined ? (body ?? '') : JSON.stringify(body),
				sent,
			);
			expect(answer.status, `${name}: ${JSON.stringify(answer.body)}`).toBe(status);
			check(answer);
		}
		const stranger = await send({ path: address, method: method.toUpperCase() });
		if (security) expect(stranger.status, name).toBe(401);
		check(stranger);
	}
});

test('the document is whole: nothing in it is empty, and requests are described with what they need', async () => {
	const { send } = await gateWith();
	const { headers, body } = await send({ path: '/openapi.json', method: 'GET' });
	expect(headers['cache-control']).toBe('public, max-age=3600');
	const { schema } = body.paths['/access/v1/evaluation'].post.requestBody.content['application/json'];
	expect(schema.required).toEqual(['subject', 'action', 'resource']);
	expect(schema.properties.subject.required).toEqual(['type', 'id']);
	expect(body.paths['/access/v1/evaluation'].post.security).toEqual([{ token: ['authzen.evaluate'] }]);
	expect(body.paths['/access/v1/evaluation'].post.responses[429].headers).toHaveProperty('Retry-After');
	expect(JSON.stringify(body)).not.toMatch(/"\$schema"|:null|"description":""/);
});

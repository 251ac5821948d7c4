import { expect, test } from 'vitest';
import { operations } from '#app/gate/openapi.ts';
import { errorMessage, problem } from '#app/gate/shapes.ts';
import { gateWith } from '../support/authzen.ts';
import { question } from '../support/gate.ts';

const { subject, action, resource } = question('ben.whitfield');
const staff = { type: 'staff' };

/** Requests for each operation: some that are answered, some that are refused. */
const requests: Record<string, unknown[]> = {
	'post /access/v1/evaluation': [
		...['ben.whitfield', 'danny.hughes', 'amara.okafor', 'leila.haddad', 'owen.price', 'x'].map((who) => question(who)),
		{ ...question('ben.whitfield'), context: { time: new Date(Date.now() + 9e8).toISOString() } },
		{},
		[],
	],
	'post /access/v1/evaluations': [
		{ subject, action, resource, evaluations: [{}, { subject: 1 }, { action: { name: 'assess' } }] },
		{ subject, action, resource },
		{ evaluations: 1 },
	],
	'post /access/v1/search/subject': [{ subject: staff, action, resource, page: { limit: 2 } }, { subject: staff }],
	'post /access/v1/search/resource': [{ subject, action, resource: { type: 'site' } }, null],
	'post /access/v1/search/action': [{ subject, resource }, { subject }],
	'get /.well-known/authzen-configuration': [''],
	'put /v1/subjects': [
		{ mappings: [{ own_id: '17', staff_code: 'ben.whitfield' }] },
		{ mappings: [{ own_id: '17', staff_code: 'no.body' }] },
		{ mappings: [] },
	],
	'get /v1/subjects': [''],
};

test('every live answer is as the document says, and there is no answer that it does not name', async () => {
	const scopes = ['authzen.search', 'authzen.plan', 'authzen.detail', 'subjects.manage'];
	const { ask, send } = await gateWith(...scopes);
	const { status, body: document } = await send({ path: '/openapi.json', method: 'GET' });
	expect([status, document.openapi]).toEqual([200, '3.1.0']);
	const named = Object.entries(operations).flatMap(([path, methods]) =>
		Object.keys(methods).map((each) => `${each} ${path}`),
	);
	expect(Object.keys(requests).sort()).toEqual(named.sort());
	for (const [name, bodies] of Object.entries(requests)) {
		const [method = '', path = ''] = name.split(' ');
		const operation = operations[path]?.[method];
		const statuses = Object.keys(document.paths[path][method].responses);
		const check = (answer: { status: number; body: unknown }) => {
			expect(statuses, name).toContain(String(answer.status));
			const isProblem = answer.status !== 200 && path.startsWith('/v1/');
			const body = isProblem ? JSON.parse(answer.body as string) : answer.body;
			const shape = answer.status === 200 ? operation?.answer : isProblem ? problem : errorMessage;
			expect(shape?.safeParse(body), `${name}: ${JSON.stringify(body)}`).toMatchObject({ success: true });
		};
		for (const body of bodies)
			check(await ask(body === '' ? '' : JSON.stringify(body), { path, method: method.toUpperCase() }));
		check(await send({ path, method: method.toUpperCase() }));
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
	expect(JSON.stringify(body)).not.toMatch(/"\$schema"|:null|"description":""/);
});

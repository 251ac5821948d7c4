import { expect, test } from 'vitest';
import { privilegeCodes } from '#app/domain/privilege.ts';
import { catalogue } from '../support/demonstration.ts';
import { issuer, testGate } from '../support/gate.ts';

test('anybody may read which privileges there are, each under an address of its own', async () => {
	const { send } = await testGate();
	const { status, headers, body } = await send({ path: '/v1/privileges', method: 'GET' });
	expect(status).toBe(200);
	expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'public, max-age=300' });
	expect(body.privileges.map((each: { code: string }) => each.code)).toEqual([...catalogue.privileges.keys()]);
	expect(privilegeCodes).toEqual(expect.arrayContaining(body.privileges.map((each: { code: string }) => each.code)));
	for (const each of body.privileges) {
		expect(each.id).toBe(`${issuer}/privileges/${each.code}`);
		const one = await send({ path: new URL(each.id).pathname, method: 'GET' });
		expect([one.status, one.body]).toEqual([200, each]);
		expect(each.requirements.length).toBe(new Set(each.requirements).size);
		expect(each.requirements).toContain('sign-off');
	}
	expect(body.privileges.find((each: { code: string }) => each.code === 'administer-controlled-drug')).toMatchObject({
		version: catalogue.privileges.get('administer-controlled-drug')?.version,
		title: catalogue.privileges.get('administer-controlled-drug')?.body.title,
		permits: catalogue.privileges.get('administer-controlled-drug')?.body.permits,
		witness: 'witness-controlled-drug',
		clinical_review: 'awaiting',
	});
});

test('whoever has them already is told so without being sent them again', async () => {
	const { send } = await testGate();
	for (const path of ['/v1/privileges', '/privileges/administer-oral']) {
		const { headers } = await send({ path, method: 'GET' });
		const etag = headers.etag as string;
		expect(etag).toMatch(/^"[\w-]{43}"$/);
		for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
			const again = await send({ path, method: 'GET', headers: { 'if-none-match': known } });
			expect([again.status, again.body, again.headers.etag]).toEqual([304, '', etag]);
		}
		const other = await send({ path, method: 'GET', headers: { 'if-none-match': '"x"' } });
		expect([other.status, other.headers.etag]).toEqual([200, etag]);
	}
});

test('the addresses take GET and nothing else, and there are no others', async () => {
	const { send } = await testGate();
	for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'])
		expect(await send({ path: '/v1/privileges', method })).toMatchObject({ status: 405, headers: { allow: 'GET' } });
	for (const path of [
		'/privileges/constructor',
		'/privileges/administer-everything',
		'/privileges/',
		'/v1/privileges/x',
	])
		expect((await send({ path, method: 'GET' })).status, path).toBe(404);
});

import { expect, test } from 'vitest';
import { setOwnIds, setSubjectIds } from '#app/commands/registering-clients.ts';
import { asProvider } from '#db/client.server.ts';
import { countSubjectMappings, listSubjectMappings } from '#db/queries/subjects.ts';
import { demonstration } from '#db/seed.ts';
import { gateWith } from '../support/authzen.ts';
import { asFairfield, authoriser, ben, fairfield, grace } from '../support/demonstration.ts';
import { type Answer, question } from '../support/gate.ts';

const path = '/v1/subjects';
const { clientId } = demonstration;
const map = (own_id: unknown, staff_code: unknown) => ({ own_id, staff_code });

async function gateOfMappings() {
	const gate = await gateWith('subjects.manage');
	await asFairfield(gate.db, (tx) => setSubjectIds(tx, authoriser(grace), clientId, { subjectIds: 'own' }));
	const put = (...mappings: unknown[]) => gate.ask({ mappings }, { path, method: 'PUT' });
	const list = async () => {
		const { status, body } = await gate.ask('', { path, method: 'GET' });
		expect(status).toBe(200);
		return body.mappings.map((each: { own_id: string; staff_code: string }) => `${each.own_id} ${each.staff_code}`);
	};
	const may = async (id: string) => (await gate.ask(question(id))).body.context.code;
	return { ...gate, put, list, may };
}

test('what a client maps is what it may ask with, from the very next question', async () => {
	const { put, list, may } = await gateOfMappings();
	expect(await may('17')).toBe('unknown_person');
	expect((await put(map('17', 'ben.whitfield'), map('18', 'danny.hughes'))).body).toEqual({ saved: 2, removed: 0 });
	expect([await may('17'), await may('18'), await may('ben.whitfield')]).toEqual([
		'competent',
		'expired',
		'unknown_person',
	]);
	expect(await list()).toEqual(['17 ben.whitfield', '18 danny.hughes']);
	expect((await put(map('17', 'danny.hughes'), map('18', 'ben.whitfield'))).status).toBe(200);
	expect([await may('17'), await may('18')]).toEqual(['expired', 'competent']);
	expect((await put(map('19', 'ben.whitfield'))).status).toBe(200);
	expect(await list()).toEqual(['17 danny.hughes', '19 ben.whitfield']);
	expect(await may('18')).toBe('unknown_person');
	expect((await put(map('19', null), map('none', null))).body).toEqual({ saved: 0, removed: 2 });
	expect([await may('19'), await list()]).toEqual(['unknown_person', ['17 danny.hughes']]);
});

test('all of a request is saved or nothing', async () => {
	const { put, list } = await gateOfMappings();
	await put(map('17', 'ben.whitfield'));
	const wrong: [unknown[], number][] = [
		[[map('1', 'ben.whitfield'), map('2', 'no.body')], 422],
		[[map('1', 'ben.whitfield'), map('1', 'danny.hughes')], 400],
		[[map('1', 'ben.whitfield'), map('2', 'ben.whitfield')], 400],
		[[map('', 'ben.whitfield')], 400],
		[[map('x\0', 'ben.whitfield')], 400],
		[[map('\ud800', 'ben.whitfield')], 400],
		[[map('x'.repeat(201), 'ben.whitfield')], 400],
		[[map(1, 'ben.whitfield')], 400],
		[[map('1', undefined)], 400],
		[[], 400],
		[[null], 400],
		[Array.from({ length: 501 }, (_, place) => map(`${place}`, null)), 400],
	];
	for (const [mappings, status] of wrong) {
		const answer: Answer = await put(...mappings);
		expect([mappings.slice(0, 2), answer.status]).toEqual([mappings.slice(0, 2), status]);
		expect(answer.headers['content-type']).toBe('application/problem+json');
		expect(JSON.parse(answer.body)).toMatchObject({ type: 'about:blank', status, detail: expect.any(String) });
	}
	expect(await list()).toEqual(['17 ben.whitfield']);
});

test('it takes its own scope, and a client that is not switched off', async () => {
	const { ask } = await gateWith();
	const refused = await ask({ mappings: [map('1', 'ben.whitfield')] }, { path, method: 'PUT' });
	expect(refused).toMatchObject({
		status: 403,
		headers: { 'www-authenticate': expect.stringContaining('subjects.manage') },
	});
	expect((await ask('', { path, method: 'GET' })).status).toBe(403);
	expect(await ask('', { path })).toMatchObject({ status: 405, headers: { allow: 'GET, PUT' } });
	const gate = await gateOfMappings();
	await gate.list();
	await gate.db.owner`update clients set disabled_at = now()`;
	expect((await gate.put(map('1', 'ben.whitfield'))).status).toBe(401);
	expect((await gate.ask('', { path, method: 'GET' })).status).toBe(401);
});

test('long lists come in parts', async () => {
	const { db, ask } = await gateOfMappings();
	await db.owner`insert into people (provider_id, id, staff_code, given_name, family_name) select ${fairfield}, gen_random_uuid(), 'agency.' || n, 'A', 'B' from generate_series(1, 700) n`;
	await db.owner`insert into client_subjects (provider_id, client_id, own_id, person_id) select ${fairfield}, ${clientId}, staff_code || '/Ü', id from people where staff_code like 'agency.%'`;
	const seen: string[] = [];
	for (let after = ''; ; ) {
		const { body } = await ask('', { path: `${path}?after=${encodeURIComponent(after)}`, method: 'GET' });
		expect(body.mappings.length).toBeLessThanOrEqual(500);
		seen.push(...body.mappings.map((each: { own_id: string }) => each.own_id));
		after = body.next;
		if (!after) break;
	}
	expect(seen.length).toBe(700);
	expect(new Set(seen).size).toBe(700);
	const counted = await asFairfield(db, (tx) => countSubjectMappings(tx, { providerId: fairfield, clientId }));
	expect(counted).toBe(700);
	expect((await ask('', { path: `${path}?after=%00`, method: 'GET' })).status).toBe(400);
});

test('another provider’s client and people are not reached', async () => {
	const { db, put } = await gateOfMappings();
	const other = crypto.randomUUID();
	await db.owner`insert into providers (id, slug, name) values (${other}, 'other', 'Other')`;
	await db.owner`insert into people (provider_id, id, staff_code, given_name, family_name) values (${other}, gen_random_uuid(), 'theirs', 'A', 'B')`;
	expect((await put(map('1', 'theirs'))).status).toBe(422);
	await put(map('17', 'ben.whitfield'));
	const as = <T>(work: Parameters<typeof asProvider<T>>[2]) => asProvider(db.database.db, other, work);
	expect(await as((tx) => listSubjectMappings(tx, { providerId: fairfield, clientId, limit: 10 }))).toEqual([]);
	const theirs = { ...authoriser(grace), providerId: other };
	expect(await as((tx) => setSubjectIds(tx, theirs, clientId, { subjectIds: 'opaque' }))).toMatchObject({ ok: false });
	const [mapped] = await asFairfield(db, (tx) =>
		listSubjectMappings(tx, { providerId: fairfield, clientId, limit: 10 }),
	);
	expect(mapped).toEqual({ ownId: '17', personId: ben, staffCode: 'ben.whitfield' });
});

test('a manager of every site says how a client calls people; nobody else does', async () => {
	const { db, may } = await gateOfMappings();
	const as = authoriser(grace);
	const lines = [{ ownId: '17', staffCode: 'ben.whitfield' }];
	const set = (who: typeof as, ownIds = lines) => asFairfield(db, (tx) => setOwnIds(tx, who, clientId, ownIds));
	const one = { ...as, posts: as.posts.slice(0, 1) };
	expect(await set(one)).toEqual({ ok: false, why: 'not-authorised' });
	expect(await asFairfield(db, (tx) => setSubjectIds(tx, one, clientId, { subjectIds: 'opaque' }))).toEqual({
		ok: false,
		why: 'not-authorised',
	});
	expect(await set(as, [...lines, { ownId: '18', staffCode: 'no.body' }])).toEqual({
		ok: false,
		why: 'unknown-staff',
		staffCodes: ['no.body'],
	});
	expect(await may('17')).toBe('unknown_person');
	expect(await set(as)).toEqual({ ok: true });
	expect(await may('17')).toBe('competent');
	expect(await set(as, [{ ownId: '17', staffCode: null as unknown as string }])).toEqual({ ok: true });
	expect(await may('17')).toBe('unknown_person');
	const changes =
		await db.owner`select change, detail from client_changes where client_id = ${clientId} order by changed_at`;
	expect(changes.map((each) => each.change)).toEqual(['subject-ids-set', 'own-ids-set', 'own-ids-set']);
	expect(changes.map((each) => each.detail).slice(1)).toEqual(['1 set, 0 taken away', '0 set, 1 taken away']);
});

import { expect, test } from 'vitest';
import { pause } from '#app/commands/authorising.ts';
import type { Db } from '#db/client.server.ts';
import { clientSubjects } from '#db/schema-gate.ts';
import { demonstration } from '#db/seed.ts';
import { gateWith, goodAtInsulin, handOver } from '../support/authzen.ts';
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
	personOf,
	storyteller,
	tell,
} from '../support/demonstration.ts';
import { question } from '../support/gate.ts';

const paths = {
	subject: '/access/v1/search/subject',
	resource: '/access/v1/search/resource',
	action: '/access/v1/search/action',
};
const everyPrivilege = [...catalogue.privileges.keys()].sort();
/** What the contexts bear on. */
const some = [
	'administer-controlled-drug',
	'administer-insulin',
	'administer-oral',
	'witness-controlled-drug',
] as const;
const sites = ['elm-court', 'rose-house'];
type Gate = Awaited<ReturnType<typeof gateWith>>;

/** What a search finds, over all its pages. */
async function found({ ask }: Gate, path: string, search: object, page?: object): Promise<string[]> {
	const results: string[] = [];
	for (let token = ''; ; ) {
		const { status, body } = await ask({ ...search, page: { ...page, ...(token ? { token } : {}) } }, { path });
		expect(status).toBe(200);
		expect(Object.keys(body)).toEqual(['page', 'results']);
		expect(body.page.count).toBe(body.results.length);
		results.push(...body.results.map((each: { id?: string; name?: string }) => each.id ?? each.name));
		token = body.page.next_token;
		if (!token) {
			expect(body.page.total).toBe(results.length);
			return results;
		}
	}
}

test('for every person, privilege and site, and with every context, searches find what evaluations permit', async () => {
	const gate = await gateWith('authzen.search', 'authzen.plan');
	const { db } = gate;
	await goodAtInsulin(db, ben);
	await handOver(db, { person: 'RH-0142' });
	const story = storyteller();
	await tell(db, story.learns({ personId: amara, siteId: cellOf(amara).siteId, role: 'carer' }, 20));
	const people = (await db.owner`select staff_code from people order by staff_code collate "C"`).map(
		(each) => each.staff_code as string,
	);
	const later = new Date(Date.now() + 200 * 86_400_000).toISOString();
	const contexts = [
		{},
		{ witness: 'ben.whitfield' },
		{ supervisor: 'ben.whitfield', witness: 'margaret.doyle' },
		{ person: 'RH-0142' },
		{ time: later },
	];
	let permits = 0;
	for (const [turn, context] of contexts.entries()) {
		const privileges: readonly string[] = turn ? some : everyPrivilege;
		const asked = sites.flatMap((site) =>
			privileges.flatMap((privilege) => people.map((who) => ({ ...question(who, privilege, site), context }))),
		);
		const permitted = new Set<string>();
		for (let from = 0; from < asked.length; from += 100) {
			const evaluations = asked.slice(from, from + 100);
			const { body } = await gate.ask({ evaluations }, { path: '/access/v1/evaluations' });
			for (const [place, { decision }] of body.evaluations.entries()) {
				const { subject, action, resource } = evaluations[place] as (typeof asked)[number];
				if (decision) permitted.add(`${subject.id} ${action.name} ${resource.id}`);
			}
		}
		permits += permitted.size;
		const wrong: unknown[] = [];
		const compare = (what: string, results: string[], expected: string[]) => {
			if (JSON.stringify(results) !== JSON.stringify(expected)) wrong.push([what, results, expected]);
		};
		for (const site of sites)
			for (const privilege of privileges) {
				const { action, resource } = question('', privilege, site);
				const results = await found(gate, paths.subject, { subject: { type: 'staff' }, action, resource, context });
				const expected = people.filter((who) => permitted.has(`${who} ${privilege} ${site}`));
				compare(`${privilege} at ${site}`, results, expected);
			}
		const asking = people.filter((_, place) => place % 7 === 0).concat('ben.whitfield', 'tomasz.nowak');
		for (const who of asking) {
			for (const site of sites) {
				const { subject, resource } = question(who, '', site);
				const results = await found(gate, paths.action, { subject, resource, context });
				compare(
					`${who} at ${site}`,
					results.filter((each) => privileges.includes(each)),
					privileges.filter((each) => permitted.has(`${who} ${each} ${site}`)),
				);
			}
			for (const privilege of ['administer-oral', 'administer-controlled-drug', 'administer-insulin']) {
				const { subject, action } = question(who, privilege);
				const search = { subject, action, resource: { type: 'site' }, context };
				const results = await found(gate, paths.resource, search);
				compare(
					`${who}, ${privilege}`,
					results,
					sites.filter((each) => permitted.has(`${who} ${privilege} ${each}`)),
				);
			}
		}
		expect(wrong, JSON.stringify(context)).toEqual([]);
	}
	expect(permits).toBeGreaterThan(100);
}, 120_000);

test('what is looked for is not narrowed by an id that is sent along', async () => {
	const gate = await gateWith('authzen.search');
	const { subject, action, resource } = question('ben.whitfield');
	const whoMay = await found(gate, paths.subject, { subject: { type: 'staff' }, action, resource });
	expect(whoMay.length).toBeGreaterThan(5);
	for (const id of ['danny.hughes', 'nobody', '', 7, null])
		expect(await found(gate, paths.subject, { subject: { type: 'staff', id }, action, resource })).toEqual(whoMay);
	const where = await found(gate, paths.resource, { subject, action, resource: { type: 'site', id: 'elm-court' } });
	expect(where).toEqual(['rose-house']);
	const what = await found(gate, paths.action, { subject, resource });
	expect(what).toContain('administer-oral');
	expect(await found(gate, paths.action, { subject, action: { name: 'assess' }, resource })).toEqual(what);
});

test('nobody is found for what nobody knows, and that is no error', async () => {
	const { ask } = await gateWith('authzen.search');
	const { subject, action, resource } = question('ben.whitfield');
	const nothing: [string, object][] = [
		[paths.subject, { subject: { type: 'user' }, action, resource }],
		[paths.subject, { subject: { type: 'staff' }, action: { name: 'open' }, resource }],
		[paths.subject, { subject: { type: 'staff' }, action: { name: '__proto__' }, resource }],
		[paths.subject, { subject: { type: 'staff' }, action, resource: { type: 'home', id: 'rose-house' } }],
		[paths.subject, { subject: { type: 'staff' }, action, resource: { type: 'site', id: 'x\0\ud800' } }],
		[paths.resource, { subject: { type: 'user', id: 'ben.whitfield' }, action, resource: { type: 'site' } }],
		[paths.resource, { subject: { type: 'staff', id: 'x\0' }, action, resource: { type: 'site' } }],
		[paths.resource, { subject, action, resource: { type: 'medicine_task' } }],
		[paths.resource, { subject, action: { name: 'constructor' }, resource: { type: 'site' } }],
		[paths.action, { subject: { type: 'staff', id: 'no.body' }, resource }],
		[paths.action, { subject, resource: { type: 'site', id: 'nowhere' } }],
		[paths.action, { subject, resource: { type: 'shelf', id: 'rose-house' } }],
	];
	for (const [path, search] of nothing)
		expect(await ask(search, { path }), JSON.stringify(search)).toMatchObject({
			status: 200,
			body: { page: { next_token: '', count: 0, total: 0 }, results: [] },
		});
});

test('pages follow each other without gap or repeat, at most two hundred a page', async () => {
	const gate = await gateWith('authzen.search');
	const { ask } = gate;
	const { action, resource } = question('ben.whitfield');
	const search = { subject: { type: 'staff' }, action, resource };
	const all = await found(gate, paths.subject, search);
	for (const limit of [1, 2, 3, 7, all.length - 1, all.length, all.length + 1, 200, 201, 1e9])
		expect(await found(gate, paths.subject, search, { limit }), `by ${limit}`).toEqual(all);
	const { body: first } = await ask({ ...search, page: { limit: 2 } }, { path: paths.subject });
	expect(first.page).toMatchObject({ count: 2, total: all.length });
	const { body: second } = await ask({ ...search, page: { token: first.page.next_token } }, { path: paths.subject });
	expect(second.results.map((each: { id: string }) => each.id)).toEqual(all.slice(2, 4));
	const { body: none } = await ask({ ...search, page: { limit: 0 } }, { path: paths.subject });
	expect(none).toMatchObject({ page: { count: 0, total: all.length }, results: [] });
	expect(none.page.next_token).not.toBe('');
	expect((await ask(search, { path: paths.subject })).body.page).toEqual({
		next_token: '',
		count: all.length,
		total: all.length,
	});
	for (const page of [
		{ limit: -1 },
		{ limit: 1.5 },
		{ limit: '2' },
		{ limit: null },
		{ token: 7 },
		[],
		'x',
		null,
		{ properties: 1 },
	])
		expect([page, (await ask({ ...search, page }, { path: paths.subject })).status]).toEqual([page, 400]);
});

test('a token is good for its own search and its own client only', async () => {
	const { ask, db, send, requestToken } = await gateWith('authzen.search');
	const { action, resource } = question('ben.whitfield');
	const search = { subject: { type: 'staff' }, action, resource, context: { witness: 'a', x: [1] } };
	const { body } = await ask({ ...search, page: { limit: 2 } }, { path: paths.subject });
	const { next_token: token } = body.page;
	const page = { token, limit: 2 };
	const reordered = {
		page,
		context: { x: [1], witness: 'a' },
		resource: { id: 'rose-house', type: 'site' },
		action,
		subject: search.subject,
	};
	expect((await ask({ ...reordered }, { path: paths.subject })).status).toBe(200);
	const changed: object[] = [
		{ ...search, action: { name: 'assess' } },
		{ ...search, resource: { type: 'site', id: 'elm-court' } },
		{ ...search, subject: { type: 'user' } },
		{ ...search, subject: { type: 'staff', properties: { x: 1 } } },
		{ ...search, context: {} },
		{ ...search, context: { witness: 'a', x: [2] } },
		{ subject: search.subject, action, resource },
	];
	for (const other of changed)
		expect([other, (await ask({ ...other, page }, { path: paths.subject })).status]).toEqual([other, 400]);
	for (const wrong of ['x', 'e30', 'bnVsbA', token.slice(1), `${token.slice(0, -4)}AAAA`, 'x'.repeat(5000)])
		expect((await ask({ ...search, page: { token: wrong } }, { path: paths.subject })).status).toBe(400);
	await db.owner`insert into clients (provider_id, id, name, scopes) select provider_id, 'other', 'Other', scopes from clients`;
	await db.owner`insert into client_secrets (provider_id, id, client_id, secret_hash) select provider_id, gen_random_uuid(), 'other', secret_hash from client_secrets`;
	const authorization = `Basic ${Buffer.from(`other:${demonstration.clientSecret}`).toString('base64')}`;
	const { access_token } = (await requestToken(undefined, { authorization })).body;
	const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' };
	expect((await send({ path: paths.subject, headers, body: JSON.stringify({ ...search, page }) })).status).toBe(400);
});

test('the very next search after a pause no longer finds them, also in the middle of its pages', async () => {
	const gate = await gateWith('authzen.search');
	const { action, resource } = question('ben.whitfield');
	const search = { subject: { type: 'staff' }, action, resource };
	expect(await found(gate, paths.subject, search)).toContain('ben.whitfield');
	const given = { id: crypto.randomUUID(), reason: 'other', reviewOn: '2027-01-01' } as const;
	await asFairfield(gate.db, (tx) => pause(tx, authoriser(grace), catalogue, cellOf(ben), given));
	expect(await found(gate, paths.subject, search, { limit: 3 })).not.toContain('ben.whitfield');
});

/** Makes the demonstration's client speak other ids. */
const speaks = (gate: Gate, kind: string) => gate.db.owner`update clients set subject_ids = ${kind}`;

test.each([
	['opaque', (staffCode: string) => personOf(staffCode)],
	['own', (staffCode: string) => `EMP-${staffCode}`],
] as const)('a client that speaks %s ids asks and is answered in them, and in no other', async (kind, idOf) => {
	const gate = await gateWith('authzen.search');
	const { ask, db } = gate;
	await speaks(gate, kind);
	if (kind === 'own')
		await (db.ownerDb as Db).insert(clientSubjects).values(
			['ben.whitfield', 'margaret.doyle', 'danny.hughes'].map((staffCode) => ({
				providerId: fairfield,
				clientId: demonstration.clientId,
				ownId: idOf(staffCode),
				personId: personOf(staffCode),
			})),
		);
	const code = async (asked: object) => {
		const { status, body } = await ask(asked);
		return [status, body.decision, body.context?.code];
	};
	expect(await code(question(idOf('ben.whitfield')))).toEqual([200, true, 'competent']);
	expect(await code(question(idOf('danny.hughes')))).toEqual([200, false, 'expired']);
	for (const unknown of [
		'ben.whitfield',
		'nobody',
		'',
		`${idOf('ben.whitfield').toUpperCase()} `,
		`{${ben}}`,
		`${ben} `,
	])
		expect(await code(question(unknown)), unknown).toEqual([200, false, 'unknown_person']);
	const controlled = (witness: string) => ({
		...question(idOf('margaret.doyle'), 'administer-controlled-drug'),
		context: { witness },
	});
	expect(await code(controlled(idOf('ben.whitfield')))).toEqual([200, true, 'competent']);
	expect(await code(controlled(idOf('margaret.doyle')))).toEqual([200, false, 'witness_missing']);
	expect(await code(controlled('ben.whitfield'))).toEqual([200, false, 'witness_missing']);
	const { action, resource } = question('', 'administer-controlled-drug');
	const search = { subject: { type: 'staff' }, action, resource, context: { witness: idOf('ben.whitfield') } };
	const whoMay = await found(gate, paths.subject, search);
	expect(whoMay).toContain(idOf('margaret.doyle'));
	expect(whoMay).not.toContain(idOf('ben.whitfield'));
	expect(whoMay.every((id) => (kind === 'own' ? id.startsWith('EMP-') : /^[0-9a-f-]{36}$/.test(id)))).toBe(true);
	expect(
		await found(gate, paths.resource, {
			...search,
			subject: { type: 'staff', id: idOf('margaret.doyle') },
			resource: { type: 'site' },
		}),
	).toEqual(['rose-house']);
	if (kind === 'own') expect(await code(question('EMP-tomasz.nowak'))).toEqual([200, false, 'unknown_person']);
	expect(margaret).toBe(personOf('margaret.doyle'));
});

test('every search is written down: who asked, for what, about whom and how many were found, but nobody’s name', async () => {
	const { db, ask, token } = await gateWith('authzen.search');
	const asked = question('ben.whitfield');
	const { subject, action, resource } = asked;
	const search = (what: string, body: object) => ask(body, { path: `/access/v1/search/${what}` });
	const people = await search('subject', { subject: { type: 'staff' }, action, resource });
	await search('resource', { subject, action, resource: { type: 'site' } });
	const tasks = await search('action', { subject, resource });
	await search('action', { subject: { type: 'staff', id: 'no.body\u0000' }, resource });
	const rows = await db.owner`
		select client_id, sought, person_id, action, resource_id, found from searches order by searched_at`;
	const by = { client_id: 'demo-emar' };
	expect([...rows]).toEqual([
		{
			...by,
			sought: 'subject',
			person_id: null,
			action: 'administer-oral',
			resource_id: 'rose-house',
			found: people.body.page.total,
		},
		{ ...by, sought: 'resource', person_id: ben, action: 'administer-oral', resource_id: null, found: 1 },
		{ ...by, sought: 'action', person_id: ben, action: null, resource_id: 'rose-house', found: tasks.body.page.total },
		{ ...by, sought: 'action', person_id: null, action: null, resource_id: 'rose-house', found: 0 },
	]);
	expect(people.body.page.total).toBeGreaterThan(5);
	// One that is refused found nothing and is none; one that cannot be written down is not answered.
	expect((await search('action', { resource })).status).toBe(400);
	await db.owner`alter table searches rename to elsewhere`;
	await token();
	expect((await search('action', { subject, resource })).status).toBe(503);
	await db.owner`alter table elsewhere rename to searches`;
	expect((await search('action', { subject, resource })).status).toBe(200);
	expect((await db.owner`select 1 from searches`).length).toBe(5);
});

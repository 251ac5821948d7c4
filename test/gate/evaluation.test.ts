import { expect, test } from 'vitest';
import { addPeople } from '#app/commands/employing.ts';
import { rulesBySite } from '#app/commands/projecting.ts';
import { decider } from '#app/domain/decide.ts';
import { presentFor } from '#app/domain/evidence.ts';
import { type PrivilegeCode, privilegeCodes } from '#app/domain/privilege.ts';
import { reasonWords } from '#app/domain/reason.ts';
import { decideTogether } from '#app/domain/together.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { asFairfield, catalogue, decisionOn, elmCourt, fairfield, roseHouse } from '../support/demonstration.ts';
import { question, testGate } from '../support/gate.ts';

/** What the demonstration's people are answered, in the order of a person, a task and a place. */
const table: [string, object, boolean, string][] = [
	['Amara, who still has modules to read', question('amara.okafor'), false, 'module_missing'],
	['Ben, who is competent', question('ben.whitfield'), true, 'competent'],
	['Ben, who may assess', question('ben.whitfield', 'assess'), true, 'competent'],
	['Tomasz, who is competent', question('tomasz.nowak'), true, 'competent'],
	['Tomasz, who has not learned to assess', question('tomasz.nowak', 'assess'), false, 'module_missing'],
	['Danny, whose sign-off ran out', question('danny.hughes'), false, 'expired'],
	['Leila, who is paused', question('leila.haddad'), false, 'paused_review'],
	['Owen, who has left', question('owen.price'), false, 'left'],
	['Owen, at the other site', question('owen.price', 'administer-oral', 'elm-court'), false, 'left'],
	['nobody', question('nobody'), false, 'unknown_person'],
	['Ben in capitals', question('BEN.WHITFIELD'), false, 'unknown_person'],
	['somebody without a code', question(''), false, 'unknown_person'],
	[
		'Ben as another type of subject',
		{ ...question('ben.whitfield'), subject: { type: 'user', id: 'ben.whitfield' } },
		false,
		'unknown_person',
	],
	[
		'Ben for a privilege nobody has described',
		question('ben.whitfield', 'administer-by-post'),
		false,
		'unknown_privilege',
	],
	['Ben for what is none', question('ben.whitfield', 'open'), false, 'unknown_privilege'],
	['Ben for a name of JavaScript’s', question('ben.whitfield', 'constructor'), false, 'unknown_privilege'],
	['Ben at a site that is not there', question('ben.whitfield', 'administer-oral', 'nowhere'), false, 'unknown_site'],
	[
		'Ben at another type of place',
		{ ...question('ben.whitfield'), resource: { type: 'home', id: 'rose-house' } },
		false,
		'unknown_site',
	],
	['Ben at the other site', question('ben.whitfield', 'administer-oral', 'elm-court'), false, 'site_induction_missing'],
];

test.each(table)('%s', async (_, asked, decision, code) => {
	const { ask } = await testGate();
	const { status, headers, body } = await ask(asked);
	expect(status).toBe(200);
	expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
	expect(body).toMatchObject({ decision, context: { code } });
	const { context } = body;
	const words = reasonWords[code as keyof typeof reasonWords];
	expect(context.next_step).toBe(words.nextStep);
	expect(context.reason_user).toEqual({ [decision ? '200' : '403']: words.user });
	expect(context.evaluation_id).toMatch(/^[0-9a-f-]{36}$/);
	expect(Math.abs(Date.parse(context.evaluated_at) - Date.now())).toBeLessThan(5000);
	expect(JSON.stringify(body)).not.toMatch(/null|Whitfield|Okafor/);
	if (decision) {
		expect(Date.parse(context.valid_until)).toBeGreaterThan(Date.now());
		expect(context.max_age).toBe(60);
	} else {
		expect(context).not.toHaveProperty('valid_until');
		expect(context.max_age).toBe(0);
	}
});

test('the same question twice is the same decision under another evaluation id', async () => {
	const { ask } = await testGate();
	const [one, other] = [await ask(question('tomasz.nowak')), await ask(question('tomasz.nowak'))];
	const { evaluation_id: first, evaluated_at: _, ...rest } = one.body.context;
	expect(other.body).toMatchObject({ decision: true, context: rest });
	expect(other.body.context.evaluation_id).not.toBe(first);
});

test('an answer is not to be held beyond the end of the permit', async () => {
	const { db, ask } = await testGate();
	await db.owner`update standings set permit_until = now() + interval '10 seconds', ends_at = now() + interval '10 seconds' where starts_at <= now() and ends_at > now()`;
	const { body } = await ask(question('ben.whitfield'));
	expect(body.decision).toBe(true);
	expect(body.context.max_age).toBeLessThanOrEqual(10);
	await db.owner`update standings set permit_until = now() - interval '1 second', ends_at = null where permit and ends_at <= now() + interval '1 minute'`;
	expect((await ask(question('ben.whitfield'))).body).toMatchObject({ decision: false, context: { code: 'expired' } });
});

const asked = question('ben.whitfield');
const without = (path: 'subject' | 'action' | 'resource', field?: string) => {
	const copy = structuredClone(asked) as Record<string, Record<string, unknown>>;
	if (field) delete copy[path]?.[field];
	else delete copy[path];
	return copy;
};

test.each<[string, unknown]>([
	['half of some JSON', '{"subject":'],
	['not JSON', 'subject=ben'],
	['nothing', ''],
	['an array', [asked]],
	['an empty array', []],
	['a number', 1],
	['null', null],
	['a string', '"ben"'],
	['an empty object', {}],
	['no subject', without('subject')],
	['no action', without('action')],
	['no resource', without('resource')],
	['no subject type', without('subject', 'type')],
	['no subject id', without('subject', 'id')],
	['no action name', without('action', 'name')],
	['no resource type', without('resource', 'type')],
	['no resource id', without('resource', 'id')],
	['a subject that is text', { ...asked, subject: 'ben.whitfield' }],
	['a subject that is null', { ...asked, subject: null }],
	['a subject that is an array', { ...asked, subject: [] }],
	['an id that is a number', { ...asked, subject: { type: 'staff', id: 1 } }],
	['an id that is an array', { ...asked, subject: { type: 'staff', id: ['ben.whitfield'] } }],
	['a name that is null', { ...asked, action: { name: null } }],
	['properties that are text', { ...asked, action: { name: 'assess', properties: 'all' } }],
	['a context that is text', { ...asked, context: 'now' }],
	['a context that is an array', { ...asked, context: [] }],
	['deep nesting', '['.repeat(60_000)],
])('%s is answered 400, and never with a decision', async (_, body) => {
	const { ask } = await testGate();
	const answer = await ask(typeof body === 'string' ? body : JSON.stringify(body), {
		headers: { 'x-request-id': 'r 1' },
	});
	expect(answer.status).toBe(400);
	expect(answer.headers['x-request-id']).toBe('r 1');
	expect(typeof answer.body).toBe('string');
});

test('it takes JSON by POST, and nothing else', async () => {
	const { ask } = await testGate();
	for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx', ''])
		expect(await ask(asked, { headers: { 'content-type': type } }), type).toMatchObject({ status: 400 });
	for (const type of ['application/json; charset=utf-8', 'Application/JSON'])
		expect(await ask(asked, { headers: { 'content-type': type } }), type).toMatchObject({ status: 200 });
	for (const method of ['GET', 'PUT', 'PATCH', 'DELETE'])
		expect(await ask('', { method, headers: { 'x-request-id': 'r' } })).toMatchObject({
			status: 405,
			headers: { 'x-request-id': 'r', allow: 'POST' },
		});
	expect(await ask(asked, { path: '/access/v1/evaluation?x=1' })).toMatchObject({ status: 200 });
	expect(await ask(asked, { path: '/access/v1/evaluation/' })).toMatchObject({ status: 404 });
});

test('a body over 64 kB is answered 413, whether its length was said before or not', async () => {
	const { ask } = await testGate();
	const padded = (size: number) => {
		const text = JSON.stringify({ ...asked, padding: '' });
		return text.replace('"padding":""', `"padding":"${'x'.repeat(size - text.length)}"`);
	};
	expect(await ask(padded(65_536))).toMatchObject({ status: 200 });
	expect(await ask(padded(65_537))).toMatchObject({ status: 413 });
	expect(await ask(padded(65_537), { headers: { 'transfer-encoding': 'chunked' } })).toMatchObject({ status: 413 });
	expect(await ask(padded(2_000_000))).toMatchObject({ status: 413 });
	expect(await ask(asked)).toMatchObject({ status: 200 });
});

test('the request id comes back as it was sent, with whatever answer', async () => {
	const { ask, send } = await testGate();
	const headers = { 'x-request-id': 'bfe9eb29-ab87-4ca3-be83-a1d5d8305716 and more' };
	expect((await ask(asked, { headers })).headers).toMatchObject(headers);
	expect((await send({ headers })).status).toBe(401);
	expect((await send({ headers })).headers).toMatchObject(headers);
	expect((await ask(asked)).headers).not.toHaveProperty('x-request-id');
});

test('a request id beyond ASCII comes back byte by byte', async () => {
	const { ask } = await testGate();
	const headers = { 'x-request-id': 'Übergabe 7' };
	// As bytes, because Node would turn the headers into UTF-8 together with a text.
	expect((await ask(Buffer.from(JSON.stringify(asked)), { headers })).headers).toMatchObject(headers);
});

test('what the gate does not know in a question changes nothing', async () => {
	const { ask } = await testGate();
	const more = {
		subject: { type: 'staff', id: 'danny.hughes', properties: { competent: true }, role: 'manager' },
		action: { name: 'administer-oral', properties: { force: true } },
		resource: { type: 'site', id: 'rose-house', properties: {}, extra: [1, 2] },
		context: { time: '2020-01-01T00:00Z', override: true },
		decision: true,
		evaluations: [],
		ünknown: { nested: { deep: null } },
	};
	expect((await ask(more)).body).toMatchObject({ decision: false, context: { code: 'expired' } });
	const polluted = `{"__proto__":{"permit":true},"constructor":{"prototype":{}},${JSON.stringify(question('danny.hughes')).slice(1)}`;
	expect((await ask(polluted)).body).toMatchObject({ decision: false, context: { code: 'expired' } });
});

test('ids that no database could hold, or that look like SQL, are nobody’s', async () => {
	const { ask } = await testGate();
	const odd = [
		'ben.whitfield\0',
		'\0',
		'\ud800',
		'ben\udc00',
		"' or '1'='1",
		'%',
		'{ben.whitfield}',
		'{"a","b"}',
		'\\',
		'x'.repeat(20_000),
		'🙂',
		'NULL',
	];
	for (const id of odd) {
		expect((await ask(question(id))).body, JSON.stringify(id)).toMatchObject({
			decision: false,
			context: { code: 'unknown_person' },
		});
		expect((await ask(question('ben.whitfield', id))).body).toMatchObject({
			decision: false,
			context: { code: 'unknown_privilege' },
		});
		expect((await ask(question('ben.whitfield', 'administer-oral', id))).body).toMatchObject({
			decision: false,
			context: { code: 'unknown_site' },
		});
	}
	const raw = Buffer.concat([
		Buffer.from('{"subject":{"type":"staff","id":"'),
		Buffer.from([0xff, 0xfe]),
		Buffer.from('"},"action":{"name":"a"},"resource":{"type":"site","id":"s"}}'),
	]);
	expect((await ask(raw)).status).toBeLessThan(500);
});

test('for somebody who was added and works nowhere yet the gate gives the reason that the rules give', async () => {
	const { db, ask } = await testGate();
	const jo = { staffCode: 'jo.smith', givenName: 'Jo', familyName: 'Smith', passwordHash: 'x', pinHash: 'x' };
	const [personId = ''] = await asFairfield(db, (tx) => addPeople(tx, fairfield, [jo]));
	const decision = await asFairfield(db, (tx) =>
		decisionOn(tx, { personId, siteId: roseHouse, privilege: 'administer-oral' }),
	);
	expect((await ask(question('jo.smith'))).body).toMatchObject({ decision: false, context: { code: decision.code } });
});

test('for every person, privilege and site the gate answers what the rules decide', async () => {
	const { db, ask } = await testGate();
	const people = await db.owner`select id, staff_code from people order by staff_code`;
	expect(people.length).toBeGreaterThan(50);
	const places = [
		['rose-house', roseHouse],
		['elm-court', elmCourt],
	] as const;
	const privileges = [
		...catalogue.privileges.keys(),
		...privilegeCodes.filter((code) => !catalogue.privileges.has(code)).slice(0, 2),
	];
	const wrong: unknown[] = [];
	const rules = await asFairfield(db, (tx) => rulesBySite(tx, fairfield, catalogue));
	for (const { id, staff_code } of people) {
		const evidence = await asFairfield(db, (tx) => listEvidenceOf(tx, { providerId: fairfield, personIds: [id] }));
		for (const [site, siteId] of places) {
			const answer = decider(rules(siteId), evidence, presentFor(evidence, new Date()));
			const asked = privileges.map((privilege) => ask(question(staff_code, privilege, site)));
			for (const [place, { body }] of (await Promise.all(asked)).entries()) {
				const privilege = privileges[place] as PrivilegeCode;
				// Nobody is named as a witness: what asks for one is refused.
				const { body: asks } = catalogue.privileges.get(privilege) ?? { body: {} };
				const decision = decideTogether(
					{ personId: id, decision: answer({ privilege, siteId }) },
					asks,
					rules(siteId).policy,
				);
				const said = [body.decision, body.context.code, body.context.valid_until];
				const ruled = [
					decision.permit,
					decision.code,
					decision.permit ? decision.validUntil?.toISOString() : undefined,
				];
				if (JSON.stringify(said) !== JSON.stringify(ruled)) wrong.push({ staff_code, privilege, site, said, ruled });
				if (body.context.standing && body.context.standing !== decision.standing)
					wrong.push({ staff_code, standing: body.context.standing });
			}
		}
	}
	expect(wrong).toEqual([]);
});

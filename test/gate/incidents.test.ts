import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { liftPause } from '#app/commands/authorising.ts';
import { lookAtIncident } from '#app/commands/reporting-incidents.ts';
import { incidentKinds } from '#app/domain/incident.ts';
import { localDay, moveDay } from '#app/domain/period.ts';
import { tendWhatWasSent } from '#app/jobs/tend-decisions.ts';
import { dropOldAnswers } from '#db/queries/incidents.ts';
import { demonstration } from '#db/seed.ts';
import { gateWith } from '../support/authzen.ts';
import type { TestDatabase } from '../support/database.ts';
import {
	asFairfield,
	authoriser,
	catalogue,
	cellOf,
	elmCourt,
	fairfield,
	findingsOf,
	grace,
	roseHouse,
	setPolicy,
	tomasz,
} from '../support/demonstration.ts';
import { question, serveGate } from '../support/gate.ts';

const missed = (more: object = {}) => ({
	kind: 'missed-dose',
	subject: { type: 'staff', id: 'tomasz.nowak' },
	action: { name: 'administer-oral' },
	resource: { type: 'site', id: 'rose-house' },
	happened_at: new Date(Date.now() - 3_600_000).toISOString(),
	reference: 'INC-204',
	text: 'The teatime dose was found in its pot.',
	...more,
});

async function reporting() {
	const gate = await gateWith('incidents.write');
	const report = (body: unknown, key: string = randomUUID(), headers: Record<string, string> = {}) =>
		gate.ask(body, { path: '/v1/incidents', headers: { 'idempotency-key': key, ...headers } });
	return { ...gate, report, kept: () => gate.db.owner`select * from incidents order by received_at` };
}

test('an incident is kept for the manager, as it was reported', async () => {
	const { report, kept } = await reporting();
	const { status, headers, body } = await report(missed());
	expect([status, headers['cache-control']]).toEqual([201, 'no-store']);
	expect(Object.keys(body)).toEqual(['id', 'received_at']);
	expect(await kept()).toMatchObject([
		{
			provider_id: fairfield,
			id: body.id,
			client_id: demonstration.clientId,
			kind: 'missed-dose',
			person_id: tomasz,
			privilege: 'administer-oral',
			site_id: roseHouse,
			reference: 'INC-204',
			text: 'The teatime dose was found in its pot.',
			looked_at: null,
		},
	]);
});

test('it needs nobody and no task: a count may disagree without anybody', async () => {
	const { report, kept } = await reporting();
	const { kind: _, subject: __, action: ___, reference: ____, text: _____, ...rest } = missed();
	expect((await report({ ...rest, kind: 'count-discrepancy' })).status).toBe(201);
	expect(await kept()).toMatchObject([{ person_id: null, privilege: null, reference: '', text: '' }]);
});

test('it changes nobody’s standing', async () => {
	const { db, ask, report } = await reporting();
	const facts = async () => [
		await db.owner`select * from standings order by person_id, site_id, privilege, starts_at`,
		await db.owner`select count(*) from evidence`,
		await db.owner`select count(*) from events`,
	];
	const before = await facts();
	for (const kind of [...incidentKinds]) expect((await report(missed({ kind }))).status).toBe(201);
	expect(await facts()).toEqual(before);
	expect((await ask(question('tomasz.nowak'))).body.decision).toBe(true);
});

test('what policy calls severe pauses whom it names at once, until a manager lifts it', async () => {
	const { db, ask, report } = await reporting();
	await setPolicy(db, 1, null, { pause: { onReport: { 'suspected-diversion': true } } });
	const asked = async (action?: string) => (await ask(question('tomasz.nowak', action))).body;
	await report(missed());
	expect(await asked()).toMatchObject({ decision: true });

	const discrepancy = missed({ kind: 'suspected-diversion' });
	const reported = await report(discrepancy, 'key-1');
	expect(reported.status).toBe(201);
	expect(await asked()).toMatchObject({ decision: false, context: { code: 'paused_review' } });
	expect((await asked('administer-eye-ear-nose')).context.code).not.toBe('paused_review');
	expect(await report(discrepancy, 'key-1')).toMatchObject({ status: 201, body: reported.body });
	const pauses =
		await db.owner`select id, recorded_by, privilege, payload from evidence where kind = 'pause' and person_id = ${tomasz}`;
	const reviewOn = moveDay(localDay(new Date()), catalogue.policy.body.pause.review);
	expect(pauses).toEqual([
		{
			id: reported.body.id,
			recorded_by: null,
			privilege: 'administer-oral',
			payload: { reason: 'incident-review', reviewOn, incident: reported.body.id },
		},
	]);
	expect(
		await db.owner`select count(*)::int from events where type = 'competency.paused' and person_id = ${tomasz}`,
	).toEqual([{ count: 1 }]);
	expect(await findingsOf(db)).toEqual([]);

	const lifting = { pauses: [reported.body.id], note: 'Counted again: it agrees' };
	const lifted = (by: string) =>
		asFairfield(db, (tx) => liftPause(tx, authoriser(by), catalogue, cellOf(tomasz), lifting));
	expect(await lifted(tomasz)).toEqual({ ok: false, why: 'yourself' });
	expect(await lifted(grace)).toEqual({ ok: true });
	expect(await asked()).toMatchObject({ decision: true });
});

test('a severe report without a task pauses everything at that site; without a person, nobody', async () => {
	const { db, ask, report } = await reporting();
	await setPolicy(db, 1, null, { pause: { onReport: { harm: true } } });
	const paused = () => db.owner`select person_id, privilege, site_id from evidence where kind = 'pause'`;
	const before = await paused();
	expect((await report(missed({ kind: 'harm', subject: undefined }))).status).toBe(201);
	expect(await paused()).toEqual(before);
	expect((await report(missed({ kind: 'harm', action: undefined }))).status).toBe(201);
	expect((await paused()).slice(before.length)).toEqual([{ person_id: tomasz, privilege: null, site_id: roseHouse }]);
	expect((await ask(question('tomasz.nowak'))).body.context.code).toBe('paused_review');
});

test('what is severe at one site is not at another, and a refused report pauses nobody', async () => {
	const { db, ask, report } = await reporting();
	await setPolicy(db, 1, elmCourt, { pause: { onReport: { harm: true } } });
	await report(missed({ kind: 'harm' }));
	for (const refused of [{ subject: { type: 'staff', id: 'no.body' } }, { action: { name: 'nothing' } }])
		expect(
			(await report(missed({ kind: 'harm', resource: { type: 'site', id: 'elm-court' }, ...refused }))).status,
		).toBe(422);
	expect((await ask(question('tomasz.nowak'))).body.decision).toBe(true);
	expect(await db.owner`select 1 from evidence where kind = 'pause' and recorded_by is null`).toEqual([]);
});

test('an ordinary error pauses nobody, also where an older policy says that it does', async () => {
	const { db, ask, report } = await reporting();
	const onReport = {
		'missed-dose': true,
		'wrong-dose': true,
		'count-discrepancy': true,
		'record-gap': true,
		other: true,
	};
	await setPolicy(db, 1, null, { pause: { onReport } });
	for (const kind of Object.keys(onReport)) expect((await report(missed({ kind }))).status).toBe(201);
	expect((await ask(question('tomasz.nowak'))).body.decision).toBe(true);
	expect(await db.owner`select 1 from evidence where kind = 'pause' and recorded_by is null`).toEqual([]);
});

test.each<[string, unknown, number]>([
	['a kind there is not', missed({ kind: 'theft' }), 400],
	['no site', missed({ resource: undefined }), 400],
	['no instant', missed({ happened_at: undefined }), 400],
	['an instant without an offset', missed({ happened_at: '2026-11-01T08:00:00' }), 400],
	['an instant to come', missed({ happened_at: new Date(Date.now() + 600_000).toISOString() }), 400],
	[
		'an instant of two years ago',
		missed({ happened_at: new Date(Date.now() - 2 * 366 * 86_400_000).toISOString() }),
		400,
	],
	['text of 281 characters', missed({ text: 'x'.repeat(281) }), 400],
	['an NHS number', missed({ text: 'Given to 943 476 5919 instead' }), 400],
	['a reference that could be a name', missed({ reference: 'Margaret' }), 400],
	['a member that was not asked for', missed({ resident: 'Mrs A' }), 400],
	['a person of another type', missed({ subject: { type: 'user', id: 'tomasz.nowak' } }), 400],
	['a person nobody knows', missed({ subject: { type: 'staff', id: 'no.body' } }), 422],
	['a site nobody knows', missed({ resource: { type: 'site', id: 'nowhere' } }), 422],
	['a task nobody knows', missed({ action: { name: 'administer-everything' } }), 422],
	['a name of JavaScript’s', missed({ action: { name: 'constructor' } }), 422],
	['an id that no database holds', missed({ subject: { type: 'staff', id: 'a\u0000b' } }), 400],
	['an array', [missed()], 400],
])('%s is refused, and nothing is kept', async (_, body, status) => {
	const { report, kept } = await reporting();
	const answer = await report(body);
	expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/problem+json']);
	expect(await kept()).toEqual([]);
});

test('without a key, or with one that is none, it is refused', async () => {
	const { ask, report, kept } = await reporting();
	expect((await ask(missed(), { path: '/v1/incidents' })).status).toBe(400);
	for (const key of ['', '""', 'a b', 'x'.repeat(201), 'a"b', 'é'])
		expect((await report(missed(), key)).status, key).toBe(400);
	expect(await kept()).toEqual([]);
});

test('the same sent again is answered the same, and kept once', async () => {
	const { db, report, kept } = await reporting();
	const body = missed();
	const first = await report(body, 'key-1');
	const { happened_at, ...rest } = body;
	for (const [again, key] of [
		[body, 'key-1'],
		[body, '"key-1"'],
		[{ happened_at, ...rest }, 'key-1'],
	] as const)
		expect(await report(again, key)).toMatchObject({ status: 201, body: first.body });
	const other = await serveGate(db.database);
	expect(
		await other.ask(body, { path: '/v1/incidents', headers: { 'idempotency-key': 'key-1' } }),
		'another process',
	).toMatchObject({ status: 201, body: first.body });
	expect(await kept()).toHaveLength(1);
});

test('another incident under the same key is refused', async () => {
	const { report, kept } = await reporting();
	await report(missed(), 'key-1');
	const answer = await report(missed({ kind: 'wrong-dose' }), 'key-1');
	expect(answer.status).toBe(422);
	expect(await kept()).toHaveLength(1);
});

test('what was refused may be put right and sent under the same key', async () => {
	const { report, kept } = await reporting();
	expect((await report(missed({ subject: { type: 'staff', id: 'no.body' } }), 'key-1')).status).toBe(422);
	expect((await report(missed(), 'key-1')).status).toBe(201);
	expect(await kept()).toHaveLength(1);
});

test('two clients may use one key', async () => {
	const { db, report, requestToken, send, kept } = await reporting();
	await report(missed(), 'key-1');
	await db.owner`insert into clients (provider_id, id, name, scopes) values (${fairfield}, 'other', 'Other', ${['incidents.write']})`;
	await db.owner`insert into client_secrets (provider_id, id, client_id, secret_hash) values (${fairfield}, ${randomUUID()}, 'other', encode(sha256('other-secret'), 'hex'))`;
	const authorization = `Basic ${Buffer.from('other:other-secret').toString('base64')}`;
	const token = (await requestToken(undefined, { authorization })).body.access_token;
	const answer = await send({
		path: '/v1/incidents',
		headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'idempotency-key': 'key-1' },
		body: JSON.stringify(missed()),
	});
	expect(answer.status).toBe(201);
	expect(await kept()).toHaveLength(2);
});

test('while the first is under way a second is asked to wait, and is then answered as the first', async () => {
	const { db, report, kept } = await reporting();
	const body = missed();
	let first: ReturnType<typeof report> | undefined;
	await db.owner.begin(async (sql) => {
		await sql`lock table incidents in exclusive mode`;
		first = report(body, 'key-1');
		await waitUntil(async () => (await locksHeld(db)) > 0);
		const second = await report(body, 'key-1');
		expect([second.status, second.headers['retry-after']]).toEqual([409, '1']);
	});
	expect((await first)?.status).toBe(201);
	expect(await report(body, 'key-1')).toMatchObject({ status: 201, body: (await first)?.body });
	expect(await kept()).toHaveLength(1);
});

test('ten at once under one key are kept once', async () => {
	const { report, kept } = await reporting();
	const body = missed();
	const answers = await Promise.all(Array.from({ length: 10 }, () => report(body, 'key-1')));
	for (const { status } of answers) expect([201, 409]).toContain(status);
	expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThan(0);
	expect(await kept()).toHaveLength(1);
});

test('a key is forgotten after a day', async () => {
	const { db, report, kept } = await reporting();
	await report(missed(), 'key-1');
	await db.owner`update idempotency_keys set used_at = now() - interval '23 hours 59 minutes'`;
	await report(missed({ kind: 'other' }), 'key-2');
	expect((await report(missed({ kind: 'wrong-dose' }), 'key-1')).status).toBe(422);
	await db.owner`update idempotency_keys set used_at = now() - interval '24 hours 1 minute' where key = 'key-1'`;
	const wrong = missed({ kind: 'wrong-dose' });
	expect((await report(wrong, 'key-1')).status).toBe(201);
	expect(await kept()).toHaveLength(3);
	// It is a new one from here on, and goes by itself when its own day is over, whether its client asks again or not.
	expect((await report(wrong, 'key-1')).status).toBe(201);
	expect((await report(missed(), 'key-1')).status).toBe(422);
	expect(await kept()).toHaveLength(3);
	expect(await dropOldAnswers(db.database.db)).toBe(0);
	await db.owner`update idempotency_keys set used_at = now() - interval '24 hours 1 minute' where key = 'key-1'`;
	await tendWhatWasSent(db.database.db);
	expect((await db.owner`select key from idempotency_keys`).map((each) => each.key)).toEqual(['key-2']);
});

test('without the scope, or once the client is switched off, nothing is taken', async () => {
	const { db, report, kept } = await reporting();
	const other = await gateWith();
	const sent = { path: '/v1/incidents', headers: { 'idempotency-key': 'key-1' } };
	expect((await other.ask(missed(), sent)).status).toBe(403);
	expect((await report(missed())).status).toBe(201);
	await db.owner`update clients set disabled_at = now()`;
	expect((await report(missed())).status).toBe(401);
	expect(await kept()).toHaveLength(1);
});

test('a manager says once what was done; never about herself, and never at a site that is not hers', async () => {
	const { db, report } = await reporting();
	const [about, herself, elsewhere] = await Promise.all([
		report(missed()),
		report(missed({ subject: { type: 'staff', id: 'grace.mensah' } })),
		report(missed({ resource: { type: 'site', id: 'elm-court' } })),
	]);
	const atRoseHouse = authoriser(grace, [{ role: 'manager', siteId: roseHouse }]);
	const look = (incidentId: string, by = atRoseHouse) =>
		asFairfield(db, (tx) => lookAtIncident(tx, by, { incidentId, done: 'Talked it through', now: new Date() }));
	expect(await look(about?.body.id)).toEqual({ ok: true });
	expect(await look(about?.body.id)).toEqual({ ok: false, why: 'looked-at' });
	expect(await look(herself?.body.id)).toEqual({ ok: false, why: 'yourself' });
	expect(await look(elsewhere?.body.id)).toEqual({ ok: false, why: 'not-authorised' });
	expect(await look(randomUUID())).toEqual({ ok: false, why: 'unknown' });
	const lead = authoriser(tomasz, [{ role: 'medication-lead', siteId: elmCourt }]);
	expect(await look(elsewhere?.body.id, lead)).toEqual({ ok: false, why: 'not-authorised' });
});

test('the database itself lets nobody change what was reported or what was done', async () => {
	const { db, report } = await reporting();
	await report(missed());
	const change = (statement: string) =>
		db.database.gate
			.begin(async (sql) => {
				await sql`select set_config('app.provider_id', ${fairfield}, true)`;
				await sql.unsafe(statement);
			})
			.then(
				() => 'done',
				(error: { code?: string }) => error.code,
			);
	for (const column of ['kind', 'person_id', 'happened_at', 'reference', 'client_id'])
		expect(await change(`update incidents set ${column} = ${column}`), column).toBe('42501');
	expect(await change('delete from incidents')).toBe('42501');
	expect(await change(`update incidents set text = 'otherwise'`)).toBe('23001');
	const looked = `update incidents set looked_at = now(), looked_by = '${grace}', done = 'Talked'`;
	expect(await change(looked)).toBe('done');
	expect(await change(looked)).toBe('23001');
	expect(await change(`update incidents set done = 'Nothing'`)).toBe('23001');
});

async function locksHeld({ owner, name }: TestDatabase): Promise<number> {
	const [row] = await owner`
		select count(*)::int as count from pg_locks l join pg_database d on d.oid = l.database
		where d.datname = ${name} and l.locktype = 'advisory' and l.granted`;
	return row?.count ?? 0;
}

async function waitUntil(isSo: () => Promise<boolean>): Promise<void> {
	for (let tries = 0; tries < 200; tries += 1) {
		if (await isSo()) return;
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
	throw new Error('it never came to be so');
}

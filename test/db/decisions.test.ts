import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { eraseIdentity } from '#app/commands/erasing.ts';
import { addDays, moveDay } from '#app/domain/period.ts';
import { jobs, runJob } from '#app/jobs/jobs.ts';
import { asProvider } from '#db/client.server.ts';
import { askedLately, findDecision, insertDecisions, listRefusals, tendDecisions } from '#db/queries/decisions.ts';
import { tendSent } from '#db/queries/webhooks.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { asFairfield, ben, elmCourt, fairfield, grace, personOf, roseHouse } from '../support/demonstration.ts';

type Row = Parameters<typeof insertDecisions>[1][number];

const row = (evaluatedAt: Date, more: Partial<Row> = {}): Row => ({
	providerId: fairfield,
	evaluationId: randomUUID(),
	evaluatedAt,
	clientId: 'demo-emar',
	subjectType: 'staff',
	subjectId: 'ben.whitfield',
	action: 'administer-oral',
	resourceType: 'site',
	resourceId: 'rose-house',
	context: {},
	personId: ben,
	siteId: roseHouse,
	upToSeq: 7,
	policyVersion: 'shipped-1',
	beside: [],
	decision: false,
	code: 'expired',
	standing: 'expired',
	validUntil: null,
	ruleVersion: 3,
	...more,
});
const write = ({ database }: TestDatabase, ...rows: Row[]) => insertDecisions(database.log, rows);
const monthOf = (at: Date) => `decisions_${at.toISOString().slice(0, 7).replace('-', '_')}`;
const monthsFrom = (at: Date, months: number) => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 15));
const partitions = async ({ owner }: TestDatabase) =>
	(
		await owner<{ name: string }[]>`
			select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
			where i.inhparent = 'decisions'::regclass order by 1`
	).map((each) => each.name);
const whereIs = async ({ owner }: TestDatabase) =>
	(await owner<{ name: string }[]>`select tableoid::regclass::text as name from decisions order by evaluated_at`).map(
		(each) => each.name,
	);
const makeMonth = ({ owner }: TestDatabase, at: Date) =>
	owner`select make_decisions_partition(${at.toISOString().slice(0, 10)}::date)`;

test('this month and the next two have a place of their own from the start', async () => {
	const db = await testDatabase('empty');
	const now = new Date();
	const wanted = [0, 1, 2].map((ahead) => monthOf(monthsFrom(now, ahead)));
	expect(await partitions(db)).toEqual([...wanted, 'decisions_default'].sort());
	expect(await tendDecisions(db.database.db)).toEqual({ made: [], dropped: [] });
});

test('what was asked is kept as it was, whatever stands in it, and nothing of it becomes another column or row', async () => {
	const db = await testDatabase();
	const odd = ['', '\\', '\'"{},', '\\x1f', 'ł 🙂', 'null', 'a\nb\tc', '{}'];
	const rows = odd.map((each) => row(new Date(), { subjectId: each, action: each, context: { time: each } }));
	await write(db, ...rows, row(new Date(), { subjectId: 'a\x1fb\x1ec\x1dd' }));
	await write(db, row(new Date(), { subjectId: '', policyVersion: null, personId: null, upToSeq: null }));
	const stored = await db.owner`
		select subject_id, action, context ->> 'time' as time, policy_version, person_id from decisions order by logged_at, evaluation_id`;
	const kept = new Map(stored.map((each) => [each.subject_id + each.action, each]));
	for (const each of odd) expect(kept.get(each + each)).toMatchObject({ subject_id: each, action: each, time: each });
	expect(kept.get('a\uFFFDb\uFFFDc\uFFFDdadminister-oral')).toMatchObject({ policy_version: 'shipped-1' });
	expect(kept.get('administer-oral')).toMatchObject({ subject_id: '', policy_version: null, person_id: null });
	expect(stored).toHaveLength(odd.length + 2);
});

test('a month that is missing is made, and what came for it meanwhile moves there', async () => {
	const db = await testDatabase();
	const [later, now] = [monthsFrom(new Date(), 1), new Date()];
	await db.owner.unsafe(`drop table ${monthOf(later)}`);
	await write(db, row(now), row(later), row(monthsFrom(now, 40)));
	expect(await whereIs(db)).toEqual([monthOf(now), 'decisions_default', 'decisions_default']);
	expect(await tendDecisions(db.database.db)).toEqual({ made: [monthOf(later)], dropped: [] });
	expect(await whereIs(db)).toEqual([monthOf(now), monthOf(later), 'decisions_default']);
	// It is guarded as those made at the start are.
	await expect(asFairfield(db, (tx) => tx.execute(`select 1 from ${monthOf(later)}`))).rejects.toMatchObject({
		cause: { code: '42501' },
	});
	await expect(db.owner.unsafe(`delete from ${monthOf(later)}`)).rejects.toMatchObject({ code: '23001' });
	await expect(db.owner.unsafe('delete from decisions_default')).rejects.toMatchObject({ code: '23001' });
});

test('months go as whole tables once no policy keeps them: by the longest of all, and not before', async () => {
	const db = await testDatabase();
	const now = new Date();
	const old = [-71, -74, -98, -121].map((months) => monthsFrom(now, months));
	for (const month of old) await makeMonth(db, month);
	await write(db, ...old.map((at) => row(at)), row(now));
	expect(await whereIs(db)).toEqual([...old.toReversed().map(monthOf), monthOf(now)]);
	await db.owner`insert into policies (provider_id, version, body, reason, recorded_by) values (${fairfield}, 1, '{"retention": "P9Y"}', 'a test', ${grace})`;
	const [, , eight, ten] = old.map(monthOf);
	expect(await tendDecisions(db.database.db)).toEqual({ made: [], dropped: [ten] });
	// A newer policy that says nothing of it: the shipped six years.
	await db.owner`insert into policies (provider_id, version, body, reason, recorded_by) values (${fairfield}, 2, '{"dueSoon": "P30D"}', 'a test', ${grace})`;
	expect((await tendDecisions(db.database.db)).dropped).toEqual([eight, monthOf(old[1] as Date)].sort());
	expect(await whereIs(db)).toEqual([monthOf(old[0] as Date), monthOf(now)]);
});

test('nothing younger than a year goes, whatever a policy says', async () => {
	const db = await testDatabase();
	const now = new Date();
	await db.owner`insert into policies (provider_id, version, body, reason, recorded_by) values (${fairfield}, 1, '{"retention": "P1D"}', 'a test', ${grace})`;
	await makeMonth(db, monthsFrom(now, -6));
	await write(db, row(monthsFrom(now, -6)));
	expect((await tendDecisions(db.database.db)).dropped).toEqual([]);
	const empty = await testDatabase('empty');
	await empty.owner.begin(async (sql) => {
		await sql`set local session_replication_role = replica`;
		await sql`delete from content_versions where kind = 'policy'`;
	});
	await makeMonth(empty, monthsFrom(now, -200));
	expect((await tendDecisions(empty.database.db)).dropped).toEqual([]);
});

test('a month in which somebody is asked about whose record is held stays until the hold is lifted', async () => {
	const db = await testDatabase();
	const old = monthsFrom(new Date(), -100);
	await makeMonth(db, old);
	await write(db, row(old));
	const hold = randomUUID();
	await db.owner`insert into legal_holds (provider_id, id, person_id, reason, set_by) values (${fairfield}, ${hold}, ${ben}, 'claim', ${grace})`;
	expect((await tendDecisions(db.database.db)).dropped).toEqual([]);
	await db.owner`update legal_holds set lifted_at = now(), lifted_by = ${grace} where id = ${hold}`;
	expect((await tendDecisions(db.database.db)).dropped).toEqual([monthOf(old)]);
});

test('the job does all this, and gives up its turn rather than hold up what is being written', async () => {
	const db = await testDatabase();
	const job = jobs.find((each) => each.name === 'tend-decisions');
	if (!job) throw new Error('no such job');
	const old = monthsFrom(new Date(), -100);
	await makeMonth(db, old);
	const reading = db.owner.begin(async (sql) => {
		await sql`select count(*) from decisions`;
		await sleep(4000);
	});
	await sleep(200);
	const started = performance.now();
	expect(await runJob(db.database.db, job, new Date())).toBe('failed');
	expect(performance.now() - started).toBeLessThan(3500);
	await reading;
	expect(await partitions(db)).toContain(monthOf(old));
	expect(await runJob(db.database.db, job, new Date())).toBe('worked');
	expect(await partitions(db)).not.toContain(monthOf(old));
});

test('a decision stands in the month in which it was made, to the millisecond, also across the new year', async () => {
	const db = await testDatabase();
	for (const month of ['2027-12-01', '2028-01-01']) await makeMonth(db, new Date(month));
	const [last, first] = [new Date('2027-12-31T23:59:59.999Z'), new Date('2028-01-01T00:00:00.000Z')];
	const rows = [row(last), row(first)];
	await write(db, ...rows);
	expect(await whereIs(db)).toEqual(['decisions_2027_12', 'decisions_2028_01']);
	// Written again, because nobody heard that it was, it is there once; and one list holds both sides.
	await write(db, ...rows);
	const days = { from: new Date('2027-12-31T12:00:00Z'), until: new Date('2028-01-01T12:00:00Z') };
	const listed = await asFairfield(db, (tx) =>
		listRefusals(tx, { providerId: fairfield, ...days, siteIds: [roseHouse], nowhere: false }),
	);
	expect(listed.map((each) => each.lastEvaluationId)).toEqual(rows.toReversed().map((each) => each.evaluationId));
	for (const { evaluationId } of rows)
		expect(await asFairfield(db, (tx) => findDecision(tx, { providerId: fairfield, evaluationId }))).not.toBeNull();
});

test('deliveries that are over and searches go once no policy of their provider keeps them: no others', async () => {
	const db = await testDatabase();
	const { owner } = db;
	const other = randomUUID();
	await owner`insert into providers (id, slug, name) values (${other}, 'other', 'Other')`;
	const at = (months: number) => monthsFrom(new Date(), -months);
	const [event] =
		await owner`select id, person_id from events where provider_id = ${fairfield} and seq is not null limit 1`;
	const endpoint = randomUUID();
	await owner`insert into webhook_endpoints (provider_id, id, name, url, types, secret, created_by) values (${fairfield}, ${endpoint}, 'eMAR', 'https://emar.example/', '{}', 'x', ${grace})`;
	const deliver = async (months: number, state: string, eventId: string | null = null) => {
		await owner`insert into webhook_deliveries (provider_id, id, endpoint_id, event_id, state, created_at) values (${fairfield}, ${randomUUID()}, ${endpoint}, ${eventId}, ${state}, ${at(months)})`;
	};
	const look = async (months: number, personId: string | null = null, provider = fairfield) => {
		await owner`insert into searches (provider_id, id, client_id, sought, person_id, found, searched_at) values (${provider}, ${randomUUID()}, 'demo-emar', 'resource', ${personId}, 1, ${at(months)})`;
	};
	const left = async () => {
		const deliveries = await owner`select state from webhook_deliveries order by created_at`;
		const searches = await owner`select provider_id = ${fairfield} as ours from searches order by searched_at`;
		return [deliveries.map((each) => each.state), searches.map((each) => each.ours)];
	};
	await deliver(100, 'delivered');
	await deliver(99, 'failed', event?.id);
	await deliver(98, 'due');
	await deliver(60, 'delivered');
	for (const months of [100, 60]) for (const provider of [fairfield, other]) await look(months, null, provider);
	await look(99, ben);

	// A site that keeps longer keeps for its provider, and for no other.
	await owner`insert into policies (provider_id, site_id, version, body, reason, recorded_by) values (${fairfield}, ${roseHouse}, 1, '{"retention": "P9Y"}', 'a test', ${grace})`;
	expect(await tendSent(db.database.db)).toEqual({ deliveries: 0, searches: 1 });
	await owner`insert into policies (provider_id, site_id, version, body, reason, recorded_by) values (${fairfield}, ${roseHouse}, 2, '{}', 'a test', ${grace})`;
	const holds = [ben, event?.person_id as string].map((personId) => ({ personId, id: randomUUID() }));
	for (const { personId, id } of holds)
		await owner`insert into legal_holds (provider_id, id, person_id, reason, set_by) values (${fairfield}, ${id}, ${personId}, 'claim', ${grace})`;
	expect(await tendSent(db.database.db)).toEqual({ deliveries: 1, searches: 1 });
	expect(await left()).toEqual([
		['failed', 'due', 'delivered'],
		[true, true, false],
	]);
	await owner`update legal_holds set lifted_at = now(), lifted_by = ${grace}`;
	const job = jobs.find((each) => each.name === 'tend-sent');
	if (!job) throw new Error('no such job');
	expect(await runJob(db.database.db, job, new Date())).toBe('worked');
	expect(await left()).toEqual([
		['due', 'delivered'],
		[true, false],
	]);
	// Nothing younger than a year goes, whatever a policy says; and the shipped six years where there is none.
	await owner`insert into policies (provider_id, version, body, reason, recorded_by) values (${fairfield}, 3, '{"retention": "P1D"}', 'a test', ${grace})`;
	await deliver(6, 'delivered');
	expect(await tendSent(db.database.db)).toEqual({ deliveries: 1, searches: 1 });
	expect(await left()).toEqual([['due', 'delivered'], [false]]);
});

test('what was decided is not changed and not deleted, by nobody', async () => {
	const db = await testDatabase();
	await write(db, row(new Date()));
	for (const change of [
		'update decisions set decision = true',
		'update decisions set subject_id = null',
		`update decisions set code = 'competent', subject_id = null`,
		'delete from decisions',
		'truncate decisions',
		`update ${monthOf(new Date())} set decision = true`,
		`truncate ${monthOf(new Date())}`,
	]) {
		await expect(db.owner.unsafe(change), change).rejects.toMatchObject({ code: '23001' });
		await expect(
			asFairfield(db, (tx) => tx.execute(change)),
			change,
		).rejects.toMatchObject({ cause: { code: '42501' } });
	}
});

test('with a leaver’s name goes how they were called in questions; what was decided stays', async () => {
	const db = await testDatabase();
	const owen = personOf('owen.price');
	const now = new Date();
	await write(
		db,
		row(now, { personId: owen, subjectId: 'owen.price', code: 'left' }),
		row(monthsFrom(now, -3), { personId: owen, subjectId: 'owen.price', decision: true, code: 'competent' }),
		row(now),
	);
	const [left] = await db.owner<{ last_day: string }[]>`select last_day from employments where person_id = ${owen}`;
	const day = addDays(moveDay(left?.last_day ?? '', 'P6Y'), 1);
	const erased = await asFairfield(db, (tx) =>
		eraseIdentity(
			tx,
			{ providerId: fairfield, personId: grace },
			{ personId: owen, retention: 'P6Y', now: new Date(`${day}T12:00:00Z`) },
		),
	);
	expect(erased).toMatchObject({ ok: true });
	const rows = await db.owner`select person_id, subject_id, code from decisions order by code`;
	expect([...rows]).toEqual([
		{ person_id: owen, subject_id: null, code: 'competent' },
		{ person_id: ben, subject_id: 'ben.whitfield', code: 'expired' },
		{ person_id: owen, subject_id: null, code: 'left' },
	]);
	const [trace] = await db.owner`select count(*)::int as count from decisions d where d::text like '%owen%'`;
	expect(trace?.count).toBe(0);
});

test('refusals are counted by person, privilege, place, reason and hour, the most recent first', async () => {
	const db = await testDatabase();
	const hour = (time: string) => new Date(`2026-11-20T${time}Z`);
	const last = row(hour('02:55:00'));
	await write(
		db,
		row(hour('02:05:00')),
		last,
		row(hour('02:20:00')),
		row(hour('03:01:00')),
		row(hour('02:30:00'), { action: 'administer-prn' }),
		row(hour('02:31:00'), { decision: true, code: 'competent' }),
		row(hour('02:40:00'), { siteId: elmCourt, resourceId: 'elm-court' }),
		row(hour('02:50:00'), { personId: null, subjectId: 'no.body', code: 'unknown_person' }),
		row(hour('02:51:00'), { siteId: null, resourceId: 'nowhere', code: 'unknown_site' }),
	);
	const of = (more: object = {}) =>
		asFairfield(db, (tx) =>
			listRefusals(tx, {
				providerId: fairfield,
				from: hour('00:00:00'),
				until: hour('23:00:00'),
				siteIds: [roseHouse],
				nowhere: false,
				...more,
			}),
		);
	const shown = (found: Awaited<ReturnType<typeof of>>) =>
		found.map((each) =>
			[each.lastAt.toISOString().slice(11, 16), each.action, each.subjectId ?? '', each.count].join(' '),
		);
	expect(shown(await of())).toEqual([
		'03:01 administer-oral  1',
		'02:55 administer-oral  3',
		'02:50 administer-oral no.body 1',
		'02:30 administer-prn  1',
	]);
	expect((await of())[1]).toMatchObject({ personId: ben, hour: hour('02:00:00'), lastEvaluationId: last.evaluationId });
	expect(shown(await of({ siteIds: [elmCourt], nowhere: true }))).toEqual([
		'02:51 administer-oral  1',
		'02:40 administer-oral  1',
	]);
	expect(await of({ personId: grace })).toEqual([]);
	expect(shown(await of({ from: hour('03:00:00') }))).toEqual(['03:01 administer-oral  1']);
	expect(await of({ siteIds: [] })).toEqual([]);
});

test('what each client asked lately is counted; another provider sees none of it', async () => {
	const db = await testDatabase();
	const at = new Date('2026-11-20T10:00:00Z');
	await write(
		db,
		row(at),
		row(new Date(at.getTime() - 1000), { decision: true, code: 'competent' }),
		row(at, { clientId: 'rota' }),
		row(new Date('2026-11-01T10:00:00Z'), { clientId: 'old' }),
	);
	const since = new Date('2026-11-19T10:00:00Z');
	const asked = await asFairfield(db, (tx) => askedLately(tx, { providerId: fairfield, since }));
	expect(Object.fromEntries(asked)).toEqual({
		'demo-emar': { asked: 2, refused: 1, lastAt: at },
		rota: { asked: 1, refused: 1, lastAt: at },
	});
	const other = await asProvider(db.database.db, randomUUID(), (tx) =>
		askedLately(tx, { providerId: fairfield, since }),
	);
	expect(other.size).toBe(0);
});

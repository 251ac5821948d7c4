import { expect, test } from 'vitest';
import { type Incident, NoAnswer } from '../../client/src/countersign.ts';
import { connected, may } from '../support/client.ts';

const incident: Incident = {
	kind: 'count-discrepancy',
	site: 'rose-house',
	happenedAt: new Date(Date.now() - 60_000),
	subject: 'ben.whitfield',
	action: 'administer-controlled-drug',
	reference: 'round-14',
	text: 'One ampoule fewer than the book says.',
};

const rejected = (work: Promise<unknown>): Promise<NoAnswer> =>
	work.then(
		() => Promise.reject(new Error('it was answered')),
		(error) => error as NoAnswer,
	);

test('who may do something is who is then permitted, and nobody else', async () => {
	const { client } = await connected(['authzen.search']);
	const found = await client.peopleWhoMay({ action: 'administer-oral', site: 'rose-house' });
	expect(found.length).toBeGreaterThan(0);
	for (const each of found) expect(await client.evaluate(may(each))).toMatchObject({ decision: true });
	expect(found).not.toContain('danny.hughes');
	expect(await client.peopleWhoMay({ action: 'administer-oral', site: 'nowhere' })).toEqual([]);
});

test('more people than are on one page are all found', async () => {
	const { client, db } = await connected(['authzen.search']);
	await db.owner`
		insert into people (provider_id, id, staff_code, given_name, family_name)
		select provider_id, gen_random_uuid(), 'many.' || n, 'Many', 'People' from people, generate_series(1, 250) n where staff_code = 'ben.whitfield'`;
	await db.owner`
		insert into standings (provider_id, person_id, site_id, privilege, starts_at, ends_at, standing, permit, permit_until, code, evidence_ids, policy_version, up_to_seq)
		select s.provider_id, m.id, s.site_id, s.privilege, s.starts_at, s.ends_at, s.standing, s.permit, s.permit_until, s.code, s.evidence_ids, s.policy_version, s.up_to_seq
		from people m join people b on b.staff_code = 'ben.whitfield' and b.provider_id = m.provider_id
		join standings s on s.person_id = b.id and s.privilege = 'administer-oral' where m.staff_code like 'many.%'`;
	const found = await client.peopleWhoMay({ action: 'administer-oral', site: 'rose-house' });
	expect(found.filter((each) => each.startsWith('many.'))).toHaveLength(250);
	expect(new Set(found).size).toBe(found.length);
});

test('an incident is received once, however often it is sent with one key', async () => {
	const { client, db, wire } = await connected(['incidents.write']);
	const key = crypto.randomUUID();
	wire.cut = true;
	expect(await rejected(client.reportIncident(incident, key))).toMatchObject({ unreachable: true });
	wire.cut = false;
	const receipt = await client.reportIncident(incident, key);
	expect(receipt.id).toMatch(/^[0-9a-f-]{36}$/);
	expect(await client.reportIncident(incident, key)).toEqual(receipt);
	const kept = await db.owner`select kind, reference from incidents where id = ${receipt.id}`;
	expect(kept).toEqual([{ kind: 'count-discrepancy', reference: 'round-14' }]);
	expect(await db.owner`select from incidents where reference = 'round-14'`).toHaveLength(1);
	expect(await rejected(client.reportIncident({ ...incident, kind: 'other' }, key))).toMatchObject({
		unreachable: false,
		status: 422,
	});
});

test('without the scope nobody is found and nothing is reported, and it is said so', async () => {
	const { client } = await connected();
	for (const work of [
		client.peopleWhoMay({ action: 'administer-oral', site: 'rose-house' }),
		client.reportIncident(incident, crypto.randomUUID()),
	]) {
		const error = await rejected(work);
		expect(error).toBeInstanceOf(NoAnswer);
		expect(error).toMatchObject({ unreachable: false, status: 403 });
	}
});

test('a client that asks too often is told so, and a list does not help it', async () => {
	const { client, db } = await connected();
	await db.owner`update clients set per_second = 1, burst = 2`;
	await client.prepareRound('rose-house');
	const decisions = await Promise.all(Array.from({ length: 8 }, () => client.evaluate(may('ben.whitfield'))));
	const refused = decisions.filter((each) => each.why !== 'gate');
	expect(refused.length).toBeGreaterThan(0);
	for (const each of refused)
		expect(each).toMatchObject({ decision: false, why: 'no-answer', code: 'too_many_questions' });
});

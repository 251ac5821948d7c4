import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { addPeople, startEmployment } from '#app/commands/employing.ts';
import { hashSecret } from '#app/commands/secrets.ts';
import { asProvider } from '#db/client.server.ts';
import { namedId } from '#db/factory.ts';
import { demonstration } from '#db/seed.ts';
import { catalogue, elmCourt, fairfield } from '../support/demonstration.ts';
import { question } from '../support/gate.ts';
import { openSite } from './server.ts';

const metricsToken = 'numbers-for-the-test';
const site = await openSite({ METRICS_TOKEN: metricsToken });
afterAll(() => site.close());
const grace = await site.signIn('grace.mensah');

const person = (staffCode: string) => `/people/${namedId(`person ${staffCode}`)}`;
const page = async (path: string, cookie = grace) => {
	const answer = await site.ask(path, { cookie });
	const html = await answer.text();
	// As it is read: without marks, comments and doubled spaces.
	const text = html
		.replace(/<script[\s\S]*?<\/script>/g, '')
		.replace(/<[^>]*>/g, '')
		.replace(/\s+/g, ' ');
	return { status: answer.status, html, text };
};

const basic = Buffer.from(`${demonstration.clientId}:${demonstration.clientSecret}`).toString('base64');
const granted = await fetch(`${site.url}/oauth/token`, {
	method: 'POST',
	headers: { authorization: `Basic ${basic}` },
	body: new URLSearchParams({ grant_type: 'client_credentials' }),
});
const { access_token: token } = (await granted.json()) as { access_token: string };

async function askGate(body: object): Promise<{ decision: boolean; context: { evaluation_id: string } }> {
	const answer = await fetch(`${site.url}/access/v1/evaluation`, {
		method: 'POST',
		headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
	expect(answer.status).toBe(200);
	return answer.json() as never;
}

async function written(count: number): Promise<void> {
	for (let turn = 0; turn < 100; turn += 1) {
		const rows = await site.data.owner`select 1 from decisions`;
		if (rows.length === count) return;
		await sleep(50);
	}
	throw new Error(`${count} decisions were not written down`);
}

test('before anything was asked the page says so, and that there is nothing to do', async () => {
	const { status, text } = await page('/settings/decisions');
	expect(status).toBe(200);
	expect(text).toContain('Nobody was refused. When another system asks');
	expect(text).toContain('No system has asked anything in the last 24 hours.');
	expect((await page('/settings')).html).toContain('href="/settings/decisions"');
	expect((await page(person('danny.hughes'))).html).toContain('href="/settings/decisions?person=danny.hughes"');
});

test('a manager reads who was refused what, how often, when and why; each answer is worked out again', async () => {
	const refused = [];
	for (let turn = 0; turn < 3; turn += 1) refused.push(await askGate(question('danny.hughes')));
	expect((await askGate(question('ben.whitfield'))).decision).toBe(true);
	await askGate(question('leila.haddad'));
	await askGate(question('no.body'));
	await askGate(question('ben.whitfield', 'administer-oral', 'no-such-place'));
	const watched = await askGate({
		...question('margaret.doyle', 'administer-controlled-drug'),
		context: { witness: 'ben.whitfield' },
	});
	await written(8);
	// However the hour falls, what was asked in one minute may stand in two of them.
	const { text, html } = await page('/settings/decisions');
	expect(text).toMatch(
		/Danny Hughes was asked about (3 times|twice|once) (today|last night), between \d\d:00 and \d\d:00, for “Give medicines by mouth” at Rose House, and refused: the sign-off has run out\./,
	);
	expect(text).toMatch(
		/Leila Haddad was asked about once .* and refused: this is paused while something is reviewed\./,
	);
	expect(text).toContain('Somebody we do not know (“no.body”) was asked about once');
	expect(text).toContain('at a place we do not know (“no-such-place”), and refused: there is no such place.');
	expect(text).not.toContain('Margaret Doyle was asked');
	expect(text).toMatch(/Demonstration eMARQuestions8Refused6Last/);
	const client = await page('/settings/clients/demo-emar');
	expect(client.text).toMatch(/in the last 7 days ?Questions8Answered yes2Answered no6/);
	const newest = refused.at(-1)?.context.evaluation_id ?? '';
	expect(html).toContain(`/settings/decisions/${newest}`);

	const one = await page(`/settings/decisions/${newest}`);
	expect(one.text).toContain('Worked out again, the answer is the same');
	expect(one.text).toContain('The sign-off has run out (expired)');
	expect(one.html).toContain(`${person('danny.hughes')}/rose-house/administer-oral/day?on=`);
	const permit = await page(`/settings/decisions/${watched.context.evaluation_id}`);
	expect(permit.text).toContain('With the witnessBen Whitfield');
	expect(permit.text).toContain('They may do this (competent)');
});

test('the list is narrowed by day, site and person, and says what to do when nothing is left', async () => {
	const shown = async (query: string) => (await page(`/settings/decisions?${query}`)).text;
	expect(await shown('person=leila.haddad')).toContain('Leila Haddad was asked');
	expect(await shown('person=leila.haddad')).not.toContain('Danny Hughes was asked');
	expect(await shown('person=not.known')).toContain('Nobody has this staff code');
	expect(await shown('site=elm-court')).toContain('Nobody was refused. Choose another day, site or person');
	expect(await shown('site=rose-house')).not.toContain('no-such-place');
	expect(await shown('day=2026-01-01')).toContain('Nobody was refused');
	expect(await shown('day=nonsense&site=nonsense')).toContain('Nobody was refused');
});

test('where an answer does not follow from the evidence, its page says so', async () => {
	const forged = await askGate(question('danny.hughes'));
	await written(9);
	const { owner } = site.data;
	await owner.begin(async (sql) => {
		await sql`set local session_replication_role = replica`;
		await sql`update decisions set decision = true, code = 'competent' where evaluation_id = ${forged.context.evaluation_id}`;
	});
	const { text } = await page(`/settings/decisions/${forged.context.evaluation_id}`);
	expect(text).toContain('Worked out again, the answer is not the same');
});

test('a manager of one site sees what was asked there and nowhere else; one of another provider sees nothing', async () => {
	const [decided] = await site.data.owner`select evaluation_id as id from decisions where code = 'expired' limit 1`;
	const [secret] = await Promise.all([hashSecret('a-long-password')]);
	const add = async (provider: string, siteId: string, staffCode: string) =>
		asProvider(site.data.ownerDb, provider, async (tx) => {
			const [personId = ''] = await addPeople(tx, provider, [
				{ staffCode, givenName: 'New', familyName: 'Manager', passwordHash: secret, pinHash: secret },
			]);
			const post = { personId, siteId, role: 'manager', contract: 'permanent', recordedBy: null } as const;
			await startEmployment(tx, provider, catalogue, post);
		});
	await add(fairfield, elmCourt, 'elm.manager');
	const elm = await site.signIn('elm.manager', 'a-long-password');
	expect((await page('/settings/decisions', elm)).text).toContain('Nobody was refused');
	expect((await page('/settings/decisions?person=danny.hughes', elm)).text).not.toContain('Danny Hughes was asked');
	expect((await page(`/settings/decisions/${decided?.id}`, elm)).status).toBe(403);

	const [other, lodge] = [namedId('provider northern-lights'), namedId('site north-lodge')];
	await site.data.owner`insert into providers (id, slug, name) values (${other}, 'northern-lights', 'Northern Lights')`;
	await site.data
		.owner`insert into sites (provider_id, id, slug, name, kind) values (${other}, ${lodge}, 'north-lodge', 'North Lodge', 'care-home')`;
	await add(other, lodge, 'una.north');
	const answer = await site.ask('/sign-in?provider=northern-lights', {
		form: { staffCode: 'una.north', password: 'a-long-password' },
	});
	const una = answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
	const seen = await page('/settings/decisions?person=danny.hughes', una);
	expect(seen.status).toBe(200);
	expect(seen.text).not.toContain('Danny');
	expect((await page('/settings/decisions', una)).text).toContain('Nobody was refused');
	expect((await page(`/settings/decisions/${decided?.id}`, una)).status).toBe(404);
});

test('/healthz says in one word how things are, and in full what of: database, migrations, decision log, jobs', async () => {
	const short = await fetch(`${site.url}/healthz`);
	expect([short.status, await short.text()]).toEqual([200, 'ok\n']);
	const full = await fetch(`${site.url}/healthz?full`);
	expect(full.status).toBe(200);
	expect(await full.json()).toMatchObject({
		status: 'ok',
		database: 'answers',
		decisionLog: {
			promise: 'answer',
			writable: true,
			failedSince: null,
			waiting: 0,
			most: 50_000,
			written: 9,
			lost: 0,
		},
		jobs: { 'sign-daily': { outcome: 'worked' }, 'tend-decisions': { outcome: 'worked' } },
	});
});

test('/metrics is for whoever has the token, and counts what was decided', async () => {
	const ask = (authorization?: string) =>
		fetch(`${site.url}/metrics`, { headers: authorization ? { authorization } : {} });
	for (const wrong of [undefined, 'Bearer wrong', `Bearer ${metricsToken}x`, `Basic ${metricsToken}`, 'Bearer '])
		expect((await ask(wrong)).status).toBe(401);
	const answer = await ask(`Bearer ${metricsToken}`);
	expect(answer.headers.get('content-type')).toContain('version=0.0.4');
	const text = await answer.text();
	for (const line of [
		'countersign_evaluations_total{decision="deny",code="expired"} 4',
		'countersign_evaluations_total{decision="permit",code="competent"} 2',
		'countersign_evaluation_errors_total 0',
		'countersign_evaluation_seconds_bucket{le="+Inf"} 9',
		'countersign_evaluation_seconds_count 9',
		'countersign_evaluations_waiting 0',
		'countersign_decision_log_written_total 9',
		'countersign_decision_log_lost_total 0',
		'countersign_decision_log_waiting 0',
		'countersign_decision_log_writable 1',
	])
		expect(text.split('\n')).toContain(line);
	for (const name of ['nodejs_eventloop_lag_seconds{quantile="0.99"}', 'process_resident_memory_bytes'])
		expect(
			Number(
				text
					.split('\n')
					.find((line) => line.startsWith(name))
					?.split(' ')[1],
			),
			name,
		).toBeGreaterThan(0);
	// Every line is one that Prometheus reads.
	for (const line of text.trimEnd().split('\n'))
		expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]+"(,[a-z]+="[^"]+")*\})? [0-9.e+-]+)$/);
});

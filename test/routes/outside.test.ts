import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { pause } from '#app/commands/authorising.ts';
import { endEmployment } from '#app/commands/employing.ts';
import { askOutside } from '#app/commands/outside-requests.ts';
import { reviewDays } from '#app/domain/delegation.ts';
import { addDays, localDay } from '#app/domain/period.ts';
import {
	asFairfield,
	authoriser,
	catalogue,
	cellOf,
	fairfield,
	grace,
	lead,
	makeReady,
	margaret,
	memberOf,
	personOf,
	roseHouse,
	tomasz,
} from '../support/demonstration.ts';
import { openSite } from './server.ts';

// One server behind a proxy of ours, so that each test has an address of its own. It writes down every page.
const site = await openSite({ PROXIES: '1', LOG_LEVEL: 'info' });
afterAll(() => site.close());

const insulin = 'administer-insulin';
const registration = '12A3456E';
const confirmed = { registration, sure: 'yes' };

/** Asks as somebody at an address. */
function ask(path: string, { from = '192.0.2.1', method = 'GET', form = undefined as object | undefined } = {}) {
	return fetch(site.url + path, {
		method: form ? 'POST' : method,
		redirect: 'manual',
		headers: { 'x-forwarded-for': from, ...(form ? { origin: site.url } : {}) },
		...(form ? { body: new URLSearchParams({ ...form }) } : {}),
	});
}

let persons = 200;

/** A link about somebody, for a person supported of its own. */
async function linkTo({ about = tomasz } = {}): Promise<{ path: string; id: string; person: string }> {
	const id: string = randomUUID();
	persons += 1;
	const person = `RH-0${persons}`;
	const given = {
		id,
		kind: 'delegation' as const,
		recipient: 'District nurse, Oakfield Surgery',
		person,
		reviewOn: reviewDays(new Date()).usual,
		now: new Date(),
	};
	const asked = await asFairfield(site.data, (tx) =>
		askOutside(tx, authoriser(margaret, lead), catalogue, cellOf(about, insulin), given),
	);
	if (!asked.ok) throw new Error(asked.why);
	return { path: `/outside/${asked.token}`, id, person };
}

const noLink = () => `/outside/${randomBytes(32).toString('base64url')}`;

/** A page without what differs from one answer to the next: the link itself and the nonces. */
async function textOf(answer: Response): Promise<string> {
	return (await answer.text())
		.replaceAll(/nonce="[^"]*"|[\w-]{43}|\/outside\/[\w-]+/g, '')
		.replaceAll(/"\d{13}"|\d{13}/g, '');
}

test('used, run out, cancelled, wrong and cut off look the same, and say what to do next', async () => {
	const [used, old, cancelled] = [await linkTo(), await linkTo(), await linkTo()];
	expect((await ask(used.path, { form: confirmed })).status).toBe(200);
	await site.data.owner`update outside_requests set expires_at = now() - interval '1 minute' where id = ${old.id}`;
	await site.data.owner`
		update outside_requests set cancelled_at = now(), cancelled_by = ${grace} where id = ${cancelled.id}`;
	const paths = [used.path, old.path, cancelled.path, noLink(), used.path.slice(0, -5)];
	const texts: string[] = [];
	for (const path of paths) {
		const answer = await ask(path, { from: '192.0.2.2' });
		expect(answer.status).toBe(404);
		texts.push(await textOf(answer));
		expect((await ask(path, { from: '192.0.2.2', form: { ...confirmed, registration: '99Z9999Z' } })).status).toBe(404);
	}
	expect(new Set(texts).size).toBe(1);
	expect(texts[0]).toContain('This link cannot be used');
	expect(texts[0]).toContain('ask whoever sent it for a new link');
});

test('what looks into a link, as a scanner of e-mail does, does not use it up; only confirming does', async () => {
	const { path, id, person } = await linkTo();
	for (const method of ['GET', 'HEAD', 'GET']) expect((await ask(path, { method })).status).toBe(200);
	expect((await ask(path, { form: {} })).status).toBe(422);
	expect((await ask(path, { form: { registration, sure: '' } })).status).toBe(422);
	expect(await site.data.owner`select used_at from outside_requests where id = ${id}`).toEqual([{ used_at: null }]);
	const page = await (await ask(path)).text();
	for (const words of ['Margaret Doyle', 'Fairfield Care', 'Tomasz Nowak', 'Rose House', person, 'What happens next'])
		expect(page).toContain(words);
	expect(await (await ask(path, { form: confirmed })).text()).toContain('Thank you');
	expect((await site.data.owner`select used_at from outside_requests where id = ${id}`)[0]?.used_at).not.toBeNull();
});

test('a second click and a second tab are thanked too, and it is recorded once', async () => {
	const { path, id } = await linkTo();
	const answers = await Promise.all([1, 2].map(() => ask(path, { form: confirmed })));
	for (const answer of answers) expect(await answer.text()).toContain('Thank you');
	expect(await (await ask(path, { form: { ...confirmed, registration: '12a 3456e' } })).text()).toContain('Thank you');
	expect((await ask(path, { form: { ...confirmed, registration: '13A3456E' } })).status).toBe(404);
	expect(await site.data.owner`select 1 from evidence where id = ${id}`).toHaveLength(1);
});

test('a number that no register has is refused beside its field, and nothing typed is lost', async () => {
	const { path } = await linkTo();
	for (const wrong of ['', '12345', '12A345E', 'A12B3456']) {
		const answer = await ask(path, { form: { ...confirmed, registration: wrong } });
		expect(answer.status).toBe(422);
		const page = await answer.text();
		expect(page).toContain('Enter the number of your registration, such as 12A3456E');
		expect(page).toContain(`value="${wrong}"`);
	}
});

test('of somebody who has left or been paused since, nothing is confirmed, and a stranger is not told why', async () => {
	const paused = personOf('leila.haddad');
	const left = personOf('danny.hughes');
	const [one, other] = [await linkTo({ about: paused }), await linkTo({ about: left })];
	await asFairfield(site.data, (tx) =>
		pause(tx, authoriser(grace), catalogue, cellOf(paused, insulin), {
			id: randomUUID(),
			reason: 'other',
			reviewOn: addDays(localDay(new Date()), 7),
		}),
	);
	await asFairfield(site.data, (tx) =>
		endEmployment(tx, fairfield, catalogue, {
			personId: left,
			lastDay: addDays(localDay(new Date()), -1),
			recordedBy: grace,
		}),
	);
	for (const { path, id } of [one, other]) {
		const page = await (await ask(path)).text();
		expect(page).toContain('This cannot be confirmed at the moment');
		expect(page).toContain('Margaret Doyle');
		const answer = await ask(path, { form: confirmed });
		expect(answer.status).toBe(409);
		expect(page + (await answer.text())).not.toMatch(/paused|does not work|Leila|Danny/i);
		expect(await site.data.owner`select 1 from evidence where id = ${id}`).toHaveLength(0);
	}
});

test('a stranger who guesses has to wait after ten, and nobody else does', async () => {
	const [stranger, nurse] = ['192.0.2.66', '192.0.2.67'];
	const { path } = await linkTo();
	for (let turn = 0; turn < 10; turn += 1)
		expect((await ask(noLink(), { from: stranger, ...(turn % 2 ? { form: confirmed } : {}) })).status).toBe(404);
	for (const tried of [noLink(), path]) {
		const answer = await ask(tried, { from: stranger });
		expect(answer.status).toBe(429);
		expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(200);
		expect(await answer.text()).toContain('Please wait five minutes');
		expect((await ask(tried, { from: stranger, form: confirmed })).status).toBe(429);
	}
	expect((await ask(path, { from: nurse })).status).toBe(200);
	expect((await ask(path, { from: nurse, form: confirmed })).status).toBe(200);
});

test('no link is in the log, nor when its page fails, and none is told to another site or kept', async () => {
	const { path } = await linkTo();
	const answer = await ask(path);
	expect(answer.headers.get('referrer-policy')).toBe('same-origin');
	expect(answer.headers.get('cache-control')).toBe('no-store');
	expect(await answer.text()).toContain('name="robots" content="noindex"');
	await site.data.owner`alter function find_outside_request(text) rename to not_there`;
	expect((await ask(path)).status).toBe(500);
	expect((await ask(path, { form: confirmed })).status).toBe(500);
	await site.data.owner`alter function not_there(text) rename to find_outside_request`;
	expect((await ask(path)).status).toBe(200);
	const token = path.split('/').at(-1) ?? '';
	expect(site.said()).toContain('/outside/…');
	expect(site.said()).toContain('a page failed');
	expect(site.said()).not.toContain(token);
	const { status } = await fetch(`${site.url}/healthz`);
	expect(status).toBe(200);
});

test('whoever may send a link sees those that are open, cancels one, and is told when it was too late', async () => {
	const cookie = await site.signIn('margaret.doyle');
	const { path, id, person } = await linkTo();
	const page = await (await site.ask('/outside-requests', { cookie })).text();
	for (const words of [person, 'District nurse, Oakfield Surgery', 'Tomasz Nowak', 'Margaret Doyle'])
		expect(page).toContain(words);
	const sending = `/people/${tomasz}/rose-house/${insulin}/outside`;
	expect(await (await site.ask(sending, { cookie })).text()).toContain('sent to District nurse, Oakfield Surgery');
	const again = {
		id: randomUUID(),
		kind: 'delegation',
		recipient: 'Practice nurse',
		person,
		reviewOn: reviewDays(new Date()).usual,
	};
	const second = await site.ask(sending, { cookie, form: again });
	expect([second.status, await second.text()]).toEqual([
		422,
		expect.stringContaining('A link for this is open already'),
	]);
	const done = await site.ask('/outside-requests', { cookie, form: { request: id } });
	expect([done.status, done.headers.get('location')]).toEqual([302, '/outside-requests']);
	expect((await ask(path)).status).toBe(404);
	expect(await (await site.ask('/outside-requests', { cookie })).text()).not.toContain(person);
	const late = await linkTo();
	expect((await ask(late.path, { form: confirmed })).status).toBe(200);
	const refused = await site.ask('/outside-requests', { cookie, form: { request: late.id } });
	expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('confirmed already')]);
	expect((await site.ask(sending, { cookie, form: { ...again, recipient: '' } })).status).toBe(422);
});

test('a sign-off is confirmed by somebody with a number of the right register', async () => {
	const amara = personOf('amara.okafor');
	await makeReady(site.data, memberOf(amara));
	const signers = await site.data.owner`
		select distinct person_id from employments where role in ('manager', 'medication-lead')
			and (site_id = ${roseHouse} or site_id is null)`;
	for (const { person_id } of signers)
		await asFairfield(site.data, (tx) =>
			endEmployment(tx, fairfield, catalogue, {
				personId: person_id,
				lastDay: addDays(localDay(new Date()), -1),
				recordedBy: null,
			}),
		);
	const given = { id: randomUUID() as string, kind: 'sign-off' as const, recipient: 'Pharmacist', now: new Date() };
	const asked = await asFairfield(site.data, (tx) =>
		askOutside(tx, authoriser(grace), catalogue, cellOf(amara), given),
	);
	if (!asked.ok) throw new Error(asked.why);
	const path = `/outside/${asked.token}`;
	const page = await (await ask(path)).text();
	const [, shownLastDay = ''] = /name="shownLastDay" value="([^"]+)"/.exec(page) ?? [];
	const form = { ...confirmed, role: 'pharmacist', shownLastDay };
	const refused = await ask(path, { form });
	expect([refused.status, await refused.text()]).toEqual([
		422,
		expect.stringContaining('This is not a number of your register'),
	]);
	expect(await (await ask(path, { form: { ...form, registration: '2012345' } })).text()).toContain('Thank you');
	const [row] = await site.data.owner`select payload from evidence where id = ${given.id}`;
	expect(row?.payload).toMatchObject({ outsideAuthoriser: 'pharmacist 2012345' });
});

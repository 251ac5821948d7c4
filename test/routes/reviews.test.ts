import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { addDays, localDay } from '#app/domain/period.ts';
import {
	asFairfield,
	ben,
	catalogue,
	cellOf,
	elmCourt,
	fairfield,
	grace,
	margaret,
	memberOf,
	personOf,
	roseHouse,
	storyteller,
	tell,
	tomasz,
} from '../support/demonstration.ts';
import { openSite } from './server.ts';

const site = await openSite();
afterAll(() => site.close());
const cookie = await site.signIn('grace.mensah');

const read = async (path: string) => (await site.ask(path, { cookie })).text();

/** The last group of the page that goes back to Ben: its fields. */
async function bensGroup() {
	const html = await read('/reviews');
	const from = html.indexOf('<h3>Ben Whitfield</h3>');
	if (from < 0) return null;
	const section = html.slice(from, html.indexOf('</section>', from));
	const fieldOf = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(section)?.[1] ?? '';
	const pairs = [...section.matchAll(/value="([0-9a-f-]{36}\/[0-9a-f-]{36})"/g)].map((match) => match[1] as string);
	return { section, pairs, id: fieldOf('id'), key: fieldOf('key'), place: fieldOf('place') };
}

const send = (form: { pairs: string[]; id: string; key: string; place: string; note: string }) => {
	const { pairs, ...fields } = form;
	const body = new URLSearchParams(fields);
	for (const pair of pairs) body.append('pairs', pair);
	return fetch(`${site.url}/reviews`, {
		method: 'POST',
		redirect: 'manual',
		headers: { cookie, origin: site.url },
		body,
	});
};

test('what goes back to one withdrawal stands under one heading, and several are said to stand at once', async () => {
	expect(await bensGroup()).toBeNull();
	await asFairfield(site.data, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({
				kind: 'withdrawal',
				...cellOf(ben, 'assess'),
				recordedBy: grace,
				payload: { confirmedBy: margaret },
				note: 'unsafe',
			}),
		]),
	);
	const group = await bensGroup();
	if (!group) throw new Error('nothing goes back to Ben');
	expect(group.section).toMatch(/Withdrawn: .*, recorded on .* by Grace Mensah\. \d+ people rest on it\./);
	expect(group.pairs.length).toBeGreaterThan(2);

	const nothing = await send({ ...group, pairs: [], note: '' });
	expect(nothing.status).toBe(422);
	const refused = await nothing.text();
	expect(refused).toContain('Tick each that stands');
	expect(refused).toContain('Say what you looked at, in a few words');

	const [pair = '', ...others] = group.pairs;
	const page = await read(`/reviews/${pair}`);
	for (const words of ['It goes back to', 'Take the round back', 'Withdraw the sign-off', 'It stands'])
		expect(page).toContain(words);

	const wrong = await send({ ...group, pairs: [pair, `${randomUUID()}/${randomUUID()}`], note: 'looked at both' });
	expect(wrong.status).toBe(422);
	expect(await wrong.text()).toContain('Nothing is saved yet. Tick 2 of 2');

	const ticked = others.slice(0, 2);
	const saved = await send({ ...group, pairs: ticked, note: 'watched them myself' });
	expect([saved.status, saved.headers.get('location')]).toEqual([302, '/reviews']);
	const left = await bensGroup();
	expect(left?.pairs.toSorted()).toEqual(group.pairs.filter((each) => !ticked.includes(each)).toSorted());
	expect((await site.ask('/reviews', { cookie: await site.signIn('ben.whitfield') })).status).toBe(403);
});

test('a pause of every site is said to be everywhere, with who may lift it', async () => {
	const payload = { reason: 'other' as const, reviewOn: addDays(localDay(new Date()), -1), owner: margaret };
	await asFairfield(site.data, (tx) =>
		append(tx, fairfield, catalogue, [fact({ kind: 'pause', personId: tomasz, recordedBy: margaret, payload })]),
	);
	const html = await read('/reviews');
	const [, row = ''] = /Everything, everywhere(.*?)<\/tr>/.exec(html) ?? [];
	for (const words of ['past its review', 'Margaret Doyle', 'Grace Mensah']) expect(row).toContain(words);
	expect(html).toContain(`href="/people/${tomasz}/rose-house/`);
});

test('a nurse has reviews of what nurses sign off alone, and decides them', async () => {
	const [found] = await site.data.owner`
		select p.id, p.staff_code from people p join employments e on e.person_id = p.id
		where e.role = 'nurse' and e.site_id = ${roseHouse} order by p.staff_code limit 1`;
	const nurse = await site.signIn(found?.staff_code);
	const as = (path: string, form?: Record<string, string>) =>
		site.ask(path, { cookie: nurse, ...(form ? { form } : {}) });
	const orals = (await bensGroup())?.pairs ?? [];
	expect(orals.length).toBeGreaterThan(0);
	// Whoever watched is no nurse.
	const by = { assessors: [margaret], signerId: found?.id };
	const danny = memberOf(personOf('danny.hughes'));
	await tell(site.data, storyteller().becomesCompetent(danny, by, 1, 'administer-insulin'));
	const html = await (await as('/reviews')).text();
	expect(html).toContain('href="/reviews"');
	for (const hidden of ['Pauses past their review', 'Overrides of the last', 'href="/overrides"', 'Ben Whitfield'])
		expect(html).not.toContain(hidden);
	const pairs = [...html.matchAll(/value="([0-9a-f-]{36}\/[0-9a-f-]{36})"/g)].map((match) => match[1] as string);
	expect(pairs).toHaveLength(3);
	const [oral = '', insulin = ''] = [orals[0], pairs[0]];
	const form = { id: randomUUID(), note: 'watched them myself', key: 'key', place: '0' };
	for (const refused of [
		as(`/reviews/${oral}`),
		as(`/reviews/${oral}`, form),
		as('/reviews', { ...form, pairs: oral }),
	])
		expect((await refused).status).toBe(403);
	expect((await as(`/reviews/${insulin}`)).status).toBe(200);
	expect((await as(`/reviews/${insulin}`, form)).headers.get('location')).toBe('/reviews');
	expect((await as('/reviews', { ...form, pairs: pairs[1] ?? '' })).headers.get('location')).toBe('/reviews');
});

test('a sign-off that leans on one at another site says so; a round there that nothing is flagged for is not shown', async () => {
	const { joins, isWatched, isSignedOff } = storyteller();
	const atElm = memberOf(tomasz, elmCourt);
	const round = isWatched(atElm, personOf('helen.brooks'), 4, 'morning');
	const after = isWatched(memberOf(tomasz), ben, 1, 'morning');
	await tell(site.data, [...joins(atElm, 20), round, isSignedOff(atElm, grace, 2, 'administer-oral', [round]), after]);
	const [signed] = await site.data.owner`
		select id from evidence where kind = 'sign-off' and person_id = ${tomasz} and site_id = ${elmCourt}`;
	const pair = (await bensGroup())?.pairs.find((each) => each.startsWith(signed?.id)) ?? '';
	const list = (await read('/reviews')).replaceAll('<!-- -->', '');
	expect(list).toContain('Elm Court: leans on a sign-off elsewhere, with a round at Rose House on');
	const page = await read(`/reviews/${pair}`);
	for (const words of ['Leans on a sign-off at another site', ', at Rose House', 'looked at there as well'])
		expect(page).toContain(words);
	const [unseen] = await site.data.owner`
		select id from evidence where kind = 'observation' and person_id = ${tomasz} order by observed_at desc limit 1`;
	expect((await site.ask(`/reviews/${signed?.id}/${unseen?.id}`, { cookie })).status).toBe(404);
});

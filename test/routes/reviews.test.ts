import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { asFairfield, ben, catalogue, cellOf, fairfield, grace, margaret } from '../support/demonstration.ts';
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

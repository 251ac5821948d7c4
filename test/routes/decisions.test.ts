import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { namedId } from '#db/factory.ts';
import { demonstration } from '#db/seed.ts';
import {
	asFairfield,
	catalogue,
	fairfield,
	makeReady,
	margaret,
	memberOf,
	cellOf as oralOf,
} from '../support/demonstration.ts';
import { openSite } from './server.ts';

// Each form as a browser without JavaScript sends it: what the page offers, filled in and posted.
const site = await openSite();
afterAll(() => site.close());
const grace = await site.signIn('grace.mensah');

const id = (staffCode: string) => namedId(`person ${staffCode}`);
const cellOf = (staffCode: string, privilege = 'administer-oral') => `/people/${id(staffCode)}/rose-house/${privilege}`;
const page = async (path: string, cookie = grace) => {
	const answer = await site.ask(path, { cookie });
	return { status: answer.status, text: await answer.text() };
};
const hidden = (html: string, name: string) =>
	html.match(new RegExp(`<input type="hidden" name="${name}" value="([^"]*)"`))?.[1] ?? '';
const post = async (path: string, form: Record<string, string>) => {
	const answer = await site.ask(path, { cookie: grace, form });
	return { status: answer.status, to: answer.headers.get('location'), text: await answer.text() };
};
const count = async (kind: string) =>
	(await site.data.owner`select 1 from evidence where kind = ${kind} and recorded_by = ${id('grace.mensah')}`).length;

test('a withdrawal: a wrong PIN keeps all that was typed but the PIN, the right one records it once', async () => {
	const cell = cellOf('tomasz.nowak');
	expect((await page(cell)).text).toContain(`${cell}/withdrawal`);
	const form = {
		id: hidden((await page(`${cell}/withdrawal`)).text, 'id'),
		note: 'After our review',
		reach: 'site',
		staffCode: ' Margaret.Doyle ',
		secret: '111999',
	};
	const before = await count('withdrawal');
	const wrong = await post(`${cell}/withdrawal`, form);
	expect(wrong.status).toBe(422);
	for (const kept of ['There is a problem', 'After our review', 'Margaret.Doyle', form.id])
		expect(wrong.text).toContain(kept);
	expect(wrong.text).not.toContain('111999');
	const right = { ...form, secret: demonstration.pin };
	expect(await post(`${cell}/withdrawal`, right)).toMatchObject({ status: 302, to: cell });
	expect(await post(`${cell}/withdrawal`, right)).toMatchObject({ status: 302, to: cell });
	expect(await count('withdrawal')).toBe(before + 1);
	const { text } = await page(cell);
	expect(text).toContain('Withdrawn');
	expect(text).not.toContain(`${cell}/withdrawal"`);
});

test('a pause of everything shows its owner and its review on each privilege, and is lifted with what comes first', async () => {
	const cell = cellOf('ben.whitfield');
	const { text } = await page(`${cell}/pause`);
	const form = {
		id: hidden(text, 'id'),
		scope: 'everything',
		reach: 'site',
		reason: 'long-absence',
		reviewOn: '2099-03-14',
		note: '',
	};
	expect(await post(`${cell}/pause`, { ...form, scope: '' })).toMatchObject({ status: 422 });
	expect(await post(`${cell}/pause`, form)).toMatchObject({ status: 302, to: cell });
	const other = (await page(cellOf('ben.whitfield', 'assess'))).text;
	for (const said of ['everything, at Rose House', '14 March 2099', 'Grace Mensah', 'pause-lifting'])
		expect(other).toContain(said);
	const lifting = (await page(`${cell}/pause-lifting`)).text;
	expect(lifting).toContain('They are watched on a round first');
	expect(lifting).not.toContain('Give it back now');
	const lift = { pauses: hidden(lifting, 'pauses'), asks: 'nothing', note: 'Back at work' };
	const refused = await post(`${cell}/pause-lifting`, lift);
	expect(refused.status).toBe(422);
	expect(refused.text).toContain('Your policy asks for more');
	expect(refused.text).toContain('Back at work');
	expect(await post(`${cell}/pause-lifting`, { ...lift, asks: 'observation' })).toMatchObject({ status: 302 });
	expect((await page(cell)).text).not.toContain(`${cell}/pause-lifting`);
});

test('an override says what is used, is listed with its reason, and needs a tick and is marked when one too many', async () => {
	const cell = cellOf('danny.hughes');
	const oneMore = 'More than your policy plans for';
	for (const used of [0, 1, 2, 3]) {
		const privilege = ['administer-oral', 'prompt', 'administer-topical', 'transcribe-mar'][used] ?? '';
		const path = `${cellOf('danny.hughes', privilege)}/override`;
		const { text } = await page(path);
		expect(text.replaceAll('<!-- -->', '')).toContain(`${used} of 3`);
		expect(text.includes(oneMore)).toBe(used === 3);
		const form = { id: hidden(text, 'id'), hours: '4', note: `Nobody else could come <${used}>` };
		expect((await post(path, { ...form, hours: '13' })).text).toContain('longer than your policy allows');
		expect((await post(path, { ...form, hours: 'many' })).text).toContain('Enter a number of hours');
		if (used === 3) expect((await post(path, form)).text).toContain('tick the box');
		const ticked = used === 3 ? { ...form, over: 'yes' } : form;
		expect(await post(path, ticked)).toMatchObject({ status: 302 });
		expect(await post(path, ticked)).toMatchObject({ status: 302 });
	}
	expect(await count('override')).toBe(4);
	expect((await page(cell)).text).not.toContain(`${cell}/override`);
	expect((await page('/overrides')).text.replaceAll('<!-- -->', '')).toContain(
		'Number 4 within a year; your policy plans for 3',
	);
	for (const path of ['/overrides', '/reviews']) {
		const { text } = await page(path);
		for (const said of ['Danny Hughes', 'Grace Mensah', 'Nobody else could come &lt;0&gt;'])
			expect(text).toContain(said);
	}
});

test('a person never reads why they are paused, nor what managers wrote for each other', async () => {
	const leila = await site.signIn('leila.haddad');
	const cell = cellOf('leila.haddad');
	const manager = (await page(cell)).text;
	expect(manager).toContain('We are reviewing something that happened');
	const own = (await page(cell, leila)).text;
	expect(own).toContain('Paused while we review');
	expect(own).not.toContain('We are reviewing something that happened');
	expect(own).not.toContain('pause-lifting');
});

test('the address of a round that a sign-off does not rest on is nothing, and another site’s is not opened', async () => {
	const addressOf = async (slug: string) => {
		const [pair] = await site.data.owner`
			select s.id as "signOff", r.id as round from evidence s
			join evidence r on r.kind = 'observation' and s.payload->'basis' ? r.id::text
			where s.kind = 'sign-off' and s.site_id = ${namedId(`site ${slug}`)} limit 1`;
		return `/reviews/${pair?.signOff}/${pair?.round}`;
	};
	const margaret = await site.signIn('margaret.doyle');
	const own = await page(await addressOf('rose-house'), margaret);
	expect(own.status).toBe(200);
	expect(own.text).toContain('There is nothing to review here any more');
	expect((await page(await addressOf('elm-court'), margaret)).status).toBe(403);
	const swapped = (await addressOf('rose-house')).split('/').toSpliced(2, 1, id('tomasz.nowak')).join('/');
	expect((await page(swapped, margaret)).status).toBe(404);
});

test('who was involved in what a pause was about reads that somebody else signs, and whom to ask', async () => {
	const amara = id('amara.okafor');
	await makeReady(site.data, memberOf(amara));
	const [about, pause] = [{ ...oralOf(amara), recordedBy: margaret }, randomUUID()];
	const payload = { reason: 'incident-review' as const, reviewOn: '2099-01-01', parties: [id('grace.mensah')] };
	for (const each of [
		fact({ ...about, kind: 'pause', id: pause, payload }),
		fact({ ...about, kind: 'pause-lifted', payload: { pause } }),
	])
		await asFairfield(site.data, (tx) => append(tx, fairfield, catalogue, [each]));
	const cell = cellOf('amara.okafor');
	const { text } = await page(`${cell}/sign-off`);
	for (const said of ['You were involved in what a pause was about', `href="${cell}/outside"`])
		expect(text).toContain(said);
	expect(text).not.toContain('name="shownLastDay"');
	const form = { id: randomUUID(), shownLastDay: '2027-01-01' };
	const sent = await post(`${cell}/sign-off`, form);
	expect(sent.status).toBe(422);
	expect(sent.text).toContain('You were involved in what a pause was about');
	expect((await page('/sign-offs')).text).toContain('You were involved in what a pause was about');
});

test('a leaver’s name: held with a reason, never forgotten under a hold or too early, then forgotten for good', async () => {
	const owen = `/people/${id('owen.price')}`;
	expect((await page(owen)).text).toContain(`${owen}/name"`);
	const { text } = await page(`${owen}/name`);
	expect(text).toContain('The name is kept until');
	const erase = { intent: 'erase', sure: 'yes' };
	const early = await post(`${owen}/name`, erase);
	expect(early).toMatchObject({ status: 422 });
	expect(early.text).toContain('too early');
	const hold = { intent: 'hold', id: hidden(text, 'id'), reason: 'A claim' };
	expect(await post(`${owen}/name`, { ...hold, reason: ' ' })).toMatchObject({ status: 422 });
	expect(await post(`${owen}/name`, hold)).toMatchObject({ status: 302, to: `${owen}/name` });
	expect(await post(`${owen}/name`, hold)).toMatchObject({ status: 302 });
	// Their last day moves back: as if the years had gone by.
	await site.data.owner`update employments set last_day = '2001-03-14' where person_id = ${id('owen.price')}`;
	const held = await post(`${owen}/name`, erase);
	expect(held).toMatchObject({ status: 422 });
	expect(held.text).toContain('Lift it first');
	expect((await page(`${owen}/name`)).text).not.toContain('Forget the name');
	expect(await post(`${owen}/name`, { intent: 'lift', id: hold.id })).toMatchObject({ status: 302 });
	expect((await page(`${owen}/name`)).text).toContain('Forget the name');
	expect(await post(`${owen}/name`, { intent: 'erase', sure: '' })).toMatchObject({ status: 422 });
	expect(await post(`${owen}/name`, erase)).toMatchObject({ status: 302 });
	expect(await post(`${owen}/name`, erase)).toMatchObject({ status: 422 });
	const after = await page(owen);
	expect(after.text).toContain('Former member of staff');
	expect(after.text).not.toContain('Owen Price');
	expect((await page(`${owen}/name`)).text).toContain('The name was forgotten on');
});

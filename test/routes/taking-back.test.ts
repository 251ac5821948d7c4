import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { namedId } from '#db/factory.ts';
import { demonstration } from '#db/seed.ts';
import { openSite } from './server.ts';

// One server: each test here is about another person.
const site = await openSite();
afterAll(() => site.close());

const [grace, margaret] = [await site.signIn('grace.mensah'), await site.signIn('margaret.doyle')];
const personOf = (staffCode: string) => `/people/${namedId(`person ${staffCode}`)}`;
const read = async (path: string, cookie = grace) => (await site.ask(path, { cookie })).text();
const newest = async (staffCode: string, kind: string) =>
	(
		await site.data.owner`
			select id from evidence where person_id = ${namedId(`person ${staffCode}`)} and kind = ${kind}
				and (privilege is null or privilege = 'administer-oral') order by seq desc limit 1`
	)[0]?.id as string;

test('before a round is taken back the page says whom it stops; afterwards the round says so everywhere', async () => {
	const tomasz = personOf('tomasz.nowak');
	const round = await newest('tomasz.nowak', 'observation');
	const page = `${tomasz}/evidence/${round}/retraction`;
	expect(await read(page, margaret)).toMatch(/Stops: .* at Rose House/);
	const form = { id: randomUUID(), intent: 'retract', note: 'It was another person' };
	expect((await site.ask(page, { cookie: margaret, form })).status).toBe(302);
	expect(await read(`/observations/${round}`)).toContain('taken back as entered in error');
	expect(await read(`/observations/${round}`)).toContain('It was another person');
	expect(await read(tomasz)).toContain('Taken back or corrected since');
	expect(await read(`${tomasz}/rose-house/administer-oral`)).toContain('Taken back or corrected since');
	expect(await read(page)).toContain('This has been taken back or corrected already');
	expect((await site.ask(page, { cookie: margaret, form })).status, 'a second click').toBe(302);
});

test('a withdrawal asks for the second person before it is taken back, and names nobody who may not', async () => {
	const ben = `${personOf('ben.whitfield')}/rose-house/administer-oral`;
	const second = { staffCode: 'margaret.doyle', secret: demonstration.pin };
	const withdrawal = { id: randomUUID(), note: 'after a review', reach: 'site', ...second };
	expect((await site.ask(`${ben}/withdrawal`, { cookie: grace, form: { ...withdrawal, reach: '' } })).status).toBe(422);
	expect((await site.ask(`${ben}/withdrawal`, { cookie: grace, form: withdrawal })).status).toBe(302);
	const page = `${personOf('ben.whitfield')}/evidence/${await newest('ben.whitfield', 'withdrawal')}/retraction`;
	expect(await read(page)).toContain('Two people decide');
	expect(await read(page, margaret)).toContain('You cannot take this back');
	const form = { id: randomUUID(), intent: 'retract', note: 'the wrong person' };
	const refused = await site.ask(page, { cookie: grace, form });
	expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('A second person says so too')]);
	expect((await site.ask(page, { cookie: margaret, form: { ...form, ...second } })).status).toBe(403);
	expect((await site.ask(page, { cookie: grace, form: { ...form, ...second } })).status).toBe(302);
});

test('a pause says who else was involved, and those do not lift it', async () => {
	const cell = `${personOf('samuel.adeyemi')}/elm-court/administer-oral`;
	const page = await read(`${cell}/pause`);
	expect(page).not.toContain('How far does it reach?');
	expect(page).toContain('Was somebody else involved?');
	const pause = { id: randomUUID(), scope: 'privilege', reason: 'other', reviewOn: '2099-01-01', note: '' };
	expect((await site.ask(`${cell}/pause`, { cookie: grace, form: pause })).status).toBe(422);
	const given = { ...pause, reach: 'site', parties: namedId('person helen.brooks') };
	expect((await site.ask(`${cell}/pause`, { cookie: grace, form: given })).status).toBe(302);
	expect(await read(cell)).toContain('also involved: Helen Brooks');
	const helen = await site.signIn('helen.brooks');
	expect(await read(`${cell}/pause-lifting`, helen)).toContain('There is no pause here that you may lift');
});

import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { namedId } from '#db/factory.ts';
import { openSite } from './server.ts';

// What a page says of an answer agrees with the answer, and with the other pages. One server: each test has its own person.
const site = await openSite();
afterAll(() => site.close());

const grace = await site.signIn('grace.mensah');
const personOf = (staffCode: string) => `/people/${namedId(`person ${staffCode}`)}`;
/** A page as people read it: what stands between its tags. */
const read = async (path: string, cookie = grace) => {
	const [, main = ''] = (await (await site.ask(path, { cookie })).text()).split('<main');
	return (main.split('</main>')[0] ?? '').replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
};

test('a sign-off that ran out has its day on every page; allowed on call, nothing says that it ran out today', async () => {
	const danny = personOf('danny.hughes');
	const cell = `${danny}/rose-house/administer-oral`;
	const own = await site.signIn('danny.hughes');
	const pages = async () => [await read(cell), await read('/induction', own), await read(danny)];
	for (const page of await pages()) expect(page).toMatch(/Expired on \d+ \w+ 20\d\d/);
	expect(await read(cell)).toContain('What a sign-off still needs');

	const form = { id: randomUUID(), hours: '2', note: 'Nobody else tonight' };
	expect((await site.ask(`${cell}/override`, { cookie: grace, form })).status).toBe(302);
	for (const page of (await pages()).slice(0, 2)) expect(page).not.toMatch(/Give medicines by mouth[^.]*Expired on/);
	const page = await read(cell);
	expect(page).toContain('Yes, for this round only');
	expect(page).not.toContain('alone');
	expect(page).toMatch(/Allowed on call until \d+ \w+ 20\d\d at \d\d:\d\d, by Grace Mensah/);
	expect(await read('/induction', own)).toMatch(/for this round only\. It ends on \d+ \w+ 20\d\d at \d\d:\d\d/);
	expect(await read(`${cell}/override`)).toContain('There is nothing to allow');
});

test('whoever gives alone reads whom to ring, and the answer says alone', async () => {
	const cell = `${personOf('margaret.doyle')}/rose-house/administer-controlled-drug`;
	const form = {
		id: randomUUID(),
		hours: '2',
		note: 'No second person',
		secondCheck: namedId('person ben.whitfield'),
	};
	expect((await site.ask(`${cell}/lone-giving`, { cookie: grace, form })).status).toBe(302);
	for (const page of [await read(cell), await read(cell, await site.signIn('margaret.doyle'))]) {
		expect(page).toContain('Yes, alone, with a second check by telephone');
		expect(page).toContain('Ben Whitfield checks by telephone');
		expect(page).not.toMatch(/Competent to \d/);
	}
});

test('what cannot be allowed on call says what would put it right', async () => {
	const leila = `${personOf('leila.haddad')}/rose-house/administer-oral`;
	expect(await read(`${leila}/override`)).toContain('What would put it right: A manager looks into it');
});

test('the browser itself checks the days of a record, since an empty one may mean that it never ends', async () => {
	const answer = await site.ask(`${personOf('tomasz.nowak')}/records/agency-record`, { cookie: grace });
	const forms = (await answer.text()).match(/<form[^>]*>/gi) ?? [];
	expect(forms.length).toBeGreaterThan(1);
	expect(forms.join()).not.toMatch(/novalidate/i);
});

import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from '#db/connect.ts';
import { namedId } from '#db/factory.ts';
import { ownServer, seed } from '../support/own-server.ts';
import { startServer } from '../support/start-server.ts';

test('whoever stops somebody while a copy of the database is away is told so, before and after, and what it means', async () => {
	const server = ownServer('copies');
	const ownerUrl = await server.start();
	await seed(ownerUrl);
	const owner = connect(ownerUrl, { max: 1 });
	const site = await startServer(ownerUrl);
	onTestFinished(async () => {
		await site.close();
		await owner.end({ timeout: 1 });
	});
	const { url } = site;
	const ask = (path: string, cookie: string, form?: Record<string, string>) =>
		fetch(url + path, {
			redirect: 'manual',
			headers: { cookie, ...(form ? { origin: url } : {}) },
			...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
		});
	const signedIn = await ask('/sign-in?provider=fairfield-care', '', {
		staffCode: 'grace.mensah',
		password: 'countersign-demo',
	});
	const cookie = signedIn.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
	const cell = `/people/${namedId('person tomasz.nowak')}/rose-house/administer-oral`;
	const read = async (path: string) => (await ask(path, cookie)).text();
	const words = 'A copy of the database that the gate reads does not answer';
	expect(await read(`${cell}/pause`)).not.toContain(words);

	await owner`alter system set synchronous_standby_names = 'FIRST 1 (gate1)'`;
	await owner`select pg_reload_conf()`;
	await expect.poll(() => read(`${cell}/pause`), { timeout: 5000 }).toContain(`${words}: gate1`);
	const answer = await ask(`${cell}/pause`, cookie, {
		id: randomUUID(),
		scope: 'privilege',
		reach: 'site',
		reason: 'other',
		reviewOn: new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10),
		note: '',
	});
	expect(answer.status).toBe(302);
	const after = await read(cell);
	expect(after).toContain(`${words}: gate1`);
	expect(after).toContain('Paused');
	expect(await read('/settings/clients/demo-emar')).toContain(words);
	expect(await read('/healthz')).toMatch(/^ok\nthe copy gate1 that a gate reads is not connected/);
}, 60_000);

import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { namedId } from '#db/factory.ts';
import { openReceiver, verifies } from '../support/receiver.ts';
import { openSite } from './server.ts';

const site = await openSite({ WEBHOOK_LOOPBACK: 'true' });
afterAll(() => site.close());
const cookie = await site.signIn('grace.mensah');

const post = (path: string, form: Record<string, string>) => site.ask(path, { cookie, form });
const read = async (path: string) => (await site.ask(path, { cookie })).text();
const secretIn = (html: string) => /whsec_[A-Za-z0-9+/]{43}=/.exec(html)?.[0];

/** Waits until a page says something; the sending is another's work. */
async function says(path: string, words: string): Promise<string> {
	for (let turn = 0; turn < 50; turn += 1) {
		const html = await read(path);
		if (html.includes(words)) return html;
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	throw new Error(`${path} never said: ${words}`);
}

async function add(url: string): Promise<string> {
	const id = randomUUID();
	const form = { id, name: 'eMAR at Rose House', url, client: '', types: 'competency.paused' };
	const answer = await post('/settings/webhooks', form);
	expect(answer.headers.get('location')).toBe(`/settings/webhooks/${id}?done=added`);
	expect((await post('/settings/webhooks', form)).status).toBe(302);
	return `/settings/webhooks/${id}`;
}

test('a manager adds an address, gives its secret on, and sees that a pause got through', async () => {
	const receiver = await openReceiver();
	expect(await read('/settings')).toContain('/settings/webhooks');
	expect(await read('/settings/webhooks')).toContain('No system is told yet');
	const address = await add(receiver.url);
	expect(await read('/settings/webhooks')).toContain('eMAR at Rose House');
	expect(secretIn(await read(address))).toBeUndefined();
	const shown = await post(address, { intent: 'secret' });
	expect(shown.headers.get('cache-control')).toBe('no-store');
	const secret = secretIn(await shown.text()) ?? '';
	expect(secret).not.toBe('');

	expect((await post(address, { intent: 'test' })).status).toBe(302);
	expect(await says(address, 'Received')).toContain('A test');

	const cell = `/people/${namedId('person tomasz.nowak')}/rose-house/administer-oral`;
	const reviewOn = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
	const pause = { id: randomUUID(), scope: 'privilege', reach: 'site', reason: 'error-review', reviewOn, note: '' };
	const [, reason] = /name="reason"[^>]*value="([^"]+)"/.exec(await read(`${cell}/pause`)) ?? [];
	const answer = await post(`${cell}/pause`, { ...pause, reason: reason ?? '' });
	const saved = performance.now();
	expect(answer.status).toBe(302);
	const [, message] = await receiver.hears(2);
	expect((message?.at ?? 0) - saved).toBeLessThan(1000);
	expect(message?.body).toMatchObject({ type: 'competency.paused', data: { subject: { id: 'tomasz.nowak' } } });
	expect(message && verifies(message, secret)).toBe(true);
	const html = await says(address, 'Something is paused');
	expect(html).not.toContain(secret);

	const [, delivery] = /name="delivery" value="([0-9a-f-]{36})"/.exec(html) ?? [];
	const before = receiver.received.length;
	expect((await post(address, { intent: 'replay', delivery: delivery ?? '' })).status).toBe(302);
	const again = (await receiver.hears(before + 1)).map((each) => each.headers['webhook-id']);
	expect(new Set(again).size).toBeLessThan(again.length);

	await post(address, { intent: 'rotate' });
	const fresh = secretIn(await (await post(address, { intent: 'secret' })).text());
	expect(fresh).not.toBe(secret);
	expect(await read(address)).toContain('The old secret signs as well until');
	await post(address, { intent: 'end-previous' });
	expect(await read(address)).not.toContain('The old secret signs as well');
});

test('an address that is closed is switched off, the manager is told, and may switch it on again', async () => {
	const receiver = await openReceiver((response) => void response.writeHead(410).end('<b>moved</b>'));
	const address = await add(receiver.url);
	const [endpointId] = address.split('/').slice(-1);
	await site.data.owner`
		insert into webhook_deliveries (provider_id, id, endpoint_id, event_id)
		select provider_id, gen_random_uuid(), ${endpointId as string}, id from events where type = 'competency.granted' limit 1`;
	const html = await says(address, 'Switched off: the other system says that this address is closed');
	expect(html).toContain('&lt;b&gt;moved&lt;/b&gt;');
	expect(await read('/settings')).toContain('Another system does not hear from us');
	expect((await post(address, { intent: 'replay-failed' })).status).toBe(422);
	await post(address, { intent: 'on' });
	expect(await read('/settings')).not.toContain('Another system does not hear from us');
	await post(address, { intent: 'off' });
	expect(await read(address)).toContain('Switched off by a manager');
});

test.each([
	['http://emar.example/', 'must begin with https://'],
	['https://10.0.0.1/', 'private network'],
	['https://grace:secret@emar.example/', 'name and password'],
	['emar', 'Enter a whole address'],
])('%s is refused, and nothing that was typed is lost', async (url, words) => {
	const form = { id: randomUUID(), name: 'eMAR of ours', url, client: '', types: 'competency.paused' };
	const answer = await post('/settings/webhooks', form);
	expect(answer.status).toBe(422);
	const html = await answer.text();
	expect(html).toContain(words);
	expect(html).toContain('value="eMAR of ours"');
	expect(html).toContain(`value="${url}"`);
});

import { createHmac, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { signatureHeaders } from '#app/commands/delivering.ts';
import { messageOf } from '#app/domain/event.ts';
import { verifyWebhook, type WebhookHeaders } from '../../client/src/countersign.ts';
import { connected, may } from '../support/client.ts';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const now = 1_800_000_000_000;
const told = messageOf(
	{
		type: 'competency.paused',
		privilege: 'administer-oral',
		site: 'rose-house',
		statusVersion: 7,
		happenedAt: new Date(now),
	},
	{ subjectId: 'ben.whitfield', origin: 'http://countersign.test' },
);
const body = JSON.stringify(told);

function signed(given: { id?: string; at?: number; text?: string; by?: string[] } = {}): Record<string, string> {
	const { id = 'msg_1', at = now, text = body, by = [secret] } = given;
	const timestamp = String(Math.floor(at / 1000));
	const signatures = by.map((each) => {
		const key = Buffer.from(each.slice('whsec_'.length), 'base64');
		return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64')}`;
	});
	return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

const verdict = (headers: WebhookHeaders, more: { text?: string | Uint8Array; by?: string | string[] } = {}) =>
	verifyWebhook(more.text ?? body, headers, more.by ?? secret, { now }).then(
		() => 'taken',
		(error: Error) => `${error.name}: ${error.message}`,
	);

test('what the gate tells is taken, and says whose answers to forget', async () => {
	expect(await verifyWebhook(body, signed(), secret, { now })).toEqual({
		id: 'msg_1',
		type: 'competency.paused',
		timestamp: new Date(now).toISOString(),
		about: { subject: 'ben.whitfield', action: 'administer-oral', site: 'rose-house', statusVersion: 7 },
	});
	expect(await verdict(new Headers(signed()), { text: new TextEncoder().encode(body) })).toBe('taken');
	expect(
		await verdict(Object.fromEntries(Object.entries(signed()).map(([name, value]) => [name.toUpperCase(), value]))),
	).toBe('taken');
});

test('it reads what the gate’s own deliveries are signed with', async () => {
	const bytes = Buffer.from(body);
	const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
	const headers = signatureHeaders({ messageId: 'msg_1', body: bytes, secrets: [key], claimedAt: new Date(now) });
	expect(await verdict(headers as WebhookHeaders, { text: bytes })).toBe('taken');
});

test('the published vector of Standard Webhooks is right', async () => {
	const text = '{"test": 2432232314}';
	const headers = {
		'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
		'webhook-timestamp': '1614265330',
		'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
	};
	const of = (text: string) =>
		verifyWebhook(text, headers, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', { now: 1_614_265_330_000 }).then(
			() => 'taken',
			(error: Error) => error.message,
		);
	expect(await of(text)).toBe('signed, but no event: type is no text');
	expect(await of(text.replace(' ', ''))).toBe('no signature is right');
});

test('while a secret is changed either of the two will do, at either end', async () => {
	const newer = `whsec_${randomBytes(32).toString('base64')}`;
	expect(await verdict(signed({ by: [newer, secret] }))).toBe('taken');
	expect(await verdict(signed({ by: [secret] }), { by: [newer, secret] })).toBe('taken');
	expect(await verdict(signed({ by: [newer] }))).toContain('no signature is right');
});

test('it is of now, give or take five minutes', async () => {
	const minute = 60_000;
	for (const offset of [0, 5 * minute, -5 * minute])
		expect(await verdict(signed({ at: now + offset })), String(offset)).toBe('taken');
	for (const offset of [5 * minute + 1000, -5 * minute - 1000, 86_400_000])
		expect(await verdict(signed({ at: now + offset })), String(offset)).toContain('from now');
});

test.each<[string, WebhookHeaders, { text?: string | Uint8Array; by?: string | string[] }?]>([
	['another body', signed(), { text: body.replace('ben', 'tom') }],
	['a space more', signed(), { text: `${body} ` }],
	['another id', { ...signed(), 'webhook-id': 'msg_2' }],
	['another time', { ...signed(), 'webhook-timestamp': String(now / 1000 + 1) }],
	['no id', { ...signed(), 'webhook-id': undefined }],
	['no time', { ...signed(), 'webhook-timestamp': undefined }],
	['no signature', { ...signed(), 'webhook-signature': undefined }],
	['an empty signature', { ...signed(), 'webhook-signature': 'v1,' }],
	['another version', { ...signed(), 'webhook-signature': signed()['webhook-signature']?.replace('v1', 'v1a') }],
	['a time that is none', { ...signed(), 'webhook-timestamp': 'NaN' }],
	['a time with a sign', { ...signed(), 'webhook-timestamp': `+${now / 1000}` }],
	['two signatures as a list', { ...signed(), 'webhook-signature': [signed()['webhook-signature'] as string] }],
	['a secret that is empty', signed({ by: ['whsec_'] }), { by: 'whsec_' }],
	['a secret without its prefix', signed(), { by: secret.slice(6) }],
	['no secret at all', signed(), { by: [] }],
	['signed, but not JSON', signed({ text: 'hello' }), { text: 'hello' }],
	[
		'signed, but without a subject',
		signed({ text: '{"type":"competency.paused","timestamp":"x","data":{}}' }),
		{ text: '{"type":"competency.paused","timestamp":"x","data":{}}' },
	],
	['bytes that are no text', signed(), { text: new Uint8Array([0xff, 0xfe]) }],
])('%s is refused', async (_, headers, more) => {
	expect(await verdict(headers, more)).toMatch(/^WebhookError: /);
});

test('a test that a manager sends is taken, and is about nobody', async () => {
	const text = '{"type":"webhook.test","timestamp":"2027-01-01T00:00:00.000Z","data":{}}';
	const event = await verifyWebhook(text, signed({ text }), secret, { now });
	expect([event.type, event.about]).toEqual(['webhook.test', undefined]);
});

test('what is heard is forgotten, and what is forged forgets nothing', async () => {
	const { client } = await connected();
	await client.evaluate(may('ben.whitfield'));
	const headers = signed({ at: Date.now() });
	await expect(client.hear(body.replace('paused', 'granted'), headers, secret)).rejects.toThrow(
		'no signature is right',
	);
	expect((await client.evaluate(may('ben.whitfield'))).why).toBe('held');
	expect((await client.hear(body, headers, secret)).about?.subject).toBe('ben.whitfield');
	expect((await client.evaluate(may('ben.whitfield'))).why).toBe('gate');
});

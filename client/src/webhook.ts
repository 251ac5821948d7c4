import { causeOf, objectIn, textIn } from './answer.ts';
import { fromBase64, utf8 } from './base64url.ts';

/** What Countersign tells. It is a hint: ask the gate, which knows. */
export interface CountersignEvent {
	/** The same for each attempt: whoever has it already drops it. */
	id: string;
	/** Such as `competency.paused`; `webhook.test` when a manager tries the address. */
	type: string;
	timestamp: string;
	/** Of a `competency.` event: whose answers to forget. */
	about?: {
		subject: string;
		action: string;
		site: string;
		/** Rises with each event of a person: drop what is lower than you have seen. */
		statusVersion: number | undefined;
	};
}

export class WebhookError extends Error {
	override readonly name = 'WebhookError';
}

/** Headers as Node, a browser or a framework has them. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Seconds by which the sender’s clock may differ. */
const usualTolerance = 300;

/**
 * Checks that a request comes from Countersign and is of now (Standard Webhooks 1.0, `v1`). Throws WebhookError.
 * @param body the bytes as they came, before anything has parsed them.
 * @param secrets the one in use; or two, while the newer takes the older’s place.
 */
export async function verifyWebhook(
	body: string | Uint8Array,
	headers: WebhookHeaders,
	secrets: string | readonly string[],
	options: { tolerance?: number; now?: number } = {},
): Promise<CountersignEvent> {
	const { tolerance = usualTolerance, now = Date.now() } = options;
	const id = headerIn(headers, 'webhook-id');
	const timestamp = headerIn(headers, 'webhook-timestamp');
	const signatures = headerIn(headers, 'webhook-signature')
		.split(' ')
		.filter((each) => each.startsWith('v1,'))
		.map((each) => each.slice('v1,'.length));
	if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookError('webhook-timestamp is no time');
	if (!(Math.abs(now / 1000 - Number(timestamp)) <= tolerance))
		throw new WebhookError(`webhook-timestamp is more than ${tolerance} s from now`);
	const bytes = typeof body === 'string' ? utf8(body) : new Uint8Array(body);
	const prefix = utf8(`${id}.${timestamp}.`);
	const signed = new Uint8Array(prefix.length + bytes.length);
	signed.set(prefix);
	signed.set(bytes, prefix.length);
	if (!(await isSigned(signed, signatures, [secrets].flat()))) throw new WebhookError('no signature is right');
	try {
		return readEvent(id, JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
	} catch (error) {
		throw new WebhookError(`signed, but no event: ${causeOf(error)}`);
	}
}

/** Whether one of the secrets made one of the signatures. The browser’s and Node’s own check takes the same time for each. */
async function isSigned(
	signed: Uint8Array<ArrayBuffer>,
	signatures: readonly string[],
	secrets: readonly string[],
): Promise<boolean> {
	let found = false;
	for (const secret of secrets) {
		const key = await crypto.subtle.importKey('raw', keyOf(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
			'verify',
		]);
		for (const signature of signatures) {
			const bytes = bytesOf(signature);
			if (bytes && (await crypto.subtle.verify('HMAC', key, bytes, signed))) found = true;
		}
	}
	return found;
}

function keyOf(secret: string): Uint8Array<ArrayBuffer> {
	const key = secret.startsWith('whsec_') ? bytesOf(secret.slice('whsec_'.length)) : undefined;
	// Standard Webhooks asks for 24 to 64 bytes: an empty one would let anybody sign.
	if (!key || key.length < 24) throw new WebhookError('the secret is not one of Countersign’s: whsec_…');
	return key;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
	try {
		return fromBase64(base64);
	} catch {
		return undefined;
	}
}

function headerIn(headers: WebhookHeaders, name: string): string {
	const value =
		headers instanceof Headers
			? headers.get(name)
			: Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1];
	if (typeof value !== 'string' || !value) throw new WebhookError(`${name} is missing`);
	return value;
}

function readEvent(id: string, body: unknown): CountersignEvent {
	const { type, timestamp, data } = objectIn(body, 'event');
	const event = { id, type: textIn(type, 'type'), timestamp: textIn(timestamp, 'timestamp') };
	if (!event.type.startsWith('competency.')) return event;
	const { subject, action, resource, status_version } = objectIn(data, 'data');
	return {
		...event,
		about: {
			subject: textIn(objectIn(subject, 'subject').id, 'subject.id'),
			action: textIn(objectIn(action, 'action').name, 'action.name'),
			site: textIn(objectIn(resource, 'resource').id, 'resource.id'),
			statusVersion: typeof status_version === 'number' ? status_version : undefined,
		},
	};
}

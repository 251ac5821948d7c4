import http from 'node:http';
import https from 'node:https';
import { signatureHeaders } from '../commands/delivering.ts';
import { addressIn, mayReach, publicLookup } from '../commands/public-address.ts';
import { type Attempt, attemptTimeout, holdOf, type Outcome, outcomeOf } from '../domain/webhook.ts';

const mostKept = 1024;

type Sent = Parameters<typeof signatureHeaders>[0] & { url: string };

/**
 * Makes one attempt and says what came of it. Never rejects, follows nothing, and takes no longer than the limit. Each
 * attempt has a connection of its own, to an address that was looked at first.
 */
export function sendWebhook(
	parcel: Sent,
	{ loopback, timeout = attemptTimeout }: { loopback: boolean; timeout?: number },
): Promise<Attempt> {
	const started = performance.now();
	return new Promise((resolve) => {
		const settle = (outcome: Outcome, more: Partial<Attempt> = {}) => {
			clearTimeout(tooLong);
			asked?.destroy();
			const milliseconds = Math.round(performance.now() - started);
			resolve({ outcome, status: null, response: null, hold: null, ...more, milliseconds });
		};
		let asked: http.ClientRequest | undefined;
		const tooLong = setTimeout(settle, timeout, 'timeout');
		const url = new URL(parcel.url);
		const address = addressIn(url);
		if (!parcel.secrets.length) return settle('no-secret');
		if (address && !mayReach(address, loopback)) return settle('private-address');
		if (url.protocol !== 'https:' && !(loopback && url.protocol === 'http:' && address)) return settle('no-trust');
		const { request } = url.protocol === 'https:' ? https : http;
		asked = request(url, {
			method: 'POST',
			agent: false,
			lookup: publicLookup(loopback),
			headers: {
				'content-type': 'application/json',
				'content-length': parcel.body.length,
				'user-agent': 'Countersign-Webhooks/1',
				...signatureHeaders(parcel),
			},
		});
		asked.on('error', (error: NodeJS.ErrnoException) => settle(failureOf(error)));
		asked.on('response', (response) => {
			const status = response.statusCode ?? 0;
			const chunks: Buffer[] = [];
			let size = 0;
			const finish = () =>
				settle(outcomeOf(status), {
					status,
					response: textOf(Buffer.concat(chunks).subarray(0, mostKept)),
					hold: holdOf(response.headers['retry-after'], new Date()),
				});
			response.on('data', (chunk: Buffer) => {
				chunks.push(chunk);
				size += chunk.length;
				if (size >= mostKept) finish();
			});
			response.on('end', finish);
			// The status has been said: a body that breaks off changes nothing.
			response.on('error', finish);
		});
		asked.end(parcel.body);
	});
}

/** Text that Postgres can hold. */
function textOf(bytes: Buffer): string {
	return bytes.toString('utf8').replaceAll('\0', '\uFFFD');
}

function failureOf({ code = '', message }: NodeJS.ErrnoException): Outcome {
	if (code === 'EPRIVATE') return 'private-address';
	if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'no-address';
	return /CERT|SSL|TLS|SIGNATURE|ALTNAME/.test(code) || /certificate/i.test(message) ? 'no-trust' : 'no-connection';
}

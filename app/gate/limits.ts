import type { IncomingMessage } from 'node:http';
import { HttpError } from './http.ts';

/** How many questions a second a client may ask for long, and how many at once after a rest. */
export interface Allowance {
	perSecond: number;
	burst: number;
}

/**
 * One bucket for each client, in the memory of this process: it holds `burst` questions and fills again by `perSecond`.
 * Of several processes each lets so many through. Times are milliseconds of one clock that never goes back.
 */
export function buckets() {
	const held = new Map<string, { left: number; at: number }>();

	/** Takes what a request costs, or says after how many seconds it could be had. One larger than the bucket needs a full one. */
	return (clientId: string, { perSecond, burst }: Allowance, cost: number, now: number) => {
		let bucket = held.get(clientId);
		if (!bucket) {
			bucket = { left: burst, at: now };
			held.set(clientId, bucket);
		}
		const filled = Math.min(burst, bucket.left + (Math.max(0, now - bucket.at) / 1000) * perSecond);
		const wanted = Math.min(cost, burst);
		const allowed = filled >= wanted;
		const left = allowed ? filled - wanted : filled;
		bucket.left = left;
		bucket.at = now;
		return {
			allowed,
			left: Math.floor(left),
			/** Seconds until the bucket is full. */
			fullIn: Math.ceil((burst - left) / perSecond),
			/** Seconds until the same request would be let through. */
			wait: allowed ? 0 : Math.max(1, Math.ceil((wanted - filled) / perSecond)),
		};
	};
}

const told = Symbol('what the answer says of the limit');
type Counted = IncomingMessage & { [told]?: Record<string, string> };

/** Counts questions against a client's limit. Throws HttpError 429 when it has to wait. */
export type Charge = (
	request: IncomingMessage,
	client: { clientId: string; allowance: Allowance },
	questions: number,
) => void;

/** What clients may ask, counted as they ask, and told in the headers of each answer (IETF httpapi-ratelimit-headers, draft 6). */
export function requestLimits() {
	const take = buckets();
	const charge: Charge = (request: Counted, { clientId, allowance }, questions) => {
		const { allowed, left, fullIn, wait } = take(clientId, allowance, questions, performance.now());
		request[told] = {
			'ratelimit-limit': String(allowance.burst),
			'ratelimit-remaining': String(left),
			'ratelimit-reset': String(fullIn),
		};
		if (allowed) return;
		throw new HttpError(429, `this client may ask ${allowance.perSecond} times a second: wait ${wait} s`, {
			'retry-after': String(wait),
		});
	};

	return {
		charge,
		/** What the answer to a request says of the limit. */
		headersFor(request: Counted): Record<string, string> | undefined {
			return request[told];
		},
	};
}

const window = 5 * 60_000;
/** Wrong secrets of one client from one address, in five minutes. */
const mostOfClient = 10;
/** Wrong secrets from one address, for whatever clients: more, since everybody behind a proxy may share one. */
const mostOfAddress = 100;
const mostRemembered = 10_000;

/**
 * Wrong secrets and assertions, in the memory of this process. They are counted for a client and an address together,
 * so that a stranger who knows the name of an eMAR’s client cannot lock it out at the time of a round.
 */
export function wrongSecrets() {
	const failures = new Map<string, number[]>();
	const ofClient = (address: string, clientId: string) => `${address} ${clientId}`;
	const recent = (key: string, now: number) => (failures.get(key) ?? []).filter((at) => at > now - window);

	return {
		/** For how many seconds nothing more is looked at; 0: go on. */
		wait(address: string, clientId: string, now: number): number {
			const until = [
				{ times: recent(ofClient(address, clientId), now), most: mostOfClient },
				{ times: recent(address, now), most: mostOfAddress },
			].map(({ times, most }) => (times.length < most ? now : (times[times.length - most] as number) + window));
			return Math.ceil((Math.max(...until) - now) / 1000);
		},
		add(address: string, clientId: string, now: number): void {
			for (const key of [ofClient(address, clientId), address]) {
				const times = [...recent(key, now), now].slice(-mostOfAddress);
				failures.delete(key);
				failures.set(key, times);
			}
			// The oldest go first; two are added at a time at most.
			for (const key of failures.keys()) {
				if (failures.size <= mostRemembered) break;
				failures.delete(key);
			}
		},
		/** Whoever has the right secret may forget a few wrong ones. */
		forget(address: string, clientId: string): void {
			failures.delete(ofClient(address, clientId));
		},
	};
}

/**
 * Where a request comes from. Behind proxies of our own each has added the address it saw to X-Forwarded-For; what stands
 * further to the left anybody may have written.
 */
export function addressOf(request: IncomingMessage, proxies: number): string {
	const seen = [request.headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
	return (proxies > 0 ? seen.at(-proxies)?.trim() : '') || (request.socket.remoteAddress ?? '');
}

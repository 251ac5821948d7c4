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

/** How many wrong tries there may be under one name in five minutes. */
interface Limit {
	name: string;
	most: number;
}

/** Wrong tries by name, in the memory of this process. */
function wrongTries() {
	const failures = new Map<string, number[]>();
	const recent = (name: string, now: number) => (failures.get(name) ?? []).filter((at) => at > now - window);

	return {
		/** For how many seconds nothing more is looked at; 0: go on. */
		wait(limits: readonly Limit[], now: number): number {
			const until = limits.map(({ name, most }) => {
				const times = recent(name, now);
				return times.length < most ? now : (times[times.length - most] as number) + window;
			});
			return Math.ceil((Math.max(...until) - now) / 1000);
		},
		add(limits: readonly Limit[], now: number): void {
			for (const { name, most } of limits) {
				const times = [...recent(name, now), now].slice(-most);
				failures.delete(name);
				failures.set(name, times);
			}
			// The oldest go first; two are added at a time at most.
			for (const name of failures.keys()) {
				if (failures.size <= mostRemembered) break;
				failures.delete(name);
			}
		},
		forget(name: string): void {
			failures.delete(name);
		},
	};
}

/**
 * Wrong secrets and assertions. They are counted for a client and an address together, so that a stranger who knows the
 * name of an eMAR’s client cannot lock it out at the time of a round.
 */
export function wrongSecrets() {
	const tries = wrongTries();
	const ofClient = (address: string, clientId: string): Limit => ({
		name: `${address} ${clientId}`,
		most: mostOfClient,
	});
	const limits = (address: string, clientId: string): Limit[] => [
		ofClient(address, clientId),
		{ name: address, most: mostOfAddress },
	];
	return {
		/** For how many seconds nothing more is looked at; 0: go on. */
		wait: (address: string, clientId: string, now: number) => tries.wait(limits(address, clientId), now),
		add: (address: string, clientId: string, now: number) => tries.add(limits(address, clientId), now),
		/** Whoever has the right secret may forget a few wrong ones. */
		forget: (address: string, clientId: string) => tries.forget(ofClient(address, clientId).name),
	};
}

/** One-time links that are none, tried from one address in five minutes. */
const mostLinks = 10;
/** And from all addresses together. */
const mostLinksInAll = 300;

/**
 * One-time links that are none. Once too many have come from everywhere, each address has a single try instead of ten:
 * guessing is slowed, and whoever opens a link of their own still gets in.
 */
export function wrongLinks() {
	const tries = wrongTries();
	const inAll: Limit = { name: '*', most: mostLinksInAll };

	/** For one request, which comes from an address. However often it is said to have missed, it counts once. */
	return (address: string, clock: () => number) => {
		let missed = false;
		return {
			/** For how many seconds no link is looked up; 0: go on. */
			wait(): number {
				const many = tries.wait([inAll], clock()) > 0;
				return tries.wait([{ name: address, most: many ? 1 : mostLinks }], clock());
			},
			/** There is no such link. */
			missed(): void {
				if (!missed) tries.add([{ name: address, most: mostLinks }, inAll], clock());
				missed = true;
			},
		};
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

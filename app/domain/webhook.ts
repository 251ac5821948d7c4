import * as z from 'zod/mini';
import { competencyEventTypes } from './event.ts';

/** How an endpoint and a delivery can stand, and what can come of an attempt. */
export type OffReason = 'manager' | 'gone' | 'failing';
export type DeliveryState = 'due' | 'delivered' | 'failed';
export const outcomes = [
	'accepted',
	'refused',
	'gone',
	'busy',
	'redirect',
	'timeout',
	'no-address',
	'private-address',
	'no-connection',
	'no-trust',
	'no-secret',
	'no-subject',
	'switched-off',
] as const;
export type Outcome = (typeof outcomes)[number];

export const outcomeWords: Record<Outcome, string> = {
	accepted: 'Received',
	refused: 'The other system did not accept it',
	gone: 'The other system says that this address is closed',
	busy: 'The other system is too busy',
	redirect: 'The other system points to another address, which is never followed',
	timeout: 'No answer within 15 seconds',
	'no-address': 'The name in the address is not known on the internet',
	'private-address': 'The address leads into a private network, where nothing is sent',
	'no-connection': 'No connection',
	'no-trust': 'The certificate of the other system is not right',
	'no-secret': 'The signing secret cannot be read. Make a new one',
	'no-subject': 'Not sent: the other system has no id of its own for this person',
	'switched-off': 'Not sent: the endpoint was switched off',
};

export const offWords: Record<OffReason, string> = {
	manager: 'Switched off by a manager',
	gone: 'Switched off: the other system says that this address is closed',
	failing: 'Switched off: nothing got through for three days',
};

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Milliseconds to wait before each attempt, after the one before it (Standard Webhooks 1.0, "deliverability"). */
export const delays = [
	0,
	5 * second,
	5 * minute,
	30 * minute,
	2 * hour,
	5 * hour,
	10 * hour,
	14 * hour,
	20 * hour,
	24 * hour,
] as const;

/** After failing for so long without one success an endpoint is switched off: as long as one delivery is tried. */
export const longestFailing = 72 * hour;
export const longestHold = 24 * hour;
export const attemptTimeout = 15 * second;
/** How long the older of two secrets still signs. */
export const secretOverlap = 24 * hour;

/**
 * Milliseconds until the next attempt when so many have failed; null when there is none. Up to a fifth more than the
 * schedule says, so that what failed together does not come back together.
 * @param random from 0 to 1.
 */
export function delayAfter(failed: number, random: number): number | null {
	const delay = delays[failed];
	return delay === undefined ? null : Math.round(delay * (1 + random / 5));
}

/** What an answer's status means (Standard Webhooks 1.0: only 2xx is success, 410 ends it, 429, 502 and 504 slow it down). */
export function outcomeOf(status: number): Outcome {
	if (status >= 200 && status < 300) return 'accepted';
	if (status >= 300 && status < 400) return 'redirect';
	if (status === 410) return 'gone';
	return status === 429 || status === 502 || status === 504 ? 'busy' : 'refused';
}

/** How many milliseconds a Retry-After header asks for (RFC 9110 section 10.2.3); null where it says nothing. */
export function holdOf(retryAfter: string | undefined, now: Date): number | null {
	const text = retryAfter?.trim() ?? '';
	const until = /^\d{1,9}$/.test(text) ? Number(text) * second : Date.parse(text) - now.getTime();
	return Number.isFinite(until) && until > 0 ? Math.min(until, longestHold) : null;
}

export interface Attempt {
	outcome: Outcome;
	status: number | null;
	/** The first kilobyte of the answer. */
	response: string | null;
	milliseconds: number;
	/** How long the other system asks to be left alone. */
	hold: number | null;
}

/** What becomes of a delivery after an attempt, and of its endpoint. */
export interface Consequence {
	state: DeliveryState;
	/** Milliseconds from now. */
	nextAttempt: number | null;
	/** Milliseconds for which nothing more is sent to the endpoint. */
	hold: number | null;
	off: OffReason | null;
}

/**
 * @param failedBefore how many attempts of this delivery have failed before.
 * @param failingFor milliseconds since the endpoint's first failure after its last success.
 * @param once whether it is tried only once, as a test is.
 */
export function consequenceOf(
	{ outcome, hold }: Attempt,
	{ failedBefore, failingFor, once }: { failedBefore: number; failingFor: number; once: boolean },
	random: number,
): Consequence {
	if (outcome === 'accepted') return { state: 'delivered', nextAttempt: null, hold: null, off: null };
	const off = once ? null : outcome === 'gone' ? 'gone' : failingFor >= longestFailing ? 'failing' : null;
	const delay = off || once ? null : delayAfter(failedBefore + 1, random);
	const wait = Math.max(hold ?? 0, delay ?? 0);
	const holds = outcome === 'busy' && !once && !off ? wait : null;
	return delay === null
		? { state: 'failed', nextAttempt: null, hold: holds, off }
		: { state: 'due', nextAttempt: wait, hold: holds, off };
}

/** What a manager types to add an endpoint. */
export const webhookForm = z.object({
	id: z.uuid(),
	name: z.string().check(z.trim(), z.minLength(1, 'Say what it is for'), z.maxLength(80, 'Keep it to 80 characters')),
	url: z.string().check(
		z.trim(),
		z.minLength(1, 'Enter the address'),
		z.maxLength(500, 'Keep it to 500 characters'),
		z.refine((url) => URL.canParse(url), 'Enter a whole address, such as https://emar.example/webhooks'),
	),
	client: z.optional(z.string().check(z.maxLength(200))),
	types: z.pipe(
		z.transform((types: unknown) => (types === undefined ? [] : [types].flat())),
		z.array(z.enum(competencyEventTypes)).check(z.minLength(1, 'Choose at least one')),
	),
});

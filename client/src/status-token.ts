import { causeOf, objectIn, textIn } from './answer.ts';
import { fromBase64url, toBase64url, utf8 } from './base64url.ts';

/** One thing that a person in a list may do. */
export interface Grant {
	action: string;
	/** `supervised` only beside a competent colleague; neither that nor `override` may stand beside another. */
	as: 'competent' | 'supervised' | 'override';
	/** Seconds since 1970. */
	until: number;
	/** The privilege that a second, competent person must hold. */
	witness: string | undefined;
}

/** A list as it was signed. Whoever is not in it may not. */
export interface StatusToken {
	id: string;
	sites: readonly string[];
	/** Seconds since 1970. */
	issuedAt: number;
	expiresAt: number;
	/** By pairwise id. */
	people: ReadonlyMap<string, readonly Grant[]>;
	subjectsDigest: string;
}

/** What `GET /.well-known/jwks.json` answers. */
export interface KeySet {
	keys: readonly (JsonWebKey & { kid?: string })[];
}

export class StatusTokenError extends Error {
	override readonly name = 'StatusTokenError';
}

/** Seconds by which this device’s clock may be behind the gate’s. It may not be ahead of the end: a list never lives longer. */
const clockTolerance = 60;
/** Seconds. No list of the gate’s lives longer, whatever it says itself. */
const longestLife = 12 * 60 * 60;

/**
 * Checks a signed list: ES256 by a key of the given set, for this client, of this issuer, and in its time. Throws
 * StatusTokenError. The header’s own jwk, jku and x5u are never looked at.
 * @param now milliseconds since 1970.
 */
export async function verifyStatusToken(
	token: string,
	{ keys, issuer, clientId, now = Date.now() }: { keys: KeySet; issuer: string; clientId: string; now?: number },
): Promise<StatusToken> {
	try {
		const parts = token.split('.');
		const [header = '', payload = '', signature = ''] = parts;
		if (parts.length !== 3) throw new Error('not a compact JWS');
		const { alg, typ, kid, crit } = objectIn(jsonIn(header), 'header');
		if (alg !== 'ES256') throw new Error('not signed with ES256');
		if (typ !== 'competency-status+jwt') throw new Error('not a list of Countersign’s');
		if (crit !== undefined) throw new Error('it asks for something that this version does not know');
		const key = await keyNamed(keys, textIn(kid, 'kid'));
		const bytes = fromBase64url(signature);
		const right = await crypto.subtle.verify(
			{ name: 'ECDSA', hash: 'SHA-256' },
			key,
			bytes,
			utf8(`${header}.${payload}`),
		);
		if (!right) throw new Error('the signature is wrong');
		return readClaims(objectIn(jsonIn(payload), 'payload'), { issuer, clientId, now: now / 1000 });
	} catch (error) {
		throw new StatusTokenError(causeOf(error));
	}
}

/**
 * Ties who is who to the list it came with. Throws StatusTokenError where it is not as the gate told it.
 */
export async function checkSubjects(
	{ subjectsDigest }: Pick<StatusToken, 'subjectsDigest'>,
	salt: string,
	subjects: Readonly<Record<string, string>>,
): Promise<void> {
	const entries = Object.entries(subjects).sort(([one], [other]) => (one < other ? -1 : 1));
	const digest = await crypto.subtle.digest('SHA-256', utf8(JSON.stringify([salt, entries])));
	if (toBase64url(new Uint8Array(digest)) !== subjectsDigest)
		throw new StatusTokenError('who is who is not as the gate told it');
}

async function keyNamed({ keys }: KeySet, kid: string): Promise<CryptoKey> {
	const [key, another] = keys.filter((each) => each.kid === kid);
	if (!key || another) throw new Error('no key, or more than one, has this kid');
	const { kty, crv, x, y, use } = key;
	if (kty !== 'EC' || crv !== 'P-256' || !x || !y || (use !== undefined && use !== 'sig'))
		throw new Error('the key is of another kind');
	const curve = { name: 'ECDSA', namedCurve: 'P-256' };
	return crypto.subtle.importKey('jwk', { kty, crv, x, y }, curve, false, ['verify']);
}

function readClaims(
	claims: Record<string, unknown>,
	expected: { issuer: string; clientId: string; now: number },
): StatusToken {
	const { now } = expected;
	if (claims.iss !== expected.issuer) throw new Error('of another issuer');
	if (claims.aud !== expected.clientId) throw new Error('for another client');
	const [issuedAt, notBefore, expiresAt] = [claims.iat, claims.nbf, claims.exp].map((each) =>
		secondsIn(each, 'iat, nbf or exp'),
	);
	if (issuedAt === undefined || notBefore === undefined || expiresAt === undefined) throw new Error('no time');
	if (expiresAt - issuedAt > longestLife) throw new Error('it would live longer than a shift');
	if (now < Math.max(issuedAt, notBefore) - clockTolerance)
		throw new Error('it is of a time to come: is the clock of this device right?');
	if (now >= expiresAt) throw new Error('it has ended');
	if (!Array.isArray(claims.sites) || !claims.sites.every((each) => typeof each === 'string'))
		throw new Error('it names no site');
	const people = new Map(
		Object.entries(objectIn(claims.people, 'people')).map(([id, grants]) => {
			if (!Array.isArray(grants)) throw new Error('grants are no list');
			return [id, grants.map((each) => readGrant(objectIn(each, 'grant')))] as const;
		}),
	);
	return {
		id: textIn(claims.jti, 'jti'),
		sites: claims.sites,
		issuedAt,
		expiresAt,
		people,
		subjectsDigest: textIn(claims.subjects_digest, 'subjects_digest'),
	};
}

function readGrant({ action, as, until, witness }: Record<string, unknown>): Grant {
	if (as !== 'competent' && as !== 'supervised' && as !== 'override') throw new Error('a grant of an unknown kind');
	return {
		action: textIn(action, 'action'),
		as,
		until: secondsIn(until, 'until'),
		witness: witness === undefined ? undefined : textIn(witness, 'witness'),
	};
}

function secondsIn(value: unknown, name: string): number {
	if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Error(`${name} is no time`);
	return value;
}

function jsonIn(part: string): unknown {
	return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(fromBase64url(part)));
}

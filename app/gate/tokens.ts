import type { IncomingMessage } from 'node:http';
import { jwtVerify } from 'jose';
import type { Database } from '#db/client.server.ts';
import { type ActiveClient, findActiveClient } from '#db/queries/clients.ts';
import { HttpError } from './http.ts';
import { type Allowance, requestLimits } from './limits.ts';
import { type KeyRing, tokenAlgorithm } from './token-keys.ts';

/** Who is asking, once a token has been verified. */
export interface Caller {
	clientId: string;
	providerId: string;
	/** The key that signed the token: whether it is still good is asked with every answer. */
	keyId: string;
	scopes: ReadonlySet<string>;
	/** Seconds since 1970. */
	expiresAt: number;
	/** As it was when this process first saw the token. */
	allowance: Allowance;
}

const mostVerified = 10_000;
const longestWait = 1500;

/**
 * Bearer tokens as the gate's endpoints take them, and how much each client may ask with them.
 * @param issuer the site's own origin, which is also the audience.
 */
export function tokenVerifier({ gate }: Pick<Database, 'gate'>, issuer: string, keys: KeyRing) {
	const verified = new Map<string, Caller>();
	const verifying = new Map<string, Promise<Caller>>();
	const limits = requestLimits();

	/**
	 * The caller behind a request's bearer token, counted against its limit. A verified signature is remembered until the
	 * token ends; whether client and key are still allowed must be asked of the database with the answer itself, as
	 * `gate_answers` does, or else by `verifyActive`. At once where it is remembered. Throws HttpError 401 and 429.
	 */
	function verify(request: IncomingMessage): Caller | Promise<Caller> {
		const charged = (caller: Caller) => {
			limits.charge(request, caller, 1);
			return caller;
		};
		const { authorization = '' } = request.headers;
		const known = verified.get(authorization);
		if (!known) return firstSeen(authorization).then(charged);
		if (hasEnded(known)) {
			verified.delete(authorization);
			throw unauthorised('the token is not valid');
		}
		return charged(known);
	}

	/** The same, and the database says now that the client is not switched off and the token's key not removed. */
	async function verifyActive(request: IncomingMessage): Promise<Caller> {
		const caller = await verify(request);
		const { perSecond, burst } = await activeClient(caller);
		return { ...caller, allowance: { perSecond, burst } };
	}

	/** Many requests that come at once with one new token verify it once. What is not good is not remembered: it may be our keys that were missing. */
	async function firstSeen(authorization: string): Promise<Caller> {
		const [, bearer] = /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization) ?? [];
		if (!bearer) throw unauthorised('a bearer token is needed');
		const looking = verifying.get(authorization) ?? lookAt(bearer);
		verifying.set(authorization, looking);
		try {
			const caller = await looking;
			if (verified.size >= mostVerified) verified.clear();
			verified.set(authorization, caller);
			return caller;
		} finally {
			verifying.delete(authorization);
		}
	}

	async function lookAt(bearer: string): Promise<Caller> {
		const token = await verifySignature(bearer);
		const { providerId, perSecond, burst } = await activeClient(token);
		return { ...token, providerId, allowance: { perSecond, burst } };
	}

	async function activeClient(token: { clientId: string; keyId: string }): Promise<ActiveClient> {
		const client = await inTime(findActiveClient(gate, token));
		if (!client) throw noLongerActive();
		return client;
	}

	async function verifySignature(bearer: string) {
		try {
			const { payload, protectedHeader } = await jwtVerify(
				bearer,
				async ({ kid }) => {
					const key = kid && isPlain(kid) ? await keys.verifying(kid) : undefined;
					if (!key) throw new Error('unknown key');
					return key;
				},
				{
					algorithms: [tokenAlgorithm],
					issuer,
					audience: issuer,
					typ: 'at+jwt',
					requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'scope', 'jti'],
				},
			);
			return {
				clientId: String(payload.client_id),
				keyId: protectedHeader.kid as string,
				scopes: new Set(String(payload.scope).split(' ')),
				expiresAt: payload.exp as number,
			};
		} catch (error) {
			if (error instanceof HttpError) throw error;
			throw unauthorised('the token is not valid');
		}
	}

	return { verify, verifyActive, charge: limits.charge, limitHeaders: limits.headersFor };
}

function hasEnded({ expiresAt }: Caller): boolean {
	return expiresAt <= Date.now() / 1000;
}

/** A database that does not answer in time, or at all, is our trouble: 503. */
export async function inTime<T>(asked: Promise<T>): Promise<T> {
	let tooLate: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		tooLate = setTimeout(() => reject(new Error('too late')), longestWait);
	});
	try {
		return await Promise.race([asked, late]);
	} catch (error) {
		if (error instanceof HttpError) throw error;
		throw new HttpError(503, 'no answer from the database', { 'retry-after': '1' });
	} finally {
		clearTimeout(tooLate);
	}
}

/** For whoever had a good token, whose client has been switched off since or whose key has been removed. */
export function noLongerActive(): HttpError {
	return unauthorised('this client is switched off, or the key of its token was removed');
}

function unauthorised(description: string): HttpError {
	return new HttpError(401, description, {
		'www-authenticate': `Bearer realm="countersign", error="invalid_token", error_description="${description}"`,
	});
}

/** An error as the token endpoint answers it. */
export class OAuthError extends HttpError {
	constructor(
		status: number,
		readonly error: string,
		description: string,
		headers: Record<string, string> = {},
	) {
		super(status, description, headers);
	}
}

/** Text that Postgres can hold: no NUL, no broken surrogate. */
export function isPlain(text: string): boolean {
	return text.length <= 200 && text.isWellFormed() && !text.includes('\0');
}

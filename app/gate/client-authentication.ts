import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { decodeJwt, decodeProtectedHeader, errors, importJWK, type JWK, type JWTPayload, jwtVerify } from 'jose';
import { asProvider, type Db } from '#db/client.server.ts';
import { type Client, findClient, recordSignIn, useAssertion } from '#db/queries/clients.ts';
import { config } from '../config.server.ts';
import { type AssertionAlgorithm, algorithmsOf, assertionAlgorithms } from '../domain/client-keys.ts';
import { log } from '../log.server.ts';
import { addressOf, wrongSecrets } from './limits.ts';
import { inTime, isPlain, OAuthError } from './tokens.ts';

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Seconds. An assertion ends at most this long after it arrives. */
const longestAssertion = 300;
/** Seconds by which the client's clock may differ from ours. */
const clockTolerance = 10;

const aMinute = 60_000;

/** What a client says it is, and how it shows it. */
type Credentials =
	| { method: 'secret'; clientId: string; secret: string }
	| { method: 'assertion'; clientId: string; assertion: string };

/**
 * Finds out which client sends a request to the token endpoint: by `client_secret_basic` (RFC 6749 section 2.3.1) or by
 * `private_key_jwt` (RFC 7523). Throws OAuthError.
 */
export function clientAuthenticator(db: Db, issuer: string) {
	const wrong = wrongSecrets();
	const noted = new Map<string, number>();

	return async (request: IncomingMessage, form: URLSearchParams): Promise<Client> => {
		const given = credentialsOf(request, form);
		const address = addressOf(request, config.proxies);
		const wait = wrong.wait(address, given.clientId, performance.now());
		if (wait > 0)
			throw new OAuthError(429, 'temporarily_unavailable', `too many wrong secrets: wait ${wait} s`, {
				'retry-after': String(wait),
			});
		const client = given.clientId ? await inTime(findClient(db, given.clientId)) : null;
		const secretId = await provenBy(client, given).catch((error: unknown) => {
			if (error instanceof OAuthError) wrong.add(address, given.clientId, performance.now());
			throw error;
		});
		if (!client || client.disabledAt) throw invalidClient();
		wrong.forget(address, given.clientId);
		noteSignIn({ providerId: client.providerId, clientId: client.id, secretId });
		return client;
	};

	/** For the page of clients only: a database that cannot be written to keeps nobody from asking. */
	function noteSignIn(signedIn: Parameters<typeof recordSignIn>[1]): void {
		const { providerId, clientId, secretId } = signedIn;
		const [by, now] = [`${clientId} ${secretId}`, performance.now()];
		if (now - (noted.get(by) ?? Number.NEGATIVE_INFINITY) < aMinute) return;
		noted.set(by, now);
		asProvider(db, providerId, (tx) => recordSignIn(tx, signedIn)).catch((error: unknown) =>
			log.warn({ err: error, clientId }, 'a sign-in of a client was not written down'),
		);
	}

	/** The secret it was done with, or null where it was with an assertion. */
	async function provenBy(client: Client | null, given: Credentials): Promise<string | null> {
		if (given.method === 'secret') return secretOf(client, given.secret);
		await checkAssertion(client, given);
		return null;
	}

	/** Throws unless a client's assertion is sound and has not been used before. */
	async function checkAssertion(client: Client | null, { assertion, clientId }: Credentials & { method: 'assertion' }) {
		const payload = await verifyAssertion(client, assertion, clientId);
		const audience = [payload.aud ?? []].flat();
		// RFC 10070: an assertion for the token endpoint's address could have been asked for by another server, and be used here.
		if (audience.length !== 1 || audience[0] !== issuer)
			throw invalidClient(
				`the assertion’s aud must be ${issuer}, the issuer, and nothing else: not the token endpoint`,
			);
		const left = (payload.exp ?? Number.POSITIVE_INFINITY) - Date.now() / 1000;
		if (!(left <= longestAssertion + clockTolerance))
			throw invalidClient(`the assertion must end within ${longestAssertion} s`);
		const { jti } = payload;
		if (typeof jti !== 'string' || !jti || !isPlain(jti)) throw invalidClient('the assertion needs a jti');
		// Kept until well after it could still be taken for good.
		const expiresAt = new Date(((payload.exp as number) + 6 * clockTolerance) * 1000);
		const providerId = (client as Client).providerId;
		const fresh = await inTime(
			asProvider(db, providerId, (tx) => useAssertion(tx, { providerId, clientId, jti, expiresAt })),
		);
		if (!fresh) throw invalidClient('the assertion was used before: each needs a jti of its own');
	}
}

/** Checks an assertion's signature by a key of the client's own, and its claims as far as they are dates and names. */
async function verifyAssertion(client: Client | null, assertion: string, clientId: string): Promise<JWTPayload> {
	const { alg, kid, typ } = headerOf(assertion);
	// The header's own jwk, jku and x5u are never looked at.
	if (!assertionAlgorithms.includes(alg as AssertionAlgorithm))
		throw invalidClient(`sign the assertion with one of ${assertionAlgorithms.join(', ')}`);
	if (typ !== undefined && !/^(application\/)?(client-authentication\+)?jwt$/i.test(typ))
		throw invalidClient('the assertion’s typ is not that of an assertion');
	if (!kid) throw invalidClient('the assertion’s header needs the kid of a registered key');
	const key = client?.keys.find((each) => each.kid === kid);
	if (!key || !algorithmsOf(key).includes(alg as AssertionAlgorithm)) throw invalidClient();
	try {
		const { payload } = await jwtVerify(assertion, await importJWK(key as JWK, alg), {
			algorithms: [alg as AssertionAlgorithm],
			issuer: clientId,
			subject: clientId,
			clockTolerance,
			requiredClaims: ['exp', 'jti', 'aud'],
		});
		return payload;
	} catch (error) {
		// Which claim is wrong is told only to whoever has the key: before that, nothing was verified.
		if (error instanceof errors.JWTExpired) throw invalidClient('the assertion has ended');
		if (error instanceof errors.JWTClaimValidationFailed)
			throw invalidClient(`the assertion’s ${error.claim} is wrong`);
		throw invalidClient();
	}
}

function headerOf(assertion: string) {
	try {
		return decodeProtectedHeader(assertion);
	} catch {
		throw invalidClient('client_assertion is not a JWT');
	}
}

/** The id of the secret that was given, if it is alive. Each is compared in a time that tells nothing. */
function secretOf(client: Client | null, secret: string): string {
	const given = createHash('sha256').update(secret).digest();
	let found = '';
	for (const { id, hash } of client?.secrets ?? []) if (timingSafeEqual(given, Buffer.from(hash, 'hex'))) found = id;
	if (!found) throw invalidClient();
	return found;
}

function credentialsOf(request: IncomingMessage, form: URLSearchParams): Credentials {
	const { authorization } = request.headers;
	const assertion = form.get('client_assertion');
	if (assertion === null && !form.has('client_assertion_type')) {
		const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '') ?? [];
		const [id = '', secret = ''] = basicCredentials(encoded ?? '');
		return { method: 'secret', clientId: isPlain(id) ? id : '', secret };
	}
	if (authorization) throw new OAuthError(400, 'invalid_request', 'send one kind of client authentication');
	if (form.get('client_assertion_type') !== assertionType)
		throw new OAuthError(400, 'invalid_request', `client_assertion_type must be ${assertionType}`);
	const clientId = subjectOf(assertion ?? '');
	const named = form.get('client_id');
	if (named && named !== clientId) throw invalidClient('client_id is not the assertion’s sub');
	return { method: 'assertion', clientId, assertion: assertion ?? '' };
}

/** Whom an assertion names, as yet unproven. */
function subjectOf(assertion: string): string {
	try {
		const { sub } = decodeJwt(assertion);
		return typeof sub === 'string' && isPlain(sub) ? sub : '';
	} catch {
		return '';
	}
}

function invalidClient(description = 'unknown client, wrong secret or key, or client switched off'): OAuthError {
	return new OAuthError(401, 'invalid_client', description, { 'www-authenticate': 'Basic realm="countersign"' });
}

/** RFC 6749 section 2.3.1: both halves are form-encoded before they are joined. */
function basicCredentials(encoded: string): [string?, string?] {
	const text = Buffer.from(encoded, 'base64').toString('utf8');
	const colon = text.indexOf(':');
	if (colon < 0) return [];
	const decode = (part: string) => decodeURIComponent(part.replaceAll('+', ' '));
	try {
		return [decode(text.slice(0, colon)), decode(text.slice(colon + 1))];
	} catch {
		return [];
	}
}

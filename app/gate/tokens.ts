import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import type { Db } from '#db/client.server.ts';
import { type Client, findClient, listSigningKeys } from '#db/queries/clients.ts';
import { HttpError, mediaType, readBody } from './http.ts';

const lifetime = 300;
const algorithm = 'ES256';

/** Who is asking, once a token has been verified. */
export interface Caller {
	clientId: string;
	scopes: ReadonlySet<string>;
	/** Seconds since 1970. */
	expiresAt: number;
}

type Key = Awaited<ReturnType<typeof importJWK>>;

/**
 * OAuth 2 for machines: the one grant client_credentials, client_secret_basic, access tokens by RFC 9068.
 * @param issuer the site's own origin, which is also the audience.
 */
export function tokenIssuer(db: Db, issuer: string) {
	let keys: Map<string, { signing: Key; verifying: Key }> | undefined;
	const verified = new Map<string, Caller>();
	const mostVerified = 10_000;

	async function loadKeys() {
		const stored = await listSigningKeys(db);
		const loaded = await Promise.all(
			stored.map(async ({ id, privateJwk }) => {
				const { d: _private, ...publicJwk } = privateJwk as JWK;
				return [
					id,
					{ signing: await importJWK(privateJwk, algorithm), verifying: await importJWK(publicJwk, algorithm) },
				] as const;
			}),
		);
		keys = new Map(loaded);
		return keys;
	}

	async function issue(client: Client, scope: string): Promise<string> {
		const [[kid, key] = []] = keys ?? (await loadKeys());
		if (!kid || !key) throw new HttpError(503, 'no signing key');
		return new SignJWT({ client_id: client.id, scope })
			.setProtectedHeader({ alg: algorithm, typ: 'at+jwt', kid })
			.setIssuer(issuer)
			.setAudience(issuer)
			.setSubject(client.id)
			.setJti(randomUUID())
			.setIssuedAt()
			.setExpirationTime(`${lifetime}s`)
			.sign(key.signing);
	}

	/** `POST /oauth/token`. Throws OAuthError with what RFC 6749 section 5.2 says. */
	async function token(request: IncomingMessage): Promise<Record<string, unknown>> {
		if (mediaType(request) !== 'application/x-www-form-urlencoded')
			throw new OAuthError(400, 'invalid_request', 'send application/x-www-form-urlencoded');
		const form = new URLSearchParams(await readBody(request));
		for (const name of form.keys())
			if (form.getAll(name).length > 1) throw new OAuthError(400, 'invalid_request', `${name} stands more than once`);
		const client = await authenticate(request);
		if (!form.get('grant_type')) throw new OAuthError(400, 'invalid_request', 'grant_type is missing');
		if (form.get('grant_type') !== 'client_credentials')
			throw new OAuthError(400, 'unsupported_grant_type', 'the one grant is client_credentials');
		// RFC 6749 section 3.2: a parameter without a value is taken as not sent.
		const asked = form.get('scope')?.split(' ').filter(Boolean) ?? [];
		const wanted = asked.length ? asked : client.scopes;
		if (!wanted.every((scope) => client.scopes.includes(scope)))
			throw new OAuthError(400, 'invalid_scope', `this client may ask for: ${client.scopes.join(' ')}`);
		const scope = wanted.join(' ');
		return { access_token: await issue(client, scope), token_type: 'Bearer', expires_in: lifetime, scope };
	}

	async function authenticate(request: IncomingMessage): Promise<Client> {
		const [, credentials] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(request.headers.authorization ?? '') ?? [];
		const [id, secret] = basicCredentials(credentials ?? '');
		const client = id && isPlain(id) ? await findClient(db, id) : null;
		const given = createHash('sha256')
			.update(secret ?? '')
			.digest();
		const right = timingSafeEqual(given, Buffer.from(client?.secretHash ?? '0'.repeat(64), 'hex'));
		if (!client || !right || client.disabledAt)
			throw new OAuthError(401, 'invalid_client', 'unknown client, wrong secret, or client switched off', {
				'www-authenticate': 'Basic realm="countersign"',
			});
		return client;
	}

	/**
	 * The caller behind a request's bearer token. A verified signature is remembered until the token ends; whether the
	 * client is still allowed is asked of the database with every question. Throws HttpError 401.
	 */
	async function verify(request: IncomingMessage): Promise<Caller> {
		const [, bearer] = /^Bearer ([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '') ?? [];
		if (!bearer) throw unauthorised('a bearer token is needed');
		const now = Date.now() / 1000;
		const known = verified.get(bearer);
		if (known && known.expiresAt > now) return known;
		verified.delete(bearer);
		const caller = await verifySignature(bearer);
		if (verified.size >= mostVerified) verified.clear();
		verified.set(bearer, caller);
		return caller;
	}

	async function verifySignature(bearer: string): Promise<Caller> {
		if (!keys) await loadKeys().catch(noKeys);
		try {
			const { payload } = await jwtVerify(
				bearer,
				async ({ kid }) => {
					const key = keys?.get(kid ?? '') ?? (await loadKeys().catch(noKeys)).get(kid ?? '');
					if (!key) throw new Error('unknown key');
					return key.verifying;
				},
				{
					algorithms: [algorithm],
					issuer,
					audience: issuer,
					typ: 'at+jwt',
					requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'scope', 'jti'],
				},
			);
			return {
				clientId: String(payload.client_id),
				scopes: new Set(String(payload.scope).split(' ')),
				expiresAt: payload.exp as number,
			};
		} catch (error) {
			if (error instanceof HttpError) throw error;
			throw unauthorised('the token is not valid');
		}
	}

	return { token, verify };
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

function unauthorised(description: string): HttpError {
	return new HttpError(401, description, {
		'www-authenticate': `Bearer realm="countersign", error="invalid_token", error_description="${description}"`,
	});
}

/** Without the keys nobody can say whether a token is good: that is our trouble, not the caller's. */
function noKeys(): never {
	throw new HttpError(503, 'no answer from the database', { 'retry-after': '1' });
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

/** Text that Postgres can hold: no NUL, no broken surrogate. */
export function isPlain(text: string): boolean {
	return text.length <= 200 && text.isWellFormed() && !text.includes('\0');
}

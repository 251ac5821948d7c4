import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SignJWT } from 'jose';
import type { Db } from '#db/client.server.ts';
import type { Client } from '#db/queries/clients.ts';
import { scopes } from '../domain/client.ts';
import { assertionAlgorithms } from '../domain/client-keys.ts';
import { clientAuthenticator } from './client-authentication.ts';
import { Answer, type Endpoints, mediaType, readBody } from './http.ts';
import type { Charge } from './limits.ts';
import { type KeyRing, tokenAlgorithm } from './token-keys.ts';
import { inTime, OAuthError } from './tokens.ts';

/** Seconds. */
const lifetime = 300;

/**
 * OAuth 2 for machines: the one grant client_credentials, access tokens by RFC 9068, metadata by RFC 8414.
 * @param issuer the site's own origin, which is also the audience.
 * @param charge counts a token as one question of the client that gets it.
 */
export function authorizationServer(db: Db, issuer: string, keys: KeyRing, charge: Charge): Endpoints {
	const tokenEndpoint = `${issuer}/oauth/token`;
	const authenticate = clientAuthenticator(db, issuer);
	const metadata = {
		issuer,
		token_endpoint: tokenEndpoint,
		jwks_uri: `${issuer}/.well-known/jwks.json`,
		scopes_supported: scopes,
		response_types_supported: [],
		grant_types_supported: ['client_credentials'],
		token_endpoint_auth_methods_supported: ['client_secret_basic', 'private_key_jwt'],
		token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
	};

	async function issue(client: Client, scope: string): Promise<string> {
		const { id, key } = await inTime(keys.signing());
		return new SignJWT({ client_id: client.id, scope })
			.setProtectedHeader({ alg: tokenAlgorithm, typ: 'at+jwt', kid: id })
			.setIssuer(issuer)
			.setAudience(issuer)
			.setSubject(client.id)
			.setJti(randomUUID())
			.setIssuedAt()
			.setExpirationTime(`${lifetime}s`)
			.sign(key);
	}

	/** `POST /oauth/token`. Throws OAuthError with what RFC 6749 section 5.2 says. */
	async function token(request: IncomingMessage): Promise<Record<string, unknown>> {
		if (mediaType(request) !== 'application/x-www-form-urlencoded')
			throw new OAuthError(400, 'invalid_request', 'send application/x-www-form-urlencoded');
		const form = new URLSearchParams(await readBody(request));
		for (const name of form.keys())
			if (form.getAll(name).length > 1) throw new OAuthError(400, 'invalid_request', `${name} stands more than once`);
		const client = await authenticate(request, form);
		charge(request, { clientId: client.id, allowance: client.allowance }, 1);
		if (!form.get('grant_type')) throw new OAuthError(400, 'invalid_request', 'grant_type is missing');
		if (form.get('grant_type') !== 'client_credentials')
			throw new OAuthError(400, 'unsupported_grant_type', 'the one grant is client_credentials');
		// RFC 6749 section 3.2: a parameter without a value is taken as not sent.
		const asked = form.get('scope')?.split(' ').filter(Boolean) ?? [];
		const wanted = asked.length ? asked : client.scopes;
		if (!wanted.every((scope) => client.scopes.includes(scope)))
			throw new OAuthError(400, 'invalid_scope', `this client may ask for: ${client.scopes.join(' ')}`);
		const scope = [...new Set(wanted)].join(' ');
		return { access_token: await issue(client, scope), token_type: 'Bearer', expires_in: lifetime, scope };
	}

	const publicFor = (seconds: number) => ({ 'cache-control': `public, max-age=${seconds}` });
	const describe = async () => new Answer(metadata, 200, publicFor(3600));
	const listKeys = async () => new Answer({ keys: await inTime(keys.published()) }, 200, publicFor(300));
	return {
		'/oauth/token': { POST: token },
		'/.well-known/oauth-authorization-server': { GET: describe },
		'/.well-known/jwks.json': { GET: listKeys },
	};
}

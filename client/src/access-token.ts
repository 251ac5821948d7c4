import { objectIn, textIn } from './answer.ts';
import { toBase64url, utf8 } from './base64url.ts';
import { type Clock, leftOf, type Span, spanFrom } from './clock.ts';
import type { Fetched } from './http.ts';

/** A secret that the manager handed over (`client_secret_basic`). */
export interface SecretCredentials {
	clientId: string;
	clientSecret: string;
}

/** A key of one’s own, of which Countersign knows the public half (`private_key_jwt`). */
export interface KeyCredentials {
	clientId: string;
	/** As a JWK, or already imported for signing. */
	privateKey: JsonWebKey | CryptoKey;
	/** By which Countersign knows it. */
	keyId: string;
	/** ES256 where nothing is said. */
	algorithm?: SigningAlgorithm;
}

export type Credentials = SecretCredentials | KeyCredentials;
export type SigningAlgorithm = 'ES256' | 'RS256' | 'RS512' | 'EdDSA';

interface Algorithm {
	import: EcKeyImportParams | RsaHashedImportParams | { name: string };
	sign: EcdsaParams | { name: string };
}
const algorithms: Record<SigningAlgorithm, Algorithm> = {
	ES256: { import: { name: 'ECDSA', namedCurve: 'P-256' }, sign: { name: 'ECDSA', hash: 'SHA-256' } },
	RS256: { import: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, sign: { name: 'RSASSA-PKCS1-v1_5' } },
	RS512: { import: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' }, sign: { name: 'RSASSA-PKCS1-v1_5' } },
	EdDSA: { import: { name: 'Ed25519' }, sign: { name: 'Ed25519' } },
};

/** Seconds. The gate takes assertions of at most five minutes. */
const assertionLifetime = 60;
/** Milliseconds by which a token is renewed before it ends. */
const renewBefore = 30_000;

/** Access tokens: one at a time, renewed before they end, and asked for once however many wait. */
export function accessTokens(
	credentials: Credentials,
	{ issuer, clock }: { issuer: string; clock: Clock },
	post: (body: string, headers: Record<string, string>) => Promise<Fetched>,
) {
	let current: { token: string; span: Span } | undefined;
	let asking: Promise<string> | undefined;

	async function ask(): Promise<string> {
		const form = new URLSearchParams({ grant_type: 'client_credentials' });
		const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
		if ('clientSecret' in credentials) headers.authorization = basic(credentials);
		else {
			form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
			form.set('client_assertion', await assertionOf(credentials, issuer, clock.now()));
		}
		const span = spanFrom(clock, 0);
		const body = objectIn((await post(form.toString(), headers)).body, 'token answer');
		const token = textIn(body.access_token, 'access_token');
		const seconds = typeof body.expires_in === 'number' ? body.expires_in : 0;
		current = { token, span: { ...span, milliseconds: seconds * 1000 - renewBefore } };
		return token;
	}

	return {
		/** A token that is good for a while yet. */
		async get(): Promise<string> {
			if (current && leftOf(clock, current.span) > 0) return current.token;
			asking ??= ask().finally(() => {
				asking = undefined;
			});
			return asking;
		},
		/** The gate did not take it. */
		drop(token: string): void {
			if (current?.token === token) current = undefined;
		},
	};
}

/** RFC 6749 section 2.3.1: both halves are form-encoded before they are joined. */
function basic({ clientId, clientSecret }: SecretCredentials): string {
	const [id, secret] = [clientId, clientSecret].map((part) => new URLSearchParams({ part }).toString().slice(5));
	return `Basic ${btoa(`${id}:${secret}`)}`;
}

async function assertionOf(
	{ clientId, privateKey, keyId, algorithm = 'ES256' }: KeyCredentials,
	audience: string,
	now: number,
): Promise<string> {
	const { import: importing, sign } = algorithms[algorithm];
	const key =
		privateKey instanceof CryptoKey
			? privateKey
			: await crypto.subtle.importKey('jwk', privateKey, importing, false, ['sign']);
	const iat = Math.floor(now / 1000);
	const parts = [
		{ alg: algorithm, typ: 'client-authentication+jwt', kid: keyId },
		{ iss: clientId, sub: clientId, aud: audience, jti: crypto.randomUUID(), iat, exp: iat + assertionLifetime },
	].map((part) => toBase64url(utf8(JSON.stringify(part))));
	const signed = parts.join('.');
	return `${signed}.${toBase64url(new Uint8Array(await crypto.subtle.sign(sign, key, utf8(signed))))}`;
}

import {
	createHash,
	createPrivateKey,
	createPublicKey,
	generateKeyPairSync,
	randomUUID,
	sign,
	verify,
} from 'node:crypto';
import type { Db, Tx } from '#db/client.server.ts';
import {
	addFirstSigningKey,
	listNoteKeys,
	removeSigningKey,
	replaceSigningKey,
	type SigningKey,
} from '#db/queries/clients.ts';
import { type NoteCrypto, type NoteKey, noteKey } from '../domain/signed-note.ts';

export function sha256(bytes: Uint8Array): Uint8Array {
	return createHash('sha256').update(bytes).digest();
}

export const noteCrypto: NoteCrypto = {
	sha256,
	verify(publicKey, text, signature) {
		const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') };
		return verify(null, text, createPublicKey({ key: jwk, format: 'jwk' }), signature);
	},
};

/** A key that signs checkpoints, or has signed them before it was retired. */
export interface LedgerKey {
	id: string;
	publicKey: Uint8Array;
	/** Null once it is retired: its private half is gone. */
	sign: ((text: Uint8Array) => Uint8Array) | null;
}

/** The keys of checkpoints, the one in use first. */
export async function listLedgerKeys(tx: Tx | Db): Promise<LedgerKey[]> {
	return (await listNoteKeys(tx)).map(({ id, privateJwk }) => {
		const key = privateJwk.d ? createPrivateKey({ key: privateJwk, format: 'jwk' }) : null;
		return {
			id,
			publicKey: Buffer.from(privateJwk.x ?? '', 'base64url'),
			sign: key && ((text) => sign(null, text, key)),
		};
	});
}

/** The same keys as they are named in a log’s notes. */
export function keysOf(keys: readonly LedgerKey[], origin: string): NoteKey[] {
	return keys.map(({ publicKey }) => noteKey(sha256, origin, publicKey));
}

function newLedgerKey(): SigningKey {
	const { privateKey } = generateKeyPairSync('ed25519');
	const privateJwk = privateKey.export({ format: 'jwk' }) as Record<string, string>;
	return { id: randomUUID(), algorithm: 'Ed25519', privateJwk };
}

/** Makes the key that signs checkpoints, where there is none. As the owner. */
export async function ensureLedgerKey(owner: Db): Promise<void> {
	await addFirstSigningKey(owner, newLedgerKey());
}

/**
 * Retires the key that signs checkpoints and makes a new one. The retired one’s private half is forgotten; what it
 * has signed can still be checked. As the owner.
 */
export async function rotateLedgerKey(owner: Db): Promise<void> {
	await owner.transaction((tx) => replaceSigningKey(tx, newLedgerKey()));
}

function newTokenKey(): SigningKey {
	const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const privateJwk = privateKey.export({ format: 'jwk' }) as Record<string, string>;
	return { id: randomUUID(), algorithm: 'ES256', privateJwk };
}

/** Makes the key that signs the gate’s access tokens, where there is none; several processes may try at once. As the owner. */
export async function ensureTokenKey(owner: Db): Promise<void> {
	await addFirstSigningKey(owner, newTokenKey());
}

/**
 * Makes a new key that signs access tokens from now on; the old one verifies until the last token it signed has ended.
 * Returns the new key’s id. As the owner.
 */
export async function rotateTokenKey(owner: Db): Promise<string> {
	const key = newTokenKey();
	await owner.transaction((tx) => replaceSigningKey(tx, key));
	return key.id;
}

/**
 * Removes a key that others may have: once this has returned no process takes a token that it signed. Where it was the
 * one that signs, a new one takes its place. As the owner.
 */
export async function removeTokenKey(owner: Db, keyId: string): Promise<'removed' | 'unknown'> {
	return owner.transaction(async (tx) => {
		if (!(await removeSigningKey(tx, keyId))) return 'unknown';
		await addFirstSigningKey(tx, newTokenKey());
		return 'removed';
	});
}

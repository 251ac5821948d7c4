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
import { addFirstSigningKey, listNoteKeys, replaceSigningKey, type SigningKey } from '#db/queries/clients.ts';
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

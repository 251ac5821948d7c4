import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const nonceLength = 12;
const tagLength = 16;

/** Hides a secret that we need again ourselves: nonce, tag and AES-256-GCM text in one. It belongs to its `owner` and opens for no other. */
export function seal(key: Uint8Array, owner: string, secret: Uint8Array): Buffer {
	const nonce = randomBytes(nonceLength);
	const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(owner));
	const text = Buffer.concat([cipher.update(secret), cipher.final()]);
	return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** The secret again; null where the key or the owner is another, or it was changed. */
export function unseal(key: Uint8Array, owner: string, sealed: Uint8Array): Buffer | null {
	const bytes = Buffer.from(sealed);
	if (bytes.length < nonceLength + tagLength) return null;
	const [nonce, tag] = [bytes.subarray(0, nonceLength), bytes.subarray(nonceLength, nonceLength + tagLength)];
	const decipher = createDecipheriv(algorithm, key, nonce).setAAD(Buffer.from(owner)).setAuthTag(tag);
	try {
		return Buffer.concat([decipher.update(bytes.subarray(nonceLength + tagLength)), decipher.final()]);
	} catch {
		return null;
	}
}

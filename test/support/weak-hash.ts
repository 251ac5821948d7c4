import { hash } from '@node-rs/argon2';

/** Weak on purpose: tests check some thousand passwords and PINs, and nobody guesses at them. */
export function weakHash(secret: string): Promise<string> {
	return hash(secret, { memoryCost: 8, timeCost: 1, parallelism: 1 });
}

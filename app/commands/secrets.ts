import { hash, verify } from '@node-rs/argon2';
import { sql } from 'drizzle-orm';
import type { Tx } from '#db/client.server.ts';
import { countFailedSecrets, findCredentials } from '#db/queries/sign-in.ts';
import { failedSecrets } from '#db/schema.ts';

/** Guessing is stopped at ten wrong secrets in five minutes (standards.md, requirement 23). */
const mostFailures = 10;
const failureWindow = 5 * 60_000;

// OWASP's smallest setting for argon2id: 19 MiB, two passes, one lane.
const argon2id = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export function hashSecret(secret: string): Promise<string> {
	return hash(secret, argon2id);
}

/** Compared with when there is nobody to compare with, so that an unknown staff code takes as long as a known one. */
let nobody: Promise<string> | undefined;

export type SecretCheck = { ok: true; personId: string } | { ok: false; why: 'wrong' | 'too-many' };

/** Checks a staff code and password. Says only "wrong", never which of the two was. */
export async function checkPassword(
	tx: Tx,
	{ providerId, staffCode, password, now }: { providerId: string; staffCode: string; password: string; now: Date },
): Promise<SecretCheck> {
	const found = await findCredentials(tx, { providerId, staffCode });
	return check(
		tx,
		providerId,
		`staff-code:${staffCode}`,
		now,
		password,
		found?.personId,
		found ? [found.passwordHash] : [],
	);
}

/** Checks a person's own PIN or password, for a signature on a device where somebody else is signed in. */
export async function checkSignature(
	tx: Tx,
	{ providerId, personId, secret, now }: { providerId: string; personId: string; secret: string; now: Date },
): Promise<SecretCheck> {
	const found = await findCredentials(tx, { providerId, personId });
	const hashes = found ? (/^\d+$/.test(secret) ? [found.pinHash] : [found.passwordHash]) : [];
	return check(tx, providerId, `signature:${personId}`, now, secret, found?.personId, hashes);
}

async function check(
	tx: Tx,
	providerId: string,
	subject: string,
	now: Date,
	secret: string,
	personId: string | undefined,
	hashes: string[],
): Promise<SecretCheck> {
	// One check of a subject at a time: a burst of guesses must not all be counted as the first.
	await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`secret:${providerId}:${subject}`}, 0))`);
	const since = new Date(now.getTime() - failureWindow);
	if ((await countFailedSecrets(tx, { providerId, subject, since })) >= mostFailures)
		return { ok: false, why: 'too-many' };
	nobody ??= hashSecret('nobody has this secret');
	const [against = await nobody] = hashes;
	if ((await verify(against, secret)) && personId && hashes.length) {
		await tx.delete(failedSecrets).where(sql`provider_id = ${providerId} and subject = ${subject}`);
		return { ok: true, personId };
	}
	await tx.insert(failedSecrets).values({ providerId, subject, failedAt: now });
	return { ok: false, why: 'wrong' };
}

import { sql } from 'drizzle-orm';
import type { Db, Tx } from '../client.server.ts';
import { signingKeys } from '../schema.ts';

export interface Client {
	providerId: string;
	id: string;
	secretHash: string;
	scopes: string[];
	disabledAt: Date | null;
}

/** A system that may ask for a token, or null. */
export async function findClient(db: Db, clientId: string): Promise<Client | null> {
	const [row] = await db.execute<Record<string, unknown>>(sql`select * from find_client(${clientId})`);
	if (!row) return null;
	return {
		providerId: row.provider_id as string,
		id: row.id as string,
		secretHash: row.secret_hash as string,
		scopes: row.scopes as string[],
		disabledAt: row.disabled_at ? new Date(row.disabled_at as string) : null,
	};
}

export interface SigningKey {
	id: string;
	algorithm: string;
	privateJwk: Record<string, string>;
}

/** The keys that sign and verify access tokens, newest first. */
export async function listSigningKeys(db: Db): Promise<SigningKey[]> {
	return db
		.select({ id: signingKeys.id, algorithm: signingKeys.algorithm, privateJwk: signingKeys.privateJwk })
		.from(signingKeys)
		.where(
			sql`${signingKeys.providerId} is null and ${signingKeys.algorithm} = 'ES256' and ${signingKeys.retiredAt} is null`,
		)
		.orderBy(sql`${signingKeys.createdAt} desc`);
}

/** The keys that sign checkpoints, also the retired ones; the one in use first. */
export async function listNoteKeys(tx: Tx | Db): Promise<SigningKey[]> {
	return tx
		.select({ id: signingKeys.id, algorithm: signingKeys.algorithm, privateJwk: signingKeys.privateJwk })
		.from(signingKeys)
		.where(sql`${signingKeys.providerId} is null and ${signingKeys.algorithm} = 'Ed25519'`)
		.orderBy(sql`${signingKeys.retiredAt} desc nulls first, ${signingKeys.createdAt} desc`);
}

/** Adds a signing key where there is none of its kind; of several processes that try at once, one succeeds. As the owner. */
export async function addFirstSigningKey(db: Db, key: SigningKey): Promise<void> {
	await db.execute(sql`
		insert into signing_keys (provider_id, id, algorithm, private_jwk)
		select null, ${key.id}, ${key.algorithm}, ${JSON.stringify(key.privateJwk)}::jsonb
		where not exists (
			select from signing_keys where provider_id is null and algorithm = ${key.algorithm} and retired_at is null
		)`);
}

/** Retires the keys of one kind, forgetting what they signed with, and puts a new one in their place. As the owner. */
export async function replaceSigningKey(tx: Tx, key: SigningKey): Promise<void> {
	await tx.execute(sql`
		update signing_keys set retired_at = clock_timestamp(), private_jwk = private_jwk - 'd'
		where provider_id is null and algorithm = ${key.algorithm} and retired_at is null`);
	await tx.insert(signingKeys).values(key);
}

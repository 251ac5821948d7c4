import { sql } from 'drizzle-orm';
import type { Db, Sql, Tx } from '../client.server.ts';
import { believing, type FactSource } from '../replica.ts';
import { signingKeys } from '../schema.ts';
import { clientChanges, clientSecrets, clients } from '../schema-gate.ts';

export interface Client {
	providerId: string;
	id: string;
	scopes: string[];
	disabledAt: Date | null;
	/** How many questions a second it may ask for long, and how many at once after a rest. */
	allowance: { perSecond: number; burst: number };
	/** The public keys of its own that it may sign in with. */
	keys: Record<string, string>[];
	/** The secrets that are alive, by their SHA-256 in hex. */
	secrets: { id: string; hash: string }[];
}

/** A system that may ask for a token, or null. */
export async function findClient(db: Db, clientId: string): Promise<Client | null> {
	const [row] = await db.execute<Record<string, unknown>>(sql`select * from find_client(${clientId})`);
	if (!row) return null;
	return {
		providerId: row.provider_id as string,
		id: row.id as string,
		scopes: row.scopes as string[],
		disabledAt: row.disabled_at ? new Date(row.disabled_at as string) : null,
		allowance: { perSecond: row.per_second as number, burst: row.burst as number },
		keys: (row.jwks as { keys: Record<string, string>[] } | null)?.keys ?? [],
		secrets: row.secrets as Client['secrets'],
	};
}

/** How long a retired key verifies: its last token’s five minutes, and one more for whoever was about to sign with it. */
const verifiesFor = '6 minutes';

/** The ids of the keys whose tokens are good at the statement’s own instant, as a Postgres array. */
export function verifyingKeyIds(gate: Sql) {
	return gate`array(
		select k.id from signing_keys k where k.provider_id is null and k.algorithm = 'ES256' and k.removed_at is null
			and (k.retired_at is null or k.retired_at > statement_timestamp() - ${verifiesFor}::interval)
	)`;
}

export interface ActiveClient {
	providerId: string;
	perSecond: number;
	burst: number;
}

/** The client behind a token; null when it is switched off, or the key that signed the token is no longer good. */
export async function findActiveClient(
	gate: FactSource,
	{ clientId, keyId }: { clientId: string; keyId: string },
): Promise<ActiveClient | null> {
	const believe = believing(gate);
	const [row] = await gate`
		select pg_backend_pid() as backend, c.* from (select) as one left join (
			select provider_id, per_second, burst from find_client(${clientId})
			where disabled_at is null and ${keyId} = any(${verifyingKeyIds(gate)})
		) c on true`;
	believe(row?.backend);
	return row?.provider_id ? { providerId: row.provider_id, perSecond: row.per_second, burst: row.burst } : null;
}

/** Writes down that a client has signed in, to the minute; with which secret, where it was with one. */
export async function recordSignIn(
	tx: Tx,
	{ providerId, clientId, secretId }: { providerId: string; clientId: string; secretId: string | null },
): Promise<void> {
	await tx.execute(sql`
		update clients set last_token_at = now() where provider_id = ${providerId} and id = ${clientId}
			and (last_token_at is null or last_token_at < now() - interval '1 minute')`);
	if (secretId)
		await tx.execute(sql`
			update client_secrets set last_used_at = now() where provider_id = ${providerId} and id = ${secretId}
				and (last_used_at is null or last_used_at < now() - interval '1 minute')`);
}

/** Uses up an assertion’s id. False: it was used before. What has ended anyhow is forgotten. */
export async function useAssertion(
	tx: Tx,
	{ providerId, clientId, jti, expiresAt }: { providerId: string; clientId: string; jti: string; expiresAt: Date },
): Promise<boolean> {
	const used = await tx.execute(sql`
		insert into client_assertions (provider_id, client_id, jti, expires_at)
		values (${providerId}, ${clientId}, ${jti}, ${expiresAt.toISOString()}) on conflict do nothing returning 1`);
	await tx.execute(sql`
		delete from client_assertions where provider_id = ${providerId} and client_id = ${clientId} and expires_at < now()`);
	return used.length > 0;
}

/** The systems of a provider, in the order of their names. */
export function listClients(tx: Tx, { providerId }: { providerId: string }) {
	return tx.select().from(clients).where(sql`provider_id = ${providerId}`).orderBy(sql`lower(name)`);
}
export type RegisteredClient = Awaited<ReturnType<typeof listClients>>[number];

/** One system of a provider, or null. With `hold` nobody else changes it until the transaction has ended. */
export async function findRegisteredClient(
	tx: Tx,
	{ providerId, clientId, hold }: { providerId: string; clientId: string; hold?: boolean },
): Promise<RegisteredClient | null> {
	const query = tx.select().from(clients).where(sql`provider_id = ${providerId} and id = ${clientId}`);
	const [found] = hold ? await query.for('update') : await query;
	return found ?? null;
}

/** The secrets of a client that are alive, the oldest first. */
export function listLiveSecrets(tx: Tx, { providerId, clientId }: { providerId: string; clientId: string }) {
	return tx
		.select({
			id: clientSecrets.id,
			createdBy: clientSecrets.createdBy,
			createdAt: clientSecrets.createdAt,
			lastUsedAt: clientSecrets.lastUsedAt,
			endsAt: clientSecrets.endsAt,
		})
		.from(clientSecrets)
		.where(
			sql`provider_id = ${providerId} and client_id = ${clientId} and (ends_at is null or ends_at > clock_timestamp())`,
		)
		.orderBy(clientSecrets.createdAt, clientSecrets.id);
}

/** What was changed about a client, the newest first, at most fifty. */
export function listClientChanges(tx: Tx, { providerId, clientId }: { providerId: string; clientId: string }) {
	return tx
		.select({
			change: clientChanges.change,
			detail: clientChanges.detail,
			changedBy: clientChanges.changedBy,
			changedAt: clientChanges.changedAt,
		})
		.from(clientChanges)
		.where(sql`provider_id = ${providerId} and client_id = ${clientId}`)
		.orderBy(sql`${clientChanges.changedAt} desc`, sql`${clientChanges.id} desc`)
		.limit(50);
}

export interface SigningKey {
	id: string;
	algorithm: string;
	privateJwk: Record<string, string>;
}

/**
 * The keys of access tokens, the one that signs first. Those retired in the last two days come along for whoever holds
 * something longer-lived that they signed; only what `verifies` is good for a token.
 */
export async function listSigningKeys(db: Db): Promise<(SigningKey & { verifies: boolean })[]> {
	return db
		.select({
			id: signingKeys.id,
			algorithm: signingKeys.algorithm,
			privateJwk: signingKeys.privateJwk,
			verifies: sql<boolean>`${signingKeys.retiredAt} is null or ${signingKeys.retiredAt} > now() - ${verifiesFor}::interval`,
		})
		.from(signingKeys)
		.where(
			sql`${signingKeys.providerId} is null and ${signingKeys.algorithm} = 'ES256' and ${signingKeys.removedAt} is null
				and (${signingKeys.retiredAt} is null or ${signingKeys.retiredAt} > now() - interval '2 days')`,
		)
		.orderBy(sql`${signingKeys.retiredAt} desc nulls first, ${signingKeys.createdAt} desc`);
}

/** Every key of access tokens there has been, the one that signs first. */
export async function listTokenKeys(owner: Db) {
	return owner
		.select({
			id: signingKeys.id,
			createdAt: signingKeys.createdAt,
			retiredAt: signingKeys.retiredAt,
			removedAt: signingKeys.removedAt,
		})
		.from(signingKeys)
		.where(sql`${signingKeys.providerId} is null and ${signingKeys.algorithm} = 'ES256'`)
		.orderBy(sql`${signingKeys.retiredAt} desc nulls first, ${signingKeys.createdAt} desc`);
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
export async function addFirstSigningKey(db: Db | Tx, key: SigningKey): Promise<void> {
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

/** Ends all that a key of access tokens has signed. False: there is no such key, or it was removed before. As the owner. */
export async function removeSigningKey(tx: Tx, keyId: string): Promise<boolean> {
	const removed = await tx.execute(sql`
		update signing_keys set removed_at = clock_timestamp(), retired_at = coalesce(retired_at, clock_timestamp()),
			private_jwk = private_jwk - 'd'
		where provider_id is null and algorithm = 'ES256' and id = ${keyId} and removed_at is null returning 1`);
	return removed.length > 0;
}

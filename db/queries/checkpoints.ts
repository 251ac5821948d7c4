import { sql } from 'drizzle-orm';
import type { Db, Tx } from '../client.server.ts';
import { checkpoints, evidence, providers } from '../schema.ts';

export interface Checkpoint {
	log: number;
	size: number;
	root: Uint8Array;
	note: string;
	keyId: string;
	reason: string | null;
	madeAt: Date;
}

const columns = {
	log: checkpoints.log,
	size: checkpoints.size,
	root: checkpoints.root,
	note: checkpoints.note,
	keyId: checkpoints.keyId,
	reason: checkpoints.reason,
	madeAt: checkpoints.madeAt,
};

/** Every checkpoint of a provider, in the order of its logs and sizes. */
export async function listCheckpoints(tx: Tx, { providerId }: { providerId: string }): Promise<Checkpoint[]> {
	return tx
		.select(columns)
		.from(checkpoints)
		.where(sql`${checkpoints.providerId} = ${providerId}`)
		.orderBy(checkpoints.log, checkpoints.size);
}

/** The newest checkpoint of the newest log, or null. */
export async function findLastCheckpoint(tx: Tx, { providerId }: { providerId: string }): Promise<Checkpoint | null> {
	const [found] = await tx
		.select(columns)
		.from(checkpoints)
		.where(sql`${checkpoints.providerId} = ${providerId}`)
		.orderBy(sql`${checkpoints.log} desc, ${checkpoints.size} desc`)
		.limit(1);
	return found ?? null;
}

/** Keeps a checkpoint. Throws where its size has been signed before, or the log would not grow by it. */
export async function addCheckpoint(
	tx: Tx,
	given: Omit<Checkpoint, 'madeAt'> & { providerId: string },
): Promise<Checkpoint> {
	const [added] = await tx.insert(checkpoints).values(given).returning(columns);
	if (!added) throw new Error('the checkpoint was not kept');
	return added;
}

/** The chain’s hashes, in order: the leaves of the tree. */
export async function listHashes(tx: Tx, { providerId }: { providerId: string }): Promise<Uint8Array[]> {
	const rows = await tx
		.select({ hash: evidence.hash })
		.from(evidence)
		.where(sql`${evidence.providerId} = ${providerId}`)
		.orderBy(evidence.seq);
	return rows.map((row) => row.hash);
}

/** How many rows of evidence a provider has. */
export async function countEvidence(tx: Tx, { providerId }: { providerId: string }): Promise<number> {
	const [row] = await tx.execute<{ count: number }>(
		sql`select count(*)::int as count from evidence where provider_id = ${providerId}`,
	);
	return row?.count ?? 0;
}

/** A provider’s name as it stands in addresses, or null. */
export async function findProviderSlug(tx: Tx, { providerId }: { providerId: string }): Promise<string | null> {
	const [found] = await tx.select({ slug: providers.slug }).from(providers).where(sql`${providers.id} = ${providerId}`);
	return found?.slug ?? null;
}

/** Every provider there is, by id alone. */
export async function listProviderIds(db: Db): Promise<string[]> {
	const rows = await db.execute<{ id: string }>(sql`select id from list_provider_ids() as id`);
	return rows.map((row) => row.id);
}

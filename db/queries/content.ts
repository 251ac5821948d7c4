import { inArray, sql } from 'drizzle-orm';
import type { Db, Tx } from '../client.server.ts';
import { contentVersions } from '../schema.ts';

export interface ContentVersion {
	id: string;
	kind: string;
	slug: string;
	version: number;
	hash: string;
	body: unknown;
}

/** A version with when this database first saw it: from then on it is in force. */
export interface PinnedVersion extends ContentVersion {
	recordedAt: Date;
}

/**
 * Pins content versions that the database has not seen, and returns those. Only the owner may; what is there already
 * is left alone.
 */
export async function pinContentVersions(
	db: Db,
	versions: readonly ContentVersion[],
): Promise<{ kind: string; slug: string }[]> {
	if (!versions.length) return [];
	return db
		.insert(contentVersions)
		.values([...versions])
		.onConflictDoNothing()
		.returning({ kind: contentVersions.kind, slug: contentVersions.slug });
}

/** Every version of some kinds ever pinned, oldest first. */
export async function listContentVersions(tx: Tx | Db, kinds: readonly string[]): Promise<PinnedVersion[]> {
	return tx
		.select({
			id: contentVersions.id,
			kind: contentVersions.kind,
			slug: contentVersions.slug,
			version: contentVersions.version,
			hash: contentVersions.hash,
			body: contentVersions.body,
			recordedAt: contentVersions.recordedAt,
		})
		.from(contentVersions)
		.where(inArray(contentVersions.kind, [...kinds]))
		.orderBy(contentVersions.recordedAt, contentVersions.version);
}

/** One pinned version, or null: what an attempt or an observation was made against. */
export async function findContentVersion(tx: Tx, id: string): Promise<ContentVersion | null> {
	const [found] = await tx
		.select({
			id: contentVersions.id,
			kind: contentVersions.kind,
			slug: contentVersions.slug,
			version: contentVersions.version,
			hash: contentVersions.hash,
			body: contentVersions.body,
		})
		.from(contentVersions)
		.where(sql`${contentVersions.id} = ${id}`);
	return found ?? null;
}

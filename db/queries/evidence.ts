import { sql } from 'drizzle-orm';
import type { Evidence } from '../../app/domain/evidence.ts';
import type { Tx } from '../client.server.ts';
import { evidence, notes } from '../schema.ts';

const columns = {
	id: evidence.id,
	seq: evidence.seq,
	kind: evidence.kind,
	personId: evidence.personId,
	privilege: evidence.privilege,
	siteId: evidence.siteId,
	observedAt: evidence.observedAt,
	recordedAt: evidence.recordedAt,
	recordedBy: evidence.recordedBy,
	contentVersionId: evidence.contentVersionId,
	supersedes: evidence.supersedes,
	payload: evidence.payload,
};

/** Every row of some people's evidence, in the order it was recorded. */
export async function listEvidenceOf(
	tx: Tx,
	{ providerId, personIds }: { providerId: string; personIds: readonly string[] },
): Promise<Evidence[]> {
	if (!personIds.length) return [];
	const rows = await tx
		.select(columns)
		.from(evidence)
		.where(
			sql`${evidence.providerId} = ${providerId} and ${evidence.personId} = any(${sql.param([...personIds])}::uuid[])`,
		)
		.orderBy(evidence.seq);
	return rows as Evidence[];
}

/** Some rows of evidence by id; those of other providers are not found. */
export async function listEvidenceByIds(
	tx: Tx,
	{ providerId, evidenceIds }: { providerId: string; evidenceIds: readonly string[] },
): Promise<Evidence[]> {
	if (!evidenceIds.length) return [];
	const rows = await tx
		.select(columns)
		.from(evidence)
		.where(
			sql`${evidence.providerId} = ${providerId} and ${evidence.id} = any(${sql.param([...evidenceIds])}::uuid[])`,
		);
	return rows as Evidence[];
}

export interface ChainRow {
	evidence: Evidence;
	prevHash: Uint8Array;
	hash: Uint8Array;
}

/** Part of a provider's chain, in order, with its hashes. */
export async function listChain(
	tx: Tx,
	{ providerId, afterSeq, limit }: { providerId: string; afterSeq: number; limit: number },
): Promise<ChainRow[]> {
	const rows = await tx
		.select({ ...columns, prevHash: evidence.prevHash, hash: evidence.hash })
		.from(evidence)
		.where(sql`${evidence.providerId} = ${providerId} and ${evidence.seq} > ${afterSeq}`)
		.orderBy(evidence.seq)
		.limit(limit);
	return rows.map(({ prevHash, hash, ...row }) => ({ evidence: row as Evidence, prevHash, hash }));
}

/** The free text that goes with rows of evidence, by evidence id. */
export async function listNotes(
	tx: Tx,
	{ providerId, evidenceIds }: { providerId: string; evidenceIds: readonly string[] },
): Promise<Map<string, string>> {
	if (!evidenceIds.length) return new Map();
	const rows = await tx
		.select({ id: notes.evidenceId, body: notes.body })
		.from(notes)
		.where(
			sql`${notes.providerId} = ${providerId} and ${notes.evidenceId} = any(${sql.param([...evidenceIds])}::uuid[])`,
		);
	return new Map(rows.map((row) => [row.id, row.body]));
}

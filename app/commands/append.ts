import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '#db/client.server.ts';
import { listEvidenceByIds } from '#db/queries/evidence.ts';
import * as schema from '#db/schema.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { type Evidence, type EvidenceKind, type Payload, payloads } from '../domain/evidence.ts';
import { type Entry, entryText } from '../domain/ledger.ts';
import type { PrivilegeCode } from '../domain/privilege.ts';
import { inParts, project } from './projecting.ts';

/** One fact to be recorded. */
export interface Fact<K extends EvidenceKind = EvidenceKind> {
	/** Given by whoever may send the same fact twice: the second time nothing is written. */
	id?: string;
	kind: K;
	personId: string;
	privilege?: PrivilegeCode | null;
	siteId?: string | null;
	/** Now, by the database's clock, when left out. */
	observedAt?: Date;
	recordedBy: string | null;
	contentVersionId?: string | null;
	supersedes?: string | null;
	payload: Payload<K>;
	/** Free text. It is kept beside the chain; the payload gets its salted hash. */
	note?: string | undefined;
	/** Only the owner's role may set this, for history that a demonstration or an import brings along. */
	recordedAt?: Date;
}

/** A fact of a known kind, as TypeScript can check it. */
export function fact<K extends EvidenceKind>(given: Fact<K>): Fact {
	return given as unknown as Fact;
}

/** SHA-256 of a zero byte, the previous row's hash and the row's canonical text (standards.md section 10). */
export function hashEntry(previous: Uint8Array, entry: Entry): Buffer {
	return createHash('sha256').update(Uint8Array.of(0)).update(previous).update(entryText(entry)).digest();
}

export const noHash = Buffer.alloc(32);

/** Keeps a provider's chain as it is until the transaction ends: whoever else would append or sign waits here. */
export async function holdChain(tx: Tx, providerId: string): Promise<void> {
	await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`evidence:${providerId}`}, 0))`);
}

/**
 * The one way evidence comes into being: rows, the standings they change and their events, all in the caller's
 * transaction, which must be the provider's (`asProvider`). Appends of one provider wait for each other here; those of
 * different providers do not. Returns the rows as recorded, also those that had been recorded before under their id.
 * Throws a ZodError for a payload that does not fit its kind.
 */
export async function append(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	facts: readonly Fact[],
): Promise<Evidence[]> {
	await holdChain(tx, providerId);
	const [head] = await tx.execute<{
		now: Date;
		seq: string | null;
		hash: Uint8Array | null;
		recorded_at: Date | null;
	}>(sql`
		select date_trunc('milliseconds', clock_timestamp()) as now, e.seq, e.hash, e.recorded_at
		from (select) as one left join lateral (
			select seq, hash, recorded_at from evidence where provider_id = ${providerId} order by seq desc limit 1
		) e on true`);
	if (!head) throw new Error('the database did not tell the time');

	const repeated = await alreadyRecorded(tx, providerId, facts);
	let previous: Uint8Array = head.hash ?? noHash;
	let seq = Number(head.seq ?? 0);
	// A clock that was put back must not make a later row look as if it had been known earlier.
	let lastRecorded = new Date(head.recorded_at ?? 0);
	const rows: (typeof schema.evidence.$inferInsert & { payload: unknown })[] = [];
	const notes: (typeof schema.notes.$inferInsert)[] = [];
	const appended = facts.map((given) => {
		const before = given.id ? repeated.get(given.id) : undefined;
		if (before) return before;
		const now = given.recordedAt ?? new Date(head.now);
		lastRecorded = now > lastRecorded ? now : lastRecorded;
		seq += 1;
		const id = given.id ?? uuidv7();
		const entry = {
			providerId,
			id,
			seq,
			kind: given.kind,
			personId: given.personId,
			privilege: given.privilege ?? null,
			siteId: given.siteId ?? null,
			// A web server's clock may run ahead of the database's: nothing is known before it happens.
			observedAt: given.observedAt && given.observedAt < lastRecorded ? given.observedAt : lastRecorded,
			recordedAt: lastRecorded,
			recordedBy: given.recordedBy,
			contentVersionId: given.contentVersionId ?? null,
			supersedes: given.supersedes ?? null,
			payload: payloads[given.kind].parse(withNote(given, id)),
		} as Entry;
		const hash = hashEntry(previous, entry);
		rows.push({ ...entry, prevHash: previous, hash });
		previous = hash;
		return entry as Evidence;
	});
	if (!rows.length) return appended;

	for (const part of inParts(rows, 500)) await tx.insert(schema.evidence).values(part);
	if (notes.length) await tx.insert(schema.notes).values(notes);
	const fresh = appended.filter((each) => rows.some((row) => row.id === each.id));
	await project(tx, providerId, catalogue, [...new Set(fresh.map((each) => each.personId))], { fresh });
	return appended;

	function withNote(given: Fact, evidenceId: string): unknown {
		if (!given.note) return given.payload;
		const salt = randomBytes(16).toString('hex');
		notes.push({ providerId, evidenceId, salt, body: given.note });
		return { ...given.payload, note: hashNote(salt, given.note) };
	}
}

export function hashNote(salt: string, body: string): string {
	return createHash('sha256').update(salt).update(body).digest('hex');
}

/** The facts that have been recorded before under their id. Throws where an id stands for something else already. */
async function alreadyRecorded(tx: Tx, providerId: string, facts: readonly Fact[]): Promise<Map<string, Evidence>> {
	const given = new Map(facts.flatMap((each) => (each.id ? [[each.id, each] as const] : [])));
	const found = await listEvidenceByIds(tx, { providerId, evidenceIds: [...given.keys()] });
	for (const { id, kind, personId } of found)
		if (given.get(id)?.kind !== kind || given.get(id)?.personId !== personId)
			throw new Error(`the id ${id} already stands for other evidence`);
	return new Map(found.map((each) => [each.id, each]));
}

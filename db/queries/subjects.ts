import { sql } from 'drizzle-orm';
import type { Tx } from '../client.server.ts';
import { people } from '../schema.ts';
import { clientSubjects } from '../schema-gate.ts';

/** What a client calls a person, and what we call them. */
export interface SubjectMapping {
	ownId: string;
	personId: string;
	staffCode: string;
}

interface OfClient {
	providerId: string;
	clientId: string;
}

/** A client's own ids for people, in their order, from one on. */
export function listSubjectMappings(
	tx: Tx,
	{ providerId, clientId, after = '', limit }: OfClient & { after?: string; limit: number },
): Promise<SubjectMapping[]> {
	return tx
		.select({ ownId: clientSubjects.ownId, personId: clientSubjects.personId, staffCode: people.staffCode })
		.from(clientSubjects)
		.innerJoin(
			people,
			sql`${people.providerId} = ${clientSubjects.providerId} and ${people.id} = ${clientSubjects.personId}`,
		)
		.where(
			sql`${clientSubjects.providerId} = ${providerId} and ${clientSubjects.clientId} = ${clientId}
				and ${clientSubjects.ownId} collate "C" > ${after}`,
		)
		.orderBy(sql`${clientSubjects.ownId} collate "C"`)
		.limit(limit);
}

/** How many people a client has an id of its own for. */
export async function countSubjectMappings(tx: Tx, { providerId, clientId }: OfClient): Promise<number> {
	const [row] = await tx.execute<{ count: number }>(sql`
		select count(*)::int as count from client_subjects where provider_id = ${providerId} and client_id = ${clientId}`);
	return row?.count ?? 0;
}

/** The ids of people by staff code; those nobody has are not among them. */
export async function listIdsByStaffCode(
	tx: Tx,
	{ providerId, staffCodes }: { providerId: string; staffCodes: readonly string[] },
): Promise<Map<string, string>> {
	if (!staffCodes.length) return new Map();
	const rows = await tx.execute<{ id: string; staff_code: string }>(sql`
		select id, staff_code from people
		where provider_id = ${providerId} and staff_code = any(${sql.param([...staffCodes])}::text[])`);
	return new Map(rows.map((row) => [row.staff_code, row.id]));
}

/**
 * Puts mappings in place of whatever stood for the same own ids and for the same people, and takes away those without a
 * person. Two changes at once to one client come after each other.
 */
export async function putSubjectMappings(
	tx: Tx,
	{ providerId, clientId, mappings }: OfClient & { mappings: readonly { ownId: string; personId: string | null }[] },
): Promise<void> {
	await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`subjects ${providerId} ${clientId}`}, 0))`);
	const ownIds = mappings.map((each) => each.ownId);
	const kept = mappings.filter((each): each is { ownId: string; personId: string } => each.personId !== null);
	await tx.execute(sql`
		delete from client_subjects where provider_id = ${providerId} and client_id = ${clientId}
			and (own_id = any(${sql.param(ownIds)}::text[]) or person_id = any(${sql.param(kept.map((each) => each.personId))}::uuid[]))`);
	if (kept.length) await tx.insert(clientSubjects).values(kept.map((each) => ({ providerId, clientId, ...each })));
}

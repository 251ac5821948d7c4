import { sql } from 'drizzle-orm';
import type { Tx } from '../client.server.ts';

/** Who of some people has ever been handed a task for one of some persons supported, ended or not: `person` and `personId` of each. */
export async function listDelegatedPairs(
	tx: Tx,
	{ providerId, personIds, persons }: { providerId: string; personIds: readonly string[]; persons: readonly string[] },
): Promise<{ personId: string; person: string }[]> {
	if (!personIds.length) return [];
	const rows = await tx.execute<{ person_id: string; person: string }>(sql`
		select distinct person_id, payload ->> 'person' as person from evidence
		where provider_id = ${providerId} and kind = 'delegation' and person_id = any(${sql.param([...personIds])}::uuid[])
			and payload ->> 'person' = any(${sql.param([...persons])}::text[])`);
	return rows.map((row) => ({ personId: row.person_id, person: row.person }));
}

import { sql } from 'drizzle-orm';
import type { LoggedSearch } from '../../app/domain/logged-decision.ts';
import type { Sql, Tx } from '../client.server.ts';
import { searches } from '../schema-log.ts';

/**
 * Writes a search down; comes back once Postgres has it. One statement, which says for itself whose row it is: the
 * driver's transactions do not survive a lost connection, and whoever asks waits for this.
 */
export async function insertSearch(client: Sql, providerId: string, search: LoggedSearch): Promise<void> {
	const { clientId, sought, personId, action, resourceId, found } = search;
	await client`
		insert into searches (provider_id, id, client_id, sought, person_id, action, resource_id, found)
		select own.id::uuid, uuidv7(), ${clientId}, ${sought}, ${personId}::uuid, ${action}, ${resourceId}, ${found}::int
		from set_config('app.provider_id', ${providerId}, true) as own (id)`;
}

/** The newest searches of a client since an instant, the newest first. */
export function listSearches(
	tx: Tx,
	{ providerId, clientId, since, limit }: { providerId: string; clientId: string; since: Date; limit: number },
) {
	return tx
		.select({
			searchedAt: searches.searchedAt,
			sought: searches.sought,
			personId: searches.personId,
			action: searches.action,
			resourceId: searches.resourceId,
			found: searches.found,
		})
		.from(searches)
		.where(
			sql`${searches.providerId} = ${providerId} and ${searches.clientId} = ${clientId} and ${searches.searchedAt} >= ${since.toISOString()}::timestamptz`,
		)
		.orderBy(sql`${searches.searchedAt} desc, ${searches.id} desc`)
		.limit(limit);
}

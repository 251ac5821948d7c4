import { sql } from 'drizzle-orm';
import type { Db, Tx } from '../client.server.ts';
import { namesIn } from '../replica.ts';

/** The copies of the database that commits wait for, as a gate reads them, and that are not connected now: by name. */
export async function listAbsentCopies(db: Db | Tx): Promise<string[]> {
	const [row] = await db.execute<{ waited_for: string; connected: string[] }>(sql`
		select current_setting('synchronous_standby_names') as waited_for,
			array(select application_name from pg_stat_replication) as connected`);
	const connected = (row?.connected ?? []).map((each) => each.toLowerCase());
	return namesIn(row?.waited_for ?? '').filter((each) => each !== '*' && !connected.includes(each));
}

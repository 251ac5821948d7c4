import { sql } from 'drizzle-orm';
import type { Tx } from '../client.server.ts';

/** Takes a job for as long as the transaction lasts; false where another process has it. */
export async function takeJob(tx: Tx, name: string): Promise<boolean> {
	const [row] = await tx.execute<{ taken: boolean }>(
		sql`select pg_try_advisory_xact_lock(hashtextextended(${`job:${name}`}, 0)) as taken`,
	);
	return row?.taken ?? false;
}

import type { Db } from '#db/client.server.ts';
import { tendDecisions } from '#db/queries/decisions.ts';
import { log } from '../log.server.ts';

/** Makes the months of the decision log ahead of time, and drops those that nobody's policy keeps any longer. */
export async function tendDecisionLog(db: Db): Promise<void> {
	const { made, dropped } = await tendDecisions(db);
	if (made.length || dropped.length) log.info({ made, dropped }, 'months of the decision log');
}

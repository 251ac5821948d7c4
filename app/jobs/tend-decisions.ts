import type { Db } from '#db/client.server.ts';
import { tendDecisions } from '#db/queries/decisions.ts';
import { tendSent } from '#db/queries/webhooks.ts';
import { log } from '../log.server.ts';

/** Makes the months of the decision log ahead of time, and drops those that nobody's policy keeps any longer. */
export async function tendDecisionLog(db: Db): Promise<void> {
	const { made, dropped } = await tendDecisions(db);
	if (made.length || dropped.length) log.info({ made, dropped }, 'months of the decision log');
}

/** Drops deliveries of webhooks and searches that nobody's policy keeps any longer. */
export async function tendWhatWasSent(db: Db): Promise<void> {
	const gone = await tendSent(db);
	if (gone.deliveries || gone.searches) log.info(gone, 'deliveries and searches that are kept no longer');
}

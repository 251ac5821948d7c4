import type { Db } from '#db/client.server.ts';
import { tendDecisions } from '#db/queries/decisions.ts';
import { dropOldAnswers } from '#db/queries/incidents.ts';
import { tendSent } from '#db/queries/webhooks.ts';
import { log } from '../log.server.ts';

/** Makes the months of the decision log ahead of time, and drops those that nobody's policy keeps any longer. */
export async function tendDecisionLog(db: Db): Promise<void> {
	const { made, dropped } = await tendDecisions(db);
	if (made.length || dropped.length) log.info({ made, dropped }, 'months of the decision log');
}

/** Drops deliveries of webhooks and searches that nobody's policy keeps any longer, and answers of more than a day ago. */
export async function tendWhatWasSent(db: Db): Promise<void> {
	const gone = { ...(await tendSent(db)), answers: await dropOldAnswers(db) };
	if (Object.values(gone).some(Boolean)) log.info(gone, 'deliveries, searches and answers that are kept no longer');
}

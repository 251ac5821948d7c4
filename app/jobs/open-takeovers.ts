import { asProvider, type Db } from '#db/client.server.ts';
import { listProviderIds } from '#db/queries/checkpoints.ts';
import { catalogue } from '../catalogue.server.ts';
import { settleAllTakeovers } from '../commands/takeovers.ts';
import { log } from '../log.server.ts';

/** Opens what is to be taken over from nurses whose registration has run out, and closes it where it is renewed. One provider that fails does not hold up the others. */
export async function openAllTakeovers(db: Db, now: Date): Promise<void> {
	for (const providerId of await listProviderIds(db)) {
		try {
			await asProvider(db, providerId, (tx) => settleAllTakeovers(tx, providerId, catalogue(), now));
		} catch (error) {
			log.error({ err: error, providerId }, 'what is to be taken over from a nurse could not be settled');
		}
	}
}

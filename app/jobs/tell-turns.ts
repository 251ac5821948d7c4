import { asProvider, type Db } from '#db/client.server.ts';
import { listProvidersWithTurns } from '#db/queries/events.ts';
import { tellTurns } from '../commands/turning.ts';
import { log } from '../log.server.ts';

/** Tells of whatever has run out or come due by itself. One provider that fails does not hold up the others. */
export async function tellAllTurns(db: Db): Promise<void> {
	for (const providerId of await listProvidersWithTurns(db)) {
		try {
			await asProvider(db, providerId, (tx) => tellTurns(tx, providerId));
		} catch (error) {
			log.error({ err: error, providerId }, 'standings that have turned could not be told of');
		}
	}
}

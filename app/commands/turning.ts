import type { Tx } from '#db/client.server.ts';
import { listTurns, markProvider, readTold } from '#db/queries/events.ts';
import { eventOf } from '../domain/event.ts';
import { holdChain } from './append.ts';
import { tell } from './telling.ts';

/**
 * Tells of every standing that has turned since the last look: what has run out, what is due soon. Looked at by any
 * number of processes, each turn is told of once; after a time without a look, all that was missed, in its order.
 */
export async function tellTurns(tx: Tx, providerId: string): Promise<number> {
	await holdChain(tx, providerId);
	const { now } = await readTold(tx, { providerId, personIds: [] });
	const turns = await listTurns(tx, { providerId, until: now });
	const news = turns.flatMap(({ personId, privilege, siteId, at, before, after }) => {
		const type = eventOf(before, after, 'time');
		return type ? [{ type, personId, privilege, siteId, recordedAt: now, turnedAt: at }] : [];
	});
	await tell(tx, providerId, news);
	await markProvider(tx, { providerId, until: now });
	return news.length;
}

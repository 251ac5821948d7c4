import { asProvider, type Db } from '#db/client.server.ts';
import { countEvidence, findLastCheckpoint, listProviderIds } from '#db/queries/checkpoints.ts';
import { CheckpointRefused, checkpointProvider } from '../commands/checkpointing.ts';
import type { NoteKeeping } from '../commands/outside-note.ts';
import { localDay } from '../domain/period.ts';
import { log } from '../log.server.ts';

/** Makes a checkpoint for each provider that has evidence and no checkpoint of this local day. One that is refused does not hold up the others. */
export async function signDaily(db: Db, now: Date, keeping: NoteKeeping): Promise<void> {
	for (const providerId of await listProviderIds(db)) {
		try {
			if (await isDue(db, providerId, now)) await checkpointProvider(db, providerId, keeping);
		} catch (error) {
			if (error instanceof CheckpointRefused)
				log.error({ providerId, why: error.message }, 'the daily checkpoint was refused');
			else log.error({ err: error, providerId }, 'the daily checkpoint failed');
		}
	}
}

function isDue(db: Db, providerId: string, now: Date): Promise<boolean> {
	return asProvider(db, providerId, async (tx) => {
		const last = await findLastCheckpoint(tx, { providerId });
		if (last && localDay(last.madeAt) === localDay(now)) return false;
		return (await countEvidence(tx, { providerId })) > 0;
	});
}

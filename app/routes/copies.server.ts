import { database, type Tx } from '#db/client.server.ts';
import { listAbsentCopies } from '#db/queries/copies.ts';

/** For so long a page remembers that a copy of the database did not confirm what was saved. */
const remembered = 2 * 60_000;

/** Which copies of the database, that gates read, do not answer: their names, or only that it was one. */
export async function readCopies(tx: Tx): Promise<{ absent: string[]; late: boolean }> {
	return { absent: await listAbsentCopies(tx), late: Date.now() - database().lastUnconfirmed() < remembered };
}

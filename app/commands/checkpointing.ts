import { asProvider, type Db, type Tx } from '#db/client.server.ts';
import {
	addCheckpoint,
	type Checkpoint,
	findLastCheckpoint,
	findProviderSlug,
	listHashes,
} from '#db/queries/checkpoints.ts';
import { consistencyProof, rootOf, same, sizeOf, type Tree, treeOf, verifyConsistency } from '../domain/merkle.ts';
import { checkpointText, NoteError, openCheckpoint, signNote, type TreeHead } from '../domain/signed-note.ts';
import { holdChain } from './append.ts';
import { headOf, keepNote, logOf, type NoteKeeping, noteFile, readKeptNote } from './outside-note.ts';
import { keysOf, type LedgerKey, listLedgerKeys, noteCrypto, sha256 } from './signing.ts';

/** Nothing is signed. Its message says why, in plain sentences, and what to do. */
export class CheckpointRefused extends Error {}

export interface MadeCheckpoint {
	checkpoint: Checkpoint;
	slug: string;
	origin: string;
	/** The tree over all rows, as they stood when it was signed. */
	tree: Tree;
	keys: readonly LedgerKey[];
}

/** What somebody can do about a database that contradicts what was signed. */
const advice =
	'Run npm run verify. If a backup was restored on purpose, an administrator begins a new log: ' +
	'npm run checkpoint -- --new-log "why"';

/** What a signed statement says that the rows do not bear out; null where they do. */
export function contradiction(head: TreeHead, tree: Tree): string | null {
	const size = sizeOf(tree);
	if (head.size === 0) return 'it signs no rows';
	if (head.size > size)
		return `it counts ${head.size} rows and there are ${size}: rows are gone, or the database was restored from an older backup`;
	if (!same(rootOf(tree, head.size), head.root)) return `the first ${head.size} rows are not the ones that were signed`;
	return null;
}

/** What is wrong with the note that is kept outside the database; null where nothing is, or none is kept. */
export function keptNoteFault(
	kept: string | null,
	{ tree, keys, log }: { tree: Tree; keys: readonly LedgerKey[]; log: number },
): string | null {
	if (kept === null) return null;
	try {
		const origin = headOf(kept)?.origin ?? '';
		const head = openCheckpoint(noteCrypto, kept, origin ? keysOf(keys, origin) : []);
		if (logOf(origin) > log && log > 0)
			return `it belongs to log ${logOf(origin)}, which this database does not know: it was restored from an older backup`;
		return contradiction(head, tree);
	} catch (error) {
		if (error instanceof NoteError) return error.message;
		throw error;
	}
}

/**
 * Signs how a provider's chain stands now. Nobody can append meanwhile. Before anything is signed, the newest
 * checkpoint of the log and the note kept outside are each proved to be consistent with the rows; CheckpointRefused
 * where one is not. With nothing new, it gives the newest checkpoint again. The caller keeps the note (`keepNote`) once
 * the transaction has been committed. The transaction must see what others commit (`read committed`).
 * @param reason begins a new log, which need not be consistent with the old one, and is kept with it.
 */
export async function makeCheckpoint(
	tx: Tx,
	providerId: string,
	keeping: NoteKeeping,
	reason?: string,
): Promise<MadeCheckpoint> {
	await holdChain(tx, providerId);
	const slug = await findProviderSlug(tx, { providerId });
	const keys = await listLedgerKeys(tx);
	const tree = treeOf(sha256, await listHashes(tx, { providerId }));
	const last = await findLastCheckpoint(tx, { providerId });
	const [size, key] = [sizeOf(tree), keys.find((each) => each.sign)];
	if (!slug) throw new CheckpointRefused('There is no such provider.');
	if (!key?.sign) throw new CheckpointRefused('There is no key to sign with. npm start makes one.');
	if (!size) throw new CheckpointRefused('There is no evidence yet, so there is nothing to sign.');

	const kept = readKeptNote(keeping, slug);
	const keptLog = logOf((kept && headOf(kept)?.origin) || '');
	let [log, origin] = [last?.log ?? 1, (last && headOf(last.note)?.origin) || `${keeping.host}/${slug}/1`];
	if (reason !== undefined) {
		log = Math.max(last?.log ?? 0, keptLog) + 1;
		if (log === 1) throw new CheckpointRefused('There is no log yet: the first checkpoint begins it.');
		origin = `${keeping.host}/${slug}/${log}`;
	} else {
		const fault = keptNoteFault(kept, { tree, keys, log });
		if (fault) throw new CheckpointRefused(`The note in ${noteFile(keeping, slug)} does not fit: ${fault}. ${advice}`);
		if (last) proveGrowth(last, tree, keys, origin);
		if (last?.size === size) return { checkpoint: last, slug, origin, tree, keys };
	}
	const root = rootOf(tree);
	const note = signNote(sha256, checkpointText({ origin, size, root }), {
		name: origin,
		publicKey: key.publicKey,
		sign: key.sign,
	});
	const made = { providerId, log, size, root, note, keyId: key.id, reason: reason ?? null };
	return { checkpoint: await addCheckpoint(tx, made), slug, origin, tree, keys };
}

/** Never are two inconsistent checkpoints of one log signed (c2sp.org/tlog-checkpoint). */
function proveGrowth(last: Checkpoint, tree: Tree, keys: readonly LedgerKey[], origin: string): void {
	const refuse = (why: string) => new CheckpointRefused(`The last checkpoint does not fit: ${why}. ${advice}`);
	let head: TreeHead;
	try {
		head = openCheckpoint(noteCrypto, last.note, keysOf(keys, origin));
	} catch (error) {
		throw error instanceof NoteError ? refuse(error.message) : error;
	}
	const why = contradiction(head, tree);
	if (why) throw refuse(why);
	const shown = {
		earlier: head.size,
		earlierRoot: head.root,
		size: sizeOf(tree),
		root: rootOf(tree),
		proof: consistencyProof(tree, head.size),
	};
	if (!verifyConsistency(sha256, shown)) throw refuse('it is not the beginning of the rows there are');
}

/** Signs how a provider's chain stands now, commits that, and keeps the note outside. */
export async function checkpointProvider(
	db: Db,
	providerId: string,
	keeping: NoteKeeping,
	reason?: string,
): Promise<MadeCheckpoint> {
	const made = await asProvider(db, providerId, (tx) => makeCheckpoint(tx, providerId, keeping, reason));
	keepNote(keeping, made.slug, made.checkpoint.note);
	return made;
}

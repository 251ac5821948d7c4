import type { Tx } from '#db/client.server.ts';
import { type Checkpoint, findProviderSlug, listCheckpoints, listHashes } from '#db/queries/checkpoints.ts';
import { consistencyProof, rootOf, same, sizeOf, type Tree, treeOf, verifyConsistency } from '../domain/merkle.ts';
import { NoteError, openCheckpoint } from '../domain/signed-note.ts';
import { contradiction, keptNoteFault } from './checkpointing.ts';
import type { Finding, Progress } from './finding.ts';
import { headOf, logOf, type NoteKeeping, noteFile, readKeptNote } from './outside-note.ts';
import { keysOf, type LedgerKey, listLedgerKeys, noteCrypto, sha256 } from './signing.ts';

/**
 * Whether every checkpoint is signed by a key that is known, has the root of today's rows, and is the beginning of the
 * next; and whether the note kept outside the database fits.
 */
export async function verifyCheckpoints(
	tx: Tx,
	providerId: string,
	{ keeping, progress }: { keeping?: NoteKeeping | undefined; progress?: Progress | undefined },
): Promise<Finding[]> {
	const checkpoints = await listCheckpoints(tx, { providerId });
	const keys = await listLedgerKeys(tx);
	const tree = treeOf(sha256, await listHashes(tx, { providerId }));
	const findings = checkpoints.flatMap((each, place): Finding[] => {
		const before = checkpoints[place - 1];
		const detail = checkpointFault(each, before?.log === each.log ? before : undefined, tree, keys);
		progress?.('checkpoints', place + 1);
		return detail ? [{ what: 'checkpoint', where: `checkpoint ${each.size} of log ${each.log}`, detail }] : [];
	});
	const slug = keeping && (await findProviderSlug(tx, { providerId }));
	if (!slug) return findings;
	const kept = readKeptNote(keeping, slug);
	const detail = keptNoteFault(kept, { tree, keys, log: checkpoints.at(-1)?.log ?? 0 });
	if (detail) findings.push({ what: 'checkpoint', where: `the note in ${noteFile(keeping, slug)}`, detail });
	return findings;
}

function checkpointFault(
	{ log, size, root, note, madeAt }: Checkpoint,
	before: Checkpoint | undefined,
	tree: Tree,
	keys: readonly LedgerKey[],
): string | null {
	const origin = headOf(note)?.origin ?? '';
	if (logOf(origin) !== log) return 'its note is not of this log';
	if (before && headOf(before.note)?.origin !== origin) return 'its log has another name than before';
	try {
		const head = openCheckpoint(noteCrypto, note, keysOf(keys, origin));
		if (head.size !== size || !same(head.root, root)) return 'its note does not say what stands beside it';
		const why = contradiction(head, tree);
		if (why) return why;
	} catch (error) {
		if (error instanceof NoteError) return error.message;
		throw error;
	}
	if (!before || before.size > sizeOf(tree)) return null;
	if (before.madeAt > madeAt) return 'it was made before a smaller one';
	const proof = consistencyProof(tree, before.size, size);
	const shown = { earlier: before.size, earlierRoot: before.root, size, root, proof };
	return verifyConsistency(sha256, shown) ? null : `checkpoint ${before.size} is not its beginning`;
}

/** What is wrong with a note that somebody has kept elsewhere, against the rows of today; null where nothing is. */
export async function noteFault(tx: Tx, providerId: string, note: string): Promise<string | null> {
	const tree = treeOf(sha256, await listHashes(tx, { providerId }));
	const keys = await listLedgerKeys(tx);
	const head = headOf(note);
	if (!head) return 'it is not a checkpoint';
	const fault = keptNoteFault(note, { tree, keys, log: 0 });
	if (fault) return fault;
	const size = sizeOf(tree);
	const proof = consistencyProof(tree, head.size, size);
	const shown = { earlier: head.size, earlierRoot: head.root, size, root: rootOf(tree), proof };
	return verifyConsistency(sha256, shown) ? null : 'it is not the beginning of the rows there are';
}

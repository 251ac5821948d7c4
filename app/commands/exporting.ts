import type { Tx } from '#db/client.server.ts';
import { listCheckpoints } from '#db/queries/checkpoints.ts';
import { findContentVersion } from '#db/queries/content.ts';
import { type ChainRow, listChain, listChainOf } from '#db/queries/evidence.ts';
import { findPerson } from '#db/queries/people.ts';
import { canonical, type Entry, entryText } from '../domain/ledger.ts';
import { consistencyProof, inclusionProof, type Tree } from '../domain/merkle.ts';
import { signNote, toBase64, vkeyOf } from '../domain/signed-note.ts';
import { CheckpointRefused, type MadeCheckpoint, makeCheckpoint } from './checkpointing.ts';
import type { NoteKeeping } from './outside-note.ts';
import { keysOf, sha256 } from './signing.ts';

const rowsAtOnce = 1000;
/** Somebody who holds an older note than the newest so many is given the whole chain instead. */
const mostEarlier = 400;

export interface Pack {
	/** One JSON document in canonical form, with a line break at its end: what `bin/verify-pack.mjs` checks. */
	text: string;
	rows: number;
	/** The caller keeps its note once the transaction has been committed. */
	made: MadeCheckpoint;
}

/** What Countersign answered about one minute, in ids and codes: sealed with the evidence it rests on. */
export interface PackedAnswer {
	privilege: string;
	site: string;
	at: string;
	knownAt: string;
	permit: boolean;
	code: string;
	standing: string;
	policy: string;
	/** The numbers of the rows that it rests on. */
	rows: number[];
}

/**
 * A provider's evidence, or one person's, as a document that proves itself without the database: rows as they were
 * hashed, the checkpoint they rest on, proofs, and a signed seal over all of it. It holds ids and codes; no names and no
 * notes. A checkpoint is made where the newest does not cover every row, so that it may be refused (CheckpointRefused).
 * Null where the person is not known.
 */
export async function exportPack(
	tx: Tx,
	providerId: string,
	keeping: NoteKeeping,
	{ personId, answer }: { personId?: string; answer?: PackedAnswer } = {},
): Promise<Pack | null> {
	if (personId && !(await findPerson(tx, { providerId, personId }))) return null;
	const made = await makeCheckpoint(tx, providerId, keeping);
	const { origin, tree, keys, checkpoint } = made;
	const rows = personId ? await listChainOf(tx, { providerId, personId }) : await listWholeChain(tx, providerId);
	const body = {
		format: 'countersign-pack',
		version: 1,
		provider: providerId,
		person: personId ?? null,
		origin,
		checkpoint: checkpoint.note,
		keys: keysOf(keys, origin).map(vkeyOf),
		contentVersions: await listPointedAt(tx, rows),
		earlier: personId ? await listEarlier(tx, providerId, made) : [],
		rows: rows.map((row) => packRow(row, providerId, personId ? tree : null)),
		...(answer ? { answer } : {}),
	};
	const key = keys.find((each) => each.sign);
	if (!key?.sign) throw new CheckpointRefused('There is no key to sign with. npm start makes one.');
	const digest = toBase64(sha256(Buffer.from(canonical(body))));
	const seal = signNote(sha256, `countersign pack seal\n${origin}\n${rows.length}\n${digest}\n`, {
		name: origin,
		publicKey: key.publicKey,
		sign: key.sign,
	});
	return { text: `${canonical({ ...body, seal })}\n`, rows: rows.length, made };
}

function packRow({ evidence, prevHash, hash }: ChainRow, providerId: string, tree: Tree | null) {
	return {
		seq: evidence.seq,
		entry: entryText({ ...evidence, providerId } as Entry),
		prevHash: toBase64(prevHash),
		hash: toBase64(hash),
		...(tree ? { proof: inclusionProof(tree, evidence.seq - 1).map(toBase64) } : {}),
	};
}

async function listWholeChain(tx: Tx, providerId: string): Promise<ChainRow[]> {
	const rows: ChainRow[] = [];
	for (;;) {
		const afterSeq = rows.at(-1)?.evidence.seq ?? 0;
		const more = await listChain(tx, { providerId, afterSeq, limit: rowsAtOnce });
		rows.push(...more);
		if (more.length < rowsAtOnce) return rows;
	}
}

/** The content that rows point at, by hash alone: what was taught and asked can then be compared with any copy of it. */
async function listPointedAt(tx: Tx, rows: readonly ChainRow[]) {
	const ids = [...new Set(rows.flatMap(({ evidence }) => evidence.contentVersionId ?? []))].sort();
	const versions = [];
	for (const wanted of ids) {
		const found = await findContentVersion(tx, wanted);
		if (found) {
			const { id, kind, slug, version, hash } = found;
			versions.push({ id, kind, slug, version, hash });
		}
	}
	return versions;
}

/** Proofs from the log’s earlier checkpoints, for whoever holds one of their notes. */
async function listEarlier(tx: Tx, providerId: string, { checkpoint, tree }: MadeCheckpoint) {
	const all = await listCheckpoints(tx, { providerId });
	return all
		.filter((each) => each.log === checkpoint.log && each.size < checkpoint.size)
		.slice(-mostEarlier)
		.map(({ size }) => ({ size, proof: consistencyProof(tree, size).map(toBase64) }));
}

import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { config } from '../config.server.ts';
import { parseCheckpoint, parseNote, type TreeHead } from '../domain/signed-note.ts';

/**
 * The newest checkpoint of each provider, kept in a file beside the database: a memory that a restored backup or a
 * changed database does not share.
 */
export interface NoteKeeping {
	/** What the names of new logs begin with. */
	host: string;
	folder: string;
}

/** Where this installation keeps its notes. */
export function noteKeeping(): NoteKeeping {
	return {
		host: config.origin ? new URL(config.origin).host : 'countersign',
		folder: path.resolve(config.dataDir, 'checkpoints'),
	};
}

/** The file with a provider's newest note. */
export function noteFile({ folder }: NoteKeeping, slug: string): string {
	return path.join(folder, `${slug}.txt`);
}

/** The note that is kept of a provider, or null. */
export function readKeptNote(keeping: NoteKeeping, slug: string): string | null {
	try {
		return readFileSync(noteFile(keeping, slug), 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
		throw error;
	}
}

/** What a note says, whoever signed it; null where it cannot be read. */
export function headOf(note: string): TreeHead | null {
	try {
		return parseCheckpoint(parseNote(note).text);
	} catch {
		return null;
	}
}

/** Which of a provider's logs a name means: its last part. */
export function logOf(origin: string): number {
	const [, log] = /\/([1-9][0-9]{0,8})$/.exec(origin) ?? [];
	return Number(log ?? 0);
}

/**
 * Keeps a note that has been signed and committed. A newer one that another process has kept meanwhile stays; the note
 * of an earlier log, or what cannot be read, is moved aside.
 */
export function keepNote(keeping: NoteKeeping, slug: string, note: string): void {
	const [file, head] = [noteFile(keeping, slug), headOf(note)];
	if (!head) throw new Error('only a checkpoint is kept');
	mkdirSync(keeping.folder, { recursive: true, mode: 0o700 });
	const before = readKeptNote(keeping, slug);
	const kept = before === null ? null : headOf(before);
	if (before === note) return;
	if (kept && logOf(kept.origin) > logOf(head.origin)) return;
	if (kept?.origin === head.origin && kept.size > head.size) return;
	if (before !== null && kept?.origin !== head.origin)
		renameSync(file, path.join(keeping.folder, `${slug}.${kept ? `log-${logOf(kept.origin)}` : 'unreadable'}.txt`));
	const fresh = `${file}.${process.pid}.new`;
	const handle = openSync(fresh, 'w', 0o600);
	try {
		writeSync(handle, note);
		fsyncSync(handle);
	} finally {
		closeSync(handle);
	}
	renameSync(fresh, file);
}

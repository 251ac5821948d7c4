import type { Sha256 } from './merkle.ts';

/**
 * C2SP signed notes (c2sp.org/signed-note) and the checkpoints written in them (c2sp.org/tlog-checkpoint), with
 * Ed25519 keys. Parsing is strict: a note that could be written in another way is refused.
 */
export interface NoteCrypto {
	sha256: Sha256;
	verify(publicKey: Uint8Array, text: Uint8Array, signature: Uint8Array): boolean;
}

/** The public half of a key, under the name it signs with. */
export interface NoteKey {
	name: string;
	/** Eight hexadecimal digits. */
	id: string;
	publicKey: Uint8Array;
}

export interface NoteSigner {
	name: string;
	publicKey: Uint8Array;
	sign(text: Uint8Array): Uint8Array;
}

/** Its message is one plain sentence. */
export class NoteError extends Error {}

const ed25519 = 1;
const mostSignatures = 16;
const encoder = new TextEncoder();

/** A key for notes, with the id that its name and its bytes give it. */
export function noteKey(sha256: Sha256, name: string, publicKey: Uint8Array): NoteKey {
	if (!isName(name)) throw new NoteError(`"${name}" cannot name a key`);
	if (publicKey.length !== 32) throw new NoteError('an Ed25519 key has 32 bytes');
	const hash = sha256(Uint8Array.of(...encoder.encode(`${name}\n`), ed25519, ...publicKey));
	return { name, id: hexOf(hash.slice(0, 4)), publicKey };
}

/** A key as one line of text: `name+id+base64`. */
export function vkeyOf({ name, id, publicKey }: NoteKey): string {
	return `${name}+${id}+${toBase64(Uint8Array.of(ed25519, ...publicKey))}`;
}

/** Reads a key from its line. Throws NoteError where the id is not that of the key. */
export function parseVkey(sha256: Sha256, text: string): NoteKey {
	const [, name = '', id = '', encoded = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/u.exec(text) ?? [];
	const bytes = fromBase64(encoded);
	if (!name || bytes?.[0] !== ed25519 || bytes.length !== 33)
		throw new NoteError('this is not an Ed25519 key for notes');
	const key = noteKey(sha256, name, bytes.slice(1));
	if (key.id !== id) throw new NoteError(`the key’s id is ${key.id}, not ${id}`);
	return key;
}

interface Signature {
	name: string;
	id: string;
	signature: Uint8Array;
}

/** Takes a note apart, without believing it. Throws NoteError for anything that is not exactly a note. */
export function parseNote(note: string): { text: string; signatures: Signature[] } {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: the standard forbids them
	if (!note.isWellFormed() || /[\u0000-\u0009\u000b-\u001f]/.test(note))
		throw new NoteError('the note holds a control character or broken text');
	const end = note.lastIndexOf('\n\n');
	if (end < 0 || !note.endsWith('\n')) throw new NoteError('the note has no signatures');
	const lines = note.slice(end + 2, -1).split('\n');
	if (lines.length > mostSignatures) throw new NoteError('the note has too many signatures');
	const signatures = lines.map((line): Signature => {
		const [, name = '', encoded = ''] = /^— (\S+) ([A-Za-z0-9+/]+=*)$/u.exec(line) ?? [];
		const bytes = fromBase64(encoded);
		if (!isName(name) || !bytes || bytes.length < 5) throw new NoteError('a signature of the note cannot be read');
		return { name, id: hexOf(bytes.slice(0, 4)), signature: bytes.slice(4) };
	});
	return { text: note.slice(0, end + 1), signatures };
}

/**
 * The text of a note, and the key that signed it. Signatures of unknown keys are passed over; one of a known key that
 * is wrong condemns the note. Throws NoteError where no known key has signed.
 */
export function openNote(scheme: NoteCrypto, note: string, keys: readonly NoteKey[]): { text: string; key: NoteKey } {
	const { text, signatures } = parseNote(note);
	const message = encoder.encode(text);
	let signer: NoteKey | undefined;
	for (const { name, id, signature } of signatures) {
		const known = keys.filter((key) => key.name === name && key.id === id);
		if (!known.length) continue;
		const key = known.find((each) => scheme.verify(each.publicKey, message, signature));
		if (!key) throw new NoteError(`the signature of ${name} is wrong`);
		signer ??= key;
	}
	if (!signer) throw new NoteError('no key that is known has signed the note');
	return { text, key: signer };
}

/** Signs a text, which ends with a line break, as a note. */
export function signNote(sha256: Sha256, text: string, signer: NoteSigner): string {
	if (!text.endsWith('\n') || text.endsWith('\n\n')) throw new NoteError('the text of a note ends with one line break');
	const { name, id } = noteKey(sha256, signer.name, signer.publicKey);
	const signature = Uint8Array.of(...bytesOf(id), ...signer.sign(encoder.encode(text)));
	const note = `${text}\n— ${name} ${toBase64(signature)}\n`;
	parseNote(note);
	return note;
}

/** What a checkpoint says: the log, how many rows it has, and the root over them. */
export interface TreeHead {
	/** Names the log; its key signs under the same name. */
	origin: string;
	size: number;
	root: Uint8Array;
}

/** The text of a checkpoint, to be signed. */
export function checkpointText({ origin, size, root }: TreeHead): string {
	if (!isName(origin)) throw new NoteError(`"${origin}" cannot name a log`);
	return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** Reads a checkpoint’s text. Three lines and no more, although the standard would allow others to follow. */
export function parseCheckpoint(text: string): TreeHead {
	const [, origin = '', digits = '', encoded = ''] =
		/^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]+=*)\n$/.exec(text) ?? [];
	const [size, root] = [Number(digits), fromBase64(encoded)];
	if (!isName(origin) || !Number.isSafeInteger(size) || root?.length !== 32)
		throw new NoteError('the note is not a checkpoint');
	return { origin, size, root };
}

/** A checkpoint whose signature is that of a known key, under the log’s own name. Throws NoteError otherwise. */
export function openCheckpoint(scheme: NoteCrypto, note: string, keys: readonly NoteKey[]): TreeHead {
	const { text, key } = openNote(scheme, note, keys);
	const head = parseCheckpoint(text);
	if (key.name !== head.origin) throw new NoteError(`${key.name} signed a checkpoint of ${head.origin}`);
	return head;
}

/** Key names have no space of any kind and no plus. */
function isName(name: string): boolean {
	return name !== '' && name.isWellFormed() && !/[\s\p{Z}+]/u.test(name);
}

/** Standard base64 (RFC 4648 section 4) with its padding. */
export function toBase64(bytes: Uint8Array): string {
	return btoa(String.fromCharCode(...bytes));
}

/** Bytes from base64 in its one form, or null. */
export function fromBase64(text: string): Uint8Array | null {
	try {
		const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
		return toBase64(bytes) === text ? bytes : null;
	} catch {
		return null;
	}
}

function hexOf(bytes: Uint8Array): string {
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function bytesOf(hex: string): number[] {
	return (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

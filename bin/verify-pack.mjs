// Checks a pack of evidence that Countersign has exported, without Countersign: no database, no network, nothing but
// Node 20 or newer and this file.
//
//   node verify-pack.mjs pack.json [--key VKEY]... [--checkpoint earlier-note.txt]
//
// A pack is one JSON document in canonical form (RFC 8785). Each row of evidence has a hash over the row before it and
// its own text. The hashes are the leaves of a Merkle tree (RFC 9162), whose root stands in a signed note, the
// checkpoint (c2sp.org/tlog-checkpoint, Ed25519). A second signed note, the seal, is over the whole document.
//
// It ends with 0 where everything is as it was signed, with 1 where something is not, with 2 where it could not be checked.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Something is not as it was signed. */
class Wrong extends Error {}
/** It cannot be said whether it is. */
class Unchecked extends Error {}

/**
 * @typedef {{ name: string, id: string, publicKey: Buffer, text: string }} Key
 * @typedef {{ origin: string, size: number, root: Buffer }} Head
 * @typedef {{ seq: number, entry: string, prevHash: string, hash: string, proof?: string[] }} Row
 * @typedef {{ id: string, kind: string, slug: string, version: number, hash: string }} ContentVersion
 * @typedef {{ format: string, version: number, provider: string, person: string | null, origin: string,
 *   checkpoint: string, keys: string[], contentVersions: ContentVersion[],
 *   earlier: { size: number, proof: string[] }[], rows: Row[], seal: string, answer?: Answer }} Pack
 * @typedef {{ privilege: string, site: string, at: string, knownAt: string, permit: boolean, code: string,
 *   standing: string, policy: string, rows: number[] }} Answer
 */

// ── Hashes, base64 and the one form of JSON ─────────────────────────────────────────────────────────────────────────

/** @param {...(Buffer | string)} parts */
function sha256(...parts) {
	const hash = createHash('sha256');
	for (const part of parts) hash.update(part);
	return hash.digest();
}

/** @param {unknown} text @param {string} what */
function bytesOf(text, what) {
	const bytes = Buffer.from(typeof text === 'string' ? text : '', 'base64');
	if (!bytes.length || bytes.toString('base64') !== text) throw new Wrong(`${what} is not base64`);
	return bytes;
}

/** @param {unknown} text @param {string} what */
function hashOf(text, what) {
	const bytes = bytesOf(text, what);
	if (bytes.length !== 32) throw new Wrong(`${what} has ${bytes.length} bytes; a hash has 32`);
	return bytes;
}

/**
 * Members sorted by UTF-16 code unit, no white space (RFC 8785). JavaScript writes numbers and text as it asks.
 * @param {unknown} value @returns {string}
 */
function canonical(value) {
	if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
	if (value !== null && typeof value === 'object') {
		const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
		return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
	}
	return JSON.stringify(value);
}

/** Where two texts begin to differ, in bytes. @param {string} found @param {string} wanted */
function firstDifference(found, wanted) {
	const [a, b] = [Buffer.from(found), Buffer.from(wanted)];
	let at = 0;
	while (at < a.length && a[at] === b[at]) at += 1;
	return at;
}

// ── The Merkle tree of RFC 9162, section 2.1 ────────────────────────────────────────────────────────────────────────

const leafHash = (/** @type {Buffer} */ leaf) => sha256(Buffer.of(0), leaf);
const nodeHash = (/** @type {Buffer} */ left, /** @type {Buffer} */ right) => sha256(Buffer.of(1), left, right);

/** @param {Buffer[]} leaves @returns {Buffer} */
function rootOf(leaves) {
	/** @type {Buffer[]} */
	let level = leaves.map(leafHash);
	// An odd one out goes up as it is, which gives the same tree as cutting at the largest power of two.
	while (level.length > 1) {
		/** @type {Buffer[]} */
		const above = [];
		for (let at = 0; at < level.length; at += 2) {
			const [left, right] = [level[at], level[at + 1]];
			if (left) above.push(right ? nodeHash(left, right) : left);
		}
		level = above;
	}
	return level[0] ?? sha256('');
}

/** Section 2.1.3.2. @param {Buffer} leaf @param {number} index @param {Head} head @param {Buffer[]} proof */
function isIncluded(leaf, index, { size, root }, proof) {
	if (!Number.isSafeInteger(index) || index < 0 || index >= size) return false;
	let [node, last, hash] = [index, size - 1, leafHash(leaf)];
	for (const sibling of proof) {
		if (last === 0) return false;
		if (node % 2 === 1 || node === last) {
			hash = nodeHash(sibling, hash);
			while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
		} else hash = nodeHash(hash, sibling);
		[node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
	}
	return last === 0 && hash.equals(root);
}

/** Section 2.1.4.2, for a smaller tree. @param {Head} earlier @param {Head} now @param {Buffer[]} proof */
function isBeginning(earlier, now, proof) {
	if (earlier.size < 1 || earlier.size >= now.size || !proof.length) return false;
	const isPower = Number.isInteger(Math.log2(earlier.size));
	const [first, ...rest] = isPower ? [earlier.root, ...proof] : proof;
	if (!first) return false;
	let [node, last] = [earlier.size - 1, now.size - 1];
	while (node % 2 === 1) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
	let [before, after] = [first, first];
	for (const sibling of rest) {
		if (last === 0) return false;
		if (node % 2 === 1 || node === last) {
			[before, after] = [nodeHash(sibling, before), nodeHash(sibling, after)];
			while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
		} else after = nodeHash(after, sibling);
		[node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
	}
	return last === 0 && before.equals(earlier.root) && after.equals(now.root);
}

// ── Signed notes: c2sp.org/signed-note ──────────────────────────────────────────────────────────────────────────────

/** A key from its line of text, `name+id+base64`. @param {string} text @returns {Key} */
function parseKey(text) {
	const [, name = '', id = '', encoded = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/u.exec(text) ?? [];
	const bytes = Buffer.from(encoded, 'base64');
	if (!name || bytes[0] !== 1 || bytes.length !== 33) throw new Wrong(`"${text}" is not an Ed25519 key for notes`);
	if (sha256(`${name}\n`, bytes).subarray(0, 4).toString('hex') !== id)
		throw new Wrong(`the key ${name}+${id} does not have the id it says`);
	return { name, id, publicKey: bytes.subarray(1), text };
}

/**
 * The text of a note that one of the keys has signed under a name.
 * @param {string} what @param {string} note @param {string} name @param {Key[]} keys @returns {{ text: string, key: Key }}
 */
function openNote(what, note, name, keys) {
	const end = note.lastIndexOf('\n\n');
	if (end < 0 || !note.endsWith('\n')) throw new Wrong(`${what} is not a signed note`);
	const text = note.slice(0, end + 1);
	for (const line of note.slice(end + 2, -1).split('\n')) {
		const [, signer, encoded] = /^— (\S+) ([A-Za-z0-9+/]+=*)$/u.exec(line) ?? [];
		const bytes = bytesOf(encoded, `a signature of ${what}`);
		const id = bytes.subarray(0, 4).toString('hex');
		const key = keys.find((each) => signer === name && each.name === name && each.id === id);
		if (!key) continue;
		const jwk = { kty: 'OKP', crv: 'Ed25519', x: key.publicKey.toString('base64url') };
		const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
		if (!verify(null, Buffer.from(text), publicKey, bytes.subarray(4)))
			throw new Wrong(`the signature of ${what} is wrong: it is not what ${name} signed`);
		return { text, key };
	}
	throw new Wrong(`${what} is not signed by a key of ${name} that is ${given.keys.length ? 'given' : 'in the pack'}`);
}

/** @param {string} what @param {string} text @returns {Head} */
function parseHead(what, text) {
	const [, origin = '', size = '', root] = /^([^\n]+)\n([1-9][0-9]{0,15})\n([A-Za-z0-9+/]+=*)\n$/.exec(text) ?? [];
	if (!origin || !Number.isSafeInteger(Number(size))) throw new Wrong(`${what} is not a checkpoint`);
	return { origin, size: Number(size), root: hashOf(root, `the root of ${what}`) };
}

// ── The pack ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** @param {Buffer} file @returns {{ pack: Pack, text: string }} */
function readPack(file) {
	let [pack, text] = [/** @type {any} */ (null), ''];
	try {
		text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file);
		pack = JSON.parse(text);
	} catch (error) {
		throw new Unchecked(`the file is not JSON: ${error instanceof Error ? error.message : error}`);
	}
	if (pack?.format !== 'countersign-pack') throw new Unchecked('the file is not a pack of Countersign');
	if (pack.version !== 1) throw new Unchecked(`this program knows version 1 of packs, not ${pack.version}`);
	const wanted = `${canonical(pack)}\n`;
	if (text !== wanted)
		throw new Wrong(`the file is not in canonical form, from byte ${firstDifference(text, wanted) + 1} on`);
	// An answer is there where the pack was made for one: the seal is over it as over the rest.
	const { answer, ...rest } = pack;
	const members = 'checkpoint contentVersions earlier format keys origin person provider rows seal version';
	if (Object.keys(rest).sort().join(' ') !== members) throw new Wrong(`the pack should hold just: ${members}`);
	for (const name of ['checkpoint', 'origin', 'provider', 'seal'])
		if (typeof pack[name] !== 'string') throw new Wrong(`${name} is not text`);
	for (const name of ['contentVersions', 'earlier', 'keys', 'rows'])
		if (!Array.isArray(pack[name])) throw new Wrong(`${name} is not a list`);
	return { pack, text };
}

/**
 * Each row by itself: its text, its hash, and that it belongs here.
 * @param {Pack} pack @param {Row} row @param {Row | undefined} before @param {Head} head
 */
function checkRow(pack, row, before, head) {
	/** @type {Record<string, unknown>} */
	let entry;
	try {
		entry = JSON.parse(row.entry);
	} catch {
		throw new Wrong('its text is not JSON');
	}
	const wanted = canonical(entry);
	if (row.entry !== wanted)
		throw new Wrong(`its text is not in canonical form, from byte ${firstDifference(row.entry, wanted) + 1} of it on`);
	if (entry.seq !== row.seq) throw new Wrong(`its text says that it is row ${entry.seq}`);
	if (entry.providerId !== pack.provider) throw new Wrong('it is of another provider');
	if (pack.person && entry.personId !== pack.person) throw new Wrong('it is of another person');
	const [previous, hash] = [hashOf(row.prevHash, 'prevHash'), hashOf(row.hash, 'hash')];
	if (pack.person && before && row.seq <= before.seq) throw new Wrong(`it comes after row ${before.seq}`);
	if (!pack.person) {
		if (row.seq !== (before?.seq ?? 0) + 1) throw new Wrong(`row ${(before?.seq ?? 0) + 1} should stand here`);
		if (row.prevHash !== (before?.hash ?? Buffer.alloc(32).toString('base64')))
			throw new Wrong('it does not follow the row before it');
	}
	if (!sha256(Buffer.of(0), previous, row.entry).equals(hash)) throw new Wrong('its text is not what was hashed');
	if (!pack.person) return;
	const proof = (row.proof ?? []).map((part, at) => hashOf(part, `part ${at + 1} of its proof`));
	if (!isIncluded(hash, row.seq - 1, head, proof)) throw new Wrong('it is not among the rows that were signed');
}

/** @param {Pack} pack @param {string} text @param {Head} head */
function checkRows(pack, text, head) {
	for (const [place, row] of pack.rows.entries()) {
		try {
			checkRow(pack, row, pack.rows[place - 1], head);
		} catch (error) {
			const byte = Buffer.byteLength(text.slice(0, text.indexOf(canonical(row)))) + 1;
			throw error instanceof Wrong
				? new Wrong(`row ${row.seq} (from byte ${byte} of the file): ${error.message}`)
				: error;
		}
	}
	if (pack.person) return `${pack.rows.length} rows of one person, each proved to be among the ${head.size} signed`;
	if (pack.rows.length !== head.size)
		throw new Wrong(`the checkpoint counts ${head.size} rows, the pack has ${pack.rows.length}`);
	if (!rootOf(pack.rows.map((row) => Buffer.from(row.hash, 'base64'))).equals(head.root))
		throw new Wrong('the rows follow each other, but they are not the rows that were signed');
	return `${pack.rows.length} rows, which follow each other and are the ones that were signed`;
}

/** @param {Pack} pack @param {Key[]} keys */
function checkSeal(pack, keys) {
	const { seal, ...body } = pack;
	const { text } = openNote('the seal', seal, pack.origin, keys);
	const digest = sha256(canonical(body)).toString('base64');
	const [title, origin, count, sealed, ...more] = text.split('\n');
	if (title !== 'countersign pack seal' || origin !== pack.origin || more.join() !== '')
		throw new Wrong('the seal is not that of a pack of this log');
	if (count !== String(pack.rows.length))
		throw new Wrong(`the seal counts ${count} rows, the pack has ${pack.rows.length}`);
	if (sealed !== digest) throw new Wrong('the pack is not the one that was sealed');
	return `nothing was added to the pack or taken out since it was sealed`;
}

/** @param {Pack} pack */
function checkContent(pack) {
	const bare = (/** @type {string} */ id) => id.slice(0, 12) + id.slice(13, 16) + id.slice(17, 32);
	for (const { id, kind, slug, version, hash } of pack.contentVersions)
		if (!/^[0-9a-f]{64}$/.test(hash) || bare(id.replaceAll('-', '')) !== bare(hash))
			throw new Wrong(`${kind} ${slug} version ${version}: its id is not made from its hash`);
	const known = new Set(pack.contentVersions.map(({ id }) => id));
	for (const { seq, entry } of pack.rows) {
		const { contentVersionId } = JSON.parse(entry);
		if (contentVersionId !== null && !known.has(contentVersionId))
			throw new Wrong(`row ${seq} points at content ${contentVersionId}, which the pack does not name`);
	}
	return `${pack.contentVersions.length} versions of what was taught and asked, named by hash`;
}

/** @param {Pack} pack */
function checkAnswer({ answer, rows }) {
	if (!answer) throw new Wrong('there is no answer');
	const known = new Set(rows.map(({ seq }) => seq));
	const missing = answer.rows.find((seq) => !known.has(seq));
	if (missing !== undefined) throw new Wrong(`the answer rests on row ${missing}, which is not in the pack`);
	const said = `${answer.permit ? 'yes' : 'no'} (${answer.code}) for ${answer.privilege} at ${answer.site}, ${answer.at}`;
	return `${said}, as known at ${answer.knownAt}, by ${answer.policy}, on ${answer.rows.length} of these rows`;
}

/** @param {Pack} pack @param {Head} head @param {Key[]} keys @param {string} note */
function checkEarlier(pack, head, keys, note) {
	const { text } = openNote('the earlier checkpoint', note, pack.origin, keys);
	const earlier = parseHead('the earlier checkpoint', text);
	if (earlier.origin !== pack.origin) throw new Wrong(`the earlier checkpoint is of another log, ${earlier.origin}`);
	if (earlier.size > head.size)
		throw new Wrong(
			`the earlier checkpoint counts ${earlier.size} rows and this pack rests on ${head.size}: rows are gone`,
		);
	const refuse = () => new Wrong(`the first ${earlier.size} rows are no longer those of the earlier checkpoint`);
	if (earlier.size === head.size) {
		if (!earlier.root.equals(head.root)) throw refuse();
	} else if (pack.person) {
		const found = pack.earlier.find((each) => each.size === earlier.size);
		if (!found)
			throw new Unchecked(
				`this pack has no proof back to ${earlier.size} rows: ask for the pack of the whole provider`,
			);
		if (
			!isBeginning(
				earlier,
				head,
				found.proof.map((part) => hashOf(part, 'a part of the proof')),
			)
		)
			throw refuse();
	} else {
		const hashes = pack.rows.slice(0, earlier.size).map((row) => Buffer.from(row.hash, 'base64'));
		if (!rootOf(hashes).equals(earlier.root)) throw refuse();
	}
	return `the first ${earlier.size} rows are still those of the earlier checkpoint`;
}

// ── What was asked for ──────────────────────────────────────────────────────────────────────────────────────────────

const usage = 'Use: node verify-pack.mjs pack.json [--key VKEY]... [--checkpoint earlier-note.txt]';

/** @param {string[]} words */
function readArguments(words) {
	/** @type {{ file: string, keys: string[], checkpoint: string | null }} */
	const read = { file: '', keys: [], checkpoint: null };
	for (let at = 0; at < words.length; at += 1) {
		const [word = '', next] = [words[at], words[at + 1]];
		if (word === '--key' && next) read.keys.push(next);
		else if (word === '--checkpoint' && next && read.checkpoint === null) read.checkpoint = next;
		else if (!word.startsWith('-') && !read.file) {
			read.file = word;
			continue;
		} else throw new Unchecked(usage);
		at += 1;
	}
	if (!read.file) throw new Unchecked(usage);
	return read;
}

/** @param {string} file */
function read(file) {
	try {
		return readFileSync(file);
	} catch (error) {
		throw new Unchecked(`${file} cannot be read: ${error instanceof Error ? error.message : error}`);
	}
}

/** @param {string} what @param {string} found */
const say = (what, found) => console.log(`${what.padEnd(12)} ${found}`);

/** @type {ReturnType<typeof readArguments>} */
let given = { file: '', keys: [], checkpoint: null };

try {
	given = readArguments(process.argv.slice(2));
	const { pack, text } = readPack(read(given.file));
	const earlier = given.checkpoint === null ? null : read(given.checkpoint).toString();
	say('pack', `${pack.origin}, ${pack.person ? `person ${pack.person}` : 'the whole provider'}`);
	const keys = (given.keys.length ? given.keys : pack.keys).map(parseKey);
	for (const key of given.keys.length ? keys : [])
		if (key.name !== pack.origin) throw new Wrong(`the key you gave is of ${key.name}, the pack of ${pack.origin}`);

	const { text: headText, key } = openNote('the checkpoint', pack.checkpoint, pack.origin, keys);
	const head = parseHead('the checkpoint', headText);
	if (head.origin !== pack.origin) throw new Wrong(`the checkpoint is of another log, ${head.origin}`);
	say('checkpoint', `${head.size} rows, signed by ${key.name}+${key.id}`);
	say('rows', checkRows(pack, text, head));
	say('seal', checkSeal(pack, keys));
	say('content', checkContent(pack));
	if (pack.answer) say('answer', checkAnswer(pack));
	if (earlier !== null) say('earlier', checkEarlier(pack, head, keys, earlier));

	if (given.keys.length) say('key', 'the one you gave');
	else {
		say('key', 'came with the pack, so this shows that the pack is whole, not who made it. Compare');
		say('', `${key.text}`);
		say('', 'with the key you know, or give that with --key.');
	}
	console.log('Everything is as it was signed.');
} catch (error) {
	if (error instanceof Unchecked) console.error(error.message);
	else if (error instanceof Wrong) console.log(`WRONG: ${error.message}.`);
	else console.log(`WRONG: the pack is not built as a pack is (${error}).`);
	process.exitCode = error instanceof Unchecked ? 2 : 1;
}

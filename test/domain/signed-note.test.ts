import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noteCrypto, sha256 } from '../../app/commands/signing.ts';
import {
	checkpointText,
	fromBase64,
	NoteError,
	type NoteSigner,
	noteKey,
	openCheckpoint,
	openNote,
	parseCheckpoint,
	parseNote,
	parseVkey,
	signNote,
	toBase64,
	vkeyOf,
} from '../../app/domain/signed-note.ts';

// c2sp.org/signed-note, its example; and the documentation of golang.org/x/mod/sumdb/note.
const examples = [
	[
		'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
		'This is an example message.\n',
		'— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n',
	],
	[
		'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
		"If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
		'— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
	],
] as const;

test.each(examples)('the published note of %s verifies', (vkey, text, signature) => {
	const key = parseVkey(sha256, vkey);
	expect(vkeyOf(key)).toBe(vkey);
	expect(openNote(noteCrypto, `${text}\n${signature}`, [key])).toEqual({ text, key });
});

const [[vkey, text, signature]] = examples;
const note = `${text}\n${signature}`;
const exampleKey = parseVkey(sha256, vkey);

function signer(name: string): NoteSigner & { key: ReturnType<typeof noteKey> } {
	const { privateKey, publicKey } = generateKeyPairSync('ed25519');
	const bytes = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
	return { name, publicKey: bytes, sign: (given) => sign(null, given, privateKey), key: noteKey(sha256, name, bytes) };
}

test.each([
	['no text at all', ''],
	['no signatures', text],
	['no blank line', `${text}${signature}`],
	['no last line break', note.slice(0, -1)],
	['an empty signature line', `${note}\n`],
	['a hyphen for the dash', note.replace('—', '-')],
	['two spaces', note.replace('foo ', 'foo  ')],
	['a plus in the name', note.replace('/foo ', '/f+o ')],
	['windows line breaks', note.replaceAll('\n', '\r\n')],
	['a tab', note.replace('an example', 'an\texample')],
	['base64 without padding', note.replace('aQM=', 'aQM')],
	['base64 with bits to spare', note.replace('aQM=', 'aQN=')],
	['base64 of the other alphabet', note.replace('FXm', 'F-m')],
	['half a surrogate', note.replace('example', '\ud83d')],
	['more signatures than anybody needs', note + signature.repeat(16)],
])('a note with %s is refused', (_, given) => {
	expect(() => openNote(noteCrypto, given, [exampleKey])).toThrow(NoteError);
});

test('any other letter in the text, or another bit in the signature, is found', () => {
	fc.assert(
		fc.property(fc.nat({ max: text.length - 2 }), fc.nat({ max: 63 }), fc.nat({ max: 7 }), (at, byte, bit) => {
			const letter = text[at] === 'x' ? 'y' : 'x';
			expect(() => openNote(noteCrypto, note.slice(0, at) + letter + note.slice(at + 1), [exampleKey])).toThrow(
				/signature of example.com\/foo is wrong/,
			);
			const [line] = parseNote(note).signatures;
			const bytes = Buffer.from(line?.signature ?? []);
			bytes[byte] = (bytes[byte] ?? 0) ^ (1 << bit);
			const encoded = toBase64(Buffer.concat([Buffer.from('530d903a', 'hex'), bytes]));
			expect(() => openNote(noteCrypto, `${text}\n— example.com/foo ${encoded}\n`, [exampleKey])).toThrow(NoteError);
		}),
	);
});

test('signatures of unknown keys are passed over, and are not enough', () => {
	const [ours, theirs] = [signer('a.example/1'), signer('b.example/1')];
	const both = signNote(sha256, 'text\n', theirs) + signNote(sha256, 'text\n', ours).slice('text\n\n'.length);
	expect(openNote(noteCrypto, both, [ours.key]).key).toBe(ours.key);
	expect(openNote(noteCrypto, both, [theirs.key]).key).toBe(theirs.key);
	expect(() => openNote(noteCrypto, both, [exampleKey])).toThrow(/no key that is known/);
	expect(() => openNote(noteCrypto, both, [])).toThrow(/no key that is known/);
	// Of the same name, but another key.
	expect(() => openNote(noteCrypto, both, [signer('a.example/1').key])).toThrow(/no key that is known/);
});

test('a wrong signature of a known key condemns the note, whoever else has signed it', () => {
	const [ours, theirs] = [signer('a.example/1'), signer('b.example/1')];
	const wrong = signNote(sha256, 'other\n', ours).slice('other\n\n'.length);
	expect(() => openNote(noteCrypto, signNote(sha256, 'text\n', theirs) + wrong, [ours.key, theirs.key])).toThrow(
		/signature of a.example\/1 is wrong/,
	);
});

test('the last blank line parts text from signatures', () => {
	const ours = signer('a.example/1');
	const text = 'one\n\n— a.example/1 looks like a signature\n\nthree\n';
	expect(openNote(noteCrypto, signNote(sha256, text, ours), [ours.key]).text).toBe(text);
});

test.each([
	['nothing', ''],
	['another id', vkey.replace('530d903a', '530d903b')],
	['an id in capitals', vkey.replace('530d903a', '530D903A')],
	['another name', vkey.replace('foo', 'bar')],
	['a name with a space', vkey.replace('foo', 'f o')],
	['a key of another kind', `example.com/foo+530d903a+${toBase64(new Uint8Array(33).fill(2))}`],
	['a key that is too short', `example.com/foo+530d903a+${toBase64(new Uint8Array(32).fill(1))}`],
	['a line break after it', `${vkey}\n`],
])('a key line with %s is refused', (_, line) => {
	expect(() => parseVkey(sha256, line)).toThrow(NoteError);
});

const root = new Uint8Array(32).fill(9);
const head = { origin: 'countersign/fairfield-care/1', size: 20_852, root };

test('a checkpoint is three lines, and reads back the same', () => {
	expect(checkpointText(head)).toBe(`countersign/fairfield-care/1\n20852\n${toBase64(root)}\n`);
	expect(parseCheckpoint(checkpointText(head))).toEqual(head);
	// The example of c2sp.org/tlog-checkpoint.
	expect(
		parseCheckpoint('example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n'),
	).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 });
	expect(parseCheckpoint(checkpointText({ ...head, size: 0 })).size).toBe(0);
});

const written = checkpointText(head);
test.each([
	['no name', written.replace('countersign/fairfield-care/1', '')],
	['a space in its name', written.replace('fairfield-care', 'fairfield care')],
	['a leading zero', written.replace('20852', '020852')],
	['a sign', written.replace('20852', '+20852')],
	['a size no number holds', written.replace('20852', '9007199254740993')],
	['a broken number', written.replace('20852', '2e4')],
	['a root that is too short', `countersign/x/1\n5\n${toBase64(root.slice(1))}\n`],
	['a fourth line', `${written}more\n`],
	['no last line break', written.slice(0, -1)],
])('a checkpoint with %s is refused', (_, given) => {
	expect(() => parseCheckpoint(given)).toThrow(NoteError);
});

test('a checkpoint counts only under its own log’s name', () => {
	const [own, other] = [signer(head.origin), signer('countersign/elsewhere/1')];
	expect(openCheckpoint(noteCrypto, signNote(sha256, written, own), [own.key, other.key])).toEqual(head);
	expect(() => openCheckpoint(noteCrypto, signNote(sha256, written, other), [own.key, other.key])).toThrow(
		/countersign\/elsewhere\/1 signed a checkpoint of/,
	);
});

test('base64 has one form only', () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
			expect(fromBase64(toBase64(bytes))).toEqual(bytes);
		}),
	);
	for (const text of ['A', 'AB', 'AB=', 'AB==\n', ' AB==', 'AC==', '====', 'A-_=']) expect(fromBase64(text)).toBeNull();
});

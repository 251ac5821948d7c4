import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
	consistencyProof,
	inclusionProof,
	rootOf,
	sizeOf,
	treeOf,
	verifyConsistency,
	verifyInclusion,
} from '../../app/domain/merkle.ts';

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const of64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const hex = (hash: Uint8Array) => Buffer.from(hash).toString('hex');

// The eight leaves and roots of the tests of certificate-transparency (RFC 6962) and transparency-dev/merkle.
const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
	bytes,
);
const roots = [
	'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
	'6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
	'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
	'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
	'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
	'4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
	'76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
	'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
	'5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const tree = treeOf(sha256, leaves);

test.each(roots.map((root, size) => [size, root] as const))('the root over %i leaves', (size, root) => {
	expect(hex(rootOf(tree, size))).toBe(root);
	expect(hex(rootOf(treeOf(sha256, leaves.slice(0, size))))).toBe(root);
});

// transparency-dev/merkle testdata/inclusion/{1,2}/happy-path.json.
test.each([
	[
		0,
		[
			'lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=',
			'Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=',
			'a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=',
		],
	],
	[
		5,
		[
			'vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=',
			'yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=',
			'037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=',
		],
	],
])('the known proof that leaf %i is among eight', (index, known) => {
	const proof = inclusionProof(tree, index, 8);
	expect(proof).toEqual(known.map(of64));
	const leaf = leaves[index] as Uint8Array;
	expect(verifyInclusion(sha256, { leaf, index, size: 8, proof, root: rootOf(tree) })).toBe(true);
});

// transparency-dev/merkle testdata/consistency/{2,4}/happy-path.json.
test.each([
	[
		6,
		8,
		[
			'DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=',
			'yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=',
			'037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=',
		],
	],
	[
		6,
		7,
		[
			'DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=',
			'sIaT7C5yFZcTBkHoIR5+7cy0wmQTlj7ubB4u0W/7Gl8=',
			'037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=',
		],
	],
])('the known proof that %i leaves became %i', (earlier, size, known) => {
	const proof = consistencyProof(tree, earlier, size);
	expect(proof).toEqual(known.map(of64));
	const [earlierRoot, root] = [rootOf(tree, earlier), rootOf(tree, size)];
	expect(verifyConsistency(sha256, { earlier, earlierRoot, size, root, proof })).toBe(true);
});

/** No two leaves alike: the proof of one of two equal neighbours is rightly a proof of the other. */
const list = fc
	.array(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 70 })
	.map((items) => items.map((item, at) => Uint8Array.of(at, ...item)));
const place = fc.nat({ max: 10_000 });
const flipped = (hash: Uint8Array, bit: number) =>
	hash.map((byte, at) => (at === (bit >> 3) % hash.length ? byte ^ (1 << (bit & 7)) : byte));

test('every leaf of every list is shown to be in it, and nowhere else', () => {
	fc.assert(
		fc.property(list, place, place, (items, one, other) => {
			const grown = treeOf(sha256, items);
			const size = (one % items.length) + 1;
			const index = other % size;
			const [leaf, root] = [items[index] as Uint8Array, rootOf(grown, size)];
			const proof = inclusionProof(grown, index, size);
			const shown = { leaf, index, size, proof, root };
			expect(proof.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)));
			expect(verifyInclusion(sha256, shown)).toBe(true);
			expect(verifyInclusion(sha256, { ...shown, leaf: Uint8Array.of(...leaf, 1) })).toBe(false);
			expect(verifyInclusion(sha256, { ...shown, index: size })).toBe(false);
			for (const elsewhere of [index + 1, index - 1].filter((each) => each >= 0 && each < size))
				expect(verifyInclusion(sha256, { ...shown, index: elsewhere })).toBe(false);
		}),
	);
});

test('every list is shown to begin with each shorter one', () => {
	fc.assert(
		fc.property(list, place, place, (items, one, other) => {
			const grown = treeOf(sha256, items);
			const size = (one % items.length) + 1;
			const earlier = (other % size) + 1;
			const proof = consistencyProof(grown, earlier, size);
			const shown = { earlier, earlierRoot: rootOf(grown, earlier), size, root: rootOf(grown, size), proof };
			expect(verifyConsistency(sha256, shown)).toBe(true);
			expect(verifyConsistency(sha256, { ...shown, earlierRoot: flipped(shown.earlierRoot, one) })).toBe(false);
			expect(verifyConsistency(sha256, { ...shown, root: flipped(shown.root, other) })).toBe(false);
		}),
	);
});

test('a proof with a bit turned, a part too many or a part too few shows nothing', () => {
	fc.assert(
		fc.property(list, place, place, (items, one, bit) => {
			const grown = treeOf(sha256, items);
			const size = items.length;
			const index = one % size;
			const root = rootOf(grown);
			const inclusion = { leaf: items[index] as Uint8Array, index, size, root };
			const proof = inclusionProof(grown, index);
			const earlier = (one % size) + 1;
			const consistency = { earlier, earlierRoot: rootOf(grown, earlier), size, root };
			const growth = consistencyProof(grown, earlier);
			for (const wrong of spoilt(proof, bit))
				expect(verifyInclusion(sha256, { ...inclusion, proof: wrong })).toBe(false);
			for (const wrong of spoilt(growth, bit))
				expect(verifyConsistency(sha256, { ...consistency, proof: wrong })).toBe(false);
		}),
	);

	function spoilt(proof: Uint8Array[], bit: number): Uint8Array[][] {
		const turned = proof.map((_, at) => proof.map((part, each) => (each === at ? flipped(part, bit) : part)));
		const short = proof.map((part, at) => proof.map((each) => (each === proof[at] ? part.slice(1) : each)));
		const more = new Uint8Array(32).fill(bit & 255);
		return [...turned, ...short, [...proof, more], [more, ...proof], ...(proof.length ? [proof.slice(1)] : [])];
	}
});

test('a changed, removed, moved or added leaf changes the root', () => {
	fc.assert(
		fc.property(list, place, (items, one) => {
			const at = one % items.length;
			const root = hex(rootOf(treeOf(sha256, items)));
			const changed = items.with(at, Uint8Array.of(...(items[at] as Uint8Array), 7));
			const removed = items.toSpliced(at, 1);
			const added = items.toSpliced(at, 0, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9));
			for (const other of [changed, removed, added]) expect(hex(rootOf(treeOf(sha256, other)))).not.toBe(root);
			const moved = items.toReversed();
			if (moved.some((leaf, each) => hex(leaf) !== hex(items[each] as Uint8Array)))
				expect(hex(rootOf(treeOf(sha256, moved)))).not.toBe(root);
		}),
	);
});

const root = rootOf(tree);
const leaf = leaves[0] as Uint8Array;
const nothing = new Uint8Array();
const emptyRoot = rootOf(tree, 0);

test.each([
	['no leaves', { leaf, index: 0, size: 0, proof: [], root: emptyRoot }],
	['an index equal to the size', { leaf, index: 8, size: 8, proof: inclusionProof(tree, 7), root }],
	['an index before the first', { leaf, index: -1, size: 8, proof: inclusionProof(tree, 0), root }],
	['an index between two', { leaf, index: 0.5, size: 8, proof: inclusionProof(tree, 0), root }],
	['a size beyond whole numbers', { leaf, index: 0, size: 2 ** 60, proof: inclusionProof(tree, 0), root }],
	['an empty root', { leaf, index: 0, size: 1, proof: [], root: nothing }],
	['an empty part of a proof', { leaf, index: 0, size: 2, proof: [nothing], root: rootOf(tree, 2) }],
])('inclusion is refused for %s', (_, shown) => {
	expect(verifyInclusion(sha256, shown)).toBe(false);
});

const [seven, eight] = [rootOf(tree, 7), rootOf(tree, 8)];

test.each([
	['nothing to begin with', { earlier: 0, earlierRoot: emptyRoot, size: 8, root: eight, proof: [] }],
	['nothing at all', { earlier: 0, earlierRoot: emptyRoot, size: 0, root: emptyRoot, proof: [] }],
	['a list that shrank', { earlier: 8, earlierRoot: eight, size: 7, root: seven, proof: consistencyProof(tree, 7) }],
	['no proof', { earlier: 7, earlierRoot: seven, size: 8, root: eight, proof: [] }],
	['a proof between equal sizes', { earlier: 8, earlierRoot: eight, size: 8, root: eight, proof: [eight] }],
	['equal sizes with different roots', { earlier: 8, earlierRoot: seven, size: 8, root: eight, proof: [] }],
	['empty roots', { earlier: 1, earlierRoot: nothing, size: 1, root: nothing, proof: [] }],
	['swapped roots', { earlier: 7, earlierRoot: eight, size: 8, root: seven, proof: consistencyProof(tree, 7) }],
])('consistency is refused for %s', (_, shown) => {
	expect(verifyConsistency(sha256, shown)).toBe(false);
});

test('proofs that no tree can give are refused, not made up', () => {
	expect(sizeOf(tree)).toBe(8);
	for (const work of [
		() => rootOf(tree, 9),
		() => rootOf(tree, -1),
		() => rootOf(tree, 1.5),
		() => inclusionProof(tree, 8),
		() => inclusionProof(tree, 0, 9),
		() => inclusionProof(tree, 3, 3),
		() => consistencyProof(tree, 0),
		() => consistencyProof(tree, 9),
		() => consistencyProof(tree, 5, 4),
	])
		expect(work).toThrow(RangeError);
});

/**
 * The Merkle tree of RFC 9162 section 2.1: one root stands for a whole list, and short proofs show that an item is in
 * it, and that a longer list begins with a shorter one. SHA-256 is a parameter, because it is not plain TypeScript.
 */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** The hash of every complete subtree: `levels[h][i]` stands for the leaves from `i * 2^h` on, `2^h` of them. */
export interface Tree {
	sha256: Sha256;
	levels: Uint8Array[][];
}

const hashLength = 32;

function hashLeaf(sha256: Sha256, leaf: Uint8Array): Uint8Array {
	return sha256(joined(Uint8Array.of(0), leaf));
}

function hashNode(sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array {
	return sha256(joined(Uint8Array.of(1), left, right));
}

function joined(...parts: Uint8Array[]): Uint8Array {
	const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}

/** Grows a tree over leaves, in their order. */
export function treeOf(sha256: Sha256, leaves: Iterable<Uint8Array>): Tree {
	const levels: Uint8Array[][] = [[]];
	for (const leaf of leaves) {
		let hash = hashLeaf(sha256, leaf);
		for (let height = 0; ; height += 1) {
			levels[height] ??= [];
			const level = levels[height] as Uint8Array[];
			level.push(hash);
			if (level.length % 2 === 1) break;
			hash = hashNode(sha256, level.at(-2) as Uint8Array, hash);
		}
	}
	return { sha256, levels };
}

/** How many leaves a tree has. */
export function sizeOf(tree: Tree): number {
	return tree.levels[0]?.length ?? 0;
}

/** The root over a tree's first leaves; all of them when no size is given. That of no leaves is the hash of nothing. */
export function rootOf(tree: Tree, size = sizeOf(tree)): Uint8Array {
	if (!Number.isSafeInteger(size) || size < 0 || size > sizeOf(tree))
		throw new RangeError(`the tree has no root for ${size} leaves`);
	return size === 0 ? tree.sha256(new Uint8Array()) : span(tree, 0, size);
}

/** The hash over the leaves from one place up to another, where the first is where such a subtree may begin. */
function span(tree: Tree, from: number, to: number): Uint8Array {
	const size = to - from;
	const half = split(size);
	if (size === 1 || half * 2 === size) {
		const kept = tree.levels[Math.log2(size)]?.[from / size];
		if (kept) return kept;
	}
	return hashNode(tree.sha256, span(tree, from, from + half), span(tree, from + half, to));
}

/** The largest power of two below a size: where RFC 9162 cuts a list in two. */
function split(size: number): number {
	let half = 1;
	while (half * 2 < size) half *= 2;
	return half;
}

/** What is needed to show that the leaf at an index (from 0) is among the first `size`. */
export function inclusionProof(tree: Tree, index: number, size = sizeOf(tree)): Uint8Array[] {
	if (!isCount(size) || size > sizeOf(tree) || !Number.isSafeInteger(index) || index < 0 || index >= size)
		throw new RangeError(`there is no leaf ${index} among ${size}`);
	const proof: Uint8Array[] = [];
	for (let [from, to] = [0, size]; to - from > 1; ) {
		const middle = from + split(to - from);
		if (index < middle) {
			proof.push(span(tree, middle, to));
			to = middle;
		} else {
			proof.push(span(tree, from, middle));
			from = middle;
		}
	}
	return proof.reverse();
}

/** What is needed to show that the first `size` leaves begin with the first `earlier`. */
export function consistencyProof(tree: Tree, earlier: number, size = sizeOf(tree)): Uint8Array[] {
	if (!isCount(earlier) || !isCount(size) || earlier > size || size > sizeOf(tree))
		throw new RangeError(`no proof leads from ${earlier} leaves to ${size}`);
	const proof: Uint8Array[] = [];
	let [from, to, known] = [0, size, true];
	while (earlier !== to) {
		const middle = from + split(to - from);
		if (earlier <= middle) {
			proof.push(span(tree, middle, to));
			to = middle;
		} else {
			proof.push(span(tree, from, middle));
			[from, known] = [middle, false];
		}
	}
	if (!known) proof.push(span(tree, from, to));
	return proof.reverse();
}

/** Whether a leaf is at an index (from 0) of the list that a root stands for (RFC 9162 section 2.1.3.2). */
export function verifyInclusion(
	sha256: Sha256,
	given: { leaf: Uint8Array; index: number; size: number; proof: readonly Uint8Array[]; root: Uint8Array },
): boolean {
	const { leaf, index, size, proof, root } = given;
	if (!isCount(size) || !Number.isSafeInteger(index) || index < 0 || index >= size) return false;
	if (![root, ...proof].every(isHash)) return false;
	let [node, last] = [index, size - 1];
	let hash = hashLeaf(sha256, leaf);
	for (const sibling of proof) {
		if (last === 0) return false;
		if (node % 2 === 1 || node === last) {
			hash = hashNode(sha256, sibling, hash);
			while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
		} else {
			hash = hashNode(sha256, hash, sibling);
		}
		[node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
	}
	return last === 0 && same(hash, root);
}

/** Whether the list that one root stands for begins with the list of another (RFC 9162 section 2.1.4.2). */
export function verifyConsistency(
	sha256: Sha256,
	given: { earlier: number; earlierRoot: Uint8Array; size: number; root: Uint8Array; proof: readonly Uint8Array[] },
): boolean {
	const { earlier, earlierRoot, size, root, proof } = given;
	if (!isCount(earlier) || !isCount(size) || earlier > size) return false;
	if (![earlierRoot, root, ...proof].every(isHash)) return false;
	if (earlier === size) return proof.length === 0 && same(earlierRoot, root);
	if (!proof.length) return false;
	const [first, ...rest] = split(earlier) * 2 === earlier || earlier === 1 ? [earlierRoot, ...proof] : proof;
	let [node, last] = [earlier - 1, size - 1];
	while (node % 2 === 1) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
	let [before, now] = [first as Uint8Array, first as Uint8Array];
	for (const sibling of rest) {
		if (last === 0) return false;
		if (node % 2 === 1 || node === last) {
			[before, now] = [hashNode(sha256, sibling, before), hashNode(sha256, sibling, now)];
			while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
		} else {
			now = hashNode(sha256, now, sibling);
		}
		[node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
	}
	return last === 0 && same(before, earlierRoot) && same(now, root);
}

/** A list of nothing has no proofs. */
function isCount(size: number): boolean {
	return Number.isSafeInteger(size) && size > 0;
}

function isHash(bytes: Uint8Array): boolean {
	return bytes.length === hashLength;
}

/** Whether two pieces of bytes are the same. Nothing here is secret, so that the time it takes may tell. */
export function same(a: Uint8Array, b: Uint8Array): boolean {
	return a.length === b.length && a.every((byte, place) => byte === b[place]);
}

import type { Evidence } from './evidence.ts';

/**
 * JSON in the one form of RFC 8785: members sorted by UTF-16 code unit, no white space. Values are strings, finite
 * numbers, booleans, null, arrays and plain objects; anything else throws, because it could not be read back the same.
 */
export function canonical(value: unknown): string {
	if (value === null || typeof value === 'boolean') return String(value);
	if (typeof value === 'string') {
		if (!value.isWellFormed()) throw new TypeError('text with a broken surrogate has no canonical form');
		return JSON.stringify(value);
	}
	if (typeof value === 'number') {
		if (!Number.isFinite(value)) throw new TypeError(`not a finite number: ${value}`);
		return JSON.stringify(value);
	}
	if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
	if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
		const members = Object.entries(value).filter(([, member]) => member !== undefined);
		members.sort(([a], [b]) => (a < b ? -1 : 1));
		return `{${members.map(([name, member]) => `${canonical(name)}:${canonical(member)}`).join(',')}}`;
	}
	throw new TypeError(`no canonical form for ${typeof value}`);
}

/** A row of evidence as the chain hashes it, without the hash itself. It holds ids and codes, never a name. */
export type Entry = Evidence & { providerId: string };

/** The canonical bytes of a row, to be hashed after the previous row's hash. */
export function entryText(entry: Entry): string {
	return canonical({
		providerId: entry.providerId,
		seq: entry.seq,
		id: entry.id,
		kind: entry.kind,
		personId: entry.personId,
		privilege: entry.privilege,
		siteId: entry.siteId,
		observedAt: entry.observedAt.toISOString(),
		recordedAt: entry.recordedAt.toISOString(),
		recordedBy: entry.recordedBy,
		contentVersionId: entry.contentVersionId,
		supersedes: entry.supersedes,
		payload: entry.payload,
	});
}

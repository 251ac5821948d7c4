/**
 * The public keys a client signs its assertions with (RFC 7523, RFC 7517). Each key stands for a fixed list of
 * algorithms (RFC 8725 section 3.1), and each must have an id, so that a new one can be set beside the old.
 */
export interface ClientKey {
	kid: string;
	kty: string;
	[member: string]: string;
}

/** What an assertion may be signed with. RS512 is what NHS England’s own interfaces ask for. */
export const assertionAlgorithms = ['EdDSA', 'ES256', 'PS256', 'RS256', 'RS512'] as const;
export type AssertionAlgorithm = (typeof assertionAlgorithms)[number];

const mostKeys = 5;
const leastRsaBits = 2048;
const mostRsaBits = 8192;
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const publicMembers = ['kid', 'kty', 'crv', 'x', 'y', 'n', 'e', 'alg'] as const;

/** What a key may sign with: by its kind, narrowed to its own `alg` where it names one. */
export function algorithmsOf(key: Readonly<Record<string, string>>): AssertionAlgorithm[] {
	const { kty, crv, alg } = key;
	const byKind: readonly AssertionAlgorithm[] =
		kty === 'EC' && crv === 'P-256'
			? ['ES256']
			: kty === 'OKP' && crv === 'Ed25519'
				? ['EdDSA']
				: kty === 'RSA'
					? ['PS256', 'RS256', 'RS512']
					: [];
	return byKind.filter((each) => !alg || each === alg || (each === 'EdDSA' && alg === 'Ed25519'));
}

export type ClientKeysReading = { ok: true; keys: ClientKey[] } | { ok: false; message: string };

/**
 * Reads a JSON Web Key Set as a manager pastes it, and keeps only the public members. A private key is refused, aloud:
 * whoever sent it must make another.
 */
export function readClientKeys(text: string): ClientKeysReading {
	const refuse = (message: string): ClientKeysReading => ({ ok: false, message });
	let parsed: unknown;
	try {
		parsed = JSON.parse(text);
	} catch {
		return refuse('This is not a set of keys: it should begin with { "keys": [');
	}
	const given = (parsed as { keys?: unknown } | null)?.keys;
	if (!Array.isArray(given) || given.length < 1 || given.length > mostKeys)
		return refuse(`This is not a set of keys: it should hold "keys", with 1 to ${mostKeys} of them`);
	const keys: ClientKey[] = [];
	for (const [place, each] of given.entries()) {
		const wrong = (what: string) => refuse(`Key ${place + 1} ${what}`);
		if (typeof each !== 'object' || each === null || Array.isArray(each)) return wrong('is not a key');
		if (privateMembers.some((member) => Object.hasOwn(each, member)))
			return refuse(
				`Key ${place + 1} holds its secret part. Do not use it: ask the vendor for a new key, and for its public half only`,
			);
		const key = Object.fromEntries(
			publicMembers.flatMap((member) => {
				const value: unknown = (each as Record<string, unknown>)[member];
				return typeof value === 'string' && value ? [[member, value]] : [];
			}),
		) as ClientKey;
		if (!key.kid || key.kid.length > 200) return wrong('has no "kid" of at most 200 characters');
		if (keys.some(({ kid }) => kid === key.kid)) return wrong('has the same "kid" as one before it');
		if (each.use !== undefined && each.use !== 'sig') return wrong('is not for signing');
		if (!algorithmsOf(key).length)
			return wrong('is of a kind that is not taken: use Ed25519, P-256 or RSA, with a matching "alg"');
		if (!wholeKey(key)) return wrong(`is not complete, or is RSA with fewer than ${leastRsaBits} bits`);
		keys.push(key);
	}
	return { ok: true, keys };
}

function wholeKey({ kty, x, y, n, e }: ClientKey): boolean {
	const bytes = (value: string | undefined) =>
		value && /^[\w-]+$/.test(value) ? Math.floor((value.length * 3) / 4) : 0;
	if (kty === 'EC') return bytes(x) === 32 && bytes(y) === 32;
	if (kty === 'OKP') return bytes(x) === 32;
	return bytes(n) * 8 >= leastRsaBits && bytes(n) * 8 <= mostRsaBits && bytes(e) > 0;
}

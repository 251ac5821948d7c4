import { setTimeout as sleep } from 'node:timers/promises';
import { importJWK, type JWK } from 'jose';
import type { Db } from '#db/client.server.ts';
import { listSigningKeys } from '#db/queries/clients.ts';
import { HttpError } from './http.ts';

type Imported = Awaited<ReturnType<typeof importJWK>>;

interface TokenKey {
	id: string;
	publicJwk: JWK;
	/** Whether access tokens that it signed are still good. */
	verifies: boolean;
	verifying: Imported;
	/** Null once it is retired: its private half is gone. */
	signing: Imported | null;
}
type TokenKeys = ReadonlyMap<string, TokenKey>;
type StoredKey = Awaited<ReturnType<typeof listSigningKeys>>[number];

export const tokenAlgorithm = 'ES256';
const waitForOthers = 100;

/** The keys of access tokens as this process last read them. Whether a key is still good is asked with every answer. */
export function tokenKeys(db: Db) {
	const importedBefore = new Map<string, TokenKey>();
	let last: TokenKeys | undefined;
	let reading: Promise<TokenKeys> | undefined;
	let soon: Promise<TokenKeys> | undefined;

	/** Without the keys nobody can say whether a token is good: that is our trouble, not the caller's. */
	async function read(): Promise<TokenKeys> {
		const stored = await listSigningKeys(db).catch(() => {
			throw new HttpError(503, 'no answer from the database', { 'retry-after': '1' });
		});
		const keys = await Promise.all(stored.map((each) => importOnce(each)));
		last = new Map(keys.map((key) => [key.id, key]));
		return last;
	}

	/** Whoever asks while a read is under way shares it. */
	function readNow(): Promise<TokenKeys> {
		reading ??= read().finally(() => {
			reading = undefined;
		});
		return reading;
	}

	async function importOnce(stored: StoredKey): Promise<TokenKey> {
		const before = importedBefore.get(stored.id);
		// A key that is retired since has lost its private half.
		const key = before && (before.signing !== null) === Boolean(stored.privateJwk.d) ? before : await imported(stored);
		importedBefore.set(stored.id, key);
		return { ...key, verifies: stored.verifies };
	}

	/** Reads that are asked for within a tenth of a second are one, which begins after all of them. */
	function readSoon(): Promise<TokenKeys> {
		soon ??= sleep(waitForOthers).then(() => {
			soon = undefined;
			return read();
		});
		return soon;
	}

	return {
		/** The key that signs now. Throws HttpError 503 without one. */
		async signing(): Promise<{ id: string; key: Imported }> {
			for (const { id, signing } of (await readNow()).values()) if (signing) return { id, key: signing };
			throw new HttpError(503, 'no signing key');
		},
		/** The key that a token names; undefined where it is not, or no longer, one of ours. */
		async verifying(id: string): Promise<Imported | undefined> {
			const key = (last ?? (await readNow())).get(id) ?? (await readSoon()).get(id);
			return key?.verifies ? key.verifying : undefined;
		},
		/** What others need to check what we have signed. */
		async published(): Promise<JWK[]> {
			return [...(await readSoon()).values()].map(({ id, publicJwk }) => ({
				...publicJwk,
				kid: id,
				use: 'sig',
				alg: tokenAlgorithm,
			}));
		},
	};
}
export type KeyRing = ReturnType<typeof tokenKeys>;

async function imported({ id, privateJwk, verifies }: StoredKey): Promise<TokenKey> {
	const { kty = '', crv = '', x = '', y = '' } = privateJwk;
	const publicJwk = { kty, crv, x, y };
	return {
		id,
		publicJwk,
		verifies,
		verifying: await importJWK(publicJwk, tokenAlgorithm),
		signing: privateJwk.d ? await importJWK(privateJwk, tokenAlgorithm) : null,
	};
}

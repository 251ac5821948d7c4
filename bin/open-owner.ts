import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Db, openOwner } from '#db/client.server.ts';
import { runningOwnerUrl, startEmbedded } from '#db/embedded.ts';

/** Runs work on the installation's database as its owner: the running one, or else started for as long as it takes. */
export async function withOwner<T>(work: (owner: Db) => Promise<T>): Promise<T> {
	const { url, stop } = await findDatabase();
	const owner = openOwner(url, () =>
		console.error('Not every replica has confirmed this: whoever reads one that has not is refused.'),
	);
	try {
		return await work(owner.db);
	} finally {
		await owner.close();
		await stop();
	}
}

async function findDatabase(): Promise<{ url: string; stop(): Promise<void> }> {
	const { config } = await import('#app/config.server.ts');
	const running = config.databaseUrl ?? runningOwnerUrl(config.dataDir);
	if (running) return { url: running, stop: async () => {} };
	if (!existsSync(path.join(config.dataDir, 'postgres/PG_VERSION')))
		throw new Error(`There is no database in ${path.resolve(config.dataDir)} yet: npm start makes one.`);
	const { ownerUrl, stop } = await startEmbedded({ dataDir: config.dataDir });
	return { url: ownerUrl, stop };
}

/** Prints an error as one plain line. */
export function complain(error: unknown): void {
	const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
	console.error(cause instanceof Error ? cause.message || String((cause as { code?: string }).code) : String(cause));
}

import { existsSync } from 'node:fs';
import path from 'node:path';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import type { Db } from '#db/client.server.ts';
import { runningOwnerUrl, startEmbedded } from '#db/embedded.ts';
import * as schema from '#db/schema.ts';

/** Runs work on the installation's database as its owner: the running one, or else started for as long as it takes. */
export async function withOwner<T>(work: (owner: Db) => Promise<T>): Promise<T> {
	const { url, stop } = await openOwner();
	const client = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 5 });
	try {
		return await work(drizzle({ client, schema }));
	} finally {
		await client.end({ timeout: 2 });
		await stop();
	}
}

async function openOwner(): Promise<{ url: string; stop(): Promise<void> }> {
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

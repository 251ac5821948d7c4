import { existsSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { catalogue, rememberEarlier } from '#app/catalogue.server.ts';
import { verifyProvider } from '#app/commands/verifying.ts';
import type { Db } from '#db/client.server.ts';
import { runningOwnerUrl, startEmbedded } from '#db/embedded.ts';
import { listContentVersions } from '#db/queries/content.ts';
import * as schema from '#db/schema.ts';

// `npm run verify`: rechecks every provider's chain of evidence and rebuilds every standing, without writing anything.
process.chdir(path.resolve(import.meta.dirname, '..'));

const mostShown = 20;

async function openOwner(): Promise<{ url: string; stop(): Promise<void> }> {
	const { config } = await import('#app/config.server.ts');
	const running = config.databaseUrl ?? runningOwnerUrl(config.dataDir);
	if (running) return { url: running, stop: async () => {} };
	if (!existsSync(path.join(config.dataDir, 'postgres/PG_VERSION')))
		throw new Error(`There is no database in ${path.resolve(config.dataDir)} yet: npm start makes one.`);
	const { ownerUrl, stop } = await startEmbedded({ dataDir: config.dataDir });
	return { url: ownerUrl, stop };
}

/** Whether everything is as it was written. */
async function verify(db: Db): Promise<boolean> {
	const content = catalogue();
	rememberEarlier(content, await listContentVersions(db, ['privilege', 'policy']));
	const providers = await db.select({ id: schema.providers.id, name: schema.providers.name }).from(schema.providers);
	if (!providers.length) console.log('There is no provider yet, so there is nothing to verify.');
	let whole = true;
	for (const { id, name } of providers) {
		// One moment of the database, so that a server may go on writing meanwhile.
		const [findings, rows] = await db.transaction(
			async (tx) => {
				const [counted] = await tx.execute<{ rows: number }>(
					sql`select count(*)::int as rows from evidence where provider_id = ${id}`,
				);
				return [await verifyProvider(tx, id, content), counted?.rows ?? 0] as const;
			},
			{ isolationLevel: 'repeatable read', accessMode: 'read only' },
		);
		const counted = `${name}: ${rows} ${rows === 1 ? 'row' : 'rows'} of evidence`;
		if (!findings.length) {
			console.log(`${counted}, chain whole, standings as rebuilt`);
			continue;
		}
		whole = false;
		console.log(`${counted}, ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`);
		for (const { what, where, detail } of findings.slice(0, mostShown)) console.log(`  ${what}: ${where}: ${detail}`);
		if (findings.length > mostShown) console.log(`  … and ${findings.length - mostShown} more`);
	}
	return whole;
}

try {
	const { url, stop } = await openOwner();
	const client = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 5 });
	try {
		if (!(await verify(drizzle({ client, schema })))) process.exitCode = 1;
	} finally {
		await client.end({ timeout: 2 });
		await stop();
	}
} catch (error) {
	const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
	console.error(cause instanceof Error ? cause.message || String((cause as { code?: string }).code) : String(cause));
	process.exitCode = 1;
}

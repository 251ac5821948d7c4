import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, realpathSync, rmSync, statfsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { drizzle } from 'drizzle-orm/postgres-js';
import { exportJWK, generateKeyPair } from 'jose';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { readCatalogue } from '#app/catalogue.server.ts';
import { startEmbedded } from '#db/embedded.ts';
import { migrateDatabase } from '#db/migrate.ts';
import { addFirstSigningKey } from '#db/queries/clients.ts';
import { pinContentVersions } from '#db/queries/content.ts';
import * as schema from '#db/schema.ts';
import { demonstration, fewPeople, seedDemonstration } from '#db/seed.ts';
import { weakHash } from './weak-hash.ts';

declare module 'vitest' {
	export interface ProvidedContext {
		/** The owner's address of the maintenance database: tests clone their own from the templates beside it. */
		serverUrl: string;
		/** What the server writes down: a test may count in it what really reached the database. */
		serverLog: string;
	}
}

/**
 * One PostgreSQL for the whole run, with three templates: `empty` is migrated, `demonstration` is seeded as well, and so
 * is `few`, with fewer people. Of the projects that need it the first has it started, and the others find it.
 */
export default async function setUp({ vitest }: TestProject): Promise<(() => Promise<void>) | undefined> {
	const all = vitest.getRootProject();
	if ('serverUrl' in all.getProvidedContext()) return;
	const folder = realpathSync(mkdtempSync(path.join(quickestFolder(), 'countersign-vitest-')));
	// mkdtemp makes it 0700, through which the user Postgres runs as for root could not pass.
	chmodSync(folder, 0o711);
	const server = await startEmbedded({ dataDir: folder, durable: false });
	const clear = async () => {
		await server.stop();
		rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	};
	try {
		await makeSignInCheap(server.ownerUrl);
		await makeTemplates(server.ownerUrl);
	} catch (error) {
		await clear();
		throw error;
	}
	all.provide('serverUrl', server.ownerUrl);
	all.provide('serverLog', path.join(folder, 'postgres.log'));
	return clear;
}

/** Memory where there is plenty, as on most Linux machines: hundreds of clones are otherwise as slow as the disk. */
function quickestFolder(): string {
	const memory = '/dev/shm';
	if (!existsSync(memory)) return os.tmpdir();
	const { bavail, bsize } = statfsSync(memory);
	return bavail * bsize > 3 * 1024 ** 3 ? memory : os.tmpdir();
}

/** Thousands of connections are opened to it: a password of 32 random bytes needs no stretching against guesses. */
async function makeSignInCheap(serverUrl: string): Promise<void> {
	const server = postgres(serverUrl, { max: 1 });
	const { username, password } = new URL(serverUrl);
	await server`alter system set scram_iterations = 1`;
	await server`select pg_reload_conf()`;
	await server.unsafe(`set scram_iterations = 1; alter role ${username} password '${password}'`);
	await server.end();
}

async function makeTemplates(serverUrl: string): Promise<void> {
	const content = readCatalogue();
	const server = postgres(serverUrl, { max: 1, onnotice: () => {} });
	await server`create database empty`;
	await migrateDatabase(urlOf(serverUrl, 'empty'));
	await withOwner(urlOf(serverUrl, 'empty'), async (owner) => {
		await pinContentVersions(owner, content.versions);
		const { privateKey } = await generateKeyPair('ES256', { extractable: true });
		const privateJwk = (await exportJWK(privateKey)) as Record<string, string>;
		await addFirstSigningKey(owner, { id: randomUUID(), algorithm: 'ES256', privateJwk });
	});
	const { password, pin } = demonstration;
	const secrets = { passwordHash: await weakHash(password), pinHash: await weakHash(pin) };
	for (const [name, staffing] of [['demonstration'], ['few', fewPeople]] as const) {
		await server.unsafe(`create database ${name} template empty`);
		await withOwner(urlOf(serverUrl, name), async (owner) => {
			await seedDemonstration(owner, content, new Date(), staffing);
			await owner.update(schema.credentials).set(secrets);
		});
	}
	// Written out and closed, so that cloning copies files and has nobody to wait for.
	for (const name of ['empty', 'demonstration', 'few']) {
		const template = postgres(urlOf(serverUrl, name), { max: 1 });
		await template`vacuum (freeze, analyze)`;
		await template.end();
		await server.unsafe(`alter database ${name} with is_template true allow_connections false`);
	}
	await server`checkpoint`;
	await server.end();
}

async function withOwner(url: string, work: (owner: ReturnType<typeof drizzle<typeof schema>>) => Promise<unknown>) {
	const client = postgres(url, { max: 1, onnotice: () => {} });
	await work(drizzle({ client, schema }));
	await client.end();
}

function urlOf(serverUrl: string, database: string): string {
	const url = new URL(serverUrl);
	url.pathname = `/${database}`;
	return url.href;
}

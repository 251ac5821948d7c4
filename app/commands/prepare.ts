import { randomUUID } from 'node:crypto';
import { drizzle } from 'drizzle-orm/postgres-js';
import { exportJWK, generateKeyPair } from 'jose';
import postgres from 'postgres';
import { appUrlFrom, type Db } from '#db/client.server.ts';
import { startEmbedded } from '#db/embedded.ts';
import { migrateDatabase } from '#db/migrate.ts';
import { addFirstSigningKey } from '#db/queries/clients.ts';
import { pinContentVersions } from '#db/queries/content.ts';
import * as schema from '#db/schema.ts';
import { seedDemonstration } from '#db/seed.ts';
import { catalogue } from '../catalogue.server.ts';
import { config } from '../config.server.ts';

/** A database that is ready to serve from. */
export interface Prepared {
	ownerUrl: string;
	appUrl: string;
	/** Whether there is a provider at all: without one, somebody has to make the first administrator. */
	empty: boolean;
	stop(): Promise<void>;
}

/** Starts or finds the database, and brings schema, content, keys and demonstration up to date, as its owner. */
export async function prepare(say: (line: string) => void): Promise<Prepared> {
	const content = catalogue();
	const { ownerUrl, stop } = config.databaseUrl
		? { ownerUrl: config.databaseUrl, stop: async () => {} }
		: await startEmbedded({ dataDir: config.dataDir, log: say });
	const client = postgres(ownerUrl, { max: 1, onnotice: () => {}, connect_timeout: 5 });
	try {
		await migrateDatabase(ownerUrl);
		const owner = drizzle({ client, schema });
		await pinContentVersions(owner, content.versions);
		await ensureSigningKey(owner);
		if (config.demo && (await isEmpty(owner))) {
			say('Making the demonstration provider, Fairfield Care …');
			await seedDemonstration(owner, content, new Date());
		}
		const empty = await isEmpty(owner);
		await client.end({ timeout: 2 });
		return { ownerUrl, appUrl: appUrlFrom(ownerUrl), empty, stop };
	} catch (error) {
		await client.end({ timeout: 2 });
		await stop();
		throw error;
	}
}

async function isEmpty(owner: Db): Promise<boolean> {
	return (await owner.select({ id: schema.providers.id }).from(schema.providers).limit(1)).length === 0;
}

/** Makes the key that signs the gate's tokens, where there is none; several processes may try at once. */
async function ensureSigningKey(owner: Db): Promise<void> {
	const { privateKey } = await generateKeyPair('ES256', { extractable: true });
	const privateJwk = (await exportJWK(privateKey)) as Record<string, string>;
	await addFirstSigningKey(owner, { id: randomUUID(), algorithm: 'ES256', privateJwk });
}

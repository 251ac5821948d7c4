import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { appUrlFrom, asProvider, type Db } from '#db/client.server.ts';
import { startEmbedded } from '#db/embedded.ts';
import { migrateDatabase } from '#db/migrate.ts';
import { listContentVersions, pinContentVersions } from '#db/queries/content.ts';
import { listPersonIds } from '#db/queries/people.ts';
import * as schema from '#db/schema.ts';
import { demonstration, seedDemonstration } from '#db/seed.ts';
import { type Catalogue, catalogue, rememberEarlier, rememberedKinds } from '../catalogue.server.ts';
import { config } from '../config.server.ts';
import { holdChain } from './append.ts';
import { project } from './projecting.ts';
import { ensureLedgerKey, ensureTokenKey } from './signing.ts';

/** A database that is ready to serve from. */
export interface Prepared {
	ownerUrl: string;
	appUrl: string;
	/** The embedded server's Unix socket, which is quicker than loopback. */
	socketPath: string | undefined;
	/** Whether there is a provider at all: without one, somebody has to make the first administrator. */
	empty: boolean;
	/** How to sign in, where the demonstration is all there is. */
	demonstration: typeof demonstration | null;
	stop(): Promise<void>;
}

/** Starts or finds the database, and brings schema, content, keys and demonstration up to date, as its owner. */
export async function prepare(say: (line: string) => void): Promise<Prepared> {
	const content = catalogue();
	const { ownerUrl, socketPath, stop } = config.databaseUrl
		? { ownerUrl: config.databaseUrl, socketPath: undefined, stop: async () => {} }
		: await startEmbedded({ dataDir: config.dataDir, log: say });
	const client = postgres(ownerUrl, { max: 1, onnotice: () => {}, connect_timeout: 5 });
	try {
		await migrateDatabase(ownerUrl);
		const owner = drizzle({ client, schema });
		const fresh = await pinContentVersions(owner, content.versions);
		if (fresh.some(({ kind }) => kind === 'privilege' || kind === 'policy'))
			await projectEverybody(owner, content, say);
		await ensureTokenKey(owner);
		await ensureLedgerKey(owner);
		if (config.demo && !(await listProviders(owner)).length) {
			say('Making the demonstration provider, Fairfield Care …');
			await seedDemonstration(owner, content, new Date());
		}
		const providers = await listProviders(owner);
		await client.end({ timeout: 2 });
		return {
			ownerUrl,
			appUrl: appUrlFrom(ownerUrl),
			socketPath,
			empty: providers.length === 0,
			demonstration: providers.length === 1 && providers[0]?.demonstration ? demonstration : null,
			stop,
		};
	} catch (error) {
		await client.end({ timeout: 2 });
		await stop();
		throw error;
	}
}

/** At most two: none, one and several are all that anybody here asks about. */
function listProviders(owner: Db): Promise<{ demonstration: boolean }[]> {
	return owner.select({ demonstration: schema.providers.demonstration }).from(schema.providers).limit(2);
}

/** What is asked has changed: where everybody stands is worked out anew, before anybody asks. */
async function projectEverybody(owner: Db, content: Catalogue, say: (line: string) => void): Promise<void> {
	rememberEarlier(content, await listContentVersions(owner, rememberedKinds));
	const providers = await owner.select({ id: schema.providers.id, name: schema.providers.name }).from(schema.providers);
	for (const { id, name } of providers) {
		say(`Working out anew where everybody at ${name} stands …`);
		await asProvider(owner, id, async (tx) => {
			await holdChain(tx, id);
			await project(tx, id, content, await listPersonIds(tx, { providerId: id }), { content: true });
		});
	}
}

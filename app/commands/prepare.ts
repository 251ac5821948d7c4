import { appUrlFrom, asProvider, type Db, openOwner, sealingKeyFrom } from '#db/client.server.ts';
import { startEmbedded } from '#db/embedded.ts';
import { migrateDatabase } from '#db/migrate.ts';
import { listContentVersions, pinContentVersions } from '#db/queries/content.ts';
import { listPersonIds } from '#db/queries/people.ts';
import * as schema from '#db/schema.ts';
import { connectExample, demonstration, seedDemonstration } from '#db/seed.ts';
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
	/** Where the demonstration's example eMAR is told of changes; undefined where there is none. */
	exampleEmarUrl: string | undefined;
	stop(): Promise<void>;
}

/** Starts or finds the database, and brings schema, content, keys and demonstration up to date, as its owner. */
export async function prepare(say: (line: string) => void): Promise<Prepared> {
	const content = catalogue();
	const { ownerUrl, socketPath, stop } = config.databaseUrl
		? { ownerUrl: config.databaseUrl, socketPath: undefined, stop: async () => {} }
		: await startEmbedded({ dataDir: config.dataDir, log: say });
	const { db: owner, close } = openOwner(ownerUrl);
	try {
		await migrateDatabase(ownerUrl);
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
		const demonstrated = providers.length === 1 && providers[0]?.demonstration === true;
		const port = demonstrated ? config.exampleEmarPort : undefined;
		const exampleEmarUrl = port === undefined ? undefined : `http://127.0.0.1:${port}`;
		if (exampleEmarUrl) await connectExample(owner, `${exampleEmarUrl}/webhooks`, sealingKeyFrom(appUrlFrom(ownerUrl)));
		await close();
		return {
			ownerUrl,
			appUrl: appUrlFrom(ownerUrl),
			socketPath,
			empty: providers.length === 0,
			demonstration: demonstrated ? demonstration : null,
			exampleEmarUrl,
			stop,
		};
	} catch (error) {
		await close();
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

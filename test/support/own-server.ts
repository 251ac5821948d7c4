import {
	appendFileSync,
	chmodSync,
	chownSync,
	cpSync,
	mkdtempSync,
	readFileSync,
	realpathSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { onTestFinished } from 'vitest';
import { openOwner } from '#db/client.server.ts';
import { startEmbedded } from '#db/embedded.ts';
import { migrateDatabase } from '#db/migrate.ts';
import { addFirstSigningKey } from '#db/queries/clients.ts';
import { pinContentVersions } from '#db/queries/content.ts';
import { fewPeople, seedDemonstration } from '#db/seed.ts';
import { catalogue } from './demonstration.ts';

/** A PostgreSQL of one's own, to be stopped and started at will; the folder goes when the test is over. */
export function ownServer(name: string) {
	const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), `countersign-${name}-`)));
	chmodSync(folder, 0o711);
	let running: Awaited<ReturnType<typeof startEmbedded>> | undefined;
	const stop = async () => {
		await running?.stop();
		running = undefined;
	};
	onTestFinished(async () => {
		await stop();
		rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	});
	return {
		folder,
		cluster: path.join(folder, 'postgres'),
		/** Each time at the same address. */
		async start(): Promise<string> {
			running = await startEmbedded({ dataDir: folder, durable: false });
			return running.ownerUrl;
		},
		stop,
		/** Ends it as a power cut would. */
		async kill(): Promise<void> {
			process.kill(
				Number(readFileSync(path.join(folder, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]),
				'SIGKILL',
			);
			await stop();
		},
	};
}
export type OwnServer = ReturnType<typeof ownServer>;

/** Brings up the demonstration on it, as the product's own start does. */
export async function seed(ownerUrl: string): Promise<void> {
	await migrateDatabase(ownerUrl);
	const owner = openOwner(ownerUrl);
	await pinContentVersions(owner.db, catalogue.versions);
	const { privateKey } = await generateKeyPair('ES256', { extractable: true });
	const privateJwk = (await exportJWK(privateKey)) as Record<string, string>;
	await addFirstSigningKey(owner.db, { id: 'one', algorithm: 'ES256', privateJwk });
	await seedDemonstration(owner.db, catalogue, new Date(), fewPeople);
	await owner.close();
}

/** Makes a streaming replica of a server that is stopped: a copy of its folder, and whom to follow. */
export function makeReplica(primary: OwnServer, primaryUrl: string, name: string): OwnServer {
	const replica = ownServer(name);
	cpSync(primary.cluster, replica.cluster, { recursive: true });
	cpSync(path.join(primary.folder, 'owner-password'), path.join(replica.folder, 'owner-password'));
	const { uid, gid } = statSync(primary.cluster);
	const { username, password, hostname, port } = new URL(primaryUrl);
	const conninfo = `host=${hostname} port=${port} user=${username} password=${password}`;
	const settings = {
		primary_conninfo: conninfo,
		cluster_name: name,
		hot_standby_feedback: 'on',
		wal_retrieve_retry_interval: '200ms',
	};
	const lines = Object.entries(settings).map(([key, value]) => `${key} = '${value}'\n`);
	appendFileSync(path.join(replica.cluster, 'postgresql.auto.conf'), lines.join(''));
	writeFileSync(path.join(replica.cluster, 'standby.signal'), '');
	chownSync(path.join(replica.cluster, 'standby.signal'), uid, gid);
	// Made as root, the copy's folder is root's, and whoever starts it gives it all away.
	return replica;
}

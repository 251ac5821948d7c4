import { createHmac } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import { connect } from './connect.ts';
import { type Db, leases, replaceable, type Sql, type Tx } from './lease.ts';
import { type FactSource, follow } from './replica.ts';
import * as schema from './schema.ts';
import { bounds, watchSilence } from './silence.ts';

export type { Db, Sql, Tx } from './lease.ts';

export interface Database {
	db: Db;
	/** The gate's own connection: pipelined, never in a transaction, never given to Drizzle, which would change it. Perhaps to a replica. */
	gate: FactSource;
	/** The decision log's own, so that neither pages nor the gate wait for what it writes. */
	log: Sql;
	/** Seals secrets that the database holds, so that its rows alone do not give them away: made from its password. */
	sealingKey: Uint8Array;
	/** When a commit was last not confirmed by every replica that it waits for; 0: never, in this process. */
	lastUnconfirmed(): number;
	/** Calls back whenever somebody has notified a channel, and once as soon as it listens. Never rejects: try again by looking. */
	listen(channel: string, hear: () => void): { stop(): Promise<void> };
	close(): Promise<void>;
}

/** Seconds between attempts to reach a database that has gone: it may be back at any moment. */
const backoff = () => 0.2;

const appRole = 'countersign_app';

/**
 * The address of the application's own role on the owner's server. Its password is made from the owner's, so that
 * every process of an installation finds the same one and nothing more needs to be configured.
 */
export function appUrlFrom(ownerUrl: string): string {
	const url = new URL(ownerUrl);
	const password = createHmac('sha256', decodeURIComponent(url.password)).update(appRole).digest('hex');
	url.username = appRole;
	url.password = password;
	return url.href;
}

/** What seals secrets, made from the password of the application's role. */
export function sealingKeyFrom(appUrl: string): Uint8Array {
	return createHmac('sha256', decodeURIComponent(new URL(appUrl).password))
		.update('sealing')
		.digest();
}

interface Opening {
	socket?: string | undefined;
	connections?: number;
	/** A replica that the gate reads in place of the primary. */
	replicaUrl?: string | undefined;
	/** Told what keeps the replica from being believed, and with null that nothing does any more. */
	onReplica?: (trouble: string | null) => void;
	/** Told of each commit that replicas have not confirmed in time. */
	onUnconfirmed?: () => void;
}

/** Opens the application's connections. Nothing is sent until the first query, but to a replica, which is followed at once. */
export function openDatabase(appUrl: string, options: Opening = {}): Database {
	const common = {
		backoff,
		...(options.socket ? { path: options.socket } : {}),
	};
	const pages = { ...common, connection: bounds };
	const client = replaceable((onclose) => {
		const fresh = connect(appUrl, { ...pages, max: 1, onclose });
		watchSilence(fresh, appUrl, common, () => client.abandon());
		// Drizzle sets the client it is given to its own ways of reading dates; each new one needs that.
		drizzle({ client: fresh, schema });
		return fresh;
	});
	const { replicaUrl, onReplica } = options;
	const single = (url: string, ways: typeof common, timeout: number) =>
		replaceable((onclose) => connect(url, { ...ways, max: 1, connection: { statement_timeout: timeout }, onclose }));
	const gate: FactSource = single(replicaUrl ?? appUrl, replicaUrl ? { backoff } : common, 2000);
	const primary = replicaUrl === undefined ? undefined : single(appUrl, common, 1000);
	if (primary) gate.following = follow(gate, primary, onReplica);
	const log = single(appUrl, common, 5000);
	let unconfirmed = 0;
	const leased = leases(appUrl, pages, options.connections ?? 10, () => {
		unconfirmed = Date.now();
		options.onUnconfirmed?.();
	});
	const db = drizzle({ client, schema });
	return {
		db: Object.assign(db, { transaction: leased.transaction as typeof db.transaction }),
		gate,
		log,
		sealingKey: sealingKeyFrom(appUrl),
		lastUnconfirmed: () => unconfirmed,
		listen(channel, hear) {
			const listener = connect(appUrl, { ...common, max: 1 });
			listener.listen(channel, hear, hear).catch(() => {});
			return { stop: () => listener.end({ timeout: 1 }) };
		},
		close: async () => {
			await gate.following?.stop();
			await Promise.all([
				primary?.end({ timeout: 2 }),
				client.end({ timeout: 2 }),
				gate.end({ timeout: 2 }),
				log.end({ timeout: 2 }),
				leased.close(),
			]);
		},
	};
}

/** The owner's connections, for what is done before anybody is served, or by a command. */
export function openOwner(ownerUrl: string, onUnconfirmed?: () => void): { db: Db; close(): Promise<void> } {
	const client = connect(ownerUrl, { max: 1 });
	const leased = leases(ownerUrl, {}, 1, onUnconfirmed);
	const db = drizzle({ client, schema });
	return {
		db: Object.assign(db, { transaction: leased.transaction as typeof db.transaction }),
		close: async () => {
			await Promise.all([client.end({ timeout: 2 }), leased.close()]);
		},
	};
}

/** Runs work in one transaction as one provider: row-level security hides every other provider's rows. */
export function asProvider<T>(db: Db, providerId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
	return db.transaction(async (tx) => {
		await tx.execute(sql`select set_config('app.provider_id', ${providerId}, true)`);
		return work(tx);
	});
}

/** The same for reads that must all see one moment, however long they take and whoever writes meanwhile. */
export function readAsProvider<T>(db: Db, providerId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
	return db.transaction(async (tx) => {
		await tx.execute(sql`set transaction isolation level repeatable read, read only`);
		await tx.execute(sql`select set_config('app.provider_id', ${providerId}, true)`);
		return work(tx);
	});
}

let current: Database | undefined;

/** Makes a database the one that this process's pages use. */
export function setDatabase(database: Database): void {
	current = database;
}

/** The database of this process. Throws before `setDatabase`. */
export function database(): Database {
	if (!current) throw new Error('no database has been opened');
	return current;
}

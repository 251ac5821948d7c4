import { setTimeout as sleep } from 'node:timers/promises';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { type ConnectOptions, connect, type Sql } from './connect.ts';
import { believedFor } from './replica.ts';
import * as schema from './schema.ts';
import { watchSilence } from './silence.ts';

export type Db = PostgresJsDatabase<typeof schema>;
/** A transaction in which one provider's rows are visible and no other's. */
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0];
export type { Sql } from './connect.ts';

/**
 * Transactions, each on a connection of its own for as long as it lasts.
 *
 * The driver's own `begin` must not be used: when a connection is lost inside it, postgres.js 3.4.9 writes the rollback
 * to a socket that is gone, which ends the process (porsager/postgres#1208), and later statements of the dead
 * transaction can run and commit inside another one that got the connection after it (#1216). Here a connection that
 * was lost is never written to again and never handed on: the transaction fails, and a new connection takes its place.
 */
interface Lease {
	client: Sql;
	db: Db;
	lost: boolean;
	/** Whether the last commit returned before every replica that it waits for had it. */
	unconfirmed: boolean;
	/** Ends the transaction that holds the lease when the connection goes. */
	onLost: (error: Error) => void;
}

/** Milliseconds a commit waits for replicas, where it waits for any. No timeout of Postgres's own ends that wait. */
const longestCommit = 3000;

/** Milliseconds that somebody waits until one of the connections is free. */
const longestQueue = 10_000;

/** A pipelined connection that is replaced when it is lost. */
export interface Replaceable extends Sql {
	/** Gives up a connection that does not answer any more: whatever waits for it fails, and the next statement has a new one. */
	abandon(): void;
}

/**
 * One pipelined connection for single statements, replaced by a new client whenever it is lost: left to itself,
 * postgres.js 3.4.9 may never get through again after the server has ended a connection (porsager/postgres#1215).
 * @param make opens a client that calls `onclose` when its connection is gone.
 */
export function replaceable(make: (onclose: () => void) => Sql): Replaceable {
	let current: Sql | undefined;
	const client = (): Sql => {
		if (current) return current;
		const fresh = make(() => {
			if (current === fresh) abandon();
		});
		current = fresh;
		return fresh;
	};
	const abandon = () => {
		void current?.end({ timeout: 0 });
		current = undefined;
	};
	const own = new Map<string | symbol, unknown>([['abandon', abandon]]);
	return new Proxy((() => {}) as unknown as Replaceable, {
		apply: (_target, self, given) => Reflect.apply(client(), self, given),
		get: (_target, name) => (own.has(name) ? own.get(name) : Reflect.get(client(), name)),
		set: (_target, name, value) => Boolean(own.set(name, value)),
	});
}

export class ConnectionLost extends Error {
	constructor() {
		super('the connection to the database was lost');
	}
}

/** @param onUnconfirmed told of each commit that replicas have not confirmed in time. */
export function leases(url: string, options: ConnectOptions, most: number, onUnconfirmed: () => void = () => {}) {
	const idle: Lease[] = [];
	const waiting: ((lease: Lease) => void)[] = [];
	let open = 0;

	function make(): Lease {
		const onclose = () => {
			lease.lost = true;
			lease.onLost(new ConnectionLost());
		};
		const onnotice = (notice: { routine?: string }) => {
			// A warning of this routine, in whatever language the server speaks.
			if (notice.routine === 'SyncRepWaitForLSN') lease.unconfirmed = true;
		};
		const client = connect(url, { ...options, max: 1, onclose, onnotice });
		watchSilence(client, url, options, () => {
			onclose();
			// The others went the same way: nobody else shall find that out one by one.
			for (const each of idle) {
				each.lost = true;
				void each.client.end({ timeout: 0 });
			}
		});
		const send = client.unsafe.bind(client);
		client.unsafe = ((...query: Parameters<typeof send>) => {
			if (lease.lost) throw new ConnectionLost();
			return send(...query);
		}) as typeof client.unsafe;
		const lease: Lease = { client, db: drizzle({ client, schema }), lost: false, unconfirmed: false, onLost: () => {} };
		return lease;
	}

	function acquire(): Lease | Promise<Lease> {
		for (let lease = idle.pop(); lease; lease = idle.pop()) {
			if (!lease.lost) return lease;
			open -= 1;
		}
		if (open >= most) return inQueue();
		open += 1;
		return make();
	}

	function inQueue(): Promise<Lease> {
		return new Promise((resolve, reject) => {
			const next = (lease: Lease) => {
				clearTimeout(tooLong);
				resolve(lease);
			};
			const tooLong = setTimeout(() => {
				waiting.splice(waiting.indexOf(next), 1);
				reject(new Error('every connection to the database is in use'));
			}, longestQueue);
			waiting.push(next);
		});
	}

	function release(lease: Lease): void {
		lease.onLost = () => {};
		const next = waiting.shift();
		if (next) next(lease.lost ? make() : lease);
		else if (lease.lost) open -= 1;
		else idle.push(lease);
	}

	async function transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
		const lease = await acquire();
		const lost = new Promise<never>((_resolve, reject) => {
			lease.onLost = reject;
		});
		lost.catch(() => {});
		const done = run(lease, work);
		// When the connection goes first, whatever the work still tries fails by itself and is nobody's any more.
		done.catch(() => {});
		try {
			return await Promise.race([done, lost]);
		} finally {
			if (lease.lost) void lease.client.end({ timeout: 0 });
			release(lease);
		}
	}

	async function run<T>(lease: Lease, work: (tx: Tx) => Promise<T>): Promise<T> {
		try {
			const { state } = await lease.client.unsafe('begin');
			const result = await work(lease.db as unknown as Tx);
			lease.unconfirmed = false;
			const stopWaiting = endWaitOf(state.pid);
			await lease.client.unsafe('commit').finally(stopWaiting);
			if (lease.unconfirmed) {
				onUnconfirmed();
				// Whoever reads a replica that has not got it believes it no longer than this.
				await sleep(believedFor);
			}
			return result;
		} catch (error) {
			// A refused statement can be rolled back. After anything worse the connection is given up instead.
			if (!lease.lost && isFatal(error)) lease.lost = true;
			if (!lease.lost) await lease.client.unsafe('rollback');
			throw error;
		}
	}

	/** Ends the wait of a commit for replicas when it has been long enough; it is then done at the primary alone. */
	function endWaitOf(backend: number): () => Promise<void> {
		let ending: Promise<unknown> | undefined;
		const tooLong = setInterval(() => {
			if (ending) return;
			const client = connect(url, { ...options, max: 1 });
			ending = client`
				select pg_cancel_backend(pid) from pg_stat_activity where pid = ${backend} and wait_event = 'SyncRep'`
				.catch(() => {})
				.then(() => client.end({ timeout: 1 }))
				.finally(() => {
					ending = undefined;
				});
		}, longestCommit);
		return async () => {
			clearInterval(tooLong);
			// What comes after on this connection must not be what is ended.
			await ending;
		};
	}

	return {
		transaction,
		close: async () => {
			await Promise.all(idle.map((lease) => lease.client.end({ timeout: 2 })));
		},
	};
}

/** Whether an error says that the connection itself is over: the driver's own codes, the network's, or the server's FATAL. */
function isFatal(error: unknown): boolean {
	const cause = (error instanceof Error && error.cause ? error.cause : error) as { code?: string; severity?: string };
	if (cause?.severity) return cause.severity === 'FATAL' || cause.severity === 'PANIC';
	return /^(CONNECT|E[A-Z]+$)/.test(cause?.code ?? '');
}

import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import * as schema from './schema.ts';

export type Db = PostgresJsDatabase<typeof schema>;
/** A transaction in which one provider's rows are visible and no other's. */
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0];
export type Sql = ReturnType<typeof postgres>;

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
	/** Ends the transaction that holds the lease when the connection goes. */
	onLost: (error: Error) => void;
}

/**
 * One pipelined connection for single statements, replaced by a new client whenever it is lost: left to itself,
 * postgres.js 3.4.9 may never get through again after the server has ended a connection (porsager/postgres#1215).
 * @param make opens a client that calls `onclose` when its connection is gone.
 */
export function replaceable(make: (onclose: () => void) => Sql): Sql {
	let current: Sql | undefined;
	const client = (): Sql => {
		if (current) return current;
		const fresh = make(() => {
			if (current !== fresh) return;
			current = undefined;
			void fresh.end({ timeout: 0 });
		});
		current = fresh;
		return fresh;
	};
	return new Proxy((() => {}) as unknown as Sql, {
		apply: (_target, self, given) => Reflect.apply(client(), self, given),
		get: (_target, name) => Reflect.get(client(), name),
	});
}

export class ConnectionLost extends Error {
	constructor() {
		super('the connection to the database was lost');
	}
}

export function leases(url: string, options: postgres.Options<Record<string, postgres.PostgresType>>, most: number) {
	const idle: Lease[] = [];
	const waiting: ((lease: Lease) => void)[] = [];
	let open = 0;

	function make(): Lease {
		const onclose = () => {
			lease.lost = true;
			lease.onLost(new ConnectionLost());
		};
		const client = postgres(url, { ...options, max: 1, onclose });
		const send = client.unsafe.bind(client);
		client.unsafe = ((...query: Parameters<typeof send>) => {
			if (lease.lost) throw new ConnectionLost();
			return send(...query);
		}) as typeof client.unsafe;
		const lease: Lease = { client, db: drizzle({ client, schema }), lost: false, onLost: () => {} };
		return lease;
	}

	function acquire(): Lease | Promise<Lease> {
		for (let lease = idle.pop(); lease; lease = idle.pop()) {
			if (!lease.lost) return lease;
			open -= 1;
		}
		if (open >= most) return new Promise((resolve) => waiting.push(resolve));
		open += 1;
		return make();
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
			await lease.client.unsafe('begin');
			const result = await work(lease.db as unknown as Tx);
			await lease.client.unsafe('commit');
			return result;
		} catch (error) {
			// A refused statement can be rolled back. After anything worse the connection is given up instead.
			if (!lease.lost && isFatal(error)) lease.lost = true;
			if (!lease.lost) await lease.client.unsafe('rollback');
			throw error;
		}
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

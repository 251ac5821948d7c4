import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from './connect.ts';

/**
 * Milliseconds for which a replica is believed, counted from when the primary was asked how far it had got. Whoever
 * commits something that a replica has not confirmed waits as long before saying that it is done (`leases`).
 */
export const believedFor = 2000;
const every = 250;
const pollEvery = 20;

/** What a replica says cannot be relied on: it may lack something that has been committed. */
export class ReplicaBehind extends Error {}

interface Proof {
	/** The server process that showed it. Another one may belong to a server that has begun again further back. */
	backend: number;
	until: number;
}

/** Whether what a replica says may be believed. */
export interface Following {
	/** Null: not now. */
	proof(): Proof | null;
	/** What is in the way; null when nothing is. */
	trouble(): string | null;
	stop(): Promise<void>;
}

/** A connection by which facts are read, from the primary or from a replica that is followed. */
export type FactSource = Sql & { following?: Following; abandon?: () => void };

/**
 * Call it before a statement is sent, and what it returns with the `pg_backend_pid()` that the statement itself gave.
 * Either throws ReplicaBehind where the statement was answered by a replica that is not known to have everything.
 */
export function believing({ following }: FactSource): (backend: unknown) => void {
	if (!following) return () => {};
	const proof = following.proof();
	if (!proof) throw new ReplicaBehind();
	return (backend) => {
		if (backend !== proof.backend || performance.now() >= proof.until) throw new ReplicaBehind();
	};
}

/**
 * Follows how far a replica is: again and again the primary is asked how far it has got, and then the replica whether it
 * is as far. Then it has all that was committed before the primary was asked, and what commits later waits either for
 * this replica or until this proof has run out. Only the clock of this process is used, and only to measure how long.
 *
 * A server that begins again may begin further back than it was, so that a proof holds for one server process, and only
 * when the primary was asked after that process was first seen.
 */
export function follow(
	replica: FactSource,
	primary: FactSource,
	say: (trouble: string | null) => void = () => {},
): Following {
	let proof: Proof | null = null;
	let seen: number | undefined;
	let trouble: string | null = 'it has only begun';
	let stopped = false;

	async function prove(): Promise<void> {
		const known = seen;
		const until = performance.now() + believedFor;
		const [ahead] = await answerOf(
			primary,
			primary`
			select pg_current_wal_flush_lsn()::text as lsn, current_setting('synchronous_standby_names') as waited_for,
				(select system_identifier from pg_control_system())::text as system`,
		);
		while (!stopped && performance.now() < until) {
			const [behind] = await answerOf(
				replica,
				replica`
				select pg_backend_pid() as backend, pg_is_in_recovery() as following, current_setting('cluster_name') as name,
					(select system_identifier from pg_control_system())::text as system,
					coalesce(pg_last_wal_replay_lsn() >= ${ahead?.lsn}::pg_lsn, false) as reached`,
			);
			seen = behind?.backend;
			if (!behind?.following || behind.system !== ahead?.system) return is('it is no replica of this database');
			if (!isWaitedFor(behind.name, ahead?.waited_for))
				return is(`commits do not wait for ${behind.name || 'it, which has no cluster_name'}`);
			if (seen !== known) return prove();
			if (behind.reached) {
				proof = { backend: behind.backend, until };
				return is(null);
			}
			await sleep(pollEvery);
		}
		is('it lags');
	}

	function is(next: string | null): void {
		if (next !== trouble) say(next);
		trouble = next;
	}

	const ended = (async () => {
		while (!stopped) {
			await prove().catch((error: Error) => is(error.message || 'no answer'));
			await sleep(every);
		}
	})();

	return {
		proof: () => (proof && performance.now() < proof.until ? proof : null),
		trouble: () => (proof && performance.now() < proof.until ? null : (trouble ?? 'no answer')),
		async stop() {
			stopped = true;
			await Promise.race([ended, sleep(every * 2)]);
		},
	};
}

/** What a server answers. One that says nothing at all for so long is given up, and its place taken by a new connection. */
async function answerOf<T>(server: FactSource, asked: Promise<T>): Promise<T> {
	const silent = setTimeout(() => server.abandon?.(), believedFor);
	try {
		return await asked;
	} finally {
		clearTimeout(silent);
	}
}

/** The names in `synchronous_standby_names`, in small letters. */
export function namesIn(waitedFor: string): string[] {
	return listIn(waitedFor)
		.list.split(',')
		.map((each) =>
			each
				.trim()
				.replace(/^"(.*)"$/, '$1')
				.toLowerCase(),
		)
		.filter(Boolean);
}

function listIn(waitedFor: string): { count: number; list: string } {
	const [, count = '1', list = waitedFor] = /^\s*(?:first\s+|any\s+)?(\d+)\s*\((.*)\)\s*$/is.exec(waitedFor) ?? [];
	return { count: Number(count), list };
}

/**
 * Whether every commit that waits for replicas waits for this one, by what the primary's `synchronous_standby_names`
 * says: it is named, and all that are named are waited for.
 */
export function isWaitedFor(name: string, waitedFor: string): boolean {
	const names = namesIn(waitedFor);
	return names.includes(name.toLowerCase()) && !names.includes('*') && listIn(waitedFor).count >= names.length;
}

import { type ConnectOptions, connect, type Sql } from './connect.ts';

/** Milliseconds without an answer after which somebody looks, again and again, whether the server is still at it. */
const patience = 4000;
/** Seconds. */
const longestLook = 3;

/**
 * What keeps the server's own side of a connection from waiting for a client that is gone, and for a lock for ever:
 * in milliseconds and seconds, as Postgres has them.
 */
export const bounds = {
	lock_timeout: 20_000,
	tcp_keepalives_idle: 10,
	tcp_keepalives_interval: 5,
	tcp_keepalives_count: 3,
	tcp_user_timeout: 20_000,
};

/**
 * Watches what a client with one connection sends by `unsafe`, as Drizzle does. Packets that a network drops are noticed
 * by nobody for a quarter of an hour; a statement that takes long is no sign of it. So when an answer stays away, the
 * server is asked by a connection of its own whether it is at work for this one.
 * @param onSilent called when it is not, or cannot be reached: nothing will ever come.
 */
export function watchSilence(client: Sql, url: string, options: ConnectOptions, onSilent: () => void): void {
	const send = client.unsafe.bind(client);
	let backend: number | undefined;
	client.unsafe = ((...query: Parameters<typeof send>) => {
		const asked = send(...query);
		let looks = 0;
		let looking = false;
		const timer = setInterval(async () => {
			looks += 1;
			// A connection that is only being made has its own limit.
			if (looking || (backend === undefined && looks < 2)) return;
			looking = true;
			const atWork = await isAtWork(url, options, backend);
			looking = false;
			if (timer.hasRef() && !atWork) onSilent();
		}, patience);
		const heard = () => void clearInterval(timer.unref());
		asked.then(({ state }) => {
			backend = state?.pid ?? backend;
			heard();
		}, heard);
		return asked;
	}) as typeof client.unsafe;
}

async function isAtWork(url: string, options: ConnectOptions, backend: number | undefined): Promise<boolean> {
	if (backend === undefined) return false;
	const client = connect(url, { ...options, max: 1, connect_timeout: longestLook });
	const tooLong = setTimeout(() => void client.end({ timeout: 0 }), longestLook * 1000);
	try {
		// What has only just ended may be on its way here.
		const [row] = await client`
			select state = 'active' or state_change > clock_timestamp() - interval '2 seconds' as busy
			from pg_stat_activity where pid = ${backend}`;
		return row?.busy === true;
	} catch (error) {
		// A server that says no, as when it takes no more connections, can be reached.
		return (error as { severity?: string }).severity !== undefined;
	} finally {
		clearTimeout(tooLong);
		void client.end({ timeout: 1 });
	}
}

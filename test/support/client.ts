import { demonstration } from '#db/seed.ts';
import { Countersign, type Options } from '../../client/src/countersign.ts';
import { gateWith } from './authzen.ts';
import { issuer } from './gate.ts';

export const demoCredentials = { clientId: demonstration.clientId, clientSecret: demonstration.clientSecret };

/** A clock that a test sets: both hands, or one of them. */
export function settableClock() {
	let [wall, steady] = [0, 0];
	return {
		now: () => Date.now() + wall,
		elapsed: () => performance.now() + steady,
		/** Time goes on, as it does for everybody. */
		pass(milliseconds: number) {
			wall += milliseconds;
			steady += milliseconds;
		},
		/** Somebody sets the time of the device. */
		set(milliseconds: number) {
			wall += milliseconds;
		},
	};
}

/** A client of the demonstration's gate, over HTTP, with a wire that can be cut. */
export async function connected(scopes: string[] = [], options: Partial<Options> = {}) {
	const gate = await gateWith('status.read', ...scopes);
	const clock = settableClock();
	const wire = { cut: false, asked: [] as string[] };
	const client = new Countersign({
		url: `http://127.0.0.1:${gate.port}`,
		issuer,
		credentials: demoCredentials,
		clock,
		fetch: (url, init) => {
			wire.asked.push(new URL(String(url)).pathname);
			return wire.cut ? Promise.reject(new TypeError('fetch failed')) : fetch(url, init);
		},
		...options,
	});
	return { ...gate, client, clock, wire };
}

export const may = (subject: string, action = 'administer-oral', more: object = {}) => ({
	subject,
	action,
	site: 'rose-house',
	...more,
});

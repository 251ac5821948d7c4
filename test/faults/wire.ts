import { once } from 'node:events';
import { type AddressInfo, connect as connectTo, createServer, type Socket } from 'node:net';

/**
 * A wire between the application and Postgres that can be cut. It reads PostgreSQL's protocol as it passes, counts each
 * time the client stops to wait for an answer, and strikes once, at the wait it was told.
 */
export interface Wire {
	/** The same address by way of the wire. */
	through(url: string): string;
	/** Counts from nought again, and strikes at a wait or, with null, never. */
	arm(strike: Strike | null): void;
	/** How many waits there were since it was armed, and whether it has struck. */
	seen(): { waits: number; struck: boolean };
	/** Holds every byte there and back on the connections that are open, as a network that has gone silent; others pass. */
	hold(): void;
	release(): void;
	close(): Promise<void>;
}

/** `asked`: the question never arrives. `on-its-way`: it arrives, nobody waits. `answered`: it is done, the answer is lost. */
export const moments = ['asked', 'on-its-way', 'answered'] as const;
export type Moment = (typeof moments)[number];

export interface Strike {
	wait: number;
	moment: Moment;
	/** What befalls the client or the server; both ends of the wire are cut when it is done. */
	blow: (backend: number) => Promise<void> | void;
	/** Ends the client's side with a reset, which it sees as an error, in place of an orderly end. */
	reset?: boolean;
}

const [query, sync, flush] = ['Q', 'S', 'H'].map((letter) => letter.charCodeAt(0));
const [keyData, ready] = ['K', 'Z'].map((letter) => letter.charCodeAt(0));

export async function openWire(serverUrl: string): Promise<Wire> {
	const { hostname, port } = new URL(serverUrl);
	let strike: Strike | null = null;
	let waits = 0;
	let struck = false;
	const open = new Set<Socket>();

	const listener = createServer((client) => {
		const server = connectTo(Number(port), hostname);
		const cut = () => {
			client.destroy();
			server.destroy();
		};
		for (const end of [client, server]) {
			open.add(end);
			end.setNoDelay(true);
			end.on('error', cut);
			end.on('close', () => {
				open.delete(end);
				cut();
			});
		}
		let backend = 0;
		let muted = false;
		let onReady = () => {};
		const fromServer = messagesIn(false, (type, body) => {
			if (type === keyData) backend = body.readInt32BE(0);
			if (type === ready) onReady();
		});
		server.on('data', (bytes) => {
			if (!muted) client.write(bytes);
			fromServer(bytes);
		});

		let due: Strike | null = null;
		const fromClient = messagesIn(true, (type) => {
			if (type !== query && type !== sync && type !== flush) return;
			waits += 1;
			if (!strike || struck || strike.wait !== waits) return;
			struck = true;
			due = strike;
		});
		client.on('data', async (bytes) => {
			if (muted) return;
			fromClient(bytes);
			if (!due) return void server.write(bytes);
			muted = true;
			const { moment, blow, reset } = due as Strike;
			if (moment !== 'asked') {
				const done = new Promise<void>((resolve) => {
					onReady = resolve;
					server.once('close', resolve);
				});
				// After a flush the server says when it is ready only if it is asked.
				const last = bytes.at(-5) === flush && bytes.readInt32BE(bytes.length - 4) === 4;
				server.write(last ? Buffer.concat([bytes, Buffer.of(sync ?? 0, 0, 0, 0, 4)]) : bytes);
				if (moment === 'answered') await done;
			}
			await blow(backend);
			if (reset) client.resetAndDestroy();
			cut();
		});
	});
	listener.listen(0, '127.0.0.1');
	await once(listener, 'listening');
	const own = String((listener.address() as AddressInfo).port);

	return {
		through(url) {
			const address = new URL(url);
			address.hostname = '127.0.0.1';
			address.port = own;
			return address.href;
		},
		arm(next) {
			strike = next;
			waits = 0;
			struck = false;
		},
		seen: () => ({ waits, struck }),
		hold() {
			for (const end of open) end.pause();
		},
		release() {
			for (const end of open) end.resume();
		},
		async close() {
			for (const end of open) end.destroy();
			listener.close();
			await once(listener, 'close');
		},
	};
}

/** Reads a stream of messages. A client's first one has no letter in front. */
function messagesIn(fromClient: boolean, on: (type: number | undefined, body: Buffer) => void) {
	let rest: Buffer = Buffer.alloc(0);
	let greeted = !fromClient;
	return (bytes: Buffer) => {
		rest = rest.length ? Buffer.concat([rest, bytes]) : bytes;
		for (;;) {
			const letter = greeted ? 1 : 0;
			if (rest.length < letter + 4) return;
			const end = letter + rest.readInt32BE(letter);
			if (rest.length < end) return;
			on(greeted ? rest[0] : undefined, rest.subarray(letter + 4, end));
			greeted = true;
			rest = rest.subarray(end);
		}
	};
}

import { causeOf } from './answer.ts';

/** There is no answer that one could act upon. */
export class NoAnswer extends Error {
	/** Whether the gate was not reached: it has then not refused this client, nor the question. */
	readonly unreachable: boolean;
	readonly status: number | undefined;

	constructor(message: string, { unreachable, status }: { unreachable: boolean; status?: number }) {
		super(message);
		this.name = 'NoAnswer';
		this.unreachable = unreachable;
		this.status = status;
	}
}

export interface Fetched {
	status: number;
	body: unknown;
}

/** How to reach the gate. */
export interface Reach {
	fetch: typeof fetch;
	timeout: number;
}

/** Sends one request and reads JSON. Throws NoAnswer for whatever is not a success with a body of JSON. */
export async function send({ fetch, timeout }: Reach, url: string, init: RequestInit): Promise<Fetched> {
	let response: Response;
	let text: string;
	try {
		// What we send opens doors: it is never sent on to another address.
		response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(timeout) });
		text = await response.text();
	} catch (error) {
		throw new NoAnswer(`${new URL(url).pathname}: ${causeOf(error)}`, { unreachable: true });
	}
	const { status } = response;
	if (status < 200 || status > 299) {
		const unreachable = status >= 500;
		throw new NoAnswer(`${new URL(url).pathname}: ${status} ${text.slice(0, 200)}`, { unreachable, status });
	}
	try {
		return { status, body: JSON.parse(text) };
	} catch {
		throw new NoAnswer(`${new URL(url).pathname}: the answer is not JSON`, { unreachable: true });
	}
}

import type { IncomingMessage, ServerResponse } from 'node:http';

const mostBytes = 64 * 1024;

/** A refusal that becomes an HTTP status and never a decision. */
export class HttpError extends Error {
	constructor(
		readonly status: number,
		message: string,
		readonly headers: Record<string, string> = {},
	) {
		super(message);
	}
}

/** Nobody can say just now: an error within a bounded time, and never a decision. */
export function noAnswer(): HttpError {
	return new HttpError(503, 'no answer from the database', { 'retry-after': '1' });
}

/** What takes too long is `noAnswer`. */
export async function inTime<T>(work: Promise<T>, milliseconds = 1500): Promise<T> {
	let tooLate: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		tooLate = setTimeout(() => reject(noAnswer()), milliseconds);
	});
	try {
		return await Promise.race([work, late]);
	} finally {
		clearTimeout(tooLate);
	}
}

/** What an endpoint answers with where it is not 200, or not JSON without more ado. */
export class Answer {
	constructor(
		readonly body: unknown,
		readonly status = 200,
		readonly headers: Record<string, string> = {},
		/** The body as JSON, where somebody has written it already. */
		readonly text: string = JSON.stringify(body),
	) {}
}

/** Answers one request: with what is sent as JSON and 200, or with an `Answer`. Throws HttpError. */
export type Endpoint = (request: IncomingMessage) => Promise<unknown>;

/** The endpoints of one part of the gate, by path and method. */
export type Endpoints = Record<string, { GET?: Endpoint; POST?: Endpoint; PUT?: Endpoint; DELETE?: Endpoint }>;

/** The whole body, at most 64 kB. Rejects with HttpError 413. By events: an async iterator costs ten times as much. */
export function readBytes(request: IncomingMessage): Promise<Buffer> {
	return new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		let size = 0;
		request.on('data', (chunk: Buffer) => {
			size += chunk.length;
			if (size <= mostBytes) chunks.push(chunk);
			else reject(new HttpError(413, 'the body is larger than 64 kB'));
		});
		request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
		request.on('error', reject);
	});
}

/** The whole body as text. Rejects with HttpError 413. */
export async function readBody(request: IncomingMessage): Promise<string> {
	return (await readBytes(request)).toString('utf8');
}

/** The media type of a request's body, in lower case and without parameters. */
export function mediaType(request: IncomingMessage): string {
	return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

export function sendJson(
	response: ServerResponse,
	status: number,
	body: unknown,
	headers: Record<string, string> = {},
	text = JSON.stringify(body),
): void {
	const bytes = Buffer.byteLength(text);
	response.writeHead(status, {
		'content-type': 'application/json',
		'content-length': bytes,
		'cache-control': 'no-store',
		'x-content-type-options': 'nosniff',
		...headers,
	});
	// A string goes out together with the headers, and in one encoding: theirs, which ASCII shares.
	if (bytes === text.length) response.end(text, 'latin1');
	else response.end(Buffer.from(text));
}

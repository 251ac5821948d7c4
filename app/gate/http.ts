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

/** What an endpoint answers with where it is not 200, or not JSON without more ado. */
export class Answer {
	constructor(
		readonly body: unknown,
		readonly status = 200,
		readonly headers: Record<string, string> = {},
	) {}
}

/** Answers one request: with what is sent as JSON and 200, or with an `Answer`. Throws HttpError. */
export type Endpoint = (request: IncomingMessage) => Promise<unknown>;

/** The endpoints of one part of the gate, by path and method. */
export type Endpoints = Record<string, { GET?: Endpoint; POST?: Endpoint; PUT?: Endpoint; DELETE?: Endpoint }>;

/** The whole body as text, at most 64 kB. Rejects with HttpError 413. By events: an async iterator costs ten times as much. */
export function readBody(request: IncomingMessage): Promise<string> {
	return new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		let size = 0;
		request.on('data', (chunk: Buffer) => {
			size += chunk.length;
			if (size <= mostBytes) chunks.push(chunk);
			else reject(new HttpError(413, 'the body is larger than 64 kB'));
		});
		request.on('end', () =>
			resolve((chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString('utf8')),
		);
		request.on('error', reject);
	});
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
): void {
	// As bytes: with a string Node would write the headers in the body's encoding, and spoil a request id beyond ASCII.
	const bytes = Buffer.from(JSON.stringify(body));
	response.writeHead(status, {
		'content-type': 'application/json',
		'content-length': bytes.length,
		'cache-control': 'no-store',
		'x-content-type-options': 'nosniff',
		...headers,
	});
	response.end(bytes);
}

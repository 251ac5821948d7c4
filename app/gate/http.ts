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

/** The whole body as text, at most 64 kB. Throws HttpError 413. */
export async function readBody(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > mostBytes) throw new HttpError(413, 'the body is larger than 64 kB');
		chunks.push(chunk);
	}
	return (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString('utf8');
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
	const text = JSON.stringify(body);
	response.writeHead(status, {
		'content-type': 'application/json',
		'content-length': Buffer.byteLength(text),
		'cache-control': 'no-store',
		'x-content-type-options': 'nosniff',
		...headers,
	});
	response.end(text);
}

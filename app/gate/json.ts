import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { HttpError, mediaType, readBytes } from './http.ts';

const mostDeep = 32;

/** The body of a request as I-JSON (RFC 7493): UTF-8, no name twice in an object, at most 32 deep. Throws HttpError 400 and 413. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
	if (mediaType(request) !== 'application/json') throw new HttpError(400, 'send application/json');
	const bytes = await readBytes(request);
	if (!isUtf8(bytes)) throw new HttpError(400, 'the body is not UTF-8');
	return parseJson(bytes.toString('utf8'));
}

/** As `readJson`, of text. */
export function parseJson(text: string): unknown {
	let body: unknown;
	try {
		body = JSON.parse(text);
	} catch {
		throw new HttpError(400, 'the body is not JSON');
	}
	checkMembers(text);
	return body;
}

/** What a schema makes of a value. Throws HttpError 400 with the first thing that is wrong. */
export function shaped<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	throw new HttpError(400, firstIssue(parsed.error));
}

/** The first thing that is wrong, in one line. */
export function firstIssue({ issues: [issue] }: z.ZodError): string {
	return `${issue?.path.map(String).join('.') || 'body'}: ${issue?.message ?? 'not what is asked for'}`;
}

/**
 * Looks through text that JSON.parse has taken, which keeps the last of two members of one name and says nothing: another
 * system on the way may have kept the first.
 */
function checkMembers(text: string): void {
	/** The names seen in each object that is open; null for an array. */
	const open: (Set<string> | null)[] = [];
	let names: Set<string> | null = null;
	let atName = false;
	for (let place = 0; place < text.length; place += 1) {
		switch (text.charCodeAt(place)) {
			case 0x22: {
				const end = endOfString(text, place);
				if (atName && names) {
					const written = text.slice(place + 1, end);
					const name: string = written.includes('\\') ? JSON.parse(`"${written}"`) : written;
					if (names.has(name)) throw new HttpError(400, 'a member name stands twice in one object');
					names.add(name);
					atName = false;
				}
				place = end;
				break;
			}
			case 0x7b:
			case 0x5b: {
				const isObject = text.charCodeAt(place) === 0x7b;
				names = isObject ? new Set() : null;
				atName = isObject;
				open.push(names);
				if (open.length > mostDeep) throw new HttpError(400, `the body is nested more than ${mostDeep} deep`);
				break;
			}
			case 0x7d:
			case 0x5d:
				open.pop();
				names = open.at(-1) ?? null;
				atName = false;
				break;
			case 0x2c:
				atName = names !== null;
				break;
		}
	}
}

/** Where the string that begins at a place ends: the next quotation mark with an even number of backslashes before it. */
function endOfString(text: string, start: number): number {
	for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
		let backslashes = 0;
		while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes += 1;
		if (backslashes % 2 === 0) return end;
	}
}

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { HttpError } from './http.ts';
import { mostResults, type PageAsked } from './shapes.ts';

/** What a token says: which search it belongs to, after which result to go on, and how many go on a page. */
const tokenContent = z.tuple([z.string(), z.string(), z.int().min(0).max(mostResults)]);

export interface Page {
	page: { next_token: string; count: number; total: number };
	ids: string[];
}

/**
 * Cuts a page out of all the results of a search, in the order of their ids. Searches are read anew for each page: what
 * a page holds is true when it is answered, and nobody is on two pages.
 * @param search what the token is bound to: everything asked, without the page.
 */
export function pageOf(asked: PageAsked, search: unknown): (ids: readonly string[]) => Page {
	const bound = createHash('sha256').update(JSON.stringify(search, inOrder)).digest('base64url');
	const from = asked?.token ? contentOf(asked.token) : undefined;
	if (from && from[0] !== bound)
		throw new HttpError(400, 'page.token: it belongs to another search; ask for the first page again');
	const limit = Math.min(asked?.limit ?? from?.[2] ?? mostResults, mostResults);
	return (ids) => {
		const sorted = [...ids].sort(byText);
		const rest = from ? sorted.filter((id) => byText(id, from[1]) > 0) : sorted;
		const shown = rest.slice(0, limit);
		const after = shown.at(-1) ?? from?.[1] ?? '';
		const content: z.infer<typeof tokenContent> = [bound, after, limit];
		const more = rest.length > shown.length;
		return {
			page: {
				next_token: more ? Buffer.from(JSON.stringify(content)).toString('base64url') : '',
				count: shown.length,
				total: sorted.length,
			},
			ids: shown,
		};
	};
}

function contentOf(token: string): z.infer<typeof tokenContent> {
	try {
		return tokenContent.parse(JSON.parse(Buffer.from(token, 'base64url').toString('utf8')));
	} catch {
		throw new HttpError(400, 'page.token: not one of ours');
	}
}

function byText(one: string, other: string): number {
	return one < other ? -1 : one > other ? 1 : 0;
}

/** Whatever order a client writes its members in, it is the same search. */
function inOrder(_: string, value: unknown): unknown {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
	return Object.fromEntries(Object.entries(value).sort(([one], [other]) => byText(one, other)));
}

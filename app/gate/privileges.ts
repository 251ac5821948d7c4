import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Catalogue } from '../catalogue.server.ts';
import { Answer, type Endpoint, type Endpoints } from './http.ts';

/** Seconds for which anybody may hold what is public. */
const maximumAge = 300;

/**
 * `GET /v1/privileges` and each privilege at its own address, which names it for ever: what there is to be asked about.
 * Public: it says nothing of anybody.
 */
export function privilegeEndpoints({ privileges }: Pick<Catalogue, 'privileges'>, origin: string): Endpoints {
	const all = [...privileges.values()].map(({ body, version }) => ({
		id: `${origin}/privileges/${body.code}`,
		code: body.code,
		version,
		title: body.title,
		permits: body.permits,
		for: body.for,
		validity: body.validity,
		...(body.witness ? { witness: body.witness } : {}),
		requirements: [...new Set(body.requirements.map((each) => each.kind))],
		clinical_review: body.provenance.clinicalReview === 'awaiting' ? 'awaiting' : 'done',
	}));
	return Object.fromEntries([
		['/v1/privileges', { GET: published({ privileges: all }) }],
		...all.map((each) => [`/privileges/${each.code}`, { GET: published(each) }] as const),
	]);
}

/** The same bytes for everybody, and 304 for whoever has them. */
function published(body: unknown): Endpoint {
	const etag = `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url')}"`;
	const headers = { etag, 'cache-control': `public, max-age=${maximumAge}` };
	return async (request: IncomingMessage) => new Answer(body, isKnown(request, etag) ? 304 : 200, headers);
}

/** RFC 9110 section 13.1.2: a list, of which one is enough; weak comparison. */
function isKnown({ headers: { 'if-none-match': known = '' } }: IncomingMessage, etag: string): boolean {
	return known.split(',').some((each) => ['*', etag, `W/${etag}`].includes(each.trim()));
}

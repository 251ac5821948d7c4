import type { IncomingMessage } from 'node:http';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { asProvider, type Database } from '#db/client.server.ts';
import { findPlace, listEventsAfter, subjectIdsFor } from '#db/queries/events.ts';
import { messageOf } from '../domain/event.ts';
import { callerWith, type Verify } from './access.ts';
import { type Endpoints, HttpError, inTime } from './http.ts';

export const mostEvents = 200;
const usualEvents = 100;
const longestWait = 1500;

/**
 * `GET /v1/events`: what webhooks tell, to be fetched. Events of a provider are numbered as they commit, one after the
 * other, so that nothing ever appears before a cursor that has been given out. They are kept for ever.
 */
export function events(
	{ db }: Pick<Database, 'db'>,
	{ verifyActive }: { verifyActive: Verify },
	issuer: string,
): Endpoints {
	async function list(request: IncomingMessage) {
		const { clientId, providerId } = await callerWith(verifyActive, request, 'events.read');
		const { after, limit } = parseQuery(new URL(request.url ?? '', issuer).searchParams);
		const read = asProvider(db, providerId, async (tx) => {
			await tx.execute(sql.raw(`set local statement_timeout = ${longestWait}`));
			const place = after === undefined ? 0 : await findPlace(tx, { providerId, eventId: after });
			if (place === null) throw new HttpError(400, 'after: unknown cursor');
			const found = await listEventsAfter(tx, { providerId, clientId, place, limit });
			const personIds = found.map((each) => each.personId);
			const subjectIdOf = await subjectIdsFor(tx, { providerId, clientId, personIds });
			return {
				events: found.flatMap((each) => {
					const subjectId = subjectIdOf(each.personId);
					return subjectId === null ? [] : [{ id: each.id, ...messageOf(each, { subjectId, origin: issuer }) }];
				}),
				/** Send it as `after` the next time, whether there was anything or not. */
				...(found.length || after ? { next: found.at(-1)?.id ?? after } : {}),
			};
		});
		return inTime(read, longestWait);
	}

	return { '/v1/events': { GET: list } };
}

function parseQuery(asked: URLSearchParams): { after: string | undefined; limit: number } {
	for (const name of ['after', 'limit'])
		if (asked.getAll(name).length > 1) throw new HttpError(400, `${name} stands more than once`);
	const given = asked.get('limit');
	const limit = given === null ? usualEvents : /^[1-9]\d{0,2}$/.test(given) ? Number(given) : 0;
	if (limit < 1 || limit > mostEvents) throw new HttpError(400, `limit: 1 to ${mostEvents}`);
	const after = asked.get('after') ?? undefined;
	if (after !== undefined && !z.uuid().safeParse(after).success) throw new HttpError(400, 'after: unknown cursor');
	return { after, limit };
}

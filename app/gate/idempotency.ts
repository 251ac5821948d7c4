import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { sql } from 'drizzle-orm';
import type { Tx } from '#db/client.server.ts';
import { answersKept } from '#db/queries/incidents.ts';
import { idempotencyKeys } from '#db/schema-gate.ts';
import { Answer, HttpError } from './http.ts';

/**
 * The Idempotency-Key of a request (draft-ietf-httpapi-idempotency-key-header-07), with or without the quotation marks
 * of a structured field. Throws HttpError 400.
 */
export function idempotencyKeyOf(request: IncomingMessage): string {
	const { 'idempotency-key': sent } = request.headers;
	const [, key] = /^"?([\x21\x23-\x5b\x5d-\x7e]{1,200})"?$/.exec(typeof sent === 'string' ? sent : '') ?? [];
	if (!key)
		throw new HttpError(
			400,
			'send an Idempotency-Key of 1 to 200 letters, digits and signs, a new one for each thing that happened',
		);
	return key;
}

/**
 * Does work once for each key of a client on a route, in the caller's transaction, and gives whoever sends the same
 * again the same answer. What was refused may be sent again. Throws HttpError 409 while the first is under way, 422 where
 * the key stood for something else.
 */
export async function once(
	tx: Tx,
	asked: { providerId: string; clientId: string; route: string; key: string; body: unknown },
	work: () => Promise<Answer>,
): Promise<Answer> {
	const { providerId, clientId, route, key, body } = asked;
	const name = JSON.stringify([providerId, clientId, route, key]);
	const [lock] = await tx.execute<{ held: boolean }>(
		sql`select pg_try_advisory_xact_lock(hashtextextended(${name}, 0)) as held`,
	);
	if (!lock?.held)
		throw new HttpError(409, 'a request with this Idempotency-Key is under way: wait a second and send it again', {
			'retry-after': '1',
		});
	const theirs = sql`${idempotencyKeys.providerId} = ${providerId} and ${idempotencyKeys.clientId} = ${clientId}`;
	await tx
		.delete(idempotencyKeys)
		.where(sql`${theirs} and ${idempotencyKeys.usedAt} < now() - ${answersKept}::interval`);
	const requestHash = createHash('sha256').update(JSON.stringify(body)).digest('hex');
	const [before] = await tx
		.select()
		.from(idempotencyKeys)
		.where(sql`${theirs} and ${idempotencyKeys.route} = ${route} and ${idempotencyKeys.key} = ${key}`);
	if (before && before.requestHash !== requestHash)
		throw new HttpError(422, 'this Idempotency-Key stood for something else: use a new one');
	if (before) return new Answer(before.answer, before.status);
	const answer = await work();
	await tx.insert(idempotencyKeys).values({
		providerId,
		clientId,
		route,
		key,
		requestHash,
		status: answer.status,
		answer: answer.body,
	});
	return answer;
}

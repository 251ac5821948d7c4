import { createHmac } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Tx } from '#db/client.server.ts';
import { listEventsByIds, subjectIdsFor } from '#db/queries/events.ts';
import { type Claimed, claimDeliveries, findEndpoint, listSealedSecrets } from '#db/queries/webhooks.ts';
import { messageOf } from '../domain/event.ts';
import { type Attempt, attemptTimeout, consequenceOf, type OffReason } from '../domain/webhook.ts';
import { unseal } from './sealing.ts';

/** Longer than any attempt takes, so that only what is really lost is taken up by somebody else. */
const leaseSeconds = attemptTimeout / 1000 + 15;

/** One delivery, ready to be sent. */
export interface Parcel extends Claimed {
	/** The same for every attempt: what a receiver knows a repetition by. */
	messageId: string;
	/** Exactly the bytes that are signed and sent. */
	body: Buffer;
	/** Those that are alive; none where they cannot be read. */
	secrets: Buffer[];
}

/** Takes what is due of one provider's deliveries, except to endpoints that are busy. */
export async function takeParcels(
	tx: Tx,
	providerId: string,
	{ sealingKey, origin, busy, most }: { sealingKey: Uint8Array; origin: string; busy: string[]; most: number },
): Promise<Parcel[]> {
	const claimed = await claimDeliveries(tx, { providerId, busy, most, leaseSeconds });
	const events = await listEventsByIds(tx, { providerId, eventIds: claimed.flatMap((each) => each.eventId ?? []) });
	const personIds = [...events.values()].map((each) => each.personId);
	const parcels: Parcel[] = [];
	for (const endpointId of new Set(claimed.map((each) => each.endpointId))) {
		const theirs = claimed.filter((each) => each.endpointId === endpointId);
		const sealed = await listSealedSecrets(tx, { providerId, endpointId });
		const secrets = sealed.flatMap((each) => unseal(sealingKey, endpointId, each) ?? []);
		const subjectIdOf = await subjectIdsFor(tx, { providerId, clientId: theirs[0]?.clientId ?? null, personIds });
		for (const each of theirs) {
			const event = events.get(each.eventId ?? '');
			const subjectId = event ? subjectIdOf(event.personId) : null;
			if (event && subjectId === null) {
				await giveUp(tx, providerId, each.id);
				continue;
			}
			const message =
				event && subjectId !== null
					? messageOf(event, { subjectId, origin })
					: { type: 'webhook.test', timestamp: each.claimedAt.toISOString(), data: {} };
			const body = Buffer.from(JSON.stringify(message));
			parcels.push({ ...each, messageId: each.eventId ?? each.id, body, secrets });
		}
	}
	return parcels;
}

/** Whoever the other system had an id for when it happened, and has none for now. */
async function giveUp(tx: Tx, providerId: string, deliveryId: string): Promise<void> {
	await tx.execute(sql`
		update webhook_deliveries set state = 'failed', outcome = 'no-subject', claimed_at = null
		where provider_id = ${providerId} and id = ${deliveryId}`);
}

/** Standard Webhooks 1.0: id, seconds and body, signed by each secret that is alive. */
export function signatureHeaders({
	messageId,
	body,
	secrets,
	claimedAt,
}: Pick<Parcel, 'messageId' | 'body' | 'secrets' | 'claimedAt'>): Record<string, string> {
	const timestamp = String(Math.floor(claimedAt.getTime() / 1000));
	const sign = (secret: Buffer) =>
		`v1,${createHmac('sha256', secret).update(`${messageId}.${timestamp}.`).update(body).digest('base64')}`;
	return {
		'webhook-id': messageId,
		'webhook-timestamp': timestamp,
		'webhook-signature': secrets.map(sign).join(' '),
	};
}

/**
 * Writes down what came of an attempt, and what follows for the delivery and its endpoint. Whoever comes back after
 * somebody else has taken the delivery up writes nothing.
 */
export async function recordAttempt(
	tx: Tx,
	providerId: string,
	{ id, endpointId, eventId, attempts, claimedAt }: Claimed,
	attempt: Attempt,
	random: number,
): Promise<{ off: OffReason | null }> {
	const endpoint = await findEndpoint(tx, { providerId, endpointId, hold: true });
	const [clock] = await tx.execute<{ now: string }>(sql`select clock_timestamp() as now`);
	const failingFor = endpoint?.failingSince ? new Date(clock?.now ?? 0).getTime() - endpoint.failingSince.getTime() : 0;
	const consequence = consequenceOf(attempt, { failedBefore: attempts, failingFor, once: eventId === null }, random);
	const { nextAttempt, hold, off } = consequence;
	// Switched off while this was on its way.
	const state = endpoint?.offAt && eventId !== null && consequence.state === 'due' ? 'failed' : consequence.state;
	const after = (milliseconds: number) => sql`clock_timestamp() + ${milliseconds} * interval '1 millisecond'`;
	const written = await tx.execute(sql`
		update webhook_deliveries set state = ${state}, attempts = attempts + 1,
			attempted_at = attempted_at || claimed_at, claimed_at = null,
			next_attempt_at = ${after(nextAttempt ?? 0)}, outcome = ${attempt.outcome}, status = ${attempt.status},
			response = ${attempt.response}, milliseconds = ${attempt.milliseconds}
		where provider_id = ${providerId} and id = ${id} and claimed_at = ${claimedAt.toISOString()} returning 1`);
	if (!written.length || eventId === null) return { off: null };
	const ours = sql`provider_id = ${providerId} and id = ${endpointId}`;
	if (state === 'delivered')
		await tx.execute(sql`update webhook_endpoints set failing_since = null, hold_until = null where ${ours}`);
	else
		await tx.execute(
			sql`update webhook_endpoints set failing_since = coalesce(failing_since, clock_timestamp()) where ${ours}`,
		);
	if (hold !== null) {
		await tx.execute(sql`update webhook_endpoints set hold_until = ${after(hold)} where ${ours}`);
		await tx.execute(sql`
			update webhook_deliveries set next_attempt_at = greatest(next_attempt_at, ${after(hold)})
			where provider_id = ${providerId} and endpoint_id = ${endpointId} and state = 'due'
				and claimed_at is null and event_id is not null`);
	}
	if (off && !endpoint?.offAt) await switchOff(tx, { providerId, endpointId, because: off });
	return { off: endpoint?.offAt ? null : off };
}

/** Sends nothing more to an endpoint. What was still to be sent is given up, and can be sent again by hand. */
export async function switchOff(
	tx: Tx,
	{ providerId, endpointId, because }: { providerId: string; endpointId: string; because: OffReason },
): Promise<void> {
	await tx.execute(sql`
		update webhook_endpoints set off_at = clock_timestamp(), off_because = ${because}, hold_until = null
		where provider_id = ${providerId} and id = ${endpointId} and off_at is null`);
	await tx.execute(sql`
		update webhook_deliveries set state = 'failed', outcome = 'switched-off'
		where provider_id = ${providerId} and endpoint_id = ${endpointId} and state = 'due' and event_id is not null`);
}

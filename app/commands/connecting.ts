import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '#db/client.server.ts';
import { findEndpoint, listClientNames, listSealedSecrets } from '#db/queries/webhooks.ts';
import { webhookDeliveries, webhookEndpoints } from '#db/schema-gate.ts';
import type { CompetencyEventType } from '../domain/event.ts';
import { secretOverlap } from '../domain/webhook.ts';
import { switchOff } from './delivering.ts';
import { refuseUrl } from './public-address.ts';
import { seal, unseal } from './sealing.ts';
import { deliveriesDue } from './telling.ts';

/** Which endpoint, of whose. Whoever calls has seen that the visitor may set webhooks. */
export interface EndpointAddress {
	providerId: string;
	endpointId: string;
}

/** Standard Webhooks 1.0: 24 to 64 random bytes. */
const secretLength = 32;

export type EndpointRefusal = NonNullable<ReturnType<typeof refuseUrl>> | 'unknown-client' | 'too-many';

/** So that one click cannot make ten thousand deliveries of one change. */
export const mostEndpoints = 20;

/** Adds an endpoint, switched on, with a secret of its own. The id makes a second click find the first. */
export async function addEndpoint(
	tx: Tx,
	by: { providerId: string; personId: string },
	given: { id: string; name: string; url: string; clientId: string | null; types: CompetencyEventType[] },
	{ sealingKey, loopback }: { sealingKey: Uint8Array; loopback: boolean },
): Promise<{ ok: true } | { ok: false; why: EndpointRefusal }> {
	const { providerId } = by;
	const refusal = refuseUrl(given.url, loopback);
	if (refusal) return { ok: false, why: refusal };
	const { id, clientId } = given;
	if (clientId !== null && !(await listClientNames(tx, { providerId })).some((each) => each.id === clientId))
		return { ok: false, why: 'unknown-client' };
	const [{ count } = { count: 0 }] = await tx.execute<{ count: number }>(
		sql`select count(*)::int as count from webhook_endpoints where provider_id = ${providerId} and id <> ${id}`,
	);
	if (count >= mostEndpoints) return { ok: false, why: 'too-many' };
	const secret = seal(sealingKey, id, randomBytes(secretLength));
	const url = new URL(given.url).href;
	await tx
		.insert(webhookEndpoints)
		.values({ ...given, providerId, url, secret, createdBy: by.personId })
		.onConflictDoNothing();
	return { ok: true };
}

/** An endpoint's newest secret, as its receiver needs it; null where it cannot be read any more. */
export async function readSecret(tx: Tx, address: EndpointAddress, sealingKey: Uint8Array): Promise<string | null> {
	const [sealed] = await listSealedSecrets(tx, address);
	const secret = sealed && unseal(sealingKey, address.endpointId, sealed);
	return secret ? `whsec_${secret.toString('base64')}` : null;
}

/** Puts a new secret in place. The old one signs beside it for a day; one older than that is gone at once. */
export async function rotateSecret(
	tx: Tx,
	{ providerId, endpointId }: EndpointAddress,
	sealingKey: Uint8Array,
): Promise<void> {
	const fresh = seal(sealingKey, endpointId, randomBytes(secretLength));
	await tx
		.update(webhookEndpoints)
		.set({
			previousSecret: sql`secret`,
			previousUntil: sql`clock_timestamp() + ${secretOverlap} * interval '1 millisecond'`,
			secret: fresh,
		})
		.where(sql`provider_id = ${providerId} and id = ${endpointId}`);
}

/** Lets the older of two secrets sign no more. */
export async function endPreviousSecret(tx: Tx, { providerId, endpointId }: EndpointAddress): Promise<void> {
	await tx
		.update(webhookEndpoints)
		.set({ previousSecret: null, previousUntil: null })
		.where(sql`provider_id = ${providerId} and id = ${endpointId}`);
}

/** Switches an endpoint on or off, by a manager's hand. */
export async function switchEndpoint(tx: Tx, { providerId, endpointId }: EndpointAddress, on: boolean): Promise<void> {
	if (!on) return switchOff(tx, { providerId, endpointId, because: 'manager' });
	await tx
		.update(webhookEndpoints)
		.set({ offAt: null, offBecause: null, failingSince: null, holdUntil: null })
		.where(sql`provider_id = ${providerId} and id = ${endpointId}`);
}

/**
 * Sends a delivery once more, under the same id, or with null all that were given up. Refused while the endpoint is
 * switched off. Returns how many are due now.
 */
export async function replay(
	tx: Tx,
	{ providerId, endpointId }: EndpointAddress,
	deliveryId: string | null,
): Promise<{ ok: true; count: number } | { ok: false; why: 'switched-off' }> {
	const endpoint = await findEndpoint(tx, { providerId, endpointId, hold: true });
	if (endpoint?.offAt) return { ok: false, why: 'switched-off' };
	const due = await tx.execute(sql`
		update webhook_deliveries set state = 'due', attempts = 0, next_attempt_at = date_trunc('milliseconds', clock_timestamp())
		where provider_id = ${providerId} and endpoint_id = ${endpointId} and state <> 'due'
			and ${deliveryId === null ? sql`state = 'failed' and event_id is not null` : sql`id = ${deliveryId}`}
		returning 1`);
	await nudge(tx);
	return { ok: true, count: due.length };
}

/** Sends a message that says nothing but that it is a test, also to an endpoint that is switched off. It is tried once. */
export async function sendTest(tx: Tx, { providerId, endpointId }: EndpointAddress): Promise<void> {
	await tx.insert(webhookDeliveries).values({ providerId, id: uuidv7(), endpointId });
	await nudge(tx);
}

function nudge(tx: Tx): Promise<unknown> {
	return tx.execute(sql`select pg_notify(${deliveriesDue}, '')`);
}

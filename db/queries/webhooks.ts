import { sql } from 'drizzle-orm';
import type { CompetencyEventType } from '../../app/domain/event.ts';
import type { DeliveryState, OffReason, Outcome } from '../../app/domain/webhook.ts';
import type { Db, Tx } from '../client.server.ts';
import { clients, webhookDeliveries, webhookEndpoints } from '../schema-gate.ts';

export interface Endpoint {
	id: string;
	name: string;
	url: string;
	clientId: string | null;
	types: CompetencyEventType[];
	previousUntil: Date | null;
	createdAt: Date;
	offAt: Date | null;
	offBecause: OffReason | null;
	failingSince: Date | null;
	holdUntil: Date | null;
}

const endpointColumns = {
	id: webhookEndpoints.id,
	name: webhookEndpoints.name,
	url: webhookEndpoints.url,
	clientId: webhookEndpoints.clientId,
	types: webhookEndpoints.types,
	previousUntil: webhookEndpoints.previousUntil,
	createdAt: webhookEndpoints.createdAt,
	offAt: webhookEndpoints.offAt,
	offBecause: webhookEndpoints.offBecause,
	failingSince: webhookEndpoints.failingSince,
	holdUntil: webhookEndpoints.holdUntil,
};

/** Where a provider's events are sent, oldest first. */
export async function listEndpoints(tx: Tx, { providerId }: { providerId: string }): Promise<Endpoint[]> {
	const rows = await tx
		.select(endpointColumns)
		.from(webhookEndpoints)
		.where(sql`${webhookEndpoints.providerId} = ${providerId}`)
		.orderBy(webhookEndpoints.createdAt, webhookEndpoints.id);
	return rows as Endpoint[];
}

interface OneEndpoint {
	providerId: string;
	endpointId: string;
}

/** One of them, or null; with `hold`, nobody else changes it until the transaction ends. */
export async function findEndpoint(
	tx: Tx,
	{ providerId, endpointId, hold = false }: OneEndpoint & { hold?: boolean },
): Promise<Endpoint | null> {
	const query = tx
		.select(endpointColumns)
		.from(webhookEndpoints)
		.where(sql`${webhookEndpoints.providerId} = ${providerId} and ${webhookEndpoints.id} = ${endpointId}`);
	const [row] = await (hold ? query.for('no key update') : query);
	return (row as Endpoint | undefined) ?? null;
}

/** The sealed secrets of an endpoint that are alive, the newest first. */
export async function listSealedSecrets(tx: Tx, { providerId, endpointId }: OneEndpoint): Promise<Uint8Array[]> {
	const [row] = await tx
		.select({
			secret: webhookEndpoints.secret,
			previous: sql<Uint8Array | null>`case when ${webhookEndpoints.previousUntil} > clock_timestamp() then ${webhookEndpoints.previousSecret} end`,
		})
		.from(webhookEndpoints)
		.where(sql`${webhookEndpoints.providerId} = ${providerId} and ${webhookEndpoints.id} = ${endpointId}`);
	return row ? [row.secret, ...(row.previous ? [row.previous] : [])] : [];
}

export interface Delivery {
	id: string;
	eventId: string | null;
	state: DeliveryState;
	attempts: number;
	attemptedAt: Date[];
	nextAttemptAt: Date;
	outcome: Outcome | null;
	status: number | null;
	response: string | null;
	milliseconds: number | null;
	createdAt: Date;
}

const deliveryColumns = {
	id: webhookDeliveries.id,
	eventId: webhookDeliveries.eventId,
	state: webhookDeliveries.state,
	attempts: webhookDeliveries.attempts,
	attemptedAt: webhookDeliveries.attemptedAt,
	nextAttemptAt: webhookDeliveries.nextAttemptAt,
	outcome: webhookDeliveries.outcome,
	status: webhookDeliveries.status,
	response: webhookDeliveries.response,
	milliseconds: webhookDeliveries.milliseconds,
	createdAt: webhookDeliveries.createdAt,
};

/** The newest deliveries to an endpoint, the newest first. */
export function listDeliveries(
	tx: Tx,
	{ providerId, endpointId, limit }: OneEndpoint & { limit: number },
): Promise<Delivery[]> {
	return tx
		.select(deliveryColumns)
		.from(webhookDeliveries)
		.where(sql`${webhookDeliveries.providerId} = ${providerId} and ${webhookDeliveries.endpointId} = ${endpointId}`)
		.orderBy(sql`${webhookDeliveries.createdAt} desc, ${webhookDeliveries.id} desc`)
		.limit(limit);
}

/** The providers who have something to send: ids and nothing else. */
export async function listProvidersWithDeliveries(db: Db): Promise<string[]> {
	const rows = await db.execute<{ id: string }>(sql`select list_providers_with_deliveries() as id`);
	return rows.map((row) => row.id);
}

/** A delivery that is this process's to make until its lease is over. */
export interface Claimed {
	id: string;
	endpointId: string;
	eventId: string | null;
	url: string;
	clientId: string | null;
	attempts: number;
	claimedAt: Date;
}

/**
 * Takes deliveries that are due, a few of each endpoint, those first that nobody has tried yet. Of several processes
 * each gets others. Whoever does not come back before the lease is over has lost them to the next.
 */
export async function claimDeliveries(
	tx: Tx,
	{ providerId, busy, most, leaseSeconds }: { providerId: string; busy: string[]; most: number; leaseSeconds: number },
): Promise<Claimed[]> {
	const rows = await tx.execute<Record<string, unknown>>(sql`
		with taken as (
			select d.id, e.url, e.client_id from webhook_endpoints e cross join lateral (
				select x.id from webhook_deliveries x
				where x.provider_id = e.provider_id and x.endpoint_id = e.id and x.state = 'due'
					and x.next_attempt_at <= clock_timestamp() and (e.off_at is null or x.event_id is null)
				order by x.attempts, x.next_attempt_at limit ${most} for update skip locked
			) d
			where e.provider_id = ${providerId} and not e.id = any(${sql.param(busy)}::uuid[])
				and not exists (
					select from clients c
					where c.provider_id = e.provider_id and c.id = e.client_id and c.disabled_at is not null
				)
		)
		update webhook_deliveries w
		set claimed_at = clock_timestamp(), next_attempt_at = clock_timestamp() + ${leaseSeconds} * interval '1 second'
		from taken where w.provider_id = ${providerId} and w.id = taken.id
		returning w.id, w.endpoint_id, w.event_id, w.attempts, w.claimed_at, taken.url, taken.client_id`);
	return rows.map((row) => ({
		id: row.id as string,
		endpointId: row.endpoint_id as string,
		eventId: row.event_id as string | null,
		url: row.url as string,
		clientId: row.client_id as string | null,
		attempts: row.attempts as number,
		claimedAt: new Date(row.claimed_at as string),
	}));
}

/** The systems an endpoint may belong to, by name. */
export function listClientNames(
	tx: Tx,
	{ providerId }: { providerId: string },
): Promise<{ id: string; name: string }[]> {
	return tx
		.select({ id: clients.id, name: clients.name })
		.from(clients)
		.where(sql`${clients.providerId} = ${providerId}`)
		.orderBy(clients.name);
}

/** Drops the deliveries that are over and the searches that nobody's policy keeps any longer; says how many went. */
export async function tendSent(db: Db): Promise<{ deliveries: number; searches: number }> {
	const [gone] = await db.execute<Record<string, unknown>>(sql`select deliveries, searches from tend_sent()`);
	return { deliveries: Number(gone?.deliveries ?? 0), searches: Number(gone?.searches ?? 0) };
}

/** How much is still to be told, over all providers. */
export interface TellingLag {
	/** Deliveries that nobody has received yet, and the age of the oldest in seconds. */
	waiting: number;
	oldestSeconds: number;
	/** How many events of a provider have come since the oldest that is still to be delivered, itself among them. */
	behind: number;
	/** For how many seconds something has run out or come due that no event tells of. */
	untoldSeconds: number;
}

/** What the numbers of a process say of telling. */
export async function measureTelling(db: Db): Promise<TellingLag> {
	const [found] = await db.execute<Record<string, unknown>>(
		sql`select waiting, oldest_seconds, behind, untold_seconds from measure_telling()`,
	);
	return {
		waiting: Number(found?.waiting ?? 0),
		oldestSeconds: Number(found?.oldest_seconds ?? 0),
		behind: Number(found?.behind ?? 0),
		untoldSeconds: Number(found?.untold_seconds ?? 0),
	};
}

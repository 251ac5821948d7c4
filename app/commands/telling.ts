import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '#db/client.server.ts';
import { namedFor } from '#db/queries/events.ts';
import * as schema from '#db/schema.ts';
import type { EventType } from '../domain/event.ts';

/** Something that others may be told of, and what it comes of: evidence, a policy, or an instant that has come. */
export interface News {
	type: EventType;
	personId: string;
	privilege: string | null;
	siteId: string | null;
	recordedAt: Date;
	evidenceId?: string;
	policyVersion?: number;
	turnedAt?: Date;
}

/** The channel on which whoever sends webhooks hears that there is something to send. */
export const deliveriesDue = 'webhook_deliveries_due';

/**
 * Writes events and what is to be sent of them, in the caller's transaction, which holds the chain. In the order given:
 * the database numbers them as they come.
 */
export async function tell(tx: Tx, providerId: string, news: readonly News[]): Promise<void> {
	const events = news.map((each) => ({ providerId, id: uuidv7(), ...each }));
	for (let from = 0; from < events.length; from += 500)
		await tx.insert(schema.events).values(events.slice(from, from + 500));
	const told = events.filter((each) => each.type !== 'evidence.recorded').map((each) => each.id);
	if (!told.length) return;
	const due = await tx.execute(sql`
		insert into webhook_deliveries (provider_id, id, endpoint_id, event_id, next_attempt_at)
		select e.provider_id, uuidv7(), e.id, x.id, greatest(date_trunc('milliseconds', clock_timestamp()), e.hold_until)
		from webhook_endpoints e join events x on x.provider_id = e.provider_id and x.type = any(e.types)
		where e.provider_id = ${providerId} and e.off_at is null and x.id = any(${sql.param(told)}::uuid[])
			and not exists (
				select from clients c
				where c.provider_id = e.provider_id and c.id = e.client_id and c.disabled_at is not null
			) and ${namedFor(sql`e.client_id`)}
		order by x.seq
		returning 1`);
	if (due.length) await tx.execute(sql`select pg_notify(${deliveriesDue}, '')`);
}

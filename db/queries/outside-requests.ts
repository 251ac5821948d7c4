import { sql } from 'drizzle-orm';
import type { OutsideKind } from '../../app/domain/outside.ts';
import type { PrivilegeCode } from '../../app/domain/privilege.ts';
import type { Db, Tx } from '../client.server.ts';
import { outsideRequests } from '../schema.ts';

/** What somebody from outside has been asked to confirm. */
export interface OutsideRequest {
	id: string;
	kind: OutsideKind;
	personId: string;
	siteId: string;
	privilege: PrivilegeCode;
	asked: unknown;
	recipient: string;
	madeBy: string;
	madeAt: Date;
	expiresAt: Date;
	usedAt: Date | null;
	cancelledAt: Date | null;
}

const columns = {
	id: outsideRequests.id,
	kind: outsideRequests.kind,
	personId: outsideRequests.personId,
	siteId: outsideRequests.siteId,
	privilege: outsideRequests.privilege,
	asked: outsideRequests.asked,
	recipient: outsideRequests.recipient,
	madeBy: outsideRequests.madeBy,
	madeAt: outsideRequests.madeAt,
	expiresAt: outsideRequests.expiresAt,
	usedAt: outsideRequests.usedAt,
	cancelledAt: outsideRequests.cancelledAt,
};

/** Whose request the link is whose secret has this hash, before the provider is known; or null. */
export async function findOutsideRequest(
	db: Db,
	tokenHash: string,
): Promise<{ providerId: string; requestId: string } | null> {
	const [row] = await db.execute<{ provider_id: string; id: string }>(
		sql`select * from find_outside_request(${tokenHash})`,
	);
	return row ? { providerId: row.provider_id, requestId: row.id } : null;
}

/** One request, or null, also where it belongs to another provider. */
export async function readOutsideRequest(
	tx: Tx,
	{ providerId, requestId }: { providerId: string; requestId: string },
): Promise<OutsideRequest | null> {
	const [row] = await tx
		.select(columns)
		.from(outsideRequests)
		.where(sql`${outsideRequests.providerId} = ${providerId} and ${outsideRequests.id} = ${requestId}`);
	return (row as OutsideRequest | undefined) ?? null;
}

/** The requests at some sites that wait for somebody outside, the newest first. */
export async function listOpenRequests(
	tx: Tx,
	{ providerId, siteIds, now }: { providerId: string; siteIds: readonly string[]; now: Date },
): Promise<OutsideRequest[]> {
	const rows = await tx
		.select(columns)
		.from(outsideRequests)
		.where(
			sql`${outsideRequests.providerId} = ${providerId}
				and ${outsideRequests.siteId} = any(${sql.param([...siteIds])}::uuid[])
				and ${outsideRequests.usedAt} is null and ${outsideRequests.cancelledAt} is null
				and ${outsideRequests.expiresAt} > ${now.toISOString()}`,
		)
		.orderBy(sql`${outsideRequests.madeAt} desc, ${outsideRequests.id}`);
	return rows as OutsideRequest[];
}

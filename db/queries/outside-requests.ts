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
	madeBy: string;
	madeAt: Date;
	expiresAt: Date;
	usedAt: Date | null;
}

const columns = {
	id: outsideRequests.id,
	kind: outsideRequests.kind,
	personId: outsideRequests.personId,
	siteId: outsideRequests.siteId,
	privilege: outsideRequests.privilege,
	asked: outsideRequests.asked,
	madeBy: outsideRequests.madeBy,
	madeAt: outsideRequests.madeAt,
	expiresAt: outsideRequests.expiresAt,
	usedAt: outsideRequests.usedAt,
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

/** The requests about one cell that wait for somebody outside, newest first. */
export async function listWaitingRequests(
	tx: Tx,
	cell: { providerId: string; personId: string; siteId: string; privilege: string; now: Date },
): Promise<OutsideRequest[]> {
	const rows = await tx
		.select(columns)
		.from(outsideRequests)
		.where(
			sql`${outsideRequests.providerId} = ${cell.providerId} and ${outsideRequests.personId} = ${cell.personId}
				and ${outsideRequests.siteId} = ${cell.siteId} and ${outsideRequests.privilege} = ${cell.privilege}
				and ${outsideRequests.usedAt} is null and ${outsideRequests.expiresAt} > ${cell.now.toISOString()}`,
		)
		.orderBy(sql`${outsideRequests.madeAt} desc`);
	return rows as OutsideRequest[];
}

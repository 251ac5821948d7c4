import { sql } from 'drizzle-orm';
import type { Tx } from '../client.server.ts';
import { legalHolds, people } from '../schema.ts';

export interface LegalHold {
	id: string;
	personId: string;
	reason: string;
	setBy: string;
	setAt: Date;
	liftedBy: string | null;
	liftedAt: Date | null;
}

/** A provider's legal holds, also the lifted ones, oldest first; those of one person where one is named. */
export async function listLegalHolds(
	tx: Tx,
	{ providerId, personId }: { providerId: string; personId?: string },
): Promise<LegalHold[]> {
	return tx
		.select({
			id: legalHolds.id,
			personId: legalHolds.personId,
			reason: legalHolds.reason,
			setBy: legalHolds.setBy,
			setAt: legalHolds.setAt,
			liftedBy: legalHolds.liftedBy,
			liftedAt: legalHolds.liftedAt,
		})
		.from(legalHolds)
		.where(
			sql`${legalHolds.providerId} = ${providerId} and (${personId ?? null}::uuid is null or ${legalHolds.personId} = ${personId ?? null})`,
		)
		.orderBy(legalHolds.setAt, legalHolds.id);
}

/** When somebody was entered, from when their name is kept at least, and when it was forgotten, if it was. */
export async function findNameKeeping(
	tx: Tx,
	{ providerId, personId }: { providerId: string; personId: string },
): Promise<{ createdAt: Date; erasedAt: Date | null } | null> {
	const [found] = await tx
		.select({ createdAt: people.createdAt, erasedAt: people.erasedAt })
		.from(people)
		.where(sql`${people.providerId} = ${providerId} and ${people.id} = ${personId}`);
	return found ?? null;
}

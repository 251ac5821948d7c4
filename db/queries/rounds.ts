import { sql } from 'drizzle-orm';
import type { Tx } from '../client.server.ts';
import { rounds } from '../schema.ts';

export interface Round {
	id: string;
	learnerId: string;
	assessorId: string;
	siteId: string;
	privilege: string;
	contentVersionId: string;
	form: unknown;
	startedAt: Date;
	updatedAt: Date;
}

/** A round that an assessor is filling in, or null; another assessor's finds nothing. */
export async function findRound(
	tx: Tx,
	{ providerId, assessorId, roundId }: { providerId: string; assessorId: string; roundId: string },
): Promise<Round | null> {
	const [found] = await tx
		.select()
		.from(rounds)
		.where(
			sql`${rounds.providerId} = ${providerId} and ${rounds.id} = ${roundId} and ${rounds.assessorId} = ${assessorId}`,
		);
	return found ?? null;
}

/** The rounds that an assessor has begun and not yet signed, newest first. */
export async function listOpenRounds(
	tx: Tx,
	{ providerId, assessorId }: { providerId: string; assessorId: string },
): Promise<Round[]> {
	return tx
		.select()
		.from(rounds)
		.where(sql`${rounds.providerId} = ${providerId} and ${rounds.assessorId} = ${assessorId}`)
		.orderBy(sql`${rounds.startedAt} desc`);
}

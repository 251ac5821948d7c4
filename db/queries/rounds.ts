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

/** Another learner's round that an assessor has signed. */
export interface WatchedRound {
	id: string;
	personId: string;
	startedAt: Date;
}

/**
 * The rounds with other learners that an assessor had under way at some moment between two instants, both excluded:
 * begun before `until` and signed after `from`. Those taken back since are left out.
 */
export async function listRoundsBeside(
	tx: Tx,
	given: { providerId: string; assessorId: string; learnerId: string; from: Date; until: Date },
): Promise<WatchedRound[]> {
	const { providerId, assessorId, learnerId } = given;
	const [from, until] = [given.from.toISOString(), given.until.toISOString()];
	const rows = await tx.execute<{ id: string; personId: string; startedAt: string }>(sql`
		select e.id, e.person_id as "personId", e.payload ->> 'startedAt' as "startedAt"
		from evidence e
		where e.provider_id = ${providerId} and e.kind = 'observation' and e.person_id <> ${learnerId}
			-- Signed a little before it was recorded, by another clock.
			and e.recorded_at > ${from}::timestamptz - interval '1 hour'
			and e.payload ->> 'assessor' = ${assessorId}
			and (e.payload ->> 'startedAt')::timestamptz < ${until}::timestamptz
			and (e.payload ->> 'assessorSignedAt')::timestamptz > ${from}::timestamptz
			and not exists (
				select 1 from evidence r
				where r.provider_id = e.provider_id and r.person_id = e.person_id and r.supersedes = e.id
			)
		order by e.seq`);
	return [...rows].map((row) => ({ ...row, startedAt: new Date(row.startedAt) }));
}

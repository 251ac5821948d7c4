import { sql } from 'drizzle-orm';
import type { PrivilegeCode } from '../../app/domain/privilege.ts';
import type { ReasonCode } from '../../app/domain/reason.ts';
import type { Standing } from '../../app/domain/rules.ts';
import type { Tx } from '../client.server.ts';
import { standings } from '../schema.ts';

export interface StandingSegment {
	personId: string;
	siteId: string;
	privilege: PrivilegeCode;
	startsAt: Date;
	endsAt: Date | null;
	standing: Standing;
	permit: boolean;
	permitUntil: Date | null;
	code: ReasonCode;
	evidenceIds: string[];
	policyVersion: string;
	upToSeq: number;
}

const columns = {
	personId: standings.personId,
	siteId: standings.siteId,
	privilege: standings.privilege,
	startsAt: standings.startsAt,
	endsAt: standings.endsAt,
	standing: standings.standing,
	permit: standings.permit,
	permitUntil: standings.permitUntil,
	code: standings.code,
	evidenceIds: standings.evidenceIds,
	policyVersion: standings.policyVersion,
	upToSeq: standings.upToSeq,
};

/** Every stored stretch of some people's standings, now and to come. */
export async function listSegments(
	tx: Tx,
	{ providerId, personIds }: { providerId: string; personIds: readonly string[] },
): Promise<StandingSegment[]> {
	if (!personIds.length) return [];
	const rows = await tx
		.select(columns)
		.from(standings)
		.where(
			sql`${standings.providerId} = ${providerId} and ${standings.personId} = any(${sql.param([...personIds])}::uuid[])`,
		)
		.orderBy(standings.personId, standings.siteId, standings.privilege, standings.startsAt);
	return rows as StandingSegment[];
}

/** Puts some people's stretches in place of those that are stored, in parts that Postgres reads as one value each. */
export async function replaceSegments(
	tx: Tx,
	{
		providerId,
		personIds,
		segments,
	}: { providerId: string; personIds: readonly string[]; segments: readonly StandingSegment[] },
): Promise<void> {
	if (!personIds.length) return;
	await tx
		.delete(standings)
		.where(
			sql`${standings.providerId} = ${providerId} and ${standings.personId} = any(${sql.param([...personIds])}::uuid[])`,
		);
	for (let from = 0; from < segments.length; from += 2000) {
		const part = JSON.stringify(segments.slice(from, from + 2000));
		await tx.execute(sql`
			insert into standings (provider_id, person_id, site_id, privilege, starts_at, ends_at, standing, permit, permit_until,
				code, evidence_ids, policy_version, up_to_seq)
			select ${providerId}, s."personId", s."siteId", s.privilege, s."startsAt", s."endsAt", s.standing, s.permit, s."permitUntil",
				s.code, s."evidenceIds", s."policyVersion", s."upToSeq"
			from jsonb_to_recordset(${part}::jsonb) as s ("personId" uuid, "siteId" uuid, privilege text, "startsAt" timestamptz,
				"endsAt" timestamptz, standing text, permit boolean, "permitUntil" timestamptz, code text, "evidenceIds" uuid[],
				"policyVersion" text, "upToSeq" bigint)`);
	}
}

/** Where everybody at a site stands at this moment, by the database's clock. */
export async function listStandingsNow(
	tx: Tx,
	{ providerId, siteId }: { providerId: string; siteId: string },
): Promise<StandingSegment[]> {
	const rows = await tx
		.selectDistinctOn([standings.personId, standings.privilege], columns)
		.from(standings)
		.where(
			sql`${standings.providerId} = ${providerId} and ${standings.siteId} = ${siteId} and (${standings.endsAt} is null or ${standings.endsAt} > now())`,
		)
		.orderBy(standings.personId, standings.privilege, standings.startsAt);
	return rows as StandingSegment[];
}

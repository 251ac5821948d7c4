import { sql } from 'drizzle-orm';
import type { IncidentKind } from '../../app/domain/incident.ts';
import type { PrivilegeCode } from '../../app/domain/privilege.ts';
import type { Db, Tx } from '../client.server.ts';
import { clients, incidents } from '../schema-gate.ts';

/** What another system reported, and what was done about it. */
export interface Incident {
	id: string;
	/** The name of the system that reported it. */
	from: string;
	kind: IncidentKind;
	personId: string | null;
	privilege: PrivilegeCode | null;
	siteId: string;
	happenedAt: Date;
	reference: string;
	text: string;
	receivedAt: Date;
	lookedAt: Date | null;
	lookedBy: string | null;
	done: string | null;
}

const columns = {
	id: incidents.id,
	from: clients.name,
	kind: incidents.kind,
	personId: incidents.personId,
	privilege: incidents.privilege,
	siteId: incidents.siteId,
	happenedAt: incidents.happenedAt,
	reference: incidents.reference,
	text: incidents.text,
	receivedAt: incidents.receivedAt,
	lookedAt: incidents.lookedAt,
	lookedBy: incidents.lookedBy,
	done: incidents.done,
};
const sameClient = sql`${clients.providerId} = ${incidents.providerId} and ${clients.id} = ${incidents.clientId}`;

/** Those at some sites that are still open, or that have been looked at, the newest first. */
export async function listIncidents(
	tx: Tx,
	{ providerId, siteIds, open, most }: { providerId: string; siteIds: readonly string[]; open: boolean; most: number },
): Promise<Incident[]> {
	if (!siteIds.length) return [];
	const rows = await tx
		.select(columns)
		.from(incidents)
		.innerJoin(clients, sameClient)
		.where(
			sql`${incidents.providerId} = ${providerId} and ${incidents.siteId} = any(${sql.param([...siteIds])}::uuid[])
				and (${incidents.lookedAt} is null) = ${open}`,
		)
		.orderBy(sql`${incidents.receivedAt} desc, ${incidents.id} desc`)
		.limit(most);
	return rows as Incident[];
}

/** One incident, or null, also where the id belongs to another provider. */
export async function findIncident(
	tx: Tx,
	{ providerId, incidentId }: { providerId: string; incidentId: string },
): Promise<Incident | null> {
	const [found] = await tx
		.select(columns)
		.from(incidents)
		.innerJoin(clients, sameClient)
		.where(sql`${incidents.providerId} = ${providerId} and ${incidents.id} = ${incidentId}`);
	return (found as Incident | undefined) ?? null;
}

/** Who and where a client means, in its own words; null for what is not known. */
export async function findNamed(
	tx: Tx,
	{
		providerId,
		clientId,
		subject,
		site,
	}: { providerId: string; clientId: string; subject: string | null; site: string },
): Promise<{ personId: string | null; siteId: string | null }> {
	const [row] = await tx.execute<{ person_id: string | null; site_id: string | null }>(sql`
		select t.id as site_id, case c.subject_ids
			when 'staff-code' then (select p.id from people p where p.provider_id = c.provider_id and p.staff_code = ${subject})
			when 'opaque' then (select p.id from people p where p.provider_id = c.provider_id and p.id::text = ${subject})
			else (select m.person_id from client_subjects m
				where m.provider_id = c.provider_id and m.client_id = c.id and m.own_id = ${subject}) end as person_id
		from clients c left join sites t on t.provider_id = c.provider_id and t.slug = ${site}
		where c.provider_id = ${providerId} and c.id = ${clientId}`);
	return { personId: row?.person_id ?? null, siteId: row?.site_id ?? null };
}

/** How long an answer to a request that must not count twice is kept, for whoever did not hear it. */
export const answersKept = '24 hours';

/** Drops the answers of every provider that are kept no longer; says how many went. */
export async function dropOldAnswers(db: Db): Promise<number> {
	const [row] = await db.execute<{ gone: string }>(sql`select drop_old_answers(${answersKept}::interval) as gone`);
	return Number(row?.gone ?? 0);
}

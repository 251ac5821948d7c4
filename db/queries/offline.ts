import { sql } from 'drizzle-orm';
import type { PrivilegeCode } from '../../app/domain/privilege.ts';
import type { Tx } from '../client.server.ts';

/** Somebody's permit at a site, or that they may practise beside a colleague. */
export interface SitePermit {
	personId: string;
	/** As the client calls them. */
	subject: string;
	privilege: PrivilegeCode;
	code: 'competent' | 'override_active' | 'supervised_only' | 'second_check_by_telephone';
	/** With no new evidence, when it ends; null for supervision without an end. */
	until: Date | null;
}

export interface SitePermits {
	/** False: the client has been switched off. */
	active: boolean;
	/** What pairwise ids are made with. */
	pairwiseKey: Uint8Array;
	/** Null: the provider has no such site. */
	siteId: string | null;
	/** The database's clock, from before anything was read. */
	at: Date;
	permits: SitePermit[];
}

/**
 * All that a client may be told of who may do what at a site, at one moment, by one statement. Only who has a name that
 * the client knows; a delegated task is for one person supported at a time, and so is never among them.
 */
export async function readSitePermits(
	tx: Tx,
	{ providerId, clientId, site, most }: { providerId: string; clientId: string; site: string; most: number },
): Promise<SitePermits> {
	const rows = await tx.execute<Record<string, unknown>>(sql`
		select k.key, c.disabled_at is null as active, t.id as site_id, now() as at,
			s.person_id, s.privilege, s.code, s.subject, s.until
		from clients c
		join pairwise_keys k on k.provider_id = c.provider_id
		left join sites t on t.provider_id = c.provider_id and t.slug = ${site}
		left join lateral (
			select x.*, case c.subject_ids when 'staff-code' then p.staff_code when 'opaque' then p.id::text else m.own_id end as subject
			from (
				select distinct on (y.person_id, y.privilege) y.person_id, y.privilege, y.code, y.permit,
					case when y.permit then y.permit_until else y.ends_at end as until
				from standings y
				where y.provider_id = c.provider_id and y.site_id = t.id and (y.ends_at is null or y.ends_at > statement_timestamp())
				order by y.person_id, y.privilege, y.starts_at
			) x
			join people p on p.provider_id = c.provider_id and p.id = x.person_id
			left join client_subjects m on c.subject_ids = 'own' and m.provider_id = c.provider_id and m.client_id = c.id and m.person_id = p.id
			where (x.permit and x.code in ('competent', 'override_active', 'second_check_by_telephone') and x.until > statement_timestamp())
				or (not x.permit and x.code = 'supervised_only')
		) s on c.disabled_at is null and s.subject is not null
		where c.provider_id = ${providerId} and c.id = ${clientId}
		order by s.person_id, s.privilege
		limit ${most + 1}`);
	const [first] = rows;
	const instant = (value: unknown) => (value === null ? null : new Date(value as string));
	return {
		active: first?.active === true,
		pairwiseKey: (first?.key as Uint8Array | undefined) ?? new Uint8Array(),
		siteId: (first?.site_id as string | undefined) ?? null,
		at: new Date((first?.at as string | undefined) ?? 0),
		permits: rows
			.filter((row) => row.person_id !== null)
			.map((row) => ({
				personId: row.person_id as string,
				subject: row.subject as string,
				privilege: row.privilege as PrivilegeCode,
				code: row.code as SitePermit['code'],
				until: instant(row.until),
			})),
	};
}

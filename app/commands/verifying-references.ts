import { sql } from 'drizzle-orm';
import type { Tx } from '#db/client.server.ts';
import { payloadReferences } from '../domain/reference.ts';
import type { Finding } from './finding.ts';

const mostNamed = 100;

/** Ids in evidence that point at nothing of this provider: a row, a person, a site or a content version. */
export async function verifyReferences(tx: Tx, providerId: string): Promise<Finding[]> {
	const fields = Object.entries(payloadReferences).flatMap(([field, target]) => (target ? [{ field, target }] : []));
	const rows = await tx.execute<{ seq: string; field: string; ref: string }>(sql`
		with told as (select * from evidence where provider_id = ${providerId}),
		pointers as (
			select seq, 'person_id' as field, person_id::text as ref, 'person' as target from told
			union all select seq, 'recorded_by', recorded_by::text, 'person' from told where recorded_by is not null
			union all select seq, 'site_id', site_id::text, 'site' from told where site_id is not null
			union all select seq, 'supersedes', supersedes::text, 'evidence' from told where supersedes is not null
			union all select seq, 'content_version_id', content_version_id::text, 'content' from told where content_version_id is not null
			union all
			select told.seq, named.field, pointed.ref, named.target
			from told
			join jsonb_to_recordset(${JSON.stringify(fields)}::jsonb) as named (field text, target text) on told.payload ? named.field
			cross join lateral jsonb_array_elements_text(
				case when jsonb_typeof(told.payload -> named.field) = 'array' then told.payload -> named.field
					else jsonb_build_array(told.payload -> named.field) end
			) as pointed (ref)
		),
		known as (
			select 'person' as target, id::text as ref from people where provider_id = ${providerId}
			union all select 'site', id::text from sites where provider_id = ${providerId}
			union all select 'evidence', id::text from told
			union all select 'content', id::text from content_versions where provider_id is null or provider_id = ${providerId}
		)
		select pointers.seq, pointers.field, pointers.ref from pointers
		left join known on known.target = pointers.target and known.ref = pointers.ref
		where known.ref is null
		order by pointers.seq, pointers.field limit ${mostNamed}`);
	return rows.map(({ seq, field, ref }) => ({
		what: 'reference',
		where: `evidence ${seq}`,
		detail: `${field} points at ${ref}, which is nothing of this provider`,
	}));
}

import { type SQL, sql } from 'drizzle-orm';
import type { CompetencyEventType, Stand, ToldEvent } from '../../app/domain/event.ts';
import { latest } from '../../app/domain/period.ts';
import type { PrivilegeCode } from '../../app/domain/privilege.ts';
import type { Standing } from '../../app/domain/rules.ts';
import type { Db, Tx } from '../client.server.ts';

/** Until when people's turns of standing have been told of. */
export interface Told {
	/** The database's clock. */
	now: Date;
	/** Null: nothing has ever been told of them. */
	until(personId: string): Date | null;
}

/** How far some people's turns have been told of. The caller holds the chain. */
export async function readTold(
	tx: Tx,
	{ providerId, personIds }: { providerId: string; personIds: readonly string[] },
): Promise<Told> {
	const rows = await tx.execute<{ now: string; person_id: string | null; told_until: string | null }>(sql`
		select date_trunc('milliseconds', clock_timestamp()) as now, m.person_id, m.told_until
		from (select) as one left join (
			select null::uuid as person_id, told_until from provider_marks where provider_id = ${providerId}
			union all
			select person_id, told_until from person_marks
			where provider_id = ${providerId} and person_id = any(${sql.param([...personIds])}::uuid[])
		) m on true`);
	const [first] = rows;
	if (!first) throw new Error('the database did not tell the time');
	const marks = new Map(rows.flatMap((row) => (row.told_until ? [[row.person_id, new Date(row.told_until)]] : [])));
	const everybody = marks.get(null) ?? null;
	return {
		now: new Date(first.now),
		until: (personId) => latest([marks.get(personId) ?? [], everybody ?? []].flat()),
	};
}

/** Notes that some people's turns have been told of until an instant. */
export async function markPeople(
	tx: Tx,
	{ providerId, personIds, until }: { providerId: string; personIds: readonly string[]; until: Date },
): Promise<void> {
	await tx.execute(sql`
		insert into person_marks (provider_id, person_id, told_until)
		select ${providerId}, p, ${until.toISOString()} from unnest(${sql.param([...personIds])}::uuid[]) as p
		on conflict (provider_id, person_id) do update set told_until = greatest(person_marks.told_until, excluded.told_until)`);
}

/** The same for everybody of a provider. */
export async function markProvider(tx: Tx, { providerId, until }: { providerId: string; until: Date }): Promise<void> {
	await tx.execute(sql`
		insert into provider_marks (provider_id, told_until) values (${providerId}, ${until.toISOString()})
		on conflict (provider_id) do update set told_until = greatest(provider_marks.told_until, excluded.told_until)`);
}

/** A standing that has turned with nothing recorded. */
export interface Turn {
	personId: string;
	siteId: string;
	privilege: PrivilegeCode;
	at: Date;
	before: Stand;
	after: Stand;
}

/** What has turned by an instant and has not been told of, in the order in which it happened. The caller holds the chain. */
export async function listTurns(tx: Tx, { providerId, until }: { providerId: string; until: Date }): Promise<Turn[]> {
	const rows = await tx.execute<Record<string, string | boolean | null>>(sql`
		select s.person_id, s.site_id, s.privilege, s.starts_at, s.permit, s.standing, s.permit_until,
			b.permit as was_permit, b.standing as was_standing, b.permit_until as was_permit_until
		from standings s
		join standings b on b.provider_id = s.provider_id and b.person_id = s.person_id and b.site_id = s.site_id
			and b.privilege = s.privilege and b.ends_at = s.starts_at
		left join provider_marks v on v.provider_id = s.provider_id
		left join person_marks m on m.provider_id = s.provider_id and m.person_id = s.person_id
		where s.provider_id = ${providerId} and s.starts_at <= ${until.toISOString()}
			and s.starts_at > coalesce((select told_until from provider_marks where provider_id = ${providerId}), '-infinity')
			and s.starts_at > greatest(v.told_until, m.told_until)
		order by s.starts_at, s.person_id, s.site_id, s.privilege`);
	const stand = (permit: unknown, standing: unknown, until: unknown): Stand => ({
		permit: permit === true,
		standing: standing as Standing,
		permitUntil: until === null ? null : new Date(until as string),
	});
	return rows.map((row) => ({
		personId: row.person_id as string,
		siteId: row.site_id as string,
		privilege: row.privilege as PrivilegeCode,
		at: new Date(row.starts_at as string),
		before: stand(row.was_permit, row.was_standing, row.was_permit_until),
		after: stand(row.permit, row.standing, row.permit_until),
	}));
}

/** The providers of whom something may have turned: ids and nothing else. */
export async function listProvidersWithTurns(db: Db): Promise<string[]> {
	const rows = await db.execute<{ id: string }>(sql`select list_providers_with_turns() as id`);
	return rows.map((row) => row.id);
}

const told = sql`
	select x.id, x.seq, x.type, x.person_id, x.privilege, x.status_version, coalesce(x.turned_at, x.recorded_at) as happened_at,
		t.slug as site
	from events x join sites t on t.provider_id = x.provider_id and t.id = x.site_id`;

function toldFrom(row: Record<string, unknown>): ToldEvent {
	return {
		id: row.id as string,
		type: row.type as CompetencyEventType,
		personId: row.person_id as string,
		privilege: row.privilege as PrivilegeCode,
		site: row.site as string,
		statusVersion: Number(row.status_version),
		happenedAt: new Date(row.happened_at as string),
	};
}

/** The place of an event in its provider's feed; null where there is no such event. */
export async function findPlace(
	tx: Tx,
	{ providerId, eventId }: { providerId: string; eventId: string },
): Promise<number | null> {
	const [row] = await tx.execute<{ seq: string }>(
		sql`select seq from events where provider_id = ${providerId} and id = ${eventId} and seq is not null`,
	);
	return row ? Number(row.seq) : null;
}

/** Keeps from a client that calls people by ids of its own those it has none for: they mean nothing to it, and are not its business. */
export function namedFor(clientId: SQL | string): SQL {
	return sql`not exists (
		select from clients o where o.provider_id = x.provider_id and o.id = ${clientId} and o.subject_ids = 'own' and not exists (
			select from client_subjects m where m.provider_id = o.provider_id and m.client_id = o.id and m.person_id = x.person_id
		)
	)`;
}

/** What a client is told, after a place in the feed, oldest first. */
export async function listEventsAfter(
	tx: Tx,
	{ providerId, clientId, place, limit }: { providerId: string; clientId: string; place: number; limit: number },
): Promise<ToldEvent[]> {
	const rows = await tx.execute<Record<string, unknown>>(
		sql`${told} where x.provider_id = ${providerId} and x.seq > ${place} and ${namedFor(clientId)} order by x.seq limit ${limit}`,
	);
	return rows.map(toldFrom);
}

/** Some events by their ids. */
export async function listEventsByIds(
	tx: Tx,
	{ providerId, eventIds }: { providerId: string; eventIds: readonly string[] },
): Promise<Map<string, ToldEvent>> {
	if (!eventIds.length) return new Map();
	const rows = await tx.execute<Record<string, unknown>>(
		sql`${told} where x.provider_id = ${providerId} and x.id = any(${sql.param([...eventIds])}::uuid[])`,
	);
	return new Map(rows.map((row) => [row.id as string, toldFrom(row)]));
}

/**
 * What a client calls people, the way its questions, searches and tokens do: by staff code, by our own id, or by an id of
 * its own. Whoever has no client goes by staff code. Null for somebody the client has no name for.
 */
export async function subjectIdsFor(
	tx: Tx,
	{ providerId, clientId, personIds }: { providerId: string; clientId: string | null; personIds: readonly string[] },
): Promise<(personId: string) => string | null> {
	const rows = await tx.execute<{ id: string; subject: string | null }>(sql`
		select p.id, case coalesce(c.subject_ids, 'staff-code')
			when 'staff-code' then p.staff_code when 'opaque' then p.id::text else m.own_id end as subject
		from people p
		left join clients c on c.provider_id = p.provider_id and c.id = ${clientId}
		left join client_subjects m on m.provider_id = p.provider_id and m.client_id = c.id and m.person_id = p.id
		where p.provider_id = ${providerId} and p.id = any(${sql.param([...new Set(personIds)])}::uuid[])`);
	const subjects = new Map(rows.map((row) => [row.id, row.subject]));
	return (personId) => subjects.get(personId) ?? null;
}

import { type SQL, sql } from 'drizzle-orm';
import type { LoggedDecision, Refusals } from '../../app/domain/logged-decision.ts';
import type { Db, Sql, Tx } from '../client.server.ts';
import { decisions } from '../schema-log.ts';

/** Writes decisions, of any number of providers, with one statement: all of them or none. Written twice, they are there once. */
export async function insertDecisions(client: Sql, rows: readonly LoggedDecision[]): Promise<void> {
	const columns = columnsLogged.map((column) => {
		let text = '';
		for (const row of rows) text += between + written(column(row));
		return text;
	});
	await client`select log_decisions(${columns.join(betweenColumns)})`;
}

/** What stands before each value, for one that is null, and between columns, as `log_decisions` has it. */
const [between, absent, betweenColumns] = ['\x1f', '\x1e', '\x1d'] as const;
const separator = new RegExp(`[${betweenColumns}-${between}]`);
const separators = new RegExp(separator, 'g');

function written(value: string | number | boolean | null): string {
	if (value === null) return absent;
	if (typeof value !== 'string') return String(value);
	// Hardly ever is there one: looking costs less than replacing.
	return separator.test(value) ? value.replaceAll(separators, '\uFFFD') : value;
}

/** The columns as `log_decisions` reads them, in their order. Whole columns as text cost half of what a list of rows does. */
const columnsLogged: ((row: LoggedDecision) => string | number | boolean | null)[] = [
	(row) => row.providerId,
	(row) => row.evaluationId,
	(row) => row.evaluatedAt.getTime(),
	(row) => row.clientId,
	(row) => row.subjectType,
	(row) => row.subjectId,
	(row) => row.action,
	(row) => row.resourceType,
	(row) => row.resourceId,
	(row) => JSON.stringify(row.context),
	(row) => row.personId,
	(row) => row.siteId,
	(row) => row.upToSeq,
	(row) => row.policyVersion,
	(row) => (row.beside.length ? JSON.stringify(row.beside) : '[]'),
	(row) => row.decision,
	(row) => row.code,
	(row) => row.standing,
	(row) => row.validUntil?.getTime() ?? null,
	(row) => row.ruleVersion,
];

/** One decision, or null, also for another provider's. */
export async function findDecision(
	tx: Tx,
	{ providerId, evaluationId }: { providerId: string; evaluationId: string },
): Promise<LoggedDecision | null> {
	const { loggedAt: _, ...columns } = decisionColumns;
	const [found] = await tx
		.select(columns)
		.from(decisions)
		.where(sql`${decisions.providerId} = ${providerId} and ${decisions.evaluationId} = ${evaluationId}`);
	return (found as LoggedDecision | undefined) ?? null;
}

const decisionColumns = {
	providerId: decisions.providerId,
	evaluationId: decisions.evaluationId,
	evaluatedAt: decisions.evaluatedAt,
	clientId: decisions.clientId,
	subjectType: decisions.subjectType,
	subjectId: decisions.subjectId,
	action: decisions.action,
	resourceType: decisions.resourceType,
	resourceId: decisions.resourceId,
	context: decisions.context,
	personId: decisions.personId,
	siteId: decisions.siteId,
	upToSeq: decisions.upToSeq,
	policyVersion: decisions.policyVersion,
	beside: decisions.beside,
	decision: decisions.decision,
	code: decisions.code,
	standing: decisions.standing,
	validUntil: decisions.validUntil,
	ruleVersion: decisions.ruleVersion,
	loggedAt: decisions.loggedAt,
};

export interface RefusalsAsked {
	providerId: string;
	from: Date;
	until: Date;
	siteIds: readonly string[];
	/** Also those at places that nobody knows. */
	nowhere: boolean;
	personId?: string | undefined;
}

/** At most this many groups are listed: whoever wants to see more asks about a day, a site or a person. */
export const mostRefusals = 200;

/** Refusals by person, privilege, place, reason and hour, the most recent first; at most `mostRefusals` of them. */
export async function listRefusals(
	tx: Tx,
	{ providerId, from, until, siteIds, nowhere, personId }: RefusalsAsked,
): Promise<Refusals[]> {
	const rows = await tx.execute<Record<string, string | number | null>>(sql`
		select person_id, case when person_id is null then subject_id end as subject_id, site_id, resource_id, action, code,
			count(*)::int as count, date_trunc('hour', evaluated_at) as hour, max(evaluated_at) as last_at,
			(array_agg(evaluation_id order by evaluated_at desc))[1] as last_id
		from decisions
		where provider_id = ${providerId} and not decision
			and evaluated_at >= ${from.toISOString()}::timestamptz and evaluated_at < ${until.toISOString()}::timestamptz
			and (site_id = any(${sql.param([...siteIds])}::uuid[]) or (site_id is null and ${nowhere}))
			${onlyOf(personId)}
		group by 1, 2, 3, 4, 5, 6, 8
		order by last_at desc, last_id
		limit ${mostRefusals}`);
	return rows.map(
		(row) =>
			({
				personId: row.person_id,
				subjectId: row.subject_id,
				siteId: row.site_id,
				resourceId: row.resource_id,
				action: row.action,
				code: row.code,
				count: row.count,
				hour: new Date(row.hour as string),
				lastAt: new Date(row.last_at as string),
				lastEvaluationId: row.last_id,
			}) as Refusals,
	);
}

function onlyOf(personId: string | undefined): SQL {
	return personId ? sql`and person_id = ${personId}` : sql``;
}

export interface AskedLately {
	asked: number;
	refused: number;
	lastAt: Date;
}

/** How much each client, or one of them, asked since an instant, by client id; those that asked nothing are not among them. */
export async function askedLately(
	tx: Tx,
	{ providerId, since, clientId }: { providerId: string; since: Date; clientId?: string },
): Promise<Map<string, AskedLately>> {
	const rows = await tx.execute<{ client_id: string; asked: number; refused: number; last_at: string }>(sql`
		select client_id, count(*)::int as asked, (count(*) filter (where not decision))::int as refused, max(evaluated_at) as last_at
		from decisions where provider_id = ${providerId} and evaluated_at >= ${since.toISOString()}::timestamptz
			${clientId === undefined ? sql`` : sql`and client_id = ${clientId}`}
		group by client_id`);
	return new Map(
		rows.map((row) => [row.client_id, { asked: row.asked, refused: row.refused, lastAt: new Date(row.last_at) }]),
	);
}

/** Makes the months that are to come and drops those that nobody's policy keeps any longer; says which. */
export async function tendDecisions(db: Db | Tx): Promise<{ made: string[]; dropped: string[] }> {
	const [done] = await db.execute<{ made: string[]; dropped: string[] }>(
		sql`select made, dropped from tend_decisions()`,
	);
	return { made: done?.made ?? [], dropped: done?.dropped ?? [] };
}

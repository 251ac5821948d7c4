import { sql } from 'drizzle-orm';
import type { PolicyOverride } from '../../app/domain/policy.ts';
import type { StandingChange } from '../../app/domain/policy-change.ts';
import type { PolicyEdits } from '../../app/domain/policy-edits.ts';
import type { SiteKind } from '../../app/domain/privilege.ts';
import type { Tx } from '../client.server.ts';
import { policies, policyDrafts, sites } from '../schema.ts';

/** What the numbers in force at each site are made of, beside the shipped ones. */
export interface Policies {
	overrides: readonly PolicyVersion[];
	/** The kind of each site. */
	kinds: ReadonlyMap<string, SiteKind>;
}

export interface PolicyVersion extends PolicyOverride {
	reason: string;
	recordedBy: string;
	recordedAt: Date;
	/** When its grace is over. */
	settlesAt: Date;
}

/** The policies of a provider, and what kind each of its sites is. */
export async function readPolicies(tx: Tx, { providerId }: { providerId: string }): Promise<Policies> {
	const kinds = await tx
		.select({ id: sites.id, kind: sites.kind })
		.from(sites)
		.where(sql`${sites.providerId} = ${providerId}`);
	return {
		overrides: await listPolicyOverrides(tx, { providerId }),
		kinds: new Map(kinds.map(({ id, kind }) => [id, kind as SiteKind])),
	};
}

/** Every policy a provider and its sites have ever set, oldest first. */
export async function listPolicyOverrides(tx: Tx, { providerId }: { providerId: string }): Promise<PolicyVersion[]> {
	const rows = await tx
		.select({
			version: policies.version,
			siteId: policies.siteId,
			body: policies.body,
			reason: policies.reason,
			recordedBy: policies.recordedBy,
			recordedAt: policies.recordedAt,
			grace: policies.grace,
			settlesAt: policies.settlesAt,
		})
		.from(policies)
		.where(sql`${policies.providerId} = ${providerId}`)
		.orderBy(policies.version);
	return rows as PolicyVersion[];
}

export interface PolicyDraft {
	id: string;
	siteId: string | null;
	edits: PolicyEdits;
	/** How long holders have for what it asks beyond the one before. */
	grace: string;
	upon: number;
	comparedAt: Date;
	personIds: string[];
	compared: number;
	changes: StandingChange[];
	draftedBy: string;
	draftedAt: Date;
	reason: string;
	savedAs: number | null;
}

/**
 * A draft of a policy, or null, also for another provider's. With `hold`, nobody else changes it until the transaction
 * ends.
 */
export async function findPolicyDraft(
	tx: Tx,
	{ providerId, draftId, hold }: { providerId: string; draftId: string; hold?: boolean },
): Promise<PolicyDraft | null> {
	const asked = tx
		.select({
			id: policyDrafts.id,
			siteId: policyDrafts.siteId,
			edits: policyDrafts.edits,
			grace: policyDrafts.grace,
			upon: policyDrafts.upon,
			comparedAt: policyDrafts.comparedAt,
			personIds: policyDrafts.personIds,
			compared: policyDrafts.compared,
			changes: policyDrafts.changes,
			draftedBy: policyDrafts.draftedBy,
			draftedAt: policyDrafts.draftedAt,
			reason: policyDrafts.reason,
			savedAs: policyDrafts.savedAs,
		})
		.from(policyDrafts)
		.where(sql`${policyDrafts.providerId} = ${providerId} and ${policyDrafts.id} = ${draftId}`);
	const [found] = await (hold ? asked.for('update') : asked);
	if (!found) return null;
	const changes = (found.changes as (Omit<StandingChange, 'on'> & { on: string })[]).map((each) => ({
		...each,
		on: new Date(each.on),
	}));
	return { ...found, edits: found.edits as PolicyEdits, changes };
}

/** Everybody who has a standing to lose or to gain at a site, or anywhere: whoever has not left. By family name. */
export async function listStaffIds(
	tx: Tx,
	{ providerId, siteId }: { providerId: string; siteId: string | null },
): Promise<string[]> {
	const rows = await tx.execute<{ id: string }>(sql`
		select id from people where provider_id = ${providerId} and exists (
			select from standings s
			where s.provider_id = ${providerId} and s.person_id = people.id and s.code <> 'left'
				and (${siteId}::uuid is null or s.site_id = ${siteId}::uuid) and (s.ends_at is null or s.ends_at > now()))
		order by family_name, given_name, id`);
	return rows.map((row) => row.id);
}

/** Everybody whose standing at a site, or anywhere, is kept: whoever has ever worked there. */
export async function listIdsWithStandings(
	tx: Tx,
	{ providerId, siteId }: { providerId: string; siteId: string | null },
): Promise<string[]> {
	const rows = await tx.execute<{ id: string }>(sql`
		select distinct person_id as id from standings
		where provider_id = ${providerId} and (${siteId}::uuid is null or site_id = ${siteId}::uuid) order by 1`);
	return rows.map((row) => row.id);
}

/** How many standings each version of a provider's policy changed when it was saved. */
export async function countPolicyEvents(tx: Tx, { providerId }: { providerId: string }): Promise<Map<number, number>> {
	const rows = await tx.execute<{ version: number; count: number }>(sql`
		select policy_version as version, count(*)::int as count from events
		where provider_id = ${providerId} and policy_version is not null group by 1`);
	return new Map(rows.map((row) => [row.version, row.count]));
}

import { setImmediate } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '#db/client.server.ts';
import { listEvidenceOf, listNewestSeqs } from '#db/queries/evidence.ts';
import { listPolicyOverrides, type PolicyVersion } from '#db/queries/policies.ts';
import { listSegments, replaceSegments, type StandingSegment } from '#db/queries/standings.ts';
import * as schema from '#db/schema.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { eventOf } from '../domain/event.ts';
import { type Evidence, ofKind } from '../domain/evidence.ts';
import { policyInForce, policyNamed } from '../domain/policy.ts';
import { isPrivilegeCode, type Privilege, type PrivilegeCode } from '../domain/privilege.ts';
import type { Rules } from '../domain/rules.ts';
import { segmentsFrom } from '../domain/term.ts';

/** The rules at each site of a provider: those in force now or, with `at`, those that were in force then. */
export async function rulesBySite(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	at?: Date,
): Promise<(siteId: string) => Rules> {
	return rulesFrom(await listPolicyOverrides(tx, { providerId }), catalogue, at);
}

/** As `rulesBySite`, from policies that have been read already, or that somebody is only thinking about. */
export function rulesFrom(
	overrides: readonly PolicyVersion[],
	catalogue: Catalogue,
	at?: Date,
): (siteId: string) => Rules {
	const inForce = at ? overrides.filter((each) => each.recordedAt <= at) : overrides;
	const privileges = at ? privilegesAt(catalogue, at) : currentPrivileges(catalogue);
	const shipped = (at && shippedPolicyAt(catalogue, at)) ?? catalogue.policy.body;
	const known = new Map<string, Rules>();
	return (siteId) => {
		const rules = known.get(siteId) ?? {
			policy: policyInForce(shipped, inForce, siteId),
			privileges,
			changes: catalogue.changes,
			earlier: {
				privileges: catalogue.privilegeVersions,
				policies: memoised((version) => policyNamed(version, catalogue.shippedPolicies, overrides)),
			},
		};
		known.set(siteId, rules);
		return rules;
	};
}

function memoised<T>(get: (name: string) => T): { get(name: string): T } {
	const found = new Map<string, T>();
	return {
		get(name) {
			if (!found.has(name)) found.set(name, get(name));
			return found.get(name) as T;
		},
	};
}

function currentPrivileges(catalogue: Catalogue): ReadonlyMap<PrivilegeCode, Privilege> {
	return new Map([...catalogue.privileges].map(([code, pinned]) => [code, pinned.body]));
}

/** What each privilege asked for at an instant; before anything was pinned, what the first version asked for. */
function privilegesAt(catalogue: Catalogue, at: Date): ReadonlyMap<PrivilegeCode, Privilege> {
	const privileges = new Map(currentPrivileges(catalogue));
	const dated = new Set<string>();
	for (const { kind, slug, id, recordedAt } of catalogue.pinned) {
		const body = catalogue.privilegeVersions.get(id);
		if (kind !== 'privilege' || !body || !isPrivilegeCode(slug) || !privileges.has(slug)) continue;
		if (recordedAt <= at || !dated.has(slug)) privileges.set(slug, body);
		dated.add(slug);
	}
	return privileges;
}

function shippedPolicyAt(catalogue: Catalogue, at: Date) {
	const pinned = catalogue.pinned.filter((each) => each.kind === 'policy');
	const version = (pinned.findLast((each) => each.recordedAt <= at) ?? pinned[0])?.version;
	return catalogue.shippedPolicies.find((each) => each.version === version);
}

/** The stretches of standing that one person's evidence gives, at every site where they have worked. */
export function standingsOf(
	rules: (siteId: string) => Rules,
	privileges: readonly PrivilegeCode[],
	siteIds: readonly string[],
	evidence: readonly Evidence[],
): StandingSegment[] {
	const newest = evidence.at(-1);
	if (!newest) return [];
	return sitesOf(evidence, siteIds).flatMap((siteId) => {
		const segmentsOf = segmentsFrom(rules(siteId), evidence, newest.recordedAt);
		return privileges.flatMap((privilege) =>
			segmentsOf({ privilege, siteId }).map(({ startsAt, endsAt, decision }) => ({
				personId: newest.personId,
				siteId,
				privilege,
				startsAt,
				endsAt,
				standing: decision.standing,
				permit: decision.permit,
				permitUntil: decision.validUntil,
				code: decision.code,
				evidenceIds: decision.evidence,
				policyVersion: decision.policyVersion,
				upToSeq: newest.seq,
			})),
		);
	});
}

/** Where somebody has ever worked, of some sites: all of them for provider-wide staff. */
export function sitesOf(evidence: readonly Evidence[], all: readonly string[]): string[] {
	const sites = ofKind(evidence, 'employment-started').map((start) => start.siteId);
	return sites.includes(null) ? [...all] : all.filter((site) => sites.includes(site));
}

/** Where one person stands from the newest row of their evidence on. */
export interface WorkedOut {
	newest: Evidence;
	segments: StandingSegment[];
}

/** Where people stand under some rules, by person; those without evidence stand nowhere. Writes nothing. */
export async function workOut(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	rules: (siteId: string) => Rules,
	personIds: readonly string[],
): Promise<Map<string, WorkedOut>> {
	const sites = tx.select({ id: schema.sites.id }).from(schema.sites).where(sql`provider_id = ${providerId}`);
	const siteIds = (await sites).map((site) => site.id);
	const found = new Map<string, WorkedOut>();
	for (const part of inParts(personIds, 100)) {
		const evidence = byKey(await listEvidenceOf(tx, { providerId, personIds: part }), (each) => each.personId);
		for (const [personId, theirs] of evidence) {
			// A thousand people are seconds of work: the gate, in the same process, answers in between.
			await setImmediate();
			const newest = theirs.at(-1);
			if (!newest) continue;
			const segments = standingsOf(rules, [...catalogue.privileges.keys()], siteIds, theirs);
			found.set(personId, { newest, segments });
		}
	}
	return found;
}

/** Why people's standings are worked out anew: new evidence, or a policy. Neither: nothing but a rebuild. */
export interface Cause {
	fresh?: readonly Evidence[];
	policy?: { version: number; recordedAt: Date };
	/** What was worked out under these very rules before the chain was held: used for whoever has no newer evidence. */
	ahead?: ReadonlyMap<string, WorkedOut>;
}

/**
 * Works out anew where people stand and writes what changed, with an event for each change and one for each new row
 * of evidence. The caller holds the chain.
 */
export async function project(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	personIds: readonly string[],
	{ fresh = [], policy, ahead = new Map() }: Cause = {},
): Promise<void> {
	const seqs = ahead.size ? await listNewestSeqs(tx, { providerId, personIds }) : new Map();
	const behind = personIds.filter((id) => !ahead.has(id) || ahead.get(id)?.newest.seq !== seqs.get(id));
	const rules = await rulesBySite(tx, providerId, catalogue);
	const worked = await workOut(tx, providerId, catalogue, rules, behind);
	const stored = fresh.length || policy ? await listSegments(tx, { providerId, personIds }) : [];
	const storedOf = byKey(stored, (row) => row.personId);
	const events: (typeof schema.events.$inferInsert)[] = fresh.map((each) => ({
		...eventOn(each),
		type: 'evidence.recorded',
		privilege: each.privilege,
		siteId: each.siteId,
	}));
	const written: StandingSegment[] = [];
	for (const personId of personIds) {
		const theirs = worked.get(personId) ?? ahead.get(personId);
		if (!theirs) continue;
		const { newest, segments } = theirs;
		written.push(...segments);
		if (!fresh.length && !policy) continue;
		const at = policy && policy.recordedAt > newest.recordedAt ? policy.recordedAt : newest.recordedAt;
		const before = byKey(storedOf.get(personId) ?? [], keyOf);
		for (const [key, rows] of byKey(segments, keyOf)) {
			const was = before.get(key)?.findLast((row) => row.startsAt <= at);
			const now = rows.findLast((row) => row.startsAt <= at);
			const type = now && eventOf(was, now);
			if (type) {
				const { privilege, siteId } = now;
				events.push({ ...eventOn(newest), type, privilege, siteId });
			}
		}
	}
	await replaceSegments(tx, { providerId, personIds, segments: written });
	for (const part of inParts(events, 500)) await tx.insert(schema.events).values(part);

	function eventOn({ personId, ...evidence }: Evidence) {
		const cause = policy
			? { policyVersion: policy.version, recordedAt: policy.recordedAt }
			: { evidenceId: evidence.id, recordedAt: evidence.recordedAt };
		return { providerId, id: uuidv7(), personId, ...cause };
	}
}

function keyOf(row: StandingSegment): string {
	return `${row.siteId} ${row.privilege}`;
}

function byKey<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
	const groups = new Map<string, T[]>();
	for (const item of items) {
		const group = groups.get(keyOf(item));
		if (group) group.push(item);
		else groups.set(keyOf(item), [item]);
	}
	return groups;
}

export function inParts<T>(items: readonly T[], size: number): T[][] {
	return Array.from({ length: Math.ceil(items.length / size) }, (_, part) =>
		items.slice(part * size, (part + 1) * size),
	);
}

import { setImmediate } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Tx } from '#db/client.server.ts';
import { markPeople, readTold } from '#db/queries/events.ts';
import { listEvidenceOf, listNewestSeqs } from '#db/queries/evidence.ts';
import { type Policies, type PolicyVersion, readPolicies } from '#db/queries/policies.ts';
import { listSegments, replaceSegments, type StandingSegment } from '#db/queries/standings.ts';
import * as schema from '#db/schema.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { changesOf } from '../domain/change.ts';
import { type Evidence, ofKind } from '../domain/evidence.ts';
import { latest, localDay, moveDay } from '../domain/period.ts';
import { policyInForce, policyNamed } from '../domain/policy.ts';
import { endOfGrace } from '../domain/policy-grace.ts';
import { isPrivilegeCode, type Privilege, type PrivilegeCode, type SiteKind } from '../domain/privilege.ts';
import type { Rules, Settling } from '../domain/rules.ts';
import { segmentsFrom } from '../domain/term.ts';
import { type News, tell } from './telling.ts';

/** The rules at each site of a provider: those in force now or, with `at`, those that were in force then. */
export async function rulesBySite(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	at?: Date,
): Promise<(siteId: string) => Rules> {
	return rulesFrom(await readPolicies(tx, { providerId }), catalogue, at);
}

/** As `rulesBySite`, from policies that have been read already, or that somebody is only thinking about. */
export function rulesFrom({ overrides, kinds }: Policies, catalogue: Catalogue, at?: Date): (siteId: string) => Rules {
	const inForce = at ? overrides.filter((each) => each.recordedAt <= at) : overrides;
	const privileges = at ? privilegesAt(catalogue, at) : currentPrivileges(catalogue);
	const shipped = (at && shippedPolicyAt(catalogue, at)) ?? catalogue.policy.body;
	const checklists = new Map([...catalogue.checklists].map(([slug, pinned]) => [slug, pinned.body]));
	const named = memoised((version) => policyNamed(version, catalogue.shippedPolicies, overrides));
	const known = new Map<string, Rules>();
	return (siteId) => {
		const rules: Rules = known.get(siteId) ?? {
			policy: policyInForce(shipped, inForce, siteId, kinds.get(siteId)),
			settling: settlingAt(catalogue, inForce, siteId, kinds.get(siteId)),
			checklists,
			privileges,
			changes: at ? catalogue.changes.filter((each) => each.inForceFrom <= at) : catalogue.changes,
			earlier: {
				privileges: catalogue.privilegeVersions,
				checklists: catalogue.checklistVersions,
				policies: named,
			},
		};
		known.set(siteId, rules);
		return rules;
	};
}

/** A new shipped policy gives holders as long as a provider's own does when nothing else is said. */
const shippedGrace = 'P28D';

/** The policies that a site has had, and when the grace of what replaced each ends; those of a year before the newest. */
function settlingAt(
	catalogue: Catalogue,
	overrides: readonly PolicyVersion[],
	siteId: string,
	kind: SiteKind | undefined,
): Settling[] {
	const ours = overrides.filter((each) => each.siteId === null || each.siteId === siteId);
	const shipped = catalogue.pinned.filter((each) => each.kind === 'policy');
	const steps = [
		...ours.map((each) => ({ at: each.recordedAt, grace: each.grace ?? 'P0D', settlesAt: each.settlesAt })),
		...shipped.slice(1).map((each) => ({ at: each.recordedAt, grace: shippedGrace, settlesAt: undefined })),
	].sort((a, b) => a.at.getTime() - b.at.getTime());
	const newest = steps.at(-1)?.at ?? new Date(0);
	// What is urgent ends every grace before it.
	const urgent = steps.findLastIndex(({ grace }) => grace === 'P0D');
	return steps
		.slice(urgent + 1)
		.filter(({ at }) => moveDay(localDay(at), 'P1Y') >= localDay(newest))
		.map(({ at, grace, settlesAt }) => {
			const before = new Date(at.getTime() - 1);
			const policy = policyInForce(
				shippedPolicyAt(catalogue, before) ?? catalogue.policy.body,
				ours.filter((each) => each.recordedAt <= before),
				siteId,
				kind,
			);
			return { policy, until: settlesAt ?? endOfGrace(at, grace, policy) };
		});
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

/** The stretches of standing that one person's evidence gives, at every site where they have worked or may cover. */
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

/** Where somebody has ever worked, or was allowed to cover, of some sites: all of them for provider-wide staff. */
export function sitesOf(evidence: readonly Evidence[], all: readonly string[]): string[] {
	const sites = ofKind(evidence, 'employment-started').map((start) => start.siteId);
	if (sites.includes(null)) return [...all];
	const named = new Set([...sites, ...ofKind(evidence, 'override').map((each) => each.siteId)]);
	return all.filter((site) => named.has(site));
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

/** Why people's standings are worked out anew: new evidence, a policy or content. None: nothing but a rebuild. */
export interface Cause {
	fresh?: readonly Evidence[];
	policy?: { version: number; recordedAt: Date } | undefined;
	content?: boolean;
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
	{ fresh = [], policy, content = false, ahead = new Map() }: Cause = {},
): Promise<void> {
	const seqs = ahead.size ? await listNewestSeqs(tx, { providerId, personIds }) : new Map();
	const behind = personIds.filter((id) => !ahead.has(id) || ahead.get(id)?.newest.seq !== seqs.get(id));
	const rules = await rulesBySite(tx, providerId, catalogue);
	const worked = await workOut(tx, providerId, catalogue, rules, behind);
	const segmentsOf = (personId: string) => (worked.get(personId) ?? ahead.get(personId))?.segments ?? [];
	const telling = fresh.length > 0 || policy !== undefined || content;
	const stored = telling ? await listSegments(tx, { providerId, personIds }) : [];
	await replaceSegments(tx, { providerId, personIds, segments: personIds.flatMap(segmentsOf) });
	if (!telling) return;

	const told = await readTold(tx, { providerId, personIds });
	// A clock that was put back is behind what has been recorded already.
	const now = latest([told.now, ...fresh.map((each) => each.recordedAt)]) ?? told.now;
	const storedOf = byKey(stored, (row) => row.personId);
	const freshOf = byKey(fresh, (each) => each.personId);
	const news: News[] = fresh.map((each) => newsOf(each, 'evidence.recorded', { evidence: each }));
	for (const personId of personIds) {
		const theirs = freshOf.get(personId) ?? [];
		const changes = changesOf(storedOf.get(personId) ?? [], segmentsOf(personId), { told: told.until(personId), now });
		for (const { turnedAt, type, ...cell } of changes)
			news.push(newsOf({ ...cell, personId }, type, turnedAt ? { turnedAt } : { policy, evidence: theirs.at(-1) }));
		// What a nurse takes back for one person supported changes no standing, but an answer that named that person.
		for (const each of theirs)
			if (each.kind === 'delegation-ended' && !changes.some(({ privilege }) => privilege === each.privilege))
				news.push(newsOf(each, 'competency.withdrawn', { evidence: each }));
	}
	await tell(tx, providerId, news);
	await markPeople(tx, { providerId, personIds, until: now });

	function newsOf(
		{ personId, privilege, siteId }: Pick<News, 'personId' | 'privilege' | 'siteId'>,
		type: News['type'],
		cause: Pick<Cause, 'policy'> & { evidence?: Evidence | undefined; turnedAt?: Date },
	): News {
		const of = { personId, privilege, siteId, type };
		const { policy, evidence } = cause;
		if (policy) return { ...of, policyVersion: policy.version, recordedAt: policy.recordedAt };
		if (evidence) return { ...of, evidenceId: evidence.id, recordedAt: evidence.recordedAt };
		return { ...of, turnedAt: cause.turnedAt ?? now, recordedAt: now };
	}
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

import { setImmediate } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Tx } from '#db/client.server.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { listSites } from '#db/queries/people.ts';
import {
	findPolicyDraft,
	listIdsWithStandings,
	listStaffIds,
	type Policies,
	type PolicyDraft,
	type PolicyVersion,
	readPolicies,
} from '#db/queries/policies.ts';
import { policies, policyDrafts } from '#db/schema.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { may, mayEverywhere } from '../domain/authority.ts';
import { type Evidence, presentFor } from '../domain/evidence.ts';
import { type Policy, type PolicyBody, policyInForce } from '../domain/policy.ts';
import { standingChanges } from '../domain/policy-change.ts';
import { bodyOver, type PolicyEdits, withEdits } from '../domain/policy-edits.ts';
import { endOfGrace } from '../domain/policy-grace.ts';
import { type SiteKind, siteKinds } from '../domain/privilege.ts';
import { holdChain } from './append.ts';
import type { Authoriser } from './authorising.ts';
import { project, rulesFrom, sitesOf, workOut } from './projecting.ts';

/** Whom a policy is for: a site, or with null the whole provider. */
export interface Scope {
	siteId: string | null;
}

/** Whether somebody may set a site's policy or, for the whole provider, that of each of its sites. */
export async function maySetPolicy(tx: Tx, { providerId, posts }: Authoriser, { siteId }: Scope): Promise<boolean> {
	if (siteId) return may(posts, 'set-policy', siteId);
	const sites = await listSites(tx, { providerId });
	return mayEverywhere(
		posts,
		'set-policy',
		sites.map((site) => site.id),
	);
}

/** The numbers that hold for a scope, and those that would hold if it had set none of its own. */
export function numbersFor(
	catalogue: Catalogue,
	{ overrides, kinds }: Policies,
	{ siteId }: Scope,
): { inForce: PolicyBody; beneath: PolicyBody } {
	const ofProvider = overrides.filter((each) => each.siteId === null);
	const shipped = catalogue.policy.body;
	const kind = siteId ? kinds.get(siteId) : undefined;
	return siteId
		? {
				inForce: policyInForce(shipped, overrides, siteId, kind),
				beneath: policyInForce(shipped, ofProvider, siteId, kind),
			}
		: { inForce: policyInForce(shipped, ofProvider, ''), beneath: policyInForce(shipped, [], '') };
}

/** The numbers that hold at a provider's sites of each kind that has shipped numbers of its own, where no site has set any. */
export function numbersByKind(
	catalogue: Catalogue,
	{ overrides, kinds }: Policies,
): { kind: SiteKind; inForce: PolicyBody }[] {
	const ofProvider = overrides.filter((each) => each.siteId === null);
	const shipped = catalogue.policy.body;
	return siteKinds
		.filter((kind) => shipped.kinds?.[kind] && [...kinds.values()].includes(kind))
		.map((kind) => ({ kind, inForce: policyInForce(shipped, ofProvider, '', kind) }));
}

/**
 * Keeps numbers that somebody is thinking of setting, to be compared and then saved. The id makes a second click find
 * the first draft.
 */
export async function draftPolicy(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	{ id, siteId, edits, grace, now }: Scope & { id: string; edits: PolicyEdits; grace: string; now: Date },
): Promise<{ ok: true } | { ok: false; why: 'not-authorised' | 'nothing-changed' }> {
	if (!(await maySetPolicy(tx, authoriser, { siteId }))) return { ok: false, why: 'not-authorised' };
	const { providerId, personId } = authoriser;
	const policies = await readPolicies(tx, { providerId });
	if (!bodyFor(catalogue, policies, { siteId, edits })) return { ok: false, why: 'nothing-changed' };
	await tx.execute(sql`
		delete from policy_drafts
		where provider_id = ${providerId} and drafted_by = ${personId} and drafted_at < now() - interval '1 day'`);
	const begun = await comparison(tx, providerId, { siteId }, policies, now);
	await tx
		.insert(policyDrafts)
		.values({ providerId, id, siteId, edits, grace, draftedBy: personId, ...begun })
		.onConflictDoNothing();
	return { ok: true };
}

/** What a draft would store, or null where it would change nothing. */
function bodyFor(
	catalogue: Catalogue,
	policies: Policies,
	{ siteId, edits }: Pick<PolicyDraft, 'siteId' | 'edits'>,
): Partial<PolicyBody> | null {
	const { inForce, beneath } = numbersFor(catalogue, policies, { siteId });
	const wanted = withEdits(inForce, edits);
	return Object.keys(bodyOver(inForce, wanted)).length ? bodyOver(beneath, wanted) : null;
}

async function comparison(tx: Tx, providerId: string, { siteId }: Scope, policies: Policies, comparedAt: Date) {
	const personIds = await listStaffIds(tx, { providerId, siteId });
	return { upon: newestOf(policies), comparedAt, personIds, compared: 0, changes: [] };
}

const newestOf = ({ overrides }: Policies) => overrides.at(-1)?.version ?? 0;

/** How many people are compared at a time: about a second's work with every privilege there is. */
export const peopleAtOnce = 60;

/**
 * Compares a part of the staff under the policy in force and under the draft, and keeps what differs. When a newer policy
 * has been saved meanwhile, the comparison begins again with that one. Returns the draft; null where there is none.
 */
export async function comparePart(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	draftId: string,
	{ now, most = peopleAtOnce }: { now: Date; most?: number },
): Promise<PolicyDraft | null> {
	const draft = await findPolicyDraft(tx, { providerId, draftId, hold: true });
	if (!draft || draft.savedAs) return draft;
	const policies = await readPolicies(tx, { providerId });
	if (newestOf(policies) !== draft.upon) Object.assign(draft, await comparison(tx, providerId, draft, policies, now));
	const body = bodyFor(catalogue, policies, draft);
	const personIds = body ? draft.personIds.slice(draft.compared, draft.compared + most) : [];
	const { siteId, grace } = draft;
	const version = draft.upon + 1;
	const settlesAt = endOfGrace(now, grace, policyFor(catalogue, policies, siteId));
	const would = body
		? withVersion(policies, {
				version,
				siteId,
				body,
				grace,
				settlesAt,
				reason: '',
				recordedBy: '',
				recordedAt: now,
			})
		: policies;
	const rules = { before: rulesFrom(policies, catalogue), after: rulesFrom(would, catalogue) };
	const siteIds = draft.siteId ? [draft.siteId] : (await listSites(tx, { providerId })).map((site) => site.id);
	const evidence = new Map<string, Evidence[]>(personIds.map((id) => [id, []]));
	for (const each of await listEvidenceOf(tx, { providerId, personIds })) evidence.get(each.personId)?.push(each);
	for (const theirs of evidence.values()) {
		// The gate, in the same process, answers in between.
		await setImmediate();
		const questions = sitesOf(theirs, siteIds).flatMap((siteId) =>
			[...catalogue.privileges.keys()].map((privilege) => ({ siteId, privilege })),
		);
		draft.changes.push(...standingChanges(rules, theirs, questions, presentFor(theirs, draft.comparedAt)));
	}
	draft.compared = body ? draft.compared + personIds.length : draft.personIds.length;
	const { upon, comparedAt, compared, changes } = draft;
	await tx
		.update(policyDrafts)
		.set({ upon, comparedAt, compared, changes, personIds: draft.personIds })
		.where(sql`provider_id = ${providerId} and id = ${draftId}`);
	return draft;
}

export type PolicySaving =
	| { ok: true; version: number }
	| { ok: false; why: 'not-authorised' | 'unknown-draft' | 'changed-since' | 'not-compared' | 'nothing-changed' };

/**
 * Sets a draft as the newest policy of its scope, works out anew where everybody concerned stands and tells of what
 * changed, in the caller's transaction. Saving twice saves once. Refused where another version has been saved since the
 * comparison, whose result somebody has to look at first.
 */
export async function savePolicy(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	draftId: string,
	{ reason }: { reason: string },
): Promise<PolicySaving> {
	const { providerId, personId } = authoriser;
	const draft = await findPolicyDraft(tx, { providerId, draftId, hold: true });
	if (!draft) return { ok: false, why: 'unknown-draft' };
	const { siteId } = draft;
	if (!(await maySetPolicy(tx, authoriser, { siteId }))) return { ok: false, why: 'not-authorised' };
	if (draft.savedAs) return { ok: true, version: draft.savedAs };
	const ours = sql`provider_id = ${providerId} and id = ${draftId}`;
	await tx.update(policyDrafts).set({ reason }).where(ours);
	if (draft.compared < draft.personIds.length) return { ok: false, why: 'not-compared' };

	// Nobody waits for what takes long: a pause, above all. Once the chain is held, only those are worked out again of
	// whom something was recorded meanwhile.
	const now = new Date();
	const asRead = await newestPolicies(tx, providerId, catalogue, draft, now);
	if (!asRead.ok) return asRead;
	const would = withVersion(asRead.policies, { ...asRead.saving, recordedBy: personId, recordedAt: now });
	const everybody = await listIdsWithStandings(tx, { providerId, siteId });
	const ahead = await workOut(tx, providerId, catalogue, rulesFrom(would, catalogue), everybody);

	await holdChain(tx, providerId);
	const asHeld = await newestPolicies(tx, providerId, catalogue, draft, now);
	if (!asHeld.ok) return asHeld;
	const { version } = asHeld.saving;
	const [saved] = await tx
		.insert(policies)
		.values({
			...asHeld.saving,
			providerId,
			reason,
			recordedBy: personId,
			recordedAt: sql`date_trunc('milliseconds', clock_timestamp())`,
		})
		.returning({ recordedAt: policies.recordedAt });
	if (!saved) throw new Error('the policy was not recorded');
	const personIds = await listIdsWithStandings(tx, { providerId, siteId });
	await project(tx, providerId, catalogue, personIds, { policy: { version, recordedAt: saved.recordedAt }, ahead });
	await tx.update(policyDrafts).set({ savedAs: version }).where(ours);
	return { ok: true, version };
}

/** The policies there are and the one that a draft would add to them. */
async function newestPolicies(tx: Tx, providerId: string, catalogue: Catalogue, draft: PolicyDraft, now: Date) {
	const policies = await readPolicies(tx, { providerId });
	if (newestOf(policies) !== draft.upon) return { ok: false, why: 'changed-since' } as const;
	const body = bodyFor(catalogue, policies, draft);
	if (!body) return { ok: false, why: 'nothing-changed' } as const;
	const { siteId, grace } = draft;
	const settlesAt = endOfGrace(now, grace, policyFor(catalogue, policies, siteId));
	const saving = { version: draft.upon + 1, siteId, body, grace, settlesAt, reason: '' };
	return { ok: true, policies, saving } as const;
}

/** The numbers in force at a site, or for the provider as a whole. */
function policyFor(catalogue: Catalogue, { overrides, kinds }: Policies, siteId: string | null): Policy {
	return policyInForce(catalogue.policy.body, overrides, siteId ?? '', siteId ? kinds.get(siteId) : undefined);
}

function withVersion(policies: Policies, version: PolicyVersion): Policies {
	return { ...policies, overrides: [...policies.overrides, version] };
}

import type { Tx } from '#db/client.server.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { listSites } from '#db/queries/people.ts';
import type { Catalogue, Pinned } from '../catalogue.server.ts';
import type { Post } from '../domain/authority.ts';
import type { ContentKind } from '../domain/content.ts';
import { decider } from '../domain/decide.ts';
import { type Evidence, ofKind, presentFor } from '../domain/evidence.ts';
import { Facts, signOffFor, standingEvidence } from '../domain/facts.ts';
import { isPrivilegeCode, type Privilege } from '../domain/privilege.ts';
import { type Recheck, touches } from '../domain/recheck.ts';
import type { ContentChange, Rules } from '../domain/rules.ts';
import { append, fact } from './append.ts';
import type { Learner } from './learning.ts';
import { rulesBySite } from './projecting.ts';

export type ReadableKind = Exclude<ContentKind, 'policy'>;

/** Something that is asked of a learner since something happened, signed off or not yet. */
export interface Asked {
	privilege: Privilege;
	siteId: string;
	recheck: Recheck;
}

/** Posts with a site each, those that have one first: a provider-wide one is one at every site. */
export async function workplaces<P extends Post>(
	tx: Tx,
	{ providerId, posts }: { providerId: string; posts: readonly P[] },
): Promise<(P & { siteId: string; siteName: string })[]> {
	if (!posts.length) return [];
	const sites = await listSites(tx, { providerId });
	const own = posts.filter((post) => post.siteId !== null);
	return [...own, ...posts.filter((post) => post.siteId === null)].flatMap((post) =>
		sites
			.filter(({ id }) => post.siteId === null || post.siteId === id)
			.map(({ id, name }) => ({ ...post, siteId: id, siteName: name })),
	);
}

/** What is asked again of a learner at the sites where they work, the one due first in front. */
export function askedAgain(
	rules: (siteId: string) => Rules,
	evidence: readonly Evidence[],
	posts: readonly Post[],
	at: Date,
): Asked[] {
	const siteIds = [...new Set(posts.flatMap((post) => post.siteId ?? []))];
	const asked = siteIds.flatMap((siteId) => {
		const here = rules(siteId);
		const answer = decider(here, evidence, at);
		return [...here.privileges.values()].flatMap((privilege) =>
			answer({ privilege: privilege.code, siteId }).rechecks.map((recheck) => ({ privilege, siteId, recheck })),
		);
	});
	return asked.sort((a, b) => a.recheck.dueBy.getTime() - b.recheck.dueBy.getTime());
}

/** Of which content reading what is new settles what is asked: the changed content or, after an absence, the privilege's. */
export function readFor({
	recheck,
	privilege,
}: Pick<Asked, 'recheck' | 'privilege'>): { kind: ReadableKind; slug: string } | null {
	if (recheck.asks !== 'acknowledge') return null;
	return recheck.change
		? { kind: recheck.change.kind, slug: recheck.change.slug }
		: { kind: 'privilege', slug: privilege.code };
}

export function findContent({ modules, quizzes, checklists, privileges }: Catalogue, kind: string, slug: string) {
	const found: Pinned<unknown> | undefined =
		kind === 'module'
			? modules.get(slug)
			: kind === 'quiz'
				? quizzes.get(slug)
				: kind === 'checklist'
					? checklists.get(slug)
					: kind === 'privilege' && isPrivilegeCode(slug)
						? privileges.get(slug)
						: undefined;
	return found && { kind: kind as ReadableKind, slug, version: found.version, versionId: found.versionId };
}

/** What is new in some content since a learner was first signed off for something it bears on, or what is asked; the newest first. */
export function newsSince(
	catalogue: Catalogue,
	evidence: readonly Evidence[],
	posts: readonly Post[],
	{ kind, slug }: { kind: ReadableKind; slug: string },
	at: Date,
	asked: readonly Asked[] = [],
): ContentChange[] {
	const facts = Facts.from(standingEvidence(evidence, at, at));
	const signedOff = posts.flatMap(({ siteId }) =>
		[...catalogue.privileges.values()].flatMap(({ body }) => {
			const signOff =
				siteId && touches({ kind, slug }, body) ? signOffFor(facts, { privilege: body.code, siteId }) : undefined;
			return signOff ? [signOff.observedAt] : [];
		}),
	);
	const isAsked = (change: ContentChange) => asked.some(({ recheck }) => recheck.change === change);
	return catalogue.changes
		.filter(
			(change) =>
				change.kind === kind &&
				change.slug === slug &&
				change.inForceFrom <= at &&
				(isAsked(change) || signedOff.some((since) => since < change.inForceFrom)),
		)
		.toReversed();
}

/** Why "I have read this" is not recorded. */
export const readRefusalWords = {
	'changed-since': 'This has changed since you opened it. Read it again.',
	'newer-version': 'There is a newer version now. Read that one, then press the button.',
} as const;

/** Whether any of what is asked has come up since a page was opened: what was read before then does not settle it. */
function cameUpSince(asked: readonly Asked[], openedAt: Date, present: Date): boolean {
	return asked.some(({ recheck: { since } }) => since <= present && since > openedAt);
}

/**
 * Records that a learner has read what is new in some content, on a page that was opened at an instant. Where nothing
 * asks it of them any more, nothing is recorded; the id makes a second click find the first.
 */
export async function acknowledge(
	tx: Tx,
	learner: Learner & { posts: readonly Post[] },
	catalogue: Catalogue,
	given: { id: string; kind: string; slug: string; openedAt: Date; now: Date },
): Promise<{ ok: true } | { ok: false; why: 'unknown-content' | 'changed-since' }> {
	const content = findContent(catalogue, given.kind, given.slug);
	if (!content) return { ok: false, why: 'unknown-content' };
	const { providerId, personId } = learner;
	const posts = await workplaces(tx, learner);
	const evidence = await listEvidenceOf(tx, { providerId, personIds: [personId] });
	if (evidence.some((each) => each.id === given.id)) return { ok: true };
	const rules = await rulesBySite(tx, providerId, catalogue);
	const present = presentFor(evidence, given.now);
	const asked = askedAgain(rules, evidence, posts, present).filter((each) => {
		const read = readFor(each);
		return read?.kind === content.kind && read.slug === content.slug;
	});
	if (cameUpSince(asked, given.openedAt, present)) return { ok: false, why: 'changed-since' };
	if (asked.length)
		await append(tx, providerId, catalogue, [
			fact({
				id: given.id,
				kind: 'acknowledgement',
				personId,
				recordedBy: personId,
				contentVersionId: content.versionId,
				payload: { content: content.kind, slug: content.slug, version: content.version },
			}),
		]);
	return { ok: true };
}

/** The version of the provider's own document that a learner must have read, at any of their sites; null for none such. */
export async function documentFor(
	tx: Tx,
	learner: Learner & { posts: readonly Post[] },
	catalogue: Catalogue,
	document: string,
): Promise<{ version: number; read: number } | null> {
	const { providerId, personId } = learner;
	const rules = await rulesBySite(tx, providerId, catalogue);
	const posts = await workplaces(tx, learner);
	const versions = posts.map((post) => rules(post.siteId).policy.documents[document] ?? 0);
	const asked = [...catalogue.privileges.values()].some(({ body }) =>
		body.requirements.some((each) => each.kind === 'declaration' && each.document === document),
	);
	const version = Math.max(asked ? 1 : 0, ...versions);
	if (!version) return null;
	const evidence = await listEvidenceOf(tx, { providerId, personIds: [personId] });
	const present = presentFor(evidence, new Date(0));
	const declared = ofKind(standingEvidence(evidence, present, present), 'declaration').filter(
		({ payload }) => payload.document === document,
	);
	return { version, read: Math.max(0, ...declared.map(({ payload }) => payload.version)) };
}

/**
 * Records that a learner has read the provider's own document, in the version they were shown on a page that was opened
 * at an instant. The id makes a second click find the first, and a version that has been read is not recorded again.
 */
export async function declareRead(
	tx: Tx,
	learner: Learner & { posts: readonly Post[] },
	catalogue: Catalogue,
	given: { id: string; document: string; version: number; openedAt: Date; now: Date },
): Promise<{ ok: true } | { ok: false; why: 'unknown-document' | 'newer-version' | 'changed-since' }> {
	const asked = await documentFor(tx, learner, catalogue, given.document);
	if (!asked) return { ok: false, why: 'unknown-document' };
	if (asked.read >= asked.version) return { ok: true };
	if (given.version !== asked.version) return { ok: false, why: 'newer-version' };
	const { providerId, personId, posts } = learner;
	const evidence = await listEvidenceOf(tx, { providerId, personIds: [personId] });
	const rules = await rulesBySite(tx, providerId, catalogue);
	const present = presentFor(evidence, given.now);
	const again = askedAgain(rules, evidence, posts, present).filter(
		({ recheck }) => recheck.document?.slug === given.document,
	);
	if (cameUpSince(again, given.openedAt, present)) return { ok: false, why: 'changed-since' };
	await append(tx, providerId, catalogue, [
		fact({
			id: given.id,
			kind: 'declaration',
			personId,
			recordedBy: personId,
			payload: { document: given.document, version: asked.version },
		}),
	]);
	return { ok: true };
}

import type { Tx } from '#db/client.server.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
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

/** Something that is asked again of a learner who is signed off. */
export interface Asked {
	privilege: Privilege;
	siteId: string;
	recheck: Recheck;
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
export function readFor({ recheck, privilege }: Asked): { kind: ReadableKind; slug: string } | null {
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

/** What is new in some content since a learner was first signed off for something it bears on, the newest first. */
export function newsSince(
	catalogue: Catalogue,
	evidence: readonly Evidence[],
	posts: readonly Post[],
	{ kind, slug }: { kind: ReadableKind; slug: string },
	at: Date,
): ContentChange[] {
	const facts = Facts.from(standingEvidence(evidence, at, at));
	const signedOff = posts.flatMap(({ siteId }) =>
		[...catalogue.privileges.values()].flatMap(({ body }) => {
			const signOff =
				siteId && touches({ kind, slug }, body) ? signOffFor(facts, { privilege: body.code, siteId }) : undefined;
			return signOff ? [signOff.observedAt] : [];
		}),
	);
	return catalogue.changes
		.filter(
			(change) =>
				change.kind === kind &&
				change.slug === slug &&
				change.inForceFrom <= at &&
				signedOff.some((since) => since < change.inForceFrom),
		)
		.toReversed();
}

/**
 * Records that a learner has read what is new in some content. Where nothing asks it of them any more, nothing is
 * recorded; the id makes a second click find the first.
 * @returns false for content that does not exist.
 */
export async function acknowledge(
	tx: Tx,
	learner: Learner & { posts: readonly Post[] },
	catalogue: Catalogue,
	given: { id: string; kind: string; slug: string; now: Date },
): Promise<boolean> {
	const content = findContent(catalogue, given.kind, given.slug);
	if (!content) return false;
	const { providerId, personId, posts } = learner;
	const evidence = await listEvidenceOf(tx, { providerId, personIds: [personId] });
	const rules = await rulesBySite(tx, providerId, catalogue);
	const asked = askedAgain(rules, evidence, posts, presentFor(evidence, given.now)).some((each) => {
		const read = readFor(each);
		return read?.kind === content.kind && read.slug === content.slug;
	});
	if (asked)
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
	return true;
}

/** The version of the provider's own document that a learner must have read, at any of their sites; null for none such. */
export async function documentFor(
	tx: Tx,
	{ providerId, personId, posts }: Learner & { posts: readonly Post[] },
	catalogue: Catalogue,
	document: string,
): Promise<{ version: number; read: number } | null> {
	const rules = await rulesBySite(tx, providerId, catalogue);
	const versions = posts.map((post) => rules(post.siteId ?? '').policy.documents[document] ?? 0);
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
 * Records that a learner has read the provider's own document, in the version they were shown. The id makes a second
 * click find the first, and a version that has been read is not recorded again.
 */
export async function declareRead(
	tx: Tx,
	learner: Learner & { posts: readonly Post[] },
	catalogue: Catalogue,
	given: { id: string; document: string; version: number },
): Promise<{ ok: true } | { ok: false; why: 'unknown-document' | 'newer-version' }> {
	const asked = await documentFor(tx, learner, catalogue, given.document);
	if (!asked) return { ok: false, why: 'unknown-document' };
	if (asked.read >= asked.version) return { ok: true };
	if (given.version !== asked.version) return { ok: false, why: 'newer-version' };
	const { providerId, personId } = learner;
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

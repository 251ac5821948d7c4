import type { Tx } from '#db/client.server.ts';
import { listEvidenceByIds, listEvidenceOf } from '#db/queries/evidence.ts';
import type { Catalogue } from '../catalogue.server.ts';
import type { SignOffRefusal } from '../domain/assessing.ts';
import { may, type Post, sitesWith } from '../domain/authority.ts';
import type { ChangeAsks } from '../domain/content.ts';
import { decide } from '../domain/decide.ts';
import type { Decision } from '../domain/decision.ts';
import { type Evidence, type EvidenceOf, ofKind, presentFor } from '../domain/evidence.ts';
import type { Facts } from '../domain/facts.ts';
import { asksAsMuchAs, leastAsked, openPauses } from '../domain/pause.ts';
import type { PrivilegeCode } from '../domain/privilege.ts';
import { requirementOf } from '../domain/privilege.ts';
import { missingBeforeSignOff } from '../domain/progress.ts';
import { type Term, termOf } from '../domain/term.ts';
import type { PauseReason } from '../domain/words.ts';
import { append, fact, holdChain } from './append.ts';
import { readCellFacts } from './cell-facts.ts';
import { rulesBySite } from './projecting.ts';

export interface Authoriser {
	providerId: string;
	personId: string;
	posts: readonly Post[];
}

/** One privilege of one person at one site: what a cell of the matrix stands for. */
export interface Cell {
	personId: string;
	siteId: string;
	privilege: PrivilegeCode;
}

export interface SignOffPreview {
	decision: Decision;
	/** What would be granted, and how the last day is worked out. */
	term: Term;
	refusal: SignOffRefusal | null;
	/** The evidence the sign-off would rest on. */
	basis: string[];
}

/** What a sign-off would do if it were made now; null for an unknown privilege. Shown before saving and checked again at it. */
export async function previewSignOff(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	cell: Cell,
	now: Date,
): Promise<SignOffPreview | null> {
	const { providerId } = authoriser;
	const pinned = catalogue.privileges.get(cell.privilege);
	if (!pinned) return null;
	const rules = (await rulesBySite(tx, providerId, catalogue))(cell.siteId);
	const evidence = await listEvidenceOf(tx, { providerId, personIds: [cell.personId] });
	const present = presentFor(evidence, now);
	const decision = decide(rules, evidence, cell, present);
	const term = termOf(rules, evidence, cell, present);
	if (!term) return null;
	const asked = decision.progress.filter((each) => each.requirement.kind !== 'sign-off');
	const basis = [...new Set(asked.flatMap((each) => each.evidence))];
	const roles = authoriser.posts.filter((post) => may([post], 'sign-off', cell.siteId)).map((post) => post.role);
	return {
		decision,
		term,
		basis,
		refusal: refusalOf(),
	};

	function refusalOf(): SignOffRefusal | null {
		if (cell.personId === authoriser.personId) return 'yourself';
		if (!pinned || !requirementOf(pinned.body, 'sign-off')?.by.some((role) => roles.includes(role)))
			return 'not-authorised';
		if (decision.standing === 'paused') return 'paused';
		if (!decision.progress.length || missingBeforeSignOff(decision.progress).length) return 'not-ready';
		const watchers = assessorsOf(evidence, basis);
		return watchers.size === 1 && watchers.has(authoriser.personId) ? 'only-assessor' : null;
	}
}

function assessorsOf(evidence: readonly Evidence[], basis: readonly string[]): Set<string> {
	const watched = ofKind(evidence, 'observation').filter((round) => basis.includes(round.id));
	return new Set(watched.map((round) => round.payload.assessor));
}

/** Signs a privilege off, until the day that was shown. The id makes a second click find the first. */
export async function signOff(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	cell: Cell,
	given: { id: string; shownLastDay: string; now: Date },
): Promise<{ ok: true } | { ok: false; why: SignOffRefusal | 'unknown-privilege' }> {
	const { providerId, personId } = authoriser;
	// Two who sign the same person off at once: the second must see the first.
	await holdChain(tx, providerId);
	const [before] = await listEvidenceByIds(tx, { providerId, evidenceIds: [given.id] });
	if (before?.kind === 'sign-off' && before.personId === cell.personId) return { ok: true };
	const preview = await previewSignOff(tx, authoriser, catalogue, cell, given.now);
	const pinned = catalogue.privileges.get(cell.privilege);
	if (!preview || !pinned) return { ok: false, why: 'unknown-privilege' };
	if (preview.refusal) return { ok: false, why: preview.refusal };
	if (preview.term.lastDay !== given.shownLastDay) return { ok: false, why: 'day-changed' };
	await append(tx, providerId, catalogue, [
		fact({
			id: given.id,
			kind: 'sign-off',
			...cell,
			recordedBy: personId,
			contentVersionId: pinned.versionId,
			payload: { lastDay: preview.term.lastDay, policy: preview.decision.policyVersion, basis: preview.basis },
		}),
	]);
	return { ok: true };
}

/** Pauses one privilege, or everything, at one site while something is reviewed. From the commit on, the gate refuses. */
export async function pause(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	cell: Cell,
	given: {
		id: string;
		scope?: 'privilege' | 'site';
		reason: PauseReason;
		reviewOn: string;
		note?: string | undefined;
	},
): Promise<{ ok: true } | { ok: false; why: 'not-authorised' | 'lifted-since' }> {
	if (!may(authoriser.posts, 'pause', cell.siteId)) return { ok: false, why: 'not-authorised' };
	const theirs = await listEvidenceOf(tx, { providerId: authoriser.providerId, personIds: [cell.personId] });
	// A page gone back to and sent again must not say "paused" of a pause that has been lifted.
	if (ofKind(theirs, 'pause-lifted').some(({ payload }) => payload.pause === given.id))
		return { ok: false, why: 'lifted-since' };
	await append(tx, authoriser.providerId, catalogue, [
		fact({
			id: given.id,
			kind: 'pause',
			...cell,
			privilege: given.scope === 'site' ? null : cell.privilege,
			recordedBy: authoriser.personId,
			payload: { reason: given.reason, reviewOn: given.reviewOn, owner: authoriser.personId },
			note: given.note,
		}),
	]);
	return { ok: true };
}

/**
 * Lifts the open pauses that bear on one privilege at one site, those of everything there among them: all of them, or
 * those that were shown. Nobody lifts their own, nor a pause of the whole provider from one site. What is asked before
 * it is given back is never less than policy says for the reason of the pause; left out, it is just that.
 */
export async function liftPause(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	cell: Cell,
	given: { pauses?: readonly string[]; asks?: ChangeAsks; note?: string | undefined },
): Promise<{ ok: true } | { ok: false; why: 'not-authorised' | 'yourself' | 'asks-too-little' }> {
	const { providerId, personId } = authoriser;
	if (!may(authoriser.posts, 'pause', cell.siteId)) return { ok: false, why: 'not-authorised' };
	if (personId === cell.personId) return { ok: false, why: 'yourself' };
	await holdChain(tx, providerId);
	// By all that is recorded, whatever this server's clock says.
	const { facts, rules } = await readCellFacts(tx, providerId, catalogue, cell, new Date(0));
	const open = liftablePauses(authoriser, facts, cell).filter((each) => given.pauses?.includes(each.id) ?? true);
	const least = leastAsked(open, rules.policy);
	const asks = given.asks ?? least;
	if (open.length && !asksAsMuchAs(asks, least)) return { ok: false, why: 'asks-too-little' };
	await append(
		tx,
		providerId,
		catalogue,
		open.map(({ id, privilege, siteId }) =>
			fact({
				kind: 'pause-lifted',
				personId: cell.personId,
				privilege,
				siteId,
				recordedBy: personId,
				payload: { pause: id, asks },
				note: given.note,
			}),
		),
	);
	return { ok: true };
}

/** The open pauses that bear on a cell and that this authoriser may lift. */
export function liftablePauses(authoriser: Authoriser, facts: Facts, cell: Cell): EvidenceOf<'pause'>[] {
	const everywhere = sitesWith(authoriser.posts, 'pause') === 'all';
	return openPauses(facts, cell).filter((each) => each.siteId !== null || everywhere);
}

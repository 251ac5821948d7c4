import type { Tx } from '#db/client.server.ts';
import { listEvidenceByIds } from '#db/queries/evidence.ts';
import { findIncident } from '#db/queries/incidents.ts';
import { listPeopleByIds, listSites } from '#db/queries/people.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { basisOf, maySignOff, refuseSignOff, type SignOffRefusal } from '../domain/assessing.ts';
import { may, type Post } from '../domain/authority.ts';
import type { ChangeAsks } from '../domain/content.ts';
import { decide } from '../domain/decide.ts';
import type { Decision } from '../domain/decision.ts';
import { employmentAt } from '../domain/employment.ts';
import { type EvidenceOf, ofKind, type Payload } from '../domain/evidence.ts';
import { concerns, type Facts } from '../domain/facts.ts';
import type { Progress } from '../domain/ground.ts';
import {
	asksAsMuchAs,
	type LiftingRefusal,
	leastAskedAnywhere,
	mayLift,
	openPauses,
	type PauseRefusal,
} from '../domain/pause.ts';
import type { PrivilegeCode } from '../domain/privilege.ts';
import { requirementOf } from '../domain/privilege.ts';
import { isAsked, type Recheck } from '../domain/recheck.ts';
import { SignOffs } from '../domain/sign-off.ts';
import { type Term, termOf } from '../domain/term.ts';
import type { PauseReason, Reach } from '../domain/words.ts';
import { append, fact, holdChain } from './append.ts';
import { type CellFacts, readCellFacts } from './cell-facts.ts';
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

export interface SignOffPreview extends CellFacts {
	decision: Decision;
	/** What would be granted, and how the last day is worked out. */
	term: Term;
	refusal: SignOffRefusal | null;
	/** Why somebody else could not make it; null: they could. */
	refusalFor(signer: Pick<Authoriser, 'personId' | 'posts'>): SignOffRefusal | null;
	/** The evidence the sign-off would rest on. */
	basis: string[];
	/** What is asked since something happened and is not done: nobody is signed off before it is. */
	asked: Recheck[];
	/** For a sign-off that no longer stands: what was not met when it was made, as is known now. */
	flaws: readonly Progress[];
}

/** What a sign-off would do if it were made now; null for an unknown privilege. Shown before saving and checked again at it. */
export async function previewSignOff(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	cell: Cell,
	now: Date,
): Promise<SignOffPreview | null> {
	const pinned = catalogue.privileges.get(cell.privilege);
	if (!pinned) return null;
	const known = await readCellFacts(tx, authoriser.providerId, catalogue, cell, now);
	const { evidence, facts, present, rules } = known;
	const decision = decide(rules, evidence, cell, present);
	const term = termOf(rules, evidence, cell, present);
	if (!term) return null;
	const by = requirementOf(pinned.body, 'sign-off')?.by ?? [];
	const refusalFor = ({ personId, posts }: Pick<Authoriser, 'personId' | 'posts'>) =>
		refuseSignOff({
			signerId: personId,
			learnerId: cell.personId,
			authorised: maySignOff(posts, cell.siteId, by, employmentAt(facts, cell.siteId, present)),
			facts,
			question: cell,
			decision,
			at: present,
		});
	return {
		...known,
		decision,
		term,
		basis: basisOf(decision),
		asked: decision.rechecks.filter((each) => isAsked(each, present)),
		flaws: decision.signOff ? new SignOffs(rules, rules.changes).flawsOf(decision.signOff, cell, facts) : [],
		refusal: refusalFor(authoriser),
		refusalFor,
	};
}

/** What is written of a sign-off, by whomever it is made. */
export function signOffPayload({ term, decision, basis }: SignOffPreview): Payload<'sign-off'> {
	const covers = decision.progress.flatMap((each) => each.lines?.covers ?? []);
	return {
		lastDay: term.lastDay,
		policy: decision.policyVersion,
		basis,
		...(term.anniversary ? { anniversary: term.anniversary } : {}),
		...(covers.length ? { covers } : {}),
	};
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
			payload: signOffPayload(preview),
		}),
	]);
	return { ok: true };
}

interface GivenPause {
	id: string;
	/** One privilege, or everything. */
	scope?: 'privilege' | 'everything';
	/** At this site only, or at every site: as far as the reason reaches. */
	reach?: Reach;
	reason: PauseReason;
	reviewOn: string;
	/** Staff who were involved in what it is about. */
	parties?: readonly string[] | undefined;
	/** The incident it is about. */
	incident?: string | undefined;
	note?: string | undefined;
}

/**
 * Pauses one privilege, or everything, at one site or at all while something is reviewed. From the commit on, the gate
 * refuses. For every site at once it is enough to have the authority at one where the person works: a stop is safe, and at
 * night the manager on call may be the only one there. Lifting it takes authority at all of them.
 */
export async function pause(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	cell: Cell,
	given: GivenPause,
): Promise<{ ok: true } | { ok: false; why: PauseRefusal }> {
	const { providerId, personId } = authoriser;
	if (!may(authoriser.posts, 'pause', cell.siteId)) return { ok: false, why: 'not-authorised' };
	const { evidence, facts, present } = await readCellFacts(tx, providerId, catalogue, cell, new Date());
	// A page gone back to and sent again must not say "paused" of a pause that has been lifted.
	if (ofKind(evidence, 'pause-lifted').some(({ payload }) => payload.pause === given.id))
		return { ok: false, why: 'lifted-since' };
	const everywhere = given.reach === 'everywhere';
	if (everywhere && employmentAt(facts, cell.siteId, present).refusal) return { ok: false, why: 'not-here' };
	const parties = [...new Set(given.parties)].filter((each) => each !== cell.personId);
	const known = await listPeopleByIds(tx, { providerId, personIds: parties });
	if (known.size < parties.length) return { ok: false, why: 'unknown-party' };
	if (given.incident) {
		const incident = await findIncident(tx, { providerId, incidentId: given.incident });
		if (incident?.personId !== cell.personId) return { ok: false, why: 'other-incident' };
	}
	await append(tx, providerId, catalogue, [
		fact({
			id: given.id,
			kind: 'pause',
			personId: cell.personId,
			siteId: everywhere ? null : cell.siteId,
			privilege: given.scope === 'everything' ? null : cell.privilege,
			recordedBy: personId,
			payload: {
				reason: given.reason,
				reviewOn: given.reviewOn,
				owner: personId,
				...(parties.length ? { parties } : {}),
				...(given.incident ? { incident: given.incident } : {}),
			},
			note: given.note,
		}),
	]);
	return { ok: true };
}

/**
 * Lifts the open pauses that bear on one privilege at one site, those of everything there among them: all of them, or
 * those that were shown. Nobody lifts their own, nor one about something they were involved in, nor a pause of the whole
 * provider from one site. What is asked before it is given back is never less than policy says for the reason of the pause;
 * left out, it is just that.
 */
export async function liftPause(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	cell: Cell,
	given: { pauses?: readonly string[]; asks?: ChangeAsks; note?: string | undefined },
): Promise<{ ok: true } | { ok: false; why: 'not-authorised' | LiftingRefusal }> {
	const { providerId, personId } = authoriser;
	if (!may(authoriser.posts, 'pause', cell.siteId)) return { ok: false, why: 'not-authorised' };
	if (personId === cell.personId) return { ok: false, why: 'yourself' };
	await holdChain(tx, providerId);
	// By all that is recorded, whatever this server's clock says.
	const { facts } = await readCellFacts(tx, providerId, catalogue, cell, new Date(0));
	const rules = await rulesBySite(tx, providerId, catalogue);
	const meant = openPauses(facts, cell).filter((each) => given.pauses?.includes(each.id) ?? true);
	if (meant.some((each) => each.payload.parties?.includes(personId))) return { ok: false, why: 'party' };
	const allSites = (await listSites(tx, { providerId })).map((site) => site.id);
	const liftable = liftablePauses(authoriser, facts, cell, allSites);
	const open = meant.filter((each) => liftable.includes(each));
	if (given.pauses && open.length < meant.length) return { ok: false, why: 'not-authorised' };
	const known = (id: string) => facts.of('pause').some((each) => each.id === id && concerns(each, cell));
	if (given.pauses && !given.pauses.every(known)) return { ok: false, why: 'unknown-pause' };
	const least = leastAskedAnywhere(open, (siteId) => rules(siteId).policy, allSites);
	const asks = given.asks ?? least;
	if (open.length && !asksAsMuchAs(asks, least)) return { ok: false, why: 'asks-too-little' };
	await append(
		tx,
		providerId,
		catalogue,
		open.map(({ id, privilege, siteId, payload: { parties } }) =>
			fact({
				kind: 'pause-lifted',
				personId: cell.personId,
				privilege,
				siteId,
				recordedBy: personId,
				payload: { pause: id, asks, ...(parties ? { parties } : {}) },
				note: given.note,
			}),
		),
	);
	return { ok: true };
}

/** The open pauses that bear on a cell and that this authoriser may lift. */
export function liftablePauses(
	authoriser: Authoriser,
	facts: Facts,
	cell: Cell,
	allSites: readonly string[],
): EvidenceOf<'pause'>[] {
	return openPauses(facts, cell).filter((each) => mayLift(each, authoriser, allSites));
}

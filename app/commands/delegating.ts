import type { Tx } from '#db/client.server.ts';
import { listEvidenceOf, listEvidenceOfKinds } from '#db/queries/evidence.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { may } from '../domain/authority.ts';
import { type DelegationRefusal, lapsedRegistration, reviewDays, takeOverBy } from '../domain/delegation.ts';
import { employmentAt } from '../domain/employment.ts';
import { type EvidenceOf, presentFor } from '../domain/evidence.ts';
import { Facts, isOf, standingEvidence } from '../domain/facts.ts';
import type { LocalDay } from '../domain/period.ts';
import { requirementOf } from '../domain/privilege.ts';
import { openDelegations } from '../domain/progress.ts';
import { append, type Fact, fact, holdChain } from './append.ts';
import type { Authoriser, Cell } from './authorising.ts';
import { type CellFacts, readCellFacts, sentBefore } from './cell-facts.ts';
import { rulesBySite } from './projecting.ts';

type Delegated = { ok: true } | { ok: false; why: DelegationRefusal };

interface GivenDelegation {
	id: string;
	/** The other system's reference for the person supported. */
	person: string;
	registration: string;
	reviewOn: string;
	now: Date;
}

/**
 * A nurse hands a task over to somebody for one person supported, until the day of its review. An open delegation of
 * the same task for the same person supported is ended by it, so that the newest review day is the one that holds.
 */
export async function delegate(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	cell: Cell,
	given: GivenDelegation,
): Promise<Delegated> {
	const { providerId, personId } = authoriser;
	const pinned = catalogue.privileges.get(cell.privilege);
	if (!pinned || !requirementOf(pinned.body, 'delegation')) return { ok: false, why: 'not-delegated' };
	if (!may(authoriser.posts, 'delegate', cell.siteId)) return { ok: false, why: 'not-a-nurse' };
	if (personId === cell.personId) return { ok: false, why: 'yourself' };
	await holdChain(tx, providerId);
	const known = await readCellFacts(tx, providerId, catalogue, cell, given.now);
	const before = await sentBefore(tx, providerId, { id: given.id, kind: 'delegation' }, cell, known.evidence);
	if (before !== 'never') return before === 'recorded' ? { ok: true } : { ok: false, why: 'other-page' };
	const nurse = await readCellFacts(tx, providerId, catalogue, { ...cell, personId }, given.now);
	if (lapsedRegistration(nurse.facts, nurse.rules.policy, nurse.present))
		return { ok: false, why: 'registration-lapsed' };
	const why = refuseDelegation(known, cell, given);
	if (why) return { ok: false, why };
	const payload = { delegator: personId, registration: given.registration };
	await append(tx, providerId, catalogue, delegationFacts(known, cell, { ...given, recordedBy: personId, payload }));
	return { ok: true };
}

/** Why a task is not delegated to somebody, whoever delegates it; null: it may be. */
export function refuseDelegation(
	{ facts, present }: Pick<CellFacts, 'facts' | 'present'>,
	cell: Cell,
	{ reviewOn, now }: Pick<GivenDelegation, 'reviewOn' | 'now'>,
): 'not-here' | 'review-outside' | null {
	if (employmentAt(facts, cell.siteId, present).refusal) return 'not-here';
	const { first, last } = reviewDays(now);
	return reviewOn < first || reviewOn > last ? 'review-outside' : null;
}

/** A delegation, and the ending of those of the same task for the same person supported, whose place it takes. */
export function delegationFacts(
	{ facts, present, rules }: Pick<CellFacts, 'facts' | 'present' | 'rules'>,
	cell: Cell,
	given: Pick<GivenDelegation, 'id' | 'person' | 'reviewOn'> & {
		recordedBy: string | null;
		/** Who delegates; without a delegator, a professional from outside. */
		payload: { delegator?: string; registration: string };
	},
): Fact[] {
	const { id, person, reviewOn, recordedBy, payload } = given;
	const employment = employmentAt(facts, cell.siteId, present);
	const replaced = openDelegations({ facts, question: cell, employment, policy: rules.policy, at: present })
		.map((each) => each.delegation)
		.filter((each) => each.payload.person === person);
	return [
		...replaced.map((each) => ending(each, recordedBy)),
		fact({ id, kind: 'delegation', ...cell, recordedBy, payload: { person, reviewOn, ...payload } }),
	];
}

/** Ends a delegation: a nurse of the site, or a manager, since ending only ever takes leave away. Done twice, it is done once. */
export async function endDelegation(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	cell: Cell,
	given: { delegation: string; now: Date },
): Promise<Delegated> {
	const { providerId, personId, posts } = authoriser;
	if (!may(posts, 'delegate', cell.siteId) && !may(posts, 'pause', cell.siteId))
		return { ok: false, why: 'not-authorised' };
	await holdChain(tx, providerId);
	const { evidence, facts } = await readCellFacts(tx, providerId, catalogue, cell, given.now);
	const ended = facts.of('delegation-ended').some((each) => each.payload.delegation === given.delegation);
	const open = facts.of('delegation').find((each) => !ended && isOf(each, cell) && each.id === given.delegation);
	if (open) await append(tx, providerId, catalogue, [ending(open, personId)]);
	const known = evidence.some((each) => each.kind === 'delegation' && each.id === given.delegation);
	return known ? { ok: true } : { ok: false, why: 'unknown' };
}

function ending({ id, personId, privilege, siteId }: EvidenceOf<'delegation'>, recordedBy: string | null) {
	return fact({ kind: 'delegation-ended', personId, privilege, siteId, recordedBy, payload: { delegation: id } });
}

export interface ListedDelegation {
	delegation: EvidenceOf<'delegation'>;
	/** Until when it is good. */
	until: Date;
	/** The last day by which somebody else has to take it over; null where nobody has to. */
	takeOverBy: LocalDay | null;
}

/**
 * Every delegation at some sites that nobody has ended, good or past its day, the next to end first. One that a
 * withdrawal or leaving has ended is not among them.
 */
export async function listOpenDelegations(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	siteIds: readonly string[],
	now: Date,
): Promise<ListedDelegation[]> {
	const given = await listEvidenceOfKinds(tx, { providerId, kinds: ['delegation'] });
	const personIds = [...new Set(given.map((each) => each.personId))];
	const evidence = await listEvidenceOf(tx, { providerId, personIds });
	const present = presentFor(evidence, now);
	const rulesAt = await rulesBySite(tx, providerId, catalogue);
	const listed: ListedDelegation[] = [];
	for (const personId of personIds) {
		const theirs = evidence.filter((each) => each.personId === personId);
		const facts = Facts.from(standingEvidence(theirs, present, present));
		const cells = new Map(facts.of('delegation').map((each) => [`${each.siteId} ${each.privilege}`, each]));
		for (const { siteId, privilege } of cells.values()) {
			if (!siteId || !privilege || !siteIds.includes(siteId)) continue;
			const question = { siteId, privilege };
			const employment = employmentAt(facts, siteId, present);
			if (employment.refusal) continue;
			const open = openDelegations({ facts, question, employment, policy: rulesAt(siteId).policy, at: present });
			listed.push(...open.map((each) => ({ ...each, takeOverBy: takeOverBy(facts, each.delegation) })));
		}
	}
	return listed.sort((a, b) => a.until.getTime() - b.until.getTime());
}

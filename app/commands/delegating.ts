import type { Tx } from '#db/client.server.ts';
import { listEvidenceOfKinds } from '#db/queries/evidence.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { may } from '../domain/authority.ts';
import { type DelegationRefusal, reviewDays } from '../domain/delegation.ts';
import { employmentAt } from '../domain/employment.ts';
import { type EvidenceOf, presentFor } from '../domain/evidence.ts';
import { Facts, standingEvidence } from '../domain/facts.ts';
import { requirementOf } from '../domain/privilege.ts';
import { openDelegations } from '../domain/progress.ts';
import { append, fact, holdChain } from './append.ts';
import type { Authoriser, Cell } from './authorising.ts';
import { readCellFacts, sentBefore } from './cell-facts.ts';

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
	const { evidence, facts, present } = await readCellFacts(tx, providerId, catalogue, cell, given.now);
	const before = await sentBefore(tx, providerId, { id: given.id, kind: 'delegation' }, cell, evidence);
	if (before !== 'never') return before === 'recorded' ? { ok: true } : { ok: false, why: 'other-page' };
	if (employmentAt(facts, cell.siteId, present).refusal) return { ok: false, why: 'not-here' };
	const { first, last } = reviewDays(given.now);
	if (given.reviewOn < first || given.reviewOn > last) return { ok: false, why: 'review-outside' };
	const { id, person, registration, reviewOn } = given;
	const replaced = openDelegations(facts, cell).filter((each) => each.payload.person === person);
	await append(tx, providerId, catalogue, [
		...replaced.map((each) => ending(each, personId)),
		fact({
			id,
			kind: 'delegation',
			...cell,
			recordedBy: personId,
			payload: { person, delegator: personId, registration, reviewOn },
		}),
	]);
	return { ok: true };
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
	const open = openDelegations(facts, cell).find((each) => each.id === given.delegation);
	if (open) await append(tx, providerId, catalogue, [ending(open, personId)]);
	const known = evidence.some((each) => each.kind === 'delegation' && each.id === given.delegation);
	return known ? { ok: true } : { ok: false, why: 'unknown' };
}

function ending({ id, personId, privilege, siteId }: EvidenceOf<'delegation'>, recordedBy: string) {
	return fact({ kind: 'delegation-ended', personId, privilege, siteId, recordedBy, payload: { delegation: id } });
}

/** Every delegation at some sites that nobody has ended, the next to be reviewed first. */
export async function listOpenDelegations(
	tx: Tx,
	providerId: string,
	siteIds: readonly string[],
	now: Date,
): Promise<EvidenceOf<'delegation'>[]> {
	const kinds = ['delegation', 'delegation-ended', 'retraction'] as const;
	const rows = await listEvidenceOfKinds(tx, { providerId, kinds });
	const present = presentFor(rows, now);
	const facts = Facts.from(standingEvidence(rows, present, present));
	const ended = new Set(facts.of('delegation-ended').map((each) => each.payload.delegation));
	return facts
		.of('delegation')
		.filter((each) => !ended.has(each.id) && each.siteId !== null && siteIds.includes(each.siteId))
		.sort((a, b) => a.payload.reviewOn.localeCompare(b.payload.reviewOn));
}

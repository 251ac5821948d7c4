import type { Tx } from '#db/client.server.ts';
import { listEvidenceOf, listEvidenceOfKinds } from '#db/queries/evidence.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { mayDelegateAt, takeOverBy } from '../domain/delegation.ts';
import { employmentAt } from '../domain/employment.ts';
import { type Evidence, type EvidenceOf, presentFor } from '../domain/evidence.ts';
import { Facts, standingEvidence } from '../domain/facts.ts';
import { endOfDay, type LocalDay, localDay, moveDay } from '../domain/period.ts';
import { openDelegations } from '../domain/progress.ts';
import { append, type Fact, fact, holdChain } from './append.ts';
import { rulesBySite } from './projecting.ts';

/**
 * What somebody else has to take over when a nurse may not go on at a site after a day, because she leaves or her
 * registration has run out: each of her delegations that is open there, by that day or today, whichever is later, and so
 * long as policy says. Neither a silent permit nor a sudden stop. To be appended by whoever has recorded why. One that is
 * to be taken over already is not among them.
 */
export async function openTakeovers(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	given: { nurseId: string; fromDay: LocalDay; recordedBy: string | null; now?: Date },
): Promise<Fact[]> {
	const { nurseId, fromDay, recordedBy, now = new Date(0) } = given;
	const delegated = (await listEvidenceOfKinds(tx, { providerId, kinds: ['delegation'] })).filter(
		(each) => each.kind === 'delegation' && each.payload.delegator === nurseId,
	);
	if (!delegated.length) return [];
	const personIds = [...new Set(delegated.map((each) => each.personId))];
	const evidence = await listEvidenceOf(tx, { providerId, personIds: [nurseId, ...personIds] });
	const present = presentFor(evidence, now);
	const factsOf = memoised((personId) =>
		Facts.from(
			standingEvidence(
				evidence.filter((each) => each.personId === personId),
				present,
				present,
			),
		),
	);
	const rulesAt = await rulesBySite(tx, providerId, catalogue);
	return delegated.flatMap((each) => {
		const facts = factsOf(each.personId);
		const { siteId, privilege } = each;
		if (!siteId || !privilege || takeOverBy(facts, each)) return [];
		const { policy } = rulesAt(siteId);
		if (mayDelegateAt(factsOf(nurseId), siteId, policy, endOfDay(fromDay)) === 'may') return [];
		const employment = employmentAt(facts, siteId, present);
		const open = openDelegations({ facts, question: { siteId, privilege }, employment, policy, at: present });
		if (!open.some(({ delegation, until }) => delegation.id === each.id && until > present)) return [];
		const [by = fromDay] = [fromDay, localDay(present)].sort().reverse();
		return [takeover(each as EvidenceOf<'delegation'>, moveDay(by, policy.takeover), recordedBy)];
	});
}

function takeover({ id, personId, privilege, siteId }: Evidence, by: LocalDay, recordedBy: string | null): Fact {
	return fact({
		kind: 'delegation-takeover',
		personId,
		privilege,
		siteId,
		recordedBy,
		payload: { delegation: id, by },
	});
}

function memoised<T>(make: (key: string) => T): (key: string) => T {
	const known = new Map<string, T>();
	return (key) => {
		const found = known.get(key) ?? make(key);
		known.set(key, found);
		return found;
	};
}

/**
 * Opens what is to be taken over from every nurse who may not go on by now and of whom nobody has recorded that: above
 * all whose registration has run out since. Looked at daily; with nothing to do it does nothing. Returns how many.
 */
export async function openLapsedTakeovers(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	now: Date,
): Promise<number> {
	await holdChain(tx, providerId);
	const delegations = await listEvidenceOfKinds(tx, { providerId, kinds: ['delegation'] });
	const nurseIds = new Set(
		delegations.flatMap((each) => (each.kind === 'delegation' ? (each.payload.delegator ?? []) : [])),
	);
	// The last whole day: whoever may go on today has not lapsed yet.
	const fromDay = moveDay(localDay(now), 'P1D', -1);
	const facts: Fact[] = [];
	for (const nurseId of nurseIds)
		facts.push(...(await openTakeovers(tx, providerId, catalogue, { nurseId, fromDay, recordedBy: null, now })));
	if (facts.length) await append(tx, providerId, catalogue, facts);
	return facts.length;
}

import type { Tx } from '#db/client.server.ts';
import { listEvidenceOf, listEvidenceOfKinds } from '#db/queries/evidence.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { endOfDelegating, stillEnds } from '../domain/delegation.ts';
import { employmentAt } from '../domain/employment.ts';
import { type EvidenceOf, type Payload, presentFor } from '../domain/evidence.ts';
import { Facts, standingEvidence } from '../domain/facts.ts';
import { type LocalDay, localDay, moveDay } from '../domain/period.ts';
import { goodUntil } from '../domain/policy.ts';
import { openDelegations } from '../domain/progress.ts';
import { append, type Fact, fact, holdChain } from './append.ts';
import { rulesBySite } from './projecting.ts';

/**
 * What makes the takeovers of a nurse's delegations what is recorded of her, to be appended by whoever has recorded it.
 * Where she leaves or her registration has run out, each delegation that is open is to be taken over: by her last day or
 * today, whichever is later, and so long as policy says. Neither a silent permit nor a sudden stop. Where the row that a
 * takeover came of has been taken back or does not end it any more, the takeover goes, or moves to the day that holds
 * now. One that somebody has taken over stays as it is, and time alone revives none whose day has gone by.
 */
export async function settleTakeovers(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	given: { nurseId: string; recordedBy: string | null; now?: Date },
): Promise<Fact[]> {
	const { nurseId, recordedBy, now = new Date(0) } = given;
	const delegated = (await listEvidenceOfKinds(tx, { providerId, kinds: ['delegation'] })).filter(
		(each): each is EvidenceOf<'delegation'> => each.kind === 'delegation' && each.payload.delegator === nurseId,
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
	const today = localDay(present);
	const superseded = new Set(evidence.flatMap((each) => each.supersedes ?? []));

	return delegated.flatMap((delegation) => {
		const { siteId } = delegation;
		if (!siteId) return [];
		const { policy } = rulesAt(siteId);
		const facts = factsOf(delegation.personId);
		const end = endOfDelegating(factsOf(nurseId), siteId, policy, present);
		// The days to take over begin today at the earliest.
		const by = end && moveDay([end.lastDay, today].sort()[1] ?? today, policy.takeover);
		const takeovers = facts.of('delegation-takeover').filter(({ payload }) => payload.delegation === delegation.id);
		if (!takeovers.length) return end && by && isOpen() ? [takeover(by, end.because)] : [];
		if (facts.of('delegation-ended').some(({ payload }) => payload.delegation === delegation.id)) return [];
		return takeovers.flatMap((before) => {
			const { because, by: wasBy } = before.payload;
			if (!because || stillEnds(factsOf(nurseId), siteId, policy, present, because)) return [];
			if (!superseded.has(because) && present >= goodUntil(wasBy, policy)) return [];
			if (!end || !by) return [takenBack(before)];
			// Of what had ended already nobody gets more time by another word for it.
			const sooner = end.lastDay < today && wasBy < by ? wasBy : by;
			return [takeover(sooner, end.because, before.id)];
		});

		function isOpen(): boolean {
			const { privilege } = delegation;
			if (!privilege || !siteId) return false;
			const employment = employmentAt(facts, siteId, present);
			const open = openDelegations({ facts, question: { siteId, privilege }, employment, policy, at: present });
			return open.some((each) => each.delegation.id === delegation.id && each.until > present);
		}

		function takeover(day: LocalDay, because: string | undefined, supersedes?: string): Fact {
			return fact({
				kind: 'delegation-takeover',
				...cellOf(delegation),
				recordedBy,
				...(supersedes ? { supersedes } : {}),
				payload: { delegation: delegation.id, by: day, ...(because ? { because } : {}) },
			});
		}
	});

	function takenBack(before: EvidenceOf<'delegation-takeover'>): Fact {
		return fact({
			kind: 'retraction',
			...cellOf(before),
			recordedBy,
			supersedes: before.id,
			// The hash of the note comes with it.
			payload: {} as Payload<'retraction'>,
			note: 'The nurse stays: what this came of has been put right.',
		});
	}
}

function cellOf({ personId, privilege, siteId }: EvidenceOf<'delegation' | 'delegation-takeover'>) {
	return { personId, privilege, siteId };
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
 * Settles the takeovers of every nurse who has delegated something: above all of those whose registration has run out or
 * been renewed since. Looked at daily; with nothing to do it does nothing. Returns how many changed.
 */
export async function settleAllTakeovers(tx: Tx, providerId: string, catalogue: Catalogue, now: Date): Promise<number> {
	await holdChain(tx, providerId);
	const delegations = await listEvidenceOfKinds(tx, { providerId, kinds: ['delegation'] });
	const nurseIds = new Set(
		delegations.flatMap((each) => (each.kind === 'delegation' ? (each.payload.delegator ?? []) : [])),
	);
	const facts: Fact[] = [];
	for (const nurseId of nurseIds)
		facts.push(...(await settleTakeovers(tx, providerId, catalogue, { nurseId, recordedBy: null, now })));
	if (facts.length) await append(tx, providerId, catalogue, facts);
	return facts.length;
}

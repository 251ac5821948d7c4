import type { Tx } from '#db/client.server.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { listPeopleByIds, listSites, type Person } from '#db/queries/people.ts';
import { listStandingsNow } from '#db/queries/standings.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { may } from '../domain/authority.ts';
import { decide } from '../domain/decide.ts';
import { presentFor } from '../domain/evidence.ts';
import {
	canCheckByTelephone,
	checkedBy,
	holdsAlone,
	type LoneGivingRefusal,
	loneGivingsUsed,
	needsWitness,
} from '../domain/lone-giving.ts';
import { exactMilliseconds } from '../domain/period.ts';
import { twoPeopleAt } from '../domain/policy-grace.ts';
import { append, fact, holdChain } from './append.ts';
import type { Authoriser, Cell } from './authorising.ts';
import { type CellFacts, readCellFacts, sentBefore } from './cell-facts.ts';
import { rulesBySite } from './projecting.ts';

/** What leave to give alone would be: why it is refused if it is, how long it may be, and how often it has been given. */
export interface LoneGivingPreview {
	refusal: LoneGivingRefusal | null;
	/** In milliseconds. */
	longest: number;
	used: number;
}

/** Whether this manager may allow this person to give alone here. Shown before saving and checked again at it. */
export async function previewLoneGiving(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	cell: Cell,
	now: Date,
): Promise<LoneGivingPreview> {
	return weigh(authoriser, cell, await readCellFacts(tx, authoriser.providerId, catalogue, cell, now));
}

function weigh(authoriser: Authoriser, cell: Cell, { evidence, present, rules }: CellFacts): LoneGivingPreview {
	const { longest } = rules.policy.override;
	return {
		refusal: refusalOf(),
		longest: exactMilliseconds(longest),
		used: loneGivingsUsed(evidence, present),
	};

	function refusalOf(): LoneGivingRefusal | null {
		if (!may(authoriser.posts, 'override', cell.siteId)) return 'not-authorised';
		if (authoriser.personId === cell.personId) return 'yourself';
		const privilege = rules.privileges.get(cell.privilege);
		if (!privilege || !needsWitness(privilege, twoPeopleAt(rules, present))) return 'not-witnessed';
		return holdsAlone(decide(rules, evidence, cell, present)) ? null : 'not-competent';
	}
}

/**
 * Break-glass for a missing witness: somebody competent gives alone for some hours, and a named competent colleague
 * checks by telephone. Whoever allows it may be that colleague, if they are competent themselves: in a small home the
 * manager on call is often the only one awake, and asking for a third person at night would be no way at all. The list
 * of overrides says so.
 */
export async function allowLoneGiving(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	cell: Cell,
	given: { id: string; secondCheck: string; hours: number; note: string; now: Date },
): Promise<{ ok: true } | { ok: false; why: LoneGivingRefusal }> {
	const { providerId, personId } = authoriser;
	// Held from before the facts are read: a pause, or an override, that comes first is seen.
	await holdChain(tx, providerId);
	const known = await readCellFacts(tx, providerId, catalogue, cell, given.now);
	const { refusal, longest } = weigh(authoriser, cell, known);
	if (refusal === 'not-authorised' || refusal === 'yourself') return { ok: false, why: refusal };
	const before = await sentBefore(tx, providerId, { id: given.id, kind: 'lone-giving' }, cell, known.evidence);
	if (before !== 'never') return before === 'recorded' ? { ok: true } : { ok: false, why: 'other-page' };
	if (refusal) return { ok: false, why: refusal };
	if (given.secondCheck === cell.personId) return { ok: false, why: 'checks-themself' };
	if (!(await mayCheck(tx, providerId, catalogue, cell, given))) return { ok: false, why: 'check-not-competent' };
	const length = given.hours * 3_600_000;
	if (length > longest) return { ok: false, why: 'too-long' };
	await append(tx, providerId, catalogue, [
		fact({
			id: given.id,
			kind: 'lone-giving',
			...cell,
			recordedBy: personId,
			// The hash of the note takes its place.
			payload: {
				until: new Date(known.present.getTime() + length).toISOString(),
				secondCheck: given.secondCheck,
			} as never,
			note: given.note,
		}),
	]);
	return { ok: true };
}

async function mayCheck(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	cell: Cell,
	{ secondCheck, now }: { secondCheck: string; now: Date },
): Promise<boolean> {
	const evidence = await listEvidenceOf(tx, { providerId, personIds: [secondCheck] });
	if (!evidence.length) return false;
	const siteIds = (await listSites(tx, { providerId })).map((each) => each.id);
	const rulesAt = await rulesBySite(tx, providerId, catalogue);
	const privilege = rulesAt(cell.siteId).privileges.get(cell.privilege);
	const witnessedBy = privilege ? checkedBy(cell, privilege) : [];
	const present = presentFor(evidence, now);
	return canCheckByTelephone(rulesAt, evidence, { siteId: cell.siteId, witnessedBy }, siteIds, present);
}

/** Who could check by telephone now, anywhere at the provider, by name. The command asks the rules again. */
export async function listSecondChecks(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	cell: Cell,
): Promise<Person[]> {
	const pinned = catalogue.privileges.get(cell.privilege);
	const witnessedBy = pinned ? checkedBy(cell, pinned.body) : [];
	const competent = new Set<string>();
	for (const site of await listSites(tx, { providerId }))
		for (const each of await listStandingsNow(tx, { providerId, siteId: site.id }))
			if (each.code === 'competent' && witnessedBy.includes(each.privilege)) competent.add(each.personId);
	competent.delete(cell.personId);
	const people = await listPeopleByIds(tx, { providerId, personIds: [...competent] });
	return [...people.values()].sort((a, b) => a.familyName.localeCompare(b.familyName));
}

import { setImmediate } from 'node:timers/promises';
import { v5 as uuidv5 } from 'uuid';
import type { Tx } from '#db/client.server.ts';
import { listEvidenceByIds, listEvidenceOf } from '#db/queries/evidence.ts';
import { listPersonIds, listPostsOn, listSites } from '#db/queries/people.ts';
import { readPolicies } from '#db/queries/policies.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { mayAbout, maySignOff, reviewing } from '../domain/assessing.ts';
import { may, type Post } from '../domain/authority.ts';
import { Doubts } from '../domain/doubt.ts';
import { employmentAt } from '../domain/employment.ts';
import { type Evidence, type EvidenceOf, ofKind, presentFor } from '../domain/evidence.ts';
import type { Facts } from '../domain/facts.ts';
import {
	type FlaggedGroup,
	type FlaggedPair,
	type FlaggedSignOff,
	flaggedSignOffs,
	groupByRoot,
	type UpholdingRefusal,
} from '../domain/flagged-sign-offs.ts';
import { ageOfPause, mayLift, type PauseAge, unliftedPauses } from '../domain/pause.ts';
import { localDay } from '../domain/period.ts';
import { type PrivilegeCode, type Role, requirementOf } from '../domain/privilege.ts';
import type { Rules } from '../domain/rules.ts';
import { append, type Fact, fact, holdChain } from './append.ts';
import type { Authoriser } from './authorising.ts';
import { sentBefore } from './cell-facts.ts';
import { inParts, rulesFrom } from './projecting.ts';

export interface OldPause {
	pause: EvidenceOf<'pause'>;
	age: Exclude<PauseAge, 'in-time'>;
	/** The site of the visitor's at which it holds. */
	siteId: string;
	/** Who may lift it today. */
	deciders: string[];
}

/**
 * What waits for this visitor to look at it: sign-offs that rest on a round in doubt, by void act, and pauses that are too
 * old. Whoever may see evidence at a site sees all of it there; a nurse what nurses sign off.
 */
export async function listReviews(
	tx: Tx,
	{ providerId, posts }: Authoriser,
	catalogue: Catalogue,
	now: Date,
): Promise<{ flagged: FlaggedGroup[]; pauses: OldPause[] }> {
	const allSites = (await listSites(tx, { providerId })).map((site) => site.id);
	const pausedAt = allSites.filter((siteId) => may(posts, 'see-evidence', siteId));
	const flaggedAt = allSites.filter((siteId) => reviewing.some((each) => may(posts, each, siteId)));
	const personIds = await listPersonIds(tx, { providerId });
	const evidence = await listEvidenceOf(tx, { providerId, personIds });
	const present = presentFor(evidence, now);
	const byPerson = byPersonId(evidence);
	const rulesAt = await rulesOfEachInstant(tx, providerId, catalogue);
	const doubts = new Doubts(byPerson, rulesAt, present);
	const flagged: FlaggedSignOff[] = [];
	const pauses: Omit<OldPause, 'deciders'>[] = [];
	for (const part of inParts([...byPerson.keys()], 50)) {
		// A thousand people are seconds of work: the gate, in the same process, answers in between.
		await setImmediate();
		const found = flaggedSignOffs(doubts, part, flaggedAt);
		flagged.push(...found.filter(({ signOff }) => mayLookAt(posts, catalogue, signOff)));
		for (const personId of part) pauses.push(...oldPauses(doubts.known(personId).facts));
	}
	const staff = pauses.length ? await listPostsOn(tx, { providerId, personIds, onDay: localDay(now) }) : [];
	return {
		flagged: groupByRoot(flagged),
		pauses: pauses
			.map((each) => ({
				...each,
				deciders: staff.flatMap((who) => (mayLift(each.pause, who, allSites) ? who.personId : [])),
			}))
			.sort((a, b) => a.pause.payload.reviewOn.localeCompare(b.pause.payload.reviewOn)),
	};

	function oldPauses(facts: Facts): Omit<OldPause, 'deciders'>[] {
		return unliftedPauses(facts).flatMap((pause) => {
			// Of somebody who has left there is nothing to give back.
			const siteId = pausedAt.find(
				(each) => (pause.siteId ?? each) === each && !employmentAt(facts, each, present).refusal,
			);
			if (!siteId) return [];
			// No site's own numbers are those of every site: a pause of all of them goes by the provider's.
			const age = ageOfPause(pause, rulesAt(pause.siteId ?? '', present).policy, present);
			return age === 'in-time' ? [] : [{ pause, age, siteId }];
		});
	}
}

/** Whether posts let somebody look at a sign-off that is flagged, or at a round. */
export function mayLookAt(
	posts: readonly Post[],
	catalogue: Catalogue,
	about: Pick<Evidence, 'privilege' | 'siteId'>,
): boolean {
	return mayAbout(posts, 'see-evidence', about.siteId ?? undefined, signersOf(catalogue, about));
}

function signersOf(catalogue: Catalogue, { privilege }: Pick<Evidence, 'privilege'>): readonly Role[] {
	const asked = catalogue.privileges.get(privilege as PrivilegeCode);
	return (asked && requirementOf(asked.body, 'sign-off')?.by) ?? [];
}

function byPersonId(evidence: readonly Evidence[]): Map<string, Evidence[]> {
	const found = new Map<string, Evidence[]>();
	for (const each of evidence) {
		const theirs = found.get(each.personId);
		if (theirs) theirs.push(each);
		else found.set(each.personId, [each]);
	}
	return found;
}

/** The rules that were in force at an instant. They are worked out once for each time that anything in them changed. */
async function rulesOfEachInstant(tx: Tx, providerId: string, catalogue: Catalogue) {
	const policies = await readPolicies(tx, { providerId });
	const changes = [...policies.overrides, ...catalogue.pinned].map((each) => each.recordedAt.getTime());
	const instants = [...new Set(changes)].sort((a, b) => a - b);
	const known = new Map<number, (siteId: string) => Rules>();
	return (siteId: string, at: Date) => {
		const changed = instants.findLastIndex((each) => each <= at.getTime());
		const rules = known.get(changed) ?? rulesFrom(policies, catalogue, at);
		known.set(changed, rules);
		return rules(siteId);
	};
}

/** Everybody's evidence on whom a doubt about some people's sign-offs may rest: their assessors, and the assessors of those. */
async function readWithAssessors(tx: Tx, providerId: string, holders: readonly string[]): Promise<Evidence[]> {
	const evidence: Evidence[] = [];
	const known = new Set<string>();
	for (let personIds = [...new Set(holders)]; personIds.length; ) {
		const theirs = await listEvidenceOf(tx, { providerId, personIds });
		for (const id of personIds) known.add(id);
		for (const each of theirs) evidence.push(each);
		const assessors = new Set(ofKind(theirs, 'observation').map(({ payload }) => payload.assessor));
		personIds = [...assessors].filter((id) => !known.has(id));
	}
	return evidence;
}

/** The flagged sign-offs among some pairs of one and a round of it: those that are not flagged, or not any more, are left out. */
export async function findFlagged(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	pairs: readonly FlaggedPair[],
	now: Date,
): Promise<FlaggedSignOff[]> {
	const signOffs = await listEvidenceByIds(tx, { providerId, evidenceIds: pairs.map((each) => each.signOff) });
	const holders = [...new Set(signOffs.map((each) => each.personId))];
	const evidence = await readWithAssessors(tx, providerId, holders);
	const rulesAt = await rulesOfEachInstant(tx, providerId, catalogue);
	const flagged = flaggedSignOffs(new Doubts(byPersonId(evidence), rulesAt, presentFor(evidence, now)), holders);
	const asked = new Set(pairs.map((each) => `${each.signOff} ${each.round}`));
	return flagged.filter(({ signOff, round }) => asked.has(`${signOff.id} ${round.id}`));
}

/**
 * Says that sign-offs stand although something is in doubt about a round of each: for one reason, in one go. Neither the
 * assessor, nor the learner, nor whoever it goes back to, nor a party to a pause says so. Each is judged; where one is
 * refused, none is recorded.
 */
export async function uphold(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	pairs: readonly FlaggedPair[],
	given: { id: string; note: string; now: Date },
): Promise<{ ok: true } | { ok: false; why: UpholdingRefusal; pair?: FlaggedPair }> {
	const { providerId, personId: recordedBy } = authoriser;
	const named: { pair: FlaggedPair; signOff: EvidenceOf<'sign-off'> }[] = [];
	for (const pair of new Map(pairs.map((each) => [`${each.signOff} ${each.round}`, each])).values()) {
		const found = await readPair(tx, providerId, pair);
		if (!found) return { ok: false, why: 'not-flagged', pair };
		if (!mayLookAt(authoriser.posts, catalogue, found.signOff)) return { ok: false, why: 'not-authorised', pair };
		named.push({ pair, signOff: found.signOff });
	}
	if (!named.length) return { ok: false, why: 'not-flagged' };
	await holdChain(tx, providerId);
	const evidence = await listEvidenceOf(tx, { providerId, personIds: named.map(({ signOff }) => signOff.personId) });
	const flagged = await findFlagged(tx, providerId, catalogue, pairs, given.now);
	const facts: Fact[] = [];
	for (const { pair, signOff } of named) {
		const { personId, siteId } = signOff;
		const cell = { personId, siteId: siteId as string, privilege: signOff.privilege as PrivilegeCode };
		// One form says it of several: each row has an id of its own, the same each time the form is sent.
		const id = uuidv5(`${pair.signOff} ${pair.round}`, given.id);
		const kind = 'sign-off-upheld';
		const before = await sentBefore(tx, providerId, { id, kind }, cell, evidence);
		if (before === 'recorded') continue;
		const found = flagged.find((each) => each.signOff.id === pair.signOff && each.round.id === pair.round);
		const why = found ? refuseUpholding(authoriser, catalogue, found) : 'not-flagged';
		if (before === 'otherwise' || why) return { ok: false, why: why && before === 'never' ? why : 'other-page', pair };
		// The hash of the note takes its place.
		facts.push(fact({ id, kind, ...cell, recordedBy, payload: { ...pair } as never, note: given.note }));
	}
	if (facts.length) await append(tx, providerId, catalogue, facts);
	return { ok: true };
}

/**
 * The sign-off and the round of a pair; null where an id stands for something else, or the round is not of the sign-off. One
 * of the same person at another site may be what the sign-off leans on: whether it is shows in what is flagged.
 */
export async function readPair(
	tx: Tx,
	providerId: string,
	pair: FlaggedPair,
): Promise<Pick<FlaggedSignOff, 'signOff' | 'round'> | null> {
	const found = await listEvidenceByIds(tx, { providerId, evidenceIds: [pair.signOff, pair.round] });
	const [signOff, round] = [pair.signOff, pair.round].map((id) => found.find((each) => each.id === id));
	if (signOff?.kind !== 'sign-off' || round?.kind !== 'observation' || !signOff.siteId) return null;
	const ofTheCell = round.privilege === signOff.privilege && round.siteId === signOff.siteId;
	const belongs = ofTheCell || round.siteId !== signOff.siteId || signOff.payload.basis.includes(round.id);
	return belongs && round.personId === signOff.personId ? { signOff, round } : null;
}

/** Why this authoriser may not decide about a flagged sign-off; null where they may. */
export function refuseUpholding(
	{ personId, posts }: Authoriser,
	catalogue: Catalogue,
	{ signOff, round, root, roles, parties }: FlaggedSignOff,
): UpholdingRefusal | null {
	if (personId === signOff.personId) return 'learner';
	if (personId === round.payload.assessor) return 'assessor';
	if (personId === root.assessor) return 'root';
	if (parties.includes(personId)) return 'party';
	const by = signersOf(catalogue, signOff);
	return maySignOff(posts, signOff.siteId ?? '', by, { roles }) ? null : 'not-authorised';
}

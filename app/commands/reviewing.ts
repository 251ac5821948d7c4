import type { Tx } from '#db/client.server.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { listPersonIds } from '#db/queries/people.ts';
import { listPolicyOverrides } from '#db/queries/policies.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { may } from '../domain/authority.ts';
import { type FlaggedSignOff, flaggedSignOffs } from '../domain/chain.ts';
import { employmentAt } from '../domain/employment.ts';
import { type Evidence, type EvidenceOf, ofKind, presentFor } from '../domain/evidence.ts';
import { Facts, standingEvidence } from '../domain/facts.ts';
import { ageOfPause, type PauseAge, unliftedPauses } from '../domain/pause.ts';
import { type PrivilegeCode, requirementOf } from '../domain/privilege.ts';
import type { Rules } from '../domain/rules.ts';
import type { UpholdingRefusal } from '../domain/upholding.ts';
import { append, fact, holdChain } from './append.ts';
import type { Authoriser } from './authorising.ts';
import { sentBefore } from './cell-facts.ts';
import { rulesFrom } from './projecting.ts';

export interface OldPause {
	pause: EvidenceOf<'pause'>;
	age: Exclude<PauseAge, 'in-time'>;
}

/** What waits for a manager to look at it: sign-offs that rest on an assessor found void, and pauses that are too old. */
export async function listReviews(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	siteIds: readonly string[],
	now: Date,
): Promise<{ flagged: FlaggedSignOff[]; pauses: OldPause[] }> {
	const personIds = await listPersonIds(tx, { providerId });
	const evidence = await listEvidenceOf(tx, { providerId, personIds });
	const present = presentFor(evidence, now);
	const byPerson = byPersonId(evidence);
	const rulesAt = await rulesOfEachInstant(tx, providerId, catalogue);
	const here = (each: { siteId: string | null }) => each.siteId !== null && siteIds.includes(each.siteId);
	const pauses = [...byPerson.values()].flatMap((theirs) => {
		const facts = Facts.from(standingEvidence(theirs, present, present));
		return unliftedPauses(facts).flatMap((pause) => {
			// Of somebody who has left there is nothing to give back.
			if (!pause.siteId || !here(pause) || employmentAt(facts, pause.siteId, present).refusal) return [];
			const age = ageOfPause(pause, rulesAt(pause.siteId, present).policy, present);
			return age === 'in-time' ? [] : [{ pause, age }];
		});
	});
	return {
		flagged: flaggedSignOffs(byPerson, rulesAt, present).filter(({ signOff }) => here(signOff)),
		pauses: pauses.sort((a, b) => a.pause.payload.reviewOn.localeCompare(b.pause.payload.reviewOn)),
	};
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
	const policies = await listPolicyOverrides(tx, { providerId });
	const changes = [...policies, ...catalogue.pinned].map((each) => each.recordedAt.getTime());
	const known = new Map<number, (siteId: string) => Rules>();
	return (siteId: string, at: Date) => {
		const changed = changes.filter((each) => each <= at.getTime()).length;
		const rules = known.get(changed) ?? rulesFrom(policies, catalogue, at);
		known.set(changed, rules);
		return rules(siteId);
	};
}

/** A sign-off that is flagged because of one of its rounds; null where it is not, or not any more. */
export async function findFlagged(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	asked: { signOff: string; round: string },
	signOff: Pick<Evidence, 'personId'>,
	now: Date,
): Promise<FlaggedSignOff | null> {
	const theirs = await listEvidenceOf(tx, { providerId, personIds: [signOff.personId] });
	const assessors = ofKind(theirs, 'observation').flatMap(({ id, payload }) =>
		id === asked.round && payload.assessor !== signOff.personId ? [payload.assessor] : [],
	);
	const evidence = [...theirs, ...(await listEvidenceOf(tx, { providerId, personIds: assessors }))];
	const flagged = flaggedSignOffs(
		byPersonId(evidence),
		await rulesOfEachInstant(tx, providerId, catalogue),
		presentFor(evidence, now),
	);
	return flagged.find((each) => each.signOff.id === asked.signOff && each.round.id === asked.round) ?? null;
}

/** Says that a sign-off stands although an assessor of it was found void. Neither that assessor nor the learner says so. */
export async function uphold(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	{ signOff, round }: Pick<FlaggedSignOff, 'signOff' | 'round'>,
	given: { id: string; note: string; now: Date },
): Promise<{ ok: true } | { ok: false; why: UpholdingRefusal }> {
	const { providerId } = authoriser;
	const refusal = refuseUpholding(authoriser, catalogue, { signOff, round });
	if (refusal) return { ok: false, why: refusal };
	await holdChain(tx, providerId);
	const { personId, siteId } = signOff;
	const privilege = signOff.privilege as PrivilegeCode;
	const theirs = await listEvidenceOf(tx, { providerId, personIds: [personId] });
	const kind = 'sign-off-upheld';
	const cell = { personId, siteId: siteId as string, privilege };
	const before = await sentBefore(tx, providerId, { id: given.id, kind }, cell, theirs);
	if (before !== 'never') return before === 'recorded' ? { ok: true } : { ok: false, why: 'other-page' };
	const ids = { signOff: signOff.id, round: round.id };
	if (!(await findFlagged(tx, providerId, catalogue, ids, signOff, given.now)))
		return { ok: false, why: 'not-flagged' };
	await append(tx, providerId, catalogue, [
		// The hash of the note takes its place.
		fact({ id: given.id, kind, ...cell, recordedBy: authoriser.personId, payload: ids as never, note: given.note }),
	]);
	return { ok: true };
}

/** Why this authoriser may not decide about a flagged sign-off; null where they may. */
export function refuseUpholding(
	{ personId, posts }: Authoriser,
	catalogue: Catalogue,
	{ signOff, round }: Pick<FlaggedSignOff, 'signOff' | 'round'>,
): UpholdingRefusal | null {
	if (personId === signOff.personId) return 'learner';
	if (personId === round.payload.assessor) return 'assessor';
	const asked = catalogue.privileges.get(signOff.privilege as PrivilegeCode);
	const { by = [] } = (asked && requirementOf(asked.body, 'sign-off')) ?? {};
	const roles = posts.filter((post) => may([post], 'sign-off', signOff.siteId ?? undefined)).map((post) => post.role);
	return by.some((role) => roles.includes(role)) ? null : 'not-authorised';
}

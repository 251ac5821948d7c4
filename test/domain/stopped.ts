import { type Evidence, ofKind } from '../../app/domain/evidence.ts';
import { standingEvidence } from '../../app/domain/facts.ts';
import type { PrivilegeCode } from '../../app/domain/privilege.ts';
import type { Question, Rules } from '../../app/domain/rules.ts';

/** What nobody may give on, read from the facts alone and not by the rule: for the properties of safety. */

const concerns = (fact: Evidence, { privilege, siteId }: Question) =>
	(fact.privilege === null || fact.privilege === privilege) && (fact.siteId === null || fact.siteId === siteId);
const isLater = (fact: Evidence, other: Evidence) =>
	fact.observedAt > other.observedAt || (+fact.observedAt === +other.observedAt && fact.seq > other.seq);

/** Whether a round proves somebody unsafe: it is real, and a critical line was missed or it had to be stopped. */
export const isUnsafe = (fact: Evidence) =>
	fact.kind === 'observation' &&
	!fact.payload.passed &&
	!fact.payload.simulated &&
	(fact.payload.criticalMissed.length > 0 || fact.payload.stoppedForSafety);

/** Why nothing may permit this, as the facts stood: paused, withdrawn, or seen to be unsafe and never seen to do it right. */
export function stopOf(facts: readonly Evidence[], asked: Question): string | undefined {
	const lifted = new Set(ofKind(facts, 'pause-lifted').map(({ payload }) => payload.pause));
	if (ofKind(facts, 'pause').some((each) => concerns(each as Evidence, asked) && !lifted.has(each.id))) return 'paused';
	const about = facts.filter((fact) => concerns(fact, asked));
	const signedSince = (fact: Evidence) => about.some((each) => each.kind === 'sign-off' && isLater(each, fact));
	if (about.some((fact) => fact.kind === 'withdrawal' && !signedSince(fact))) return 'withdrawn';
	// What was seen was the person, not the place: at any site.
	const exactly = facts.filter((fact) => fact.privilege === asked.privilege);
	const settled = (failed: Evidence) =>
		about.some((each) => each.kind === 'withdrawal' && isLater(each, failed)) ||
		exactly.some((each) => each.kind === 'observation' && each.payload.passed && isLater(each, failed));
	return exactly.some((fact) => isUnsafe(fact) && !settled(fact)) ? 'unsafe' : undefined;
}

/** A privilege and all that it rests on, at any depth. */
export function restsOn(rules: Rules, privilege: PrivilegeCode, seen: PrivilegeCode[] = []): PrivilegeCode[] {
	if (seen.includes(privilege)) return seen;
	const upon = rules.privileges.get(privilege)?.requirements ?? [];
	return upon.reduce<PrivilegeCode[]>(
		(all, each) => (each.kind === 'prerequisite' ? restsOn(rules, each.privilege, all) : all),
		[...seen, privilege],
	);
}

/** The first stop of a privilege or of anything it rests on. */
export function stopUnder(rules: Rules, evidence: readonly Evidence[], asked: Question, at: Date, knownAt = at) {
	const facts = standingEvidence(evidence, at, knownAt);
	return restsOn(rules, asked.privilege)
		.map((privilege) => stopOf(facts, { ...asked, privilege }))
		.find((stop) => stop !== undefined);
}

import { type AssessRefusal, refuseAssessor } from './assessing.ts';
import { decider } from './decide.ts';
import type { Evidence, EvidenceOf } from './evidence.ts';
import { Facts, signOffFor, standingEvidence } from './facts.ts';
import type { PrivilegeCode } from './privilege.ts';
import type { Rules } from './rules.ts';

/** A sign-off in force that rests on a round whose assessor, as we know now, could not assess it then. */
export interface FlaggedSignOff {
	signOff: EvidenceOf<'sign-off'>;
	round: EvidenceOf<'observation'>;
	why: AssessRefusal;
}

/**
 * The sign-offs of a provider that rest on an assessor found void: by all that is known now, the assessor did not hold
 * `assess` and the same privilege at that site when the round began. They are flagged for a manager, never dropped by
 * themselves (design.md section 6; domain.md section 7). Those a manager has upheld are left out.
 *
 * @param evidence every row of every person concerned, the assessors among them.
 * @param rulesAt the rules that were in force at a site at an instant.
 */
export function flaggedSignOffs(
	evidence: ReadonlyMap<string, readonly Evidence[]>,
	rulesAt: (siteId: string, at: Date) => Rules,
	now: Date,
): FlaggedSignOff[] {
	const stood = new Map<string, AssessRefusal | null>();
	const flagged: FlaggedSignOff[] = [];
	for (const theirs of evidence.values()) {
		const standing = standingEvidence(theirs, now, now);
		const facts = Facts.from(standing);
		const upheld = new Set(facts.of('sign-off-upheld').map(({ payload }) => `${payload.signOff} ${payload.round}`));
		const rounds = new Map(facts.of('observation').map((round) => [round.id, round]));
		for (const signOff of signOffsInForce(facts)) {
			for (const id of signOff.payload.basis) {
				const round = rounds.get(id);
				if (!round || upheld.has(`${signOff.id} ${id}`)) continue;
				const why = refusalFor(round);
				if (why) flagged.push({ signOff, round, why });
			}
		}
	}
	return flagged;

	/** Why the assessor of a round could not assess it, by what is known now; the same question is asked of many rounds. */
	function refusalFor(round: EvidenceOf<'observation'>): AssessRefusal | null {
		const { assessor } = round.payload;
		const { siteId, privilege, observedAt } = round;
		if (!siteId || !privilege) return null;
		const key = `${assessor} ${siteId} ${privilege} ${observedAt.getTime()} ${round.personId === assessor}`;
		const known = stood.get(key);
		if (known !== undefined) return known;
		const answer = decider(rulesAt(siteId, observedAt), evidence.get(assessor) ?? [], observedAt, now);
		const why = refuseAssessor({
			assessorId: assessor,
			learnerId: round.personId,
			assess: answer({ privilege: 'assess', siteId }),
			samePrivilege: answer({ privilege, siteId }),
		});
		stood.set(key, why);
		return why;
	}
}

/** The newest sign-off of each privilege at each site, unless it has been withdrawn. */
function signOffsInForce(facts: Facts): EvidenceOf<'sign-off'>[] {
	const newest = new Map<string, EvidenceOf<'sign-off'>>();
	for (const each of facts.of('sign-off')) {
		const question = { privilege: each.privilege as PrivilegeCode, siteId: each.siteId ?? '' };
		const current = signOffFor(facts, question);
		if (current) newest.set(current.id, current);
	}
	return [...newest.values()];
}

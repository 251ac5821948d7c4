import type { EvidenceOf } from './evidence.ts';
import { type Facts, isAfter } from './facts.ts';
import type { Ground, Progress } from './ground.ts';
import { observationProgress } from './observation.ts';
import { endOfDay, latest, startOfDay } from './period.ts';
import { type Privilege, type Requirement, type RequirementKind, requirementOf } from './privilege.ts';
import type { ReasonCode } from './reason.ts';
import type { Question } from './rules.ts';

/** How each thing that is asked stands: age and agency first, which are asked of the person, then the privilege's file. */
export function progressOf(ground: Ground): Progress[] {
	const { employment, privilege, at } = ground;
	const ofThePerson: Requirement[] = [
		...(employment.adultOn && at < startOfDay(employment.adultOn) ? [{ kind: 'age-decision' as const }] : []),
		...(employment.agency ? [{ kind: 'agency-check' as const }] : []),
	];
	return [...ofThePerson, ...privilege.requirements].map((requirement) => progressIn(requirement, ground));
}

/** The kinds that are asked again each time somebody acts, not only before a sign-off. */
export const askedEachTime: readonly RequirementKind[] = [
	'age-decision',
	'agency-check',
	'role',
	'award',
	'declaration',
	'prerequisite',
];

/** The requirements that must be met before anybody may sign off. */
export function missingBeforeSignOff(progress: readonly Progress[]): Progress[] {
	return progress.filter(({ met, requirement: { kind } }) => !met && kind !== 'sign-off' && kind !== 'delegation');
}

/** How one thing that is asked stands. */
export function progressIn(requirement: Requirement, ground: Ground): Progress {
	const { facts, question, at } = ground;
	const one = (found: { id: string } | undefined, missing: ReasonCode, until?: Date): Progress => {
		if (!found) return { requirement, met: false, done: 0, of: 1, evidence: [], missing };
		const met = { requirement, met: true, done: 1, of: 1, evidence: [found.id] };
		return until ? { ...met, until, changesAt: until } : met;
	};
	switch (requirement.kind) {
		case 'module':
			return one(
				facts.readingsOf(requirement.module).findLast(({ payload }) => payload.version >= requirement.version),
				'module_missing',
			);
		case 'quiz': {
			const since = ground.policy.renewal.quiz ? ground.path.since : undefined;
			return one(
				facts.sittingsOf(requirement.quiz).findLast((each) => each.payload.passed && (!since || isAfter(each, since))),
				'quiz_not_passed',
			);
		}
		case 'declaration': {
			const version = ground.policy.documents[requirement.document] ?? 1;
			return one(
				facts
					.of('declaration')
					.findLast(({ payload }) => payload.document === requirement.document && payload.version >= version),
				'declaration_missing',
			);
		}
		case 'site-induction':
			return one(
				facts.of('site-induction').findLast((each) => each.siteId === question.siteId),
				'site_induction_missing',
			);
		case 'prerequisite': {
			const upon = ground.prerequisite(requirement.privilege);
			const found = upon.permit ? { id: upon.evidence[0] ?? '' } : undefined;
			return {
				...one(found, 'prerequisite_missing', upon.validUntil ?? undefined),
				...(upon.changesAt ? { changesAt: upon.changesAt } : {}),
			};
		}
		case 'role': {
			const { roles, rolesEnd, evidence } = ground.employment;
			const played = requirement.roles.filter((role) => roles.includes(role));
			const ends = played.flatMap((role) => rolesEnd[role] ?? []);
			const until = ends.length === played.length ? latest(ends) : null;
			return one(played.length ? { id: evidence[0] ?? '' } : undefined, 'role_missing', until ?? undefined);
		}
		case 'award':
			return awardProgress(
				facts.of('award').findLast((each) => each.payload.award === requirement.award),
				'award_missing',
			);
		case 'agency-check':
			return awardProgress(agencyRecord(facts, question), 'agency_unverified');
		case 'age-decision': {
			const decided = facts
				.of('age-decision')
				.findLast(
					(each) =>
						(!each.privilege || each.privilege === question.privilege) &&
						(!each.siteId || each.siteId === question.siteId),
				);
			const progress = one(decided?.payload.may ? decided : undefined, 'under_18_no_decision');
			const { adultOn } = ground.employment;
			return adultOn ? { ...progress, changesAt: startOfDay(adultOn) } : progress;
		}
		case 'observation':
			return observationProgress(requirement, ground);
		case 'delegation': {
			const open = openDelegations(facts, question).filter((each) => at < endOfDay(each.payload.reviewOn));
			const ends = open.map((each) => endOfDay(each.payload.reviewOn)).sort((a, b) => a.getTime() - b.getTime());
			const progress = one(open.at(-1), 'delegation_missing');
			return ends[0] ? { ...progress, changesAt: ends[0], evidence: open.map((each) => each.id) } : progress;
		}
		case 'sign-off':
			return one(ground.signOff, 'sign_off_missing');
	}

	function awardProgress(held: EvidenceOf<'award'> | undefined, missing: ReasonCode): Progress {
		const until = held?.payload.expiresOn ? endOfDay(held.payload.expiresOn) : undefined;
		return one(until && at >= until ? undefined : held, missing, until);
	}
}

/** The delegations of a privilege at a site that nobody has ended, past their review day or not. */
export function openDelegations(facts: Facts, question: Question): EvidenceOf<'delegation'>[] {
	const ended = new Set(facts.of('delegation-ended').map((each) => each.payload.delegation));
	return facts
		.of('delegation')
		.filter(
			(each) =>
				each.privilege === question.privilege &&
				(each.siteId === null || each.siteId === question.siteId) &&
				!ended.has(each.id),
		);
}

/**
 * Passed rounds of exactly this privilege at this site, in the order they were made. A simulation is no look at the
 * real thing, unless the privilege allows it.
 */
export function passedRounds(facts: Facts, question: Question, privilege: Privilege): EvidenceOf<'observation'>[] {
	const simulation = requirementOf(privilege, 'observation')?.simulation;
	return facts.roundsOf(question).filter((round) => round.payload.passed && (simulation || !round.payload.simulated));
}

/** When somebody who does other work here as well would be left with agency work alone and no agency record that holds. */
export function unverifiedFrom({ facts, question, employment }: Ground): Date | null {
	const { agencyFrom } = employment;
	if (!agencyFrom) return null;
	const held = agencyRecord(facts, question);
	if (!held) return agencyFrom;
	return held.payload.expiresOn ? latest([agencyFrom, endOfDay(held.payload.expiresOn)]) : null;
}

function agencyRecord(facts: Facts, question: Question): EvidenceOf<'award'> | undefined {
	return facts
		.of('award')
		.findLast((each) => each.payload.award === 'agency-record' && (!each.siteId || each.siteId === question.siteId));
}

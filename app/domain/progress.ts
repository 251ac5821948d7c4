import type { Employment } from './employment.ts';
import type { EvidenceOf } from './evidence.ts';
import { type Facts, isAfter, withdrawalFor } from './facts.ts';
import type { Ground, Progress } from './ground.ts';
import { observationProgress } from './observation.ts';
import { earliest, endOfDay, latest, localDay, moveDay, startOfDay } from './period.ts';
import { goodUntil, type Policy } from './policy.ts';
import type { Requirement, RequirementKind } from './privilege.ts';
import type { ReasonCode } from './reason.ts';
import type { Question } from './rules.ts';

/** How each thing that is asked stands: age and agency first, which are asked of the person, then the privilege's file. */
export function progressOf(ground: Ground): Progress[] {
	const { employment, privilege, at } = ground;
	const ofThePerson: Requirement[] = [
		...(isMinor(employment, at) ? [{ kind: 'age-decision' as const }] : []),
		...(employment.agency ? [{ kind: 'agency-check' as const }] : []),
	];
	return [...ofThePerson, ...privilege.requirements].map((requirement) => progressIn(requirement, ground));
}

/** The kinds that are asked again each time somebody acts, not only before a sign-off. Documents are, with a grace: recheck.ts. */
export const askedEachTime: readonly RequirementKind[] = [
	'age-decision',
	'agency-check',
	'role',
	'award',
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
			const { policy, path } = ground;
			const since = policy.renewal.quiz ? path.since : undefined;
			const from = policy.renewal.quiz ? path.quizFrom : undefined;
			const passed = facts
				.sittingsOf(requirement.quiz)
				.findLast(
					(each) => isPass(each, policy) && (!since || isAfter(each, since)) && (!from || each.observedAt >= from),
				);
			// What a sign-off at another site vouches for is as old as that one allows; the last day follows it (term.ts).
			if (!passed || path.kind === 'new-site') return one(passed, 'quiz_not_passed');
			const tooOld = endOfDay(moveDay(localDay(passed.observedAt), policy.quiz.maximumAge));
			if (at >= tooOld) return one(undefined, 'quiz_not_passed');
			return { ...one(passed, 'quiz_not_passed'), changesAt: tooOld };
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
			const progress = one(yesAboutAge(facts, question), 'under_18_no_decision');
			const { adultOn } = ground.employment;
			return adultOn ? { ...progress, changesAt: startOfDay(adultOn) } : progress;
		}
		case 'observation':
			return observationProgress(requirement, ground);
		case 'delegation': {
			const registered = registeredNurse(ground);
			if (registered) return one({ id: registered.evidence }, 'delegation_missing', registered.until ?? undefined);
			const open = openDelegations(ground).filter((each) => at < each.until);
			const ends = open.map((each) => each.until).sort((a, b) => a.getTime() - b.getTime());
			const progress = one(open.at(-1)?.delegation, 'delegation_missing');
			return ends[0] ? { ...progress, changesAt: ends[0], evidence: open.map((each) => each.delegation.id) } : progress;
		}
		case 'sign-off':
			return one(ground.signOff, 'sign_off_missing');
	}

	function awardProgress(held: EvidenceOf<'award'> | undefined, missing: ReasonCode): Progress {
		const until = held?.payload.expiresOn ? goodUntil(held.payload.expiresOn, ground.policy) : undefined;
		return one(until && at >= until ? undefined : held, missing, until);
	}
}

/** Whether a sitting of a quiz passes here: a stricter site's pass mark is met there. */
export function isPass({ payload }: EvidenceOf<'quiz-marked'>, policy: Pick<Policy, 'quiz'>): boolean {
	return payload.passed && payload.score >= policy.quiz.passMark;
}

/** Whether somebody is under 18 at an instant, by all that any start says. */
export function isMinor({ adultOn }: Pick<Employment, 'adultOn'>, at: Date): boolean {
	return adultOn !== undefined && at < startOfDay(adultOn);
}

/**
 * The decision that somebody under 18 may do this: a yes is about one privilege, a no may be about all (CQC asks for a
 * careful individual assessment). The newest that counts holds.
 */
export function yesAboutAge(facts: Facts, question: Question): EvidenceOf<'age-decision'> | undefined {
	const decided = facts
		.of('age-decision')
		.findLast(
			(each) =>
				(each.privilege === question.privilege || (each.privilege === null && !each.payload.may)) &&
				(!each.siteId || each.siteId === question.siteId),
		);
	return decided?.payload.may ? decided : undefined;
}

/** A delegation that nobody has ended, and until when it is good. */
export interface OpenDelegation {
	delegation: EvidenceOf<'delegation'>;
	until: Date;
}

/**
 * The delegations of a privilege at a site that nobody has ended, good until their review day or past it: since any
 * withdrawal, since the present run of work here began, and before the end of the day by which one is to be taken over:
 * then nobody answers for it any more.
 */
export function openDelegations({
	facts,
	question,
	employment,
	policy,
	at,
}: Pick<Ground, 'facts' | 'question' | 'employment' | 'policy' | 'at'>): OpenDelegation[] {
	const ended = new Set(facts.of('delegation-ended').map((each) => each.payload.delegation));
	const withdrawal = withdrawalFor(facts, question);
	const takeovers = facts.of('delegation-takeover');
	return facts
		.of('delegation')
		.filter(
			(each) =>
				each.privilege === question.privilege &&
				(each.siteId === null || each.siteId === question.siteId) &&
				!ended.has(each.id) &&
				(!withdrawal || isAfter(each, withdrawal)) &&
				employment.since !== undefined &&
				each.observedAt >= employment.since,
		)
		.flatMap((delegation) => {
			const days = takeovers
				.filter(({ payload }) => payload.delegation === delegation.id)
				.map(({ payload }) => goodUntil(payload.by, policy));
			const ends = earliest(days);
			if (ends && at >= ends) return [];
			const until = earliest([goodUntil(delegation.payload.reviewOn, policy), ends]);
			return until ? [{ delegation, until }] : [];
		});
}

/**
 * A registered nurse gives in her own right: no other nurse delegates to her (content/rules.md, "Delegation"). Until when
 * her registration, as seen, and her work as a nurse here go on.
 */
export function registeredNurse({
	facts,
	employment,
	policy,
	at,
}: Pick<Ground, 'facts' | 'employment' | 'policy' | 'at'>): { evidence: string; until: Date | null } | null {
	if (!employment.roles.includes('nurse')) return null;
	const seen = facts.of('award').findLast((each) => each.payload.award === 'nmc-registration');
	if (!seen) return null;
	const ends = seen.payload.expiresOn ? goodUntil(seen.payload.expiresOn, policy) : null;
	if (ends && at >= ends) return null;
	return { evidence: seen.id, until: earliest([ends, employment.rolesEnd.nurse]) };
}

/** When somebody who does other work here as well would be left with agency work alone and no agency record that holds. */
export function unverifiedFrom({ facts, question, employment, policy }: Ground): Date | null {
	const { agencyFrom } = employment;
	if (!agencyFrom) return null;
	const held = agencyRecord(facts, question);
	if (!held) return agencyFrom;
	return held.payload.expiresOn ? latest([agencyFrom, goodUntil(held.payload.expiresOn, policy)]) : null;
}

function agencyRecord(facts: Facts, question: Question): EvidenceOf<'award'> | undefined {
	return facts
		.of('award')
		.findLast((each) => each.payload.award === 'agency-record' && (!each.siteId || each.siteId === question.siteId));
}

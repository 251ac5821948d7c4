import { type Evidence, type EvidenceOf, ofKind } from './evidence.ts';
import { endOfDay, localDay, moveDay } from './period.ts';
import type { Policy } from './policy.ts';
import type { Privilege, PrivilegeCode, Requirement } from './privilege.ts';
import type { ReasonCode } from './reason.ts';
import type { Answer } from './words.ts';

export interface Question {
	privilege: PrivilegeCode;
	siteId: string;
}

/** How one requirement stands, for the learner's task list and for the evidence under a cell. */
export interface Progress {
	requirement: Requirement;
	met: boolean;
	/** How much is done, where it is counted. */
	done: number;
	of: number;
	/** What is missing; undefined once met. */
	missing?: ReasonCode;
	evidence: string[];
	/** For observations: criteria that nobody has seen yet. */
	outstanding?: string[];
	/** For observations: what is short beside the number of passes. */
	short?: { dates: number; timesOfDay: number; assessors: number };
	/** The next instant at which this may change with no new evidence. */
	changesAt?: Date;
}

/** What progress is measured against: the rules, the facts that stand, and the instant. */
export interface Ground {
	policy: Policy;
	privilege: Privilege;
	/** From `standingEvidence`: oldest first. */
	facts: readonly Evidence[];
	question: Question;
	at: Date;
	/** Rounds and sign-offs count only after this. */
	withdrawal: EvidenceOf<'withdrawal'> | undefined;
	/** How a privilege that this one rests on stands at `at`. */
	prerequisite(code: PrivilegeCode): { permit: boolean; evidence: string[]; changesAt: Date | null };
}

/** How each requirement of a privilege stands, in the order of the privilege's file. */
export function progressOf(ground: Ground): Progress[] {
	return ground.privilege.requirements.map((requirement) => {
		switch (requirement.kind) {
			case 'module':
				return moduleProgress(requirement, ground);
			case 'quiz':
				return quizProgress(requirement, ground);
			case 'observation':
				return observationProgress(requirement, ground);
			case 'prerequisite':
				return prerequisiteProgress(requirement, ground);
			case 'sign-off':
				return signOffProgress(requirement, ground);
		}
	});
}

/** The requirements that must be met before anybody may sign off. */
export function missingBeforeSignOff(progress: readonly Progress[]): Progress[] {
	return progress.filter((each) => !each.met && each.requirement.kind !== 'sign-off');
}

export function isAfter(fact: Evidence, other: Evidence): boolean {
	const apart = fact.observedAt.getTime() - other.observedAt.getTime();
	return apart > 0 || (apart === 0 && fact.seq > other.seq);
}

/** Whether a fact bears on a question: of this privilege or of all, at this site or provider-wide. */
export function concerns(fact: Evidence, question: Question): boolean {
	return (
		(fact.privilege === null || fact.privilege === question.privilege) &&
		(fact.siteId === null || fact.siteId === question.siteId)
	);
}

/** The newest sign-off since any withdrawal, in date or not. */
export function signOffFor(
	ground: Pick<Ground, 'facts' | 'question' | 'withdrawal'>,
): EvidenceOf<'sign-off'> | undefined {
	const { withdrawal } = ground;
	return ofKind(ground.facts, 'sign-off').findLast(
		(each) => concerns(each, ground.question) && (!withdrawal || isAfter(each, withdrawal)),
	);
}

function one(requirement: Requirement, evidence: string[], missing: ReasonCode): Progress {
	const met = evidence.length > 0;
	return { requirement, met, done: met ? 1 : 0, of: 1, evidence, ...(met ? {} : { missing }) };
}

function moduleProgress(requirement: Extract<Requirement, { kind: 'module' }>, { facts }: Ground): Progress {
	const read = ofKind(facts, 'module-completed').findLast(
		({ payload }) => payload.module === requirement.module && payload.version >= requirement.version,
	);
	return one(requirement, read ? [read.id] : [], 'module_missing');
}

function quizProgress(requirement: Extract<Requirement, { kind: 'quiz' }>, { facts }: Ground): Progress {
	const passed = ofKind(facts, 'quiz-marked').findLast(
		({ payload }) => payload.quiz === requirement.quiz && payload.passed,
	);
	return one(requirement, passed ? [passed.id] : [], 'quiz_not_passed');
}

function prerequisiteProgress(requirement: Extract<Requirement, { kind: 'prerequisite' }>, ground: Ground): Progress {
	const upon = ground.prerequisite(requirement.privilege);
	const progress = one(requirement, upon.permit ? upon.evidence.slice(0, 1) : [], 'prerequisite_missing');
	return upon.changesAt ? { ...progress, changesAt: upon.changesAt } : progress;
}

function signOffProgress(requirement: Extract<Requirement, { kind: 'sign-off' }>, ground: Ground): Progress {
	const signOff = signOffFor(ground);
	const inDate = signOff && ground.at < endOfDay(signOff.payload.lastDay);
	return one(requirement, inDate ? [signOff.id] : [], 'sign_off_missing');
}

/**
 * Rounds that count: passed, of this privilege at this site, since the last withdrawal, not older than policy's
 * maximum age and, where policy says so, since the last failed round. A criterion "not seen" in one of them is
 * outstanding until it is met in another. Sources: domain.md section 2.3; design.md section 6.
 */
function observationProgress(requirement: Extract<Requirement, { kind: 'observation' }>, ground: Ground): Progress {
	const asked = ground.policy.observation;
	const rounds = ofKind(ground.facts, 'observation').filter(
		(round) =>
			round.payload.checklist === requirement.checklist &&
			round.privilege === ground.question.privilege &&
			round.siteId === ground.question.siteId &&
			(!ground.withdrawal || isAfter(round, ground.withdrawal)),
	);
	const lastFailed = rounds.findLastIndex((round) => !round.payload.passed);
	const tooOld = (round: EvidenceOf<'observation'>) => endOfDay(moveDay(localDay(round.observedAt), asked.maximumAge));
	const passes = (asked.consecutive ? rounds.slice(lastFailed + 1) : rounds).filter(
		(round) => round.payload.passed && ground.at < tooOld(round),
	);

	const distinct = (values: string[]) => new Set(values).size;
	const short = {
		dates: Math.max(0, asked.distinctDates - distinct(passes.map((round) => localDay(round.observedAt)))),
		timesOfDay: Math.max(0, asked.timesOfDay - distinct(passes.map((round) => round.payload.timeOfDay))),
		assessors: Math.max(0, asked.assessors - distinct(passes.map((round) => round.payload.assessor))),
	};
	const outstanding = notYetSeen(passes);
	const met =
		passes.length >= asked.passes && !short.dates && !short.timesOfDay && !short.assessors && !outstanding.length;
	const oldest = passes.at(0);
	return {
		requirement,
		met,
		done: Math.min(passes.length, asked.passes),
		of: asked.passes,
		evidence: passes.map((round) => round.id),
		outstanding,
		short,
		...(oldest ? { changesAt: tooOld(oldest) } : {}),
		...(met ? {} : { missing: 'observations_short' as const }),
	};
}

/** Lines that were "not seen" in a round and have been met in none: another "not applicable" does not settle them. */
function notYetSeen(rounds: readonly EvidenceOf<'observation'>[]): string[] {
	const results = rounds.flatMap((round) => Object.entries(round.payload.results));
	const having = (wanted: Answer) => results.filter(([, answer]) => answer === wanted).map(([id]) => id);
	const met = new Set(having('yes'));
	return [...new Set(having('not-seen'))].filter((id) => !met.has(id));
}

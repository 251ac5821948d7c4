import type { EvidenceOf } from './evidence.ts';
import { type Facts, isAfter, lastWithdrawal } from './facts.ts';
import type { Ground, Path, Progress } from './ground.ts';
import { endOfDay, exactMilliseconds, localDay, moveDay } from './period.ts';
import type { Policy } from './policy.ts';
import { type Privilege, type Requirement, requirementOf } from './privilege.ts';
import { formOf, linesOf, noLines, type Round } from './round-lines.ts';
import type { Question, Rules } from './rules.ts';

export type ObservationRequirement = Extract<Requirement, { kind: 'observation' }>;

/** How many rounds are asked for, and how different from each other they have to be. */
export interface RoundsAsked {
	passes: number;
	dates: number;
	timesOfDay: number;
	assessors: number;
	/** Each of these routes or devices is asked for `passes` times. */
	variants: readonly string[];
	/** Over all rounds; none where it does not matter. */
	people: number;
	doses: number;
}

/**
 * What policy asks of rounds: its own number for this privilege, else the privilege's, else the general one; fewer on a
 * lighter path. Never more days, times of day or assessors than rounds. Source: domain.md section 2.3.
 */
export function roundsAsked(
	policy: Policy,
	privilege: Pick<Privilege, 'code'>,
	requirement: ObservationRequirement,
	{ kind: path, since: before }: Pick<Path, 'kind' | 'since'>,
	{ nights }: { nights: boolean } = { nights: false },
): RoundsAsked {
	const own = policy.privileges[privilege.code];
	const full = own?.passes ?? requirement.passes ?? policy.observation.passes;
	const most = {
		first: Number.POSITIVE_INFINITY,
		renewal: policy.renewal.passes,
		'new-site': policy.newSite.passes,
		agency: policy.agency.passes,
	}[path];
	const variants = path === 'first' || path === 'renewal' ? (own?.variants ?? requirement.variants ?? []) : [];
	// Somebody who has been signed off here before is never asked for less than a renewal asks, whatever came between.
	const passes = Math.min(full, before ? Math.max(most, policy.renewal.passes) : most);
	const total = passes * Math.max(1, variants.length);
	const times = nights ? 1 : (own?.timesOfDay ?? requirement.timesOfDay ?? policy.observation.timesOfDay);
	const whole = path === 'first' && total > 0;
	return {
		passes,
		dates: Math.min(total, policy.observation.distinctDates),
		timesOfDay: Math.min(total, times),
		assessors: Math.min(total, policy.observation.assessors),
		variants,
		people: whole ? (own?.people ?? requirement.people ?? 0) : 0,
		doses: whole ? (own?.doses ?? requirement.doses ?? 0) : 0,
	};
}

/**
 * Whether a round is one at all: it was not marked as one that does not count, somebody was given something where its
 * form counts that, and more than half of what applied was seen. A late entry is one only where policy says so.
 */
export function isRound(round: Round, rules: Pick<Rules, 'checklists' | 'earlier'>, policy: Policy): boolean {
	const { counts, notCounted } = round.payload;
	if (notCounted) return false;
	if (formOf(round, rules)?.counts !== false && !(counts.people && counts.doses)) return false;
	return isMostlySeen(round) && (policy.observation.lateCounts || !isSignedLate(round.payload, policy));
}

/** A round is looked at again for each sign-off that came after it. */
const mostlySeen = new WeakMap<Round, boolean>();

function isMostlySeen(round: Round): boolean {
	const known = mostlySeen.get(round);
	if (known !== undefined) return known;
	const { results } = round.payload;
	let [seen, applied] = [0, 0];
	for (const id in results) {
		if (results[id] === 'not-applicable') continue;
		applied += 1;
		if (results[id] !== 'not-seen') seen += 1;
	}
	mostlySeen.set(round, seen * 2 > applied);
	return seen * 2 > applied;
}

/** Whether a round was signed later after it began than policy calls in time: an entry made afterwards. */
export function isSignedLate(
	{ startedAt, assessorSignedAt }: Pick<Round['payload'], 'startedAt' | 'assessorSignedAt'>,
	{ lateEntry }: Pick<Policy, 'lateEntry'>,
): boolean {
	return Date.parse(assessorSignedAt) - Date.parse(startedAt) > exactMilliseconds(lateEntry);
}

/**
 * Passed rounds of exactly this privilege at this site that settle what asks for a round, in the order they were made.
 * A simulation is no look at the real thing, unless the privilege allows it.
 */
export function settlingRounds(
	facts: Facts,
	question: Question,
	privilege: Privilege,
	rules: Pick<Rules, 'checklists' | 'earlier'>,
	policy: Policy,
): Round[] {
	return settlingAnywhere(facts, privilege, rules, policy).filter((round) => round.siteId === question.siteId);
}

/** The same, at any site: they settle what was seen of the person, not of the place. */
export function settlingAnywhere(
	facts: Facts,
	privilege: Privilege,
	rules: Pick<Rules, 'checklists' | 'earlier'>,
	policy: Policy,
): Round[] {
	const simulation = requirementOf(privilege, 'observation')?.simulation;
	return facts
		.roundsAnywhere(privilege.code)
		.filter(
			(round) => round.payload.passed && (simulation || !round.payload.simulated) && isRound(round, rules, policy),
		);
}

/**
 * Rounds that count: passed, of this privilege at this site, since the last withdrawal anywhere and the sign-off before,
 * not older than policy's maximum age and, where policy says so, since the last failed round. Sources: domain.md section
 * 2.3; design.md section 6; content/rules.md, "Rounds".
 */
export function observationProgress(requirement: ObservationRequirement, ground: Ground): Progress {
	const { policy, path, at, rules } = ground;
	const asked = roundsAsked(policy, ground.privilege, requirement, path, ground.employment);
	const of = asked.passes * Math.max(1, asked.variants.length);
	const tooOld = (day: string) => endOfDay(moveDay(day, policy.observation.maximumAge));
	const outside = outsideAssessment(ground);
	if (outside && at < tooOld(outside.payload.assessedOn)) {
		const changesAt = tooOld(outside.payload.assessedOn);
		return { requirement, met: true, done: of, of, evidence: [outside.id], changesAt };
	}

	const withdrawal = lastWithdrawal(ground.facts, ground.question.privilege);
	const rounds = ground.facts
		.roundsOf(ground.question)
		.filter(
			(round) => round.payload.checklist === requirement.checklist && (!withdrawal || isAfter(round, withdrawal)),
		);
	const lastFailed = policy.observation.consecutive ? rounds.findLastIndex((round) => !round.payload.passed) : -1;
	const recent = rounds
		.slice(lastFailed + 1)
		.filter(
			(round) =>
				round.payload.passed &&
				(!path.roundsSince || isAfter(round, path.roundsSince)) &&
				isRound(round, rules, policy),
		);
	// Oldest first: after the first that is not too old, none is.
	const young = recent.findIndex((round) => at < tooOld(localDay(round.observedAt)));
	const passed = young < 0 ? [] : recent.slice(young);
	const counted = passed.filter((round) => requirement.simulation || !round.payload.simulated);

	const distinct = (values: string[]) => values.filter((each, place) => values.indexOf(each) === place).length;
	const seen = (variant: string) => counted.filter((round) => round.payload.variant === variant).length;
	const done = asked.variants.length
		? asked.variants.reduce((sum, variant) => sum + Math.min(asked.passes, seen(variant)), 0)
		: Math.min(asked.passes, counted.length);
	const sum = (what: 'people' | 'doses') => counted.reduce((total, { payload }) => total + payload.counts[what], 0);
	const short = {
		dates: Math.max(0, asked.dates - distinct(counted.map((round) => localDay(round.observedAt)))),
		timesOfDay: Math.max(0, asked.timesOfDay - distinct(counted.map((round) => round.payload.timeOfDay))),
		assessors: Math.max(0, asked.assessors - distinct(counted.map((round) => round.payload.assessor))),
		variants: asked.variants.filter((variant) => seen(variant) < asked.passes),
		people: Math.max(0, asked.people - sum('people')),
		doses: Math.max(0, asked.doses - sum('doses')),
	};
	const { outstanding, ...lines } = of ? linesOf(counted, passed, rules) : noLines;
	const uncovered = !lines.covers.length && lines.uncovered.length > 0;
	// After an earlier sign-off, some of them are new ones: as many as a renewal asks for.
	const { since } = path;
	const fresh = since ? counted.filter((round) => isAfter(round, since)).length : 0;
	const stale = since ? Math.max(0, Math.min(of, policy.renewal.passes) - fresh) : 0;
	const alike = short.dates || short.timesOfDay || short.assessors || short.people || short.doses;
	const met = !stale && done >= of && !alike && !outstanding.length && !uncovered;
	const oldest = passed.at(0);
	return {
		requirement,
		met,
		done: Math.min(done, of - stale),
		of,
		evidence: counted.map((round) => round.id),
		outstanding,
		short,
		lines,
		...(oldest ? { changesAt: tooOld(localDay(oldest.observedAt)) } : {}),
		...(met ? {} : { missing: 'observations_short' as const }),
	};
}

/** When an outside assessment was made: on its own day, not when it was typed in. */
export function madeAt({ payload, observedAt }: EvidenceOf<'outside-assessment'>): number {
	return Math.min(endOfDay(payload.assessedOn).getTime() - 1, observedAt.getTime());
}

/** Outside assessments of a privilege for a site or the provider. */
export function outsideAssessments(facts: Facts, question: Question): EvidenceOf<'outside-assessment'>[] {
	return facts
		.of('outside-assessment')
		.filter(
			(each) => each.privilege === question.privilege && (each.siteId === null || each.siteId === question.siteId),
		);
}

/** The newest outside assessment that stands for rounds. */
function outsideAssessment({ facts, question, path }: Ground) {
	const withdrawal = lastWithdrawal(facts, question.privilege);
	return outsideAssessments(facts, question)
		.filter(
			(each) =>
				(!withdrawal || madeAt(each) > withdrawal.observedAt.getTime()) &&
				(!path.since || madeAt(each) > path.since.observedAt.getTime()),
		)
		.reduce<EvidenceOf<'outside-assessment'> | undefined>(
			(newest, each) => (newest && newest.payload.assessedOn > each.payload.assessedOn ? newest : each),
			undefined,
		);
}

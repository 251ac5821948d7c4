import type { EvidenceOf } from './evidence.ts';
import { isAfter } from './facts.ts';
import type { Ground, Path, Progress } from './ground.ts';
import { endOfDay, localDay, moveDay } from './period.ts';
import type { Policy } from './policy.ts';
import type { Privilege, Requirement } from './privilege.ts';

export type ObservationRequirement = Extract<Requirement, { kind: 'observation' }>;

/** How many rounds are asked for, and how different from each other they have to be. */
export interface RoundsAsked {
	passes: number;
	dates: number;
	timesOfDay: number;
	assessors: number;
	/** Each of these routes or devices is asked for `passes` times. */
	variants: readonly string[];
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
): RoundsAsked {
	const own = policy.privileges[privilege.code];
	const full = own?.passes ?? requirement.passes ?? policy.observation.passes;
	const most = {
		first: Number.POSITIVE_INFINITY,
		renewal: policy.renewal.passes,
		'new-site': policy.newSite.passes,
		agency: policy.agency.passes,
	}[path];
	const variants = path === 'first' ? (own?.variants ?? requirement.variants ?? []) : [];
	// Somebody who has been signed off here before is never asked for less than a renewal asks, whatever came between.
	const passes = Math.min(full, before ? Math.max(most, policy.renewal.passes) : most);
	const total = passes * Math.max(1, variants.length);
	return {
		passes,
		dates: Math.min(total, policy.observation.distinctDates),
		timesOfDay: Math.min(total, own?.timesOfDay ?? requirement.timesOfDay ?? policy.observation.timesOfDay),
		assessors: Math.min(total, policy.observation.assessors),
		variants,
	};
}

/**
 * Rounds that count: passed, of this privilege at this site, since the last withdrawal and the last sign-off, not older
 * than policy's maximum age and, where policy says so, since the last failed round. A criterion "not seen" in one of
 * them is outstanding until it is met in another or in a simulation. Sources: domain.md section 2.3; design.md section 6.
 */
export function observationProgress(requirement: ObservationRequirement, ground: Ground): Progress {
	const { policy, path, at } = ground;
	const asked = roundsAsked(policy, ground.privilege, requirement, path);
	const of = asked.passes * Math.max(1, asked.variants.length);
	const outside = outsideAssessment(ground);
	if (outside) return { requirement, met: true, done: of, of, evidence: [outside.id] };

	const rounds = ground.facts
		.roundsOf(ground.question)
		.filter(
			(round) =>
				round.payload.checklist === requirement.checklist && (!ground.withdrawal || isAfter(round, ground.withdrawal)),
		);
	const lastFailed = policy.observation.consecutive ? rounds.findLastIndex((round) => !round.payload.passed) : -1;
	const tooOld = (round: EvidenceOf<'observation'>) =>
		endOfDay(moveDay(localDay(round.observedAt), policy.observation.maximumAge));
	const now = at.getTime();
	const recent = rounds
		.slice(lastFailed + 1)
		.filter((round) => round.payload.passed && (!path.roundsSince || isAfter(round, path.roundsSince)));
	// Oldest first: after the first that is not too old, none is.
	const young = recent.findIndex((round) => now < tooOld(round).getTime());
	const passed = young < 0 ? [] : recent.slice(young);
	const counted = passed.filter((round) => requirement.simulation || !round.payload.simulated);

	const distinct = (values: string[]) => values.filter((each, place) => values.indexOf(each) === place).length;
	const seen = (variant: string) => counted.filter((round) => round.payload.variant === variant).length;
	const done = asked.variants.length
		? asked.variants.reduce((sum, variant) => sum + Math.min(asked.passes, seen(variant)), 0)
		: Math.min(asked.passes, counted.length);
	const short = {
		dates: Math.max(0, asked.dates - distinct(counted.map((round) => localDay(round.observedAt)))),
		timesOfDay: Math.max(0, asked.timesOfDay - distinct(counted.map((round) => round.payload.timeOfDay))),
		assessors: Math.max(0, asked.assessors - distinct(counted.map((round) => round.payload.assessor))),
		variants: asked.variants.filter((variant) => seen(variant) < asked.passes),
	};
	const outstanding = of ? notYetSeen(counted, passed) : [];
	// After an earlier sign-off, some of them are new ones: as many as a renewal asks for.
	const { since } = path;
	const fresh = since ? counted.filter((round) => isAfter(round, since)).length : 0;
	const stale = since ? Math.max(0, Math.min(of, policy.renewal.passes) - fresh) : 0;
	const met = !stale && done >= of && !short.dates && !short.timesOfDay && !short.assessors && !outstanding.length;
	const oldest = passed.at(0);
	return {
		requirement,
		met,
		done: Math.min(done, of - stale),
		of,
		evidence: counted.map((round) => round.id),
		outstanding,
		short,
		...(oldest ? { changesAt: tooOld(oldest) } : {}),
		...(met ? {} : { missing: 'observations_short' as const }),
	};
}

function outsideAssessment({ facts, question, withdrawal, path }: Ground) {
	return facts
		.of('outside-assessment')
		.findLast(
			(each) =>
				each.privilege === question.privilege &&
				(each.siteId === null || each.siteId === question.siteId) &&
				(!withdrawal || isAfter(each, withdrawal)) &&
				(!path.since || isAfter(each, path.since)),
		);
}

/** Lines that were "not seen" in a round and have been met in none: another "not applicable" does not settle them. */
function notYetSeen(
	counted: readonly EvidenceOf<'observation'>[],
	passed: readonly EvidenceOf<'observation'>[],
): string[] {
	const unseen = new Set<string>();
	for (const { payload } of counted)
		for (const id in payload.results) if (payload.results[id] === 'not-seen') unseen.add(id);
	return [...unseen].filter((id) => !passed.some(({ payload }) => payload.results[id] === 'yes'));
}

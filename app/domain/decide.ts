import { type Evidence, type EvidenceOf, ofKind, standingEvidence } from './evidence.ts';
import { endOfDay, moveDay, startOfDay } from './period.ts';
import type { Policy } from './policy.ts';
import type { Privilege, PrivilegeCode, Role } from './privilege.ts';
import {
	concerns,
	isAfter,
	missingBeforeSignOff,
	type Progress,
	progressOf,
	type Question,
	signOffFor,
} from './progress.ts';
import type { ReasonCode } from './reason.ts';

export const standings = [
	'not-required',
	'not-started',
	'in-training',
	'ready-to-observe',
	'supervised',
	'competent',
	'due-soon',
	'expired',
	'paused',
	'withdrawn',
] as const;
export type Standing = (typeof standings)[number];

/** The rules in force: a policy's numbers, and what each privilege asks for. */
export interface Rules {
	policy: Policy;
	privileges: ReadonlyMap<PrivilegeCode, Privilege>;
	/** A sign-off is held to what was asked when it was made: earlier policies by version, privileges by content version id. */
	earlier?: {
		policies: { get(version: string): Policy | undefined };
		privileges: { get(contentVersionId: string): Privilege | undefined };
	};
}

export interface Decision {
	permit: boolean;
	code: ReasonCode;
	standing: Standing;
	/** With no new evidence, the instant at which a permit ends. Null: it does not end by itself. */
	validUntil: Date | null;
	/** The next instant after `at` at which anything in this decision may change with no new evidence. */
	changesAt: Date | null;
	progress: Progress[];
	/** The evidence that settled it. */
	evidence: string[];
	policyVersion: string;
}

/**
 * The one rule behind every screen and every answer: is this person competent for this privilege at this site?
 *
 * Pure. Deny is the default and nobody sets a status. Order of the refusals: not employed here, left, withdrawn,
 * paused, then what is missing, in the order in which a person would do it (design.md sections 2 and 6).
 *
 * @param evidence every row of the one person, in any order.
 * @param at the instant asked about.
 * @param knownAt only rows recorded by then are used; differs from `at` when the past is asked as it was known then.
 */
export function decide(
	rules: Rules,
	evidence: readonly Evidence[],
	question: Question,
	at: Date,
	knownAt: Date = at,
): Decision {
	return settle(rules, standingEvidence(evidence, at, knownAt), question, at, []);
}

function settle(
	rules: Rules,
	facts: readonly Evidence[],
	question: Question,
	at: Date,
	path: readonly PrivilegeCode[],
): Decision {
	const changes: (Date | null | undefined)[] = [];
	const answer = (
		permit: boolean,
		code: ReasonCode,
		standing: Standing,
		evidence: readonly (string | undefined)[],
		validUntil: Date | null = null,
	): Decision => ({
		permit,
		code,
		standing,
		validUntil,
		changesAt: earliest(changes.filter((change) => change && change > at)),
		progress,
		evidence: evidence.filter((id): id is string => id !== undefined),
		policyVersion: rules.policy.version,
	});
	let progress: Progress[] = [];

	const privilege = rules.privileges.get(question.privilege);
	// A privilege that rests on itself could never be granted: the catalogue refuses such a loop, and so does this.
	if (!privilege || path.includes(question.privilege)) return answer(false, 'unknown_privilege', 'not-required', []);

	const employment = employmentAt(facts, question.siteId, at);
	changes.push(...employment.changes);
	if (employment.refusal) return answer(false, employment.refusal, 'not-required', employment.evidence);

	const upon = (code: PrivilegeCode) =>
		settle(rules, facts, { ...question, privilege: code }, at, [...path, question.privilege]);
	const about = facts.filter((fact) => concerns(fact, question));
	const withdrawal = ofKind(about, 'withdrawal').at(-1);
	const ground = { policy: rules.policy, privilege, facts, question, at, withdrawal, prerequisite: upon };
	progress = progressOf(ground);
	changes.push(...progress.map((each) => each.changesAt));

	const signOff = signOffFor(ground);
	if (withdrawal && !signOff) return answer(false, 'withdrawn', 'withdrawn', [withdrawal.id]);
	const pause = openPause(about);
	if (pause) return answer(false, 'paused_review', 'paused', [pause.id]);

	if (!signOff) {
		const standing = standingBeforeSignOff(progress, privilege, employment.roles);
		const missing = progress.find((each) => !each.met)?.missing ?? 'sign_off_missing';
		const code = standing === 'not-required' ? 'not_assessed' : missing;
		return answer(
			false,
			code,
			standing,
			progress.flatMap((each) => each.evidence),
		);
	}

	const end = endOfDay(signOff.payload.lastDay);
	const dueFrom = startOfDay(moveDay(signOff.payload.lastDay, rules.policy.dueSoon, -1));
	changes.push(end, dueFrom);
	if (at >= end) return answer(false, 'expired', 'expired', [signOff.id]);

	// A sign-off stands on what was met when it was made: evidence taken back since then takes the sign-off with it.
	const [flaw] = missingBeforeSignOff(
		progressOf({
			...ground,
			policy: rules.earlier?.policies.get(signOff.payload.policy) ?? rules.policy,
			privilege: rules.earlier?.privileges.get(signOff.contentVersionId ?? '') ?? privilege,
			facts: facts.filter((fact) => !isAfter(fact, signOff)),
			at: signOff.observedAt,
		}),
	).filter((each) => each.requirement.kind !== 'prerequisite');
	if (flaw?.missing) return answer(false, flaw.missing, 'in-training', [signOff.id]);

	const prerequisites = privilege.requirements.flatMap((each) =>
		each.kind === 'prerequisite' ? [upon(each.privilege)] : [],
	);
	if (prerequisites.some((each) => !each.permit)) return answer(false, 'prerequisite_missing', 'paused', [signOff.id]);

	return answer(
		true,
		'competent',
		at >= dueFrom ? 'due-soon' : 'competent',
		[signOff.id, ...signOff.payload.basis],
		earliest([end, employment.endsAt, ...prerequisites.map((each) => each.validUntil)]),
	);
}

function standingBeforeSignOff(progress: Progress[], privilege: Privilege, roles: readonly Role[]): Standing {
	const own = progress.filter((each) => each.requirement.kind !== 'prerequisite');
	if (!own.some((each) => each.done > 0))
		return roles.some((role) => privilege.for.includes(role)) ? 'not-started' : 'not-required';
	const learning = own.filter(({ requirement }) => requirement.kind === 'module' || requirement.kind === 'quiz');
	return learning.every((each) => each.met) ? 'ready-to-observe' : 'in-training';
}

function earliest(instants: readonly (Date | null | undefined)[]): Date | null {
	const known = instants.flatMap((instant) => (instant ? [instant.getTime()] : []));
	return known.length ? new Date(Math.min(...known)) : null;
}

/** The pause that is in force, if any: lifting one does not lift another. */
function openPause(facts: readonly Evidence[]): EvidenceOf<'pause'> | undefined {
	const lifted = new Set(ofKind(facts, 'pause-lifted').map((fact) => fact.payload.pause));
	return ofKind(facts, 'pause').findLast((pause) => !lifted.has(pause.id));
}

interface Employment {
	refusal?: ReasonCode;
	roles: Role[];
	/** When all work here ends, where that is already recorded. */
	endsAt?: Date;
	/** Every recorded end of work: roles, and where else somebody works, may change then. */
	changes: Date[];
	evidence: (string | undefined)[];
}

function employmentAt(facts: readonly Evidence[], siteId: string, at: Date): Employment {
	const covers = (fact: Evidence, site: string | null) => fact.siteId === null || fact.siteId === site;
	const endings = ofKind(facts, 'employment-ended');
	const spells = ofKind(facts, 'employment-started').map((start) => {
		// A later word while work goes on moves its end, as when somebody is dismissed during notice. Once work has
		// ended, leaving another post later does not bring it back.
		const ending = endings
			.filter((end) => covers(end, start.siteId) && isAfter(end, start))
			.reduce<EvidenceOf<'employment-ended'> | undefined>(
				(before, end) => (before && end.observedAt >= endOfDay(before.payload.lastDay) ? before : end),
				undefined,
			);
		return { start, ending, endsAt: ending && endOfDay(ending.payload.lastDay) };
	});
	const changes = spells.flatMap(({ endsAt }) => endsAt ?? []);
	const here = spells.filter(({ start }) => covers(start, siteId));
	const current = here.filter(({ endsAt }) => !endsAt || endsAt > at);
	if (current.length) {
		const ends = current.flatMap(({ endsAt }) => endsAt ?? []);
		const endsAt = ends.length === current.length ? latest(ends) : undefined;
		return {
			roles: current.map(({ start }) => start.payload.role),
			evidence: current.map(({ start }) => start.id),
			changes,
			...(endsAt ? { endsAt } : {}),
		};
	}
	if (here.length) return { refusal: 'left', roles: [], changes, evidence: here.map(({ ending }) => ending?.id) };
	const elsewhere = spells.some(({ endsAt }) => !endsAt || endsAt > at);
	const refusal = elsewhere ? 'site_induction_missing' : spells.length ? 'left' : 'not_assessed';
	return { refusal, roles: [], changes, evidence: [] };
}

function latest(instants: readonly Date[]): Date {
	return new Date(Math.max(...instants.map((instant) => instant.getTime())));
}

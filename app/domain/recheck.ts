import type { ChangeAsks } from './content.ts';
import type { EvidenceOf } from './evidence.ts';
import { begunAt, concerns, type Facts } from './facts.ts';
import { failedRounds } from './failed-rounds.ts';
import { madeAt, outsideAssessments, settlingRounds } from './observation.ts';
import { lastDayBefore, latest, localDay, moveDay, startOfDay } from './period.ts';
import { goodUntil, type Policy } from './policy.ts';
import { type Privilege, requirementOf } from './privilege.ts';
import type { ReasonCode } from './reason.ts';
import type { ContentChange, Question, Rules } from './rules.ts';
import { timesWithoutPractice } from './time-without-practice.ts';

/** A condition: something that asks for more, of a holder by a day, and that has not been done yet. */
export interface Recheck {
	cause: 'content' | 'document' | 'absence' | 'pause' | 'failed-round' | 'spot-check';
	asks: Exclude<ChangeAsks, 'nothing'> | 'declare';
	/** Only what was begun from here on settles it. */
	since: Date;
	/** From here on the privilege is not held until it is settled. */
	dueBy: Date;
	/** For changed content: what is new. */
	change?: ContentChange;
	/** For a document: which, in which version. */
	document?: { slug: string; version: number };
	/** For a failed round: the critical lines that somebody has to see done right. */
	lines?: readonly string[];
}

/** What is missing where a condition is due: said in the words of the requirement it asks for again. */
export const recheckCodes: Record<Recheck['asks'], ReasonCode> = {
	acknowledge: 'module_missing',
	declare: 'declaration_missing',
	quiz: 'quiz_not_passed',
	observation: 'observations_short',
};

export interface RecheckGround {
	rules: Pick<Rules, 'checklists' | 'earlier' | 'settling'>;
	policy: Policy;
	/** The version that the sign-off was made under. */
	privilege: Privilege;
	facts: Facts;
	question: Question;
	/** Undefined for somebody who is not signed off yet. */
	signOff: EvidenceOf<'sign-off'> | undefined;
	changes: readonly ContentChange[];
}

/**
 * What is asked since something happened and has not been done: changed content, a document, a long absence, a pause
 * that was lifted on a condition, a failed round, a spot check. It is asked of everybody, signed off or not: signing anew
 * is no way round it. The one due first comes first. Sources: domain.md sections 2.3 and 7; content/rules.md, "Conditions".
 */
export function openRechecks(ground: RecheckGround): Recheck[] {
	const asked = [
		...contentChanges(ground),
		...documents(ground),
		...absences(ground),
		...liftedPauses(ground),
		...failedRounds(ground).map(({ since, dueBy, lines }): Recheck => {
			return { cause: 'failed-round', asks: 'observation', since, dueBy, lines };
		}),
		...spotChecks(ground),
	];
	return asked.sort((a, b) => a.dueBy.getTime() - b.dueBy.getTime());
}

/** Whether a condition has to be met before anybody signs off: its time has come, and it is no spot check. */
export function isAsked({ cause, since, dueBy }: Recheck, at: Date): boolean {
	return cause !== 'spot-check' && (since <= at || dueBy <= at);
}

/** From when a condition that is still to come shows as due. */
export function showsFrom(recheck: Recheck, policy: Policy): Date {
	return startOfDay(moveDay(lastDayBefore(recheck.dueBy), policy.dueSoon, -1));
}

/** Whether a change of content bears on a privilege. */
export function touches(change: Pick<ContentChange, 'kind' | 'slug'>, privilege: Privilege): boolean {
	if (change.kind === 'privilege') return change.slug === privilege.code;
	return privilege.requirements.some(
		(each) =>
			(each.kind === 'module' && change.kind === 'module' && each.module === change.slug) ||
			(each.kind === 'quiz' && change.kind === 'quiz' && each.quiz === change.slug) ||
			(each.kind === 'observation' && change.kind === 'checklist' && each.checklist === change.slug),
	);
}

function contentChanges(ground: RecheckGround): Recheck[] {
	const { changes, privilege, policy } = ground;
	return changes.flatMap((change) => {
		const { inForceFrom: since } = change;
		const asks = askedOf(privilege, change.asks);
		if (asks === 'nothing' || !touches(change, privilege) || !hadBegun(ground, since)) return [];
		const dueBy = goodUntil(moveDay(localDay(since), change.grace), policy);
		const recheck = { cause: 'content' as const, asks, since, dueBy, change };
		return isDone(recheck, ground) ? [] : [recheck];
	});
}

function documents({ privilege, facts, signOff, policy, rules }: RecheckGround): Recheck[] {
	if (!signOff) return [];
	const { observedAt: since } = signOff;
	return privilege.requirements.flatMap((each): Recheck[] => {
		if (each.kind !== 'declaration') return [];
		const slug = each.document;
		const asked = (by: Policy) => by.documents[slug] ?? 1;
		const isRead = (version: number) =>
			facts.of('declaration').some(({ payload }) => payload.document === slug && payload.version >= version);
		const version = asked(policy);
		if (isRead(version)) return [];
		// Whoever has read what an older policy asked for has until the grace of its replacement is over.
		const graces = (rules.settling ?? []).filter((older) => isRead(asked(older.policy))).map(({ until }) => until);
		const dueBy = latest([since, ...graces]) ?? since;
		return [{ cause: 'document', asks: 'declare', since, dueBy, document: { slug, version } }];
	});
}

function absences(ground: RecheckGround): Recheck[] {
	const { policy } = ground;
	const { longest } = policy.absence;
	const asks = askedOf(ground.privilege, policy.absence.asks);
	if (asks === 'nothing') return [];
	return timesWithoutPractice(ground).flatMap(({ from, back }) => {
		const last = moveDay(from, longest);
		if (back && back <= last) return [];
		const dueBy = goodUntil(last, policy);
		const since = back ? startOfDay(back) : dueBy;
		const recheck = { cause: 'absence' as const, asks, since, dueBy };
		return isDone(recheck, ground) || !hadBegun(ground, since) ? [] : [recheck];
	});
}

/** What a privilege does not have is not asked of it: a round in place of a quiz, reading in place of a round. */
function askedOf(privilege: Privilege, asks: ChangeAsks): ChangeAsks {
	if (asks === 'quiz' && !requirementOf(privilege, 'quiz')) return askedOf(privilege, 'observation');
	return asks === 'observation' && !requirementOf(privilege, 'observation') ? 'acknowledge' : asks;
}

function liftedPauses(ground: RecheckGround): Recheck[] {
	const { facts, question } = ground;
	return facts.of('pause-lifted').flatMap((lift) => {
		const { pause } = lift.payload;
		const asks = askedOf(ground.privilege, lift.payload.asks ?? 'nothing');
		if (asks === 'nothing' || !concerns(lift, question)) return [];
		const theirs = facts.of('pause').find((each) => each.id === pause)?.payload.parties ?? [];
		const parties = [...theirs, ...(lift.payload.parties ?? [])];
		const recheck = { cause: 'pause' as const, asks, since: lift.observedAt, dueBy: lift.observedAt };
		return isDone(recheck, ground, parties) ? [] : [recheck];
	});
}

/** Between sign-offs somebody is seen doing it, at least this often: the next time is always open. */
function spotChecks({ privilege, facts, question, signOff, rules, policy }: RecheckGround): Recheck[] {
	const every = policy.privileges[privilege.code]?.spotCheck ?? privilege.spotCheck;
	if (!every || !signOff || !requirementOf(privilege, 'observation')) return [];
	const seen = settlingRounds(facts, question, privilege, rules, policy).map((round) => round.observedAt.getTime());
	const outside = outsideAssessments(facts, question).map(madeAt);
	const since = new Date(
		[...seen, ...outside].reduce((last, each) => Math.max(last, each), signOff.observedAt.getTime()),
	);
	const dueBy = goodUntil(moveDay(localDay(since), every), policy);
	return [{ cause: 'spot-check', asks: 'observation', since, dueBy }];
}

/** Whether somebody had begun on a privilege before an instant: what changed later is new to them. */
function hadBegun({ privilege, facts, question }: RecheckGround, since: Date): boolean {
	const isBefore = ({ observedAt }: { observedAt: Date }) => observedAt < since;
	const quiz = requirementOf(privilege, 'quiz')?.quiz;
	return (
		facts.of('sign-off').some((each) => concerns(each, question) && isBefore(each)) ||
		facts.roundsOf(question).some(isBefore) ||
		(quiz !== undefined && facts.sittingsOf(quiz).some(isBefore)) ||
		privilege.requirements.some((each) => each.kind === 'module' && facts.readingsOf(each.module).some(isBefore)) ||
		facts.of('outside-assessment').some((each) => each.privilege === question.privilege && isBefore(each))
	);
}

function isDone(
	{ asks, since, change }: Pick<Recheck, 'asks' | 'since' | 'change'>,
	{ policy, privilege, facts, question, rules }: RecheckGround,
	parties: readonly string[] = [],
): boolean {
	if (asks === 'observation')
		return (
			settlingRounds(facts, question, privilege, rules, policy).some(
				(round) => begunAt(round) >= since && !parties.includes(round.payload.assessor),
			) || outsideAssessments(facts, question).some((each) => madeAt(each) >= since.getTime())
		);
	if (asks === 'quiz') {
		const quiz = requirementOf(privilege, 'quiz')?.quiz ?? '';
		// By the mark it was given then: a pass mark that rises reopens nothing that was settled.
		return facts.sittingsOf(quiz).some((each) => each.payload.passed && begunAt(each) >= since);
	}
	return [...facts.of('acknowledgement'), ...facts.of('module-completed')].some((each) => {
		const read =
			each.kind === 'acknowledgement'
				? each.payload
				: { content: 'module' as const, slug: each.payload.module, version: each.payload.version };
		return (
			each.observedAt >= since &&
			(!change || (read.content === change.kind && read.slug === change.slug && read.version >= change.version))
		);
	});
}

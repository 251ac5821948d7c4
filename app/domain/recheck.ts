import type { ChangeAsks } from './content.ts';
import { gapsBetweenWork } from './employment.ts';
import type { EvidenceOf } from './evidence.ts';
import { concerns, type Facts, isAfter } from './facts.ts';
import { endOfDay, lastDayBefore, localDay, moveDay, startOfDay } from './period.ts';
import type { Policy } from './policy.ts';
import { type Privilege, requirementOf } from './privilege.ts';
import { passedRounds } from './progress.ts';
import type { ReasonCode } from './reason.ts';
import type { ContentChange, Question } from './rules.ts';

/** Something that asks a holder for more by a day, and that has not been done yet. */
export interface Recheck {
	cause: 'content' | 'absence' | 'pause' | 'spot-check';
	asks: Exclude<ChangeAsks, 'nothing'>;
	/** Only what was done from here on settles it. */
	since: Date;
	/** From here on the privilege is not held until it is settled. */
	dueBy: Date;
	/** For changed content: what is new. */
	change?: ContentChange;
}

/** What is missing where a recheck is due: said in the words of the requirement it asks for again. */
export const recheckCodes: Record<Recheck['asks'], ReasonCode> = {
	acknowledge: 'module_missing',
	quiz: 'quiz_not_passed',
	observation: 'observations_short',
};

export interface RecheckGround {
	policy: Policy;
	privilege: Privilege;
	facts: Facts;
	question: Question;
	signOff: EvidenceOf<'sign-off'>;
	changes: readonly ContentChange[];
}

/**
 * What is asked again of somebody who is signed off and has not been done: changed content, a long absence, a pause
 * that was lifted on a condition, a spot check. The one due first comes first.
 * Sources: domain.md sections 2.3 and 7; content/rules.md.
 */
export function openRechecks(ground: RecheckGround): Recheck[] {
	const { signOff } = ground;
	const asked = [...contentChanges(ground), ...absences(ground), ...liftedPauses(ground)].filter(
		(each) => signOff.observedAt < each.since && !isDone(each, ground),
	);
	return [...asked, ...spotChecks(ground)].sort((a, b) => a.dueBy.getTime() - b.dueBy.getTime());
}

/** From when a recheck that is still to come shows as due. */
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

function contentChanges({ changes, privilege }: RecheckGround): Recheck[] {
	return changes.flatMap((change) =>
		change.asks === 'nothing' || !touches(change, privilege)
			? []
			: [
					{
						cause: 'content' as const,
						asks: change.asks,
						since: change.inForceFrom,
						dueBy: endOfDay(moveDay(localDay(change.inForceFrom), change.grace)),
						change,
					},
				],
	);
}

function absences({ policy, facts, question }: RecheckGround): Recheck[] {
	const { asks, longest } = policy.absence;
	if (asks === 'nothing') return [];
	const recorded = facts.of('absence').flatMap((each) => (concerns(each, question) ? [each.payload] : []));
	return [...recorded, ...gapsBetweenWork(facts)].flatMap(({ from, back }) => {
		const last = moveDay(from, longest);
		const dueBy = endOfDay(last);
		if (back && back <= last) return [];
		return [{ cause: 'absence' as const, asks, since: back ? startOfDay(back) : dueBy, dueBy }];
	});
}

function liftedPauses({ facts, question }: RecheckGround): Recheck[] {
	return facts.of('pause-lifted').flatMap((lift) => {
		const { asks } = lift.payload;
		if (!asks || asks === 'nothing' || !concerns(lift, question)) return [];
		return [{ cause: 'pause' as const, asks, since: lift.observedAt, dueBy: lift.observedAt }];
	});
}

/** Between sign-offs somebody is seen doing it, at least this often: the next time is always open. */
function spotChecks({ policy, privilege, facts, question, signOff }: RecheckGround): Recheck[] {
	const every = policy.privileges[privilege.code]?.spotCheck ?? privilege.spotCheck;
	if (!every) return [];
	const seen = passedRounds(facts, question, privilege).at(-1);
	const since = seen && isAfter(seen, signOff) ? seen.observedAt : signOff.observedAt;
	return [{ cause: 'spot-check', asks: 'observation', since, dueBy: endOfDay(moveDay(localDay(since), every)) }];
}

function isDone({ asks, since, change }: Recheck, { privilege, facts, question }: RecheckGround): boolean {
	if (asks === 'observation')
		return passedRounds(facts, question, privilege).some((round) => round.observedAt >= since);
	if (asks === 'quiz') {
		const quiz = requirementOf(privilege, 'quiz')?.quiz;
		return facts
			.of('quiz-marked')
			.some((each) => each.payload.quiz === quiz && each.payload.passed && each.observedAt >= since);
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

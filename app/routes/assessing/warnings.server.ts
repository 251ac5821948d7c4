import type { Round } from '#db/queries/rounds.ts';
import type { Judgement } from '../../commands/judging-rounds.ts';
import { roundRefusalWords } from '../../domain/assessing.ts';
import { isSignedLate } from '../../domain/observation.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Recheck } from '../../domain/recheck.ts';
import { type Uncounted, uncountedWords } from '../../domain/round-worth.ts';

/** Whether a round that is signed now is an entry made too late. */
export function isLateBy({ startedAt }: Pick<Round, 'startedAt'>, policy: Policy, now: Date): boolean {
	return isSignedLate({ startedAt: startedAt.toISOString(), assessorSignedAt: now.toISOString() }, policy);
}

/** What both should know of a round before they sign it. */
export function warningsOf({
	refusal,
	notCounted,
	uncounted = notCounted,
	late,
	assessorLapsed,
	unsettled,
	besides = false,
}: Judgement & { uncounted?: Uncounted | null; late: boolean; besides?: boolean }): string[] {
	return [
		...(refusal ? [roundRefusalWords[refusal]] : []),
		...(late ? ['This will be kept as a late entry and will not count.'] : []),
		...(uncounted && uncounted !== 'late' ? [uncountedWords[uncounted]] : []),
		...(assessorLapsed && !refusal
			? ['You could assess when this began, and you cannot now. It will be kept, and it will show so.']
			: []),
		...new Set(
			unsettled.map(
				(each) => `${causeWords[each.cause]} This round began before that. It does not settle it: begin a new one.`,
			),
		),
		...(besides
			? [
					'You have a round open with somebody else. Of two rounds that you watch at once, only the one signed first counts.',
				]
			: []),
	];
}

const causeWords: Record<Recheck['cause'], string> = {
	content: 'A new version asks for a round.',
	document: 'A document has changed.',
	absence: 'They have been away for a while, and a round is asked for since they are back.',
	pause: 'A pause was lifted, and a round is asked for since then.',
	'failed-round': 'A later round showed something to practise.',
	'spot-check': 'Somebody watches this now and then.',
};

import type { Decision } from './decision.ts';
import type { Progress } from './ground.ts';
import { lastDayBefore, localDay, sayDay } from './period.ts';
import { askedEachTime } from './progress.ts';
import { isAsked, type Recheck } from './recheck.ts';
import { readable } from './requirement-words.ts';

/** What is asked of somebody now, met or not: of a holder only what a holder is asked, of others what a sign-off asks. */
export interface AskedNow {
	progress: Progress[];
	/** Conditions that are open and bear on the answer. */
	rechecks: Recheck[];
}

/**
 * What bears on an answer. A holder whom something stops is not asked for what only the next renewal asks: their page
 * names what stops them and nothing else. A sign-off that does not stand any more is not counted as one.
 */
export function askedNow(decision: Pick<Decision, 'progress' | 'rechecks' | 'code'>, at: Date): AskedNow {
	const { progress, rechecks, code } = decision;
	const signedOff = progress.some(({ met, requirement }) => met && requirement.kind === 'sign-off');
	const due = rechecks.filter((each) => each.dueBy <= at);
	// Whoever practises beside a colleague while signed off does so because a round is due, or else because it is unsound.
	const unsound = code === 'sign_off_unsound' || (code === 'supervised_only' && signedOff && !due.length);
	if (signedOff && !unsound)
		return { progress: progress.filter(({ requirement: { kind } }) => askedOfHolders.includes(kind)), rechecks: due };
	return {
		progress: progress.map((each) => (unsound && each.requirement.kind === 'sign-off' ? undone(each) : each)),
		rechecks: rechecks.filter((each) => isAsked(each, at)),
	};
}

const askedOfHolders: readonly string[] = [...askedEachTime, 'delegation'];

function undone(progress: Progress): Progress {
	return { ...progress, met: false, done: 0, missing: 'sign_off_missing' };
}

/** What a condition is called, for the person it is asked of. */
export function titleOfAsked(recheck: Recheck, privilege: string): string {
	const { cause, asks } = recheck;
	if (cause === 'document') return `Read the new ${readable(recheck.document?.slug ?? 'document')}`;
	if (cause === 'content') return `New: ${privilege}`;
	return `${asks === 'observation' ? 'Be watched again' : 'Asked again'}: ${privilege}`;
}

/** Why something is asked again, for the person it is asked of: plain, and nobody's fault. */
export function sayAskedToThem({ cause, since, change }: Recheck): string {
	switch (cause) {
		case 'content':
			return change?.says ?? 'Something is new here.';
		case 'document':
			return 'There is a new version of it. Read it where your manager keeps it, then say that you have.';
		case 'failed-round':
			return `Your last round on ${sayDay(localDay(since))} showed something to practise. Somebody watches you again.`;
		case 'absence':
			return 'You have been away for a while.';
		case 'pause':
			return 'Your pause has been lifted, and something is asked before you carry on.';
		case 'spot-check':
			return 'Somebody watches you do this now and then.';
	}
}

/** Why something is asked again, for whoever answers for the person. */
export function sayAskedOfThem(recheck: Recheck): string {
	const { cause, since, change } = recheck;
	const day = sayDay(localDay(since));
	switch (cause) {
		case 'content':
			return `Changed on ${day}: ${change?.says ?? 'what this asks for'}`;
		case 'document':
			return `The ${readable(recheck.document?.slug ?? 'document')} is now version ${recheck.document?.version ?? 1}`;
		case 'failed-round':
			return `The round on ${day} was not passed`;
		case 'absence':
			return `Away from work, back on ${day}`;
		case 'pause':
			return `A pause was lifted on ${day}, on a condition`;
		case 'spot-check':
			return `Seen now and then: last counted from ${day}`;
	}
}

/** What settles a condition. */
export const settlesWords: Record<Recheck['asks'], string> = {
	acknowledge: 'They read what is new and say so',
	declare: 'They read it and say so',
	quiz: 'They pass the quiz again',
	observation: 'Somebody watches them on a round',
};

/** By when a condition has to be met: "by the end of 14 March 2027", or that it is due. */
export function sayDue({ dueBy }: Pick<Recheck, 'dueBy'>, at: Date): string {
	return dueBy <= at ? 'due now' : `by the end of ${sayDay(lastDayBefore(dueBy))}`;
}

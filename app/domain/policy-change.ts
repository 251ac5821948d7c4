import type { Decision } from './decision.ts';
import type { Evidence } from './evidence.ts';
import type { PrivilegeCode } from './privilege.ts';
import type { Question, Rules } from './rules.ts';
import { type Segment, segmentsFrom } from './term.ts';

/** How long holders have for what a new policy asks beyond the one before: the usual first. */
export const policyGraces = ['P28D', 'P14D', 'P7D', 'P0D'] as const;
export type PolicyGrace = (typeof policyGraces)[number];

export const graceWords: Record<PolicyGrace, string> = {
	P28D: 'In 28 days (usual)',
	P14D: 'In 14 days',
	P7D: 'In 7 days',
	P0D: 'At once, because it is urgent',
};

/** What a standing is at one instant, as far as a person or another system would notice. */
export type Stand = Pick<Decision, 'standing' | 'permit' | 'code'>;

/** One standing that would be otherwise under other rules. */
export interface StandingChange {
	personId: string;
	siteId: string;
	privilege: PrivilegeCode;
	/** Whether it would be otherwise at once; else it would be later, with no new evidence. */
	now: boolean;
	/** The first instant at which it would be otherwise; where what they may do would be, the first at which that is. */
	on: Date;
	from: Stand;
	to: Stand;
}

/**
 * Which of one person's standings would be otherwise under other rules, at once or later, if nothing else is ever
 * recorded. Each of them once: as it differs first in what they may do, else as it differs first.
 */
export function standingChanges(
	{ before, after }: { before: (siteId: string) => Rules; after: (siteId: string) => Rules },
	evidence: readonly Evidence[],
	questions: readonly Question[],
	at: Date,
): StandingChange[] {
	const personId = evidence[0]?.personId;
	if (!personId) return [];
	const was = segmentsBySite(before, evidence, at);
	const would = segmentsBySite(after, evidence, at);
	return questions.flatMap((question) => {
		const differs = firstDifference(was(question), would(question));
		if (!differs) return [];
		const { siteId, privilege } = question;
		return [{ personId, siteId, privilege, now: differs.on.getTime() === at.getTime(), ...differs }];
	});
}

function segmentsBySite(rules: (siteId: string) => Rules, evidence: readonly Evidence[], at: Date) {
	const known = new Map<string, (question: Question) => Segment[]>();
	return (question: Question) => {
		const segmentsOf = known.get(question.siteId) ?? segmentsFrom(rules(question.siteId), evidence, at);
		known.set(question.siteId, segmentsOf);
		return segmentsOf(question);
	};
}

function firstDifference(was: readonly Segment[], would: readonly Segment[]) {
	const starts = [...was, ...would].map((each) => each.startsAt).sort((a, b) => a.getTime() - b.getTime());
	let first: { on: Date; from: Stand; to: Stand } | undefined;
	for (const on of starts) {
		const [from, to] = [standAt(was, on), standAt(would, on)];
		if (!from || !to) continue;
		// Shown as due from today on and stopped in four weeks: the stop is what somebody has to know.
		if (from.permit !== to.permit) return { on, from, to };
		if (from.standing !== to.standing || from.code !== to.code) first ??= { on, from, to };
	}
	return first;
}

function standAt(segments: readonly Segment[], on: Date): Stand | undefined {
	const decision = segments.findLast((each) => each.startsAt <= on)?.decision;
	return decision && { standing: decision.standing, permit: decision.permit, code: decision.code };
}

/** What a change means to the people it happens to, the gravest first. */
export const changeEffects = ['stopped', 'allowed', 'moved', 'stopped-later', 'allowed-later', 'moved-later'] as const;
export type ChangeEffect = (typeof changeEffects)[number];

export function effectOf({ now, from, to }: Pick<StandingChange, 'now' | 'from' | 'to'>): ChangeEffect {
	const effect = from.permit === to.permit ? 'moved' : to.permit ? 'allowed' : 'stopped';
	return now ? effect : `${effect}-later`;
}

export interface ChangeGroup {
	key: string;
	effect: ChangeEffect;
	from: Stand;
	to: Stand;
	changes: StandingChange[];
}

/** Changes of the same sort together, the gravest and then the most frequent first. */
export function groupChanges(changes: readonly StandingChange[]): ChangeGroup[] {
	const groups = new Map<string, ChangeGroup>();
	for (const change of changes) {
		const { from, to } = change;
		const effect = effectOf(change);
		const codes = from.standing === to.standing ? [from.code, to.code] : [];
		const key = [effect, from.standing, to.standing, ...codes].join('.');
		const group = groups.get(key) ?? { key, effect, from, to, changes: [] };
		group.changes.push(change);
		groups.set(key, group);
	}
	return [...groups.values()].sort(
		(a, b) => changeEffects.indexOf(a.effect) - changeEffects.indexOf(b.effect) || b.changes.length - a.changes.length,
	);
}

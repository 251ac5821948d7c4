import type { Checklist } from '../../app/domain/checklist.ts';
import type { ChangeAsks } from '../../app/domain/content.ts';
import type { Evidence, EvidenceOf } from '../../app/domain/evidence.ts';
import type { ContentChange } from '../../app/domain/rules.ts';
import {
	type Asked,
	all,
	begun,
	concerns,
	dayLater,
	dayOf,
	declarationIsMet,
	earliest,
	goodUntil,
	isAfter,
	isExactly,
	isWork,
	notBefore,
	type Round,
	type SignOff,
	type Spell,
	sinceWithdrawal,
	spells,
	startOf,
} from './oracle-facts.ts';

/** The oracle's second part: "Conditions", and what a round at all is. */

export interface Condition {
	asks: Exclude<ChangeAsks, 'nothing'> | 'declaration';
	since: Date;
	dueBy: Date;
	isDone: boolean;
	/** Of a failed round: due at once. */
	isGrave?: boolean;
}

/** What is open, in the order of the list: what is asked and not done, of those signed off or of those who are not. */
export function openConditions(asked: Asked, signOff: SignOff | null): Condition[] {
	const asksOfAnybody = [...contentConditions(asked)];
	const after = [...awayConditions(asked), ...liftedConditions(asked), ...failedConditions(asked)];
	const conditions =
		signOff === null
			? [...asksOfAnybody, ...after]
			: [...asksOfAnybody, ...documentConditions(asked, signOff), ...after, ...spotCheckConditions(asked, signOff)];
	return conditions.filter((each) => !each.isDone);
}

export function isDue(asked: Asked, condition: Condition): boolean {
	return condition.dueBy.getTime() <= asked.at.getTime();
}

// --- A round at all, and what a condition is done by ------------------------------------------------------------

/** The form that a round was filled in on: its own version where it is known, else the form in force. */
export function formOf(asked: Asked, round: Round): Checklist | undefined {
	const own = round.contentVersionId ? asked.rules.earlier?.checklists.get(round.contentVersionId) : undefined;
	return own ?? asked.rules.checklists.get(round.payload.checklist);
}

/** Rounds, *a round at all*. */
export function isARoundAtAll(asked: Asked, round: Round): boolean {
	const { payload } = round;
	if (payload.notCounted !== undefined) return false;
	const form = formOf(asked, round);
	const isCounted = form === undefined || form.counts !== false;
	if (isCounted && (payload.counts.people < 1 || payload.counts.doses < 1)) return false;
	let applicable = 0;
	let seen = 0;
	for (const answer of Object.values(payload.results)) {
		if (answer !== 'not-applicable') applicable += 1;
		if (answer === 'yes' || answer === 'no') seen += 1;
	}
	if (seen * 2 <= applicable) return false;
	return asked.policy.observation.lateCounts || !isLate(asked, round);
}

function isLate(asked: Asked, { payload }: Round): boolean {
	const took = Date.parse(payload.assessorSignedAt) - Date.parse(payload.startedAt);
	return took > milliseconds(asked.policy.lateEntry);
}

/** Of a length such as `PT24H`. */
function milliseconds(duration: string): number {
	const [, hours = '0', minutes = '0', seconds = '0'] = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(duration) ?? [];
	return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
}

export function allowsSimulation(asked: Asked): boolean {
	return asked.entry.requirements.some((each) => each.kind === 'observation' && each.simulation === true);
}

/** Conditions. A passed round of exactly this privilege and site that is a round at all, and real. */
export function settlingRounds(asked: Asked): Round[] {
	return settlingAtAnySite(asked).filter((each) => isExactly(each, asked));
}

function settlingAtAnySite(asked: Asked): Round[] {
	return all(asked.facts, 'observation').filter((each) => {
		const real = !each.payload.simulated || allowsSimulation(asked);
		return each.privilege === asked.code && each.payload.passed && real && isARoundAtAll(asked, each);
	});
}

function isItsQuiz(asked: Asked, { payload }: EvidenceOf<'quiz-marked'>): boolean {
	return asked.entry.requirements.some((each) => each.kind === 'quiz' && each.quiz === payload.quiz);
}

/** The privilege's quiz passed, with this site's pass mark. */
export function passedQuizzes(asked: Asked): EvidenceOf<'quiz-marked'>[] {
	return all(asked.facts, 'quiz-marked').filter((each) => {
		const { payload } = each;
		return isItsQuiz(asked, each) && payload.passed && payload.score >= asked.policy.quiz.passMark;
	});
}

/** Conditions. By something of the right kind, begun at or after *since*. */
function isDone(asked: Asked, asks: ChangeAsks, since: Date, change: ContentChange | null, parties: string[]): boolean {
	const inTime = (fact: Evidence) => notBefore(begun(fact), since);
	if (asks === 'quiz')
		return all(asked.facts, 'quiz-marked').some(
			(each) => isItsQuiz(asked, each) && each.payload.passed && inTime(each),
		);
	if (asks === 'observation') {
		const outside = outsideAssessmentsMadeAt(asked).some((each) => notBefore(each, since));
		return outside || settlingRounds(asked).some((each) => inTime(each) && !parties.includes(each.payload.assessor));
	}
	const later = asked.facts.filter(inTime);
	return change ? isAcknowledged(later, change) : hasReadAnything(later);
}

/** When outside assessments of this privilege for this site or the provider were made: see "Rounds". */
function outsideAssessmentsMadeAt(asked: Asked): Date[] {
	const made: Date[] = [];
	for (const each of all(asked.facts, 'outside-assessment')) {
		if (each.privilege !== asked.code || !(each.siteId === null || each.siteId === asked.siteId)) continue;
		const endOfItsDay = new Date(startOf(dayLater(each.payload.assessedOn, 'P1D')).getTime() - 1);
		made.push(earliest([endOfItsDay, each.observedAt]));
	}
	return made;
}

function asksFor(asked: Asked, kind: 'quiz' | 'observation'): boolean {
	return asked.entry.requirements.some((each) => each.kind === kind);
}

/** What a privilege does not have is not asked of it. */
function asksOf(asked: Asked, asks: ChangeAsks): ChangeAsks {
	let what = asks;
	if (what === 'quiz' && !asksFor(asked, 'quiz')) what = 'observation';
	if (what === 'observation' && !asksFor(asked, 'observation')) what = 'acknowledge';
	return what;
}

/** That content in that version or later; a module read in it counts. */
function isAcknowledged(since: readonly Evidence[], change: ContentChange): boolean {
	const acknowledged = all(since, 'acknowledgement').some(
		({ payload }) =>
			payload.content === change.kind && payload.slug === change.slug && payload.version >= change.version,
	);
	const read = all(since, 'module-completed').some(
		({ payload }) => payload.module === change.slug && payload.version >= change.version,
	);
	return acknowledged || (change.kind === 'module' && read);
}

/** Where no content has changed. */
function hasReadAnything(since: readonly Evidence[]): boolean {
	return all(since, 'acknowledgement').length > 0 || all(since, 'module-completed').length > 0;
}

/** Conditions 1. Read one of its modules, sat its quiz, been in a round of it here, assessed outside, or signed off. */
function hadBegunBefore(asked: Asked, since: Date): boolean {
	const before = asked.facts.filter((each) => each.observedAt.getTime() < since.getTime());
	for (const each of asked.entry.requirements) {
		if (each.kind === 'module' && all(before, 'module-completed').some((fact) => fact.payload.module === each.module))
			return true;
		if (each.kind === 'quiz' && all(before, 'quiz-marked').some((fact) => fact.payload.quiz === each.quiz)) return true;
	}
	if (all(before, 'observation').some((each) => isExactly(each, asked))) return true;
	if (all(before, 'outside-assessment').some((each) => each.privilege === asked.code)) return true;
	return all(before, 'sign-off').some((each) => concerns(each, asked));
}

// --- The list ---------------------------------------------------------------------------------------------------

/** Conditions 1. Content changed. */
function contentConditions(asked: Asked): Condition[] {
	const conditions: Condition[] = [];
	for (const change of asked.rules.changes) {
		const since = change.inForceFrom;
		const asks = asksOf(asked, change.asks);
		if (asks === 'nothing' || !isAskedFor(asked, change)) continue;
		if (since.getTime() > asked.at.getTime() || since.getTime() > asked.knownAt.getTime()) continue;
		if (!hadBegunBefore(asked, since)) continue;
		conditions.push({
			asks,
			since,
			dueBy: goodUntil(asked, dayLater(dayOf(since), change.grace)),
			isDone: isDone(asked, asks, since, change, []),
		});
	}
	return conditions;
}

function isAskedFor(asked: Asked, change: ContentChange): boolean {
	if (change.kind === 'privilege') return change.slug === asked.code;
	for (const each of asked.entry.requirements) {
		if (change.kind === 'module' && each.kind === 'module' && each.module === change.slug) return true;
		if (change.kind === 'quiz' && each.kind === 'quiz' && each.quiz === change.slug) return true;
		if (change.kind === 'checklist' && each.kind === 'observation' && each.checklist === change.slug) return true;
	}
	return false;
}

/** Conditions 2. Document. */
function documentConditions(asked: Asked, signOff: SignOff): Condition[] {
	const conditions: Condition[] = [];
	for (const each of asked.entry.requirements) {
		if (each.kind !== 'declaration' || declarationIsMet(asked, each.document)) continue;
		let dueBy = signOff.observedAt;
		for (const { policy, until } of asked.rules.settling ?? []) {
			const isReadByIt = declarationIsMet({ ...asked, policy }, each.document);
			if (isReadByIt && until.getTime() > dueBy.getTime()) dueBy = until;
		}
		conditions.push({ asks: 'declaration', since: signOff.observedAt, dueBy, isDone: false });
	}
	return conditions;
}

/** A time without practice: the first day away and the first day back, where that is known. */
interface Away {
	from: string;
	back: string | null;
}

/** Conditions 3. Away. */
function awayConditions(asked: Asked): Condition[] {
	const conditions: Condition[] = [];
	for (const away of timesWithoutPractice(asked)) {
		const dueBy = awayDueBy(asked, away);
		const asks = asksOf(asked, asked.policy.absence.asks);
		if (dueBy === null || asks === 'nothing') continue;
		const since = away.back === null ? dueBy : startOf(away.back);
		if (!hadBegunBefore(asked, since)) continue;
		conditions.push({ asks, since, dueBy, isDone: isDone(asked, asks, since, null, []) });
	}
	return conditions;
}

/** Null where it is not long enough, or asks for nothing. */
function awayDueBy(asked: Asked, { from, back }: Away): Date | null {
	const { longest, asks } = asked.policy.absence;
	const lastDay = dayLater(from, longest);
	if (asks === 'nothing' || (back !== null && back <= lastDay)) return null;
	return goodUntil(asked, lastDay);
}

/** Conditions 3. Absences and gaps; those that touch or overlap are one. */
export function timesWithoutPractice(asked: Asked): Away[] {
	const worked = spells(asked);
	const inRole = worked.filter(({ start }) => asked.entry.for.includes(start.payload.role));
	const times: Away[] = [...gapsBetween(worked), ...gapsBetween(inRole)];
	for (const absence of all(asked.facts, 'absence')) {
		const { from, back } = absence.payload;
		if (concerns(absence, asked)) times.push({ from, back: back ?? firstDayAtWorkAfter(asked, from) });
	}
	times.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
	const joined: Away[] = [];
	for (const time of times) {
		const before = joined[joined.length - 1];
		if (!before || (before.back !== null && time.from > before.back)) joined.push({ ...time });
		else if (before.back !== null && (time.back === null || time.back > before.back)) before.back = time.back;
	}
	return joined;
}

/** The first later day on which they began a post or were in a round of anything. */
function firstDayAtWorkAfter(asked: Asked, day: string): string | null {
	let first: string | null = null;
	for (const each of asked.facts) {
		if (each.kind !== 'employment-started' && each.kind !== 'observation') continue;
		const its = dayOf(each.observedAt);
		if (its > day && (first === null || its < first)) first = its;
	}
	return first;
}

/** From the day after a last day with no other of these on the next, to the day of the next start. */
function gapsBetween(worked: readonly Spell[]): Away[] {
	const gaps: Away[] = [];
	for (const spell of worked) {
		const { last } = spell;
		if (last === null) continue;
		const others = worked.filter((each) => each !== spell);
		if (others.some((other) => other.first <= last && (other.last === null || other.last > last))) continue;
		let back: string | null = null;
		for (const { first } of others.filter(isWork)) if (first > last && (back === null || first < back)) back = first;
		if (back !== null) gaps.push({ from: dayLater(last, 'P1D'), back });
	}
	return gaps;
}

/** Conditions 4. A pause that was lifted. The pause itself may have been taken back; its parties are then not known. */
function liftedConditions(asked: Asked): Condition[] {
	const conditions: Condition[] = [];
	for (const lifting of all(asked.facts, 'pause-lifted')) {
		const { pause } = lifting.payload;
		const asks = asksOf(asked, lifting.payload.asks ?? 'nothing');
		if (asks === 'nothing' || !concerns(lifting, asked)) continue;
		const since = lifting.observedAt;
		const ofPause = all(asked.facts, 'pause').find((each) => each.id === pause)?.payload.parties ?? [];
		const parties = [...ofPause, ...(lifting.payload.parties ?? [])];
		conditions.push({ asks, since, dueBy: since, isDone: isDone(asked, asks, since, null, parties) });
	}
	return conditions;
}

/** Conditions 5. A failed round. */
function failedConditions(asked: Asked): Condition[] {
	const conditions: Condition[] = [];
	for (const failed of sinceWithdrawal(asked, all(asked.facts, 'observation') as Evidence[])) {
		const round = failed as Round;
		if (failed.privilege !== asked.code || round.payload.passed) continue;
		if (round.payload.simulated && !allowsSimulation(asked)) continue;
		if (round.payload.notCounted === 'party') continue;
		const since = begun(failed);
		const { criticalMissed, stoppedForSafety } = round.payload;
		const isGrave = criticalMissed.length > 0 || stoppedForSafety;
		if (!isGrave && !isExactly(failed, asked)) continue;
		const settling = isGrave ? settlingAtAnySite(asked) : settlingRounds(asked);
		const later = settling.filter((each) => isAfter(each, failed) && notBefore(begun(each), since));
		const minorDueBy = goodUntil(asked, dayLater(dayOf(failed.observedAt), asked.policy.observation.afterMisses));
		conditions.push({
			asks: 'observation',
			since,
			dueBy: isGrave ? failed.observedAt : minorDueBy,
			isDone:
				later.length > 0 &&
				criticalMissed.every(
					(line) => !isStillALine(asked, round, line) || later.some((each) => each.payload.results[line] === 'yes'),
				),
			isGrave,
		});
	}
	return conditions;
}

/** The form in force still has it, or no form is known. */
function isStillALine(asked: Asked, round: Round, line: string): boolean {
	const form = asked.rules.checklists.get(round.payload.checklist);
	return !form || form.sections.some(({ criteria }) => criteria.some((each) => each.id === line));
}

/** Stops. A failed round that missed a critical line or was stopped for safety, and is not settled. */
export function isSeenUnsafe(asked: Asked): boolean {
	return failedConditions(asked).some((each) => each.isGrave === true && !each.isDone);
}

/** Conditions 6. Spot check. Always open. */
function spotCheckConditions(asked: Asked, signOff: SignOff): Condition[] {
	if (!asksFor(asked, 'observation')) return [];
	let since = signOff.observedAt;
	const seen = [...settlingRounds(asked).map((each) => each.observedAt), ...outsideAssessmentsMadeAt(asked)];
	for (const each of seen) if (each.getTime() > since.getTime()) since = each;
	const every = asked.policy.privileges[asked.code]?.spotCheck ?? asked.entry.spotCheck;
	if (every === undefined) return [];
	return [{ asks: 'observation', since, dueBy: goodUntil(asked, dayLater(dayOf(since), every)), isDone: false }];
}

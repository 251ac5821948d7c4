import { Temporal } from '@js-temporal/polyfill';
import type { Evidence, EvidenceKind, EvidenceOf } from '../../app/domain/evidence.ts';
import type { Policy } from '../../app/domain/policy.ts';
import type { Privilege, PrivilegeCode } from '../../app/domain/privilege.ts';
import type { Question, Rules } from '../../app/domain/rules.ts';

/** The oracle's first part: "What counts", work, and the requirements that are asked of a person at any time. */

/** A question with everything needed to answer it: the numbers, the privilege's file and the facts that count. */
export interface Asked {
	rules: Rules;
	policy: Policy;
	entry: Privilege;
	code: PrivilegeCode;
	siteId: string;
	person: string | undefined;
	/** Oldest first. */
	facts: Evidence[];
	at: Date;
	knownAt: Date;
	/** Whether a sign-off is sound, by privilege, site and sign-off: the same for everything that is asked at once. */
	sound: Map<string, boolean>;
}

export type SignOff = EvidenceOf<'sign-off'>;
export type Round = EvidenceOf<'observation'>;

export function askedAbout(
	rules: Rules,
	evidence: readonly Evidence[],
	question: Question,
	at: Date,
	knownAt: Date,
): Asked {
	return {
		rules,
		policy: rules.policy,
		entry: rules.privileges.get(question.privilege) as Privilege,
		code: question.privilege,
		siteId: question.siteId,
		person: question.person,
		facts: factsThatCount(evidence, at, knownAt),
		at,
		knownAt,
		sound: new Map(),
	};
}

// --- Days (what counts, 4) --------------------------------------------------------------------------------------

const london = 'Europe/London';

/** Days are worked out again and again: what has been worked out once is kept. */
function kept<T>(known: Map<string, T>, name: string, workOut: () => T): T {
	const found = known.get(name);
	if (found !== undefined) return found;
	if (known.size > 50_000) known.clear();
	const made = workOut();
	known.set(name, made);
	return made;
}

const days = new Map<string, string>();
const moved = new Map<string, string>();
const instants = new Map<string, number>();

export function dayOf(instant: Date): string {
	const time = instant.getTime();
	return kept(days, String(time), () =>
		Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(london).toPlainDate().toString(),
	);
}

export function dayLater(day: string, duration: string): string {
	return kept(moved, `${day} + ${duration}`, () =>
		Temporal.PlainDate.from(day).add(Temporal.Duration.from(duration)).toString(),
	);
}

export function dayEarlier(day: string, duration: string): string {
	return kept(moved, `${day} - ${duration}`, () =>
		Temporal.PlainDate.from(day).subtract(Temporal.Duration.from(duration)).toString(),
	);
}

export function startOf(day: string): Date {
	return atTime(day, '00:00');
}

export function endOf(day: string): Date {
	return atTime(dayLater(day, 'P1D'), '00:00');
}

function atTime(day: string, time: string): Date {
	const local = () => Temporal.PlainDate.from(day).toPlainDateTime(Temporal.PlainTime.from(time));
	return new Date(kept(instants, `${day} ${time}`, () => local().toZonedDateTime(london).epochMilliseconds));
}

/** What counts, 4. To the end of the day or, where policy says so, of the night shift that it ends in. */
export function goodUntil(asked: Asked, day: string): Date {
	if (asked.policy.endOfShift === null) return endOf(day);
	return atTime(dayLater(day, 'P1D'), asked.policy.endOfShift);
}

/** What counts, 4. Of work, coming of age, and the age of rounds and quizzes, which end with their day. */
export function isPast(day: string, at: Date): boolean {
	return dayOf(at) > day;
}

export function earliest(instants: readonly Date[]): Date {
	return new Date(Math.min(...instants.map((each) => each.getTime())));
}

/** The same instant or later. */
export function notBefore(instant: Date, other: Date): boolean {
	return instant.getTime() >= other.getTime();
}

// --- What counts ------------------------------------------------------------------------------------------------

/** What counts, 1. Recorded by `knownAt`, happened by `at`, and nothing recorded by `knownAt` supersedes it. */
function factsThatCount(evidence: readonly Evidence[], at: Date, knownAt: Date): Evidence[] {
	const counting: Evidence[] = [];
	for (const fact of evidence) {
		let superseded = false;
		for (const other of evidence) {
			if (other.supersedes === fact.id && other.recordedAt.getTime() <= knownAt.getTime()) superseded = true;
		}
		const known = fact.recordedAt.getTime() <= knownAt.getTime();
		const happened = fact.observedAt.getTime() <= at.getTime();
		if (known && happened && !superseded) counting.push(fact);
	}
	return counting.sort((a, b) => (isAfter(a, b) ? 1 : -1));
}

/** What counts, 2. Happened later or, at the same instant, was recorded later. */
export function isAfter(fact: Evidence, other: Evidence): boolean {
	if (fact.observedAt.getTime() !== other.observedAt.getTime())
		return fact.observedAt.getTime() > other.observedAt.getTime();
	return fact.seq > other.seq;
}

/** What counts, 3. Its privilege is empty or the one asked about, and its site is empty or the one asked about. */
export function concerns(fact: Evidence, asked: Asked): boolean {
	const privilegeFits = fact.privilege === null || fact.privilege === asked.code;
	return privilegeFits && isHereOrWide(fact, asked);
}

/** At this site, or for the whole provider. */
export function isHereOrWide(fact: Evidence, asked: Asked): boolean {
	return fact.siteId === null || fact.siteId === asked.siteId;
}

/** What counts, 3. For exactly the privilege and the site asked about. */
export function isExactly(fact: Evidence, asked: Asked): boolean {
	return fact.privilege === asked.code && fact.siteId === asked.siteId;
}

/** What counts, 5. A round at its own start, a quiz when it was opened, anything else when it happened. */
export function begun(fact: Evidence): Date {
	if (fact.kind === 'observation') return new Date(fact.payload.startedAt);
	if (fact.kind === 'quiz-marked' && fact.payload.startedAt) return new Date(fact.payload.startedAt);
	return fact.observedAt;
}

export function all<K extends EvidenceKind>(facts: readonly Evidence[], kind: K): EvidenceOf<K>[] {
	const found: EvidenceOf<K>[] = [];
	for (const fact of facts) if (fact.kind === kind) found.push(fact as unknown as EvidenceOf<K>);
	return found;
}

export function newest<F>(oldestFirst: readonly F[]): F | undefined {
	return oldestFirst[oldestFirst.length - 1];
}

// --- Work (in this order, 2) ------------------------------------------------------------------------------------

export interface Spell {
	start: EvidenceOf<'employment-started'>;
	first: string;
	/** Null while no end is known. */
	last: string | null;
}

/** In order, 2. A start, and the last day of the ending that belongs to it. */
export function spells(asked: Asked): Spell[] {
	const found: Spell[] = [];
	for (const start of all(asked.facts, 'employment-started')) {
		let last: string | null = null;
		for (const ending of all(asked.facts, 'employment-ended')) {
			const belongs = (ending.siteId === null || ending.siteId === start.siteId) && isAfter(ending, start);
			if (!belongs) continue;
			if (last === null || !isPast(last, ending.observedAt)) last = ending.payload.lastDay;
		}
		found.push({ start, first: dayOf(start.observedAt), last });
	}
	return found;
}

export function spellsHere(asked: Asked): Spell[] {
	return spells(asked).filter(({ start }) => isHereOrWide(start, asked));
}

export function isUnderWay(spell: Spell, at: Date): boolean {
	return spell.last === null || !isPast(spell.last, at);
}

export function underWayHere(asked: Asked): Spell[] {
	return spellsHere(asked).filter((each) => isUnderWay(each, asked.at));
}

/** A spell whose last day is before its first is none. */
export function isWork({ first, last }: Spell): boolean {
	return last === null || last >= first;
}

/** The end of the last of these, where each of them has one. */
export function endOfEach(given: readonly Spell[]): Date[] {
	let latest = '';
	for (const { last } of given) {
		if (last === null) return [];
		if (last > latest) latest = last;
	}
	return latest === '' ? [] : [endOf(latest)];
}

/** Spells under way here, office posts passed over where there are others. */
export function careHere(asked: Asked): Spell[] {
	const here = underWayHere(asked);
	const care = here.filter(({ start }) => start.payload.role !== 'administrator');
	return care.length > 0 ? care : here;
}

/** Agency staff: every spell under way here is agency work. */
export function isAgencyOnly(asked: Asked): boolean {
	const here = careHere(asked);
	return here.length > 0 && here.every(({ start }) => start.payload.contract === 'agency');
}

/** The question as it stood at a sign-off: with the facts that are not after it, under the rules in force. */
export function asOf(asked: Asked, signOff: SignOff): Asked {
	return {
		...asked,
		policy: asked.rules.policy,
		entry: asked.rules.privileges.get(asked.code) as Privilege,
		facts: asked.facts.filter((each) => isAfter(signOff, each)),
		at: signOff.observedAt,
	};
}

// --- Withdrawals and pauses (in this order, 3 and 4) ------------------------------------------------------------

export function lastConcerningWithdrawal(asked: Asked): Evidence | undefined {
	return newest(all(asked.facts, 'withdrawal').filter((each) => concerns(each, asked)));
}

/** Lighter paths. The *last withdrawal* is the newest of this privilege or of all, at any site. */
export function lastWithdrawal(asked: Asked): Evidence | undefined {
	const of = all(asked.facts, 'withdrawal').filter(({ privilege }) => privilege === null || privilege === asked.code);
	return newest(of);
}

/** Since any withdrawal that concerns the question. */
export function sinceWithdrawal<F extends Evidence>(asked: Asked, facts: readonly F[]): F[] {
	const withdrawal = lastConcerningWithdrawal(asked);
	return facts.filter((each) => !withdrawal || isAfter(each, withdrawal));
}

/** After any withdrawal of this privilege or of all, at any site. */
export function sinceAnyWithdrawal<F extends Evidence>(asked: Asked, facts: readonly F[]): F[] {
	const withdrawal = lastWithdrawal(asked);
	return facts.filter((each) => !withdrawal || isAfter(each, withdrawal));
}

export function concerningSignOffs(asked: Asked): SignOff[] {
	return all(asked.facts, 'sign-off').filter((each) => concerns(each, asked));
}

/** In order, 3. */
export function isWithdrawn(asked: Asked): boolean {
	const withdrawal = lastConcerningWithdrawal(asked);
	return withdrawal !== undefined && !concerningSignOffs(asked).some((each) => isAfter(each, withdrawal));
}

/** In order, 4. */
export function isPaused(asked: Asked): boolean {
	for (const pause of all(asked.facts, 'pause')) {
		const lifted = all(asked.facts, 'pause-lifted').some((each) => each.payload.pause === pause.id);
		if (concerns(pause, asked) && !lifted) return true;
	}
	return false;
}

// --- Requirements asked of a person at any time -----------------------------------------------------------------

/** Requirement *module*. */
export function moduleIsMet(asked: Asked, module: string, version: number): boolean {
	return all(asked.facts, 'module-completed').some(
		(each) => each.payload.module === module && each.payload.version >= version,
	);
}

/** Requirement *declaration*. */
export function declarationIsMet(asked: Asked, document: string): boolean {
	const version = asked.policy.documents[document] ?? 1;
	return all(asked.facts, 'declaration').some(
		(each) => each.payload.document === document && each.payload.version >= version,
	);
}

/** Requirement *role*. */
export function inRoleHere(asked: Asked, roles: readonly string[]): Spell[] {
	return underWayHere(asked).filter(({ start }) => roles.includes(start.payload.role));
}

/** Requirement *award*. */
export function newestAward(asked: Asked, award: string): EvidenceOf<'award'> | undefined {
	return newest(all(asked.facts, 'award').filter((each) => each.payload.award === award));
}

/** Requirement *agency*. Of this site or the provider. */
export function newestAgencyRecord(asked: Asked): EvidenceOf<'award'> | undefined {
	const records = all(asked.facts, 'award').filter((each) => each.payload.award === 'agency-record');
	return newest(records.filter((each) => isHereOrWide(each, asked)));
}

export function awardIsGood(asked: Asked, award: EvidenceOf<'award'> | undefined): boolean {
	if (!award) return false;
	return endOfAward(asked, award).every((end) => asked.at.getTime() < end.getTime());
}

export function endOfAward(asked: Asked, award: EvidenceOf<'award'> | undefined): Date[] {
	return award?.payload.expiresOn ? [goodUntil(asked, award.payload.expiresOn)] : [];
}

/** Requirement *age*. */
export function ageIsMet(asked: Asked): boolean {
	let adultOn = '';
	for (const { start } of spells(asked)) {
		if (start.payload.adultOn && start.payload.adultOn > adultOn) adultOn = start.payload.adultOn;
	}
	if (dayOf(asked.at) >= adultOn) return true;
	const counting = all(asked.facts, 'age-decision').filter(
		(each) => concerns(each, asked) && (!each.payload.may || each.privilege === asked.code),
	);
	return newest(counting)?.payload.may ?? false;
}

/** Requirement *agency*. */
export function agencyIsMet(asked: Asked): boolean {
	return !isAgencyOnly(asked) || awardIsGood(asked, newestAgencyRecord(asked));
}

import { Temporal } from '@js-temporal/polyfill';
import type { ChangeAsks } from '../../app/domain/content.ts';
import type { Evidence, EvidenceKind, EvidenceOf } from '../../app/domain/evidence.ts';
import type { Policy } from '../../app/domain/policy.ts';
import type { Privilege, PrivilegeCode, Requirement, RequirementKind } from '../../app/domain/privilege.ts';
import type { ReasonCode } from '../../app/domain/reason.ts';
import type { ContentChange, Question, Rules, Standing } from '../../app/domain/rules.ts';

/**
 * The rules of content/rules.md a second time, written from the prose alone and as simply as possible, so that the
 * product's own rule can be compared with it. Numbers in comments are the prose's paragraphs.
 */
export interface OracleAnswer {
	permit: boolean;
	code: ReasonCode;
	standing: Standing;
	validUntil: Date | null;
}

/** A question with everything needed to answer it: the numbers, the privilege's file and the facts that count. */
interface Asked {
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
}

export function oracleDecides(
	rules: Rules,
	evidence: readonly Evidence[],
	question: Question,
	at: Date,
	knownAt: Date,
): OracleAnswer {
	if (!rules.privileges.has(question.privilege) || restsOnItself(rules, question.privilege))
		return deny('unknown_privilege', 'not-required');
	const asked = askedAbout(rules, evidence, question, at, knownAt);
	const answer = answerInOrder(asked, true);
	return answer.permit ? answer : underOverride(asked, answer);
}

function askedAbout(rules: Rules, evidence: readonly Evidence[], question: Question, at: Date, knownAt: Date): Asked {
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
	};
}

function deny(code: ReasonCode, standing: Standing): OracleAnswer {
	return { permit: false, code, standing, validUntil: null };
}

// --- Days (4) ---------------------------------------------------------------------------------------------------

const london = 'Europe/London';

function dayOf(instant: Date): string {
	return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(london).toPlainDate().toString();
}

function dayLater(day: string, duration: string): string {
	return Temporal.PlainDate.from(day).add(Temporal.Duration.from(duration)).toString();
}

function dayEarlier(day: string, duration: string): string {
	return Temporal.PlainDate.from(day).subtract(Temporal.Duration.from(duration)).toString();
}

function startOf(day: string): Date {
	return atTime(day, '00:00');
}

function endOf(day: string): Date {
	return atTime(dayLater(day, 'P1D'), '00:00');
}

function atTime(day: string, time: string): Date {
	const local = Temporal.PlainDate.from(day).toPlainDateTime(Temporal.PlainTime.from(time));
	return new Date(local.toZonedDateTime(london).epochMilliseconds);
}

/** 4. Something good until a day is good to the end of that day. */
function isPast(day: string, at: Date): boolean {
	return dayOf(at) > day;
}

// --- What counts ------------------------------------------------------------------------------------------------

/** 1. Recorded by `knownAt`, happened by `at`, and nothing recorded by `knownAt` supersedes it. */
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

/** 2. Happened later or, at the same instant, was recorded later. */
function isAfter(fact: Evidence, other: Evidence): boolean {
	if (fact.observedAt.getTime() !== other.observedAt.getTime())
		return fact.observedAt.getTime() > other.observedAt.getTime();
	return fact.seq > other.seq;
}

/** 3. Its privilege is empty or the one asked about, and its site is empty or the one asked about. */
function concerns(fact: Evidence, asked: Asked): boolean {
	const privilegeFits = fact.privilege === null || fact.privilege === asked.code;
	const siteFits = fact.siteId === null || fact.siteId === asked.siteId;
	return privilegeFits && siteFits;
}

/** For exactly the privilege and the site asked about. */
function isExactly(fact: Evidence, asked: Asked): boolean {
	return fact.privilege === asked.code && fact.siteId === asked.siteId;
}

function all<K extends EvidenceKind>(facts: readonly Evidence[], kind: K): EvidenceOf<K>[] {
	const found: EvidenceOf<K>[] = [];
	for (const fact of facts) if (fact.kind === kind) found.push(fact as unknown as EvidenceOf<K>);
	return found;
}

function newest<F>(oldestFirst: readonly F[]): F | undefined {
	return oldestFirst[oldestFirst.length - 1];
}

// --- In this order ----------------------------------------------------------------------------------------------

/** Paragraphs 1 to 11. The override is not among them, and a prerequisite is asked as if its delegation were there. */
function answerInOrder(asked: Asked, delegationIsAsked: boolean): OracleAnswer {
	const notEmployed = notEmployedHere(asked);
	if (notEmployed) return deny(notEmployed, 'not-required');
	if (isWithdrawn(asked)) return deny('withdrawn', 'withdrawn');
	if (isPaused(asked)) return deny('paused_review', 'paused');
	const signOff = newest(signOffsSinceWithdrawal(asked));
	if (!signOff) return notSignedOff(asked);
	const signOffEnds = endOfSignOff(asked, signOff);
	if (asked.at.getTime() >= signOffEnds.getTime()) return deny('expired', 'expired');
	const unsound = whyUnsound(asked, signOff);
	if (unsound) return deny(unsound, 'in-training');
	// 8 and 9 ask what the privilege asked for when the sign-off was made.
	const entry = asked.rules.earlier?.privileges.get(signOff.contentVersionId ?? '') ?? asked.entry;
	const held = { ...asked, entry };
	const open = openAsks(held, signOff);
	const overdue = firstOverdue(asked, open);
	if (overdue) return deny(overdue, 'expired');
	const lost = noLongerTrue(held);
	if (lost) return deny(lost, 'paused');
	const standing = isDueSoon(asked, signOff, open) ? 'due-soon' : 'competent';
	if (delegationIsAsked) {
		const undelegated = notDelegated(asked);
		if (undelegated) return deny(undelegated, standing);
	}
	const ends = [signOffEnds, ...everythingElseThatEnds(held, open)];
	if (delegationIsAsked && asked.entry.requirements.some((each) => each.kind === 'delegation'))
		ends.push(endOfDelegation(asked));
	return { permit: true, code: 'competent', standing, validUntil: earliest(ends) };
}

/** In order, 1. Whether following prerequisites leads back to where one began. */
function restsOnItself(rules: Rules, code: PrivilegeCode): boolean {
	const seen: PrivilegeCode[] = [];
	const toVisit: PrivilegeCode[] = [code];
	while (toVisit.length > 0) {
		const next = toVisit.pop() as PrivilegeCode;
		for (const each of rules.privileges.get(next)?.requirements ?? []) {
			if (each.kind !== 'prerequisite') continue;
			if (each.privilege === code) return true;
			if (!seen.includes(each.privilege)) {
				seen.push(each.privilege);
				toVisit.push(each.privilege);
			}
		}
	}
	return false;
}

interface Spell {
	start: EvidenceOf<'employment-started'>;
	lastDay: string | null;
}

/** In order, 2. A start, and the last day of the ending that belongs to it. */
function spells(asked: Asked): Spell[] {
	const found: Spell[] = [];
	for (const start of all(asked.facts, 'employment-started')) {
		let lastDay: string | null = null;
		for (const ending of all(asked.facts, 'employment-ended')) {
			const belongs = (ending.siteId === null || ending.siteId === start.siteId) && isAfter(ending, start);
			if (!belongs) continue;
			if (lastDay === null || !isPast(lastDay, ending.observedAt)) lastDay = ending.payload.lastDay;
		}
		found.push({ start, lastDay });
	}
	return found;
}

function spellsHere(asked: Asked): Spell[] {
	return spells(asked).filter(({ start }) => start.siteId === null || start.siteId === asked.siteId);
}

function isUnderWay(spell: Spell, at: Date): boolean {
	return spell.lastDay === null || !isPast(spell.lastDay, at);
}

function underWayHere(asked: Asked): Spell[] {
	return spellsHere(asked).filter((each) => isUnderWay(each, asked.at));
}

/** In order, 2. */
function notEmployedHere(asked: Asked): ReasonCode | null {
	if (underWayHere(asked).length > 0) return null;
	if (spellsHere(asked).length > 0) return 'left';
	for (const each of spells(asked)) if (isUnderWay(each, asked.at)) return 'site_induction_missing';
	return spells(asked).length > 0 ? 'left' : 'not_assessed';
}

function lastWithdrawal(asked: Asked): EvidenceOf<'withdrawal'> | undefined {
	return newest(all(asked.facts, 'withdrawal').filter((each) => concerns(each, asked)));
}

/** In order, 3. After a withdrawal only what is after it counts. */
function sinceWithdrawal<F extends Evidence>(asked: Asked, facts: readonly F[]): F[] {
	const withdrawal = lastWithdrawal(asked);
	return facts.filter((each) => !withdrawal || isAfter(each, withdrawal));
}

/** In order, 3. */
function isWithdrawn(asked: Asked): boolean {
	return lastWithdrawal(asked) !== undefined && signOffsSinceWithdrawal(asked).length === 0;
}

/** In order, 4. */
function isPaused(asked: Asked): boolean {
	for (const pause of all(asked.facts, 'pause')) {
		if (concerns(pause, asked) && liftingsOf(asked, pause).length === 0) return true;
	}
	return false;
}

function liftingsOf(asked: Asked, pause: EvidenceOf<'pause'>): EvidenceOf<'pause-lifted'>[] {
	return all(asked.facts, 'pause-lifted').filter((each) => each.payload.pause === pause.id);
}

/** Those that concern the question, since any withdrawal that does. */
function signOffsSinceWithdrawal(asked: Asked): EvidenceOf<'sign-off'>[] {
	const concerning = all(asked.facts, 'sign-off').filter((each) => concerns(each, asked));
	return sinceWithdrawal(asked, concerning);
}

/** In order, 5. */
function notSignedOff(asked: Asked): OracleAnswer {
	if (everythingMetBut(asked, ['observation', 'sign-off', 'delegation']) && hasSupervision(asked))
		return deny('supervised_only', 'supervised');
	const passedQuiz = hasPassedItsQuiz(asked);
	if (!roleIsAmong(asked, asked.entry.for) && !passedQuiz && !hasBeenInARoundHere(asked))
		return deny('not_assessed', 'not-required');
	const code = firstUnmet(asked) ?? 'sign_off_missing';
	if (!hasBegun(asked)) return deny(code, 'not-started');
	const learned = asked.entry.requirements.every(
		(each) => !['module', 'quiz', 'declaration', 'site-induction'].includes(each.kind) || isMet(asked, each),
	);
	return deny(code, learned ? 'ready-to-observe' : 'in-training');
}

/** In order, 5. Age and agency are asked of the person, before what the privilege's file asks. */
function firstUnmet(asked: Asked): ReasonCode | null {
	if (!ageIsMet(asked)) return 'under_18_no_decision';
	if (!agencyIsMet(asked)) return 'agency_unverified';
	for (const each of asked.entry.requirements) {
		if (each.kind !== 'delegation' && !isMet(asked, each)) return codeOf(each.kind);
	}
	return null;
}

function everythingMetBut(asked: Asked, kinds: RequirementKind[]): boolean {
	if (!ageIsMet(asked) || !agencyIsMet(asked)) return false;
	return asked.entry.requirements.every((each) => kinds.includes(each.kind) || isMet(asked, each));
}

function hasSupervision(asked: Asked): boolean {
	const supervisions = all(asked.facts, 'supervision');
	return sinceWithdrawal(asked, supervisions).some((each) => isExactly(each, asked));
}

function hasPassedItsQuiz(asked: Asked): boolean {
	for (const each of asked.entry.requirements) {
		if (each.kind !== 'quiz') continue;
		if (all(asked.facts, 'quiz-marked').some((mark) => mark.payload.quiz === each.quiz && mark.payload.passed))
			return true;
	}
	return false;
}

function hasBeenInARoundHere(asked: Asked): boolean {
	return all(asked.facts, 'observation').some((each) => each.privilege === asked.code && each.siteId === asked.siteId);
}

/** In order, 5. One of its modules, quiz and observation is met, or the observation in part. */
function hasBegun(asked: Asked): boolean {
	for (const each of asked.entry.requirements) {
		if (['module', 'quiz', 'observation'].includes(each.kind) && isMet(asked, each)) return true;
		if (each.kind === 'observation' && roundsThatCount(asked, each, pathOf(asked)).length > 0) return true;
	}
	return false;
}

/** In order, 6. */
function endOfSignOff(asked: Asked, signOff: EvidenceOf<'sign-off'>): Date {
	const day = dayLater(signOff.payload.lastDay, asked.policy.grace);
	if (asked.policy.endOfShift === null) return endOf(day);
	return atTime(dayLater(day, 'P1D'), asked.policy.endOfShift);
}

/** In order, 7. What was not met when the sign-off was made, under the rules that it was made under. */
function whyUnsound(asked: Asked, signOff: EvidenceOf<'sign-off'>): ReasonCode | null {
	const named = signOff.contentVersionId;
	const inForce = asked.rules.privileges.get(asked.code) as Privilege;
	const then: Asked = {
		...asked,
		policy: asked.rules.earlier?.policies.get(signOff.payload.policy) ?? asked.rules.policy,
		entry: (named === null ? undefined : asked.rules.earlier?.privileges.get(named)) ?? inForce,
		facts: asked.facts.filter((each) => isAfter(signOff, each)),
		at: signOff.observedAt,
	};
	for (const each of then.entry.requirements) {
		const lookedAt = ['module', 'quiz', 'site-induction', 'observation'].includes(each.kind);
		if (lookedAt && !isMet(then, each)) return codeOf(each.kind);
	}
	return null;
}

/** In order, 8. The one that was due first; at the same instant, the one that stands first in the list. */
function firstOverdue(asked: Asked, open: readonly Ask[]): ReasonCode | null {
	let first: Ask | null = null;
	for (const each of open) {
		const isDue = each.dueBy.getTime() <= asked.at.getTime();
		if (isDue && (first === null || each.dueBy.getTime() < first.dueBy.getTime())) first = each;
	}
	if (first === null) return null;
	if (first.asks === 'acknowledge') return 'module_missing';
	return first.asks === 'quiz' ? 'quiz_not_passed' : 'observations_short';
}

/** In order, 9. */
function noLongerTrue(asked: Asked): ReasonCode | null {
	if (!ageIsMet(asked)) return 'under_18_no_decision';
	if (!agencyIsMet(asked)) return 'agency_unverified';
	for (const each of asked.entry.requirements) {
		const askedAgain = ['role', 'award', 'declaration', 'prerequisite'].includes(each.kind);
		if (askedAgain && !isMet(asked, each)) return codeOf(each.kind);
	}
	return null;
}

/** In order, 10. */
function notDelegated(asked: Asked): ReasonCode | null {
	if (!asked.entry.requirements.some((each) => each.kind === 'delegation')) return null;
	if (asked.person === undefined) return 'delegation_missing';
	const delegations = delegationsNotEnded(asked);
	if (delegations.length === 0) return 'delegation_missing';
	if (delegations.every((each) => isPast(each.payload.reviewOn, asked.at))) return 'delegation_expired';
	return null;
}

/** In order, 11. */
function isDueSoon(asked: Asked, signOff: EvidenceOf<'sign-off'>, open: readonly Ask[]): boolean {
	const lastDays = [signOff.payload.lastDay, ...open.map((each) => dayOf(new Date(each.dueBy.getTime() - 1)))];
	return lastDays.some((each) => dayEarlier(each, asked.policy.dueSoon) <= dayOf(asked.at));
}

/** In order, 11. All but the end of the sign-off. */
function everythingElseThatEnds(asked: Asked, open: readonly Ask[]): Date[] {
	const ends: Date[] = [];
	const workEnds = endOfWorkHere(asked);
	if (workEnds) ends.push(workEnds);
	for (const each of asked.entry.requirements) {
		if (each.kind === 'prerequisite') {
			const until = prerequisiteAnswer(asked, each.privilege)?.validUntil;
			if (until) ends.push(until);
		}
		if (each.kind === 'role') ends.push(...endOfRoles(asked, each.roles));
		if (each.kind === 'award') ends.push(...endOfAward(newestAward(asked, each.award)));
	}
	if (agencyIsAsked(asked)) ends.push(...endOfAward(newestAgencyRecord(asked)));
	ends.push(...agencyAloneFrom(asked));
	for (const each of open) if (each.dueBy.getTime() > asked.at.getTime()) ends.push(each.dueBy);
	return ends;
}

/** The end of the last spell in a role that is asked for, where each of those has one. */
function endOfRoles(asked: Asked, roles: readonly string[]): Date[] {
	const inRole = underWayHere(asked).filter(({ start }) => roles.includes(start.payload.role));
	return endOfEach(inRole);
}

/** When nothing but agency work is left, and no agency record holds any more. */
function agencyAloneFrom(asked: Asked): Date[] {
	const here = underWayHere(asked);
	const own = here.filter(({ start }) => start.payload.contract !== 'agency');
	if (own.length === 0 || own.length === here.length) return [];
	const ends = endOfEach(own);
	const record = newestAgencyRecord(asked);
	if (ends.length === 0 || !record) return ends;
	if (record.payload.expiresOn === null) return [];
	const recordEnds = endOf(record.payload.expiresOn);
	return ends.map((each) => (each.getTime() > recordEnds.getTime() ? each : recordEnds));
}

function endOfEach(given: readonly Spell[]): Date[] {
	const lastDays = given.flatMap(({ lastDay }) => (lastDay === null ? [] : [lastDay]));
	if (given.length === 0 || lastDays.length < given.length) return [];
	return [endOf(lastDays.sort().at(-1) ?? '')];
}

/** Known only where every spell under way here has a last day. */
function endOfWorkHere(asked: Asked): Date | null {
	let last = '';
	for (const { lastDay } of underWayHere(asked)) {
		if (lastDay === null) return null;
		if (lastDay > last) last = lastDay;
	}
	return endOf(last);
}

function earliest(instants: readonly Date[]): Date {
	return new Date(Math.min(...instants.map((each) => each.getTime())));
}

const neverTurned: ReasonCode[] = [
	'unknown_privilege',
	'withdrawn',
	'paused_review',
	'under_18_no_decision',
	'delegation_missing',
	'delegation_expired',
];

/** The paragraph on overrides. */
function underOverride(asked: Asked, answer: OracleAnswer): OracleAnswer {
	if (neverTurned.includes(answer.code) || notEmployedHere(asked)) return answer;
	if (!ageIsMet(asked) || asked.entry.requirements.some((each) => each.kind === 'delegation')) return answer;
	let until: Date | null = null;
	for (const each of all(asked.facts, 'override')) {
		const ends = new Date(each.payload.until);
		const holds = isExactly(each, asked) && asked.at.getTime() < ends.getTime();
		if (holds && (until === null || ends.getTime() > until.getTime())) until = ends;
	}
	if (until === null) return answer;
	const workEnds = endOfWorkHere(asked);
	return {
		permit: true,
		code: 'override_active',
		standing: answer.standing,
		validUntil: workEnds ? earliest([until, workEnds]) : until,
	};
}

// --- Requirements -----------------------------------------------------------------------------------------------

function codeOf(kind: RequirementKind): ReasonCode {
	switch (kind) {
		case 'module':
			return 'module_missing';
		case 'quiz':
			return 'quiz_not_passed';
		case 'declaration':
			return 'declaration_missing';
		case 'site-induction':
			return 'site_induction_missing';
		case 'prerequisite':
			return 'prerequisite_missing';
		case 'role':
			return 'role_missing';
		case 'award':
			return 'award_missing';
		case 'observation':
			return 'observations_short';
		case 'delegation':
			return 'delegation_missing';
		case 'sign-off':
			return 'sign_off_missing';
		case 'age-decision':
			return 'under_18_no_decision';
		case 'agency-check':
			return 'agency_unverified';
	}
}

function isMet(asked: Asked, requirement: Requirement): boolean {
	switch (requirement.kind) {
		case 'module':
			return moduleIsMet(asked, requirement.module, requirement.version);
		case 'quiz':
			return quizIsMet(asked, requirement.quiz);
		case 'declaration':
			return declarationIsMet(asked, requirement.document);
		case 'site-induction':
			return all(asked.facts, 'site-induction').some((each) => each.siteId === asked.siteId);
		case 'prerequisite':
			return prerequisiteAnswer(asked, requirement.privilege)?.permit ?? false;
		case 'role':
			return roleIsAmong(asked, requirement.roles);
		case 'award':
			return awardIsGood(asked, newestAward(asked, requirement.award));
		case 'observation':
			return observationIsMet(asked, requirement);
		case 'delegation':
			return notDelegated(asked) === null;
		case 'sign-off':
			return newestIsInDate(asked);
		case 'age-decision':
			return ageIsMet(asked);
		case 'agency-check':
			return agencyIsMet(asked);
	}
}

/** Requirement *module*. */
function moduleIsMet(asked: Asked, module: string, version: number): boolean {
	return all(asked.facts, 'module-completed').some(
		(each) => each.payload.module === module && each.payload.version >= version,
	);
}

/** The newest sign-off that concerns the question, withdrawn since or not. */
function earlierSignOff(asked: Asked): EvidenceOf<'sign-off'> | undefined {
	return newest(all(asked.facts, 'sign-off').filter((each) => concerns(each, asked)));
}

/** Requirement *quiz*. */
function quizIsMet(asked: Asked, quiz: string): boolean {
	const earlier = earlierSignOff(asked);
	return all(asked.facts, 'quiz-marked').some((each) => {
		const inTime = !earlier || !asked.policy.renewal.quiz || isAfter(each, earlier);
		return each.payload.quiz === quiz && each.payload.passed && inTime;
	});
}

/** Requirement *declaration*. */
function declarationIsMet(asked: Asked, document: string): boolean {
	const version = asked.policy.documents[document] ?? 1;
	return all(asked.facts, 'declaration').some(
		(each) => each.payload.document === document && each.payload.version >= version,
	);
}

/** Requirement *prerequisite*. Undefined where it is not known or rests on itself. */
function prerequisiteAnswer(asked: Asked, code: PrivilegeCode): OracleAnswer | undefined {
	const entry = asked.rules.privileges.get(code);
	if (!entry || restsOnItself(asked.rules, code)) return undefined;
	return answerInOrder({ ...asked, code, entry }, false);
}

/** Requirement *role*. */
function roleIsAmong(asked: Asked, roles: readonly string[]): boolean {
	return underWayHere(asked).some(({ start }) => roles.includes(start.payload.role));
}

/** Requirement *award*. */
function newestAward(asked: Asked, award: string): EvidenceOf<'award'> | undefined {
	return newest(all(asked.facts, 'award').filter((each) => each.payload.award === award));
}

function awardIsGood(asked: Asked, award: EvidenceOf<'award'> | undefined): boolean {
	if (!award) return false;
	return award.payload.expiresOn === null || !isPast(award.payload.expiresOn, asked.at);
}

function endOfAward(award: EvidenceOf<'award'> | undefined): Date[] {
	return award?.payload.expiresOn ? [endOf(award.payload.expiresOn)] : [];
}

/** Requirement *age*. */
function ageIsMet(asked: Asked): boolean {
	const isAsked = underWayHere(asked).some(({ start }) => {
		const { adultOn } = start.payload;
		return adultOn !== undefined && dayOf(asked.at) < adultOn;
	});
	if (!isAsked) return true;
	const decisions = all(asked.facts, 'age-decision').filter((each) => concerns(each, asked));
	return newest(decisions)?.payload.may ?? false;
}

/** Requirement *agency*. */
function agencyIsMet(asked: Asked): boolean {
	return !agencyIsAsked(asked) || awardIsGood(asked, newestAgencyRecord(asked));
}

function agencyIsAsked(asked: Asked): boolean {
	const here = underWayHere(asked);
	return here.length > 0 && here.every(({ start }) => start.payload.contract === 'agency');
}

function newestAgencyRecord(asked: Asked): EvidenceOf<'award'> | undefined {
	const records = all(asked.facts, 'award').filter((each) => each.payload.award === 'agency-record');
	return newest(records.filter((each) => each.siteId === null || each.siteId === asked.siteId));
}

/** Requirement *sign-off*. */
function newestIsInDate(asked: Asked): boolean {
	const signOff = newest(signOffsSinceWithdrawal(asked));
	return signOff !== undefined && asked.at.getTime() < endOfSignOff(asked, signOff).getTime();
}

type Round = EvidenceOf<'observation'>;
type ObservationRequirement = Extract<Requirement, { kind: 'observation' }>;

/** Requirement *observation*. */
function observationIsMet(asked: Asked, requirement: ObservationRequirement): boolean {
	const path = pathOf(asked);
	if (hasOutsideAssessment(asked)) return true;
	const own = asked.policy.privileges[asked.code];
	const each = own?.passes ?? requirement.passes ?? asked.policy.observation.passes;
	const variants = path.name === 'first' ? (own?.variants ?? requirement.variants ?? []) : [];
	let passes = variants.length > 0 ? each * variants.length : each;
	const earlier = earlierSignOff(asked);
	if (path.atMost !== null) {
		const atMost = earlier ? Math.max(path.atMost, asked.policy.renewal.passes) : path.atMost;
		if (passes > atMost) passes = atMost;
	}
	if (passes === 0) return true;
	const rounds = roundsThatCount(asked, requirement, path);
	if (rounds.length < passes) return false;
	if (earlier) {
		const fresh = rounds.filter((round) => isAfter(round, earlier));
		if (fresh.length < Math.min(passes, asked.policy.renewal.passes)) return false;
	}
	for (const variant of variants) {
		if (rounds.filter((round) => round.payload.variant === variant).length < each) return false;
	}
	const times = own?.timesOfDay ?? requirement.timesOfDay ?? asked.policy.observation.timesOfDay;
	const { distinctDates, assessors } = asked.policy.observation;
	if (different(rounds.map((round) => dayOf(round.observedAt))) < Math.min(distinctDates, passes)) return false;
	if (different(rounds.map((round) => round.payload.timeOfDay)) < Math.min(times, passes)) return false;
	if (different(rounds.map((round) => round.payload.assessor)) < Math.min(assessors, passes)) return false;
	return !hasOutstandingLine(asked, requirement, path, rounds);
}

function different(words: readonly string[]): number {
	const seen: string[] = [];
	for (const word of words) if (!seen.includes(word)) seen.push(word);
	return seen.length;
}

/** An outside assessment: since any withdrawal, and after any earlier sign-off. */
function hasOutsideAssessment(asked: Asked): boolean {
	const earlier = earlierSignOff(asked);
	return sinceWithdrawal(asked, all(asked.facts, 'outside-assessment')).some((each) => {
		const fits = each.privilege === asked.code && (each.siteId === null || each.siteId === asked.siteId);
		return fits && (!earlier || isAfter(each, earlier));
	});
}

/** Rounds of this privilege at exactly this site on this checklist, since any withdrawal. */
function roundsHere(asked: Asked, requirement: ObservationRequirement): Round[] {
	const rounds: Round[] = [];
	for (const each of sinceWithdrawal(asked, all(asked.facts, 'observation'))) {
		const round = each as Round;
		if (isExactly(each, asked) && round.payload.checklist === requirement.checklist) rounds.push(round);
	}
	return rounds;
}

/** Everything that is asked of a round that counts, but that it be real. */
function roundsThatWouldCount(asked: Asked, requirement: ObservationRequirement, path: Path): Round[] {
	const rounds = roundsHere(asked, requirement);
	const lastFailed = newest(rounds.filter((each) => !each.payload.passed));
	return rounds.filter((round) => {
		const fact = round;
		if (!round.payload.passed) return false;
		if (path.after !== null && !isAfter(fact, path.after)) return false;
		if (asked.policy.observation.consecutive && lastFailed && !isAfter(fact, lastFailed)) return false;
		return !isPast(dayLater(dayOf(round.observedAt), asked.policy.observation.maximumAge), asked.at);
	});
}

function roundsThatCount(asked: Asked, requirement: ObservationRequirement, path: Path): Round[] {
	const would = roundsThatWouldCount(asked, requirement, path);
	return would.filter((each) => !each.payload.simulated || requirement.simulation === true);
}

/** A line "not seen" is outstanding until another round says yes. */
function hasOutstandingLine(asked: Asked, requirement: ObservationRequirement, path: Path, rounds: Round[]): boolean {
	const thatMaySayYes = roundsThatWouldCount(asked, requirement, path);
	for (const round of rounds) {
		for (const [line, answer] of Object.entries(round.payload.results)) {
			if (answer !== 'not-seen') continue;
			const seen = thatMaySayYes.some((other) => other.payload.results[line] === 'yes');
			if (!seen) return true;
		}
	}
	return false;
}

// --- Lighter paths ----------------------------------------------------------------------------------------------

interface Path {
	name: 'renewal' | 'new-site' | 'agency' | 'first';
	atMost: number | null;
	/** Only rounds after this sign-off count. */
	after: Evidence | null;
}

/** The paragraphs on lighter paths. Of several earlier sign-offs it is the newest that is renewed. */
function pathOf(asked: Asked): Path {
	const earlier = newest(signOffsSinceWithdrawal(asked));
	const tooLongAgo =
		earlier !== undefined && isPast(dayLater(earlier.payload.lastDay, asked.policy.renewal.lateBy), asked.at);
	if (earlier && !tooLongAgo && whyUnsound(asked, earlier) === null)
		return { name: 'renewal', atMost: asked.policy.renewal.passes, after: earlier };
	const after = tooLongAgo ? earlier : null;
	if (isSignedOffElsewhere(asked)) return { name: 'new-site', atMost: asked.policy.newSite.passes, after };
	if (agencyIsAsked(asked)) return { name: 'agency', atMost: asked.policy.agency.passes, after };
	return { name: 'first', atMost: null, after };
}

/** New site. */
function isSignedOffElsewhere(asked: Asked): boolean {
	for (const each of all(asked.facts, 'sign-off')) {
		if (each.siteId === null || each.siteId === asked.siteId || each.privilege !== asked.code) continue;
		const there: Asked = { ...asked, siteId: each.siteId };
		if (newest(signOffsSinceWithdrawal(there))?.id !== each.id) continue;
		if (isPast(each.payload.lastDay, asked.at) || isPaused(there)) continue;
		if (whyUnsound(there, each) === null) return true;
	}
	return false;
}

// --- Looked at again (8) ----------------------------------------------------------------------------------------

interface Ask {
	asks: ChangeAsks;
	since: Date;
	dueBy: Date;
	change: ContentChange | null;
}

/** What is asked of this sign-off and not done yet, due or still to come, in the order of the list. */
function openAsks(asked: Asked, signOff: EvidenceOf<'sign-off'>): Ask[] {
	const asks = [...contentAsks(asked), ...awayAsks(asked), ...liftedAsks(asked)].filter(
		(each) => each.asks !== 'nothing' && signOff.observedAt.getTime() < each.since.getTime() && !isDone(asked, each),
	);
	return [...asks, ...spotCheckAsks(asked, signOff)];
}

function isDone(asked: Asked, ask: Ask): boolean {
	const since = asked.facts.filter((each) => each.observedAt.getTime() >= ask.since.getTime());
	if (ask.asks === 'acknowledge') return ask.change ? isAcknowledged(since, ask.change) : hasReadAnything(since);
	if (ask.asks === 'quiz') return hasPassedItsQuiz({ ...asked, facts: since });
	return passedRoundsHere({ ...asked, facts: since }).length > 0;
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

/** A simulated round is no look at the real thing, unless the privilege allows it. */
function passedRoundsHere(asked: Asked): Round[] {
	const simulation = asked.entry.requirements.some((each) => each.kind === 'observation' && each.simulation === true);
	return all(asked.facts, 'observation').filter(
		(each) => isExactly(each, asked) && each.payload.passed && (!each.payload.simulated || simulation),
	);
}

/** 8.1 Content changed. */
function contentAsks(asked: Asked): Ask[] {
	const asks: Ask[] = [];
	for (const change of asked.rules.changes) {
		const from = change.inForceFrom.getTime();
		if (!isAskedFor(asked, change) || from > asked.at.getTime() || from > asked.knownAt.getTime()) continue;
		const dueBy = endOf(dayLater(dayOf(change.inForceFrom), change.grace));
		asks.push({ asks: change.asks, since: change.inForceFrom, dueBy, change });
	}
	return asks;
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

/** 8.2 Away. */
function awayAsks(asked: Asked): Ask[] {
	const asks: Ask[] = [];
	for (const absence of all(asked.facts, 'absence')) {
		if (!concerns(absence, asked)) continue;
		asks.push(...awayAsk(asked, absence.payload.from, absence.payload.back));
	}
	for (const gap of gapsInWork(asked)) asks.push(...awayAsk(asked, gap.from, gap.back));
	return asks;
}

function awayAsk(asked: Asked, from: string, back: string | null): Ask[] {
	const longest = dayLater(from, asked.policy.absence.longest);
	if (back !== null && back <= longest) return [];
	const dueBy = endOf(longest);
	return [{ asks: asked.policy.absence.asks, since: back === null ? dueBy : startOf(back), dueBy, change: null }];
}

/** A spell whose last day is before its first is no coming back. */
function isWork({ first, last }: { first: string; last: string | null }): boolean {
	return last === null || last >= first;
}

/** From the day after a last day with no other work on the next, to the day of the next start, at any site. */
function gapsInWork(asked: Asked): { from: string; back: string }[] {
	const worked = spells(asked).map(({ start, lastDay }) => ({ first: dayOf(start.observedAt), last: lastDay }));
	const gaps: { from: string; back: string }[] = [];
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

/** 8.3 A pause that was lifted, by a lifting that concerns the question. The pause itself may have been taken back. */
function liftedAsks(asked: Asked): Ask[] {
	return all(asked.facts, 'pause-lifted')
		.filter((each) => concerns(each, asked))
		.map(({ observedAt, payload }) => ({
			asks: payload.asks ?? 'nothing',
			since: observedAt,
			dueBy: observedAt,
			change: null,
		}));
}

/** 8.4 Spot check. Always open. */
function spotCheckAsks(asked: Asked, signOff: EvidenceOf<'sign-off'>): Ask[] {
	const every = asked.policy.privileges[asked.code]?.spotCheck ?? asked.entry.spotCheck;
	if (every === undefined) return [];
	const round = newest(passedRoundsHere(asked));
	const roundIsLater = round && isAfter(round, signOff);
	const since = roundIsLater ? round.observedAt : signOff.observedAt;
	return [{ asks: 'observation', since, dueBy: endOf(dayLater(dayOf(since), every)), change: null }];
}

// --- Delegation -------------------------------------------------------------------------------------------------

/** For this privilege, at this site or the provider, for the person supported, and not ended. */
function delegationsNotEnded(asked: Asked): EvidenceOf<'delegation'>[] {
	return all(asked.facts, 'delegation').filter((each) => {
		const fits = each.privilege === asked.code && (each.siteId === null || each.siteId === asked.siteId);
		const ended = all(asked.facts, 'delegation-ended').some((ending) => ending.payload.delegation === each.id);
		return fits && each.payload.person === asked.person && !ended;
	});
}

function endOfDelegation(asked: Asked): Date {
	let last = '';
	for (const { payload } of delegationsNotEnded(asked)) if (payload.reviewOn > last) last = payload.reviewOn;
	return endOf(last);
}

// --- Two people -------------------------------------------------------------------------------------------------

export interface OneOfTwo {
	personId: string;
	answer: OracleAnswer;
}

/** What acting together adds to an answer: who else is named, and what is asked of them. */
export interface Together {
	subject: OneOfTwo;
	/** Their own answer for the same privilege and site. */
	supervisor: OneOfTwo | null;
	/** Their own answer for the witness privilege at this site. */
	witness: OneOfTwo | null;
	/** The privilege names a witness privilege and policy's `witness` is set. */
	witnessIsAsked: boolean;
	/** Why the task is not delegated to the subject; null where it is, or need not be. */
	notDelegated: ReasonCode | null;
	/** Where it is delegated to the subject, until when. */
	delegatedUntil: Date | null;
}

export function oracleDecidesTogether(together: Together): OracleAnswer {
	const supervised = asSupervised(together);
	if (!supervised.permit || !together.witnessIsAsked) return supervised;
	return asWitnessed(together, supervised);
}

/** Two people, *supervised*. */
function asSupervised({ subject, supervisor, notDelegated, delegatedUntil }: Together): OracleAnswer {
	if (subject.answer.code !== 'supervised_only') return subject.answer;
	if (supervisor === null || supervisor.personId === subject.personId) return subject.answer;
	if (supervisor.answer.code !== 'competent') return subject.answer;
	if (notDelegated !== null) return deny(notDelegated, subject.answer.standing);
	const ends = [supervisor.answer.validUntil, delegatedUntil].filter((each) => each !== null);
	return { ...subject.answer, permit: true, validUntil: ends.length ? earliest(ends) : null };
}

/** Whether a task that is delegated is delegated to whoever is asked about, for the person supported that is named. */
export function oracleDelegation(
	rules: Rules,
	evidence: readonly Evidence[],
	question: Question,
	at: Date,
	knownAt: Date,
): Pick<Together, 'notDelegated' | 'delegatedUntil'> {
	const asked = askedAbout(rules, evidence, question, at, knownAt);
	if (!asked.entry?.requirements.some((each) => each.kind === 'delegation'))
		return { notDelegated: null, delegatedUntil: null };
	const missing = notDelegated(asked);
	return { notDelegated: missing, delegatedUntil: missing ? null : endOfDelegation(asked) };
}

/** Two people, *witnessed*. */
function asWitnessed({ subject, witness }: Together, answer: OracleAnswer): OracleAnswer {
	const good = witness && witness.personId !== subject.personId && witness.answer.code === 'competent';
	if (!good) return deny('witness_missing', answer.standing);
	const ends = [answer.validUntil, witness.answer.validUntil].filter((each) => each !== null);
	return { ...answer, validUntil: earliest(ends) };
}

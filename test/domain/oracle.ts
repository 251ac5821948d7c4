import { Temporal } from '@js-temporal/polyfill';
import type { Evidence, EvidenceOf } from '../../app/domain/evidence.ts';
import type { Privilege, PrivilegeCode, Requirement, RequirementKind } from '../../app/domain/privilege.ts';
import type { ReasonCode } from '../../app/domain/reason.ts';
import type { Question, Rules, Standing } from '../../app/domain/rules.ts';
import { type Condition, isDue, isSeenUnsafe, openConditions } from './oracle-conditions.ts';
import {
	type Asked,
	ageIsMet,
	agencyIsMet,
	all,
	askedAbout,
	awardIsGood,
	careHere,
	concerningSignOffs,
	dayEarlier,
	dayLater,
	dayOf,
	declarationIsMet,
	earliest,
	endOfAward,
	endOfEach,
	goodUntil,
	inRoleHere,
	isAfter,
	isAgencyOnly,
	isExactly,
	isHereOrWide,
	isPaused,
	isUnderWay,
	isWithdrawn,
	isWork,
	newest,
	newestAgencyRecord,
	newestAward,
	notBefore,
	type SignOff,
	type Spell,
	sinceWithdrawal,
	spells,
	spellsHere,
	underWayHere,
} from './oracle-facts.ts';
import {
	endOfSignOff,
	firstDayOfWindow,
	heldUnder,
	isMetByDoing,
	isSound,
	pathOf,
	roundsThatCount,
	validityOf,
} from './oracle-rounds.ts';

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

export function oracleDecides(
	rules: Rules,
	evidence: readonly Evidence[],
	question: Question,
	at: Date,
	knownAt: Date,
): OracleAnswer {
	if (!isKnown(rules, question.privilege)) return deny('unknown_privilege', 'not-required');
	const asked = askedAbout(rules, evidence, question, at, knownAt);
	const answer = answerInOrder(asked, true);
	return answer.permit ? givingAlone(asked, answer) : underOverride(asked, answer);
}

function deny(code: ReasonCode, standing: Standing): OracleAnswer {
	return { permit: false, code, standing, validUntil: null };
}

// --- In this order ----------------------------------------------------------------------------------------------

/** When policy changes: whoever an older policy calls competent is so until the grace of its replacement ends. */
function answerInOrder(asked: Asked, delegationIsAsked: boolean): OracleAnswer {
	const answer = inGrace(asked, byItsPolicy(asked), false);
	if (!delegationIsAsked || !needsDelegation(asked.entry)) return answer;
	const delegated = answer.permit ? ifDelegated(asked, answer) : answer;
	return inGrace(asked, delegated, true);
}

function inGrace(asked: Asked, own: OracleAnswer, delegationIsAsked: boolean): OracleAnswer {
	let answer = own;
	for (const { policy, until } of asked.rules.settling ?? []) {
		if (notBefore(asked.at, until)) continue;
		const its = { ...asked, policy, rules: { ...asked.rules, settling: [] } };
		const alone = byItsPolicy(its);
		const older = delegationIsAsked && alone.permit ? ifDelegated(its, alone) : alone;
		if (older.code === 'supervised_only' && !answer.permit) answer = older;
		if (older.code !== 'competent' || older.validUntil === null) continue;
		const ends = earliest([until, older.validUntil]);
		if (answer.validUntil !== null && notBefore(answer.validUntil, ends)) continue;
		const standing = answer.permit ? answer.standing : 'due-soon';
		answer = { permit: true, code: 'competent', standing, validUntil: ends };
	}
	return answer;
}

/** In order, 10. */
function ifDelegated(asked: Asked, answer: OracleAnswer): OracleAnswer {
	if (!needsDelegation(asked.entry)) return answer;
	const undelegated = notDelegated(asked);
	if (undelegated) return deny(undelegated, answer.standing);
	return { ...answer, validUntil: earliest([answer.validUntil as Date, ...endsOfDelegation(asked)]) };
}

/** Paragraphs 1 to 11 but 10. The override is not among them, and a prerequisite is asked as if its delegation were there. */
function byItsPolicy(asked: Asked): OracleAnswer {
	const notEmployed = notEmployedHere(asked);
	if (notEmployed) return deny(notEmployed, 'not-required');
	if (isWithdrawn(asked)) return withdrawn(asked);
	if (isPaused(asked)) return deny('paused_review', 'paused');
	const signOff = governingSignOff(asked);
	if (!signOff) return notSignedOff(asked);
	if (notBefore(asked.at, endOfSignOff(asked, signOff))) return runOut(asked, signOff);
	if (!isSound(asked, signOff)) return unsound(asked, signOff);

	const held = heldUnder(asked, signOff);
	const open = openConditions(held, signOff);
	const due = open.filter((each) => isDue(held, each));
	if (due.length > 0) return overdue(held, due);
	const lost = noLongerTrue(held);
	if (lost) return deny(lost, 'paused');

	const standing = isDueSoon(asked, signOff, open) ? 'due-soon' : 'competent';
	const ends = [endOfSignOff(asked, signOff), ...everythingElseThatEnds(held, open)];
	return { permit: true, code: 'competent', standing, validUntil: earliest(ends) };
}

/** In order, 1. Somebody has described it, and following its prerequisites does not lead back to where one began. */
function isKnown(rules: Rules, code: PrivilegeCode): boolean {
	if (!rules.privileges.has(code)) return false;
	const seen: PrivilegeCode[] = [];
	const toVisit: PrivilegeCode[] = [code];
	while (toVisit.length > 0) {
		const next = toVisit.pop() as PrivilegeCode;
		for (const each of rules.privileges.get(next)?.requirements ?? []) {
			if (each.kind !== 'prerequisite') continue;
			if (each.privilege === code) return false;
			if (!seen.includes(each.privilege)) {
				seen.push(each.privilege);
				toVisit.push(each.privilege);
			}
		}
	}
	return true;
}

/** In order, 2. */
function notEmployedHere(asked: Asked): ReasonCode | null {
	if (underWayHere(asked).length > 0) return null;
	if (spellsHere(asked).length > 0) return 'left';
	for (const each of spells(asked)) if (isUnderWay(each, asked.at)) return 'site_induction_missing';
	return spells(asked).length > 0 ? 'left' : 'not_assessed';
}

/** In order, 3. */
function withdrawn(asked: Asked): OracleAnswer {
	if (!isPaused(asked)) {
		if (maySupervisedBefore(asked)) return deny('supervised_only', 'supervised');
		if (lacksOnlyTheSignOff(asked)) return deny('withdrawn', 'ready-for-sign-off');
	}
	return deny('withdrawn', 'withdrawn');
}

/** In order, 5. The newest; where that is not sound, the newest sound one that has not run out. */
function governingSignOff(asked: Asked): SignOff | undefined {
	const since = sinceWithdrawal(asked, concerningSignOffs(asked));
	const last = newest(since);
	if (!last || isSound(asked, last)) return last;
	const good = since.filter((each) => isSound(asked, each) && !notBefore(asked.at, endOfSignOff(asked, each)));
	return newest(good) ?? last;
}

/** In order, 5. Without any. */
function notSignedOff(asked: Asked): OracleAnswer {
	if (maySupervisedBefore(asked)) return deny('supervised_only', 'supervised');
	if (inRoleHere(asked, asked.entry.for).length === 0 && !hasPassedItsQuiz(asked) && !hasBeenInARoundHere(asked))
		return deny('not_assessed', 'not-required');
	const open = askedConditions(asked);
	const [first] = [...open].sort((a, b) => a.dueBy.getTime() - b.dueBy.getTime());
	const code = firstUnmet(asked) ?? (first ? codeOfCondition(first) : 'sign_off_missing');
	if (lacksOnlyTheSignOff(asked)) return deny(code, 'ready-for-sign-off');
	if (!hasBegun(asked)) return deny(code, 'not-started');
	const learned = asked.entry.requirements.every(
		(each) => !['module', 'quiz', 'declaration', 'site-induction'].includes(each.kind) || isMet(asked, each),
	);
	const onlyRounds = open.every((each) => each.asks === 'observation');
	return deny(code, learned && onlyRounds ? 'ready-to-observe' : 'in-training');
}

/** In order, 5. Age and agency are asked of the person first. The sign-off and the delegation are not asked for. */
function firstUnmet(asked: Asked): ReasonCode | null {
	if (!ageIsMet(asked)) return 'under_18_no_decision';
	if (!agencyIsMet(asked)) return 'agency_unverified';
	for (const each of asked.entry.requirements) {
		const isAskedHere = each.kind !== 'delegation' && each.kind !== 'sign-off';
		if (isAskedHere && !isMet(asked, each)) return codeOf(each.kind);
	}
	return null;
}

function everythingMetBut(asked: Asked, kinds: RequirementKind[]): boolean {
	if (!ageIsMet(asked) || !agencyIsMet(asked)) return false;
	return asked.entry.requirements.every((each) => kinds.includes(each.kind) || isMet(asked, each));
}

/** In order, 3, 5, 6 and 7. Every requirement but the sign-off and the delegation is met, and no condition is open. */
function lacksOnlyTheSignOff(asked: Asked): boolean {
	return everythingMetBut(asked, ['sign-off', 'delegation']) && askedConditions(asked).length === 0;
}

/** Conditions. Asked once its *since* or its *due by* has come; a spot check is only for those signed off. */
function askedConditions(asked: Asked): Condition[] {
	return openConditions(asked, null).filter((each) => notBefore(asked.at, each.since) || isDue(asked, each));
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
	return all(asked.facts, 'observation').some((each) => isExactly(each, asked));
}

/** In order, 5. One of its modules, quiz and observation is met, or the observation in part. */
function hasBegun(asked: Asked): boolean {
	for (const each of asked.entry.requirements) {
		if (['module', 'quiz', 'observation'].includes(each.kind) && isMet(asked, each)) return true;
		if (each.kind === 'observation' && roundsThatCount(asked, each).length > 0) return true;
	}
	return false;
}

/** In order, 6. */
function runOut(asked: Asked, signOff: SignOff): OracleAnswer {
	const end = endOfSignOff(asked, signOff);
	const since = supervisions(asked).some((each) => notBefore(each.observedAt, end));
	if (since && mayPractise(asked, ['observation', 'sign-off', 'delegation', 'quiz'], signOff))
		return deny('supervised_only', 'supervised');
	if (lacksOnlyTheSignOff(asked)) return deny('sign_off_missing', 'ready-for-sign-off');
	return deny('expired', 'expired');
}

/** In order, 7. */
function unsound(asked: Asked, signOff: SignOff): OracleAnswer {
	const since = supervisions(asked).some((each) => isAfter(each, signOff));
	if (since && mayPractise(asked, ['observation', 'sign-off', 'delegation'], signOff))
		return deny('supervised_only', 'supervised');
	return deny('sign_off_unsound', lacksOnlyTheSignOff(asked) ? 'ready-for-sign-off' : 'in-training');
}

/** In order, 8. The one that was due first; at the same instant, the one that stands first in the list. */
function overdue(held: Asked, due: readonly Condition[]): OracleAnswer {
	let first = due[0] as Condition;
	for (const each of due) if (each.dueBy.getTime() < first.dueBy.getTime()) first = each;
	if (due.every((each) => each.asks === 'observation')) {
		const since = supervisions(held).some((each) => notBefore(each.observedAt, first.dueBy));
		if (since && !isPaused(held) && everythingMetBut(held, ['observation', 'sign-off', 'delegation', 'quiz']))
			return deny('supervised_only', 'supervised');
	}
	return deny(codeOfCondition(first), 'expired');
}

function codeOfCondition({ asks }: Condition): ReasonCode {
	switch (asks) {
		case 'acknowledge':
			return 'module_missing';
		case 'declaration':
			return 'declaration_missing';
		case 'quiz':
			return 'quiz_not_passed';
		case 'observation':
			return 'observations_short';
	}
}

/** In order, 9. */
function noLongerTrue(held: Asked): ReasonCode | null {
	if (!ageIsMet(held)) return 'under_18_no_decision';
	if (!agencyIsMet(held)) return 'agency_unverified';
	for (const each of held.entry.requirements) {
		if (['role', 'award', 'prerequisite'].includes(each.kind) && !isMet(held, each)) return codeOf(each.kind);
	}
	return null;
}

/** In order, 11. Inside the window, or a condition is due within `dueSoon`. */
function isDueSoon(asked: Asked, signOff: SignOff, open: readonly Condition[]): boolean {
	const today = dayOf(asked.at);
	if (firstDayOfWindow(asked, signOff) <= today) return true;
	return open.some(({ dueBy }) => {
		const lastDay = dayOf(new Date(dueBy.getTime() - 1));
		return dayEarlier(lastDay, asked.policy.dueSoon) <= today;
	});
}

/** In order, 11. All but the end of the sign-off and of the delegation. */
function everythingElseThatEnds(held: Asked, open: readonly Condition[]): Date[] {
	const ends: Date[] = [...endOfEach(underWayHere(held))];
	for (const each of held.entry.requirements) {
		if (each.kind === 'prerequisite') {
			const until = prerequisiteAnswer(held, each.privilege).validUntil;
			if (until) ends.push(until);
		}
		if (each.kind === 'role') ends.push(...endOfEach(inRoleHere(held, each.roles)));
		if (each.kind === 'award') ends.push(...endOfAward(held, newestAward(held, each.award)));
	}
	if (isAgencyOnly(held)) ends.push(...endOfAward(held, newestAgencyRecord(held)));
	ends.push(...agencyAloneFrom(held));
	for (const each of open) if (!isDue(held, each)) ends.push(each.dueBy);
	return ends;
}

/** In order, 11. When nothing but agency work is left, and no agency record holds any more. */
function agencyAloneFrom(asked: Asked): Date[] {
	const here = careHere(asked);
	const own = here.filter(({ start }) => start.payload.contract !== 'agency');
	if (own.length === 0 || own.length === here.length) return [];
	const ends = endOfEach(own);
	const record = newestAgencyRecord(asked);
	if (ends.length === 0 || !record) return ends;
	if (record.payload.expiresOn === null) return [];
	const recordEnds = goodUntil(asked, record.payload.expiresOn);
	return ends.map((each) => (notBefore(each, recordEnds) ? each : recordEnds));
}

// --- Beside a colleague -----------------------------------------------------------------------------------------

/** For exactly this privilege and site. */
function supervisions(asked: Asked): EvidenceOf<'supervision'>[] {
	return all(asked.facts, 'supervision').filter((each) => isExactly(each, asked));
}

/** Everything is met but what practising is for, nothing is due but rounds, and no pause concerns the question. */
function mayPractise(asked: Asked, but: RequirementKind[], signOff: SignOff | null): boolean {
	const due = openConditions(asked, signOff).filter((each) => isDue(asked, each));
	return !isPaused(asked) && due.every((each) => each.asks === 'observation') && everythingMetBut(asked, but);
}

/** Beside a colleague, *not signed off, or withdrawn*. */
function maySupervisedBefore(asked: Asked): boolean {
	const since = sinceWithdrawal(asked, supervisions(asked) as Evidence[]).length > 0;
	return since && mayPractise(asked, ['observation', 'sign-off', 'delegation'], null);
}

// --- Stops ------------------------------------------------------------------------------------------------------

/** The paragraph on stops: its own, or of a prerequisite at any depth. */
function isStopped(asked: Asked, code: PrivilegeCode, seen: PrivilegeCode[] = []): boolean {
	if (seen.includes(code)) return false;
	if (!isKnown(asked.rules, code)) return true;
	const entry = asked.rules.privileges.get(code) as Privilege;
	const its: Asked = { ...asked, code, entry };
	if (isWithdrawn(its) || isPaused(its) || !ageIsMet(its)) return true;
	const governing = governingSignOff(its);
	if (isSeenUnsafe(governing ? heldUnder(its, governing) : its)) return true;
	const rests = [entry, governing ? heldUnder(its, governing).entry : entry];
	for (const each of rests.flatMap(({ requirements }) => requirements)) {
		if (each.kind === 'prerequisite' && isStopped(asked, each.privilege, [...seen, code])) return true;
	}
	return false;
}

// --- Overrides, and giving alone --------------------------------------------------------------------------------

/** When the last of these that holds for exactly this privilege and site ends. */
function endOfLastOpen(asked: Asked, kind: 'override' | 'lone-giving'): Date | null {
	let until: Date | null = null;
	for (const each of asked.facts) {
		if (each.kind !== kind || !('until' in each.payload)) continue;
		const ends = new Date(each.payload.until);
		const holds = isExactly(each, asked) && asked.at.getTime() < ends.getTime();
		if (holds && (until === null || ends.getTime() > until.getTime())) until = ends;
	}
	return until;
}

/** The paragraph on overrides. */
function underOverride(asked: Asked, answer: OracleAnswer): OracleAnswer {
	const until = endOfLastOpen(asked, 'override');
	if (until === null || isStopped(asked, asked.code)) return answer;
	if (isUntrained(asked) && !asked.policy.override.untrained.includes(asked.code)) return answer;
	if (needsDelegation(asked.entry) && answer.code !== 'delegation_expired') return answer;
	const permitted = { ...answer, permit: true, code: 'override_active' as const };
	if (!notEmployedHere(asked))
		return { ...permitted, validUntil: earliest([until, ...endOfEach(underWayHere(asked))]) };
	const covered = coverUntil(asked);
	return covered ? { ...permitted, validUntil: earliest([until, covered]) } : answer;
}

/** It asks for modules or a quiz, and none of them has ever been read or passed. */
function isUntrained(asked: Asked): boolean {
	let asks = false;
	for (const each of asked.entry.requirements) {
		if (each.kind === 'module') {
			asks = true;
			if (all(asked.facts, 'module-completed').some(({ payload }) => payload.module === each.module)) return false;
		}
		if (each.kind === 'quiz') asks = true;
	}
	return asks && !hasPassedItsQuiz(asked);
}

/** Overrides, *cover*: the latest end of their own competence at another site that they work at. */
function coverUntil(asked: Asked): Date | null {
	if (notEmployedHere(asked) !== 'site_induction_missing') return null;
	let latest: Date | null = null;
	for (const { start } of spells(asked).filter((each) => isUnderWay(each, asked.at))) {
		if (start.siteId === null || start.siteId === asked.siteId) continue;
		const there = answerInOrder({ ...asked, siteId: start.siteId }, true);
		if (there.code !== 'competent' || there.validUntil === null) continue;
		if (latest === null || there.validUntil.getTime() > latest.getTime()) latest = there.validUntil;
	}
	return latest;
}

/** Giving alone, with a second check by telephone. */
function givingAlone(asked: Asked, answer: OracleAnswer): OracleAnswer {
	const until = endOfLastOpen(asked, 'lone-giving');
	if (until === null || answer.validUntil === null || asked.entry.witness === undefined) return answer;
	return { ...answer, code: 'second_check_by_telephone', validUntil: earliest([until, answer.validUntil]) };
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
		case 'quiz':
		case 'site-induction':
		case 'observation':
			return isMetByDoing(asked, requirement);
		case 'declaration':
			return declarationIsMet(asked, requirement.document);
		case 'prerequisite':
			return prerequisiteAnswer(asked, requirement.privilege).permit;
		case 'role':
			return inRoleHere(asked, requirement.roles).length > 0;
		case 'award':
			return awardIsGood(asked, newestAward(asked, requirement.award));
		case 'delegation':
			return notDelegated(asked) === null;
		case 'sign-off':
			return signOffIsMet(asked);
		case 'age-decision':
			return ageIsMet(asked);
		case 'agency-check':
			return agencyIsMet(asked);
	}
}

/** Requirement *sign-off*. One that governs and has not run out. */
function signOffIsMet(asked: Asked): boolean {
	const signOff = governingSignOff(asked);
	return signOff !== undefined && !notBefore(asked.at, endOfSignOff(asked, signOff));
}

/** Requirement *prerequisite*. At this site now, without an override, and as if its delegation were there. */
function prerequisiteAnswer(asked: Asked, code: PrivilegeCode): OracleAnswer {
	if (!isKnown(asked.rules, code)) return deny('unknown_privilege', 'not-required');
	return answerInOrder({ ...asked, code, entry: asked.rules.privileges.get(code) as Privilege }, false);
}

// --- Delegation -------------------------------------------------------------------------------------------------

function needsDelegation(entry: Privilege): boolean {
	return entry.requirements.some((each) => each.kind === 'delegation');
}

/** In order, 10, and the chapter on delegation. */
function notDelegated(asked: Asked): ReasonCode | null {
	if (givesInOwnRight(asked)) return null;
	if (asked.person === undefined) return 'delegation_missing';
	const delegations = delegationsNotEnded(asked);
	if (delegations.length === 0) return 'delegation_missing';
	const good = delegations.filter((each) => asked.at.getTime() < endOfOneDelegation(asked, each).getTime());
	return good.length === 0 ? 'delegation_expired' : null;
}

/** A registered nurse. */
function givesInOwnRight(asked: Asked): boolean {
	return inRoleHere(asked, ['nurse']).length > 0 && awardIsGood(asked, newestAward(asked, 'nmc-registration'));
}

function endsOfDelegation(asked: Asked): Date[] {
	if (givesInOwnRight(asked))
		return [...endOfAward(asked, newestAward(asked, 'nmc-registration')), ...endOfEach(inRoleHere(asked, ['nurse']))];
	const ends = delegationsNotEnded(asked).map((each) => endOfOneDelegation(asked, each).getTime());
	return [new Date(Math.max(...ends))];
}

/** For this privilege, here or provider-wide, for the person supported, since any withdrawal and in this run of work. */
function delegationsNotEnded(asked: Asked): EvidenceOf<'delegation'>[] {
	const runBegan = beginningOfPresentRun(asked);
	return sinceWithdrawal(asked, all(asked.facts, 'delegation') as Evidence[]).filter(
		(each): each is Evidence & EvidenceOf<'delegation'> => {
			const delegation = each as EvidenceOf<'delegation'>;
			const fits = each.privilege === asked.code && isHereOrWide(each, asked);
			const ended = all(asked.facts, 'delegation-ended').some((ending) => ending.payload.delegation === each.id);
			const inRun = runBegan !== null && notBefore(each.observedAt, runBegan);
			return fits && inRun && delegation.payload.person === asked.person && !ended && !isTakenOver(asked, delegation);
		},
	) as EvidenceOf<'delegation'>[];
}

/** The day by which somebody else had to take it over has gone by. */
function isTakenOver(asked: Asked, delegation: EvidenceOf<'delegation'>): boolean {
	return all(asked.facts, 'delegation-takeover').some(
		({ payload }) => payload.delegation === delegation.id && notBefore(asked.at, goodUntil(asked, payload.by)),
	);
}

/** Until its review day, and until the day by which somebody else has to take it over. */
function endOfOneDelegation(asked: Asked, delegation: EvidenceOf<'delegation'>): Date {
	const ends = [goodUntil(asked, delegation.payload.reviewOn)];
	for (const { payload } of all(asked.facts, 'delegation-takeover'))
		if (payload.delegation === delegation.id) ends.push(goodUntil(asked, payload.by));
	return earliest(ends);
}

/** Spells here or provider-wide that touch or overlap are one run. */
function beginningOfPresentRun(asked: Asked): Date | null {
	const run: Spell[] = underWayHere(asked);
	const others = spellsHere(asked).filter(isWork);
	let grew = run.length > 0;
	while (grew) {
		grew = false;
		for (const other of others) {
			if (run.includes(other)) continue;
			const touches = run.some((each) => touch(other, each));
			if (touches) run.push(other);
			grew ||= touches;
		}
	}
	return run.length === 0 ? null : earliest(run.map(({ start }) => start.observedAt));
}

function touch(one: Spell, other: Spell): boolean {
	const reaches = (a: Spell, b: Spell) => a.last === null || dayLater(a.last, 'P1D') >= b.first;
	return reaches(one, other) && reaches(other, one);
}

// --- How long a sign-off lasts ----------------------------------------------------------------------------------

/** The last day that a sign-off made at this instant would have. */
export function oracleLastDay(
	rules: Rules,
	evidence: readonly Evidence[],
	question: Question,
	at: Date,
	knownAt: Date,
): string {
	const asked = askedAbout(rules, evidence, question, at, knownAt);
	const today = dayOf(at);
	const isAgency = isAgencyOnly(asked);
	const agencyLastDay = dayLater(today, asked.policy.agency.validity);
	const old = governingSignOff(asked);
	const isHeld = old !== undefined && answerInOrder(asked, false).permit;

	let lastDay = dayLater(today, validityOf(asked));
	if (isHeld && today >= firstDayOfWindow(asked, old)) lastDay = anniversary(asked, old);
	if (isAgency && agencyLastDay < lastDay) lastDay = agencyLastDay;

	const { leansOn } = pathOf(asked);
	if (leansOn && leansOn.payload.lastDay < lastDay && !hasPassedQuizSince(asked, leansOn))
		lastDay = leansOn.payload.lastDay;
	if (isHeld && old.payload.lastDay > lastDay) lastDay = old.payload.lastDay;
	return lastDay;
}

/** From the old last day, on the day of the month that the row of sign-offs began with. */
function anniversary(asked: Asked, old: SignOff): string {
	const validity = validityOf(asked);
	const next = Temporal.PlainDate.from(dayLater(old.payload.lastDay, validity));
	const { days, weeks } = Temporal.Duration.from(validity);
	if (days !== 0 || weeks !== 0) return next.toString();
	const began = old.payload.anniversary ?? Temporal.PlainDate.from(old.payload.lastDay).day;
	return next.with({ day: Math.min(began, next.daysInMonth) }).toString();
}

function hasPassedQuizSince(asked: Asked, signOff: SignOff): boolean {
	if (!asked.entry.requirements.some((each) => each.kind === 'quiz')) return true;
	return all(asked.facts, 'quiz-marked').some((each) => {
		const isIts = asked.entry.requirements.some((one) => one.kind === 'quiz' && one.quiz === each.payload.quiz);
		const passed = each.payload.passed && each.payload.score >= asked.policy.quiz.passMark;
		return isIts && passed && isAfter(each, signOff);
	});
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
	/** The witness's own answer for the task itself. */
	witnessForTheTask: OracleAnswer | null;
	/** The privilege names a witness privilege and policy's `witness` is set. */
	witnessIsAsked: boolean;
	supervisorMayWitness: boolean;
	/** Why the task is not delegated to the subject; null where it is, or need not be. */
	notDelegated: ReasonCode | null;
	/** Where it is delegated to the subject, until when. */
	delegatedUntil: Date | null;
	/** The override is for cover. */
	isCover: boolean;
	/** The task rests on others, and each of them is permitted to the subject without an override. */
	holdsPrerequisites: boolean;
}

export function oracleDecidesTogether(together: Together): OracleAnswer {
	const supervised = asSupervised(together);
	const alone = supervised.code === 'second_check_by_telephone';
	if (!supervised.permit || !together.witnessIsAsked || alone) return supervised;
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
	if (!asked.entry || !needsDelegation(asked.entry)) return { notDelegated: null, delegatedUntil: null };
	const missing = notDelegated(asked);
	const ends = missing ? [] : endsOfDelegation(asked);
	return { notDelegated: missing, delegatedUntil: ends.length ? earliest(ends) : null };
}

/** What an override is looked at for where a witness is asked for: whether it is cover, and what the task rests on. */
export function oracleOverride(
	rules: Rules,
	evidence: readonly Evidence[],
	question: Question,
	at: Date,
	knownAt: Date,
): Pick<Together, 'isCover' | 'holdsPrerequisites'> {
	const asked = askedAbout(rules, evidence, question, at, knownAt);
	const rests = (asked.entry?.requirements ?? []).filter((each) => each.kind === 'prerequisite');
	return {
		isCover: notEmployedHere(asked) !== null,
		holdsPrerequisites: rests.length > 0 && rests.every((each) => isMet(asked, each)),
	};
}

/** Two people, *witnessed*. */
function asWitnessed(together: Together, answer: OracleAnswer): OracleAnswer {
	const { subject, supervisor, witness, witnessForTheTask, isCover, holdsPrerequisites } = together;
	const refused = deny('witness_missing', answer.standing);
	if (!witness || witness.personId === subject.personId || witness.answer.code !== 'competent') return refused;
	const bySupervisor = answer.code === 'supervised_only' && supervisor?.personId === witness.personId;
	if (bySupervisor && !together.supervisorMayWitness) return refused;
	const oneOfThemMay = witnessForTheTask?.code === 'competent' || holdsPrerequisites || isCover;
	if (answer.code === 'override_active' && !oneOfThemMay) return refused;
	const ends = [answer.validUntil, witness.answer.validUntil].filter((each) => each !== null);
	return { ...answer, validUntil: earliest(ends) };
}

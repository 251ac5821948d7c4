import { type Criterion, criteriaOf, meets } from '../../app/domain/checklist.ts';
import type { Evidence } from '../../app/domain/evidence.ts';
import type { Requirement } from '../../app/domain/privilege.ts';
import { allowsSimulation, formOf, isARoundAtAll, isDue, openConditions, passedQuizzes } from './oracle-conditions.ts';
import {
	type Asked,
	all,
	asOf,
	careHere,
	concerningSignOffs,
	dayLater,
	dayOf,
	earliest,
	endOf,
	goodUntil,
	isAfter,
	isAgencyOnly,
	isExactly,
	isHereOrWide,
	isPast,
	isPaused,
	lastWithdrawal,
	moduleIsMet,
	newest,
	notBefore,
	type Round,
	type SignOff,
	sinceAnyWithdrawal,
	sinceWithdrawal,
	startOf,
} from './oracle-facts.ts';

/** The oracle's third part: "Rounds", "Lighter paths", whether a sign-off is sound, and the quiz. */

// --- Sound (in this order, 7) -----------------------------------------------------------------------------------

/** In order, 7. Looked at again as of its own instant, under the rules that it was made under. */
export function isSound(asked: Asked, signOff: SignOff): boolean {
	const name = `${asked.code} ${asked.siteId} ${signOff.id}`;
	const known = asked.sound.get(name);
	if (known !== undefined) return known;
	const { earlier } = asked.rules;
	const then = asOf(asked, signOff);
	then.policy = earlier?.policies.get(signOff.payload.policy) ?? asked.rules.policy;
	then.entry = (signOff.contentVersionId && earlier?.privileges.get(signOff.contentVersionId)) || then.entry;
	const sound = then.entry.requirements.every((each) => !isLookedAt(each) || isMetByDoing(then, each));
	asked.sound.set(name, sound);
	return sound;
}

type Doing = Extract<Requirement, { kind: 'module' | 'quiz' | 'site-induction' | 'observation' }>;

function isLookedAt(requirement: Requirement): requirement is Doing {
	return ['module', 'quiz', 'site-induction', 'observation'].includes(requirement.kind);
}

/** The requirements that a sign-off stands on. */
export function isMetByDoing(asked: Asked, requirement: Doing): boolean {
	switch (requirement.kind) {
		case 'module':
			return moduleIsMet(asked, requirement.module, requirement.version);
		case 'quiz':
			return quizIsMet(asked);
		case 'site-induction':
			return all(asked.facts, 'site-induction').some((each) => each.siteId === asked.siteId);
		case 'observation':
			return observationIsMet(asked, requirement);
	}
}

// --- Lighter paths ----------------------------------------------------------------------------------------------

export interface Path {
	name: 'renewal' | 'new-site' | 'agency' | 'first';
	atMost: number | null;
	/** Only rounds after this sign-off count. */
	after: SignOff | null;
	/** The earlier sign-off, whatever the path. */
	earlier: SignOff | undefined;
	/** On the path of a new site, the sign-off that it leans on. */
	leansOn: SignOff | null;
}

/** Lighter paths. The newest sound one that concerns the question, withdrawn since or not. */
function earlierSignOff(asked: Asked): SignOff | undefined {
	const nowAgencyOnly = isAgencyOnly(asked);
	const newestFirst = concerningSignOffs(asked).reverse();
	for (const each of newestFirst) {
		const lightlyMade = isAgencyOnly(asOf(asked, each)) && !nowAgencyOnly;
		if (!lightlyMade && isSound(asked, each)) return each;
	}
	return undefined;
}

const paths = new WeakMap<Asked, Path>();

/** Lighter paths: the first that fits. Worked out once for a question: much asks for it. */
export function pathOf(asked: Asked): Path {
	const known = paths.get(asked);
	if (known) return known;
	const path = firstPathThatFits(asked);
	paths.set(asked, path);
	return path;
}

function firstPathThatFits(asked: Asked): Path {
	const earlier = earlierSignOff(asked);
	const withdrawal = lastWithdrawal(asked);
	const isSince = earlier !== undefined && (!withdrawal || isAfter(earlier, withdrawal));
	const after = isSince ? earlier : null;
	const { renewal, newSite, agency } = asked.policy;
	if (isSince && !isPast(dayLater(earlier.payload.lastDay, renewal.lateBy), asked.at))
		return { name: 'renewal', atMost: renewal.passes, after, earlier, leansOn: null };
	const leansOn = signOffToLeanOn(asked);
	if (leansOn) return { name: 'new-site', atMost: newSite.passes, after, earlier, leansOn };
	if (isAgencyOnly(asked) && (!withdrawal || isSince))
		return { name: 'agency', atMost: agency.passes, after, earlier, leansOn: null };
	return { name: 'first', atMost: null, after, earlier, leansOn: null };
}

/** Lighter paths, *new site*. Of several, the one whose last day is latest. */
function signOffToLeanOn(asked: Asked): SignOff | null {
	let best: SignOff | null = null;
	const withdrawal = lastWithdrawal(asked);
	for (const each of all(asked.facts, 'sign-off')) {
		if (each.siteId === null || each.siteId === asked.siteId || each.privilege !== asked.code) continue;
		const there: Asked = { ...asked, siteId: each.siteId };
		if (newest(sinceWithdrawal(there, concerningSignOffs(there)))?.id !== each.id) continue;
		if (withdrawal && !isAfter(each, withdrawal)) continue;
		if (isPast(each.payload.lastDay, asked.at) || isPaused(there) || !isSound(there, each)) continue;
		if (isAgencyOnly(asOf(there, each))) continue;
		const held = heldUnder(there, each);
		if (openConditions(held, each).some((condition) => isDue(held, condition))) continue;
		if (best === null || each.payload.lastDay > best.payload.lastDay) best = each;
	}
	return best;
}

/** In order, 8. By the version of the privilege that the sign-off was made under, where that is known. */
export function heldUnder(asked: Asked, signOff: SignOff): Asked {
	const entry = signOff.contentVersionId && asked.rules.earlier?.privileges.get(signOff.contentVersionId);
	return { ...asked, entry: entry || asked.entry };
}

// --- How long a sign-off lasts: its window ----------------------------------------------------------------------

function daysFrom2027(duration: string): number {
	return (Date.parse(dayLater('2027-01-01', duration)) - Date.parse('2027-01-01')) / 86_400_000;
}

export function validityOf(asked: Asked): string {
	return asked.policy.privileges[asked.code]?.validity ?? asked.entry.validity;
}

/** The first day of the window of a sign-off. */
export function firstDayOfWindow(asked: Asked, signOff: SignOff): string {
	let validity = daysFrom2027(validityOf(asked));
	if (isAgencyOnly(asked)) validity = Math.min(validity, daysFrom2027(asked.policy.agency.validity));
	const days = Math.min(daysFrom2027(asked.policy.dueSoon), Math.floor(validity / 3));
	return dayLater(signOff.payload.lastDay, `-P${days}D`);
}

// --- Quiz -------------------------------------------------------------------------------------------------------

/** Requirement *quiz*. */
function quizIsMet(asked: Asked): boolean {
	const path = pathOf(asked);
	const { earlier } = path;
	return passedQuizzes(asked).some((each) => {
		const lastDay = dayLater(dayOf(each.observedAt), asked.policy.quiz.maximumAge);
		if (path.name !== 'new-site' && isPast(lastDay, asked.at)) return false;
		if (!earlier || !asked.policy.renewal.quiz) return true;
		if (!isAfter(each, earlier)) return false;
		return path.name !== 'renewal' || notBefore(each.observedAt, startOf(firstDayOfWindow(asked, earlier)));
	});
}

// --- Rounds -----------------------------------------------------------------------------------------------------

type ObservationRequirement = Extract<Requirement, { kind: 'observation' }>;

/** Rounds, *outside assessment*. */
function hasOutsideAssessment(asked: Asked): boolean {
	const withdrawal = lastWithdrawal(asked);
	const { earlier } = pathOf(asked);
	return all(asked.facts, 'outside-assessment').some((each) => {
		if (each.privilege !== asked.code || !isHereOrWide(each, asked)) return false;
		const made = earliest([endOf(each.payload.assessedOn), each.observedAt]);
		const isLaterThan = (fact: Evidence | undefined) => !fact || made.getTime() > fact.observedAt.getTime();
		const lastDay = dayLater(each.payload.assessedOn, asked.policy.observation.maximumAge);
		return isLaterThan(withdrawal) && isLaterThan(earlier) && !isPast(lastDay, asked.at);
	});
}

/** Rounds, *which rounds count*: everything that is asked of one, but that it be real. */
function roundsThatWouldCount(asked: Asked, requirement: ObservationRequirement): Round[] {
	const { after } = pathOf(asked);
	const here = (sinceAnyWithdrawal(asked, all(asked.facts, 'observation') as Evidence[]) as Round[]).filter(
		(each) => isExactly(each, asked) && each.payload.checklist === requirement.checklist,
	);
	const lastFailed = newest(here.filter((each) => !each.payload.passed));
	return here.filter((round) => {
		if (!round.payload.passed || !isARoundAtAll(asked, round)) return false;
		if (after !== null && !isAfter(round, after)) return false;
		if (asked.policy.observation.consecutive && lastFailed && !isAfter(round, lastFailed)) return false;
		return !isPast(dayLater(dayOf(round.observedAt), asked.policy.observation.maximumAge), asked.at);
	});
}

export function roundsThatCount(asked: Asked, requirement: ObservationRequirement): Round[] {
	const would = roundsThatWouldCount(asked, requirement);
	return would.filter((each) => !each.payload.simulated || allowsSimulation(asked));
}

/** Requirement *observation*, and rounds, *how many*. */
function observationIsMet(asked: Asked, requirement: ObservationRequirement): boolean {
	if (hasOutsideAssessment(asked)) return true;
	const path = pathOf(asked);
	const { renewal, observation } = asked.policy;
	const own = asked.policy.privileges[asked.code];
	const ofEach = path.name === 'first' || path.name === 'renewal';
	const variants = ofEach ? (own?.variants ?? requirement.variants ?? []) : [];
	const timesOver = variants.length === 0 ? 1 : variants.length;

	const full = own?.passes ?? requirement.passes ?? observation.passes;
	let each = full;
	if (path.atMost !== null && path.atMost < each) each = path.atMost;
	const { earlier } = path;
	const least = earlier ? Math.min(renewal.passes, full) : 0;
	if (each < least) each = least;
	const passes = each * timesOver;
	if (passes === 0) return true;

	const rounds = roundsThatCount(asked, requirement);
	if (rounds.length < passes) return false;
	if (earlier && rounds.filter((round) => isAfter(round, earlier)).length < least) return false;
	for (const variant of variants) {
		if (rounds.filter((round) => round.payload.variant === variant).length < each) return false;
	}
	const days = different(rounds.map((round) => dayOf(round.observedAt)));
	const times = different(rounds.map((round) => round.payload.timeOfDay));
	const assessors = different(rounds.map((round) => round.payload.assessor));
	if (days < Math.min(observation.distinctDates, passes)) return false;
	if (times < Math.min(timesAskedFor(asked, requirement), passes)) return false;
	if (assessors < Math.min(observation.assessors, passes)) return false;
	if (path.name === 'first') {
		const people = own?.people ?? requirement.people ?? 0;
		const doses = own?.doses ?? requirement.doses ?? 0;
		if (sum(rounds.map((round) => round.payload.counts.people)) < people) return false;
		if (sum(rounds.map((round) => round.payload.counts.doses)) < doses) return false;
	}
	return !hasOutstandingLine(asked, requirement, rounds);
}

/** 1 for somebody whose every spell under way here is nights only. */
function timesAskedFor(asked: Asked, requirement: ObservationRequirement): number {
	const here = careHere(asked);
	if (here.length > 0 && here.every(({ start }) => start.payload.nights === true)) return 1;
	const own = asked.policy.privileges[asked.code]?.timesOfDay;
	return own ?? requirement.timesOfDay ?? asked.policy.observation.timesOfDay;
}

function different(words: readonly string[]): number {
	const seen: string[] = [];
	for (const word of words) if (!seen.includes(word)) seen.push(word);
	return seen.length;
}

function sum(numbers: readonly number[]): number {
	let total = 0;
	for (const each of numbers) total += each;
	return total;
}

// --- Lines ------------------------------------------------------------------------------------------------------

type Line = Pick<Criterion, 'id' | 'critical' | 'mayNotApply' | 'metBy' | 'covers'>;

/** Rounds, *lines*: of the form of the newest round that counts; where none is known, of that round. */
function linesOf(asked: Asked, rounds: readonly Round[]): Line[] {
	const last = newest(rounds) as Round;
	const form = formOf(asked, last);
	if (form) return criteriaOf(form);
	return Object.keys(last.payload.results).map((id) => ({
		id,
		critical: false,
		mayNotApply: false,
		metBy: 'simulated',
	}));
}

function hasOutstandingLine(asked: Asked, requirement: ObservationRequirement, rounds: readonly Round[]): boolean {
	const simulatedToo = roundsThatWouldCount(asked, requirement);
	const things: string[] = [];
	const notCovered: string[] = [];
	for (const line of linesOf(asked, rounds)) {
		const mayMeet = meets(line) === 'seen' ? rounds : simulatedToo;
		const yes = mayMeet.filter((round) => round.payload.results[line.id] === 'yes');
		const no = rounds.filter((round) => round.payload.results[line.id] === 'no');
		const notSeen = rounds.filter((round) => round.payload.results[line.id] === 'not-seen');
		const noneAfterYes = yes.some((round) => no.every((other) => isAfter(round, other)));
		if (line.covers !== undefined) {
			things.push(line.covers);
			if (!noneAfterYes) notCovered.push(line.covers);
			continue;
		}
		if (line.critical && !line.mayNotApply && yes.length === 0) return true;
		if (notSeen.length > 0 && yes.length === 0) return true;
		if (no.length > 0 && !noneAfterYes) return true;
	}
	return things.length > 0 && things.every((thing) => notCovered.includes(thing));
}

/** The end of a sign-off (in order, 6). */
export function endOfSignOff(asked: Asked, signOff: SignOff): Date {
	return goodUntil(asked, dayLater(signOff.payload.lastDay, asked.policy.grace));
}

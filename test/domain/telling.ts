import { Temporal } from '@js-temporal/polyfill';
import fc from 'fast-check';
import { type Checklist, criteriaOf } from '../../app/domain/checklist.ts';
import type { Evidence, EvidenceKind, EvidenceOf, Payload } from '../../app/domain/evidence.ts';
import { timesOfDay } from '../../app/domain/policy.ts';
import type { PrivilegeCode, Requirement, Role } from '../../app/domain/privilege.ts';
import type { ContentChange, Rules, Settling } from '../../app/domain/rules.ts';
import type { Answer, NotCountedReason } from '../../app/domain/words.ts';

/** A working life as it is being told: one fact after another, by whole local days. */

// --- Time: whole local days are counted from 1970, and London's clock changes are written down ---------------------

export const hour = 3_600_000;
export const day = 24 * hour;
const summers = [
	['2025-03-30', '2025-10-26'],
	['2026-03-29', '2026-10-25'],
	['2027-03-28', '2027-10-31'],
	['2028-03-26', '2028-10-29'],
	['2029-03-25', '2029-10-28'],
].map(([from, to]) => [Date.parse(`${from}T01:00Z`), Date.parse(`${to}T01:00Z`)] as const);
const changes = summers.flat().map((instant) => Math.floor(instant / day));

export function dayNumber(text: string): number {
	return Math.floor(Date.parse(`${text}T00:00Z`) / day);
}

export function dayText(number: number): string {
	return new Date(number * day).toISOString().slice(0, 10);
}

export function moment(number: number, minute: number): Date {
	const asWinter = number * day + minute * 60_000;
	const summer = summers.some(([from, to]) => asWinter - hour >= from && asWinter - hour < to);
	return new Date(summer ? asWinter - hour : asWinter);
}

/** The day that is so much later, such as `P1M`. */
const moved = new Map<string, number>();

export function daysLater(number: number, duration: string): number {
	const known = moved.get(`${number} ${duration}`);
	if (known !== undefined) return known;
	const day = dayNumber(Temporal.PlainDate.from(dayText(number)).add(Temporal.Duration.from(duration)).toString());
	moved.set(`${number} ${duration}`, day);
	return day;
}

/** The next day at or after this one on which, or beside which, the clocks change. */
export function nextChange(number: number, beside: number): number {
	return (changes.find((each) => each + beside >= number) ?? number) + beside;
}

export const minutes = fc.constantFrom(600, 0, 30, 90, 479, 480, 720, 870, 1170, 1320, 1439);
export const sites = ['rose', 'elm'] as const;

// --- A life as it is being told -------------------------------------------------------------------------------------

export type Draft = Omit<Evidence, 'seq'>;

export interface Life {
	rules: Rules & { changes: ContentChange[]; settling: Settling[] };
	/** The privilege that this life is mostly about, and where. */
	code: PrivilegeCode;
	site: string;
	role: Role;
	/** Works nights only. */
	nights: boolean;
	/** The day that the telling has come to. */
	today: number;
	/** How many days later than it happened everything is recorded for now. */
	late: number;
	drafts: Draft[];
}

export interface Where {
	privilege?: PrivilegeCode | null;
	siteId?: string | null;
	supersedes?: string | null;
	contentVersionId?: string | null;
}

export function tell<K extends EvidenceKind>(life: Life, kind: K, at: Date, payload: Payload<K>, where: Where): string {
	const id = `${kind}-${life.drafts.length}`;
	const draft: Omit<EvidenceOf<K>, 'seq'> = {
		id,
		kind,
		personId: 'amara',
		privilege: where.privilege ?? null,
		siteId: where.siteId ?? null,
		observedAt: at,
		recordedAt: new Date(at.getTime() + life.late * day),
		recordedBy: 'grace',
		contentVersionId: where.contentVersionId ?? null,
		supersedes: where.supersedes ?? null,
		payload,
	};
	life.drafts.push(draft as unknown as Draft);
	return id;
}

export function here(life: Life): Where {
	return { privilege: life.code, siteId: life.site };
}

export function lastDraft(life: Life, kind: EvidenceKind): Draft | undefined {
	return life.drafts.findLast((each) => each.kind === kind);
}

export function lastDayOfSignOff(life: Life): number | undefined {
	const found = life.drafts.findLast((each) => each.kind === 'sign-off' && each.privilege === life.code);
	return found && dayNumber((found.payload as Payload<'sign-off'>).lastDay);
}

export function requirementOf<K extends Requirement['kind']>(life: Life, code: PrivilegeCode, kind: K) {
	const requirements = life.rules.privileges.get(code)?.requirements ?? [];
	return requirements.find((each): each is Extract<Requirement, { kind: K }> => each.kind === kind);
}

/** The privilege with everything that it rests on, what it rests on first. */
export function withPrerequisites(life: Life, code: PrivilegeCode, seen: PrivilegeCode[] = []): PrivilegeCode[] {
	if (seen.includes(code)) return [];
	const requirements = life.rules.privileges.get(code)?.requirements ?? [];
	const below = requirements.flatMap((each) =>
		each.kind === 'prerequisite' ? withPrerequisites(life, each.privilege, [...seen, code]) : [],
	);
	return [...below, code];
}

export function passesAskedFor(life: Life, code: PrivilegeCode): number {
	const requirement = requirementOf(life, code, 'observation');
	const own = life.rules.policy.privileges[code];
	const each = own?.passes ?? requirement?.passes ?? life.rules.policy.observation.passes;
	return each * ((own?.variants ?? requirement?.variants)?.length ?? 1);
}

// --- Single facts ---------------------------------------------------------------------------------------------------

/** How a round differs from the usual: passed, real, everything seen, at its own time by its own assessor. */
export interface Unusual {
	passed?: boolean;
	/** Why it failed, where it was not by too many other misses. */
	fails?: 'critical' | 'stopped';
	simulated?: boolean;
	/** What this line was answered, where it was not Yes. */
	line?: Answer;
	which?: string;
	checklist?: string;
	/** Nobody was given anything. */
	empty?: boolean;
	/** Signed so many hours after it began. */
	signedAfter?: number;
	/** Began so many minutes before it happened. */
	began?: number;
	notCounted?: NotCountedReason;
	/** The version of the form that it was filled in on. */
	form?: string;
	/** Rounds of different places have different times of day, assessors and variants. */
	place?: number;
	time?: number;
	assessor?: number;
}

export function round(life: Life, code: PrivilegeCode, at: Date, unusual: Unusual = {}): void {
	const { passed = unusual.fails === undefined, simulated = false, place = life.drafts.length } = unusual;
	const { time = place, assessor = place, empty = false, signedAfter = 0, began = 0 } = unusual;
	const requirement = requirementOf(life, code, 'observation');
	const variants = life.rules.policy.privileges[code]?.variants ?? requirement?.variants;
	const variant = variants?.[place % variants.length];
	const checklist = unusual.checklist ?? requirement?.checklist ?? 'oral-round';
	const contentVersionId = unusual.form === undefined ? null : `${checklist}@${unusual.form}`;
	const startedAt = new Date(at.getTime() - began * 60_000);
	const signedAt = new Date(startedAt.getTime() + signedAfter * hour).toISOString();
	const { results, criticalMissed } = answersOn(formOf(life, checklist, contentVersionId), unusual);
	const payload: Payload<'observation'> = {
		checklist,
		assessor: ['cat', 'ben'][assessor % 2] ?? 'cat',
		assessorEvidence: [],
		startedAt: startedAt.toISOString(),
		timeOfDay: timesOfDay[time % timesOfDay.length] ?? 'night',
		counts: empty ? { people: 0, doses: 0, refusals: 0 } : { people: 8, doses: 20, refusals: 0 },
		results,
		criticalMissed,
		missed: Object.keys(results).filter((each) => results[each] === 'no'),
		stoppedForSafety: unusual.fails === 'stopped',
		passed: passed && criticalMissed.length === 0,
		assessorSignedAt: signedAt,
		learnerSignedAt: signedAt,
	};
	if (variant) payload.variant = variant;
	if (simulated) payload.simulated = true;
	if (unusual.notCounted) payload.notCounted = unusual.notCounted;
	tell(life, 'observation', at, payload, { privilege: code, siteId: life.site, contentVersionId });
}

function formOf(life: Life, checklist: string, version: string | null): Checklist | undefined {
	const own = version === null ? undefined : life.rules.earlier?.checklists.get(version);
	return own ?? life.rules.checklists.get(checklist);
}

/** Everything Yes but one line, and the first critical one where the round failed on that. */
function answersOn(form: Checklist | undefined, { line = 'yes', which = 'refusal', fails }: Unusual) {
	const criteria = form ? criteriaOf(form) : [];
	const ids = form ? criteria.map(({ id }) => id) : ['washes', 'refusal', 'storage'];
	const results: Record<string, Answer> = Object.fromEntries(ids.map((id) => [id, id === which ? line : 'yes']));
	const critical = criteria.filter((each) => each.critical).map(({ id }) => id);
	const missed = fails === 'critical' ? (critical[0] ?? 'washes') : undefined;
	if (missed) results[missed] = 'no';
	return {
		results,
		criticalMissed: ids.filter((id) => results[id] === 'no' && (id === missed || critical.includes(id))),
	};
}

/** The rules a sign-off says it was made under, and whether it is for the whole provider. */
export interface Under {
	policy: string;
	file: string | null;
	wide: boolean;
}

/** How a quiz differs from the usual: all right, and handed in as soon as it was opened. */
export interface Sitting {
	score?: number;
	/** Opened so many minutes before it was handed in. */
	opened?: number;
}

export function passQuiz(life: Life, code: PrivilegeCode, at: Date, { score = 96, opened }: Sitting = {}): void {
	const requirement = requirementOf(life, code, 'quiz');
	if (!requirement) return;
	const startedAt = opened === undefined ? {} : { startedAt: new Date(at.getTime() - opened * 60_000).toISOString() };
	const marks = { ...startedAt, score, passMark: 80, criticalMissed: [], passed: score >= 80 };
	tell(life, 'quiz-marked', at, { quiz: requirement.quiz, attempt: 'attempt-1', ...marks }, {});
}

export function signOffUntil(life: Life, code: PrivilegeCode, at: Date, lastDay: number, under: Under): void {
	const { policy, file, wide } = under;
	const contentVersionId = file ? `${code}@${file}` : null;
	const where = { privilege: code, siteId: wide ? null : life.site, contentVersionId };
	tell(life, 'sign-off', at, { lastDay: dayText(lastDay), policy, basis: [] }, where);
}

export function award(life: Life, name: string, at: Date, expires: number | null, siteId: string | null = null): void {
	const expiresOn = expires === null ? null : dayText(life.today + expires);
	tell(
		life,
		'award',
		at,
		{ award: name, awardedOn: dayText(life.today - 30), expiresOn, verifiedBy: 'grace' },
		{ siteId },
	);
}

export function delegate(life: Life, code: PrivilegeCode, at: Date, person: string, reviewIn: number): void {
	const payload = { person, delegator: 'nora', registration: '12A3456B', reviewOn: dayText(life.today + reviewIn) };
	tell(life, 'delegation', at, payload, { privilege: code, siteId: life.site });
}

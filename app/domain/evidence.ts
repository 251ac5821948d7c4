import { z } from 'zod';
import { isoDate, slug } from './content.ts';
import { timesOfDay } from './policy.ts';
import { type PrivilegeCode, privilegeCodes, roles } from './privilege.ts';
import { answers, type PauseReason, pauseReasons } from './words.ts';

/**
 * Evidence: every fact about a person's competence, one append-only row each, with two clocks. `observedAt` is when it
 * happened, `recordedAt` is when we knew. A payload holds no names and no free text: a note stands outside the chain
 * and the payload carries its salted hash, so that erasing it leaves the chain whole.
 */
const noteHash = z.string().regex(/^[0-9a-f]{64}$/);
const wholeNumber = z.int().min(0);

export const payloads = {
	'employment-started': z.strictObject({
		role: z.enum(roles),
		contract: z.enum(['permanent', 'bank', 'agency']),
	}),
	'employment-ended': z.strictObject({ lastDay: isoDate }),
	'module-completed': z.strictObject({ module: slug, version: z.int().positive() }),
	'quiz-marked': z.strictObject({
		quiz: slug,
		attempt: z.uuid(),
		score: z.int().min(0).max(100),
		passMark: z.int().min(0).max(100),
		criticalMissed: z.array(slug),
		passed: z.boolean(),
	}),
	observation: z.strictObject({
		checklist: slug,
		assessor: z.uuid(),
		/** The assessor's own evidence that made them competent to assess this, at the time. */
		assessorEvidence: z.array(z.uuid()),
		startedAt: z.iso.datetime(),
		timeOfDay: z.enum(timesOfDay),
		counts: z.strictObject({ people: wholeNumber, doses: wholeNumber, refusals: wholeNumber }),
		results: z.record(slug, z.enum(answers)),
		criticalMissed: z.array(slug),
		missed: z.array(slug),
		stoppedForSafety: z.boolean(),
		passed: z.boolean(),
		assessorSignedAt: z.iso.datetime(),
		learnerSignedAt: z.iso.datetime(),
		note: noteHash.optional(),
	}),
	'sign-off': z.strictObject({
		lastDay: isoDate,
		/** The policy it was made under; the row's content version names the privilege's. */
		policy: z.string(),
		/** The evidence it rests on. */
		basis: z.array(z.uuid()),
	}),
	withdrawal: z.strictObject({ note: noteHash.optional() }),
	pause: z.strictObject({
		reason: z.enum(pauseReasons),
		reviewOn: isoDate,
		owner: z.uuid(),
		note: noteHash.optional(),
	}),
	'pause-lifted': z.strictObject({ pause: z.uuid(), note: noteHash.optional() }),
	/** Takes back the row it supersedes: entered in error. */
	retraction: z.strictObject({ note: noteHash }),
} as const;

export type EvidenceKind = keyof typeof payloads;
export const evidenceKinds = Object.keys(payloads) as EvidenceKind[];
export type Payload<K extends EvidenceKind> = z.infer<(typeof payloads)[K]>;

export interface EvidenceOf<K extends EvidenceKind> {
	id: string;
	seq: number;
	kind: K;
	personId: string;
	/** Null means "all privileges" for a pause, and "not about one privilege" for learning and employment. */
	privilege: PrivilegeCode | null;
	/** Null means provider-wide. */
	siteId: string | null;
	observedAt: Date;
	recordedAt: Date;
	recordedBy: string | null;
	contentVersionId: string | null;
	supersedes: string | null;
	payload: Payload<K>;
}

export type Evidence = { [K in EvidenceKind]: EvidenceOf<K> }[EvidenceKind];

/**
 * The evidence that stood at an instant as it was known at another: recorded by `knownAt`, happened by `at`, and not
 * superseded by anything recorded by `knownAt`. Oldest first.
 */
export function standingEvidence(evidence: readonly Evidence[], at: Date, knownAt: Date): Evidence[] {
	const known = evidence.filter((fact) => fact.recordedAt <= knownAt);
	const superseded = new Set(known.map((fact) => fact.supersedes));
	return known
		.filter((fact) => fact.observedAt <= at && !superseded.has(fact.id))
		.sort((a, b) => a.observedAt.getTime() - b.observedAt.getTime() || a.seq - b.seq);
}

/**
 * This moment as evidence sees it: never before the newest row. A web server whose clock runs behind the database's
 * must not overlook a pause that has just been recorded.
 */
export function presentFor(evidence: readonly Evidence[], now: Date): Date {
	return new Date(Math.max(now.getTime(), ...evidence.map((fact) => fact.recordedAt.getTime())));
}

/** The facts of one kind. */
export function ofKind<K extends EvidenceKind>(evidence: readonly Evidence[], kind: K): EvidenceOf<K>[] {
	return evidence.filter((fact): fact is Evidence & EvidenceOf<K> => fact.kind === kind) as EvidenceOf<K>[];
}

/** What evidence is called on screens. */
export const evidenceWords: Record<EvidenceKind, string> = {
	'employment-started': 'Started at this site',
	'employment-ended': 'Left',
	'module-completed': 'Module read',
	'quiz-marked': 'Quiz',
	observation: 'Observed round',
	'sign-off': 'Sign-off',
	withdrawal: 'Withdrawn',
	pause: 'Paused while we review',
	'pause-lifted': 'Pause lifted',
	retraction: 'Taken back as entered in error',
};

/** Why somebody is paused, in neutral words. */
export const pauseReasonWords: Record<PauseReason, string> = {
	'incident-review': 'We are reviewing something that happened',
	'concern-raised': 'Somebody has raised a concern',
	health: 'Fitness to give medicines',
	'long-absence': 'Back after a long time away',
	investigation: 'A formal process is open',
	other: 'Another reason',
};

export function isPrivilegeCode(text: string): text is PrivilegeCode {
	return (privilegeCodes as readonly string[]).includes(text);
}

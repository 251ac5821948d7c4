import { z } from 'zod';
import { changeAsks, isoDate, slug } from './content.ts';
import { timesOfDay } from './policy.ts';
import { type PrivilegeCode, roles } from './privilege.ts';
import { answers, notCountedReasons, type PauseReason, pauseReasons } from './words.ts';

/**
 * Evidence: every fact about a person's competence, one append-only row each, with two clocks. `observedAt` is when it
 * happened, `recordedAt` is when we knew. A payload holds no names and no free text: a note stands outside the chain
 * and the payload carries its salted hash, so that erasing it leaves the chain whole.
 */
const noteHash = z.string().regex(/^[0-9a-f]{64}$/);
const wholeNumber = z.int().min(0);
export const contracts = ['permanent', 'bank', 'agency'] as const;
/** Letters, digits and hyphens, at least one digit: a reference, not a name. */
export const opaqueReference = z.string().regex(/^(?=.*\d)[A-Za-z0-9-]{3,40}$/);

export const payloads = {
	'employment-started': z.strictObject({
		role: z.enum(roles),
		contract: z.enum(contracts),
		/** For somebody under 18 only: the day they come of age. */
		adultOn: isoDate.optional(),
		/** Works nights only: rounds at night are all there are to be seen. */
		nights: z.literal(true).optional(),
	}),
	'employment-ended': z.strictObject({ lastDay: isoDate }),
	'module-completed': z.strictObject({ module: slug, version: z.int().positive() }),
	/** Read what is new in a version. */
	acknowledgement: z.strictObject({
		content: z.enum(['module', 'quiz', 'checklist', 'privilege']),
		slug,
		version: z.int().positive(),
	}),
	declaration: z.strictObject({ document: slug, version: z.int().positive() }),
	'site-induction': z.strictObject({}),
	'quiz-marked': z.strictObject({
		quiz: slug,
		attempt: z.uuid(),
		/** When its questions were opened. Absent in rows made before that was noted. */
		startedAt: z.iso.datetime().optional(),
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
		/** The route or device that was seen, where the privilege tells them apart. */
		variant: slug.optional(),
		simulated: z.boolean().optional(),
		counts: z.strictObject({ people: wholeNumber, doses: wholeNumber, refusals: wholeNumber }),
		results: z.record(slug, z.enum(answers)),
		criticalMissed: z.array(slug),
		missed: z.array(slug),
		stoppedForSafety: z.boolean(),
		passed: z.boolean(),
		assessorSignedAt: z.iso.datetime(),
		learnerSignedAt: z.iso.datetime(),
		/** Why it is kept without counting, by what was known when it was recorded. */
		notCounted: z.enum(notCountedReasons).optional(),
		/** The assessor could assess when it began, and could not any more when both signed. */
		assessorLapsed: z.literal(true).optional(),
		note: noteHash.optional(),
	}),
	/** Found competent outside: how the first assessors of a site come to be. It stands for the rounds, never for the sign-off. */
	'outside-assessment': z.strictObject({
		qualification: slug,
		assessedOn: isoDate,
		verifiedBy: z.uuid(),
		note: noteHash.optional(),
	}),
	/** A qualification from elsewhere, seen by a named manager. `agency-record` is what an agency says of its own staff. */
	award: z.strictObject({
		award: slug,
		awardedOn: isoDate,
		expiresOn: isoDate.nullable(),
		verifiedBy: z.uuid(),
		note: noteHash.optional(),
	}),
	'age-decision': z.strictObject({ may: z.boolean(), note: noteHash.optional() }),
	/** May practise beside a named competent colleague. */
	supervision: z.strictObject({ supervisor: z.uuid() }),
	delegation: z.strictObject({
		/** The other system's reference for the person supported: never a name. */
		person: opaqueReference,
		/** Absent where a professional from outside confirmed it by a one-time link. */
		delegator: z.uuid().optional(),
		/** Of a registered health professional, usually a nurse: an NMC PIN, or a number of the HCPC, GPhC or GMC. */
		registration: z.string().regex(/^(\d{2}[A-Z]\d{4}[A-Z]|[A-Z]{2}\d{5,6}|\d{7})$/),
		reviewOn: isoDate,
	}),
	'delegation-ended': z.strictObject({ delegation: z.uuid() }),
	/** Who delegated leaves or may not any more: somebody else takes it over by this day, or it ends. */
	'delegation-takeover': z.strictObject({
		delegation: z.uuid(),
		by: isoDate,
		/** The leaving, or the registration that ran out. Absent where no row says so, as when a start was taken back. */
		because: z.uuid().optional(),
	}),
	/** Away from work: the first day away and, once known, the first day back. Never why. */
	absence: z.strictObject({
		from: isoDate,
		back: isoDate.nullable(),
		/** The second person, where the day back spares what a long absence asks for. */
		confirmedBy: z.uuid().optional(),
	}),
	'sign-off': z.strictObject({
		lastDay: isoDate,
		/** The policy it was made under; the row's content version names the privilege's. */
		policy: z.string(),
		/** The evidence it rests on. */
		basis: z.array(z.uuid()),
		/** The day of the month that its row of renewals began with, where its last day is earlier in a shorter month. */
		anniversary: z.int().min(1).max(31).optional(),
		/** The medicines or devices it covers, where the form tells them apart. */
		covers: z.array(slug).optional(),
		/** Registration of somebody from outside who authorised it by a one-time link, where nobody here may. */
		outsideAuthoriser: z.string().min(3).max(40).optional(),
	}),
	/** Taken back. Two people decide: whoever records it and whoever confirms it. */
	withdrawal: z.strictObject({ confirmedBy: z.uuid().optional(), note: noteHash.optional() }),
	pause: z.strictObject({
		reason: z.enum(pauseReasons),
		reviewOn: isoDate,
		/** Who reviews it. Absent where nobody has made it: a report did, as policy says. */
		owner: z.uuid().optional(),
		/** Staff who were a party to what it is about: they do not assess, lift or review after it. */
		parties: z.array(z.uuid()).optional(),
		/** The incident it is about. */
		incident: z.uuid().optional(),
		note: noteHash.optional(),
	}),
	'pause-lifted': z.strictObject({
		pause: z.uuid(),
		/** What has to be done before it is given back. */
		asks: z.enum(changeAsks).optional(),
		/** The parties of the pause, who do not watch what is asked: they stay so where the pause is taken back. */
		parties: z.array(z.uuid()).optional(),
		note: noteHash.optional(),
	}),
	/** Break-glass: the manager on call allows one person one privilege at one site for one round. */
	override: z.strictObject({ until: z.iso.datetime(), note: noteHash }),
	/** Break-glass for a missing witness: a named competent colleague checks by telephone, and the count is done again at handover. */
	'lone-giving': z.strictObject({ until: z.iso.datetime(), secondCheck: z.uuid(), note: noteHash }),
	/** A manager has looked at a sign-off that rests on an assessor found void, and it stands. */
	'sign-off-upheld': z.strictObject({ signOff: z.uuid(), round: z.uuid(), note: noteHash }),
	/** Takes back the row it supersedes: entered in error. */
	retraction: z.strictObject({
		note: noteHash,
		/** The second person, where the act that is taken back needed one. */
		confirmedBy: z.uuid().optional(),
	}),
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
 * This moment as evidence sees it: never before the newest row. A web server whose clock runs behind the database's
 * must not overlook a pause that has just been recorded.
 */
export function presentFor(evidence: readonly Evidence[], now: Date): Date {
	let newest = now.getTime();
	// One by one: the rows of a whole provider are more than a call takes arguments.
	for (const { recordedAt } of evidence) if (recordedAt.getTime() > newest) newest = recordedAt.getTime();
	return new Date(newest);
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
	acknowledgement: 'Read what is new',
	declaration: 'Document read',
	'site-induction': 'Shown round this site',
	'quiz-marked': 'Quiz',
	observation: 'Observed round',
	'outside-assessment': 'Assessed elsewhere',
	award: 'Qualification seen',
	'age-decision': 'Decision about age',
	supervision: 'May practise beside a colleague',
	delegation: 'Delegated by a nurse',
	'delegation-ended': 'Delegation ended',
	'delegation-takeover': 'Delegation to be taken over',
	absence: 'Away from work',
	'sign-off': 'Sign-off',
	withdrawal: 'Withdrawn',
	pause: 'Paused while we review',
	'pause-lifted': 'Pause lifted',
	override: 'Allowed on call, for one round',
	'lone-giving': 'Allowed alone, with a second check by telephone',
	'sign-off-upheld': 'Sign-off looked at again, and it stands',
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

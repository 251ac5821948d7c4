import type { Employment } from './employment.ts';
import type { EvidenceOf } from './evidence.ts';
import type { Facts } from './facts.ts';
import type { Policy } from './policy.ts';
import type { Privilege, PrivilegeCode, Requirement } from './privilege.ts';
import type { ReasonCode } from './reason.ts';
import type { Question, Rules } from './rules.ts';

/** How one requirement stands, for the learner's task list and for the evidence under a cell. */
export interface Progress {
	requirement: Requirement;
	met: boolean;
	/** How much is done, where it is counted. */
	done: number;
	of: number;
	/** What is missing; undefined once met. */
	missing?: ReasonCode;
	evidence: string[];
	/** For observations: lines that still need a Yes. */
	outstanding?: string[];
	/** For observations: what is short beside the number of passes. */
	short?: RoundsShort;
	/** For observations: what the lines of the rounds that count come to, for whoever signs off. */
	lines?: LinesSeen;
	/** The next instant at which this may change with no new evidence. */
	changesAt?: Date;
	/** Where it is met only for a time. */
	until?: Date;
}

export interface RoundsShort {
	dates: number;
	timesOfDay: number;
	assessors: number;
	variants: string[];
	people: number;
	doses: number;
}

export interface LinesSeen {
	/** Answered No in a round that counts, put right since or not. */
	missed: string[];
	/** No round has a Yes for them, and none needs one. */
	neverMet: string[];
	/** The medicines or devices all of whose lines were met. */
	covers: string[];
	/** Those that the form tells apart and that are not covered. */
	uncovered: string[];
}

/**
 * Which way leads to a sign-off: the whole first assessment, or a lighter one for somebody who has been signed off
 * before, is signed off at another of our sites, or comes from an agency.
 */
export interface Path {
	kind: 'first' | 'renewal' | 'new-site' | 'agency';
	/** The sign-off before, withdrawn or not: outside assessments and, where policy says so, the quiz count only after it. */
	since?: EvidenceOf<'sign-off'>;
	/** On a renewal: a quiz counts from here on. */
	quizFrom?: Date;
	/** So do rounds, where it leads to a renewal or is too long ago for one. */
	roundsSince?: EvidenceOf<'sign-off'>;
	/** On a new site: the sign-off at another of our sites that it leans on. */
	leansOn?: EvidenceOf<'sign-off'>;
	changesAt?: Date;
}

/** What progress is measured against: the rules, the facts that stand, and the instant. */
export interface Ground {
	rules: Rules;
	policy: Policy;
	privilege: Privilege;
	facts: Facts;
	question: Question;
	at: Date;
	employment: Employment;
	path: Path;
	/** The sign-off that is in date, if any. */
	signOff: EvidenceOf<'sign-off'> | undefined;
	/** How a privilege that this one rests on stands at `at`. */
	prerequisite(code: PrivilegeCode): {
		permit: boolean;
		evidence: string[];
		validUntil: Date | null;
		changesAt: Date | null;
	};
}

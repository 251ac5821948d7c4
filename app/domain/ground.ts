import type { Employment } from './employment.ts';
import type { EvidenceOf } from './evidence.ts';
import type { Facts } from './facts.ts';
import type { Policy } from './policy.ts';
import type { Privilege, PrivilegeCode, Requirement } from './privilege.ts';
import type { ReasonCode } from './reason.ts';
import type { Question } from './rules.ts';

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
	/** For observations: criteria that nobody has seen yet. */
	outstanding?: string[];
	/** For observations: what is short beside the number of passes. */
	short?: { dates: number; timesOfDay: number; assessors: number; variants: string[] };
	/** The next instant at which this may change with no new evidence. */
	changesAt?: Date;
	/** Where it is met only for a time. */
	until?: Date;
}

/**
 * Which way leads to a sign-off: the whole first assessment, or a lighter one for somebody who has been signed off
 * before, is signed off at another of our sites, or comes from an agency.
 */
export interface Path {
	kind: 'first' | 'renewal' | 'new-site' | 'agency';
	/** The sign-off before, withdrawn or not: outside assessments and, where policy says so, the quiz count only after it. */
	since?: EvidenceOf<'sign-off'>;
	/** So do rounds, unless that sign-off was unsound and is recent: then rounds before it may still count, but not alone. */
	roundsSince?: EvidenceOf<'sign-off'>;
	changesAt?: Date;
}

/** What progress is measured against: the rules, the facts that stand, and the instant. */
export interface Ground {
	policy: Policy;
	privilege: Privilege;
	facts: Facts;
	question: Question;
	at: Date;
	employment: Employment;
	withdrawal: EvidenceOf<'withdrawal'> | undefined;
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

import type { EvidenceOf } from './evidence.ts';
import type { Path, Progress } from './ground.ts';
import type { LocalDay } from './period.ts';
import type { ReasonCode } from './reason.ts';
import type { Recheck } from './recheck.ts';
import type { Standing } from './rules.ts';

/** Whether a task is delegated to somebody for one person supported. */
export type Delegation = { missing: ReasonCode } | { until: Date };

/** What `decide` answers. */
export interface Decision {
	permit: boolean;
	code: ReasonCode;
	standing: Standing;
	/** With no new evidence, the instant at which a permit ends. Null: it does not end by itself. */
	validUntil: Date | null;
	/** The next instant after `at` at which anything in this decision may change with no new evidence. */
	changesAt: Date | null;
	/** Held in their own right, whatever the delegation or an override says: only this vouches for somebody else. */
	holds: boolean;
	/** Why nothing goes round a denial: a stop of its own or of something it rests on, at any depth. */
	stop: ReasonCode | null;
	/** For an override: whether its giver may do what the task rests on, or is covering from another site. */
	holdsWhatItRestsOn: boolean;
	/** Which way leads to the next sign-off, and how far it has been gone. */
	path: Path['kind'];
	/** On a new site: the sign-off elsewhere that it leans on, and whether the quiz has been passed since that one. */
	leansOn: { lastDay: LocalDay; quizSince: boolean } | null;
	progress: Progress[];
	/** What is asked since something happened, due or still to come. */
	rechecks: Recheck[];
	/** The evidence that settled it. */
	evidence: string[];
	/** The sign-off that governs, in date or not. */
	signOff: EvidenceOf<'sign-off'> | null;
	/** Its last day. */
	lastDay: LocalDay | null;
	policyVersion: string;
	/** For somebody supervised, where the task is delegated: until when it is to them, or what is missing. */
	delegation?: Delegation;
}

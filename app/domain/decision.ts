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
	/** Which way leads to the next sign-off, and how far it has been gone. */
	path: Path['kind'];
	progress: Progress[];
	/** What is asked again of somebody who is signed off, due or still to come. */
	rechecks: Recheck[];
	/** The evidence that settled it. */
	evidence: string[];
	/** The last day of the sign-off that it is about, in date or not. */
	lastDay: LocalDay | null;
	policyVersion: string;
	/** For somebody supervised, where the task is delegated: until when it is to them, or what is missing. */
	delegation?: Delegation;
}

import type { ReasonCode } from './reason.ts';
import type { Standing } from './rules.ts';

/** Somebody else whom a question named, and what their own standing rested on. */
export interface DecisionBeside {
	as: 'supervisor' | 'witness';
	/** Null: nobody is known by what was asked. */
	personId: string | null;
	upToSeq: number | null;
	policyVersion: string | null;
}

/** One decision of the gate as it is written down: what was asked, what was known, what was answered. */
export interface LoggedDecision {
	providerId: string;
	evaluationId: string;
	evaluatedAt: Date;
	clientId: string;
	subjectType: string;
	/** As the client asked. Null once the person's name has been erased. */
	subjectId: string | null;
	action: string;
	resourceType: string;
	resourceId: string;
	/** The members of the question's context that an answer can rest on, where they name nobody who is known. */
	context: Record<string, string>;
	personId: string | null;
	siteId: string | null;
	/** The newest row of the person's evidence that was taken into account. */
	upToSeq: number | null;
	policyVersion: string | null;
	beside: DecisionBeside[];
	decision: boolean;
	code: ReasonCode;
	standing: Standing | null;
	validUntil: Date | null;
	/** The version of the rule it was made by. */
	ruleVersion: number;
}

/** What a search looks for: who may, where, or what. */
export type Sought = 'subject' | 'resource' | 'action';

/** One search as it is written down. */
export interface LoggedSearch {
	clientId: string;
	sought: Sought;
	/** Whom it was about, where it did not seek people and one is known. */
	personId: string | null;
	action: string | null;
	resourceId: string | null;
	found: number;
}

/** Refusals of one person for one thing at one place, for one reason, in one hour. */
export interface Refusals {
	personId: string | null;
	/** Where nobody is known by it: what was asked. */
	subjectId: string | null;
	siteId: string | null;
	resourceId: string;
	action: string;
	code: ReasonCode;
	count: number;
	hour: Date;
	lastAt: Date;
	lastEvaluationId: string;
}

import { expect, test } from 'vitest';
import { decide } from '../../app/domain/decide.ts';
import type { Decision } from '../../app/domain/decision.ts';
import type { Privilege, PrivilegeCode, Requirement } from '../../app/domain/privilege.ts';
import type { ReasonCode } from '../../app/domain/reason.ts';
import type { Rules, Standing } from '../../app/domain/rules.ts';
import { type Term, termOf } from '../../app/domain/term.ts';
import { type Draft, history, moment, policyWith, privilegeOf, roseHouse, rulesWith } from './support.ts';

/**
 * A row of a table about `decide`: what the case is, the answer, what happened, and when it is asked (in March 2026
 * unless it says so). About Amara, oral medicines and Rose House unless it says so.
 */
export type Row = [name: string, answer: Answer, facts: Facts, when?: string, asked?: Asked];
export type Answer = readonly [code: ReasonCode, standing: Standing, validUntil?: string];
export type Facts = (Draft | Draft[])[];
export interface Asked {
	privilege?: PrivilegeCode;
	site?: string;
	/** The person supported. */
	person?: string;
	known?: string;
	rules?: Rules;
}

/** Tables by what they are about. */
export type Tables = Record<string, Row[]>;

/** A row of a table about `termOf`: until when a sign-off made then would run. */
export type TermRow = [
	name: string,
	term: [startsFrom: string, lastDay: string],
	facts: Facts,
	when: string,
	asked?: Asked,
];

export const later = '2026-03-02 10:00';

function questionOf({ privilege = 'administer-oral', site = roseHouse, person }: Asked) {
	return { privilege, siteId: site, ...(person ? { person } : {}) };
}

export function answer(facts: Facts, when = later, asked: Asked = {}): Decision {
	const { rules = rulesWith(), known = when } = asked;
	return decide(rules, history(...facts), questionOf(asked), moment(when), moment(known));
}

/** The codes that permit. */
export const permitting: readonly ReasonCode[] = ['competent', 'override_active', 'second_check_by_telephone'];

/** One test for each row. */
export function tableOf(rows: readonly Row[]): void {
	test.each(rows)('%s', (_name, [code, standing, validUntil], facts, when, asked) => {
		const given = answer(facts, when, asked);
		const permit = permitting.includes(code);
		expect([given.permit, given.code, given.standing]).toEqual([permit, code, standing]);
		if (validUntil) expect(given.validUntil).toEqual(moment(validUntil));
		expect(given.validUntil !== null).toBe(permit);
	});
}

export function termTableOf(keepsAnniversary: boolean, rows: readonly TermRow[]): void {
	test.each(rows)('%s', (_name, [startsFrom, lastDay], facts, when, asked = {}) => {
		const term = termOf(asked.rules ?? rulesWith(), history(...facts), questionOf(asked), moment(when));
		expect([term?.startsFrom, term?.lastDay]).toEqual([startsFrom, lastDay] satisfies [Term['startsFrom'], string]);
		expect(term?.keepsAnniversary).toBe(keepsAnniversary);
	});
}

/** Asked under these numbers of policy. */
export function under(changes: Parameters<typeof policyWith>[0], privileges?: Privilege[]): Asked {
	return { rules: rulesWith(policyWith(changes), privileges) };
}

/** Asked of a privilege that asks for these things and a sign-off. */
export function asking(code: PrivilegeCode, ...requirements: Requirement[]): Asked & { rules: Rules } {
	const entry = privilegeOf(
		code,
		[...requirements, { kind: 'sign-off', by: ['manager'] }],
		['carer', 'senior', 'nurse'],
	);
	return { privilege: code, rules: rulesWith(policyWith(), [entry]) };
}

/** The answers there are, by the name the tables use for them. */
export const permits: Answer = ['competent', 'competent'];
export const permitsDue: Answer = ['competent', 'due-soon'];
export const expired: Answer = ['expired', 'expired'];
export const paused: Answer = ['paused_review', 'paused'];
export const withdrawn: Answer = ['withdrawn', 'withdrawn'];
/** Withdrawn, and all is done again but the sign-off. */
export const withdrawnReady: Answer = ['withdrawn', 'ready-for-sign-off'];
export const restsOnNothing: Answer = ['prerequisite_missing', 'paused'];
export const unknown: Answer = ['unknown_privilege', 'not-required'];
export const left: Answer = ['left', 'not-required'];
export const elsewhere: Answer = ['site_induction_missing', 'not-required'];
export const notRequired: Answer = ['not_assessed', 'not-required'];
export const notStarted: Answer = ['module_missing', 'not-started'];
export const moduleMissing: Answer = ['module_missing', 'in-training'];
export const quizMissing: Answer = ['quiz_not_passed', 'in-training'];
export const roundsShort: Answer = ['observations_short', 'ready-to-observe'];
export const signOffMissing: Answer = ['sign_off_missing', 'ready-for-sign-off'];
/** Signed off on what did not count, or has been taken back since, and something is still to be done. */
export const signOffVoid: Answer = ['sign_off_unsound', 'in-training'];
/** The same, where nothing is missing any more but a new sign-off. */
export const signOffVoidReady: Answer = ['sign_off_unsound', 'ready-for-sign-off'];
export const prerequisiteFirst: Answer = ['prerequisite_missing', 'not-started'];
export const beside: Answer = ['supervised_only', 'supervised'];
/** Signed off, and looked at again: something that was due has not been done. */
export const roundDue: Answer = ['observations_short', 'expired'];
export const quizDue: Answer = ['quiz_not_passed', 'expired'];
export const documentDue: Answer = ['declaration_missing', 'expired'];
export const readingDue: Answer = ['module_missing', 'expired'];

import { expect, test } from 'vitest';
import { decide, type Rules, type Standing } from '../../app/domain/decide.ts';
import type { PrivilegeCode } from '../../app/domain/privilege.ts';
import type { ReasonCode } from '../../app/domain/reason.ts';
import { type Draft, history, moment, roseHouse, rulesWith } from './support.ts';

/**
 * A row of a table about `decide`: what the case is, the answer, what happened, and when it is asked (in March 2026
 * unless it says so). About Amara, oral medicines and Rose House unless it says so.
 */
export type Row = [name: string, answer: Answer, facts: (Draft | Draft[])[], when?: string, asked?: Asked];
export type Answer = readonly [code: ReasonCode, standing: Standing];
export interface Asked {
	privilege?: PrivilegeCode;
	site?: string;
	known?: string;
	rules?: Rules;
}

export const later = '2026-03-02 10:00';

export function answer(facts: (Draft | Draft[])[], when = later, asked: Asked = {}) {
	const question = { privilege: asked.privilege ?? 'administer-oral', siteId: asked.site ?? roseHouse };
	const at = moment(when);
	return decide(asked.rules ?? rulesWith(), history(...facts), question, at, asked.known ? moment(asked.known) : at);
}

/** One test for each row. Only the code `competent` permits. */
export function tableOf(rows: Row[]): void {
	test.each(rows)('%s', (_name, [code, standing], facts, when, asked) => {
		const given = answer(facts, when, asked);
		expect([given.permit, given.code, given.standing]).toEqual([code === 'competent', code, standing]);
	});
}

/** The answers there are, by the name the tables use for them. */
export const permits: Answer = ['competent', 'competent'];
export const permitsDue: Answer = ['competent', 'due-soon'];
export const expired: Answer = ['expired', 'expired'];
export const paused: Answer = ['paused_review', 'paused'];
export const withdrawn: Answer = ['withdrawn', 'withdrawn'];
export const restsOnNothing: Answer = ['prerequisite_missing', 'paused'];
export const unknown: Answer = ['unknown_privilege', 'not-required'];
export const left: Answer = ['left', 'not-required'];
export const elsewhere: Answer = ['site_induction_missing', 'not-required'];
export const notRequired: Answer = ['not_assessed', 'not-required'];
export const notStarted: Answer = ['module_missing', 'not-started'];
export const moduleMissing: Answer = ['module_missing', 'in-training'];
export const quizMissing: Answer = ['quiz_not_passed', 'in-training'];
export const roundsShort: Answer = ['observations_short', 'ready-to-observe'];
export const signOffMissing: Answer = ['sign_off_missing', 'ready-to-observe'];
/** Signed off, but on rounds that did not count or have been taken back. */
export const signOffVoid: Answer = ['observations_short', 'in-training'];
export const prerequisiteFirst: Answer = ['prerequisite_missing', 'not-started'];

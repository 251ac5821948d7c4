import { expect, test } from 'vitest';
import { decide } from '#app/domain/decide.ts';
import type { Decision } from '#app/domain/decision.ts';
import { delegatedFor, sayDelegatedToThem } from '#app/domain/delegation.ts';
import type { Evidence, Payload } from '#app/domain/evidence.ts';
import { detailOf } from '#app/domain/evidence-detail.ts';
import { Facts } from '#app/domain/facts.ts';
import { allowedUntil, lastDayShown } from '#app/domain/matrix.ts';
import { asking } from './cases.ts';
import { type Draft, delegates, history, moment, reads, roseHouse, signsOff, working } from './support.ts';

/** What every page shows beside an answer, from that one answer. */
const end = moment('2027-03-03 22:00');
const given: Partial<Decision> = { lastDay: '2027-02-01', rechecks: [], validUntil: end, permit: true };

test.each<[string, Partial<Decision>, string | null]>([
	['the last day of a permit', { code: 'competent', standing: 'competent' }, '2027-03-03'],
	['the day it ran out', { code: 'expired', standing: 'expired', permit: false, validUntil: null }, '2027-02-01'],
	['none of hours that a manager on call allowed', { code: 'override_active', standing: 'expired' }, null],
	['none of cover for a night', { code: 'override_active', standing: 'not-required' }, null],
	['none of a check by telephone', { code: 'second_check_by_telephone', standing: 'competent' }, null],
])('the day beside a standing: %s', (_, decision, shown) => {
	const whole = { ...given, ...decision } as Decision;
	expect(lastDayShown(whole)).toBe(shown);
	const onCall = whole.code === 'override_active' || whole.code === 'second_check_by_telephone';
	expect(allowedUntil(whole)).toBe(onCall ? end : null);
});

test('whoever waits for a nurse reads for whom they may do it, and until when', () => {
	const { rules } = asking(
		'administer-insulin',
		{ kind: 'module', module: 'insulin', version: 1 },
		{ kind: 'delegation' },
	);
	const holder = [
		...working,
		reads('2026-01-12', { module: 'insulin', version: 1 }),
		signsOff('2026-02-01', '2027-02-01', { privilege: 'administer-insulin' }),
	];
	const at = moment('2026-04-01');
	const forWhom = (drafts: Draft[]) => {
		const facts = history(...drafts);
		const asked = { privilege: 'administer-insulin' as const, siteId: roseHouse };
		const decision = decide(rules, facts, asked, at);
		return delegatedFor(decision, { facts: Facts.from(facts), question: asked, policy: rules.policy, at });
	};
	const two = [
		...holder,
		delegates('2026-02-10', '2026-06-30', { person: 'R-17' }),
		delegates('2026-02-10', '2026-03-14', { person: 'R-18' }),
	];
	expect(forWhom(working)).toBeNull();
	expect(forWhom(holder)).toEqual([]);
	expect(forWhom(two)).toEqual(['R-17 until 30 June 2026']);
	expect(sayDelegatedToThem(['R-17 until 30 June 2026'])).toContain('You may do it for R-17 until 30 June 2026.');
	expect(sayDelegatedToThem([])).toContain('not handed this task to you for anybody yet');
});

test.each<[string, Partial<Payload<'observation'>>, string]>([
	['passed', { passed: true }, 'morning, passed'],
	['not passed', { passed: false }, 'morning, not passed'],
	['seen unsafe', { passed: false, criticalMissed: ['keys'] }, 'morning, not passed, a critical line missed'],
	['stopped', { passed: false, stoppedForSafety: true }, 'morning, not passed, stopped for safety'],
	['kept', { passed: true, notCounted: 'stopped' }, 'morning, passed, kept without counting'],
])('a round in a list says how it ended: %s', (_, payload, says) => {
	const round = { kind: 'observation', payload: { timeOfDay: 'morning', criticalMissed: [], ...payload } };
	expect(detailOf(round as unknown as Evidence, { module: String, privilege: String })).toBe(says);
});

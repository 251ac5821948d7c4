import { expect, test } from 'vitest';
import type { ReasonCode } from '../../app/domain/reason.ts';
import { type Asked, answer, later, under } from './cases.ts';
import {
	allowsAlone,
	allowsOnCall,
	competent,
	elmCourt,
	learned,
	oral,
	pauses,
	policyWith,
	privilegeOf,
	reads,
	round,
	rulesWith,
	sitsQuiz,
	starts,
	supervised,
} from './support.ts';

/** The same from facts: what an answer says of itself for the rule of two people, and what vouches. */
const drug = privilegeOf('administer-controlled-drug', [
	{ kind: 'module', module: 'drugs', version: 1 },
	{ kind: 'prerequisite', privilege: 'administer-oral' },
	{ kind: 'sign-off', by: ['manager'] },
]);
const drugs: Asked = {
	privilege: 'administer-controlled-drug',
	rules: rulesWith(policyWith(), [oral, { ...drug, witness: 'witness-controlled-drug' }]),
};
const read = reads('2026-02-01', { module: 'drugs', version: 1 });
const call = allowsOnCall('2026-03-02 08:00', '2026-03-02 20:00', { privilege: 'administer-controlled-drug' });

test.each([
	['somebody of day two who has read it', [starts('2026-01-05'), read, call], false],
	['somebody who may give oral medicines', [competent, read, call], true],
	[
		'somebody whose oral medicines are on an override too',
		[learned, read, call, { ...call, privilege: 'administer-oral' as const }],
		false,
	],
	[
		'somebody whose oral medicines have lapsed',
		[competent, read, call, round('2026-02-25', { passed: false, criticalMissed: [] })],
		true,
	],
])('on an override, %s holds what it rests on: %s', (_name, facts, holds) => {
	const given = answer(facts, later, drugs);
	expect([given.code, given.holdsWhatItRestsOn]).toEqual(['override_active', holds]);
});

test('cover holds what it rests on; an override of what rests on nothing does not', () => {
	const cover = { ...call, privilege: 'administer-oral' as const, siteId: elmCourt };
	const oralCall = { ...call, privilege: 'administer-oral' as const };
	expect(answer([competent, cover], later, { site: elmCourt }).holdsWhatItRestsOn).toBe(true);
	expect(answer([learned, oralCall]).holdsWhatItRestsOn).toBe(false);
	expect(answer([starts('2026-01-05'), call], later, drugs).code).not.toBe('override_active');
});

// Issue: rounds watched by somebody on an override became lasting evidence.
test.each<[string, ReasonCode, boolean, Parameters<typeof answer>]>([
	['somebody competent', 'competent', true, [[competent]]],
	[
		'somebody on an override',
		'override_active',
		false,
		[[learned, allowsOnCall('2026-03-02 08:00', '2026-03-02 20:00')]],
	],
	[
		'somebody on an override whose sign-off has run out',
		'override_active',
		false,
		[[competent, allowsOnCall('2027-03-02 08:00', '2027-03-02 20:00')], '2027-03-02 10:00'],
	],
	[
		'somebody covering from a sister site',
		'override_active',
		false,
		[[competent, allowsOnCall('2026-03-02 08:00', '2026-03-02 20:00', { site: elmCourt })], later, { site: elmCourt }],
	],
	['somebody supervised', 'supervised_only', false, [[learned, supervised('2026-02-01')]]],
	['somebody paused', 'paused_review', false, [[competent, pauses('2026-03-01')]]],
	[
		'somebody who missed a critical line',
		'observations_short',
		false,
		[[competent, round('2026-03-01', { passed: false })]],
	],
	['somebody with a quiz due', 'competent', true, [[competent, sitsQuiz('2026-03-01', false)]]],
	[
		'somebody who gives alone, checked by telephone: it is theirs',
		'second_check_by_telephone',
		true,
		[
			[competent, allowsAlone('2026-03-02 08:00', '2026-03-02 20:00')],
			later,
			{ rules: rulesWith(policyWith(), [{ ...oral, witness: 'witness-controlled-drug' }]) },
		],
	],
	['somebody whose window is open', 'competent', true, [[competent], '2027-01-10', under({})]],
])('%s vouches: %s, %s', (_name, code, holds, given) => {
	const decision = answer(...given);
	expect([decision.code, decision.holds]).toEqual([code, holds]);
});

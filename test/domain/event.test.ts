import { expect, test } from 'vitest';
import { refuseAssessor } from '../../app/domain/assessing.ts';
import { eventOf } from '../../app/domain/event.ts';
import type { Standing } from '../../app/domain/rules.ts';

const stand = (standing: Standing, permit = standing === 'competent' || standing === 'due-soon', until?: string) => ({
	standing,
	permit,
	permitUntil: until ? new Date(until) : null,
});

test.each<[Standing | undefined, Standing, string | null]>([
	[undefined, 'not-started', null],
	[undefined, 'competent', 'competency.granted'],
	['not-started', 'in-training', null],
	['ready-to-observe', 'competent', 'competency.granted'],
	['expired', 'competent', 'competency.granted'],
	['withdrawn', 'competent', 'competency.granted'],
	['paused', 'competent', 'competency.restored'],
	['paused', 'due-soon', 'competency.restored'],
	['competent', 'competent', null],
	['competent', 'due-soon', 'competency.due_soon'],
	['due-soon', 'competent', null],
	['competent', 'paused', 'competency.paused'],
	['in-training', 'paused', 'competency.paused'],
	['competent', 'withdrawn', 'competency.withdrawn'],
	['paused', 'withdrawn', 'competency.withdrawn'],
	['competent', 'expired', 'competency.expired'],
	['due-soon', 'in-training', 'competency.withdrawn'],
	['competent', 'not-required', 'competency.withdrawn'],
	['competent', 'supervised', 'competency.withdrawn'],
	['in-training', 'supervised', null],
	['supervised', 'in-training', 'competency.withdrawn'],
	['supervised', 'competent', 'competency.granted'],
	['paused', 'expired', null],
	['withdrawn', 'withdrawn', null],
	['ready-to-observe', 'ready-for-sign-off', null],
	['withdrawn', 'ready-for-sign-off', null],
	['ready-for-sign-off', 'withdrawn', null],
	['ready-for-sign-off', 'competent', 'competency.granted'],
	['ready-for-sign-off', 'paused', 'competency.paused'],
	['competent', 'ready-for-sign-off', 'competency.withdrawn'],
])('by something recorded, from %s to %s: %s', (before, after, type) => {
	expect(eventOf(before && stand(before), stand(after), 'record')).toBe(type);
});

test.each<[Standing, Standing, string | null]>([
	['competent', 'due-soon', 'competency.due_soon'],
	['due-soon', 'expired', 'competency.expired'],
	['due-soon', 'ready-for-sign-off', 'competency.expired'],
	['ready-for-sign-off', 'expired', null],
	['ready-for-sign-off', 'withdrawn', null],
	['competent', 'not-required', 'competency.expired'],
	['supervised', 'not-required', 'competency.expired'],
	['competent', 'paused', 'competency.paused'],
	['paused', 'expired', null],
	['in-training', 'not-required', null],
])('with time, from %s to %s: %s', (before, after, type) => {
	expect(eventOf(stand(before), stand(after), 'time')).toBe(type);
});

test.each<[string, ReturnType<typeof stand>, ReturnType<typeof stand>, string | null]>([
	['ends later', stand('competent', true, '2027-03-14'), stand('competent', true, '2028-03-14'), 'competency.granted'],
	[
		'ends earlier',
		stand('competent', true, '2027-03-14'),
		stand('competent', true, '2027-01-01'),
		'competency.granted',
	],
	['ends some day at all', stand('competent', true), stand('competent', true, '2027-01-01'), 'competency.granted'],
	[
		'ends earlier and soon',
		stand('competent', true, '2027-03-14'),
		stand('due-soon', true, '2026-12-01'),
		'competency.granted',
	],
	['ends when it did', stand('competent', true, '2027-03-14'), stand('competent', true, '2027-03-14'), null],
	['is only an override', stand('expired', false), stand('expired', true, '2026-12-01'), 'competency.granted'],
	[
		'was only an override',
		stand('in-training', true, '2026-12-01'),
		stand('in-training', false),
		'competency.withdrawn',
	],
	['needs a delegation and is gone', stand('competent', false), stand('in-training', false), 'competency.withdrawn'],
	['needs a delegation and has run out', stand('due-soon', false), stand('expired', false), 'competency.expired'],
])('a permit that %s', (_name, before, after, type) => {
	expect(eventOf(before, after, 'record')).toBe(type);
});

test.each([
	['somebody else, signed off to assess, competent', 'ben', true, true, null],
	['the learner', 'amara', true, true, 'yourself'],
	['not signed off to assess', 'ben', false, true, 'not-an-assessor'],
	['not competent in the same', 'ben', true, false, 'not-competent'],
	['neither', 'ben', false, false, 'not-an-assessor'],
])('an assessor who is %s', (_name, assessorId, assess, same, refusal) => {
	const given = { assessorId, learnerId: 'amara', assess: { holds: assess }, samePrivilege: { holds: same } };
	expect(refuseAssessor(given)).toBe(refusal);
});

import { expect, test } from 'vitest';
import { refuseAssessor } from '../../app/domain/assessing.ts';
import type { Decision } from '../../app/domain/decision.ts';
import { eventOf } from '../../app/domain/event.ts';
import type { Standing } from '../../app/domain/rules.ts';

const standing = (standing: Standing) =>
	({ standing, permit: standing === 'competent' || standing === 'due-soon' }) as Decision;

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
	['competent', 'due-soon', null],
	['due-soon', 'competent', null],
	['competent', 'paused', 'competency.paused'],
	['in-training', 'paused', 'competency.paused'],
	['competent', 'withdrawn', 'competency.withdrawn'],
	['paused', 'withdrawn', 'competency.withdrawn'],
	['competent', 'expired', 'competency.ended'],
	['due-soon', 'in-training', 'competency.ended'],
	['competent', 'not-required', 'competency.ended'],
	['paused', 'expired', null],
	['withdrawn', 'withdrawn', null],
])('from %s to %s: %s', (before, after, type) => {
	expect(eventOf(before && standing(before), standing(after))).toBe(type);
});

test.each([
	['somebody else, signed off to assess, competent', 'ben', true, true, null],
	['the learner', 'amara', true, true, 'yourself'],
	['not signed off to assess', 'ben', false, true, 'not-an-assessor'],
	['not competent in the same', 'ben', true, false, 'not-competent'],
	['neither', 'ben', false, false, 'not-an-assessor'],
])('an assessor who is %s', (_name, assessorId, assess, same, refusal) => {
	const given = { assessorId, learnerId: 'amara', assess: { permit: assess }, samePrivilege: { permit: same } };
	expect(refuseAssessor(given)).toBe(refusal);
});

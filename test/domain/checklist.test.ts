import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Checklist, checklist, criteriaOf, markRound, unanswered } from '../../app/domain/checklist.ts';
import { type Answer, answers } from '../../app/domain/words.ts';
import { policyWith } from './support.ts';

const line = (id: string, more: { critical?: boolean; mayNotApply?: boolean } = {}) => ({
	id,
	text: `Does what ${id} asks for`,
	critical: false,
	mayNotApply: false,
	...more,
});
const form: Pick<Checklist, 'sections'> = {
	sections: [
		{ title: 'Before', criteria: [line('hands'), line('keys', { critical: true })] },
		{
			title: 'Giving',
			criteria: [line('refusal', { mayNotApply: true }), line('swallowed', { critical: true }), line('water')],
		},
	],
};
const allYes: Record<string, Answer> = { hands: 'yes', keys: 'yes', refusal: 'yes', swallowed: 'yes', water: 'yes' };

test.each<[string, Record<string, Answer>, boolean, boolean]>([
	['every line met', {}, false, true],
	['one plain line missed', { hands: 'no' }, false, true],
	['as many plain lines missed as policy allows', { hands: 'no', water: 'no' }, false, true],
	['one more plain line missed', { hands: 'no', water: 'no', refusal: 'no' }, false, false],
	['one critical line missed', { swallowed: 'no' }, false, false],
	['stopped for safety, every line met', {}, true, false],
	['a critical line not seen', { swallowed: 'not-seen' }, false, true],
	['every line not seen', Object.fromEntries(Object.keys(allYes).map((id) => [id, 'not-seen'])), false, true],
	['a line that did not come up', { refusal: 'not-applicable' }, false, true],
])('a round passes or not: %s', (_name, changes, stopped, passed) => {
	expect(markRound(form, { ...allYes, ...changes }, stopped, policyWith()).passed).toBe(passed);
});

test('a mark names what was missed, what of it is critical and what nobody saw, in the order of the form', () => {
	const results: Record<string, Answer> = { ...allYes, water: 'no', keys: 'no', refusal: 'not-seen' };
	expect(markRound(form, results, false, policyWith())).toEqual({
		passed: false,
		criticalMissed: ['keys'],
		missed: ['keys', 'water'],
		notSeen: ['refusal'],
	});
});

test('policy may allow no misses at all', () => {
	const strict = policyWith({ observation: { missesAllowed: 0 } });
	expect(markRound(form, { ...allYes, hands: 'no' }, false, strict).passed).toBe(false);
	expect(markRound(form, allYes, false, strict).passed).toBe(true);
});

test('answers to lines that are not on the form change nothing', () => {
	expect(markRound(form, { ...allYes, other: 'no' }, false, policyWith())).toEqual(
		markRound(form, allYes, false, policyWith()),
	);
});

test('a miss never turns a failed round into a passed one', () => {
	const results = fc.record(Object.fromEntries(Object.keys(allYes).map((id) => [id, fc.constantFrom(...answers)])));
	fc.assert(
		fc.property(results, fc.constantFrom(...Object.keys(allYes)), fc.boolean(), (given, id, stopped) => {
			const before = markRound(form, given as Record<string, Answer>, stopped, policyWith());
			const after = markRound(form, { ...(given as Record<string, Answer>), [id]: 'no' }, stopped, policyWith());
			expect(after.passed && !before.passed).toBe(false);
		}),
	);
});

test.each<[string, Record<string, string>, string[]]>([
	['nothing filled in', {}, ['hands', 'keys', 'refusal', 'swallowed', 'water']],
	['everything filled in', allYes, []],
	['one left open', { ...allYes, keys: '' }, ['keys']],
	['not applicable where it may be', { ...allYes, refusal: 'not-applicable' }, []],
	['not applicable where it may not be', { ...allYes, swallowed: 'not-applicable' }, ['swallowed']],
	['not seen is an answer', { ...allYes, swallowed: 'not-seen' }, []],
])('what a form leaves open: %s', (_name, results, open) => {
	expect(unanswered(form, results).map((each) => each.id)).toEqual(open);
});

test('each criterion has its own id, across sections', () => {
	const provenance = {
		version: 1,
		owner: 'test',
		reviewBy: '2099-01-01',
		clinicalReview: 'awaiting',
		sources: [{ title: 'test' }],
	};
	const whole = { slug: 'oral-round', title: 'Oral round', provenance, ...form };
	expect(checklist.safeParse(whole).success).toBe(true);
	expect(criteriaOf(form).map((each) => each.id)).toEqual(Object.keys(allYes));
	const twice = { ...whole, sections: [...form.sections, { title: 'After', criteria: [line('hands')] }] };
	expect(checklist.safeParse(twice).error?.message).toContain('each criterion has its own id');
});

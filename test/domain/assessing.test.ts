import { describe, expect, test } from 'vitest';
import { holdsBy, mayAbout, maySignOff } from '#app/domain/assessing.ts';
import type { Post } from '#app/domain/authority.ts';
import type { Checklist } from '#app/domain/checklist.ts';
import type { Policy } from '#app/domain/policy.ts';
import type { Role } from '#app/domain/privilege.ts';
import { reasonCodes } from '#app/domain/reason.ts';
import { mayRecordOutside } from '#app/domain/record.ts';
import { keptAs, nobodyIn } from '#app/domain/round-worth.ts';

const post = (role: Role, siteId: string | null = 'rose'): Post => ({ role, siteId });

test('only who holds it vouches: an override does not, nor does anything that is refused', () => {
	const vouch = reasonCodes.filter(holdsBy);
	expect(vouch).toEqual(['competent', 'delegation_missing', 'second_check_by_telephone']);
});

describe('who may sign off', () => {
	test.each<[string, Post[], Role[], Role[], boolean]>([
		['a manager, what is by managers', [post('manager')], ['manager'], ['carer'], true],
		['a manager of the whole provider', [post('manager', null)], ['manager'], ['carer'], true],
		['a manager of another site', [post('manager', 'elm')], ['manager'], ['carer'], false],
		['a medication lead, what is by managers alone', [post('medication-lead')], ['manager'], ['carer'], false],
		['a nurse, what is by nurses', [post('nurse')], ['nurse'], ['carer'], true],
		['a nurse, what is by managers', [post('nurse')], ['manager', 'medication-lead'], ['carer'], false],
		['a manager, what is by nurses', [post('manager')], ['nurse'], ['carer'], false],
		['a manager, what is by nurses, for a nurse', [post('manager')], ['nurse'], ['nurse'], true],
		['a medication lead, the same', [post('medication-lead')], ['nurse'], ['nurse'], false],
		['a senior, whatever the file says', [post('senior')], ['senior'], ['carer'], false],
	])('%s', (_, posts, by, roles, expected) => {
		expect(maySignOff(posts, 'rose', by, { roles })).toBe(expected);
	});
});

describe('what a nurse sees', () => {
	test.each<[string, Post[], 'see-evidence' | 'sign-off' | 'delegate' | 'pause', Role[], boolean]>([
		['the evidence of what nurses sign off', [post('nurse')], 'see-evidence', ['nurse'], true],
		['not of anything else', [post('nurse')], 'see-evidence', ['manager'], false],
		['not at another site', [post('nurse', 'elm')], 'see-evidence', ['nurse'], false],
		['the page that signs it off', [post('nurse')], 'sign-off', ['nurse'], true],
		['not that of anything else', [post('nurse')], 'sign-off', ['manager'], false],
		['what her other post gives', [post('nurse'), post('manager')], 'sign-off', ['manager'], true],
		['her delegations', [post('nurse')], 'delegate', ['manager'], true],
		['no pauses', [post('nurse')], 'pause', ['nurse'], false],
	])('%s', (_, posts, authority, by, expected) => {
		expect(mayAbout(posts, authority, 'rose', by)).toBe(expected);
	});
});

test.each<[string, Role[], Role[] | undefined, Role[], boolean]>([
	['a manager', ['manager'], undefined, ['carer'], true],
	['a nurse, where anybody may watch', ['nurse'], undefined, ['carer'], false],
	['a nurse, where nurses watch', ['nurse'], ['nurse'], ['carer'], true],
	['a manager, where nurses watch', ['manager'], ['nurse'], ['carer'], false],
	['a manager, where nurses watch, about a nurse', ['manager'], ['nurse'], ['nurse'], true],
])('an outside assessment is recorded by: %s', (_, roles, by, learner, expected) => {
	expect(mayRecordOutside(roles, by, learner)).toBe(expected);
});

test.each([
	['stopped', 'stopped'],
	['not-at-this-site', 'stopped'],
	['party', 'party'],
	['before-learning', 'before-learning'],
	['not-an-assessor', null],
	[null, null],
] as const)('what refuses a round (%s) keeps one that was begun as %s', (why, kept) => {
	expect(keptAs(why)).toBe(kept);
});

describe('a form that says that nobody was given anything', () => {
	const line = { id: 'identifies', text: 'Identifies the person', critical: true, mayNotApply: false };
	const sections: Checklist['sections'] = [{ title: 'Giving', criteria: [line] }];
	const policy = { observation: { missesAllowed: 0 } } as Policy;
	const form = (more: object) => ({
		results: { identifies: 'yes' as const },
		people: 0,
		doses: 0,
		refusals: 3,
		stoppedForSafety: false,
		variant: undefined,
		simulated: false,
		note: '',
		...more,
	});
	test.each<[string, object, boolean | undefined, string[]]>([
		['is no round', {}, undefined, ['people', 'doses']],
		['is none either where all was declined', { people: 3 }, undefined, ['doses']],
		['is one where its form counts nobody', {}, false, []],
		['is recorded where it was stopped', { stoppedForSafety: true }, undefined, []],
		['is recorded where it failed', { results: { identifies: 'no' } }, undefined, []],
	])('%s', (_, more, counts, expected) => {
		expect(nobodyIn(form(more), { sections, ...(counts === undefined ? {} : { counts }) }, policy)).toEqual(expected);
	});
});

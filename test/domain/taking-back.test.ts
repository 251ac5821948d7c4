import { expect, test } from 'vitest';
import { type Evidence, type EvidenceKind, evidenceKinds } from '#app/domain/evidence.ts';
import { type Effect, needsOf, refuseTakingBack } from '#app/domain/taking-back.ts';

const entryOf = (kind: EvidenceKind, payload: object = {}, siteId: string | null = 'rose') =>
	({ id: 'it', kind, personId: 'amara', privilege: 'administer-oral', siteId, payload }) as unknown as Evidence;
const round = (more: object = {}) =>
	entryOf('observation', {
		assessor: 'ben',
		passed: true,
		missed: [],
		criticalMissed: [],
		stoppedForSafety: false,
		...more,
	});
const needs = (entry: Evidence, effects: Effect[] = [], assessorSpeaks = true) => {
	const found = needsOf(entry, effects, { assessorSpeaks });
	return found && `${found.authority}, ${found.reach}, ${found.second}`;
};

/** Where removing a row only takes leave away. */
const easy = 'correct, person, nobody';

test.each<[string, Evidence, string | null]>([
	['a module', entryOf('module-completed'), easy],
	['reading what is new', entryOf('acknowledgement'), easy],
	['a document read', entryOf('declaration'), easy],
	['a site induction', entryOf('site-induction'), easy],
	['a quiz', entryOf('quiz-marked'), easy],
	['an outside assessment', entryOf('outside-assessment'), easy],
	['a qualification', entryOf('award'), easy],
	['supervision', entryOf('supervision'), easy],
	['a delegation', entryOf('delegation'), easy],
	['a sign-off', entryOf('sign-off'), easy],
	['an override', entryOf('override'), easy],
	['a lone giving', entryOf('lone-giving'), easy],
	['an upholding', entryOf('sign-off-upheld'), easy],
	['a passed round without a miss', round(), easy],
	['a passed round with a miss', round({ missed: ['hands'] }), 'correct, person, assessor'],
	['a failed round', round({ passed: false }), 'correct, person, assessor'],
	['a round that was stopped', round({ stoppedForSafety: true, passed: false }), 'correct, person, assessor'],
	['a yes about age', entryOf('age-decision', { may: true }), easy],
	['a no about age', entryOf('age-decision', { may: false }), 'decide, person, nobody'],
	['a start of work', entryOf('employment-started'), 'decide, row, nobody'],
	['an end of work', entryOf('employment-ended'), 'decide, row, nobody'],
	['the end of a delegation', entryOf('delegation-ended'), 'delegate, row, nobody'],
	['a delegation that is to be taken over', entryOf('delegation-takeover'), 'delegate, row, nobody'],
	['an absence', entryOf('absence', {}, null), 'record, person, nobody'],
	['a withdrawal', entryOf('withdrawal'), 'withdraw, row, confirms'],
	['a pause', entryOf('pause'), 'pause, row, nobody'],
	['a lifting', entryOf('pause-lifted', { asks: 'nothing' }), 'pause, row, nobody'],
	['a lifting on a condition', entryOf('pause-lifted', { asks: 'quiz' }), 'pause, row, confirms'],
	['a taking back', entryOf('retraction'), null],
])('taking back %s needs what the act needed', (_, entry, expected) => {
	expect(needs(entry)).toBe(expected);
});

const effect = (before: object, after: object) =>
	({
		before: { permit: false, stop: null, progress: [{ requirement: 1, met: true }], rechecks: [], ...before },
		after: { permit: false, stop: null, progress: [{ requirement: 1, met: true }], rechecks: [], ...after },
	}) as unknown as Effect;
const asked = { rechecks: [{ cause: 'absence', asks: 'observation' }] };

test.each<[string, Effect, boolean]>([
	['a no would be a yes', effect({}, { permit: true }), true],
	['a yes would be a no', effect({ permit: true, ...asked }, {}), false],
	['a stop would be gone', effect({ stop: 'withdrawn' }, {}), true],
	['something would be asked no more', effect(asked, {}), true],
	['of somebody who may', effect({ permit: true, ...asked }, { permit: true }), true],
	['something would be met that is not', effect({ progress: [{ requirement: 1, met: false }] }, {}), true],
	['something else would be lost', effect(asked, { progress: [{ requirement: 1, met: false }] }), false],
	['they would not work there any more', effect(asked, { progress: [] }), false],
	['nothing would be', effect(asked, asked), false],
])('where %s, a second person says so as well, or not', (_, changes, second) => {
	expect(needs(entryOf('award'), [changes])).toBe(second ? 'correct, person, confirms' : easy);
	expect(needs(entryOf('pause'), [changes]), 'whoever may lift it').toBe('pause, row, nobody');
});

test('the table has every kind', () => {
	for (const kind of evidenceKinds) {
		const payload = { missed: [], criticalMissed: [] };
		expect(needs(entryOf(kind, payload)) === null, kind).toBe(kind === 'retraction');
	}
});

test('a row of the whole provider is for whoever may decide everywhere, by one post or by one at each site', () => {
	const entry = entryOf('pause', {}, null);
	const found = needsOf(entry, [], { assessorSpeaks: false });
	if (!found) throw new Error('a pause can be taken back');
	const refused = (...sites: (string | null)[]) =>
		refuseTakingBack(found, entry, {
			by: { personId: 'grace', posts: sites.map((siteId) => ({ role: 'manager', siteId })) },
			second: null,
			sites: ['rose'],
			allSites: ['rose', 'elm'],
			parties: [],
		});
	expect([refused('rose'), refused('rose', 'elm'), refused(null), refused()]).toEqual([
		'not-everywhere',
		null,
		null,
		'not-everywhere',
	]);
});

import { expect, test } from 'vitest';
import { askedNow, sayAskedToThem, sayDue, titleOfAsked } from '../../app/domain/asked.ts';
import type { Progress } from '../../app/domain/ground.ts';
import { nextTask, shortOfRounds } from '../../app/domain/induction.ts';
import type { Requirement } from '../../app/domain/privilege.ts';
import type { ReasonCode } from '../../app/domain/reason.ts';
import type { Recheck } from '../../app/domain/recheck.ts';

const at = new Date('2027-03-03T12:00:00Z');
const module: Requirement = { kind: 'module', module: 'rights', version: 1 };
const quiz: Requirement = { kind: 'quiz', quiz: 'oral', draw: [{ module: 'rights', questions: 3, critical: 1 }] };
const observation: Requirement = { kind: 'observation', checklist: 'oral-round' };
const signOff: Requirement = { kind: 'sign-off', by: ['manager'] };
const prerequisite: Requirement = { kind: 'prerequisite', privilege: 'administer-oral' };
const met = (requirement: Requirement): Progress => ({ requirement, met: true, done: 1, of: 1, evidence: [] });
const unmet = (requirement: Requirement): Progress => ({ ...met(requirement), met: false, done: 0 });

const asked = (given: Partial<Recheck> & Pick<Recheck, 'cause' | 'asks'>): Recheck => ({
	since: new Date('2027-03-03T08:00:00Z'),
	dueBy: new Date('2027-03-03T08:00:00Z'),
	...given,
});
const failed = asked({ cause: 'failed-round', asks: 'observation' });
const document = asked({ cause: 'document', asks: 'declare', document: { slug: 'medicines-policy', version: 2 } });
const later = { dueBy: new Date('2027-03-15T00:00:00Z') };

const decision = (code: ReasonCode, progress: Progress[], rechecks: Recheck[] = [], permit = false) => ({
	permit,
	code,
	progress,
	rechecks,
});
const says = (given: ReturnType<typeof decision>) => {
	const next = nextTask(given, at);
	return next && [next.progress?.requirement.kind ?? next.recheck?.cause, next.waitsFor];
};
const signedOff = [met(module), unmet(quiz), unmet(observation), met(signOff)];

test.each<[string, ReturnType<typeof decision>, string[] | null]>([
	['reading, in the order of a person', decision('module_missing', [unmet(module), unmet(quiz)]), ['module', 'nobody']],
	[
		'reading before a quiz, whatever the order',
		decision('quiz_not_passed', [unmet(quiz), unmet(module)]),
		['module', 'nobody'],
	],
	[
		'a round, once all is read',
		decision('observations_short', [met(module), unmet(observation)]),
		['observation', 'assessor'],
	],
	['the sign-off last', decision('sign_off_missing', [met(observation), unmet(signOff)]), ['sign-off', 'manager']],
	[
		'a condition, where all else is met',
		decision('observations_short', [met(observation), unmet(signOff)], [failed]),
		['failed-round', 'assessor'],
	],
	[
		'what can be done alone, before what waits for somebody',
		decision('observations_short', [unmet(observation), unmet(signOff)], [asked({ cause: 'absence', asks: 'quiz' })]),
		['absence', 'nobody'],
	],
	[
		'of a holder what is asked of holders, and no quiz of a renewal to come',
		decision('declaration_missing', signedOff, [document]),
		['document', 'nobody'],
	],
	[
		'of a holder what was lost',
		decision('prerequisite_missing', [...signedOff, unmet(prerequisite)]),
		['prerequisite', 'manager'],
	],
	[
		'an unsound sign-off waits for the manager, where nothing else is missing',
		decision('sign_off_unsound', [met(module), met(quiz), met(observation), met(signOff)]),
		['sign-off', 'manager'],
	],
	[
		'or for what is missing',
		decision('sign_off_unsound', [met(module), unmet(observation), met(signOff)]),
		['observation', 'assessor'],
	],
	['nothing while paused', decision('paused_review', [unmet(module)]), null],
	['nothing for somebody who may', decision('competent', signedOff, [{ ...document, ...later }], true), null],
	[
		'nothing that is not asked yet',
		decision('sign_off_missing', [unmet(signOff)], [{ ...failed, ...later, since: later.dueBy }]),
		['sign-off', 'manager'],
	],
])('the next step is %s', (_, given, expected) => {
	expect(says(given)).toEqual(expected);
});

test('an unsound sign-off does not show as met, a holder’s does, also beside a colleague', () => {
	const shown = (code: ReasonCode, rechecks: Recheck[] = []) =>
		askedNow(decision(code, [met(observation), met(signOff)], rechecks), at).progress.map((each) => each.met);
	expect(shown('sign_off_unsound')).toEqual([true, false]);
	expect(shown('supervised_only')).toEqual([true, false]);
	expect(shown('supervised_only', [failed])).toEqual([]);
	expect(shown('expired')).toEqual([]);
});

test('a failed round is said without blame, a document with its day', () => {
	expect(sayAskedToThem(failed)).toBe(
		'Your last round on 3 March 2027 showed something to practise. Somebody watches you again.',
	);
	expect(titleOfAsked(document, 'Give medicines by mouth')).toBe('Read the new medicines policy');
	expect(sayDue({ ...document, ...later }, at)).toBe('by the end of 14 March 2027');
	expect(sayDue(document, at)).toBe('due now');
});

test('what rounds still lack is counted in people, doses and lines', () => {
	const short = { dates: 0, timesOfDay: 1, assessors: 0, variants: [], people: 3, doses: 1 };
	const lines = { missed: [], neverMet: [], covers: [], uncovered: ['insulin'] };
	const progress = { ...unmet(observation), done: 2, of: 3, short, outstanding: ['a', 'b'], lines };
	expect(shortOfRounds(progress)).toEqual([
		'1 more round',
		'1 at another time of day',
		'3 more people over the rounds',
		'1 more dose over the rounds',
		'all lines seen for one of: insulin',
		'2 lines still to be seen done right',
	]);
});

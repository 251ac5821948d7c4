import { expect, test } from 'vitest';
import { type EvidenceKind, ofKind, payloads, presentFor } from '../../app/domain/evidence.ts';
import { standingEvidence } from '../../app/domain/facts.ts';
import { isPrivilegeCode } from '../../app/domain/privilege.ts';
import { competent, history, moment, pauses, retracts, round, starts } from './support.ts';

const idsOf = (evidence: readonly { id: string }[]) => evidence.map((fact) => fact.id);
const a = (when: string, known = when) => starts(when, { id: 'a', known });

test.each([
	['known and happened', history(a('2026-01-05')), '2026-02-01', '2026-02-01', ['a']],
	['happened at that very instant', history(a('2026-01-05')), '2026-01-05', '2026-02-01', ['a']],
	['happened a minute later', history(a('2026-01-05 12:01')), '2026-01-05 12:00', '2026-02-01', []],
	['recorded at that very instant', history(a('2026-01-05', '2026-01-09')), '2026-02-01', '2026-01-09', ['a']],
	['recorded a minute later', history(a('2026-01-05', '2026-01-09 12:01')), '2026-02-01', '2026-01-09 12:00', []],
	[
		'superseded',
		history(a('2026-01-05'), pauses('2026-01-06', { id: 'b', instead: 'a' })),
		'2026-02-01',
		'2026-02-01',
		['b'],
	],
	[
		'superseded later than known',
		history(a('2026-01-05'), retracts('2026-01-06', 'a')),
		'2026-02-01',
		'2026-01-05 18:00',
		['a'],
	],
	[
		'superseded by something of a later day: gone from the earlier day too',
		history(a('2026-01-05'), retracts('2026-01-06', 'a')),
		'2026-01-05 18:00',
		'2026-02-01',
		[],
	],
	[
		'superseded by what is superseded itself: still gone',
		history(a('2026-01-05'), { ...retracts('2026-01-06', 'a'), id: 'b' }, { ...retracts('2026-01-07', 'b'), id: 'c' }),
		'2026-02-01',
		'2026-02-01',
		['c'],
	],
])('evidence that stands: %s', (_name, evidence, at, knownAt, expected) => {
	expect(idsOf(standingEvidence(evidence, moment(at), moment(knownAt)))).toEqual(expected);
});

test('evidence stands oldest first, and by its place in the chain where the instant is the same', () => {
	const evidence = history(
		round('2026-01-09', { id: 'third' }),
		round('2026-01-05', { id: 'first', known: '2026-01-10' }),
		round('2026-01-09', { id: 'fourth', known: '2026-01-11' }),
		round('2026-01-07', { id: 'second', known: '2026-01-12' }),
	);
	const later = moment('2026-02-01');
	expect(idsOf(standingEvidence(evidence, later, later))).toEqual(['first', 'second', 'third', 'fourth']);
	expect(idsOf(standingEvidence(evidence.toReversed(), later, later))).toEqual(['first', 'second', 'third', 'fourth']);
});

test('the present is never before the newest row', () => {
	const evidence = history(a('2026-01-05', '2026-01-09 12:00'));
	expect(presentFor(evidence, moment('2026-01-09 11:59'))).toEqual(moment('2026-01-09 12:00'));
	expect(presentFor(evidence, moment('2026-01-09 12:01'))).toEqual(moment('2026-01-09 12:01'));
	expect(presentFor([], moment('2026-01-09'))).toEqual(moment('2026-01-09'));
});

test('facts of one kind, in their order', () => {
	expect(idsOf(ofKind(history(...competent), 'observation'))).toEqual(['round-1', 'round-2', 'round-3']);
	expect(ofKind(history(...competent), 'withdrawal')).toEqual([]);
});

test.each([
	['administer-oral', true],
	['assess', true],
	['ADMINISTER-ORAL', false],
	['administer-anything', false],
	['', false],
	['toString', false],
])('"%s" is a privilege code: %s', (text, expected) => {
	expect(isPrivilegeCode(text)).toBe(expected);
});

const uuid = '00000000-0000-4000-8000-000000000000';
const hash = 'a'.repeat(64);
const instant = '2026-01-05T08:10:00.000Z';
const whole: { [K in EvidenceKind]: object } = {
	'employment-started': { role: 'carer', contract: 'permanent' },
	'employment-ended': { lastDay: '2026-03-31' },
	'module-completed': { module: 'by-mouth', version: 1 },
	acknowledgement: { content: 'checklist', slug: 'oral-round', version: 2 },
	declaration: { document: 'medicines-policy', version: 1 },
	'site-induction': {},
	'outside-assessment': { qualification: 'assessor-course', assessedOn: '2025-11-01', verifiedBy: uuid },
	award: { award: 'agency-record', awardedOn: '2025-11-01', expiresOn: '2026-11-01', verifiedBy: uuid },
	'age-decision': { may: true },
	supervision: { supervisor: uuid },
	delegation: { person: 'person-17', delegator: uuid, registration: '12A3456E', reviewOn: '2026-07-01' },
	'delegation-ended': { delegation: uuid },
	'delegation-takeover': { delegation: uuid, by: '2026-07-01' },
	absence: { from: '2026-02-01', back: '2026-06-01' },
	override: { until: instant, note: hash },
	'lone-giving': { until: instant, secondCheck: uuid, note: hash },
	'sign-off-upheld': { signOff: uuid, round: uuid, note: hash },
	'quiz-marked': { quiz: 'by-mouth', attempt: uuid, score: 90, passMark: 80, criticalMissed: [], passed: true },
	observation: {
		checklist: 'oral-round',
		assessor: uuid,
		assessorEvidence: [uuid],
		startedAt: instant,
		timeOfDay: 'morning',
		counts: { people: 8, doses: 20, refusals: 0 },
		results: { 'keeps-keys': 'yes' },
		criticalMissed: [],
		missed: [],
		stoppedForSafety: false,
		passed: true,
		assessorSignedAt: instant,
		learnerSignedAt: instant,
	},
	'sign-off': { lastDay: '2027-02-20', policy: 'shipped-1', basis: [uuid] },
	withdrawal: {},
	pause: { reason: 'incident-review', reviewOn: '2026-03-15', owner: uuid },
	'pause-lifted': { pause: uuid },
	retraction: { note: hash },
};

test.each(Object.entries(whole) as [EvidenceKind, object][])(
	'a payload of %s is checked, and holds no field that nobody knows',
	(kind, payload) => {
		expect(payloads[kind].safeParse(payload).success).toBe(true);
		expect(payloads[kind].safeParse({ ...payload, name: 'Amara Okafor' }).success).toBe(false);
		for (const field of Object.keys(payload))
			expect([field, payloads[kind].safeParse({ ...payload, [field]: { wrong: true } }).success]).toEqual([
				field,
				false,
			]);
	},
);

test.each(['observation', 'withdrawal', 'pause', 'pause-lifted', 'retraction'] as const)(
	'%s carries only the hash of a note, never its text',
	(kind) => {
		const { note: _, ...rest } = { note: '', ...whole[kind] };
		if (kind !== 'observation') expect(payloads[kind].safeParse({ ...rest, note: hash }).success).toBe(true);
		expect(payloads[kind].safeParse({ ...rest, note: 'She was tired.' }).success).toBe(false);
	},
);

import type { Checklist } from '../../../app/domain/checklist.ts';
import type { Privilege, Requirement } from '../../../app/domain/privilege.ts';
import type { Answer as LineAnswer } from '../../../app/domain/words.ts';

import { type Asked, later, permits, roundsShort, signOffMissing, signOffVoid, type Tables } from '../cases.ts';
import {
	checklistOf,
	type Draft,
	firstSignOff,
	learned,
	oral,
	policyWith,
	privilegeOf,
	round,
	rulesWith,
	signsOff,
} from '../support.ts';

/** What makes a round one at all, how many people and doses, and what a sign-off covers (content/rules.md, "Rounds"). */
const form = checklistOf({
	swallows: { critical: true },
	asked: { critical: true, metBy: 'asked' },
	refusal: { critical: true, mayNotApply: true },
	hands: {},
	handover: {},
	fridge: { metBy: 'seen' },
});
const allYes = { swallows: 'yes', asked: 'yes', refusal: 'yes', hands: 'yes', handover: 'yes', fridge: 'yes' } as const;
type Lines = Partial<Record<string, LineAnswer>>;
const seen = (when: string, lines: Lines = {}, given = {}) =>
	round(when, { results: { ...allYes, ...lines } as Record<string, LineAnswer>, ...given });
const three = (lines: Lines, given = {}) => [
	seen('2026-02-02 08:10', lines, given),
	seen('2026-02-09 17:05', lines, given),
	seen('2026-02-16 08:10', lines, given),
];
const simulated = (when: string, lines: Lines = {}) => seen(when, lines, { simulated: true });
const by = (checklist: Checklist, numbers: Parameters<typeof policyWith>[0] = {}, privileges?: Privilege[]): Asked => {
	const rules = rulesWith(policyWith(numbers), privileges);
	return { rules: { ...rules, checklists: new Map([[checklist.slug, checklist]]) } };
};
const onForm = by(form);
const unknownForm: Asked = { rules: { ...rulesWith(), checklists: new Map() } };

type Own = Omit<Extract<Requirement, { kind: 'observation' }>, 'kind' | 'checklist'>;
const oralAsking = (own: Own) =>
	privilegeOf(
		'administer-oral',
		oral.requirements.map((each) => (each.kind === 'observation' ? { ...each, ...own } : each)),
	);
const uncounted = checklistOf({ hands: {} }, { counts: false });
const medicines = checklistOf({
	hands: {},
	warfarin: { critical: true, mayNotApply: true, covers: 'warfarin' },
	methotrexate: { mayNotApply: true, covers: 'methotrexate' },
	'methotrexate-day': { mayNotApply: true, covers: 'methotrexate' },
});
const gave = (lines: Lines, when = '2026-02-16 08:10') =>
	round(when, { results: { hands: 'yes', tablets: 'yes', water: 'yes', ...lines } as Record<string, LineAnswer> });
const none = {
	warfarin: 'not-applicable',
	methotrexate: 'not-applicable',
	'methotrexate-day': 'not-applicable',
} as const;
const two = [gave(none, '2026-02-02 08:10'), gave(none, '2026-02-09 17:05')];
const late = { observation: { lateCounts: false } };
const lastOf = (given: object): Draft[] => [...three({}).slice(0, 2), seen('2026-02-16 08:10', {}, given)];

export const tables: Tables = {
	'a round at all': [
		[
			'half of the lines were seen',
			roundsShort,
			[
				learned,
				three({}).slice(0, 2),
				seen('2026-02-16 08:10', { hands: 'not-seen', handover: 'not-seen', fridge: 'not-seen' }),
			],
			later,
			onForm,
		],
		[
			'more than half',
			signOffMissing,
			[learned, three({}).slice(0, 2), seen('2026-02-16 08:10', { hands: 'not-seen', handover: 'not-seen' })],
			later,
			onForm,
		],
		[
			'half of those that applied',
			roundsShort,
			[
				learned,
				three({}).slice(0, 2),
				seen('2026-02-16 08:10', {
					refusal: 'not-applicable',
					fridge: 'not-applicable',
					hands: 'not-seen',
					handover: 'not-seen',
				}),
			],
			later,
			onForm,
		],
		[
			'a line answered No was seen',
			signOffMissing,
			[
				learned,
				seen('2026-02-02 08:10', { hands: 'no', handover: 'not-seen', fridge: 'not-seen' }),
				three({}).slice(1),
			],
			later,
			onForm,
		],
		[
			'three rounds of nothing seen and one simulation',
			roundsShort,
			[learned, three(Object.fromEntries(Object.keys(allYes).map((id) => [id, 'not-seen']))), simulated('2026-02-17')],
			later,
			onForm,
		],
		['nobody was given anything', roundsShort, [learned, lastOf({ counts: { people: 0 } })], later, onForm],
		['no dose was given', roundsShort, [learned, lastOf({ counts: { doses: 0 } })], later, onForm],
		['one person, one dose', signOffMissing, [learned, lastOf({ counts: { people: 1, doses: 1 } })], later, onForm],
		[
			'nobody, on a form nobody knows',
			roundsShort,
			[learned, lastOf({ counts: { people: 0, doses: 0 } })],
			later,
			unknownForm,
		],
		[
			'nobody, on a form that counts nobody',
			signOffMissing,
			[learned, three({}, { counts: { people: 0, doses: 0 } })],
			later,
			by(uncounted),
		],
		['two learners at once', roundsShort, [learned, lastOf({ notCounted: 'two-learners-at-once' })], later, onForm],
		[
			'before the learning it rests on',
			roundsShort,
			[learned, lastOf({ notCounted: 'before-learning' })],
			later,
			onForm,
		],
		['with somebody whom the gate refused', roundsShort, [learned, lastOf({ notCounted: 'stopped' })], later, onForm],
		['watched by a party', roundsShort, [learned, lastOf({ notCounted: 'party' })], later, onForm],
		[
			'a marked one that failed starts the count again all the same',
			roundsShort,
			[learned, three({}), seen('2026-02-17', {}, { passed: false, criticalMissed: [], notCounted: 'stopped' })],
			later,
			onForm,
		],
	],
	'entered afterwards': [
		[
			'signed a day after it began',
			signOffMissing,
			[learned, lastOf({ opened: '2026-02-16 08:00', signed: '2026-02-17 08:00' })],
			later,
			by(form, late),
		],
		[
			'signed a minute later',
			roundsShort,
			[learned, lastOf({ opened: '2026-02-16 08:00', signed: '2026-02-17 08:01' })],
			later,
			by(form, late),
		],
		[
			'where policy counts late ones',
			signOffMissing,
			[learned, lastOf({ opened: '2026-02-16 08:00', signed: '2026-02-19 08:00' })],
			later,
			onForm,
		],
		[
			'signed off on a late one',
			signOffVoid,
			[learned, lastOf({ opened: '2026-02-16 08:00', signed: '2026-02-19 08:00' }), firstSignOff],
			later,
			by(form, late),
		],
		[
			'a late one that failed starts the count again',
			roundsShort,
			[learned, three({}), seen('2026-02-17', {}, { passed: false, criticalMissed: [], signed: '2026-02-20' })],
			later,
			by(form, late),
		],
	],
	'people and doses over all rounds': [
		[
			'as many people as the file asks',
			signOffMissing,
			[learned, three({})],
			later,
			by(form, {}, [oralAsking({ people: 24, doses: 60 })]),
		],
		['one person fewer', roundsShort, [learned, three({})], later, by(form, {}, [oralAsking({ people: 25 })])],
		['one dose fewer', roundsShort, [learned, three({})], later, by(form, {}, [oralAsking({ doses: 61 })])],
		[
			"policy's numbers are over the file's",
			signOffMissing,
			[learned, three({})],
			later,
			by(form, { privileges: { 'administer-oral': { people: 3, doses: 3 } } }, [oralAsking({ people: 99, doses: 99 })]),
		],
		[
			"policy's numbers are over the file's, and more",
			roundsShort,
			[learned, three({})],
			later,
			by(form, { privileges: { 'administer-oral': { people: 30 } } }, [oralAsking({ people: 3 })]),
		],
		[
			'a fourth round brings the rest',
			signOffMissing,
			[learned, three({}), seen('2026-02-17')],
			later,
			by(form, {}, [oralAsking({ people: 32 })]),
		],
		[
			'a simulation brings nobody',
			roundsShort,
			[learned, three({}), simulated('2026-02-17')],
			later,
			by(form, {}, [oralAsking({ people: 25 })]),
		],
		[
			'a renewal is not asked for them',
			permits,
			[
				learned,
				[1, 2, 3].map((day) => seen(`2026-01-${20 + day} ${8 + 4 * day}:10`, {}, { counts: { people: 30 } })),
				firstSignOff,
				seen('2027-02-05'),
				signsOff('2027-02-10', '2028-02-20'),
			],
			'2027-06-01',
			by(form, { renewal: { passes: 1, quiz: false, lateBy: 'P90D' } }, [oralAsking({ people: 90 })]),
		],
	],
	'what a sign-off covers': [
		['none of the medicines came up', roundsShort, [learned, two, gave(none)], later, by(medicines)],
		['one of them did', signOffMissing, [learned, two, gave({ ...none, warfarin: 'yes' })], later, by(medicines)],
		[
			'one of them was missed',
			roundsShort,
			[learned, two, gave({ ...none, methotrexate: 'no', 'methotrexate-day': 'yes' })],
			later,
			by(medicines),
		],
		[
			'one of them was met and missed since',
			roundsShort,
			[
				learned,
				two.slice(0, 1),
				gave({ ...none, methotrexate: 'yes', 'methotrexate-day': 'yes' }, '2026-02-09 17:05'),
				gave({ ...none, methotrexate: 'no', 'methotrexate-day': 'yes' }),
			],
			later,
			by(medicines),
		],
		[
			'half of what belongs to one of them',
			roundsShort,
			[learned, two, gave({ ...none, methotrexate: 'yes' })],
			later,
			by(medicines),
		],
		[
			'one met, another missed: the one is covered',
			signOffMissing,
			[learned, two, gave({ warfarin: 'yes', methotrexate: 'no', 'methotrexate-day': 'yes' })],
			later,
			by(medicines),
		],
		[
			'a critical one shown in a simulation alone',
			roundsShort,
			[
				learned,
				two,
				gave(none),
				{
					...gave({ ...none, warfarin: 'yes' }, '2026-02-17'),
					payload: { ...gave({ ...none, warfarin: 'yes' }, '2026-02-17').payload, simulated: true },
				} as Draft,
			],
			later,
			by(medicines),
		],
	],
};

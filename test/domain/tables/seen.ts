import type { Checklist } from '../../../app/domain/checklist.ts';
import type { Privilege } from '../../../app/domain/privilege.ts';
import type { Answer as LineAnswer } from '../../../app/domain/words.ts';

import { type Asked, later, permits, roundsShort, signOffMissing, signOffVoid, type Tables } from '../cases.ts';
import { checklistOf, firstSignOff, learned, policyWith, round, rulesWith } from '../support.ts';

/** A round proves what was seen in it, line by line (content/rules.md, "Lines"). */
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

const gave = (lines: Lines, when = '2026-02-16 08:10') =>
	round(when, { results: { hands: 'yes', tablets: 'yes', water: 'yes', ...lines } as Record<string, LineAnswer> });
const none = {
	warfarin: 'not-applicable',
	methotrexate: 'not-applicable',
	'methotrexate-day': 'not-applicable',
} as const;
const _two = [gave(none, '2026-02-02 08:10'), gave(none, '2026-02-09 17:05')];
const older = checklistOf({ hands: {}, gone: {} });
const withVersions: Asked = {
	rules: {
		...(onForm.rules ?? rulesWith()),
		earlier: { policies: new Map(), privileges: new Map(), checklists: new Map([['form-1', older]]) },
	},
};

export const tables: Tables = {
	'lines of a form': [
		['every line met', signOffMissing, [learned, three({})], later, onForm],
		['one line missed in all three rounds', roundsShort, [learned, three({ hands: 'no' })], later, onForm],
		[
			'missed in the first, met in the second',
			signOffMissing,
			[learned, seen('2026-02-02 08:10', { hands: 'no' }), three({}).slice(1)],
			later,
			onForm,
		],
		[
			'met in the first two, missed in the last',
			roundsShort,
			[learned, three({}).slice(0, 2), seen('2026-02-16 08:10', { hands: 'no' })],
			later,
			onForm,
		],
		[
			'missed in the last, met in one more',
			signOffMissing,
			[learned, three({ hands: 'no' }), seen('2026-02-17')],
			later,
			onForm,
		],
		[
			'missed in the last, not seen in one more',
			roundsShort,
			[learned, three({ hands: 'no' }), seen('2026-02-17', { hands: 'not-seen' })],
			later,
			onForm,
		],
		[
			'missed, then shown in a simulation',
			signOffMissing,
			[learned, three({ hands: 'no' }), simulated('2026-02-17')],
			later,
			onForm,
		],
		[
			'missed, and shown in a simulation before',
			roundsShort,
			[learned, simulated('2026-01-30'), three({ hands: 'no' })],
			later,
			onForm,
		],
		[
			'missed, then shown in a simulation, where the line has to be seen',
			roundsShort,
			[learned, three({ fridge: 'no' }), simulated('2026-02-17')],
			later,
			onForm,
		],
		[
			'not seen, then shown in a simulation, where the line has to be seen',
			roundsShort,
			[learned, three({ fridge: 'not-seen' }), simulated('2026-02-17')],
			later,
			onForm,
		],
		['a plain line never applied', signOffMissing, [learned, three({ handover: 'not-applicable' })], later, onForm],
		['a critical line nobody saw', roundsShort, [learned, three({ swallows: 'not-seen' })], later, onForm],
		[
			'a critical line nobody saw, shown in a simulation',
			roundsShort,
			[learned, three({ swallows: 'not-seen' }), simulated('2026-02-17')],
			later,
			onForm,
		],
		[
			'a critical line nobody saw, then seen',
			signOffMissing,
			[learned, three({ swallows: 'not-seen' }), seen('2026-02-17')],
			later,
			onForm,
		],
		[
			'a critical line that may be asked, shown in a simulation',
			signOffMissing,
			[learned, three({ asked: 'not-seen' }), simulated('2026-02-17')],
			later,
			onForm,
		],
		[
			'a critical line that must apply and is said not to',
			roundsShort,
			[learned, three({ swallows: 'not-applicable' })],
			later,
			onForm,
		],
		[
			'a critical line that did not come up, where it may',
			signOffMissing,
			[learned, three({ refusal: 'not-applicable' })],
			later,
			onForm,
		],
		[
			'it came up once, and was not seen',
			roundsShort,
			[learned, seen('2026-02-02 08:10', { refusal: 'not-seen' }), three({ refusal: 'not-applicable' }).slice(1)],
			later,
			onForm,
		],
		[
			'it came up once, and was not seen, and once more',
			signOffMissing,
			[learned, seen('2026-02-02 08:10', { refusal: 'not-seen' }), three({}).slice(1)],
			later,
			onForm,
		],
		[
			'signed off on one line missed three times',
			signOffVoid,
			[learned, three({ hands: 'no' }), firstSignOff],
			later,
			onForm,
		],
		['signed off on all', permits, [learned, three({}), firstSignOff], later, onForm],
		[
			'the form of the last round is an older one',
			roundsShort,
			[learned, three({ hands: 'no' }, { version: 'form-1' })],
			later,
			withVersions,
		],
		[
			'a line that only the older form had is asked for by it',
			roundsShort,
			[learned, three({ gone: 'not-seen' }, { version: 'form-1' })],
			later,
			withVersions,
		],
		[
			'a round on the newer form does not ask for it',
			signOffMissing,
			[learned, three({ gone: 'not-seen' }, { version: 'form-1' }), seen('2026-02-17')],
			later,
			withVersions,
		],
		[
			'nobody knows the form: a line missed stays open',
			roundsShort,
			[learned, three({ hands: 'no' })],
			later,
			unknownForm,
		],
		[
			'nobody knows the form: a line not seen may be simulated',
			signOffMissing,
			[learned, three({ swallows: 'not-seen' }), simulated('2026-02-17')],
			later,
			unknownForm,
		],
	],
};

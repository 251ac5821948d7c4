import { expect, test } from 'vitest';
import { Doubts } from '#app/domain/doubt.ts';
import type { Evidence } from '#app/domain/evidence.ts';
import { flaggedSignOffs, groupByRoot } from '#app/domain/flagged-sign-offs.ts';
import type { Rules } from '#app/domain/rules.ts';
import * as told from './support.ts';
import { type Draft, moment, policyWith, privilegeOf, rulesWith } from './support.ts';

/** One round is enough here, so that each link of a chain is one round. */
const asked = rulesWith(
	policyWith({
		quiz: { maximumAge: 'P6M' },
		observation: { passes: 1, distinctDates: 1, timesOfDay: 1, afterMisses: 'P7D' },
		renewal: { passes: 1, lateBy: 'P90D' },
		absence: { longest: 'P90D', asks: 'nothing' },
		override: { longest: 'PT12H', perYear: 3, untrained: [] },
	}),
	[
		privilegeOf('administer-oral', [
			{ kind: 'observation', checklist: 'oral-round' },
			{ kind: 'sign-off', by: ['manager'] },
		]),
		privilegeOf('administer-prn', [
			{ kind: 'prerequisite', privilege: 'administer-oral' },
			{ kind: 'observation', checklist: 'prn-round' },
			{ kind: 'sign-off', by: ['manager'] },
		]),
		privilegeOf('assess', [
			{ kind: 'prerequisite', privilege: 'administer-oral' },
			{ kind: 'sign-off', by: ['manager'] },
		]),
	],
);

const rules: Rules = { ...asked, checklists: new Map() };

const of = (person: string, ...drafts: Draft[]): Draft[] => drafts.map((each) => ({ ...each, personId: person }));
const joins = (person: string) => of(person, told.starts('2026-01-05 09:00', { role: 'senior' }));
/** May assess from a day on: both sign-offs, the one on oral medicines resting on something. */
const mayAssess = (person: string, day: string, basis: string) =>
	of(
		person,
		told.signsOff(`${day} 15:00`, '2028-12-31', { id: `oral ${person} ${day}`, basis: [basis] }),
		told.signsOff(`${day} 15:05`, '2028-12-31', { id: `assess ${person} ${day}`, privilege: 'assess' }),
	);
const fromOutside = (person: string, day: string) => [
	...joins(person),
	...of(person, told.assessedOutside(`${day} 10:00`, { id: `outside ${person}` })),
	...mayAssess(person, day, `outside ${person}`),
];
/** Watched by somebody at eight in the morning, signed off for oral medicines and for assessing in the afternoon. */
const watchedBy = (by: string, person: string, day: string) => [
	...of(person, told.round(`${day} 08:00`, { id: `${by} saw ${person} ${day}`, by })),
	...mayAssess(person, day, `${by} saw ${person} ${day}`),
];
const chain = [
	...fromOutside('anna', '2026-02-01'),
	...joins('ben'),
	...watchedBy('anna', 'ben', '2026-03-01'),
	...joins('cara'),
	...watchedBy('ben', 'cara', '2026-04-01'),
];
const now = moment('2026-12-01 12:00');
const takenBack = (person: string, what: string, when = '2026-11-01 09:00') =>
	of(person, told.retracts(when, what, { id: `taken back ${what}`, known: when }));
const withdrawn = (person: string, when: string, privilege: 'assess' | 'administer-oral' = 'assess') =>
	of(person, told.withdraws(when, { id: `withdrawn ${person}`, privilege }));

function flagged(...drafts: Draft[][]) {
	const rows = told
		.history(...drafts)
		.sort((a, b) => a.recordedAt.getTime() - b.recordedAt.getTime() || a.seq - b.seq)
		.map((each, place) => ({ ...each, seq: place + 1 }) as Evidence);
	const people = new Map<string, Evidence[]>();
	for (const each of rows) people.set(each.personId, [...(people.get(each.personId) ?? []), each]);
	return flaggedSignOffs(new Doubts(people, () => rules, now), people.keys());
}
const said = (found: ReturnType<typeof flagged>) => found.map(({ round, why }) => `${round.id}: ${why}`);
const actsOf = (found: ReturnType<typeof flagged>) => new Set(found.map(({ root }) => root.act?.id));

test('in a sound chain nothing is flagged', () => {
	expect(flagged(chain)).toEqual([]);
});

test('an outside assessment taken back flags whoever she assessed, and on through whoever they assessed', () => {
	const found = flagged(chain, takenBack('anna', 'outside anna'));
	expect(said(found)).toEqual(['anna saw ben 2026-03-01: not-an-assessor', 'ben saw cara 2026-04-01: rests-on-doubt']);
	expect(groupByRoot(found)).toMatchObject([
		{ people: 2, root: { assessor: 'anna', why: 'not-an-assessor', act: { id: 'taken back outside anna' } } },
	]);
});

test('where the middle link is withdrawn, what went before stays flagged, and so does whoever she assessed', () => {
	const found = flagged(chain, takenBack('anna', 'outside anna'), withdrawn('ben', '2026-11-02 10:00'));
	expect(said(found)).toEqual(['anna saw ben 2026-03-01: not-an-assessor', 'ben saw cara 2026-04-01: withdrawn-since']);
	expect(actsOf(found)).toEqual(new Set(['taken back outside anna']));
});

test('a withdrawal alone flags whoever was assessed before it, by `assess`, by the privilege, or by what it rests on', () => {
	for (const privilege of ['assess', 'administer-oral'] as const) {
		const found = flagged(chain, withdrawn('ben', '2026-11-02 10:00', privilege));
		expect(said(found)).toEqual(['ben saw cara 2026-04-01: withdrawn-since']);
		expect(actsOf(found)).toEqual(new Set(['withdrawn ben']));
	}
	const prn = [
		...of(
			'ben',
			told.round('2026-03-02 08:00', {
				id: 'prn ben',
				privilege: 'administer-prn',
				by: 'anna',
				checklist: 'prn-round',
			}),
		),
		...of('ben', told.signsOff('2026-03-02 15:00', '2028-12-31', { privilege: 'administer-prn', basis: ['prn ben'] })),
		...of('dan', told.starts('2026-01-05 09:00', { role: 'senior' })),
		...of(
			'dan',
			told.round('2026-05-01 08:00', { id: 'prn dan', privilege: 'administer-prn', by: 'ben', checklist: 'prn-round' }),
		),
		...of('dan', told.signsOff('2026-05-01 15:00', '2028-12-31', { privilege: 'administer-prn', basis: ['prn dan'] })),
	];
	const both = [chain, prn, withdrawn('ben', '2026-11-02 10:00', 'administer-oral')];
	expect(said(flagged(...both))).toContain('prn dan: withdrawn-since');
});

test('a withdrawal elsewhere, or after a renewal that came after the round, flags nothing', () => {
	const elsewhere = of('ben', told.withdraws('2026-11-02 10:00', { privilege: 'assess', site: told.elmCourt }));
	expect(flagged(chain, elsewhere)).toEqual([]);
	const renewed = watchedBy('anna', 'ben', '2026-10-01');
	expect(flagged(chain, renewed, withdrawn('ben', '2026-11-02 10:00'))).toEqual([]);
	const after = [...joins('dan'), ...watchedBy('ben', 'dan', '2026-10-05')];
	expect(said(flagged(chain, renewed, after, withdrawn('ben', '2026-11-02 10:00')))).toEqual([
		'ben saw dan 2026-10-05: withdrawn-since',
	]);
});

test('signed off anew after a withdrawal, an assessor does not make what was before it sound', () => {
	const again = watchedBy('anna', 'ben', '2026-11-10');
	expect(said(flagged(chain, withdrawn('ben', '2026-11-02 10:00'), again))).toEqual([
		'ben saw cara 2026-04-01: withdrawn-since',
	]);
});

test('a withdrawal entered late, but dated before the round, is the act behind it', () => {
	const late = of(
		'ben',
		told.withdraws('2026-03-20 10:00', { id: 'late', privilege: 'assess', known: '2026-06-01 10:00' }),
	);
	const found = flagged(chain, late);
	expect(said(found)).toEqual(['ben saw cara 2026-04-01: not-an-assessor']);
	expect(actsOf(found)).toEqual(new Set(['late']));
});

test('a round since the sign-off is looked at as well: a recheck by a void assessor', () => {
	const recheck = of('cara', told.round('2026-06-01 08:00', { id: 'recheck', by: 'dan' }));
	const dan = fromOutside('dan', '2026-02-01');
	expect(flagged(chain, dan, recheck)).toEqual([]);
	const found = flagged(chain, dan, recheck, takenBack('dan', 'outside dan'));
	expect(found.map((each) => [each.round.id, each.by, each.root.assessor])).toEqual([['recheck', 'recheck', 'dan']]);
	const simulated = of('cara', told.round('2026-06-01 08:00', { by: 'dan', simulated: true }));
	const failed = of('cara', told.round('2026-06-01 08:00', { by: 'dan', passed: false }));
	for (const settlesNothing of [simulated, failed])
		expect(flagged(chain, dan, settlesNothing, takenBack('dan', 'outside dan'))).toEqual([]);
});

test('an override makes no assessor: what was watched under one is flagged, and no act is behind it', () => {
	const dan = [
		...joins('dan'),
		...of('dan', told.assessedOutside('2026-02-01 10:00', { id: 'outside dan' })),
		...of('dan', told.signsOff('2026-02-01 15:00', '2028-12-31', { basis: ['outside dan'] })),
		...of('dan', told.allowsOnCall('2026-03-01 07:00', '2026-03-01 15:00', { privilege: 'assess' })),
	];
	const eve = [...joins('eve'), ...watchedBy('dan', 'eve', '2026-03-01')];
	const found = flagged(dan, eve);
	expect(said(found)).toEqual(['dan saw eve 2026-03-01: not-an-assessor']);
	expect(found[0]?.root).toEqual({ assessor: 'dan', why: 'not-an-assessor', act: null });
});

test('doubt about a recheck travels to whoever was assessed after it, not before', () => {
	const dan = fromOutside('dan', '2026-02-01');
	const recheck = of('ben', told.round('2026-06-01 08:00', { id: 'recheck', by: 'dan' }));
	const later = [...joins('eve'), ...watchedBy('ben', 'eve', '2026-07-01')];
	expect(said(flagged(chain, dan, recheck, later, takenBack('dan', 'outside dan')))).toEqual([
		'recheck: not-an-assessor',
		'ben saw eve 2026-07-01: rests-on-doubt',
	]);
});

/** Two who see each other every year, for three years from a first look. */
const eachOther = [
	...fromOutside('anna', '2026-02-01'),
	...joins('ben'),
	...['2026-03-01', '2027-02-20', '2028-02-10'].flatMap((day) => watchedBy('anna', 'ben', day)),
	...['2027-01-20', '2028-01-10'].flatMap((day) => watchedBy('ben', 'anna', day)),
];

test('two who vouch for each other are both flagged once the root is void, and not while it is sound', () => {
	const later = moment('2028-12-01 12:00');
	const at = (...drafts: Draft[][]) => {
		const rows = told.history(...drafts);
		const people = ['anna', 'ben'].map((each) => [each, rows.filter(({ personId }) => personId === each)] as const);
		return flaggedSignOffs(new Doubts(new Map(people), () => rules, later), ['anna', 'ben']);
	};
	expect(at(eachOther)).toEqual([]);
	const found = at(eachOther, takenBack('anna', 'outside anna', '2028-11-01 09:00'));
	expect(new Set(found.map(({ signOff }) => signOff.personId))).toEqual(new Set(['anna', 'ben']));
	expect(new Set(found.map(({ root }) => root.act?.id))).toEqual(new Set(['taken back outside anna']));
});

test('two whose first sign-offs rest on each other at one instant have no sound root', () => {
	const both = (['ann', 'bob'] as const).flatMap((person) => {
		const other = person === 'ann' ? 'bob' : 'ann';
		return [
			...joins(person),
			...of(person, told.round('2026-03-01 08:00', { id: `${other} saw ${person}`, by: other })),
			...of(person, told.signsOff('2026-03-01 08:00', '2028-12-31', { basis: [`${other} saw ${person}`] })),
			...of(person, told.signsOff('2026-03-01 08:00', '2028-12-31', { privilege: 'assess' })),
		];
	});
	const found = flagged(both);
	expect(new Set(found.map(({ signOff }) => signOff.personId))).toEqual(new Set(['ann', 'bob']));
	expect(new Set(found.map(({ root }) => root.why))).toEqual(new Set(['circle']));
});

test('upheld, a link stops the travel; what comes to light after it is flagged again', () => {
	const upheld = of(
		'ben',
		told.upholds('2026-11-05 10:00', 'oral ben 2026-03-01', 'anna saw ben 2026-03-01', {
			privilege: 'administer-oral',
		}),
	);
	const back = takenBack('anna', 'outside anna');
	expect(flagged(chain, back, upheld)).toEqual([]);
	const tooEarly = of(
		'ben',
		told.upholds('2026-10-05 10:00', 'oral ben 2026-03-01', 'anna saw ben 2026-03-01', {
			privilege: 'administer-oral',
		}),
	);
	expect(flagged(chain, tooEarly, back)).toHaveLength(2);
	const onlyCara = of('cara', told.upholds('2026-11-05 10:00', 'oral cara 2026-04-01', 'ben saw cara 2026-04-01'));
	expect(said(flagged(chain, back, onlyCara))).toEqual(['anna saw ben 2026-03-01: not-an-assessor']);
	const since = withdrawn('ben', '2026-11-20 10:00');
	const found = flagged(chain, back, onlyCara, since);
	expect(found.map(({ root }) => root.act?.id)).toEqual(['taken back outside anna', 'withdrawn ben']);
});

test('whoever has left is not listed, and still casts doubt on whom they assessed', () => {
	const left = of('ben', told.leaves('2026-10-01 10:00', '2026-10-31'));
	expect(said(flagged(chain, left))).toEqual([]);
	expect(said(flagged(chain, takenBack('anna', 'outside anna'), left))).toEqual([
		'ben saw cara 2026-04-01: rests-on-doubt',
	]);
});

test('a round that was marked when it was recorded is shown, and casts no doubt on others', () => {
	const marked = chain.map((each) =>
		each.id === 'anna saw ben 2026-03-01'
			? ({ ...each, payload: { ...each.payload, assessorLapsed: true } } as Draft)
			: each,
	);
	expect(said(flagged(marked))).toEqual(['anna saw ben 2026-03-01: lapsed']);
});

test('where the newest sign-off does not stand, the older one that governs is looked at', () => {
	const renewed = [
		...fromOutside('dan', '2026-02-01'),
		...of('ben', told.round('2026-09-01 08:00', { id: 'dan saw ben', by: 'dan' })),
		...of('ben', told.signsOff('2026-09-01 15:00', '2028-12-31', { basis: ['dan saw ben'] })),
	];
	const back = takenBack('anna', 'outside anna');
	const cara = 'ben saw cara 2026-04-01: rests-on-doubt';
	expect(said(flagged(chain, renewed, back))).toEqual([cara]);
	expect(said(flagged(chain, renewed, back, takenBack('ben', 'dan saw ben')))).toEqual([
		'anna saw ben 2026-03-01: not-an-assessor',
		cara,
	]);
});

test('the act that most people rest on comes first', () => {
	const more = [...fromOutside('dan', '2026-02-01'), ...joins('eve'), ...watchedBy('dan', 'eve', '2026-05-01')];
	const found = flagged(
		chain,
		more,
		takenBack('dan', 'outside dan', '2026-10-01 09:00'),
		takenBack('anna', 'outside anna'),
	);
	expect(groupByRoot(found).map(({ root, people }) => [root.assessor, people])).toEqual([
		['anna', 2],
		['dan', 1],
	]);
});

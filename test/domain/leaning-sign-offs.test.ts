import { expect, test } from 'vitest';
import { Doubts } from '#app/domain/doubt.ts';
import type { Evidence } from '#app/domain/evidence.ts';
import { flaggedSignOffs, groupByRoot } from '#app/domain/flagged-sign-offs.ts';
import type { Rules } from '#app/domain/rules.ts';
import * as told from './support.ts';
import { type Draft, elmCourt, moment, policyWith, privilegeOf, rulesWith } from './support.ts';

/** Two rounds the first time, one at a new site. */
const rules: Rules = {
	...rulesWith(
		policyWith({
			observation: { passes: 2, distinctDates: 1, timesOfDay: 1 },
			renewal: { passes: 1, quiz: false, lateBy: 'P90D' },
			newSite: { passes: 1 },
		}),
		[
			privilegeOf('administer-oral', [
				{ kind: 'observation', checklist: 'oral-round' },
				{ kind: 'sign-off', by: ['manager'] },
			]),
			privilegeOf('administer-prn', [
				{ kind: 'prerequisite', privilege: 'administer-oral' },
				{ kind: 'sign-off', by: ['manager'] },
			]),
			privilegeOf('assess', [
				{ kind: 'prerequisite', privilege: 'administer-oral' },
				{ kind: 'sign-off', by: ['manager'] },
			]),
		],
	),
	checklists: new Map(),
};
const northLodge = 'site-north-lodge';
const now = moment('2026-12-01 12:00');

const of = (person: string, ...drafts: Draft[]): Draft[] => drafts.map((each) => ({ ...each, personId: person }));
const works = (person: string, ...sites: string[]) =>
	of(person, ...sites.map((site) => told.starts('2026-01-05 09:00', { role: 'senior', site })));
/** An assessor by what was seen outside, at one site. */
const assessor = (person: string, site: string) => [
	...works(person, site),
	...of(
		person,
		told.assessedOutside('2026-01-10 10:00', { id: `outside ${person}`, site }),
		told.signsOff('2026-01-10 15:00', '2028-12-31', { site, basis: [`outside ${person}`] }),
		told.signsOff('2026-01-10 15:05', '2028-12-31', { site, privilege: 'assess' }),
	),
];
const watched = (person: string, day: string, by: string, site: string) =>
	of(person, told.round(`${day} 08:00`, { id: `${by} saw ${person} ${day}`, by, site }));
const signed = (person: string, day: string, site: string, basis: string[], privilege?: 'administer-prn' | 'assess') =>
	of(
		person,
		told.signsOff(`${day} 15:00`, '2027-12-31', {
			id: `${privilege ?? 'oral'} ${person} ${site}`,
			site,
			basis,
			...(privilege ? { privilege } : {}),
		}),
	);

/** Cara: two rounds of Ben's at Rose House, then one of Dan's at Elm Court. */
const assessors = [...assessor('ben', told.roseHouse), ...assessor('dan', elmCourt)];
const atRose = [
	...works('cara', told.roseHouse, elmCourt, northLodge),
	...watched('cara', '2026-02-01', 'ben', told.roseHouse),
	...watched('cara', '2026-02-02', 'ben', told.roseHouse),
	...signed('cara', '2026-02-02', told.roseHouse, ['ben saw cara 2026-02-01', 'ben saw cara 2026-02-02']),
];
const atElm = [
	...watched('cara', '2026-03-01', 'dan', elmCourt),
	...signed('cara', '2026-03-01', elmCourt, ['dan saw cara 2026-03-01']),
];
const leaning = [...assessors, ...atRose, ...atElm];
const voidBen = of(
	'ben',
	told.retracts('2026-11-01 09:00', 'outside ben', { id: 'void ben', known: '2026-11-01 09:00' }),
);

function flagged(...drafts: Draft[][]) {
	const rows = told
		.history(...drafts)
		.sort((a, b) => a.recordedAt.getTime() - b.recordedAt.getTime() || a.seq - b.seq)
		.map((each, place) => ({ ...each, seq: place + 1 }) as Evidence);
	const people = new Map<string, Evidence[]>();
	for (const each of rows) people.set(each.personId, [...(people.get(each.personId) ?? []), each]);
	return flaggedSignOffs(new Doubts(people, () => rules, now), people.keys());
}
/** What is flagged at all but Rose House: sign-off, how, round. */
const said = (found: ReturnType<typeof flagged>) =>
	found.flatMap(({ signOff, by, round }) =>
		signOff.siteId === told.roseHouse ? [] : [`${signOff.id}: ${by}, ${round.id}`],
	);
const both = (signOff: string) => [
	`${signOff}: leaning, ben saw cara 2026-02-01`,
	`${signOff}: leaning, ben saw cara 2026-02-02`,
];
const upholds = (signOff: string, round: string, site: string, when = '2026-11-05 10:00') =>
	of('cara', told.upholds(when, signOff, round, { site }));

test('a sign-off that leans on a sound one is not flagged', () => {
	expect(flagged(leaning)).toEqual([]);
});

test('a sign-off that leans on one in doubt is flagged with it, under the same act', () => {
	const found = flagged(leaning, voidBen);
	expect(said(found)).toEqual(both(`oral cara ${elmCourt}`));
	expect(groupByRoot(found)).toMatchObject([{ people: 1, root: { assessor: 'ben', act: { id: 'void ben' } } }]);
	expect(groupByRoot(found)[0]?.flagged).toHaveLength(4);
	expect(new Set(found.map(({ why }) => why))).toEqual(new Set(['not-an-assessor']));
});

test('so is one that leans on that, and one whose prerequisite does', () => {
	const third = [
		...assessor('eve', northLodge),
		...watched('cara', '2026-04-01', 'eve', northLodge),
		...signed('cara', '2026-04-01', northLodge, ['eve saw cara 2026-04-01']),
	];
	// At the third site the one with the latest last day is leaned on: nothing but Elm Court's is left.
	const roseEnds = atRose.map((each) =>
		each.kind === 'sign-off' ? ({ ...each, payload: { ...each.payload, lastDay: '2026-03-20' } } as Draft) : each,
	);
	const found = said(flagged(assessors, roseEnds, atElm, third, voidBen));
	expect(found).toEqual([...both(`oral cara ${elmCourt}`), ...both(`oral cara ${northLodge}`)]);
	const prn = signed(
		'cara',
		'2026-03-02',
		elmCourt,
		[`oral cara ${elmCourt}`, 'dan saw cara 2026-03-01'],
		'administer-prn',
	);
	expect(said(flagged(leaning, prn, voidBen))).toEqual(expect.arrayContaining(both(`administer-prn cara ${elmCourt}`)));
});

test('doubt travels on to whoever they assessed there, and only since they leaned on it', () => {
	const assesses = signed('cara', '2026-03-02', elmCourt, [`oral cara ${elmCourt}`], 'assess');
	const fay = [
		...works('fay', elmCourt),
		...watched('fay', '2026-05-01', 'cara', elmCourt),
		...watched('fay', '2026-05-02', 'cara', elmCourt),
		...signed('fay', '2026-05-02', elmCourt, ['cara saw fay 2026-05-01', 'cara saw fay 2026-05-02']),
	];
	const found = flagged(leaning, assesses, fay, voidBen).filter(({ signOff }) => signOff.personId === 'fay');
	expect(found.map(({ why, root }) => [why, root.act?.id])).toEqual(Array(2).fill(['rests-on-doubt', 'void ben']));
	expect(flagged(leaning, assesses, fay)).toEqual([]);
});

test('one that would stand without leaning, one made before it, and a renewal since are not flagged', () => {
	const whole = [
		...watched('cara', '2026-03-01', 'dan', elmCourt),
		...watched('cara', '2026-03-02', 'dan', elmCourt),
		...signed('cara', '2026-03-02', elmCourt, ['dan saw cara 2026-03-01', 'dan saw cara 2026-03-02']),
	];
	expect(said(flagged(assessors, atRose, whole, voidBen))).toEqual([]);
	const later = atRose.map((each) =>
		each.kind === 'observation' || each.kind === 'sign-off'
			? { ...each, observedAt: moment('2026-06-01 12:00'), recordedAt: moment('2026-06-01 12:00') }
			: each,
	);
	expect(said(flagged(assessors, later, atElm, voidBen))).toEqual([]);
	const renewed = [
		...watched('cara', '2026-09-01', 'dan', elmCourt),
		...of(
			'cara',
			told.signsOff('2026-09-01 15:00', '2028-12-31', { site: elmCourt, basis: ['dan saw cara 2026-09-01'] }),
		),
	];
	expect(said(flagged(leaning, renewed, voidBen))).toEqual([]);
});

test('upheld there or here, it is not flagged here any more; upheld here, it is flagged there', () => {
	const rounds = ['ben saw cara 2026-02-01', 'ben saw cara 2026-02-02'];
	const there = rounds.flatMap((round) => upholds(`oral cara ${told.roseHouse}`, round, told.roseHouse));
	expect(flagged(leaning, voidBen, there)).toEqual([]);
	const here = rounds.flatMap((round) => upholds(`oral cara ${elmCourt}`, round, elmCourt));
	const found = flagged(leaning, voidBen, here);
	expect(said(found)).toEqual([]);
	expect(found.map(({ signOff }) => signOff.siteId)).toEqual([told.roseHouse, told.roseHouse]);
	const since = of('ben', told.withdraws('2026-11-20 10:00', { id: 'withdrawn ben', privilege: 'assess' }));
	expect(said(flagged(leaning, here, since))).toEqual(both(`oral cara ${elmCourt}`));
});

test('a round that was only marked when it was recorded stays with the sign-off it belongs to', () => {
	const marked = atRose.map((each) =>
		each.kind === 'observation' ? ({ ...each, payload: { ...each.payload, assessorLapsed: true } } as Draft) : each,
	);
	const found = flagged(assessors, marked, atElm);
	expect(found.map(({ signOff, why }) => [signOff.siteId, why])).toEqual(Array(2).fill([told.roseHouse, 'lapsed']));
});

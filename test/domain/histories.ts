import fc from 'fast-check';
import type { Evidence } from '../../app/domain/evidence.ts';
import { addDays } from '../../app/domain/period.ts';
import type { PrivilegeCode } from '../../app/domain/privilege.ts';
import type { Question, Rules } from '../../app/domain/rules.ts';
import { busyCode, busyStep, code, codeOrAll, dayOf, type Step, siteOrAll, step } from './steps.ts';
import {
	acknowledges,
	assess,
	competent,
	type Draft,
	declares,
	delegates,
	elmCourt,
	leaves,
	moment,
	oral,
	pauses,
	policyWith,
	privilegeOf,
	prompt,
	roseHouse,
	rulesWith,
	signsOff,
	starts,
	withdraws,
} from './support.ts';

/** Random histories of one person. They shrink towards few facts, one site and no delay. */

const minute = 60_000;
const beginning = moment('2026-02-20 16:00');
export const horizon = moment('2029-01-01');

/** Facts in the order they were recorded: each some minutes after the one before, and some while after it happened. */
const historyOf = (possible: fc.Arbitrary<Step>, alsoDone: readonly Draft[]): fc.Arbitrary<Evidence[]> =>
	fc
		.record({
			before: fc.oneof(
				{ weight: 6, arbitrary: fc.constant(competent) },
				{ weight: 3, arbitrary: fc.nat(6).map((length) => competent.slice(0, length)) },
			),
			role: fc.constantFrom('carer' as const, 'senior' as const),
			assessor: fc.boolean(),
			steps: fc.array(
				fc.record({
					make: possible,
					gap: fc.integer({ min: 0, max: 90 * 24 * 60 }),
					delay: fc.oneof(
						{ weight: 3, arbitrary: fc.constant(0) },
						{ weight: 1, arbitrary: fc.integer({ min: 0, max: 90 * 24 * 60 }) },
					),
				}),
				{ maxLength: 7 },
			),
		})
		.map(({ before, role, assessor, steps }) => {
			const drafts: Draft[] = before.map((each) =>
				each.kind === 'employment-started' ? starts('2026-01-05 09:00', { role }) : each,
			);
			if (assessor) drafts.push(signsOff('2026-02-20 15:40', '2027-08-20', { privilege: 'assess' }));
			drafts.push(...alsoDone);
			let recorded = beginning.getTime();
			for (const { make, gap, delay } of steps) {
				recorded += gap * minute;
				const happened = new Date(recorded - delay * minute).toISOString();
				const ids = drafts.map((each) => each.id);
				drafts.push(...[make(happened, ids)].flat().map((each) => ({ ...each, recordedAt: new Date(recorded) })));
			}
			return inOrder(drafts);
		});

export const randomHistory = historyOf(step, []);

/** A history and the rules it is judged by. */
export interface World {
	rules: Rules;
	evidence: Evidence[];
}

const insulin = privilegeOf('administer-insulin', [
	{ kind: 'prerequisite', privilege: 'administer-oral' },
	{ kind: 'delegation' },
	{ kind: 'sign-off', by: ['manager'] },
]);
const declaring = {
	...oral,
	witness: 'witness-controlled-drug' as const,
	requirements: [...oral.requirements, { kind: 'declaration' as const, document: 'medicines-policy' }],
};
const busyPolicy = policyWith({
	renewal: { passes: 1, quiz: true, lateBy: 'P90D' },
	absence: { longest: 'P30D', asks: 'observation' },
	newSite: { passes: 1 },
	grace: 'P3D',
	endOfShift: '08:00',
	documents: { 'medicines-policy': 2 },
	privileges: { 'administer-oral': { spotCheck: 'P8M' } },
});
export const busyRules: Rules = {
	...rulesWith(busyPolicy, [declaring, assess, prompt, insulin]),
	changes: [
		{
			kind: 'module',
			slug: 'by-mouth',
			version: 3,
			asks: 'acknowledge',
			grace: 'P60D',
			says: 'Thickener is mixed another way.',
			inForceFrom: moment('2026-02-20 15:50'),
		},
	],
};
const busyHistory = historyOf(busyStep, [
	declares('2026-02-20 15:45', 2),
	signsOff('2026-02-20 15:46', '2027-03-20', { privilege: 'administer-insulin' }),
	delegates('2026-02-20 15:47', '2026-07-31'),
	acknowledges('2026-02-20 15:55', 3),
]);

/** Under the plain rules, or under those that ask for everything there is. */
export const world: fc.Arbitrary<World> = fc.oneof(
	{ weight: 1, arbitrary: randomHistory.map((evidence) => ({ rules: rulesWith(), evidence })) },
	{ weight: 2, arbitrary: busyHistory.map((evidence) => ({ rules: busyRules, evidence })) },
);

function inOrder(drafts: readonly Draft[]): Evidence[] {
	return drafts.map(
		(each, index) => ({ ...each, id: `${each.kind}-${index}`, seq: index + 1, ...renamed(each, drafts) }) as Evidence,
	);
}

/** Ids become positions, so that a shrunk history prints alike each time; what points at a fact is renamed with it. */
function renamed(each: Draft, drafts: readonly Draft[]): Partial<Draft> {
	const nameOf = (id: string | null) => {
		const index = drafts.findIndex((other) => other.id === id);
		return index < 0 ? id : `${drafts[index]?.kind}-${index}`;
	};
	const supersedes = nameOf(each.supersedes);
	const payload = { ...each.payload } as { pause?: string; delegation?: string };
	if (payload.pause) payload.pause = nameOf(payload.pause) ?? '';
	if (payload.delegation) payload.delegation = nameOf(payload.delegation) ?? '';
	return { supersedes, payload } as Partial<Draft>;
}

/** An instant from before the first fact to years after the last; often right at the edge of a day. */
export const instant: fc.Arbitrary<Date> = fc
	.record({
		day: fc.oneof(fc.integer({ min: -20, max: 300 }), fc.integer({ min: -60, max: 900 })),
		minutes: fc.oneof(fc.constantFrom(0, -1, 60, 59), fc.integer({ min: 0, max: 24 * 60 })),
	})
	.map(({ day, minutes }) => new Date(Date.parse('2026-02-21T00:00:00Z') + (day * 24 * 60 + minutes) * minute));

const siteAsked = fc.oneof(
	{ weight: 7, arbitrary: fc.constant(roseHouse) },
	{ weight: 1, arbitrary: fc.constant(elmCourt) },
);

/** Of the privileges that both rules know; about the same person supported, where it is a delegated task. */
export const question: fc.Arbitrary<Question> = fc.record({
	privilege: fc.oneof(
		{ weight: 2, arbitrary: fc.constant<PrivilegeCode>('administer-oral') },
		{ weight: 1, arbitrary: busyCode },
	),
	siteId: siteAsked,
	person: fc.constant('R-17'),
});

/** A pause or a withdrawal that is recorded after everything else; it may have happened long before. */
export function stop(kind: 'pause' | 'withdrawal'): fc.Arbitrary<(evidence: readonly Evidence[]) => Evidence> {
	return fc
		.record({
			privilege: kind === 'pause' ? codeOrAll : code,
			site: siteOrAll,
			gap: fc.nat(100_000),
			delay: fc.nat(400_000),
		})
		.map(({ privilege, site: at, gap, delay }) => (evidence) => {
			const recorded =
				Math.max(beginning.getTime(), ...evidence.map((fact) => fact.recordedAt.getTime())) + gap * minute;
			const happened = new Date(recorded - delay * minute).toISOString();
			const made =
				kind === 'pause' ? pauses(happened, { privilege, site: at }) : withdraws(happened, { privilege, site: at });
			return { ...made, id: 'the-stop', recordedAt: new Date(recorded), seq: evidence.length + 1 } as Evidence;
		});
}

/** A leaving that is recorded after everything else, the moment it is said. */
export const leaving: fc.Arbitrary<(evidence: readonly Evidence[]) => Evidence> = fc
	.record({ site: siteOrAll, gap: fc.nat(300_000), notice: fc.nat(120) })
	.map(({ site: at, gap, notice }) => (evidence) => {
		const recorded = Math.max(beginning.getTime(), ...evidence.map((fact) => fact.recordedAt.getTime())) + gap * minute;
		const when = new Date(recorded).toISOString();
		const made = leaves(when, addDays(dayOf(when), notice), { site: at });
		return { ...made, id: 'the-leaving', seq: evidence.length + 1 } as Evidence;
	});

import fc from 'fast-check';
import type { Evidence } from '../../app/domain/evidence.ts';
import { addDays, localDay } from '../../app/domain/period.ts';
import type { PrivilegeCode } from '../../app/domain/privilege.ts';
import type { Question } from '../../app/domain/progress.ts';
import type { Answer } from '../../app/domain/words.ts';
import {
	competent,
	type Draft,
	elmCourt,
	leaves,
	lifts,
	moment,
	pauses,
	reads,
	retracts,
	roseHouse,
	round,
	signsOff,
	sitsQuiz,
	starts,
	withdraws,
} from './support.ts';

/** Random histories of one person. They shrink towards few facts, one site and no delay. */

const site = fc.constantFrom(roseHouse, elmCourt);
const siteOrAll = fc.constantFrom(roseHouse, elmCourt, null);
const code = fc.constantFrom<PrivilegeCode>('administer-oral', 'assess', 'prompt');
const codeOrAll = fc.constantFrom<PrivilegeCode | null>('administer-oral', 'assess', 'prompt', null);
const line = fc.constantFrom<Answer>('yes', 'yes', 'not-seen', 'not-applicable');
const days = fc.integer({ min: 0, max: 420 });

/** What happens at one moment, given the ids of the facts before it. */
type Step = (when: string, ids: readonly string[]) => Draft | Draft[];

const pick = (ids: readonly string[], index: number) => ids[index % Math.max(1, ids.length)] ?? 'nothing';
const dayOf = (when: string) => localDay(new Date(when));

const hired = fc.tuple(fc.constantFrom('carer' as const, 'senior' as const, 'manager' as const), siteOrAll).map(
	([role, at]): Step =>
		(when) =>
			starts(when, { role, site: at }),
);
const left = fc.tuple(siteOrAll, days).map(
	([at, notice]): Step =>
		(when) =>
			leaves(when, addDays(dayOf(when), notice - 30), { site: at }),
);
const read = fc.integer({ min: 1, max: 3 }).map(
	(version): Step =>
		(when) =>
			reads(when, { version }),
);
const sat = fc.boolean().map(
	(passed): Step =>
		(when) =>
			sitsQuiz(when, passed),
);
const seen = fc
	.record({ at: site, by: fc.constantFrom('ben', 'tomasz'), passed: fc.boolean(), first: line, second: line })
	.map(
		({ at, by, passed, first, second }): Step =>
			(when) =>
				round(when, {
					site: at,
					by,
					passed,
					results: { 'sees-it-swallowed': passed ? first : 'no', 'keeps-keys': second },
				}),
	);
const signed = fc.tuple(code, siteOrAll, days).map(
	([privilege, at, length]): Step =>
		(when) =>
			signsOff(when, addDays(dayOf(when), length), { privilege, site: at }),
);
const renewed = fc.tuple(site, days).map(
	([at, length]): Step =>
		(when) => {
			const earlier = (count: number, time: string) => `${addDays(dayOf(when), -count)} ${time}`;
			return [
				...[earlier(9, '08:10'), earlier(6, '17:05'), earlier(3, '20:00')].map((each) => round(each, { site: at })),
				signsOff(when, addDays(dayOf(when), length), { site: at }),
			];
		},
);
const withdrawn = fc.tuple(code, siteOrAll).map(
	([privilege, at]): Step =>
		(when) =>
			withdraws(when, { privilege, site: at }),
);
const paused = fc.tuple(codeOrAll, siteOrAll).map(
	([privilege, at]): Step =>
		(when) =>
			pauses(when, { privilege, site: at }),
);
const lifted = fc.tuple(fc.nat(20), codeOrAll, siteOrAll).map(
	([index, privilege, at]): Step =>
		(when, ids) =>
			lifts(
				when,
				pick(
					ids.filter((id) => id.startsWith('pause')),
					index,
				),
				{ privilege, site: at },
			),
);
const retracted = fc.nat(20).map(
	(index): Step =>
		(when, ids) =>
			retracts(
				when,
				pick(
					ids.filter((id) => !id.startsWith('retraction')),
					index,
				),
			),
);

const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 2, arbitrary: hired },
	{ weight: 1, arbitrary: left },
	{ weight: 1, arbitrary: read },
	{ weight: 1, arbitrary: sat },
	{ weight: 3, arbitrary: seen },
	{ weight: 2, arbitrary: signed },
	{ weight: 3, arbitrary: renewed },
	{ weight: 1, arbitrary: withdrawn },
	{ weight: 2, arbitrary: paused },
	{ weight: 3, arbitrary: lifted },
	{ weight: 2, arbitrary: retracted },
);

const minute = 60_000;
const beginning = moment('2026-02-20 16:00');
export const horizon = moment('2029-01-01');

/** Facts in the order they were recorded: each some minutes after the one before, and some while after it happened. */
export const randomHistory: fc.Arbitrary<Evidence[]> = fc
	.record({
		before: fc.oneof(
			{ weight: 6, arbitrary: fc.constant(competent) },
			{ weight: 3, arbitrary: fc.nat(6).map((length) => competent.slice(0, length)) },
		),
		role: fc.constantFrom('carer' as const, 'senior' as const),
		assessor: fc.boolean(),
		steps: fc.array(
			fc.record({
				make: step,
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
		let recorded = beginning.getTime();
		for (const { make, gap, delay } of steps) {
			recorded += gap * minute;
			const happened = new Date(recorded - delay * minute).toISOString();
			const ids = drafts.map((each) => each.id);
			drafts.push(...[make(happened, ids)].flat().map((each) => ({ ...each, recordedAt: new Date(recorded) })));
		}
		return inOrder(drafts);
	});

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
	if (each.kind !== 'pause-lifted') return { supersedes };
	return { supersedes, payload: { pause: nameOf((each.payload as { pause: string }).pause) ?? '' } };
}

/** An instant from before the first fact to years after the last; often right at the edge of a day. */
export const instant: fc.Arbitrary<Date> = fc
	.record({
		day: fc.oneof(fc.integer({ min: -20, max: 300 }), fc.integer({ min: -60, max: 900 })),
		minutes: fc.oneof(fc.constantFrom(0, -1, 60, 59), fc.integer({ min: 0, max: 24 * 60 })),
	})
	.map(({ day, minutes }) => new Date(Date.parse('2026-02-21T00:00:00Z') + (day * 24 * 60 + minutes) * minute));

export const question: fc.Arbitrary<Question> = fc.record({
	privilege: fc.oneof(
		{ weight: 2, arbitrary: fc.constant<PrivilegeCode>('administer-oral') },
		{ weight: 1, arbitrary: code },
	),
	siteId: fc.oneof({ weight: 7, arbitrary: fc.constant(roseHouse) }, { weight: 1, arbitrary: fc.constant(elmCourt) }),
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

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide } from '../../app/domain/decide.ts';
import type { Evidence } from '../../app/domain/evidence.ts';
import { segmentsFrom } from '../../app/domain/term.ts';
import { horizon, instant, question, world } from './histories.ts';
import { busyStep } from './steps.ts';
import { competent, type Draft, history, moment, roseHouse, round, rulesWith } from './support.ts';

/** What was known when, and in what order it arrived (design.md section 2, the two clocks). */
const runs = { numRuns: 80 };

const part = fc.double({ min: 0, max: 1, noNaN: true });
const latest = (evidence: readonly Evidence[]) =>
	Math.max(Date.parse('2026-02-20T16:00:00Z'), ...evidence.map((fact) => fact.recordedAt.getTime()));

/** One more fact, recorded after all others. */
function added(evidence: readonly Evidence[], draft: Draft, recordedAt = new Date(latest(evidence))): Evidence {
	return { ...draft, id: 'the-added', recordedAt, seq: evidence.length + 1 } as Evidence;
}

test('the order in which the rows arrive does not matter', () => {
	const shuffledToo = world.chain((each) =>
		fc.tuple(fc.constant(each), fc.shuffledSubarray(each.evidence, { minLength: each.evidence.length })),
	);
	fc.assert(
		fc.property(shuffledToo, question, instant, instant, ([{ rules, evidence }, shuffled], asked, at, knownAt) => {
			expect(decide(rules, shuffled, asked, at, knownAt)).toEqual(decide(rules, evidence, asked, at, knownAt));
		}),
		runs,
	);
});

test('a superseded fact is as if it had never been', () => {
	fc.assert(
		fc.property(world, question, instant, instant, ({ rules, evidence }, asked, at, knownAt) => {
			const known = evidence.filter((fact) => fact.recordedAt <= knownAt);
			const gone = new Set(known.map((fact) => fact.supersedes));
			const without = evidence.filter((fact) => !gone.has(fact.id));
			expect(decide(rules, without, asked, at, knownAt)).toEqual(decide(rules, evidence, asked, at, knownAt));
		}),
		runs,
	);
});

test('evidence recorded after knownAt, or of after the instant asked about, never changes the answer', () => {
	fc.assert(
		fc.property(world, question, instant, instant, ({ rules, evidence }, asked, at, knownAt) => {
			fc.pre(rules.changes.every((change) => change.inForceFrom <= knownAt));
			const decision = decide(rules, evidence, asked, at, knownAt);
			const known = evidence.filter((fact) => fact.recordedAt <= knownAt);
			expect(decide(rules, known, asked, at, knownAt)).toEqual(decision);
			expect(decide(rules, known, asked, at, horizon)).toEqual(decision);
			const correcting = new Set(known.filter((fact) => fact.supersedes).map((fact) => fact.id));
			const happened = known.filter((fact) => fact.observedAt <= at || correcting.has(fact.id));
			expect(decide(rules, happened, asked, at, knownAt)).toEqual(decision);
		}),
		runs,
	);
});

test('recording something later never changes an answer as it was known earlier', () => {
	fc.assert(
		fc.property(
			world,
			busyStep,
			fc.nat(600),
			question,
			instant,
			part,
			({ rules, evidence }, make, daysBack, asked, at, when) => {
				const recordedAt = new Date(latest(evidence) + 1);
				const happened = new Date(recordedAt.getTime() - daysBack * 86_400_000).toISOString();
				const more = [
					make(
						happened,
						evidence.map((fact) => fact.id),
					),
				].flat();
				const all = [...evidence, ...more.map((each) => added(evidence, each, recordedAt))];
				const start = Date.parse('2026-01-01T00:00:00Z');
				const knownAt = new Date(start + Math.floor(when * (recordedAt.getTime() - 1 - start)));
				expect(decide(rules, all, asked, at, knownAt)).toEqual(decide(rules, evidence, asked, at, knownAt));
			},
		),
		runs,
	);
});

// Each round that grows too old is one more change, and none of them may use up the projection.
test('segments last as long as the permit for somebody who was watched often', () => {
	const often = Array.from({ length: 26 }, (_, index) => {
		const day = `2026-0${3 + Math.floor(index / 13)}-${10 + (index % 13)}`;
		return round(`${day} 08:10`);
	});
	const evidence = history(competent, often);
	const asked = { privilege: 'administer-oral' as const, siteId: roseHouse };
	const segments = segmentsFrom(rulesWith(), evidence, moment('2026-05-01'))(asked);
	expect(decide(rulesWith(), evidence, asked, moment('2027-01-15')).permit).toBe(true);
	expect(segments.at(-1)?.endsAt).toBeNull();
	expect(segments.filter((each) => each.decision.permit).at(-1)?.endsAt).toEqual(moment('2027-02-21 00:00'));
});

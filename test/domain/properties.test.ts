import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Decision, decide } from '../../app/domain/decide.ts';
import { type Evidence, ofKind, standingEvidence } from '../../app/domain/evidence.ts';
import { endOfDay, localDay } from '../../app/domain/period.ts';
import { concerns } from '../../app/domain/progress.ts';
import { segmentsFrom, termOf } from '../../app/domain/term.ts';
import { horizon, instant, leaving, question, randomHistory, stop } from './histories.ts';
import { competent, history, moment, roseHouse, round, rulesWith } from './support.ts';

/** What must hold for every history there is (design.md section 6). A counterexample prints with the seed that repeats it. */
const rules = rulesWith();
const runs = { numRuns: 120 };

const answerOf = ({ permit, code, standing, validUntil }: Decision) => ({ permit, code, standing, validUntil });
const upTo = (evidence: readonly Evidence[], at: Date) =>
	evidence.filter((fact) => fact.recordedAt <= at && fact.observedAt <= at);
const between = (from: Date, to: Date | null, part: number) =>
	new Date(from.getTime() + Math.floor(part * ((to ?? horizon).getTime() - from.getTime() - 1)));
const part = fc.double({ min: 0, max: 1, noNaN: true });

test('control: random histories permit often, and give every refusal', () => {
	const samples = fc.sample(fc.tuple(randomHistory, question, instant), { numRuns: 1500, seed: 7 });
	const codes = samples.map(([evidence, asked, at]) => decide(rules, evidence, asked, at).code);
	expect(codes.filter((code) => code === 'competent').length).toBeGreaterThan(250);
	expect(new Set(codes)).toEqual(
		new Set([
			'competent',
			'not_assessed',
			'site_induction_missing',
			'left',
			'withdrawn',
			'paused_review',
			'module_missing',
			'quiz_not_passed',
			'observations_short',
			'sign_off_missing',
			'prerequisite_missing',
			'expired',
		]),
	);
});

test.each(['pause', 'withdrawal'] as const)('adding a %s never turns deny into permit', (kind) => {
	fc.assert(
		fc.property(randomHistory, stop(kind), question, instant, instant, (evidence, add, asked, at, knownAt) => {
			const before = decide(rules, evidence, asked, at, knownAt);
			const after = decide(rules, [...evidence, add(evidence)], asked, at, knownAt);
			expect(after.permit && !before.permit).toBe(false);
		}),
		runs,
	);
});

test.each(['pause', 'withdrawal'] as const)(
	'from the instant of a %s on nothing permits, until something else is recorded',
	(kind) => {
		fc.assert(
			fc.property(randomHistory, stop(kind), question, part, (evidence, add, asked, when) => {
				const stopped = add(evidence);
				const signedOffSince = evidence.some(
					(fact) => fact.kind === 'sign-off' && fact.observedAt >= stopped.observedAt,
				);
				fc.pre(concerns(stopped, asked) && !(kind === 'withdrawal' && signedOffSince));
				const at = between(stopped.recordedAt, null, when);
				expect(decide(rules, [...evidence, stopped], asked, at).permit).toBe(false);
			}),
			runs,
		);
	},
);

test('a leaving never brings back what was refused when it was recorded', () => {
	fc.assert(
		fc.property(randomHistory, leaving, question, part, (evidence, add, asked, when) => {
			const left = add(evidence);
			fc.pre(!decide(rules, evidence, asked, left.recordedAt).permit);
			expect(decide(rules, [...evidence, left], asked, between(left.recordedAt, null, when / 4)).permit).toBe(false);
		}),
		runs,
	);
});

test('with no new evidence a permit holds until validUntil, to the millisecond, and not from it on', () => {
	fc.assert(
		fc.property(randomHistory, question, instant, part, part, (all, asked, at, when, after) => {
			const evidence = upTo(all, at);
			const { permit, validUntil } = decide(rules, evidence, asked, at);
			fc.pre(permit && validUntil !== null);
			if (!validUntil) return;
			expect(decide(rules, evidence, asked, between(at, validUntil, when)).permit).toBe(true);
			expect(decide(rules, evidence, asked, new Date(validUntil.getTime() - 1)).permit).toBe(true);
			expect(decide(rules, evidence, asked, validUntil).permit).toBe(false);
			expect(decide(rules, evidence, asked, between(validUntil, null, after)).permit).toBe(false);
		}),
		runs,
	);
});

test('with no new evidence nothing about the answer changes before changesAt', () => {
	fc.assert(
		fc.property(randomHistory, question, instant, part, (all, asked, at, when) => {
			const evidence = upTo(all, at);
			const now = decide(rules, evidence, asked, at);
			const then = decide(rules, evidence, asked, between(at, now.changesAt, when));
			expect(answerOf(then)).toEqual(answerOf(now));
		}),
		runs,
	);
});

test('time alone never turns deny into permit', () => {
	fc.assert(
		fc.property(randomHistory, question, instant, part, (all, asked, at, when) => {
			const evidence = upTo(all, at);
			fc.pre(!decide(rules, evidence, asked, at).permit);
			expect(decide(rules, evidence, asked, between(at, null, when)).permit).toBe(false);
		}),
		runs,
	);
});

test('permit implies that validUntil is after the instant asked about, and changesAt always is', () => {
	fc.assert(
		fc.property(randomHistory, question, instant, instant, (evidence, asked, at, knownAt) => {
			const { permit, validUntil, changesAt } = decide(rules, evidence, asked, at, knownAt);
			expect(validUntil !== null && validUntil > at).toBe(permit);
			if (changesAt) expect(changesAt > at).toBe(true);
			if (validUntil) expect(changesAt !== null && changesAt <= validUntil).toBe(true);
		}),
		runs,
	);
});

test('segments join without a gap, from the start for ever, and neighbours differ', () => {
	fc.assert(
		fc.property(randomHistory, question, (evidence, asked) => {
			const from = evidence.at(-1)?.recordedAt ?? moment('2026-02-20');
			const segments = segmentsFrom(rules, evidence, asked, from);
			expect(segments.map((each) => each.startsAt)).toEqual([
				from,
				...segments.slice(0, -1).map((each) => each.endsAt),
			]);
			expect(segments.at(-1)?.endsAt).toBeNull();
			const answers = segments.map((each) => JSON.stringify(answerOf(each.decision)));
			expect(answers.filter((each, index) => each === answers[index - 1])).toEqual([]);
		}),
		runs,
	);
});

test('segments agree with decide at any later instant', () => {
	fc.assert(
		fc.property(randomHistory, question, instant, (evidence, asked, at) => {
			const from = evidence.at(-1)?.recordedAt ?? moment('2026-02-20');
			fc.pre(at >= from);
			const segment = segmentsFrom(rules, evidence, asked, from).findLast((each) => each.startsAt <= at);
			const now = decide(rules, evidence, asked, at);
			expect(segment && answerOf(segment.decision)).toEqual(answerOf(now));
		}),
		runs,
	);
});

test('the order in which the rows arrive does not matter', () => {
	const shuffledToo = randomHistory.chain((evidence) =>
		fc.tuple(fc.constant(evidence), fc.shuffledSubarray(evidence, { minLength: evidence.length })),
	);
	fc.assert(
		fc.property(shuffledToo, question, instant, instant, ([evidence, shuffled], asked, at, knownAt) => {
			expect(decide(rules, shuffled, asked, at, knownAt)).toEqual(decide(rules, evidence, asked, at, knownAt));
		}),
		runs,
	);
});

test('it never permits without a sign-off in date, by somebody employed, that nothing has taken back', () => {
	fc.assert(
		fc.property(randomHistory, question, instant, instant, (evidence, asked, at, knownAt) => {
			fc.pre(decide(rules, evidence, asked, at, knownAt).permit);
			const facts = standingEvidence(evidence, at, knownAt);
			const inDate = ofKind(facts, 'sign-off').filter(
				(each) => concerns(each, asked) && at < endOfDay(each.payload.lastDay),
			);
			expect(inDate.length).toBeGreaterThan(0);
			expect(ofKind(facts, 'employment-started').length).toBeGreaterThan(0);
		}),
		runs,
	);
});

test('a superseded fact is as if it had never been', () => {
	fc.assert(
		fc.property(randomHistory, question, instant, instant, (evidence, asked, at, knownAt) => {
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
		fc.property(randomHistory, question, instant, instant, (evidence, asked, at, knownAt) => {
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

test('an early renewal never shortens, and one in the window keeps the anniversary', () => {
	fc.assert(
		fc.property(randomHistory, question, instant, (evidence, asked, at) => {
			const { permit, standing, evidence: used } = decide(rules, evidence, asked, at);
			const signOff = ofKind(evidence, 'sign-off').find((each) => each.id === used[0]);
			fc.pre(permit && signOff !== undefined);
			if (!signOff) return;
			const term = termOf(rules, evidence, asked, at);
			expect(term && term.lastDay >= signOff.payload.lastDay).toBe(true);
			expect(term?.keepsAnniversary).toBe(standing === 'due-soon');
			expect(term?.startsFrom).toBe(standing === 'due-soon' ? signOff.payload.lastDay : localDay(at));
		}),
		runs,
	);
});

test('looking does not change the evidence', () => {
	fc.assert(
		fc.property(randomHistory, question, instant, (evidence, asked, at) => {
			const before = structuredClone(evidence);
			decide(rules, evidence, asked, at);
			segmentsFrom(rules, evidence, asked, at);
			termOf(rules, evidence, asked, at);
			expect(evidence).toEqual(before);
		}),
		{ numRuns: 50 },
	);
});

// Each round that grows too old is one more change, and none of them may use up the projection.
test('segments last as long as the permit for somebody who was watched often', () => {
	const often = Array.from({ length: 26 }, (_, index) => round(`2026-02-20 16:${10 + index}`)).map((each, index) => ({
		...each,
		observedAt: moment(`2026-0${3 + Math.floor(index / 13)}-${10 + (index % 13)} 08:10`),
		recordedAt: moment(`2026-0${3 + Math.floor(index / 13)}-${10 + (index % 13)} 08:10`),
	}));
	const evidence = history(competent, often);
	const asked = { privilege: 'administer-oral' as const, siteId: roseHouse };
	const segments = segmentsFrom(rules, evidence, asked, moment('2026-05-01'));
	expect(decide(rules, evidence, asked, moment('2027-01-15')).permit).toBe(true);
	expect(segments.at(-1)?.endsAt).toBeNull();
	expect(segments.filter((each) => each.decision.permit).at(-1)?.endsAt).toEqual(moment('2027-02-21 00:00'));
});

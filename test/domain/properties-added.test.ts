import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide } from '../../app/domain/decide.ts';
import type { Decision } from '../../app/domain/decision.ts';
import type { Evidence, EvidenceKind } from '../../app/domain/evidence.ts';
import { concerns } from '../../app/domain/facts.ts';
import type { PrivilegeCode } from '../../app/domain/privilege.ts';
import { horizon, instant, leaving, question, randomHistory, stop, world } from './histories.ts';
import { isUnsafe } from './stopped.ts';
import {
	allowsOnCall,
	type Draft,
	delegates,
	lifts,
	pauses,
	reads,
	retracts,
	round,
	rulesWith,
	signsOff,
	sitsQuiz,
	supervised,
	withdraws,
} from './support.ts';

/** What one more fact, or one less, may and may not do to an answer (design.md section 6). */
const runs = { numRuns: 80 };

const answerOf = ({ permit, code, standing, validUntil }: Decision) => ({ permit, code, standing, validUntil });
const part = fc.double({ min: 0, max: 1, noNaN: true });
const between = (from: Date, part: number) =>
	new Date(from.getTime() + Math.floor(part * (horizon.getTime() - from.getTime() - 1)));
const latest = (evidence: readonly Evidence[]) =>
	Math.max(Date.parse('2026-02-20T16:00:00Z'), ...evidence.map((fact) => fact.recordedAt.getTime()));

/** One more fact, recorded after all others. */
function added(evidence: readonly Evidence[], draft: Draft, recordedAt = new Date(latest(evidence))): Evidence {
	return { ...draft, id: 'the-added', recordedAt, seq: evidence.length + 1 } as Evidence;
}

test('adding a pause, however late it is entered, never turns deny into permit', () => {
	fc.assert(
		fc.property(world, stop('pause'), question, instant, instant, ({ rules, evidence }, add, asked, at, knownAt) => {
			fc.pre(!decide(rules, evidence, asked, at, knownAt).permit);
			expect(decide(rules, [...evidence, add(evidence)], asked, at, knownAt).permit).toBe(false);
		}),
		runs,
	);
});

test('adding a withdrawal never turns deny into permit', () => {
	fc.assert(
		fc.property(randomHistory, stop('withdrawal'), question, instant, instant, (evidence, add, asked, at, knownAt) => {
			fc.pre(!decide(rulesWith(), evidence, asked, at, knownAt).permit);
			expect(decide(rulesWith(), [...evidence, add(evidence)], asked, at, knownAt).permit).toBe(false);
		}),
		runs,
	);
});

test('adding a withdrawal as it happens never turns deny into permit, whatever is asked for', () => {
	fc.assert(
		fc.property(world, stop('withdrawal'), question, instant, ({ rules, evidence }, add, asked, at) => {
			const withdrawal = { ...add(evidence), observedAt: new Date(latest(evidence)) };
			fc.pre(!decide(rules, evidence, asked, at).permit);
			expect(decide(rules, [...evidence, withdrawal], asked, at).permit).toBe(false);
		}),
		runs,
	);
});

test.each(['pause', 'withdrawal'] as const)(
	'from the instant of a %s on nothing permits, until something else is recorded',
	(kind) => {
		fc.assert(
			fc.property(world, stop(kind), question, part, ({ rules, evidence }, add, asked, when) => {
				const stopped = add(evidence);
				const signedOffSince = evidence.some(
					(fact) => fact.kind === 'sign-off' && fact.observedAt >= stopped.observedAt,
				);
				fc.pre(concerns(stopped, asked) && !(kind === 'withdrawal' && signedOffSince));
				expect(decide(rules, [...evidence, stopped], asked, between(stopped.recordedAt, when)).permit).toBe(false);
			}),
			runs,
		);
	},
);

test('a pause of everything at the provider stops every privilege at every site', () => {
	fc.assert(
		fc.property(world, question, part, ({ rules, evidence }, asked, when) => {
			const all = added(evidence, pauses(new Date(latest(evidence)).toISOString(), { privilege: null, site: null }));
			expect(decide(rules, [...evidence, all], asked, between(all.recordedAt, when)).permit).toBe(false);
		}),
		runs,
	);
});

test('a leaving never brings back what was refused when it was recorded', () => {
	fc.assert(
		fc.property(world, leaving, question, part, ({ rules, evidence }, add, asked, when) => {
			const left = add(evidence);
			fc.pre(!decide(rules, evidence, asked, left.recordedAt).permit);
			expect(decide(rules, [...evidence, left], asked, between(left.recordedAt, when / 4)).permit).toBe(false);
		}),
		runs,
	);
});

const ofAnother: PrivilegeCode = 'audit-mar';
const unrelated = (when: string): Draft[] => [
	round(when, { privilege: ofAnother }),
	round(when, { privilege: ofAnother, passed: false }),
	signsOff(when, '2030-01-01', { privilege: ofAnother }),
	withdraws(when, { privilege: ofAnother, site: null }),
	pauses(when, { privilege: ofAnother, site: null }),
	supervised(when, { privilege: ofAnother }),
	delegates(when, '2030-01-01', { privilege: ofAnother }),
	allowsOnCall(when, '2030-01-01', { privilege: ofAnother }),
	round(when, { site: 'site-birch' }),
	round(when, { site: 'site-birch', passed: false, criticalMissed: [] }),
	pauses(when, { privilege: null, site: 'site-birch' }),
	supervised(when, { site: 'site-birch' }),
	delegates(when, '2030-01-01', { site: 'site-birch' }),
	allowsOnCall(when, '2030-01-01', { site: 'site-birch' }),
	sitsQuiz(when, true, { quiz: 'another' }),
	reads(when, { module: 'another' }),
	lifts(when, 'no-such-pause', { site: 'site-birch', asks: 'observation' }),
];

test('what is of another privilege, or of another site, changes nothing here', () => {
	fc.assert(
		fc.property(
			world,
			question,
			instant,
			fc.nat(unrelated('2026-01-01').length - 1),
			({ rules, evidence }, asked, at, index) => {
				// Reading anything is what `acknowledge` asks for after a pause: no rule here asks for that.
				const when = new Date(latest(evidence)).toISOString();
				const more = added(evidence, unrelated(when)[index] as Draft);
				// Whoever was watched at anything was back at work: that ends an absence of which nobody has said so.
				const isAway = evidence.some((fact) => fact.kind === 'absence' && fact.payload.back === null);
				// Whoever was seen to be unsafe may be seen to do it right anywhere.
				fc.pre(!((isAway || evidence.some(isUnsafe)) && more.kind === 'observation'));
				expect(decide(rules, [...evidence, more], asked, at)).toEqual(decide(rules, evidence, asked, at));
			},
		),
		{ numRuns: 250 },
	);
});

test('a withdrawal at another site takes no permit here and gives none', () => {
	fc.assert(
		fc.property(world, question, part, ({ rules, evidence }, asked, when) => {
			const now = new Date(latest(evidence));
			const more = added(evidence, withdraws(now.toISOString(), { site: 'site-birch' }));
			const at = between(now, when / 4);
			expect(decide(rules, [...evidence, more], asked, at).permit).toBe(decide(rules, evidence, asked, at).permit);
		}),
		runs,
	);
});

/** What is only ever done, and never stops anything. A second sign-off is not among them: it spends the rounds before it. */
const onlyHelps: readonly EvidenceKind[] = [
	'module-completed',
	'quiz-marked',
	'declaration',
	'acknowledgement',
	'site-induction',
	'observation',
	'outside-assessment',
	'supervision',
	'override',
	'delegation-ended',
	'pause-lifted',
	'award',
];

test('the same said twice never turns permit into deny, but for what stops something and for sign-offs', () => {
	fc.assert(
		fc.property(world, question, instant, fc.nat(100), ({ rules, evidence }, asked, at, index) => {
			const candidates = evidence.filter((fact) => onlyHelps.includes(fact.kind) && fact.supersedes === null);
			const chosen = candidates[index % Math.max(1, candidates.length)];
			fc.pre(chosen !== undefined && decide(rules, evidence, asked, at).permit);
			if (!chosen) return;
			const when = new Date(latest(evidence));
			// A lifting that asks for something asks for it from when it is said.
			fc.pre(!(chosen.kind === 'pause-lifted' && chosen.payload.asks));
			// A round that found something wrong speaks against somebody, and later than the Yes that had answered it.
			fc.pre(!(chosen.kind === 'observation' && Object.values(chosen.payload.results).includes('no')));
			const again = added(evidence, { ...chosen, observedAt: when } as Draft, when);
			expect(decide(rules, [...evidence, again], asked, at).permit).toBe(true);
		}),
		{ numRuns: 200 },
	);
});

test('lifting a pause twice is as lifting it once', () => {
	fc.assert(
		fc.property(world, question, instant, fc.nat(100), ({ rules, evidence }, asked, at, index) => {
			const liftings = evidence.filter((fact) => fact.kind === 'pause-lifted' && !fact.payload.asks);
			const chosen = liftings[index % Math.max(1, liftings.length)];
			fc.pre(chosen !== undefined && !evidence.some((fact) => fact.supersedes === chosen.id));
			if (!chosen) return;
			const twice = [...evidence, added(evidence, chosen)];
			expect(answerOf(decide(rules, twice, asked, at))).toEqual(answerOf(decide(rules, evidence, asked, at)));
		}),
		{ numRuns: 60 },
	);
});

test('taking back what was done never turns deny into permit', () => {
	const done: readonly EvidenceKind[] = [
		...onlyHelps.filter((kind) => !['observation', 'outside-assessment', 'delegation-ended'].includes(kind)),
		'delegation',
	];
	fc.assert(
		fc.property(world, question, instant, fc.nat(100), ({ rules, evidence }, asked, at, index) => {
			// A lifting that asks for something stops what it lifts until that is done.
			const stops = (fact: Evidence) => fact.kind === 'pause-lifted' && fact.payload.asks !== undefined;
			const ofDone = evidence.filter((fact) => done.includes(fact.kind) && !stops(fact));
			const chosen = ofDone[index % Math.max(1, ofDone.length)];
			fc.pre(chosen !== undefined && !decide(rules, evidence, asked, at).permit);
			// What makes an earlier sign-off unsound may give the later one another way: that is a table's to say.
			const signedOff = evidence.filter((fact) => fact.kind === 'sign-off').map((fact) => fact.privilege);
			fc.pre(new Set(signedOff).size === signedOff.length);
			if (!chosen) return;
			const back = added(evidence, retracts(new Date(latest(evidence)).toISOString(), chosen.id));
			expect(decide(rules, [...evidence, back], asked, at).permit).toBe(false);
		}),
		{ numRuns: 200 },
	);
});

test('a passed round, the quiz or a reading never turns permit into deny', () => {
	fc.assert(
		fc.property(world, question, fc.nat(2), part, ({ rules, evidence }, asked, which, when) => {
			const now = new Date(latest(evidence));
			const text = now.toISOString();
			const more = added(evidence, [round(text), sitsQuiz(text), reads(text, { version: 3 })][which] as Draft);
			const at = between(now, when / 4);
			fc.pre(decide(rules, evidence, asked, at).permit);
			expect(decide(rules, [...evidence, more], asked, at).permit).toBe(true);
		}),
		runs,
	);
});

test('a longer grace or a later end of the shift never denies more', () => {
	fc.assert(
		fc.property(world, question, instant, fc.nat(30), ({ rules, evidence }, asked, at, days) => {
			fc.pre(decide(rules, evidence, asked, at).permit);
			const { policy } = rules;
			const kinder = [
				{ ...policy, grace: `P${3 + days}D` },
				{ ...policy, grace: 'P3D', endOfShift: '09:00' },
			];
			for (const each of kinder) expect(decide({ ...rules, policy: each }, evidence, asked, at).permit).toBe(true);
		}),
		runs,
	);
});

test('how long before it shows as due changes no permit', () => {
	fc.assert(
		fc.property(world, question, instant, fc.nat(400), ({ rules, evidence }, asked, at, days) => {
			const shown = { ...rules, policy: { ...rules.policy, dueSoon: `P${days}D` } };
			const { permit, code, validUntil } = decide(rules, evidence, asked, at);
			expect(decide(shown, evidence, asked, at)).toMatchObject({ permit, code, validUntil });
		}),
		runs,
	);
});

test('naming a person changes nothing where no delegation is asked for, and never permits more where one is', () => {
	fc.assert(
		fc.property(world, question, instant, ({ rules, evidence }, asked, at) => {
			const { person, ...nobody } = asked;
			const named = decide(rules, evidence, asked, at);
			const unnamed = decide(rules, evidence, nobody, at);
			if (asked.privilege !== 'administer-insulin') expect(unnamed).toEqual(named);
			else expect(unnamed.code === 'competent').toBe(false);
		}),
		runs,
	);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide } from '../../app/domain/decide.ts';
import { type Evidence, type EvidenceKind, ofKind } from '../../app/domain/evidence.ts';
import { addDays, localDay } from '../../app/domain/period.ts';
import type { PrivilegeCode } from '../../app/domain/privilege.ts';
import type { Rules } from '../../app/domain/rules.ts';
import { permitting } from './cases.ts';
import { horizon, instant, question, type World, world } from './histories.ts';
import { askings } from './lives.ts';
import { rulebooks } from './rulebooks.ts';
import { busyStep, code, site } from './steps.ts';
import { stopUnder } from './stopped.ts';
import { allowsOnCall, type Draft, elmCourt, lifts, pauses, retracts, round } from './support.ts';

/** What must never be, whatever the prose says: properties written from safety (design.md section 6). */
const runs = { numRuns: 80 };

const part = fc.double({ min: 0, max: 1, noNaN: true });
const between = (from: Date, part: number) =>
	new Date(from.getTime() + Math.floor(part * (horizon.getTime() - from.getTime() - 1)));
const latest = (evidence: readonly Evidence[]) =>
	new Date(Math.max(Date.parse('2026-02-20T16:00:00Z'), ...evidence.map((fact) => fact.recordedAt.getTime())));
const added = (evidence: readonly Evidence[], draft: Draft, id: string, recordedAt = latest(evidence)): Evidence =>
	({ ...draft, id, recordedAt, seq: evidence.length + 1 }) as Evidence;
const oral = { privilege: 'administer-oral' as const, siteId: 'site-rose-house', person: 'R-17' };

/** A history that goes on: more steps, each a day or more after the one before, of which some kinds are left out. */
const goingOn = fc.array(fc.tuple(busyStep, fc.integer({ min: 1, max: 60 })), { maxLength: 6 });
function continued(
	evidence: readonly Evidence[],
	steps: readonly (readonly [Parameters<Parameters<typeof goingOn.map>[0]>[0][number][0], number])[],
	without: readonly EvidenceKind[],
): Evidence[] {
	const all = [...evidence];
	let now = latest(evidence).getTime();
	for (const [make, days] of steps) {
		now += days * 86_400_000;
		const ids = all.map((fact) => fact.id);
		for (const draft of [make(new Date(now).toISOString(), ids)].flat())
			if (!without.includes(draft.kind))
				all.push(added(all, draft, `${draft.kind}-later-${all.length}`, new Date(now)));
	}
	return all;
}

/** Break-glass for the question itself, open at the instant asked: the strongest thing that could go round a stop. */
const withBreakGlass = (
	evidence: readonly Evidence[],
	asked: { privilege: PrivilegeCode; siteId: string },
	at: Date,
) => {
	const call = allowsOnCall(at.toISOString(), new Date(at.getTime() + 3_600_000).toISOString(), {
		privilege: asked.privilege,
		site: asked.siteId,
	});
	return [...evidence, { ...added(evidence, call, 'the-call'), recordedAt: at }];
};

test('nothing permits, by any code, while anything it rests on is stopped', () => {
	fc.assert(
		fc.property(world, question, instant, fc.boolean(), ({ rules, evidence }, asked, at, onCall) => {
			fc.pre(stopUnder(rules, evidence, asked, at) !== undefined);
			const facts = onCall ? withBreakGlass(evidence, asked, at) : evidence;
			expect(decide(rules, facts, asked, at).permit).toBe(false);
		}),
		{ numRuns: 300 },
	);
});

test('control: the histories come to each kind of stop', () => {
	const stopped = fc.sample(fc.tuple(world, question, instant), { numRuns: 1500, seed: 11 });
	const found = stopped.map(([{ rules, evidence }, asked, at]) => stopUnder(rules, evidence, asked, at));
	for (const stop of ['paused', 'withdrawn', 'unsafe'])
		expect(found.filter((each) => each === stop).length).toBeGreaterThan(10);
});

test('a permit after a round that proved somebody unsafe comes only after one that was passed', () => {
	fc.assert(
		fc.property(
			world,
			question,
			site,
			fc.boolean(),
			goingOn,
			part,
			({ rules, evidence }, { siteId }, at, stopped, steps, when) => {
				const now = latest(evidence);
				const failed = round(now.toISOString(), {
					site: at,
					passed: false,
					...(stopped ? { stopped: true, criticalMissed: [] } : {}),
				});
				const all = continued([...evidence, added(evidence, failed, 'the-failed')], steps, [
					'observation',
					'withdrawal',
					'retraction',
				]);
				const asked = { ...oral, siteId };
				const then = between(now, when / 3);
				expect(decide(rules, withBreakGlass(all, asked, then), asked, then).permit).toBe(false);
				const upon = { ...asked, privilege: 'assess' as const };
				expect(decide(rules, withBreakGlass(all, upon, then), upon, then).permit).toBe(false);
			},
		),
		{ numRuns: 200 },
	);
});

test('adding a round that proves somebody unsafe never turns a no into a yes', () => {
	fc.assert(
		fc.property(world, question, site, part, part, ({ rules, evidence }, asked, at, when, then) => {
			const now = latest(evidence);
			const failed = added(evidence, round(now.toISOString(), { site: at, passed: false }), 'the-failed');
			const asOf = between(now, (when * then) / 3);
			fc.pre(!decide(rules, evidence, asked, asOf).permit);
			expect(decide(rules, [...evidence, failed], asked, asOf).permit).toBe(false);
		}),
		{ numRuns: 200 },
	);
});

/** Sign-offs of one privilege are not several: then an older one never governs in place of a newer one. */
function signedOnce({ rules, evidence }: World): boolean {
	return [...rules.privileges.keys()].every(
		(privilege) =>
			ofKind(evidence, 'sign-off').filter((each) => each.privilege === null || each.privilege === privilege).length < 2,
	);
}

test('nor one that is learned of late, of any day, for whoever was signed off once at most', () => {
	fc.assert(
		fc.property(
			world.filter(signedOnce),
			question,
			site,
			instant,
			instant,
			({ rules, evidence }, asked, place, happened, at) => {
				const failed = round(happened.toISOString(), { site: place, passed: false });
				fc.pre(!decide(rules, evidence, asked, at, horizon).permit);
				const late = added(evidence, failed, 'the-failed');
				expect(decide(rules, [...evidence, late], asked, at, horizon).permit).toBe(false);
			},
		),
		{ numRuns: 200 },
	);
});

/** Whether a fact only ever speaks for somebody. A passed round does, if every line it answered was met. */
const isGood = (fact: Evidence) =>
	(fact.kind === 'observation' &&
		fact.payload.passed &&
		Object.values(fact.payload.results).every((each) => each === 'yes')) ||
	['quiz-marked', 'module-completed', 'sign-off', 'award', 'outside-assessment', 'declaration'].includes(fact.kind);

// An older sign-off that is sound governs where the newest is not, or is gone: whoever has several is left to the next test.
test('taking back what speaks for somebody never turns a no into a yes, for whoever was signed off once at most', () => {
	fc.assert(
		fc.property(world.filter(signedOnce), question, instant, fc.nat(100), ({ rules, evidence }, asked, at, index) => {
			const good = evidence.filter(isGood);
			const chosen = good[index % Math.max(1, good.length)];
			fc.pre(chosen !== undefined && !decide(rules, evidence, asked, at, horizon).permit);
			if (!chosen) return;
			const back = added(evidence, retracts(latest(evidence).toISOString(), chosen.id), 'the-back');
			expect(decide(rules, [...evidence, back], asked, at, horizon).permit).toBe(false);
		}),
		{ numRuns: 300 },
	);
});

test('with several, the yes after it rests on another sign-off than the no before it, or on one that it has become sound', () => {
	fc.assert(
		fc.property(world, question, instant, fc.nat(100), ({ rules, evidence }, asked, at, index) => {
			const good = evidence.filter(isGood);
			const chosen = good[index % Math.max(1, good.length)];
			if (!chosen) return;
			const before = decide(rules, evidence, asked, at, horizon);
			const back = added(evidence, retracts(latest(evidence).toISOString(), chosen.id), 'the-back');
			const after = decide(rules, [...evidence, back], asked, at, horizon);
			fc.pre(!before.permit && after.permit);
			const upon = after.progress.some(({ requirement }) => requirement.kind === 'prerequisite');
			const another = after.signOff?.id !== before.signOff?.id;
			expect(another || before.code === 'sign_off_unsound' || upon).toBe(true);
			expect(permitting).toContain(after.code);
		}),
		{ numRuns: 40, maxSkipsPerRun: 2000 },
	);
});

test('only what is held vouches: a permit that is not held is an override, and a refusal that is held waits for a delegation', () => {
	fc.assert(
		fc.property(world, question, instant, fc.boolean(), ({ rules, evidence: all }, asked, at, onCall) => {
			const evidence = onCall ? withBreakGlass(all, asked, at) : all;
			const { holds, permit, code: given } = decide(rules, evidence, asked, at);
			const held = ['competent', 'second_check_by_telephone', 'delegation_missing', 'delegation_expired'];
			if (given === 'override_active') {
				const without = evidence.filter((fact) => fact.kind !== 'override');
				expect(holds).toBe(decide(rules, without, asked, at).holds);
				expect(holds && asked.privilege !== 'administer-insulin').toBe(false);
			} else expect(holds).toBe(held.includes(given));
			if (permit && !holds) expect(given).toBe('override_active');
		}),
		{ numRuns: 200 },
	);
});

/** What settles a condition that asks for a round: where a privilege has no observation, reading stands in its place. */
const doing: readonly EvidenceKind[] = [
	'observation',
	'outside-assessment',
	'module-completed',
	'acknowledgement',
	'retraction',
];

test('what a lifting asks for is done before anything is held again', () => {
	fc.assert(
		fc.property(world, code, goingOn, part, ({ rules, evidence }, privilege, steps, when) => {
			const now = new Date(latest(evidence).getTime() + 60_000);
			const text = now.toISOString();
			const pause = added(evidence, pauses(text, { privilege: null, site: null }), 'the-pause', now);
			const lift = lifts(text, 'the-pause', { privilege: null, site: null, asks: 'observation' });
			const since = [...evidence, pause];
			const all = continued([...since, added(since, lift, 'the-lift', now)], steps, doing);
			const then = between(now, when / 3);
			expect(decide(rules, all, { ...oral, privilege }, then).holds).toBe(false);
		}),
		{ numRuns: 200 },
	);
});

test('what is asked of a holder is asked of nobody less: whoever is signed off again meanwhile owes it too', () => {
	fc.assert(
		fc.property(world, instant, ({ rules, evidence }, at) => {
			const asked = decide(rules, evidence, oral, at, horizon);
			const open = asked.rechecks.filter(({ cause, dueBy }) => cause !== 'spot-check' && dueBy <= at);
			fc.pre(open.length > 0);
			expect(asked.holds).toBe(false);
			expect(asked.standing === 'ready-for-sign-off').toBe(false);
		}),
		runs,
	);
});

test('whoever has left everything is never permitted, with or without an override', () => {
	fc.assert(
		fc.property(world, question, part, ({ rules, evidence }, asked, when) => {
			const now = new Date(latest(evidence).getTime() + 86_400_000);
			const left = evidence.filter((fact) => fact.kind !== 'employment-ended');
			const gone = {
				...added(left, pauses(now.toISOString(), { site: null, privilege: null }), 'the-end', now),
				kind: 'employment-ended',
				payload: { lastDay: addDays(localDay(now), -1) },
			} as Evidence;
			expect(decide(rules, [...left, gone], asked, between(now, when)).permit).toBe(false);
			expect(decide(rules, [...left, gone], { ...asked, siteId: elmCourt }, between(now, when)).permit).toBe(false);
		}),
		runs,
	);
});

const nothingEarlier: NonNullable<Rules['earlier']> = {
	privileges: new Map(),
	checklists: new Map(),
	policies: new Map(),
};

test('a change of policy stops nobody whom it does not hold against at once, until its grace ends', () => {
	fc.assert(
		fc.property(askings, rulebooks, part, part, ({ rules, evidence, question, at, knownAt }, other, long, when) => {
			const before: Rules = { ...rules, settling: [] };
			const then = decide(before, evidence, question, at, knownAt);
			fc.pre(then.code === 'competent');
			const until = new Date(at.getTime() + 1 + Math.floor(long * 60 * 86_400_000));
			const sure = Math.min(until.getTime(), then.changesAt?.getTime() ?? Number.POSITIVE_INFINITY);
			// What a sign-off was made under stays known, whatever is in force since.
			const { privileges, checklists, policies } = rules.earlier ?? nothingEarlier;
			const made = { get: (name: string) => policies.get(name) ?? rules.policy };
			const after: Rules = {
				...before,
				policy: { ...other.policy, version: 'newer' },
				settling: [{ policy: rules.policy, until }],
				earlier: { privileges, checklists, policies: made },
			};
			const asOf = new Date(at.getTime() + Math.floor(when * (sure - at.getTime() - 1)));
			const answer = decide(
				after,
				evidence.filter((each) => each.observedAt <= at),
				question,
				asOf,
				knownAt,
			);
			expect(answer.permit).toBe(true);
			expect(answer.validUntil?.getTime()).toBeGreaterThanOrEqual(sure);
			for (const each of answer.rechecks) expect(each.dueBy.getTime()).toBeGreaterThan(asOf.getTime());
		}),
		{ numRuns: 100 },
	);
});

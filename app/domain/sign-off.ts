import { type Employment, employmentAt } from './employment.ts';
import type { Evidence, EvidenceOf } from './evidence.ts';
import { concerns, type Facts, openPause, signOffFor, withdrawalFor } from './facts.ts';
import type { Path, Progress } from './ground.ts';
import { addDays, earliest, endOfDay, instantOf, type LocalDay, moveDay } from './period.ts';
import type { Policy } from './policy.ts';
import { progressIn } from './progress.ts';
import type { Question, Rules } from './rules.ts';

/** When a sign-off with this last day runs out: at the end of the local day, or of the night shift where policy says so. */
export function endOfSignOff(lastDay: LocalDay, policy: Policy): Date {
	const last = moveDay(lastDay, policy.grace);
	return policy.endOfShift ? instantOf(addDays(last, 1), policy.endOfShift) : endOfDay(last);
}

/** What a sign-off stood on when it was made; everything else is asked again each time. */
const stoodOn: readonly string[] = ['module', 'quiz', 'site-induction', 'observation'];

/** Whether sign-offs are sound, and which way leads to the next one. */
export class SignOffs {
	readonly #flaws = new Map<string, readonly Progress[]>();

	constructor(readonly rules: Rules) {}

	/**
	 * The requirements that were not met when a sign-off was made, if any: it stands on what was met then, so evidence
	 * taken back since takes the sign-off with it. Judged under the policy and the privilege it was made under.
	 */
	flawsOf(signOff: EvidenceOf<'sign-off'>, question: Question, facts: Facts): readonly Progress[] {
		const key = `${signOff.id} ${question.siteId}`;
		const known = this.#flaws.get(key);
		if (known) return known;
		const { rules } = this;
		const before = facts.before(signOff as Evidence);
		const at = signOff.observedAt;
		const policy = rules.earlier?.policies.get(signOff.payload.policy) ?? rules.policy;
		const privilege =
			rules.earlier?.privileges.get(signOff.contentVersionId ?? '') ?? rules.privileges.get(question.privilege);
		const employment = employmentAt(before, question.siteId, at);
		const ground = privilege && {
			policy,
			privilege,
			facts: before,
			question,
			at,
			employment,
			withdrawal: withdrawalFor(before, question),
			path: this.pathFor(question, before, employment, policy, at),
			signOff: undefined,
			prerequisite: () => ({ permit: true, evidence: [], validUntil: null, changesAt: null }),
		};
		const stood = privilege?.requirements.filter((each) => stoodOn.includes(each.kind)) ?? [];
		const flaws = ground ? stood.map((each) => progressIn(each, ground)).filter((each) => !each.met) : [];
		this.#flaws.set(key, flaws);
		return flaws;
	}

	/** Which way leads to the next sign-off, by what stood in `facts` at `at`. Source: content/rules.md, "Lighter paths". */
	pathFor(question: Question, facts: Facts, employment: Employment, policy: Policy, at: Date): Path {
		const since = facts.of('sign-off').findLast((each) => concerns(each, question));
		const previous = signOffFor(facts, question);
		const renewableUntil = previous && endOfDay(moveDay(previous.payload.lastDay, policy.renewal.lateBy));
		const inTime = renewableUntil !== undefined && at.getTime() < renewableUntil.getTime();
		const sound = previous && !this.flawsOf(previous, question, facts).length;
		const before: Omit<Path, 'kind'> = {};
		if (since) before.since = since;
		if (previous && (sound || !inTime)) before.roundsSince = previous;
		if (inTime) before.changesAt = renewableUntil;
		if (sound && inTime) return { ...before, kind: 'renewal' };
		const elsewhere = this.signOffElsewhere(question, facts, at);
		if (!elsewhere) return { ...before, kind: employment.agency ? 'agency' : 'first' };
		const ends = endOfDay(elsewhere.payload.lastDay);
		return { ...before, kind: 'new-site', changesAt: earliest([before.changesAt, ends]) ?? ends };
	}

	private signOffElsewhere(question: Question, facts: Facts, at: Date): EvidenceOf<'sign-off'> | undefined {
		const elsewhere = facts
			.of('sign-off')
			.filter((each) => each.privilege === question.privilege && each.siteId && each.siteId !== question.siteId);
		if (!elsewhere.length) return undefined;
		const sites = [...new Set(elsewhere.map((each) => each.siteId as string))];
		return sites
			.map((siteId) => {
				const there = { ...question, siteId };
				const signOff = signOffFor(facts, there);
				const holds =
					signOff?.siteId === siteId &&
					at < endOfDay(signOff.payload.lastDay) &&
					!openPause(facts, there) &&
					!this.flawsOf(signOff, there, facts).length;
				return holds ? signOff : undefined;
			})
			.find((each) => each !== undefined);
	}
}

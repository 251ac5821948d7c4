import { type Employment, employmentAt } from './employment.ts';
import type { Evidence, EvidenceOf } from './evidence.ts';
import { concerns, type Facts, isAfter, lastWithdrawal, openPause, signOffFor, signOffsFor } from './facts.ts';
import type { Ground, Path, Progress } from './ground.ts';
import { addDays, daysIn, earliest, endOfDay, type LocalDay, moveDay, startOfDay } from './period.ts';
import { goodUntil, type Policy } from './policy.ts';
import type { Privilege } from './privilege.ts';
import { progressIn } from './progress.ts';
import { openRechecks } from './recheck.ts';
import type { ContentChange, Question, Rules } from './rules.ts';

type SignOff = EvidenceOf<'sign-off'>;

/** When a sign-off with this last day runs out: at the end of the local day, or of the night shift where policy says so. */
export function endOfSignOff(lastDay: LocalDay, policy: Policy): Date {
	return goodUntil(moveDay(lastDay, policy.grace), policy);
}

/** How long a sign-off made now would hold: policy's length for the privilege, else the file's; shorter for agency staff. */
export function validityOf(
	policy: Policy,
	privilege: Pick<Privilege, 'code' | 'validity'>,
	{ agency }: Pick<Employment, 'agency'>,
): string {
	const usual = policy.privileges[privilege.code]?.validity ?? privilege.validity;
	return agency && daysIn(policy.agency.validity) < daysIn(usual) ? policy.agency.validity : usual;
}

/**
 * When the window before a last day opens, in which it shows as due and is renewed with its anniversary: `dueSoon` before
 * it, but never more than a third of the validity, so that a short sign-off is not renewed for ever inside its window.
 */
export function windowOpens(
	lastDay: LocalDay,
	policy: Policy,
	privilege: Pick<Privilege, 'code' | 'validity'>,
	employment: Pick<Employment, 'agency'>,
): Date {
	const third = Math.floor(daysIn(validityOf(policy, privilege, employment)) / 3);
	return startOfDay(addDays(lastDay, -Math.min(daysIn(policy.dueSoon), third)));
}

/** What a sign-off stood on when it was made; everything else is asked again each time. */
const stoodOn: readonly string[] = ['module', 'quiz', 'site-induction', 'observation'];

function unmetIn(ground: Ground): Progress[] {
	return ground.privilege.requirements
		.filter((each) => stoodOn.includes(each.kind))
		.map((each) => progressIn(each, ground))
		.filter((each) => !each.met);
}

/** Whether sign-offs are sound, which one governs, and which way leads to the next one. */
export class SignOffs {
	readonly #flaws = new Map<string, readonly Progress[]>();
	readonly #byAgency = new Map<string, boolean>();

	/** @param changes those that are known by the instant as known at which everything is judged. */
	constructor(
		readonly rules: Rules,
		readonly changes: readonly ContentChange[],
	) {}

	/**
	 * The requirements that were not met when a sign-off was made, if any: it stands on what was met then, so evidence
	 * taken back since takes the sign-off with it. Judged under the policy, the privilege and the forms it was made under.
	 */
	flawsOf(signOff: SignOff, question: Question, facts: Facts): readonly Progress[] {
		const key = `${signOff.id} ${question.siteId}`;
		const known = this.#flaws.get(key);
		if (known) return known;
		const ground = this.madeOn(signOff, question, facts);
		const flaws = ground ? unmetIn(ground) : [];
		this.#flaws.set(key, flaws);
		return flaws;
	}

	/**
	 * The sign-off at another of our sites without which this one would not have stood: it was made on the new site path,
	 * and what was met then is less than the first path asks for.
	 */
	leanedOn(signOff: SignOff, question: Question, facts: Facts): SignOff | undefined {
		const elsewhere = (each: SignOff) => each.privilege === signOff.privilege && each.siteId !== signOff.siteId;
		if (!facts.of('sign-off').some(elsewhere)) return undefined;
		const ground = this.madeOn(signOff, question, facts);
		if (!ground?.path.leansOn) return undefined;
		const { leansOn, ...path } = ground.path;
		return unmetIn({ ...ground, path: { ...path, kind: 'first' } }).length ? leansOn : undefined;
	}

	/** What a sign-off was measured against when it was made. */
	private madeOn(signOff: SignOff, question: Question, facts: Facts): Ground | undefined {
		const { rules } = this;
		const before = facts.before(signOff as Evidence);
		const at = signOff.observedAt;
		const policy = rules.earlier?.policies.get(signOff.payload.policy) ?? rules.policy;
		const privilege = this.heldTo(signOff, question);
		const employment = employmentAt(before, question.siteId, at);
		return (
			privilege && {
				rules,
				policy,
				privilege,
				facts: before,
				question,
				at,
				employment,
				path: this.pathFor(question, before, employment, policy, privilege, at),
				signOff: undefined,
				prerequisite: () => ({ permit: true, evidence: [], validUntil: null, changesAt: null }),
			}
		);
	}

	/** The version of a privilege that a sign-off was made under, where it is known; else the one in force. */
	heldTo(signOff: SignOff, { privilege }: Question): Privilege | undefined {
		const { rules } = this;
		return rules.earlier?.privileges.get(signOff.contentVersionId ?? '') ?? rules.privileges.get(privilege);
	}

	/**
	 * The sign-off that governs: the newest or, where that one is not sound, an older one that is and has not run out. A
	 * mistake in a renewal does not end what was there before.
	 */
	governing(question: Question, facts: Facts, policy: Policy, at: Date): SignOff | undefined {
		const all = signOffsFor(facts, question);
		const newest = all.at(-1);
		if (!newest || !this.flawsOf(newest, question, facts).length) return newest;
		const holds = (each: SignOff) =>
			at < endOfSignOff(each.payload.lastDay, policy) && !this.flawsOf(each, question, facts).length;
		return all.slice(0, -1).findLast(holds) ?? newest;
	}

	/** Which way leads to the next sign-off, by what stood in `facts` at `at`. Source: content/rules.md, "Lighter paths". */
	pathFor(
		question: Question,
		facts: Facts,
		employment: Employment,
		policy: Policy,
		privilege: Privilege,
		at: Date,
	): Path {
		const withdrawal = lastWithdrawal(facts, question.privilege);
		const since = facts
			.of('sign-off')
			.findLast(
				(each) =>
					concerns(each, question) &&
					!this.flawsOf(each, question, facts).length &&
					(employment.agency || !this.madeByAgency(each, question.siteId, facts)),
			);
		const previous = since && (!withdrawal || isAfter(since, withdrawal)) ? since : undefined;
		const renewableUntil = previous && endOfDay(moveDay(previous.payload.lastDay, policy.renewal.lateBy));
		const inTime = renewableUntil !== undefined && at.getTime() < renewableUntil.getTime();
		const before: Omit<Path, 'kind'> = {};
		if (since) before.since = since;
		if (previous) before.roundsSince = previous;
		if (previous && inTime) {
			const quizFrom = windowOpens(previous.payload.lastDay, policy, privilege, employment);
			return { ...before, kind: 'renewal', quizFrom, changesAt: renewableUntil };
		}
		const elsewhere = this.signOffElsewhere(question, facts, policy, privilege, at);
		if (!elsewhere) return { ...before, kind: employment.agency && (!withdrawal || previous) ? 'agency' : 'first' };
		return { ...before, kind: 'new-site', leansOn: elsewhere.signOff, changesAt: elsewhere.changesAt };
	}

	/** Whether all work at a site was agency work when a sign-off was made: the price of its light path is its short end. */
	private madeByAgency(signOff: SignOff, siteId: string, facts: Facts): boolean {
		const key = `${signOff.id} ${siteId}`;
		const known = this.#byAgency.get(key);
		if (known !== undefined) return known;
		const { agency } = employmentAt(facts.before(signOff as Evidence), siteId, signOff.observedAt);
		this.#byAgency.set(key, agency);
		return agency;
	}

	private signOffElsewhere(
		question: Question,
		facts: Facts,
		policy: Policy,
		privilege: Privilege,
		at: Date,
	): { signOff: SignOff; changesAt: Date } | undefined {
		const elsewhere = facts
			.of('sign-off')
			.filter((each) => each.privilege === question.privilege && each.siteId && each.siteId !== question.siteId);
		if (!elsewhere.length) return undefined;
		const withdrawal = lastWithdrawal(facts, question.privilege);
		const sites = [...new Set(elsewhere.map((each) => each.siteId as string))];
		return sites
			.flatMap((siteId) => {
				const there = { privilege: question.privilege, siteId };
				const signOff = signOffFor(facts, there);
				const ends = signOff && endOfDay(signOff.payload.lastDay);
				const holds =
					signOff?.siteId === siteId &&
					ends &&
					at < ends &&
					(!withdrawal || isAfter(signOff, withdrawal)) &&
					!openPause(facts, there) &&
					!this.madeByAgency(signOff, siteId, facts) &&
					!this.flawsOf(signOff, there, facts).length;
				if (!holds) return [];
				const rechecks = openRechecks({
					rules: this.rules,
					policy,
					privilege: this.heldTo(signOff, there) ?? privilege,
					facts,
					question: there,
					signOff,
					changes: this.changes.filter((change) => change.inForceFrom <= at),
				});
				if (rechecks.some((each) => each.dueBy <= at)) return [];
				return [{ signOff, changesAt: earliest([ends, ...rechecks.map((each) => each.dueBy)]) ?? ends }];
			})
			.reduce<{ signOff: SignOff; changesAt: Date } | undefined>(
				(best, each) => (best && best.signOff.payload.lastDay >= each.signOff.payload.lastDay ? best : each),
				undefined,
			);
	}
}

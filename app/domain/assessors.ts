import { type AssessRefusal, refuseAssessor } from './assessing.ts';
import { decidersFrom } from './decide.ts';
import type { Decision } from './decision.ts';
import { employmentAt } from './employment.ts';
import type { Evidence } from './evidence.ts';
import { Facts, standingEvidence } from './facts.ts';
import { earliest } from './period.ts';
import { type PrivilegeCode, requirementOf } from './privilege.ts';
import type { Question, Rules } from './rules.ts';

/** What holds from one instant until something of a person's, or the rules, change: one look answers for many instants. */
interface Stretch<T> {
	rules: Rules;
	from: Date;
	until: Date | null;
	value: T;
}

/** Whether somebody could assess, and the decisions on all that it rested on. */
export interface Held {
	refusal: Exclude<AssessRefusal, 'yourself'> | null;
	decisions: readonly Decision[];
	/** The next instant at which it may change by itself. */
	until: Date | null;
}

/** Where assessors stood when they assessed, by all that is known now. Each is decided once for as long as nothing changed. */
export class Assessors {
	readonly #decisions = new Stretches<Decision>();
	readonly #deciders = new Map<Rules, Map<string, ReturnType<typeof decidersFrom>>>();
	readonly #happened = new Map<string, number[]>();

	/**
	 * @param evidence every row of every person concerned.
	 * @param rulesAt the rules that were in force at a site at an instant, the same object for the same rules.
	 */
	constructor(
		readonly evidence: ReadonlyMap<string, readonly Evidence[]>,
		readonly rulesAt: (siteId: string, at: Date) => Rules,
		readonly now: Date,
	) {}

	/** Whether they could assess a privilege at a site at an instant (design.md section 6), and what that rested on. */
	heldBy(assessor: string, question: Question, at: Date, knownAt = this.now): Held {
		const rules = this.rulesAt(question.siteId, at);
		const decide = this.decisions(assessor, rules, at, knownAt);
		const all = new Map<PrivilegeCode, Decision>();
		const ask = (privilege: PrivilegeCode): Decision => {
			const decision = all.get(privilege) ?? decide({ siteId: question.siteId, privilege });
			if (all.has(privilege)) return decision;
			all.set(privilege, decision);
			for (const { requirement } of decision.progress)
				if (requirement.kind === 'prerequisite') ask(requirement.privilege);
			return decision;
		};
		// Nobody asks here about a round of their own.
		const given = {
			assessorId: assessor,
			learnerId: '',
			assess: ask('assess'),
			samePrivilege: ask(question.privilege),
		};
		const refusal = refuseAssessor(given) as Held['refusal'];
		const decisions = [...all.values()];
		return {
			refusal: refusal ?? (this.playsWhatIsAsked(assessor, rules, question, at, knownAt) ? null : 'wrong-role'),
			decisions,
			until: earliest(decisions.map((each) => each.changesAt)),
		};
	}

	/** The row since which they did not hold it any more; null where they never did, by what was known then. */
	actBehind(assessor: string, question: Question, at: Date): Evidence | null {
		const held = (knownAt: Date) => !this.heldBy(assessor, question, at, knownAt).refusal;
		const since = (this.evidence.get(assessor) ?? [])
			.filter((each) => each.recordedAt > at && (each.supersedes || each.observedAt <= at))
			.sort((a, b) => b.seq - a.seq);
		let act: Evidence | null = null;
		for (const each of since) {
			if (held(each.recordedAt)) return act;
			act = each;
		}
		return act && held(new Date(act.recordedAt.getTime() - 1)) ? act : null;
	}

	/** How many rows of a person's had happened by an instant: where they stand changes only with these, or by a date. */
	rowsBy(personId: string, at: Date): number {
		const happened =
			this.#happened.get(personId) ??
			(this.evidence.get(personId) ?? []).map((each) => each.observedAt.getTime()).sort((a, b) => a - b);
		this.#happened.set(personId, happened);
		let [low, high] = [0, happened.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((happened[middle] as number) <= at.getTime()) low = middle + 1;
			else high = middle;
		}
		return low;
	}

	private decisions(assessor: string, rules: Rules, at: Date, knownAt: Date): (question: Question) => Decision {
		const known = knownAt.getTime();
		const rows = this.rowsBy(assessor, at);
		let decide: ((question: Question) => Decision) | undefined;
		return ({ siteId, privilege }) =>
			this.#decisions.at(`${assessor} ${siteId} ${privilege} ${rows} ${known}`, rules, at, () => {
				decide ??= this.decider(assessor, rules, knownAt)(at);
				const decision = decide({ siteId, privilege });
				return { value: decision, until: decision.changesAt };
			});
	}

	private decider(assessor: string, rules: Rules, knownAt: Date) {
		const theirs = this.#deciders.get(rules) ?? new Map<string, ReturnType<typeof decidersFrom>>();
		this.#deciders.set(rules, theirs);
		const name = `${assessor} ${knownAt.getTime()}`;
		const evidence = this.evidence.get(assessor) ?? [];
		const found = theirs.get(name) ?? decidersFrom(rules, evidence, new Date(0), knownAt);
		theirs.set(name, found);
		return found;
	}

	/** Whether they were in a role that the privilege asks of whoever watches. */
	private playsWhatIsAsked(assessor: string, rules: Rules, question: Question, at: Date, knownAt: Date): boolean {
		const privilege = rules.privileges.get(question.privilege);
		const by = privilege && requirementOf(privilege, 'observation')?.by;
		if (!by) return true;
		const facts = Facts.from(standingEvidence(this.evidence.get(assessor) ?? [], at, knownAt));
		return employmentAt(facts, question.siteId, at).roles.some((role) => by.includes(role));
	}
}

/** What is worked out once for each stretch of time, under a name. */
export class Stretches<T> {
	readonly #stretches = new Map<string, Stretch<T>[]>();

	/** @param meanwhile what is answered where working it out asks for itself. */
	at(name: string, rules: Rules, at: Date, work: () => { value: T; until: Date | null }, meanwhile?: T | undefined): T {
		const known = this.#stretches.get(name) ?? [];
		this.#stretches.set(name, known);
		const covers = (each: Stretch<T>) =>
			each.rules === rules && each.from <= at && (each.until === null || at < each.until);
		const found = known.find(covers);
		if (found) return found.value;
		const open: Stretch<T> | undefined =
			meanwhile === undefined ? undefined : { rules, from: at, until: new Date(at.getTime() + 1), value: meanwhile };
		if (open) known.push(open);
		const { value, until } = work();
		const settled = { rules, from: at, until, value };
		if (open) known.splice(known.indexOf(open), 1, settled);
		else known.push(settled);
		return value;
	}
}

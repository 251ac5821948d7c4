import type { Decision } from './decision.ts';
import { type Employment, employmentAt } from './employment.ts';
import type { EvidenceOf } from './evidence.ts';
import { type Facts, isAfter, isOf, openPause, withdrawalFor } from './facts.ts';
import type { Ground } from './ground.ts';
import { earliest } from './period.ts';
import { withGrace } from './policy-grace.ts';
import { type RequirementKind, requirementOf, restsOnItself } from './privilege.ts';
import { askedEachTime, isPass, progressOf, unverifiedFrom } from './progress.ts';
import type { ReasonCode } from './reason.ts';
import { isAsked, openRechecks, recheckCodes, showsFrom } from './recheck.ts';
import type { Question, Rules, Standing } from './rules.ts';
import { endOfSignOff, type SignOffs, windowOpens } from './sign-off.ts';
import { standingBefore } from './standing-before.ts';

type Answer = Pick<Decision, 'permit' | 'code' | 'standing' | 'validUntil' | 'evidence'>;

export interface Settled {
	decision: Decision;
	/** Undefined for somebody who does not work here, and for an unknown privilege. */
	ground?: Ground;
}

/** One person at one instant: paragraphs 1 to 9 and 11 of content/rules.md, in their order. */
export class Inquiry {
	/** By privilege and site. */
	readonly #settled = new Map<string, Settled>();
	readonly #employments = new Map<string, Employment>();

	constructor(
		readonly rules: Rules,
		readonly facts: Facts,
		readonly at: Date,
		readonly signOffs: SignOffs,
		/** The same by each policy whose replacement still has a grace. */
		readonly older: readonly { inquiry: Inquiry; until: Date }[] = [],
	) {}

	/** The decision without overrides, and as if every delegation were there. */
	settle({ privilege, siteId }: Question): Settled {
		const key = `${siteId} ${privilege}`;
		const known = this.#settled.get(key);
		if (known) return known;
		// No version of the files has a loop, but sign-offs made under several of them may: whoever is in it is refused.
		this.#settled.set(key, { decision: this.denial('unknown_privilege', 'not-required', []) });
		const own = this.work({ privilege, siteId });
		const older = this.older.map(({ inquiry, until }) => ({ ...inquiry.settle({ privilege, siteId }), until }));
		const settled = { ...own, decision: withGrace(own.decision, older) };
		this.#settled.set(key, settled);
		return settled;
	}

	private denial(code: ReasonCode, standing: Standing, evidence: readonly string[]): Decision {
		const { version: policyVersion } = this.rules.policy;
		return {
			permit: false,
			code,
			standing,
			validUntil: null,
			changesAt: null,
			holds: false,
			stop: null,
			holdsWhatItRestsOn: false,
			path: 'first',
			leansOn: null,
			progress: [],
			rechecks: [],
			evidence: [...evidence],
			signOff: null,
			lastDay: null,
			policyVersion,
		};
	}

	private work(question: Question): Settled {
		const { facts, at, rules } = this;
		const { policy } = rules;
		const privilege = rules.privileges.get(question.privilege);
		if (!privilege || restsOnItself(privilege, rules.privileges))
			return { decision: this.denial('unknown_privilege', 'not-required', []) };

		const employment = this.employmentAt(question.siteId);
		const changes: (Date | null | undefined)[] = [...employment.changes];
		if (employment.refusal) {
			const decision = this.denial(employment.refusal, 'not-required', employment.evidence);
			return { decision: { ...decision, changesAt: this.nextOf(changes) } };
		}

		const withdrawal = withdrawalFor(facts, question);
		const pause = openPause(facts, question);
		const signOff = this.signOffs.governing(question, facts, policy, at);
		const ends = signOff && endOfSignOff(signOff.payload.lastDay, policy);
		const ground: Ground = {
			rules,
			policy,
			privilege,
			facts,
			question,
			at,
			employment,
			path: this.signOffs.pathFor(question, facts, employment, policy, privilege, at),
			signOff: ends && at < ends ? signOff : undefined,
			prerequisite: (code) => this.settle({ ...question, privilege: code }).decision,
		};
		const progress = progressOf(ground);
		// What a new version of the privilege asks beyond is asked at the next sign-off, or by a change of content.
		const heldTo = (signOff && this.signOffs.heldTo(signOff, question)) ?? privilege;
		const rechecks = openRechecks({
			rules,
			policy,
			privilege: heldTo,
			facts,
			question,
			signOff,
			changes: rules.changes,
		});
		changes.push(ends, ground.path.changesAt, ...progress.map((each) => each.changesAt));
		changes.push(...rechecks.flatMap((each) => [each.since, each.dueBy, showsFrom(each, policy)]));

		const asked = rechecks.filter((each) => isAsked(each, at));
		const due = rechecks.filter((each) => each.dueBy <= at);
		const lacksOnly = (kinds: readonly RequirementKind[], of = progress) =>
			of.every((each) => each.met || kinds.includes(each.requirement.kind));
		const mayPractise = (
			since: (fact: EvidenceOf<'supervision'>) => boolean,
			lacking = untilSignedOff,
			of = progress,
		) =>
			!pause &&
			facts.of('supervision').some((each) => isOf(each, question) && since(each)) &&
			lacksOnly(lacking, of) &&
			due.every((each) => each.asks === 'observation');
		const ready = !asked.length && lacksOnly(['sign-off', 'delegation']);
		const found = progress.flatMap((each) => each.evidence);
		const settled = (answer: Answer): Settled => ({
			decision: {
				...this.denial(answer.code, answer.standing, answer.evidence),
				...answer,
				holds: answer.code === 'competent',
				changesAt: this.nextOf(changes),
				path: ground.path.kind,
				leansOn: leansOn(ground),
				progress,
				rechecks,
				signOff: signOff ?? null,
				lastDay: signOff?.payload.lastDay ?? null,
			},
			ground,
		});
		const deny = (code: ReasonCode, standing: Standing, evidence: string[]) =>
			settled({ permit: false, code, standing, validUntil: null, evidence });
		const supervised = () => deny('supervised_only', 'supervised', found);

		if (withdrawal && !signOff) {
			if (mayPractise((each) => isAfter(each, withdrawal))) return supervised();
			return deny('withdrawn', ready && !pause ? 'ready-for-sign-off' : 'withdrawn', [withdrawal.id]);
		}
		if (pause) return deny('paused_review', 'paused', [pause.id]);
		if (!signOff || !ends) {
			if (mayPractise(() => true)) return supervised();
			const standing = standingBefore(ground, progress, asked, ready);
			if (standing === 'not-required') return deny('not_assessed', standing, found);
			const unmet = progress.find((each) => !each.met && !untilGiven.includes(each.requirement.kind))?.missing;
			const [first] = asked;
			return deny(unmet ?? (first ? recheckCodes[first.asks] : 'sign_off_missing'), standing, found);
		}

		const opens = windowOpens(signOff.payload.lastDay, policy, privilege, employment);
		changes.push(opens);
		if (at >= ends) {
			if (mayPractise((each) => each.observedAt >= ends, untilRenewed)) return supervised();
			return ready ? deny('sign_off_missing', 'ready-for-sign-off', found) : deny('expired', 'expired', [signOff.id]);
		}
		if (this.signOffs.flawsOf(signOff, question, facts).length) {
			if (mayPractise((each) => isAfter(each, signOff))) return supervised();
			return deny('sign_off_unsound', ready ? 'ready-for-sign-off' : 'in-training', [signOff.id]);
		}
		const asHeld = heldTo === privilege ? progress : progressOf({ ...ground, privilege: heldTo });
		const [overdue] = due;
		if (overdue) {
			if (mayPractise((each) => each.observedAt >= overdue.dueBy, untilRenewed, asHeld)) return supervised();
			return deny(recheckCodes[overdue.asks], 'expired', [signOff.id]);
		}

		const again = asHeld.filter((each) => askedEachTime.includes(each.requirement.kind));
		changes.push(...again.map((each) => each.changesAt));
		const lost = again.find((each) => !each.met);
		if (lost?.missing) return deny(lost.missing, 'paused', [signOff.id]);

		return settled({
			permit: true,
			code: 'competent',
			standing: at >= opens || rechecks.some((each) => at >= showsFrom(each, policy)) ? 'due-soon' : 'competent',
			validUntil: earliest([
				ends,
				employment.endsAt,
				unverifiedFrom(ground),
				...again.map((each) => each.until),
				...rechecks.map((each) => each.dueBy),
			]),
			evidence: [signOff.id, ...signOff.payload.basis],
		});
	}

	employmentAt(siteId: string): Employment {
		const known = this.#employments.get(siteId) ?? employmentAt(this.facts, siteId, this.at);
		this.#employments.set(siteId, known);
		return known;
	}

	private nextOf(changes: readonly (Date | null | undefined)[]): Date | null {
		const at = this.at.getTime();
		return earliest(changes.filter((change) => change && change.getTime() > at));
	}
}

/** What practising beside a colleague is for, before a sign-off and before a renewal. */
const untilSignedOff: readonly RequirementKind[] = ['observation', 'sign-off', 'delegation'];
const untilRenewed: readonly RequirementKind[] = [...untilSignedOff, 'quiz'];
/** What others give, once everything else is met. */
const untilGiven: readonly RequirementKind[] = ['sign-off', 'delegation'];

function leansOn({ path, facts, privilege, policy }: Ground): Decision['leansOn'] {
	const { leansOn: signOff } = path;
	if (!signOff) return null;
	const quiz = requirementOf(privilege, 'quiz')?.quiz;
	const quizSince =
		quiz === undefined || facts.sittingsOf(quiz).some((each) => isPass(each, policy) && isAfter(each, signOff));
	return { lastDay: signOff.payload.lastDay, quizSince };
}

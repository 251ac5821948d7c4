import { createHash } from 'node:crypto';
import type { Catalogue } from '../app/catalogue.server.ts';
import { type Fact, fact } from '../app/commands/append.ts';
import { criteriaOf } from '../app/domain/checklist.ts';
import type { EvidenceKind, Payload } from '../app/domain/evidence.ts';
import { roundsAsked } from '../app/domain/observation.ts';
import { addDays, instantOf, localDay, moveDay } from '../app/domain/period.ts';
import { type TimeOfDay, timeOfDay } from '../app/domain/policy.ts';
import { type PrivilegeCode, type Role, requirementOf } from '../app/domain/privilege.ts';
import type { Random } from '../app/domain/quiz.ts';
import type { Answer } from '../app/domain/words.ts';

/**
 * Makes believable histories: the demonstration is built of them, and so are the tests, so that neither can rot.
 * Everything is worked out from a day and a seed.
 */

/** A small seeded generator (mulberry32): the same seed gives the same numbers on every machine. */
export function seededRandom(seed: number): Random {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

/** A UUID that a name always gives. */
export function namedId(name: string): string {
	const hash = createHash('sha256').update(name).digest('hex');
	return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

export interface Member {
	personId: string;
	siteId: string;
	role: Role;
}

const clockTimes: Record<TimeOfDay, string> = {
	morning: '08:10',
	lunch: '12:20',
	teatime: '17:05',
	bedtime: '20:40',
	night: '22:30',
};

/** Who watches and who signs. */
export interface By {
	assessors: readonly string[];
	signerId: string;
}

export type Biographer = ReturnType<typeof biographer>;

/** Writes the facts of working lives, relative to a day. */
export function biographer(catalogue: Catalogue, now: Date, random: Random) {
	const today = localDay(now);
	const at = (daysAgo: number, time: string) => instantOf(addDays(today, -daysAgo), time);
	const soonAfter = (instant: Date) => new Date(instant.getTime() + 6 * 60_000);
	const policy = { ...catalogue.policy.body, version: `shipped-${catalogue.policy.body.version}` };
	const modulesRead = new Set<string>();
	let count = 0;
	const id = () => {
		count += 1;
		return namedId(`fact ${count} of ${today}`);
	};

	function privilegeOf(code: PrivilegeCode) {
		const found = catalogue.privileges.get(code);
		if (!found) throw new Error(`no privilege ${code}`);
		return found;
	}

	/** A fact that is recorded at the moment it happens. */
	function happens<K extends EvidenceKind>(
		kind: K,
		who: Member,
		observedAt: Date,
		payload: Payload<K>,
		given: Partial<Fact<K>> = {},
	): Fact {
		return fact({
			id: id(),
			kind,
			personId: who.personId,
			observedAt,
			recordedAt: observedAt,
			recordedBy: null,
			payload,
			...given,
		});
	}

	/** Somebody starts at a site. */
	function starts(who: Member, daysAgo: number, siteId: string | null = who.siteId): Fact {
		const contract = random() < 0.85 ? 'permanent' : 'bank';
		const observedAt = at(daysAgo, '09:00');
		return happens(
			'employment-started',
			who,
			observedAt,
			{ role: who.role, contract },
			{ siteId, recordedAt: soonAfter(observedAt) },
		);
	}

	/** Starts, reads the provider's documents and is shown round. */
	function joins(who: Member, daysAgo: number): Fact[] {
		const recordedBy = who.personId;
		return [
			starts(who, daysAgo),
			...Object.entries(policy.documents).map(([document, version]) =>
				happens('declaration', who, at(daysAgo, '09:40'), { document, version }, { recordedBy }),
			),
			happens('site-induction', who, at(daysAgo, '11:00'), {}, { siteId: who.siteId }),
		];
	}

	function reads(who: Member, module: string, daysAgo: number): Fact {
		const pinned = catalogue.modules.get(module);
		if (!pinned) throw new Error(`no module ${module}`);
		modulesRead.add(`${who.personId} ${module}`);
		const payload = { module, version: pinned.version };
		const given = { recordedBy: who.personId, contentVersionId: pinned.versionId };
		return happens('module-completed', who, at(daysAgo, '10:30'), payload, given);
	}

	function sitsQuiz(who: Member, daysAgo: number, code: PrivilegeCode = 'administer-oral'): Fact[] {
		const asked = requirementOf(privilegeOf(code).body, 'quiz');
		const pinned = catalogue.quizzes.get(asked?.quiz ?? '');
		if (!asked || !pinned) return [];
		const score = 85 + Math.floor(random() * 15);
		const payload = { quiz: asked.quiz, attempt: id(), score, passMark: 80, criticalMissed: [], passed: true };
		const given = { recordedBy: who.personId, contentVersionId: pinned.versionId };
		return [happens('quiz-marked', who, at(daysAgo, '11:15'), payload, given)];
	}

	/** A round, seen by an assessor. */
	function isWatched(
		who: Member,
		assessorId: string,
		daysAgo: number,
		band: TimeOfDay,
		given: { code?: PrivilegeCode; passed?: boolean; variant?: string | undefined } = {},
	): Fact {
		const { code = 'administer-oral', passed = true, variant } = given;
		const asked = requirementOf(privilegeOf(code).body, 'observation');
		const form = catalogue.checklists.get(asked?.checklist ?? '');
		if (!asked || !form) throw new Error(`${code} has no checklist`);
		const observedAt = at(daysAgo, clockTimes[band]);
		const signed = new Date(observedAt.getTime() + 50 * 60_000);
		const missed = criteriaOf(form.body).find((each) => each.critical)?.id ?? '';
		const results = Object.fromEntries(
			criteriaOf(form.body).map((each): [string, Answer] => [
				each.id,
				!passed && each.id === missed ? 'no' : each.mayNotApply && !each.covers ? 'not-applicable' : 'yes',
			]),
		);
		const counted = form.body.counts ?? true;
		const upTo = (least: number, spread: number) => (counted ? least + Math.floor(random() * spread) : 0);
		const payload = {
			checklist: form.body.slug,
			assessor: assessorId,
			assessorEvidence: [],
			startedAt: observedAt.toISOString(),
			timeOfDay: timeOfDay(policy, observedAt),
			...(variant ? { variant } : {}),
			...(asked.simulation ? { simulated: true } : {}),
			counts: { people: upTo(7, 6), doses: upTo(18, 20), refusals: upTo(0, 3) },
			results,
			criticalMissed: passed ? [] : [missed],
			missed: passed ? [] : [missed],
			stoppedForSafety: false,
			passed,
			assessorSignedAt: signed.toISOString(),
			learnerSignedAt: signed.toISOString(),
		};
		return happens('observation', who, observedAt, payload, {
			privilege: code,
			siteId: who.siteId,
			recordedAt: signed,
			recordedBy: assessorId,
			contentVersionId: form.versionId,
		});
	}

	function isSignedOff(who: Member, signerId: string, daysAgo: number, code: PrivilegeCode, basis: Fact[]): Fact {
		const observedAt = at(daysAgo, '15:30');
		const pinned = privilegeOf(code);
		const payload = {
			lastDay: moveDay(localDay(observedAt), pinned.body.validity),
			policy: policy.version,
			basis: basis.flatMap((each) => each.id ?? []),
		};
		return happens('sign-off', who, observedAt, payload, {
			privilege: code,
			siteId: who.siteId,
			recordedBy: signerId,
			contentVersionId: pinned.versionId,
		});
	}

	/** Reads the modules of a privilege that have not been read yet, a day each, and passes its quiz. */
	function learns(who: Member, daysAgo: number, code: PrivilegeCode = 'administer-oral'): Fact[] {
		const modules = privilegeOf(code).body.requirements.flatMap((each) =>
			each.kind === 'module' && !modulesRead.has(`${who.personId} ${each.module}`) ? [each.module] : [],
		);
		return [
			...modules.map((module, index) => reads(who, module, daysAgo - index)),
			...sitsQuiz(who, daysAgo - modules.length, code),
		];
	}

	/** As many rounds as policy asks for the first time, the last of them five days before. */
	function rounds(who: Member, by: By, daysAgo: number, code: PrivilegeCode): Fact[] {
		const { body } = privilegeOf(code);
		const requirement = requirementOf(body, 'observation');
		if (!requirement) return [];
		const { passes, variants } = roundsAsked(policy, body, requirement, { kind: 'first' });
		const asked = variants.length
			? variants.flatMap((variant) => Array<string>(passes).fill(variant))
			: Array<undefined>(passes).fill(undefined);
		const assessors = by.assessors.filter((each) => each !== who.personId);
		const bands = ['bedtime', 'teatime', 'morning'] as const;
		return asked
			.map((variant, index) =>
				isWatched(
					who,
					assessors[index % assessors.length] ?? by.signerId,
					daysAgo + 5 + 7 * index,
					bands[index % bands.length] ?? 'morning',
					{ code, variant },
				),
			)
			.reverse();
	}

	/** Everything from the first module to the sign-off, which was so many days ago. */
	function becomesCompetent(who: Member, by: By, daysAgo: number, code: PrivilegeCode = 'administer-oral'): Fact[] {
		const basis = [...learns(who, daysAgo + 46, code), ...rounds(who, by, daysAgo, code)];
		return [...basis, isSignedOff(who, by.signerId, daysAgo, code, basis)];
	}

	/** Found competent by somebody outside, as the first assessors of a site are. */
	function comesCompetent(who: Member, signerId: string, daysAgo: number, code: PrivilegeCode): Fact[] {
		const qualification = code === 'assess' ? 'assessor-course' : 'level-3-administer-medication';
		const assessedOn = addDays(today, -daysAgo - 100);
		const outside = happens(
			'outside-assessment',
			who,
			at(daysAgo + 3, '14:00'),
			{ qualification, assessedOn, verifiedBy: signerId },
			{ privilege: code, siteId: who.siteId, recordedBy: signerId },
		);
		const basis = [...learns(who, daysAgo + 30, code), outside];
		return [...basis, isSignedOff(who, signerId, daysAgo, code, basis)];
	}

	/** The quiz and a round anew, and signed off again. */
	function renews(who: Member, by: By, daysAgo: number, code: PrivilegeCode = 'administer-oral'): Fact[] {
		const [assessor = by.signerId] = by.assessors.filter((each) => each !== who.personId);
		const { variants = [undefined] } = requirementOf(privilegeOf(code).body, 'observation') ?? {};
		const watched = [...variants].map((variant, place) =>
			isWatched(who, assessor, daysAgo + 6 - place, place % 2 ? 'morning' : 'teatime', { code, variant }),
		);
		const basis = [...sitsQuiz(who, daysAgo + 15, code), ...watched];
		return [...basis, isSignedOff(who, by.signerId, daysAgo, code, basis)];
	}

	function isPaused(who: Member, ownerId: string, daysAgo: number, code: PrivilegeCode = 'administer-oral'): Fact {
		const reviewOn = addDays(today, 10 - daysAgo);
		return happens(
			'pause',
			who,
			at(daysAgo, '16:10'),
			{ reason: 'incident-review', reviewOn, owner: ownerId },
			{ privilege: code, siteId: who.siteId, recordedBy: ownerId },
		);
	}

	function leaves(who: Member, daysAgo: number): Fact {
		const observedAt = at(daysAgo, '17:00');
		return happens('employment-ended', who, observedAt, { lastDay: localDay(observedAt) });
	}

	return {
		starts,
		joins,
		reads,
		sitsQuiz,
		isWatched,
		isSignedOff,
		learns,
		becomesCompetent,
		comesCompetent,
		renews,
		isPaused,
		leaves,
	};
}

import { createHash } from 'node:crypto';
import type { Catalogue } from '../app/catalogue.server.ts';
import { type Fact, fact } from '../app/commands/append.ts';
import { criteriaOf } from '../app/domain/checklist.ts';
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

/** Where in a working life somebody stands. */
export type Stage =
	| 'new'
	| 'learning'
	| 'two-rounds'
	| 'awaiting-sign-off'
	| 'competent'
	| 'due-soon'
	| 'expired'
	| 'paused'
	| 'left';

const clockTimes: Record<TimeOfDay, string> = {
	morning: '08:10',
	lunch: '12:20',
	teatime: '17:05',
	bedtime: '20:40',
	night: '22:30',
};

/** Writes the facts of working lives, relative to a day. */
export function biographer(catalogue: Catalogue, now: Date, random: Random) {
	const today = localDay(now);
	const at = (daysAgo: number, time: string) => instantOf(addDays(today, -daysAgo), time);
	const soonAfter = (instant: Date) => new Date(instant.getTime() + 6 * 60_000);
	const oral = privilegeOf('administer-oral');
	const checklist = catalogue.checklists.get(requirementOf(oral.body, 'observation')?.checklist ?? '');
	const quizSlug = requirementOf(oral.body, 'quiz')?.quiz ?? '';
	if (!checklist) throw new Error('administer-oral has no checklist');
	const form = checklist;
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

	/** Somebody starts at a site. */
	function starts(who: Member, daysAgo: number, siteId: string | null = who.siteId): Fact {
		const observedAt = at(daysAgo, '09:00');
		return fact({
			id: id(),
			kind: 'employment-started',
			personId: who.personId,
			siteId,
			observedAt,
			recordedAt: soonAfter(observedAt),
			recordedBy: null,
			payload: { role: who.role, contract: random() < 0.85 ? 'permanent' : 'bank' },
		});
	}

	function reads(who: Member, module: string, daysAgo: number): Fact {
		const pinned = catalogue.modules.get(module);
		if (!pinned) throw new Error(`no module ${module}`);
		const observedAt = at(daysAgo, '10:30');
		return fact({
			id: id(),
			kind: 'module-completed',
			personId: who.personId,
			observedAt,
			recordedAt: observedAt,
			recordedBy: who.personId,
			contentVersionId: pinned.versionId,
			payload: { module, version: pinned.version },
		});
	}

	function sitsQuiz(who: Member, daysAgo: number, score = 85 + Math.floor(random() * 15)): Fact {
		const observedAt = at(daysAgo, '11:15');
		return fact({
			id: id(),
			kind: 'quiz-marked',
			personId: who.personId,
			observedAt,
			recordedAt: observedAt,
			recordedBy: who.personId,
			contentVersionId: catalogue.quizzes.get(quizSlug)?.versionId ?? null,
			payload: { quiz: quizSlug, attempt: id(), score, passMark: 80, criticalMissed: [], passed: score >= 80 },
		});
	}

	/** A passed round, seen by an assessor. */
	function isWatched(who: Member, assessorId: string, daysAgo: number, band: TimeOfDay, passed = true): Fact {
		const observedAt = at(daysAgo, clockTimes[band]);
		const signed = new Date(observedAt.getTime() + 50 * 60_000);
		const missed = criteriaOf(form.body).find((each) => each.critical)?.id ?? '';
		const results = Object.fromEntries(
			criteriaOf(form.body).map((each): [string, Answer] => [
				each.id,
				!passed && each.id === missed ? 'no' : each.mayNotApply ? 'not-applicable' : 'yes',
			]),
		);
		return fact({
			id: id(),
			kind: 'observation',
			personId: who.personId,
			privilege: 'administer-oral',
			siteId: who.siteId,
			observedAt,
			recordedAt: signed,
			recordedBy: assessorId,
			contentVersionId: form.versionId,
			payload: {
				checklist: form.body.slug,
				assessor: assessorId,
				assessorEvidence: [],
				startedAt: observedAt.toISOString(),
				timeOfDay: timeOfDay(catalogue.policy.body, observedAt),
				counts: {
					people: 7 + Math.floor(random() * 6),
					doses: 18 + Math.floor(random() * 20),
					refusals: Math.floor(random() * 3),
				},
				results,
				criticalMissed: passed ? [] : [missed],
				missed: passed ? [] : [missed],
				stoppedForSafety: false,
				passed,
				assessorSignedAt: signed.toISOString(),
				learnerSignedAt: signed.toISOString(),
			},
		});
	}

	function isSignedOff(who: Member, signerId: string, daysAgo: number, code: PrivilegeCode, basis: Fact[]): Fact {
		const observedAt = at(daysAgo, '15:30');
		const pinned = privilegeOf(code);
		return fact({
			id: id(),
			kind: 'sign-off',
			personId: who.personId,
			privilege: code,
			siteId: who.siteId,
			observedAt,
			recordedAt: observedAt,
			recordedBy: signerId,
			contentVersionId: pinned.versionId,
			payload: {
				lastDay: moveDay(localDay(observedAt), pinned.body.validity),
				policy: `shipped-${catalogue.policy.body.version}`,
				basis: basis.flatMap((each) => each.id ?? []),
			},
		});
	}

	function learns(who: Member, daysAgo: number): Fact[] {
		const modules = oral.body.requirements.flatMap((each) => (each.kind === 'module' ? [each.module] : []));
		return [
			...modules.map((module, index) => reads(who, module, daysAgo - index)),
			sitsQuiz(who, daysAgo - modules.length),
		];
	}

	/** Everything from the first module to the sign-off, which was so many days ago. */
	function becomesCompetent(
		who: Member,
		by: { assessors: readonly string[]; signerId: string },
		daysAgo: number,
	): Fact[] {
		const [first = by.signerId, second = first] = by.assessors.filter((each) => each !== who.personId);
		const learning = learns(who, daysAgo + 46);
		const rounds = [
			isWatched(who, first, daysAgo + 19, 'morning'),
			isWatched(who, second, daysAgo + 12, 'teatime'),
			isWatched(who, first, daysAgo + 5, 'bedtime'),
		];
		const basis = [...learning, ...rounds];
		return [...basis, isSignedOff(who, by.signerId, daysAgo, 'administer-oral', basis)];
	}

	/** Watched afresh and signed off again. */
	function renews(
		who: Member,
		by: { assessors: readonly string[]; signerId: string },
		daysAgo: number,
		learning: Fact[],
	): Fact[] {
		const [first = by.signerId, second = first] = by.assessors.filter((each) => each !== who.personId);
		const rounds = [
			isWatched(who, first, daysAgo + 21, 'morning'),
			isWatched(who, second, daysAgo + 14, 'lunch'),
			isWatched(who, first, daysAgo + 6, 'teatime'),
		];
		return [...rounds, isSignedOff(who, by.signerId, daysAgo, 'administer-oral', [...learning, ...rounds])];
	}

	function isPaused(who: Member, ownerId: string, daysAgo: number, code: PrivilegeCode = 'administer-oral'): Fact {
		const observedAt = at(daysAgo, '16:10');
		return fact({
			id: id(),
			kind: 'pause',
			personId: who.personId,
			privilege: code,
			siteId: who.siteId,
			observedAt,
			recordedAt: observedAt,
			recordedBy: ownerId,
			payload: { reason: 'incident-review', reviewOn: addDays(today, 10 - daysAgo), owner: ownerId },
		});
	}

	function leaves(who: Member, daysAgo: number): Fact {
		const observedAt = at(daysAgo, '17:00');
		return fact({
			id: id(),
			kind: 'employment-ended',
			personId: who.personId,
			siteId: null,
			observedAt,
			recordedAt: observedAt,
			recordedBy: null,
			payload: { lastDay: localDay(observedAt) },
		});
	}

	/** A whole working life up to a stage. */
	function lifeOf(who: Member, stage: Stage, by: { assessors: readonly string[]; signerId: string }): Fact[] {
		const days = (least: number, spread: number) => least + Math.floor(random() * spread);
		switch (stage) {
			case 'new':
				return [starts(who, days(2, 10))];
			case 'learning':
				return [starts(who, 24), reads(who, 'role-law-accountability', 15), reads(who, 'rights-and-mar', 9)];
			case 'two-rounds': {
				const [first = by.signerId, second = first] = by.assessors;
				return [
					starts(who, 40),
					reads(who, 'role-law-accountability', 30),
					isWatched(who, first, 9, 'morning'),
					isWatched(who, second, 4, 'teatime'),
				];
			}
			case 'awaiting-sign-off':
				return [starts(who, 80), ...becomesCompetent(who, by, 1).slice(0, -1)];
			case 'competent':
			case 'due-soon':
			case 'expired':
			case 'paused':
			case 'left': {
				const signedOff = stage === 'due-soon' ? days(312, 45) : stage === 'expired' ? 372 : days(25, 270);
				const life = [starts(who, signedOff + 60 + days(5, 300)), ...becomesCompetent(who, by, signedOff)];
				if (stage === 'paused') life.push(isPaused(who, by.signerId, 3));
				if (stage === 'left') life.push(leaves(who, 30));
				return life;
			}
		}
	}

	return {
		starts,
		reads,
		sitsQuiz,
		isWatched,
		isSignedOff,
		learns,
		becomesCompetent,
		renews,
		isPaused,
		leaves,
		lifeOf,
	};
}

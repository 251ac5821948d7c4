import type { Evidence, EvidenceKind, EvidenceOf } from './evidence.ts';
import type { PrivilegeCode } from './privilege.ts';
import type { Question } from './rules.ts';

/**
 * The evidence that stood at an instant as it was known at another: recorded by `knownAt`, happened by `at`, and not
 * superseded by anything recorded by `knownAt`. Oldest first.
 */
export function standingEvidence(evidence: readonly Evidence[], at: Date, knownAt: Date): Evidence[] {
	const [happened, recorded] = [at.getTime(), knownAt.getTime()];
	const known = evidence.filter((fact) => fact.recordedAt.getTime() <= recorded);
	const superseded = new Set<string>();
	for (const { supersedes } of known) if (supersedes) superseded.add(supersedes);
	return known
		.filter((fact) => fact.observedAt.getTime() <= happened && !superseded.has(fact.id))
		.sort((a, b) => a.observedAt.getTime() - b.observedAt.getTime() || a.seq - b.seq);
}

/** Facts under a name, oldest first. */
type Groups = ReadonlyMap<string, readonly Evidence[]>;

/** One person's facts that stand, oldest first, found by kind. */
export class Facts {
	private constructor(
		readonly kinds: Groups,
		/** Rounds by privilege. */
		readonly rounds: Groups,
		/** What was read, by module. */
		readonly readings: Groups,
		/** What was marked, by quiz. */
		readonly sittings: Groups,
		/** Only what came before it stands. */
		readonly until?: Evidence,
	) {}

	/** @param standing from `standingEvidence`. */
	static from(standing: readonly Evidence[]): Facts {
		const [kinds, rounds, readings, sittings] = [newGroups(), newGroups(), newGroups(), newGroups()];
		for (const fact of standing) {
			add(kinds, fact.kind, fact);
			if (fact.kind === 'observation') add(rounds, fact.privilege ?? '', fact);
			else if (fact.kind === 'module-completed') add(readings, fact.payload.module, fact);
			else if (fact.kind === 'quiz-marked') add(sittings, fact.payload.quiz, fact);
		}
		return new Facts(kinds, rounds, readings, sittings);
	}

	/** The facts of one kind, oldest first. */
	of<K extends EvidenceKind>(kind: K): readonly EvidenceOf<K>[] {
		return this.standing(this.kinds, kind) as unknown as readonly EvidenceOf<K>[];
	}

	/** Rounds of exactly one privilege at one site, passed or not, oldest first. */
	roundsOf({ privilege, siteId }: Question): readonly EvidenceOf<'observation'>[] {
		const rounds = this.roundsAnywhere(privilege);
		return rounds.every((each) => each.siteId === siteId) ? rounds : rounds.filter((each) => each.siteId === siteId);
	}

	/** Rounds of a privilege at any site, passed or not, oldest first. */
	roundsAnywhere(privilege: PrivilegeCode): readonly EvidenceOf<'observation'>[] {
		return this.standing(this.rounds, privilege) as readonly EvidenceOf<'observation'>[];
	}

	/** Each time one module was read, in any version, oldest first. */
	readingsOf(module: string): readonly EvidenceOf<'module-completed'>[] {
		return this.standing(this.readings, module) as readonly EvidenceOf<'module-completed'>[];
	}

	/** Each time one quiz was marked, passed or not, oldest first. */
	sittingsOf(quiz: string): readonly EvidenceOf<'quiz-marked'>[] {
		return this.standing(this.sittings, quiz) as readonly EvidenceOf<'quiz-marked'>[];
	}

	/** What stood before a fact: without it and without all that came after it. */
	before(fact: Evidence): Facts {
		const until = this.until && !isAfter(this.until, fact) ? this.until : fact;
		return new Facts(this.kinds, this.rounds, this.readings, this.sittings, until);
	}

	private standing(groups: Groups, name: string): readonly Evidence[] {
		const { until } = this;
		const all = groups.get(name) ?? none;
		let count = all.length;
		if (until) while (count && !isAfter(until, all[count - 1] as Evidence)) count -= 1;
		return count === all.length ? all : all.slice(0, count);
	}
}

const none: readonly Evidence[] = [];
const newGroups = () => new Map<string, Evidence[]>();

function add(groups: Map<string, Evidence[]>, name: string, fact: Evidence): void {
	const group = groups.get(name);
	if (group) group.push(fact);
	else groups.set(name, [fact]);
}

export function isAfter(fact: Evidence, other: Evidence): boolean {
	const apart = fact.observedAt.getTime() - other.observedAt.getTime();
	return apart > 0 || (apart === 0 && fact.seq > other.seq);
}

/** Whether a fact bears on a question: of this privilege or of all, at this site or provider-wide. */
export function concerns(fact: Evidence, question: Question): boolean {
	return (
		(fact.privilege === null || fact.privilege === question.privilege) &&
		(fact.siteId === null || fact.siteId === question.siteId)
	);
}

/** Whether a fact is of exactly this privilege and this site. */
export function isOf(fact: Evidence, question: Question): boolean {
	return fact.privilege === question.privilege && fact.siteId === question.siteId;
}

/** The newest withdrawal that bears on a question. Rounds, supervision and sign-offs count only after it. */
export function withdrawalFor(facts: Facts, question: Question): EvidenceOf<'withdrawal'> | undefined {
	return facts.of('withdrawal').findLast((each) => concerns(each, question));
}

/** The newest withdrawal of a privilege, or of all, at any site: what was seen there was the person, not the place. */
export function lastWithdrawal(facts: Facts, privilege: PrivilegeCode): EvidenceOf<'withdrawal'> | undefined {
	return facts.of('withdrawal').findLast((each) => each.privilege === null || each.privilege === privilege);
}

/** When something was begun: a round at its own start, a quiz when its questions were opened. */
export function begunAt(fact: Evidence): Date {
	const { payload } = fact;
	return 'startedAt' in payload && payload.startedAt ? new Date(payload.startedAt) : fact.observedAt;
}

/** The sign-offs that bear on a question since any withdrawal, in date or not, sound or not, oldest first. */
export function signOffsFor(facts: Facts, question: Question): EvidenceOf<'sign-off'>[] {
	const withdrawal = withdrawalFor(facts, question);
	return facts.of('sign-off').filter((each) => concerns(each, question) && (!withdrawal || isAfter(each, withdrawal)));
}

/** The newest sign-off since any withdrawal, in date or not. */
export function signOffFor(facts: Facts, question: Question): EvidenceOf<'sign-off'> | undefined {
	return signOffsFor(facts, question).at(-1);
}

/** The pause that is in force, if any: lifting one does not lift another. */
export function openPause(facts: Facts, question: Question): EvidenceOf<'pause'> | undefined {
	const lifted = new Set(facts.of('pause-lifted').map((fact) => fact.payload.pause));
	return facts.of('pause').findLast((pause) => concerns(pause, question) && !lifted.has(pause.id));
}

/** The leave to give alone that has not run out yet. */
export function openLoneGivings(facts: Facts, question: Question, at: Date): EvidenceOf<'lone-giving'>[] {
	return facts.of('lone-giving').filter((each) => isOf(each, question) && new Date(each.payload.until) > at);
}

/** The overrides that have not run out yet. */
export function openOverrides(facts: Facts, question: Question, at: Date): EvidenceOf<'override'>[] {
	return facts.of('override').filter((each) => isOf(each, question) && new Date(each.payload.until) > at);
}

import { sql } from 'drizzle-orm';
import { asProvider, type Database } from '#db/client.server.ts';
import type { GateFacts, GateQuestion } from '#db/queries/gate.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { type CloserQuestion, lookCloser } from '../commands/closer-look.ts';
import type { PrivilegeCode } from '../domain/privilege.ts';
import { type DecisionLog, decisionMade } from './decision-log.ts';
import {
	type Asked,
	type AskedTogether,
	answerOf,
	type GateRules,
	instantOf,
	isUnstored,
	needsCloserLook,
	type QuestionsTogether,
	questionsOf,
	requireActive,
	togetherOf,
} from './evaluation.ts';
import { HttpError, inTime, noAnswer } from './http.ts';
import { momentAsked } from './moment.ts';
import type { EvaluationAnswer, EvaluationRequest } from './shapes.ts';
import type { Caller } from './tokens.ts';

/** One request with all that was asked for it, and its answer. */
export interface Decided {
	request: EvaluationRequest;
	asked: AskedTogether;
	answer: EvaluationAnswer;
}

/** Somebody, somewhere or something that a search may find. */
interface Candidate {
	permit: boolean;
	personId: string | null;
}

/** Closer looks at once: they read evidence on the connections of the pages, and must not take all of those. */
const mostLooks = 3;
const longestLook = 1500;

export type Deciding = ReturnType<typeof deciding>;

/**
 * How the gate comes to its decisions, one or many: all questions in one statement, and a closer look for the few whose
 * answer no stored standing holds.
 */
export function deciding(
	{ db }: Pick<Database, 'db'>,
	catalogue: Catalogue,
	rules: GateRules,
	read: (question: GateQuestion) => Promise<GateFacts>,
	decisions: Pick<DecisionLog, 'note'>,
) {
	const inLane = lanes(mostLooks);

	/**
	 * Decides requests of one caller, in their order. An error of one request stands in its place. Whatever of this is
	 * answered must have been handed out. Throws HttpError 401 and 503.
	 */
	async function decideAll(caller: Caller, requests: readonly EvaluationRequest[]): Promise<(Decided | HttpError)[]> {
		const detail = caller.scopes.has('authzen.detail');
		const asked = await askAll(caller, requests, detail);
		return asked.map((each, place) => {
			if (each instanceof HttpError) return each;
			const request = requests[place] as EvaluationRequest;
			return { request, asked: each, answer: answerOf(each, rules, { detail }) };
		});
	}

	/** The answer of a decision, which is now in the log. Throws HttpError 503 where it may not be given. */
	function handOut(caller: Caller, { request, asked, answer }: Decided): EvaluationAnswer {
		decisions.note(decisionMade(caller, request, asked, answer, rules));
		return answer;
	}

	/** Decides one request, and hands the answer out. Throws HttpError. */
	async function decideOne(caller: Caller, request: EvaluationRequest): Promise<EvaluationAnswer> {
		const detail = caller.scopes.has('authzen.detail');
		const questions = questionsIn(caller, request, new Date());
		if (questions instanceof HttpError) {
			await requireActiveCaller(caller);
			throw questions;
		}
		const asked = await askTogether(questions, ask);
		const looks = looksNeeded([asked], detail);
		if (looks) await look(looks);
		return handOut(caller, { request, asked, answer: answerOf(asked, rules, { detail }) });
	}

	/** Which of some requests are permitted, and whom they are about, in their order, as `decideAll` would have it. Throws HttpError. */
	async function permitted(caller: Caller, requests: readonly EvaluationRequest[]): Promise<Candidate[]> {
		const asked = await askAll(caller, requests, false);
		return asked.map((each) => {
			if (each instanceof HttpError) throw each;
			requireActive(each.subject.facts);
			return { permit: togetherOf(each, rules).permit, personId: each.subject.facts.personId };
		});
	}

	async function askAll(
		caller: Caller,
		requests: readonly EvaluationRequest[],
		detail: boolean,
	): Promise<(AskedTogether | HttpError)[]> {
		const now = new Date();
		const shared = new Map<string, Promise<Asked>>();
		// A witness is most often the same for all: what is asked once is read once.
		const share = (question: GateQuestion) => {
			const key = JSON.stringify([question.subject, question.privilege, question.site, question.at, question.person]);
			const known = shared.get(key) ?? ask(question);
			shared.set(key, known);
			return known;
		};
		const asked = await Promise.all(
			requests.map((request): AskedTogether | HttpError | Promise<AskedTogether> => {
				const questions = questionsIn(caller, request, now);
				return questions instanceof HttpError ? questions : askTogether(questions, share);
			}),
		);
		if (asked.every((each) => each instanceof HttpError)) await requireActiveCaller(caller);
		const looks = looksNeeded(asked, detail);
		if (looks) await look(looks);
		return asked;
	}

	async function ask(question: GateQuestion): Promise<Asked> {
		return { question, facts: await read(question) };
	}

	async function askTogether(
		{ subject, supervisor, witness, witnessTask }: QuestionsTogether,
		askSecond: (question: GateQuestion) => Promise<Asked>,
	): Promise<AskedTogether> {
		if (!supervisor && !witness) return { subject: { question: subject, facts: await read(subject) } };
		const [first, ...others] = await Promise.all([
			ask(subject),
			supervisor && askSecond(supervisor),
			witness && askSecond(witness),
			witnessTask && askSecond(witnessTask),
		]);
		return { subject: first, supervisor: others[0], witness: others[1], witnessTask: others[2] };
	}

	/** Whoever asks nothing that can be judged is still told when they may not ask at all. Throws HttpError 401. */
	async function requireActiveCaller({ clientId, keyId }: Caller): Promise<void> {
		requireActive(await read({ clientId, keyId, subject: '', privilege: '', site: '' }));
	}

	function questionsIn(caller: Caller, request: EvaluationRequest, now: Date) {
		try {
			return questionsOf(caller, request, rules, momentAsked(request.context?.time, caller.scopes, now));
		} catch (error) {
			if (error instanceof HttpError) return error;
			throw error;
		}
	}

	function looksNeeded(
		asked: readonly (AskedTogether | HttpError)[],
		detail: boolean,
	): Map<Asked, CloserQuestion> | undefined {
		let looks: Map<Asked, CloserQuestion> | undefined;
		const need = (each: Asked, inDetail: boolean) => {
			looks ??= new Map();
			looks.set(each, { ...closerQuestion(each, inDetail), unstored: isUnstored(each, rules) });
		};
		for (const together of asked) {
			if (together instanceof HttpError) continue;
			const { subject, supervisor, witness, witnessTask } = together;
			if (needsCloserLook(subject, rules)) need(subject, false);
			if (supervisor && needsCloserLook(supervisor, rules)) need(supervisor, false);
			if (witness && needsCloserLook(witness, rules)) need(witness, false);
			if (witnessTask && needsCloserLook(witnessTask, rules)) need(witnessTask, false);
			const { personId, siteId } = subject.facts;
			const known = personId && siteId && rules.privileges.has(subject.question.privilege as PrivilegeCode);
			if (detail && known && !togetherOf(together, rules).permit) need(subject, true);
		}
		return looks;
	}

	async function look(looks: ReadonlyMap<Asked, CloserQuestion>): Promise<void> {
		const [first] = looks.keys();
		if (!first?.facts.providerId) return;
		const { providerId } = first.facts;
		const until = performance.now() + longestLook;
		const found = await inTime(
			inLane(() => {
				// Whoever asked has been told by now that nobody can say.
				if (performance.now() > until) throw noAnswer();
				return asProvider(db, providerId, async (tx) => {
					await tx.execute(sql.raw(`set local statement_timeout = ${longestLook}`));
					return lookCloser(tx, providerId, catalogue, [...looks.values()]);
				});
			}),
			longestLook,
		);
		for (const [place, each] of [...looks.keys()].entries()) each.closer = found[place] ?? null;
	}

	return { decideAll, decideOne, handOut, permitted };
}

function closerQuestion(asked: Asked, detail: boolean): CloserQuestion {
	const { question, facts } = asked;
	return {
		personId: facts.personId as string,
		siteId: facts.siteId as string,
		privilege: question.privilege as PrivilegeCode,
		at: instantOf(asked),
		detail,
		...(question.person === undefined ? {} : { person: question.person }),
	};
}

/** Lets so many pieces of work run at once; the others wait for their turn. */
function lanes(most: number) {
	let busy = 0;
	const waiting: (() => void)[] = [];
	return async <T>(work: () => Promise<T>): Promise<T> => {
		if (busy < most) busy += 1;
		else await new Promise<void>((resolve) => waiting.push(resolve));
		try {
			return await work();
		} finally {
			const next = waiting.shift();
			if (next) next();
			else busy -= 1;
		}
	};
}

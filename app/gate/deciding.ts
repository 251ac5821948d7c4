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
	needsCloserLook,
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
		const [decided] = await decideAll(caller, [request]);
		if (!decided || decided instanceof HttpError) throw decided ?? noAnswer();
		return handOut(caller, decided);
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
		const ask = async (question: GateQuestion): Promise<Asked> => ({ question, facts: await read(question) });
		// A witness is most often the same for all: what is asked once is read once.
		const share = (question: GateQuestion) => {
			const key = JSON.stringify([question.subject, question.privilege, question.site, question.at, question.person]);
			const known = shared.get(key) ?? ask(question);
			shared.set(key, known);
			return known;
		};
		const asked = await Promise.all(
			requests.map(async (request): Promise<AskedTogether | HttpError> => {
				const questions = questionsIn(caller, request, now);
				if (questions instanceof HttpError) return questions;
				const { subject, supervisor, witness } = questions;
				if (!supervisor && !witness) return { subject: await ask(subject) };
				const [first, ...others] = await Promise.all([
					ask(subject),
					supervisor && share(supervisor),
					witness && share(witness),
				]);
				return { subject: first, supervisor: others[0], witness: others[1] };
			}),
		);
		// Whoever asks nothing that can be judged is still told when they may not ask at all.
		if (asked.every((each) => each instanceof HttpError))
			requireActive(
				await read({ clientId: caller.clientId, keyId: caller.keyId, subject: '', privilege: '', site: '' }),
			);
		await lookWhereNeeded(asked, detail);
		return asked;
	}

	function questionsIn(caller: Caller, request: EvaluationRequest, now: Date) {
		try {
			return questionsOf(caller, request, rules, momentAsked(request.context?.time, caller.scopes, now));
		} catch (error) {
			if (error instanceof HttpError) return error;
			throw error;
		}
	}

	async function lookWhereNeeded(asked: readonly (AskedTogether | HttpError)[], detail: boolean): Promise<void> {
		const looks = new Map<Asked, CloserQuestion>();
		for (const together of asked) {
			if (together instanceof HttpError) continue;
			for (const each of [together.subject, together.supervisor, together.witness])
				if (each && needsCloserLook(each, rules)) looks.set(each, closerQuestion(each, false));
			const { subject } = together;
			const { personId, siteId } = subject.facts;
			const known = personId && siteId && rules.privileges.has(subject.question.privilege as PrivilegeCode);
			if (detail && known && !togetherOf(together, rules).permit) looks.set(subject, closerQuestion(subject, true));
		}
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

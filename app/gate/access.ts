import type { IncomingMessage } from 'node:http';
import { answerText } from './answer-text.ts';
import type { Decided, Deciding } from './deciding.ts';
import { Answer, type Endpoints, HttpError, noAnswer } from './http.ts';
import { firstIssue, readJson, shaped } from './json.ts';
import type { Charge } from './limits.ts';
import { lacksScope } from './moment.ts';
import {
	type BrokenItem,
	type EvaluationAnswer,
	type EvaluationRequest,
	type EvaluationsRequest,
	evaluationRequest,
	evaluationsRequest,
	type Semantic,
} from './shapes.ts';
import type { Caller } from './tokens.ts';
import type { GateWatch } from './watch.ts';

export type Verify = (request: IncomingMessage) => Caller | Promise<Caller>;

/** The caller of a request, if the token has a scope. Throws HttpError 401 and 403. */
export function callerWith(verify: Verify, request: IncomingMessage, scope: string): Caller | Promise<Caller> {
	const withScope = (caller: Caller) => {
		if (!caller.scopes.has(scope)) throw lacksScope(scope);
		return caller;
	};
	const caller = verify(request);
	return caller instanceof Promise ? caller.then(withScope) : withScope(caller);
}

/** AuthZEN Authorization API 1.0, sections 6 and 7: may she? One question, or up to a hundred in one request. */
export function accessEndpoints(
	{ verify, charge }: { verify: Verify; charge: Charge },
	{ decideAll, decideOne, handOut }: Deciding,
	{ timed }: Pick<GateWatch, 'timed'>,
): Endpoints {
	async function evaluation(request: IncomingMessage): Promise<Answer> {
		const caller = await callerWith(verify, request, 'authzen.evaluate');
		const asked = shaped(evaluationRequest, await readJson(request));
		return written(await decideOne(caller, asked));
	}

	async function evaluations(request: IncomingMessage): Promise<Answer> {
		const caller = await callerWith(verify, request, 'authzen.evaluate');
		const body = await readJson(request);
		const asked = shaped(evaluationsRequest, body);
		if (!asked.evaluations?.length) return written(await decideOne(caller, shaped(evaluationRequest, body)));
		charge(request, caller, asked.evaluations.length - 1);
		const items = asked.evaluations.map((item) => itemOf(item, asked));
		const whole = items.filter((item) => !(item instanceof HttpError)) as EvaluationRequest[];
		const decided = (await decideAll(caller, whole)).values();
		const outcomes = items.map((item) => (item instanceof HttpError ? item : (decided.next().value ?? noAnswer())));
		const answered = cut(outcomes, asked.options?.evaluations_semantic ?? 'execute_all');
		const evaluations = answered.map((each) => (each instanceof HttpError ? broken(each) : handOut(caller, each)));
		return new Answer({ evaluations }, 200, {}, `{"evaluations":[${evaluations.map(itemText).join(',')}]}`);
	}

	return {
		'/access/v1/evaluation': { POST: timed(evaluation) },
		'/access/v1/evaluations': { POST: timed(evaluations) },
	};
}

/** One item of several with the defaults in place of what it does not have itself: a member it has replaces the whole. */
function itemOf(
	item: unknown,
	{ subject, action, resource, context }: EvaluationsRequest,
): EvaluationRequest | HttpError {
	if (typeof item !== 'object' || item === null || Array.isArray(item)) return new HttpError(400, 'not an object');
	const own = (name: string) => (Object.hasOwn(item, name) ? { [name]: (item as Record<string, unknown>)[name] } : {});
	const parsed = evaluationRequest.safeParse({
		...{ subject, action, resource, context },
		...own('subject'),
		...own('action'),
		...own('resource'),
		...own('context'),
	});
	return parsed.success ? parsed.data : new HttpError(400, firstIssue(parsed.error));
}

function written(answer: EvaluationAnswer): Answer {
	return new Answer(answer, 200, {}, answerText(answer));
}

function itemText(item: EvaluationAnswer | BrokenItem): string {
	return 'error' in item.context ? JSON.stringify(item) : answerText(item as EvaluationAnswer);
}

/** A broken item is a refusal, whatever is wrong with it. */
function broken({ status, message }: HttpError): BrokenItem {
	return { decision: false, context: { error: { status: status === 403 ? 403 : 400, message } } };
}

/** What is left of the outcomes up to the one that settles the rest. What is left away is answered to nobody. */
function cut(outcomes: (Decided | HttpError)[], semantic: Semantic): (Decided | HttpError)[] {
	if (semantic === 'execute_all') return outcomes;
	const permits = (each: Decided | HttpError) => !(each instanceof HttpError) && each.answer.decision;
	const settling = outcomes.findIndex((each) => permits(each) === (semantic === 'permit_on_first_permit'));
	return settling < 0 ? outcomes : outcomes.slice(0, settling + 1);
}

/** Section 9: where everything is. The address is the issuer's as it is; in production that is https. */
export function discoveryEndpoints(issuer: string): Endpoints {
	const body = {
		policy_decision_point: issuer,
		access_evaluation_endpoint: `${issuer}/access/v1/evaluation`,
		access_evaluations_endpoint: `${issuer}/access/v1/evaluations`,
		search_subject_endpoint: `${issuer}/access/v1/search/subject`,
		search_resource_endpoint: `${issuer}/access/v1/search/resource`,
		search_action_endpoint: `${issuer}/access/v1/search/action`,
	};
	const headers = { 'cache-control': 'public, max-age=3600' };
	const configuration = async () => new Answer(body, 200, headers);
	return { '/.well-known/authzen-configuration': { GET: configuration } };
}

import type { IncomingMessage } from 'node:http';
import type { Deciding } from './deciding.ts';
import { Answer, type Endpoints, HttpError } from './http.ts';
import { firstIssue, readJson, shaped } from './json.ts';
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

export type Verify = (request: IncomingMessage) => Promise<Caller>;

/** The caller of a request, if the token has a scope. Throws HttpError 401 and 403. */
export async function callerWith(verify: Verify, request: IncomingMessage, scope: string): Promise<Caller> {
	const caller = await verify(request);
	if (!caller.scopes.has(scope)) throw lacksScope(scope);
	return caller;
}

/** AuthZEN Authorization API 1.0, sections 6 and 7: may she? One question, or up to a hundred in one request. */
export function accessEndpoints(
	{ verify, charge }: { verify: Verify; charge(request: IncomingMessage, caller: Caller, questions: number): void },
	{ decideAll, decideOne }: Deciding,
	{ timed }: Pick<GateWatch, 'timed'>,
): Endpoints {
	async function evaluation(request: IncomingMessage): Promise<EvaluationAnswer> {
		const caller = await callerWith(verify, request, 'authzen.evaluate');
		const asked = shaped(evaluationRequest, await readJson(request));
		return (await decideOne(caller, asked)).answer;
	}

	async function evaluations(request: IncomingMessage): Promise<unknown> {
		const caller = await callerWith(verify, request, 'authzen.evaluate');
		const body = await readJson(request);
		const asked = shaped(evaluationsRequest, body);
		if (!asked.evaluations?.length) return (await decideOne(caller, shaped(evaluationRequest, body))).answer;
		charge(request, caller, asked.evaluations.length - 1);
		const items = asked.evaluations.map((item) => itemOf(item, asked));
		const whole = items.filter((item) => !(item instanceof HttpError)) as EvaluationRequest[];
		const decided = (await decideAll(caller, whole)).values();
		const answers = items.map((item) => {
			const outcome = item instanceof HttpError ? item : decided.next().value;
			return outcome === undefined || outcome instanceof HttpError ? broken(outcome) : outcome.answer;
		});
		return { evaluations: cut(answers, asked.options?.evaluations_semantic ?? 'execute_all') };
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

/** A broken item is a refusal, whatever is wrong with it. */
function broken(error: HttpError | undefined): BrokenItem {
	return {
		decision: false,
		context: {
			error: { status: error?.status === 403 ? 403 : 400, message: error?.message ?? 'not an evaluation request' },
		},
	};
}

/** What is left of the answers up to the one that settles the rest. */
function cut<T extends { decision: boolean }>(answers: T[], semantic: Semantic): T[] {
	if (semantic === 'execute_all') return answers;
	const settling = answers.findIndex((each) => each.decision === (semantic === 'permit_on_first_permit'));
	return settling < 0 ? answers : answers.slice(0, settling + 1);
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

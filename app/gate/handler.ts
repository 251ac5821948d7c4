import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Database } from '#db/client.server.ts';
import type { GateQuestion } from '#db/queries/gate.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { exactMilliseconds } from '../domain/period.ts';
import { log } from '../log.server.ts';
import { answerOf, gateReader, parseEvaluation, questionsOf } from './evaluation.ts';
import { Answer, type Endpoints, HttpError, mediaType, readBody, sendJson } from './http.ts';
import { OAuthError, tokenIssuer } from './tokens.ts';

/**
 * The API for other systems, served ahead of the pages in the same process.
 * The returned function answers what is the gate's and says so; everything else it leaves alone.
 */
export function gate(database: Database, catalogue: Catalogue, issuer: string) {
	const tokens = tokenIssuer(database.db, issuer);
	const read = gateReader(database.gate);
	const rules = {
		privileges: catalogue.privileges,
		maximumAge: exactMilliseconds(catalogue.policy.body.maximumAge) / 1000,
		witness: catalogue.policy.body.witness,
	};
	const endpoints: Endpoints = {
		'/oauth/token': { POST: tokens.token },
		'/access/v1/evaluation': { POST: evaluation },
	};

	async function evaluation(request: IncomingMessage): Promise<unknown> {
		const caller = await tokens.verify(request);
		if (!caller.scopes.has('authzen.evaluate')) throw new HttpError(403, 'the token lacks the scope authzen.evaluate');
		if (mediaType(request) !== 'application/json') throw new HttpError(400, 'send application/json');
		const questions = questionsOf(caller, parseEvaluation(await readBody(request)), rules);
		const ask = async (question: GateQuestion) => ({ question, facts: await read(question) });
		const { subject, supervisor, witness } = questions;
		if (!supervisor && !witness) return answerOf({ subject: await ask(subject) }, rules);
		const [first, ...others] = await Promise.all([
			ask(subject),
			supervisor && ask(supervisor),
			witness && ask(witness),
		]);
		return answerOf({ subject: first, supervisor: others[0], witness: others[1] }, rules);
	}

	return (request: IncomingMessage, response: ServerResponse): boolean => {
		const path = request.url?.split('?', 1)[0] ?? '';
		const methods = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
		if (!methods) return false;
		const requestId = request.headers['x-request-id'];
		if (typeof requestId === 'string') response.setHeader('x-request-id', requestId);
		const method = request.method ?? '';
		const endpoint = Object.hasOwn(methods, method) ? methods[method as keyof typeof methods] : undefined;
		if (!endpoint) {
			const allow = Object.keys(methods).join(', ');
			sendError(response, new HttpError(405, `use ${allow}`, { allow }), { path, requestId });
			return true;
		}
		endpoint(request).then(
			(answer) =>
				answer instanceof Answer
					? sendJson(response, answer.status, answer.body, answer.headers)
					: sendJson(response, 200, answer),
			(error: unknown) => sendError(response, error, { path, requestId }),
		);
		return true;
	};
}

function sendError(response: ServerResponse, error: unknown, where: { path: string; requestId: unknown }): void {
	if (response.destroyed || response.headersSent) return;
	if (error instanceof OAuthError) {
		sendJson(response, error.status, { error: error.error, error_description: error.message }, error.headers);
	} else if (error instanceof HttpError) {
		// What is left of a body that was too large is not read: the connection ends with the answer.
		const close: Record<string, string> = error.status === 413 ? { connection: 'close' } : {};
		// RFC 9457 for our own API; AuthZEN wants a message and nothing else.
		const problem = { type: 'about:blank', status: error.status, detail: error.message };
		if (where.path.startsWith('/v1/'))
			sendJson(response, error.status, problem, {
				...error.headers,
				...close,
				'content-type': 'application/problem+json',
			});
		else sendJson(response, error.status, error.message, { ...error.headers, ...close });
	} else {
		// Whatever went wrong, it is no decision. Anything unforeseen here is most often the database.
		log.error({ err: error, ...where }, 'the gate could not answer');
		sendJson(response, 503, 'no answer just now', { 'retry-after': '1' });
	}
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Database } from '#db/client.server.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { exactMilliseconds } from '../domain/period.ts';
import { log } from '../log.server.ts';
import { accessEndpoints, discoveryEndpoints } from './access.ts';
import { authorizationServer } from './authorization-server.ts';
import { deciding } from './deciding.ts';
import { gateReader } from './evaluation.ts';
import { events } from './events.ts';
import { Answer, type Endpoints, HttpError, sendJson } from './http.ts';
import { openApiEndpoints } from './openapi.ts';
import { searchEndpoints } from './searching.ts';
import { subjectEndpoints } from './subjects.ts';
import { tokenKeys } from './token-keys.ts';
import { OAuthError, tokenVerifier } from './tokens.ts';
import { type GateWatch, watchGate } from './watch.ts';

/**
 * The API for other systems, served ahead of the pages in the same process.
 * The returned function answers what is the gate's and says so; everything else it leaves alone.
 */
export function gate(
	database: Database,
	catalogue: Catalogue,
	issuer: string,
	watch: GateWatch = watchGate(database.log),
) {
	const keys = tokenKeys(database.db);
	const tokens = tokenVerifier(database, issuer, keys);
	const rules = {
		privileges: catalogue.privileges,
		maximumAge: exactMilliseconds(catalogue.policy.body.maximumAge) / 1000,
		witness: catalogue.policy.body.witness,
	};
	const decide = deciding(database, catalogue, rules, gateReader(database.gate), watch.decisions);
	const endpoints: Endpoints = {
		...authorizationServer(database.db, issuer, keys),
		...accessEndpoints(tokens, decide, watch),
		...searchEndpoints(tokens.verify, database.gate, catalogue.privileges, decide),
		...discoveryEndpoints(issuer),
		...subjectEndpoints(tokens.verifyActive, database.db),
		...events(database, tokens, issuer),
		...openApiEndpoints(issuer),
	};

	return (request: IncomingMessage, response: ServerResponse): boolean => {
		const path = request.url?.split('?', 1)[0] ?? '';
		const methods = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
		if (!methods) return false;
		const requestId = request.headers['x-request-id'];
		if (typeof requestId === 'string') response.setHeader('x-request-id', requestId);
		// What answers GET answers HEAD; Node leaves the body away.
		const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
		const endpoint = Object.hasOwn(methods, method) ? methods[method as keyof typeof methods] : undefined;
		if (!endpoint) {
			const allow = Object.keys(methods).join(', ');
			sendError(response, new HttpError(405, `use ${allow}`, { allow }), { path, requestId });
			return true;
		}
		const answered = endpoint(request).finally(() => tokens.tellLimit(request, response));
		answered.then(
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

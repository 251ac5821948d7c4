import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Span } from '@opentelemetry/api';
import type { Database } from '#db/client.server.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { exactMilliseconds } from '../domain/period.ts';
import { policyInForce } from '../domain/policy.ts';
import { type SiteKind, siteKinds } from '../domain/privilege.ts';
import { log } from '../log.server.ts';
import { beginRequest, endFailed, inSpan } from '../trace.server.ts';
import { accessEndpoints, discoveryEndpoints } from './access.ts';
import { authorizationServer } from './authorization-server.ts';
import { deciding } from './deciding.ts';
import { events } from './events.ts';
import { Answer, type Endpoints, HttpError, sendJson } from './http.ts';
import { incidentEndpoints } from './incidents.ts';
import { openApiEndpoints } from './openapi.ts';
import { privilegeEndpoints } from './privileges.ts';
import { gateReader } from './reader.ts';
import { searchEndpoints } from './searching.ts';
import { statusTokenEndpoints } from './status-tokens.ts';
import { subjectEndpoints } from './subjects.ts';
import { tokenKeys } from './token-keys.ts';
import { OAuthError, tokenVerifier } from './tokens.ts';
import { type GateWatch, watchGate } from './watch.ts';

/** Every endpoint of the gate, by path and method. */
export function endpointsOf(
	database: Database,
	catalogue: Catalogue,
	issuer: string,
	watch: GateWatch,
	keys = tokenKeys(database.db),
	tokens = tokenVerifier(database, issuer, keys),
): Endpoints {
	// Worked out once for each kind of site: every answer asks.
	const usual = new Map(
		[null, ...siteKinds].map((kind) => [kind, policyInForce(catalogue.policy.body, [], '', kind ?? undefined)]),
	);
	const rules = {
		privileges: catalogue.privileges,
		maximumAge: exactMilliseconds(catalogue.policy.body.maximumAge) / 1000,
		twoPeople: (kind: SiteKind | null) => usual.get(kind) ?? catalogue.policy.body,
	};
	const decide = deciding(database, catalogue, rules, gateReader(database.gate, watch.asked), watch.decisions);
	return {
		...authorizationServer(database.db, issuer, keys, tokens.charge),
		...accessEndpoints(tokens, decide, watch),
		...searchEndpoints(tokens, database, catalogue.privileges, decide),
		...discoveryEndpoints(issuer),
		...subjectEndpoints(tokens.verifyActive, database.db),
		...events(database, tokens, issuer),
		...privilegeEndpoints(catalogue, issuer),
		...statusTokenEndpoints(tokens.verifyActive, database, catalogue, issuer, keys),
		...incidentEndpoints(tokens.verifyActive, database, catalogue),
		...openApiEndpoints(issuer),
	};
}

/**
 * The API for other systems, served ahead of the pages in the same process.
 * The returned function answers what is the gate's and says so; everything else it leaves alone.
 */
export function gate(database: Database, catalogue: Catalogue, issuer: string, watch: GateWatch = watchGate(database)) {
	const keys = tokenKeys(database.db);
	const tokens = tokenVerifier(database, issuer, keys);
	const endpoints = endpointsOf(database, catalogue, issuer, watch, keys, tokens);

	return (request: IncomingMessage, response: ServerResponse): boolean => {
		const path = request.url?.split('?', 1)[0] ?? '';
		const methods = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
		if (!methods) return false;
		const given = request.headers['x-request-id'];
		const requestId: Record<string, string> = typeof given === 'string' ? { 'x-request-id': given } : {};
		// What answers GET answers HEAD; Node leaves the body away.
		const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
		const endpoint = Object.hasOwn(methods, method) ? methods[method as keyof typeof methods] : undefined;
		const span = beginRequest(`${method} ${path}`, request.headers.traceparent);
		const told = (status: number, answer?: unknown) => {
			watch.answered(path, status);
			if (span) endRequest(span, { method, path, status, answer });
		};
		const saying = () => ({ ...requestId, ...tokens.limitHeaders(request) });
		const fail = (error: unknown) => told(sendError(response, error, path, saying()));
		if (!endpoint) {
			const allow = Object.keys(methods).join(', ');
			fail(new HttpError(405, `use ${allow}`, { allow }));
			return true;
		}
		inSpan(span, () => endpoint(request)).then((answer) => {
			const { status, body, headers, text } = answer instanceof Answer ? answer : new Answer(answer);
			sendJson(response, status, body, { ...saying(), ...headers }, text);
			told(status, body);
		}, fail);
		return true;
	};
}

/** Says of a request what it was and how many decisions came of it: nothing of whom they are about. */
function endRequest(
	span: Span,
	{ method, path, status, answer }: { method: string; path: string; status: number; answer: unknown },
): void {
	const { decision, evaluations } = (answer ?? {}) as { decision?: boolean; evaluations?: unknown[] };
	const evaluated = evaluations?.length ?? Number(decision !== undefined);
	span.setAttributes({
		'http.request.method': method,
		'http.route': path,
		'http.response.status_code': status,
		...(path.startsWith('/access/') && status === 200 ? { 'countersign.evaluated': evaluated } : {}),
	});
	if (status >= 500) endFailed(span);
	else span.end();
}

/** Answers with an error, and says with which status. */
function sendError(response: ServerResponse, error: unknown, path: string, told: Record<string, string>): number {
	const status = error instanceof HttpError ? error.status : 503;
	if (response.destroyed || response.headersSent) return status;
	if (error instanceof OAuthError) {
		const body = { error: error.error, error_description: error.message };
		sendJson(response, error.status, body, { ...told, ...error.headers });
	} else if (error instanceof HttpError) {
		// What is left of a body that was too large is not read: the connection ends with the answer.
		const close: Record<string, string> = error.status === 413 ? { connection: 'close' } : {};
		const headers = { ...told, ...error.headers, ...close };
		// RFC 9457 for our own API; AuthZEN wants a message and nothing else.
		const problem = { type: 'about:blank', status: error.status, detail: error.message };
		if (path.startsWith('/v1/'))
			sendJson(response, error.status, problem, { ...headers, 'content-type': 'application/problem+json' });
		else if (path === '/oauth/token') sendJson(response, error.status, asOAuth(error), headers);
		else sendJson(response, error.status, error.message, headers);
	} else {
		// Whatever went wrong, it is no decision. Anything unforeseen here is most often the database.
		log.error({ err: error, path, requestId: told['x-request-id'] }, 'the gate could not answer');
		const none = new HttpError(503, 'no answer just now', { 'retry-after': '1' });
		return sendError(response, none, path, told);
	}
	return status;
}

/** RFC 6749, section 5.2: a client of the token endpoint reads no other kind of error. */
function asOAuth({ status, message }: HttpError): { error: string; error_description: string } {
	const later = status >= 500 || status === 429;
	return { error: later ? 'temporarily_unavailable' : 'invalid_request', error_description: message };
}

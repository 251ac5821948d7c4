import { z } from 'zod';
import { scopes, scopeWords } from '../domain/client.ts';
import { Answer, type Endpoints } from './http.ts';
import { type Operation, operations } from './operations.ts';
import * as shapes from './shapes.ts';
import { eventMessage, oauthError } from './shapes-v1.ts';

/** What each status of a refusal means, whoever is asked. */
const refusalWords: Record<number, string> = {
	304: 'You have it already: the ETag is the one you sent',
	400: 'The request is not as described. Never a decision',
	401: 'No token or secret, or one that is not good, or a client switched off',
	403: 'The token lacks the scope, or the site’s policy forbids it',
	404: 'There is no such site',
	409: 'The same request is under way: wait a second and send it again',
	413: 'The body is larger than 64 kB',
	422: 'Something named in it is not known; nothing was saved',
	429: 'Too many questions in a short time: wait as long as Retry-After says',
	503: 'No answer just now. Never a decision: treat it as no, and ask again',
};

/** The statuses with which an operation is refused. */
function refusalsOf({ scope, request, form, refusals = [] }: Operation): number[] {
	return [
		...new Set([
			...(scope ? [401, 403, 429, 503] : []),
			...(form ? [429] : []),
			...(request ? [400, 413] : []),
			...refusals,
		]),
	].sort();
}

/** The OpenAPI 3.1 document, made of the schemas that requests are read with. */
export function openApi(issuer: string): Record<string, unknown> {
	const paths = Object.entries(operations).map(([path, methods]) => [
		path,
		Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, described(path, operation)])),
	]);
	return {
		openapi: '3.1.0',
		jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
		info: {
			title: 'Countersign: the gate',
			version: '1',
			description:
				'AuthZEN Authorization API 1.0. Anything but 200 is no decision: treat it as no. A refusal is 200 as well. Bodies are UTF-8 JSON of at most 64 kB, nested at most 32 deep, without a name twice in one object.',
		},
		servers: [{ url: issuer }],
		paths: Object.fromEntries(paths),
		webhooks: {
			competency: {
				post: {
					summary:
						'Sent to your address when an answer may have changed, signed by Standard Webhooks 1.0: ask again before you rely on it',
					requestBody: {
						required: true,
						content: { 'application/json': { schema: schemaOf(eventMessage, 'output') } },
					},
					responses: {
						'2XX': { description: 'Heard. Anything else is sent again, for a day and longer' },
						410: { description: 'Send no more: the address is switched off' },
					},
				},
			},
		},
		components: {
			securitySchemes: {
				token: {
					type: 'oauth2',
					flows: {
						clientCredentials: {
							tokenUrl: `${issuer}/oauth/token`,
							scopes: Object.fromEntries(scopes.map((scope) => [scope, scopeWords[scope]])),
						},
					},
				},
			},
		},
	};
}

function described(path: string, operation: Operation) {
	const { summary, scope, request, form, answer, answered = 200, query = {}, headers = {} } = operation;
	const error = form
		? { 'application/json': { schema: schemaOf(oauthError, 'output') } }
		: path.startsWith('/v1/')
			? { 'application/problem+json': { schema: schemaOf(shapes.problem, 'output') } }
			: { 'application/json': { schema: schemaOf(shapes.errorMessage, 'output') } };
	const parameter =
		(where: string) =>
		([name, description]: [string, string]) => ({
			name,
			in: where,
			description,
			...(where === 'query' ? {} : { required: true }),
			schema: { type: 'string' },
		});
	return {
		summary,
		...(scope ? { security: [{ token: [scope] }] } : {}),
		parameters: [
			{ name: 'X-Request-ID', in: 'header', schema: { type: 'string' }, description: 'Comes back as it was sent' },
			...(path.includes('{code}') ? [parameter('path')(['code', 'The privilege’s code'])] : []),
			...Object.entries(query).map(parameter('query')),
			...Object.entries(headers).map(parameter('header')),
		],
		...(request
			? {
					requestBody: {
						required: true,
						content: {
							[form ? 'application/x-www-form-urlencoded' : 'application/json']: { schema: schemaOf(request, 'input') },
						},
					},
				}
			: {}),
		responses: {
			[answered]: { description: 'Answered', content: { 'application/json': { schema: schemaOf(answer, 'output') } } },
			...Object.fromEntries(
				refusalsOf(operation).map((status) => [
					status,
					{
						description: refusalWords[status] ?? '',
						...([429, 503].includes(status)
							? { headers: { 'Retry-After': { description: 'Seconds', schema: { type: 'string' } } } }
							: {}),
						...(status === 304 ? {} : { content: error }),
					},
				]),
			),
		},
	};
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): object {
	const { $schema: _, ...described } = z.toJSONSchema(schema, { io });
	return described;
}

/** Made once for an issuer: describing all the schemas takes longer than anything else at a start. */
const documents = new Map<string, ReturnType<typeof openApi>>();

/** `GET /openapi.json`. */
export function openApiEndpoints(issuer: string): Endpoints {
	const document = documents.get(issuer) ?? openApi(issuer);
	documents.set(issuer, document);
	const published = async () => new Answer(document, 200, { 'cache-control': 'public, max-age=3600' });
	return { '/openapi.json': { GET: published } };
}

import { z } from 'zod';
import { Answer, type Endpoints } from './http.ts';
import * as shapes from './shapes.ts';

interface Operation {
	summary: string;
	/** Undefined: anybody may read it. */
	scope?: string;
	request?: z.ZodType;
	answer: z.ZodType;
	/** The ways in which it is refused beside those that every operation has. */
	refusals?: readonly number[];
	query?: readonly string[];
}

const evaluate = 'authzen.evaluate';
const search = 'authzen.search';
const manage = 'subjects.manage';

/** Every operation that this part of the gate answers, by path and method. */
export const operations: Record<string, Record<string, Operation>> = {
	'/access/v1/evaluation': {
		post: {
			summary: 'May this person do this here, now?',
			scope: evaluate,
			request: shapes.evaluationRequest,
			answer: shapes.evaluationAnswer,
		},
	},
	'/access/v1/evaluations': {
		post: {
			summary: `Up to ${shapes.mostEvaluations} such questions; without any it is the single one`,
			scope: evaluate,
			request: shapes.evaluationsRequest,
			answer: z.union([shapes.evaluationsAnswer, shapes.evaluationAnswer]),
		},
	},
	'/access/v1/search/subject': {
		post: {
			summary: 'Who may do this here?',
			scope: search,
			request: shapes.subjectSearch,
			answer: shapes.subjectsFound,
		},
	},
	'/access/v1/search/resource': {
		post: {
			summary: 'Where may this person do this?',
			scope: search,
			request: shapes.resourceSearch,
			answer: shapes.resourcesFound,
		},
	},
	'/access/v1/search/action': {
		post: {
			summary: 'What may this person do here?',
			scope: search,
			request: shapes.actionSearch,
			answer: shapes.actionsFound,
		},
	},
	'/.well-known/authzen-configuration': {
		get: { summary: 'Where everything is', answer: shapes.authzenConfiguration },
	},
	'/v1/subjects': {
		get: {
			summary: 'What the client calls people',
			scope: manage,
			answer: shapes.mappingsAnswer,
			query: ['after'],
			refusals: [400],
		},
		put: {
			summary: `Sets what the client calls people, up to ${shapes.mostMappings} at a time, all or none`,
			scope: manage,
			request: shapes.mappingsRequest,
			answer: shapes.mappingsSaved,
			refusals: [422],
		},
	},
};

const refusalWords: Record<number, string> = {
	400: 'The request is not as described. Never a decision',
	401: 'No token, or one that is not good, or a client switched off',
	403: 'The token lacks the scope',
	413: 'The body is larger than 64 kB',
	422: 'Somebody named in it is not known; nothing was saved',
	503: 'No answer just now. Never a decision: treat it as no, and ask again',
};

/** The OpenAPI 3.1 document, made of the schemas that requests are read with. */
export function openApi(issuer: string): Record<string, unknown> {
	const paths = Object.entries(operations).map(([path, methods]) => [
		path,
		Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, described(path, operation)])),
	]);
	const scopes = Object.fromEntries(
		[evaluate, search, manage, 'authzen.plan', 'authzen.detail'].map((scope) => [scope, scope]),
	);
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
		components: {
			securitySchemes: {
				token: { type: 'oauth2', flows: { clientCredentials: { tokenUrl: `${issuer}/oauth/token`, scopes } } },
			},
		},
	};
}

function described(path: string, { summary, scope, request, answer, refusals = [], query = [] }: Operation) {
	const statuses = [...(scope ? [401, 403, 503] : []), ...(request ? [400, 413] : []), ...refusals].sort();
	const error = path.startsWith('/v1/')
		? { 'application/problem+json': { schema: schemaOf(shapes.problem, 'output') } }
		: { 'application/json': { schema: schemaOf(shapes.errorMessage, 'output') } };
	return {
		summary,
		...(scope ? { security: [{ token: [scope] }] } : {}),
		parameters: [
			{ name: 'X-Request-ID', in: 'header', schema: { type: 'string' }, description: 'Comes back as it was sent' },
			...query.map((name) => ({ name, in: 'query', schema: { type: 'string' } })),
		],
		...(request
			? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(request, 'input') } } } }
			: {}),
		responses: {
			200: { description: 'Answered', content: { 'application/json': { schema: schemaOf(answer, 'output') } } },
			...Object.fromEntries(
				statuses.map((status) => [status, { description: refusalWords[status] ?? '', content: error }]),
			),
		},
	};
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): object {
	const { $schema: _, ...described } = z.toJSONSchema(schema, { io });
	return described;
}

/** `GET /openapi.json`. */
export function openApiEndpoints(issuer: string): Endpoints {
	const document = async () => new Answer(openApi(issuer), 200, { 'cache-control': 'public, max-age=3600' });
	return { '/openapi.json': { GET: document } };
}

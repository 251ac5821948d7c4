import { z } from 'zod';
import { isPrivilegeCode } from '../domain/privilege.ts';
import { mostMappings } from '../domain/subject.ts';
import { mostEvents } from './events.ts';
import { incidentRequest } from './incidents.ts';
import * as shapes from './shapes.ts';
import * as v1 from './shapes-v1.ts';

/** One thing that other systems may ask of the gate. */
export interface Operation {
	summary: string;
	/** Undefined: anybody may read it. */
	scope?: string;
	request?: z.ZodType;
	/** How the request is written, where it is not JSON. */
	form?: true;
	answer: z.ZodType;
	/** The status of the answer, where it is not 200. */
	answered?: number;
	/** The ways in which it is refused beside those that every operation of its kind has. */
	refusals?: readonly number[];
	query?: Readonly<Record<string, string>>;
	/** Headers that it needs, with what they are. */
	headers?: Readonly<Record<string, string>>;
}

const evaluate = 'authzen.evaluate';
const search = 'authzen.search';
const manage = 'subjects.manage';

/** Every operation of the gate, by path and method, the most wanted first. */
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
			summary: 'Who may do this here? It counts as a question for each person it looks at, and is written down',
			scope: search,
			request: shapes.subjectSearch,
			answer: shapes.subjectsFound,
		},
	},
	'/access/v1/search/resource': {
		post: {
			summary: 'Where may this person do this? It counts as a question for each place it looks at',
			scope: search,
			request: shapes.resourceSearch,
			answer: shapes.resourcesFound,
		},
	},
	'/access/v1/search/action': {
		post: {
			summary: 'What may this person do here? It counts as a question for each thing there is',
			scope: search,
			request: shapes.actionSearch,
			answer: shapes.actionsFound,
		},
	},
	'/oauth/token': {
		post: {
			summary: 'A token for five minutes, by your secret or your own key',
			request: v1.tokenRequest,
			form: true,
			answer: v1.tokenAnswer,
			refusals: [401, 503],
		},
	},
	'/v1/events': {
		get: {
			summary: 'What has changed since you last asked: the same that webhooks say',
			scope: 'events.read',
			answer: v1.eventsAnswer,
			query: { after: 'The `next` of the answer before', limit: `1 to ${mostEvents}` },
			refusals: [400],
		},
	},
	'/v1/status-tokens': {
		get: {
			summary: 'A signed list of who may do what at a site, for a round without a network. Who is not on it may not',
			scope: 'status.read',
			answer: v1.statusTokenAnswer,
			query: { site: 'The site’s short name' },
			refusals: [400, 404, 422],
		},
	},
	'/v1/incidents': {
		post: {
			summary:
				'Something that went wrong, or nearly: a manager looks at it. It changes nobody’s standing by itself, except where a provider’s policy pauses at once for its kind',
			scope: 'incidents.write',
			request: incidentRequest,
			answer: v1.incidentKept,
			answered: 201,
			headers: { 'Idempotency-Key': 'A new one for each thing that happened; the same when you send it again' },
			refusals: [409, 422],
		},
	},
	'/v1/subjects': {
		get: {
			summary: 'What the client calls people',
			scope: manage,
			answer: shapes.mappingsAnswer,
			query: { after: 'The `next` of the answer before' },
			refusals: [400],
		},
		put: {
			summary: `Sets what the client calls people, up to ${mostMappings} at a time, all or none`,
			scope: manage,
			request: shapes.mappingsRequest,
			answer: shapes.mappingsSaved,
			refusals: [422],
		},
	},
	'/v1/privileges': {
		get: { summary: 'Everything there is to be asked about', answer: v1.privilegesAnswer, refusals: [304] },
	},
	'/privileges/{code}': {
		get: {
			summary: 'One of them, at the address that names it for ever',
			answer: v1.publishedPrivilege,
			refusals: [304],
		},
	},
	'/.well-known/authzen-configuration': {
		get: { summary: 'Where everything is', answer: shapes.authzenConfiguration },
	},
	'/.well-known/oauth-authorization-server': {
		get: { summary: 'How tokens are had', answer: v1.serverMetadata },
	},
	'/.well-known/jwks.json': {
		get: { summary: 'The public keys of tokens and lists', answer: v1.keySet, refusals: [503] },
	},
	'/openapi.json': {
		get: { summary: 'This description, for machines', answer: z.looseObject({ openapi: z.string() }) },
	},
};

/** The operation's path as the document has it: one for all privileges. */
export function documentedPath(path: string): string {
	const [, code] = /^\/privileges\/([\w-]+)$/.exec(path) ?? [];
	return code && isPrivilegeCode(code) ? '/privileges/{code}' : path;
}

import { z } from 'zod';
import { opaqueReference } from '../domain/evidence.ts';
import { reasonCodes } from '../domain/reason.ts';
import { standings } from '../domain/rules.ts';
import { mostMappings } from '../domain/subject.ts';

/**
 * What goes in and out of the access endpoints: AuthZEN Authorization API 1.0, sections 5 to 9. Members that are not
 * named here are ignored everywhere and reach nothing.
 */
export const mostEvaluations = 100;
export const mostResults = 200;

const properties = z.object({}).optional();
const subject = z.object({ type: z.string(), id: z.string(), properties });
const action = z.object({ name: z.string(), properties });
const resource = z.object({ type: z.string(), id: z.string(), properties });

/** The reference of the person supported may end in a log: what could be a name is refused. */
const personSupported = z
	.string()
	.refine(
		(text) => opaqueReference.safeParse(text).success,
		'a reference of letters, digits and hyphens, with a digit',
	);

const context = z
	.object({
		/** Who acts together with the subject, called as the subject is. */
		supervisor: z.string().optional(),
		witness: z.string().optional(),
		/** For whom a delegated task is done; `delegation` says the same. */
		person: personSupported.optional(),
		delegation: personSupported.optional(),
		/** An instant to come, of RFC 3339, seconds or none. Whoever may not ask about one sends what they like. */
		time: z.unknown().optional(),
	})
	.refine(
		({ person, delegation }) => person === undefined || delegation === undefined || person === delegation,
		'person and delegation name two people',
	);

export const evaluationRequest = z.object({ subject, action, resource, context: context.optional() });
export type EvaluationRequest = z.infer<typeof evaluationRequest>;

export const semantics = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const;
export type Semantic = (typeof semantics)[number];

/** A request for several at once. Each item is judged by itself, once the defaults have been put in. */
export const evaluationsRequest = z.object({
	subject: subject.optional(),
	action: action.optional(),
	resource: resource.optional(),
	context: context.optional(),
	evaluations: z.array(z.unknown()).max(mostEvaluations, `at most ${mostEvaluations}`).optional(),
	options: z.object({ evaluations_semantic: z.enum(semantics).optional() }).optional(),
});
export type EvaluationsRequest = z.infer<typeof evaluationsRequest>;

const page = z
	.object({
		token: z.string().optional(),
		/** More than the most there is on a page is answered with a full page. */
		limit: z.int().min(0).optional(),
		properties,
	})
	.optional();
export type PageAsked = z.infer<typeof page>;

/** What is looked for has a type and no id: an id that is sent narrows nothing. */
const sought = z.object({ type: z.string(), properties });
export const subjectSearch = z.object({ subject: sought, action, resource, context: context.optional(), page });
export const resourceSearch = z.object({ subject, action, resource: sought, context: context.optional(), page });
export const actionSearch = z.object({ subject, resource, context: context.optional(), page });

const instant = z.iso.datetime();
const reasons = z.record(z.string(), z.string());
export const evaluationAnswer = z.strictObject({
	decision: z.boolean(),
	context: z.strictObject({
		code: z.enum(reasonCodes),
		standing: z.enum(standings).optional(),
		/** With no new evidence, when a permit ends. */
		valid_until: instant.optional(),
		/** For how many seconds a caller may hold this answer. */
		max_age: z.int().min(0),
		/** It is about a time to come, and no leave to do anything now. */
		planned: z.literal(true).optional(),
		evaluation_id: z.uuid(),
		evaluated_at: instant,
		reason_admin: reasons,
		reason_user: reasons,
		next_step: z.string(),
		/** With the scope authzen.detail: what is missing, in words. */
		detail: z.strictObject({ missing: z.array(z.string()) }).optional(),
	}),
});
export type EvaluationAnswer = z.infer<typeof evaluationAnswer>;

/** An item of several that could not be judged. */
export const brokenItem = z.strictObject({
	decision: z.literal(false),
	context: z.strictObject({
		error: z.strictObject({ status: z.union([z.literal(400), z.literal(403)]), message: z.string() }),
	}),
});
export type BrokenItem = z.infer<typeof brokenItem>;

export const evaluationsAnswer = z.strictObject({ evaluations: z.array(z.union([evaluationAnswer, brokenItem])) });

const pageAnswer = z.strictObject({ next_token: z.string(), count: z.int().min(0), total: z.int().min(0) });
const found = <S extends z.ZodType>(each: S) => z.strictObject({ page: pageAnswer, results: z.array(each) });
export const subjectsFound = found(z.strictObject({ type: z.literal('staff'), id: z.string() }));
export const resourcesFound = found(z.strictObject({ type: z.literal('site'), id: z.string() }));
export const actionsFound = found(z.strictObject({ name: z.string() }));

export const authzenConfiguration = z.strictObject({
	policy_decision_point: z.url(),
	access_evaluation_endpoint: z.url(),
	access_evaluations_endpoint: z.url(),
	search_subject_endpoint: z.url(),
	search_resource_endpoint: z.url(),
	search_action_endpoint: z.url(),
});

/** An error of the access endpoints: a message and nothing else. Never a decision. */
export const errorMessage = z.string();

/** An error of our own API, by RFC 9457. */
export const problem = z.strictObject({ type: z.literal('about:blank'), status: z.int(), detail: z.string() });

const plainText = z
	.string()
	.min(1)
	.max(200)
	.refine((text) => text.isWellFormed() && !text.includes('\0'), 'not text that can be kept');
export const mappingsRequest = z.object({
	mappings: z
		.array(
			z.object({
				own_id: plainText,
				/** Null: this own id is nobody's any more. */
				staff_code: plainText.nullable(),
			}),
		)
		.min(1)
		.max(mostMappings),
});
export const mappingsSaved = z.strictObject({ saved: z.int(), removed: z.int() });
export const mappingsAnswer = z.strictObject({
	mappings: z.array(z.strictObject({ own_id: z.string(), staff_code: z.string() })),
	/** To be sent as `after` for those that follow; empty after the last. */
	next: z.string(),
});

import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { DecisionBeside, Sought } from '../app/domain/logged-decision.ts';
import { instant, providerId } from './schema.ts';

// What other systems asked the gate, and what they were answered.

/**
 * Every decision of the gate with what was asked and what it rested on. Partitioned by month in its migration, without
 * foreign keys. Append-only; whole months go when no policy keeps them any longer. See `app/gate/decision-log.ts`.
 */
export const decisions = pgTable(
	'decisions',
	{
		providerId: uuid('provider_id').notNull(),
		evaluationId: uuid('evaluation_id').notNull(),
		evaluatedAt: instant('evaluated_at').notNull(),
		clientId: text('client_id').notNull(),
		subjectType: text('subject_type').notNull(),
		/** As the client asked; null once the person's name has been erased. */
		subjectId: text('subject_id'),
		action: text('action').notNull(),
		resourceType: text('resource_type').notNull(),
		resourceId: text('resource_id').notNull(),
		/** The members of the question's context that an answer can rest on. */
		context: jsonb('context').$type<Record<string, string>>().notNull().default({}),
		personId: uuid('person_id'),
		siteId: uuid('site_id'),
		/** The newest row of the person's evidence that was taken into account. */
		upToSeq: bigint('up_to_seq', { mode: 'number' }),
		policyVersion: text('policy_version'),
		/** Who else was named, and what their own standing rested on. */
		beside: jsonb('beside').$type<DecisionBeside[]>().notNull().default([]),
		decision: boolean('decision').notNull(),
		code: text('code').notNull(),
		standing: text('standing'),
		validUntil: instant('valid_until'),
		/** The version of the rule it was made by: no other works it out again. */
		ruleVersion: integer('rule_version').notNull().default(1),
		loggedAt: instant('logged_at').notNull().default(sql`clock_timestamp()`),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.evaluationId, table.evaluatedAt], name: 'decisions_pk' }),
		index('decisions_by_time').on(table.providerId, table.evaluatedAt),
		index('decisions_by_person').on(table.providerId, table.personId, table.evaluatedAt),
	],
);

/** Every search, since it says who may do what: which client asked, for what, and how much it found. */
export const searches = pgTable(
	'searches',
	{
		providerId: providerId(),
		id: uuid('id').notNull(),
		clientId: text('client_id').notNull(),
		searchedAt: instant('searched_at').notNull().default(sql`clock_timestamp()`),
		sought: text('sought').$type<Sought>().notNull(),
		/** Whom it was about, where one is known and it sought what they may. */
		personId: uuid('person_id'),
		action: text('action'),
		resourceId: text('resource_id'),
		found: integer('found').notNull(),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.id] }),
		index('searches_by_client').on(table.providerId, table.clientId, table.searchedAt),
		index('searches_by_time').on(table.searchedAt),
		check('searches_sought', sql`${table.sought} in ('subject', 'resource', 'action')`),
	],
);

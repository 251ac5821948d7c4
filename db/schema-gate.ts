import { sql } from 'drizzle-orm';
import {
	check,
	foreignKey,
	index,
	integer,
	jsonb,
	pgTable,
	primaryKey,
	text,
	unique,
	uniqueIndex,
	uuid,
} from 'drizzle-orm/pg-core';
import type { IncidentKind } from '../app/domain/incident.ts';
import type { SubjectIds } from '../app/domain/subject.ts';
import type { DeliveryState, OffReason, Outcome } from '../app/domain/webhook.ts';
import { bytes, events, instant, people, providerId, providers, sites } from './schema.ts';

// The tables of the gate: which other systems there are and what they are told. What they were answered: schema-log.ts.

/** A system that may ask the gate. Bound to one provider. */
export const clients = pgTable(
	'clients',
	{
		providerId: providerId(),
		id: text('id').primaryKey(),
		name: text('name').notNull(),
		scopes: text('scopes').array().notNull(),
		/** The public keys it signs its assertions with; null where it uses a secret. */
		jwks: jsonb('jwks').$type<{ keys: Record<string, string>[] }>(),
		/** How many questions a second it may ask for long, and how many at once after a rest. */
		perSecond: integer('per_second').notNull().default(50),
		burst: integer('burst').notNull().default(200),
		createdBy: uuid('created_by'),
		createdAt: instant('created_at').notNull().defaultNow(),
		/** To the minute. */
		lastTokenAt: instant('last_token_at'),
		/** How it calls people: by staff code, by our own id, or by its own (`client_subjects`). */
		subjectIds: text('subject_ids').$type<SubjectIds>().notNull().default('staff-code'),
		disabledAt: instant('disabled_at'),
		disabledBy: uuid('disabled_by'),
		disabledReason: text('disabled_reason'),
	},
	(table) => [
		unique('clients_provider_id_id_unique').on(table.providerId, table.id),
		uniqueIndex('clients_by_name').on(table.providerId, sql`lower(${table.name})`),
		foreignKey({ columns: [table.providerId, table.createdBy], foreignColumns: [people.providerId, people.id] }),
		foreignKey({ columns: [table.providerId, table.disabledBy], foreignColumns: [people.providerId, people.id] }),
		check('clients_subject_ids', sql`${table.subjectIds} in ('staff-code', 'opaque', 'own')`),
		check(
			'clients_limits',
			sql`${table.perSecond} between 1 and 20000 and ${table.burst} between ${table.perSecond} and 20000`,
		),
	],
);

/** Two at most are alive at once, so that a system can change from one to the other without a gap. */
export const clientSecrets = pgTable(
	'client_secrets',
	{
		providerId: providerId(),
		id: uuid('id').notNull(),
		clientId: text('client_id').notNull(),
		/** SHA-256 of the secret: it is 256 random bits, or it belongs to the demonstration. */
		secretHash: text('secret_hash').notNull(),
		createdBy: uuid('created_by'),
		createdAt: instant('created_at').notNull().defaultNow(),
		/** To the minute. */
		lastUsedAt: instant('last_used_at'),
		/** Null: until somebody ends it. */
		endsAt: instant('ends_at'),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.id] }),
		index('client_secrets_by_client').on(table.providerId, table.clientId),
		foreignKey({ columns: [table.providerId, table.clientId], foreignColumns: [clients.providerId, clients.id] }),
	],
);

/** Assertions that a client has signed in with, until they would end anyhow: each is good once. */
export const clientAssertions = pgTable(
	'client_assertions',
	{
		providerId: providerId(),
		clientId: text('client_id').notNull(),
		jti: text('jti').notNull(),
		expiresAt: instant('expires_at').notNull(),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.clientId, table.jti] }),
		foreignKey({ columns: [table.providerId, table.clientId], foreignColumns: [clients.providerId, clients.id] }),
	],
);

/** Who changed what about a client. Append-only. */
export const clientChanges = pgTable(
	'client_changes',
	{
		providerId: providerId(),
		id: uuid('id').notNull(),
		clientId: text('client_id').notNull(),
		change: text('change').notNull(),
		detail: text('detail').notNull().default(''),
		changedBy: uuid('changed_by').notNull(),
		changedAt: instant('changed_at').notNull().default(sql`clock_timestamp()`),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.id] }),
		index('client_changes_by_client').on(table.providerId, table.clientId, table.changedAt),
		foreignKey({ columns: [table.providerId, table.clientId], foreignColumns: [clients.providerId, clients.id] }),
		foreignKey({ columns: [table.providerId, table.changedBy], foreignColumns: [people.providerId, people.id] }),
	],
);

/** What a client that speaks its own ids calls people: one id a person, one person an id. */
export const clientSubjects = pgTable(
	'client_subjects',
	{
		providerId: providerId(),
		clientId: text('client_id')
			.notNull()
			.references(() => clients.id),
		ownId: text('own_id').notNull(),
		personId: uuid('person_id').notNull(),
		mappedAt: instant('mapped_at').notNull().defaultNow(),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.clientId, table.ownId], name: 'client_subjects_pk' }),
		unique('client_subjects_one_each').on(table.providerId, table.clientId, table.personId),
		foreignKey({ columns: [table.providerId, table.personId], foreignColumns: [people.providerId, people.id] }),
		check('client_subjects_own_id', sql`length(${table.ownId}) between 1 and 200`),
	],
);

/** Where another system wants to be told of events. */
export const webhookEndpoints = pgTable(
	'webhook_endpoints',
	{
		providerId: providerId(),
		id: uuid('id').notNull(),
		name: text('name').notNull(),
		url: text('url').notNull(),
		/** The client whose subject identifiers it is told in; null: staff codes. */
		clientId: text('client_id'),
		types: text('types').array().notNull(),
		/** Sealed (`commands/sealing.ts`), because signing needs the secret itself. */
		secret: bytes('secret').notNull(),
		/** Signs beside the new one until it ends, while the receiver changes over. */
		previousSecret: bytes('previous_secret'),
		previousUntil: instant('previous_until'),
		createdBy: uuid('created_by').notNull(),
		createdAt: instant('created_at').notNull().defaultNow(),
		offAt: instant('off_at'),
		offBecause: text('off_because').$type<OffReason>(),
		/** When the first attempt failed since the last that was accepted. */
		failingSince: instant('failing_since'),
		/** It asked to be left alone until then. */
		holdUntil: instant('hold_until'),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.id] }),
		foreignKey({ columns: [table.providerId, table.createdBy], foreignColumns: [people.providerId, people.id] }),
		check('webhook_endpoints_off_for_a_reason', sql`(${table.offAt} is null) = (${table.offBecause} is null)`),
	],
);

/** One event for one endpoint, and how far its delivery has come; without an event it is a test that a manager sent. */
export const webhookDeliveries = pgTable(
	'webhook_deliveries',
	{
		providerId: providerId(),
		id: uuid('id').notNull(),
		endpointId: uuid('endpoint_id').notNull(),
		eventId: uuid('event_id'),
		state: text('state').$type<DeliveryState>().notNull().default('due'),
		attempts: integer('attempts').notNull().default(0),
		attemptedAt: instant('attempted_at').array().notNull().default([]),
		/** While somebody is sending it: when it is taken for lost and may be taken up again. */
		nextAttemptAt: instant('next_attempt_at').notNull().default(sql`date_trunc('milliseconds', clock_timestamp())`),
		claimedAt: instant('claimed_at'),
		outcome: text('outcome').$type<Outcome>(),
		status: integer('status'),
		/** The first kilobyte of the answer. */
		response: text('response'),
		milliseconds: integer('milliseconds'),
		createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.id] }),
		unique('webhook_deliveries_once').on(table.providerId, table.endpointId, table.eventId),
		index('webhook_deliveries_due').on(table.nextAttemptAt).where(sql`state = 'due'`),
		index('webhook_deliveries_by_time').on(table.createdAt),
		index('webhook_deliveries_by_endpoint').on(table.providerId, table.endpointId, table.createdAt),
		foreignKey({
			name: 'webhook_deliveries_provider_id_endpoint_id_fk',
			columns: [table.providerId, table.endpointId],
			foreignColumns: [webhookEndpoints.providerId, webhookEndpoints.id],
		}),
		foreignKey({
			name: 'webhook_deliveries_provider_id_event_id_fk',
			columns: [table.providerId, table.eventId],
			foreignColumns: [events.providerId, events.id],
		}),
		check('webhook_deliveries_state', sql`${table.state} in ('due', 'delivered', 'failed')`),
	],
);

/** What another system reports: something that went wrong or nearly. By itself it changes nobody's standing. Said once. */
export const incidents = pgTable(
	'incidents',
	{
		providerId: providerId(),
		id: uuid('id').notNull(),
		clientId: text('client_id')
			.notNull()
			.references(() => clients.id),
		kind: text('kind').$type<IncidentKind>().notNull(),
		personId: uuid('person_id'),
		privilege: text('privilege'),
		siteId: uuid('site_id').notNull(),
		happenedAt: instant('happened_at').notNull(),
		/** What the other system calls it. */
		reference: text('reference').notNull().default(''),
		text: text('text').notNull().default(''),
		receivedAt: instant('received_at').notNull().default(sql`clock_timestamp()`),
		lookedAt: instant('looked_at'),
		lookedBy: uuid('looked_by'),
		done: text('done'),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.id] }),
		index('incidents_by_site').on(table.providerId, table.siteId, table.receivedAt),
		foreignKey({ columns: [table.providerId, table.personId], foreignColumns: [people.providerId, people.id] }),
		foreignKey({ columns: [table.providerId, table.siteId], foreignColumns: [sites.providerId, sites.id] }),
		foreignKey({ columns: [table.providerId, table.lookedBy], foreignColumns: [people.providerId, people.id] }),
		check(
			'incidents_looked_at_whole',
			sql`num_nonnulls(${table.lookedAt}, ${table.lookedBy}, ${table.done}) in (0, 3)`,
		),
		check(
			'incidents_lengths',
			sql`length(${table.reference}) <= 100 and length(${table.text}) <= 280 and length(${table.done}) <= 280`,
		),
	],
);

/** What was answered to a request that must not count twice; kept for a day. */
export const idempotencyKeys = pgTable(
	'idempotency_keys',
	{
		providerId: providerId(),
		clientId: text('client_id')
			.notNull()
			.references(() => clients.id),
		route: text('route').notNull(),
		key: text('key').notNull(),
		/** SHA-256 of what was asked. */
		requestHash: text('request_hash').notNull(),
		status: integer('status').notNull(),
		answer: jsonb('answer').notNull(),
		usedAt: instant('used_at').notNull().default(sql`clock_timestamp()`),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.clientId, table.route, table.key], name: 'idempotency_keys_pk' }),
		index('idempotency_keys_by_age').on(table.providerId, table.clientId, table.usedAt),
	],
);

/** What the pairwise ids of signed lists are made with; see `app/gate/pairwise.ts`. A trigger gives each provider one. */
export const pairwiseKeys = pgTable(
	'pairwise_keys',
	{
		providerId: uuid('provider_id')
			.primaryKey()
			.references(() => providers.id),
		key: bytes('key').notNull(),
	},
	(table) => [check('pairwise_keys_length', sql`length(${table.key}) = 32`)],
);

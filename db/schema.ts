import { sql } from 'drizzle-orm';
import {
	bigint,
	boolean,
	check,
	customType,
	foreignKey,
	index,
	integer,
	jsonb,
	pgTable,
	primaryKey,
	text,
	timestamp,
	unique,
	uniqueIndex,
	uuid,
} from 'drizzle-orm/pg-core';
import type { DrawnQuestion } from '../app/domain/quiz.ts';

/**
 * Every table begins with the provider, so that row-level security, composite references and a later sharding all key
 * on it. Policies, triggers, grants and functions are in `migrations/`, in the hand-written files.
 */
export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });
export const providerId = () =>
	uuid('provider_id')
		.notNull()
		.references(() => providers.id);

export const providers = pgTable('providers', {
	id: uuid('id').primaryKey(),
	slug: text('slug').notNull().unique(),
	name: text('name').notNull(),
	demonstration: boolean('demonstration').notNull().default(false),
	createdAt: instant('created_at').notNull().defaultNow(),
});

export const sites = pgTable(
	'sites',
	{
		providerId: providerId(),
		id: uuid('id').notNull(),
		slug: text('slug').notNull(),
		name: text('name').notNull(),
		kind: text('kind').notNull(),
	},
	(table) => [primaryKey({ columns: [table.providerId, table.id] }), unique().on(table.providerId, table.slug)],
);

/** Names live here and only here, so that a leaver's identity can be erased and the evidence stands. */
export const people = pgTable(
	'people',
	{
		providerId: providerId(),
		id: uuid('id').notNull(),
		staffCode: text('staff_code').notNull(),
		givenName: text('given_name').notNull(),
		familyName: text('family_name').notNull(),
		createdAt: instant('created_at').notNull().defaultNow(),
		/** When the name was replaced by a neutral one, and by whom. */
		erasedAt: instant('erased_at'),
		erasedBy: uuid('erased_by'),
	},
	(table) => [primaryKey({ columns: [table.providerId, table.id] }), unique().on(table.providerId, table.staffCode)],
);

/** Who works where, in which role: a projection of the employment evidence, for lists and for authority. */
export const employments = pgTable(
	'employments',
	{
		providerId: providerId(),
		personId: uuid('person_id').notNull(),
		/** Null: the whole provider. */
		siteId: uuid('site_id'),
		role: text('role').notNull(),
		contract: text('contract').notNull(),
		startedOn: text('started_on').notNull(),
		/** The last local day, once it is known. */
		lastDay: text('last_day'),
		evidenceId: uuid('evidence_id').notNull(),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.evidenceId] }),
		index('employments_by_person').on(table.providerId, table.personId),
		index('employments_by_site').on(table.providerId, table.siteId),
		foreignKey({ columns: [table.providerId, table.personId], foreignColumns: [people.providerId, people.id] }),
		foreignKey({ columns: [table.providerId, table.siteId], foreignColumns: [sites.providerId, sites.id] }),
	],
);

export const credentials = pgTable(
	'credentials',
	{
		providerId: providerId(),
		personId: uuid('person_id').notNull(),
		passwordHash: text('password_hash').notNull(),
		pinHash: text('pin_hash').notNull(),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.personId] }),
		foreignKey({ columns: [table.providerId, table.personId], foreignColumns: [people.providerId, people.id] }),
	],
);

export const sessions = pgTable(
	'sessions',
	{
		providerId: providerId(),
		/** SHA-256 of the session's secret: the secret itself is only in the browser's cookie. */
		id: text('id').primaryKey(),
		personId: uuid('person_id').notNull(),
		createdAt: instant('created_at').notNull().defaultNow(),
		expiresAt: instant('expires_at').notNull(),
	},
	(table) => [
		index('sessions_by_person').on(table.providerId, table.personId),
		foreignKey({ columns: [table.providerId, table.personId], foreignColumns: [people.providerId, people.id] }),
	],
);

/** Wrong passwords and PINs, counted for a few minutes to slow guessing down. */
export const failedSecrets = pgTable(
	'failed_secrets',
	{
		providerId: providerId(),
		/** Whose secret was tried: `staff-code:amara.okafor` or `pin:<person>`. */
		subject: text('subject').notNull(),
		failedAt: instant('failed_at').notNull().defaultNow(),
	},
	(table) => [index('failed_secrets_by_subject').on(table.providerId, table.subject, table.failedAt)],
);

/** What was taught, asked and ticked, pinned by hash. Null provider: shipped with Countersign. Append-only. */
export const contentVersions = pgTable('content_versions', {
	providerId: uuid('provider_id').references(() => providers.id),
	/** Made from the hash, so that the same content has the same id everywhere. */
	id: uuid('id').primaryKey(),
	kind: text('kind').notNull(),
	slug: text('slug').notNull(),
	version: integer('version').notNull(),
	hash: text('hash').notNull().unique(),
	body: jsonb('body').notNull(),
	recordedAt: instant('recorded_at').notNull().defaultNow(),
});

/** A provider's or a site's own numbers over the shipped policy. Append-only; the newest version is in force. */
export const policies = pgTable(
	'policies',
	{
		providerId: providerId(),
		siteId: uuid('site_id'),
		version: integer('version').notNull(),
		body: jsonb('body').notNull(),
		/** How long holders have for what it asks beyond the one before: ISO 8601; P0D for what is urgent. */
		grace: text('grace').notNull().default('P28D'),
		/** When that is over. */
		settlesAt: instant('settles_at').notNull().defaultNow(),
		reason: text('reason').notNull(),
		recordedBy: uuid('recorded_by').notNull(),
		recordedAt: instant('recorded_at').notNull().defaultNow(),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.version] }),
		foreignKey({ columns: [table.providerId, table.siteId], foreignColumns: [sites.providerId, sites.id] }),
	],
);

/**
 * Numbers that somebody is thinking of setting, and whose standing they would change: worked out a part at a time, since
 * it takes seconds for a big provider. Saving one makes a row of `policies`.
 */
export const policyDrafts = pgTable(
	'policy_drafts',
	{
		providerId: providerId(),
		id: uuid('id').notNull(),
		/** Null: for the whole provider. */
		siteId: uuid('site_id'),
		/** What was changed in the form, as a part of a policy. */
		edits: jsonb('edits').notNull(),
		grace: text('grace').notNull().default('P28D'),
		/** The newest policy of the provider when the comparison was begun; 0 where there was none. */
		upon: integer('upon').notNull(),
		/** The instant that is compared. */
		comparedAt: instant('compared_at').notNull(),
		/** Whom it may concern, and how many of them, in this order, have been compared. */
		personIds: uuid('person_ids').array().notNull(),
		compared: integer('compared').notNull().default(0),
		changes: jsonb('changes').notNull().default([]),
		draftedBy: uuid('drafted_by').notNull(),
		draftedAt: instant('drafted_at').notNull().defaultNow(),
		/** Why, as it was typed last: kept when somebody else has saved meanwhile. */
		reason: text('reason').notNull().default(''),
		/** The version that it became. */
		savedAs: integer('saved_as'),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.id] }),
		foreignKey({ columns: [table.providerId, table.siteId], foreignColumns: [sites.providerId, sites.id] }),
		foreignKey({ columns: [table.providerId, table.draftedBy], foreignColumns: [people.providerId, people.id] }),
	],
);

/** Every fact about competence, one append-only row each; see `app/domain/evidence.ts`. */
export const evidence = pgTable(
	'evidence',
	{
		providerId: providerId(),
		id: uuid('id').notNull(),
		seq: bigint('seq', { mode: 'number' }).notNull(),
		kind: text('kind').notNull(),
		personId: uuid('person_id').notNull(),
		privilege: text('privilege'),
		siteId: uuid('site_id'),
		observedAt: instant('observed_at').notNull(),
		recordedAt: instant('recorded_at').notNull(),
		recordedBy: uuid('recorded_by'),
		contentVersionId: uuid('content_version_id').references(() => contentVersions.id),
		payload: jsonb('payload').notNull(),
		supersedes: uuid('supersedes'),
		prevHash: bytes('prev_hash').notNull(),
		hash: bytes('hash').notNull(),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.id] }),
		unique('evidence_seq').on(table.providerId, table.seq),
		index('evidence_by_person').on(table.providerId, table.personId, table.seq),
		index('evidence_by_kind').on(table.providerId, table.kind, table.seq),
		index('evidence_rounds').on(table.providerId, table.personId, table.privilege).where(sql`kind = 'observation'`),
		index('evidence_rounds_not_seen')
			.on(table.providerId, table.personId)
			.where(sql`kind = 'observation' and payload ->> 'results' like '%"not-seen"%'`),
		foreignKey({ columns: [table.providerId, table.personId], foreignColumns: [people.providerId, people.id] }),
		foreignKey({ columns: [table.providerId, table.siteId], foreignColumns: [sites.providerId, sites.id] }),
		foreignKey({ columns: [table.providerId, table.supersedes], foreignColumns: [table.providerId, table.id] }),
		check('evidence_happened_before_recorded', sql`${table.observedAt} <= ${table.recordedAt}`),
	],
);

/** Free text that goes with evidence, outside the chain; the evidence carries its salted hash. */
export const notes = pgTable(
	'notes',
	{
		providerId: providerId(),
		evidenceId: uuid('evidence_id').notNull(),
		salt: text('salt').notNull(),
		body: text('body').notNull(),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.evidenceId] }),
		foreignKey({ columns: [table.providerId, table.evidenceId], foreignColumns: [evidence.providerId, evidence.id] }),
	],
);

/**
 * Where each person stands: one row per stretch of time over which the decision stays the same with no new evidence.
 * Written with the evidence, by the same pure function; see `app/domain/term.ts`.
 */
export const standings = pgTable(
	'standings',
	{
		providerId: providerId(),
		personId: uuid('person_id').notNull(),
		siteId: uuid('site_id').notNull(),
		privilege: text('privilege').notNull(),
		startsAt: instant('starts_at').notNull(),
		endsAt: instant('ends_at'),
		standing: text('standing').notNull(),
		permit: boolean('permit').notNull(),
		permitUntil: instant('permit_until'),
		code: text('code').notNull(),
		evidenceIds: uuid('evidence_ids').array().notNull(),
		policyVersion: text('policy_version').notNull(),
		/** The newest row of the person's evidence that was taken into account. */
		upToSeq: bigint('up_to_seq', { mode: 'number' }).notNull(),
	},
	(table) => [
		primaryKey({
			columns: [table.providerId, table.personId, table.siteId, table.privilege, table.startsAt],
			name: 'standings_pk',
		}),
		index('standings_by_site').on(table.providerId, table.siteId, table.privilege),
		index('standings_turns').on(table.providerId, table.startsAt),
		foreignKey({ columns: [table.providerId, table.personId], foreignColumns: [people.providerId, people.id] }),
		foreignKey({ columns: [table.providerId, table.siteId], foreignColumns: [sites.providerId, sites.id] }),
	],
);

/** One row per change, written with it: the feed, webhooks, notices and timelines read this. Append-only. */
export const events = pgTable(
	'events',
	{
		providerId: providerId(),
		id: uuid('id').notNull(),
		type: text('type').notNull(),
		personId: uuid('person_id').notNull(),
		privilege: text('privilege'),
		siteId: uuid('site_id'),
		/** What it comes of: a row of evidence, a new version of the policy, or an instant that came with nothing recorded. */
		evidenceId: uuid('evidence_id'),
		policyVersion: integer('policy_version'),
		turnedAt: instant('turned_at'),
		/** Counts what other systems are told, per provider and per person; a trigger gives the numbers. */
		seq: bigint('seq', { mode: 'number' }),
		statusVersion: bigint('status_version', { mode: 'number' }),
		recordedAt: instant('recorded_at').notNull(),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.id] }),
		index('events_by_person').on(table.providerId, table.personId, table.recordedAt),
		foreignKey({ columns: [table.providerId, table.evidenceId], foreignColumns: [evidence.providerId, evidence.id] }),
		foreignKey({
			columns: [table.providerId, table.policyVersion],
			foreignColumns: [policies.providerId, policies.version],
		}),
		check(
			'events_come_of_something',
			sql`num_nonnulls(${table.evidenceId}, ${table.policyVersion}, ${table.turnedAt}) = 1`,
		),
		unique('events_seq').on(table.providerId, table.seq),
		unique('events_status_version').on(table.providerId, table.personId, table.statusVersion),
		uniqueIndex('events_turn_once')
			.on(table.providerId, table.personId, table.siteId, table.privilege, table.turnedAt)
			.where(sql`turned_at is not null`),
		check(
			'events_numbered',
			sql`(${table.type} = 'evidence.recorded') = (${table.seq} is null) and (${table.seq} is null) = (${table.statusVersion} is null)`,
		),
	],
);

/** How far a learner has read, for resuming; finishing is evidence. */
export const readings = pgTable(
	'readings',
	{
		providerId: providerId(),
		personId: uuid('person_id').notNull(),
		module: text('module').notNull(),
		version: integer('version').notNull(),
		/** How many pages from the first have been read to their end. */
		pagesRead: integer('pages_read').notNull(),
		updatedAt: instant('updated_at').notNull().defaultNow(),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.personId, table.module, table.version] }),
		foreignKey({ columns: [table.providerId, table.personId], foreignColumns: [people.providerId, people.id] }),
	],
);

/** One sitting of a quiz, answers saved one by one; its mark is evidence. */
export const attempts = pgTable(
	'attempts',
	{
		providerId: providerId(),
		id: uuid('id').notNull(),
		personId: uuid('person_id').notNull(),
		quiz: text('quiz').notNull(),
		contentVersionId: uuid('content_version_id')
			.notNull()
			.references(() => contentVersions.id),
		drawn: jsonb('drawn').$type<DrawnQuestion[]>().notNull(),
		answers: jsonb('answers').$type<Record<string, string>>().notNull().default({}),
		startedAt: instant('started_at').notNull().defaultNow(),
		markedAt: instant('marked_at'),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.id] }),
		index('attempts_by_person').on(table.providerId, table.personId, table.quiz),
		foreignKey({ columns: [table.providerId, table.personId], foreignColumns: [people.providerId, people.id] }),
	],
);

/** An observed round while it is being filled in; signing it makes the evidence and deletes this. */
export const rounds = pgTable(
	'rounds',
	{
		providerId: providerId(),
		/** Becomes the id of the evidence, so that signing twice records once. */
		id: uuid('id').notNull(),
		learnerId: uuid('learner_id').notNull(),
		assessorId: uuid('assessor_id').notNull(),
		siteId: uuid('site_id').notNull(),
		privilege: text('privilege').notNull(),
		contentVersionId: uuid('content_version_id')
			.notNull()
			.references(() => contentVersions.id),
		form: jsonb('form').notNull().default({}),
		startedAt: instant('started_at').notNull().defaultNow(),
		updatedAt: instant('updated_at').notNull().defaultNow(),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.id] }),
		foreignKey({ columns: [table.providerId, table.learnerId], foreignColumns: [people.providerId, people.id] }),
		foreignKey({ columns: [table.providerId, table.assessorId], foreignColumns: [people.providerId, people.id] }),
		foreignKey({ columns: [table.providerId, table.siteId], foreignColumns: [sites.providerId, sites.id] }),
	],
);

/**
 * Keys that sign access tokens (ES256) and checkpoints (Ed25519). Null provider: one issuer serves every provider of an
 * installation. A retired Ed25519 key keeps its public half, so that what it signed can still be checked.
 */
export const signingKeys = pgTable('signing_keys', {
	providerId: uuid('provider_id').references(() => providers.id),
	id: text('id').primaryKey(),
	algorithm: text('algorithm').notNull(),
	privateJwk: jsonb('private_jwk').$type<Record<string, string>>().notNull(),
	createdAt: instant('created_at').notNull().defaultNow(),
	retiredAt: instant('retired_at'),
	/** From when nothing that it signed counts any more. */
	removedAt: instant('removed_at'),
});

/**
 * Signed statements of how a provider's chain stood: its first `size` rows have this Merkle root. Append-only; the key
 * keeps two processes from signing different roots of one size. See `app/commands/checkpointing.ts`.
 */
export const checkpoints = pgTable(
	'checkpoints',
	{
		providerId: providerId(),
		/** From 1. A new log begins where an administrator says why, such as after a restore from a backup. */
		log: integer('log').notNull(),
		size: bigint('size', { mode: 'number' }).notNull(),
		root: bytes('root').notNull(),
		/** The C2SP signed note, as it was handed out. */
		note: text('note').notNull(),
		keyId: text('key_id')
			.notNull()
			.references(() => signingKeys.id),
		/** Why this log was begun, on its first checkpoint. */
		reason: text('reason'),
		madeAt: instant('made_at').notNull().default(sql`clock_timestamp()`),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.log, table.size] }),
		check('checkpoints_say_something', sql`${table.log} > 0 and ${table.size} > 0 and length(${table.root}) = 32`),
	],
);

/** What must be kept because of a claim, an investigation or the like: nobody under a hold is erased. */
export const legalHolds = pgTable(
	'legal_holds',
	{
		providerId: providerId(),
		id: uuid('id').notNull(),
		personId: uuid('person_id').notNull(),
		reason: text('reason').notNull(),
		setBy: uuid('set_by').notNull(),
		setAt: instant('set_at').notNull().defaultNow(),
		liftedBy: uuid('lifted_by'),
		liftedAt: instant('lifted_at'),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.id] }),
		index('legal_holds_by_person').on(table.providerId, table.personId),
		foreignKey({ columns: [table.providerId, table.personId], foreignColumns: [people.providerId, people.id] }),
	],
);

/** Until which instant the turns of a person's standings have been told of, where that is later than the provider's mark. */
export const personMarks = pgTable(
	'person_marks',
	{
		providerId: providerId(),
		personId: uuid('person_id').notNull(),
		toldUntil: instant('told_until').notNull(),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.personId] }),
		foreignKey({ columns: [table.providerId, table.personId], foreignColumns: [people.providerId, people.id] }),
	],
);

/** The same for everybody of a provider. */
export const providerMarks = pgTable('provider_marks', {
	providerId: uuid('provider_id')
		.primaryKey()
		.references(() => providers.id),
	toldUntil: instant('told_until').notNull(),
});

/**
 * What somebody from outside the provider is asked to confirm by a one-time link: a nurse that she delegates a task, or an
 * authoriser that somebody is signed off. Only a hash of the link is kept; what was confirmed becomes evidence.
 */
export const outsideRequests = pgTable(
	'outside_requests',
	{
		providerId: providerId(),
		id: uuid('id').notNull(),
		kind: text('kind').notNull(),
		personId: uuid('person_id').notNull(),
		siteId: uuid('site_id').notNull(),
		privilege: text('privilege').notNull(),
		asked: jsonb('asked').notNull(),
		/** Who it was sent to: their job and where they work. */
		recipient: text('recipient').notNull().default(''),
		tokenHash: text('token_hash').notNull(),
		madeBy: uuid('made_by').notNull(),
		madeAt: instant('made_at').notNull().defaultNow(),
		expiresAt: instant('expires_at').notNull(),
		usedAt: instant('used_at'),
		/** When the link was taken out of use, and by whom. */
		cancelledAt: instant('cancelled_at'),
		cancelledBy: uuid('cancelled_by'),
	},
	(table) => [
		primaryKey({ columns: [table.providerId, table.id] }),
		unique().on(table.tokenHash),
		index('outside_requests_open')
			.on(table.providerId, table.expiresAt)
			.where(sql`used_at is null and cancelled_at is null`),
		foreignKey({ columns: [table.providerId, table.personId], foreignColumns: [people.providerId, people.id] }),
		foreignKey({ columns: [table.providerId, table.siteId], foreignColumns: [sites.providerId, sites.id] }),
		foreignKey({ columns: [table.providerId, table.madeBy], foreignColumns: [people.providerId, people.id] }),
		foreignKey({ columns: [table.providerId, table.cancelledBy], foreignColumns: [people.providerId, people.id] }),
		check('outside_requests_cancelled_whole', sql`(${table.cancelledAt} is null) = (${table.cancelledBy} is null)`),
		check('outside_requests_end_once', sql`${table.usedAt} is null or ${table.cancelledAt} is null`),
	],
);

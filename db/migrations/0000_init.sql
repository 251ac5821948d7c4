CREATE TABLE "attempts" (
	"provider_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"quiz" text NOT NULL,
	"content_version_id" uuid NOT NULL,
	"drawn" jsonb NOT NULL,
	"answers" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"marked_at" timestamp (3) with time zone,
	CONSTRAINT "attempts_provider_id_id_pk" PRIMARY KEY("provider_id","id")
);
--> statement-breakpoint
CREATE TABLE "clients" (
	"provider_id" uuid NOT NULL,
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"secret_hash" text NOT NULL,
	"scopes" text[] NOT NULL,
	"disabled_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "content_versions" (
	"provider_id" uuid,
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"slug" text NOT NULL,
	"version" integer NOT NULL,
	"hash" text NOT NULL,
	"body" jsonb NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "content_versions_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "credentials" (
	"provider_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"password_hash" text NOT NULL,
	"pin_hash" text NOT NULL,
	CONSTRAINT "credentials_provider_id_person_id_pk" PRIMARY KEY("provider_id","person_id")
);
--> statement-breakpoint
CREATE TABLE "employments" (
	"provider_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"site_id" uuid,
	"role" text NOT NULL,
	"contract" text NOT NULL,
	"started_on" text NOT NULL,
	"last_day" text,
	"evidence_id" uuid NOT NULL,
	CONSTRAINT "employments_provider_id_evidence_id_pk" PRIMARY KEY("provider_id","evidence_id")
);
--> statement-breakpoint
CREATE TABLE "events" (
	"provider_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"type" text NOT NULL,
	"person_id" uuid NOT NULL,
	"privilege" text,
	"site_id" uuid,
	"evidence_id" uuid NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "events_provider_id_id_pk" PRIMARY KEY("provider_id","id")
);
--> statement-breakpoint
CREATE TABLE "evidence" (
	"provider_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"kind" text NOT NULL,
	"person_id" uuid NOT NULL,
	"privilege" text,
	"site_id" uuid,
	"observed_at" timestamp (3) with time zone NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	"recorded_by" uuid,
	"content_version_id" uuid,
	"payload" jsonb NOT NULL,
	"supersedes" uuid,
	"prev_hash" "bytea" NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "evidence_provider_id_id_pk" PRIMARY KEY("provider_id","id"),
	CONSTRAINT "evidence_seq" UNIQUE("provider_id","seq"),
	CONSTRAINT "evidence_happened_before_recorded" CHECK ("evidence"."observed_at" <= "evidence"."recorded_at")
);
--> statement-breakpoint
CREATE TABLE "failed_secrets" (
	"provider_id" uuid NOT NULL,
	"subject" text NOT NULL,
	"failed_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notes" (
	"provider_id" uuid NOT NULL,
	"evidence_id" uuid NOT NULL,
	"salt" text NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "notes_provider_id_evidence_id_pk" PRIMARY KEY("provider_id","evidence_id")
);
--> statement-breakpoint
CREATE TABLE "people" (
	"provider_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"staff_code" text NOT NULL,
	"given_name" text NOT NULL,
	"family_name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "people_provider_id_id_pk" PRIMARY KEY("provider_id","id"),
	CONSTRAINT "people_provider_id_staff_code_unique" UNIQUE("provider_id","staff_code")
);
--> statement-breakpoint
CREATE TABLE "policies" (
	"provider_id" uuid NOT NULL,
	"site_id" uuid,
	"version" integer NOT NULL,
	"body" jsonb NOT NULL,
	"reason" text NOT NULL,
	"recorded_by" uuid NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "policies_provider_id_version_pk" PRIMARY KEY("provider_id","version")
);
--> statement-breakpoint
CREATE TABLE "providers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"demonstration" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "providers_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "readings" (
	"provider_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"module" text NOT NULL,
	"version" integer NOT NULL,
	"pages_read" integer NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "readings_provider_id_person_id_module_version_pk" PRIMARY KEY("provider_id","person_id","module","version")
);
--> statement-breakpoint
CREATE TABLE "rounds" (
	"provider_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"learner_id" uuid NOT NULL,
	"assessor_id" uuid NOT NULL,
	"site_id" uuid NOT NULL,
	"privilege" text NOT NULL,
	"content_version_id" uuid NOT NULL,
	"form" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "rounds_provider_id_id_pk" PRIMARY KEY("provider_id","id")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"provider_id" uuid NOT NULL,
	"id" text PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "signing_keys" (
	"provider_id" uuid,
	"id" text PRIMARY KEY NOT NULL,
	"algorithm" text NOT NULL,
	"private_jwk" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "sites" (
	"provider_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	CONSTRAINT "sites_provider_id_id_pk" PRIMARY KEY("provider_id","id"),
	CONSTRAINT "sites_provider_id_slug_unique" UNIQUE("provider_id","slug")
);
--> statement-breakpoint
CREATE TABLE "standings" (
	"provider_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"site_id" uuid NOT NULL,
	"privilege" text NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"ends_at" timestamp (3) with time zone,
	"standing" text NOT NULL,
	"permit" boolean NOT NULL,
	"permit_until" timestamp (3) with time zone,
	"code" text NOT NULL,
	"evidence_ids" uuid[] NOT NULL,
	"policy_version" text NOT NULL,
	"up_to_seq" bigint NOT NULL,
	CONSTRAINT "standings_pk" PRIMARY KEY("provider_id","person_id","site_id","privilege","starts_at")
);
--> statement-breakpoint
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_content_version_id_content_versions_id_fk" FOREIGN KEY ("content_version_id") REFERENCES "public"."content_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_provider_id_person_id_people_provider_id_id_fk" FOREIGN KEY ("provider_id","person_id") REFERENCES "public"."people"("provider_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "clients" ADD CONSTRAINT "clients_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "content_versions" ADD CONSTRAINT "content_versions_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "credentials" ADD CONSTRAINT "credentials_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "credentials" ADD CONSTRAINT "credentials_provider_id_person_id_people_provider_id_id_fk" FOREIGN KEY ("provider_id","person_id") REFERENCES "public"."people"("provider_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "employments" ADD CONSTRAINT "employments_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "employments" ADD CONSTRAINT "employments_provider_id_person_id_people_provider_id_id_fk" FOREIGN KEY ("provider_id","person_id") REFERENCES "public"."people"("provider_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "employments" ADD CONSTRAINT "employments_provider_id_site_id_sites_provider_id_id_fk" FOREIGN KEY ("provider_id","site_id") REFERENCES "public"."sites"("provider_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_provider_id_evidence_id_evidence_provider_id_id_fk" FOREIGN KEY ("provider_id","evidence_id") REFERENCES "public"."evidence"("provider_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evidence" ADD CONSTRAINT "evidence_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evidence" ADD CONSTRAINT "evidence_content_version_id_content_versions_id_fk" FOREIGN KEY ("content_version_id") REFERENCES "public"."content_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evidence" ADD CONSTRAINT "evidence_provider_id_person_id_people_provider_id_id_fk" FOREIGN KEY ("provider_id","person_id") REFERENCES "public"."people"("provider_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evidence" ADD CONSTRAINT "evidence_provider_id_site_id_sites_provider_id_id_fk" FOREIGN KEY ("provider_id","site_id") REFERENCES "public"."sites"("provider_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evidence" ADD CONSTRAINT "evidence_provider_id_supersedes_evidence_provider_id_id_fk" FOREIGN KEY ("provider_id","supersedes") REFERENCES "public"."evidence"("provider_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "failed_secrets" ADD CONSTRAINT "failed_secrets_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notes" ADD CONSTRAINT "notes_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notes" ADD CONSTRAINT "notes_provider_id_evidence_id_evidence_provider_id_id_fk" FOREIGN KEY ("provider_id","evidence_id") REFERENCES "public"."evidence"("provider_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policies" ADD CONSTRAINT "policies_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policies" ADD CONSTRAINT "policies_provider_id_site_id_sites_provider_id_id_fk" FOREIGN KEY ("provider_id","site_id") REFERENCES "public"."sites"("provider_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "readings" ADD CONSTRAINT "readings_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "readings" ADD CONSTRAINT "readings_provider_id_person_id_people_provider_id_id_fk" FOREIGN KEY ("provider_id","person_id") REFERENCES "public"."people"("provider_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_content_version_id_content_versions_id_fk" FOREIGN KEY ("content_version_id") REFERENCES "public"."content_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_provider_id_learner_id_people_provider_id_id_fk" FOREIGN KEY ("provider_id","learner_id") REFERENCES "public"."people"("provider_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_provider_id_assessor_id_people_provider_id_id_fk" FOREIGN KEY ("provider_id","assessor_id") REFERENCES "public"."people"("provider_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_provider_id_site_id_sites_provider_id_id_fk" FOREIGN KEY ("provider_id","site_id") REFERENCES "public"."sites"("provider_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_provider_id_person_id_people_provider_id_id_fk" FOREIGN KEY ("provider_id","person_id") REFERENCES "public"."people"("provider_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "signing_keys" ADD CONSTRAINT "signing_keys_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sites" ADD CONSTRAINT "sites_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "standings" ADD CONSTRAINT "standings_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "standings" ADD CONSTRAINT "standings_provider_id_person_id_people_provider_id_id_fk" FOREIGN KEY ("provider_id","person_id") REFERENCES "public"."people"("provider_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "standings" ADD CONSTRAINT "standings_provider_id_site_id_sites_provider_id_id_fk" FOREIGN KEY ("provider_id","site_id") REFERENCES "public"."sites"("provider_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "attempts_by_person" ON "attempts" USING btree ("provider_id","person_id","quiz");--> statement-breakpoint
CREATE INDEX "employments_by_person" ON "employments" USING btree ("provider_id","person_id");--> statement-breakpoint
CREATE INDEX "employments_by_site" ON "employments" USING btree ("provider_id","site_id");--> statement-breakpoint
CREATE INDEX "events_by_person" ON "events" USING btree ("provider_id","person_id","recorded_at");--> statement-breakpoint
CREATE INDEX "evidence_by_person" ON "evidence" USING btree ("provider_id","person_id","seq");--> statement-breakpoint
CREATE INDEX "failed_secrets_by_subject" ON "failed_secrets" USING btree ("provider_id","subject","failed_at");--> statement-breakpoint
CREATE INDEX "sessions_by_person" ON "sessions" USING btree ("provider_id","person_id");--> statement-breakpoint
CREATE INDEX "standings_by_site" ON "standings" USING btree ("provider_id","site_id","privilege");
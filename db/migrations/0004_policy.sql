CREATE TABLE "policy_drafts" (
	"provider_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"site_id" uuid,
	"edits" jsonb NOT NULL,
	"upon" integer NOT NULL,
	"compared_at" timestamp (3) with time zone NOT NULL,
	"person_ids" uuid[] NOT NULL,
	"compared" integer DEFAULT 0 NOT NULL,
	"changes" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"drafted_by" uuid NOT NULL,
	"drafted_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"saved_as" integer,
	CONSTRAINT "policy_drafts_provider_id_id_pk" PRIMARY KEY("provider_id","id")
);
--> statement-breakpoint
ALTER TABLE "events" ALTER COLUMN "evidence_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "policy_version" integer;--> statement-breakpoint
ALTER TABLE "policy_drafts" ADD CONSTRAINT "policy_drafts_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_drafts" ADD CONSTRAINT "policy_drafts_provider_id_site_id_sites_provider_id_id_fk" FOREIGN KEY ("provider_id","site_id") REFERENCES "public"."sites"("provider_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_drafts" ADD CONSTRAINT "policy_drafts_provider_id_drafted_by_people_provider_id_id_fk" FOREIGN KEY ("provider_id","drafted_by") REFERENCES "public"."people"("provider_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_provider_id_policy_version_policies_provider_id_version_fk" FOREIGN KEY ("provider_id","policy_version") REFERENCES "public"."policies"("provider_id","version") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_come_of_something" CHECK (num_nonnulls("events"."evidence_id", "events"."policy_version") = 1);--> statement-breakpoint
ALTER TABLE "policy_drafts" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "policy_drafts" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "policy_drafts" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "policy_drafts" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "policy_drafts" TO countersign_app;

-- Hand-written: numbers that let other systems follow events without a gap, how far events have been told, and webhooks.
ALTER TABLE "events" ADD COLUMN "turned_at" timestamp (3) with time zone;
--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "seq" bigint;
--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "status_version" bigint;
--> statement-breakpoint
ALTER TABLE "events" DROP CONSTRAINT "events_come_of_something";
--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_come_of_something" CHECK (num_nonnulls("events"."evidence_id", "events"."policy_version", "events"."turned_at") = 1);
--> statement-breakpoint
ALTER TABLE "events" DISABLE TRIGGER "append_only";
--> statement-breakpoint
UPDATE "events" SET "type" = 'competency.withdrawn' WHERE "type" = 'competency.ended';
--> statement-breakpoint
UPDATE "events" e SET "seq" = n."seq", "status_version" = n."status_version" FROM (
	SELECT "provider_id", "id", row_number() OVER (PARTITION BY "provider_id" ORDER BY "recorded_at", "id") AS "seq",
		row_number() OVER (PARTITION BY "provider_id", "person_id" ORDER BY "recorded_at", "id") AS "status_version"
	FROM "events" WHERE "type" <> 'evidence.recorded'
) n WHERE e."provider_id" = n."provider_id" AND e."id" = n."id";
--> statement-breakpoint
ALTER TABLE "events" ENABLE TRIGGER "append_only";
--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_numbered" CHECK (("events"."type" = 'evidence.recorded') = ("events"."seq" IS NULL) AND ("events"."seq" IS NULL) = ("events"."status_version" IS NULL));
--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_seq" UNIQUE ("provider_id", "seq");
--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_status_version" UNIQUE ("provider_id", "person_id", "status_version");
--> statement-breakpoint
CREATE UNIQUE INDEX "events_turn_once" ON "events" ("provider_id", "person_id", "site_id", "privilege", "turned_at") WHERE "turned_at" IS NOT NULL;
--> statement-breakpoint
-- Events of one provider commit one after the other, whoever writes them, so that a reader who has seen a number has
-- seen all before it. The lock is the one of its chain of evidence.
CREATE FUNCTION number_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended('evidence:' || NEW.provider_id, 0));
	SELECT coalesce(max(e.seq), 0) + 1 INTO NEW.seq FROM events e WHERE e.provider_id = NEW.provider_id;
	SELECT coalesce(max(e.status_version), 0) + 1 INTO NEW.status_version
		FROM events e WHERE e.provider_id = NEW.provider_id AND e.person_id = NEW.person_id;
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "numbered" BEFORE INSERT ON "events" FOR EACH ROW WHEN (NEW.type <> 'evidence.recorded') EXECUTE FUNCTION number_event();
--> statement-breakpoint
CREATE INDEX "standings_turns" ON "standings" ("provider_id", "starts_at");
--> statement-breakpoint
CREATE TABLE "person_marks" (
	"provider_id" uuid NOT NULL CONSTRAINT "person_marks_provider_id_providers_id_fk" REFERENCES "providers"("id"),
	"person_id" uuid NOT NULL,
	"told_until" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "person_marks_provider_id_person_id_pk" PRIMARY KEY("provider_id","person_id"),
	CONSTRAINT "person_marks_provider_id_person_id_people_provider_id_id_fk" FOREIGN KEY ("provider_id","person_id") REFERENCES "people"("provider_id","id")
);
--> statement-breakpoint
CREATE TABLE "provider_marks" (
	"provider_id" uuid PRIMARY KEY CONSTRAINT "provider_marks_provider_id_providers_id_fk" REFERENCES "providers"("id"),
	"told_until" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
INSERT INTO "provider_marks" SELECT "id", clock_timestamp() FROM "providers";
--> statement-breakpoint
CREATE TABLE "webhook_endpoints" (
	"provider_id" uuid NOT NULL CONSTRAINT "webhook_endpoints_provider_id_providers_id_fk" REFERENCES "providers"("id"),
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"url" text NOT NULL,
	"client_id" text,
	"types" text[] NOT NULL,
	"secret" bytea NOT NULL,
	"previous_secret" bytea,
	"previous_until" timestamp (3) with time zone,
	"created_by" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"off_at" timestamp (3) with time zone,
	"off_because" text,
	"failing_since" timestamp (3) with time zone,
	"hold_until" timestamp (3) with time zone,
	CONSTRAINT "webhook_endpoints_provider_id_id_pk" PRIMARY KEY("provider_id","id"),
	CONSTRAINT "webhook_endpoints_provider_id_created_by_people_provider_id_id_fk" FOREIGN KEY ("provider_id","created_by") REFERENCES "people"("provider_id","id"),
	CONSTRAINT "webhook_endpoints_off_for_a_reason" CHECK (("webhook_endpoints"."off_at" IS NULL) = ("webhook_endpoints"."off_because" IS NULL))
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"provider_id" uuid NOT NULL CONSTRAINT "webhook_deliveries_provider_id_providers_id_fk" REFERENCES "providers"("id"),
	"id" uuid NOT NULL,
	"endpoint_id" uuid NOT NULL,
	"event_id" uuid,
	"state" text DEFAULT 'due' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"attempted_at" timestamp (3) with time zone[] DEFAULT '{}' NOT NULL,
	"next_attempt_at" timestamp (3) with time zone DEFAULT date_trunc('milliseconds', clock_timestamp()) NOT NULL,
	"claimed_at" timestamp (3) with time zone,
	"outcome" text,
	"status" integer,
	"response" text,
	"milliseconds" integer,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "webhook_deliveries_provider_id_id_pk" PRIMARY KEY("provider_id","id"),
	CONSTRAINT "webhook_deliveries_once" UNIQUE ("provider_id","endpoint_id","event_id"),
	CONSTRAINT "webhook_deliveries_provider_id_endpoint_id_fk" FOREIGN KEY ("provider_id","endpoint_id") REFERENCES "webhook_endpoints"("provider_id","id"),
	CONSTRAINT "webhook_deliveries_provider_id_event_id_fk" FOREIGN KEY ("provider_id","event_id") REFERENCES "events"("provider_id","id"),
	CONSTRAINT "webhook_deliveries_state" CHECK ("webhook_deliveries"."state" IN ('due', 'delivered', 'failed'))
);
--> statement-breakpoint
CREATE INDEX "webhook_deliveries_due" ON "webhook_deliveries" ("next_attempt_at") WHERE state = 'due';
--> statement-breakpoint
CREATE INDEX "webhook_deliveries_by_endpoint" ON "webhook_deliveries" ("provider_id", "endpoint_id", "created_at");
--> statement-breakpoint
ALTER TABLE "person_marks" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "person_marks" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "person_marks" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "person_marks" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON "person_marks" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "provider_marks" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "provider_marks" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "provider_marks" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "provider_marks" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON "provider_marks" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "webhook_endpoints" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "webhook_endpoints" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "webhook_endpoints" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "webhook_endpoints" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON "webhook_endpoints" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "webhook_deliveries" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "webhook_deliveries" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "webhook_deliveries" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON "webhook_deliveries" TO countersign_app;
--> statement-breakpoint
-- For the jobs, which then work as one provider after the other: whose standings have turned since they were told of,
-- and who has something to send. Ids and nothing else.
CREATE FUNCTION list_providers_with_turns() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
	SELECT p.id FROM providers p LEFT JOIN provider_marks m ON m.provider_id = p.id
	WHERE EXISTS (
		SELECT FROM standings s WHERE s.provider_id = p.id
			AND s.starts_at > coalesce(m.told_until, '-infinity') AND s.starts_at <= statement_timestamp()
	);
END;
--> statement-breakpoint
CREATE FUNCTION list_providers_with_deliveries() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
	SELECT DISTINCT d.provider_id FROM webhook_deliveries d WHERE d.state = 'due' AND d.next_attempt_at <= statement_timestamp();
END;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION list_providers_with_turns(), list_providers_with_deliveries() FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION list_providers_with_turns(), list_providers_with_deliveries() TO countersign_app;

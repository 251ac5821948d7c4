-- Hand-written: what other systems report, requests that must not count twice, and the keys of pairwise ids.
CREATE TABLE "incidents" (
	"provider_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"client_id" text NOT NULL,
	"kind" text NOT NULL,
	"person_id" uuid,
	"privilege" text,
	"site_id" uuid NOT NULL,
	"happened_at" timestamp (3) with time zone NOT NULL,
	"reference" text DEFAULT '' NOT NULL,
	"text" text DEFAULT '' NOT NULL,
	"received_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"looked_at" timestamp (3) with time zone,
	"looked_by" uuid,
	"done" text,
	CONSTRAINT "incidents_provider_id_id_pk" PRIMARY KEY("provider_id","id"),
	CONSTRAINT "incidents_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id"),
	CONSTRAINT "incidents_client_id_clients_id_fk" FOREIGN KEY ("client_id") REFERENCES "public"."clients"("id"),
	CONSTRAINT "incidents_provider_id_person_id_people_provider_id_id_fk" FOREIGN KEY ("provider_id","person_id") REFERENCES "public"."people"("provider_id","id"),
	CONSTRAINT "incidents_provider_id_site_id_sites_provider_id_id_fk" FOREIGN KEY ("provider_id","site_id") REFERENCES "public"."sites"("provider_id","id"),
	CONSTRAINT "incidents_provider_id_looked_by_people_provider_id_id_fk" FOREIGN KEY ("provider_id","looked_by") REFERENCES "public"."people"("provider_id","id"),
	CONSTRAINT "incidents_looked_at_whole" CHECK (num_nonnulls("looked_at", "looked_by", "done") in (0, 3)),
	CONSTRAINT "incidents_lengths" CHECK (length("reference") <= 100 and length("text") <= 280 and length("done") <= 280)
);
--> statement-breakpoint
CREATE INDEX "incidents_by_site" ON "incidents" USING btree ("provider_id","site_id","received_at");
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"provider_id" uuid NOT NULL,
	"client_id" text NOT NULL,
	"route" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" text NOT NULL,
	"status" integer NOT NULL,
	"answer" jsonb NOT NULL,
	"used_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "idempotency_keys_pk" PRIMARY KEY("provider_id","client_id","route","key"),
	CONSTRAINT "idempotency_keys_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id"),
	CONSTRAINT "idempotency_keys_client_id_clients_id_fk" FOREIGN KEY ("client_id") REFERENCES "public"."clients"("id")
);
--> statement-breakpoint
CREATE INDEX "idempotency_keys_by_age" ON "idempotency_keys" USING btree ("provider_id","client_id","used_at");
--> statement-breakpoint
CREATE TABLE "pairwise_keys" (
	"provider_id" uuid PRIMARY KEY NOT NULL,
	"key" "bytea" NOT NULL,
	CONSTRAINT "pairwise_keys_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id"),
	CONSTRAINT "pairwise_keys_length" CHECK (length("key") = 32)
);
--> statement-breakpoint
ALTER TABLE "incidents" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "incidents" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "incidents" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "incidents" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ("looked_at", "looked_by", "done", "text") ON "incidents" TO countersign_app;
--> statement-breakpoint
-- What was reported is not changed, and what was done is said once. An erasure may empty the words.
CREATE FUNCTION check_incident() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF (OLD.looked_at IS NOT NULL AND (NEW.looked_at, NEW.looked_by) IS DISTINCT FROM (OLD.looked_at, OLD.looked_by))
		OR (OLD.looked_at IS NOT NULL AND NEW.done <> OLD.done AND NEW.done <> '')
		OR (NEW.text <> OLD.text AND NEW.text <> '') THEN
		RAISE EXCEPTION 'incident % is said once', NEW.id USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "said_once" BEFORE UPDATE ON "incidents" FOR EACH ROW EXECUTE FUNCTION check_incident();
--> statement-breakpoint
ALTER TABLE "idempotency_keys" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "idempotency_keys" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "idempotency_keys" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "idempotency_keys" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON "idempotency_keys" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "pairwise_keys" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "pairwise_keys" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "pairwise_keys" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "pairwise_keys" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT ON "pairwise_keys" TO countersign_app;
--> statement-breakpoint
-- Every provider has one from its first moment, so that a node that only reads can sign lists. Two random UUIDs hold 244
-- bits from the operating system, which are more than the 128 that a pairwise id shows.
CREATE FUNCTION give_pairwise_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO pairwise_keys (provider_id, key)
	VALUES (NEW.id, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "pairwise_key" AFTER INSERT ON "providers" FOR EACH ROW EXECUTE FUNCTION give_pairwise_key();
--> statement-breakpoint
INSERT INTO "pairwise_keys" ("provider_id", "key")
SELECT "id", sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) FROM "providers";

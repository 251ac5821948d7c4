-- Hand-written: secrets of clients that can be rotated, keys of their own, limits, and what was changed about them.
ALTER TABLE "clients" ADD COLUMN "jwks" jsonb;
--> statement-breakpoint
ALTER TABLE "clients" ADD COLUMN "per_second" integer DEFAULT 50 NOT NULL;
--> statement-breakpoint
ALTER TABLE "clients" ADD COLUMN "burst" integer DEFAULT 200 NOT NULL;
--> statement-breakpoint
ALTER TABLE "clients" ADD COLUMN "created_by" uuid;
--> statement-breakpoint
ALTER TABLE "clients" ADD COLUMN "last_token_at" timestamp (3) with time zone;
--> statement-breakpoint
ALTER TABLE "clients" ADD COLUMN "disabled_by" uuid;
--> statement-breakpoint
ALTER TABLE "clients" ADD COLUMN "disabled_reason" text;
--> statement-breakpoint
ALTER TABLE "clients" ADD CONSTRAINT "clients_limits" CHECK ("per_second" between 1 and 20000 and "burst" between "per_second" and 20000);
--> statement-breakpoint
ALTER TABLE "clients" ADD CONSTRAINT "clients_provider_id_id_unique" UNIQUE ("provider_id", "id");
--> statement-breakpoint
CREATE UNIQUE INDEX "clients_by_name" ON "clients" ("provider_id", lower("name"));
--> statement-breakpoint
ALTER TABLE "clients" ADD CONSTRAINT "clients_provider_id_created_by_people_provider_id_id_fk" FOREIGN KEY ("provider_id","created_by") REFERENCES "public"."people"("provider_id","id");
--> statement-breakpoint
ALTER TABLE "clients" ADD CONSTRAINT "clients_provider_id_disabled_by_people_provider_id_id_fk" FOREIGN KEY ("provider_id","disabled_by") REFERENCES "public"."people"("provider_id","id");
--> statement-breakpoint
GRANT INSERT, UPDATE ("scopes", "jwks", "per_second", "burst", "last_token_at", "disabled_at", "disabled_by", "disabled_reason") ON "clients" TO countersign_app;
--> statement-breakpoint
CREATE TABLE "client_secrets" (
	"provider_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"client_id" text NOT NULL,
	"secret_hash" text NOT NULL,
	"created_by" uuid,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp (3) with time zone,
	"ends_at" timestamp (3) with time zone,
	CONSTRAINT "client_secrets_provider_id_id_pk" PRIMARY KEY("provider_id","id"),
	CONSTRAINT "client_secrets_provider_id_client_id_clients_provider_id_id_fk" FOREIGN KEY ("provider_id","client_id") REFERENCES "public"."clients"("provider_id","id"),
	CONSTRAINT "client_secrets_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id")
);
--> statement-breakpoint
CREATE INDEX "client_secrets_by_client" ON "client_secrets" USING btree ("provider_id","client_id");
--> statement-breakpoint
INSERT INTO "client_secrets" ("provider_id", "id", "client_id", "secret_hash", "created_at")
SELECT "provider_id", gen_random_uuid(), "id", "secret_hash", "created_at" FROM "clients";
--> statement-breakpoint
CREATE TABLE "client_assertions" (
	"provider_id" uuid NOT NULL,
	"client_id" text NOT NULL,
	"jti" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "client_assertions_provider_id_client_id_jti_pk" PRIMARY KEY("provider_id","client_id","jti"),
	CONSTRAINT "client_assertions_provider_id_client_id_clients_provider_id_id_fk" FOREIGN KEY ("provider_id","client_id") REFERENCES "public"."clients"("provider_id","id"),
	CONSTRAINT "client_assertions_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id")
);
--> statement-breakpoint
CREATE TABLE "client_changes" (
	"provider_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"client_id" text NOT NULL,
	"change" text NOT NULL,
	"detail" text DEFAULT '' NOT NULL,
	"changed_by" uuid NOT NULL,
	"changed_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "client_changes_provider_id_id_pk" PRIMARY KEY("provider_id","id"),
	CONSTRAINT "client_changes_provider_id_client_id_clients_provider_id_id_fk" FOREIGN KEY ("provider_id","client_id") REFERENCES "public"."clients"("provider_id","id"),
	CONSTRAINT "client_changes_provider_id_changed_by_people_provider_id_id_fk" FOREIGN KEY ("provider_id","changed_by") REFERENCES "public"."people"("provider_id","id"),
	CONSTRAINT "client_changes_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id")
);
--> statement-breakpoint
CREATE INDEX "client_changes_by_client" ON "client_changes" USING btree ("provider_id","client_id","changed_at");
--> statement-breakpoint
ALTER TABLE "client_secrets" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "client_secrets" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "client_secrets" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "client_secrets" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ("last_used_at", "ends_at") ON "client_secrets" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "client_assertions" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "client_assertions" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "client_assertions" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "client_assertions" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON "client_assertions" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "client_changes" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "client_changes" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "client_changes" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "client_changes" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT ON "client_changes" TO countersign_app;
--> statement-breakpoint
CREATE TRIGGER "append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "client_changes" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
DROP FUNCTION find_client(text);
--> statement-breakpoint
ALTER TABLE "clients" DROP COLUMN "secret_hash";
--> statement-breakpoint
-- A client by what it calls itself, with the hashes of the secrets that are alive.
CREATE FUNCTION find_client(client text) RETURNS TABLE (
	provider_id uuid, id text, scopes text[], disabled_at timestamptz, jwks jsonb, per_second integer, burst integer, secrets jsonb
)
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
	SELECT c.provider_id, c.id, c.scopes, c.disabled_at, c.jwks, c.per_second, c.burst,
		coalesce((
			SELECT jsonb_agg(jsonb_build_object('id', s.id, 'hash', s.secret_hash)) FROM client_secrets s
			WHERE s.provider_id = c.provider_id AND s.client_id = c.id AND (s.ends_at IS NULL OR s.ends_at > statement_timestamp())
		), '[]')
	FROM clients c WHERE c.id = client;
END;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION find_client(text) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION find_client(text) TO countersign_app;
--> statement-breakpoint
-- A key that is removed verifies nothing from that moment on; one that is retired goes on until its last token has ended.
ALTER TABLE "signing_keys" ADD COLUMN "removed_at" timestamp (3) with time zone;

-- Hand-written: what changes an answer of the gate is committed only when every replica that the primary waits for has
-- applied it. Without synchronous_standby_names nobody is waited for.
CREATE FUNCTION commit_everywhere() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('synchronous_commit', 'remote_apply', true);
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "everywhere" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "clients" FOR EACH STATEMENT EXECUTE FUNCTION commit_everywhere();
--> statement-breakpoint
CREATE TRIGGER "everywhere" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "client_secrets" FOR EACH STATEMENT EXECUTE FUNCTION commit_everywhere();
--> statement-breakpoint
CREATE TRIGGER "everywhere" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "client_subjects" FOR EACH STATEMENT EXECUTE FUNCTION commit_everywhere();
--> statement-breakpoint
CREATE TRIGGER "everywhere" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "people" FOR EACH STATEMENT EXECUTE FUNCTION commit_everywhere();
--> statement-breakpoint
CREATE TRIGGER "everywhere" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "sites" FOR EACH STATEMENT EXECUTE FUNCTION commit_everywhere();
--> statement-breakpoint
CREATE TRIGGER "everywhere" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "employments" FOR EACH STATEMENT EXECUTE FUNCTION commit_everywhere();
--> statement-breakpoint
CREATE TRIGGER "everywhere" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "standings" FOR EACH STATEMENT EXECUTE FUNCTION commit_everywhere();
--> statement-breakpoint
CREATE TRIGGER "everywhere" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "policies" FOR EACH STATEMENT EXECUTE FUNCTION commit_everywhere();
--> statement-breakpoint
CREATE TRIGGER "everywhere" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "evidence" FOR EACH STATEMENT EXECUTE FUNCTION commit_everywhere();
--> statement-breakpoint
CREATE TRIGGER "everywhere" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "signing_keys" FOR EACH STATEMENT EXECUTE FUNCTION commit_everywhere();

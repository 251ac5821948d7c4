-- Hand-written: row-level security, guards and grants of checkpoints and legal holds, and what erasing a name needs.
ALTER TABLE "checkpoints" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "checkpoints" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "checkpoints" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "checkpoints" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT ON "checkpoints" TO countersign_app;
--> statement-breakpoint
CREATE TRIGGER "append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "checkpoints" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- A log only grows, and a new one says why it was begun.
CREATE FUNCTION check_checkpoint() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	last record;
BEGIN
	SELECT log, size INTO last FROM checkpoints WHERE provider_id = NEW.provider_id ORDER BY log DESC, size DESC LIMIT 1;
	IF NOT coalesce(
		CASE WHEN NEW.log = last.log THEN NEW.size > last.size AND NEW.reason IS NULL
			ELSE NEW.log > coalesce(last.log, 0) AND (NEW.log = 1) = (NEW.reason IS NULL) END, false) THEN
		RAISE EXCEPTION 'checkpoint % of log % does not follow the last one', NEW.size, NEW.log USING ERRCODE = 'integrity_constraint_violation';
	END IF;
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "grows" BEFORE INSERT ON "checkpoints" FOR EACH ROW EXECUTE FUNCTION check_checkpoint();
--> statement-breakpoint
ALTER TABLE "legal_holds" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "legal_holds" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "legal_holds" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "legal_holds" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE (lifted_by, lifted_at) ON "legal_holds" TO countersign_app;
--> statement-breakpoint
-- A name is erased once, never of somebody who works here, and never while it must be kept.
CREATE FUNCTION check_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.erased_at IS NOT NULL
		OR EXISTS (SELECT FROM legal_holds h WHERE h.provider_id = NEW.provider_id AND h.person_id = NEW.id AND h.lifted_at IS NULL)
		OR EXISTS (
			SELECT FROM employments e WHERE e.provider_id = NEW.provider_id AND e.person_id = NEW.id
				AND (e.last_day IS NULL OR e.last_day >= to_char(statement_timestamp() AT TIME ZONE 'Europe/London', 'YYYY-MM-DD'))
		) THEN
		RAISE EXCEPTION 'the name of person % is kept', NEW.id USING ERRCODE = 'integrity_constraint_violation';
	END IF;
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "erasure" BEFORE UPDATE ON "people" FOR EACH ROW
	WHEN (NEW.erased_at IS DISTINCT FROM OLD.erased_at OR NEW.erased_by IS DISTINCT FROM OLD.erased_by)
	EXECUTE FUNCTION check_erasure();
--> statement-breakpoint
GRANT DELETE ON "credentials", "notes" TO countersign_app;
--> statement-breakpoint
-- Notes go only with the name of the person they are about.
CREATE POLICY "only_of_the_erased" ON "notes" AS RESTRICTIVE FOR DELETE TO countersign_app USING (EXISTS (
	SELECT FROM evidence e JOIN people p ON p.provider_id = e.provider_id AND p.id = e.person_id
	WHERE e.provider_id = notes.provider_id AND e.id = notes.evidence_id AND p.erased_at IS NOT NULL
));
--> statement-breakpoint
-- For the daily job, which then works as one provider after the other.
CREATE FUNCTION list_provider_ids() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
	SELECT p.id FROM providers p ORDER BY p.created_at, p.id;
END;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION list_provider_ids() FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION list_provider_ids() TO countersign_app;

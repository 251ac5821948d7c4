-- Hand-written: a start of work that was taken back leaves no post behind. A post goes only once the evidence of its start
-- has been taken back, so that posts never say less than the evidence does.
GRANT DELETE ON "employments" TO countersign_app;
--> statement-breakpoint
CREATE FUNCTION check_post_removal() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM public.evidence e WHERE e.provider_id = OLD.provider_id AND e.supersedes = OLD.evidence_id) THEN
		RAISE EXCEPTION 'the start of work % has not been taken back', OLD.evidence_id USING ERRCODE = 'integrity_constraint_violation';
	END IF;
	RETURN OLD;
END $$;
--> statement-breakpoint
CREATE TRIGGER "removal" BEFORE DELETE ON "employments" FOR EACH ROW EXECUTE FUNCTION check_post_removal();

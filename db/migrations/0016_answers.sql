-- Hand-written: answers kept for whoever did not hear them go by themselves, also of a client that never asks again.
-- A provider's rows are hidden from everybody else, and this is done for all of them at once.
CREATE FUNCTION drop_old_answers(kept interval) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
	gone bigint;
BEGIN
	DELETE FROM idempotency_keys WHERE used_at < statement_timestamp() - kept;
	GET DIAGNOSTICS gone = ROW_COUNT;
	RETURN gone;
END;
$$;--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION drop_old_answers(interval) FROM PUBLIC;--> statement-breakpoint
GRANT EXECUTE ON FUNCTION drop_old_answers(interval) TO countersign_app;

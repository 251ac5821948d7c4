-- Hand-written: who searched for what, how long it and the deliveries of webhooks are kept, and how far telling has come.
CREATE TABLE "searches" (
	"provider_id" uuid NOT NULL CONSTRAINT "searches_provider_id_providers_id_fk" REFERENCES "providers"("id"),
	"id" uuid NOT NULL,
	"client_id" text NOT NULL,
	"searched_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"sought" text NOT NULL,
	"person_id" uuid,
	"action" text,
	"resource_id" text,
	"found" integer NOT NULL,
	CONSTRAINT "searches_provider_id_id_pk" PRIMARY KEY("provider_id","id"),
	CONSTRAINT "searches_sought" CHECK ("searches"."sought" IN ('subject', 'resource', 'action'))
);
--> statement-breakpoint
CREATE INDEX "searches_by_client" ON "searches" ("provider_id", "client_id", "searched_at");
--> statement-breakpoint
ALTER TABLE "searches" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "searches" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "searches" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "searches" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT ON "searches" TO countersign_app;
--> statement-breakpoint
CREATE INDEX "searches_by_time" ON "searches" ("searched_at");
--> statement-breakpoint
CREATE INDEX "webhook_deliveries_by_time" ON "webhook_deliveries" ("created_at");
--> statement-breakpoint
-- The job of every day for what is kept in rows: searches, and deliveries that are over, go once the longest of their
-- provider's policies keeps them no longer; never within a year, and not of somebody whose record is held. So many at
-- a time: what is left goes the next time.
CREATE FUNCTION tend_sent() RETURNS TABLE (deliveries bigint, searches bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
#variable_conflict use_column
DECLARE
	most CONSTANT integer := 20000;
	shipped interval;
	provider uuid;
	goes timestamptz;
	gone bigint;
BEGIN
	deliveries := 0;
	searches := 0;
	SELECT coalesce(v.body ->> 'retention', 'P6Y')::interval INTO shipped FROM content_versions v
		WHERE v.provider_id IS NULL AND v.kind = 'policy' ORDER BY v.version DESC LIMIT 1;
	-- Nobody has said how long: nothing goes.
	IF shipped IS NOT NULL THEN
		FOR provider, goes IN
			SELECT p.id, statement_timestamp() - greatest(interval '1 year', shipped_or_own.kept) FROM providers p
			CROSS JOIN LATERAL (
				SELECT greatest(coalesce(max(y.retention) FILTER (WHERE y.site_id IS NULL), shipped), max(y.retention)) AS kept FROM (
					SELECT DISTINCT ON (x.site_id) x.site_id, (x.body ->> 'retention')::interval AS retention
					FROM policies x WHERE x.provider_id = p.id ORDER BY x.site_id, x.version DESC
				) y
			) shipped_or_own
		LOOP
			DELETE FROM webhook_deliveries d WHERE d.provider_id = provider AND d.id IN (
				SELECT w.id FROM webhook_deliveries w LEFT JOIN events e ON e.provider_id = w.provider_id AND e.id = w.event_id
				WHERE w.provider_id = provider AND w.created_at < goes AND w.state <> 'due' AND NOT EXISTS (
					SELECT FROM legal_holds h
					WHERE h.provider_id = w.provider_id AND h.person_id = e.person_id AND h.lifted_at IS NULL
				)
				LIMIT most
			);
			GET DIAGNOSTICS gone = ROW_COUNT;
			deliveries := deliveries + gone;
			DELETE FROM searches s WHERE s.provider_id = provider AND s.id IN (
				SELECT w.id FROM searches w
				WHERE w.provider_id = provider AND w.searched_at < goes AND NOT EXISTS (
					SELECT FROM legal_holds h
					WHERE h.provider_id = w.provider_id AND h.person_id = w.person_id AND h.lifted_at IS NULL
				)
				LIMIT most
			);
			GET DIAGNOSTICS gone = ROW_COUNT;
			searches := searches + gone;
		END LOOP;
	END IF;
	RETURN NEXT;
END $$;
--> statement-breakpoint
-- For the numbers of a process: how much is still to be told, over all providers. Counts and seconds, and nothing else.
CREATE FUNCTION measure_telling() RETURNS TABLE (waiting bigint, oldest_seconds double precision, behind bigint, untold_seconds double precision)
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
	SELECT
		(SELECT count(*) FROM webhook_deliveries d WHERE d.state = 'due'),
		(SELECT coalesce(max(extract(epoch FROM statement_timestamp() - d.created_at)), 0)::float8
			FROM webhook_deliveries d WHERE d.state = 'due'),
		(SELECT coalesce(max(newest.seq - oldest.seq + 1), 0)::bigint FROM (
			SELECT d.provider_id, min(e.seq) AS seq FROM webhook_deliveries d
			JOIN events e ON e.provider_id = d.provider_id AND e.id = d.event_id
			WHERE d.state = 'due' GROUP BY 1
		) oldest CROSS JOIN LATERAL (
			SELECT max(e.seq) AS seq FROM events e WHERE e.provider_id = oldest.provider_id
		) newest),
		(SELECT coalesce(max(extract(epoch FROM statement_timestamp() - turned.at)), 0)::float8
			FROM providers p LEFT JOIN provider_marks m ON m.provider_id = p.id
			CROSS JOIN LATERAL (
				SELECT min(s.starts_at) AS at FROM standings s WHERE s.provider_id = p.id
					AND s.starts_at > coalesce(m.told_until, '-infinity') AND s.starts_at <= statement_timestamp()
			) turned);
END;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION tend_sent(), measure_telling() FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION tend_sent(), measure_telling() TO countersign_app;

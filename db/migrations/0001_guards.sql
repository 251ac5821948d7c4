-- Hand-written: what Drizzle does not describe. Row-level security, append-only guards, grants, and the few functions
-- that look something up before the provider is known. The role countersign_app is made before this runs.
CREATE FUNCTION app_provider() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.provider_id', true), '')::uuid $$;
--> statement-breakpoint
ALTER TABLE "providers" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "providers" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "providers" TO countersign_app USING (id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "providers" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT ON "providers" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "sites" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "sites" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "sites" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "sites" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT ON "sites" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "people" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "people" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "people" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "people" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON "people" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "employments" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "employments" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "employments" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "employments" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON "employments" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "credentials" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "credentials" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "credentials" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "credentials" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON "credentials" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "sessions" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "sessions" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "sessions" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "sessions" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "sessions" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "failed_secrets" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "failed_secrets" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "failed_secrets" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "failed_secrets" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON "failed_secrets" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "content_versions" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "content_versions" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "content_versions" TO countersign_app USING (provider_id IS NULL OR provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "content_versions" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT ON "content_versions" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "policies" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "policies" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "policies" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "policies" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT ON "policies" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "evidence" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "evidence" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "evidence" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "evidence" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT ON "evidence" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "notes" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "notes" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "notes" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "notes" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT ON "notes" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "standings" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "standings" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "standings" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "standings" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "standings" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "events" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "events" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "events" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "events" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT ON "events" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "readings" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "readings" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "readings" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "readings" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "readings" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "attempts" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "attempts" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "attempts" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "attempts" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON "attempts" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "rounds" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "rounds" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "rounds" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "rounds" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "rounds" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "clients" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "clients" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "clients" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "clients" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT ON "clients" TO countersign_app;
--> statement-breakpoint
ALTER TABLE "signing_keys" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "signing_keys" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "signing_keys" TO countersign_app USING (provider_id IS NULL OR provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "signing_keys" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT ON "signing_keys" TO countersign_app;
--> statement-breakpoint
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER "append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "evidence" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER "append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "events" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER "append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "policies" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER "append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "content_versions" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- The chain has no gap and no fork, and its clock is the database's, whoever writes.
CREATE FUNCTION check_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	last record;
BEGIN
	SELECT seq, hash, recorded_at INTO last FROM evidence WHERE provider_id = NEW.provider_id ORDER BY seq DESC LIMIT 1;
	IF NEW.seq <> coalesce(last.seq, 0) + 1
		OR NEW.prev_hash <> coalesce(last.hash, decode(repeat('00', 32), 'hex'))
		OR NEW.recorded_at < coalesce(last.recorded_at, NEW.recorded_at) THEN
		RAISE EXCEPTION 'evidence % does not follow the last row of its chain', NEW.seq USING ERRCODE = 'integrity_constraint_violation';
	END IF;
	IF current_user = 'countersign_app' AND abs(extract(epoch FROM clock_timestamp() - NEW.recorded_at)) > 60 AND NEW.recorded_at IS DISTINCT FROM last.recorded_at THEN
		RAISE EXCEPTION 'evidence % is not stamped with the database clock', NEW.seq USING ERRCODE = 'integrity_constraint_violation';
	END IF;
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "chain" BEFORE INSERT ON "evidence" FOR EACH ROW EXECUTE FUNCTION check_chain();
--> statement-breakpoint
-- Who signs in, and where: the provider by its name in the address, or the only one there is.
CREATE FUNCTION find_provider(wanted text) RETURNS TABLE (id uuid, slug text, name text, demonstration boolean)
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
	SELECT p.id, p.slug, p.name, p.demonstration FROM providers p
	WHERE p.slug = wanted OR (wanted IS NULL AND (SELECT count(*) FROM providers) = 1);
END;
--> statement-breakpoint
-- A session by the hash of its secret, with all that a page needs to know of its person, in one statement.
CREATE FUNCTION find_session(session_id text) RETURNS TABLE (
	provider_id uuid, person_id uuid, created_at timestamptz, expires_at timestamptz, staff_code text,
	given_name text, family_name text, provider_name text, demonstration boolean, posts jsonb
)
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
	SELECT s.provider_id, s.person_id, s.created_at, s.expires_at, p.staff_code, p.given_name, p.family_name, v.name,
		v.demonstration,
		coalesce((
			SELECT jsonb_agg(jsonb_build_object('role', e.role, 'siteId', e.site_id, 'siteSlug', t.slug, 'siteName', t.name) ORDER BY e.started_on, t.name)
			FROM employments e LEFT JOIN sites t ON t.provider_id = e.provider_id AND t.id = e.site_id
			WHERE e.provider_id = s.provider_id AND e.person_id = s.person_id
				AND (e.last_day IS NULL OR e.last_day >= to_char(statement_timestamp() AT TIME ZONE 'Europe/London', 'YYYY-MM-DD'))
		), '[]')
	FROM sessions s
	JOIN people p ON p.provider_id = s.provider_id AND p.id = s.person_id
	JOIN providers v ON v.id = s.provider_id
	WHERE s.id = session_id;
END;
--> statement-breakpoint
CREATE FUNCTION find_client(client text) RETURNS TABLE (provider_id uuid, id text, secret_hash text, scopes text[], disabled_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
	SELECT c.provider_id, c.id, c.secret_hash, c.scopes, c.disabled_at FROM clients c WHERE c.id = client;
END;
--> statement-breakpoint
-- The gate's one statement: any number of questions, each bound to its client's provider by every join. In PL/pgSQL
-- because that keeps its plan: a function in plain SQL is planned anew at each call, which costs more than the answer.
CREATE FUNCTION gate_answers(client_ids text[], staff_codes text[], privileges text[], site_slugs text[]) RETURNS TABLE (
	place bigint, client_active boolean, person_known boolean, site_known boolean, employed text,
	standing text, permit boolean, permit_until timestamptz(3), code text, evaluated_at timestamptz
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	RETURN QUERY SELECT asked.place, c.id IS NOT NULL, p.id IS NOT NULL, t.id IS NOT NULL,
		CASE WHEN s.code IS NULL AND p.id IS NOT NULL THEN (
			SELECT CASE
				WHEN bool_or(e.last_day IS NULL OR e.last_day >= to_char(statement_timestamp() AT TIME ZONE 'Europe/London', 'YYYY-MM-DD')) THEN 'now'
				WHEN count(*) > 0 THEN 'before' ELSE 'never' END
			FROM public.employments e WHERE e.provider_id = p.provider_id AND e.person_id = p.id
		) END,
		s.standing, s.permit, s.permit_until, s.code, statement_timestamp()
	FROM unnest(client_ids, staff_codes, privileges, site_slugs) WITH ORDINALITY AS asked (client_id, staff_code, privilege, site_slug, place)
	LEFT JOIN public.clients c ON c.id = asked.client_id AND c.disabled_at IS NULL
	LEFT JOIN public.people p ON p.provider_id = c.provider_id AND p.staff_code = asked.staff_code
	LEFT JOIN public.sites t ON t.provider_id = c.provider_id AND t.slug = asked.site_slug
	LEFT JOIN LATERAL (
		SELECT x.standing, x.permit, x.permit_until, x.code FROM public.standings x
		WHERE x.provider_id = p.provider_id AND x.person_id = p.id AND x.site_id = t.id AND x.privilege = asked.privilege
			AND (x.ends_at IS NULL OR x.ends_at > statement_timestamp())
		ORDER BY x.starts_at LIMIT 1
	) s ON true;
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION find_provider(text), find_session(text), find_client(text), gate_answers(text[], text[], text[], text[]) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION find_provider(text), find_session(text), find_client(text), gate_answers(text[], text[], text[], text[]) TO countersign_app;
--> statement-breakpoint
GRANT SELECT ON drizzle.__drizzle_migrations TO countersign_app;
--> statement-breakpoint
GRANT USAGE ON SCHEMA drizzle TO countersign_app;

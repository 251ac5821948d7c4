-- Hand-written: what the rule asks since it was argued against. A policy's change has a grace, a decision names the rule it
-- was made by, the gate knows what is asked of two people by kind of site, and somebody from outside may confirm something.
ALTER TABLE "policies" ADD COLUMN "grace" text DEFAULT 'P28D' NOT NULL;
--> statement-breakpoint
ALTER TABLE "policy_drafts" ADD COLUMN "grace" text DEFAULT 'P28D' NOT NULL;
--> statement-breakpoint
ALTER TABLE "decisions" ADD COLUMN "rule_version" integer DEFAULT 1 NOT NULL;
--> statement-breakpoint
CREATE TABLE "outside_requests" (
	"provider_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"person_id" uuid NOT NULL,
	"site_id" uuid NOT NULL,
	"privilege" text NOT NULL,
	"asked" jsonb NOT NULL,
	"token_hash" text NOT NULL,
	"made_by" uuid NOT NULL,
	"made_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	CONSTRAINT "outside_requests_provider_id_id_pk" PRIMARY KEY("provider_id","id"),
	CONSTRAINT "outside_requests_token_hash_unique" UNIQUE("token_hash"),
	CONSTRAINT "outside_requests_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id"),
	CONSTRAINT "outside_requests_provider_id_person_id_people_provider_id_id_fk" FOREIGN KEY ("provider_id","person_id") REFERENCES "public"."people"("provider_id","id"),
	CONSTRAINT "outside_requests_provider_id_site_id_sites_provider_id_id_fk" FOREIGN KEY ("provider_id","site_id") REFERENCES "public"."sites"("provider_id","id"),
	CONSTRAINT "outside_requests_provider_id_made_by_people_provider_id_id_fk" FOREIGN KEY ("provider_id","made_by") REFERENCES "public"."people"("provider_id","id")
);
--> statement-breakpoint
ALTER TABLE "outside_requests" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "outside_requests" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "outside_requests" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "outside_requests" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON "outside_requests" TO countersign_app;
--> statement-breakpoint
-- Whose request a link is, before the provider is known: nothing but the provider, and only while it can be used.
CREATE FUNCTION find_outside_request(hash text) RETURNS TABLE (provider_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
	SELECT r.provider_id, r.id FROM public.outside_requests r WHERE r.token_hash = hash
$$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION find_outside_request(text) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION find_outside_request(text) TO countersign_app;
--> statement-breakpoint
-- What the newest policy of the site, or else of the provider, says of one number that is yes or no, as policyInForce has it.
CREATE FUNCTION gate_policy_says(provider uuid, site uuid, number text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
BEGIN
	RETURN coalesce(
		(SELECT (y.body ->> number)::boolean FROM public.policies y
			WHERE y.provider_id = provider AND y.site_id = site ORDER BY y.version DESC LIMIT 1),
		(SELECT (y.body ->> number)::boolean FROM public.policies y
			WHERE y.provider_id = provider AND y.site_id IS NULL ORDER BY y.version DESC LIMIT 1));
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION gate_policy_says(uuid, uuid, text) FROM PUBLIC;
--> statement-breakpoint
DROP FUNCTION gate_answers(text[], text[], text[], text[], boolean[], timestamptz[]);
--> statement-breakpoint
DROP FUNCTION gate_witness(uuid, uuid);
--> statement-breakpoint
-- Sequential scans are off because the plan is kept: one that was made while a table was small would be kept when it is not.
CREATE FUNCTION gate_answers(client_ids text[], subject_ids text[], privileges text[], site_slugs text[], witnessed boolean[], times timestamptz[]) RETURNS TABLE (
	place bigint, client_active boolean, person_known boolean, site_known boolean, employed text,
	standing text, permit boolean, permit_until timestamptz(3), code text, evaluated_at timestamptz, witness boolean,
	supervisor_may_witness boolean, site_kind text,
	provider_id uuid, person_id uuid, site_id uuid, up_to_seq bigint, policy_version text
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT asked.place, c.id IS NOT NULL, p.id IS NOT NULL, t.id IS NOT NULL,
		CASE WHEN s.code IS NULL AND p.id IS NOT NULL
			THEN public.gate_employed(c.provider_id, p.id, greatest(asked.at, statement_timestamp())) END,
		s.standing, s.permit, s.permit_until, s.code, statement_timestamp(),
		CASE WHEN asked.witnessed THEN public.gate_policy_says(c.provider_id, t.id, 'witness') END,
		CASE WHEN asked.witnessed THEN public.gate_policy_says(c.provider_id, t.id, 'supervisorMayWitness') END,
		t.kind,
		c.provider_id, p.id, t.id,
		CASE WHEN s.code IS NOT NULL THEN s.up_to_seq WHEN p.id IS NOT NULL THEN public.gate_up_to_seq(c.provider_id, p.id) END,
		s.policy_version
	FROM unnest(client_ids, subject_ids, privileges, site_slugs, witnessed, times) WITH ORDINALITY AS asked (client_id, subject_id, privilege, site_slug, witnessed, at, place)
	LEFT JOIN public.clients c ON c.id = asked.client_id AND c.disabled_at IS NULL
	LEFT JOIN public.people x ON c.subject_ids = 'staff-code' AND x.provider_id = c.provider_id AND x.staff_code = asked.subject_id
	CROSS JOIN LATERAL (
		SELECT CASE WHEN c.subject_ids = 'staff-code' THEN x.id ELSE public.gate_person(c.provider_id, c.id, c.subject_ids, asked.subject_id) END AS id
	) p
	LEFT JOIN public.sites t ON t.provider_id = c.provider_id AND t.slug = asked.site_slug
	LEFT JOIN LATERAL (
		SELECT x.standing, x.permit, x.permit_until, x.code, x.up_to_seq, x.policy_version FROM public.standings x
		WHERE x.provider_id = c.provider_id AND x.person_id = p.id AND x.site_id = t.id AND x.privilege = asked.privilege
			AND (x.ends_at IS NULL OR x.ends_at > greatest(asked.at, statement_timestamp()))
		ORDER BY x.starts_at LIMIT 1
	) s ON true;
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION gate_answers(text[], text[], text[], text[], boolean[], timestamptz[]) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION gate_answers(text[], text[], text[], text[], boolean[], timestamptz[]) TO countersign_app;
--> statement-breakpoint
-- As before, with the version of the rule. See db/queries/decisions.ts.
CREATE OR REPLACE FUNCTION log_decisions(written text) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
	columns text[] := string_to_array(written, E'\x1d');
	provider text;
BEGIN
	FOR provider IN SELECT DISTINCT u FROM unnest((string_to_array(columns[1], E'\x1f'))[2:]) u LOOP
		PERFORM set_config('app.provider_id', provider, true);
		INSERT INTO decisions (provider_id, evaluation_id, evaluated_at, client_id, subject_type, subject_id, action,
			resource_type, resource_id, context, person_id, site_id, up_to_seq, policy_version, beside, decision, code, standing, valid_until, rule_version)
		SELECT p::uuid, e::uuid, to_timestamp(at::bigint / 1000.0), client, st, si, action, rt, ri, context::jsonb, person::uuid, site::uuid,
			seq::bigint, policy, beside::jsonb, decision::boolean, code, standing, to_timestamp(until::bigint / 1000.0), rule::integer
		FROM unnest(
			(string_to_array(columns[1], E'\x1f', E'\x1e'))[2:],
			(string_to_array(columns[2], E'\x1f', E'\x1e'))[2:],
			(string_to_array(columns[3], E'\x1f', E'\x1e'))[2:],
			(string_to_array(columns[4], E'\x1f', E'\x1e'))[2:],
			(string_to_array(columns[5], E'\x1f', E'\x1e'))[2:],
			(string_to_array(columns[6], E'\x1f', E'\x1e'))[2:],
			(string_to_array(columns[7], E'\x1f', E'\x1e'))[2:],
			(string_to_array(columns[8], E'\x1f', E'\x1e'))[2:],
			(string_to_array(columns[9], E'\x1f', E'\x1e'))[2:],
			(string_to_array(columns[10], E'\x1f', E'\x1e'))[2:],
			(string_to_array(columns[11], E'\x1f', E'\x1e'))[2:],
			(string_to_array(columns[12], E'\x1f', E'\x1e'))[2:],
			(string_to_array(columns[13], E'\x1f', E'\x1e'))[2:],
			(string_to_array(columns[14], E'\x1f', E'\x1e'))[2:],
			(string_to_array(columns[15], E'\x1f', E'\x1e'))[2:],
			(string_to_array(columns[16], E'\x1f', E'\x1e'))[2:],
			(string_to_array(columns[17], E'\x1f', E'\x1e'))[2:],
			(string_to_array(columns[18], E'\x1f', E'\x1e'))[2:],
			(string_to_array(columns[19], E'\x1f', E'\x1e'))[2:],
			(string_to_array(columns[20], E'\x1f', E'\x1e'))[2:]
		) AS r (p, e, at, client, st, si, action, rt, ri, context, person, site, seq, policy, beside, decision, code, standing, until, rule)
		WHERE p = provider
		ON CONFLICT DO NOTHING;
	END LOOP;
END $$;

-- Hand-written: the gate's one statement looks up in its own plan only what nearly every answer needs; what few of them
-- need is in functions, which cost nothing where they are not called. Nothing is answered otherwise than before.
--
-- The person whom a client calls by something else than the staff code.
CREATE FUNCTION gate_person(provider uuid, client text, kind text, subject text) RETURNS uuid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
BEGIN
	IF kind = 'own' THEN
		RETURN (SELECT m.person_id FROM public.client_subjects m
			WHERE m.provider_id = provider AND m.client_id = client AND m.own_id = subject);
	ELSIF kind = 'opaque' AND subject ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN
		RETURN (SELECT x.id FROM public.people x WHERE x.provider_id = provider AND x.id = subject::uuid);
	END IF;
	RETURN NULL;
END $$;
--> statement-breakpoint
-- Whether the newest policy of the site, or else of the provider, asks for a witness, as policyInForce has it.
CREATE FUNCTION gate_witness(provider uuid, site uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
BEGIN
	RETURN coalesce(
		(SELECT (y.body ->> 'witness')::boolean FROM public.policies y
			WHERE y.provider_id = provider AND y.site_id = site ORDER BY y.version DESC LIMIT 1),
		(SELECT (y.body ->> 'witness')::boolean FROM public.policies y
			WHERE y.provider_id = provider AND y.site_id IS NULL ORDER BY y.version DESC LIMIT 1));
END $$;
--> statement-breakpoint
-- When somebody who has no standing works for the provider.
CREATE FUNCTION gate_employed(provider uuid, person uuid, at timestamptz) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
BEGIN
	RETURN (SELECT CASE
			WHEN bool_or(e.last_day IS NULL OR e.last_day >= to_char(at AT TIME ZONE 'Europe/London', 'YYYY-MM-DD')) THEN 'now'
			WHEN count(*) > 0 THEN 'before' ELSE 'never' END
		FROM public.employments e WHERE e.provider_id = provider AND e.person_id = person);
END $$;
--> statement-breakpoint
-- Who has no standing is answered by where they have worked, which the newest of their rows tells.
CREATE FUNCTION gate_up_to_seq(provider uuid, person uuid) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
BEGIN
	RETURN (SELECT max(x.seq) FROM public.evidence x WHERE x.provider_id = provider AND x.person_id = person);
END $$;
--> statement-breakpoint
-- Sequential scans are off because the plan is kept: one that was made while a table was small would be kept when it is not.
CREATE OR REPLACE FUNCTION gate_answers(client_ids text[], subject_ids text[], privileges text[], site_slugs text[], witnessed boolean[], times timestamptz[]) RETURNS TABLE (
	place bigint, client_active boolean, person_known boolean, site_known boolean, employed text,
	standing text, permit boolean, permit_until timestamptz(3), code text, evaluated_at timestamptz, witness boolean,
	provider_id uuid, person_id uuid, site_id uuid, up_to_seq bigint, policy_version text
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT asked.place, c.id IS NOT NULL, p.id IS NOT NULL, t.id IS NOT NULL,
		CASE WHEN s.code IS NULL AND p.id IS NOT NULL
			THEN public.gate_employed(c.provider_id, p.id, greatest(asked.at, statement_timestamp())) END,
		s.standing, s.permit, s.permit_until, s.code, statement_timestamp(),
		CASE WHEN asked.witnessed THEN public.gate_witness(c.provider_id, t.id) END,
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
REVOKE EXECUTE ON FUNCTION gate_person(uuid, text, text, text), gate_witness(uuid, uuid), gate_employed(uuid, uuid, timestamptz), gate_up_to_seq(uuid, uuid) FROM PUBLIC;
--> statement-breakpoint
-- Many decisions in one statement, of several providers: each provider's as that provider, under row-level security.
-- Each column is a text of all its values, each behind a unit separator, with a record separator for null; between
-- columns is a group separator. Times are milliseconds since 1970. See db/queries/decisions.ts. Sent again, because
-- nobody heard that they were written, they are written once.
DROP FUNCTION log_decisions(jsonb);
--> statement-breakpoint
CREATE FUNCTION log_decisions(written text) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
	columns text[] := string_to_array(written, E'\x1d');
	provider text;
BEGIN
	FOR provider IN SELECT DISTINCT u FROM unnest((string_to_array(columns[1], E'\x1f'))[2:]) u LOOP
		PERFORM set_config('app.provider_id', provider, true);
		INSERT INTO decisions (provider_id, evaluation_id, evaluated_at, client_id, subject_type, subject_id, action,
			resource_type, resource_id, context, person_id, site_id, up_to_seq, policy_version, beside, decision, code, standing, valid_until)
		SELECT p::uuid, e::uuid, to_timestamp(at::bigint / 1000.0), client, st, si, action, rt, ri, context::jsonb, person::uuid, site::uuid,
			seq::bigint, policy, beside::jsonb, decision::boolean, code, standing, to_timestamp(until::bigint / 1000.0)
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
			(string_to_array(columns[19], E'\x1f', E'\x1e'))[2:]
		) AS r (p, e, at, client, st, si, action, rt, ri, context, person, site, seq, policy, beside, decision, code, standing, until)
		WHERE p = provider
		ON CONFLICT DO NOTHING;
	END LOOP;
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION log_decisions(text) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION log_decisions(text) TO countersign_app;

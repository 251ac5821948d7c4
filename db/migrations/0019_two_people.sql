-- Hand-written: what a newer policy asks of two people is asked when its grace is over, as everything else that it asks.
ALTER TABLE "policies" ADD COLUMN "settles_at" timestamp (3) with time zone DEFAULT now() NOT NULL;
--> statement-breakpoint
DROP FUNCTION gate_answers(text[], text[], text[], text[], boolean[], timestamptz[]);
--> statement-breakpoint
DROP FUNCTION gate_policy_says(uuid, uuid, text);
--> statement-breakpoint
-- What the policies of a site say of two people, the newest and each whose replacement still has a grace (as settlingAt has
-- them); null where one says nothing. `until` is when the first of those graces ends.
CREATE FUNCTION gate_two_people(provider uuid, site uuid, at timestamptz, OUT witness boolean[], OUT supervisor_may_witness boolean[], OUT until timestamptz(3))
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
DECLARE
	settled integer;
BEGIN
	settled := coalesce((SELECT max(p.version) FROM public.policies p WHERE p.provider_id = provider
		AND (p.site_id IS NULL OR p.site_id = site) AND p.grace = 'P0D'), 0);
	SELECT array_agg(coalesce(
			(SELECT (p.body ->> 'witness')::boolean FROM public.policies p
				WHERE p.provider_id = provider AND p.site_id = site AND p.version <= known.version ORDER BY p.version DESC LIMIT 1),
			(SELECT (p.body ->> 'witness')::boolean FROM public.policies p
				WHERE p.provider_id = provider AND p.site_id IS NULL AND p.version <= known.version ORDER BY p.version DESC LIMIT 1))),
		array_agg(coalesce(
			(SELECT (p.body ->> 'supervisorMayWitness')::boolean FROM public.policies p
				WHERE p.provider_id = provider AND p.site_id = site AND p.version <= known.version ORDER BY p.version DESC LIMIT 1),
			(SELECT (p.body ->> 'supervisorMayWitness')::boolean FROM public.policies p
				WHERE p.provider_id = provider AND p.site_id IS NULL AND p.version <= known.version ORDER BY p.version DESC LIMIT 1))),
		min(known.settles_at)
	INTO witness, supervisor_may_witness, until
	FROM (
		SELECT 2147483647 AS version, NULL::timestamptz AS settles_at
		UNION ALL
		SELECT p.version - 1, p.settles_at FROM public.policies p WHERE p.provider_id = provider
			AND (p.site_id IS NULL OR p.site_id = site) AND p.version > settled AND p.settles_at > at
	) known;
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION gate_two_people(uuid, uuid, timestamptz) FROM PUBLIC;
--> statement-breakpoint
-- As before. Sequential scans are off because the plan is kept: one that was made while a table was small would be kept when it is not.
CREATE FUNCTION gate_answers(client_ids text[], subject_ids text[], privileges text[], site_slugs text[], witnessed boolean[], times timestamptz[]) RETURNS TABLE (
	place bigint, client_active boolean, person_known boolean, site_known boolean, employed text,
	standing text, permit boolean, permit_until timestamptz(3), code text, evaluated_at timestamptz, witness boolean[],
	supervisor_may_witness boolean[], two_people_until timestamptz(3), site_kind text,
	provider_id uuid, person_id uuid, site_id uuid, up_to_seq bigint, policy_version text
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT asked.place, c.id IS NOT NULL, p.id IS NOT NULL, t.id IS NOT NULL,
		CASE WHEN s.code IS NULL AND p.id IS NOT NULL
			THEN public.gate_employed(c.provider_id, p.id, greatest(asked.at, statement_timestamp())) END,
		s.standing, s.permit, s.permit_until, s.code, statement_timestamp(),
		y.witness, y.supervisor_may_witness, y.until, t.kind,
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
	) s ON true
	-- OFFSET 0 keeps the condition inside: the policies are looked up for what may need a witness, and for nothing else.
	LEFT JOIN LATERAL (
		SELECT two.* FROM public.gate_two_people(c.provider_id, t.id, greatest(asked.at, statement_timestamp())) two WHERE asked.witnessed OFFSET 0
	) y ON true;
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION gate_answers(text[], text[], text[], text[], boolean[], timestamptz[]) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION gate_answers(text[], text[], text[], text[], boolean[], timestamptz[]) TO countersign_app;
--> statement-breakpoint

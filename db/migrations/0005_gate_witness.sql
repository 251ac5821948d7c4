-- Hand-written: the gate asks of witnessed privileges whether the site's policy wants a second person.
DROP FUNCTION gate_answers(text[], text[], text[], text[]);
--> statement-breakpoint
CREATE FUNCTION gate_answers(client_ids text[], staff_codes text[], privileges text[], site_slugs text[], witnessed boolean[]) RETURNS TABLE (
	place bigint, client_active boolean, person_known boolean, site_known boolean, employed text,
	standing text, permit boolean, permit_until timestamptz(3), code text, evaluated_at timestamptz, witness boolean
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
		s.standing, s.permit, s.permit_until, s.code, statement_timestamp(),
		-- The newest policy of the site over the newest of the provider, as policyInForce has it.
		CASE WHEN asked.witnessed THEN coalesce(
			(SELECT (y.body ->> 'witness')::boolean FROM public.policies y
				WHERE y.provider_id = c.provider_id AND y.site_id = t.id ORDER BY y.version DESC LIMIT 1),
			(SELECT (y.body ->> 'witness')::boolean FROM public.policies y
				WHERE y.provider_id = c.provider_id AND y.site_id IS NULL ORDER BY y.version DESC LIMIT 1)
		) END
	FROM unnest(client_ids, staff_codes, privileges, site_slugs, witnessed) WITH ORDINALITY AS asked (client_id, staff_code, privilege, site_slug, witnessed, place)
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
REVOKE EXECUTE ON FUNCTION gate_answers(text[], text[], text[], text[], boolean[]) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION gate_answers(text[], text[], text[], text[], boolean[]) TO countersign_app;

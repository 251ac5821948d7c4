-- Hand-written: how each client calls people, and the gate's questions in those words, about this moment or a later one.
ALTER TABLE "clients" ADD COLUMN "subject_ids" text DEFAULT 'staff-code' NOT NULL;
--> statement-breakpoint
ALTER TABLE "clients" ADD CONSTRAINT "clients_subject_ids" CHECK ("subject_ids" in ('staff-code', 'opaque', 'own'));
--> statement-breakpoint
GRANT UPDATE ("subject_ids") ON "clients" TO countersign_app;
--> statement-breakpoint
CREATE TABLE "client_subjects" (
	"provider_id" uuid NOT NULL,
	"client_id" text NOT NULL,
	"own_id" text NOT NULL,
	"person_id" uuid NOT NULL,
	"mapped_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "client_subjects_pk" PRIMARY KEY("provider_id","client_id","own_id"),
	CONSTRAINT "client_subjects_one_each" UNIQUE("provider_id","client_id","person_id"),
	CONSTRAINT "client_subjects_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id"),
	CONSTRAINT "client_subjects_client_id_clients_id_fk" FOREIGN KEY ("client_id") REFERENCES "public"."clients"("id"),
	CONSTRAINT "client_subjects_provider_id_person_id_people_provider_id_id_fk" FOREIGN KEY ("provider_id","person_id") REFERENCES "public"."people"("provider_id","id"),
	CONSTRAINT "client_subjects_own_id" CHECK (length("own_id") between 1 and 200)
);
--> statement-breakpoint
ALTER TABLE "client_subjects" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "client_subjects" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "client_subjects" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "client_subjects" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON "client_subjects" TO countersign_app;
--> statement-breakpoint
DROP FUNCTION gate_answers(text[], text[], text[], text[], boolean[]);
--> statement-breakpoint
-- The gate's one statement, in each client's own words for people, and with who and what each answer rests on. `times`
-- may be shorter than the rest: what has no time is asked about this moment, and so is what has one that is past.
CREATE FUNCTION gate_answers(client_ids text[], subject_ids text[], privileges text[], site_slugs text[], witnessed boolean[], times timestamptz[]) RETURNS TABLE (
	place bigint, client_active boolean, person_known boolean, site_known boolean, employed text,
	standing text, permit boolean, permit_until timestamptz(3), code text, evaluated_at timestamptz, witness boolean,
	provider_id uuid, person_id uuid, site_id uuid, up_to_seq bigint, policy_version text
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT asked.place, c.id IS NOT NULL, p.id IS NOT NULL, t.id IS NOT NULL,
		CASE WHEN s.code IS NULL AND p.id IS NOT NULL THEN (
			SELECT CASE
				WHEN bool_or(e.last_day IS NULL OR e.last_day >= to_char(greatest(asked.at, statement_timestamp()) AT TIME ZONE 'Europe/London', 'YYYY-MM-DD')) THEN 'now'
				WHEN count(*) > 0 THEN 'before' ELSE 'never' END
			FROM public.employments e WHERE e.provider_id = c.provider_id AND e.person_id = p.id
		) END,
		s.standing, s.permit, s.permit_until, s.code, statement_timestamp(),
		-- The newest policy of the site over the newest of the provider, as policyInForce has it.
		CASE WHEN asked.witnessed THEN coalesce(
			(SELECT (y.body ->> 'witness')::boolean FROM public.policies y
				WHERE y.provider_id = c.provider_id AND y.site_id = t.id ORDER BY y.version DESC LIMIT 1),
			(SELECT (y.body ->> 'witness')::boolean FROM public.policies y
				WHERE y.provider_id = c.provider_id AND y.site_id IS NULL ORDER BY y.version DESC LIMIT 1)
		) END,
		c.provider_id, p.id, t.id,
		-- Who has no standing here is answered by where they have worked, which the newest of their rows tells.
		CASE WHEN s.code IS NULL THEN (
			SELECT max(x.seq) FROM public.evidence x WHERE x.provider_id = c.provider_id AND x.person_id = p.id
		) ELSE s.up_to_seq END,
		s.policy_version
	FROM unnest(client_ids, subject_ids, privileges, site_slugs, witnessed, times) WITH ORDINALITY AS asked (client_id, subject_id, privilege, site_slug, witnessed, at, place)
	LEFT JOIN public.clients c ON c.id = asked.client_id AND c.disabled_at IS NULL
	LEFT JOIN LATERAL (
		SELECT x.id FROM public.people x
		WHERE c.subject_ids = 'staff-code' AND x.provider_id = c.provider_id AND x.staff_code = asked.subject_id
		UNION ALL
		SELECT x.id FROM public.people x
		WHERE c.subject_ids = 'opaque' AND x.provider_id = c.provider_id
			AND x.id = CASE WHEN asked.subject_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN asked.subject_id::uuid END
		UNION ALL
		SELECT m.person_id FROM public.client_subjects m
		WHERE c.subject_ids = 'own' AND m.provider_id = c.provider_id AND m.client_id = c.id AND m.own_id = asked.subject_id
	) p ON true
	LEFT JOIN public.sites t ON t.provider_id = c.provider_id AND t.slug = asked.site_slug
	LEFT JOIN LATERAL (
		SELECT x.standing, x.permit, x.permit_until, x.code, x.up_to_seq, x.policy_version FROM public.standings x
		WHERE x.provider_id = c.provider_id AND x.person_id = p.id AND x.site_id = t.id AND x.privilege = asked.privilege
			AND (x.ends_at IS NULL OR x.ends_at > greatest(asked.at, statement_timestamp()))
		ORDER BY x.starts_at LIMIT 1
	) s ON true;
END $$;
--> statement-breakpoint
-- Whom a search has to ask about: everybody at a site whose standing is a permit or may become one together with
-- somebody, as the client calls them. Each is then asked about as any other question is.
CREATE FUNCTION gate_people(client text, privilege_code text, site_slug text) RETURNS TABLE (client_active boolean, ids text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT EXISTS (SELECT FROM public.clients c WHERE c.id = client AND c.disabled_at IS NULL), ARRAY(
		SELECT DISTINCT CASE c.subject_ids WHEN 'staff-code' THEN p.staff_code WHEN 'opaque' THEN p.id::text ELSE m.own_id END
		FROM public.clients c
		JOIN public.sites t ON t.provider_id = c.provider_id AND t.slug = site_slug
		JOIN public.standings s ON s.provider_id = c.provider_id AND s.site_id = t.id AND s.privilege = privilege_code
			AND (s.permit OR s.code IN ('supervised_only', 'delegation_missing'))
			AND (s.ends_at IS NULL OR s.ends_at > statement_timestamp())
		JOIN public.people p ON p.provider_id = c.provider_id AND p.id = s.person_id
		LEFT JOIN public.client_subjects m ON c.subject_ids = 'own' AND m.provider_id = c.provider_id AND m.client_id = c.id AND m.person_id = p.id
		WHERE c.id = client AND c.disabled_at IS NULL AND (c.subject_ids <> 'own' OR m.own_id IS NOT NULL)
	);
END $$;
--> statement-breakpoint
-- The same by place: every site where somebody's standing is such a one.
CREATE FUNCTION gate_places(client text, subject text, privilege_code text) RETURNS TABLE (client_active boolean, ids text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT EXISTS (SELECT FROM public.clients c WHERE c.id = client AND c.disabled_at IS NULL), ARRAY(
		SELECT DISTINCT t.slug
		FROM public.clients c
		CROSS JOIN LATERAL (
			SELECT x.id FROM public.people x
			WHERE c.subject_ids = 'staff-code' AND x.provider_id = c.provider_id AND x.staff_code = subject
			UNION ALL
			SELECT x.id FROM public.people x
			WHERE c.subject_ids = 'opaque' AND x.provider_id = c.provider_id
				AND x.id = CASE WHEN subject ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN subject::uuid END
			UNION ALL
			SELECT m.person_id FROM public.client_subjects m
			WHERE c.subject_ids = 'own' AND m.provider_id = c.provider_id AND m.client_id = c.id AND m.own_id = subject
		) p
		JOIN public.standings s ON s.provider_id = c.provider_id AND s.person_id = p.id AND s.privilege = privilege_code
			AND (s.permit OR s.code IN ('supervised_only', 'delegation_missing'))
			AND (s.ends_at IS NULL OR s.ends_at > statement_timestamp())
		JOIN public.sites t ON t.provider_id = c.provider_id AND t.id = s.site_id
		WHERE c.id = client AND c.disabled_at IS NULL
	);
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION gate_answers(text[], text[], text[], text[], boolean[], timestamptz[]), gate_people(text, text, text), gate_places(text, text, text) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION gate_answers(text[], text[], text[], text[], boolean[], timestamptz[]), gate_people(text, text, text), gate_places(text, text, text) TO countersign_app;

-- Hand-written: every decision of the gate, partitioned by month, and what the gate must hand over for it to be written.
-- No foreign keys: making or dropping a month would lock the tables they point at, and sessions are read from those.
CREATE TABLE "decisions" (
	"provider_id" uuid NOT NULL,
	"evaluation_id" uuid NOT NULL,
	"evaluated_at" timestamp (3) with time zone NOT NULL,
	"client_id" text NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" text,
	"action" text NOT NULL,
	"resource_type" text NOT NULL,
	"resource_id" text NOT NULL,
	"context" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"person_id" uuid,
	"site_id" uuid,
	"up_to_seq" bigint,
	"policy_version" text,
	"beside" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"decision" boolean NOT NULL,
	"code" text NOT NULL,
	"standing" text,
	"valid_until" timestamp (3) with time zone,
	"logged_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "decisions_pk" PRIMARY KEY("provider_id","evaluation_id","evaluated_at")
) PARTITION BY RANGE ("evaluated_at");
--> statement-breakpoint
CREATE INDEX "decisions_by_time" ON "decisions" USING btree ("provider_id","evaluated_at");
--> statement-breakpoint
CREATE INDEX "decisions_by_person" ON "decisions" USING btree ("provider_id","person_id","evaluated_at");
--> statement-breakpoint
ALTER TABLE "decisions" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "decisions" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "own_provider" ON "decisions" TO countersign_app USING (provider_id = app_provider());
--> statement-breakpoint
CREATE POLICY "owner" ON "decisions" TO CURRENT_USER USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT ON "decisions" TO countersign_app;
--> statement-breakpoint
-- What was decided is never changed. One thing gives way: how a person was called in the question, once their name is erased.
CREATE FUNCTION check_decision_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
	IF TG_OP = 'UPDATE' AND NEW.subject_id IS NULL
		AND to_jsonb(NEW) - 'subject_id' = to_jsonb(OLD) - 'subject_id'
		AND EXISTS (SELECT FROM people p WHERE p.provider_id = OLD.provider_id AND p.id = OLD.person_id AND p.erased_at IS NOT NULL) THEN
		RETURN NEW;
	END IF;
	RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
-- For each row, because triggers of that kind hold on every partition, also when it is named itself.
CREATE TRIGGER "append_only" BEFORE UPDATE OR DELETE ON "decisions" FOR EACH ROW EXECUTE FUNCTION check_decision_change();
--> statement-breakpoint
CREATE TRIGGER "never_emptied" BEFORE TRUNCATE ON "decisions" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE FUNCTION forget_asked() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	UPDATE decisions SET subject_id = NULL
	WHERE provider_id = NEW.provider_id AND person_id = NEW.id AND subject_id IS NOT NULL;
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "forget_asked" AFTER UPDATE OF "erased_at" ON "people" FOR EACH ROW
	WHEN (NEW.erased_at IS NOT NULL) EXECUTE FUNCTION forget_asked();
--> statement-breakpoint
-- A partition named itself is not reached through the table's policies and grants: it has its own policies, and no grant.
CREATE FUNCTION guard_decisions_partition(partition_name text) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
	EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', partition_name);
	EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', partition_name);
	EXECUTE format('CREATE POLICY own_provider ON %I TO countersign_app USING (provider_id = app_provider())', partition_name);
	EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true)', partition_name);
	EXECUTE format('REVOKE ALL ON %I FROM PUBLIC, countersign_app', partition_name);
	EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', partition_name);
END $$;
--> statement-breakpoint
CREATE TABLE "decisions_default" PARTITION OF "decisions" DEFAULT;
--> statement-breakpoint
SELECT guard_decisions_partition('decisions_default');
--> statement-breakpoint
-- Makes the partition of a month (UTC), with what came for it before it was there. Its name, or null where it was there.
CREATE FUNCTION make_decisions_partition(month date) RETURNS text LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
	starts timestamptz := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC';
	ends timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
	partition_name text := 'decisions_' || to_char(month, 'YYYY_MM');
BEGIN
	IF to_regclass('public.' || partition_name) IS NOT NULL THEN
		RETURN NULL;
	END IF;
	EXECUTE format('CREATE TABLE %I (LIKE decisions INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition_name);
	PERFORM guard_decisions_partition(partition_name);
	IF EXISTS (SELECT FROM decisions_default WHERE evaluated_at >= starts AND evaluated_at < ends) THEN
		LOCK TABLE decisions_default IN ACCESS EXCLUSIVE MODE;
		ALTER TABLE decisions_default DISABLE TRIGGER append_only;
		EXECUTE format('WITH moved AS (DELETE FROM decisions_default WHERE evaluated_at >= $1 AND evaluated_at < $2 RETURNING *)
			INSERT INTO %I SELECT * FROM moved', partition_name) USING starts, ends;
		ALTER TABLE decisions_default ENABLE TRIGGER append_only;
	END IF;
	EXECUTE format('ALTER TABLE decisions ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partition_name, starts, ends);
	RETURN partition_name;
END $$;
--> statement-breakpoint
-- The job of every day: this month and the next two are there, and months go that nobody's policy keeps any longer. It
-- reads what is to be kept by itself, so that whoever may call it can drop nothing else; and it keeps a month in which
-- somebody is asked about whose record is held.
CREATE FUNCTION tend_decisions() RETURNS TABLE (made text[], dropped text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
	this_month timestamp := date_trunc('month', statement_timestamp() AT TIME ZONE 'UTC');
	kept interval;
	partition_name text;
	held boolean;
BEGIN
	made := '{}';
	dropped := '{}';
	FOR ahead IN 0..2 LOOP
		partition_name := make_decisions_partition((this_month + make_interval(months => ahead))::date);
		IF partition_name IS NOT NULL THEN made := made || partition_name; END IF;
	END LOOP;
	SELECT max(each.retention) INTO kept FROM (
		(SELECT coalesce(v.body ->> 'retention', 'P6Y')::interval AS retention FROM content_versions v
			WHERE v.provider_id IS NULL AND v.kind = 'policy' ORDER BY v.version DESC LIMIT 1)
		UNION ALL
		(SELECT DISTINCT ON (y.provider_id, y.site_id) (y.body ->> 'retention')::interval FROM policies y
			ORDER BY y.provider_id, y.site_id, y.version DESC)
	) each
	HAVING EXISTS (SELECT FROM content_versions v WHERE v.provider_id IS NULL AND v.kind = 'policy');
	-- Nobody has said how long: nothing goes.
	IF kept IS NOT NULL THEN
		kept := greatest(kept, interval '1 year');
		FOR partition_name IN
			SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
			WHERE i.inhparent = 'decisions'::regclass AND c.relname ~ '^decisions_\d{4}_\d{2}$'
				AND to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' < (statement_timestamp() AT TIME ZONE 'UTC') - kept
			ORDER BY 1
		LOOP
			EXECUTE format('SELECT EXISTS (SELECT FROM %I d JOIN legal_holds h ON h.provider_id = d.provider_id
				AND h.person_id = d.person_id WHERE h.lifted_at IS NULL)', partition_name) INTO held;
			CONTINUE WHEN held;
			EXECUTE format('DROP TABLE %I', partition_name);
			dropped := dropped || partition_name;
		END LOOP;
	END IF;
	RETURN NEXT;
END $$;
--> statement-breakpoint
SELECT tend_decisions();
--> statement-breakpoint
-- Many decisions in one statement, of several providers: each provider's as that provider, under row-level security.
-- Each is a list in the order of the columns, times in milliseconds since 1970; see db/queries/decisions.ts.
-- Sent again, because nobody heard that they were written, they are written once.
CREATE FUNCTION log_decisions(by_provider jsonb) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
	provider text;
	theirs jsonb;
BEGIN
	FOR provider, theirs IN SELECT * FROM jsonb_each(by_provider) LOOP
		PERFORM set_config('app.provider_id', provider, true);
		INSERT INTO decisions (provider_id, evaluation_id, evaluated_at, client_id, subject_type, subject_id, action,
			resource_type, resource_id, context, person_id, site_id, up_to_seq, policy_version, beside, decision, code, standing, valid_until)
		SELECT provider::uuid, (r ->> 0)::uuid, to_timestamp((r ->> 1)::bigint / 1000.0), r ->> 2, r ->> 3, r ->> 4, r ->> 5,
			r ->> 6, r ->> 7, r -> 8, (r ->> 9)::uuid, (r ->> 10)::uuid, (r ->> 11)::bigint, r ->> 12, r -> 13, (r ->> 14)::boolean,
			r ->> 15, r ->> 16, to_timestamp((r ->> 17)::bigint / 1000.0)
		FROM jsonb_array_elements(theirs) r
		ON CONFLICT DO NOTHING;
	END LOOP;
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION make_decisions_partition(date), guard_decisions_partition(text), tend_decisions(), forget_asked(), log_decisions(jsonb) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION tend_decisions(), forget_asked(), log_decisions(jsonb) TO countersign_app;

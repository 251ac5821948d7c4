-- Hand-written: a link for somebody outside says who it was sent to, and can be taken out of use by whoever may send one.
ALTER TABLE "outside_requests" ADD COLUMN "recipient" text DEFAULT '' NOT NULL;
--> statement-breakpoint
ALTER TABLE "outside_requests" ADD COLUMN "cancelled_at" timestamp (3) with time zone;
--> statement-breakpoint
ALTER TABLE "outside_requests" ADD COLUMN "cancelled_by" uuid;
--> statement-breakpoint
ALTER TABLE "outside_requests" ADD CONSTRAINT "outside_requests_provider_id_cancelled_by_people_provider_id_id_fk" FOREIGN KEY ("provider_id","cancelled_by") REFERENCES "public"."people"("provider_id","id");
--> statement-breakpoint
ALTER TABLE "outside_requests" ADD CONSTRAINT "outside_requests_cancelled_whole" CHECK (("cancelled_at" is null) = ("cancelled_by" is null));
--> statement-breakpoint
ALTER TABLE "outside_requests" ADD CONSTRAINT "outside_requests_end_once" CHECK ("used_at" is null or "cancelled_at" is null);
--> statement-breakpoint
CREATE INDEX "outside_requests_open" ON "outside_requests" ("provider_id","expires_at") WHERE used_at is null and cancelled_at is null;

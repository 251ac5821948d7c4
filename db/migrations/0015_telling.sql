-- Hand-written: what is kept for an endpoint or a client that is switched off does not wait for anybody to send it, and
-- no alarm should ring for it.
CREATE OR REPLACE FUNCTION measure_telling() RETURNS TABLE (waiting bigint, oldest_seconds double precision, behind bigint, untold_seconds double precision)
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
	WITH due AS (
		SELECT d.provider_id, d.event_id, d.created_at FROM webhook_deliveries d
		JOIN webhook_endpoints w ON w.provider_id = d.provider_id AND w.id = d.endpoint_id
		WHERE d.state = 'due' AND (w.off_at IS NULL OR d.event_id IS NULL) AND NOT EXISTS (
			SELECT FROM clients c WHERE c.provider_id = w.provider_id AND c.id = w.client_id AND c.disabled_at IS NOT NULL
		)
	)
	SELECT
		(SELECT count(*) FROM due),
		(SELECT coalesce(max(extract(epoch FROM statement_timestamp() - due.created_at)), 0)::float8 FROM due),
		(SELECT coalesce(max(newest.seq - oldest.seq + 1), 0)::bigint FROM (
			SELECT due.provider_id, min(e.seq) AS seq FROM due
			JOIN events e ON e.provider_id = due.provider_id AND e.id = due.event_id
			GROUP BY 1
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

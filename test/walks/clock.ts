import type { Sql } from '#db/client.server.ts';

/**
 * A clock that a test moves: the database's own, so much ahead. What the application asks by name is found in this schema
 * first, and so it is by the gate's one function. What the others ask, with a path of their own, stays true to the hour.
 */
export async function makeClock(owner: Sql, database: string): Promise<void> {
	await owner.unsafe(`
		create schema test_clock;
		create table test_clock.ahead (seconds double precision not null);
		insert into test_clock.ahead values (-1e10);
		create function test_clock.clock_timestamp() returns timestamptz language sql volatile as
			'select pg_catalog.clock_timestamp() + make_interval(secs => seconds) from test_clock.ahead';
		create function test_clock.statement_timestamp() returns timestamptz language sql stable as
			'select pg_catalog.statement_timestamp() + make_interval(secs => seconds) from test_clock.ahead';
		alter function gate_answers set search_path = test_clock, pg_catalog;
		grant usage on schema test_clock to countersign_app;
		grant select on test_clock.ahead to countersign_app;
		alter database ${database} set search_path = test_clock, pg_catalog, public;
	`);
}

/** Moves the clock; it never goes back. */
export async function moveClock(owner: Sql, to: Date): Promise<void> {
	await owner`update test_clock.ahead set seconds = greatest(seconds, extract(epoch from ${to.toISOString()}::timestamptz - pg_catalog.clock_timestamp()))`;
}

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import { appUrlFrom } from './client.server.ts';
import { connect, type Sql } from './connect.ts';

/** Where the migrations are, found from the project's root whether the code runs as source or bundled. */
export const migrationsFolder = path.resolve('db/migrations');

const migrationLock = 7_205_001;
const oldestPostgres = 180_000;

export class DatabaseError extends Error {}

/**
 * Brings a database to the newest schema, as its owner; any number of processes may do so at once. Makes the
 * application's role, with the password that `appUrlFrom` gives. Throws DatabaseError in one plain sentence.
 */
export async function migrateDatabase(ownerUrl: string): Promise<void> {
	if (!existsSync(migrationsFolder))
		throw new DatabaseError(`No migrations at ${migrationsFolder}: start from the project's folder.`);
	if (!new URL(ownerUrl).password)
		throw new DatabaseError('DATABASE_URL must carry a password: the application’s own role gets one made from it.');
	const client = connect(ownerUrl, { max: 1 });
	try {
		const [server] = await client<{ version: number }[]>`select current_setting('server_version_num')::int as version`;
		if ((server?.version ?? 0) < oldestPostgres) throw new DatabaseError('PostgreSQL 18 or newer is needed.');
		await client`select pg_advisory_lock(${migrationLock})`;
		await ensureAppRole(client, appUrlFrom(ownerUrl));
		await migrate(drizzle({ client }), { migrationsFolder });
		await client`select pg_advisory_unlock(${migrationLock})`;
	} catch (error) {
		if (error instanceof DatabaseError) throw error;
		throw new DatabaseError(`The database at ${withoutPassword(ownerUrl)} cannot be used: ${causeOf(error)}`);
	} finally {
		await client.end({ timeout: 2 });
	}
}

async function ensureAppRole(client: Sql, appUrl: string): Promise<void> {
	const { username, password } = new URL(appUrl);
	// The password is hexadecimal and the name is ours, so that both may stand in a statement that takes no parameters.
	const [exists] = await client`select 1 from pg_roles where rolname = ${username}`;
	await client.unsafe(
		`${exists ? 'alter' : 'create'} role ${username} login nosuperuser nobypassrls password '${password}'`,
	);
}

/** How many migrations this version of the code has: what `/healthz` compares the database with. */
export async function migrationCount(): Promise<number> {
	const journal = JSON.parse(await readFile(path.join(migrationsFolder, 'meta/_journal.json'), 'utf8'));
	return journal.entries.length;
}

export function withoutPassword(url: string): string {
	const shown = new URL(url);
	shown.password = '';
	return shown.href;
}

function causeOf(error: unknown): string {
	const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
	return cause instanceof Error ? cause.message || String((cause as { code?: string }).code) : String(cause);
}

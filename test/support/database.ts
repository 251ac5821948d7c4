import { randomBytes } from 'node:crypto';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { inject, onTestFinished } from 'vitest';
import { appUrlFrom, type Database, type Db, openDatabase, type Sql } from '#db/client.server.ts';
import * as schema from '#db/schema.ts';

export interface TestDatabase {
	name: string;
	ownerUrl: string;
	appUrl: string;
	/** As the application opens it. */
	database: Database;
	/** The owner, who is a superuser: row-level security does not hold him. */
	owner: Sql;
	ownerDb: Db;
	close(): Promise<void>;
}

/** What test/support/global-setup.ts makes. */
export type Template = 'demonstration' | 'few' | 'empty';

/** A database of one's own, cloned from a template. Inside a test it closes by itself when the test is over. */
export async function testDatabase(
	template: Template = 'demonstration',
	options: { connections?: number } = {},
): Promise<TestDatabase> {
	const test = await openClone(template, options);
	onTestFinished(() => test.close());
	return test;
}

/** The same outside a test: whoever opens it closes it. */
export async function openClone(template: Template, options: { connections?: number } = {}): Promise<TestDatabase> {
	const serverUrl = inject('serverUrl');
	const name = `test_${randomBytes(6).toString('hex')}`;
	await onServer(serverUrl, `create database ${name} template ${template} strategy file_copy`);
	const url = new URL(serverUrl);
	url.pathname = `/${name}`;
	const ownerUrl = url.href;
	const appUrl = appUrlFrom(ownerUrl);
	const database = openDatabase(appUrl, options);
	const owner = postgres(ownerUrl, { max: 4, onnotice: () => {} });
	// Drizzle changes the client it is given, so it gets one to itself.
	const ownerClient = postgres(ownerUrl, { max: 2, onnotice: () => {} });
	return {
		name,
		ownerUrl,
		appUrl,
		database,
		owner,
		ownerDb: drizzle({ client: ownerClient, schema }),
		close: async () => {
			await Promise.all([database.close(), owner.end({ timeout: 1 }), ownerClient.end({ timeout: 1 })]);
			await onServer(serverUrl, `drop database if exists ${name} with (force)`);
		},
	};
}

/** Kept open for the next database, and closed by itself when no more is asked for. */
let server: Sql | undefined;

async function onServer(serverUrl: string, statement: string): Promise<void> {
	server ??= postgres(serverUrl, { max: 2, idle_timeout: 2, fetch_types: false, onnotice: () => {} });
	await server.unsafe(statement);
}

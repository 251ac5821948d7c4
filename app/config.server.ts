import { z } from 'zod';

/** Every environment variable there is. Parsed once, at the start; a wrong one ends the start in one clear line. */
const environment = z.object({
	PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
	HOST: z.string().min(1).default('127.0.0.1'),
	/** The address people type, when it is not http://HOST:PORT: behind a proxy, say. Turns secure cookies on when https. */
	ORIGIN: z.url({ protocol: /^https?$/ }).optional(),
	/** PostgreSQL 18 or newer, as the role that shall own the tables. Unset: the embedded one. */
	DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
	DATA_DIR: z.string().min(1).default('.data'),
	/** Make the demonstration provider in an empty database. Unset: yes when the database is the embedded one. */
	DEMO: z.stringbool().optional(),
	LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug']).default('info'),
	NODE_ENV: z.enum(['development', 'production', 'test']).default('production'),
});

export class ConfigError extends Error {}

function readConfig(variables: Record<string, string | undefined>) {
	const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
	const parsed = environment.safeParse(set);
	if (!parsed.success) {
		const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
		throw new ConfigError(`The environment is not right: ${wrong.join('; ')}`);
	}
	const { PORT, HOST, ORIGIN, DATABASE_URL, DATA_DIR, DEMO, LOG_LEVEL, NODE_ENV } = parsed.data;
	return {
		port: PORT,
		host: HOST,
		origin: ORIGIN ? new URL(ORIGIN).origin : undefined,
		databaseUrl: DATABASE_URL,
		dataDir: DATA_DIR,
		demo: DEMO ?? DATABASE_URL === undefined,
		logLevel: LOG_LEVEL,
		development: NODE_ENV === 'development',
	};
}

export const config = readConfig(process.env);

import { z } from 'zod';

/** Every environment variable there is. Parsed once, at the start; a wrong one ends the start in one clear line. */
const environment = z.object({
	PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
	HOST: z.string().min(1).default('127.0.0.1'),
	/** The address people type, when it is not http://HOST:PORT: behind a proxy, say. Turns secure cookies on when https. */
	ORIGIN: z.url({ protocol: /^https?$/ }).optional(),
	/** How many proxies of our own stand in front, each of which adds the address it saw to X-Forwarded-For. */
	PROXIES: z.coerce.number().int().min(0).max(5).default(0),
	/** PostgreSQL 18 or newer, as the role that shall own the tables. Unset: the embedded one. */
	DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
	DATA_DIR: z.string().min(1).default('.data'),
	/** Make the demonstration provider in an empty database. Unset: yes when the database is the embedded one. */
	DEMO: z.stringbool().optional(),
	/** What the gate does while its decision log cannot be written: go on answering, or refuse. */
	DECISION_LOG: z.enum(['answer', 'strict']).default('answer'),
	/** Bearer token for `GET /metrics`; at least 16 characters. Unset: there is no such address, unless it has a port of its own. */
	METRICS_TOKEN: z.string().min(16).optional(),
	/** A port of its own for `GET /metrics`, on HOST. */
	METRICS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
	/** Send webhooks also to this very machine, and over plain http there: for tests and the demonstration, never in use. */
	WEBHOOK_LOOPBACK: z.stringbool().default(false),
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
	const { PORT, HOST, ORIGIN, PROXIES, DATABASE_URL, DATA_DIR, DEMO, LOG_LEVEL, NODE_ENV } = parsed.data;
	const { DECISION_LOG, METRICS_TOKEN, METRICS_PORT } = parsed.data;
	const { WEBHOOK_LOOPBACK } = parsed.data;
	return {
		port: PORT,
		host: HOST,
		origin: ORIGIN ? new URL(ORIGIN).origin : undefined,
		proxies: PROXIES,
		databaseUrl: DATABASE_URL,
		dataDir: DATA_DIR,
		demo: DEMO ?? DATABASE_URL === undefined,
		decisionLog: DECISION_LOG,
		metricsToken: METRICS_TOKEN,
		metricsPort: METRICS_PORT,
		webhookLoopback: WEBHOOK_LOOPBACK,
		logLevel: LOG_LEVEL,
		development: NODE_ENV === 'development',
	};
}

export const config = readConfig(process.env);

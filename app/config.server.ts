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
	/** A streaming replica of it that this process's gate reads, with the same name and password. Unset: the gate reads the primary. */
	GATE_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
	DATA_DIR: z.string().min(1).default('.data'),
	/** What this process answers: a large page rendered beside the gate makes its slowest answers slower. Jobs run with the pages. */
	SERVE: z.enum(['all', 'gate', 'pages']).default('all'),
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
	/** Where traces of the gate go, by OTLP over HTTP: its base address. Unset: there are none, and nothing of them is loaded. */
	OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
	/**
	 * Where the demonstration's example eMAR listens, on HOST; 0: nowhere. Unset: one above PORT with the embedded
	 * database, otherwise nowhere. Without the demonstration there is none.
	 */
	EXAMPLE_EMAR_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
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
	const { GATE_DATABASE_URL, SERVE, WEBHOOK_LOOPBACK, OTEL_EXPORTER_OTLP_ENDPOINT, EXAMPLE_EMAR_PORT } = parsed.data;
	return {
		port: PORT,
		host: HOST,
		origin: ORIGIN ? new URL(ORIGIN).origin : undefined,
		proxies: PROXIES,
		databaseUrl: DATABASE_URL,
		gateDatabaseUrl: GATE_DATABASE_URL,
		servesGate: SERVE !== 'pages',
		servesPages: SERVE !== 'gate',
		dataDir: DATA_DIR,
		demo: DEMO ?? DATABASE_URL === undefined,
		decisionLog: DECISION_LOG,
		metricsToken: METRICS_TOKEN,
		metricsPort: METRICS_PORT,
		webhookLoopback: WEBHOOK_LOOPBACK,
		traces: OTEL_EXPORTER_OTLP_ENDPOINT,
		exampleEmarPort: (EXAMPLE_EMAR_PORT ?? (DATABASE_URL || PORT === 0 ? 0 : PORT + 1)) || undefined,
		logLevel: LOG_LEVEL,
		development: NODE_ENV === 'development',
	};
}

export const config = readConfig(process.env);

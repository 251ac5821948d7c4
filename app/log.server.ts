import pino from 'pino';
import { config } from './config.server.ts';

/**
 * An error without what was in its statement: Drizzle puts every value into the message, Postgres those of a row into the
 * detail, and among them are names, free text and the hashes of secrets.
 */
export function sayError(error: unknown): unknown {
	if (!(error instanceof Error)) return error;
	const {
		name,
		message,
		stack = '',
		cause,
		code,
		constraint,
	} = error as Error & { code?: string; constraint?: string };
	const said = 'params' in error ? message.split('\nparams: ', 1)[0] : message;
	return {
		type: name,
		message: said,
		...(code ? { code } : {}),
		...(constraint ? { constraint } : {}),
		stack: stack.replace(message, said ?? ''),
		...(cause ? { cause: sayError(cause) } : {}),
	};
}

/** An address as it may be logged. A one-time link is a secret: whoever reads the log must not be able to use it. */
export function sayPath(pathname: string): string {
	return pathname.replace(/^\/outside\/.*/, '/outside/…');
}

/** Structured log, one JSON object a line. Secrets have no business here; these paths are struck out all the same. */
export const log = pino({
	level: config.logLevel,
	base: undefined,
	serializers: { err: sayError },
	redact: [
		'password',
		'pin',
		'secret',
		'authorization',
		'cookie',
		'*.password',
		'*.pin',
		'*.secret',
		'*.authorization',
		'*.cookie',
	],
});

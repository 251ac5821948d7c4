import pino from 'pino';
import { config } from './config.server.ts';

/** Structured log, one JSON object a line. Secrets have no business here; these paths are struck out all the same. */
export const log = pino({
	level: config.logLevel,
	base: undefined,
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

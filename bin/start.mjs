import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfStale, bundle } from './build.mjs';
import { startExample } from './example.mjs';

// `npm start`: builds when something has changed since the last build, then serves until it is told to stop.
process.chdir(path.resolve(import.meta.dirname, '..'));
process.env.NODE_ENV = 'production';

const say = (/** @type {string} */ line) => console.log(line);

try {
	buildIfStale(say);
	/** @type {typeof import('../app/server.ts')} */
	const { serve } = await import(pathToFileURL(path.resolve(bundle)).href);
	const running = await serve(say);
	say('');
	say(`Countersign is at ${running.url}`);
	for (const line of running.welcome) say(line);
	const example = running.example && startExample(running.url, running.example);
	say('Ctrl-C stops it.');

	let stopping = false;
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
		process.on(signal, async () => {
			if (stopping) return;
			stopping = true;
			say('Stopping …');
			example?.kill();
			await running.stop();
			process.exit(0);
		});
} catch (error) {
	console.error(error instanceof Error ? error.message : String(error));
	process.exit(1);
}

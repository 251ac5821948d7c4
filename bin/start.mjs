import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { startExample } from './example.mjs';

// `npm start`: builds when something has changed since the last build, then serves until it is told to stop.
process.chdir(path.resolve(import.meta.dirname, '..'));
process.env.NODE_ENV = 'production';

const bundle = 'build/server/index.js';
const say = (/** @type {string} */ line) => console.log(line);

/** @param {string} place @returns {number} */
function newestChange(place) {
	if (!existsSync(place)) return 0;
	if (!statSync(place).isDirectory()) return statSync(place).mtimeMs;
	return Math.max(0, ...readdirSync(place).map((name) => newestChange(path.join(place, name))));
}

function buildIfStale() {
	const sources = ['app', 'db', 'package-lock.json', 'vite.config.ts', 'remix.config.js'];
	const built = existsSync(bundle) ? statSync(bundle).mtimeMs : 0;
	if (Math.max(...sources.map(newestChange)) < built) return;
	say('Building the site (about 10 seconds) …');
	const remix = path.resolve('node_modules/.bin/remix');
	try {
		execFileSync(remix, ['vite:build', '--logLevel', 'error'], { stdio: ['ignore', 'ignore', 'pipe'] });
	} catch (error) {
		const output = /** @type {{ stderr?: Buffer }} */ (error).stderr?.toString() ?? String(error);
		throw new Error(`The build failed:\n${output}`);
	}
}

try {
	buildIfStale();
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

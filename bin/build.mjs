import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** What a build leaves behind. */
export const bundle = 'build/server/index.js';

/** @param {string} place @returns {number} */
function newestChange(place) {
	if (!existsSync(place)) return 0;
	if (!statSync(place).isDirectory()) return statSync(place).mtimeMs;
	return Math.max(0, ...readdirSync(place).map((name) => newestChange(path.join(place, name))));
}

/**
 * Builds when something has changed since the last build.
 * @param {(line: string) => void} say
 */
export function buildIfStale(say) {
	const sources = ['app', 'db', 'package-lock.json', 'vite.config.ts', 'remix.config.js'];
	const built = existsSync(bundle) ? statSync(bundle).mtimeMs : 0;
	if (Math.max(...sources.map(newestChange)) < built) return;
	say('Building the site (about 10 seconds) …');
	const remix = path.resolve('node_modules/.bin/remix');
	try {
		/** @type {NodeJS.ProcessEnv} */
		const env = { ...process.env, NODE_ENV: 'production' };
		execFileSync(remix, ['vite:build', '--logLevel', 'error'], { stdio: ['ignore', 'ignore', 'pipe'], env });
	} catch (error) {
		const output = /** @type {{ stderr?: Buffer }} */ (error).stderr?.toString() ?? String(error);
		throw new Error(`The build failed:\n${output}`);
	}
}

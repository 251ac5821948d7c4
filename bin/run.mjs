import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * Runs a program of the project's own packages, and says whether it ended well.
 * @param {string} title
 * @param {string[]} command
 * @param {{ variables?: Record<string, string>, aside?: boolean }} [options] aside: beside others, and so it is
 *   printed only when it has ended, in one piece
 * @returns {Promise<boolean>}
 */
export function run(title, command, { variables = {}, aside = false } = {}) {
	const began = performance.now();
	const [program = '', ...rest] = command;
	const local = path.resolve('node_modules/.bin', program);
	const colours = aside && process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};
	if (!aside) console.log(`\n── ${title}`);
	const child = spawn(existsSync(local) ? local : program, rest, {
		stdio: aside ? ['ignore', 'pipe', 'pipe'] : 'inherit',
		env: { ...process.env, ...colours, ...variables },
	});
	let said = '';
	for (const stream of [child.stdout, child.stderr])
		stream?.setEncoding('utf8').on('data', (text) => {
			said += text;
		});
	return new Promise((resolve) => {
		child.on('error', (error) => {
			said += error.message;
		});
		child.on('close', (code) => {
			if (aside) console.log(`\n── ${title}: ${Math.round((performance.now() - began) / 1000)} s\n${said.trim()}`);
			resolve(code === 0);
		});
	});
}

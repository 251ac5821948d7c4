import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
	console.error(`Countersign needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
	process.exit(1);
}

const root = fileURLToPath(new URL('..', import.meta.url));
const lock = `${root}package-lock.json`;
const installed = `${root}node_modules/.package-lock.json`;

if (!existsSync(installed) || (existsSync(lock) && statSync(installed).mtimeMs < statSync(lock).mtimeMs)) {
	const why = existsSync(installed) ? 'out of date' : 'not installed yet';
	console.log(`The packages are ${why}: running npm install, which takes about a minute.`);
	// With NODE_ENV=production npm would leave out what the build needs.
	const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--include=dev'], {
		cwd: root,
		stdio: 'inherit',
		shell: process.platform === 'win32',
	});
	if (status !== 0) {
		console.error('npm install did not succeed; what it said is above.');
		process.exit(1);
	}
}

import { spawn } from 'node:child_process';

/**
 * The example eMAR is a program of its own, which knows of us what any other system does. It ends when we do.
 * @param {string} countersign
 * @param {import('../app/server.ts').Example} example
 */
export function startExample(countersign, { url, host, webhookSecret }) {
	const child = spawn(process.execPath, ['--import', 'tsx', 'example-emar/start.ts'], {
		stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
		env: {
			NODE_ENV: 'production',
			PATH: process.env.PATH,
			PORT: new URL(url).port,
			HOST: host,
			COUNTERSIGN_URL: countersign,
			WEBHOOK_SECRET: webhookSecret,
		},
	});
	child.on('error', (error) => console.log(`The example eMAR did not start: ${error.message}`));
	return child;
}

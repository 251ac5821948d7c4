import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { issuer, testGate } from '../support/gate.ts';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../..');
const program = `
import { Countersign, verifyWebhook, OfflineRound } from '@countersign/client';
const [url, issuer, subject] = process.argv.slice(2);
const credentials = { clientId: 'demo-emar', clientSecret: 'demo-emar-secret' };
// A long wait, for a machine that is busy.
const client = new Countersign({ url, issuer, credentials, timeout: 30_000 });
const asked = { subject, action: 'administer-oral', site: 'rose-house' };
const { decision, why, code } = await client.evaluate(asked);
const again = await client.evaluate(asked);
const stored = await client.prepareRound('rose-house');
const until = client.roundOf('rose-house').endsAt > new Date();
console.log(JSON.stringify({ decision, why, code, again: again.decision, until, listed: stored.token.split('.').length, types: [typeof verifyWebhook, typeof OfflineRound] }));
`;

test('the package as it is published builds, needs nothing else, and asks the gate from plain Node', {
	timeout: 240_000,
}, async () => {
	const place = mkdtempSync(path.join(os.tmpdir(), 'countersign-client-'));
	onTestFinished(() => rmSync(place, { recursive: true, force: true }));
	const installed = path.join(place, 'node_modules/@countersign/client');
	mkdirSync(installed, { recursive: true });
	for (const file of ['package.json', 'README.md', 'LICENSE'])
		cpSync(path.join(root, 'client', file), path.join(installed, file));
	// Fails where a type is wrong: the package is checked by its own, stricter settings here.
	const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
	await run(process.execPath, [
		compiler,
		'-p',
		path.join(root, 'client/tsconfig.json'),
		'--outDir',
		path.join(installed, 'dist'),
	]);
	const { dependencies, exports: given } = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8'));
	expect(dependencies).toBeUndefined();
	const built = readdirSync(path.join(installed, 'dist'));
	for (const file of Object.values(given['.']) as string[]) expect(built).toContain(path.basename(file));
	const imports = built
		.filter((file) => file.endsWith('.js'))
		.flatMap((file) => [...readFileSync(path.join(installed, 'dist', file), 'utf8').matchAll(/from '([^']+)'/g)])
		.map(([, from = '']) => from);
	expect(imports.filter((from) => !/^\.\/[\w-]+\.js$/.test(from))).toEqual([]);

	const { port } = await testGate();
	const file = path.join(place, 'ask.mjs');
	writeFileSync(file, program);
	const ask = async (subject: string) => {
		const words = [file, `http://127.0.0.1:${port}`, issuer, subject];
		const { stdout } = await run(process.execPath, words, { cwd: place, env: { NODE_ENV: 'production' } });
		return JSON.parse(stdout);
	};
	expect(await ask('ben.whitfield')).toEqual({
		decision: true,
		why: 'gate',
		code: 'competent',
		again: true,
		until: true,
		listed: 3,
		types: ['function', 'function'],
	});
	expect(await ask('danny.hughes')).toMatchObject({ decision: false, why: 'gate', again: false });
});

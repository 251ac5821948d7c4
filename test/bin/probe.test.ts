import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { demonstration } from '#db/seed.ts';
import { testGate } from '../support/gate.ts';

function folder(): string {
	const made = mkdtempSync(path.join(os.tmpdir(), 'countersign-probe-'));
	onTestFinished(() => rmSync(made, { recursive: true, force: true }));
	return made;
}

interface Probed {
	code: number;
	said: string;
	complained: string;
}

function probe(args: string[], secret: string = demonstration.clientSecret): Promise<Probed> {
	return new Promise((resolve) => {
		const given = ['bin/probe.mjs', '--client', demonstration.clientId, '--secret-file', '-', ...args];
		const child = execFile(process.execPath, given, (error, said, complained) =>
			resolve({ code: Number(error?.code ?? 0), said, complained }),
		);
		child.stdin?.end(secret);
	});
}

test('one question that is answered, with yes or with no, counts; the figure is kept from one time to the next', async () => {
	const { port } = await testGate();
	const file = path.join(folder(), 'availability.json');
	const args = ['--once', '--url', `http://127.0.0.1:${port}`, '--file', file];
	const yes = await probe([...args, '--subject', 'ben.whitfield', '--resource', 'rose-house']);
	expect(yes).toMatchObject({ code: 0, complained: '' });
	expect(yes.said).toContain('answered (competent)');
	expect((await probe(args)).said).toContain('answered (unknown_person)');
	expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
		asked: 2,
		answered: 2,
		availability: 100,
		minutes: 'yy',
	});
	const wrong = await probe(args, 'not the secret');
	expect(wrong).toMatchObject({ code: 1 });
	const kept = JSON.parse(readFileSync(file, 'utf8'));
	expect(kept).toMatchObject({ asked: 3, answered: 2, availability: 66.666, lastFailure: { what: 'no token: 401' } });
	expect(readFileSync(file, 'utf8')).not.toContain(demonstration.clientSecret);
});

test('below the threshold the exit code is 1, also when this question was answered', async () => {
	const { port } = await testGate();
	const file = path.join(folder(), 'availability.json');
	const before = { since: '2026-11-01T00:00:00Z', minutes: `${'y'.repeat(98)}n` };
	writeFileSync(file, JSON.stringify(before));
	const args = ['--once', '--url', `http://127.0.0.1:${port}`, '--file', file];
	expect(await probe([...args, '--threshold', '99'])).toMatchObject({ code: 0 });
	expect(await probe([...args, '--threshold', '99.5'])).toMatchObject({
		code: 1,
		complained: '99.009 % is below 99.5 %\n',
	});
	// And without --once it does not go on asking.
	expect(await probe(['--url', `http://127.0.0.1:${port}`, '--file', file])).toMatchObject({ code: 1 });
});

test('nobody there, an error and an answer that is no decision are no answer', async () => {
	const file = path.join(folder(), 'availability.json');
	const gone = await probe(['--once', '--url', 'http://127.0.0.1:1', '--file', file]);
	expect(gone.code).toBe(1);
	const server = createServer((request, response) => {
		const granted = request.url === '/oauth/token';
		response.end(JSON.stringify(granted ? { access_token: 'x', expires_in: 300 } : { decision: 'maybe' }));
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => void server.close());
	const { port } = server.address() as AddressInfo;
	const odd = await probe(['--once', '--url', `http://127.0.0.1:${port}`, '--file', file]);
	expect(odd).toMatchObject({ code: 1 });
	expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ minutes: 'nn' });
});

test('without what it needs it says how it is used, and touches no file that is not its own', async () => {
	expect(await probe(['--once', '--threshold', 'much'])).toMatchObject({ code: 2 });
	const file = path.join(folder(), 'other.json');
	writeFileSync(file, '{"minutes": 7}');
	expect(await probe(['--once', '--url', 'http://127.0.0.1:1', '--file', file])).toMatchObject({ code: 2 });
	expect(readFileSync(file, 'utf8')).toBe('{"minutes": 7}');
});

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import autocannon from 'autocannon';

// `npm run bench`: the gate's decisions per second and p99, each as a ratio to a bare node:http server that gives a
// constant JSON answer to the same request, measured in the same run. Servers on one core, the load on another.
process.chdir(path.resolve(import.meta.dirname, '..'));

const seconds = Number(process.env.BENCH_SECONDS ?? 5);
const concurrencies = [1, 8, 32];
const question = JSON.stringify({
	subject: { type: 'staff', id: 'tomasz.nowak' },
	action: { name: 'administer-oral' },
	resource: { type: 'site', id: 'rose-house' },
});

if (process.argv[2] === 'bare') {
	const body = JSON.stringify({ decision: true, context: { code: 'competent' } });
	const server = createServer((request, response) => {
		request
			.on('data', () => {})
			.on('end', () => {
				response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
			});
	});
	server.listen(0, '127.0.0.1', () =>
		process.send?.(/** @type {import('node:net').AddressInfo} */ (server.address()).port),
	);
} else {
	await bench();
}

/** @returns {boolean} */
function canPin() {
	try {
		execFileSync('taskset', ['-c', '0', 'true'], { stdio: 'ignore' });
		return true;
	} catch {
		return false;
	}
}

async function bench() {
	const pinned = canPin();
	/** @param {string[]} rest @param {Record<string, string>} variables */
	const start = (rest, variables = {}) =>
		spawn(pinned ? 'taskset' : process.execPath, pinned ? ['-c', '0', process.execPath, ...rest] : rest, {
			stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
			env: { ...process.env, ...variables },
		});
	if (pinned) execFileSync('taskset', ['-cp', '1', String(process.pid)], { stdio: 'ignore' });

	const dataDir = mkdtempSync(path.join(tmpdir(), 'countersign-bench-'));
	const bare = start(['bin/bench.mjs', 'bare']);
	const port = String(20_000 + (process.pid % 10_000));
	const site = start(['bin/start.mjs'], { PORT: port, DATA_DIR: dataDir, DATABASE_URL: '', LOG_LEVEL: 'warn' });
	try {
		const [barePort] = await once(bare, 'message');
		await ready(`http://127.0.0.1:${port}`, site);
		const token = await tokenFrom(`http://127.0.0.1:${port}`);
		console.log(`Node ${process.version}, ${seconds} s a row${pinned ? ', servers on core 0, load on core 1' : ''}\n`);
		console.log('  at once   bare req/s   gate req/s   ratio    bare p99    gate p99   ratio');
		for (const connections of concurrencies) {
			const floor = await load(`http://127.0.0.1:${barePort}`, connections, token);
			const gate = await load(`http://127.0.0.1:${port}`, connections, token);
			const cells = [
				String(connections).padStart(9),
				floor.rate.toFixed(0).padStart(13),
				gate.rate.toFixed(0).padStart(13),
				(gate.rate / floor.rate).toFixed(2).padStart(8),
				`${floor.p99.toFixed(1)} ms`.padStart(12),
				`${gate.p99.toFixed(1)} ms`.padStart(12),
				(gate.p99 / Math.max(floor.p99, 0.1)).toFixed(1).padStart(8),
			];
			console.log(cells.join(''));
		}
	} finally {
		bare.kill();
		site.kill('SIGTERM');
		await Promise.race([once(site, 'exit'), new Promise((resolve) => setTimeout(resolve, 8000).unref())]);
		rmSync(dataDir, { recursive: true, force: true });
	}
}

/** @param {string} url @param {import('node:child_process').ChildProcess} site */
async function ready(url, site) {
	for (let turn = 0; turn < 600 && site.exitCode === null; turn += 1) {
		const answer = await fetch(`${url}/healthz`).catch(() => null);
		if (answer?.ok) return;
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	throw new Error('the server did not start');
}

/** @param {string} url @returns {Promise<string>} */
async function tokenFrom(url) {
	const answer = await fetch(`${url}/oauth/token`, {
		method: 'POST',
		headers: { authorization: `Basic ${Buffer.from('demo-emar:demo-emar-secret').toString('base64')}` },
		body: new URLSearchParams({ grant_type: 'client_credentials' }),
	});
	return (await answer.json()).access_token;
}

/** @param {string} url @param {number} connections @param {string} token */
async function load(url, connections, token) {
	const options = {
		url: `${url}/access/v1/evaluation`,
		method: /** @type {const} */ ('POST'),
		headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
		body: question,
		connections,
	};
	await autocannon({ ...options, duration: 1 });
	const result = await autocannon({ ...options, duration: seconds });
	if (result.non2xx || result.errors) throw new Error(`${result.non2xx} refused, ${result.errors} failed`);
	return { rate: result.requests.average, p99: result.latency.p99 };
}

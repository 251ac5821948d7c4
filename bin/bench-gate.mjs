import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import autocannon from 'autocannon';
import postgres from 'postgres';

// `npm run bench:gate`: the gate's decisions per second and p99, each as a ratio to something measured in the same run.
// The server has one core, the load the other; Postgres runs where there is room.
process.chdir(path.resolve(import.meta.dirname, '..'));

const seconds = Number(process.env.BENCH_SECONDS ?? 5);
const manyPeople = Number(process.env.BENCH_PEOPLE ?? 100_000);
const concurrencies = [1, 8, 32, 128];
/** @param {string} id */
const asking = (id) => ({
	subject: { type: 'staff', id },
	action: { name: 'administer-oral' },
	resource: { type: 'site', id: 'rose-house' },
});

/** @typedef {{ rate: number, p99: number }} Measured */
/** @typedef {{ at: string, path?: string, bodies: unknown[], connections: number, tokens: string[] }} Load */

if (process.argv[2] === 'bare') bare();
else await main();

/** What any answer in Node costs at the least: a constant one, to a body that is not read. */
function bare() {
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
}

async function main() {
	const pinned = canRun('taskset', ['-c', '0', 'true']);
	/** @param {string[]} rest @param {Record<string, string>} variables */
	const start = (rest, variables = {}) =>
		spawn(pinned ? 'taskset' : process.execPath, pinned ? ['-c', '0', process.execPath, ...rest] : rest, {
			stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
			env: { ...process.env, ...variables },
		});
	if (pinned) execFileSync('taskset', ['-cp', '1', String(process.pid)], { stdio: 'ignore' });

	const dataDir = mkdtempSync(path.join(tmpdir(), 'countersign-bench-'));
	const floor = start(['bin/bench-gate.mjs', 'bare']);
	const port = String(20_000 + (process.pid % 10_000));
	const site = start(['bin/start.mjs'], {
		PORT: port,
		EXAMPLE_EMAR_PORT: '0',
		DATA_DIR: dataDir,
		DATABASE_URL: '',
		LOG_LEVEL: 'warn',
	});
	try {
		const [barePort] = await once(floor, 'message');
		const [bareAt, at] = [`http://127.0.0.1:${barePort}`, `http://127.0.0.1:${port}`];
		await ready(at, site);
		if (pinned) setPostgresFree(dataDir);
		const asked = { at, tokens: [await tokenFrom(at, 'demo-emar')], bodies: [asking('tomasz.nowak')] };
		console.log(
			`Node ${process.version}, ${seconds} s a row${pinned ? ', servers on core 0, load on core 1, Postgres on either' : ''}`,
		);

		const bareAt32 = await againstBare(asked, bareAt);
		await againstPgbench(dataDir, { ...asked, connections: 32 });
		await batches(dataDir, { ...asked, connections: 8 });
		await whilePausing(dataDir, { ...asked, connections: 32 });
		await manyMorePeople(dataDir, { ...asked, connections: 32 }, bareAt32);
	} finally {
		floor.kill();
		site.kill('SIGTERM');
		await Promise.race([once(site, 'exit'), new Promise((resolve) => setTimeout(resolve, 8000).unref())]);
		rmSync(dataDir, { recursive: true, force: true });
	}
}

/** The one in the middle by its rate. @param {Measured[]} measured @returns {Measured} */
function middle(measured) {
	const sorted = measured.toSorted((one, other) => one.rate - other.rate);
	return /** @type {Measured} */ (sorted[Math.floor(sorted.length / 2)]);
}

/** @param {string} program @param {string[]} rest */
function canRun(program, rest) {
	try {
		execFileSync(program, rest, { stdio: 'ignore' });
		return true;
	} catch {
		return false;
	}
}

/** A child would stay on its parent's core. @param {string} dataDir */
function setPostgresFree(dataDir) {
	const [pid] = readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n');
	const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)])
		.toString()
		.split('\n');
	for (const each of [pid, ...children.map((text) => text.trim()).filter(Boolean)])
		execFileSync('taskset', ['-acp', `0-${availableParallelism() - 1}`, String(each)], { stdio: 'ignore' });
}

/** @param {Omit<Load, 'connections'>} asked @param {string} bareAt */
async function againstBare(asked, bareAt) {
	console.log('\nOne question a request; a ratio to bare node:http with a constant answer (at 32 the middle of three)');
	console.log('  at once   bare req/s   gate req/s   ratio    bare p99    gate p99   ratio');
	let at32 = 0;
	for (const connections of concurrencies) {
		// The two by turns, so that whatever else this machine does falls on both.
		const [bares, gates] = [/** @type {Measured[]} */ ([]), /** @type {Measured[]} */ ([])];
		for (let turn = 0; turn < (connections === 32 ? 3 : 1); turn += 1) {
			bares.push(await load({ ...asked, at: bareAt, connections }));
			gates.push(await load({ ...asked, connections }));
		}
		const [least, gate] = [middle(bares), middle(gates)];
		if (connections === 32) at32 = least.rate;
		const cells = [
			String(connections).padStart(9),
			least.rate.toFixed(0).padStart(13),
			gate.rate.toFixed(0).padStart(13),
			(gate.rate / least.rate).toFixed(2).padStart(8),
			`${least.p99.toFixed(1)} ms`.padStart(12),
			`${gate.p99.toFixed(1)} ms`.padStart(12),
			(gate.p99 / Math.max(least.p99, 0.1)).toFixed(1).padStart(8),
		];
		console.log(cells.join(''));
	}
	return at32;
}

/** The same row, by the same function, on the same Postgres, without us. @param {string} dataDir @param {Load} asked */
async function againstPgbench(dataDir, asked) {
	if (!canRun('pgbench', ['--version'])) return console.log('\npgbench is not installed: no ratio to it');
	const script = path.join(dataDir, 'question.sql');
	writeFileSync(
		script,
		"select permit from gate_answers(array['demo-emar'], array['tomasz.nowak'], array['administer-oral'], array['rose-house'], array[false], array[]::timestamptz[]);\n",
	);
	const url = execFileSync('npm', ['run', '--silent', 'db:url'], { env: { ...process.env, DATA_DIR: dataDir } })
		.toString()
		.trim();
	const told = execFileSync(
		'pgbench',
		['-n', '-M', 'prepared', '-f', script, '-c', String(asked.connections), '-j', '1', '-T', String(seconds), url],
		{ stdio: ['ignore', 'pipe', 'ignore'] },
	).toString();
	const rate = Number(/tps = ([\d.]+)/.exec(told)?.[1]);
	const gate = await load(asked);
	console.log(`\nThe same read by pgbench, ${asked.connections} at once: ${rate.toFixed(0)} a second`);
	console.log(`  the gate: ${gate.rate.toFixed(0)} a second, ratio ${(gate.rate / rate).toFixed(2)}`);
}

/**
 * Asked by three clients in turn: one may have no more than 20,000 answers a second, and this machine has given more.
 * @param {string} dataDir @param {Load} asked
 */
async function batches(dataDir, asked) {
	const each = 50;
	const one = await load(asked);
	const more = ['bench-1', 'bench-2'];
	const sql = openOwner(dataDir);
	await sql`
		with known as (
			insert into clients (provider_id, id, name, scopes, per_second, burst)
			select provider_id, more, more, scopes, per_second, burst from clients, unnest(${more}::text[]) more
			where id = 'demo-emar' returning provider_id, id
		)
		insert into client_secrets (provider_id, id, client_id, secret_hash)
		select provider_id, gen_random_uuid(), id, encode(sha256((id || '-secret')::bytea), 'hex') from known`;
	await sql.end({ timeout: 2 });
	const tokens = [...asked.tokens, ...(await Promise.all(more.map((client) => tokenFrom(asked.at, client))))];
	const batch = { ...asking('tomasz.nowak'), evaluations: Array.from({ length: each }, () => ({})) };
	const many = await load({ ...asked, tokens, path: '/access/v1/evaluations', bodies: [batch] });
	console.log(`\nEvaluations of ${each}, ${asked.connections} at once: ${many.rate.toFixed(0)} requests a second`);
	console.log(
		`  ${(many.rate * each).toFixed(0)} decisions a second, ratio ${((many.rate * each) / one.rate).toFixed(1)} to one by one`,
	);
}

/** While others are paused and let back, as near to 50 times a second as commits of one provider allow. @param {string} dataDir @param {Load} asked */
async function whilePausing(dataDir, asked) {
	const quiet = await load(asked);
	const url = execFileSync('npm', ['run', '--silent', 'db:url'], { env: { ...process.env, DATA_DIR: dataDir } });
	const pausing = spawn(process.execPath, ['--import', 'tsx', 'bin/bench-pauses.ts', url.toString().trim(), '50'], {
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	let said = '';
	pausing.stdout.on('data', (text) => {
		said += text;
	});
	await once(pausing.stdout, 'data');
	const busy = await load(asked);
	pausing.stdin.end();
	await once(pausing, 'exit');
	const [committed, milliseconds] = (said.split('\n')[1] ?? '').split(' ').map(Number);
	const rate = ((committed ?? 0) / (milliseconds ?? 1)) * 1000;
	console.log(
		`\nWhile ${rate.toFixed(0)} pauses and liftings a second are committed: ${busy.rate.toFixed(0)} a second`,
	);
	console.log(
		`  p99 ${busy.p99.toFixed(1)} ms, ratio ${(busy.rate / quiet.rate).toFixed(2)} to without (p99 ${quiet.p99.toFixed(1)} ms)`,
	);
}

/** @param {string} dataDir @param {Load} asked @param {number} bareRate */
async function manyMorePeople(dataDir, asked, bareRate) {
	const sql = openOwner(dataDir);
	const people = async (/** @type {number} */ count) => {
		await sql.begin(async (tx) => {
			await tx`set local session_replication_role = replica`;
			await tx`
				insert into people (provider_id, id, staff_code, given_name, family_name)
				select p.provider_id, gen_random_uuid(), 'bench.' || n, 'Bench', 'Mark'
				from generate_series(1, ${count}) n cross join (select provider_id from people where staff_code = 'tomasz.nowak') p
				on conflict do nothing`;
			await tx`
				insert into standings (provider_id, person_id, site_id, privilege, starts_at, ends_at, standing, permit, permit_until,
					code, evidence_ids, policy_version, up_to_seq)
				select s.provider_id, b.id, s.site_id, s.privilege, s.starts_at, s.ends_at, s.standing, s.permit, s.permit_until,
					s.code, s.evidence_ids, s.policy_version, s.up_to_seq
				from people b join people t on t.provider_id = b.provider_id and t.staff_code = 'tomasz.nowak'
				join standings s on s.provider_id = t.provider_id and s.person_id = t.id and s.privilege = 'administer-oral'
				where b.staff_code like 'bench.%' and not exists (select from standings o where o.person_id = b.id)`;
		});
		await sql`vacuum analyze`;
	};
	/** @param {number} among */
	const some = (among) => Array.from({ length: 100 }, (_, n) => asking(`bench.${1 + ((n * 7919) % among)}`));
	try {
		await people(100);
		const askedAmong = async (/** @type {number} */ among) => {
			const turns = [];
			for (let turn = 0; turn < 3; turn += 1) turns.push(await load({ ...asked, bodies: some(among) }));
			return middle(turns);
		};
		const few = await askedAmong(100);
		await people(manyPeople);
		const many = await askedAmong(manyPeople);
		console.log(
			`\nA hundred of 100 people: ${few.rate.toFixed(0)} a second, ${(few.rate / bareRate).toFixed(2)} of bare`,
		);
		console.log(
			`  a hundred of ${manyPeople}: ${many.rate.toFixed(0)} a second, ratio ${(many.rate / few.rate).toFixed(2)}`,
		);
	} finally {
		await sql.end({ timeout: 2 });
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

/** @param {string} dataDir */
function openOwner(dataDir) {
	const url = execFileSync('npm', ['run', '--silent', 'db:url', '--', '--owner'], {
		env: { ...process.env, DATA_DIR: dataDir },
	});
	return postgres(url.toString().trim(), { max: 1, onnotice: () => {} });
}

/** @param {string} url @param {string} client @returns {Promise<string>} */
async function tokenFrom(url, client) {
	const answer = await fetch(`${url}/oauth/token`, {
		method: 'POST',
		headers: { authorization: `Basic ${Buffer.from(`${client}:${client}-secret`).toString('base64')}` },
		body: new URLSearchParams({ grant_type: 'client_credentials' }),
	});
	return (await answer.json()).access_token;
}

/** @param {Load} asked @returns {Promise<Measured>} */
async function load({ at, path: where = '/access/v1/evaluation', bodies, connections, tokens }) {
	const options = {
		url: at,
		connections,
		requests: bodies.flatMap((body) =>
			tokens.map((token) => ({
				method: /** @type {const} */ ('POST'),
				path: where,
				headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
				body: JSON.stringify(body),
			})),
		),
	};
	await autocannon({ ...options, duration: 1 });
	const result = await autocannon({ ...options, duration: seconds });
	if (result.non2xx || result.errors) throw new Error(`${result.non2xx} refused, ${result.errors} failed`);
	return { rate: result.requests.average, p99: result.latency.p99 };
}

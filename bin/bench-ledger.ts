import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { type Catalogue, readCatalogue } from '../app/catalogue.server.ts';
import { append, fact } from '../app/commands/append.ts';
import { inParts, project, rulesBySite } from '../app/commands/projecting.ts';
import { verifyProvider } from '../app/commands/verifying.ts';
import { instantFor, type MatrixRow, matrixOf } from '../app/domain/matrix.ts';
import { addDays, localDay } from '../app/domain/period.ts';
import { appUrlFrom, asProvider, type Db, openDatabase, type Sql } from '../db/client.server.ts';
import { startEmbedded } from '../db/embedded.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { pinContentVersions } from '../db/queries/content.ts';
import { listRuledEvidence } from '../db/queries/evidence.ts';
import * as schema from '../db/schema.ts';
import { type Staffed, staff } from './bench-history.ts';

// The ledger's half of `npm run bench`: matrices, appending, rebuilding and verifying, on a database of its own. Each
// line says what it is a ratio to, measured in the same run.

const turns = Number(process.env.BENCH_TURNS ?? 7);
const scale = Number(process.env.BENCH_SCALE ?? 1);
const scaled = (count: number) => Math.max(10, Math.round(count * scale));

interface Bench {
	catalogue: Catalogue;
	db: Db;
	/** postgres.js by itself, as the application's role. */
	bare: Sql;
	ownerDb: Db;
}

/** The middle of several measurements, in milliseconds. */
function median(times: readonly number[]): number {
	return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
	const started = performance.now();
	await work();
	return performance.now() - started;
}

const say = (what: string, ...numbers: string[]) => console.log(`  ${what.padEnd(46)}${numbers.join('   ')}`);
const milliseconds = (time: number) => `${time < 10 ? time.toFixed(2) : time.toFixed(0)} ms`.padStart(9);
const perSecond = (rows: number, time: number) => `${Math.round((rows / time) * 1000)} rows/s`.padStart(15);

/** All the rows of some people as they are, with everything that evidence has. */
async function fetchRows({ bare }: Bench, { providerId, personIds }: Staffed): Promise<number> {
	return bare.begin(async (sql) => {
		await sql`select set_config('app.provider_id', ${providerId}, true)`;
		const rows = await sql`
			select id, seq, kind, person_id, privilege, site_id, observed_at, recorded_at, recorded_by, content_version_id,
				supersedes, payload
			from evidence where provider_id = ${providerId} and person_id = any(${personIds}::uuid[]) order by seq`;
		return rows.length;
	});
}

/** A matrix as its page makes it: rules, evidence and judgement. */
async function makeMatrix({ db, catalogue }: Bench, home: Staffed, at: Date): Promise<MatrixRow<{ id: string }>[]> {
	const { providerId, siteId, personIds } = home;
	const people = personIds.map((id) => ({ id }));
	return asProvider(db, providerId, async (tx) => {
		const rules = (await rulesBySite(tx, providerId, catalogue, at))(siteId);
		const rows = [];
		for await (const part of listRuledEvidence(tx, { providerId, people, knownAt: at }))
			rows.push(
				...matrixOf(rules, part.people, part.evidence, [...catalogue.privileges.keys()], { siteId, at, knownAt: at }),
			);
		return rows;
	});
}

async function benchMatrix(bench: Bench, home: Staffed): Promise<void> {
	const now = new Date();
	const cells = `${home.personIds.length} people x ${bench.catalogue.privileges.size} privileges`;
	console.log(
		`\nA matrix, ${cells}, ${home.rows} rows of evidence; a ratio to only fetching those rows with postgres.js`,
	);
	for (const [what, at] of [
		['as at half a year ago', instantFor(addDays(localDay(now), -182), now)],
		['as at now', now],
	] as const) {
		// Once before counting: a server has been up for longer than its first question.
		await fetchRows(bench, home);
		await makeMatrix(bench, home, at);
		const [fetching, making]: [number[], number[]] = [[], []];
		for (let turn = 0; turn < turns; turn += 1) {
			fetching.push(await timed(() => fetchRows(bench, home)));
			making.push(await timed(() => makeMatrix(bench, home, at)));
		}
		const [floor, all] = [median(fetching), median(making)];
		say(
			what,
			`fetch p50 ${milliseconds(floor)}`,
			`matrix p50 ${milliseconds(all)}`,
			`ratio ${(all / floor).toFixed(2)}`,
		);
	}
}

/** Everybody's standings from nothing but their evidence. */
async function projectAll({ ownerDb, catalogue }: Bench, { providerId, personIds }: Staffed): Promise<void> {
	for (const part of inParts(personIds, 500))
		await asProvider(ownerDb, providerId, (tx) => project(tx, providerId, catalogue, part));
}

async function benchRebuilding(bench: Bench, home: Staffed): Promise<void> {
	console.log(`\nStandings and chain of ${home.personIds.length} people with ${home.rows} rows of evidence`);
	const fetching = await timed(() => fetchRows(bench, home));
	const rebuilding = await timed(() => projectAll(bench, home));
	const ratioOf = (time: number) => `ratio ${(time / fetching).toFixed(1)} to only fetching`;
	say('rebuilding every standing', milliseconds(rebuilding), perSecond(home.rows, rebuilding), ratioOf(rebuilding));
	let findings = 0;
	const verifying = await timed(async () => {
		const verify = (tx: Parameters<Parameters<Db['transaction']>[0]>[0]) =>
			verifyProvider(tx, home.providerId, bench.catalogue);
		findings = (await bench.ownerDb.transaction(verify, { isolationLevel: 'repeatable read' })).length;
	});
	say('verifying everything', milliseconds(verifying), perSecond(home.rows, verifying), ratioOf(verifying));
	if (findings) throw new Error(`verify found ${findings} faults in a history that should have none`);
}

/** One row for each of some people, at some distance from each other. */
async function benchAppending(bench: Bench): Promise<void> {
	const rowsEach = 20;
	const [few, many] = [100, scaled(10_000)];
	const village = await staff(bench.ownerDb, bench.catalogue, 'village', { people: few, rowsEach });
	const city = await staff(bench.ownerDb, bench.catalogue, 'city', { people: many, rowsEach });
	for (const each of [village, city]) await projectAll(bench, each);
	await bench.ownerDb.execute('vacuum analyze');
	const appendTo = ({ providerId, siteId, personIds }: Staffed, turn: number) => {
		const personId = personIds[Math.floor(((turn % few) / few) * personIds.length)] ?? '';
		const [supervisor = ''] = personIds;
		const given = {
			personId,
			privilege: 'administer-oral',
			siteId,
			recordedBy: null,
			payload: { supervisor },
		} as const;
		return asProvider(bench.db, providerId, (tx) =>
			append(tx, providerId, bench.catalogue, [fact({ kind: 'supervision', ...given })]),
		);
	};
	const [inVillage, inCity]: [number[], number[]] = [[], []];
	for (let turn = 0; turn < few; turn += 1) {
		inVillage.push(await timed(() => appendTo(village, turn)));
		inCity.push(await timed(() => appendTo(city, turn)));
	}
	// The first tenth warms the code and the caches of both.
	const [small, large] = [median(inVillage.slice(few / 10)), median(inCity.slice(few / 10))];
	console.log(
		`\nAppending one row for somebody with ${rowsEach} rows; a ratio to the same among ${few} people (${village.rows} rows)`,
	);
	say(
		`among ${city.personIds.length} people (${city.rows} rows)`,
		`among ${few} p50 ${milliseconds(small)}`,
		`p50 ${milliseconds(large)}`,
		`ratio ${(large / small).toFixed(2)}`,
	);
}

const dataDir = mkdtempSync(path.join(tmpdir(), 'countersign-bench-'));
const { ownerUrl, socketPath, stop } = await startEmbedded({ dataDir });
const socket = socketPath ? { path: socketPath } : {};
const ownerClient = postgres(ownerUrl, { ...socket, max: 1, onnotice: () => {} });
const bare = postgres(appUrlFrom(ownerUrl), { ...socket, max: 1, onnotice: () => {} });
const database = openDatabase(appUrlFrom(ownerUrl), { socket: socketPath, connections: 2 });
try {
	await migrateDatabase(ownerUrl);
	const bench: Bench = {
		catalogue: readCatalogue(),
		db: database.db,
		bare,
		ownerDb: drizzle({ client: ownerClient, schema }),
	};
	await pinContentVersions(bench.ownerDb, bench.catalogue.versions);
	const home = await staff(bench.ownerDb, bench.catalogue, 'group', { people: scaled(1000), rowsEach: 200 });
	await benchMatrix(bench, home);
	await benchRebuilding(bench, home);
	await benchAppending(bench);
} finally {
	await Promise.all([database.close(), bare.end({ timeout: 2 }), ownerClient.end({ timeout: 2 })]);
	await stop();
	rmSync(dataDir, { recursive: true, force: true });
}

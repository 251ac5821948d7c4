import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

// `npm test`: every check there is, in the order in which a mistake is cheapest to find. All of them run, whatever
// failed before, and the last line counts them: a check that is not itself a suite counts as one.
process.chdir(path.resolve(import.meta.dirname, '..'));

const scratch = mkdtempSync(path.join(tmpdir(), 'countersign-test-'));
const results = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const again = [];

/**
 * @param {string} title
 * @param {string[]} command
 * @param {Record<string, string>} [variables]
 */
function run(title, command, variables = {}) {
	console.log(`\n── ${title}`);
	const [program = '', ...rest] = command;
	const local = path.resolve('node_modules/.bin', program);
	const { status } = spawnSync(existsSync(local) ? local : program, rest, {
		stdio: 'inherit',
		env: { ...process.env, ...variables },
	});
	return status === 0;
}

/** @param {boolean} passed */
function count(passed) {
	results[passed ? 'passed' : 'failed'] += 1;
}

/**
 * Adds a suite's own counts; a suite that ended badly without a failed test counts as one failure.
 * @param {boolean} ended
 * @param {string} file
 * @param {(report: any) => { passed: number, failed: number, skipped: number }} read
 */
function countSuite(ended, file, read) {
	const counts = existsSync(file) ? read(JSON.parse(readFileSync(file, 'utf8'))) : { passed: 0, failed: 0, skipped: 0 };
	results.passed += counts.passed;
	results.failed += counts.failed || (ended ? 0 : 1);
	results.skipped += counts.skipped;
}

/**
 * Everything that Vitest runs, or some files of it. Gives those whose process stood still, in a run in which nothing
 * else went wrong outside a test; a second time that counts as a failure like any other.
 * @param {string[]} files
 * @returns {string[]}
 */
function runUnits(files) {
	const reports = mkdtempSync(path.join(scratch, 'units-'));
	const outcome = path.join(reports, 'outcome.json');
	const ended = run(
		'unit, database, gate, content, house',
		[
			'vitest',
			'run',
			...files,
			'--reporter=default',
			'--reporter=json',
			'--reporter=./test/support/silence.ts',
			`--outputFile.json=${outcome}`,
		],
		{ TEST_REPORTS: reports },
	);
	const note = path.join(reports, 'stood-still.json');
	/** @type {import('../test/support/silence.ts').StoodStill} */
	const stood = existsSync(note) ? JSON.parse(readFileSync(note, 'utf8')) : { files: [], alone: false };
	const unheard = !files.length && stood.alone ? stood.files : [];
	countSuite(ended || unheard.length > 0, outcome, (report) => ({
		// What such a file had passed before it stood still is run again, and counted then.
		passed: report.numPassedTests - passedIn(report, unheard),
		failed: report.numFailedTests,
		skipped: report.numPendingTests,
	}));
	return unheard;
}

/**
 * @param {{ testResults: { name: string, assertionResults: { status: string }[] }[] }} report
 * @param {string[]} files
 */
function passedIn({ testResults }, files) {
	return testResults
		.filter(({ name }) => files.some((file) => name.endsWith(`/${file}`)))
		.flatMap(({ assertionResults }) => assertionResults)
		.filter(({ status }) => status === 'passed').length;
}

/** @returns {Promise<string>} */
function freePort() {
	return new Promise((resolve) => {
		const server = createServer().listen(0, '127.0.0.1', () => {
			const address = server.address();
			server.close(() => resolve(String(typeof address === 'object' ? address?.port : '')));
		});
	});
}

try {
	count(run('format and lint', ['biome', 'check', '.']));
	count(run('types', ['tsc', '--noEmit']));
	count(run('dead code', ['knip']));
	count(run('build', ['remix', 'vite:build', '--logLevel', 'error'], { NODE_ENV: 'production' }));

	const stoodStill = runUnits([]);
	// Not a test that failed: a process that gave no sign of life at all. It is asked once more, and this is said.
	if (stoodStill.length) {
		runUnits(stoodStill);
		again.push(...stoodStill);
	}

	const journeys = path.join(scratch, 'journeys.json');
	const journeysEnded = run('journeys in a browser', ['playwright', 'test'], {
		E2E_PORT: await freePort(),
		E2E_EMAR_PORT: await freePort(),
		E2E_DATA_DIR: path.join(scratch, 'data'),
		E2E_RESULTS: journeys,
	});
	countSuite(journeysEnded, journeys, ({ stats }) => ({
		passed: stats.expected + stats.flaky,
		failed: stats.unexpected,
		skipped: stats.skipped,
	}));
} finally {
	rmSync(scratch, { recursive: true, force: true });
}

if (again.length) console.log(`\nRun twice, because a process stood still at first: ${again.join(', ')}`);
const skipped = results.skipped ? `, ${results.skipped} skipped` : '';
console.log(`\n${results.passed} passed, ${results.failed} failed${skipped}`);
process.exit(results.failed ? 1 : 0);

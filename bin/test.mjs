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

	const unit = path.join(scratch, 'unit.json');
	const unitEnded = run('unit, database, gate, content, house', [
		'vitest',
		'run',
		'--reporter=default',
		'--reporter=json',
		`--outputFile.json=${unit}`,
	]);
	countSuite(unitEnded, unit, (report) => ({
		passed: report.numPassedTests,
		failed: report.numFailedTests,
		skipped: report.numPendingTests,
	}));

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

const skipped = results.skipped ? `, ${results.skipped} skipped` : '';
console.log(`\n${results.passed} passed, ${results.failed} failed${skipped}`);
process.exit(results.failed ? 1 : 0);

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from './run.mjs';

// `npm test`: every check there is, in the order in which a mistake is cheapest to find. All of them run, whatever
// failed before, and the last line counts them: a check that is not itself a suite counts as one. With `--full`
// whatever is made at random is made in its whole number: test/support/amounts.ts has them.
process.chdir(path.resolve(import.meta.dirname, '..'));

const scratch = mkdtempSync(path.join(tmpdir(), 'countersign-test-'));
const results = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const again = [];
/** What was made at random, and how much of it. */
let did = '';
if (process.argv.includes('--full')) process.env.TEST_FULL = '1';

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
 * @returns {Promise<string[]>}
 */
async function runUnits(files) {
	const reports = mkdtempSync(path.join(scratch, 'units-'));
	const outcome = path.join(reports, 'outcome.json');
	const ended = await run(
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
		{ variables: { TEST_REPORTS: reports } },
	);
	const doings = path.join(reports, 'did.txt');
	if (existsSync(doings)) did += readFileSync(doings, 'utf8');
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

try {
	const aside = { aside: true };
	const build = ['remix', 'vite:build', '--logLevel', 'error'];
	const first = await Promise.all([
		run('format and lint', ['biome', 'check', '.'], aside),
		run('types', ['tsc', '--noEmit'], aside),
		run('dead code', ['knip'], aside),
		run('build', build, { ...aside, variables: { NODE_ENV: 'production' } }),
	]);
	first.forEach(count);

	const stoodStill = await runUnits([]);
	// Not a test that failed: a process that gave no sign of life at all. It is asked once more, and this is said.
	if (stoodStill.length) {
		await runUnits(stoodStill);
		again.push(...stoodStill);
	}

	const journeys = path.join(scratch, 'journeys.json');
	const journeysEnded = await run('journeys in a browser', ['playwright', 'test'], {
		variables: { E2E_RESULTS: journeys },
	});
	countSuite(journeysEnded, journeys, ({ stats }) => ({
		passed: stats.expected + stats.flaky,
		failed: stats.unexpected,
		skipped: stats.skipped,
	}));
} finally {
	rmSync(scratch, { recursive: true, force: true });
}

if (did) console.log(`\nMade at random${process.env.TEST_FULL ? ', in full' : ''}:\n${did.trim()}`);
if (again.length) console.log(`\nRun twice, because a process stood still at first: ${again.join(', ')}`);
const skipped = results.skipped ? `, ${results.skipped} skipped` : '';
console.log(`\n${results.passed} passed, ${results.failed} failed${skipped}`);
process.exit(results.failed ? 1 : 0);

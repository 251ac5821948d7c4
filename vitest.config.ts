import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const reports = process.env.TEST_REPORTS;
const setUp = 'test/support/global-setup.ts';

/** What needs no database: it starts at once, in `npm run check` and `npm run test:watch`. */
const domain = [
	'test/domain/**/*.test.ts',
	'test/house.test.ts',
	'test/content.test.ts',
	'test/docs.test.ts',
	'test/commands/public-address.test.ts',
	'test/example-emar/round.test.ts',
	'test/gate/answer-text.test.ts',
];

/** What takes longest. */
const slow = ['test/faults/sequences.test.ts', 'test/walks/**/*.test.ts', 'test/properties/**/*.test.ts'];

const projects = [
	{ name: 'slow', include: slow, globalSetup: setUp },
	{
		name: 'database',
		include: ['test/**/*.test.ts'],
		exclude: [...domain, ...slow],
		globalSetup: setUp,
		isolate: false,
	},
	// Nothing in them changes what others share, so that each worker reads the modules once.
	{ name: 'domain', include: domain, isolate: false },
];

/** The long ones first, and the shortest last: nobody then waits at the end for the other worker. */
class LongestFirst extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const place = ({ project }: TestSpecification) => projects.findIndex(({ name }) => name === project.name);
		return (await super.sort(files)).sort((one, other) => place(one) - place(other));
	}
}

// On its own, because the Remix plugin of vite.config.ts is of no use to tests.
export default defineConfig({
	test: {
		env: { NODE_ENV: 'test', LOG_LEVEL: 'silent' },
		pool: 'forks',
		// Where a worker that stands still can say so: see test/support/silence.ts.
		execArgv: reports ? ['--report-on-signal', '--report-compact', `--report-directory=${reports}`] : [],
		reporters: ['default', './test/support/silence.ts'],
		maxWorkers: 2,
		testTimeout: 30_000,
		sequence: { sequencer: LongestFirst },
		projects: projects.map((test) => ({ extends: true, test })),
	},
});

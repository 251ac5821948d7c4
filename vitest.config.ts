import { defineConfig } from 'vitest/config';

const reports = process.env.TEST_REPORTS;

// On its own, because the Remix plugin of vite.config.ts is of no use to tests.
export default defineConfig({
	test: {
		include: ['test/**/*.test.ts'],
		globalSetup: 'test/support/global-setup.ts',
		env: { NODE_ENV: 'test', LOG_LEVEL: 'silent' },
		pool: 'forks',
		// Where a worker that stands still can say so: see test/support/silence.ts.
		execArgv: reports ? ['--report-on-signal', '--report-compact', `--report-directory=${reports}`] : [],
		reporters: ['default', './test/support/silence.ts'],
		maxWorkers: 2,
		testTimeout: 30_000,
	},
});

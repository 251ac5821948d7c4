import { defineConfig } from 'vitest/config';

// On its own, because the Remix plugin of vite.config.ts is of no use to tests.
export default defineConfig({
	test: {
		include: ['test/**/*.test.ts'],
		globalSetup: 'test/support/global-setup.ts',
		env: { NODE_ENV: 'test', LOG_LEVEL: 'silent' },
		pool: 'forks',
		maxWorkers: 2,
		testTimeout: 30_000,
	},
});

import { defineConfig } from 'playwright/test';
import { findBrowser } from './bin/browser.mjs';

export default defineConfig({
	testDir: 'e2e',
	outputDir: '.data/e2e-results',
	globalSetup: './e2e/support/build.ts',
	// Each has a server of its own. The tests of a file are one story, in their order: what one person does, the next one sees.
	workers: 2,
	fullyParallel: false,
	timeout: 120_000,
	globalTimeout: 20 * 60_000,
	expect: { timeout: 10_000 },
	reporter: process.env.E2E_RESULTS ? [['list'], ['json', { outputFile: process.env.E2E_RESULTS }]] : [['list']],
	use: {
		launchOptions: await findBrowser(),
		actionTimeout: 15_000,
		locale: 'en-GB',
		timezoneId: 'Europe/London',
		screenshot: 'only-on-failure',
	},
});

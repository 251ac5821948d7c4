import { defineConfig } from 'playwright/test';
import { findBrowser } from './bin/browser.mjs';

// bin/test.mjs chooses a free port and an empty data folder; run by hand, these serve.
const port = process.env.E2E_PORT ?? '3210';
const emarPort = process.env.E2E_EMAR_PORT ?? '3211';
const dataDir = process.env.E2E_DATA_DIR ?? '.data/e2e';
const launchOptions = await findBrowser();

process.env.E2E_EMAR_PORT = emarPort;

export default defineConfig({
	testDir: 'e2e',
	outputDir: '.data/e2e-results',
	// One story on one server: what one person does, the next one sees.
	workers: 1,
	fullyParallel: false,
	timeout: 120_000,
	globalTimeout: 20 * 60_000,
	expect: { timeout: 10_000 },
	reporter: process.env.E2E_RESULTS ? [['list'], ['json', { outputFile: process.env.E2E_RESULTS }]] : [['list']],
	use: {
		baseURL: `http://127.0.0.1:${port}`,
		launchOptions,
		actionTimeout: 15_000,
		locale: 'en-GB',
		timezoneId: 'Europe/London',
		screenshot: 'only-on-failure',
	},
	webServer: {
		command: 'node bin/start.mjs',
		url: `http://127.0.0.1:${port}/healthz`,
		env: {
			PORT: port,
			DATA_DIR: dataDir,
			DATABASE_URL: '',
			DEMO: 'true',
			EXAMPLE_EMAR_PORT: emarPort,
			LOG_LEVEL: 'warn',
		},
		gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 },
		timeout: 120_000,
		stdout: 'ignore',
		stderr: 'pipe',
	},
});

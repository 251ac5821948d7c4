import { vitePlugin as remix } from '@remix-run/dev';
import { defineConfig, type Plugin } from 'vite';
import remixConfig from './remix.config.js';

/** Makes our server file the entry of the server bundle, so that the gate and the pages share one module graph. */
const serverEntry: Plugin = {
	name: 'countersign-server-entry',
	enforce: 'post',
	config: (_config, { isSsrBuild }) =>
		isSsrBuild ? { build: { rollupOptions: { input: 'app/server.ts' } } } : undefined,
};

export default defineConfig({
	plugins: [remix(remixConfig), serverEntry],
	publicDir: 'app/public',
	// A native module: the development server must not try to bundle it for the browser.
	optimizeDeps: { exclude: ['@node-rs/argon2'] },
	build: { target: 'es2022', sourcemap: false, assetsInlineLimit: 0 },
	server: { middlewareMode: true },
});

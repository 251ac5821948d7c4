/**
 * The one Remix configuration; vite.config.ts hands it to Remix's Vite plugin, which never reads it by itself.
 * Lazy route discovery stays off: its manifest endpoint can be made to block the process (CVE-2026-55685).
 * @type {import('@remix-run/dev').VitePluginConfig}
 */
export default {
	ssr: true,
	future: {
		v3_fetcherPersist: true,
		v3_relativeSplatPath: true,
		v3_throwAbortReason: true,
		v3_routeConfig: true,
		v3_singleFetch: true,
		v3_lazyRouteDiscovery: false,
		unstable_optimizeDeps: true,
	},
};

import { openEmar } from './emar.ts';

// `npm start` starts this beside the demonstration, as a process of its own; by itself: `npm run example-emar`.
const { PORT = '3001', HOST = '127.0.0.1', COUNTERSIGN_URL = 'http://127.0.0.1:3000', ...more } = process.env;
const { CLIENT_ID = 'demo-emar', CLIENT_SECRET = 'demo-emar-secret', WEBHOOK_SECRET } = more;

const emar = openEmar({
	countersign: new URL(COUNTERSIGN_URL).origin,
	clientId: CLIENT_ID,
	clientSecret: CLIENT_SECRET,
	// The demonstration's, as public as its passwords are.
	webhookSecret: WEBHOOK_SECRET ?? `whsec_${Buffer.from('demo-emar-webhook-secret-2026').toString('base64')}`,
});
emar.server.on('error', (error) => {
	console.error(`The example eMAR cannot listen on ${HOST}:${PORT}: ${error.message}`);
	process.exit(1);
});
emar.server.listen(Number(PORT), HOST, () => {
	console.log(`The example eMAR is at http://${HOST === '0.0.0.0' ? '127.0.0.1' : HOST}:${PORT}`);
	void emar.prepareList();
});

const end = () => process.exit(0);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
// Whoever has started it has ended.
process.on('disconnect', end);

import { createServer } from 'node:http';
import path from 'node:path';
import { createServer as createVite } from 'vite';
import { startExample } from './example.mjs';

// `npm run dev`: the same server with hot reload, on the same embedded database.
process.chdir(path.resolve(import.meta.dirname, '..'));
process.env.NODE_ENV = 'development';

const server = createServer();
const vite = await createVite({ server: { middlewareMode: true, hmr: { server } } });
const load = () => /** @type {Promise<typeof import('../app/server.ts')>} */ (vite.ssrLoadModule('/app/server.ts'));

const { prepare, config, createHandler, startWork, exampleOf } = await load();
const prepared = await prepare(console.log);
const origin = config.origin ?? `http://${config.host}:${config.port}`;

// What is done in the background stays as it was when this began; only pages and answers are those of the last edit.
const first = createHandler(prepared, origin);
const jobs = startWork(prepared, origin, (await first).watch);
const example = exampleOf(prepared);

/** @type {WeakMap<object, Promise<import('node:http').RequestListener>>} */
const handlers = new WeakMap([[await load(), first]]);

server.on('request', (request, response) => {
	vite.middlewares(request, response, async () => {
		try {
			// An edit gives a new module, and with it a new handler; the same module keeps its own.
			const module = await load();
			const handler = handlers.get(module) ?? module.createHandler(prepared, origin);
			handlers.set(module, handler);
			(await handler)(request, response);
		} catch (error) {
			vite.ssrFixStacktrace(/** @type {Error} */ (error));
			console.error(error);
			response.writeHead(500).end('See the terminal.');
		}
	});
});
/** @type {import('node:child_process').ChildProcess | undefined} */
let emar;
server.listen(config.port, config.host, () => {
	console.log(`Countersign (development) is at ${origin}`);
	if (example) emar = startExample(origin, example);
});

for (const signal of ['SIGINT', 'SIGTERM'])
	process.on(signal, async () => {
		emar?.kill();
		await vite.close();
		await jobs?.stop();
		await prepared.stop();
		process.exit(0);
	});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import path from 'node:path';
import { build } from 'vite';

// `npm run bench`: the gate (bench-gate.mjs, also `npm run bench:gate`), then the ledger (bench-ledger.ts; alone with
// `npm run bench -- ledger`). The ledger's is bundled as the product is: what tsx adds to every function would be
// measured as well.
process.chdir(path.resolve(import.meta.dirname, '..'));

if (process.argv[2] !== 'ledger') await run([process.execPath, 'bin/bench-gate.mjs']);
const folder = path.resolve('build/bench');
await build({
	configFile: false,
	logLevel: 'error',
	build: {
		ssr: 'bin/bench-ledger.ts',
		outDir: folder,
		target: 'node20',
		rollupOptions: { output: { entryFileNames: 'ledger.js' } },
	},
});
const cores = cpus().length;
console.log(`\nNode ${process.version}, ${cores} cores for Node and Postgres together`);
await run([process.execPath, path.join(folder, 'ledger.js')]);

/** @param {string[]} command */
async function run([program = '', ...rest]) {
	const [code] = await once(spawn(program, rest, { stdio: 'inherit' }), 'exit');
	if (code) process.exitCode = 1;
}

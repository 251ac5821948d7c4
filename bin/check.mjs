import path from 'node:path';
import { run } from './run.mjs';

// `npm run check`: whatever needs no database and no build, all of it at once. `npm test` runs it as well.
process.chdir(path.resolve(import.meta.dirname, '..'));

const aside = { aside: true };
const passed = await Promise.all([
	run('the pure domain, content and house', ['vitest', 'run', '--project', 'domain'], aside),
	run('types', ['tsc', '--noEmit'], aside),
	run('dead code', ['knip'], aside),
	run('format and lint', ['biome', 'check', '.'], aside),
]);
const failed = passed.filter((each) => !each).length;
console.log(`\n${failed ? `${failed} of ${passed.length} checks failed` : 'All is well'}`);
process.exit(failed ? 1 : 0);

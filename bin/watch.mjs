import path from 'node:path';
import { run } from './run.mjs';

// `npm run test:watch`: the pure domain, over again with each change of a file; or another project of vitest.config.ts.
process.chdir(path.resolve(import.meta.dirname, '..'));

const projects = ['domain', 'database', 'slow'];
const [first = '', ...rest] = process.argv.slice(2);
const project = projects.includes(first) ? first : 'domain';
const files = project === first || !first ? rest : [first, ...rest];
const others = projects.filter((each) => each !== project);
console.log(`Watching ${project}. Others: ${others.map((each) => `npm run test:watch -- ${each}`).join(', ')}`);
await run('watch', ['vitest', 'watch', '--project', project, ...files]);

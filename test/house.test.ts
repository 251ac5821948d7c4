import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cruise, type ICruiseResult, type IRegularForbiddenRuleType } from 'dependency-cruiser';
import ts from 'typescript';
import { expect, onTestFinished, test } from 'vitest';

/** The rules of the house (design.md section 4): who may import whom, what is pure, what is named how, how long a file is. */
const root = path.resolve(import.meta.dirname, '..');

const npm = (...names: string[]) => `^node_modules/(${names.join('|')})/`;
const rule = (
	name: string,
	from: IRegularForbiddenRuleType['from'],
	to: IRegularForbiddenRuleType['to'],
): IRegularForbiddenRuleType => ({
	name,
	severity: 'error',
	from,
	to,
});

const floors: IRegularForbiddenRuleType[] = [
	rule('domain imports only itself and zod', { path: '^app/domain/' }, { pathNot: ['^app/domain/', npm('zod')] }),
	rule(
		'ui imports only itself, domain, react and @remix-run/react',
		{ path: '^app/ui/' },
		{ pathNot: ['^app/(ui|domain)/', npm('react', '@types/react', '@remix-run/react')] },
	),
	rule(
		'routes never import the database driver, gate or jobs',
		{ path: '^app/routes/' },
		{
			path: [
				npm('drizzle-orm', 'postgres'),
				'^db/(schema|seed|factory|embedded|migrate|connect|replica)',
				'^app/(gate|jobs)/',
			],
		},
	),
	rule('gate never imports routes or jobs', { path: '^app/gate/' }, { path: '^app/(routes|jobs)/' }),
	rule('jobs never import routes or gate', { path: '^app/jobs/' }, { path: '^app/(routes|gate)/' }),
	rule(
		'commands never import what is above them',
		{ path: '^app/commands/' },
		{ path: ['^app/(routes|gate|jobs|ui)/', '^app/session\\.server'] },
	),
	rule(
		'queries import only db, domain and Drizzle',
		{ path: '^db/queries/' },
		{ pathNot: ['^db/(queries/|client\\.server|replica|schema)', '^app/domain/', npm('drizzle-orm', 'postgres')] },
	),
	rule(
		'db knows only domain and config',
		{ path: '^db/', pathNot: '^db/(seed|factory|life)\\.ts$' },
		{ path: '^app/', pathNot: '^app/(domain/|config\\.server)' },
	),
	rule(
		'seed and factory may also use commands and the catalogue',
		{ path: '^db/(seed|factory|life)\\.ts$' },
		{ path: '^app/', pathNot: '^app/(domain/|commands/|catalogue\\.server)' },
	),
	rule(
		'only prepare and bin make the demonstration',
		{ path: '^(app|db)/', pathNot: '^app/commands/prepare\\.ts$' },
		{ path: '^db/seed\\.ts$' },
	),
	rule(
		'the catalogue uses domain and the queries of content',
		{ path: '^app/catalogue\\.server' },
		{ path: '^(app|db)/', pathNot: ['^app/domain/', '^db/queries/content\\.ts$'] },
	),
	rule('nothing imports a route', {}, { path: '^app/routes/', pathNot: '\\.server\\.ts$' }),
	rule('only routes share code of routes', { pathNot: '^app/routes/' }, { path: '^app/routes/' }),
	rule('nothing imports what mounts everything', {}, { path: '^app/(server|routes|root|entry\\.[a-z]+)\\.tsx?$' }),
	rule('config imports nothing of ours', { path: '^app/config\\.server' }, { path: '^(app|db)/' }),
	rule(
		'log imports config only',
		{ path: '^app/log\\.server' },
		{ path: '^(app|db)/', pathNot: '^app/config\\.server' },
	),
	rule(
		'only connect opens connections',
		{ path: '^(app|db|bin)/', pathNot: '^(db/connect\\.ts$|bin/bench)' },
		{ path: npm('postgres') },
	),
	rule('only the session knows Lucia', { pathNot: '^app/session\\.server\\.ts$' }, { path: npm('lucia') }),
	rule('only secrets know argon2', { pathNot: '^app/commands/secrets\\.ts$' }, { path: npm('@node-rs/argon2') }),
	rule(
		'the session serves pages only',
		{ path: '^(app|db)/', pathNot: '^app/(routes/|server\\.ts$|root\\.tsx$|entry\\.)' },
		{ path: '^app/session\\.server' },
	),
	rule('the client package depends on nothing', { path: '^client/' }, { pathNot: '^client/' }),
	rule(
		'the example eMAR knows only the client package',
		{ path: '^example-emar/' },
		{ path: ['^(app|db|bin|test|e2e|node_modules)/', '^client/(?!src/countersign\\.ts$)'] },
	),
	rule(
		'nothing of ours imports the client or the example',
		{ path: '^(app|db|bin)/' },
		{ path: '^(client|example-emar)/' },
	),
	rule('nothing imports tests', { path: '^(app|db|bin)/' }, { path: '^(test|e2e)/' }),
	rule('no loops', {}, { circular: true }),
	rule('everything that is imported is there', {}, { couldNotResolve: true, pathNot: '^virtual:' }),
];

/** Every import that breaks a rule, as `rule: from -> to`. */
async function brokenImports(baseDir: string): Promise<string[]> {
	const folders = ['app', 'db', 'bin', 'client', 'example-emar'].filter((folder) =>
		existsSync(path.join(baseDir, folder)),
	);
	const { output } = await cruise(folders, {
		baseDir,
		ruleSet: { forbidden: floors },
		validate: true,
		tsPreCompilationDeps: true,
		preserveSymlinks: true,
		doNotFollow: { path: 'node_modules' },
		exclude: { path: ['\\.(css|woff2|svg)$', '^client/dist/'] },
		enhancedResolveOptions: {
			exportsFields: ['exports'],
			conditionNames: ['import', 'types', 'node', 'default'],
			extensions: ['.ts', '.tsx', '.js', '.mjs'],
		},
	});
	const { summary } = output as ICruiseResult;
	return summary.violations.map((each) => `${each.rule.name}: ${each.from} -> ${each.to}`);
}

test('imports point down only', { timeout: 60_000 }, async () => {
	expect(await brokenImports(root)).toEqual([]);
});

test('control: each rule about imports is seen to fail', { timeout: 60_000 }, async () => {
	const house = fixture({
		'app/domain/decide.ts': "import { readFileSync } from 'node:fs';\nexport const decide = readFileSync;",
		'app/domain/first.ts': "import { second } from './second.ts';\nexport const first: number = second;",
		'app/domain/second.ts': "import type { first } from './first.ts';\nexport const second: typeof first = 1;",
		'app/domain/gone.ts': "export { gone } from './not-there.ts';",
		'app/ui/table.tsx': "import { sql } from 'drizzle-orm';\nexport const table = sql;",
		'app/routes/home.ts': "import { sql } from 'drizzle-orm';\nexport const home = sql;",
		'app/routes/people.ts': "import { home } from './home.ts';\nexport const people = home;",
		'app/routes/shared.server.ts': 'export const shared = 1;',
		'app/gate/handler.ts':
			"import { shared } from '../routes/shared.server.ts';\nimport { Lucia } from 'lucia';\nexport const gate = [shared, Lucia];",
		'app/jobs/index.ts': "import { gate } from '../gate/handler.ts';\nexport const jobs = gate;",
		'app/commands/pause.ts':
			"import { jobs } from '../jobs/index.ts';\nimport { hash } from '@node-rs/argon2';\nexport const pause = [jobs, hash];",
		'app/catalogue.server.ts': "import { people } from '#db/queries/people.ts';\nexport const catalogue = people;",
		'app/config.server.ts': "import { decide } from './domain/decide.ts';\nexport const config = decide;",
		'app/log.server.ts': "import { decide } from './domain/decide.ts';\nexport const log = decide;",
		'app/session.server.ts': 'export const session = 1;',
		'app/server.ts': "import { seed } from '#db/seed.ts';\nexport const server = seed;",
		'app/gate/tokens.ts':
			"import { session } from '../session.server.ts';\nimport { server } from '../server.ts';\nexport const tokens = [session, server];",
		'db/queries/people.ts': "import { z } from 'zod';\nexport const people = z;",
		'db/lease.ts': "import postgres from 'postgres';\nexport const lease = postgres;",
		'db/migrate.ts': "import { pause } from '#app/commands/pause.ts';\nexport const migrate = pause;",
		'db/seed.ts': "import { gate } from '#app/gate/handler.ts';\nexport const seed = gate;",
		'bin/bench.ts': "import { expected } from '../test/expected.ts';\nexport const bench = expected;",
		'test/expected.ts': 'export const expected = 1;',
		'client/src/countersign.ts': "import { z } from 'zod';\nexport const countersign = z;",
		'example-emar/start.ts': "import { jobs } from '../app/jobs/index.ts';\nexport const start = jobs;",
		'bin/start.ts': "import { countersign } from '../client/src/countersign.ts';\nexport const start = countersign;",
	});
	const names = new Set((await brokenImports(house)).map((each) => each.slice(0, each.indexOf(':'))));
	expect([...names].sort()).toEqual(floors.map((each) => String(each.name)).sort());
});

/** What reads a clock, a die, the environment or the network. */
function impurities(name: string, text: string): string[] {
	const banned =
		/^(process|fetch|globalThis|performance|console|setTimeout|setInterval|setImmediate|crypto|require|window|document)$/;
	const found: string[] = [];
	const visit = (node: ts.Node): void => {
		// What a field is called reads nothing: `{ document: slug }`, `payload.document`.
		const isField = (name: ts.Identifier) =>
			(ts.isPropertyAccessExpression(name.parent) ||
				ts.isPropertyAssignment(name.parent) ||
				ts.isPropertySignature(name.parent)) &&
			name.parent.name === name;
		const isName = ts.isIdentifier(node) && !isField(node);
		if (isName && banned.test(node.text)) found.push(node.text);
		if (ts.isPropertyAccessExpression(node) && /^(Date\.now|Math\.random)$/.test(node.getText()))
			found.push(node.getText());
		if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length)
			found.push('new Date()');
		if (ts.isCallExpression(node) && node.expression.getText() === 'Date') found.push('Date()');
		if (node.kind === ts.SyntaxKind.ImportKeyword && ts.isCallExpression(node.parent)) found.push('import()');
		ts.forEachChild(node, visit);
	};
	visit(ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true));
	return found.map((each) => `${name}: ${each}`);
}

test('the domain reads no clock, no die, no environment and no network', () => {
	const files = filesIn(root, 'app/domain');
	expect(files.length).toBeGreaterThan(10);
	expect(files.flatMap((file) => impurities(file, readFileSync(path.join(root, file), 'utf8')))).toEqual([]);
});

test('control: each impurity is seen, and words in text and comments are not', () => {
	const impure =
		'Date.now(); new Date(); new Date; Date(); Math.random(); process.env; fetch("/"); await import("x"); crypto.randomUUID();';
	expect(impurities('x.ts', impure).map((each) => each.slice(6))).toEqual([
		'Date.now',
		'new Date()',
		'new Date()',
		'Date()',
		'Math.random',
		'process',
		'fetch',
		'import()',
		'crypto',
	]);
	const pure =
		'/** As `Math.random` gives. */ const text = "a formal process"; new Date(0); new Date(at.getTime()); order.process;';
	expect(impurities('x.ts', pure)).toEqual([]);
});

const everyFolder = ['app', 'bin', 'client', 'content', 'db', 'e2e', 'example-emar', 'test'];
const attic = /^(utils?|helpers?|common|libs?|shared|misc|services?)$/i;

/** Files and folders with a name that says nothing. */
function atticNames(files: readonly string[]): string[] {
	return files.filter((file) => file.split('/').some((part) => attic.test(part.split('.')[0] ?? '')));
}

test('no file and no folder has a name that says nothing', () => {
	expect(atticNames(everyFolder.flatMap((folder) => filesIn(root, folder)))).toEqual([]);
});

test('control: names that say nothing are seen', () => {
	const bad = ['app/utils/date.ts', 'app/ui/helpers.tsx', 'db/common.server.ts', 'app/lib/x.ts', 'app/Services/x.ts'];
	expect(atticNames([...bad, 'app/ui/shared-shift.tsx', 'db/commons.ts'])).toEqual(bad);
});

/** The most lines a file may have; the first pattern that fits counts. */
const ceilings: [RegExp, number][] = [
	[/^db\/(embedded|schema)\.ts$/, 650],
	[/^app\/routes\/.*\.tsx?$/, 200],
	[/^app\/domain\/.*\.ts$/, 260],
	[/^db\/queries\/.*\.ts$/, 300],
	[/^app\/ui\/.*\.tsx?$/, 200],
	[/^(app|db)\/.*\.tsx?$/, 320],
];

function tooLong(folder: string): string[] {
	return ['app', 'db']
		.flatMap((room) => filesIn(folder, room))
		.flatMap((file) => {
			const ceiling = ceilings.find(([pattern]) => pattern.test(file))?.[1];
			const lines = readFileSync(path.join(folder, file), 'utf8').split('\n').length - 1;
			return ceiling && lines > ceiling ? [`${file}: ${lines} lines, at most ${ceiling}`] : [];
		});
}

test('no file is longer than its ceiling', () => {
	expect(tooLong(root)).toEqual([]);
});

test('control: each ceiling is seen, and holds to the line', () => {
	const lines = (count: number) => 'x;\n'.repeat(count);
	const house = fixture({
		'app/routes/a/long.tsx': lines(201),
		'app/routes/a/fits.tsx': lines(200),
		'app/domain/long.ts': lines(261),
		'db/queries/long.ts': lines(301),
		'app/ui/long.tsx': lines(201),
		'app/server.ts': lines(321),
		'db/seed.ts': lines(320),
		'db/embedded.ts': lines(600),
		'app/ui/styles.css': lines(5000),
	});
	expect(
		tooLong(house)
			.map((each) => each.split(':')[0])
			.sort(),
	).toEqual(['app/domain/long.ts', 'app/routes/a/long.tsx', 'app/server.ts', 'app/ui/long.tsx', 'db/queries/long.ts']);
});

/** Files that only hand on what others export. */
function isBarrel(text: string): boolean {
	const { statements } = ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true);
	return (
		statements.length > 0 &&
		statements.every((each) => ts.isExportDeclaration(each) && each.moduleSpecifier !== undefined)
	);
}

/** A transaction of the driver's own, which does not survive a lost connection: db/lease.ts says why and has another. */
const driversTransaction = /\.begin\(\s*(async\b|\(|['"`])/;

test('nobody uses the transactions of the driver', () => {
	const files = ['app', 'db'].flatMap((folder) => filesIn(root, folder)).filter((file) => /\.tsx?$/.test(file));
	expect(files.filter((file) => driversTransaction.test(readFileSync(path.join(root, file), 'utf8')))).toEqual([]);
	for (const seen of ['log.begin(async (tx) => {', "sql.begin('read only', work)", 'client.begin((tx) => tx)'])
		expect(driversTransaction.test(seen)).toBe(true);
	expect(driversTransaction.test("tracing.begin(name, 'SERVER')")).toBe(false);
});

test('there are no barrels', () => {
	const files = ['app', 'db'].flatMap((folder) => filesIn(root, folder)).filter((file) => /\.tsx?$/.test(file));
	expect(files.filter((file) => isBarrel(readFileSync(path.join(root, file), 'utf8')))).toEqual([]);
	expect(isBarrel("export * from './a.ts';\nexport { b } from './b.ts';")).toBe(true);
	expect(isBarrel("export { b } from './b.ts';\nexport const c = 1;")).toBe(false);
});

test('the top level holds what it should, and nothing else', () => {
	const expected =
		/^(package(-lock)?\.json|tsconfig\.json|remix\.config\.js|app|bin|client|db|content|docs|example-emar|test|e2e|README\.md|(vite|vitest|playwright|drizzle)\.config\.ts|biome\.json|knip\.json|node_modules|build|test-results|\..+)$/;
	expect(readdirSync(root).filter((name) => !expected.test(name))).toEqual([]);
});

test('the README can be read in one go: at most 250 lines', ({ skip }) => {
	const readme = path.join(root, 'README.md');
	if (!existsSync(readme)) return skip('there is no README yet');
	expect(readFileSync(readme, 'utf8').split('\n').length - 1).toBeLessThanOrEqual(250);
});

/** Every file below a folder, relative to the root of the house. */
function filesIn(house: string, folder: string): string[] {
	const whole = path.join(house, folder);
	if (!existsSync(whole)) return [];
	return readdirSync(whole, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => path.relative(house, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
		.sort();
}

/** A small house in a temporary folder, with the packages of the real one. */
function fixture(files: Record<string, string>): string {
	const house = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'countersign-house-')));
	onTestFinished(() => rmSync(house, { recursive: true, force: true }));
	symlinkSync(path.join(root, 'node_modules'), path.join(house, 'node_modules'), 'junction');
	const { imports, type } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
	for (const [name, text] of Object.entries({ ...files, 'package.json': JSON.stringify({ type, imports }) })) {
		mkdirSync(path.dirname(path.join(house, name)), { recursive: true });
		writeFileSync(path.join(house, name), text);
	}
	return house;
}

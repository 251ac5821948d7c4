import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

/** Every file of this repository that a text names between backticks. */
const filesNamed = (text: string) =>
	[...text.matchAll(/`((?:app|bin|client|content|db|docs|e2e|test)\/[^`\s]+)`/g)].map((match) => match[1] as string);
const missingFrom = (text: string) => filesNamed(text).filter((file) => !existsSync(path.join(root, file)));

test('every file that a document names exists', () => {
	for (const document of readdirSync(path.join(root, 'docs'))) {
		const text = read(`docs/${document}`);
		expect(filesNamed(text).length, document).toBeGreaterThan(0);
		expect(missingFrom(text), document).toEqual([]);
	}
});

test('control: a file that is gone is seen', () => {
	expect(missingFrom('See `test/gone.test.ts` and `test/docs.test.ts`.')).toEqual(['test/gone.test.ts']);
});

/** The rows of the hazard log: its tables' lines that begin with an id. */
const hazards = read('docs/hazards.md')
	.split('\n')
	.filter((line) => /^\| H\d+ \|/.test(line))
	.map((line) =>
		line
			.split('|')
			.slice(1, -1)
			.map((cell) => cell.trim()),
	);

test('each hazard has an id of its own, a rating, a control, what remains, and a test or the word that there is none', () => {
	expect(hazards.length).toBeGreaterThan(40);
	expect(new Set(hazards.map(([id]) => id)).size).toBe(hazards.length);
	for (const [id, hazard, effect, rating = '', control, tests = '', remains, ...more] of hazards) {
		expect([hazard, effect, control, remains].every(Boolean), id).toBe(true);
		expect(more, id).toEqual([]);
		expect(rating, id).toMatch(
			/^(minor|significant|considerable|major|catastrophic), (very low|low|medium|high|very high)$/,
		);
		expect(tests === 'None yet' || filesNamed(tests).some((file) => file.startsWith('test/')), id).toBe(true);
	}
});

test('each part of the rules that a hazard names is there', () => {
	const rules = read('content/rules.md');
	const parts = [...rules.matchAll(/^#+ (.+)$|^\*\*([^*.]+)\.?\*\*/gm)].map((match) => match[1] ?? match[2]);
	const named = hazards.flatMap(([, , , , control = '']) =>
		/Rules/.test(control) ? [...control.matchAll(/"([A-Z][^"]+)"/g)].map((match) => match[1]) : [],
	);
	expect(named.length).toBeGreaterThan(10);
	expect(named.filter((each) => !parts.includes(each))).toEqual([]);
});

test('the hazard log says that nobody has signed it, and can be read in one go', () => {
	const text = read('docs/hazards.md');
	expect(text).toMatch(/No Clinical Safety Officer has read, agreed or signed/);
	expect(text.split('\n').length).toBeLessThan(200);
});

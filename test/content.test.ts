import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readCatalogue } from '../app/catalogue.server.ts';
import { criteriaOf } from '../app/domain/checklist.ts';
import { localDay } from '../app/domain/period.ts';
import { requirementOf } from '../app/domain/privilege.ts';
import { drawQuiz, showQuestion } from '../app/domain/quiz.ts';
import { seededRandom } from '../db/factory.ts';

/** The review of everything in content/: what an educator's change has to pass. content/README.md gives the rules. */
const content = readCatalogue();
const modules = [...content.modules.values()].map((each) => each.body);
const quizzes = [...content.quizzes.values()].map((each) => each.body);
const checklists = [...content.checklists.values()].map((each) => each.body);
const privileges = [...content.privileges.values()].map((each) => each.body);
const banks = [...new Map(quizzes.flatMap((quiz) => quiz.banks).map((bank) => [bank.module, bank])).values()];
const questions = banks.flatMap((bank) => bank.questions);
const sums = questions.filter((question) => question.kind === 'sum');

const wordsIn = (text: string) =>
	text
		.replace(/[^\p{L}\p{N}\s’'-]/gu, ' ')
		.split(/\s+/)
		.filter((word) => /[\p{L}\p{N}]/u.test(word));

test('there is something of each kind', () => {
	expect([modules, quizzes, checklists, privileges, banks, sums].map((each) => each.length > 0)).toEqual(
		Array(6).fill(true),
	);
	for (const folder of ['modules', 'checklists', 'privileges'] as const)
		expect(content[folder].size).toBe(readdirSync(path.join('content', folder)).length);
	expect(quizzes.length).toBe(privileges.filter((each) => requirementOf(each, 'quiz')).length);
	expect(banks.length).toBe(modules.length);
});

const pages = modules.flatMap((module) => module.pages.map((page) => [`${module.slug}/${page.id}`, page] as const));

test.each(pages)('%s can be read in a short break', (_name, page) => {
	expect(wordsIn(page.text).length).toBeGreaterThanOrEqual(30);
	expect(wordsIn(page.text).length).toBeLessThanOrEqual(165);
});

test.each(modules.map((module) => [module.slug, module] as const))(
	'%s takes about as long as it says',
	(_slug, module) => {
		const words = module.pages.flatMap((page) => wordsIn(`${page.title} ${page.text} ${page.check?.ask ?? ''}`)).length;
		// 100 to 200 words a minute: slow enough for a second language, and half a minute for each check.
		const checks = module.pages.filter((page) => page.check).length / 2;
		expect(module.minutes).toBeGreaterThanOrEqual(Math.floor(words / 200 + checks));
		expect(module.minutes).toBeLessThanOrEqual(Math.ceil(words / 100 + checks) + 2);
	},
);

test.each(modules.map((module) => [module.slug, module] as const))(
	'%s: pages have ids and titles of their own',
	(_slug, module) => {
		expect(new Set(module.pages.map((page) => page.id)).size).toBe(module.pages.length);
		expect(new Set(module.pages.map((page) => page.title)).size).toBe(module.pages.length);
	},
);

const reviewed = [
	...modules.map((each) => [`module ${each.slug}`, each.provenance] as const),
	...banks.map((each) => [`questions of ${each.module}`, each.provenance] as const),
	...checklists.map((each) => [`checklist ${each.slug}`, each.provenance] as const),
	...privileges.map((each) => [`privilege ${each.code}`, each.provenance] as const),
];

test.each(reviewed)('%s: its review is not overdue, today', (_name, provenance) => {
	expect(provenance.reviewBy >= localDay(new Date())).toBe(true);
});

test.each(quizzes.map((quiz) => [quiz.slug, quiz] as const))(
	'the quiz %s can be drawn 200 times and always fits its blueprint',
	(_slug, quiz) => {
		const seen = new Set<string>();
		for (let seed = 1; seed <= 200; seed += 1) {
			const drawn = drawQuiz(quiz, seededRandom(seed));
			const byId = new Map(drawn.map((each) => [each.id, each]));
			expect(byId.size).toBe(drawn.length);
			for (const { module, questions: asked, critical } of quiz.draw) {
				const ofModule =
					quiz.banks.find((bank) => bank.module === module)?.questions.filter(({ id }) => byId.has(id)) ?? [];
				expect([ofModule.length, ofModule.filter((each) => each.critical).length]).toEqual([asked, critical]);
			}
			for (const each of drawn) {
				const shown = showQuestion(quiz, each);
				expect(shown.ask).not.toMatch(/[{}]/);
				expect(shown.options.every((option) => option !== '')).toBe(true);
				seen.add(each.id);
			}
		}
		expect(seen.size).toBe(quiz.banks.flatMap((bank) => bank.questions).length);
	},
);

test.each(sums.map((sum) => [sum.id, sum] as const))(
	'the sum %s has every number that its text asks for, and an answer that can be given',
	(_id, sum) => {
		const asked = [...sum.ask.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
		expect(asked.length).toBeGreaterThan(0);
		for (const set of sum.numbers) {
			expect(Object.keys(set).sort()).toEqual([...new Set([...asked, 'answer'])].sort());
			expect(set.answer).toBeGreaterThan(0);
			// Whole or half tablets; liquids to a tenth of a millilitre.
			expect(((set.answer ?? 0) * (/tablet/.test(sum.unit) ? 2 : 10)) % 1).toBeCloseTo(0);
			expect(String(set.answer).length).toBeLessThanOrEqual(4);
		}
		expect(new Set(sum.numbers.map((set) => JSON.stringify(set))).size).toBe(sum.numbers.length);
		for (const drawn of sum.numbers.keys())
			expect(showQuestion({ slug: 'x', draw: [], banks }, { id: sum.id, module: 'x', set: drawn }).ask).not.toMatch(
				/[{}]/,
			);
	},
);

test.each(banks.map((bank) => [bank.module, bank.questions] as const))(
	'the questions of %s: the right option moves about, and is not always the longest',
	(_module, asked) => {
		const choices = asked.filter((question) => question.kind === 'choice');
		const places = choices.map((question) => question.options.findIndex((option) => option.right));
		expect(new Set(places).size).toBeGreaterThanOrEqual(3);
		const longest = choices.filter((question) => {
			const right = question.options.find((option) => option.right)?.text.length ?? 0;
			return question.options.every((option) => option.right || option.text.length < right);
		});
		expect(longest.length / choices.length).toBeLessThanOrEqual(0.5);
	},
);

test('nothing that a learner reads blames or shouts, and no question says "FAIL"', () => {
	const texts = [
		...questions.flatMap((each) => [
			each.ask,
			...(each.kind === 'choice' ? each.options.flatMap(({ text, why }) => [text, why]) : [each.why]),
		]),
		...pages.flatMap(([, page]) => [page.title, page.text, JSON.stringify(page.check ?? '')]),
		...checklists.flatMap(criteriaOf).flatMap((each) => [each.text, each.look ?? '']),
	];
	expect(texts.filter((text) => /\bfail\b/i.test(text))).toEqual([]);
	expect(texts.filter((text) => /\b(stupid|careless|lazy|guilty|incompetent|your fault)\b/i.test(text))).toEqual([]);
	expect(texts.filter((text) => /all of the above|none of the above/i.test(text))).toEqual([]);
});

test('every option that could be right says why, and no two of a question are the same', () => {
	const choices = questions.flatMap((each) => (each.kind === 'choice' ? [each] : []));
	const doubled = choices.filter(
		(each) => new Set(each.options.map((option) => option.text)).size < each.options.length,
	);
	expect(doubled.map((each) => each.id)).toEqual([]);
});

test('every checklist has critical lines', () => {
	for (const each of checklists) expect(criteriaOf(each).some((criterion) => criterion.critical)).toBe(true);
});

/**
 * Flesch reading ease: 206.835 - 1.015 x words per sentence - 84.6 x syllables per word; 70 and more is "fairly easy".
 * An approximation: a syllable is a run of vowels, less a silent final e, and each line of a list is a sentence.
 */
function readingEase(text: string): number {
	const sentences = text
		.split(/[.!?:]+\s|\n\s*(?:[-*]|\d+\.)\s|\n\s*\n/)
		.filter((sentence) => wordsIn(sentence).length > 0);
	const words = wordsIn(text);
	const syllables = words.reduce((count, word) => count + syllablesIn(word.toLowerCase()), 0);
	return 206.835 - (1.015 * words.length) / sentences.length - (84.6 * syllables) / words.length;
}

function syllablesIn(word: string): number {
	const spoken = word.replace(/[^a-z]/g, '').replace(/(?:[^laeiouy]es|[^laeiouytd]ed|[^l]e)$/, (end) => end.charAt(0));
	return Math.max(1, spoken.match(/[aeiouy]+/g)?.length ?? 0);
}

test('control: the reading ease is near the known value of known texts', () => {
	expect(readingEase('The cat sat on the mat. It was a big red cat.')).toBeGreaterThan(100);
	expect(syllablesIn('medicine')).toBe(3);
	expect(syllablesIn('watched')).toBe(1);
	expect(syllablesIn('tablets')).toBe(2);
	expect(
		readingEase(
			'Pharmacological administration necessitates comprehensive documentation of individualised authorisation.',
		),
	).toBeLessThan(0);
});

test.each(modules.map((module) => [module.slug, module] as const))('%s is easy to read', (_slug, module) => {
	expect(readingEase(module.pages.map((page) => page.text).join('\n\n'))).toBeGreaterThanOrEqual(70);
	for (const page of module.pages) expect([page.id, readingEase(page.text) >= 60]).toEqual([page.id, true]);
});

/** A copy of content/ in a temporary folder, with some of its files changed. */
function brokenCopy(changes: Record<string, (text: string) => string | null>): string {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'countersign-content-'));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	cpSync('content', folder, { recursive: true });
	for (const [name, change] of Object.entries(changes)) {
		const file = path.join(folder, name);
		const before = readFileSync(file, 'utf8');
		const after = change(before);
		expect(after).not.toBe(before);
		if (after === null) rmSync(file);
		else writeFileSync(file, after);
	}
	return folder;
}

test('an untouched copy is read, and gives the same versions', () => {
	expect(readCatalogue(brokenCopy({})).versions.map((each) => each.id)).toEqual(
		content.versions.map((each) => each.id),
	);
});

const oral = 'modules/oral-medicines';
const replaced = (from: string | RegExp, to: string) => (text: string) => text.replace(from, to);
test.each<[string, Record<string, (text: string) => string | null>, RegExp]>([
	[
		'a question about a page that is not there',
		{ [`${oral}/questions.yaml`]: replaced(/page: .*/, 'page: no-such-page') },
		/oral-tablet-in-cheek.*no page no-such-page/,
	],
	[
		'the same question id twice in a bank',
		{ [`${oral}/questions.yaml`]: replaced('id: oral-capsule-opened', 'id: oral-tablet-in-cheek') },
		/oral-tablet-in-cheek stands twice/,
	],
	[
		'the same question id in two banks',
		{ [`${oral}/questions.yaml`]: replaced('id: oral-capsule-opened', 'id: mar-read-it-first') },
		/mar-read-it-first stands twice/,
	],
	['a module file that is missing', { [`${oral}/module.yaml`]: () => null }, /oral-medicines\/module\.yaml/],
	['a question file that is missing', { [`${oral}/questions.yaml`]: () => null }, /oral-medicines\/questions\.yaml/],
	[
		'a module that a privilege asks for and nobody wrote',
		{ 'privileges/administer-oral.yaml': replaced('module: oral-medicines, version', 'module: not-written, version') },
		/privileges\/administer-oral: its module requirement/,
	],
	[
		'a version of a module that is not there yet',
		{
			'privileges/administer-oral.yaml': replaced(
				'module: oral-medicines, version: 1',
				'module: oral-medicines, version: 2',
			),
		},
		/privileges\/administer-oral: its module requirement/,
	],
	[
		'a quiz drawn from a module that nobody wrote',
		{
			'privileges/administer-oral.yaml': replaced(
				'module: oral-medicines, questions',
				'module: not-written, questions',
			),
		},
		/oral-medicines draws on not-written/,
	],
	[
		'a quiz that asks for more than the bank has',
		{
			'privileges/administer-oral.yaml': replaced(
				'module: oral-medicines, questions: 4',
				'module: oral-medicines, questions: 99',
			),
		},
		/bank of oral-medicines is too small/,
	],
	[
		'a checklist that nobody wrote',
		{ 'privileges/administer-oral.yaml': replaced('checklist: oral-round', 'checklist: not-written') },
		/privileges\/administer-oral: its observation requirement/,
	],
	[
		'a prerequisite that nobody wrote',
		{
			'privileges/prompt.yaml': () => null,
			'privileges/assess.yaml': replaced('privilege: administer-oral', 'privilege: prompt'),
		},
		/privileges\/assess: its prerequisite requirement/,
	],
	[
		'a loop of prerequisites',
		{ 'privileges/administer-oral.yaml': (text) => `${text}\n  - { kind: prerequisite, privilege: assess }\n` },
		/privileges\/[a-z-]+: its prerequisite requirement/,
	],
	[
		'a privilege that rests on itself',
		{ 'privileges/assess.yaml': replaced('privilege: administer-oral', 'privilege: assess') },
		/privileges\/assess: its prerequisite requirement/,
	],
	[
		'a privilege without a sign-off',
		{ 'privileges/assess.yaml': replaced('  - { kind: sign-off, by: [manager] }', '') },
		/assess\.yaml.*\n?.*exactly one sign-off/,
	],
	[
		'a code that differs from its file',
		{ 'privileges/assess.yaml': replaced('code: assess', 'code: audit-mar') },
		/privileges\/assess\.yaml: its code is audit-mar/,
	],
	[
		'a slug that differs from its folder',
		{ [`${oral}/module.yaml`]: replaced('slug: oral-medicines', 'slug: other') },
		/modules\/oral-medicines: slug differs/,
	],
	['a misspelt field', { [`${oral}/module.yaml`]: replaced('summary:', 'sumary:') }, /oral-medicines\/module\.yaml/],
	[
		'two right options',
		{ [`${oral}/questions.yaml`]: replaced(/(- text: Sign now.*\n)/, '$1        right: true\n') },
		/oral-medicines\/questions\.yaml.*\n?.*exactly one option is right/,
	],
	['a tab where YAML wants spaces', { 'policy.yaml': replaced('  passMark', '\tpassMark') }, /policy\.yaml/],
	[
		'a pass mark over 100',
		{ 'policy.yaml': replaced('passMark: 80', 'passMark: 180') },
		/policy\.yaml[\s\S]*quiz\.passMark/,
	],
	[
		'a review-by that is no date',
		{ 'checklists/oral-round.yaml': replaced(/reviewBy: .*/, 'reviewBy: soon') },
		/oral-round\.yaml/,
	],
])('%s is refused, and the message says where', (_name, changes, message) => {
	const folder = brokenCopy(changes);
	expect(() => readCatalogue(folder)).toThrow(message);
});

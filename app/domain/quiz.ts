import { z } from 'zod';
import { provenance, slug } from './content.ts';
import { exactMilliseconds } from './period.ts';
import type { Policy } from './policy.ts';
import type { Requirement } from './privilege.ts';

const common = {
	/** Never reused and never renamed: old attempts point at it. */
	id: slug,
	/** A critical question must be answered right whatever the score. */
	critical: z.boolean().default(false),
	/** The page of the module to read again when this goes wrong. */
	page: slug,
	ask: z.string().min(10).max(500),
};

export const choiceQuestion = z
	.strictObject({
		...common,
		kind: z.literal('choice'),
		options: z
			.array(z.strictObject({ text: z.string().max(160), right: z.boolean().default(false), why: z.string().min(10) }))
			.min(3)
			.max(4),
	})
	.refine((question) => question.options.filter((option) => option.right).length === 1, 'exactly one option is right');

/** A dose sum: the same question asked with one of several reviewed sets of numbers. `{name}` in the text is replaced. */
export const sumQuestion = z.strictObject({
	...common,
	kind: z.literal('sum'),
	unit: z.string(),
	numbers: z.array(z.record(z.string(), z.number()).refine((set) => 'answer' in set, 'each set has an answer')).min(3),
	why: z.string(),
});

export const question = z.discriminatedUnion('kind', [choiceQuestion, sumQuestion]);
export type Question = z.infer<typeof question>;

export const questionBank = z.strictObject({
	module: slug,
	provenance,
	questions: z.array(question).min(10),
});
export type QuestionBank = z.infer<typeof questionBank>;

/** A quiz as it is pinned: the blueprint and every question that it may draw. */
export interface Quiz {
	slug: string;
	draw: Extract<Requirement, { kind: 'quiz' }>['draw'];
	banks: QuestionBank[];
}

/** One question of one attempt: options shuffled, numbers chosen. Positions, not answers, reach the page. */
export interface DrawnQuestion {
	id: string;
	module: string;
	/** For a choice: the position in the bank of each option, in the order shown. */
	order?: number[];
	/** For a sum: which set of numbers. */
	set?: number;
}

/** Answers by question id: a position as shown for a choice, a number for a sum, both as the learner gave them. */
export type Answers = Record<string, string>;

/** A number in [0, 1), as `Math.random` gives; a parameter so that a draw can be repeated. */
export type Random = () => number;

/**
 * Draws an attempt by the quiz's blueprint: so many questions of each module, of which so many are critical.
 * Throws RangeError where a bank is too small for its blueprint; the catalogue refuses such content at boot.
 */
export function drawQuiz(quiz: Quiz, random: Random): DrawnQuestion[] {
	const drawn = quiz.draw.flatMap(({ module, questions, critical }) => {
		const bank = quiz.banks.find((each) => each.module === module)?.questions ?? [];
		const [must, may] = [bank.filter((each) => each.critical), bank.filter((each) => !each.critical)];
		if (must.length < critical || may.length < questions - critical)
			throw new RangeError(`the question bank of ${module} is too small for the quiz ${quiz.slug}`);
		return [...shuffled(must, random).slice(0, critical), ...shuffled(may, random).slice(0, questions - critical)].map(
			(each): DrawnQuestion =>
				each.kind === 'choice'
					? { id: each.id, module, order: shuffled([...each.options.keys()], random) }
					: { id: each.id, module, set: Math.floor(random() * each.numbers.length) },
		);
	});
	return shuffled(drawn, random);
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
	const copy = [...items];
	for (let last = copy.length - 1; last > 0; last -= 1) {
		const other = Math.floor(random() * (last + 1));
		[copy[last], copy[other]] = [copy[other] as T, copy[last] as T];
	}
	return copy;
}

/** What a learner is shown of a drawn question: never which option is right, nor why. */
export interface ShownQuestion {
	id: string;
	kind: Question['kind'];
	ask: string;
	options: string[];
	unit?: string;
}

export function showQuestion(quiz: Quiz, drawn: DrawnQuestion): ShownQuestion {
	const asked = questionOf(quiz, drawn);
	if (asked.kind === 'choice')
		return {
			id: asked.id,
			kind: 'choice',
			ask: asked.ask,
			options: (drawn.order ?? []).map((position) => asked.options[position]?.text ?? ''),
		};
	return {
		id: asked.id,
		kind: 'sum',
		ask: withNumbers(asked.ask, asked.numbers[drawn.set ?? 0]),
		options: [],
		unit: asked.unit,
	};
}

function withNumbers(text: string, numbers: Record<string, number> = {}): string {
	return text.replace(/\{(\w+)\}/g, (whole, name) => (name === 'answer' ? whole : String(numbers[name] ?? whole)));
}

function questionOf(quiz: Quiz, drawn: DrawnQuestion): Question {
	const found = quiz.banks.flatMap((bank) => bank.questions).find((each) => each.id === drawn.id);
	if (!found) throw new RangeError(`the quiz ${quiz.slug} has no question ${drawn.id}`);
	return found;
}

export interface Mark {
	/** Per cent, rounded down, so that 79.9 is never 80. */
	score: number;
	criticalMissed: string[];
	passed: boolean;
	/** Pages to read again, each once. */
	revisit: { module: string; page: string }[];
}

/** Marks an attempt. A question without an answer is wrong. Passing needs the pass mark and every critical question. */
export function markQuiz(quiz: Quiz, drawn: readonly DrawnQuestion[], answers: Answers, passMark: number): Mark {
	const wrong = drawn.filter((each) => !isRight(quiz, each, answers[each.id]));
	const criticalMissed = wrong.filter((each) => questionOf(quiz, each).critical).map((each) => each.id);
	const score = drawn.length ? Math.floor((100 * (drawn.length - wrong.length)) / drawn.length) : 0;
	const pages = wrong.map((each) => ({ module: each.module, page: questionOf(quiz, each).page }));
	return {
		score,
		criticalMissed,
		passed: score >= passMark && criticalMissed.length === 0,
		revisit: pages.filter(
			(page, index) => pages.findIndex((other) => other.module === page.module && other.page === page.page) === index,
		),
	};
}

function isRight(quiz: Quiz, drawn: DrawnQuestion, answer: string | undefined): boolean {
	const asked = questionOf(quiz, drawn);
	if (answer === undefined || answer.trim() === '') return false;
	if (asked.kind === 'choice') return asked.options[drawn.order?.[Number(answer)] ?? -1]?.right === true;
	return readNumber(answer) === asked.numbers[drawn.set ?? 0]?.answer;
}

/**
 * The number a learner has written, with a point or a comma before at most two decimals; null for anything else.
 * "1,000" is refused rather than guessed at: in a dose, a thousand and one are not the same.
 */
export function readNumber(text: string): number | null {
	return /^(\d{1,6}([.,]\d{1,2})?|[.,]\d{1,2})$/.test(text.trim()) ? Number(text.trim().replace(',', '.')) : null;
}

/**
 * When the next attempt may begin, after the failures in a row so far; null where there is no wait.
 * @param failures when each failed attempt since the last pass was marked, oldest first.
 */
export function nextAttemptFrom(policy: Policy, failures: readonly Date[]): Date | null {
	const last = failures.at(-1);
	if (!last) return null;
	const { waits } = policy.quiz;
	const wait = waits[Math.min(failures.length, waits.length) - 1] ?? 'PT0S';
	return new Date(last.getTime() + exactMilliseconds(wait));
}

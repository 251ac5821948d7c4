import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
	choiceQuestion,
	drawQuiz,
	markQuiz,
	nextAttemptFrom,
	type Question,
	type QuestionBank,
	type Quiz,
	type Random,
	showQuestion,
	sumQuestion,
} from '../../app/domain/quiz.ts';
import { moment, policyWith } from './support.ts';

const provenance: QuestionBank['provenance'] = {
	version: 1,
	owner: 'test',
	reviewBy: '2099-01-01',
	clinicalReview: 'awaiting',
	sources: [{ title: 'test' }],
};

const choice = (id: string, critical = false, page = 'page-one'): Question => ({
	id,
	critical,
	page,
	kind: 'choice',
	ask: `What do you do about ${id}?`,
	options: [
		{ text: 'wrong a', right: false, why: 'because it is wrong' },
		{ text: 'right', right: true, why: 'because it is right' },
		{ text: 'wrong b', right: false, why: 'because it is wrong' },
	],
});
const sum: Question = {
	id: 'sum',
	critical: false,
	page: 'page-two',
	kind: 'sum',
	ask: 'The dose is {dose} mg, a tablet is {strength} mg. How many?',
	unit: 'tablets',
	numbers: [
		{ dose: 1000, strength: 500, answer: 2 },
		{ dose: 50, strength: 100, answer: 0.5 },
		{ dose: 25, strength: 25, answer: 1 },
	],
	why: 'Divide.',
};

const bank = (module: string, questions: Question[]): QuestionBank => ({ module, provenance, questions });
const quiz: Quiz = {
	slug: 'test-quiz',
	draw: [
		{ module: 'one', questions: 4, critical: 2 },
		{ module: 'two', questions: 2, critical: 0 },
	],
	banks: [
		bank('one', [...'abc'].map((id) => choice(id, true)).concat([...'defgh'].map((id) => choice(id)))),
		bank('two', [choice('x', false, 'page-three'), choice('y', true, 'page-three'), sum]),
	],
};
const allSums: Quiz = {
	slug: 'sums',
	draw: [{ module: 'two', questions: 1, critical: 0 }],
	banks: [bank('two', [sum])],
};

/** A generator that fast-check can shrink and print. */
const random: fc.Arbitrary<Random> = fc
	.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }))
	.map((numbers) => () => numbers.next().value ?? 0);
const drawn = (numbers: Random = () => 0) => drawQuiz(quiz, numbers);
const rightAnswers = (questions: ReturnType<typeof drawn>) =>
	Object.fromEntries(
		questions.map(({ id, order, set }) => [
			id,
			order ? String(order.indexOf(1)) : String(sum.numbers[set ?? 0]?.answer),
		]),
	);

test('every draw fits its blueprint, asks nothing twice and shows every option once', () => {
	fc.assert(
		fc.property(random, (numbers) => {
			const questions = drawn(numbers);
			expect(new Set(questions.map((each) => each.id)).size).toBe(6);
			const ofOne = questions.filter((each) => each.module === 'one');
			expect(ofOne.length).toBe(4);
			expect(ofOne.filter((each) => 'abc'.includes(each.id)).length).toBe(2);
			expect(
				questions
					.filter((each) => each.module === 'two')
					.map((each) => each.id)
					.sort(),
			).toEqual(['sum', 'x']);
			for (const { order, set } of questions) {
				if (order) expect([...order].sort()).toEqual([0, 1, 2]);
				else expect([0, 1, 2]).toContain(set);
			}
		}),
	);
});

test('all right answers pass, whatever was drawn', () => {
	fc.assert(
		fc.property(random, (numbers) => {
			const questions = drawn(numbers);
			expect(markQuiz(quiz, questions, rightAnswers(questions), 100)).toEqual({
				score: 100,
				criticalMissed: [],
				passed: true,
				revisit: [],
			});
		}),
	);
});

test('one more right answer never lowers the score', () => {
	fc.assert(
		fc.property(random, fc.nat(5), (numbers, index) => {
			const questions = drawn(numbers);
			const right = rightAnswers(questions);
			const id = questions[index]?.id ?? '';
			const fewer = { ...right, [id]: '' };
			const [all, less] = [markQuiz(quiz, questions, right, 80), markQuiz(quiz, questions, fewer, 80)];
			expect(less.score).toBeLessThan(all.score);
			expect(less.revisit.length).toBe(1);
		}),
	);
});

test.each([
	['more critical questions than the bank has', { module: 'one', questions: 4, critical: 4 }],
	['more questions than the bank has', { module: 'one', questions: 8, critical: 2 }],
	['a module without a bank', { module: 'three', questions: 1, critical: 0 }],
])('a blueprint that asks for %s is refused', (_name, draw) => {
	expect(() => drawQuiz({ ...quiz, draw: [draw] }, () => 0)).toThrow(RangeError);
});

test('a shown question never says which option is right, nor why', () => {
	const shown = drawn().map((each) => showQuestion(quiz, each));
	expect(JSON.stringify(shown)).not.toMatch(/because|"right":|why|answer/);
	expect(shown.find((each) => each.id === 'sum')).toEqual({
		id: 'sum',
		kind: 'sum',
		ask: 'The dose is 1000 mg, a tablet is 500 mg. How many?',
		options: [],
		unit: 'tablets',
	});
});

test('options are shown in the drawn order', () => {
	const shown = showQuestion(quiz, { id: 'a', module: 'one', order: [2, 1, 0] });
	expect(shown.options).toEqual(['wrong b', 'right', 'wrong a']);
});

test('a question that the quiz does not have is refused', () => {
	expect(() => showQuestion(quiz, { id: 'unknown', module: 'one', order: [0] })).toThrow('unknown');
	expect(() => markQuiz(quiz, [{ id: 'unknown', module: 'one' }], { unknown: '0' }, 80)).toThrow('unknown');
});

const wrongAt = (...ids: string[]) => {
	const questions = drawn();
	return markQuiz(
		quiz,
		questions,
		{ ...rightAnswers(questions), ...Object.fromEntries(ids.map((id) => [id, ''])) },
		80,
	);
};
const ids = drawn().map((each) => each.id);
const criticals = ids.filter((id) => 'abc'.includes(id));
const plain = ids.filter((id) => 'defgh'.includes(id));

test.each([
	['one plain question wrong', [plain[0]], { score: 83, passed: true }],
	['one critical question wrong', [criticals[0]], { score: 83, passed: false, criticalMissed: [criticals[0]] }],
	['two plain questions wrong: rounded down', [plain[0], 'x'], { score: 66, passed: false, criticalMissed: [] }],
	['both critical questions wrong', criticals, { passed: false, criticalMissed: criticals }],
	['nothing answered', ids, { score: 0, passed: false }],
])('%s', (_name, wrong, expected) => {
	expect(wrongAt(...(wrong as string[]))).toMatchObject(expected);
});

test('each page to read again is named once', () => {
	expect(
		wrongAt(...plain, 'x', 'sum')
			.revisit.map((each) => `${each.module}/${each.page}`)
			.sort(),
	).toEqual(['one/page-one', 'two/page-three', 'two/page-two']);
});

test.each([
	['the pass mark itself passes', 83, true],
	['one above it does not', 84, false],
])('%s', (_name, passMark, passed) => {
	const questions = drawn();
	const mark = markQuiz(quiz, questions, { ...rightAnswers(questions), [plain[0] ?? '']: '' }, passMark);
	expect(mark.passed).toBe(passed);
});

test('an empty draw is never a pass', () => {
	expect(markQuiz(quiz, [], {}, 80)).toMatchObject({ score: 0, passed: false });
});

test.each([
	['the number', '0.5', true],
	['with a decimal comma', '0,5', true],
	['without a leading nought', '.5', true],
	['with trailing noughts', '0.50', true],
	['with spaces around', ' 0.5 ', true],
	['ten times too much', '5', false],
	['another number', '2', false],
	['with its unit', '0.5 tablets', false],
	['a sign', '-0.5', false],
	['a power of ten', '5e-1', false],
	['three decimals', '0.500', false],
	['words', 'a half', false],
	['nothing', '', false],
	['spaces', '  ', false],
	['two commas', '0,5,0', false],
])('a sum answered with %s', (_name, answer, right) => {
	expect(markQuiz(allSums, [{ id: 'sum', module: 'two', set: 1 }], { sum: answer }, 80).passed).toBe(right);
});

test.each([
	['the right position', '1', true],
	['a wrong position', '0', false],
	['a position that is not there', '3', false],
	['a negative position', '-1', false],
	['not a number', 'right', false],
	['a part of a number', '1.5', false],
	['nothing', '', false],
])('a choice answered with %s', (_name, answer, right) => {
	const one: Quiz = { slug: 'one', draw: [], banks: quiz.banks };
	expect(markQuiz(one, [{ id: 'd', module: 'one', order: [0, 1, 2] }], { d: answer }, 80).passed).toBe(right);
});

// In English a comma parts thousands: 1,000 is a thousand. A thousandfold dose must not be marked right.
test('a thousand written as 1,000 is not one', () => {
	expect(markQuiz(allSums, [{ id: 'sum', module: 'two', set: 2 }], { sum: '1,000' }, 80).passed).toBe(false);
});

test.each([
	['no failure, no wait', [], null],
	['the first failure, no time to wait', ['2026-01-05 09:00'], '2026-01-05 09:00'],
	['the second, an hour', ['2026-01-05 09:00', '2026-01-05 10:00'], '2026-01-05 11:00'],
	['the third, a day', ['2026-01-05 09:00', '2026-01-05 10:00', '2026-01-05 12:00'], '2026-01-06 12:00'],
	['the fourth, a day as well', ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-05 09:00'], '2026-01-06 09:00'],
	[
		'a day is 24 hours, also when the clocks change',
		['2027-03-01', '2027-03-02', '2027-03-27 12:00'],
		'2027-03-28 13:00',
	],
])('when the next attempt may begin: %s', (_name, failures, from) => {
	expect(nextAttemptFrom(policyWith(), failures.map(moment))).toEqual(from === null ? null : moment(from));
});

test('a question has exactly one right option, and a sum has an answer in each set', () => {
	const { options: _, ...rest } = choice('a') as Extract<Question, { kind: 'choice' }>;
	const option = (right: boolean) => ({ text: 'text', right, why: 'because it is so' });
	const isFine = (options: unknown[]) => choiceQuestion.safeParse({ ...rest, options }).success;
	expect(isFine([option(true), option(false), option(false)])).toBe(true);
	expect(isFine([option(true), option(true), option(false)])).toBe(false);
	expect(isFine([option(false), option(false), option(false)])).toBe(false);
	expect(isFine([option(true), option(false)])).toBe(false);
	expect(sumQuestion.safeParse(sum).success).toBe(true);
	expect(
		sumQuestion.safeParse({ ...sum, numbers: [{ dose: 1 }, { dose: 2, answer: 1 }, { dose: 3, answer: 1 }] }).success,
	).toBe(false);
});

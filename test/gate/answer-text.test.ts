import { describe, expect, it } from 'vitest';
import { reasonCodes } from '#app/domain/reason.ts';
import { answerText, wordsFor } from '#app/gate/answer-text.ts';
import { type EvaluationAnswer, evaluationAnswer } from '#app/gate/shapes.ts';

const at = '2027-03-03T02:00:00.000Z';

function answer(decision: boolean, code: EvaluationAnswer['context']['code'], beside = {}): EvaluationAnswer {
	return {
		decision,
		context: {
			code,
			max_age: 300,
			evaluation_id: '0199a3b0-0000-7000-8000-000000000001',
			evaluated_at: at,
			...wordsFor(decision, code),
			...beside,
		},
	};
}

describe('the text of an answer', () => {
	it('says what the answer does, for every code', () => {
		for (const code of reasonCodes)
			for (const decision of [true, false]) {
				const given = answer(decision, code);
				const read = JSON.parse(answerText(given));
				expect(read).toEqual(given);
				expect(evaluationAnswer.parse(read)).toEqual(given);
			}
	});

	it('names the witness where a permit is for two, and never says that somebody acts alone', () => {
		for (const code of reasonCodes) {
			const two = wordsFor(true, code, true);
			const given = { ...answer(true, code), context: { ...answer(true, code).context, ...two } };
			expect(JSON.parse(answerText(given))).toEqual(given);
			for (const witnessed of [true, false])
				expect(JSON.stringify(wordsFor(true, code, witnessed))).not.toMatch(/on your own/);
		}
		expect(wordsFor(true, 'competent', true).reason_user).toEqual({ 200: 'You may do this here, with a witness.' });
		expect(wordsFor(false, 'witness_missing', true)).toBe(wordsFor(false, 'witness_missing'));
	});

	it('says the words that an answer brings with it, whoever made them', () => {
		const given = structuredClone(answer(true, 'competent', wordsFor(true, 'competent', true)));
		expect(JSON.parse(answerText(given))).toEqual(given);
	});

	it('says what only some answers have', () => {
		const given = answer(true, 'competent', {
			standing: 'competent',
			valid_until: at,
			planned: true,
			detail: { missing: ['A “quoted” name, with a ’ and a 😀', 'back\\slash'] },
		});
		expect(JSON.parse(answerText(given))).toEqual(given);
	});

	it('is ASCII, so that it has as many bytes as characters', () => {
		const detail = { missing: ['Zoë – 😀'] };
		for (const code of reasonCodes) expect(answerText(answer(false, code, { detail }))).toMatch(/^[\x20-\x7e]+$/);
	});
});

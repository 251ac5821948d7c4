import { type Decision, noAnswer } from './question.ts';

/** An answer of the gate, and for how many milliseconds it may be held. */
export interface Answered {
	decision: Decision;
	holdFor: number;
}

/** Of a no that names no reason of Countersign’s: the question itself was broken. */
export const brokenQuestion = 'broken_question';

/**
 * Reads one answer. A no is a no, whatever else is said or missing. Throws where it says yes and is not exactly what an
 * answer is: whoever answers so is not the gate, or speaks of something else.
 */
export function readAnswer(body: unknown): Answered {
	const { decision, context } = objectIn(body, 'answer');
	if (decision === false) return { decision: readRefusal(context), holdFor: 0 };
	if (decision !== true) throw new Error('decision is no boolean');
	const said = objectIn(context, 'context');
	// An answer about a time to come is no leave to do anything now.
	if (said.planned !== undefined) throw new Error('the answer is about another time');
	const validUntil = instantIn(said.valid_until, 'valid_until');
	const left = validUntil.getTime() - instantIn(said.evaluated_at, 'evaluated_at').getTime();
	if (left <= 0) throw new Error('the permit has ended');
	// Both instants are the gate’s: how this device’s clock is set does not matter.
	const maximumAge = typeof said.max_age === 'number' && said.max_age > 0 ? said.max_age * 1000 : 0;
	const read: Decision = { decision, why: 'gate', code: textIn(said.code, 'code'), ...wordsIn(said), validUntil };
	return { decision: read, holdFor: Math.min(maximumAge, left) };
}

function readRefusal(context: unknown): Decision {
	const said: Record<string, unknown> = typeof context === 'object' && context !== null ? { ...context } : {};
	const code = typeof said.code === 'string' && said.code ? said.code : brokenQuestion;
	const cause = code === brokenQuestion ? { cause: JSON.stringify(said.error ?? null).slice(0, 200) } : {};
	return { decision: false, why: 'gate', code, ...wordsIn(said), ...cause };
}

function wordsIn(said: Record<string, unknown>): Pick<Decision, 'says' | 'nextStep' | 'evaluationId'> {
	const reasons = typeof said.reason_user === 'object' && said.reason_user !== null ? said.reason_user : {};
	const [says] = Object.values(reasons).filter((each) => typeof each === 'string');
	return {
		says: says ?? '',
		nextStep: typeof said.next_step === 'string' ? said.next_step : '',
		...(typeof said.evaluation_id === 'string' ? { evaluationId: said.evaluation_id } : {}),
	};
}

/** Reads the answers to several questions, of which there must be as many as were asked. What cannot be read is a no. */
export function readAnswers(body: unknown, asked: number): Answered[] {
	const { evaluations } = objectIn(body, 'answer');
	if (!Array.isArray(evaluations) || evaluations.length !== asked)
		throw new Error(`not ${asked} answers to ${asked} questions`);
	return evaluations.map((each) => {
		try {
			return readAnswer(each);
		} catch (error) {
			return { decision: noAnswer(causeOf(error)), holdFor: 0 };
		}
	});
}

/** Reads one page of a search: who was found, and the token of the next page, if there is one. Throws. */
export function readFound(body: unknown): { found: string[]; next: string | undefined } {
	const { results, page } = objectIn(body, 'answer');
	if (!Array.isArray(results)) throw new Error('results is no list');
	const { next_token } = objectIn(page, 'page');
	return {
		found: results.map((each) => textIn(objectIn(each, 'result').id, 'id')),
		next: typeof next_token === 'string' && next_token ? next_token : undefined,
	};
}

export function objectIn(value: unknown, name: string): Record<string, unknown> {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${name} is no object`);
	return value as Record<string, unknown>;
}

export function textIn(value: unknown, name: string): string {
	if (typeof value !== 'string' || !value) throw new Error(`${name} is no text`);
	return value;
}

function instantIn(value: unknown, name: string): Date {
	const instant = new Date(textIn(value, name));
	if (Number.isNaN(instant.getTime())) throw new Error(`${name} is no instant`);
	return instant;
}

export function causeOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

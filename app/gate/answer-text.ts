import type { ReasonCode } from '../domain/reason.ts';
import { reasonWords, sayToPerson } from '../domain/reason.ts';
import type { EvaluationAnswer } from './shapes.ts';

/** The words of an answer, which are the same for each with one code and outcome, with a witness or without. */
export interface AnswerWords {
	reason_admin: Record<string, string>;
	reason_user: Record<string, string>;
	next_step: string;
}

interface Written {
	words: AnswerWords;
	json: string;
}

const permitted = new Map<ReasonCode, Written>();
const permittedWitnessed = new Map<ReasonCode, Written>();
const refused = new Map<ReasonCode, Written>();
/** By what is said to the person, as the very object: an answer carries it, and with it which words it has. */
const byReason = new Map<object, Written>();

function writtenFor(permit: boolean, code: ReasonCode, witnessed: boolean): Written {
	const written = permit ? (witnessed ? permittedWitnessed : permitted) : refused;
	const known = written.get(code);
	if (known) return known;
	const status = permit ? '200' : '403';
	const { nextStep } = reasonWords[code];
	const words = {
		reason_admin: { [status]: `${code}: ${nextStep}` },
		reason_user: { [status]: sayToPerson(permit, code, witnessed) },
		next_step: nextStep,
	};
	const made = { words, json: jsonOf(words) };
	written.set(code, made);
	byReason.set(words.reason_user, made);
	return made;
}

function jsonOf({ reason_admin, reason_user, next_step }: AnswerWords): string {
	return ascii(JSON.stringify({ reason_admin, reason_user, next_step }).slice(1, -1));
}

/**
 * The words of an answer. Shared by all that have them: not to be changed.
 * @param witnessed whether a permit is for two: the person is told of the witness.
 */
export function wordsFor(permit: boolean, code: ReasonCode, witnessed = false): AnswerWords {
	return writtenFor(permit, code, witnessed).words;
}

/**
 * An answer as JSON, in ASCII. The same as JSON.stringify would have it, but that the words, which are most of it, are
 * written once for each code: this is on the way of every answer.
 */
export function answerText({ decision, context }: EvaluationAnswer): string {
	const { code, standing, valid_until, max_age, planned, evaluation_id, evaluated_at, detail } = context;
	let text = `{"decision":${decision},"context":{"code":"${code}"`;
	if (standing) text += `,"standing":"${standing}"`;
	if (valid_until) text += `,"valid_until":"${valid_until}"`;
	text += `,"max_age":${max_age}`;
	if (planned) text += ',"planned":true';
	text += `,"evaluation_id":"${evaluation_id}","evaluated_at":"${evaluated_at}",${byReason.get(context.reason_user)?.json ?? jsonOf(context)}`;
	if (detail) text += `,"detail":${ascii(JSON.stringify(detail))}`;
	return `${text}}}`;
}

/** JSON with an escape for everything beyond ASCII, so that it has as many bytes as characters. */
function ascii(json: string): string {
	return json.replaceAll(/[^\p{ASCII}]/gu, (character) =>
		[...Array(character.length).keys()]
			.map((place) => `\\u${character.charCodeAt(place).toString(16).padStart(4, '0')}`)
			.join(''),
	);
}

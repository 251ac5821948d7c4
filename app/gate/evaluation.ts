import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { Sql } from '#db/client.server.ts';
import { type GateFacts, type GateQuestion, readGateFacts } from '#db/queries/gate.ts';
import { isPrivilegeCode, type Privilege, type PrivilegeCode } from '../domain/privilege.ts';
import { type ReasonCode, reasonWords } from '../domain/reason.ts';
import type { Standing } from '../domain/rules.ts';
import { type Answered, decideTogether } from '../domain/together.ts';
import { HttpError } from './http.ts';
import { type Caller, isPlain } from './tokens.ts';

/** AuthZEN Authorization API 1.0, section 5: unknown members are ignored everywhere. */
const entity = { properties: z.looseObject({}).optional() };
export const evaluationRequest = z.looseObject({
	subject: z.looseObject({ type: z.string(), id: z.string(), ...entity }),
	action: z.looseObject({ name: z.string(), ...entity }),
	resource: z.looseObject({ type: z.string(), id: z.string(), ...entity }),
	/** Staff codes of the people who act together with the subject, where two are needed. */
	context: z.looseObject({ supervisor: z.string().optional(), witness: z.string().optional() }).optional(),
});
export type EvaluationRequest = z.infer<typeof evaluationRequest>;

export interface EvaluationAnswer {
	decision: boolean;
	context: {
		code: ReasonCode;
		standing?: Standing;
		/** With no new evidence, when a permit ends. */
		valid_until?: string;
		/** For how many seconds a caller may hold this answer. */
		max_age: number;
		evaluation_id: string;
		evaluated_at: string;
		reason_admin: Record<string, string>;
		reason_user: Record<string, string>;
		next_step: string;
	};
}

const longestWait = 1500;
const mostQuestions = 500;
const mostUnderWay = 2;
const worthAnother = 8;

/**
 * The gate's way to the database: questions that arrive while a statement is under way share the next one, on one
 * pipelined connection. So the more is asked, the less each question costs. Nothing is remembered: every answer is
 * read by a statement that begins after its question has arrived.
 */
export function gateReader(sql: Sql): (question: GateQuestion) => Promise<GateFacts> {
	interface Waiting {
		question: GateQuestion;
		resolve: (facts: GateFacts) => void;
		reject: (error: unknown) => void;
	}
	const waiting: Waiting[] = [];
	let underWay = 0;
	let scheduled = false;

	function schedule(): void {
		// A second statement goes out beside the first only when it is worth one.
		if (scheduled || !waiting.length || underWay >= mostUnderWay || (underWay && waiting.length < worthAnother)) return;
		scheduled = true;
		setImmediate(ask);
	}

	function ask(): void {
		scheduled = false;
		const asked = waiting.splice(0, mostQuestions);
		if (!asked.length) return;
		underWay += 1;
		let settled = false;
		const settle = (each: (one: Waiting, place: number) => void) => {
			if (settled) return;
			settled = true;
			underWay -= 1;
			clearTimeout(tooLate);
			asked.forEach(each);
			schedule();
		};
		const refuse = () => settle((each) => each.reject(noAnswer()));
		const tooLate = setTimeout(refuse, longestWait);
		readGateFacts(
			sql,
			asked.map((each) => each.question),
		).then((facts) => settle((each, place) => each.resolve(facts[place] as GateFacts)), refuse);
		schedule();
	}

	return (question) =>
		new Promise((resolve, reject) => {
			// Counted from when the question came: one that waits behind a slow statement does not wait twice.
			const tooLate = setTimeout(() => reject(noAnswer()), longestWait);
			waiting.push({
				question,
				resolve: (facts) => {
					clearTimeout(tooLate);
					resolve(facts);
				},
				reject: (error) => {
					clearTimeout(tooLate);
					reject(error);
				},
			});
			schedule();
		});
}

function noAnswer(): HttpError {
	return new HttpError(503, 'no answer from the database', { 'retry-after': '1' });
}

/** Parses a body as the specification wants it. Throws HttpError 400. */
export function parseEvaluation(text: string): EvaluationRequest {
	let body: unknown;
	try {
		body = JSON.parse(text);
	} catch {
		throw new HttpError(400, 'the body is not JSON');
	}
	const parsed = evaluationRequest.safeParse(body);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	throw new HttpError(400, `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not an evaluation request'}`);
}

/** What the gate's answers rest on beside the database: what there is to be asked about, and the shipped numbers. */
export interface GateRules {
	privileges: ReadonlyMap<PrivilegeCode, { body: Pick<Privilege, 'witness'> }>;
	/** Seconds. */
	maximumAge: number;
	/** Whether witnessed privileges need a witness where neither provider nor site says anything. */
	witness: boolean;
}

/**
 * The questions a request puts to the database: about its subject and, where the context names them, about a supervisor
 * and a witness. What no database could hold stands for nobody and nowhere.
 */
export function questionsOf(
	{ clientId }: Caller,
	{ subject, action, resource, context }: EvaluationRequest,
	rules: GateRules,
): { subject: GateQuestion; supervisor?: GateQuestion; witness?: GateQuestion } {
	const known = (type: string, wanted: string, id: string) => (type === wanted && isPlain(id) ? id : '');
	const witness = witnessFor(action.name, rules);
	const asked: GateQuestion = {
		clientId,
		staffCode: known(subject.type, 'staff', subject.id),
		privilege: isPlain(action.name) ? action.name : '',
		site: known(resource.type, 'site', resource.id),
		witnessed: witness !== undefined,
	};
	const named = (second: string | undefined, privilege: string) =>
		second === undefined
			? undefined
			: { ...asked, staffCode: isPlain(second) ? second : '', privilege, witnessed: false };
	const [supervisor, second] = [named(context?.supervisor, asked.privilege), named(context?.witness, witness ?? '')];
	return {
		subject: asked,
		...(supervisor ? { supervisor } : {}),
		...(second && witness ? { witness: second } : {}),
	};
}

function witnessFor(privilege: string, { privileges }: GateRules): PrivilegeCode | undefined {
	return isPrivilegeCode(privilege) ? privileges.get(privilege)?.body.witness : undefined;
}

interface Stood extends Answered {
	standing: Standing | null;
}

/** How somebody stands by what the database knows. Deny is the default. */
function stoodBy(facts: GateFacts, { privilege }: GateQuestion, rules: GateRules): Stood {
	const known = isPrivilegeCode(privilege) && rules.privileges.has(privilege);
	const permit = known && facts.permit === true && facts.permitUntil !== null && facts.permitUntil > facts.evaluatedAt;
	return {
		permit,
		code: permit ? (facts.code as ReasonCode) : refusalOf(facts, known),
		validUntil: permit ? facts.permitUntil : null,
		standing: known ? (facts.standing as Standing | null) : null,
	};
}

export interface Asked {
	question: GateQuestion;
	facts: GateFacts;
}

/** Turns what the database knows into the answer. Throws HttpError 401 for a client switched off. */
export function answerOf(
	{ subject, supervisor, witness }: { subject: Asked; supervisor?: Asked | undefined; witness?: Asked | undefined },
	rules: GateRules,
): EvaluationAnswer {
	const { facts, question } = subject;
	if (!facts.clientActive)
		throw new HttpError(401, 'this client is switched off', { 'www-authenticate': 'Bearer error="invalid_token"' });
	const second = (asked: Asked | undefined) =>
		asked && { personId: asked.question.staffCode, decision: stoodBy(asked.facts, asked.question, rules) };
	const { permit, code, validUntil, standing } = decideTogether(
		{
			personId: question.staffCode,
			decision: stoodBy(facts, question, rules),
			supervisor: second(supervisor),
			witness: second(witness),
		},
		{ witness: witnessFor(question.privilege, rules) },
		{ witness: facts.witness ?? rules.witness },
	);
	const status = permit ? '200' : '403';
	const words = reasonWords[code];
	return {
		decision: permit,
		context: {
			code,
			...(standing ? { standing } : {}),
			...(validUntil ? { valid_until: validUntil.toISOString() } : {}),
			max_age: validUntil ? maximumAgeOf(validUntil, facts.evaluatedAt, rules.maximumAge) : 0,
			evaluation_id: uuidv7(),
			evaluated_at: facts.evaluatedAt.toISOString(),
			reason_admin: { [status]: `${code}: ${words.nextStep}` },
			reason_user: { [status]: words.user },
			next_step: words.nextStep,
		},
	};
}

function refusalOf(facts: GateFacts, privilegeKnown: boolean): ReasonCode {
	if (!facts.personKnown) return 'unknown_person';
	if (!privilegeKnown) return 'unknown_privilege';
	if (!facts.siteKnown) return 'unknown_site';
	if (facts.code === null) return reasonWithoutStanding[facts.employed ?? 'never'];
	// A row that says permit but is not to be believed any more: whatever it was, it has run out.
	return facts.permit ? 'expired' : (facts.code as ReasonCode);
}

/** Nobody stands anywhere at a site where they have never worked: the reason is then what `decide` would give. */
const reasonWithoutStanding = { now: 'site_induction_missing', before: 'left', never: 'not_assessed' } as const;

function maximumAgeOf(until: Date, from: Date, maximumAge: number): number {
	return Math.max(0, Math.floor(Math.min(maximumAge, (until.getTime() - from.getTime()) / 1000)));
}

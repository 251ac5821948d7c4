import { randomFillSync, randomInt } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { GateFacts, GateQuestion } from '#db/queries/gate.ts';
import type { CloserLook } from '../commands/closer-look.ts';
import type { TwoPeople } from '../domain/policy-grace.ts';
import { isPrivilegeCode, type Privilege, type PrivilegeCode, type SiteKind } from '../domain/privilege.ts';
import type { ReasonCode } from '../domain/reason.ts';
import type { Standing } from '../domain/rules.ts';
import { type Answered, decideTogether } from '../domain/together.ts';
import { wordsFor } from './answer-text.ts';
import type { EvaluationAnswer, EvaluationRequest } from './shapes.ts';
import { type Caller, isPlain, noLongerActive } from './tokens.ts';

/** What the gate's answers rest on beside the database: what there is to be asked about, and the shipped numbers. */
export interface GateRules {
	privileges: ReadonlyMap<PrivilegeCode, { body: Pick<Privilege, 'witness' | 'requirements'> }>;
	/** Seconds. */
	maximumAge: number;
	/** What is asked of two people at a kind of site, where neither provider nor site says anything. */
	twoPeople(kind: SiteKind | null): { witness: boolean; supervisorMayWitness: boolean };
}

/** What a request asks of the database, about everybody whom it names. */
export interface QuestionsTogether {
	subject: GateQuestion;
	supervisor?: GateQuestion;
	witness?: GateQuestion;
	/** The witness, about the task itself. */
	witnessTask?: GateQuestion;
}

/**
 * The questions a request puts to the database: about its subject and, where the context names them, about a supervisor
 * and a witness. What no database could hold stands for nobody and nowhere.
 * @param at an instant to come, where the request is about one.
 */
export function questionsOf(
	{ clientId, keyId }: Pick<Caller, 'clientId' | 'keyId'>,
	{ subject, action, resource, context }: EvaluationRequest,
	rules: GateRules,
	at?: Date,
): QuestionsTogether {
	const known = (type: string, wanted: string, id: string) => (type === wanted && isPlain(id) ? id : '');
	const witness = witnessFor(action.name, rules);
	const person = context?.person ?? context?.delegation;
	const asked: GateQuestion = {
		clientId,
		keyId,
		subject: known(subject.type, 'staff', subject.id),
		privilege: isPlain(action.name) ? action.name : '',
		site: known(resource.type, 'site', resource.id),
		witnessed: witness !== undefined,
		...(at ? { at } : {}),
		...(person === undefined ? {} : { person }),
	};
	const named = (second: string | undefined, privilege: string) =>
		second === undefined
			? undefined
			: { ...asked, subject: isPlain(second) ? second : '', privilege, witnessed: false };
	const [supervisor, second] = [named(context?.supervisor, asked.privilege), named(context?.witness, witness ?? '')];
	return {
		subject: asked,
		...(supervisor ? { supervisor } : {}),
		...(second && witness ? { witness: second, witnessTask: { ...second, privilege: asked.privilege } } : {}),
	};
}

function witnessFor(privilege: string, { privileges }: GateRules): PrivilegeCode | undefined {
	return isPrivilegeCode(privilege) ? privileges.get(privilege)?.body.witness : undefined;
}

/** Whether a privilege is handed over by a nurse, for one person supported at a time. */
function isDelegated(privilege: string, { privileges }: GateRules): boolean {
	const body = isPrivilegeCode(privilege) ? privileges.get(privilege)?.body : undefined;
	return body?.requirements.some((each) => each.kind === 'delegation') ?? false;
}

export interface Asked {
	question: GateQuestion;
	facts: GateFacts;
	/** Where the stored standing was not all there is to say: null if it was after all. */
	closer?: CloserLook | null;
}

/** Everybody a request asks about. */
export interface AskedTogether {
	subject: Asked;
	supervisor?: Asked | undefined;
	witness?: Asked | undefined;
	witnessTask?: Asked | undefined;
}

/**
 * Whether an answer needs a closer look than the stored standing, which knows nothing of the person supported (only
 * where nothing but the delegation is missing), of how a task is delegated to whoever practises it, nor of what an
 * override for a witnessed task rests on.
 */
export function needsCloserLook({ question, facts }: Asked, rules: GateRules): boolean {
	if (facts.personId === null) return false;
	if (isUnstored({ question, facts }, rules)) return true;
	return question.person !== undefined && facts.code === 'delegation_missing' && isDelegated(question.privilege, rules);
}

/** Whether the answer is not in the stored standing, whoever is supported: on an override for a task that needs a witness, or practising one that is delegated. */
export function isUnstored({ question, facts }: Pick<Asked, 'question' | 'facts'>, rules: GateRules): boolean {
	if (facts.code === 'override_active') return witnessFor(question.privilege, rules) !== undefined;
	return facts.code === 'supervised_only' && isDelegated(question.privilege, rules);
}

/** What an answer about somebody rests on, so that it can be worked out again. */
export function restedOn(asked: Asked, rules: GateRules): Pick<GateFacts, 'personId' | 'upToSeq' | 'policyVersion'> {
	const { closer, facts } = asked;
	const { upToSeq, policyVersion } = closer && needsCloserLook(asked, rules) ? closer : facts;
	return { personId: facts.personId, upToSeq, policyVersion };
}

interface Stood extends Answered {
	standing: Standing | null;
}

/** The instant a question is about: now, unless it is about a later one. */
export function instantOf({ question, facts }: Asked): Date {
	return question.at && question.at > facts.evaluatedAt ? question.at : facts.evaluatedAt;
}

/** How somebody stands by what the database knows. Deny is the default. */
function stoodBy(asked: Asked, rules: GateRules): Stood {
	const { facts, question, closer } = asked;
	const known = isPrivilegeCode(question.privilege) && rules.privileges.has(question.privilege);
	if (closer && needsCloserLook(asked, rules)) {
		const { permit, code, standing, validUntil, delegation, holdsWhatItRestsOn } = closer;
		const holds = known && permit && validUntil !== null && validUntil > instantOf(asked);
		return {
			permit: holds,
			code: permit && !holds ? 'expired' : code,
			validUntil: holds ? validUntil : null,
			standing,
			holdsWhatItRestsOn,
			...(delegation ? { delegation } : {}),
		};
	}
	const permit = known && facts.permit === true && facts.permitUntil !== null && facts.permitUntil > instantOf(asked);
	return {
		permit,
		code: permit ? (facts.code as ReasonCode) : refusalOf(facts, known),
		validUntil: permit ? facts.permitUntil : null,
		standing: known ? (facts.standing as Standing | null) : null,
	};
}

/** How the subject of a request stands, together with whoever else is named. */
export function togetherOf({ subject, supervisor, witness, witnessTask }: AskedTogether, rules: GateRules): Stood {
	// By our own ids: a client may have two names for one person.
	const idOf = ({ facts, question }: Asked) => facts.personId ?? question.subject;
	const second = (asked: Asked | undefined) => asked && { personId: idOf(asked), decision: stoodBy(asked, rules) };
	const { privilege } = subject.question;
	const beside = second(witness);
	const together = decideTogether(
		{
			personId: idOf(subject),
			decision: stoodBy(subject, rules),
			supervisor: second(supervisor),
			witness: beside && {
				...beside,
				holdsTask: witnessTask !== undefined && isCompetent(stoodBy(witnessTask, rules)),
			},
		},
		{ witness: witnessFor(privilege, rules) },
		twoPeopleOf(subject.facts, rules),
	);
	// Whoever practises what is delegated needs a closer look: without one nobody knows whether it is theirs to do.
	const unknown = together.code === 'supervised_only' && !subject.closer?.delegation && isDelegated(privilege, rules);
	if (!together.permit || !unknown) return together;
	return { ...together, permit: false, code: 'delegation_missing', validUntil: null };
}

/** What is asked of two people at a site: what only its newest policy asks waits for the end of its grace. */
function twoPeopleOf(facts: GateFacts, { twoPeople }: GateRules): TwoPeople {
	const usual = twoPeople(facts.siteKind);
	if (!facts.witness.length) return usual;
	return {
		witness: facts.witness.every((each) => each ?? usual.witness),
		supervisorMayWitness: facts.supervisorMayWitness.some((each) => each ?? usual.supervisorMayWitness),
		until: facts.twoPeopleUntil,
	};
}

/** Whether a permit is for two, the second of whom was a condition of it. */
function isWitnessed({ question, facts }: Asked, code: ReasonCode, rules: GateRules): boolean {
	if (code === 'second_check_by_telephone' || !witnessFor(question.privilege, rules)) return false;
	return twoPeopleOf(facts, rules).witness;
}

/** Whether somebody may vouch for somebody else. */
function isCompetent({ permit, code }: Stood): boolean {
	return permit && code === 'competent';
}

/** Throws HttpError 401 for a client switched off or a key removed. */
export function requireActive({ clientActive, keyActive }: { clientActive: boolean; keyActive: boolean }): void {
	if (!clientActive || !keyActive) throw noLongerActive();
}

/** Turns what the database knows into the answer. Throws HttpError 401 for a client switched off or a key removed. */
export function answerOf(
	asked: AskedTogether,
	rules: GateRules,
	{ detail }: { detail: boolean } = { detail: false },
): EvaluationAnswer {
	const { subject } = asked;
	const { facts, question, closer } = subject;
	requireActive(facts);
	const { permit, code, validUntil, standing } = togetherOf(asked, rules);
	const words = wordsFor(permit, code, permit && isWitnessed(subject, code, rules));
	const planned = question.at !== undefined;
	const context: EvaluationAnswer['context'] = {
		code,
		max_age: permit && validUntil && !planned ? maximumAgeOf(validUntil, facts.evaluatedAt, rules.maximumAge) : 0,
		evaluation_id: evaluationId(),
		evaluated_at: written(facts.evaluatedAt),
		reason_admin: words.reason_admin,
		reason_user: words.reason_user,
		next_step: words.next_step,
	};
	if (standing) context.standing = standing;
	if (permit && validUntil) context.valid_until = validUntil.toISOString();
	if (planned) context.planned = true;
	// What has changed since the answer was read is not mixed into it.
	if (detail && (permit || closer?.code === code)) context.detail = { missing: permit ? [] : (closer?.missing ?? []) };
	return { decision: permit, context };
}

let lastWritten = { at: new Date(0), text: '' };

/** An instant as text; that of one statement, which many answers share, is written once. */
function written(at: Date): string {
	if (lastWritten.at !== at) lastWritten = { at, text: at.toISOString() };
	return lastWritten.text;
}

const randomness = Buffer.alloc(4096);
let unused = 0;
let made = randomInt(2 ** 31);

/** Ids in the order in which they are made. Randomness is drawn for many: asking for it costs more than all else about an id. */
function evaluationId(): string {
	if (unused < 16) unused = randomFillSync(randomness).length;
	unused -= 16;
	made = (made + 1) % 2 ** 32;
	return uuidv7({ random: randomness.subarray(unused, unused + 16), seq: made });
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

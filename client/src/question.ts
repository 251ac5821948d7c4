/** What is asked: may this person do this, here, now? */
export interface Question {
	/** The person, called as this client has agreed to call people: by staff code, unless something else was agreed. */
	subject: string;
	/** The privilege, such as `administer-oral`. */
	action: string;
	/** The site, such as `rose-house`. */
	site: string;
	/** Who witnesses, where two people are needed; called as the subject is. Must be there, and confirm with their own PIN. */
	witness?: string | undefined;
	/** Who is beside somebody who practises; called as the subject is. */
	supervisor?: string | undefined;
	/** The reference of the person supported, for a task that a nurse has delegated. Never a name. */
	person?: string | undefined;
}

/** Where an answer comes from. Nothing but `no-answer` and `break-glass` is given without Countersign having said so. */
export type Why =
	/** The gate has said so just now. */
	| 'gate'
	/** The gate has said so less than `max_age` ago. */
	| 'held'
	/** There is no network, and the signed list says so. */
	| 'offline'
	/** There is no answer, and the caller’s own break-glass hook has allowed it. */
	| 'break-glass'
	/** There is no answer: it is no. */
	| 'no-answer';

export interface Decision {
	/** Whether they may. Everything else is for showing and for the record. */
	decision: boolean;
	why: Why;
	/** One of Countersign’s reason codes; for `offline` see `OfflineCode`, for `no-answer` `NoAnswerCode`. */
	code: string;
	/** For the person, in plain words. */
	says: string;
	/** For whoever can put it right. */
	nextStep: string;
	/** When a permit ends if nothing new is recorded. */
	validUntil?: Date;
	/** Quote it when asking Countersign about this answer. */
	evaluationId?: string;
	/** What the caller’s hook gave: write it down. */
	brokenGlass?: BrokenGlass;
	/** What went wrong, for a log; of a `no-answer`, or of what broke the glass. */
	cause?: string;
}

/** Who has allowed something without an answer, and why. Whoever calls writes it down and reports it. */
export interface BrokenGlass {
	by: string;
	reason: string;
}

export type NoAnswerCode =
	/** Countersign was not reached, or what came back is no answer. */
	| 'no_answer'
	/** Countersign was reached, and refuses this client: switched off, its key removed, or without the scope. */
	| 'client_refused'
	/** Countersign was reached, and this client asks too often. */
	| 'too_many_questions';

const words: Record<NoAnswerCode, { says: string; nextStep: string }> = {
	no_answer: {
		says: 'We could not check just now.',
		nextStep: 'Ask again. If it goes on, use your paper procedure.',
	},
	client_refused: {
		says: 'We could not check: Countersign does not let this system ask.',
		nextStep: 'Tell your manager that this system was refused. Until then use your paper procedure.',
	},
	too_many_questions: {
		says: 'We could not check just now: this system has asked too often.',
		nextStep: 'Wait a few seconds and ask again. If it goes on, use your paper procedure.',
	},
};

/** @param status what Countersign answered with in place of an answer, if it was reached at all. */
export function noAnswer(cause: string, status?: number): Decision {
	const code: NoAnswerCode =
		status === 401 || status === 403 ? 'client_refused' : status === 429 ? 'too_many_questions' : 'no_answer';
	return { decision: false, why: 'no-answer', code, ...words[code], cause };
}

/** The same question has the same key. */
export function keyOf({ subject, action, site, witness, supervisor, person }: Question): string {
	return JSON.stringify([subject, action, site, witness ?? null, supervisor ?? null, person ?? null]);
}

/** As AuthZEN Authorization API 1.0 sends it. */
export function requestOf({ subject, action, site, witness, supervisor, person }: Question): Record<string, unknown> {
	const context = Object.fromEntries(
		Object.entries({ witness, supervisor, person }).filter(([, value]) => value !== undefined),
	);
	return {
		subject: { type: 'staff', id: subject },
		action: { name: action },
		resource: { type: 'site', id: site },
		...(Object.keys(context).length ? { context } : {}),
	};
}

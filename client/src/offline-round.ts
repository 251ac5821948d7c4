import { brokenQuestion } from './answer.ts';
import { type Clock, deviceClock, leftOf, type Span, spanFrom } from './clock.ts';
import type { Decision, Question } from './question.ts';
import { checkSubjects, type Grant, type KeySet, type StatusToken, verifyStatusToken } from './status-token.ts';

/** What a device keeps for a round without a network. Keep it where only the application can write. */
export interface StoredRound {
	site: string;
	token: string;
	salt: string;
	/** Who is who: what this client calls people, and their pairwise ids. */
	subjects: Record<string, string>;
	keys: KeySet;
}

export type OfflineCode =
	| 'listed'
	| 'not_on_the_list'
	| 'supervised_only'
	| 'witness_missing'
	| 'list_ended'
	| 'clock_changed';

const words: Record<OfflineCode, { says: string; nextStep: string }> = {
	listed: { says: 'You may do this here. This was checked before the network went.', nextStep: 'Nothing to do.' },
	not_on_the_list: {
		says: 'We cannot check this without a network.',
		nextStep: 'Ask a colleague who is on the list, or use your paper procedure.',
	},
	supervised_only: {
		says: 'You may do this only together with a competent colleague.',
		nextStep: 'Name a competent colleague who is with them.',
	},
	witness_missing: {
		says: 'This needs a competent witness beside you.',
		nextStep: 'Name a different, competent witness who is there.',
	},
	list_ended: {
		says: 'We could not check just now: the list for working without a network has ended.',
		nextStep: 'Connect to the network, or use your paper procedure.',
	},
	clock_changed: {
		says: 'We could not check just now: the clock of this device has changed.',
		nextStep: 'Connect to the network, or use your paper procedure.',
	},
};

/** Answers from a signed list, as the gate would have when it was made. For as long as there is no network. */
export class OfflineRound {
	readonly site: string;
	readonly #token: StatusToken;
	readonly #subjects: ReadonlyMap<string, string>;
	readonly #clock: Clock;
	/** The rest of the list’s life, counted from when it was checked: a clock that is moved back does not prolong it. */
	readonly #life: Span;
	#latest: number;
	readonly #forgotten = new Set<string>();
	/** What the gate has said since, by subject and action. */
	readonly #since = new Map<string, { subject: string; decision: boolean }>();

	private constructor(site: string, token: StatusToken, subjects: ReadonlyMap<string, string>, clock: Clock) {
		this.site = site;
		this.#token = token;
		this.#subjects = subjects;
		this.#clock = clock;
		this.#life = spanFrom(clock, token.expiresAt * 1000 - clock.now());
		this.#latest = clock.now();
	}

	/** Checks what was fetched or kept. Throws StatusTokenError. */
	static async from(
		{ site, token, salt, subjects, keys }: StoredRound,
		{ issuer, clientId, clock = deviceClock }: { issuer: string; clientId: string; clock?: Clock },
	): Promise<OfflineRound> {
		const verified = await verifyStatusToken(token, { keys, issuer, clientId, now: clock.now() });
		await checkSubjects(verified, salt, subjects);
		return new OfflineRound(site, verified, new Map(Object.entries(subjects)), clock);
	}

	/** When the gate made the list. */
	get issuedAt(): Date {
		return new Date(this.#token.issuedAt * 1000);
	}

	/** When the list ends. */
	get endsAt(): Date {
		return new Date(this.#token.expiresAt * 1000);
	}

	/** What the list says. Everything it does not say is no. */
	decide(question: Question): Decision {
		const now = this.#clock.now();
		// A minute is what clocks are put right by; more is somebody who changes the time.
		if (now < this.#latest - 60_000) return answer('clock_changed');
		this.#latest = Math.max(this.#latest, now);
		if (leftOf(this.#clock, this.#life) <= 0) return answer('list_ended');
		const { subject, action, site, supervisor, witness, person } = question;
		if (site !== this.site || !this.#token.sites.includes(site)) return answer('not_on_the_list');
		// What is done for one named person is never on a list.
		if (person !== undefined) return answer('not_on_the_list');
		const grant = this.#grantOf(subject, action, now);
		if (!grant) return answer('not_on_the_list');
		let until = grant.until;
		if (grant.as === 'supervised') {
			const beside = this.#competent(supervisor, action, subject, now);
			if (!beside) return answer('supervised_only');
			until = Math.min(until, beside.until);
		}
		if (grant.witness !== undefined) {
			const second = this.#competent(witness, grant.witness, subject, now);
			// One person who stands beside somebody and witnesses at once is not two: only the gate can say where policy allows it.
			if (!second || (grant.as === 'supervised' && witness === supervisor)) return answer('witness_missing');
			until = Math.min(until, second.until);
		}
		return answer('listed', new Date(until * 1000));
	}

	/** Something has been heard about somebody: the list speaks of them no more, until the gate does. Without a name, of nobody. */
	forget(subject?: string): void {
		for (const each of subject === undefined ? this.#subjects.keys() : [subject]) this.#forgotten.add(each);
		for (const [key, said] of this.#since)
			if (said.decision && (subject === undefined || said.subject === subject)) this.#since.delete(key);
	}

	/** The gate has said something since the list was made: its no stands until it says yes. */
	overrule(question: Question, { decision, code }: Decision): void {
		const { subject, action, supervisor, witness } = question;
		if (code === brokenQuestion) return;
		const listed = this.#token.people.get(this.#subjects.get(subject) ?? '')?.find((each) => each.action === action);
		// That somebody else is needed as well is what the list says too. Whoever was named for it will not do.
		if (code === 'witness_missing' && listed?.witness) this.#refuse(witness, listed.witness, subject);
		else if (code === 'supervised_only' && listed?.as === 'supervised') this.#refuse(supervisor, action, subject);
		else this.#since.set(JSON.stringify([subject, action]), { subject, decision });
	}

	#refuse(second: string | undefined, action: string, subject: string): void {
		if (second === undefined || second === subject) return;
		this.#since.set(JSON.stringify([second, action]), { subject: second, decision: false });
	}

	#grantOf(subject: string, action: string, now: number): Grant | undefined {
		const id = this.#subjects.get(subject);
		const said = this.#since.get(JSON.stringify([subject, action]))?.decision;
		if (id === undefined || said === false || (this.#forgotten.has(subject) && said !== true)) return undefined;
		return this.#token.people.get(id)?.find((each) => each.action === action && each.until * 1000 > now);
	}

	/** A second person: somebody else, who is competent themselves. */
	#competent(second: string | undefined, action: string, subject: string, now: number): Grant | undefined {
		if (second === undefined || second === subject) return undefined;
		if (this.#subjects.get(second) === this.#subjects.get(subject)) return undefined;
		const grant = this.#grantOf(second, action, now);
		return grant?.as === 'competent' ? grant : undefined;
	}
}

function answer(code: OfflineCode, validUntil?: Date): Decision {
	return {
		decision: code === 'listed',
		// A list that cannot be used any more says nothing.
		why: code === 'list_ended' || code === 'clock_changed' ? 'no-answer' : 'offline',
		code,
		...words[code],
		...(validUntil ? { validUntil } : {}),
	};
}

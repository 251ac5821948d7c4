import { accessTokens, type Credentials } from './access-token.ts';
import { type Answered, causeOf, objectIn, readAnswer, readAnswers, readFound, textIn } from './answer.ts';
import { type Clock, deviceClock } from './clock.ts';
import { HeldAnswers } from './held-answers.ts';
import { NoAnswer, send } from './http.ts';
import { type Incident, type IncidentReceipt, incidentRequestOf, receiptFrom } from './incident.ts';
import { OfflineRound, type StoredRound } from './offline-round.ts';
import { type BrokenGlass, type Decision, noAnswer, type Question, requestOf } from './question.ts';
import type { KeySet } from './status-token.ts';
import { type CountersignEvent, verifyWebhook, type WebhookHeaders } from './webhook.ts';

export type { Credentials, KeyCredentials, SecretCredentials, SigningAlgorithm } from './access-token.ts';
export type { Clock } from './clock.ts';
export { NoAnswer } from './http.ts';
export { type Incident, type IncidentKind, type IncidentReceipt, incidentKinds } from './incident.ts';
export { OfflineRound, type StoredRound } from './offline-round.ts';
export type { BrokenGlass, Decision, NoAnswerCode, Question, Why } from './question.ts';
export { type KeySet, type StatusToken, StatusTokenError, verifyStatusToken } from './status-token.ts';
export { type CountersignEvent, verifyWebhook, WebhookError, type WebhookHeaders } from './webhook.ts';

/**
 * Called when there is no answer at all, neither from the gate nor from a list. Whoever gives one allows it in their own
 * name, and writes it down. Nothing, or anything that is not whole, leaves it a no.
 */
export type BreakGlass = (
	question: Question,
	refused: Decision,
) => BrokenGlass | null | undefined | Promise<BrokenGlass | null | undefined>;

export interface Options {
	/** Where Countersign is, such as `https://countersign.example`. */
	url: string;
	credentials: Credentials;
	/** Milliseconds for one answer, a token included. */
	timeout?: number;
	/** How many permits are held at most; 0 for none. */
	mostHeld?: number;
	breakGlass?: BreakGlass;
	/** How Countersign calls itself, where that is not `url`. */
	issuer?: string;
	fetch?: typeof fetch;
	clock?: Clock;
}

const usualTimeout = 2000;
const usuallyHeld = 1000;
/** The most questions that the gate takes at once. */
const mostAtOnce = 100;

/** Asks Countersign. Whatever goes wrong, the answer is no: `decision` is true only where somebody has said so. */
export class Countersign {
	readonly #url: string;
	readonly #issuer: string;
	readonly #clientId: string;
	readonly #timeout: number;
	readonly #fetch: typeof fetch;
	readonly #clock: Clock;
	readonly #breakGlass: BreakGlass | undefined;
	readonly #held: HeldAnswers;
	readonly #tokens: ReturnType<typeof accessTokens>;
	readonly #rounds = new Map<string, OfflineRound>();
	/** Who is forgotten while a list is on its way: it may be older than what was heard. */
	readonly #preparing = new Set<(string | undefined)[]>();

	constructor({ url, credentials, timeout = usualTimeout, mostHeld = usuallyHeld, ...more }: Options) {
		this.#url = new URL(url).origin;
		this.#issuer = more.issuer ?? this.#url;
		this.#clientId = credentials.clientId;
		this.#timeout = timeout;
		this.#fetch = more.fetch ?? ((...asked) => globalThis.fetch(...asked));
		this.#clock = more.clock ?? deviceClock;
		this.#breakGlass = more.breakGlass;
		this.#held = new HeldAnswers(this.#clock, mostHeld);
		this.#tokens = accessTokens(credentials, { issuer: this.#issuer, clock: this.#clock }, (body, headers) =>
			this.#send('/oauth/token', { method: 'POST', body, headers }),
		);
	}

	/** May this person do this, here, now? Never rejects. */
	async evaluate(question: Question): Promise<Decision> {
		const [decision] = await this.evaluations([question]);
		return decision ?? noAnswer('nothing was asked');
	}

	/** Several questions at once, answered in their order. Never rejects. */
	async evaluations(questions: readonly Question[]): Promise<Decision[]> {
		const held = questions.map((question) => this.#held.get(question));
		const open = questions.filter((_, place) => !held[place]);
		const parts: Question[][] = [];
		for (let from = 0; from < open.length; from += mostAtOnce) parts.push(open.slice(from, from + mostAtOnce));
		const fresh = (await Promise.all(parts.map((part) => this.#askAll(part)))).flat().values();
		const decisions = held.map((known) => known ?? fresh.next().value ?? noAnswer('the answer was lost'));
		return Promise.all(decisions.map((decision, place) => this.#withGlass(questions[place] as Question, decision)));
	}

	/**
	 * Who may do something at a site just now, called as this client calls people: for showing who could be asked. It is
	 * no leave: `evaluate` whoever then does it. Throws NoAnswer.
	 */
	async peopleWhoMay({ action, site }: Pick<Question, 'action' | 'site'>): Promise<string[]> {
		const asked = { subject: { type: 'staff' }, action: { name: action }, resource: { type: 'site', id: site } };
		const people: string[] = [];
		const readPages = async () => {
			for (let token: string | undefined = ''; token !== undefined; ) {
				const page: { page?: { token: string } } = token ? { page: { token } } : {};
				const { body } = await this.#post('/access/v1/search/subject', { ...asked, ...page });
				const { found, next } = readFound(body);
				people.push(...found);
				token = next;
			}
		};
		await this.#inTime(readPages());
		return people;
	}

	/**
	 * Reports what went wrong, or nearly. It is received once, however often it is sent with one key: make the key once
	 * (`crypto.randomUUID()`), keep it with the report, and send again with the same after NoAnswer with `unreachable`.
	 * Throws NoAnswer.
	 */
	async reportIncident(incident: Incident, key: string): Promise<IncidentReceipt> {
		const { body } = await this.#inTime(
			this.#post('/v1/incidents', incidentRequestOf(incident), { 'idempotency-key': key }),
		);
		return receiptFrom(body);
	}

	/** Fetches and checks the signed list of a site, for when the network goes. Throws StatusTokenError or NoAnswer. */
	async prepareRound(site: string): Promise<StoredRound> {
		const address = `/v1/status-tokens?site=${encodeURIComponent(site)}`;
		const forgotten: (string | undefined)[] = [];
		this.#preparing.add(forgotten);
		try {
			const [list, keys] = await Promise.all([
				this.#sendWithToken(address, { method: 'GET' }),
				this.#send('/.well-known/jwks.json', { method: 'GET' }),
			]);
			const { token, salt, subjects } = objectIn(list.body, 'list');
			const stored: StoredRound = {
				site,
				token: textIn(token, 'token'),
				salt: textIn(salt, 'salt'),
				subjects: objectIn(subjects, 'subjects') as Record<string, string>,
				keys: keys.body as KeySet,
			};
			const round = await this.restoreRound(stored);
			for (const subject of forgotten) round.forget(subject);
			return stored;
		} finally {
			this.#preparing.delete(forgotten);
		}
	}

	/** Takes up a list that was kept, such as after a restart without a network. Throws StatusTokenError. */
	async restoreRound(stored: StoredRound): Promise<OfflineRound> {
		const round = await OfflineRound.from(stored, {
			issuer: this.#issuer,
			clientId: this.#clientId,
			clock: this.#clock,
		});
		this.#rounds.set(stored.site, round);
		return round;
	}

	/** The list that is kept of a site, if there is one: for showing from when it is and when it ends. */
	roundOf(site: string): OfflineRound | undefined {
		return this.#rounds.get(site);
	}

	/** Forgets what is held of a person, in whatever part; without a name, of everybody. The next question goes to the gate. */
	forget(subject?: string): void {
		this.#held.forget(subject);
		for (const round of this.#rounds.values()) round.forget(subject);
		for (const forgotten of this.#preparing) forgotten.push(subject);
	}

	/** Checks a webhook and forgets what it is about. Throws WebhookError. */
	async hear(
		body: string | Uint8Array,
		headers: WebhookHeaders,
		secrets: string | readonly string[],
	): Promise<CountersignEvent> {
		const event = await verifyWebhook(body, headers, secrets, { now: this.#clock.now() });
		if (event.about) this.forget(event.about.subject);
		return event;
	}

	async #askAll(questions: readonly Question[]): Promise<Decision[]> {
		const begun = this.#held.begin();
		try {
			const answers = await this.#inTime(this.#answersTo(questions));
			return answers.map(({ decision, holdFor }, place) => {
				const question = questions[place] as Question;
				const current = this.#held.keep(question, decision, holdFor, begun);
				// A yes from before something was forgotten says nothing about what came after.
				if (decision.why === 'gate' && (current || !decision.decision))
					this.#rounds.get(question.site)?.overrule(question, decision);
				return decision;
			});
		} catch (error) {
			// Only where the gate was not reached: where it has refused this client, a list must not go on instead.
			const unreachable = !(error instanceof NoAnswer) || error.unreachable;
			return questions.map((question) => {
				const round = unreachable ? this.#rounds.get(question.site) : undefined;
				if (round) return { ...round.decide(question), cause: causeOf(error) };
				return noAnswer(causeOf(error), error instanceof NoAnswer ? error.status : undefined);
			});
		}
	}

	async #answersTo(questions: readonly Question[]): Promise<Answered[]> {
		const [first] = questions;
		if (questions.length === 1 && first)
			return [readAnswer((await this.#post('/access/v1/evaluation', requestOf(first))).body)];
		const { body } = await this.#post('/access/v1/evaluations', { evaluations: questions.map(requestOf) });
		return readAnswers(body, questions.length);
	}

	#post(path: string, body: unknown, more: Record<string, string> = {}) {
		const headers = { 'content-type': 'application/json', ...more };
		return this.#sendWithToken(path, { method: 'POST', headers, body: JSON.stringify(body) });
	}

	async #withGlass(question: Question, decision: Decision): Promise<Decision> {
		if (decision.why !== 'no-answer' || !this.#breakGlass) return decision;
		try {
			const given = await this.#breakGlass(question, decision);
			if (!given) return decision;
			const brokenGlass = { by: textIn(given.by, 'by').trim(), reason: textIn(given.reason, 'reason').trim() };
			if (!brokenGlass.by || !brokenGlass.reason) return decision;
			return {
				...decision,
				decision: true,
				why: 'break-glass',
				says: 'There was no answer. This was allowed without one.',
				nextStep: 'Write it down and tell the manager.',
				brokenGlass,
			};
		} catch {
			return decision;
		}
	}

	/** A token that the gate does not take any more is renewed once. */
	async #sendWithToken(path: string, init: RequestInit) {
		const attempt = async () => {
			const token = await this.#tokens.get();
			const authorization = `Bearer ${token}`;
			try {
				return await this.#send(path, { ...init, headers: { ...init.headers, authorization } });
			} catch (error) {
				if (error instanceof NoAnswer && error.status === 401) this.#tokens.drop(token);
				throw error;
			}
		};
		try {
			return await attempt();
		} catch (error) {
			if (error instanceof NoAnswer && error.status === 401) return attempt();
			throw error;
		}
	}

	/** A token, a question and a second try together take no longer than one of them may. */
	async #inTime<T>(work: Promise<T>): Promise<T> {
		let tooLate: ReturnType<typeof setTimeout> | undefined;
		const late = new Promise<never>((_, reject) => {
			const refuse = () => reject(new NoAnswer(`no answer in ${this.#timeout} ms`, { unreachable: true }));
			tooLate = setTimeout(refuse, this.#timeout);
		});
		return Promise.race([work, late]).finally(() => clearTimeout(tooLate));
	}

	#send(path: string, init: RequestInit) {
		return send({ fetch: this.#fetch, timeout: this.#timeout }, this.#url + path, init);
	}
}

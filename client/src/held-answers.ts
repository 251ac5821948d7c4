import { type Clock, leftOf, type Span, spanFrom } from './clock.ts';
import { type Decision, keyOf, type Question } from './question.ts';

interface Held {
	decision: Decision;
	span: Span;
	people: readonly string[];
}

/** Permits that may be held for a while, as long as the gate allows and never longer. A no is never held. */
export class HeldAnswers {
	readonly #held = new Map<string, Held>();
	readonly #clock: Clock;
	readonly #most: number;
	#forgotten = 0;

	constructor(clock: Clock, most: number) {
		this.#clock = clock;
		this.#most = most;
	}

	/** To be taken before a question is sent: its answer counts from then, and not at all if something is forgotten meanwhile. */
	begin(): { span: Span; forgotten: number } {
		return { span: spanFrom(this.#clock, 0), forgotten: this.#forgotten };
	}

	/** Whether the answer is of now: nothing has been forgotten since it was asked for. */
	keep(question: Question, decision: Decision, holdFor: number, begun: { span: Span; forgotten: number }): boolean {
		const key = keyOf(question);
		this.#held.delete(key);
		if (begun.forgotten !== this.#forgotten) return false;
		if (!decision.decision || !(holdFor > 0) || this.#most < 1) return true;
		// The oldest goes first.
		for (const oldest of this.#held.keys()) {
			if (this.#held.size < this.#most) break;
			this.#held.delete(oldest);
		}
		const { subject, witness, supervisor } = question;
		const people = [subject, witness, supervisor].filter((each) => each !== undefined);
		this.#held.set(key, { decision, span: { ...begun.span, milliseconds: holdFor }, people });
		return true;
	}

	get(question: Question): Decision | undefined {
		const key = keyOf(question);
		const held = this.#held.get(key);
		if (!held) return undefined;
		if (leftOf(this.#clock, held.span) > 0) return { ...held.decision, why: 'held' };
		this.#held.delete(key);
		return undefined;
	}

	/** Forgets everything in which somebody has a part, as subject, witness or supervisor; without a name, everything. */
	forget(subject?: string): void {
		this.#forgotten += 1;
		for (const [key, { people }] of this.#held)
			if (subject === undefined || people.includes(subject)) this.#held.delete(key);
	}
}

import { insertDecisions } from '#db/queries/decisions.ts';
import type { FactSource } from '#db/replica.ts';
import { ruleVersion } from '../domain/decide.ts';
import type { DecisionBeside, LoggedDecision } from '../domain/logged-decision.ts';
import { log } from '../log.server.ts';
import { beginWork, endFailed } from '../trace.server.ts';
import { type Asked, type AskedTogether, type GateRules, restedOn } from './evaluation.ts';
import { HttpError } from './http.ts';
import type { EvaluationAnswer, EvaluationRequest } from './shapes.ts';
import type { Caller } from './tokens.ts';

/** What the gate does while its log cannot be written: goes on answering, or refuses. */
export type LogPromise = 'answer' | 'strict';

interface LogOptions {
	promise: LogPromise;
	/** How many rows may wait at most; about a kilobyte each. */
	most?: number;
	/** How many rows go out in one statement. Few: writing more than some kilobytes to a socket holds everything up for milliseconds. */
	atOnce?: number;
	/** Milliseconds until what waits is written, and until what failed is tried again. */
	every?: number;
	/** Milliseconds after which a statement counts as failed. */
	patience?: number;
}

export interface LogState {
	promise: LogPromise;
	/** False from the first write that failed until one succeeds. */
	writable: boolean;
	failedSince: Date | null;
	waiting: number;
	most: number;
	written: number;
	lost: number;
	/** Answers withheld because they could not be written down. */
	refused: number;
	lastWrittenAt: Date | null;
	/** Decisions handed out, by `permit competent`, `deny expired` and so on. */
	decided: ReadonlyMap<string, number>;
}

export type DecisionLog = ReturnType<typeof decisionLog>;

const alarmEvery = 60_000;
const longestText = 200;

/**
 * Writes every decision down, off the way of the answer: rows wait in memory, in order, and go out many at a time. They
 * stay there until Postgres has said that it has them; what is sent twice is written once.
 * @param sql a connection of its own: what is slow here must not keep a question waiting.
 */
export function decisionLog(
	sql: FactSource,
	{ promise, most = 50_000, atOnce = 50, every = 100, patience = 10_000 }: LogOptions,
) {
	const waiting: LoggedDecision[] = [];
	const decided = new Map<string, number>();
	let [written, lost, refused, lostAtAlarm, lastAlarm] = [0, 0, 0, 0, Number.NEGATIVE_INFINITY];
	let size = atOnce;
	let failedSince: Date | null = null;
	let lastWrittenAt: Date | null = null;
	let timer: NodeJS.Timeout | undefined;
	let writing: Promise<void> | undefined;
	let stopped = false;

	/** Takes a decision that is about to be handed out. Throws HttpError 503 where it may not be, because nobody would know of it. */
	function note(row: LoggedDecision): void {
		const full = waiting.length >= most;
		if (promise === 'strict' && (failedSince || full)) {
			refused += 1;
			throw new HttpError(503, 'the decision log cannot be written', { 'retry-after': '1' });
		}
		const key = `${row.decision ? 'permit' : 'deny'} ${row.code}`;
		decided.set(key, (decided.get(key) ?? 0) + 1);
		if (full || stopped) {
			// Those that wait are kept, so that the log is whole up to one moment and says from when on it is not.
			lost += 1;
			alarm('decisions are not written down: too many wait');
			return;
		}
		waiting.push(row);
		if (waiting.length >= atOnce && !failedSince) begin();
		else timer ??= setTimeout(begin, every).unref();
	}

	function begin(): void {
		clearTimeout(timer);
		timer = undefined;
		writing ??= write().finally(() => {
			writing = undefined;
			if (waiting.length && !stopped) timer ??= setTimeout(begin, every).unref();
		});
	}

	async function write(): Promise<void> {
		while (waiting.length) {
			const rows = waiting.slice(0, size);
			const span = beginWork('decision log', 'INTERNAL')?.setAttribute('countersign.rows', rows.length);
			try {
				await inTime(insertDecisions(sql, rows), patience);
				span?.end();
			} catch (error) {
				endFailed(span);
				// Longer than any statement may take there: nobody is at the other end any more.
				if (error instanceof TooLate) sql.abandon?.();
				if (!isAboutRows(error)) return failed(error);
				if (rows.length > 1) {
					// One row that Postgres will never take must not hold up those behind it: it is looked for by halves.
					size = Math.ceil(rows.length / 2);
					continue;
				}
				waiting.shift();
				lost += 1;
				size = atOnce;
				log.error({ err: error, evaluationId: rows[0]?.evaluationId }, 'a decision cannot be written down');
				continue;
			}
			waiting.splice(0, rows.length);
			written += rows.length;
			size = atOnce;
			lastWrittenAt = new Date();
			if (failedSince) log.warn({ since: failedSince, lost }, 'decisions are written down again');
			failedSince = null;
		}
	}

	function failed(error: unknown): void {
		failedSince ??= new Date();
		alarm('decisions are not written down', error);
	}

	/** Once a minute, however often there is reason to. */
	function alarm(message: string, error?: unknown): void {
		if (performance.now() - lastAlarm < alarmEvery) return;
		lastAlarm = performance.now();
		log.error({ err: error, waiting: waiting.length, lost, lostSince: lost - lostAtAlarm, promise }, message);
		lostAtAlarm = lost;
	}

	/** Writes what waits; true when nothing does any more. */
	async function flush(): Promise<boolean> {
		await writing;
		begin();
		await writing;
		return waiting.length === 0;
	}

	return {
		note,
		flush,
		/** Writes what waits, trying again for some seconds. What cannot be written even then is counted as lost. */
		async stop(within = 5000): Promise<void> {
			const end = performance.now() + within;
			while (!(await flush()) && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, every));
			stopped = true;
			clearTimeout(timer);
			if (!waiting.length) return;
			lost += waiting.length;
			log.error({ lost: waiting.length }, 'stopped with decisions that could not be written down');
			waiting.length = 0;
		},
		state: (): LogState => ({
			promise,
			writable: failedSince === null && waiting.length < most,
			failedSince,
			waiting: waiting.length,
			most,
			written,
			lost,
			refused,
			lastWrittenAt,
			decided,
		}),
	};
}

/** Whether Postgres found fault with what was written, rather than with writing: it would do so again. */
function isAboutRows(error: unknown): boolean {
	return /^(22|23)/.test((error as { code?: string }).code ?? '');
}

class TooLate extends Error {}

async function inTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_resolve, reject) => {
		timer = setTimeout(() => reject(new TooLate('the database did not answer in time')), milliseconds);
	});
	try {
		return await Promise.race([work, late]);
	} finally {
		clearTimeout(timer);
	}
}

/** What is written down of an answer, its question and what both rest on. */
export function decisionMade(
	{ clientId }: Caller,
	{ subject, action, resource, context }: EvaluationRequest,
	{ subject: asked, supervisor, witness }: AskedTogether,
	answer: EvaluationAnswer,
	rules: GateRules,
): LoggedDecision {
	const { facts, question } = asked;
	const named: Record<string, string> = {};
	const beside: DecisionBeside[] = [];
	const second = (as: DecisionBeside['as'], who: Asked | undefined) => {
		if (!who) return;
		beside.push({ as, ...restedOn(who, rules) });
		// Of somebody who is known the id is enough, and holds no name.
		if (!who.facts.personId) named[as] = plain(context?.[as] ?? '');
	};
	if (supervisor) second('supervisor', supervisor);
	if (witness) second('witness', witness);
	if (question.person !== undefined) named.person = plain(question.person);
	// Only a time to come is what an answer is about: any other that was sent has changed nothing.
	if (question.at) named.time = question.at.toISOString();
	const { code, standing, valid_until, evaluation_id } = answer.context;
	return {
		providerId: facts.providerId ?? '',
		evaluationId: evaluation_id,
		evaluatedAt: facts.evaluatedAt,
		clientId,
		subjectType: plain(subject.type),
		subjectId: plain(subject.id),
		action: plain(action.name),
		resourceType: plain(resource.type),
		resourceId: plain(resource.id),
		context: named,
		siteId: facts.siteId,
		...restedOn(asked, rules),
		beside,
		decision: answer.decision,
		ruleVersion,
		code,
		standing: standing ?? null,
		validUntil: valid_until === undefined ? null : new Date(valid_until),
	};
}

/** Text as Postgres can hold it, and so short that many rows can wait: a copy, since a part would keep the whole alive. */
function plain(text: string): string {
	if (text.length <= longestText && text.isWellFormed() && !text.includes('\0')) return text;
	return Buffer.from(text.slice(0, longestText).replaceAll('\0', '\uFFFD').toWellFormed()).toString();
}

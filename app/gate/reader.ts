import type { Span } from '@opentelemetry/api';
import { type GateFacts, type GateQuestion, readGateFacts } from '#db/queries/gate.ts';
import type { FactSource } from '#db/replica.ts';
import { beginWork, currentSpan, endFailed } from '../trace.server.ts';
import { noAnswer } from './http.ts';

const longestWait = 1500;
/** After this long even a statement that was cut short would have been answered: nobody is there any more. */
const longestSilence = 4000;
const mostQuestions = 500;
const mostUnderWay = 2;
const worthAnother = 8;

/**
 * The gate's way to the database: questions that arrive while a statement is under way share the next one, on one
 * pipelined connection. So the more is asked, the less each question costs. Nothing is remembered: every answer is
 * read by a statement that begins after its question has arrived.
 */
export function gateReader(
	sql: FactSource,
	asked: (questions: number) => void = () => {},
): (question: GateQuestion) => Promise<GateFacts> {
	interface Asking {
		question: GateQuestion;
		resolve: (facts: GateFacts) => void;
		reject: (error: unknown) => void;
		span: Span | undefined;
	}
	/** Questions that go out together, and are refused together when the first of them has waited too long. */
	interface Group {
		asking: Asking[];
		tooLate: NodeJS.Timeout;
		sent: boolean;
		settled: boolean;
	}
	const waiting: Group[] = [];
	let underWay = 0;
	let scheduled = false;

	function join(asking: Asking): void {
		const last = waiting.at(-1);
		if (last && last.asking.length < mostQuestions) {
			last.asking.push(asking);
			return;
		}
		const group: Group = {
			asking: [asking],
			tooLate: setTimeout(() => refuse(group), longestWait),
			sent: false,
			settled: false,
		};
		waiting.push(group);
	}

	function refuse(group: Group): void {
		const place = waiting.indexOf(group);
		if (place >= 0) waiting.splice(place, 1);
		settle(group, (each) => each.reject(noAnswer()));
	}

	function settle(group: Group, tell: (one: Asking, place: number) => void): void {
		if (group.settled) return;
		group.settled = true;
		clearTimeout(group.tooLate);
		if (group.sent) underWay -= 1;
		group.asking.forEach(tell);
		schedule();
	}

	function schedule(): void {
		const [next] = waiting;
		// A second statement goes out beside the first only when it is worth one.
		if (scheduled || !next || underWay >= mostUnderWay || (underWay && next.asking.length < worthAnother)) return;
		scheduled = true;
		setImmediate(ask);
	}

	function ask(): void {
		scheduled = false;
		const group = waiting.shift();
		if (!group) return;
		const { asking } = group;
		asked(asking.length);
		const span = beginStatement(asking);
		group.sent = true;
		underWay += 1;
		const silent = setTimeout(() => sql.abandon?.(), longestSilence).unref();
		readGateFacts(
			sql,
			asking.map((each) => each.question),
		)
			.finally(() => clearTimeout(silent))
			.then(
				(facts) => {
					span?.end();
					settle(group, (each, place) => each.resolve(facts[place] as GateFacts));
				},
				() => {
					endFailed(span);
					refuse(group);
				},
			);
		schedule();
	}

	return (question) =>
		new Promise((resolve, reject) => {
			join({ question, span: currentSpan(), resolve, reject });
			schedule();
		});
}

/** A span of one statement, part of the first request that waits for it and linked to the others. */
function beginStatement(together: readonly { span: Span | undefined }[]): Span | undefined {
	const span = beginWork('gate statement', 'CLIENT', requestsOf(together));
	return span?.setAttribute('countersign.questions', together.length);
}

function requestsOf(together: readonly { span: Span | undefined }[]): Span[] | undefined {
	return together[0]?.span && [...new Set(together.flatMap(({ span }) => span ?? []))];
}

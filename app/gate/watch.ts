import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Database } from '#db/client.server.ts';
import { measureTelling } from '#db/queries/webhooks.ts';
import { config } from '../config.server.ts';
import { decisionLog } from './decision-log.ts';
import { type Endpoint, inTime } from './http.ts';
import { counter, histogram, type Measured, prometheusText } from './metrics.ts';

/** Upper bounds in seconds. */
const durations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] as const;
const batches = [1, 2, 5, 10, 20, 50, 100, 200, 500] as const;

export type GateWatch = ReturnType<typeof watchGate>;

/** What is known of the gate's own work: its decision log, and the numbers it is measured by. */
export function watchGate({ db, log }: Pick<Database, 'db' | 'log'>) {
	const decisions = decisionLog(log, { promise: config.decisionLog });
	const lag = monitorEventLoopDelay({ resolution: 20 });
	lag.enable();
	const [evaluations, statements] = [histogram(durations), histogram(batches)];
	const [requests, webhooks] = [counter('path', 'status'), counter('outcome')];
	let [unanswered, underWay] = [0, 0];

	/** The same endpoint, with the time that it takes counted. */
	function timed(endpoint: Endpoint): Endpoint {
		return async (request) => {
			const started = performance.now();
			underWay += 1;
			try {
				return await endpoint(request);
			} catch (error) {
				unanswered += 1;
				throw error;
			} finally {
				underWay -= 1;
				evaluations.add((performance.now() - started) / 1000);
			}
		};
	}

	/** Every number as Prometheus reads it, those of the database if it answers in time. */
	async function text(): Promise<string> {
		const telling = await readTelling();
		const measured: Measured = {
			log: decisions.state(),
			evaluations: evaluations.samples(),
			requests: requests.samples(),
			statements: statements.samples(),
			webhooks: webhooks.samples(),
			unanswered,
			underWay,
			lag,
			telling,
		};
		const written = prometheusText(measured);
		lag.reset();
		return written;
	}

	async function readTelling(): Promise<Measured['telling']> {
		const started = performance.now();
		try {
			const telling = await inTime(measureTelling(db));
			return { ...telling, seconds: (performance.now() - started) / 1000 };
		} catch {
			return null;
		}
	}

	return {
		decisions,
		timed,
		/** A request to the gate has been answered. */
		answered: (path: string, status: number) => requests.add(path, status),
		/** So many questions have gone out in one statement. */
		asked: (questions: number) => statements.add(questions),
		/** An attempt to deliver a webhook has come to something. */
		sent: (outcome: string) => webhooks.add(outcome),
		text,
		async stop(): Promise<void> {
			lag.disable();
			await decisions.stop();
		},
	};
}

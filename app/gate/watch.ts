import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Sql } from '#db/client.server.ts';
import { config } from '../config.server.ts';
import { decisionLog } from './decision-log.ts';
import type { Endpoint } from './http.ts';

/** Upper bounds in seconds. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] as const;

export type GateWatch = ReturnType<typeof watchGate>;

/** What is known of the gate's own work: its decision log, and the numbers it is measured by. */
export function watchGate(sql: Sql) {
	const decisions = decisionLog(sql, { promise: config.decisionLog });
	const delay = monitorEventLoopDelay({ resolution: 20 });
	delay.enable();
	const counts = new Array<number>(buckets.length + 1).fill(0);
	let [seconds, asked, unanswered, underWay] = [0, 0, 0, 0];

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
				const took = (performance.now() - started) / 1000;
				const bucket = buckets.findIndex((most) => took <= most);
				const place = bucket < 0 ? buckets.length : bucket;
				counts[place] = (counts[place] ?? 0) + 1;
				seconds += took;
				asked += 1;
			}
		};
	}

	/** Every number as Prometheus reads it (text format 0.0.4). */
	function text(): string {
		const state = decisions.state();
		const memory = process.memoryUsage();
		let below = 0;
		const histogram = [...buckets, '+Inf'].map((most, place) => {
			below += counts[place] ?? 0;
			return [`_bucket{le="${most}"}`, below] as const;
		});
		const decided = [...state.decided].map(([key, count]) => {
			const [decision, code] = key.split(' ');
			return [`{decision="${decision}",code="${code}"}`, count] as const;
		});
		const nanoseconds = (value: number) => (Number.isFinite(value) ? value / 1e9 : 0);
		const written = [
			metric('countersign_evaluations_total', 'counter', 'Decisions handed out.', decided),
			metric('countersign_evaluation_errors_total', 'counter', 'Requests answered with an error, never a decision.', [
				['', unanswered],
			]),
			metric('countersign_evaluation_seconds', 'histogram', 'From the headers of a request to its answer.', [
				...histogram,
				['_sum', seconds],
				['_count', asked],
			]),
			metric('countersign_evaluations_waiting', 'gauge', 'Requests that are being answered.', [['', underWay]]),
			metric('countersign_decision_log_written_total', 'counter', 'Decisions written down.', [['', state.written]]),
			metric('countersign_decision_log_lost_total', 'counter', 'Decisions that could not be written down.', [
				['', state.lost],
			]),
			metric('countersign_decision_log_waiting', 'gauge', 'Decisions that wait to be written down.', [
				['', state.waiting],
			]),
			metric('countersign_decision_log_most_waiting', 'gauge', 'How many may wait.', [['', state.most]]),
			metric('countersign_decision_log_writable', 'gauge', '1 while decisions can be written down.', [
				['', Number(state.writable)],
			]),
			metric('nodejs_eventloop_lag_seconds', 'gauge', 'How late timers ran, since this was last asked.', [
				['{quantile="0.5"}', nanoseconds(delay.percentile(50))],
				['{quantile="0.99"}', nanoseconds(delay.percentile(99))],
				['{quantile="1"}', nanoseconds(delay.max)],
			]),
			metric('process_resident_memory_bytes', 'gauge', 'Memory of the process.', [['', memory.rss]]),
			metric('nodejs_heap_used_bytes', 'gauge', 'Memory in use by the program.', [['', memory.heapUsed]]),
			metric('process_uptime_seconds', 'gauge', 'Seconds since the process began.', [['', process.uptime()]]),
		];
		delay.reset();
		return written.join('');
	}

	return {
		decisions,
		timed,
		text,
		async stop(): Promise<void> {
			delay.disable();
			await decisions.stop();
		},
	};
}

function metric(
	name: string,
	type: 'counter' | 'gauge' | 'histogram',
	help: string,
	samples: readonly (readonly [suffix: string, value: number])[],
): string {
	const lines = samples.map(([suffix, value]) => `${name}${suffix} ${value}\n`);
	return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

import type { IntervalHistogram } from 'node:perf_hooks';
import type { TellingLag } from '#db/queries/webhooks.ts';
import type { LogState } from './decision-log.ts';

type Samples = readonly (readonly [suffix: string, value: number])[];

/** How often something was as large as this, in buckets with upper bounds. */
export function histogram(bounds: readonly number[]) {
	const counts = new Array<number>(bounds.length + 1).fill(0);
	let [sum, count] = [0, 0];
	return {
		add(value: number): void {
			const bucket = bounds.findIndex((most) => value <= most);
			const place = bucket < 0 ? bounds.length : bucket;
			counts[place] = (counts[place] ?? 0) + 1;
			sum += value;
			count += 1;
		},
		samples(): Samples {
			let below = 0;
			const buckets = [...bounds, '+Inf'].map((most, place) => {
				below += counts[place] ?? 0;
				return [`_bucket{le="${most}"}`, below] as const;
			});
			return [...buckets, ['_sum', sum], ['_count', count]];
		},
	};
}

/** How often something happened, by the values of its labels. */
export function counter<Label extends string>(...labels: readonly Label[]) {
	const counts = new Map<string, number>();
	return {
		add(...values: readonly (string | number)[]): void {
			const key = values.join(' ');
			counts.set(key, (counts.get(key) ?? 0) + 1);
		},
		samples: (): Samples => labelled(counts, labels),
	};
}

/** Counts by words, each word the value of one label. */
function labelled(counts: ReadonlyMap<string, number>, labels: readonly string[]): Samples {
	return [...counts].map(([key, count]) => {
		const values = key.split(' ').map((value, place) => `${labels[place]}="${value}"`);
		return [`{${values.join(',')}}`, count] as const;
	});
}

/** What is known of one process and its database, when somebody asks. */
export interface Measured {
	log: LogState;
	evaluations: Samples;
	requests: Samples;
	statements: Samples;
	webhooks: Samples;
	unanswered: number;
	underWay: number;
	lag: IntervalHistogram;
	/** Null: the database has not answered. */
	telling: (TellingLag & { seconds: number }) | null;
}

/** Every number as Prometheus reads it (text format 0.0.4). None is about a person. */
export function prometheusText(measured: Measured): string {
	const { log, lag, telling } = measured;
	const memory = process.memoryUsage();
	const nanoseconds = (value: number) => (Number.isFinite(value) ? value / 1e9 : 0);
	const one = (value: number): Samples => [['', value]];
	const written = [
		metric('countersign_evaluations_total', 'counter', 'Decisions handed out.', decided(log)),
		metric('countersign_requests_total', 'counter', 'Requests to the gate, by what was answered.', measured.requests),
		metric('countersign_evaluation_errors_total', 'counter', 'Questions answered with an error, never a decision.', [
			['', measured.unanswered],
		]),
		metric(
			'countersign_evaluation_seconds',
			'histogram',
			'From a request’s headers to its answer.',
			measured.evaluations,
		),
		metric('countersign_evaluations_waiting', 'gauge', 'Requests that are being answered.', one(measured.underWay)),
		metric('countersign_statement_questions', 'histogram', 'Questions that shared a statement.', measured.statements),
		metric('countersign_decision_log_written_total', 'counter', 'Decisions written down.', one(log.written)),
		metric(
			'countersign_decision_log_lost_total',
			'counter',
			'Decisions that could not be written down.',
			one(log.lost),
		),
		metric(
			'countersign_decision_log_refused_total',
			'counter',
			'Answers withheld because they could not be written down (strict).',
			one(log.refused),
		),
		metric('countersign_decision_log_waiting', 'gauge', 'Decisions that wait to be written down.', one(log.waiting)),
		metric('countersign_decision_log_most_waiting', 'gauge', 'How many may wait.', one(log.most)),
		metric('countersign_decision_log_writable', 'gauge', '1 while decisions can be written down.', [
			['', Number(log.writable)],
		]),
		metric('countersign_webhook_attempts_total', 'counter', 'Webhooks sent by this process.', measured.webhooks),
		metric('countersign_database_up', 'gauge', '1 when the database has just answered.', one(Number(telling !== null))),
		...(telling
			? [
					metric('countersign_database_answer_seconds', 'gauge', 'How long that took.', one(telling.seconds)),
					metric('countersign_webhooks_waiting', 'gauge', 'Deliveries nobody has received yet.', one(telling.waiting)),
					metric(
						'countersign_webhooks_oldest_seconds',
						'gauge',
						'Age of the oldest of them.',
						one(telling.oldestSeconds),
					),
					metric(
						'countersign_events_behind',
						'gauge',
						'Events of one provider since its oldest that is not delivered yet, at most.',
						one(telling.behind),
					),
					metric(
						'countersign_events_untold_seconds',
						'gauge',
						'For how long something has run out that no event tells of yet.',
						one(telling.untoldSeconds),
					),
				]
			: []),
		metric('nodejs_eventloop_lag_seconds', 'gauge', 'How late timers ran, since this was last asked.', [
			['{quantile="0.5"}', nanoseconds(lag.percentile(50))],
			['{quantile="0.99"}', nanoseconds(lag.percentile(99))],
			['{quantile="1"}', nanoseconds(lag.max)],
		]),
		metric('process_resident_memory_bytes', 'gauge', 'Memory of the process.', one(memory.rss)),
		metric('nodejs_heap_used_bytes', 'gauge', 'Memory in use by the program.', one(memory.heapUsed)),
		metric('process_uptime_seconds', 'gauge', 'Seconds since the process began.', one(process.uptime())),
	];
	return written.join('');
}

function decided({ decided }: LogState): Samples {
	return labelled(decided, ['decision', 'code']);
}

function metric(name: string, type: 'counter' | 'gauge' | 'histogram', help: string, samples: Samples): string {
	const lines = samples.map(([suffix, value]) => `${name}${suffix} ${value}\n`);
	return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

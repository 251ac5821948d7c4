import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span, SpanContext, SpanKind } from '@opentelemetry/api';

type Kind = keyof typeof SpanKind;

interface Tracing {
	begin(name: string, kind: Kind, from: { traceparent?: string | undefined; spans?: readonly Span[] }): Span;
	within: AsyncLocalStorage<Span>;
	stop(): Promise<void>;
}

/** Undefined while nobody wants traces: every function here then costs one comparison, and OpenTelemetry is not loaded. */
let tracing: Tracing | undefined;

const longestGoodbye = 2000;

/**
 * Sends traces from now on to an OTLP/HTTP receiver, which also knows the standard variables OTEL_EXPORTER_OTLP_HEADERS
 * and the like. Spans say what was done, how much and with which outcome: never who it was about, and no token.
 */
export async function startTracing(endpoint: string): Promise<void> {
	const [api, sdk, { OTLPTraceExporter }] = await Promise.all([
		import('@opentelemetry/api'),
		import('@opentelemetry/sdk-trace-base'),
		import('@opentelemetry/exporter-trace-otlp-http'),
	]);
	const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces`, timeoutMillis: 5000 });
	const provider = new sdk.BasicTracerProvider({ resource, spanProcessors: [new sdk.BatchSpanProcessor(exporter)] });
	const tracer = provider.getTracer('countersign');
	const { ROOT_CONTEXT, SpanKind, trace } = api;
	tracing = {
		begin(name, kind, { traceparent, spans = [] }) {
			const [first, ...others] = spans;
			const parent = first?.spanContext() ?? contextFrom(traceparent);
			const context = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
			const links = others.map((each) => ({ context: each.spanContext() }));
			return tracer.startSpan(name, { kind: SpanKind[kind], links }, context);
		},
		within: new AsyncLocalStorage(),
		stop: () => provider.shutdown(),
	};
}

/** Sends what is left, in bounded time; from then on there are no traces. */
export async function stopTracing(): Promise<void> {
	const ending = tracing?.stop().catch(() => {});
	tracing = undefined;
	if (ending) await Promise.race([ending, new Promise((resolve) => setTimeout(resolve, longestGoodbye).unref())]);
}

/** A span of another system's request, if there are traces; its `traceparent` (W3C Trace Context) is honoured. */
export function beginRequest(name: string, traceparent: unknown): Span | undefined {
	return tracing?.begin(name, 'SERVER', { traceparent: typeof traceparent === 'string' ? traceparent : undefined });
}

/** A span of work of our own, part of the first of some spans and linked to the others; undefined without traces. */
export function beginWork(name: string, kind: 'INTERNAL' | 'CLIENT', spans?: readonly Span[]): Span | undefined {
	return tracing?.begin(name, kind, spans ? { spans } : {});
}

/** Runs work so that `currentSpan` knows of its span. */
export function inSpan<T>(span: Span | undefined, work: () => T): T {
	return span && tracing ? tracing.within.run(span, work) : work();
}

/** The span of the request that is being answered; undefined without traces. */
export function currentSpan(): Span | undefined {
	return tracing?.within.getStore();
}

/** Ends a span whose work has come to nothing. Why stands in our own log: an error's text may say whom it was about. */
export function endFailed(span: Span | undefined): void {
	span?.setStatus({ code: 2 }).end();
}

const attributes = { 'service.name': 'countersign' };
const resource = {
	attributes,
	merge: () => resource,
	getRawAttributes: (): [string, string][] => Object.entries(attributes),
};

const traceparentForm = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-|$)/;

function contextFrom(traceparent = ''): SpanContext | undefined {
	const [, traceId, spanId, flags] = traceparentForm.exec(traceparent) ?? [];
	if (!traceId || !spanId || !flags) return undefined;
	return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
}

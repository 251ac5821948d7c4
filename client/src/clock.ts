/** Milliseconds, by two clocks: one may be set wrong or moved, the other stands still while a device sleeps. */
export interface Clock {
	/** Since 1970. */
	now(): number;
	/** Since some moment; never goes back. */
	elapsed(): number;
}

export const deviceClock: Clock = {
	now: () => Date.now(),
	elapsed: () => performance.now(),
};

/** A length of time that has begun, and is over when either clock says so, or when the first has been moved back. */
export interface Span {
	startedAt: number;
	startedElapsed: number;
	milliseconds: number;
}

export function spanFrom(clock: Clock, milliseconds: number): Span {
	return { startedAt: clock.now(), startedElapsed: clock.elapsed(), milliseconds };
}

/** Milliseconds that are left of a span: none once either clock has passed its end. */
export function leftOf(clock: Clock, { startedAt, startedElapsed, milliseconds }: Span): number {
	const byDate = clock.now() - startedAt;
	const byElapsed = clock.elapsed() - startedElapsed;
	if (!(byDate >= 0) || !(byElapsed >= 0)) return 0;
	return Math.max(0, milliseconds - Math.max(byDate, byElapsed));
}

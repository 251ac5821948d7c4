/**
 * Watches for permits of what had been stopped before they were asked for. A stop counts from when its commit has
 * returned until just before whatever permits it again is begun: nothing in between may permit.
 */
export function watchForStale() {
	const stopped = new Map<string, number>();
	const stale: string[] = [];
	let turn = 0;
	let permits = 0;
	return {
		stale,
		/** How many permits there were in all, and how many stops. */
		seen: () => ({ permits, stops: turn }),
		/** The commit that stops something has returned. */
		stop(what: string): void {
			turn += 1;
			stopped.set(what, turn);
		},
		/** What permits it again is about to begin. */
		restart(what: string): void {
			stopped.delete(what);
		},
		/** Call it when a question is asked, and what it returns with all that its answer permits. */
		asking(): (permitted: readonly string[], how: string) => void {
			const asked = turn;
			return (permitted, how) => {
				for (const what of permitted) {
					permits += 1;
					if ((stopped.get(what) ?? Number.POSITIVE_INFINITY) <= asked) stale.push(`${what}, ${how}`);
				}
			};
		},
	};
}

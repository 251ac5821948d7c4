import { type Db, database } from '#db/client.server.ts';
import { takeJob } from '#db/queries/jobs.ts';
import { noteKeeping } from '../commands/outside-note.ts';
import { log } from '../log.server.ts';
import { startDelivering } from './deliver-webhooks.ts';
import { openAllTakeovers } from './open-takeovers.ts';
import { signDaily } from './sign-daily.ts';
import { tellAllTurns } from './tell-turns.ts';
import { tendDecisionLog, tendWhatWasSent } from './tend-decisions.ts';

/** Something that happens by itself. Run again with nothing to do, it does nothing. */
export interface Job {
	name: string;
	/** How often it is looked at; the work itself knows whether it is time. */
	everyMinutes: number;
	work: (db: Db, now: Date) => Promise<void>;
}

/** Every job there is, and when. */
export const jobs: readonly Job[] = [
	// Once a local day: a signed checkpoint of each provider whose last is of an earlier day.
	{ name: 'sign-daily', everyMinutes: 60, work: (db, now) => signDaily(db, now, noteKeeping()) },
	// The decision log has its months ahead, and keeps none longer than policy does.
	{ name: 'tend-decisions', everyMinutes: 360, work: (db) => tendDecisionLog(db) },
	// What was sent to other systems, and what they searched for, is kept no longer either; answers for a day.
	{ name: 'tend-sent', everyMinutes: 360, work: tendWhatWasSent },
	// What is to be taken over from a nurse whose registration has run out.
	{ name: 'open-takeovers', everyMinutes: 60, work: openAllTakeovers },
	// Within two seconds: events of what has run out or come due with nothing recorded.
	{ name: 'tell-turns', everyMinutes: 2 / 60, work: tellAllTurns },
];

/** What came of a look at a job; `elsewhere`: another process has it. */
export type Outcome = 'worked' | 'elsewhere' | 'failed';

/** One look at a job; of several processes that look at once, one works. Errors are logged and never thrown. */
export async function runJob(db: Db, job: Job, now: Date): Promise<Outcome> {
	try {
		return await db.transaction(async (tx) => {
			if (!(await takeJob(tx, job.name))) return 'elsewhere';
			await job.work(db, now);
			return 'worked';
		});
	} catch (error) {
		log.error({ err: error, job: job.name }, 'a job failed');
		return 'failed';
	}
}

/**
 * Looks at every job now and then for as long as the process lives, and sends webhooks, which no job waits for. `stop`
 * waits for what is at work.
 * @param origin our own address, as other systems know it.
 * @param loopback whether webhooks are sent to this very machine.
 * @param sent hears what has come of each webhook.
 */
export function startJobs(origin: string, loopback: boolean, sent: (outcome: string) => void) {
	const delivering = startDelivering(database(), { origin, loopback, random: Math.random, sent });
	const working = new Map<string, Promise<void>>();
	const lastRuns = new Map<string, { at: Date; outcome: Outcome }>();
	const look = (job: Job) => {
		if (working.has(job.name)) return;
		const at = new Date();
		const done = runJob(database().db, job, at).then((outcome) => {
			lastRuns.set(job.name, { at, outcome });
			working.delete(job.name);
		});
		working.set(job.name, done);
	};
	const timers = jobs.map((job) => setInterval(look, job.everyMinutes * 60_000, job).unref());
	for (const job of jobs) look(job);
	return {
		lastRuns,
		stop: async () => {
			for (const timer of timers) clearInterval(timer);
			await Promise.all([...working.values(), delivering.stop()]);
		},
	};
}

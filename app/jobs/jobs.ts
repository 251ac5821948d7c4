import { type Db, database } from '#db/client.server.ts';
import { takeJob } from '#db/queries/jobs.ts';
import { noteKeeping } from '../commands/outside-note.ts';
import { log } from '../log.server.ts';
import { signDaily } from './sign-daily.ts';

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
];

/** One look at a job; of several processes that look at once, one works. Errors are logged and never thrown. */
export async function runJob(db: Db, job: Job, now: Date): Promise<void> {
	try {
		await db.transaction(async (tx) => {
			if (await takeJob(tx, job.name)) await job.work(db, now);
		});
	} catch (error) {
		log.error({ err: error, job: job.name }, 'a job failed');
	}
}

/** Looks at every job now and then for as long as the process lives. `stop` waits for the one that is at work. */
export function startJobs(): { stop(): Promise<void> } {
	const working = new Map<string, Promise<void>>();
	const look = (job: Job) => {
		if (working.has(job.name)) return;
		const done = runJob(database().db, job, new Date()).finally(() => working.delete(job.name));
		working.set(job.name, done);
	};
	const timers = jobs.map((job) => setInterval(look, job.everyMinutes * 60_000, job).unref());
	for (const job of jobs) look(job);
	return {
		stop: async () => {
			for (const timer of timers) clearInterval(timer);
			await Promise.all(working.values());
		},
	};
}

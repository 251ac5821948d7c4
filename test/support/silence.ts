import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

/** A folder for what is to be read afterwards; without one it is only said. */
const reports = process.env.TEST_REPORTS;

/** What `bin/test.mjs` reads of a run in which somebody stood still. */
export interface StoodStill {
	/** Files without a result. */
	files: string[];
	/** Whether anything else went wrong outside a test. */
	alone: boolean;
}

/** A file may say nothing for as long as a test of its own takes at the most, and for this much longer. */
const patience = Number(process.env.TEST_SILENCE_MS ?? 120_000);

/**
 * Vitest waits without end for a worker that stands still between two tests or blocks its own thread: no time limit of
 * a test reaches either. This ends it once nothing was heard of any file for too long, and says first where it stood.
 * What has no result then has failed, here; `npm test` gives such files one more chance, and says so.
 */
export default class Silence implements Reporter {
	#open = new Map<string, { name: string; running: Map<string, number> }>();
	#heard = performance.now();
	#watch: NodeJS.Timeout | undefined;
	#ended: string[] = [];
	#workers = 0;

	onTestRunStart() {
		this.#hear();
		this.#watch = setInterval(() => this.#look(), 1000);
	}

	onTestRunEnd(_modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<SerializedError>) {
		clearInterval(this.#watch);
		if (!reports || !this.#ended.length) return;
		const stood: StoodStill = { files: this.#ended, alone: errors.length === this.#workers };
		writeFileSync(path.join(reports, 'stood-still.json'), JSON.stringify(stood));
	}

	onTestModuleQueued({ id, relativeModuleId }: TestModule) {
		this.#hear();
		this.#open.set(id, { name: relativeModuleId, running: new Map() });
	}

	onTestModuleEnd({ id }: TestModule) {
		this.#hear();
		this.#open.delete(id);
	}

	onTestCaseReady(test: TestCase) {
		this.#hear();
		this.#open.get(test.module.id)?.running.set(test.id, test.options.timeout ?? 0);
	}

	onTestCaseResult(test: TestCase) {
		this.#hear();
		this.#open.get(test.module.id)?.running.delete(test.id);
	}

	#hear() {
		this.#heard = performance.now();
	}

	#look() {
		const longest = Math.max(0, ...[...this.#open.values()].flatMap(({ running }) => [...running.values()]));
		if (performance.now() - this.#heard < longest + patience) return;
		const files = [...this.#open.values()].map(({ name }) => name);
		const seconds = Math.round((longest + patience) / 1000);
		console.error(`\nNothing was heard for ${seconds} s of: ${files.join(', ') || 'no file'}.`);
		const pids = workers();
		if (!pids.length) process.exit(1);
		this.#ended.push(...files);
		this.#workers += pids.length;
		this.#open.clear();
		this.#hear();
		void end(pids);
	}
}

async function end(pids: number[]): Promise<void> {
	for (const pid of pids) {
		console.error(`Worker ${pid} is ended. ${threadsOf(pid)}`);
		if (reports) console.error(await reportOf(pid, reports));
		send(pid, 'SIGKILL');
	}
}

function send(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(pid, signal);
	} catch {
		// It has ended by itself meanwhile.
	}
}

/** The processes that run test files: our own children, and what they are called. */
function workers(): number[] {
	const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
	return (stdout ?? '').split('\n').flatMap((line) => {
		const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
		return Number(parent) === process.pid && /vitest.*workers.*forks/.test(command ?? '') ? [Number(pid)] : [];
	});
}

/** What each of its threads waits for in the kernel, where the system tells (Linux): a lock is another matter than a message. */
function threadsOf(pid: number): string {
	const tasks = `/proc/${pid}/task`;
	if (!existsSync(tasks)) return '';
	const read = (id: string, name: string) => {
		try {
			return readFileSync(path.join(tasks, id, name), 'utf8').trim();
		} catch {
			return '?';
		}
	};
	return readdirSync(tasks)
		.map((id) => `${read(id, 'comm')}: ${/^State:\s+(.*)$/m.exec(read(id, 'status'))?.[1]}, ${read(id, 'wchan')}`)
		.join('; ');
}

/** What Node itself says of it, as long as its own thread still listens: what it runs, and what it has open. */
async function reportOf(pid: number, folder: string): Promise<string> {
	send(pid, 'SIGUSR2');
	await sleep(5000);
	const file = readdirSync(folder).find((name) => name.includes(`.${pid}.`));
	if (!file) return 'Its own thread is blocked: it gives no report.';
	const { javascriptStack, libuv } = JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
	const open = libuv.filter(
		(each: { is_active: boolean; is_referenced: boolean }) => each.is_active && each.is_referenced,
	);
	return `It runs ${javascriptStack.stack?.join(' ') ?? 'nothing'}, and has open ${JSON.stringify(open)}`;
}

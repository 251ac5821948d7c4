import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

// `npm run probe`: asks the gate once a minute as one of its clients would, and keeps in a file how often it answered.
// Needs Node 20 and nothing else, so that it can stand on another computer than the gate.

const usage = `npm run --silent probe -- --client ID --secret-file FILE [--url http://127.0.0.1:3000]
  [--subject staff-code] [--action administer-oral] [--resource rose-house]
  [--file availability.json] [--threshold 99.5] [--once]
FILE holds the client's secret; - reads it from the standard input. An answer of yes or no counts as available, anything
else does not. Of the last 7 days at least the threshold in per cent must have been answered, or the exit code is 1:
with --once after the one question, otherwise as soon as it is so (but not in the first hour). Ask about somebody who is
permitted: refusals stand in the manager's list of refused questions.`;

const interval = 60_000;
/** Whoever asks a gate before each dose has waited long enough by then. */
const longestWait = 5000;
const kept = 7 * 24 * 60;
const fewest = 60;

/** @typedef {{ at: string, answered: boolean, milliseconds: number, what: string }} Asked */
/** @typedef {{ since: string, asked: number, answered: number, availability: number, last: Asked, lastFailure: Asked | null, minutes: string }} Kept */

/** What was asked, as the gate's own clients ask. */
function read() {
	const { values } = parseArgs({
		options: {
			url: { type: 'string', default: 'http://127.0.0.1:3000' },
			client: { type: 'string' },
			'secret-file': { type: 'string' },
			subject: { type: 'string', default: 'probe' },
			action: { type: 'string', default: 'administer-oral' },
			resource: { type: 'string', default: 'probe' },
			file: { type: 'string', default: 'availability.json' },
			threshold: { type: 'string', default: '99.5' },
			once: { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
		},
	});
	const { client, 'secret-file': secretFile, help } = values;
	const threshold = Number(values.threshold);
	if (help || !client || !secretFile || !(threshold >= 0 && threshold <= 100) || !URL.canParse(values.url))
		throw new Error(usage);
	const secret = readFileSync(secretFile === '-' ? 0 : secretFile, 'utf8').trim();
	return { ...values, url: new URL(values.url).origin, client, secret, threshold };
}

/** @typedef {ReturnType<typeof read>} Options */

/** @type {{ token: string, until: number } | undefined} */
let granted;

/** @param {Options} options */
async function tokenFor({ url, client, secret }) {
	if (granted && granted.until > performance.now()) return granted.token;
	const encoded = [client, secret].map(encodeURIComponent).join(':');
	const answer = await fetch(`${url}/oauth/token`, {
		method: 'POST',
		headers: { authorization: `Basic ${Buffer.from(encoded).toString('base64')}` },
		body: new URLSearchParams({ grant_type: 'client_credentials' }),
		signal: AbortSignal.timeout(longestWait),
	});
	if (answer.status !== 200) throw new Error(`no token: ${answer.status}`);
	const { access_token: token, expires_in: seconds } = await answer.json();
	// Asked for anew while it still holds: an expired one would look like a gate that does not answer.
	granted = { token, until: performance.now() + seconds * 500 };
	return token;
}

/** @param {Options} options @returns {Promise<Asked>} */
async function ask(options) {
	const { url, subject, action, resource } = options;
	const [at, started] = [new Date().toISOString(), performance.now()];
	const outcome = (/** @type {boolean} */ answered, /** @type {string} */ what) => ({
		at,
		answered,
		milliseconds: Math.round(performance.now() - started),
		what,
	});
	try {
		const token = await tokenFor(options);
		const answer = await fetch(`${url}/access/v1/evaluation`, {
			method: 'POST',
			headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
			body: JSON.stringify({
				subject: { type: 'staff', id: subject },
				action: { name: action },
				resource: { type: 'site', id: resource },
			}),
			signal: AbortSignal.timeout(longestWait),
		});
		if (answer.status === 401) granted = undefined;
		const body = await answer.json();
		const decided = answer.status === 200 && typeof body.decision === 'boolean';
		return outcome(decided, decided ? String(body.context?.code ?? body.decision) : `status ${answer.status}`);
	} catch (error) {
		const { cause, message } = /** @type {Error & { cause?: { code?: string } }} */ (error);
		return outcome(false, cause?.code ?? message);
	}
}

/** One letter a question, the newest last: `y` answered, `n` not. @param {string} file @returns {Kept | undefined} */
function readKept(file) {
	try {
		const found = JSON.parse(readFileSync(file, 'utf8'));
		if (!/^[yn]*$/.test(found.minutes)) throw new Error(`${file} is not a file of this probe`);
		return found;
	} catch (error) {
		if (/** @type {{ code?: string }} */ (error).code === 'ENOENT') return undefined;
		throw error;
	}
}

/** @param {string} file @param {Asked} last @returns {Kept} */
function keep(file, last) {
	const before = readKept(file);
	const minutes = ((before?.minutes ?? '') + (last.answered ? 'y' : 'n')).slice(-kept);
	const answered = minutes.replaceAll('n', '').length;
	/** @type {Kept} */
	const now = {
		since: before?.since ?? last.at,
		asked: minutes.length,
		answered,
		availability: Math.floor((answered / minutes.length) * 100_000) / 1000,
		last,
		lastFailure: last.answered ? (before?.lastFailure ?? null) : last,
		minutes,
	};
	// Beside its place and then renamed: whoever reads it finds it whole.
	writeFileSync(`${file}.new`, `${JSON.stringify(now, null, '\t')}\n`);
	renameSync(`${file}.new`, file);
	return now;
}

try {
	const options = read();
	for (;;) {
		const began = performance.now();
		const { asked, availability, last } = keep(options.file, await ask(options));
		const result = last.answered ? 'answered' : 'no answer';
		console.log(`${last.at} ${result} (${last.what}) in ${last.milliseconds} ms; ${availability} % of ${asked}`);
		const below = availability < options.threshold;
		if (options.once || (below && asked >= fewest)) {
			if (below) console.error(`${availability} % is below ${options.threshold} %`);
			process.exitCode = below || (options.once && !last.answered) ? 1 : 0;
			break;
		}
		await sleep(Math.max(0, interval - (performance.now() - began)));
	}
} catch (error) {
	console.error(error instanceof Error ? error.message : String(error));
	process.exitCode = 2;
}

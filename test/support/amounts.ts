import { appendFileSync } from 'node:fs';
import path from 'node:path';

const full = process.env.TEST_FULL === '1';

/**
 * How much of what is made at random. The first number finds faults in an ordinary run; the second is the whole, and
 * what `npm run test:full` takes.
 */
const either = (ordinary: number, whole: number) => (full ? whole : ordinary);

export const amounts = {
	/** Working lives that the product and the oracle are asked about. */
	lives: either(2000, 10_000),
	/** Working lives whose evidence is read from the database in two ways. */
	livesRead: either(300, 600),
	/** Sequences of acts with faults. No fewer than 200: only then is it asked whether enough befell them. */
	sequences: either(200, 1000),
	/** Of the privileges, each of which is walked to its first permit, every how-manyth is walked on from there. */
	walkedOn: either(4, 1),
	/** Acts through the real commands, after each of which the safety of every permit is looked at, and gate, pages and stored standings are held to the rule. */
	acts: either(150, 1500),
};

/** Says how much of it was done: at the end of `npm test`, or at once where a file is run alone. */
export function did(what: string): void {
	const reports = process.env.TEST_REPORTS;
	if (reports) appendFileSync(path.join(reports, 'did.txt'), `${what}\n`);
	else console.log(what);
}

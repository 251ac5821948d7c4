import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { catalogue, rememberEarlier, rememberedKinds } from '#app/catalogue.server.ts';
import { type Finding, verifiedParts } from '#app/commands/finding.ts';
import { headOf, noteKeeping } from '#app/commands/outside-note.ts';
import { verifyProvider } from '#app/commands/verifying.ts';
import { noteFault } from '#app/commands/verifying-checkpoints.ts';
import { sayMoment } from '#app/domain/period.ts';
import type { Db } from '#db/client.server.ts';
import { listCheckpoints } from '#db/queries/checkpoints.ts';
import { listContentVersions } from '#db/queries/content.ts';
import * as schema from '#db/schema.ts';
import { complain, withOwner } from './open-owner.ts';

// `npm run verify`: rechecks every provider's chain of evidence, checkpoints and standings, without writing anything.
// With `-- --checkpoint FILE` it compares a note that was kept elsewhere with the rows of today as well.
// npm runs this from the project's folder, and tells where it was called.
const from = process.env.INIT_CWD ?? process.cwd();
process.chdir(path.resolve(import.meta.dirname, '..'));

const mostShown = 20;

interface KeptElsewhere {
	file: string;
	note: string;
	/** The provider whose log it is of, as it stands in addresses. */
	slug: string;
}

function readKeptElsewhere(file: string): KeptElsewhere {
	const note = readFileSync(path.resolve(from, file), 'utf8');
	const [slug] = headOf(note)?.origin.split('/').slice(-2) ?? [];
	if (!slug) throw new Error(`${file} is not a checkpoint.`);
	return { file, note, slug };
}

/** Whether everything is as it was written. */
async function verify(db: Db, kept: KeptElsewhere | null): Promise<boolean> {
	const content = catalogue();
	rememberEarlier(content, await listContentVersions(db, rememberedKinds));
	const { id, name, slug } = schema.providers;
	const providers = await db.select({ id, name, slug }).from(schema.providers);
	if (!providers.length) console.log('There is no provider yet, so there is nothing to verify.');
	if (kept && !providers.some((each) => each.slug === kept.slug))
		throw new Error(`${kept.file} is of ${kept.slug}, and there is no such provider.`);
	let whole = true;
	for (const provider of providers) {
		const counts = { evidence: 0, checkpoints: 0, standings: 0 };
		// One moment of the database, so that a server may go on writing meanwhile.
		const findings = await db.transaction(
			async (tx): Promise<Finding[]> => {
				const found = await verifyProvider(tx, provider.id, content, {
					keeping: noteKeeping(),
					progress(part, checked) {
						counts[part] = checked;
						if (process.stderr.isTTY) process.stderr.write(`\r${provider.name}: ${checked} ${part} …\u001b[K`);
					},
				});
				const fault = kept?.slug === provider.slug ? await noteFault(tx, provider.id, kept.note) : null;
				return fault && kept ? [...found, { what: 'checkpoint', where: kept.file, detail: fault }] : found;
			},
			{ isolationLevel: 'repeatable read', accessMode: 'read only' },
		);
		if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
		const counted = verifiedParts.map((part) => `${counts[part]} ${wordsOf(part, counts[part])}`).join(', ');
		console.log(`${provider.name}: ${counted}: ${say(findings.length)}`);
		for (const { what, where, detail } of findings.slice(0, mostShown)) console.log(`  ${what}: ${where}: ${detail}`);
		if (findings.length > mostShown) console.log(`  … and ${findings.length - mostShown} more`);
		for (const { log, madeAt, reason } of await newLogs(db, provider.id))
			console.log(`  log ${log} was begun on ${sayMoment(madeAt)}: ${reason}`);
		if (kept?.slug === provider.slug && !findings.length)
			console.log(`  ${kept.file}: the rows begin with what it signs`);
		whole &&= findings.length === 0;
	}
	return whole;
}

/** Nothing wrong in itself, but whoever checks should know that and why the rows before were let go. */
async function newLogs(db: Db, providerId: string) {
	const checkpoints = await db.transaction((tx) => listCheckpoints(tx, { providerId }));
	return checkpoints.filter((each) => each.reason !== null);
}

function wordsOf(part: (typeof verifiedParts)[number], count: number): string {
	const one = { evidence: 'row of evidence', checkpoints: 'checkpoint', standings: 'standing' };
	const many = { evidence: 'rows of evidence', checkpoints: 'checkpoints', standings: 'standings' };
	return count === 1 ? one[part] : many[part];
}

function say(findings: number): string {
	if (!findings) return 'everything is as it was written';
	return findings === 1 ? '1 finding' : `${findings} findings`;
}

try {
	const { values } = parseArgs({ options: { checkpoint: { type: 'string' } } });
	const kept = values.checkpoint ? readKeptElsewhere(values.checkpoint) : null;
	await withOwner(async (owner) => {
		if (!(await verify(owner, kept))) process.exitCode = 1;
	});
} catch (error) {
	complain(error);
	process.exitCode = 1;
}

import path from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'drizzle-orm';
import { CheckpointRefused, checkpointProvider } from '#app/commands/checkpointing.ts';
import { noteFile, noteKeeping } from '#app/commands/outside-note.ts';
import { ensureLedgerKey, rotateLedgerKey } from '#app/commands/signing.ts';
import type { Db } from '#db/client.server.ts';
import { complain, withOwner } from './open-owner.ts';

// `npm run checkpoint`: signs how each provider's chain stands now, and prints the notes, to be kept somewhere else.
process.chdir(path.resolve(import.meta.dirname, '..'));

const usage = `npm run checkpoint                              every provider
npm run checkpoint -- fairfield-care            one provider, as it stands in addresses
npm run checkpoint -- --new-log "why"           begins a new log, after a backup was restored on purpose
npm run checkpoint -- --new-key                 retires the key that signs and makes a new one`;

async function checkpoint(owner: Db, slug: string | undefined, reason: string | undefined): Promise<boolean> {
	const providers = await owner.execute<{ id: string; slug: string; name: string }>(
		sql`select id, slug, name from providers where ${slug ?? null}::text is null or slug = ${slug ?? null} order by created_at, id`,
	);
	if (slug && !providers.length) throw new Error(`There is no provider "${slug}".`);
	if (reason !== undefined && providers.length > 1) throw new Error('Say of which provider a new log is begun.');
	const keeping = noteKeeping();
	let all = true;
	for (const provider of providers) {
		try {
			const { checkpoint } = await checkpointProvider(owner, provider.id, keeping, reason);
			const rows = `${checkpoint.size} ${checkpoint.size === 1 ? 'row' : 'rows'}`;
			console.log(
				`${provider.name}: ${rows} signed, kept in ${noteFile(keeping, provider.slug)}\n\n${checkpoint.note}`,
			);
		} catch (error) {
			if (!(error instanceof CheckpointRefused)) throw error;
			all = false;
			console.error(`${provider.name}: ${error.message}`);
		}
	}
	return all;
}

try {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			'new-log': { type: 'string' },
			'new-key': { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
		},
	});
	const reason = values['new-log']?.trim();
	if (positionals.length > 1 || reason === '') throw new Error(usage);
	if (values.help) console.log(usage);
	else
		await withOwner(async (owner) => {
			if (values['new-key']) await rotateLedgerKey(owner);
			else await ensureLedgerKey(owner);
			if (!(await checkpoint(owner, positionals[0], reason))) process.exitCode = 1;
		});
} catch (error) {
	complain(error);
	process.exitCode = 1;
}

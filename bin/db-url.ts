import path from 'node:path';
import { parseArgs } from 'node:util';
import { appUrlFrom } from '#db/client.server.ts';
import { connect } from '#db/connect.ts';
import { runningOwnerUrl } from '#db/embedded.ts';

// `npm run --silent db:url`: the address of the running database, for psql. As the application sees it, one provider's
// rows at a time; with --owner everything.
process.chdir(path.resolve(import.meta.dirname, '..'));

/** Row-level security hides every row from a session that names no provider: with only one, its name goes along. */
async function withOnlyProvider(appUrl: string, ownerUrl: string): Promise<string> {
	const owner = connect(ownerUrl, { max: 1 });
	try {
		const providers = await owner<{ id: string }[]>`select id from providers limit 2`;
		if (providers.length !== 1) return appUrl;
		return `${appUrl}${appUrl.includes('?') ? '&' : '?'}options=-c%20app.provider_id%3D${providers[0]?.id}`;
	} finally {
		await owner.end({ timeout: 2 });
	}
}

try {
	const { values } = parseArgs({ options: { owner: { type: 'boolean', default: false } } });
	const { config } = await import('#app/config.server.ts');
	const ownerUrl = config.databaseUrl ?? runningOwnerUrl(config.dataDir);
	if (!ownerUrl) throw new Error(`No database is running in ${path.resolve(config.dataDir)}: npm start starts it.`);
	console.log(values.owner ? ownerUrl : await withOnlyProvider(appUrlFrom(ownerUrl), ownerUrl));
} catch (error) {
	console.error(error instanceof Error ? error.message || String((error as { code?: string }).code) : String(error));
	process.exitCode = 1;
}

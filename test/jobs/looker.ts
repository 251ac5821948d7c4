import { courier } from '#app/jobs/deliver-webhooks.ts';
import { tellAllTurns } from '#app/jobs/tell-turns.ts';
import { openDatabase } from '#db/client.server.ts';

/** A process of its own that does one of the jobs over and over until it is killed. It says when it has begun. */
const [job = '', appUrl = ''] = process.argv.slice(2);
const database = openDatabase(appUrl, { connections: 3 });
const { look } = courier(database, { origin: 'https://countersign.test', loopback: true, random: () => 0 });
process.on('disconnect', () => process.exit());
for (;;) {
	await (job === 'turns' ? tellAllTurns(database.db) : look());
	process.send?.('looked');
	await new Promise((resolve) => setTimeout(resolve, 50));
}

import { sql } from 'drizzle-orm';
import { asProvider, openDatabase } from '#db/client.server.ts';
import { type DeedName, type Request, send } from './deeds.ts';
import { home } from './home.ts';

/** A process of its own that sends one request and may be killed at it. It says when it is ready, and waits for the word. */
const { db } = openDatabase(process.argv[2] ?? '', { connections: 1 });
await asProvider(db, home, (tx) => tx.execute(sql`select 1`));
process.on('message', async ({ name, request }: { name: DeedName; request: Request }) => {
	process.send?.(await send(db, name, request).catch(String));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');

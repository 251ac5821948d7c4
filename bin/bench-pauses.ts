import { readCatalogue } from '#app/catalogue.server.ts';
import { liftPause, pause } from '#app/commands/authorising.ts';
import { asProvider, openDatabase } from '#db/client.server.ts';
import { namedId } from '#db/factory.ts';
import { listStaffIds } from '#db/queries/policies.ts';

// Pauses and lifts again, so many times a second or as often as it can, until its standard input ends. Says then how
// many were committed, and in how long. For `npm run bench:gate`.
const [, , url = '', perSecond = '50'] = process.argv;
const providerId = namedId('provider fairfield-care');
const siteId = namedId('site rose-house');
const grace = {
	providerId,
	personId: namedId('person grace.mensah'),
	posts: [{ role: 'manager' as const, siteId }],
};
const catalogue = readCatalogue();
const { db, close } = openDatabase(url, { connections: 4 });
// Everybody else at the home, in turn: nobody is paused a hundred times in a life.
const people = (await asProvider(db, providerId, (tx) => listStaffIds(tx, { providerId, siteId }))).filter(
	(personId) => personId !== grace.personId,
);
const started = performance.now();
let committed = 0;
let going = true;
process.stdin.resume().on('end', () => {
	going = false;
});

/** The next commit's turn: they are spread evenly, and one that is late does not push the others on. */
let turns = 0;
async function turn(): Promise<void> {
	const at = started + (turns++ * 1000) / Number(perSecond);
	await new Promise((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())));
}

/** Whose turn it is: there are more people than are paused at once. */
let next = 0;
async function stopAndStart(): Promise<void> {
	while (going) {
		const cell = { personId: people[next++ % people.length] ?? '', siteId, privilege: 'administer-oral' as const };
		const given = { id: crypto.randomUUID(), reason: 'other', reviewOn: '2100-01-01' } as const;
		await turn();
		await asProvider(db, providerId, (tx) => pause(tx, grace, catalogue, cell, given));
		await turn();
		await asProvider(db, providerId, (tx) => liftPause(tx, grace, catalogue, cell, { note: 'measured' }));
		committed += 2;
	}
}

process.stdout.write('begun\n');
await Promise.all([1, 2, 3, 4].map(stopAndStart));
process.stdout.write(`${committed} ${Math.round(performance.now() - started)}\n`);
await close();

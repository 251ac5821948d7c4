import { delegate } from '#app/commands/delegating.ts';
import { reviewDays } from '#app/domain/delegation.ts';
import { demonstration } from '#db/seed.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import {
	asFairfield,
	authoriser,
	catalogue,
	cellOf,
	grace,
	memberOf,
	roseHouse,
	storyteller,
	tell,
	tomasz,
} from './demonstration.ts';
import { serveGate } from './gate.ts';

/** A gate whose client may ask for more than single decisions. */
export async function gateWith(...scopes: string[]) {
	const db = await testDatabase();
	const allowed = ['authzen.evaluate', ...scopes];
	await db.owner`update clients set scopes = ${allowed} where id = ${demonstration.clientId}`;
	return { db, ...(await serveGate(db.database)) };
}

export const insulin = 'administer-insulin';

/** Tomasz, and whoever else, good at insulin but for a nurse who hands it over. */
export async function goodAtInsulin(db: TestDatabase, ...personIds: string[]): Promise<void> {
	for (const personId of [tomasz, ...personIds])
		await tell(db, storyteller().comesCompetent(memberOf(personId), grace, 20, insulin));
}

/** A nurse hands insulin over for one person supported. */
export async function handOver(
	db: TestDatabase,
	given: { person: string; to?: string; reviewOn?: string; id?: string },
): Promise<void> {
	const handed = await asFairfield(db, (tx) =>
		delegate(
			tx,
			authoriser(grace, [{ role: 'nurse', siteId: roseHouse }]),
			catalogue,
			cellOf(given.to ?? tomasz, insulin),
			{
				id: given.id ?? crypto.randomUUID(),
				person: given.person,
				registration: '12A3456E',
				reviewOn: given.reviewOn ?? reviewDays(new Date()).usual,
				now: new Date(),
			},
		),
	);
	if (!handed.ok) throw new Error(handed.why);
}

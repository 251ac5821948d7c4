import { readCatalogue } from '#app/catalogue.server.ts';
import type { Authoriser } from '#app/commands/authorising.ts';
import { addPeople, startEmployment } from '#app/commands/employing.ts';
import { rulesBySite } from '#app/commands/projecting.ts';
import type { Post } from '#app/domain/authority.ts';
import { decide } from '#app/domain/decide.ts';
import type { Decision } from '#app/domain/decision.ts';
import { type Evidence, presentFor } from '#app/domain/evidence.ts';
import { addDays, instantOf, localDay } from '#app/domain/period.ts';
import type { PrivilegeCode, Role } from '#app/domain/privilege.ts';
import { asProvider, openDatabase, type Tx } from '#db/client.server.ts';
import { namedId } from '#db/factory.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { listEmployments } from '#db/queries/people.ts';
import { providers, sites } from '#db/schema.ts';
import { openClone } from '../support/database.ts';
import { weakHash } from '../support/weak-hash.ts';
import { makeClock, moveClock } from './clock.ts';

/** A provider that begins with nothing: everything in it is done by commands, on a clock that the test moves. */
export const catalogue = readCatalogue();
export const home = namedId('provider of walks');
export const firstSite = namedId('site of walks');
export const secondSite = namedId('other site of walks');
export const pin = '135790';

/** Who works there, and as what. The others are watched by them, signed off and learn like anybody. */
export const staff = {
	manager: 'manager',
	deputy: 'manager',
	lead: 'medication-lead',
	secondLead: 'medication-lead',
	nurse: 'nurse',
	learner: 'senior',
	witness: 'senior',
} as const satisfies Record<string, Role>;
export type Who = keyof typeof staff;

export interface Cell {
	personId: string;
	siteId: string;
	privilege: PrivilegeCode;
}

export type World = Awaited<ReturnType<typeof openWorld>>;

/** Opens the provider on the morning of a day some years ago. The caller closes it. */
export async function openWorld(beginning = '2023-01-02') {
	const test = await openClone('empty');
	await makeClock(test.owner, test.name);
	// Connections made before do not know the clock.
	await test.database.close();
	const database = openDatabase(test.appUrl);
	let now = instantOf(beginning, '09:00');
	await moveClock(test.owner, now);

	const idOf = (who: Who) => namedId(`walks ${who}`);
	const inHome = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => asProvider(database.db, home, work);
	const evidenceOf = (personId: string): Promise<Evidence[]> =>
		inHome((tx) => listEvidenceOf(tx, { providerId: home, personIds: [personId] }));

	const world = {
		database,
		idOf,
		inHome,
		evidenceOf,
		now: () => now,
		/** Some days later, at a time of day. */
		async later(days: number, time = '09:00') {
			await world.until(instantOf(addDays(localDay(now), days), time));
		},
		async until(instant: Date) {
			if (instant > now) now = instant;
			await moveClock(test.owner, now);
		},
		/** As somebody is who signs in now. */
		async authoriser(who: Who): Promise<Authoriser> {
			const personId = idOf(who);
			const today = localDay(now);
			const posts = await inHome((tx) => listEmployments(tx, { providerId: home, personId }));
			return {
				providerId: home,
				personId,
				posts: posts.filter((each) => each.startedOn <= today && (!each.lastDay || each.lastDay >= today)) as Post[],
			};
		},
		/** What the rule says now. */
		async decision({ personId, ...question }: Cell, person?: string): Promise<Decision> {
			return inHome(async (tx) => {
				const evidence = await listEvidenceOf(tx, { providerId: home, personIds: [personId] });
				const rules = (await rulesBySite(tx, home, catalogue))(question.siteId);
				const asked = person === undefined ? question : { ...question, person };
				// The database writes a moment later than the walk thinks it is.
				now = presentFor(evidence, now);
				return decide(rules, evidence, asked, now);
			});
		},
		/** What the stored standing says now: what the gate reads. */
		async stored({ personId, siteId, privilege }: Cell) {
			const [row] = await test.owner`
				select standing, code, permit from standings
				where person_id = ${personId} and site_id = ${siteId} and privilege = ${privilege}
					and (ends_at is null or ends_at > ${now.toISOString()}::timestamptz)
				order by starts_at limit 1`;
			return row as { standing: string; code: string; permit: boolean } | undefined;
		},
		async close() {
			await database.close();
			await test.close();
		},
	};

	await test.ownerDb.insert(providers).values({ id: home, slug: 'walks', name: 'Walks' });
	await test.ownerDb.insert(sites).values([
		{ providerId: home, id: firstSite, slug: 'first', name: 'First', kind: 'care-home' },
		{ providerId: home, id: secondSite, slug: 'second', name: 'Second', kind: 'care-home' },
	]);
	const secret = await weakHash(pin);
	await inHome(async (tx) => {
		await addPeople(
			tx,
			home,
			(Object.keys(staff) as Who[]).map((who) => ({
				id: idOf(who),
				staffCode: who.toLowerCase(),
				givenName: who,
				familyName: 'Walks',
				passwordHash: secret,
				pinHash: secret,
			})),
		);
		for (const who of Object.keys(staff) as Who[])
			for (const siteId of [firstSite, secondSite])
				await startEmployment(tx, home, catalogue, {
					personId: idOf(who),
					siteId,
					recordedBy: null,
					role: staff[who],
					contract: 'permanent',
				});
	});
	return world;
}

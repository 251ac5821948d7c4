import { type Catalogue, readCatalogue } from '#app/catalogue.server.ts';
import { append } from '#app/commands/append.ts';
import type { Authoriser } from '#app/commands/authorising.ts';
import { addPeople } from '#app/commands/employing.ts';
import { localDay } from '#app/domain/period.ts';
import type { PrivilegeCode, Role } from '#app/domain/privilege.ts';
import { asProvider } from '#db/client.server.ts';
import { biographer, type Member, namedId, seededRandom } from '#db/factory.ts';
import { employments, providers, sites } from '#db/schema.ts';
import type { TestDatabase } from '../support/database.ts';
import { weakHash } from '../support/weak-hash.ts';

/** A provider as small as can be in which everything can happen: two sites, two assessors, one of each kind of carer. */
export const home = namedId('provider of faults');
export const northLodge = namedId('site north-lodge');
export const southLodge = namedId('site south-lodge');
export const pin = '135790';

export const who = {
	manager: namedId('faults manager'),
	assessor: namedId('faults assessor'),
	otherAssessor: namedId('faults other assessor'),
	/** All but signed off. */
	ready: namedId('faults ready'),
	/** Signed off last month. */
	holder: namedId('faults holder'),
	/** In the middle of learning. */
	learner: namedId('faults learner'),
	/** In the books, and nothing more. */
	stranger: namedId('faults stranger'),
};

export const manager: Authoriser = {
	providerId: home,
	personId: who.manager,
	posts: [
		{ role: 'manager', siteId: northLodge },
		{ role: 'manager', siteId: southLodge },
	],
};

/** The shipped content with a few privileges and what they rest on: the others would only take their time. */
export const catalogue: Catalogue = withOnly(readCatalogue(), ['administer-oral', 'prompt', 'assess']);

function withOnly(whole: Catalogue, codes: readonly PrivilegeCode[]): Catalogue {
	const needed = new Set(codes);
	// A set that grows while it is gone through is gone through to its new end.
	for (const code of needed)
		for (const each of whole.privileges.get(code)?.body.requirements ?? [])
			if (each.kind === 'prerequisite') needed.add(each.privilege);
	return { ...whole, privileges: new Map([...whole.privileges].filter(([code]) => needed.has(code))) };
}

/** Builds the home in a database, as the owner. */
export async function buildHome({ ownerDb }: TestDatabase): Promise<void> {
	const secret = await weakHash(pin);
	const member = (personId: string, role: Role): Member => ({ personId, siteId: northLodge, role });
	const tell = biographer(catalogue, new Date(), seededRandom(31));
	const by = { assessors: [who.assessor, who.otherAssessor], signerId: who.manager };
	const [ready, holder, learner] = [who.ready, who.holder, who.learner].map((each) => member(each, 'carer')) as [
		Member,
		Member,
		Member,
	];
	const facts = [
		...tell.joins(member(who.manager, 'manager'), 700),
		...[who.assessor, who.otherAssessor].flatMap((each) => [
			...tell.joins(member(each, 'senior'), 600),
			...tell.comesCompetent(member(each, 'senior'), who.manager, 200, 'administer-oral'),
			...tell.comesCompetent(member(each, 'senior'), who.manager, 190, 'assess'),
		]),
		...tell.joins(ready, 90),
		...tell.becomesCompetent(ready, by, 3).slice(0, -1),
		...tell.joins(holder, 190),
		...tell.becomesCompetent(holder, by, 30),
		...tell.joins(learner, 40),
		tell.reads(learner, 'role-law-accountability', 20),
		tell.isWatched(learner, who.assessor, 6, 'morning'),
	].sort((a, b) => (a.recordedAt?.getTime() ?? 0) - (b.recordedAt?.getTime() ?? 0));
	await ownerDb.insert(providers).values({ id: home, slug: 'faults', name: 'Faults' });
	await ownerDb.insert(sites).values([
		{ providerId: home, id: northLodge, slug: 'north-lodge', name: 'North Lodge', kind: 'care-home' },
		{ providerId: home, id: southLodge, slug: 'south-lodge', name: 'South Lodge', kind: 'home-care' },
	]);
	await asProvider(ownerDb, home, async (tx) => {
		const secrets = { passwordHash: secret, pinHash: secret };
		await addPeople(
			tx,
			home,
			Object.entries(who).map(([staffCode, id]) => ({
				id,
				staffCode,
				givenName: staffCode,
				familyName: 'Faults',
				...secrets,
			})),
		);
		const recorded = await append(tx, home, catalogue, facts);
		const started = recorded.flatMap((each) => (each.kind === 'employment-started' ? [each] : []));
		await tx.insert(employments).values(
			started.map((each) => ({
				providerId: home,
				personId: each.personId,
				siteId: each.siteId,
				...each.payload,
				startedOn: localDay(each.observedAt),
				evidenceId: each.id,
			})),
		);
	});
}

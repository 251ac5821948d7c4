import { randomUUID } from 'node:crypto';
import { readCatalogue } from '#app/catalogue.server.ts';
import { append, type Fact } from '#app/commands/append.ts';
import { project, rulesBySite } from '#app/commands/projecting.ts';
import { type Finding, verifyProvider } from '#app/commands/verifying.ts';
import type { Post } from '#app/domain/authority.ts';
import { decide } from '#app/domain/decide.ts';
import type { Decision } from '#app/domain/decision.ts';
import { presentFor } from '#app/domain/evidence.ts';
import type { PrivilegeCode } from '#app/domain/privilege.ts';
import { asProvider, type Tx } from '#db/client.server.ts';
import { biographer, type Member, namedId, seededRandom } from '#db/factory.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { listPersonIds } from '#db/queries/people.ts';
import { policies } from '#db/schema.ts';
import type { TestDatabase } from './database.ts';

/** The demonstration's places and people, and short ways of working on them. */
export const catalogue = readCatalogue();
export const fairfield = namedId('provider fairfield-care');
export const roseHouse = namedId('site rose-house');
export const elmCourt = namedId('site elm-court');

export const personOf = (staffCode: string) => namedId(`person ${staffCode}`);
export const amara = personOf('amara.okafor');
export const ben = personOf('ben.whitfield');
export const grace = personOf('grace.mensah');
export const margaret = personOf('margaret.doyle');
export const tomasz = personOf('tomasz.nowak');

const gracesPosts: Post[] = [
	{ role: 'manager', siteId: roseHouse },
	{ role: 'manager', siteId: elmCourt },
];
export const authoriser = (personId: string, posts: Post[] = gracesPosts) => ({
	providerId: fairfield,
	personId,
	posts,
});
export const lead: Post[] = [{ role: 'medication-lead', siteId: roseHouse }];
export const cellOf = (personId: string, privilege: PrivilegeCode = 'administer-oral', siteId = roseHouse) => ({
	personId,
	siteId,
	privilege,
});

/** One transaction of the application, as Fairfield Care. */
export function asFairfield<T>({ database }: TestDatabase, work: (tx: Tx) => Promise<T>): Promise<T> {
	return asProvider(database.db, fairfield, work);
}

/** The biographer's facts under ids of their own: its ids repeat from one biographer to the next of the same day. */
export function freshIds(facts: readonly Fact[]): Fact[] {
	const ids = new Map(facts.map((each) => [each.id, randomUUID()]));
	return facts.map((each) => {
		const payload = each.payload as { basis?: string[] };
		const basis = payload.basis ? { basis: payload.basis.map((id) => ids.get(id) ?? id) } : {};
		return { ...each, id: ids.get(each.id), payload: { ...each.payload, ...basis } } as Fact;
	});
}

export const storyteller = () => biographer(catalogue, new Date(), seededRandom(7));

/** Tells the owner's database facts of the past. */
export function tell({ ownerDb }: TestDatabase, facts: readonly Fact[]): Promise<unknown> {
	return asProvider(ownerDb, fairfield, (tx) => append(tx, fairfield, catalogue, freshIds(facts)));
}

/** Somebody with all the learning and three rounds seen by Ben: only the sign-off is missing. */
export function makeReady(test: TestDatabase, who: Member): Promise<unknown> {
	const story = storyteller();
	return tell(test, story.becomesCompetent(who, { assessors: [ben, margaret], signerId: grace }, 1).slice(0, -1));
}

export const memberOf = (personId: string, siteId = roseHouse): Member => ({ personId, siteId, role: 'carer' });

/** What the rules say of somebody now. */
export async function decisionOn(
	tx: Tx,
	{ personId, privilege, siteId }: ReturnType<typeof cellOf>,
	at?: Date,
): Promise<Decision> {
	const evidence = await listEvidenceOf(tx, { providerId: fairfield, personIds: [personId] });
	const rules = (await rulesBySite(tx, fairfield, catalogue))(siteId);
	return decide(rules, evidence, { privilege, siteId }, at ?? presentFor(evidence, new Date()));
}

export function findingsOf({ ownerDb }: TestDatabase, providerId = fairfield): Promise<Finding[]> {
	return ownerDb.transaction((tx) => verifyProvider(tx, providerId, catalogue), { isolationLevel: 'repeatable read' });
}

/** A policy of Fairfield Care, or of a site of theirs, and the standings that come of it. */
export async function setPolicy(db: TestDatabase, version: number, siteId: string | null, body: object): Promise<void> {
	await asFairfield(db, async (tx) => {
		const [saved] = await tx
			.insert(policies)
			.values({ providerId: fairfield, siteId, version, body, reason: 'a test', recordedBy: grace })
			.returning();
		if (!saved) throw new Error('not saved');
		await project(tx, fairfield, catalogue, await listPersonIds(tx, { providerId: fairfield }), { policy: saved });
	});
}

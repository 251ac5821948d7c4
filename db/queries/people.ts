import { sql } from 'drizzle-orm';
import type { Post } from '../../app/domain/authority.ts';
import type { Role, SiteKind } from '../../app/domain/privilege.ts';
import type { Tx } from '../client.server.ts';
import { employments, people, sites } from '../schema.ts';

export interface Site {
	id: string;
	slug: string;
	name: string;
	kind: SiteKind;
}

export interface Person {
	id: string;
	staffCode: string;
	givenName: string;
	familyName: string;
}

/** A person's work at one site, or provider-wide. */
export interface Employment {
	personId: string;
	siteId: string | null;
	role: Role;
	contract: string;
	startedOn: string;
	lastDay: string | null;
}

export async function listSites(tx: Tx, { providerId }: { providerId: string }): Promise<Site[]> {
	const rows = await tx
		.select({ id: sites.id, slug: sites.slug, name: sites.name, kind: sites.kind })
		.from(sites)
		.where(sql`${sites.providerId} = ${providerId}`)
		.orderBy(sites.name);
	return rows as Site[];
}

const personColumns = {
	id: people.id,
	staffCode: people.staffCode,
	givenName: people.givenName,
	familyName: people.familyName,
};

/** Everybody who has ever worked for a provider. */
export async function listPersonIds(tx: Tx, { providerId }: { providerId: string }): Promise<string[]> {
	const rows = await tx.select({ id: people.id }).from(people).where(sql`${people.providerId} = ${providerId}`);
	return rows.map((row) => row.id);
}

/** Everybody who has ever worked for a provider, by staff code. */
export async function listPeople(tx: Tx, { providerId }: { providerId: string }): Promise<Person[]> {
	return tx
		.select(personColumns)
		.from(people)
		.where(sql`${people.providerId} = ${providerId}`)
		.orderBy(people.staffCode);
}

/** One person, or null, also where the id belongs to another provider. */
export async function findPerson(
	tx: Tx,
	{ providerId, personId }: { providerId: string; personId: string },
): Promise<Person | null> {
	const [found] = await tx
		.select(personColumns)
		.from(people)
		.where(sql`${people.providerId} = ${providerId} and ${people.id} = ${personId}`);
	return found ?? null;
}

/** One person by staff code, or null. */
export async function findPersonByStaffCode(
	tx: Tx,
	{ providerId, staffCode }: { providerId: string; staffCode: string },
): Promise<Person | null> {
	const [found] = await tx
		.select(personColumns)
		.from(people)
		.where(sql`${people.providerId} = ${providerId} and ${people.staffCode} = ${staffCode}`);
	return found ?? null;
}

/** The names behind some ids, for showing who signed what. */
export async function listPeopleByIds(
	tx: Tx,
	{ providerId, personIds }: { providerId: string; personIds: readonly string[] },
): Promise<Map<string, Person>> {
	if (!personIds.length) return new Map();
	const rows = await tx
		.select(personColumns)
		.from(people)
		.where(sql`${people.providerId} = ${providerId} and ${people.id} = any(${sql.param([...personIds])}::uuid[])`);
	return new Map(rows.map((row) => [row.id, row]));
}

export interface Colleague extends Person {
	role: Role;
	startedOn: string;
	lastDay: string | null;
}

/** Who worked at a site on a local day, provider-wide staff included, by family name. One row a person. */
export async function listColleagues(
	tx: Tx,
	{ providerId, siteId, onDay }: { providerId: string; siteId: string; onDay: string },
): Promise<Colleague[]> {
	const rows = await tx
		.selectDistinctOn([people.familyName, people.givenName, people.id], {
			...personColumns,
			role: employments.role,
			startedOn: employments.startedOn,
			lastDay: employments.lastDay,
		})
		.from(employments)
		.innerJoin(people, sql`${people.providerId} = ${employments.providerId} and ${people.id} = ${employments.personId}`)
		.where(
			sql`${employments.providerId} = ${providerId} and (${employments.siteId} = ${siteId} or ${employments.siteId} is null)
				and ${employments.startedOn} <= ${onDay} and (${employments.lastDay} is null or ${employments.lastDay} >= ${onDay})`,
		)
		.orderBy(people.familyName, people.givenName, people.id, employments.startedOn);
	return rows as Colleague[];
}

/** Everywhere a person works or has worked, newest first. */
export async function listEmployments(
	tx: Tx,
	{ providerId, personId }: { providerId: string; personId: string },
): Promise<Employment[]> {
	const rows = await tx
		.select({
			personId: employments.personId,
			siteId: employments.siteId,
			role: employments.role,
			contract: employments.contract,
			startedOn: employments.startedOn,
			lastDay: employments.lastDay,
		})
		.from(employments)
		.where(sql`${employments.providerId} = ${providerId} and ${employments.personId} = ${personId}`)
		.orderBy(sql`${employments.startedOn} desc`);
	return rows as Employment[];
}

/** The posts of some people as they are stored, each under the evidence of its start. */
export async function listPostRows(
	tx: Tx,
	{ providerId, personIds }: { providerId: string; personIds: readonly string[] },
) {
	if (!personIds.length) return [];
	return tx
		.select({
			personId: employments.personId,
			evidenceId: employments.evidenceId,
			siteId: employments.siteId,
			role: employments.role,
			contract: employments.contract,
			startedOn: employments.startedOn,
			lastDay: employments.lastDay,
		})
		.from(employments)
		.where(
			sql`${employments.providerId} = ${providerId} and ${employments.personId} = any(${sql.param([...personIds])}::uuid[])`,
		);
}

/** Those of some people who work on a local day, each with the posts of that day. */
export async function listPostsOn(
	tx: Tx,
	{ providerId, personIds, onDay }: { providerId: string; personIds: readonly string[]; onDay: string },
): Promise<{ personId: string; posts: Post[] }[]> {
	const posts = (await listPostRows(tx, { providerId, personIds })).filter(
		(post) => post.startedOn <= onDay && (post.lastDay === null || post.lastDay >= onDay),
	);
	return [...new Set(posts.map((post) => post.personId))].map((personId) => ({
		personId,
		posts: posts.filter((post) => post.personId === personId) as (Post & { personId: string })[],
	}));
}

import { sql } from 'drizzle-orm';
import type { Post } from '../../app/domain/authority.ts';
import type { Db, Tx } from '../client.server.ts';
import { credentials, failedSecrets, people, providers } from '../schema.ts';

export interface Provider {
	id: string;
	slug: string;
	name: string;
	demonstration: boolean;
}

/** A provider by its slug, or the only one there is when no slug is given. */
export async function findProvider(db: Db, slug: string | null): Promise<Provider | null> {
	const [found] = await db.execute<Provider & Record<string, unknown>>(
		sql`select id, slug, name, demonstration from find_provider(${slug}::text)`,
	);
	return found ?? null;
}

/** What the provider of a transaction is called. */
export async function readProviderName(tx: Tx, { providerId }: { providerId: string }): Promise<string> {
	const [found] = await tx.select({ name: providers.name }).from(providers).where(sql`${providers.id} = ${providerId}`);
	return found?.name ?? '';
}

export interface SessionRow {
	providerId: string;
	personId: string;
	createdAt: Date;
	expiresAt: Date;
	staffCode: string;
	givenName: string;
	familyName: string;
	providerName: string;
	demonstration: boolean;
	posts: (Post & { siteSlug: string | null; siteName: string | null })[];
}

/** The session whose secret has this hash, with its person and their posts today, in one statement; or null. */
export async function findSession(db: Db, sessionHash: string): Promise<SessionRow | null> {
	const [row] = await db.execute<Record<string, unknown>>(sql`select * from find_session(${sessionHash})`);
	if (!row) return null;
	return {
		providerId: row.provider_id as string,
		personId: row.person_id as string,
		createdAt: new Date(row.created_at as string),
		expiresAt: new Date(row.expires_at as string),
		staffCode: row.staff_code as string,
		givenName: row.given_name as string,
		familyName: row.family_name as string,
		providerName: row.provider_name as string,
		demonstration: row.demonstration as boolean,
		posts: row.posts as SessionRow['posts'],
	};
}

export interface Credentials {
	personId: string;
	passwordHash: string;
	pinHash: string;
}

/** What a person's password and PIN are checked against, by staff code or by id; or null. */
export async function findCredentials(
	tx: Tx,
	by: { providerId: string } & ({ staffCode: string } | { personId: string }),
): Promise<Credentials | null> {
	const whose = 'staffCode' in by ? sql`${people.staffCode} = ${by.staffCode}` : sql`${people.id} = ${by.personId}`;
	const [found] = await tx
		.select({
			personId: credentials.personId,
			passwordHash: credentials.passwordHash,
			pinHash: credentials.pinHash,
		})
		.from(credentials)
		.innerJoin(people, sql`${people.providerId} = ${credentials.providerId} and ${people.id} = ${credentials.personId}`)
		.where(sql`${credentials.providerId} = ${by.providerId} and ${whose}`);
	return found ?? null;
}

/** How often a subject's secret was given wrong since an instant. */
export async function countFailedSecrets(
	tx: Tx,
	{ providerId, subject, since }: { providerId: string; subject: string; since: Date },
): Promise<number> {
	const [row] = await tx
		.select({ count: sql<number>`count(*)::int` })
		.from(failedSecrets)
		.where(
			sql`${failedSecrets.providerId} = ${providerId} and ${failedSecrets.subject} = ${subject} and ${failedSecrets.failedAt} > ${since.toISOString()}`,
		);
	return row?.count ?? 0;
}

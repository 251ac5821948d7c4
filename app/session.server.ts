import { createHash } from 'node:crypto';
import { type AppLoadContext, redirect } from '@remix-run/node';
import { sql } from 'drizzle-orm';
import { type Adapter, type DatabaseSession, Lucia, TimeSpan } from 'lucia';
import { asProvider, database, readAsProvider, type Tx } from '#db/client.server.ts';
import { findSession, type SessionRow } from '#db/queries/sign-in.ts';
import { sessions } from '#db/schema.ts';
import { config } from './config.server.ts';
import { type Authority, may } from './domain/authority.ts';

/** The only file that knows Lucia: its successor replaces this file and the table `sessions`, nothing else. */

const idleTime = new TimeSpan(60, 'm');
const longestSession = 12 * 60 * 60_000;

/** Whoever is signed in on this request. */
export interface Visitor {
	providerId: string;
	providerName: string;
	demonstration: boolean;
	personId: string;
	staffCode: string;
	givenName: string;
	name: string;
	/** Where they work today, and as what. */
	posts: SessionRow['posts'];
}

declare module '@remix-run/node' {
	interface AppLoadContext {
		/** Where the demonstration's example eMAR listens, on the host that this page was asked at; undefined where there is none. */
		exampleEmarPort?: number;
		/** The OpenAPI document of the gate, whose origin is its issuer. */
		api: object;
		requestId: string;
		/** For the inline scripts of this page. */
		nonce: string;
		/** The instant of this request. */
		now: Date;
		/** What keeps a stranger from guessing one-time links. */
		links: {
			/** For how many seconds no link from the address of this request is looked up; 0: go on. */
			wait(): number;
			/** There is no such link. */
			missed(): void;
		};
		/** Whoever is signed in: looked up once a request, however many loaders ask. */
		visitor(): Promise<Visitor | null>;
		/** A cookie to send along, when the session has been prolonged. */
		sessionCookie?: string;
	}
}

declare module 'lucia' {
	interface Register {
		Lucia: typeof lucia;
		DatabaseSessionAttributes: { providerId: string };
		DatabaseUserAttributes: { row: SessionRow };
	}
}

/** Only the hash of a session's secret is stored: whoever reads the table cannot become anybody. */
function hashed(sessionId: string): string {
	return createHash('sha256').update(sessionId).digest('hex');
}

async function change(sessionId: string, work: (tx: Tx, id: string) => Promise<unknown>): Promise<void> {
	const id = hashed(sessionId);
	const found = await findSession(database().db, id);
	if (found) await asProvider(database().db, found.providerId, (tx) => work(tx, id));
}

const adapter: Adapter = {
	async getSessionAndUser(sessionId) {
		const row = await findSession(database().db, hashed(sessionId));
		if (!row) return [null, null];
		const longest = new Date(row.createdAt.getTime() + longestSession);
		const session: DatabaseSession = {
			id: sessionId,
			userId: row.personId,
			expiresAt: row.expiresAt < longest ? row.expiresAt : longest,
			attributes: { providerId: row.providerId },
		};
		return [session, { id: row.personId, attributes: { row } }];
	},
	setSession: ({ id, userId, expiresAt, attributes }) =>
		asProvider(database().db, attributes.providerId, async (tx) => {
			await tx.delete(sessions).where(sql`provider_id = ${attributes.providerId} and expires_at < now()`);
			await tx
				.insert(sessions)
				.values({ id: hashed(id), providerId: attributes.providerId, personId: userId, expiresAt });
		}),
	updateSessionExpiration: (sessionId, expiresAt) =>
		change(sessionId, (tx, id) => tx.update(sessions).set({ expiresAt }).where(sql`id = ${id}`)),
	deleteSession: (sessionId) => change(sessionId, (tx, id) => tx.delete(sessions).where(sql`id = ${id}`)),
	// Whole-person and whole-table calls belong to commands, which know the provider.
	getUserSessions: async () => [],
	deleteUserSessions: async () => {},
	deleteExpiredSessions: async () => {},
};

const secure = config.origin?.startsWith('https:') ?? false;

const lucia = new Lucia(adapter, {
	sessionExpiresIn: idleTime,
	sessionCookie: {
		// The prefix makes browsers refuse a cookie that another host or a plain connection tries to set.
		name: secure ? '__Host-countersign' : 'countersign',
		expires: false,
		attributes: { secure, sameSite: 'lax', path: '/' },
	},
	getUserAttributes: ({ row }) => ({ row }),
});

export async function startSession(providerId: string, personId: string): Promise<string> {
	const session = await lucia.createSession(personId, { providerId });
	return lucia.createSessionCookie(session.id).serialize();
}

/** Ends the session of a request, if there is one, and gives the cookie that clears it. */
export async function endSession(request: Request): Promise<string> {
	const sessionId = sessionIdIn(request.headers.get('cookie') ?? '');
	if (sessionId) await lucia.invalidateSession(sessionId);
	return lucia.createBlankSessionCookie().serialize();
}

/** A cookie header that cannot be read, whoever made it so, holds no session. */
function sessionIdIn(cookieHeader: string): string | null {
	try {
		return lucia.readSessionCookie(cookieHeader);
	} catch {
		return null;
	}
}

/** Looks up whoever a cookie header belongs to. Somebody who works nowhere any more is nobody. */
export async function findVisitor(cookieHeader: string): Promise<Visitor | null> {
	const sessionId = sessionIdIn(cookieHeader);
	if (!sessionId) return null;
	const { user } = await lucia.validateSession(sessionId);
	if (!user?.row.posts.length) return null;
	const { row } = user;
	return {
		providerId: row.providerId,
		providerName: row.providerName,
		demonstration: row.demonstration,
		personId: row.personId,
		staffCode: row.staffCode,
		givenName: row.givenName,
		name: `${row.givenName} ${row.familyName}`,
		posts: row.posts,
	};
}

/** The signed-in person, or a redirect to the sign-in page that comes back here afterwards. */
export async function requireVisitor(context: AppLoadContext, request: Request): Promise<Visitor> {
	const visitor = await context.visitor();
	if (visitor) return visitor;
	const { pathname, search } = new URL(request.url);
	const next = request.method === 'GET' ? `?next=${encodeURIComponent(pathname.replace(/\.data$/, '') + search)}` : '';
	throw redirect(`/sign-in${next}`);
}

/** The signed-in person, if a role of theirs gives the authority (at the site, when one is named); else 403. */
export async function requireAuthority(
	context: AppLoadContext,
	request: Request,
	authority: Authority,
	siteId?: string,
): Promise<Visitor> {
	const visitor = await requireVisitor(context, request);
	if (!may(visitor.posts, authority, siteId)) throw forbidden();
	return visitor;
}

export function forbidden(): Response {
	return new Response('Your role does not open this page.', { status: 403 });
}

export function notFound(): Response {
	return new Response('There is nothing here.', { status: 404 });
}

/** Runs queries or one command in a transaction as the visitor's provider. */
export function inProvider<T>(visitor: Pick<Visitor, 'providerId'>, work: (tx: Tx) => Promise<T>): Promise<T> {
	return asProvider(database().db, visitor.providerId, work);
}

/** Runs reads that must all see one moment, as the visitor's provider. */
export function readInProvider<T>(visitor: Pick<Visitor, 'providerId'>, work: (tx: Tx) => Promise<T>): Promise<T> {
	return readAsProvider(database().db, visitor.providerId, work);
}

import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '#db/client.server.ts';
import { credentials, employments, people, sessions } from '#db/schema.ts';
import type { Catalogue } from '../catalogue.server.ts';
import type { Payload } from '../domain/evidence.ts';
import { localDay } from '../domain/period.ts';
import { append, fact } from './append.ts';

export interface NewPerson {
	id?: string;
	staffCode: string;
	givenName: string;
	familyName: string;
	passwordHash: string;
	pinHash: string;
}

/** Adds people who can sign in. They work nowhere yet, so they may do nothing yet. Returns their ids, in order. */
export async function addPeople(tx: Tx, providerId: string, given: readonly NewPerson[]): Promise<string[]> {
	const rows = given.map((person) => ({ ...person, providerId, id: person.id ?? uuidv7() }));
	await tx.insert(people).values(rows);
	await tx
		.insert(credentials)
		.values(rows.map(({ id, passwordHash, pinHash }) => ({ providerId, personId: id, passwordHash, pinHash })));
	return rows.map((row) => row.id);
}

/** Starts a person's work at a site, or provider-wide with a null site. */
export async function startEmployment(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	given: { personId: string; siteId: string | null; recordedBy: string | null } & Payload<'employment-started'>,
): Promise<void> {
	const { personId, siteId, recordedBy, role, contract } = given;
	const [started] = await append(tx, providerId, catalogue, [
		fact({ kind: 'employment-started', personId, siteId, recordedBy, payload: { role, contract } }),
	]);
	if (!started) return;
	const startedOn = localDay(started.observedAt);
	await tx
		.insert(employments)
		.values({ providerId, personId, siteId, role, contract, startedOn, evidenceId: started.id });
}

/** Ends all of a person's work at the end of a local day. Whoever has left is signed out everywhere. */
export async function endEmployment(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	given: { personId: string; lastDay: string; recordedBy: string | null },
): Promise<void> {
	const { personId, lastDay, recordedBy } = given;
	await append(tx, providerId, catalogue, [
		fact({ kind: 'employment-ended', personId, siteId: null, recordedBy, payload: { lastDay } }),
	]);
	await tx
		.update(employments)
		.set({ lastDay })
		.where(sql`provider_id = ${providerId} and person_id = ${personId} and last_day is null`);
	await tx.delete(sessions).where(sql`provider_id = ${providerId} and person_id = ${personId}`);
}

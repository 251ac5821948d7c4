import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '#db/client.server.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { listPostRows } from '#db/queries/people.ts';
import { credentials, employments, people, sessions } from '#db/schema.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { spellsOf } from '../domain/employment.ts';
import { type Evidence, type Payload, presentFor } from '../domain/evidence.ts';
import { Facts, standingEvidence } from '../domain/facts.ts';
import { endOfDay, localDay } from '../domain/period.ts';
import { append, fact } from './append.ts';
import { settleTakeovers } from './takeovers.ts';

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
	const { personId, siteId, recordedBy, ...payload } = given;
	await append(tx, providerId, catalogue, [
		fact({ kind: 'employment-started', personId, siteId, recordedBy, payload }),
	]);
	await movePosts(tx, providerId, personId);
}

/**
 * Ends a person's work at the end of a local day: at one site, or with no site all of it, but never a post that began
 * after that day. Whoever works nowhere any more is signed out everywhere.
 */
export async function endEmployment(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	given: { personId: string; siteId?: string | null; lastDay: string; recordedBy: string | null },
): Promise<void> {
	const { personId, siteId = null, lastDay, recordedBy } = given;
	// It happened when the day was over, whenever it was written down: a post that began since is not ended by it.
	const observedAt = new Date(endOfDay(lastDay).getTime() - 1);
	await append(tx, providerId, catalogue, [
		fact({ kind: 'employment-ended', personId, siteId, recordedBy, observedAt, payload: { lastDay } }),
	]);
	await append(
		tx,
		providerId,
		catalogue,
		await settleTakeovers(tx, providerId, catalogue, { nurseId: personId, recordedBy }),
	);
	await movePosts(tx, providerId, personId);
}

/** A post as the table of posts has it. */
export type PostRow = Pick<
	typeof employments.$inferSelect,
	'evidenceId' | 'siteId' | 'role' | 'contract' | 'startedOn' | 'lastDay'
>;

/** The posts that a person's evidence gives: what is taken back never was. */
export function postsFrom(evidence: readonly Evidence[], now: Date): PostRow[] {
	const present = presentFor(evidence, now);
	return spellsOf(Facts.from(standingEvidence(evidence, present, present))).map(({ start, lastDay }) => ({
		evidenceId: start.id,
		siteId: start.siteId,
		role: start.payload.role,
		contract: start.payload.contract,
		startedOn: localDay(start.observedAt),
		lastDay: lastDay ?? null,
	}));
}

/**
 * Makes the table of posts what the evidence says, in the transaction that changed it: evidence and posts move together
 * always. Whoever has no post left is signed out everywhere.
 */
export async function movePosts(tx: Tx, providerId: string, personId: string): Promise<void> {
	const evidence = await listEvidenceOf(tx, { providerId, personIds: [personId] });
	const posts = postsFrom(evidence, new Date(0));
	const before = await listPostRows(tx, { providerId, personIds: [personId] });
	for (const { evidenceId } of before)
		if (!posts.some((each) => each.evidenceId === evidenceId))
			await tx.delete(employments).where(sql`provider_id = ${providerId} and evidence_id = ${evidenceId}`);
	for (const post of posts) {
		const was = before.find((each) => each.evidenceId === post.evidenceId);
		if (!was) await tx.insert(employments).values({ providerId, personId, ...post });
		else if (was.lastDay !== post.lastDay)
			await tx
				.update(employments)
				.set({ lastDay: post.lastDay })
				.where(sql`provider_id = ${providerId} and evidence_id = ${post.evidenceId}`);
	}
	await tx.delete(sessions).where(sql`provider_id = ${providerId} and person_id = ${personId} and not exists (
		select from employments e where e.provider_id = ${providerId} and e.person_id = ${personId}
			and (e.last_day is null or e.last_day >= to_char(statement_timestamp() at time zone 'Europe/London', 'YYYY-MM-DD')))`);
}

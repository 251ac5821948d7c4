import { sql } from 'drizzle-orm';
import type { Tx } from '#db/client.server.ts';
import { listLegalHolds } from '#db/queries/legal-holds.ts';
import { listEmployments } from '#db/queries/people.ts';
import { credentials, failedSecrets, legalHolds, notes, people, readings, rounds, sessions } from '#db/schema.ts';
import { clientSubjects, incidents } from '#db/schema-gate.ts';
import { nameKeptUntil } from '../domain/erasure.ts';
import { type LocalDay, localDay } from '../domain/period.ts';

/** Who asks for it. */
export interface Keeper {
	providerId: string;
	personId: string;
}

export type ErasureRefusal =
	| { why: 'unknown' | 'erased-before' | 'works-here' | 'legal-hold' }
	| { why: 'too-early'; keptUntil: LocalDay };

interface FoundPerson {
	staffCode: string;
	createdAt: Date;
	erasedAt: Date | null;
}

/** One person's row, which nobody else can hold or erase until the transaction ends. */
async function takePerson(tx: Tx, providerId: string, personId: string): Promise<FoundPerson | undefined> {
	const [found] = await tx
		.select({ staffCode: people.staffCode, createdAt: people.createdAt, erasedAt: people.erasedAt })
		.from(people)
		.where(sql`${people.providerId} = ${providerId} and ${people.id} = ${personId}`)
		.for('update');
	return found;
}

/**
 * Forgets who a leaver was: name and staff code give way to neutral ones, and what they signed in with, where they had
 * got to, and the notes about them are deleted. The evidence stays, under their id; so the chain, its counts and the
 * standings stay true. Only after a length of time from their last day, and never under a legal hold.
 */
export async function eraseIdentity(
	tx: Tx,
	by: Keeper,
	given: { personId: string; retention: string; now: Date },
): Promise<{ ok: true; name: string } | ({ ok: false } & ErasureRefusal)> {
	const { providerId } = by;
	const { personId, now } = given;
	const person = await takePerson(tx, providerId, personId);
	if (!person) return { ok: false, why: 'unknown' };
	if (person.erasedAt) return { ok: false, why: 'erased-before' };
	const employments = await listEmployments(tx, { providerId, personId });
	const today = localDay(now);
	const keptUntil = nameKeptUntil(employments, person.createdAt, given.retention, today);
	if (!keptUntil) return { ok: false, why: 'works-here' };
	if (today <= keptUntil) return { ok: false, why: 'too-early', keptUntil };
	const holds = await listLegalHolds(tx, { providerId, personId });
	if (holds.some((hold) => !hold.liftedAt)) return { ok: false, why: 'legal-hold' };

	const neutral = neutralName(personId);
	const theirs = sql`provider_id = ${providerId} and person_id = ${personId}`;
	await tx
		.update(people)
		.set({ ...neutral, erasedAt: now, erasedBy: by.personId })
		.where(sql`${people.providerId} = ${providerId} and ${people.id} = ${personId}`);
	await tx.delete(credentials).where(theirs);
	await tx.delete(sessions).where(theirs);
	await tx.delete(readings).where(theirs);
	await tx.delete(clientSubjects).where(theirs);
	await tx.delete(rounds).where(sql`provider_id = ${providerId} and learner_id = ${personId}`);
	await tx
		.delete(failedSecrets)
		.where(
			sql`provider_id = ${providerId} and subject in (${`staff-code:${person.staffCode}`}, ${`signature:${personId}`})`,
		);
	await tx
		.delete(notes)
		.where(sql`provider_id = ${providerId} and evidence_id in (select id from evidence where ${theirs})`);
	await tx.update(incidents).set({ text: '', done: sql`case when done is not null then '' end` }).where(theirs);
	return { ok: true, name: `${neutral.givenName} ${neutral.familyName}` };
}

/** The code tells two leavers apart and leads to nobody: it is the end of an id that stands in the evidence anyway. */
function neutralName(personId: string): { givenName: string; familyName: string; staffCode: string } {
	const code = personId.replaceAll('-', '').slice(-8);
	return { givenName: 'Former member of staff', familyName: code.toUpperCase(), staffCode: `former-${code}` };
}

/** Keeps a person's name and notes, whatever their retention, until the hold is lifted. The id makes a second click find the first. */
export async function setLegalHold(
	tx: Tx,
	by: Keeper,
	given: { id: string; personId: string; reason: string },
): Promise<{ ok: true } | { ok: false; why: 'unknown' | 'erased-before' | 'no-reason' }> {
	const reason = given.reason.trim();
	if (!reason) return { ok: false, why: 'no-reason' };
	const person = await takePerson(tx, by.providerId, given.personId);
	if (!person) return { ok: false, why: 'unknown' };
	if (person.erasedAt) return { ok: false, why: 'erased-before' };
	await tx
		.insert(legalHolds)
		.values({ providerId: by.providerId, id: given.id, personId: given.personId, reason, setBy: by.personId })
		.onConflictDoNothing();
	return { ok: true };
}

/** Lifts a hold. What was held may then be erased, when its time has come. */
export async function liftLegalHold(
	tx: Tx,
	by: Keeper,
	given: { id: string; now: Date },
): Promise<{ ok: true } | { ok: false; why: 'unknown' | 'lifted-before' }> {
	const hold = (await listLegalHolds(tx, { providerId: by.providerId })).find((each) => each.id === given.id);
	if (!hold) return { ok: false, why: 'unknown' };
	const lifted = await tx
		.update(legalHolds)
		.set({ liftedBy: by.personId, liftedAt: given.now })
		.where(
			sql`${legalHolds.providerId} = ${by.providerId} and ${legalHolds.id} = ${given.id} and ${legalHolds.liftedAt} is null`,
		)
		.returning({ id: legalHolds.id });
	return lifted.length ? { ok: true } : { ok: false, why: 'lifted-before' };
}

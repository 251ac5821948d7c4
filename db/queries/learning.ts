import { sql } from 'drizzle-orm';
import type { Answers, DrawnQuestion } from '../../app/domain/quiz.ts';
import type { Tx } from '../client.server.ts';
import { attempts, readings } from '../schema.ts';

export interface Reading {
	module: string;
	version: number;
	/** How many pages from the first have been read to their end. */
	pagesRead: number;
}

/** How far a person has read each module. */
export async function listReadings(
	tx: Tx,
	{ providerId, personId }: { providerId: string; personId: string },
): Promise<Reading[]> {
	return tx
		.select({
			module: readings.module,
			version: readings.version,
			pagesRead: readings.pagesRead,
		})
		.from(readings)
		.where(sql`${readings.providerId} = ${providerId} and ${readings.personId} = ${personId}`);
}

export interface Attempt {
	id: string;
	personId: string;
	quiz: string;
	contentVersionId: string;
	drawn: DrawnQuestion[];
	answers: Answers;
	startedAt: Date;
	markedAt: Date | null;
}

/** A person's own attempt, or null; another person's id finds nothing. */
export async function findAttempt(
	tx: Tx,
	{ providerId, personId, attemptId }: { providerId: string; personId: string; attemptId: string },
): Promise<Attempt | null> {
	const [found] = await tx
		.select()
		.from(attempts)
		.where(
			sql`${attempts.providerId} = ${providerId} and ${attempts.id} = ${attemptId} and ${attempts.personId} = ${personId}`,
		);
	return found ?? null;
}

/** A person's unfinished attempt at a quiz, or null. */
export async function findOpenAttempt(
	tx: Tx,
	{ providerId, personId, quiz }: { providerId: string; personId: string; quiz: string },
): Promise<Attempt | null> {
	const [found] = await tx
		.select()
		.from(attempts)
		.where(
			sql`${attempts.providerId} = ${providerId} and ${attempts.personId} = ${personId} and ${attempts.quiz} = ${quiz} and ${attempts.markedAt} is null`,
		)
		.orderBy(sql`${attempts.startedAt} desc`)
		.limit(1);
	return found ?? null;
}

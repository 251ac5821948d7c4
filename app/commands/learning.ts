import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '#db/client.server.ts';
import { findContentVersion } from '#db/queries/content.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { type Attempt, findAttempt, findOpenAttempt } from '#db/queries/learning.ts';
import { attempts, readings } from '#db/schema.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { decider } from '../domain/decide.ts';
import { ofKind, type Payload, presentFor } from '../domain/evidence.ts';
import { standingEvidence } from '../domain/facts.ts';
import type { LearningModule } from '../domain/module.ts';
import { requirementOf } from '../domain/privilege.ts';
import { drawQuiz, markQuiz, nextAttemptFrom, type Quiz, type Random } from '../domain/quiz.ts';
import { append, fact } from './append.ts';
import { rulesBySite } from './projecting.ts';

export interface Learner {
	providerId: string;
	personId: string;
}

/** Notes that a page has been read to its end, so that the learner resumes after it. Reading back loses nothing. */
export async function saveReading(tx: Tx, learner: Learner, module: LearningModule, page: string): Promise<void> {
	const pagesRead = module.pages.findIndex((each) => each.id === page) + 1;
	await tx
		.insert(readings)
		.values({ ...learner, module: module.slug, version: module.provenance.version, pagesRead })
		.onConflictDoUpdate({
			target: [readings.providerId, readings.personId, readings.module, readings.version],
			set: { pagesRead: sql`greatest(${readings.pagesRead}, excluded.pages_read)`, updatedAt: sql`now()` },
		});
}

/**
 * Records that a learner has read a module to its end. Reading it again records nothing new.
 * @returns false where pages are still unread.
 */
export async function completeModule(tx: Tx, learner: Learner, catalogue: Catalogue, slug: string): Promise<boolean> {
	const pinned = catalogue.modules.get(slug);
	if (!pinned) return false;
	const { providerId, personId } = learner;
	const [reading] = await tx
		.select({ pagesRead: readings.pagesRead })
		.from(readings)
		.where(
			sql`provider_id = ${providerId} and person_id = ${personId} and module = ${slug} and version = ${pinned.version}`,
		)
		// Held until the row of evidence is written: a double click finds it there.
		.for('update');
	if ((reading?.pagesRead ?? 0) < pinned.body.pages.length) return false;
	const theirs = await listEvidenceOf(tx, { providerId, personIds: [personId] });
	// Whatever happened by the newest row: one that was taken back is recorded anew.
	const newest = presentFor(theirs, new Date(0));
	const done = ofKind(standingEvidence(theirs, newest, newest), 'module-completed').some(
		({ payload }) => payload.module === slug && payload.version === pinned.version,
	);
	if (!done)
		await append(tx, providerId, catalogue, [
			fact({
				kind: 'module-completed',
				personId,
				recordedBy: personId,
				contentVersionId: pinned.versionId,
				payload: { module: slug, version: pinned.version },
			}),
		]);
	return true;
}

export type AttemptStart =
	| { ok: true; attemptId: string }
	| { ok: false; why: 'unknown-quiz' }
	| { ok: false; why: 'wait'; until: Date };

/**
 * The attempt that a learner may go on with; null where there is none, and where the quiz has a newer version or has been
 * asked for since it was opened: answers begun before do not settle what is asked since (content/rules.md, "Conditions").
 */
export async function findCurrentAttempt(
	tx: Tx,
	learner: Learner,
	catalogue: Catalogue,
	slug: string,
	{ siteId, now }: { siteId: string; now: Date },
): Promise<Attempt | null> {
	const open = await findOpenAttempt(tx, { ...learner, quiz: slug });
	if (!open || open.contentVersionId !== catalogue.quizzes.get(slug)?.versionId) return null;
	const { providerId, personId } = learner;
	const rules = await rulesBySite(tx, providerId, catalogue);
	const evidence = await listEvidenceOf(tx, { providerId, personIds: [personId] });
	const present = presentFor(evidence, now);
	const sites = new Set([siteId, ...ofKind(evidence, 'employment-started').flatMap((each) => each.siteId ?? [])]);
	const asking = [...catalogue.privileges.values()].filter(({ body }) => requirementOf(body, 'quiz')?.quiz === slug);
	for (const site of sites) {
		const answer = decider(rules(site), evidence, present);
		for (const { body } of asking)
			for (const { asks, since } of answer({ privilege: body.code, siteId: site }).rechecks)
				if (asks === 'quiz' && since <= present && open.startedAt < since) return null;
	}
	return open;
}

/**
 * Draws a new attempt, or takes up the one that is still open and up to date. An older one is kept and closed. Two clicks
 * at once find the same one.
 */
export async function startAttempt(
	tx: Tx,
	learner: Learner,
	catalogue: Catalogue,
	slug: string,
	{ siteId, now, random }: { siteId: string; now: Date; random: Random },
): Promise<AttemptStart> {
	const quiz = catalogue.quizzes.get(slug);
	if (!quiz) return { ok: false, why: 'unknown-quiz' };
	await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`attempt:${learner.personId}:${slug}`}, 0))`);
	const open = await findCurrentAttempt(tx, learner, catalogue, slug, { siteId, now });
	if (open) return { ok: true, attemptId: open.id };
	const until = await mayAttemptFrom(tx, learner, catalogue, slug, siteId, now);
	if (until && until > now) return { ok: false, why: 'wait', until };
	const id = uuidv7();
	await tx.insert(attempts).values({
		...learner,
		id,
		quiz: slug,
		contentVersionId: quiz.versionId,
		drawn: drawQuiz(quiz.body, random),
		startedAt: now,
	});
	return { ok: true, attemptId: id };
}

/** From when a learner may sit a quiz again; null where nothing stands in the way. */
export async function mayAttemptFrom(
	tx: Tx,
	{ providerId, personId }: Learner,
	catalogue: Catalogue,
	slug: string,
	siteId: string,
	now: Date,
): Promise<Date | null> {
	const { policy } = (await rulesBySite(tx, providerId, catalogue))(siteId);
	const evidence = await listEvidenceOf(tx, { providerId, personIds: [personId] });
	const present = presentFor(evidence, now);
	const facts = standingEvidence(evidence, present, present);
	const sittings = ofKind(facts, 'quiz-marked').filter((sitting) => sitting.payload.quiz === slug);
	const lastPass = sittings.findLastIndex((sitting) => sitting.payload.passed);
	return nextAttemptFrom(
		policy,
		sittings.slice(lastPass + 1).map((sitting) => sitting.observedAt),
	);
}

/** Saves the answer to one question of an open attempt; ignored once it is marked, or closed by a newer one. */
export async function saveAnswer(
	tx: Tx,
	{ providerId, personId }: Learner,
	attemptId: string,
	questionId: string,
	answer: string,
): Promise<void> {
	await tx
		.update(attempts)
		.set({ answers: sql`${attempts.answers} || ${JSON.stringify({ [questionId]: answer })}::jsonb` })
		.where(
			sql`provider_id = ${providerId} and id = ${attemptId} and person_id = ${personId} and ${attempts.markedAt} is null
				and not exists (
					select 1 from attempts newer
					where newer.provider_id = ${attempts.providerId} and newer.person_id = ${attempts.personId}
						and newer.quiz = ${attempts.quiz} and newer.started_at > ${attempts.startedAt}
				)`,
		);
}

/**
 * Marks an attempt and records the result as evidence. Handing in twice marks once, and says what was recorded. Null: no
 * such attempt, or one that is closed because its questions were opened before what is asked now.
 */
export async function handInAttempt(
	tx: Tx,
	learner: Learner,
	catalogue: Catalogue,
	attemptId: string,
	{ siteId, now }: { siteId: string; now: Date },
): Promise<{ passed: boolean } | null> {
	const { providerId, personId } = learner;
	await tx.execute(sql`select 1 from attempts where provider_id = ${providerId} and id = ${attemptId} for update`);
	const attempt = await findAttempt(tx, { ...learner, attemptId });
	if (!attempt) return null;
	if (attempt.markedAt) {
		const marked = await findMark(tx, learner, attemptId);
		return marked && { passed: marked.passed };
	}
	const current = await findCurrentAttempt(tx, learner, catalogue, attempt.quiz, { siteId, now });
	if (current?.id !== attempt.id) return null;
	const pinned = await findContentVersion(tx, attempt.contentVersionId);
	if (!pinned) return null;
	const { policy } = (await rulesBySite(tx, providerId, catalogue))(siteId);
	const mark = markQuiz(pinned.body as Quiz, attempt.drawn, attempt.answers, policy.quiz.passMark);
	await tx.update(attempts).set({ markedAt: now }).where(sql`provider_id = ${providerId} and id = ${attemptId}`);
	await append(tx, providerId, catalogue, [
		fact({
			kind: 'quiz-marked',
			personId,
			recordedBy: personId,
			contentVersionId: attempt.contentVersionId,
			payload: {
				quiz: attempt.quiz,
				attempt: attempt.id,
				startedAt: attempt.startedAt.toISOString(),
				score: mark.score,
				passMark: policy.quiz.passMark,
				criticalMissed: mark.criticalMissed,
				passed: mark.passed,
			},
		}),
	]);
	return { passed: mark.passed };
}

/** What was recorded of an attempt when it was handed in; null where nothing was. */
export async function findMark(
	tx: Tx,
	{ providerId, personId }: Learner,
	attemptId: string,
): Promise<Payload<'quiz-marked'> | null> {
	const theirs = await listEvidenceOf(tx, { providerId, personIds: [personId] });
	return ofKind(theirs, 'quiz-marked').find(({ payload }) => payload.attempt === attemptId)?.payload ?? null;
}

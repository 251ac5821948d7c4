import { saveRound, signRound, startRound } from '#app/commands/assessing.ts';
import { type Checklist, criteriaOf } from '#app/domain/checklist.ts';
import type { PrivilegeCode } from '#app/domain/privilege.ts';
import type { Answer } from '#app/domain/words.ts';
import { demonstration } from '#db/seed.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import {
	amara,
	asFairfield,
	ben,
	catalogue,
	fairfield,
	memberOf,
	roseHouse,
	storyteller,
	tell,
} from './demonstration.ts';

/** Rounds at Rose House through the commands: who is watched at what, and the form as it is filled in. */
export const checklist = catalogue.checklists.get('oral-round')?.body as Checklist;
export const oral = { learnerId: amara, siteId: roseHouse, privilege: 'administer-oral' as PrivilegeCode };
export const by = (personId: string) => ({ providerId: fairfield, personId });
export const pin = demonstration.pin;

/** The demonstration, in which somebody has read all that oral medicines ask for and passed the quiz. */
export async function hasLearned(personId = amara): Promise<TestDatabase> {
	const db = await testDatabase();
	await tell(db, storyteller().learns(memberOf(personId), 9));
	return db;
}

/** A filled-in form in which every line is met, but for the answers given. */
export function formWith(answers: Record<string, Answer> = {}, more: Record<string, unknown> = {}) {
	const results = Object.fromEntries(criteriaOf(checklist).map((each) => [each.id, answers[each.id] ?? 'yes']));
	return { results, people: 8, doses: 20, refusals: 0, stoppedForSafety: false, note: '', ...more };
}

export const start = (db: TestDatabase, assessor = ben, pair = oral, now = new Date()) =>
	asFairfield(db, (tx) => startRound(tx, by(assessor), catalogue, pair, now));

/** A round that Ben has begun, with its form filled in. */
export async function startedRound(
	db: TestDatabase,
	form: unknown = formWith(),
	pair = oral,
	now = new Date(),
): Promise<string> {
	const started = await start(db, ben, pair, now);
	if (!started.ok) throw new Error(started.why);
	await asFairfield(db, (tx) => saveRound(tx, by(ben), started.roundId, form));
	return started.roundId;
}

export const sign = (
	db: TestDatabase,
	roundId: string,
	secrets: Partial<Record<'assessor' | 'learner', string>> = {},
	now = new Date(),
) =>
	asFairfield(db, (tx) =>
		signRound(tx, by(ben), catalogue, {
			roundId,
			assessorSecret: secrets.assessor ?? pin,
			learnerSecret: secrets.learner ?? pin,
			checklist,
			now,
		}),
	);

import { expect, test } from 'vitest';
import {
	completeModule,
	handInAttempt,
	type Learner,
	mayAttemptFrom,
	saveAnswer,
	saveReading,
	startAttempt,
} from '#app/commands/learning.ts';
import type { LearningModule } from '#app/domain/module.ts';
import type { DrawnQuestion } from '#app/domain/quiz.ts';
import { seededRandom } from '#db/factory.ts';
import { findAttempt } from '#db/queries/learning.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import {
	amara,
	asFairfield,
	catalogue,
	cellOf,
	decisionOn,
	fairfield,
	roseHouse,
	tomasz,
} from '../support/demonstration.ts';

const learner: Learner = { providerId: fairfield, personId: amara };
const quiz = 'oral-medicines';
const module = catalogue.modules.get('rights-and-mar')?.body as LearningModule;
const pages = module.pages.map((page) => page.id);
const soon = () => new Date(Date.now() + 5);

const read = (db: TestDatabase, page: string) => asFairfield(db, (tx) => saveReading(tx, learner, module, page));
const complete = (db: TestDatabase, slug = module.slug) =>
	asFairfield(db, (tx) => completeModule(tx, learner, catalogue, slug));
const completions = async ({ owner }: TestDatabase) =>
	(
		await owner`select 1 from evidence where kind = 'module-completed' and person_id = ${amara} and payload ->> 'module' = ${module.slug}`
	).length;

const start = (db: TestDatabase, now = soon(), who = learner, slug = quiz) =>
	asFairfield(db, (tx) =>
		startAttempt(tx, who, catalogue, slug, { siteId: roseHouse, now, random: seededRandom(now.getTime()) }),
	);
const handIn = (db: TestDatabase, attemptId: string, who = learner) =>
	asFairfield(db, (tx) => handInAttempt(tx, who, catalogue, attemptId, { siteId: roseHouse, now: new Date() }));
const marks = async ({ owner }: TestDatabase) => [
	...(await owner`select payload from evidence where kind = 'quiz-marked' and person_id = ${amara} order by seq`),
];

async function attemptId(starting: ReturnType<typeof start>): Promise<string> {
	const started = await starting;
	if (!started.ok) throw new Error(started.why);
	return started.attemptId;
}

/** What a learner who knows everything answers. */
function rightAnswer(drawn: DrawnQuestion): string {
	const bank = catalogue.quizzes.get(quiz)?.body.banks.find((each) => each.module === drawn.module);
	const asked = bank?.questions.find((each) => each.id === drawn.id);
	if (asked?.kind === 'sum') return String(asked.numbers[drawn.set ?? 0]?.answer);
	return String(drawn.order?.findIndex((position) => asked?.options[position]?.right));
}

async function answerAll(db: TestDatabase, id: string): Promise<void> {
	await asFairfield(db, async (tx) => {
		const attempt = await findAttempt(tx, { ...learner, attemptId: id });
		for (const drawn of attempt?.drawn ?? []) await saveAnswer(tx, learner, id, drawn.id, rightAnswer(drawn));
	});
}

test('a module is complete only once every page has been read', async () => {
	const db = await testDatabase();
	expect(await complete(db)).toBe(false);
	await read(db, pages.at(-2) ?? '');
	expect(await complete(db)).toBe(false);
	expect(await completions(db)).toBe(0);
	await read(db, pages.at(-1) ?? '');
	expect(await complete(db)).toBe(true);
	expect(await completions(db)).toBe(1);
});

test('reading back loses nothing', async () => {
	const db = await testDatabase();
	await read(db, pages.at(-1) ?? '');
	await read(db, pages[0] ?? '');
	expect(await complete(db)).toBe(true);
});

test('a page that the module does not have counts for nothing', async () => {
	const db = await testDatabase();
	await read(db, 'no-such-page');
	expect(await complete(db)).toBe(false);
	expect(await complete(db, 'no-such-module')).toBe(false);
});

test('completing twice, or at once, records once', async () => {
	const db = await testDatabase();
	await read(db, pages.at(-1) ?? '');
	expect(await Promise.all(Array.from({ length: 6 }, () => complete(db)))).toEqual(Array(6).fill(true));
	expect(await complete(db)).toBe(true);
	expect(await completions(db)).toBe(1);
});

test('an attempt that is open is taken up again, also by two clicks at once', async () => {
	const db = await testDatabase();
	const first = await Promise.all(Array.from({ length: 6 }, () => attemptId(start(db))));
	expect(new Set([...first, await attemptId(start(db))]).size).toBe(1);
	expect(await db.owner`select 1 from attempts`).toHaveLength(1);
	const other = await attemptId(start(db, soon(), { providerId: fairfield, personId: tomasz }));
	expect(first).not.toContain(other);
	expect(await start(db, soon(), learner, 'no-such-quiz')).toEqual({ ok: false, why: 'unknown-quiz' });
});

test('after the second failure in a row there is a wait of an hour, after the third of a day', async () => {
	const db = await testDatabase();
	const fail = async (now?: Date) =>
		expect(await handIn(db, await attemptId(start(db, now)))).toEqual({ passed: false });
	await fail();
	await fail();
	const refused = await start(db);
	if (refused.ok || refused.why !== 'wait') throw new Error('no wait');
	const minutes = (refused.until.getTime() - Date.now()) / 60_000;
	expect(minutes).toBeGreaterThan(59);
	expect(minutes).toBeLessThan(60.1);
	expect(await start(db, new Date(refused.until.getTime() - 1))).toMatchObject({ ok: false, why: 'wait' });
	await fail(refused.until);
	const until = await asFairfield(db, (tx) => mayAttemptFrom(tx, learner, catalogue, quiz, roseHouse, soon()));
	expect((until?.getTime() ?? 0) - Date.now()).toBeGreaterThan(23.9 * 3_600_000);
});

test('all right is passed, and the standing moves on', async () => {
	const db = await testDatabase();
	const id = await attemptId(start(db));
	await answerAll(db, id);
	expect(await handIn(db, id)).toEqual({ passed: true });
	expect(await marks(db)).toMatchObject([
		{ payload: { quiz, attempt: id, score: 100, passMark: 80, criticalMissed: [], passed: true } },
	]);
	const { progress } = await asFairfield(db, (tx) => decisionOn(tx, cellOf(amara)));
	expect(progress.find((each) => each.requirement.kind === 'quiz')).toMatchObject({ met: true });
	expect(await asFairfield(db, (tx) => mayAttemptFrom(tx, learner, catalogue, quiz, roseHouse, soon()))).toBeNull();
});

test('handing in twice, or at once, marks once and says the same', async () => {
	const db = await testDatabase();
	const id = await attemptId(start(db));
	await answerAll(db, id);
	expect(await Promise.all(Array.from({ length: 6 }, () => handIn(db, id)))).toEqual(Array(6).fill({ passed: true }));
	expect(await handIn(db, id)).toEqual({ passed: true });
	expect(await marks(db)).toHaveLength(1);
});

test('an answer that comes after handing in changes nothing', async () => {
	const db = await testDatabase();
	const id = await attemptId(start(db));
	expect(await handIn(db, id)).toEqual({ passed: false });
	await answerAll(db, id);
	expect((await asFairfield(db, (tx) => findAttempt(tx, { ...learner, attemptId: id })))?.answers).toEqual({});
	expect(await handIn(db, id)).toEqual({ passed: false });
});

test('another person’s attempt is not found', async () => {
	const db = await testDatabase();
	const id = await attemptId(start(db));
	const other = { providerId: fairfield, personId: tomasz };
	expect(await handIn(db, id, other)).toBeNull();
	await asFairfield(db, (tx) => saveAnswer(tx, other, id, 'q', '1'));
	const attempt = await asFairfield(db, (tx) => findAttempt(tx, { ...learner, attemptId: id }));
	expect(attempt).toMatchObject({ answers: {}, markedAt: null });
	expect(await handIn(db, crypto.randomUUID())).toBeNull();
});

import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
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
	grace,
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

/** The catalogue as if the quiz had been pinned anew, or as if something had asked for it since some minutes ago. */
const withQuizVersion = async (db: TestDatabase) => {
	const pinned = catalogue.quizzes.get(quiz);
	if (!pinned) throw new Error('no such quiz');
	const [row] = await db.owner`
		insert into content_versions (id, kind, slug, version, body, hash, recorded_at)
		select gen_random_uuid(), kind, slug, version + 1, body, reverse(hash), now()
		from content_versions where id = ${pinned.versionId} returning id`;
	const version = { ...pinned, version: pinned.version + 1, versionId: row?.id as string };
	return { ...catalogue, quizzes: new Map([...catalogue.quizzes, [quiz, version]]) };
};

/** A pause of Amara's, lifted on the condition that she passes the quiz. */
async function liftsForQuiz(db: TestDatabase): Promise<void> {
	const pause = crypto.randomUUID();
	const common = { ...cellOf(amara), recordedBy: grace };
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({ id: pause, kind: 'pause', ...common, payload: { reason: 'other', reviewOn: '2027-01-01', owner: grace } }),
			fact({ kind: 'pause-lifted', ...common, payload: { pause, asks: 'quiz' } }),
		]),
	);
}

test('an attempt of before a condition is not taken up again: a new one is drawn, the old one is kept and closed', async () => {
	const db = await testDatabase();
	const old = await attemptId(start(db));
	await answerAll(db, old);
	await liftsForQuiz(db);
	// Nothing of it is handed in, neither before a new one is drawn nor after.
	expect(await handIn(db, old)).toBeNull();
	const fresh = await attemptId(start(db));
	expect(fresh).not.toBe(old);
	expect(await attemptId(start(db))).toBe(fresh);
	expect(await handIn(db, old)).toBeNull();
	const kept = await asFairfield(db, (tx) => findAttempt(tx, { ...learner, attemptId: old }));
	expect(kept?.markedAt).toBeNull();
	await asFairfield(db, (tx) => saveAnswer(tx, learner, old, 'laid-in', '1'));
	expect(await asFairfield(db, (tx) => findAttempt(tx, { ...learner, attemptId: old }))).toEqual(kept);
	const open = async () => (await asFairfield(db, (tx) => decisionOn(tx, cellOf(amara)))).rechecks;
	expect((await open()).map((each) => each.asks)).toEqual(['quiz']);
	await answerAll(db, fresh);
	expect(await handIn(db, fresh)).toEqual({ passed: true });
	expect(await open()).toEqual([]);
});

test('an attempt drawn from an older version of the quiz is not taken up again', async () => {
	const db = await testDatabase();
	const old = await attemptId(start(db));
	const newer = await withQuizVersion(db);
	const given = () => ({ siteId: roseHouse, now: soon(), random: seededRandom(1) });
	const started = await asFairfield(db, (tx) => startAttempt(tx, learner, newer, quiz, given()));
	expect(started).toMatchObject({ ok: true });
	expect(started.ok && started.attemptId).not.toBe(old);
});

test('what was said at hand-in is said again, whatever the pass mark is now', async () => {
	const db = await testDatabase();
	const id = await attemptId(start(db));
	await answerAll(db, id);
	expect(await handIn(db, id)).toEqual({ passed: true });
	await db.owner`update attempts set answers = '{}' where id = ${id}`;
	expect(await handIn(db, id)).toEqual({ passed: true });
	expect(await marks(db)).toHaveLength(1);
});

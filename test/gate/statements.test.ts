import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { liftPause, pause } from '#app/commands/authorising.ts';
import { endEmployment } from '#app/commands/employing.ts';
import { addDays, localDay } from '#app/domain/period.ts';
import { gateReader } from '#app/gate/reader.ts';
import { openDatabase } from '#db/client.server.ts';
import { demonstration } from '#db/seed.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { asFairfield, authoriser, ben, catalogue, cellOf, fairfield, grace } from '../support/demonstration.ts';
import { question, testGate } from '../support/gate.ts';

/** How many statements reached the server while work was done, by the server's own log: only this database writes them there. */
async function statementsDuring({ owner, name }: TestDatabase, work: () => Promise<unknown>): Promise<number> {
	const count = () =>
		readFileSync(inject('serverLog'), 'utf8').split(/LOG: {2}execute [^\n]*\n?[^:]*gate_answers\(/).length - 1;
	const before = count();
	await owner.unsafe(`alter database ${name} set log_statement = 'all'`);
	await owner`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'countersign_app'`;
	await sleep(50);
	await work();
	await owner.unsafe(`alter database ${name} reset log_statement`);
	await sleep(50);
	return count() - before;
}

test('two hundred questions at once are one statement', async () => {
	const db = await testDatabase();
	const asked = {
		clientId: demonstration.clientId,
		subject: 'ben.whitfield',
		privilege: 'administer-oral',
		site: 'rose-house',
	};
	let permits = 0;
	const statements = await statementsDuring(db, async () => {
		const { gate, close } = openDatabase(db.appUrl);
		const read = gateReader(gate);
		const facts = await Promise.all(Array.from({ length: 200 }, () => read(asked)));
		permits = facts.filter((each) => each.permit).length;
		await close();
	});
	expect(permits).toBe(200);
	expect(statements).toBe(1);
});

test('one question is one statement, and two hundred over HTTP share a few', async () => {
	const { db, ask, token } = await testGate();
	await token();
	expect(await statementsDuring(db, () => ask(question('ben.whitfield')))).toBe(1);
	const answers: boolean[] = [];
	const statements = await statementsDuring(db, async () => {
		const asked = Array.from({ length: 200 }, () => ask(question('ben.whitfield')));
		for (const { body } of await Promise.all(asked)) answers.push(body.decision);
	});
	expect(answers).toEqual(Array(200).fill(true));
	expect(statements).toBeGreaterThan(0);
	expect(statements).toBeLessThan(100);
});

test('a batch of a hundred is one statement, also with supervisors and witnesses', async () => {
	const { db, ask, token } = await testGate();
	await token();
	const item = question('margaret.doyle', 'administer-controlled-drug', 'rose-house', {
		context: { witness: 'ben.whitfield', supervisor: 'tomasz.nowak' },
	});
	const batch = {
		evaluations: Array.from({ length: 100 }, (_, turn) => (turn % 2 ? item : question('ben.whitfield'))),
	};
	let permits = 0;
	const statements = await statementsDuring(db, async () => {
		const { body } = await ask(batch, { path: '/access/v1/evaluations' });
		permits = body.evaluations.filter((each: { decision: boolean }) => each.decision).length;
	});
	expect(permits).toBe(100);
	expect(statements).toBe(1);
});

test('mixed questions that share a statement each get their own answer', async () => {
	const { ask } = await testGate();
	const people = ['ben.whitfield', 'danny.hughes', 'nobody', 'leila.haddad', 'owen.price'];
	const codes = ['competent', 'expired', 'unknown_person', 'paused_review', 'left'];
	const asked = Array.from({ length: 250 }, (_, turn) => ask(question(people[turn % 5] as string)));
	const answers = (await Promise.all(asked)).map(({ body }) => body.context.code);
	expect(answers).toEqual(Array.from({ length: 250 }, (_, turn) => codes[turn % 5]));
});

test('more questions at once than a statement takes are all answered', async () => {
	const db = await testDatabase();
	const read = gateReader(db.database.gate);
	const asked = {
		clientId: demonstration.clientId,
		subject: 'ben.whitfield',
		privilege: 'administer-oral',
		site: 'rose-house',
	};
	const facts = await Promise.all(Array.from({ length: 1700 }, () => read(asked)));
	expect(facts.every((each) => each.permit)).toBe(true);
});

test('after a pause has been committed no answer permits, and after it is lifted none refuses, under load', async () => {
	const { db, ask, token } = await testGate();
	await token();
	const other = openDatabase(db.appUrl);
	let hammering = true;
	let answered = 0;
	const hammers = Array.from({ length: 8 }, async () => {
		for (; hammering; answered += 1) expect((await ask(question('ben.whitfield'))).status).toBe(200);
	});
	const stale: string[] = [];
	const check = async (turn: number, expected: boolean) => {
		const answers = await Promise.all(Array.from({ length: 5 }, () => ask(question('ben.whitfield'))));
		if (answers.some(({ body }) => body.decision !== expected)) stale.push(`${turn} ${expected}`);
	};
	for (let turn = 0; turn < 50; turn += 1) {
		const given = { id: crypto.randomUUID(), reason: 'other', reviewOn: '2027-01-01' } as const;
		await asFairfield({ ...db, database: other }, (tx) => pause(tx, authoriser(grace), catalogue, cellOf(ben), given));
		await check(turn, false);
		await asFairfield({ ...db, database: other }, (tx) =>
			liftPause(tx, authoriser(grace), catalogue, cellOf(ben), { note: 'well' }),
		);
		await check(turn, true);
	}
	hammering = false;
	await Promise.all(hammers);
	await other.close();
	expect(stale).toEqual([]);
	expect(answered).toBeGreaterThan(50);
}, 150_000);

test('what is not committed yet changes no answer, and waits for nobody', async () => {
	const { db, ask } = await testGate();
	await asFairfield(db, async (tx) => {
		const given = { id: crypto.randomUUID(), reason: 'other', reviewOn: '2027-01-01' } as const;
		await pause(tx, authoriser(grace), catalogue, cellOf(ben), given);
		const { body, milliseconds } = await ask(question('ben.whitfield'));
		expect(body.decision).toBe(true);
		expect(milliseconds).toBeLessThan(1000);
	});
	expect((await ask(question('ben.whitfield'))).body.decision).toBe(false);
});

test('the very next answer after a withdrawal or a leaving refuses too', async () => {
	const { db, ask } = await testGate();
	expect((await ask(question('ben.whitfield'))).body.decision).toBe(true);
	const withdrawal = fact({ kind: 'withdrawal', ...cellOf(ben), recordedBy: grace, payload: {} });
	await asFairfield(db, (tx) => append(tx, fairfield, catalogue, [withdrawal]));
	expect((await ask(question('ben.whitfield'))).body).toMatchObject({
		decision: false,
		context: { code: 'withdrawn' },
	});
	const lastDay = addDays(localDay(new Date()), -1);
	const personId = cellOf(ben).personId;
	await asFairfield(db, (tx) => endEmployment(tx, fairfield, catalogue, { personId, lastDay, recordedBy: grace }));
	expect((await ask(question('ben.whitfield'))).body).toMatchObject({ decision: false, context: { code: 'left' } });
});

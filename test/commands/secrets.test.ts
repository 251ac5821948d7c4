import { expect, test } from 'vitest';
import { checkPassword, checkSignature } from '#app/commands/secrets.ts';
import { demonstration } from '#db/seed.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { asFairfield, ben, fairfield, tomasz } from '../support/demonstration.ts';

const noon = new Date('2027-03-14T12:00:00Z');
const after = (milliseconds: number) => new Date(noon.getTime() + milliseconds);

const signIn = (db: TestDatabase, password: string, now = noon, staffCode = 'ben.whitfield') =>
	asFairfield(db, (tx) => checkPassword(tx, { providerId: fairfield, staffCode, password, now }));
const sign = (db: TestDatabase, secret: string, now = noon, personId = ben) =>
	asFairfield(db, (tx) => checkSignature(tx, { providerId: fairfield, personId, secret, now }));

const right = { ok: true, personId: ben };
const wrong = { ok: false, why: 'wrong' };
const tooMany = { ok: false, why: 'too-many' };

test('a staff code and its password sign in', async () => {
	const db = await testDatabase();
	expect(await signIn(db, demonstration.password)).toEqual(right);
	expect(await signIn(db, demonstration.pin)).toEqual(wrong);
	expect(await signIn(db, '')).toEqual(wrong);
});

test('an unknown staff code is answered like a wrong password, and counted like one', async () => {
	const db = await testDatabase();
	for (let turn = 0; turn < 10; turn += 1) expect(await signIn(db, 'guess', noon, 'nobody')).toEqual(wrong);
	expect(await signIn(db, 'guess', noon, 'nobody')).toEqual(tooMany);
	expect(await signIn(db, demonstration.password, noon, 'grace.mensah')).toMatchObject({ ok: true });
});

test('a signature is a PIN or a password, one’s own', async () => {
	const db = await testDatabase();
	expect(await sign(db, demonstration.pin)).toEqual(right);
	expect(await sign(db, demonstration.password)).toEqual(right);
	expect(await sign(db, '000000')).toEqual(wrong);
	expect(await sign(db, demonstration.pin, noon, crypto.randomUUID())).toEqual(wrong);
});

test('ten wrong ones lock for five minutes, whatever comes then', async () => {
	const db = await testDatabase();
	for (let turn = 0; turn < 10; turn += 1) expect(await sign(db, '000000', after(turn * 1000))).toEqual(wrong);
	expect(await sign(db, demonstration.pin, after(10_000))).toEqual(tooMany);
	expect(await sign(db, demonstration.pin, after(299_999))).toEqual(tooMany);
	expect(await sign(db, demonstration.pin, after(300_000))).toEqual(right);
});

test('what was refused while locked does not lock for longer', async () => {
	const db = await testDatabase();
	for (let turn = 0; turn < 10; turn += 1) await sign(db, '000000');
	for (let turn = 0; turn < 5; turn += 1) expect(await sign(db, '000000', after(200_000))).toEqual(tooMany);
	expect(await sign(db, demonstration.pin, after(300_000))).toEqual(right);
});

test('a right one starts the count again', async () => {
	const db = await testDatabase();
	for (let turn = 0; turn < 9; turn += 1) await sign(db, '000000');
	expect(await sign(db, demonstration.pin)).toEqual(right);
	for (let turn = 0; turn < 9; turn += 1) expect(await sign(db, '000000')).toEqual(wrong);
	expect(await sign(db, demonstration.pin)).toEqual(right);
});

test('a burst of guesses at once is counted one by one', async () => {
	const db = await testDatabase();
	const answers = await Promise.all(Array.from({ length: 16 }, () => sign(db, '000000')));
	expect(answers.filter((each) => !each.ok && each.why === 'wrong')).toHaveLength(10);
	expect(answers.filter((each) => !each.ok && each.why === 'too-many')).toHaveLength(6);
});

test('each person and each way has a count of its own', async () => {
	const db = await testDatabase();
	for (let turn = 0; turn < 10; turn += 1) await sign(db, '000000');
	expect(await sign(db, demonstration.pin)).toEqual(tooMany);
	expect(await sign(db, demonstration.pin, noon, tomasz)).toMatchObject({ ok: true });
	expect(await signIn(db, demonstration.password)).toEqual(right);
});

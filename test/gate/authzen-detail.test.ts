import { expect, test } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { gateWith, goodAtInsulin, insulin } from '../support/authzen.ts';
import { amara, asFairfield, ben, catalogue, cellOf, fairfield, grace } from '../support/demonstration.ts';
import { question } from '../support/gate.ts';

const everyone = [
	'amara.okafor',
	'danny.hughes',
	'leila.haddad',
	'owen.price',
	'ben.whitfield',
	'nobody',
	'tomasz.nowak',
];
const always = ['code', 'max_age', 'evaluation_id', 'evaluated_at', 'reason_admin', 'reason_user', 'next_step'];
const sometimes = ['standing', 'valid_until'];

test('without the scope an answer says no more than it must', async () => {
	const { ask } = await gateWith();
	for (const who of everyone)
		for (const privilege of ['administer-oral', 'assess', 'nothing']) {
			const { body } = await ask(question(who, privilege));
			expect(Object.keys(body)).toEqual(['decision', 'context']);
			const members = Object.keys(body.context);
			expect(members.filter((each) => !sometimes.includes(each)).sort()).toEqual([...always].sort());
			const [reason] = Object.values(body.context.reason_admin);
			expect(reason).toBe(`${body.context.code}: ${body.context.next_step}`);
		}
});

test('with it a refusal says what is missing, and a permit that nothing is', async () => {
	const { ask, db } = await gateWith('authzen.detail');
	await goodAtInsulin(db);
	const missing = async (who: string, privilege = 'administer-oral') =>
		(await ask(question(who, privilege))).body.context.detail?.missing;
	expect(await missing('ben.whitfield')).toEqual([]);
	expect(await missing('nobody')).toBeUndefined();
	expect(await missing('ben.whitfield', 'nothing')).toBeUndefined();
	expect(await missing('leila.haddad')).toEqual([]);
	expect(await missing('tomasz.nowak', insulin)).toEqual(['Delegated by a nurse, for one person supported at a time']);
	const amaras = await missing('amara.okafor');
	expect(amaras).toContainEqual(expect.stringMatching(/^Module read: /));
	expect(amaras).toContainEqual('Observed rounds: 2 of 3');
	expect(amaras).toContain('Final sign-off');
	expect(await missing('danny.hughes')).toContain('Final sign-off');
});

test('nothing is told that another system should not receive', async () => {
	const { ask, db } = await gateWith('authzen.detail', 'authzen.search');
	const away = new Date(Date.now() - 200 * 86_400_000).toISOString().slice(0, 10);
	const back = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
	await asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({ kind: 'absence', personId: ben, recordedBy: grace, payload: { from: away, back } }),
			fact({ kind: 'withdrawal', ...cellOf(amara), recordedBy: grace, payload: {}, note: 'a private remark' }),
		]),
	);
	const { body } = await ask(question('ben.whitfield'));
	expect(body).toMatchObject({ decision: false, context: { detail: { missing: ['Observed again'] } } });
	for (const who of everyone)
		for (const privilege of catalogue.privileges.keys()) {
			const text = JSON.stringify((await ask(question(who, privilege))).body);
			expect(text).not.toMatch(/absen|away|holiday|sick|score|per cent|incident|remark|private|null|undefined/i);
			expect(text).not.toMatch(/Whitfield|Okafor|Hughes|Haddad|Mensah/);
		}
});

test('a batch with detail is answered as its questions are one by one', async () => {
	const { ask } = await gateWith('authzen.detail');
	const evaluations = everyone.map((who) => question(who));
	const { body } = await ask({ evaluations }, { path: '/access/v1/evaluations' });
	for (const [place, asked] of evaluations.entries()) {
		const { evaluation_id: _, evaluated_at: __, ...single } = (await ask(asked)).body.context;
		expect(body.evaluations[place].context).toMatchObject(single);
	}
});

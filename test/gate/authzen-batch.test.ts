import { expect, test } from 'vitest';
import { gateWith } from '../support/authzen.ts';
import { question } from '../support/gate.ts';

const path = '/access/v1/evaluations';
const { subject, action, resource } = question('ben.whitfield');
const person = (id: string) => ({ type: 'staff', id });
interface Item {
	decision: boolean;
	context: { code?: string; error?: { status: number; message: string } };
}
const said = ({ evaluations }: { evaluations: Item[] }) =>
	evaluations.map(({ decision, context }) => [decision, context.code ?? context.error?.status]);

test('each is answered in its place, and none stands above them', async () => {
	const { ask } = await gateWith();
	const evaluations = [
		question('ben.whitfield'),
		question('danny.hughes'),
		question('nobody'),
		question('ben.whitfield', 'administer-by-post'),
	];
	const { status, body } = await ask({ evaluations }, { path });
	expect(status).toBe(200);
	expect(Object.keys(body)).toEqual(['evaluations']);
	expect(said(body)).toEqual([
		[true, 'competent'],
		[false, 'expired'],
		[false, 'unknown_person'],
		[false, 'unknown_privilege'],
	]);
	expect(
		new Set(body.evaluations.map((each: Item & { context: { evaluation_id: string } }) => each.context.evaluation_id))
			.size,
	).toBe(4);
});

test('what stands at the top is the default, and a member of an item replaces the whole of it', async () => {
	const { ask } = await gateWith();
	const context = { witness: 'ben.whitfield' };
	const margaret = { subject: person('margaret.doyle'), action: { name: 'administer-controlled-drug' } };
	const { body } = await ask(
		{
			subject,
			action,
			resource,
			context,
			evaluations: [
				{},
				{ subject: person('danny.hughes') },
				{ resource: { type: 'site', id: 'elm-court' } },
				margaret,
				{ ...margaret, context: {} },
				{ subject: { id: 'ben.whitfield' } },
				{ action: { properties: {} } },
			],
		},
		{ path },
	);
	expect(said(body)).toEqual([
		[true, 'competent'],
		[false, 'expired'],
		[false, 'site_induction_missing'],
		[true, 'competent'],
		[false, 'witness_missing'],
		[false, 400],
		[false, 400],
	]);
});

test('a broken item is a refusal in its place, even the only one', async () => {
	const { ask } = await gateWith();
	const good = { subject, action, resource };
	const broken: unknown[] = [
		{},
		{ subject },
		{ subject, action },
		{ ...good, subject: null },
		{ ...good, subject: 'ben.whitfield' },
		{ ...good, subject: { type: 'staff', id: 1 } },
		{ ...good, context: 'now' },
		null,
		1,
		'ben.whitfield',
		[good],
		true,
	];
	for (const item of broken) {
		const { status, body } = await ask({ evaluations: [item] }, { path });
		expect([item, status, said(body)]).toEqual([item, 200, [[false, 400]]]);
		expect(body.evaluations[0].context.error.message).toEqual(expect.any(String));
	}
	const { body } = await ask({ evaluations: [good, ...broken, good] }, { path });
	expect(said(body)).toEqual([[true, 'competent'], ...broken.map(() => [false, 400]), [true, 'competent']]);
	const time = new Date(Date.now() + 86_400_000).toISOString();
	expect(said((await ask({ evaluations: [good, { ...good, context: { time } }] }, { path })).body)).toEqual([
		[true, 'competent'],
		[false, 403],
	]);
});

test('the request as a whole is refused where the whole is wrong', async () => {
	const { ask } = await gateWith();
	const wrong: unknown[] = [
		{ evaluations: {} },
		{ evaluations: null },
		{ evaluations: 'all' },
		{ subject: 'ben', evaluations: [{}] },
		{ subject: { type: 'staff' }, evaluations: [{}] },
		{ context: [], evaluations: [{}] },
		{ evaluations: [{}], options: [] },
		{ evaluations: [{}], options: 'fast' },
		{ evaluations: [{}], options: { evaluations_semantic: 'any' } },
		{ evaluations: [{}], options: { evaluations_semantic: null } },
		{ evaluations: [{}], options: { evaluations_semantic: 'constructor' } },
		{ evaluations: [{}], options: { evaluations_semantic: ['execute_all'] } },
		{ subject, action, resource, options: { evaluations_semantic: 'any' } },
		{ evaluations: Array.from({ length: 101 }, () => ({})), subject, action, resource },
	];
	for (const body of wrong) expect([body, (await ask(body, { path })).status]).toEqual([body, 400]);
	const most = { evaluations: Array.from({ length: 100 }, () => ({})), subject, action, resource };
	const { body } = await ask(most, { path });
	expect(said(body)).toEqual(Array(100).fill([true, 'competent']));
});

test('without any evaluations it is a single question', async () => {
	const { ask } = await gateWith();
	for (const more of [{}, { evaluations: [] }, { evaluations: [], options: { evaluations_semantic: 'execute_all' } }]) {
		const { status, body } = await ask({ ...question('ben.whitfield'), ...more }, { path });
		expect(status).toBe(200);
		expect(Object.keys(body)).toEqual(['decision', 'context']);
		expect(body.decision).toBe(true);
		expect((await ask({ subject, action, ...more }, { path })).status).toBe(400);
	}
});

const [yes, no, broken] = [{}, { subject: person('danny.hughes') }, { subject: 1 }];
test.each([
	['execute_all', [yes, no, broken, yes], [true, false, false, true]],
	['deny_on_first_deny', [yes, yes, no, yes], [true, true, false]],
	['deny_on_first_deny', [yes, broken, yes], [true, false]],
	['deny_on_first_deny', [no, yes], [false]],
	['deny_on_first_deny', [yes, yes], [true, true]],
	['permit_on_first_permit', [no, broken, yes, no, yes], [false, false, true]],
	['permit_on_first_permit', [yes, no], [true]],
	['permit_on_first_permit', [no, broken], [false, false]],
])('%s: %j', async (evaluations_semantic, evaluations, decisions) => {
	const { ask } = await gateWith();
	const asked = { subject, action, resource, evaluations, options: { evaluations_semantic, other: 1 } };
	const { body } = await ask(asked, { path });
	expect(body.evaluations.map((each: Item) => each.decision)).toEqual(decisions);
});

import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { catalogue } from '#app/catalogue.server.ts';
import { addPeople, startEmployment } from '#app/commands/employing.ts';
import { askOutside } from '#app/commands/outside-requests.ts';
import { hashSecret } from '#app/commands/secrets.ts';
import { reviewDays } from '#app/domain/delegation.ts';
import { asProvider } from '#db/client.server.ts';
import { namedId } from '#db/factory.ts';
import { providers, sites } from '#db/schema.ts';
import { openSite } from './server.ts';

// One server for the whole table: every row only reads it, or is refused.
const site = await openSite();
afterAll(() => site.close());

const id = (staffCode: string) => namedId(`person ${staffCode}`);
const elsewhere = await anotherProvider();

const visitors = {
	nobody: '',
	carer: await site.signIn('amara.okafor'),
	senior: await site.signIn('ben.whitfield'),
	'medication lead': await site.signIn('margaret.doyle'),
	manager: await site.signIn('grace.mensah'),
	administrator: await site.signIn('alex.reid'),
	'manager of another provider': elsewhere.cookie,
	nurse: await site.signIn(await aNurse()),
};
type Visitor = keyof typeof visitors;

const signsIn = '302 /sign-in';
const signs = ['302 /ledger', '302 /ledger', '302 /ledger'] as const;
const tomasz = `/people/${id('tomasz.nowak')}`;
const cell = `${tomasz}/rose-house/administer-oral`;
const insulin = `${tomasz}/rose-house/administer-insulin`;
const flagged = `/reviews/${namedId('no such sign-off')}/${namedId('no such round')}`;
const webhook = await addWebhook();
const outside = `/outside/${await askSomebodyOutside()}`;
const incident = `/incidents/${namedId('no such incident')}`;
const round = `/rounds/${namedId('no such round')}`;

type Expected = [string, string, string, string, string, string, string, string];

/** What each visitor gets, in the order above: a status, with the address where it sends them on. */
const table: {
	path: string;
	form?: Record<string, string>;
	expected: Expected;
}[] = [
	{
		path: '/',
		expected: [
			signsIn,
			'302 /induction',
			'302 /rounds',
			'302 /matrix',
			'302 /matrix',
			'302 /matrix',
			'302 /matrix',
			'302 /rounds',
		],
	},
	{ path: '/sign-in', expected: ['200', '302 /', '302 /', '302 /', '302 /', '302 /', '302 /', '302 /'] },
	{ path: '/sign-out', expected: ['302 /', '302 /', '302 /', '302 /', '302 /', '302 /', '302 /', '302 /'] },
	{ path: '/induction', expected: [signsIn, '200', '200', '200', '200', '403', '200', '200'] },
	{ path: '/modules/rights-and-mar', expected: [signsIn, '200', '200', '200', '200', '403', '200', '200'] },
	{ path: '/modules/no-such-module', expected: [signsIn, '404', '404', '404', '404', '403', '404', '404'] },
	{ path: '/modules/rights-and-mar/the-rights', expected: [signsIn, '200', '200', '200', '200', '403', '200', '200'] },
	{
		path: '/modules/rights-and-mar/no-such-page',
		form: {},
		expected: [signsIn, '404', '404', '404', '404', '403', '404', '404'],
	},
	{ path: '/quizzes/oral-medicines', expected: [signsIn, '200', '200', '200', '200', '403', '200', '200'] },
	{ path: '/quizzes/no-such-quiz', form: {}, expected: [signsIn, '404', '404', '404', '404', '403', '404', '404'] },
	{
		path: `/attempts/${namedId('no such attempt')}`,
		expected: [signsIn, '404', '404', '404', '404', '403', '404', '404'],
	},
	{
		path: `/attempts/${namedId('no such attempt')}`,
		form: {},
		expected: [signsIn, '404', '404', '404', '404', '403', '404', '404'],
	},
	{
		path: `/attempts/${namedId('no such attempt')}/1`,
		expected: [signsIn, '404', '404', '404', '404', '403', '404', '404'],
	},
	{
		path: `/attempts/not-an-id/1`,
		form: { answer: '0' },
		expected: [signsIn, '404', '404', '404', '404', '403', '404', '404'],
	},
	{ path: '/changes/module/rights-and-mar', expected: [signsIn, '200', '200', '200', '200', '403', '200', '200'] },
	{
		path: '/changes/module/rights-and-mar',
		form: {},
		expected: [signsIn, '422', '422', '422', '422', '403', '422', '422'],
	},
	{ path: '/changes/module/no-such-module', expected: [signsIn, '404', '404', '404', '404', '403', '404', '404'] },
	{ path: '/changes/policy/shipped', form: {}, expected: [signsIn, '404', '404', '404', '404', '403', '404', '404'] },
	{ path: '/documents/medicines-policy', expected: [signsIn, '200', '200', '200', '200', '403', '200', '200'] },
	{
		path: '/documents/medicines-policy',
		form: {},
		expected: [signsIn, '422', '422', '422', '422', '403', '422', '422'],
	},
	{
		path: '/documents/no-such-document',
		form: {},
		expected: [signsIn, '404', '404', '404', '404', '403', '404', '404'],
	},
	{ path: '/rounds', expected: [signsIn, '403', '200', '200', '200', '403', '200', '200'] },
	{
		path: '/rounds',
		form: { learnerId: id('amara.okafor'), siteId: namedId('site elm-court'), privilege: 'administer-oral' },
		expected: [signsIn, '403', '403', '403', '422', '403', '403', '403'],
	},
	{
		path: round,
		expected: [
			signsIn,
			'403',
			redirect(round),
			redirect(round),
			redirect(round),
			'403',
			redirect(round),
			redirect(round),
		],
	},
	{
		path: round,
		form: { intent: 'sign' },
		expected: [
			signsIn,
			'403',
			redirect(round),
			redirect(round),
			redirect(round),
			'403',
			redirect(round),
			redirect(round),
		],
	},
	{
		path: `${round}/signatures`,
		expected: [
			signsIn,
			'403',
			redirect(round),
			redirect(round),
			redirect(round),
			'403',
			redirect(round),
			redirect(round),
		],
	},
	{
		path: `${round}/signatures`,
		form: { assessorSecret: '246810', learnerSecret: '246810' },
		expected: [
			signsIn,
			'403',
			redirect(round),
			redirect(round),
			redirect(round),
			'403',
			redirect(round),
			redirect(round),
		],
	},
	{
		path: `/observations/${namedId('no such round')}`,
		expected: [signsIn, '404', '404', '404', '404', '404', '404', '404'],
	},
	{
		path: '/matrix',
		expected: [
			signsIn,
			'403',
			'403',
			'302 /sites/rose-house/matrix',
			'302 /sites/rose-house/matrix',
			'302 /sites/elm-court/matrix',
			'302 /sites/north-lodge/matrix',
			'403',
		],
	},
	{ path: '/sites/rose-house/matrix', expected: [signsIn, '403', '403', '200', '200', '200', '404', '403'] },
	{ path: '/sites/elm-court/matrix', expected: [signsIn, '403', '403', '403', '200', '200', '404', '403'] },
	{ path: '/sites/rose-house/matrix.csv', expected: [signsIn, '403', '403', '200', '200', '200', '404', '403'] },
	{ path: tomasz, expected: [signsIn, '403', '403', '200', '200', '403', '404', '403'] },
	{ path: cell, expected: [signsIn, '403', '403', '200', '200', '403', '404', '403'] },
	{
		path: `/people/${id('amara.okafor')}/rose-house/administer-oral`,
		expected: [signsIn, '200', '403', '200', '200', '403', '404', '403'],
	},
	{
		path: `${tomasz}/rose-house/administer-everything`,
		expected: [signsIn, '404', '404', '404', '404', '404', '404', '404'],
	},
	{ path: `${cell}/sign-off`, expected: [signsIn, '403', '403', '200', '200', '403', '404', '403'] },
	{ path: `${cell}/sign-off`, form: {}, expected: [signsIn, '403', '403', '422', '422', '403', '404', '403'] },
	{ path: `${cell}/pause`, expected: [signsIn, '403', '403', '200', '200', '403', '404', '403'] },
	{ path: `${cell}/pause`, form: {}, expected: [signsIn, '403', '403', '422', '422', '403', '404', '403'] },
	{ path: `${cell}/pause-lifting`, expected: [signsIn, '403', '403', '200', '200', '403', '404', '403'] },
	{ path: `${cell}/pause-lifting`, form: {}, expected: [signsIn, '403', '403', '422', '422', '403', '404', '403'] },
	{ path: `${cell}/withdrawal`, expected: [signsIn, '403', '403', '403', '200', '403', '404', '403'] },
	{ path: `${cell}/withdrawal`, form: {}, expected: [signsIn, '403', '403', '403', '422', '403', '404', '403'] },
	{ path: `${cell}/supervision`, expected: [signsIn, '403', '403', '200', '200', '403', '404', '403'] },
	{ path: `${cell}/supervision`, form: {}, expected: [signsIn, '403', '403', '422', '422', '403', '404', '403'] },
	{ path: `${cell}/delegations`, expected: [signsIn, '403', '403', '404', '404', '403', '404', '404'] },
	{ path: `${cell}/delegations`, form: {}, expected: [signsIn, '403', '403', '404', '404', '403', '404', '404'] },
	{
		path: `${insulin}/sign-off`,
		expected: [signsIn, '403', '403', '200', '200', '403', '404', '200'],
	},
	{
		path: `${insulin}/sign-off`,
		form: {},
		expected: [signsIn, '403', '403', '422', '422', '403', '404', '422'],
	},
	{ path: `${insulin}/delegations`, expected: [signsIn, '403', '403', '200', '200', '403', '404', '200'] },
	{ path: `${insulin}/delegations`, form: {}, expected: [signsIn, '403', '403', '422', '422', '403', '404', '422'] },
	{ path: `${cell}/override`, expected: [signsIn, '403', '403', '403', '200', '403', '404', '403'] },
	{ path: `${cell}/override`, form: {}, expected: [signsIn, '403', '403', '403', '422', '403', '404', '403'] },
	{ path: `${cell}/lone-giving`, expected: [signsIn, '403', '403', '403', '200', '403', '404', '403'] },
	{ path: `${cell}/lone-giving`, form: {}, expected: [signsIn, '403', '403', '403', '422', '403', '404', '403'] },
	{ path: `${cell}/outside`, expected: [signsIn, '403', '403', '200', '200', '403', '404', '200'] },
	{ path: `${cell}/outside`, form: {}, expected: [signsIn, '403', '403', '422', '422', '403', '404', '422'] },
	{ path: outside, expected: ['200', '200', '200', '200', '200', '200', '200', '200'] },
	{ path: outside, form: {}, expected: ['422', '403', '403', '403', '403', '403', '403', '403'] },
	{ path: `/outside/${'x'.repeat(43)}`, expected: ['404', '404', '404', '404', '404', '404', '404', '404'] },
	{ path: '/outside/short', form: {}, expected: ['404', '404', '404', '404', '404', '404', '404', '404'] },
	{ path: '/outside-requests', expected: [signsIn, '403', '403', '200', '200', '403', '200', '200'] },
	{ path: '/outside-requests', form: {}, expected: [signsIn, '403', '403', '422', '422', '403', '422', '422'] },
	{
		path: '/outside-requests',
		form: { request: namedId('no such request') },
		expected: [signsIn, '403', '403', '403', '403', '403', '403', '403'],
	},
	{ path: '/sign-offs', expected: [signsIn, '403', '403', '200', '200', '403', '200', '200'] },
	{ path: '/reviews', expected: [signsIn, '403', '403', '200', '200', '403', '200', '200'] },
	{ path: '/reviews', form: {}, expected: [signsIn, '403', '403', '422', '422', '403', '422', '422'] },
	{ path: flagged, expected: [signsIn, '403', '403', '404', '404', '403', '404', '404'] },
	{ path: flagged, form: {}, expected: [signsIn, '403', '403', '404', '404', '403', '404', '404'] },
	{ path: '/incidents', expected: [signsIn, '403', '403', '403', '200', '403', '200', '403'] },
	{ path: incident, expected: [signsIn, '403', '403', '403', '404', '403', '404', '403'] },
	{ path: incident, form: {}, expected: [signsIn, '403', '403', '403', '404', '403', '404', '403'] },
	{ path: '/overrides', expected: [signsIn, '403', '403', '200', '200', '403', '200', '403'] },
	{ path: '/overrides', form: {}, expected: [signsIn, '403', '403', '403', '422', '403', '422', '403'] },
	{ path: '/delegations', expected: [signsIn, '403', '403', '200', '200', '403', '200', '200'] },
	{ path: `${cell}/day`, expected: [signsIn, '403', '403', '200', '200', '403', '404', '403'] },
	{
		path: `${cell}/day?on=2026-03-03&time=02:00`,
		expected: [signsIn, '403', '403', '200', '200', '403', '404', '403'],
	},
	{ path: `${cell}/day.pdf`, expected: [signsIn, ...Array(7).fill(`302 ${cell}/day`)] as Expected },
	{ path: `${cell}/day.pdf`, form: {}, expected: [signsIn, '403', '403', '200', '200', '403', '404', '403'] },
	{ path: `${tomasz}/name`, expected: [signsIn, '403', '403', '403', '200', '403', '404', '403'] },
	{ path: `${tomasz}/name`, form: {}, expected: [signsIn, '403', '403', '403', '422', '403', '404', '403'] },
	{
		path: `${tomasz}/name`,
		form: { intent: 'erase', sure: 'yes' },
		expected: [signsIn, '403', '403', '403', '422', '403', '404', '403'],
	},
	{ path: `${tomasz}/records`, expected: [signsIn, '403', '403', '200', '200', '403', '404', '403'] },
	{ path: `${tomasz}/records/absence`, expected: [signsIn, '403', '403', '200', '200', '403', '404', '403'] },
	{ path: `${tomasz}/records/absence`, form: {}, expected: [signsIn, '403', '403', '422', '422', '403', '404', '403'] },
	{
		path: `${tomasz}/records/nurse-registration`,
		expected: [signsIn, '403', '403', '200', '200', '403', '404', '403'],
	},
	{ path: `${tomasz}/records/age-decision`, expected: [signsIn, '403', '403', '403', '200', '403', '404', '403'] },
	{
		path: `${tomasz}/records/age-decision`,
		form: {},
		expected: [signsIn, '403', '403', '403', '422', '403', '404', '403'],
	},
	{ path: `${tomasz}/records/nothing`, expected: ['404', '404', '404', '404', '404', '404', '404', '404'] },
	{
		path: `${tomasz}/evidence/${namedId('no such row')}/retraction`,
		expected: [signsIn, '403', '403', '404', '404', '403', '404', '404'],
	},
	{
		path: `${tomasz}/evidence/${namedId('no such row')}/retraction`,
		form: {},
		expected: [signsIn, '403', '403', '404', '404', '403', '404', '404'],
	},
	{ path: '/ledger', expected: [signsIn, '403', '403', '403', '200', '200', '200', '403'] },
	{ path: '/ledger', form: {}, expected: [signsIn, '403', '403', '403', ...signs, '403'] },
	{ path: '/ledger/check', expected: [signsIn, '403', '403', '403', '200', '200', '200', '403'] },
	{ path: '/ledger/note', expected: [signsIn, '403', '403', '403', '200', '200', '200', '403'] },
	{
		path: '/ledger/pack',
		expected: [signsIn, '403', '403', '403', '302 /ledger', '302 /ledger', '302 /ledger', '403'],
	},
	{ path: '/ledger/pack', form: {}, expected: [signsIn, '403', '403', '403', '200', '200', '200', '403'] },
	{
		path: '/ledger/pack',
		form: { person: id('tomasz.nowak') },
		expected: [signsIn, '403', '403', '403', '200', '200', '404', '403'],
	},
	{ path: '/ledger/verifier', expected: [signsIn, '403', '403', '403', '200', '200', '200', '403'] },
	{ path: '/settings', expected: [signsIn, '403', '403', '200', '200', '403', '200', '403'] },
	{ path: '/api', expected: ['200', '200', '200', '200', '200', '200', '200', '200'] },
	{ path: '/settings/clients', expected: [signsIn, '403', '403', '403', '200', '403', '200', '403'] },
	{ path: '/settings/clients/new', expected: [signsIn, '403', '403', '403', '200', '403', '200', '403'] },
	{ path: '/settings/clients/new', form: {}, expected: [signsIn, '403', '403', '403', '422', '403', '422', '403'] },
	{ path: '/settings/clients/demo-emar', expected: [signsIn, '403', '403', '403', '200', '403', '404', '403'] },
	{
		path: '/settings/clients/demo-emar',
		form: {},
		expected: [signsIn, '403', '403', '403', '422', '403', '404', '403'],
	},
	{ path: '/settings/clients/demo-emar/people', expected: [signsIn, '403', '403', '403', '200', '403', '404', '403'] },
	{
		path: '/settings/clients/demo-emar/people',
		form: {},
		expected: [signsIn, '403', '403', '403', '422', '403', '404', '403'],
	},
	{ path: '/settings/webhooks', expected: [signsIn, '403', '403', '403', '200', '403', '200', '403'] },
	{ path: '/settings/webhooks', form: {}, expected: [signsIn, '403', '403', '403', '422', '403', '422', '403'] },
	{
		path: `/settings/webhooks/${webhook}`,
		expected: [signsIn, '403', '403', '403', '200', '403', '404', '403'],
	},
	{
		path: `/settings/webhooks/${webhook}`,
		form: { intent: 'nothing' },
		expected: [signsIn, '403', '403', '403', '422', '403', '404', '403'],
	},
	{
		path: `/settings/webhooks/${namedId('no such endpoint')}`,
		form: { intent: 'secret' },
		expected: [signsIn, '403', '403', '403', '404', '403', '404', '403'],
	},
	{ path: '/content', expected: [signsIn, '403', '403', '200', '200', '403', '200', '403'] },
	{ path: '/policy', expected: [signsIn, '403', '403', '403', '200', '403', '200', '403'] },
	{ path: '/policy/numbers', expected: [signsIn, '403', '403', '403', '200', '403', '200', '403'] },
	{ path: '/policy/numbers', form: {}, expected: [signsIn, '403', '403', '403', '422', '403', '422', '403'] },
	{ path: '/policy/privileges/administer-oral', expected: [signsIn, '403', '403', '403', '200', '403', '200', '403'] },
	{
		path: '/policy/privileges/no-such',
		form: {},
		expected: [signsIn, '403', '403', '403', '404', '403', '404', '403'],
	},
	{ path: '/policy/privileges/no-such', expected: [signsIn, '403', '403', '403', '404', '403', '404', '403'] },
	{ path: '/sites/rose-house/policy', expected: [signsIn, '403', '403', '403', '200', '403', '404', '403'] },
	{ path: '/sites/rose-house/policy/numbers', expected: [signsIn, '403', '403', '403', '200', '403', '404', '403'] },
	{
		path: '/sites/rose-house/policy/numbers',
		form: {},
		expected: [signsIn, '403', '403', '403', '422', '403', '404', '403'],
	},
	{
		path: '/sites/rose-house/policy/privileges/administer-oral',
		expected: [signsIn, '403', '403', '403', '200', '403', '404', '403'],
	},
	{
		path: `/policy-drafts/${namedId('no such draft')}`,
		expected: [signsIn, '403', '403', '403', '404', '403', '404', '403'],
	},
	{
		path: `/policy-drafts/${namedId('no such draft')}`,
		form: { reason: 'because' },
		expected: [signsIn, '403', '403', '403', '404', '403', '404', '403'],
	},
	{ path: '/settings/decisions', expected: [signsIn, '403', '403', '403', '200', '403', '200', '403'] },
	{
		path: '/settings/decisions?day=2026-03-03&site=rose-house&person=tomasz.nowak',
		expected: [signsIn, '403', '403', '403', '200', '403', '200', '403'],
	},
	{
		path: `/settings/decisions/${namedId('no such decision')}`,
		expected: [signsIn, '403', '403', '403', '404', '403', '404', '403'],
	},
	{ path: '/settings/decisions/not-an-id', expected: [signsIn, '403', '403', '403', '404', '403', '404', '403'] },
	{ path: '/no-such-page', expected: ['404', '404', '404', '404', '404', '404', '404', '404'] },
	{ path: '/no-such-page', form: {}, expected: ['404', '404', '404', '404', '404', '404', '404', '404'] },
];

/** A link by which a nurse from outside is asked about Tomasz. */
async function askSomebodyOutside(): Promise<string> {
	const fairfield = namedId('provider fairfield-care');
	const siteId = namedId('site rose-house');
	const asked = await asProvider(site.data.database.db, fairfield, (tx) =>
		askOutside(
			tx,
			{ providerId: fairfield, personId: id('margaret.doyle'), posts: [{ role: 'medication-lead', siteId }] },
			catalogue(),
			{ personId: id('tomasz.nowak'), siteId, privilege: 'administer-insulin' },
			{
				id: namedId('outside request'),
				kind: 'delegation',
				recipient: 'District nurse, Oakfield Surgery',
				person: 'RH-0142',
				reviewOn: reviewDays(new Date()).usual,
				now: new Date(),
			},
		),
	);
	if (!asked.ok) throw new Error(asked.why);
	return asked.token;
}

function redirect(path: string): string {
	return `302 ${path.replace('/rounds/', '/observations/').replace('/signatures', '')}`;
}

for (const { path, form, expected } of table) {
	test(`${form ? 'POST' : 'GET'} ${path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…')}`, async () => {
		const seen: Record<string, string> = {};
		for (const [visitor, cookie] of Object.entries(visitors)) {
			const answer = await site.ask(path, { ...(cookie ? { cookie } : {}), ...(form ? { form } : {}) });
			const [to] = (answer.headers.get('location') ?? '').split('?');
			seen[visitor] = to ? `${answer.status} ${to}` : String(answer.status);
		}
		const wanted = Object.fromEntries(
			(Object.keys(visitors) as Visitor[]).map((visitor, place) => [visitor, expected[place]]),
		);
		expect(seen).toEqual(wanted);
	});
}

test('every address in app/routes.ts stands in the table', () => {
	const source = readFileSync('app/routes.ts', 'utf8').replace(
		/\.\.\.prefix\('([^']+)', \[([\s\S]*?)\]\)/g,
		(_, base, inside) =>
			inside.replace(/index\('/g, `route('${base}', '`).replace(/route\('(?!people)/g, `route('${base}/`),
	);
	const addresses = [...source.matchAll(/route\('([^']+)'/g)]
		.map(([, address]) => `/${address}`)
		.filter((each) => each !== '/*');
	const covered = (address: string) => {
		const shape = new RegExp(`^${address.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}$`);
		return table.some(({ path }) => shape.test(path));
	};
	expect(addresses.length).toBeGreaterThan(15);
	expect(addresses.filter((address) => !covered(address))).toEqual([]);
});

test('a form from another site, or from nowhere, is refused before anything is read', async () => {
	const cookie = visitors.manager;
	for (const origin of ['https://evil.example', 'null', null])
		expect((await site.ask(`${cell}/pause`, { cookie, form: {}, origin })).status).toBe(403);
});

test('what one may do at one site does not open another', async () => {
	const cookie = visitors['medication lead'];
	const elm = await site.data.owner`
		select p.id from people p join employments e on e.person_id = p.id where e.site_id = ${namedId('site elm-court')} limit 1`;
	const path = `/people/${elm[0]?.id}/elm-court/administer-oral`;
	for (const each of [path, ...['pause', 'sign-off', 'supervision', 'delegations'].map((noun) => `${path}/${noun}`)])
		expect((await site.ask(each, { cookie })).status).toBe(403);
});

test('a person who has left cannot sign in to anything', async () => {
	const cookie = await site.signIn('owen.price');
	expect((await site.ask('/induction', { cookie })).headers.get('location')).toMatch(/^\/sign-in/);
});

test('answers carry the security headers, and pages are never stored', async () => {
	const answer = await site.ask('/induction', { cookie: visitors.carer });
	expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none';script-src 'self' 'nonce-/);
	expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
	expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
	expect(answer.headers.get('referrer-policy')).toBe('same-origin');
	expect(answer.headers.get('cache-control')).toBe('no-store');
});

test('the session cookie cannot be read by scripts or sent from other sites, and changes at each sign-in', async () => {
	const answer = await site.ask('/sign-in?provider=fairfield-care', {
		form: { staffCode: 'amara.okafor', password: 'countersign-demo' },
	});
	expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly/i);
	expect(answer.headers.get('set-cookie')).toMatch(/SameSite=Lax/i);
	expect(answer.headers.get('set-cookie')?.split(';', 1)[0]).not.toBe(visitors.carer);
});

test('signing out ends the session itself, not only the cookie', async () => {
	const cookie = await site.signIn('danny.hughes');
	expect((await site.ask('/induction', { cookie })).status).toBe(200);
	await site.ask('/sign-out', { cookie, form: {} });
	expect((await site.ask('/induction', { cookie })).status).toBe(302);
});

test('after ten wrong passwords even the right one has to wait', async () => {
	for (let turn = 0; turn < 10; turn += 1)
		expect(
			(await site.ask('/sign-in?provider=fairfield-care', { form: { staffCode: 'leila.haddad', password: 'wrong' } }))
				.status,
		).toBe(422);
	const answer = await site.ask('/sign-in?provider=fairfield-care', {
		form: { staffCode: 'leila.haddad', password: 'countersign-demo' },
	});
	expect(answer.status).toBe(429);
});

test('the sign-in page sends people back only to this site', async () => {
	const form = { staffCode: 'amara.okafor', password: 'countersign-demo' };
	for (const [next, to] of [
		['/induction', '/induction'],
		['//evil.example', '/'],
		['/\\evil.example', '/'],
		['https://evil.example', '/'],
	]) {
		const answer = await site.ask(`/sign-in?provider=fairfield-care&next=${encodeURIComponent(next ?? '')}`, { form });
		expect(answer.headers.get('location')).toBe(to);
	}
});

test('a page asked for with a body too large, or a broken cookie, is refused without harm', async () => {
	const form = { note: 'x'.repeat(300_000) };
	expect((await site.ask(`${cell}/pause`, { cookie: visitors.manager, form })).status).toBe(413);
	expect((await site.ask('/induction', { cookie: 'countersign=%00%ff' })).status).toBe(302);
	expect((await site.ask('/healthz')).status).toBe(200);
});

/** Somebody who is a nurse at Rose House and nothing else. */
async function aNurse(): Promise<string> {
	const [found] = await site.data.owner`
		select p.staff_code from people p join employments e on e.person_id = p.id
		where e.role = 'nurse' and e.site_id = ${namedId('site rose-house')} and e.last_day is null
		order by p.staff_code limit 1`;
	return found?.staff_code;
}

/** An endpoint of Fairfield's that is switched off. */
async function addWebhook(): Promise<string> {
	const [provider, endpoint] = [namedId('provider fairfield-care'), namedId('webhook endpoint')];
	await site.data.owner`
		insert into webhook_endpoints (provider_id, id, name, url, types, secret, created_by, off_at, off_because)
		values (${provider}, ${endpoint}, 'eMAR', 'https://emar.example/', '{competency.paused}', ${Buffer.alloc(8)},
			${id('grace.mensah')}, now(), 'failing')`;
	return endpoint;
}

/** A second provider in the same database, with a manager of its own. */
async function anotherProvider(): Promise<{ cookie: string }> {
	const { ownerDb } = site.data;
	const providerId = namedId('provider northern-lights');
	const siteId = namedId('site north-lodge');
	const [passwordHash, pinHash] = await Promise.all([hashSecret('another-password'), hashSecret('135790')]);
	await ownerDb.insert(providers).values({ id: providerId, slug: 'northern-lights', name: 'Northern Lights' });
	await asProvider(ownerDb, providerId, async (tx) => {
		await tx
			.insert(sites)
			.values({ providerId, id: siteId, slug: 'north-lodge', name: 'North Lodge', kind: 'care-home' });
		const person = { staffCode: 'una.north', givenName: 'Una', familyName: 'North', passwordHash, pinHash };
		const [personId = ''] = await addPeople(tx, providerId, [person]);
		await startEmployment(tx, providerId, catalogue(), {
			personId,
			siteId,
			role: 'manager',
			contract: 'permanent',
			recordedBy: null,
		});
	});
	const answer = await site.ask('/sign-in?provider=northern-lights', {
		form: { staffCode: 'una.north', password: 'another-password' },
	});
	return { cookie: answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '' };
}

import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Catalogue } from '../app/catalogue.server.ts';
import { append, type Fact } from '../app/commands/append.ts';
import { addPeople } from '../app/commands/employing.ts';
import { seal } from '../app/commands/sealing.ts';
import { hashSecret } from '../app/commands/secrets.ts';
import { mostPerSecond } from '../app/domain/client.ts';
import { competencyEventTypes } from '../app/domain/event.ts';
import { localDay } from '../app/domain/period.ts';
import type { PrivilegeCode, Role } from '../app/domain/privilege.ts';
import { asProvider, type Db, type Tx } from './client.server.ts';
import { type By, biographer, type Member, namedId, seededRandom } from './factory.ts';
import { lifeOf, type Stage } from './life.ts';
import { employments, providers, sites } from './schema.ts';
import { clientSecrets, clients, webhookEndpoints } from './schema-gate.ts';

/** The demonstration provider: Fairfield Care, all of it invented. Dates are relative to the day it is made. */
export const demonstration = {
	password: 'countersign-demo',
	pin: '246810',
	clientId: 'demo-emar',
	clientSecret: 'demo-emar-secret',
	webhookSecret: `whsec_${Buffer.from('demo-emar-webhook-secret-2026').toString('base64')}`,
	signIns: [
		['amara.okafor', 'carer in induction'],
		['ben.whitfield', 'senior and assessor'],
		['grace.mensah', 'registered manager'],
	],
} as const;

const providerId = namedId('provider fairfield-care');
const roseHouse = namedId('site rose-house');
const elmCourt = namedId('site elm-court');

const givenNames =
	'Aisha Adam Beatriz Callum Chidi Chloe Dana Dev Ella Emeka Fatima Femi George Gita Hannah Ibrahim Imogen Jack Jasmine Joanna Kasia Kieran Kwame Layla Liam Maria Mehmet Mia Nadia Nikos Noor Oliver Olena Patience Paulo Priya Quentin Rachel Ravi Rosa Ruth Samir Sarah Sunita Taiwo Tara Uche Vera Wendy Yusuf Zainab Zofia'.split(
		' ',
	);
const familyNames =
	'Abara Ahmed Bailey Banerjee Begum Brennan Campbell Chukwu Clarke Costa Davies Dhillon Dube Edwards Eze Fernandes Foster Ghosh Grant Green Hall Hussain Iqbal Jackson Jones Kaur Khan Kowalska Lewis Mbeki Morgan Moyo Murphy Nair Ndlovu Novak Obi Oduya Parker Patel Popescu Reid Rossi Santos Shah Silva Singh Sharma Taylor Thomas Tran Walker Wilson Wright Yilmaz Young'.split(
		' ',
	);

interface Named {
	staffCode: string;
	name: [string, string];
	role: Role;
	siteId: string;
}

const [manager, lead, ben, tomasz, helen, samuel]: [Named, Named, Named, Named, Named, Named] = [
	{ staffCode: 'grace.mensah', name: ['Grace', 'Mensah'], role: 'manager', siteId: roseHouse },
	{ staffCode: 'margaret.doyle', name: ['Margaret', 'Doyle'], role: 'medication-lead', siteId: roseHouse },
	{ staffCode: 'ben.whitfield', name: ['Ben', 'Whitfield'], role: 'senior', siteId: roseHouse },
	{ staffCode: 'tomasz.nowak', name: ['Tomasz', 'Nowak'], role: 'senior', siteId: roseHouse },
	{ staffCode: 'helen.brooks', name: ['Helen', 'Brooks'], role: 'medication-lead', siteId: elmCourt },
	{ staffCode: 'samuel.adeyemi', name: ['Samuel', 'Adeyemi'], role: 'senior', siteId: elmCourt },
];
const named: (Named & { stage: Stage })[] = [
	{ staffCode: 'amara.okafor', name: ['Amara', 'Okafor'], role: 'carer', siteId: roseHouse, stage: 'two-rounds' },
	{ staffCode: 'danny.hughes', name: ['Danny', 'Hughes'], role: 'carer', siteId: roseHouse, stage: 'expired' },
	{ staffCode: 'leila.haddad', name: ['Leila', 'Haddad'], role: 'carer', siteId: roseHouse, stage: 'paused' },
	{ staffCode: 'owen.price', name: ['Owen', 'Price'], role: 'carer', siteId: roseHouse, stage: 'left' },
];
const administrator: Named = {
	staffCode: 'alex.reid',
	name: ['Alex', 'Reid'],
	role: 'administrator',
	siteId: roseHouse,
};

/** How the rest of a site's staff are spread over a working life, so that the matrix looks like one. */
const spread: readonly Stage[] = [
	'competent',
	'competent',
	'competent',
	'due-soon',
	'competent',
	'learning',
	'competent',
	'expired',
	'competent',
	'awaiting-sign-off',
	'competent',
	'new',
	'competent',
	'due-soon',
	'two-rounds',
	'competent',
];

/** Who works there beside the named people. */
type Staffing = { stages: readonly Stage[]; atRoseHouse: number; atElmCourt: number };

const wholeHomes: Staffing = { stages: spread, atRoseHouse: 30, atElmCourt: 21 };

/** As few as there have to be for somebody at every stage at both sites: for what looks at everybody many times. */
export const fewPeople: Staffing = { stages: [...new Set(spread), 'competent'], atRoseHouse: 14, atElmCourt: 9 };

const personIdOf = (staffCode: string) => namedId(`person ${staffCode}`);
const memberOf = (who: Named): Member => ({ personId: personIdOf(who.staffCode), siteId: who.siteId, role: who.role });

/** Makes the demonstration in a database without providers, as the owner. False: there was one already. */
export async function seedDemonstration(
	owner: Db,
	catalogue: Catalogue,
	now: Date,
	staffing = wholeHomes,
): Promise<boolean> {
	const [password, pin] = await Promise.all([hashSecret(demonstration.password), hashSecret(demonstration.pin)]);
	return asProvider(owner, providerId, async (tx) => {
		await tx.execute(sql`lock table providers in exclusive mode`);
		const [{ count } = { count: 0 }] = await tx.execute<{ count: number }>(
			sql`select count(*)::int as count from providers`,
		);
		if (count) return false;
		await tx
			.insert(providers)
			.values({ id: providerId, slug: 'fairfield-care', name: 'Fairfield Care', demonstration: true });
		await tx.insert(sites).values([
			{ providerId, id: roseHouse, slug: 'rose-house', name: 'Rose House', kind: 'care-home' },
			{ providerId, id: elmCourt, slug: 'elm-court', name: 'Elm Court', kind: 'home-care' },
		]);
		await tx.insert(clients).values({
			providerId,
			id: demonstration.clientId,
			name: 'Demonstration eMAR',
			scopes: ['authzen.evaluate', 'authzen.search', 'events.read', 'status.read', 'incidents.write'],
			// The most there is: what is measured asks as this client.
			perSecond: mostPerSecond,
			burst: mostPerSecond,
		});
		await tx.insert(clientSecrets).values({
			providerId,
			id: namedId('secret of demo-emar'),
			clientId: demonstration.clientId,
			secretHash: createHash('sha256').update(demonstration.clientSecret).digest('hex'),
		});
		await seedPeople(tx, catalogue, now, staffing, { passwordHash: password, pinHash: pin });
		return true;
	});
}

/** Tells the demonstration's example eMAR, at wherever it listens this time, of whatever changes. */
export async function connectExample(owner: Db, url: string, sealingKey: Uint8Array): Promise<void> {
	const id = namedId('webhook endpoint of demo-emar');
	const key = Buffer.from(demonstration.webhookSecret.replace('whsec_', ''), 'base64');
	await asProvider(owner, providerId, (tx) =>
		tx
			.insert(webhookEndpoints)
			.values({
				providerId,
				id,
				name: 'Example eMAR',
				url,
				clientId: demonstration.clientId,
				types: [...competencyEventTypes],
				secret: seal(sealingKey, id, key),
				createdBy: personIdOf(manager.staffCode),
			})
			.onConflictDoUpdate({ target: [webhookEndpoints.providerId, webhookEndpoints.id], set: { url } }),
	);
}

async function seedPeople(
	tx: Tx,
	catalogue: Catalogue,
	now: Date,
	{ stages, atRoseHouse, atElmCourt }: Staffing,
	secrets: { passwordHash: string; pinHash: string },
): Promise<void> {
	const random = seededRandom(20_261_122);
	const generated = [
		...colleagues(roseHouse, atRoseHouse, stages, random),
		...colleagues(elmCourt, atElmCourt, stages, random),
	];
	const everybody = [manager, lead, ben, tomasz, helen, samuel, administrator, ...named, ...generated];
	await addPeople(
		tx,
		providerId,
		everybody.map((who) => ({
			id: personIdOf(who.staffCode),
			staffCode: who.staffCode,
			givenName: who.name[0],
			familyName: who.name[1],
			...secrets,
		})),
	);
	const facts = livesOf(catalogue, now, random, generated);
	facts.sort((a, b) => (a.recordedAt?.getTime() ?? 0) - (b.recordedAt?.getTime() ?? 0));
	const recorded = await append(tx, providerId, catalogue, facts);

	const endings = new Map(
		recorded.flatMap((each) =>
			each.kind === 'employment-ended' ? [[each.personId, each.payload.lastDay] as const] : [],
		),
	);
	await tx.insert(employments).values(
		recorded.flatMap((each) =>
			each.kind === 'employment-started'
				? [
						{
							providerId,
							personId: each.personId,
							siteId: each.siteId,
							...each.payload,
							startedOn: localDay(each.observedAt),
							lastDay: endings.get(each.personId) ?? null,
							evidenceId: each.id,
						},
					]
				: [],
		),
	);
}

function livesOf(
	catalogue: Catalogue,
	now: Date,
	random: () => number,
	generated: readonly (Named & { stage: Stage })[],
): Fact[] {
	const tell = biographer(catalogue, now, random);
	const [grace, margaret, benW, tomaszN] = [manager, lead, ben, tomasz].map(memberOf) as [
		Member,
		Member,
		Member,
		Member,
	];
	const by: By = { assessors: [margaret.personId, benW.personId], signerId: grace.personId };
	const byElm: By = {
		assessors: [personIdOf(helen.staffCode), personIdOf(samuel.staffCode)],
		signerId: grace.personId,
	};

	/** Long in post and good at nearly everything; the first at a site brought it along from outside. */
	const assessor = (who: Member, others: By, first: boolean) => {
		const learning = (code: PrivilegeCode, daysAgo: number) =>
			first
				? tell.comesCompetent(who, others.signerId, daysAgo, code)
				: tell.becomesCompetent(who, others, daysAgo, code);
		const begun = first ? 640 : 560;
		const [colleague = others.signerId] = others.assessors.filter((each) => each !== who.personId);
		return [
			...tell.joins(who, 900),
			...taught.flatMap((code, place) => [
				...learning(code, begun - place),
				...tell.renews(who, others, begun - 340 - place, code),
			]),
			...learning('assess', begun - 30),
			...[290, 190]
				.slice(catalogue.checklists.has('assessing-round') ? 0 : 2)
				.map((daysAgo) => tell.isWatched(who, colleague, daysAgo, 'morning', { code: 'assess' })),
			...[480, 320, 150, 95].map((daysAgo) =>
				tell.isWatched(who, colleague, daysAgo, 'teatime', { code: 'administer-controlled-drug' }),
			),
		];
	};
	const at = (siteId: string) => (siteId === roseHouse ? by : byElm);
	return [
		...tell.joins(grace, 1400),
		tell.starts({ ...grace, siteId: elmCourt }, 1200),
		tell.starts(memberOf(administrator), 1000, null),
		...assessor(margaret, by, true),
		...assessor(benW, by, false),
		...assessor(memberOf(helen), byElm, true),
		...assessor(memberOf(samuel), byElm, false),
		...tell.joins(tomaszN, 500),
		...tell.becomesCompetent(tomaszN, by, 120),
		...[...named, ...generated].flatMap((who) => lifeOf(tell, random, memberOf(who), who.stage, at(who.siteId))),
	];
}

/** What the assessors of the demonstration hold themselves, in the order in which one rests on another. */
const taught = [
	'administer-oral',
	'prompt',
	'administer-topical',
	'administer-prn',
	'administer-time-critical',
	'witness-controlled-drug',
	'administer-controlled-drug',
	'administer-eye-ear-nose',
] as const satisfies readonly PrivilegeCode[];

function* uniqueNames(random: () => number): Generator<[string, string]> {
	const used = new Set<string>();
	for (;;) {
		const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)] as T;
		const name: [string, string] = [pick(givenNames), pick(familyNames)];
		if (used.has(name.join(' '))) continue;
		used.add(name.join(' '));
		yield name;
	}
}

function colleagues(
	siteId: string,
	count: number,
	stages: readonly Stage[],
	random: () => number,
): (Named & { stage: Stage })[] {
	const names = uniqueNames(random);
	return Array.from({ length: count }, (_, place) => {
		const name = names.next().value as [string, string];
		const role: Role = place % 9 === 0 ? 'senior' : place % 13 === 5 && siteId === roseHouse ? 'nurse' : 'carer';
		const stage = stages[(place * 7 + (siteId === elmCourt ? 3 : 0)) % stages.length] as Stage;
		const tail = siteId === elmCourt ? '.ec' : '';
		return {
			staffCode: `${name.join('.').toLowerCase()}${tail}`,
			name,
			role,
			siteId,
			stage: role === 'carer' ? stage : 'competent',
		};
	});
}

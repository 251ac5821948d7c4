import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { type Catalogue, readCatalogue, rememberEarlier, rememberedKinds } from '#app/catalogue.server.ts';
import { append, fact } from '#app/commands/append.ts';
import { pause } from '#app/commands/authorising.ts';
import { endDelegation } from '#app/commands/delegating.ts';
import { override } from '#app/commands/overriding.ts';
import { project } from '#app/commands/projecting.ts';
import { replayDecision } from '#app/commands/replaying.ts';
import { type Privilege, privilegeCodes } from '#app/domain/privilege.ts';
import { seededRandom } from '#db/factory.ts';
import { listContentVersions } from '#db/queries/content.ts';
import { findDecision } from '#db/queries/decisions.ts';
import { listPersonIds } from '#db/queries/people.ts';
import { policies } from '#db/schema.ts';
import { demonstration } from '#db/seed.ts';
import { gateWith, goodAtInsulin, handOver, insulin } from '../support/authzen.ts';
import type { TestDatabase } from '../support/database.ts';
import {
	amara,
	asFairfield,
	authoriser,
	ben,
	catalogue,
	cellOf,
	fairfield,
	grace,
	memberOf,
	personOf,
	roseHouse,
	storyteller,
	tell,
	tomasz,
} from '../support/demonstration.ts';
import { question } from '../support/gate.ts';

vi.setConfig({ testTimeout: 180_000 });

const { clientId } = demonstration;
const danny = personOf('danny.hughes');
const codes = ['ben.whitfield', 'tomasz.nowak', 'amara.okafor', 'danny.hughes', 'margaret.doyle', 'leila.haddad'];
const nurse = authoriser(ben, [{ role: 'nurse', siteId: roseHouse }]);

/** What the three kinds of client call somebody. */
const called = {
	'staff-code': (code: string) => code,
	opaque: (code: string) => personOf(code),
	own: (code: string) => `E-${codes.indexOf(code)}`,
} as const;
type SubjectKind = keyof typeof called;

async function speak({ owner }: TestDatabase, kind: SubjectKind): Promise<void> {
	await owner`update clients set subject_ids = ${kind} where id = ${clientId}`;
}

/** Amara practises insulin under supervision; Tomasz and Ben hold it, handed over for one person each. */
async function prepare(db: TestDatabase): Promise<void> {
	await goodAtInsulin(db, ben);
	const story = storyteller();
	await tell(db, story.becomesCompetent(memberOf(amara), { assessors: [ben], signerId: grace }, 30));
	await tell(db, story.learns(memberOf(amara), 20, insulin));
	await supervised(db, insulin, tomasz);
	await handOver(db, { person: 'RH-1', id: handedToTomasz });
	await handOver(db, { person: 'RH-1', to: amara });
	await handOver(db, { person: 'RH-2', to: ben });
	// Of last year: its day of review is past.
	await tell(db, [
		fact({
			kind: 'delegation',
			...cellOf(tomasz, insulin),
			recordedBy: grace,
			observedAt: new Date('2026-06-01T12:00:00Z'),
			payload: { person: 'RH-3', delegator: grace, registration: '12A3456E', reviewOn: '2026-08-01' },
		}),
	]);
	for (const [place, code] of codes.entries())
		await db.owner`insert into client_subjects (provider_id, client_id, own_id, person_id) values (${fairfield}, ${clientId}, ${`E-${place}`}, ${personOf(code)})`;
}

const handedToTomasz = randomUUID();

function supervised(db: TestDatabase, privilege: typeof insulin | 'administer-oral', supervisor: string) {
	return asFairfield(db, (tx) =>
		append(tx, fairfield, catalogue, [
			fact({ kind: 'supervision', ...cellOf(amara, privilege), recordedBy: grace, payload: { supervisor } }),
		]),
	);
}

/** What happens between one crowd of questions and the next. */
const deeds: ((db: TestDatabase) => Promise<unknown>)[] = [
	async () => {},
	(db) =>
		asFairfield(db, (tx) =>
			override(tx, authoriser(grace), catalogue, cellOf(danny), {
				id: randomUUID(),
				hours: 4,
				note: 'Nobody else is here',
				now: new Date(),
			}),
		),
	(db) =>
		asFairfield(db, (tx) =>
			endDelegation(tx, nurse, catalogue, cellOf(tomasz, insulin), { delegation: handedToTomasz, now: new Date() }),
		),
	// Two people change places in the words of the other system.
	({ owner }) =>
		owner.begin(async (sql) => {
			await sql`delete from client_subjects where client_id = ${clientId} and own_id in ('E-0', 'E-3')`;
			await sql`insert into client_subjects (provider_id, client_id, own_id, person_id) values (${fairfield}, ${clientId}, 'E-0', ${danny}), (${fairfield}, ${clientId}, 'E-3', ${ben})`;
		}),
	(db) =>
		asFairfield(db, (tx) =>
			pause(tx, authoriser(grace), catalogue, cellOf(ben), {
				id: randomUUID(),
				reason: 'other',
				reviewOn: '2027-01-01',
			}),
		),
	(db) =>
		asFairfield(db, async (tx) => {
			const body = { witness: false, dueSoon: 'P90D' };
			const [saved] = await tx
				.insert(policies)
				.values({ providerId: fairfield, siteId: roseHouse, version: 1, body, reason: 'a test', recordedBy: grace })
				.returning();
			if (!saved) throw new Error('not saved');
			await project(tx, fairfield, catalogue, await listPersonIds(tx, { providerId: fairfield }), { policy: saved });
		}),
	// A round of three weeks ago that is entered only now, and a withdrawal.
	(db) => tell(db, storyteller().learns(memberOf(personOf('leila.haddad')), 21, 'witness-controlled-drug')),
	(db) =>
		asFairfield(db, (tx) =>
			append(tx, fairfield, catalogue, [
				fact({
					kind: 'withdrawal',
					...cellOf(personOf('margaret.doyle'), 'administer-controlled-drug'),
					recordedBy: grace,
					payload: {},
				}),
			]),
		),
];

/** The content of a year from now: by mouth asks for more, insulin is a task nobody has heard of, and a module is new. */
async function contentSince(db: TestDatabase): Promise<Catalogue> {
	const later = readCatalogue();
	const pinned = await asFairfield(db, (tx) => listContentVersions(tx, rememberedKinds));
	const oral = later.privileges.get('administer-oral');
	const reading = pinned.find((each) => each.kind === 'module' && each.slug === 'rights-and-mar');
	if (!oral || !reading) throw new Error('no such content');
	const recordedAt = new Date();
	const body: Privilege = {
		...oral.body,
		requirements: [...oral.body.requirements, { kind: 'declaration', document: 'new' }],
	};
	const next = {
		kind: 'privilege',
		slug: 'administer-oral',
		version: 99,
		id: randomUUID(),
		hash: 'x',
		body,
		recordedAt,
	};
	const { provenance } = reading.body as { provenance: object };
	const change = { asks: 'acknowledge', grace: 'P1D', says: 'A refused dose has a new code.' };
	const module = {
		...reading,
		id: randomUUID(),
		version: 99,
		recordedAt,
		body: { ...(reading.body as object), provenance: { ...provenance, version: 99, change } },
	};
	later.privileges = new Map([
		...later.privileges,
		['administer-oral', { versionId: next.id, version: 99, hash: 'x', body }],
	]);
	rememberEarlier(later, [...pinned, next, module]);
	return later;
}

test('every kind of question the gate answers is worked out again to the same answer, whatever has changed since', async () => {
	const { db, ask, watch } = await gateWith('authzen.plan');
	await prepare(db);
	const random = seededRandom(1126);
	const pick = <T>(of: readonly T[]) => of[Math.floor(random() * of.length)] as T;
	const chance = (share: number) => random() < share;
	const soon = () => new Date(Date.now() + pick([1, 20, 100, 300, 500]) * 86_400_000).toISOString();
	const asked = (kind: SubjectKind) => {
		const who = () => (chance(0.06) ? 'no.body' : called[kind](pick(codes)));
		const privilege = chance(0.06)
			? 'fly'
			: pick(['administer-oral', insulin, insulin, 'administer-controlled-drug', pick(privilegeCodes)]);
		const context = {
			...(chance(0.3) ? { witness: who() } : {}),
			...(chance(0.4) ? { supervisor: chance(0.5) ? called[kind]('tomasz.nowak') : who() } : {}),
			...(chance(0.6) ? { [pick(['person', 'delegation'])]: pick(['RH-1', 'RH-2', 'RH-3', 'RH-4']) } : {}),
			...(chance(0.25) ? { time: soon() } : {}),
		};
		const site = chance(0.9) ? 'rose-house' : pick(['elm-court', 'nowhere']);
		const made = question(who(), privilege, site, { context });
		if (chance(0.02)) made.subject.type = 'robot';
		return made;
	};
	const semantics = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'];
	const given: string[] = [];
	let cut = 0;
	for (const deed of deeds) {
		await deed(db);
		for (const kind of Object.keys(called) as SubjectKind[]) {
			await speak(db, kind);
			const single = await Promise.all(Array.from({ length: 12 }, () => ask(asked(kind))));
			for (const { status, body } of single) {
				expect(status, JSON.stringify(body)).toBe(200);
				given.push(body.context.evaluation_id);
			}
			const evaluations = Array.from({ length: 8 }, () => (chance(0.1) ? { subject: 7 } : asked(kind)));
			const options = { evaluations_semantic: pick(semantics) };
			const { status, body } = await ask({ evaluations, options }, { path: '/access/v1/evaluations' });
			expect(status).toBe(200);
			cut += evaluations.length - body.evaluations.length;
			for (const { context } of body.evaluations) if (context.evaluation_id) given.push(context.evaluation_id);
		}
	}
	expect(await watch.decisions.flush()).toBe(true);

	// What was cut away or broken was answered to nobody, and is in no log.
	const [rows] =
		await db.owner`select count(*)::int as count, count(distinct evaluation_id)::int as ids from decisions`;
	expect(rows).toEqual({ count: given.length, ids: given.length });
	expect(cut).toBeGreaterThan(20);

	const later = await contentSince(db);
	const met = new Set<string>();
	let newContentMatters = 0;
	for (const evaluationId of given) {
		const { logged, replay, knowing } = await asFairfield(db, async (tx) => {
			const logged = await findDecision(tx, { providerId: fairfield, evaluationId });
			if (!logged) throw new Error(`no decision ${evaluationId}`);
			const replay = await replayDecision(tx, fairfield, later, logged);
			const asIfNow = { ...logged, evaluatedAt: new Date() };
			const control = logged.action === 'administer-oral' && logged.code === 'competent' && !logged.context.time;
			return { logged, replay, knowing: control ? await replayDecision(tx, fairfield, later, asIfNow) : undefined };
		});
		if (replay.byEarlierRule || knowing?.byEarlierRule) throw new Error('made by an earlier rule');
		expect(replay.differs, JSON.stringify({ logged, answer: replay.answer })).toEqual([]);
		if (knowing?.differs.length) newContentMatters += 1;
		const { decision, code, context, beside } = logged;
		const how = [
			context.time && 'planned',
			context.person && 'person',
			beside.some(({ as }) => as === 'supervisor') && 'supervisor',
			beside.some(({ as }) => as === 'witness') && 'witness',
		];
		for (const each of ['', ...how])
			if (each !== undefined && each !== false) met.add(`${decision} ${code} ${each}`.trim());
	}
	expect(newContentMatters).toBeGreaterThan(3);
	// Control: the questions have met what they were made to meet.
	const wanted = [
		'true competent person',
		'true competent planned',
		'true competent witness',
		'true supervised_only person',
		'true override_active',
		'false delegation_missing',
		'false delegation_expired',
		'false delegation_missing planned',
		'false supervised_only',
		'false witness_missing',
		'false paused_review',
		'false prerequisite_missing',
		'false expired planned',
		'false withdrawn',
		'false unknown_person',
		'false unknown_privilege',
		'false unknown_site',
	];
	expect(wanted.filter((each) => !met.has(each))).toEqual([]);
});

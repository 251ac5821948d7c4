import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { expect, test, vi } from 'vitest';
import { append, fact } from '#app/commands/append.ts';
import { liftPause, pause } from '#app/commands/authorising.ts';
import { endEmployment } from '#app/commands/employing.ts';
import { replayDecision, type WorkedAgain } from '#app/commands/replaying.ts';
import type { LoggedDecision } from '#app/domain/logged-decision.ts';
import { addDays, localDay } from '#app/domain/period.ts';
import { seededRandom } from '#db/factory.ts';
import { findDecision } from '#db/queries/decisions.ts';
import { listPeople } from '#db/queries/people.ts';
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
	margaret,
	personOf,
	roseHouse,
	setPolicy,
	storyteller,
	tell,
} from '../support/demonstration.ts';
import { question, testGate } from '../support/gate.ts';

vi.setConfig({ testTimeout: 60_000 });

async function replayed(db: TestDatabase, logged: LoggedDecision): Promise<WorkedAgain> {
	const replay = await asFairfield(db, (tx) => replayDecision(tx, fairfield, catalogue, logged));
	if (replay.byEarlierRule) throw new Error('made by an earlier rule');
	return replay;
}

async function findLogged(db: TestDatabase, evaluationId: string): Promise<LoggedDecision> {
	const found = await asFairfield(db, (tx) => findDecision(tx, { providerId: fairfield, evaluationId }));
	if (!found) throw new Error(`no decision ${evaluationId}`);
	return found;
}

/** What happens between one crowd of questions and the next. Each changes answers that were given before. */
const deeds: ((db: TestDatabase) => Promise<unknown>)[] = [
	(db) =>
		asFairfield(db, (tx) =>
			pause(tx, authoriser(grace), catalogue, cellOf(ben), {
				id: randomUUID(),
				reason: 'other',
				reviewOn: '2027-01-01',
			}),
		),
	(db) => setPolicy(db, 1, null, { witness: false }),
	(db) =>
		asFairfield(db, (tx) => liftPause(tx, authoriser(grace), catalogue, cellOf(ben), { note: 'All is well again' })),
	(db) => tell(db, storyteller().learns({ personId: amara, siteId: roseHouse, role: 'carer' }, 20)),
	(db) =>
		asFairfield(db, (tx) =>
			append(tx, fairfield, catalogue, [
				fact({ kind: 'supervision', ...cellOf(amara), recordedBy: grace, payload: { supervisor: ben } }),
			]),
		),
	(db) => setPolicy(db, 2, roseHouse, { witness: true, dueSoon: 'P90D' }),
	(db) =>
		asFairfield(db, (tx) =>
			append(tx, fairfield, catalogue, [
				fact({ kind: 'withdrawal', ...cellOf(margaret, 'administer-controlled-drug'), recordedBy: grace, payload: {} }),
			]),
		),
	(db) =>
		asFairfield(db, (tx) =>
			endEmployment(tx, fairfield, catalogue, {
				personId: personOf('danny.hughes'),
				lastDay: addDays(localDay(new Date()), -1),
				recordedBy: grace,
			}),
		),
];

test('whatever was answered, and whatever has happened since, is worked out again to the same answer', async () => {
	const { db, ask, watch } = await testGate();
	const random = seededRandom(2026);
	const pick = <T>(of: readonly T[]) => of[Math.floor(random() * of.length)] as T;
	const people = (await asFairfield(db, (tx) => listPeople(tx, { providerId: fairfield }))).map(
		(each) => each.staffCode,
	);
	const story = [
		'ben.whitfield',
		'margaret.doyle',
		'amara.okafor',
		'danny.hughes',
		'owen.price',
		'leila.haddad',
		'no.body',
	];
	const privileges: string[] = [...catalogue.privileges.keys(), 'fly'];
	const favourites = ['administer-oral', 'administer-controlled-drug', 'witness-controlled-drug'];
	const made = () => {
		const who = () => pick(random() < 0.6 ? story : people);
		const context = {
			...(random() < 0.5 ? { witness: who() } : {}),
			...(random() < 0.4 ? { supervisor: who() } : {}),
		};
		const site = random() < 0.8 ? 'rose-house' : pick(['elm-court', 'nowhere']);
		return question(who(), pick(random() < 0.7 ? favourites : privileges), site, { context });
	};
	const ids: string[] = [];
	for (const deed of [async () => {}, ...deeds]) {
		await deed(db);
		const answers = await Promise.all(Array.from({ length: 120 }, () => ask(made())));
		for (const { status, body } of answers) {
			expect(status).toBe(200);
			ids.push(body.context.evaluation_id);
		}
	}
	expect(await watch.decisions.flush()).toBe(true);
	const codes = new Map<string, number>();
	for (const id of ids) {
		const logged = await findLogged(db, id);
		const { answer, differs } = await replayed(db, logged);
		expect(differs, JSON.stringify({ logged, answer })).toEqual([]);
		const key = `${logged.decision} ${logged.code}`;
		codes.set(key, (codes.get(key) ?? 0) + 1);
	}
	expect(ids).toHaveLength(120 * (deeds.length + 1));
	// Control: the questions have met what they were made to meet.
	for (const key of ['true competent', 'true supervised_only', 'false supervised_only', 'false witness_missing'])
		expect([...codes.keys()]).toContain(key);
	for (const code of [
		'expired',
		'paused_review',
		'withdrawn',
		'left',
		'unknown_person',
		'unknown_site',
		'unknown_privilege',
	])
		expect([...codes.keys()]).toContain(`false ${code}`);
});

test('what was known later, and by another policy, does not count', async () => {
	const { db, ask, watch } = await testGate();
	const { body } = await ask(question('ben.whitfield'));
	await watch.decisions.flush();
	await deeds[0]?.(db);
	const logged = await findLogged(db, body.context.evaluation_id);
	expect((await replayed(db, logged)).answer).toMatchObject({ decision: true, code: 'competent' });
	const [newest] = await db.owner`select max(seq) as seq from evidence where person_id = ${ben}`;
	const knowing = await replayed(db, { ...logged, upToSeq: Number(newest?.seq), evaluatedAt: new Date() });
	expect(knowing).toMatchObject({
		answer: { decision: false, code: 'paused_review' },
		differs: ['decision', 'code', 'standing', 'validUntil'],
	});
});

test('a decision that does not follow from the evidence is seen not to', async () => {
	const { db, ask, watch } = await testGate();
	const { body } = await ask(question('amara.okafor'));
	await watch.decisions.flush();
	const logged = await findLogged(db, body.context.evaluation_id);
	expect((await replayed(db, logged)).differs).toEqual([]);
	const wrong = { ...logged, decision: true, code: 'competent' as const };
	expect((await replayed(db, wrong)).differs).toEqual(['decision', 'code']);
	expect((await replayed(db, { ...logged, standing: 'paused' })).differs).toEqual(['standing']);
	// Where a standing was changed behind the evidence, the gate's answer is found out.
	await db.owner`update standings set permit = true, code = 'competent', permit_until = now() + interval '1 day' where person_id = ${amara} and privilege = 'administer-oral'`;
	const forged = await ask(question('amara.okafor'));
	expect(forged.body.decision).toBe(true);
	await watch.decisions.flush();
	expect((await replayed(db, await findLogged(db, forged.body.context.evaluation_id))).differs).toContain('decision');
});

test('a decision of another provider is nobody’s to replay', async () => {
	const { db, ask, watch } = await testGate();
	const { body } = await ask(question('ben.whitfield'));
	await watch.decisions.flush();
	const other = randomUUID();
	await db.owner`insert into providers (id, slug, name) values (${other}, 'other', 'Other')`;
	const found = await db.database.db.transaction(async (tx) => {
		await tx.execute(sql`select set_config('app.provider_id', ${other}, true)`);
		return [
			await findDecision(tx, { providerId: other, evaluationId: body.context.evaluation_id }),
			await findDecision(tx, { providerId: fairfield, evaluationId: body.context.evaluation_id }),
		];
	});
	expect(found).toEqual([null, null]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rulesBySite } from '#app/commands/projecting.ts';
import type { Evidence } from '#app/domain/evidence.ts';
import { matrixOf } from '#app/domain/matrix.ts';
import { privilegeCodes } from '#app/domain/privilege.ts';
import { payloadReferences } from '#app/domain/reference.ts';
import type { Rules } from '#app/domain/rules.ts';
import type { Answer } from '#app/domain/words.ts';
import { asProvider, type Tx } from '#db/client.server.ts';
import { namedId } from '#db/factory.ts';
import { listEvidenceOf, listRuledEvidence } from '#db/queries/evidence.ts';
import { listPersonIds } from '#db/queries/people.ts';
import { type Asking, askings } from '../domain/lives.ts';
import { amounts, did } from '../support/amounts.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { asFairfield, catalogue, fairfield, roseHouse } from '../support/demonstration.ts';

const provider = namedId('provider of lives');
const forEver = new Date('9999-01-01');

/** One made-up life with ids that the database takes, of a person of its own. */
interface Told extends Asking {
	id: string;
}

const lateLine = (turn: number): Answer =>
	(['not-applicable', 'not-seen', 'yes', 'not-applicable'] as const)[turn % 4] ?? 'yes';

function told(asking: Asking, place: number): Told {
	const idOf = (name: string) => namedId(`${name} of life ${place}`);
	const names = new Map<string, string>();
	const uuid = <T extends string | null>(name: T): T => {
		if (name !== null) names.set(idOf(name), name);
		return (name && idOf(name)) as T;
	};
	const evidence = asking.evidence.map((fact): Evidence => {
		const payload = Object.entries(fact.payload).map(([field, value]) => {
			if (!(payloadReferences as Record<string, unknown>)[field]) return [field, value];
			return [field, Array.isArray(value) ? value.map(uuid) : uuid(value as string)];
		});
		// In most lives every line is seen at once. Here one line often is not, and whether it ever is decides.
		if (fact.kind === 'observation')
			payload.push(['results', { ...fact.payload.results, late: lateLine(fact.seq + place) }]);
		return {
			...fact,
			id: uuid(fact.id),
			personId: idOf('person'),
			siteId: uuid(fact.siteId),
			recordedBy: uuid(fact.recordedBy),
			contentVersionId: uuid(fact.contentVersionId),
			supersedes: uuid(fact.supersedes),
			payload: Object.fromEntries(payload),
		} as Evidence;
	});
	const { earlier } = asking.rules;
	const rules: Rules = !earlier
		? asking.rules
		: {
				...asking.rules,
				earlier: {
					policies: earlier.policies,
					privileges: { get: (id) => earlier.privileges.get(names.get(id) ?? id) },
					checklists: { get: (id) => earlier.checklists.get(names.get(id) ?? id) },
				},
			};
	return {
		...asking,
		rules,
		evidence,
		id: idOf('person'),
		question: { ...asking.question, siteId: idOf(asking.question.siteId) },
	};
}

/** Puts lives in as they are: nothing here is about how evidence comes to be. */
async function putIn({ owner }: TestDatabase, lives: readonly Told[]): Promise<void> {
	await owner.begin(async (sql) => {
		await sql`set local session_replication_role = replica`;
		await sql`insert into providers (id, slug, name) values (${provider}, 'lives', 'Lives')`;
		const rows = lives.flatMap((life) => life.evidence).map((fact, place) => ({ ...fact, seq: place + 1 }));
		await sql`
			insert into evidence (provider_id, id, seq, kind, person_id, privilege, site_id, observed_at, recorded_at, recorded_by,
				content_version_id, payload, supersedes, prev_hash, hash)
			select ${provider}, r.id, r.seq, r.kind, r."personId", r.privilege, r."siteId", r."observedAt", r."recordedAt", r."recordedBy",
				r."contentVersionId", r.payload, r.supersedes, sha256(''), sha256('')
			from jsonb_to_recordset(${sql.json(rows as never)}) as r (id uuid, seq bigint, kind text, "personId" uuid, privilege text,
				"siteId" uuid, "observedAt" timestamptz, "recordedAt" timestamptz, "recordedBy" uuid, "contentVersionId" uuid,
				payload jsonb, supersedes uuid)`;
	});
}

async function ruledBy(tx: Tx, people: readonly { id: string }[], knownAt: Date): Promise<Evidence[]> {
	const found: Evidence[] = [];
	for await (const part of listRuledEvidence(tx, { providerId: provider, people, knownAt }))
		found.push(...part.evidence);
	return found;
}

test('a matrix from the evidence that the rules read is the one from whole rows', async () => {
	const db = await testDatabase('empty');
	const lives = fc.sample(askings, { numRuns: amounts.livesRead, seed: Number(process.env.LIVES_SEED ?? 7) }).map(told);
	await putIn(db, lives);
	const standings = new Set<string>();
	await asProvider(db.database.db, provider, async (tx) => {
		const whole = await listEvidenceOf(tx, { providerId: provider, personIds: lives.map((life) => life.id) });
		const ruled = await ruledBy(tx, lives, forEver);
		expect(ruled.length).toBe(whole.length);
		for (const life of lives) {
			const { rules, at, knownAt } = life;
			const matrixFrom = (evidence: readonly Evidence[]) => {
				const asked = { siteId: life.question.siteId, at, knownAt };
				const theirs = evidence.filter((each) => each.personId === life.id);
				return matrixOf(rules, [{ id: life.id }], theirs, privilegeCodes, asked);
			};
			const expected = matrixFrom(whole);
			expect(matrixFrom(ruled)).toEqual(expected);
			expect(matrixFrom(await ruledBy(tx, [life], knownAt))).toEqual(expected);
			for (const { standing } of expected[0]?.cells ?? []) standings.add(standing);
		}
	});
	expect(standings.size).toBeGreaterThan(7);
	did(`${lives.length} working lives, read in two ways`);
}, 60_000);

test('so is that of the demonstration, whose rounds and forms are the real ones', async () => {
	const db = await testDatabase();
	await asFairfield(db, async (tx) => {
		const people = (await listPersonIds(tx, { providerId: fairfield })).map((id) => ({ id }));
		const whole = await listEvidenceOf(tx, { providerId: fairfield, personIds: people.map((each) => each.id) });
		const now = new Date();
		const asOf = { siteId: roseHouse, at: now, knownAt: now };
		const rules = (await rulesBySite(tx, fairfield, catalogue))(roseHouse);
		const ruled: Evidence[] = [];
		for await (const part of listRuledEvidence(tx, { providerId: fairfield, people, knownAt: now }))
			ruled.push(...part.evidence);
		const expected = matrixOf(rules, people, whole, privilegeCodes, asOf);
		expect(matrixOf(rules, people, ruled, privilegeCodes, asOf)).toEqual(expected);
		const standings = new Set(expected.flatMap(({ cells }) => cells.map((each) => each.standing)));
		expect(standings.size).toBeGreaterThan(5);
	});
});

test('people come in the order they were asked for, and those without evidence come too', async () => {
	const db = await testDatabase('empty');
	const people = Array.from({ length: 250 }, (_, place) => ({ id: namedId(`nobody ${place}`) }));
	const found = await asProvider(db.database.db, provider, async (tx) => {
		const parts = [];
		for await (const part of listRuledEvidence(tx, { providerId: provider, people, knownAt: forEver }))
			parts.push(part);
		return parts;
	});
	expect(found.flatMap((part) => part.people)).toEqual(people);
	expect(found.flatMap((part) => part.evidence)).toEqual([]);
});

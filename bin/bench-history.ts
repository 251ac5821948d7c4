import { sql } from 'drizzle-orm';
import type { Catalogue } from '../app/catalogue.server.ts';
import { type Fact, hashEntry, noHash } from '../app/commands/append.ts';
import { payloads } from '../app/domain/evidence.ts';
import type { Entry } from '../app/domain/ledger.ts';
import type { PrivilegeCode } from '../app/domain/privilege.ts';
import type { Db, Tx } from '../db/client.server.ts';
import { type By, biographer, type Member, namedId, seededRandom } from '../db/factory.ts';

/** A provider with believable histories, put into the database by the shortest way: only the benchmarks may. */
export interface Staffed {
	providerId: string;
	siteId: string;
	personIds: string[];
	rows: number;
}

const rowsAtOnce = 5000;
/** Days: all there is was recorded at least so long ago, so that half a year ago it was known. */
const latest = 190;
const pace = 7;
const renewedAfter = 330;

/** Makes a provider with one site and so many people, each with so many rows of evidence, as the owner. */
export async function staff(
	owner: Db,
	catalogue: Catalogue,
	name: string,
	{ people, rowsEach }: { people: number; rowsEach: number },
): Promise<Staffed> {
	const providerId = namedId(`bench provider ${name}`);
	const siteId = namedId(`bench site ${name}`);
	const personIds = Array.from({ length: people }, (_, place) => namedId(`bench person ${place} of ${name}`));
	const random = seededRandom(people);
	const tell = biographer(catalogue, new Date(), random);
	const codes = inOrderOfNeed(catalogue);
	const by: By = { assessors: personIds.slice(0, 4), signerId: personIds[0] ?? '' };
	const facts = personIds.flatMap((personId, place) =>
		lifeOf({ personId, siteId, role: place % 3 ? 'carer' : 'senior' }).slice(0, rowsEach),
	);
	facts.sort((a, b) => (a.recordedAt?.getTime() ?? 0) - (b.recordedAt?.getTime() ?? 0));
	await owner.transaction(async (tx) => {
		await tx.execute(sql`set local session_replication_role = replica`);
		await tx.execute(sql`insert into providers (id, slug, name) values (${providerId}, ${name}, ${name})`);
		await tx.execute(
			sql`insert into sites (provider_id, id, slug, name, kind) values (${providerId}, ${siteId}, ${name}, ${name}, 'care-home')`,
		);
		await tx.execute(sql`
			insert into people (provider_id, id, staff_code, given_name, family_name)
			select ${providerId}, id, id::text, 'Bench', 'Mark' from unnest(${sql.param(personIds)}::uuid[]) as id`);
		await putIn(tx, providerId, facts);
	});
	await owner.execute(sql`vacuum analyze`);
	return { providerId, siteId, personIds, rows: facts.length };

	/** Joins, learns one privilege after the other, is signed off, and renews them year after year. */
	function lifeOf(who: Member): Fact[] {
		const learnt = codes.slice(0, 10 + Math.floor(random() * 6));
		const years = Math.ceil(Math.max(0, rowsEach - 9 * learnt.length) / (3 * learnt.length));
		const joined = latest + Math.floor(random() * 200) + 75 + learnt.length * pace + years * renewedAfter;
		const told = tell.joins(who, joined);
		const held: [PrivilegeCode, number][] = [];
		for (const code of learnt) {
			const daysAgo = joined - 75 - held.length * pace;
			told.push(...tell.becomesCompetent(who, by, daysAgo, code));
			const watched = catalogue.privileges.get(code)?.body.requirements.some((each) => each.kind === 'observation');
			if (watched) held.push([code, daysAgo]);
		}
		for (let year = 1; year <= years; year += 1)
			for (const [code, daysAgo] of held) told.push(...tell.renews(who, by, daysAgo - year * renewedAfter, code));
		while (told.length < rowsEach)
			told.push(tell.isWatched(who, by.assessors[1] ?? '', latest + Math.floor(random() * 200), 'teatime'));
		for (const each of told) {
			if (each.kind !== 'observation' || random() > 0.05) continue;
			const { results } = each.payload as unknown as { results: Record<string, string> };
			const [line] = Object.keys(results);
			if (line) results[line] = 'not-seen';
		}
		return told;
	}
}

/** Privileges after those that they rest on. */
function inOrderOfNeed({ privileges }: Catalogue): PrivilegeCode[] {
	const ordered = new Set<PrivilegeCode>();
	const add = (code: PrivilegeCode): void => {
		for (const each of privileges.get(code)?.body.requirements ?? [])
			if (each.kind === 'prerequisite') add(each.privilege);
		ordered.add(code);
	};
	for (const code of privileges.keys()) add(code);
	return [...ordered];
}

/** Numbers, hashes and writes facts with their events; standings are left to `project`. */
async function putIn(tx: Tx, providerId: string, facts: readonly Fact[]): Promise<void> {
	let previous: Uint8Array = noHash;
	let lastRecorded = new Date(0);
	const rows = facts.map((given, place) => {
		const now = given.recordedAt ?? new Date();
		lastRecorded = now > lastRecorded ? now : lastRecorded;
		const { kind, personId, recordedBy, observedAt = lastRecorded, recordedAt: _, note: __, ...rest } = given;
		const entry = {
			privilege: null,
			siteId: null,
			contentVersionId: null,
			supersedes: null,
			...rest,
			providerId,
			kind,
			personId,
			recordedBy,
			seq: place + 1,
			observedAt: observedAt < lastRecorded ? observedAt : lastRecorded,
			recordedAt: lastRecorded,
			payload: payloads[kind].parse(given.payload),
		} as unknown as Entry;
		const hash = hashEntry(previous, entry);
		const row = { ...entry, prevHash: Buffer.from(previous).toString('hex'), hash: hash.toString('hex') };
		previous = hash;
		return row;
	});
	for (let from = 0; from < rows.length; from += rowsAtOnce) {
		const part = JSON.stringify(rows.slice(from, from + rowsAtOnce));
		await tx.execute(sql`
			insert into evidence (provider_id, id, seq, kind, person_id, privilege, site_id, observed_at, recorded_at, recorded_by,
				content_version_id, payload, supersedes, prev_hash, hash)
			select ${providerId}, r.id, r.seq, r.kind, r."personId", r.privilege, r."siteId", r."observedAt", r."recordedAt",
				r."recordedBy", r."contentVersionId", r.payload, r.supersedes, decode(r."prevHash", 'hex'), decode(r.hash, 'hex')
			from jsonb_to_recordset(${part}::jsonb) as r (id uuid, seq bigint, kind text, "personId" uuid, privilege text,
				"siteId" uuid, "observedAt" timestamptz, "recordedAt" timestamptz, "recordedBy" uuid, "contentVersionId" uuid,
				payload jsonb, supersedes uuid, "prevHash" text, hash text)`);
	}
	await tx.execute(sql`
		insert into events (provider_id, id, type, person_id, privilege, site_id, evidence_id, recorded_at)
		select provider_id, gen_random_uuid(), 'evidence.recorded', person_id, privilege, site_id, id, recorded_at
		from evidence where provider_id = ${providerId}`);
	await tx.execute(sql`
		insert into employments (provider_id, person_id, site_id, role, contract, started_on, evidence_id)
		select provider_id, person_id, site_id, payload ->> 'role', payload ->> 'contract', (observed_at at time zone 'Europe/London')::date, id
		from evidence where provider_id = ${providerId} and kind = 'employment-started'`);
}

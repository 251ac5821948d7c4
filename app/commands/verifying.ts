import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Tx } from '#db/client.server.ts';
import { listContentVersions } from '#db/queries/content.ts';
import { type ChainRow, listChain, listEvidenceOf } from '#db/queries/evidence.ts';
import { listPostRows, listSites } from '#db/queries/people.ts';
import { listSegments, type StandingSegment } from '#db/queries/standings.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { contentKinds } from '../domain/content.ts';
import { type Evidence, payloads } from '../domain/evidence.ts';
import { canonical, type Entry } from '../domain/ledger.ts';
import { hashEntry, hashNote, noHash } from './append.ts';
import { type PostRow, postsFrom } from './employing.ts';
import type { Finding, Progress } from './finding.ts';
import type { NoteKeeping } from './outside-note.ts';
import { rulesBySite, standingsOf } from './projecting.ts';
import { verifyCheckpoints } from './verifying-checkpoints.ts';
import { verifyReferences } from './verifying-references.ts';

export type { Finding } from './finding.ts';

export interface VerifyOptions {
	/** Where notes are kept outside the database; left out, only the database is asked. */
	keeping?: NoteKeeping;
	progress?: Progress;
}

const rowsAtOnce = 1000;
const peopleAtOnce = 200;

/**
 * Checks again all that a provider's rows promise: the chain of evidence and every checkpoint of it, what rows point
 * at, the content and the notes by their hashes, an event for every row, and standings that are exactly what the
 * evidence gives. Writes nothing. The caller's transaction should see one moment (`repeatable read`), or a row written
 * meanwhile looks like a fault.
 */
export async function verifyProvider(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	{ keeping, progress }: VerifyOptions = {},
): Promise<Finding[]> {
	const findings = [
		...(await verifyChain(tx, providerId, progress)),
		...(await verifyCheckpoints(tx, providerId, { keeping, progress })),
		...(await verifyReferences(tx, providerId)),
		...(await verifyContent(tx, providerId)),
		...(await verifyEvents(tx, providerId)),
		...(await verifyNotes(tx, providerId)),
		...(await verifyStandings(tx, providerId, catalogue)),
	];
	if (progress) progress('standings', await countStandings(tx, providerId));
	return findings;
}

async function countStandings(tx: Tx, providerId: string): Promise<number> {
	const [row] = await tx.execute<{ count: number }>(
		sql`select count(*)::int as count from standings where provider_id = ${providerId}`,
	);
	return row?.count ?? 0;
}

/** After the first break nothing that follows can be trusted or blamed, so the first is the one that is named. */
async function verifyChain(tx: Tx, providerId: string, progress?: Progress): Promise<Finding[]> {
	const findings: Finding[] = [];
	let previous: Uint8Array = noHash;
	let seq = 0;
	// From the lowest number there is: a row put in before the first would otherwise be passed over.
	let afterSeq = Number.MIN_SAFE_INTEGER;
	for (;;) {
		const rows = await listChain(tx, { providerId, afterSeq, limit: rowsAtOnce });
		for (const row of rows) {
			seq += 1;
			const detail = breakAt(row, providerId, seq, previous);
			if (detail) return [...findings, { what: 'chain', where: `evidence ${row.evidence.seq}`, detail }];
			findings.push(...payloadFaults(row.evidence));
			previous = row.hash;
			afterSeq = row.evidence.seq;
		}
		progress?.('evidence', seq);
		if (rows.length < rowsAtOnce) return findings;
	}
}

function breakAt({ evidence, prevHash, hash }: ChainRow, providerId: string, seq: number, previous: Uint8Array) {
	if (evidence.seq !== seq) return `row ${seq} should come here`;
	if (Buffer.compare(prevHash, previous) !== 0) return 'it does not follow the row before it';
	try {
		const entry = { ...evidence, providerId } as Entry;
		return Buffer.compare(hash, hashEntry(previous, entry)) === 0 ? undefined : 'its content is not what was hashed';
	} catch (error) {
		return `it cannot be hashed: ${error instanceof Error ? error.message : String(error)}`;
	}
}

function payloadFaults(evidence: Evidence): Finding[] {
	const where = `evidence ${evidence.seq}`;
	const schema = Object.hasOwn(payloads, evidence.kind) ? payloads[evidence.kind] : undefined;
	if (!schema) return [{ what: 'payload', where, detail: `the kind ${evidence.kind} is not known` }];
	const parsed = schema.safeParse(evidence.payload);
	const [issue] = parsed.error?.issues ?? [];
	return issue ? [{ what: 'payload', where, detail: `${issue.path.join('.')}: ${issue.message}` }] : [];
}

async function verifyContent(tx: Tx, providerId: string): Promise<Finding[]> {
	// The owner sees every provider's rows: only this one's own and the shipped ones are asked about.
	const ours = await tx.execute<{ id: string }>(
		sql`select id from content_versions where provider_id is null or provider_id = ${providerId}`,
	);
	const ids = new Set(ours.map((row) => row.id));
	const versions = await listContentVersions(tx, contentKinds);
	return versions
		.filter((each) => ids.has(each.id))
		.flatMap(({ id, kind, slug, version, hash, body }): Finding[] => {
			const found = createHash('sha256').update(`${kind}/${slug}\n`).update(canonical(body)).digest('hex');
			if (found === hash && isFromHash(id, hash)) return [];
			const detail = found === hash ? 'its id is not made from its hash' : 'its body is not what was hashed';
			return [{ what: 'content', where: `${kind} ${slug} version ${version}`, detail }];
		});
}

/** Whether a version-8 UUID is made of a hash's first bytes: evidence points at the id, so the id vouches for the body. */
function isFromHash(id: string, hash: string): boolean {
	const bare = (text: string) => text.slice(0, 12) + text.slice(13, 16) + text.slice(17, 32);
	return bare(id.replaceAll('-', '')) === bare(hash);
}

/** Every row of evidence has told of itself once: a row that is gone from the end of the chain leaves its event behind. */
async function verifyEvents(tx: Tx, providerId: string): Promise<Finding[]> {
	const rows = await tx.execute<{ seq: string | null; evidence_id: string | null; told: number }>(sql`
		with told as (
			select evidence_id, count(*) filter (where type = 'evidence.recorded')::int as told
			from events where provider_id = ${providerId} and evidence_id is not null group by evidence_id
		), recorded as (select id, seq from evidence where provider_id = ${providerId})
		select recorded.seq, told.evidence_id, coalesce(told.told, 0) as told
		from recorded full join told on told.evidence_id = recorded.id
		where recorded.id is null or told.told is distinct from 1
		order by recorded.seq nulls last limit 100`);
	return rows.map((row) =>
		row.seq === null
			? { what: 'event', where: `evidence ${row.evidence_id}`, detail: 'there are events of it, but the row is gone' }
			: { what: 'event', where: `evidence ${row.seq}`, detail: `${row.told} events say that it was recorded` },
	);
}

async function verifyNotes(tx: Tx, providerId: string): Promise<Finding[]> {
	const rows = await tx.execute<{ id: string; salt: string; body: string; note: string | null }>(sql`
		select n.evidence_id as id, n.salt, n.body, e.payload ->> 'note' as note
		from notes n left join evidence e on e.provider_id = n.provider_id and e.id = n.evidence_id
		where n.provider_id = ${providerId}`);
	const changed = rows
		.filter((row) => row.note !== hashNote(row.salt, row.body))
		.map((row) => ({
			what: 'note' as const,
			where: `evidence ${row.id}`,
			detail: 'the note is not the one that was recorded',
		}));
	// Together with a leaver's name the notes about them are erased: only those are missed by nobody.
	const missing = await tx.execute<{ id: string }>(sql`
		select e.id from evidence e
		join people p on p.provider_id = e.provider_id and p.id = e.person_id and p.erased_at is null
		where e.provider_id = ${providerId} and e.payload ? 'note'
			and not exists (select from notes n where n.provider_id = e.provider_id and n.evidence_id = e.id)
		order by e.seq limit 100`);
	return [
		...changed,
		...missing.map(({ id }) => ({ what: 'note' as const, where: `evidence ${id}`, detail: 'its note is gone' })),
	];
}

async function verifyStandings(tx: Tx, providerId: string, catalogue: Catalogue): Promise<Finding[]> {
	const rules = await rulesBySite(tx, providerId, catalogue);
	const siteIds = (await listSites(tx, { providerId })).map((site) => site.id);
	const people = await tx.execute<{ id: string }>(
		sql`select id from people where provider_id = ${providerId} order by id`,
	);
	const findings: Finding[] = [];
	for (let from = 0; from < people.length; from += peopleAtOnce) {
		const personIds = people.slice(from, from + peopleAtOnce).map((person) => person.id);
		const evidence = grouped(await listEvidenceOf(tx, { providerId, personIds }), (each) => each.personId);
		const stored = grouped(await listSegments(tx, { providerId, personIds }), (row) => row.personId);
		const posts = grouped(await listPostRows(tx, { providerId, personIds }), (row) => row.personId);
		for (const personId of personIds) {
			// The gate answers in the same process: it gets its turn between two people.
			await setImmediate();
			const rebuilt = standingsOf(rules, [...catalogue.privileges.keys()], siteIds, evidence.get(personId) ?? []);
			findings.push(...differences(rebuilt, stored.get(personId) ?? []));
			findings.push(...postFaults(personId, evidence.get(personId) ?? [], posts.get(personId) ?? []));
		}
	}
	return findings;
}

function differences(rebuilt: readonly StandingSegment[], stored: readonly StandingSegment[]): Finding[] {
	const keyOf = (row: StandingSegment) => `${row.privilege} of ${row.personId} at ${row.siteId}`;
	const [now, was] = [grouped(rebuilt, keyOf), grouped(stored, keyOf)];
	return [...new Set([...now.keys(), ...was.keys()])].flatMap((where): Finding[] => {
		const [expected = [], found = []] = [now.get(where), was.get(where)];
		const place = [...expected, ...found].findIndex((_, each) => !sameRow(expected[each], found[each]));
		if (place < 0) return [];
		const detail = `stored: ${sayRow(found[place])}. From the evidence: ${sayRow(expected[place])}`;
		return [{ what: 'standing', where, detail }];
	});
}

/** Posts that are not what the evidence says: who signs in, and who is on the matrix, go by posts. */
function postFaults(personId: string, evidence: readonly Evidence[], stored: readonly PostRow[]): Finding[] {
	const say = ({ siteId, role, contract, startedOn, lastDay }: PostRow) =>
		`${role}, ${contract}, at ${siteId ?? 'every site'}, ${startedOn} to ${lastDay ?? 'now'}`;
	const [given, kept] = [postsFrom(evidence, new Date(0)), stored].map(
		(rows) => new Map(rows.map((row) => [row.evidenceId, say(row)])),
	) as [Map<string, string>, Map<string, string>];
	return [...new Set([...given.keys(), ...kept.keys()])].flatMap((id): Finding[] => {
		const [expected = 'nothing', found = 'nothing'] = [given.get(id), kept.get(id)];
		if (expected === found) return [];
		return [{ what: 'post', where: `post of ${personId}`, detail: `stored: ${found}. From the evidence: ${expected}` }];
	});
}

function sayRow(row: StandingSegment | undefined): string {
	if (!row) return 'nothing';
	const until = row.endsAt ? ` to ${row.endsAt.toISOString()}` : ' on';
	const permit = row.permitUntil ? ` (permits until ${row.permitUntil.toISOString()})` : '';
	return `${row.standing}, ${row.code}${permit} from ${row.startsAt.toISOString()}${until}, by evidence ${row.upToSeq}`;
}

function sameRow(a: StandingSegment | undefined, b: StandingSegment | undefined): boolean {
	const text = (row: StandingSegment = {} as StandingSegment) =>
		JSON.stringify(Object.entries(row).sort(([one], [other]) => (one < other ? -1 : 1)));
	return text(a) === text(b);
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
	const groups = new Map<string, T[]>();
	for (const item of items) {
		const group = groups.get(keyOf(item));
		if (group) group.push(item);
		else groups.set(keyOf(item), [item]);
	}
	return groups;
}

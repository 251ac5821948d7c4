import { sql } from 'drizzle-orm';
import type { Evidence, EvidenceKind } from '../../app/domain/evidence.ts';
import type { Tx } from '../client.server.ts';
import { evidence, notes } from '../schema.ts';

const columns = {
	id: evidence.id,
	seq: evidence.seq,
	kind: evidence.kind,
	personId: evidence.personId,
	privilege: evidence.privilege,
	siteId: evidence.siteId,
	observedAt: evidence.observedAt,
	recordedAt: evidence.recordedAt,
	recordedBy: evidence.recordedBy,
	contentVersionId: evidence.contentVersionId,
	supersedes: evidence.supersedes,
	payload: evidence.payload,
};

/** Every row of some people's evidence, in the order it was recorded. */
export async function listEvidenceOf(
	tx: Tx,
	{ providerId, personIds }: { providerId: string; personIds: readonly string[] },
): Promise<Evidence[]> {
	if (!personIds.length) return [];
	const rows = await tx
		.select(columns)
		.from(evidence)
		.where(
			sql`${evidence.providerId} = ${providerId} and ${evidence.personId} = any(${sql.param([...personIds])}::uuid[])`,
		)
		.orderBy(evidence.seq);
	return rows as Evidence[];
}

/** When the newest row of a provider was recorded; null where there is none. */
export async function findLastRecordedAt(tx: Tx, { providerId }: { providerId: string }): Promise<Date | null> {
	const [newest] = await tx
		.select({ recordedAt: evidence.recordedAt })
		.from(evidence)
		.where(sql`${evidence.providerId} = ${providerId}`)
		.orderBy(sql`${evidence.seq} desc`)
		.limit(1);
	return newest?.recordedAt ?? null;
}

/** The number of the newest row of each of some people; those without evidence are not among them. */
export async function listNewestSeqs(
	tx: Tx,
	{ providerId, personIds }: { providerId: string; personIds: readonly string[] },
): Promise<Map<string, number>> {
	const rows = await tx.execute<{ person_id: string; seq: string }>(sql`
		select person_id, max(seq) as seq from evidence
		where provider_id = ${providerId} and person_id = any(${sql.param([...personIds])}::uuid[]) group by person_id`);
	return new Map(rows.map((each) => [each.person_id, Number(each.seq)]));
}

/** Some people with the evidence of theirs that the rules read, in no order. */
export interface RuledPart<P> {
	people: P[];
	evidence: Evidence[];
}

/** Asked about at once: while some are judged here, Postgres reads the next. */
const peopleAtOnce = 100;

/**
 * The evidence of many people as the rules read it, some people at a time, recorded by an instant. It is without what
 * settles no answer: who recorded it, what a sign-off rested on, and of quizzes and rounds all but what is counted. Rounds
 * that were answered alike share their answers.
 * `test/db/ruled-evidence.test.ts` holds that a matrix from it is the one from whole rows.
 */
export async function* listRuledEvidence<P extends { id: string }>(
	tx: Tx,
	{ providerId, people, knownAt }: { providerId: string; people: readonly P[]; knownAt: Date },
): AsyncGenerator<RuledPart<P>> {
	const parts = Array.from({ length: Math.ceil(people.length / peopleAtOnce) }, (_, place) =>
		people.slice(place * peopleAtOnce, (place + 1) * peopleAtOnce),
	);
	const asked = parts.map((part) => {
		const of = { providerId, personIds: part.map((each) => each.id), knownAt };
		return Promise.all([readRuled(tx, of), readAnswers(tx, of)]);
	});
	// Whoever stops at the first that fails leaves the others to nobody.
	for (const answer of asked) answer.catch(() => {});
	for (const [place, answer] of asked.entries()) {
		const [facts, found] = await answer;
		const answers = new Map(found.map((each) => [each.name, each.answers]));
		yield { people: parts[place] ?? [], evidence: evidenceFrom(facts, parts[place] ?? [], answers) };
	}
}

/** As `readRuled` writes them: a list costs a third of what objects or columns do. */
type RuledFact = [
	/** The place of the person among those asked about, from 1. */
	person: number,
	seq: number,
	id: string,
	kind: EvidenceKind,
	privilege: string,
	siteId: string,
	/** Seconds since 1970. */
	observedAt: number,
	recordedAt: number,
	supersedes: string,
	payload: Record<string, unknown>,
	/** Of a sign-off, the privilege it was made under; of a round, the form it was filled in on. */
	contentVersionId?: string,
	/** Of a round: the name of its answers. */
	answers?: string,
];

/** What no rule reads of a round; its results are read apart. */
const uncounted = ['results', 'assessorEvidence', 'learnerSignedAt', 'missed', 'assessorLapsed', 'note'];

interface Reading {
	providerId: string;
	personIds: string[];
	knownAt: Date;
}

function recordedOf({ providerId, personIds, knownAt }: Reading) {
	return sql`evidence.provider_id = ${providerId} and evidence.person_id = any(${sql.param(personIds)}::uuid[])
		and recorded_at <= ${knownAt.toISOString()}::timestamptz`;
}

/** In one piece: Postgres makes all of it while the one before is judged here, where it would wait after each row. */
async function readRuled(tx: Tx, reading: Reading): Promise<RuledFact[]> {
	const [found] = await tx.execute<{ facts: string | null }>(sql`
		select string_agg(concat(
			'[', who.place, ',', seq, ',"', id, '","', kind, '","', privilege, '","', site_id, '",',
			date_part('epoch', observed_at), ',', date_part('epoch', recorded_at), ',"', supersedes, '",',
			case kind
				when 'observation' then payload - ${textArray(uncounted)}
				when 'quiz-marked' then payload - ${textArray(['attempt', 'passMark', 'criticalMissed'])}
				when 'sign-off' then payload - 'basis'
				else payload end,
			case when kind in ('sign-off', 'observation') then concat(',"', content_version_id, '"') end,
			case kind when 'observation' then concat(',"', md5(payload ->> 'results'), '"') end,
			']'), ',') as facts
		from evidence join unnest(${sql.param(reading.personIds)}::uuid[]) with ordinality as who (person_id, place) using (person_id)
		where ${recordedOf(reading)}`);
	return JSON.parse(`[${found?.facts ?? ''}]`);
}

/** The answers of rounds, each set of answers once: most rounds on one form are answered alike. */
async function readAnswers(tx: Tx, reading: Reading) {
	return tx.execute<{ name: string; answers: Record<string, string> }>(sql`
		select distinct on (name) md5(payload ->> 'results') as name, payload -> 'results' as answers
		from evidence where ${recordedOf(reading)} and kind = 'observation' order by name`);
}

function textArray(texts: readonly string[]) {
	return sql`${sql.param([...texts])}::text[]`;
}

function evidenceFrom(
	facts: readonly RuledFact[],
	people: readonly { id: string }[],
	answers: ReadonlyMap<string, Record<string, string>>,
): Evidence[] {
	return facts.map(
		([
			person,
			seq,
			id,
			kind,
			privilege,
			siteId,
			observedAt,
			recordedAt,
			supersedes,
			payload,
			contentVersionId,
			name,
		]) => {
			if (kind === 'sign-off') payload.basis = [];
			if (kind === 'observation') payload.results = answers.get(name ?? '');
			return {
				id,
				seq,
				kind,
				personId: people[person - 1]?.id,
				privilege: privilege || null,
				siteId: siteId || null,
				observedAt: new Date(Math.round(observedAt * 1000)),
				recordedAt: new Date(Math.round(recordedAt * 1000)),
				recordedBy: null,
				contentVersionId: contentVersionId || null,
				supersedes: supersedes || null,
				payload,
			} as unknown as Evidence;
		},
	);
}

/** Some rows of evidence by id; those of other providers are not found. */
export async function listEvidenceByIds(
	tx: Tx,
	{ providerId, evidenceIds }: { providerId: string; evidenceIds: readonly string[] },
): Promise<Evidence[]> {
	if (!evidenceIds.length) return [];
	const rows = await tx
		.select(columns)
		.from(evidence)
		.where(
			sql`${evidence.providerId} = ${providerId} and ${evidence.id} = any(${sql.param([...evidenceIds])}::uuid[])`,
		);
	return rows as Evidence[];
}

export interface ChainRow {
	evidence: Evidence;
	prevHash: Uint8Array;
	hash: Uint8Array;
}

/** Part of a provider's chain, in order, with its hashes. */
export async function listChain(
	tx: Tx,
	{ providerId, afterSeq, limit }: { providerId: string; afterSeq: number; limit: number },
): Promise<ChainRow[]> {
	const rows = await tx
		.select({ ...columns, prevHash: evidence.prevHash, hash: evidence.hash })
		.from(evidence)
		.where(sql`${evidence.providerId} = ${providerId} and ${evidence.seq} > ${afterSeq}`)
		.orderBy(evidence.seq)
		.limit(limit);
	return rows.map(({ prevHash, hash, ...row }) => ({ evidence: row as Evidence, prevHash, hash }));
}

/** One person's rows of a provider's chain, in order, with their hashes. */
export async function listChainOf(
	tx: Tx,
	{ providerId, personId }: { providerId: string; personId: string },
): Promise<ChainRow[]> {
	const rows = await tx
		.select({ ...columns, prevHash: evidence.prevHash, hash: evidence.hash })
		.from(evidence)
		.where(sql`${evidence.providerId} = ${providerId} and ${evidence.personId} = ${personId}`)
		.orderBy(evidence.seq);
	return rows.map(({ prevHash, hash, ...row }) => ({ evidence: row as Evidence, prevHash, hash }));
}

/** The free text that goes with rows of evidence, by evidence id. */
export async function listNotes(
	tx: Tx,
	{ providerId, evidenceIds }: { providerId: string; evidenceIds: readonly string[] },
): Promise<Map<string, string>> {
	if (!evidenceIds.length) return new Map();
	const rows = await tx
		.select({ id: notes.evidenceId, body: notes.body })
		.from(notes)
		.where(
			sql`${notes.providerId} = ${providerId} and ${notes.evidenceId} = any(${sql.param([...evidenceIds])}::uuid[])`,
		);
	return new Map(rows.map((row) => [row.id, row.body]));
}

/** A provider's evidence of some kinds, in the order it was recorded; with `since`, what happened from then on. */
export async function listEvidenceOfKinds(
	tx: Tx,
	{ providerId, kinds, since }: { providerId: string; kinds: readonly EvidenceKind[]; since?: Date },
): Promise<Evidence[]> {
	const from = since ? sql`and ${evidence.observedAt} >= ${since.toISOString()}` : sql``;
	const rows = await tx
		.select(columns)
		.from(evidence)
		.where(
			sql`${evidence.providerId} = ${providerId} and ${evidence.kind} = any(${sql.param([...kinds])}::text[]) ${from}`,
		)
		.orderBy(evidence.seq);
	return rows as Evidence[];
}

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

/** Some people with the evidence of theirs that the rules read, in no order. */
export interface RuledPart<P> {
	people: P[];
	evidence: Evidence[];
}

/** Asked about at once: while some are judged here, Postgres reads the next. */
const peopleAtOnce = 100;

/**
 * The evidence of many people as the rules read it, some people at a time, recorded by an instant. It is without what
 * settles no answer: who recorded it, what a sign-off rested on, and of quizzes and rounds all but what is counted. A
 * round keeps its answers only where a line was "not seen" in one of the same person, privilege and site.
 * `test/db/ruled-evidence.test.ts` holds that a matrix from it is the one from whole rows.
 */
export async function* listRuledEvidence<P extends { id: string }>(
	tx: Tx,
	{ providerId, people, knownAt }: { providerId: string; people: readonly P[]; knownAt: Date },
): AsyncGenerator<RuledPart<P>> {
	const parts = Array.from({ length: Math.ceil(people.length / peopleAtOnce) }, (_, place) =>
		people.slice(place * peopleAtOnce, (place + 1) * peopleAtOnce),
	);
	const asked = parts.map((part) => readRuled(tx, providerId, part, knownAt));
	// Whoever stops at the first that fails leaves the others to nobody.
	for (const answer of asked) answer.catch(() => {});
	for (const [place, answer] of asked.entries())
		yield { people: parts[place] ?? [], evidence: (await answer).flatMap(ruledFacts) };
}

/** As `readRuled` writes them: a list costs a third of what objects or columns do. */
type RuledFact = [
	seq: number,
	id: string,
	kind: EvidenceKind,
	privilege: string,
	siteId: string,
	observedAt: number,
	recordedAt: number,
	supersedes: string,
	payload: Record<string, unknown>,
	/** Of a sign-off only: the privilege it was made under. */
	contentVersionId?: string,
];

interface RuledRow extends Record<string, unknown> {
	person: string;
	facts: string;
}

/** What no rule reads of a round. */
const uncounted = [
	'counts',
	'assessorEvidence',
	'startedAt',
	'assessorSignedAt',
	'learnerSignedAt',
	'criticalMissed',
	'missed',
	'stoppedForSafety',
	'note',
];

async function readRuled(tx: Tx, providerId: string, people: readonly { id: string }[], knownAt: Date) {
	const ids = sql.param(people.map((each) => each.id));
	const theirs = sql`provider_id = ${providerId} and person_id = who.id and recorded_at <= ${knownAt.toISOString()}::timestamptz`;
	// Person by person, because their rows lie all over the table: asked for together, all of it would be read each time.
	return tx.execute<RuledRow>(sql`
		select who.id as person, '[' || told.facts || ']' as facts
		from unnest(${ids}::uuid[]) as who (id)
		cross join lateral (
			select string_agg(concat(
				'[', seq, ',"', id, '","', kind, '","', privilege, '","', site_id, '",',
				(extract(epoch from observed_at) * 1000)::bigint, ',', (extract(epoch from recorded_at) * 1000)::bigint,
				',"', supersedes, '",',
				case kind
					when 'observation' then payload - case
						when (privilege, site_id) in (
							select privilege, site_id from evidence
							where ${theirs} and kind = 'observation' and payload ->> 'results' like '%"not-seen"%'
						) then ${textArray(uncounted)}
						else ${textArray([...uncounted, 'results'])} end
					when 'quiz-marked' then payload - ${textArray(['attempt', 'score', 'passMark', 'criticalMissed'])}
					else payload - 'basis' end,
				case kind when 'sign-off' then concat(',"', content_version_id, '"') end,
				']'), ',') as facts
			from evidence where ${theirs}
		) as told
		where told.facts is not null`);
}

function textArray(texts: readonly string[]) {
	return sql`${sql.param([...texts])}::text[]`;
}

function ruledFacts({ person, facts }: RuledRow): Evidence[] {
	const rows: RuledFact[] = JSON.parse(facts);
	return rows.map(
		([seq, id, kind, privilege, siteId, observedAt, recordedAt, supersedes, payload, contentVersionId]) => {
			if (kind === 'sign-off') payload.basis = [];
			if (kind === 'observation') payload.results ??= {};
			return {
				id,
				seq,
				kind,
				personId: person,
				privilege: privilege || null,
				siteId: siteId || null,
				observedAt: new Date(observedAt),
				recordedAt: new Date(recordedAt),
				recordedBy: null,
				contentVersionId: contentVersionId ?? null,
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

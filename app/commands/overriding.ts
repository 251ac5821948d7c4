import type { Tx } from '#db/client.server.ts';
import { listEvidenceOfKinds, listNotes } from '#db/queries/evidence.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { may } from '../domain/authority.ts';
import { decide } from '../domain/decide.ts';
import type { Decision } from '../domain/decision.ts';
import { type EvidenceOf, ofKind } from '../domain/evidence.ts';
import { canOverride, type OverrideRefusal, overridesCountFrom, overridesUsed } from '../domain/override.ts';
import { exactMilliseconds } from '../domain/period.ts';
import { append, fact, holdChain } from './append.ts';
import type { Authoriser, Cell } from './authorising.ts';
import { type CellFacts, readCellFacts, sentBefore } from './cell-facts.ts';

/** What an override would be: why it is refused if it is, how long it may be, and how many of the year's are used. */
export interface OverridePreview {
	refusal: OverrideRefusal | null;
	/** In milliseconds. */
	longest: number;
	used: number;
	perYear: number;
}

/** Whether this manager may allow this person this privilege here for a round. Shown before saving and checked again at it. */
export async function previewOverride(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	cell: Cell,
	now: Date,
): Promise<OverridePreview & { decision: Decision }> {
	const known = await readCellFacts(tx, authoriser.providerId, catalogue, cell, now);
	const decision = decide(known.rules, known.evidence, cell, known.present);
	return { ...weigh(authoriser, cell, known), decision };
}

function weigh(authoriser: Authoriser, cell: Cell, { evidence, present, rules }: CellFacts): OverridePreview {
	const { longest, perYear } = rules.policy.override;
	const used = overridesUsed(evidence, present);
	return { refusal: refusalOf(), longest: exactMilliseconds(longest), used, perYear };

	function refusalOf(): OverrideRefusal | null {
		if (!may(authoriser.posts, 'override', cell.siteId)) return 'not-authorised';
		if (authoriser.personId === cell.personId) return 'yourself';
		return canOverride(rules, evidence, cell, present) ? null : 'not-overridable';
	}
}

/** Break-glass: allows one person one privilege at one site for some hours, with a reason. It is reported by itself. */
export async function override(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	cell: Cell,
	given: { id: string; hours: number; note: string; over?: 'yes' | undefined; now: Date },
): Promise<{ ok: true } | { ok: false; why: OverrideRefusal }> {
	const { providerId, personId } = authoriser;
	// Held from before the counting on: two at once must not both be the last that policy plans for.
	await holdChain(tx, providerId);
	const known = await readCellFacts(tx, providerId, catalogue, cell, given.now);
	const { refusal, longest, used, perYear } = weigh(authoriser, cell, known);
	if (refusal === 'not-authorised' || refusal === 'yourself') return { ok: false, why: refusal };
	const before = await sentBefore(tx, providerId, { id: given.id, kind: 'override' }, cell, known.evidence);
	if (before !== 'never') return before === 'recorded' ? { ok: true } : { ok: false, why: 'other-page' };
	if (refusal) return { ok: false, why: refusal };
	const length = given.hours * 3_600_000;
	if (length > longest) return { ok: false, why: 'too-long' };
	if (used >= perYear && !given.over) return { ok: false, why: 'over-budget' };
	await append(tx, providerId, catalogue, [
		fact({
			id: given.id,
			kind: 'override',
			...cell,
			recordedBy: personId,
			// The hash of the note takes its place.
			payload: { until: new Date(known.present.getTime() + length).toISOString() } as never,
			note: given.note,
		}),
	]);
	return { ok: true };
}

export interface ListedOverride {
	/** For the giver, or in place of a witness. */
	override: EvidenceOf<'override'> | EvidenceOf<'lone-giving'>;
	note: string;
	takenBack: boolean;
	/** The how-manieth override of the person within twelve months it was; 0 for leave to give alone. */
	ofTheYear: number;
}

/** Every override and every leave to give alone of the last twelve months at some sites, newest first; those taken back since are marked, not left out. */
export async function listOverrides(
	tx: Tx,
	providerId: string,
	siteIds: readonly string[],
	now: Date,
): Promise<ListedOverride[]> {
	const since = overridesCountFrom(now);
	const kinds = ['override', 'lone-giving', 'retraction'] as const;
	// From a year before: the first of those listed may have been one too many then.
	const rows = await listEvidenceOfKinds(tx, { providerId, kinds, since: overridesCountFrom(since) });
	const takenBack = new Set(rows.map((each) => each.supersedes));
	const listed = [...ofKind(rows, 'override'), ...ofKind(rows, 'lone-giving')].filter(
		(each) => each.observedAt >= since && each.siteId !== null && siteIds.includes(each.siteId),
	);
	const notes = await listNotes(tx, { providerId, evidenceIds: listed.map((each) => each.id) });
	return listed
		.map((each) => ({
			override: each,
			note: notes.get(each.id) ?? '',
			takenBack: takenBack.has(each.id),
			ofTheYear: each.kind === 'override' ? placeInYear(each) : 0,
		}))
		.sort((a, b) => b.override.observedAt.getTime() - a.override.observedAt.getTime());

	function placeInYear({ personId, observedAt, seq }: EvidenceOf<'override'>): number {
		const theirs = rows.filter((each) => each.personId === personId && each.seq <= seq);
		return overridesUsed(theirs, observedAt);
	}
}

import type { Tx } from '#db/client.server.ts';
import { listEvidenceByIds, listEvidenceOf } from '#db/queries/evidence.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { type Evidence, type EvidenceKind, presentFor } from '../domain/evidence.ts';
import { Facts, standingEvidence } from '../domain/facts.ts';
import type { Question, Rules } from '../domain/rules.ts';
import { rulesBySite } from './projecting.ts';

/** What is known now of the person of a cell, and the rules at its site. */
export interface CellFacts {
	evidence: Evidence[];
	/** Those that stand. */
	facts: Facts;
	present: Date;
	rules: Rules;
}

/** Reads what is known of a cell's person. A command that decides on it holds the chain first (`holdChain`). */
export async function readCellFacts(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	cell: { personId: string; siteId: string },
	now: Date,
): Promise<CellFacts> {
	const evidence = await listEvidenceOf(tx, { providerId, personIds: [cell.personId] });
	const present = presentFor(evidence, now);
	const rules = (await rulesBySite(tx, providerId, catalogue))(cell.siteId);
	return { evidence, present, rules, facts: Facts.from(standingEvidence(evidence, present, present)) };
}

/**
 * Whether a form's id has been recorded: as this very thing, which stands, so that a second click finds the first; or
 * otherwise, as when a page is gone back to after what it saved was taken back.
 */
export async function sentBefore(
	tx: Tx,
	providerId: string,
	{ id, kind }: { id: string; kind: EvidenceKind },
	{ personId, privilege, siteId }: Pick<Question, 'privilege'> & { siteId: string | null; personId: string },
	evidence: readonly Evidence[],
): Promise<'never' | 'recorded' | 'otherwise'> {
	const [found] = await listEvidenceByIds(tx, { providerId, evidenceIds: [id] });
	if (!found) return 'never';
	const same =
		found.kind === kind &&
		found.personId === personId &&
		found.privilege === privilege &&
		found.siteId === siteId &&
		!evidence.some((each) => each.supersedes === id);
	return same ? 'recorded' : 'otherwise';
}

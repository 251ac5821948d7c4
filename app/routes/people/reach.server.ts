import type { Tx } from '#db/client.server.ts';
import { listSites } from '#db/queries/people.ts';
import { catalogue } from '../../catalogue.server.ts';
import type { CellFacts } from '../../commands/cell-facts.ts';
import { rulesBySite } from '../../commands/projecting.ts';
import { decide } from '../../domain/decide.ts';
import { employmentAt } from '../../domain/employment.ts';
import type { CellPage } from './cell.server.ts';

/** The other sites where the person of a cell works, and those of them where they may do the same today. */
export async function readElsewhere(
	tx: Tx,
	{ visitor, cell }: Pick<CellPage, 'visitor' | 'cell'>,
	{ evidence, facts, present }: Pick<CellFacts, 'evidence' | 'facts' | 'present'>,
): Promise<{ works: string[]; held: string[] }> {
	const rules = await rulesBySite(tx, visitor.providerId, catalogue());
	const others = (await listSites(tx, visitor)).filter(
		({ id }) => id !== cell.siteId && !employmentAt(facts, id, present).refusal,
	);
	const held = others.filter(({ id: siteId }) => {
		const { permit } = decide(rules(siteId), evidence, { privilege: cell.privilege, siteId }, present);
		return permit;
	});
	return { works: others.map((each) => each.name), held: held.map((each) => each.name) };
}

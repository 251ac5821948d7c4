import type { Tx } from '#db/client.server.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { may } from '../domain/authority.ts';
import { employmentAt } from '../domain/employment.ts';
import { canWithdraw, canWithdrawSomewhere, type WithdrawalRefusal } from '../domain/withdrawal.ts';
import type { Reach } from '../domain/words.ts';
import { append, fact, holdChain } from './append.ts';
import type { Authoriser, Cell } from './authorising.ts';
import { readCellFacts, sentBefore } from './cell-facts.ts';
import { confirmBy, type GivenSecond } from './confirming.ts';

interface GivenWithdrawal extends GivenSecond {
	id: string;
	/** At this site only, or at every site: as far as the reason reaches. */
	reach?: Reach;
	note: string;
}

/**
 * Takes a sign-off back. Two people decide: a manager, and a second manager or medication lead who confirms it. For every
 * site at once it is enough that they may at one where the person works: it adds a stop, and at night nobody else is there.
 */
export async function withdraw(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	cell: Cell,
	{ id, reach = 'site', note, ...second }: GivenWithdrawal,
): Promise<{ ok: true } | { ok: false; why: WithdrawalRefusal }> {
	const { providerId, personId } = authoriser;
	if (!may(authoriser.posts, 'withdraw', cell.siteId)) return { ok: false, why: 'not-authorised' };
	if (personId === cell.personId) return { ok: false, why: 'yourself' };
	const confirmed = await confirmBy(tx, authoriser, cell.personId, second);
	if (!confirmed.ok) return confirmed;
	if (!may(confirmed.posts, 'confirm-withdrawal', cell.siteId)) return { ok: false, why: 'wrong-role' };

	await holdChain(tx, providerId);
	const { evidence, facts, present } = await readCellFacts(tx, providerId, catalogue, cell, second.now);
	const everywhere = reach === 'everywhere';
	const meant = { ...cell, siteId: everywhere ? null : cell.siteId };
	const before = await sentBefore(tx, providerId, { id, kind: 'withdrawal' }, meant, evidence);
	if (before !== 'never') return before === 'recorded' ? { ok: true } : { ok: false, why: 'other-page' };
	if (everywhere && employmentAt(facts, cell.siteId, present).refusal) return { ok: false, why: 'not-here' };
	const something = everywhere ? canWithdrawSomewhere(facts, cell.privilege) : canWithdraw(facts, cell);
	if (!something) return { ok: false, why: 'nothing-to-withdraw' };
	await append(tx, providerId, catalogue, [
		fact({
			id,
			kind: 'withdrawal',
			...meant,
			recordedBy: personId,
			payload: { confirmedBy: confirmed.personId },
			note,
		}),
	]);
	return { ok: true };
}

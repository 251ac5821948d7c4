import type { Tx } from '#db/client.server.ts';
import { listEmployments } from '#db/queries/people.ts';
import { findCredentials } from '#db/queries/sign-in.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { may } from '../domain/authority.ts';
import { localDay } from '../domain/period.ts';
import { canWithdraw, type WithdrawalRefusal } from '../domain/withdrawal.ts';
import { append, fact, holdChain } from './append.ts';
import type { Authoriser, Cell } from './authorising.ts';
import { readCellFacts, sentBefore } from './cell-facts.ts';
import { checkSignature } from './secrets.ts';

interface GivenWithdrawal {
	id: string;
	note: string;
	/** Of the second person, with their own PIN or password. */
	staffCode: string;
	secret: string;
	now: Date;
}

/** Takes a sign-off back. Two people decide: a manager, and a second manager or medication lead who confirms it. */
export async function withdraw(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	cell: Cell,
	given: GivenWithdrawal,
): Promise<{ ok: true } | { ok: false; why: WithdrawalRefusal }> {
	const { providerId, personId } = authoriser;
	if (!may(authoriser.posts, 'withdraw', cell.siteId)) return { ok: false, why: 'not-authorised' };
	if (personId === cell.personId) return { ok: false, why: 'yourself' };
	// Before the chain is held: whoever signs a round takes the two locks in this order.
	const confirmed = await confirm(tx, authoriser, cell, given);
	if (!confirmed.ok) return confirmed;

	await holdChain(tx, providerId);
	const { evidence, facts } = await readCellFacts(tx, providerId, catalogue, cell, given.now);
	const before = await sentBefore(tx, providerId, { id: given.id, kind: 'withdrawal' }, cell, evidence);
	if (before !== 'never') return before === 'recorded' ? { ok: true } : { ok: false, why: 'other-page' };
	if (!canWithdraw(facts, cell)) return { ok: false, why: 'nothing-to-withdraw' };
	await append(tx, providerId, catalogue, [
		fact({
			id: given.id,
			kind: 'withdrawal',
			...cell,
			recordedBy: personId,
			payload: { confirmedBy: confirmed.personId },
			note: given.note,
		}),
	]);
	return { ok: true };
}

const nobody = '00000000-0000-4000-8000-000000000000';

async function confirm(
	tx: Tx,
	{ providerId, personId }: Authoriser,
	cell: Cell,
	{ staffCode, secret, now }: GivenWithdrawal,
): Promise<{ ok: true; personId: string } | { ok: false; why: WithdrawalRefusal }> {
	const second = await findCredentials(tx, { providerId, staffCode });
	if (second?.personId === personId) return { ok: false, why: 'same-person' };
	if (second?.personId === cell.personId) return { ok: false, why: 'learner-confirms' };
	const signed = await checkSignature(tx, { providerId, personId: second?.personId ?? nobody, secret, now });
	if (!signed.ok) return signed;
	const today = localDay(now);
	const posts = (await listEmployments(tx, { providerId, personId: signed.personId })).filter(
		(post) => post.startedOn <= today && (!post.lastDay || post.lastDay >= today),
	);
	return may(posts, 'confirm-withdrawal', cell.siteId) ? signed : { ok: false, why: 'wrong-role' };
}

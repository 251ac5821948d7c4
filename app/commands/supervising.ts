import type { Tx } from '#db/client.server.ts';
import { listColleagues, type Person } from '#db/queries/people.ts';
import { listStandingsNow } from '#db/queries/standings.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { holdsBy } from '../domain/assessing.ts';
import { may } from '../domain/authority.ts';
import { decide } from '../domain/decide.ts';
import { isOf } from '../domain/facts.ts';
import { localDay } from '../domain/period.ts';
import { refuseSupervision, type SupervisionRefusal } from '../domain/supervision.ts';
import { append, fact, holdChain } from './append.ts';
import type { Authoriser, Cell } from './authorising.ts';
import { readCellFacts, sentBefore } from './cell-facts.ts';

type Supervised = { ok: true } | { ok: false; why: SupervisionRefusal };

/** The colleagues who are competent for a cell's privilege at its site now, and so may be named beside its person. */
export async function listSupervisors(
	tx: Tx,
	providerId: string,
	{ personId, siteId, privilege }: Cell,
	now: Date,
): Promise<Person[]> {
	const standings = await listStandingsNow(tx, { providerId, siteId });
	const competent = new Set(
		standings.flatMap((each) => (each.privilege === privilege && holdsBy(each.code) ? each.personId : [])),
	);
	const colleagues = await listColleagues(tx, { providerId, siteId, onDay: localDay(now) });
	return colleagues.filter((each) => each.id !== personId && competent.has(each.id));
}

/** Lets somebody practise beside a named competent colleague: before a sign-off, or where they have to be watched again. */
export async function nameSupervisor(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	cell: Cell,
	given: { id: string; supervisor: string; now: Date },
): Promise<Supervised> {
	const { providerId, personId } = authoriser;
	if (!may(authoriser.posts, 'supervise', cell.siteId)) return { ok: false, why: 'not-authorised' };
	if (personId === cell.personId) return { ok: false, why: 'yourself' };
	if (given.supervisor === cell.personId) return { ok: false, why: 'supervises-themself' };
	await holdChain(tx, providerId);
	const { evidence, present, rules } = await readCellFacts(tx, providerId, catalogue, cell, given.now);
	const before = await sentBefore(tx, providerId, { id: given.id, kind: 'supervision' }, cell, evidence);
	if (before !== 'never') return before === 'recorded' ? { ok: true } : { ok: false, why: 'other-page' };
	const why = refuseSupervision(rules, evidence, cell, present);
	if (why) return { ok: false, why };
	const beside = { ...cell, personId: given.supervisor };
	const theirs = await readCellFacts(tx, providerId, catalogue, beside, given.now);
	if (!decide(theirs.rules, theirs.evidence, cell, theirs.present).holds) return { ok: false, why: 'not-competent' };
	await append(tx, providerId, catalogue, [
		fact({
			id: given.id,
			kind: 'supervision',
			...cell,
			recordedBy: personId,
			payload: { supervisor: given.supervisor },
		}),
	]);
	return { ok: true };
}

/** Ends leave to practise beside a colleague: the row stays and does not count any more. Done twice, it is done once. */
export async function endSupervision(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	cell: Cell,
	given: { id: string; supervision: string; note: string; now: Date },
): Promise<Supervised> {
	const { providerId, personId } = authoriser;
	if (!may(authoriser.posts, 'supervise', cell.siteId)) return { ok: false, why: 'not-authorised' };
	if (personId === cell.personId) return { ok: false, why: 'yourself' };
	await holdChain(tx, providerId);
	const { evidence, facts } = await readCellFacts(tx, providerId, catalogue, cell, given.now);
	const before = await sentBefore(tx, providerId, { id: given.id, kind: 'retraction' }, cell, evidence);
	if (before === 'otherwise') return { ok: false, why: 'other-page' };
	// Whichever stands, also one that a later sign-off has put aside: taken back, that sign-off would bring it into force again.
	const standing = facts.of('supervision').filter((each) => isOf(each, cell));
	if (!standing.some((each) => each.id === given.supervision)) return { ok: true };
	await append(tx, providerId, catalogue, [
		fact({
			id: given.id,
			kind: 'retraction',
			...cell,
			recordedBy: personId,
			supersedes: given.supervision,
			// The hash of the note takes its place.
			payload: {} as never,
			note: given.note,
		}),
	]);
	return { ok: true };
}

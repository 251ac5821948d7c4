import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Tx } from '#db/client.server.ts';
import { listEvidenceByIds } from '#db/queries/evidence.ts';
import { listOpenRequests, type OutsideRequest, readOutsideRequest } from '#db/queries/outside-requests.ts';
import { listColleagues, listPostsOn } from '#db/queries/people.ts';
import { outsideRequests } from '#db/schema.ts';
import type { Catalogue } from '../catalogue.server.ts';
import type { Post } from '../domain/authority.ts';
import {
	linkLives,
	mayAskOutside,
	type OutsideAsked,
	type OutsideKind,
	type OutsideRefusal,
	type OutsideRole,
	outsideAsked,
	outsideSigners,
} from '../domain/outside.ts';
import { openPauses } from '../domain/pause.ts';
import { localDay } from '../domain/period.ts';
import { requirementOf } from '../domain/privilege.ts';
import { append, type Fact, fact, holdChain } from './append.ts';
import { type Authoriser, type Cell, previewSignOff, signOffPayload } from './authorising.ts';
import { readCellFacts } from './cell-facts.ts';
import { delegationFacts, refuseDelegation } from './delegating.ts';

/** Only the hash of a link's secret is stored: whoever reads the table cannot confirm anything. */
export function hashToken(token: string): string {
	return createHash('sha256').update(token).digest('hex');
}

type Asked = ({ kind: 'delegation' } & OutsideAsked<'delegation'>) | { kind: 'sign-off' };
type Given = { id: string; recipient: string; now: Date } & Asked;

/**
 * Makes a one-time link by which a professional from outside confirms a delegation, or signs off what nobody at the
 * provider may. The secret is shown once. Sent twice under one id, the second link takes the place of the first, which
 * nobody has seen. While one is open there is no second for the same thing.
 */
export async function askOutside(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	cell: Cell,
	given: Given,
): Promise<{ ok: true; token: string; expiresAt: Date } | { ok: false; why: OutsideRefusal }> {
	const { providerId, personId, posts } = authoriser;
	if (!mayAskOutside(posts, given.kind, cell.siteId)) return { ok: false, why: 'not-authorised' };
	// Whoever asks for their own sign-off decides nothing: with one manager there is nobody else to ask.
	if (given.kind === 'delegation' && personId === cell.personId) return { ok: false, why: 'yourself' };
	await holdChain(tx, providerId);
	const before = await readOutsideRequest(tx, { providerId, requestId: given.id });
	if (
		before &&
		(before.usedAt || before.cancelledAt || before.madeBy !== personId || !isAbout(before, cell, given.kind))
	)
		return { ok: false, why: 'other-page' };
	const { refusal } = await weigh(tx, providerId, catalogue, cell, given, given.now);
	if (refusal) return { ok: false, why: refusal };
	const { id, recipient, now, kind, ...rest } = given;
	const asked = outsideAsked[kind].parse(rest);
	const open = await listOpenRequests(tx, { providerId, siteIds: [cell.siteId], now });
	if (open.some((each) => each.id !== id && isAbout(each, cell, kind) && personIn(each.asked) === personIn(asked)))
		return { ok: false, why: 'open-already' };
	const token = randomBytes(32).toString('base64url');
	const fresh = { asked, recipient, tokenHash: hashToken(token), expiresAt: new Date(now.getTime() + linkLives) };
	await tx
		.insert(outsideRequests)
		.values({ ...cell, ...fresh, providerId, id, kind, madeBy: personId })
		.onConflictDoUpdate({ target: [outsideRequests.providerId, outsideRequests.id], set: fresh });
	return { ok: true, token, expiresAt: fresh.expiresAt };
}

function isAbout(request: OutsideRequest, cell: Cell, kind: OutsideKind): boolean {
	return (
		request.kind === kind &&
		request.personId === cell.personId &&
		request.siteId === cell.siteId &&
		request.privilege === cell.privilege
	);
}

/** The reference of the person supported, where it is about one. */
function personIn(asked: unknown): string | undefined {
	return outsideAsked.delegation.safeParse(asked).data?.person;
}

/** The links that are open at some sites, of those kinds that the reader might have sent; the newest first. */
export async function listOpenLinks(
	tx: Tx,
	{ providerId, posts }: Pick<Authoriser, 'providerId' | 'posts'>,
	siteIds: readonly string[],
	now: Date,
): Promise<(OutsideRequest & { person: string | undefined })[]> {
	const open = await listOpenRequests(tx, { providerId, siteIds, now });
	return open
		.filter(({ kind, siteId }) => mayAskOutside(posts, kind, siteId))
		.map((each) => ({ ...each, person: personIn(each.asked) }));
}

/** Takes a link out of use, whoever at the site has sent it. Done twice, it is done once; one that has been used is not. */
export async function cancelOutside(
	tx: Tx,
	{ providerId, personId, posts }: Authoriser,
	requestId: string,
): Promise<{ ok: true } | { ok: false; why: OutsideRefusal }> {
	// Whoever confirms it at this moment comes before or after, not between.
	await holdChain(tx, providerId);
	const request = await readOutsideRequest(tx, { providerId, requestId });
	if (!request || !mayAskOutside(posts, request.kind, request.siteId)) return { ok: false, why: 'not-authorised' };
	if (request.usedAt) return { ok: false, why: 'confirmed-before' };
	if (!request.cancelledAt)
		await tx
			.update(outsideRequests)
			.set({ cancelledAt: sql`now()`, cancelledBy: personId })
			.where(isRequest(providerId, requestId));
	return { ok: true };
}

function isRequest(providerId: string, requestId: string) {
	return sql`${outsideRequests.providerId} = ${providerId} and ${outsideRequests.id} = ${requestId}`;
}

/** What is asked, read once: it is shown, judged and written from one reading. */
interface Weighed {
	/** Why nobody outside can confirm it now. */
	refusal: OutsideRefusal | null;
	/** Of a sign-off: until when it would run, and who may make it. */
	lastDay: string | null;
	signers: OutsideRole[];
	/** What would be written. */
	facts(id: string, by: { registration: string; role?: OutsideRole }): Fact[];
}

const refused = (refusal: OutsideRefusal): Weighed => ({ refusal, lastDay: null, signers: [], facts: () => [] });

/** Whether somebody outside can confirm it now: asked when a link is made, opened and used. */
function weigh(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	cell: Cell,
	asked: Asked,
	now: Date,
): Promise<Weighed> {
	return asked.kind === 'delegation'
		? weighDelegation(tx, providerId, catalogue, cell, asked, now)
		: weighSignOff(tx, providerId, catalogue, cell, now);
}

async function weighDelegation(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	cell: Cell,
	{ person, reviewOn }: OutsideAsked<'delegation'>,
	now: Date,
): Promise<Weighed> {
	const pinned = catalogue.privileges.get(cell.privilege);
	if (!pinned || !requirementOf(pinned.body, 'delegation')) return refused('not-delegated');
	const known = await readCellFacts(tx, providerId, catalogue, cell, now);
	const refusal = refuseDelegation(known, cell, { reviewOn, now });
	if (refusal) return refused(refusal);
	// A nurse from outside says that she is confident of somebody, and cannot know that they are paused.
	if (openPauses(known.facts, cell).length) return refused('paused');
	return {
		refusal: null,
		lastDay: null,
		signers: [],
		facts: (id, { registration }) =>
			delegationFacts(known, cell, { id, person, reviewOn, recordedBy: null, payload: { registration } }),
	};
}

/** Nobody at the provider: the sign-off as somebody who has every role that may make it would see it. */
const nobody = '00000000-0000-0000-0000-000000000000';

async function weighSignOff(tx: Tx, providerId: string, catalogue: Catalogue, cell: Cell, now: Date): Promise<Weighed> {
	const pinned = catalogue.privileges.get(cell.privilege);
	const by = (pinned && requirementOf(pinned.body, 'sign-off')?.by) ?? [];
	const posts: Post[] = (['manager', ...by] as const).map((role) => ({ role, siteId: cell.siteId }));
	const preview = await previewSignOff(tx, { providerId, personId: nobody, posts }, catalogue, cell, now);
	if (!pinned || !by.length || !preview || preview.refusal) return refused('not-ready');
	const onDay = localDay(now);
	const colleagues = await listColleagues(tx, { providerId, siteId: cell.siteId, onDay });
	const here = await listPostsOn(tx, { providerId, personIds: colleagues.map((each) => each.id), onDay });
	if (here.some((each) => !preview.refusalFor(each))) return refused('somebody-here');
	return {
		refusal: null,
		lastDay: preview.term.lastDay,
		signers: outsideSigners(by),
		facts: (id, { role, registration }) => [
			fact({
				id,
				kind: 'sign-off',
				...cell,
				recordedBy: null,
				contentVersionId: pinned.versionId,
				payload: { ...signOffPayload(preview), outsideAuthoriser: `${role} ${registration}` },
			}),
		],
	};
}

/** What a link asks of whoever opens it. */
export interface OutsideQuestion extends Weighed {
	request: OutsideRequest;
}

/** Reads what a link asks; null where there is no such request. */
export async function readOutsideQuestion(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	requestId: string,
	now: Date,
): Promise<OutsideQuestion | null> {
	const request = await readOutsideRequest(tx, { providerId, requestId });
	if (!request) return null;
	if (request.usedAt || request.cancelledAt || request.expiresAt <= now) return { request, ...refused('gone') };
	const { kind, personId, siteId, privilege } = request;
	const asked = kind === 'delegation' ? { kind, ...outsideAsked[kind].parse(request.asked) } : { kind };
	return { request, ...(await weigh(tx, providerId, catalogue, { personId, siteId, privilege }, asked, now)) };
}

/**
 * Records what somebody from outside confirms, once. Nobody of ours recorded it: the registration says who did. The same
 * professional who sends it again, from another tab or by a second click, is told that it is recorded.
 */
export async function confirmOutside(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	requestId: string,
	given: { registration: string; role?: OutsideRole; shownLastDay?: string; now: Date },
): Promise<{ ok: true } | { ok: false; why: OutsideRefusal }> {
	await holdChain(tx, providerId);
	const question = await readOutsideQuestion(tx, providerId, catalogue, requestId, given.now);
	if (!question) return { ok: false, why: 'gone' };
	const { request, refusal, lastDay, signers } = question;
	if (request.usedAt && (await isConfirmedBy(tx, providerId, requestId, given))) return { ok: true };
	if (refusal) return { ok: false, why: refusal };
	if (request.kind === 'sign-off') {
		if (!given.role || !signers.includes(given.role)) return { ok: false, why: 'wrong-role' };
		if (!lastDay || lastDay !== given.shownLastDay) return { ok: false, why: 'day-changed' };
	}
	await append(tx, providerId, catalogue, question.facts(requestId, given));
	await tx.update(outsideRequests).set({ usedAt: sql`now()` }).where(isRequest(providerId, requestId));
	return { ok: true };
}

/** Whether it was this very professional who confirmed a request. */
async function isConfirmedBy(
	tx: Tx,
	providerId: string,
	requestId: string,
	{ registration, role }: { registration: string; role?: OutsideRole },
): Promise<boolean> {
	const [row] = await listEvidenceByIds(tx, { providerId, evidenceIds: [requestId] });
	if (row?.kind === 'delegation') return row.payload.registration === registration;
	return row?.kind === 'sign-off' && row.payload.outsideAuthoriser === `${role} ${registration}`;
}

import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Tx } from '#db/client.server.ts';
import { type OutsideRequest, readOutsideRequest } from '#db/queries/outside-requests.ts';
import { listColleagues, listEmployments } from '#db/queries/people.ts';
import { outsideRequests } from '#db/schema.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { may, type Post } from '../domain/authority.ts';
import {
	linkLives,
	type OutsideAsked,
	type OutsideKind,
	type OutsideRefusal,
	type OutsideRole,
	outsideAsked,
	outsideSigners,
} from '../domain/outside.ts';
import { localDay } from '../domain/period.ts';
import { requirementOf } from '../domain/privilege.ts';
import { append, fact, holdChain } from './append.ts';
import { type Authoriser, type Cell, previewSignOff, type SignOffPreview, signOffPayload } from './authorising.ts';
import { readCellFacts } from './cell-facts.ts';
import { delegationFacts, refuseDelegation } from './delegating.ts';

/** Only the hash of a link's secret is stored: whoever reads the table cannot confirm anything. */
export function hashToken(token: string): string {
	return createHash('sha256').update(token).digest('hex');
}

type Given = { id: string; now: Date } & (({ kind: 'delegation' } & OutsideAsked<'delegation'>) | { kind: 'sign-off' });

/**
 * Makes a one-time link by which a professional from outside confirms a delegation, or signs off what nobody at the
 * provider may. The secret is shown once. Sent twice under one id, the second link takes the place of the first, which
 * nobody has seen.
 */
export async function askOutside(
	tx: Tx,
	authoriser: Authoriser,
	catalogue: Catalogue,
	cell: Cell,
	given: Given,
): Promise<{ ok: true; token: string; expiresAt: Date } | { ok: false; why: OutsideRefusal }> {
	const { providerId, personId, posts } = authoriser;
	const authorities = given.kind === 'delegation' ? (['delegate', 'record'] as const) : (['record'] as const);
	if (!authorities.some((each) => may(posts, each, cell.siteId))) return { ok: false, why: 'not-authorised' };
	// Whoever asks for their own sign-off decides nothing: with one manager there is nobody else to ask.
	if (given.kind === 'delegation' && personId === cell.personId) return { ok: false, why: 'yourself' };
	await holdChain(tx, providerId);
	const before = await readOutsideRequest(tx, { providerId, requestId: given.id });
	if (before && (before.usedAt || !isSame(before, authoriser, cell, given.kind)))
		return { ok: false, why: 'other-page' };
	const why = await refuse(tx, providerId, catalogue, cell, given);
	if (why) return { ok: false, why };
	const token = randomBytes(32).toString('base64url');
	const expiresAt = new Date(given.now.getTime() + linkLives);
	const { id, now: _, kind, ...asked } = given;
	await tx
		.insert(outsideRequests)
		.values({
			...cell,
			providerId,
			id,
			kind,
			asked: outsideAsked[kind].parse(asked),
			tokenHash: hashToken(token),
			madeBy: personId,
			expiresAt,
		})
		.onConflictDoUpdate({
			target: [outsideRequests.providerId, outsideRequests.id],
			set: { tokenHash: hashToken(token), asked: outsideAsked[kind].parse(asked), expiresAt },
		});
	return { ok: true, token, expiresAt };
}

function isSame(before: OutsideRequest, { personId }: Authoriser, cell: Cell, kind: OutsideKind): boolean {
	return (
		before.madeBy === personId &&
		before.kind === kind &&
		before.personId === cell.personId &&
		before.siteId === cell.siteId &&
		before.privilege === cell.privilege
	);
}

/** Why what is asked cannot be confirmed by anybody outside now: said when it is asked, and again when it is confirmed. */
async function refuse(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	cell: Cell,
	given: { now: Date } & ({ kind: 'delegation'; reviewOn: string } | { kind: 'sign-off' }),
): Promise<OutsideRefusal | null> {
	if (given.kind === 'delegation') {
		const pinned = catalogue.privileges.get(cell.privilege);
		if (!pinned || !requirementOf(pinned.body, 'delegation')) return 'not-delegated';
		return refuseDelegation(await readCellFacts(tx, providerId, catalogue, cell, given.now), cell, given);
	}
	const preview = await previewOutsideSignOff(tx, providerId, catalogue, cell, given.now);
	if (!preview || preview.refusal) return 'not-ready';
	return (await isSignableHere(tx, providerId, catalogue, cell, given.now)) ? 'somebody-here' : null;
}

/** Nobody at the provider: the sign-off as somebody who has every role that may make it would see it. */
const nobody = '00000000-0000-0000-0000-000000000000';

async function previewOutsideSignOff(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	cell: Cell,
	now: Date,
): Promise<SignOffPreview | null> {
	const { by = [] } = requirementFor(catalogue, cell) ?? {};
	const posts: Post[] = (['manager', ...by] as const).map((role) => ({ role, siteId: cell.siteId }));
	const preview = await previewSignOff(tx, { providerId, personId: nobody, posts }, catalogue, cell, now);
	return by.length ? preview : null;
}

function requirementFor(catalogue: Catalogue, { privilege }: Cell) {
	const pinned = catalogue.privileges.get(privilege);
	return pinned && requirementOf(pinned.body, 'sign-off');
}

/** Whether anybody at the provider could sign a cell off now. Then nobody outside is asked. */
async function isSignableHere(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	cell: Cell,
	now: Date,
): Promise<boolean> {
	const today = localDay(now);
	for (const { id } of await listColleagues(tx, { providerId, siteId: cell.siteId, onDay: today })) {
		const posts = (await listEmployments(tx, { providerId, personId: id })).filter(
			(each) => each.startedOn <= today && (each.lastDay === null || each.lastDay >= today),
		);
		if (!may(posts, 'sign-off', cell.siteId)) continue;
		const preview = await previewSignOff(tx, { providerId, personId: id, posts }, catalogue, cell, now);
		if (preview && !preview.refusal) return true;
	}
	return false;
}

/** What a link shows to whoever opens it. */
export interface OutsideQuestion {
	request: OutsideRequest;
	refusal: OutsideRefusal | null;
	/** Of a sign-off: until when it would run, and who may make it. */
	lastDay: string | null;
	signers: OutsideRole[];
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
	const { by = [] } = requirementFor(catalogue, request) ?? {};
	const none = { request, lastDay: null, signers: [] };
	if (request.usedAt) return { ...none, refusal: 'used' };
	if (request.expiresAt <= now) return { ...none, refusal: 'expired' };
	const refusal = await refuse(tx, providerId, catalogue, cellOf(request), { ...askedIn(request), now });
	if (refusal || request.kind === 'delegation') return { ...none, refusal };
	const preview = await previewOutsideSignOff(tx, providerId, catalogue, cellOf(request), now);
	return { request, refusal: null, lastDay: preview?.term.lastDay ?? null, signers: outsideSigners(by) };
}

const cellOf = ({ personId, siteId, privilege }: OutsideRequest): Cell => ({ personId, siteId, privilege });

function askedIn({ kind, asked }: OutsideRequest) {
	return kind === 'delegation'
		? { kind, ...outsideAsked.delegation.parse(asked) }
		: { kind, ...outsideAsked['sign-off'].parse(asked) };
}

/** Records what somebody from outside confirms, once. Nobody of ours recorded it: the registration says who did. */
export async function confirmOutside(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	requestId: string,
	given: { registration: string; role?: OutsideRole; shownLastDay?: string; now: Date },
): Promise<{ ok: true } | { ok: false; why: OutsideRefusal }> {
	await holdChain(tx, providerId);
	const question = await readOutsideQuestion(tx, providerId, catalogue, requestId, given.now);
	if (!question) return { ok: false, why: 'expired' };
	const { request, refusal, lastDay, signers } = question;
	if (refusal) return { ok: false, why: refusal };
	const cell = cellOf(request);
	const asked = askedIn(request);
	if (asked.kind === 'delegation') {
		const known = await readCellFacts(tx, providerId, catalogue, cell, given.now);
		const { registration } = given;
		const { person, reviewOn } = asked;
		const delegation = { id: requestId, person, reviewOn, recordedBy: null, payload: { registration } };
		await append(tx, providerId, catalogue, delegationFacts(known, cell, delegation));
	} else {
		if (!given.role || !signers.includes(given.role)) return { ok: false, why: 'wrong-role' };
		if (!lastDay || lastDay !== given.shownLastDay) return { ok: false, why: 'day-changed' };
		const preview = await previewOutsideSignOff(tx, providerId, catalogue, cell, given.now);
		const pinned = catalogue.privileges.get(cell.privilege);
		if (!preview || !pinned) return { ok: false, why: 'not-ready' };
		await append(tx, providerId, catalogue, [
			fact({
				id: requestId,
				kind: 'sign-off',
				...cell,
				recordedBy: null,
				contentVersionId: pinned.versionId,
				payload: { ...signOffPayload(preview), outsideAuthoriser: `${given.role} ${given.registration}` },
			}),
		]);
	}
	await tx
		.update(outsideRequests)
		.set({ usedAt: sql`now()` })
		.where(sql`${outsideRequests.providerId} = ${providerId} and ${outsideRequests.id} = ${requestId}`);
	return { ok: true };
}

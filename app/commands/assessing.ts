import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '#db/client.server.ts';
import { findRound, type Round } from '#db/queries/rounds.ts';
import { rounds } from '#db/schema.ts';
import type { Catalogue } from '../catalogue.server.ts';
import type { RoundRefusal } from '../domain/assessing.ts';
import { type Checklist, markRound } from '../domain/checklist.ts';
import type { EvidenceOf, Payload } from '../domain/evidence.ts';
import { isSignedLate } from '../domain/observation.ts';
import { type Policy, timeOfDay } from '../domain/policy.ts';
import { type PrivilegeCode, requirementOf } from '../domain/privilege.ts';
import type { RoundForm } from '../domain/round.ts';
import { finishedForm, type Uncounted, whyUncounted } from '../domain/round-worth.ts';
import { append, fact, holdChain } from './append.ts';
import {
	type Assessor,
	assessorAt,
	type Judgement,
	judgeRound,
	learnerAt,
	type Pair,
	readPair,
} from './judging-rounds.ts';
import { rulesBySite } from './projecting.ts';
import { checkSignature } from './secrets.ts';

/** Opens a round for filling in. */
export async function startRound(
	tx: Tx,
	assessor: Assessor,
	catalogue: Catalogue,
	pair: Pair,
	now: Date,
): Promise<{ ok: true; roundId: string } | { ok: false; why: RoundRefusal }> {
	const asked = catalogue.privileges.get(pair.privilege);
	const form = asked && requirementOf(asked.body, 'observation');
	const pinned = form && catalogue.checklists.get(form.checklist);
	if (!pinned) return { ok: false, why: 'no-checklist' };
	const known = await readPair(tx, assessor, catalogue, pair, now);
	const why = assessorAt(known, known.present).why ?? learnerAt(known, known.present);
	if (why) return { ok: false, why };
	const roundId = uuidv7();
	await tx.insert(rounds).values({
		...pair,
		providerId: assessor.providerId,
		assessorId: assessor.personId,
		id: roundId,
		contentVersionId: pinned.versionId,
		// By a clock that is behind it would have begun before what it rests on was known.
		startedAt: known.present,
	});
	return { ok: true, roundId };
}

/** Keeps what has been filled in so far, finished or not. */
export async function saveRound(tx: Tx, assessor: Assessor, roundId: string, form: unknown): Promise<void> {
	await tx
		.update(rounds)
		.set({ form, updatedAt: sql`now()` })
		.where(sql`provider_id = ${assessor.providerId} and id = ${roundId} and assessor_id = ${assessor.personId}`);
}

/** Throws away a round that was begun by mistake. */
export async function discardRound(tx: Tx, assessor: Assessor, roundId: string): Promise<void> {
	await tx
		.delete(rounds)
		.where(sql`provider_id = ${assessor.providerId} and id = ${roundId} and assessor_id = ${assessor.personId}`);
}

/** A round that is about to be signed, and what it will be. */
export interface RoundPreview extends Judgement {
	passed: boolean;
	criticalMissed: string[];
	missed: string[];
	notSeen: string[];
	/** It will be kept as a late entry. */
	late: boolean;
	/** Why it will not count, were it passed. */
	uncounted: Uncounted | null;
}

/** What a finished form comes to if both sign now; shown before they do. */
export async function previewRound(
	tx: Tx,
	assessor: Assessor,
	catalogue: Catalogue,
	{ round, form, checklist, now }: { round: Round; form: RoundForm; checklist: Checklist; now: Date },
): Promise<RoundPreview> {
	const rules = (await rulesBySite(tx, assessor.providerId, catalogue))(round.siteId);
	const judgement = await judgeRound(tx, assessor, catalogue, round, now);
	const mark = markRound(checklist, form.results, form.stoppedForSafety, rules.policy);
	const payload = payloadOf({ round, form, checklist, policy: rules.policy, judgement, now });
	const asked = rules.privileges.get(round.privilege as PrivilegeCode);
	const simulation = (asked && requirementOf(asked, 'observation')?.simulation) ?? false;
	const draft: EvidenceOf<'observation'> = {
		id: round.id,
		seq: 0,
		kind: 'observation',
		personId: round.learnerId,
		privilege: round.privilege as PrivilegeCode,
		siteId: round.siteId,
		observedAt: round.startedAt,
		recordedAt: now,
		recordedBy: assessor.personId,
		contentVersionId: round.contentVersionId,
		supersedes: null,
		payload,
	};
	return {
		...judgement,
		...mark,
		late: isSignedLate(payload, rules.policy),
		uncounted: whyUncounted(draft, rules, rules.policy, { simulation }),
	};
}

function payloadOf(given: {
	round: Round;
	form: RoundForm;
	checklist: Checklist;
	policy: Policy;
	judgement: Judgement;
	now: Date;
}): Payload<'observation'> {
	const { round, form, checklist, policy, judgement, now } = given;
	const mark = markRound(checklist, form.results, form.stoppedForSafety, policy);
	return {
		checklist: checklist.slug,
		assessor: round.assessorId,
		assessorEvidence: judgement.assessorEvidence,
		startedAt: round.startedAt.toISOString(),
		timeOfDay: timeOfDay(policy, round.startedAt),
		...(form.variant ? { variant: form.variant } : {}),
		...(form.simulated ? { simulated: true } : {}),
		counts: { people: form.people, doses: form.doses, refusals: form.refusals },
		results: form.results,
		criticalMissed: mark.criticalMissed,
		missed: mark.missed,
		stoppedForSafety: form.stoppedForSafety,
		passed: mark.passed,
		assessorSignedAt: now.toISOString(),
		learnerSignedAt: now.toISOString(),
		...(judgement.notCounted ? { notCounted: judgement.notCounted } : {}),
		...(judgement.assessorLapsed ? { assessorLapsed: true as const } : {}),
	};
}

export type Signing =
	| { ok: true; passed: boolean; learnerId: string }
	| { ok: false; why: RoundRefusal | 'unfinished' | 'unknown-round' }
	| { ok: false; why: 'wrong' | 'too-many'; whose: 'assessor' | 'learner' };

/**
 * Both sign, each with their own PIN or password, and the round becomes evidence under the round's own id: signing
 * twice records once. The assessor is judged by where they stood when it began: one who has lapsed since still records
 * what they saw, and it says so. A failed round is always recorded, also where an assessor is found void.
 */
export async function signRound(
	tx: Tx,
	assessor: Assessor,
	catalogue: Catalogue,
	given: { roundId: string; assessorSecret: string; learnerSecret: string; checklist: Checklist; now: Date },
): Promise<Signing> {
	const { providerId, personId } = assessor;
	const { roundId, checklist, now } = given;
	await tx.execute(sql`select 1 from rounds where provider_id = ${providerId} and id = ${roundId} for update`);
	const round = await findRound(tx, { providerId, assessorId: personId, roundId });
	if (!round) return { ok: false, why: 'unknown-round' };
	const { policy } = (await rulesBySite(tx, providerId, catalogue))(round.siteId);
	const form = finishedForm(round.form, checklist, policy);
	if (!form) return { ok: false, why: 'unfinished' };
	const { passed } = markRound(checklist, form.results, form.stoppedForSafety, policy);
	const refused = refusalOf(await judgeRound(tx, assessor, catalogue, round, now));
	if (refused) return refused;

	for (const [whose, signer, secret] of [
		['assessor', personId, given.assessorSecret],
		['learner', round.learnerId, given.learnerSecret],
	] as const) {
		const signed = await checkSignature(tx, { providerId, personId: signer, secret, now });
		if (!signed.ok) return { ok: false, why: signed.why, whose };
	}

	// Two rounds that one assessor signs at once: the second must see the first.
	await holdChain(tx, providerId);
	const judgement = await judgeRound(tx, assessor, catalogue, round, now);
	const refusedSince = refusalOf(judgement);
	if (refusedSince) return refusedSince;
	await append(tx, providerId, catalogue, [
		fact({
			id: round.id,
			kind: 'observation',
			personId: round.learnerId,
			privilege: round.privilege as PrivilegeCode,
			siteId: round.siteId,
			observedAt: round.startedAt,
			recordedBy: personId,
			contentVersionId: round.contentVersionId,
			payload: payloadOf({ round, form, checklist, policy, judgement, now }),
			note: form.note || undefined,
		}),
	]);
	await discardRound(tx, assessor, roundId);
	return { ok: true, passed, learnerId: round.learnerId };

	function refusalOf({ refusal }: Judgement): Signing | null {
		return refusal && (passed || refusal === 'yourself') ? { ok: false, why: refusal } : null;
	}
}

import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '#db/client.server.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { listEmployments } from '#db/queries/people.ts';
import { findRound, type Round } from '#db/queries/rounds.ts';
import { rounds } from '#db/schema.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { type AssessRefusal, refuseAssessor } from '../domain/assessing.ts';
import { type Checklist, markRound, unanswered } from '../domain/checklist.ts';
import { decide } from '../domain/decide.ts';
import { presentFor } from '../domain/evidence.ts';
import { localDay } from '../domain/period.ts';
import { timeOfDay } from '../domain/policy.ts';
import { type PrivilegeCode, type Role, requirementOf } from '../domain/privilege.ts';
import { type RoundForm, roundForm } from '../domain/round.ts';
import { append, fact } from './append.ts';
import { rulesBySite } from './projecting.ts';
import { checkSignature } from './secrets.ts';

export interface Assessor {
	providerId: string;
	personId: string;
}

interface Pair {
	learnerId: string;
	siteId: string;
	privilege: PrivilegeCode;
}

export type RoundRefusal = AssessRefusal | 'no-checklist' | 'not-at-this-site';

/** Why this assessor may not assess this learner now (or at an instant before), or the assessor's evidence that says they may. */
export async function checkAssessor(
	tx: Tx,
	{ providerId, personId }: Assessor,
	catalogue: Catalogue,
	{ learnerId, siteId, privilege }: Pair,
	now: Date,
	{ at }: { at?: Date } = {},
): Promise<{ ok: true; evidence: string[] } | { ok: false; why: RoundRefusal }> {
	const rules = (await rulesBySite(tx, providerId, catalogue))(siteId);
	const evidence = await listEvidenceOf(tx, { providerId, personIds: [personId, learnerId] });
	const present = presentFor(evidence, now);
	const of = (person: string, code: PrivilegeCode) =>
		decide(
			rules,
			evidence.filter((each) => each.personId === person),
			{ privilege: code, siteId },
			at ?? present,
			present,
		);
	const [assess, samePrivilege] = [of(personId, 'assess'), of(personId, privilege)];
	const why = refuseAssessor({ assessorId: personId, learnerId, assess, samePrivilege });
	if (why) return { ok: false, why };
	const by = requirementFor(catalogue, privilege)?.by;
	if (by && !(await playsOneOf(tx, { providerId, personId }, siteId, by, localDay(at ?? present))))
		return { ok: false, why: 'wrong-role' };
	const learner = of(learnerId, privilege);
	// Of somebody who does not work here nothing is asked.
	if (!learner.progress.length) return { ok: false, why: 'not-at-this-site' };
	return { ok: true, evidence: [...new Set([...assess.evidence, ...samePrivilege.evidence])] };
}

function requirementFor(catalogue: Catalogue, code: PrivilegeCode) {
	const asked = catalogue.privileges.get(code);
	return asked && requirementOf(asked.body, 'observation');
}

async function playsOneOf(tx: Tx, who: Assessor, siteId: string, roles: readonly Role[], onDay: string) {
	const posts = await listEmployments(tx, who);
	return posts.some(
		(post) =>
			roles.includes(post.role) &&
			(post.siteId === null || post.siteId === siteId) &&
			post.startedOn <= onDay &&
			(post.lastDay === null || post.lastDay >= onDay),
	);
}

/** Opens a round for filling in. */
export async function startRound(
	tx: Tx,
	assessor: Assessor,
	catalogue: Catalogue,
	pair: Pair,
	now: Date,
): Promise<{ ok: true; roundId: string } | { ok: false; why: RoundRefusal }> {
	const form = requirementFor(catalogue, pair.privilege);
	const pinned = form && catalogue.checklists.get(form.checklist);
	if (!pinned) return { ok: false, why: 'no-checklist' };
	const checked = await checkAssessor(tx, assessor, catalogue, pair, now);
	if (!checked.ok) return checked;
	const roundId = uuidv7();
	await tx.insert(rounds).values({
		...pair,
		providerId: assessor.providerId,
		assessorId: assessor.personId,
		id: roundId,
		contentVersionId: pinned.versionId,
		startedAt: now,
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

export type Signing =
	| { ok: true; passed: boolean; learnerId: string }
	| { ok: false; why: RoundRefusal | 'unfinished' | 'unknown-round' }
	| { ok: false; why: 'wrong' | 'too-many'; whose: 'assessor' | 'learner' };

/** What a finished form comes to, or null while something in it is open. */
export function finishedForm(round: Pick<Round, 'form'>, checklist: Checklist): RoundForm | null {
	const form = roundForm.safeParse(round.form);
	return form.success && unanswered(checklist, form.data.results).length === 0 ? form.data : null;
}

/**
 * Both sign, each with their own PIN or password, and the round becomes evidence under the round's own id: signing
 * twice records once. The assessor's own standing is looked at as it was when the round began and as it is now.
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
	const form = finishedForm(round, checklist);
	if (!form) return { ok: false, why: 'unfinished' };

	const pair = { learnerId: round.learnerId, siteId: round.siteId, privilege: round.privilege as PrivilegeCode };
	const atStart = await checkAssessor(tx, assessor, catalogue, pair, now, { at: round.startedAt });
	if (!atStart.ok) return atStart;
	const atSigning = await checkAssessor(tx, assessor, catalogue, pair, now);
	if (!atSigning.ok) return atSigning;

	for (const [whose, signer, secret] of [
		['assessor', personId, given.assessorSecret],
		['learner', round.learnerId, given.learnerSecret],
	] as const) {
		const signed = await checkSignature(tx, { providerId, personId: signer, secret, now });
		if (!signed.ok) return { ok: false, why: signed.why, whose };
	}

	const { policy } = (await rulesBySite(tx, providerId, catalogue))(round.siteId);
	const mark = markRound(checklist, form.results, form.stoppedForSafety, policy);
	await append(tx, providerId, catalogue, [
		fact({
			id: round.id,
			kind: 'observation',
			personId: round.learnerId,
			privilege: pair.privilege,
			siteId: round.siteId,
			observedAt: round.startedAt,
			recordedBy: personId,
			contentVersionId: round.contentVersionId,
			payload: {
				checklist: checklist.slug,
				assessor: personId,
				assessorEvidence: atStart.evidence,
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
			},
			note: form.note || undefined,
		}),
	]);
	await discardRound(tx, assessor, roundId);
	return { ok: true, passed: mark.passed, learnerId: round.learnerId };
}

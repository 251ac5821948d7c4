import type { Tx } from '#db/client.server.ts';
import { type ContentVersion, findContentVersion } from '#db/queries/content.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { listPeopleByIds } from '#db/queries/people.ts';
import { type Catalogue, contentTitle, titles } from '../catalogue.server.ts';
import { bearsOn } from '../domain/bearing.ts';
import { decide } from '../domain/decide.ts';
import type { Decision } from '../domain/decision.ts';
import { type Evidence, evidenceWords } from '../domain/evidence.ts';
import { detailOf, isLate } from '../domain/evidence-detail.ts';
import { Facts, isAfter, standingEvidence } from '../domain/facts.ts';
import type { PrivilegeCode } from '../domain/privilege.ts';
import { sayRequirement } from '../domain/requirement-words.ts';
import type { Question } from '../domain/rules.ts';
import { rulesBySite } from './projecting.ts';

/** One row of evidence under an answer, with what an inspector asks about it. */
export interface Proof {
	id: string;
	seq: number;
	what: string;
	detail: string;
	observedAt: Date;
	recordedAt: Date;
	/** Entered later after it happened than policy allows. */
	late: boolean;
	/** Not known yet at the instant asked about. */
	enteredAfterwards: boolean;
	recordedBy: string | null;
	/** What was read, asked or ticked. */
	version: string | null;
	/** For a round: who watched, and where they stood themselves at that moment. */
	assessor: { name: string; competent: boolean } | null;
}

export interface OnTheDay {
	/** By what is known at `knownAt`. */
	decision: Decision;
	/** By what was known at the instant asked about. */
	knownThen: Decision;
	requirements: { what: string; met: boolean; proofs: Proof[] }[];
	/** The other evidence that bears on the answer: employment, sign-off, pauses, overrides. */
	others: Proof[];
}

/**
 * The inspector's question: was this person competent for this privilege at this site at that minute, and what did we
 * know? Answered under the policy and the content then in force, with each requirement's evidence.
 */
export async function answerOnTheDay(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	personId: string,
	question: Question,
	{ at, knownAt }: { at: Date; knownAt: Date },
): Promise<OnTheDay> {
	const rules = (await rulesBySite(tx, providerId, catalogue, at))(question.siteId);
	const evidence = await listEvidenceOf(tx, { providerId, personIds: [personId] });
	const decision = decide(rules, evidence, question, at, knownAt);
	const knownThen = decide(rules, evidence, question, at, at);

	const standing = standingEvidence(evidence, at, knownAt);
	const signOff = Facts.from(standing)
		.of('sign-off')
		.findLast((each) => decision.evidence.includes(each.id));
	// What a sign-off stood on is what was there when it was made, not what has been done since for the next one.
	const held = signOff ? standing.filter((each) => !isAfter(each, signOff as Evidence)) : standing;
	const basis = new Set(signOff ? signOff.payload.basis : []);
	const byId = new Map(evidence.map((each) => [each.id, each]));
	const assessorIds = held.flatMap((each) => (each.kind === 'observation' ? [each.payload.assessor] : []));
	const names = await listPeopleByIds(tx, {
		providerId,
		personIds: [...assessorIds, ...evidence.flatMap((each) => each.recordedBy ?? [])],
	});
	const nameOf = (id: string) => {
		const person = names.get(id);
		return person ? `${person.givenName} ${person.familyName}` : 'Somebody who is not known any more';
	};
	const assessors = await listEvidenceOf(tx, { providerId, personIds: [...new Set(assessorIds)] });
	const versions = new Map<string, ContentVersion | null>();

	const used = new Set<string>();
	const requirements = [];
	for (const { requirement, met, evidence: ids } of decision.progress) {
		const proofs: Proof[] = [];
		const theirs = [...basis].filter((id) => {
			const fact = byId.get(id);
			return fact && bearsOn(fact, requirement);
		});
		for (const id of theirs.length ? theirs : ids) {
			const found = byId.get(id);
			if (found && found.personId === personId && !used.has(id)) {
				used.add(id);
				proofs.push(await proofOf(found));
			}
		}
		requirements.push({ what: sayRequirement(requirement, titles()), met: decision.permit || met, proofs });
	}
	const others = [];
	for (const each of standing.toReversed())
		if (!used.has(each.id) && (otherKinds.includes(each.kind) || decision.evidence.includes(each.id)))
			if (!each.privilege || each.privilege === question.privilege) others.push(await proofOf(each));
	return { decision, knownThen, requirements, others };

	async function proofOf(found: Evidence): Promise<Proof> {
		return {
			id: found.id,
			seq: found.seq,
			what: evidenceWords[found.kind],
			detail: detailOf(found, titles()),
			observedAt: found.observedAt,
			recordedAt: found.recordedAt,
			late: isLate(found, rules.policy),
			enteredAfterwards: found.recordedAt > at,
			recordedBy: found.recordedBy ? nameOf(found.recordedBy) : null,
			version: await versionOf(found.contentVersionId),
			assessor: found.kind === 'observation' ? await assessorOf(found as Evidence & { kind: 'observation' }) : null,
		};
	}

	async function versionOf(id: string | null): Promise<string | null> {
		if (!id) return null;
		if (!versions.has(id)) versions.set(id, await findContentVersion(tx, id));
		const version = versions.get(id);
		return version ? `${contentTitle(version.kind, version.slug)}, version ${version.version}` : null;
	}

	async function assessorOf(round: Evidence & { kind: 'observation' }) {
		const { assessor } = round.payload;
		const then = (await rulesBySite(tx, providerId, catalogue, round.observedAt))(question.siteId);
		const theirs = assessors.filter((each) => each.personId === assessor);
		const competent = (['assess', question.privilege] as PrivilegeCode[]).every(
			(privilege) => decide(then, theirs, { privilege, siteId: question.siteId }, round.observedAt, knownAt).holds,
		);
		return { name: nameOf(assessor), competent };
	}
}

const otherKinds: readonly string[] = [
	'employment-started',
	'employment-ended',
	'sign-off',
	'withdrawal',
	'pause',
	'pause-lifted',
	'override',
	'absence',
	'sign-off-upheld',
];

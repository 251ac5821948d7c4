import type { Tx } from '#db/client.server.ts';
import { listEvidenceByIds, listEvidenceOf } from '#db/queries/evidence.ts';
import { listEmployments, listSites } from '#db/queries/people.ts';
import type { Catalogue } from '../catalogue.server.ts';
import type { Post } from '../domain/authority.ts';
import { type Evidence, type EvidenceOf, type Payload, presentFor } from '../domain/evidence.ts';
import { Facts, standingEvidence } from '../domain/facts.ts';
import { partiesTo, refuseTakingPauseBack } from '../domain/pause.ts';
import { localDay } from '../domain/period.ts';
import {
	type Effect,
	effectsOf,
	insteadOf,
	mayBeTakenBack,
	needsOf,
	refuseTakingBack,
	type Sayer,
	type TakingBackNeeds,
	type TakingBackRefusal,
} from '../domain/taking-back.ts';
import { listPostsOn } from './confirming.ts';
import { rulesBySite } from './projecting.ts';

/** What there is to know before a row is taken back, or put right. */
export interface Correction {
	entry: Evidence;
	/** Every row of the person. */
	evidence: Evidence[];
	/** What would be another answer afterwards. */
	effects: Effect[];
	needs: TakingBackNeeds;
	/** What nobody can put right by taking back. */
	refusal: TakingBackRefusal | null;
	/** Why these are not enough to say so. */
	refuse(by: Sayer, second: Sayer | null): TakingBackRefusal | null;
}

/**
 * Reads what taking a row back would change and who has to say so; with `back`, what ending the open absence on that day
 * would. Null where there is no such row, or none that is ever taken back. A command that decides on it holds the chain.
 */
export async function readCorrection(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	{ evidenceId, back, now }: { evidenceId: string; back?: string; now: Date },
): Promise<Correction | null> {
	const [entry] = await listEvidenceByIds(tx, { providerId, evidenceIds: [evidenceId] });
	if (!entry || !mayBeTakenBack(entry)) return null;
	const evidence = await listEvidenceOf(tx, { providerId, personIds: [entry.personId] });
	const present = presentFor(evidence, now);
	const facts = Facts.from(standingEvidence(evidence, present, present));
	const rules = await rulesBySite(tx, providerId, catalogue);
	const allSites = (await listSites(tx, { providerId })).map((site) => site.id);
	const ground = { assessorSpeaks: await doesAssessorSpeak() };
	// A row that does not stand any more would change nothing.
	const stands = !evidence.some((each) => each.supersedes === entry.id);
	const isBack = (day: string) => absentUntil(entry, evidence, day, present);
	const changed =
		back === undefined
			? { before: evidence, after: [...evidence, takenBack(entry, evidence, present)] }
			: // That they are back today needs nobody: time itself says how long it was.
				{ before: isBack(localDay(now)), after: isBack(back) };
	const effects = stands ? effectsOf(rules, changed, allSites, present) : [];
	const needs = needsOf(entry, effects, ground);
	if (!needs) return null;
	const sites = await listWorkSites(tx, providerId, entry.personId, localDay(now));
	const policyAt = (siteId: string) => rules(siteId).policy;
	return {
		entry,
		evidence,
		effects,
		needs,
		refusal:
			entry.kind === 'pause' && stands
				? refuseTakingPauseBack(entry as EvidenceOf<'pause'>, facts, policyAt, allSites)
				: null,
		refuse(by, second) {
			const parties = [
				...new Set([
					...partiesHere(),
					...effects.flatMap(({ question }) => partiesTo(facts, question)),
					...(entry.kind === 'pause' ? (entry.payload.parties ?? []) : []),
				]),
			];
			const alone = entry.kind === 'pause' || (entry.kind === 'age-decision' && !entry.payload.may);
			if (alone && parties.includes(by.personId)) return 'party';
			return refuseTakingBack(needs, entry, { by, second, sites, allSites, parties });
		},
	};

	function partiesHere(): string[] {
		const { privilege, siteId } = entry as Evidence;
		return privilege && siteId ? partiesTo(facts, { privilege, siteId }) : [];
	}

	async function doesAssessorSpeak(): Promise<boolean> {
		if (entry?.kind !== 'observation') return false;
		const { assessor } = entry.payload;
		const posts = await listPostsOn(tx, { providerId, personId: assessor }, localDay(now));
		const here = (post: Post) => post.siteId === null || post.siteId === entry.siteId;
		return posts.some(here) && !partiesHere().includes(assessor);
	}
}

function takenBack(entry: Evidence, evidence: readonly Evidence[], at: Date): Evidence {
	return insteadOf(entry, evidence, at, { kind: 'retraction', payload: {} as Payload<'retraction'> });
}

function absentUntil(entry: Evidence, evidence: Evidence[], back: string, at: Date): Evidence[] {
	if (entry.kind !== 'absence') return evidence;
	const { from } = entry.payload;
	return [...evidence, insteadOf(entry, evidence, at, { kind: 'absence', payload: { from, back } })];
}

/** The sites where somebody works today or, of somebody who has left, worked; of all sites, every one. */
export async function listWorkSites(tx: Tx, providerId: string, personId: string, today: string): Promise<string[]> {
	const all = await listEmployments(tx, { providerId, personId });
	const current = all.filter((post) => post.startedOn <= today && (!post.lastDay || post.lastDay >= today));
	const posts = current.length ? current : all;
	if (posts.every((post) => post.siteId)) return [...new Set(posts.flatMap((post) => post.siteId ?? []))];
	return (await listSites(tx, { providerId })).map((site) => site.id);
}

import { setImmediate } from 'node:timers/promises';
import type { Tx } from '#db/client.server.ts';
import { listDelegatedPairs } from '#db/queries/delegations.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { type Catalogue, titles } from '../catalogue.server.ts';
import { decide } from '../domain/decide.ts';
import type { Decision } from '../domain/decision.ts';
import { type Evidence, presentFor } from '../domain/evidence.ts';
import { sayMissing } from '../domain/missing.ts';
import type { Question } from '../domain/rules.ts';
import { rulesBySite } from './projecting.ts';

/** A question whose answer no stored standing holds: for one person supported, or with what is missing. */
export interface CloserQuestion extends Question {
	personId: string;
	/** The instant asked about: now or to come. */
	at: Date;
	/** Whether what is missing is to be said. */
	detail: boolean;
	/** Whether the answer is in no stored standing, whoever is supported. */
	unstored?: boolean;
}

export interface CloserLook
	extends Pick<Decision, 'permit' | 'code' | 'standing' | 'validUntil' | 'policyVersion' | 'delegation'> {
	/** The newest row of the person's evidence that was taken into account. */
	upToSeq: number | null;
	/** Of somebody on an override: whether they may do what the task rests on. */
	holdsWhatItRestsOn: boolean;
	missing: string[];
}

/**
 * Asks `decide` itself, from all the evidence of the people asked about: what the gate needs where a task is delegated
 * for one person supported at a time, since standings are stored without one. In the order of the questions; null where
 * they have never been handed the task for that person, which the stored standing says already.
 */
export async function lookCloser(
	tx: Tx,
	providerId: string,
	catalogue: Catalogue,
	questions: readonly CloserQuestion[],
): Promise<(CloserLook | null)[]> {
	const named = questions.filter((each) => each.person !== undefined);
	const pairs = await listDelegatedPairs(tx, {
		providerId,
		personIds: [...new Set(named.map((each) => each.personId))],
		persons: [...new Set(named.map((each) => each.person as string))],
	});
	const delegated = new Set(pairs.map((each) => `${each.personId} ${each.person}`));
	const worthwhile = questions.map(
		(each) => each.detail || each.unstored || delegated.has(`${each.personId} ${each.person}`),
	);
	const personIds = [...new Set(questions.filter((_, place) => worthwhile[place]).map((each) => each.personId))];
	const evidence = new Map<string, Evidence[]>(personIds.map((id) => [id, []]));
	for (const each of await listEvidenceOf(tx, { providerId, personIds })) evidence.get(each.personId)?.push(each);
	const rules = await rulesBySite(tx, providerId, catalogue);

	const looks: (CloserLook | null)[] = [];
	for (const [place, question] of questions.entries()) {
		if (!worthwhile[place]) {
			looks.push(null);
			continue;
		}
		// A hundred people are a tenth of a second of work: the gate answers others in between.
		await setImmediate();
		const theirs = evidence.get(question.personId) ?? [];
		const at = presentFor(theirs, question.at);
		const decision = decide(rules(question.siteId), theirs, question, at);
		looks.push({
			permit: decision.permit,
			code: decision.code,
			standing: decision.standing,
			validUntil: decision.validUntil,
			policyVersion: decision.policyVersion,
			upToSeq: theirs.at(-1)?.seq ?? null,
			...(decision.delegation ? { delegation: decision.delegation } : {}),
			holdsWhatItRestsOn: decision.holdsWhatItRestsOn,
			missing: question.detail ? sayMissing(decision, at, titles()) : [],
		});
	}
	return looks;
}

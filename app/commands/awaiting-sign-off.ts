import type { Tx } from '#db/client.server.ts';
import { listEvidenceOf } from '#db/queries/evidence.ts';
import { listColleagues } from '#db/queries/people.ts';
import { listStandingsNow } from '#db/queries/standings.ts';
import type { Catalogue } from '../catalogue.server.ts';
import { basisOf, isForSomebodyElse, maySignOff, refuseSignOff, type SignOffRefusal } from '../domain/assessing.ts';
import { decider } from '../domain/decide.ts';
import { employmentAt } from '../domain/employment.ts';
import { presentFor } from '../domain/evidence.ts';
import { Facts, standingEvidence } from '../domain/facts.ts';
import { type LocalDay, localDay } from '../domain/period.ts';
import { type PrivilegeCode, requirementOf } from '../domain/privilege.ts';
import type { Standing } from '../domain/rules.ts';
import { windowOpens } from '../domain/sign-off.ts';
import type { Authoriser } from './authorising.ts';
import { rulesBySite } from './projecting.ts';

/** Somebody who waits for nothing but a sign-off. */
export interface AwaitingSignOff {
	personId: string;
	name: string;
	siteId: string;
	privilege: PrivilegeCode;
	standing: Standing;
	/** Since when everything else has been there. */
	since: Date;
	/** For a renewal: the last day of the sign-off that is held. */
	lastDay: LocalDay | null;
	/** Why somebody else than the visitor has to sign. */
	refusal: SignOffRefusal | null;
}

/** Where somebody may lack nothing but a sign-off: also beside a colleague, and inside the window of a renewal. */
const candidates: readonly Standing[] = ['ready-for-sign-off', 'supervised', 'due-soon'];

/** Everybody at some sites whom this authoriser may sign off and who lacks nothing else, whoever has waited longest first. */
export async function listAwaitingSignOff(
	tx: Tx,
	{ providerId, personId, posts }: Authoriser,
	catalogue: Catalogue,
	siteIds: readonly string[],
	now: Date,
): Promise<AwaitingSignOff[]> {
	const rules = await rulesBySite(tx, providerId, catalogue);
	const found: AwaitingSignOff[] = [];
	for (const siteId of siteIds) {
		const standings = (await listStandingsNow(tx, { providerId, siteId })).filter(
			(each) => candidates.includes(each.standing) && each.personId !== personId,
		);
		const colleagues = await listColleagues(tx, { providerId, siteId, onDay: localDay(now) });
		const personIds = [...new Set(standings.map((each) => each.personId))];
		const evidence = await listEvidenceOf(tx, { providerId, personIds });
		for (const colleague of colleagues.filter((each) => personIds.includes(each.id))) {
			const theirs = evidence.filter((each) => each.personId === colleague.id);
			const present = presentFor(theirs, now);
			const facts = Facts.from(standingEvidence(theirs, present, present));
			const employment = employmentAt(facts, siteId, present);
			const { policy, ...here } = rules(siteId);
			const answer = decider({ policy, ...here }, theirs, present);
			for (const { privilege } of standings.filter((each) => each.personId === colleague.id)) {
				const body = here.privileges.get(privilege);
				const by = (body && requirementOf(body, 'sign-off')?.by) ?? [];
				if (!body || !maySignOff(posts, siteId, by, employment)) continue;
				const question = { privilege, siteId };
				const decision = answer(question);
				const { holds, lastDay, standing } = decision;
				const refusal = refuseSignOff({
					signerId: personId,
					learnerId: colleague.id,
					authorised: true,
					facts,
					question,
					decision,
					at: present,
				});
				if (refusal && !isForSomebodyElse(refusal)) continue;
				if (holds && (!lastDay || present < windowOpens(lastDay, policy, body, employment))) continue;
				const basis = basisOf(decision);
				const based = theirs.filter((each) => basis.includes(each.id));
				found.push({
					personId: colleague.id,
					name: `${colleague.givenName} ${colleague.familyName}`,
					siteId,
					privilege,
					standing,
					since: new Date(Math.max(0, ...based.map((each) => each.recordedAt.getTime()))),
					lastDay: holds ? lastDay : null,
					refusal,
				});
			}
		}
	}
	return found.sort((a, b) => a.since.getTime() - b.since.getTime());
}

import { z } from 'zod';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';
import type { Evidence } from './evidence.ts';
import { ofKind } from './evidence.ts';
import { overrideForm, overridesCountFrom } from './override.ts';
import type { Policy } from './policy.ts';
import type { Privilege, PrivilegeCode } from './privilege.ts';
import type { Question, Rules } from './rules.ts';

/** Whether a task needs a witness at a site: only then is there a second person to be missing. */
export function needsWitness(privilege: Pick<Privilege, 'witness'>, policy: Pick<Policy, 'witness'>): boolean {
	return policy.witness && privilege.witness !== undefined;
}

/**
 * Whether somebody is competent themselves, so that the second person is all that is missing. Break-glass for the giver
 * and for the witness never meet: whoever is on an override may not give alone (content/rules.md, "Giving alone").
 */
export function holdsAlone({ permit, holds }: Pick<Decision, 'permit' | 'holds'>): boolean {
	return permit && holds;
}

/**
 * Whether somebody may check by telephone: competent today, in their own right, in the task or in witnessing it, at any
 * site of the provider, and not stopped in that at the site where it is given.
 */
export function canCheckByTelephone(
	rulesAt: (siteId: string) => Rules,
	evidence: readonly Evidence[],
	{ siteId, witnessedBy }: { siteId: string; witnessedBy: readonly PrivilegeCode[] },
	siteIds: readonly string[],
	at: Date,
): boolean {
	const answer = (privilege: PrivilegeCode, site: string) =>
		decide(rulesAt(site), evidence, { privilege, siteId: site }, at);
	return witnessedBy.some(
		(privilege) =>
			answer(privilege, siteId).stop === null &&
			siteIds.some((site) => {
				const { permit, code } = answer(privilege, site);
				return permit && code === 'competent';
			}),
	);
}

/** How often a person has been allowed to give alone in the last twelve months, taken back since or not. */
export function loneGivingsUsed(evidence: readonly Evidence[], at: Date): number {
	const since = overridesCountFrom(at);
	return ofKind(evidence, 'lone-giving').filter((each) => each.observedAt >= since && each.observedAt <= at).length;
}

/** The privileges of which a second check by telephone needs one: the task's own, and that of its witness. */
export function checkedBy({ privilege }: Question, { witness }: Pick<Privilege, 'witness'>): PrivilegeCode[] {
	return witness ? [privilege, witness] : [];
}

export const loneGivingForm = z.object({
	id: z.uuid(),
	secondCheck: z.uuid('Choose who checks by telephone'),
	hours: overrideForm.shape.hours,
	note: overrideForm.shape.note,
});

/** Why giving alone is not allowed. */
export const loneGivingRefusalWords = {
	'not-authorised': 'Your role may not allow this at this site.',
	yourself: 'Nobody allows this for themself. Ask another manager.',
	'not-witnessed': 'This needs no witness here, so there is nobody to be missing.',
	'not-competent':
		'Only somebody who is competent in this themself may give it alone. Somebody on an override needs a witness who is there.',
	'checks-themself': 'Somebody else has to check by telephone.',
	'check-not-competent': 'Only somebody who is competent in this, or in witnessing it, today can check by telephone.',
	'too-long': 'That is longer than your policy allows.',
	'other-page': 'Something else was saved from this page before. Open the page again.',
} as const;
export type LoneGivingRefusal = keyof typeof loneGivingRefusalWords;

import { decider } from './decide.ts';
import type { Evidence } from './evidence.ts';
import { endOfDay, localDay, moveDay } from './period.ts';
import type { PrivilegeCode } from './privilege.ts';
import { touches } from './recheck.ts';
import type { ContentChange, Rules } from './rules.ts';

/** How somebody who was signed off before a change stands on what it asks. */
export interface NewsStanding {
	change: ContentChange;
	personId: string;
	siteId: string;
	privilege: PrivilegeCode;
	state: 'done' | 'open' | 'lapsed';
}

/** The end of the last day on which what a change asks can be done before a privilege is lost by it. */
export function changeDueBy({ inForceFrom, grace }: Pick<ContentChange, 'inForceFrom' | 'grace'>): Date {
	return endOfDay(moveDay(localDay(inForceFrom), grace));
}

/**
 * Where one person stands at a site on each change that asks something of holders: only those are listed who were signed
 * off before it and hold the privilege, or would but for it.
 */
export function newsOf(rules: Rules, evidence: readonly Evidence[], siteId: string, at: Date): NewsStanding[] {
	const asking = rules.changes.filter((change) => change.asks !== 'nothing' && change.inForceFrom <= at);
	const personId = evidence[0]?.personId;
	if (!asking.length || !personId) return [];
	const answer = decider(rules, evidence, at);
	return [...rules.privileges.values()].flatMap((privilege) => {
		const changes = asking.filter((change) => touches(change, privilege));
		if (!changes.length) return [];
		const { holds, standing, progress, rechecks, signOff } = answer({ privilege: privilege.code, siteId });
		if (!signOff) return [];
		// A pause, an end or a failed round is not of the change's making: whoever is refused for it holds nothing here.
		const inDate = progress.some(({ met, requirement }) => met && requirement.kind === 'sign-off');
		const lapsed = rechecks.some(({ cause, dueBy }) => cause === 'content' && dueBy <= at);
		if (!holds && !(inDate && lapsed && (standing === 'expired' || standing === 'supervised'))) return [];
		return changes.flatMap((change): NewsStanding[] => {
			if (signOff.observedAt >= change.inForceFrom) return [];
			const open = rechecks.find((each) => each.change === change || sameVersion(each.change, change));
			const state = !open ? 'done' : open.dueBy <= at ? 'lapsed' : 'open';
			return [{ change, personId, siteId, privilege: privilege.code, state }];
		});
	});
}

function sameVersion(one: ContentChange | undefined, other: ContentChange): boolean {
	return one?.kind === other.kind && one.slug === other.slug && one.version === other.version;
}

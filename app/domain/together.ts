import type { Delegation } from './decision.ts';
import { earliest } from './period.ts';
import type { TwoPeople } from './policy-grace.ts';
import type { PrivilegeCode } from './privilege.ts';
import type { ReasonCode } from './reason.ts';

/** What matters of an answer where two people act together. */
export interface Answered {
	permit: boolean;
	code: ReasonCode;
	validUntil: Date | null;
	/** Of somebody supervised, where the task is delegated. */
	delegation?: Delegation;
	/** Of somebody on an override: whether they may do what the task rests on. */
	holdsWhatItRestsOn?: boolean;
}

/** A named second person and how they stand themselves. */
export interface Second {
	personId: string;
	decision: Answered;
}

export interface Together<D extends Answered> {
	personId: string;
	decision: D;
	/** For the same privilege at the same site. */
	supervisor?: Second | undefined;
	/** For the privilege's witness privilege at the same site. */
	witness?: (Second & { /** Competent in the task itself too. */ holdsTask: boolean }) | undefined;
}

/**
 * The decision where two people act together: somebody supervised needs a competent supervisor, and a witnessed
 * privilege a competent witness where policy asks for one. The second person is somebody else, and is competent
 * themselves: neither supervised nor on an override; and two people of whom neither may do it are no two competent
 * people (design.md section 6; content/rules.md, "Two people").
 *
 * @param privilege the privilege asked about: which privilege its witness holds, if it has one.
 * @param policy whether the site's policy asks for witnesses, whether a supervisor may be one, and until when that is sure.
 */
export function decideTogether<D extends Answered>(
	{ personId, decision, supervisor, witness }: Together<D>,
	privilege: { witness?: PrivilegeCode | undefined },
	policy: TwoPeople,
): D {
	const stands = (second: Second | undefined) =>
		second !== undefined &&
		second.personId !== personId &&
		second.decision.permit &&
		second.decision.code === 'competent';
	const supervised =
		supervisor && decision.code === 'supervised_only' && stands(supervisor) ? beside(supervisor) : decision;
	if (!supervised.permit || !privilege.witness) return supervised;
	if (!policy.witness) return { ...supervised, validUntil: earliest([supervised.validUntil, policy.until]) };
	if (supervised.code === 'second_check_by_telephone') return supervised;
	const both = supervised !== decision && witness?.personId === supervisor?.personId;
	const vouched = supervised.code !== 'override_active' || decision.holdsWhatItRestsOn || witness?.holdsTask;
	if (!witness || !stands(witness) || !vouched || (both && !policy.supervisorMayWitness))
		return { ...supervised, permit: false, code: 'witness_missing', validUntil: null };
	const ends = [supervised.validUntil, witness.decision.validUntil, both ? policy.until : null];
	return { ...supervised, validUntil: earliest(ends) };

	function beside(supervisor: Second): D {
		const { delegation } = decision;
		if (delegation && 'missing' in delegation) return { ...decision, code: delegation.missing };
		return {
			...decision,
			permit: true,
			validUntil: earliest([supervisor.decision.validUntil, delegation?.until]),
		};
	}
}

import { earliest } from './period.ts';
import type { PrivilegeCode } from './privilege.ts';

/** How somebody in a signed list stands: only who is competent may stand beside another. */
export type ListedAs = 'competent' | 'supervised' | 'override';

/** One thing that a person in a signed list may do. */
export interface Grant {
	action: PrivilegeCode;
	as: ListedAs;
	/** Seconds since 1970: the earlier of its own end and the list's. */
	until: number;
	/** The privilege that a second, competent person must hold. */
	witness?: PrivilegeCode;
}

interface Permit {
	privilege: PrivilegeCode;
	code: 'competent' | 'override_active' | 'supervised_only';
	until: Date | null;
}

const listedAs = { competent: 'competent', override_active: 'override', supervised_only: 'supervised' } as const;

/**
 * What a permit becomes in a list that works without a network; null where nothing is left of it.
 * @param list until when the list works, and which witness a privilege needs at the site.
 */
export function grantOf(
	{ privilege, code, until }: Permit,
	list: { from: Date; until: Date; witness: (privilege: PrivilegeCode) => PrivilegeCode | undefined },
): Grant | null {
	const ends = earliest([until, list.until]) ?? list.until;
	const seconds = Math.floor(ends.getTime() / 1000);
	if (seconds * 1000 <= list.from.getTime()) return null;
	const witness = list.witness(privilege);
	return { action: privilege, as: listedAs[code], until: seconds, ...(witness ? { witness } : {}) };
}

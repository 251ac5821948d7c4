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
	code: 'competent' | 'override_active' | 'supervised_only' | 'second_check_by_telephone';
	until: Date | null;
}

/** Whoever may give alone by telephone is competent: without a network they need the witness that everybody else does. */
const listedAs = {
	competent: 'competent',
	second_check_by_telephone: 'competent',
	override_active: 'override',
	supervised_only: 'supervised',
} as const;

/** What a list says of one privilege at its site. */
export interface Listing {
	/** Which privilege a witness needs, where one is asked for. */
	witness?: PrivilegeCode | undefined;
	/** Whether it is handed over for one person supported at a time. */
	delegated: boolean;
	/** For how long it is listed, in milliseconds. */
	longest: number;
}

/**
 * What a permit becomes in a list that works without a network; null where nothing is left of it. Absence means no, so
 * what a list cannot say whole is left out: an override of a witnessed task, whose witness may have to hold the task
 * itself, and a delegated task for somebody supervised, to whom it is delegated for one person supported at a time.
 * @param list what the list says of the privilege, and when it is made and ends.
 */
export function grantOf(
	{ privilege, code, until }: Permit,
	{ from, until: listEnds, witness, delegated, longest }: Listing & { from: Date; until: Date },
): Grant | null {
	if (witness && code === 'override_active') return null;
	if (delegated && code === 'supervised_only') return null;
	const ends = earliest([until, listEnds, new Date(from.getTime() + longest)]) ?? listEnds;
	const seconds = Math.floor(ends.getTime() / 1000);
	if (seconds * 1000 <= from.getTime()) return null;
	return { action: privilege, as: listedAs[code], until: seconds, ...(witness ? { witness } : {}) };
}

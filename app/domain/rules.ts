import type { Checklist } from './checklist.ts';
import type { ChangeAsks, ContentKind } from './content.ts';
import type { Policy } from './policy.ts';
import type { Privilege, PrivilegeCode } from './privilege.ts';

export const standings = [
	'not-required',
	'not-started',
	'in-training',
	'ready-to-observe',
	'ready-for-sign-off',
	'supervised',
	'competent',
	'due-soon',
	'expired',
	'paused',
	'withdrawn',
] as const;
export type Standing = (typeof standings)[number];

export interface Question {
	privilege: PrivilegeCode;
	siteId: string;
	/** The other system's reference for the person supported, where the task is delegated for one. */
	person?: string;
}

/** A new version of some content that asks something of people who were signed off before it. */
export interface ContentChange {
	kind: Exclude<ContentKind, 'policy'>;
	slug: string;
	version: number;
	asks: ChangeAsks;
	grace: string;
	says: string;
	inForceFrom: Date;
}

/** A policy that has been replaced, and when the grace of what replaced it ends. */
export interface Settling {
	policy: Policy;
	until: Date;
}

/** The rules in force: a policy's numbers, what each privilege asks for, and what has changed since. */
export interface Rules {
	policy: Policy;
	privileges: ReadonlyMap<PrivilegeCode, Privilege>;
	changes: readonly ContentChange[];
	/** The forms in force, by slug: which lines are critical, and what meets each. */
	checklists: ReadonlyMap<string, Checklist>;
	/** Older policies whose replacement still has a grace, or had: what it asks of holders is due no sooner than `until`. */
	settling?: readonly Settling[];
	/** A sign-off is held to what was asked when it was made: earlier policies by version, privileges and forms by content version id. */
	earlier?: {
		policies: { get(version: string): Policy | undefined };
		privileges: { get(contentVersionId: string): Privilege | undefined };
		checklists: { get(contentVersionId: string): Checklist | undefined };
	};
}

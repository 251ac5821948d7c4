import type { Role } from './privilege.ts';

/** What a signed-in person may do by role. One row each; the competence to assess is evidence, never a role. */
export const authorities = {
	learn: ['carer', 'senior', 'nurse', 'medication-lead', 'manager'],
	observe: ['senior', 'nurse', 'medication-lead', 'manager'],
	'see-matrix': ['medication-lead', 'manager', 'administrator'],
	'see-evidence': ['medication-lead', 'manager'],
	/** A nurse only what is signed off by nurses (`mayAbout`, assessing.ts). */
	'sign-off': ['medication-lead', 'manager', 'nurse'],
	pause: ['medication-lead', 'manager'],
	record: ['medication-lead', 'manager'],
	/** Decisions that are a manager's own: about age, about the first assessors. */
	decide: ['manager'],
	/** Found competent outside: a nurse only for what nurses watch (`mayRecordOutside`, record.ts). */
	'record-outside': ['manager', 'nurse'],
	correct: ['medication-lead', 'manager'],
	/** Takes a sign-off back, with a second person who confirms it. */
	withdraw: ['manager'],
	'confirm-withdrawal': ['medication-lead', 'manager'],
	/** Names who is beside somebody who practises. */
	supervise: ['medication-lead', 'manager'],
	/** A clinical decision, never a manager's (domain.md section 1.8). */
	delegate: ['nurse'],
	override: ['manager'],
	verify: ['manager', 'administrator'],
	'set-policy': ['manager'],
	/** Keeps a leaver's name longer, or forgets it when its time has come. */
	'keep-names': ['manager'],
	/** Says which other systems may ask the gate, and what. */
	'manage-clients': ['manager'],
	/** What other systems asked and were refused. */
	'see-decisions': ['manager'],
	/** Says which other systems are told of events. */
	'set-webhooks': ['manager'],
	/** Looks into what other systems report, and says what was done. */
	'look-at-incidents': ['manager'],
} as const satisfies Record<string, readonly Role[]>;
export type Authority = keyof typeof authorities;

/** Where a person holds which role today. A null site is the whole provider. */
export interface Post {
	role: Role;
	siteId: string | null;
}

/** Whether the posts give an authority at a site; without a site, anywhere at all. */
export function may(posts: readonly Post[], authority: Authority, siteId?: string): boolean {
	return posts.some((post) => givesAuthority(post, authority) && (!siteId || !post.siteId || post.siteId === siteId));
}

/** Whether the posts give an authority everywhere: by one provider-wide post, or by one at each of the sites there are. */
export function mayEverywhere(posts: readonly Post[], authority: Authority, siteIds: readonly string[]): boolean {
	const given = sitesWith(posts, authority);
	return given === 'all' || (siteIds.length > 0 && siteIds.every((siteId) => given.includes(siteId)));
}

/** The sites at which the posts give an authority; `all` where one of them is provider-wide. */
export function sitesWith(posts: readonly Post[], authority: Authority): 'all' | string[] {
	const given = posts.filter((post) => givesAuthority(post, authority));
	return given.some((post) => post.siteId === null) ? 'all' : given.flatMap((post) => post.siteId ?? []);
}

function givesAuthority(post: Post, authority: Authority): boolean {
	return (authorities[authority] as readonly Role[]).includes(post.role);
}

/** The site whose policy a person learns under: the first they work at; empty for somebody with none. */
export function homeSite(posts: readonly Post[]): string {
	return posts.find((post) => post.siteId)?.siteId ?? '';
}

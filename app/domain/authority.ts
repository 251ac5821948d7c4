import type { Role } from './privilege.ts';

/** What a signed-in person may do by role. One row each; the competence to assess is evidence, never a role. */
export const authorities = {
	learn: ['carer', 'senior', 'nurse', 'medication-lead', 'manager'],
	observe: ['senior', 'nurse', 'medication-lead', 'manager'],
	'see-matrix': ['medication-lead', 'manager', 'administrator'],
	'see-evidence': ['medication-lead', 'manager'],
	'sign-off': ['medication-lead', 'manager'],
	pause: ['medication-lead', 'manager'],
	verify: ['manager', 'administrator'],
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

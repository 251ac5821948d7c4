import type { PrivilegeCode, Requirement } from './privilege.ts';
import { roleWords } from './privilege.ts';

/** What modules and privileges are called, and documents, awards, routes and devices by their slug made readable. */
export interface Titles {
	module(slug: string): string;
	privilege(code: PrivilegeCode): string;
}

/** `medicines-policy` as people read it: "medicines policy". */
export function readable(slug: string): string {
	return slug.replaceAll('-', ' ');
}

/** What a requirement asks for, in words for whoever looks at the evidence. */
export function sayRequirement(requirement: Requirement, titles: Titles): string {
	switch (requirement.kind) {
		case 'module':
			return `Module read: ${titles.module(requirement.module)}`;
		case 'quiz':
			return 'Quiz passed';
		case 'declaration':
			return `Has read the ${readable(requirement.document)}`;
		case 'site-induction':
			return 'Shown round this site';
		case 'prerequisite':
			return `Competent in: ${titles.privilege(requirement.privilege)}`;
		case 'role':
			return `Works here as ${requirement.roles.map((role) => roleWords[role]).join(' or ')}`;
		case 'award':
			return `Qualification seen: ${readable(requirement.award)}`;
		case 'observation':
			return requirement.simulation ? 'Observed rounds, real or simulated' : 'Observed rounds';
		case 'delegation':
			return 'Delegated by a nurse, for one person supported at a time';
		case 'sign-off':
			return 'Final sign-off';
		case 'age-decision':
			return 'A manager’s decision, because they are under 18';
		case 'agency-check':
			return 'The agency’s record has been seen';
	}
}

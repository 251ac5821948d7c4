import { z } from 'zod';
import { provenance, slug } from './content.ts';
import { isDuration } from './period.ts';

/** Every privilege there is, in the order of the matrix. A code is never changed once used. Source: domain.md section 7. */
export const privilegeCodes = [
	'prompt',
	'administer-oral',
	'administer-prn',
	'administer-time-critical',
	'administer-controlled-drug',
	'witness-controlled-drug',
	'administer-topical',
	'administer-patch',
	'administer-inhaled',
	'administer-eye-ear-nose',
	'administer-covert',
	'administer-dysphagia',
	'administer-high-risk',
	'administer-insulin',
	'administer-enteral',
	'administer-rescue',
	'give-homely-remedy',
	'transcribe-mar',
	'check-transcription',
	'receive-delivery',
	'reconcile-stock',
	'return-or-dispose',
	'audit-mar',
	'assess',
	'review-incident',
] as const;
export type PrivilegeCode = (typeof privilegeCodes)[number];

export const roles = ['carer', 'senior', 'nurse', 'medication-lead', 'manager', 'administrator'] as const;
export type Role = (typeof roles)[number];

export const roleWords: Record<Role, string> = {
	carer: 'carer',
	senior: 'senior',
	nurse: 'nurse',
	'medication-lead': 'medication lead',
	manager: 'registered manager',
	administrator: 'administrator',
};

export const siteKinds = ['care-home', 'home-care', 'supported-living'] as const;
export type SiteKind = (typeof siteKinds)[number];

export const duration = z.string().refine(isDuration, 'an ISO 8601 duration such as P12M');

/** What a privilege asks for. Adding a kind here makes the compiler name every place that must know it. */
export const requirement = z.discriminatedUnion('kind', [
	z.strictObject({ kind: z.literal('module'), module: slug, version: z.int().positive() }),
	z.strictObject({
		kind: z.literal('quiz'),
		quiz: slug,
		/** The blueprint: how many questions of each module, and how many of those are critical. */
		draw: z
			.array(z.strictObject({ module: slug, questions: z.int().positive(), critical: z.int().min(0).default(0) }))
			.min(1),
	}),
	z.strictObject({ kind: z.literal('prerequisite'), privilege: z.enum(privilegeCodes) }),
	z.strictObject({ kind: z.literal('observation'), checklist: slug }),
	z.strictObject({ kind: z.literal('sign-off'), by: z.array(z.enum(roles)).min(1) }),
]);
export type Requirement = z.infer<typeof requirement>;
export type RequirementKind = Requirement['kind'];

export const privilege = z
	.strictObject({
		code: z.enum(privilegeCodes),
		title: z.string().max(60),
		permits: z.string().max(240),
		for: z.array(z.enum(roles)).min(1),
		validity: duration,
		provenance,
		requirements: z.array(requirement).min(1),
	})
	.refine(
		(entry) => entry.requirements.filter((each) => each.kind === 'sign-off').length === 1,
		'exactly one sign-off: somebody always answers for a privilege',
	)
	.refine(
		(entry) => entry.requirements.filter((each) => each.kind === 'quiz').length <= 1,
		'at most one quiz, drawn from as many modules as it needs',
	);
export type Privilege = z.infer<typeof privilege>;

/** The one requirement of a kind, or undefined where the privilege does not ask for it. */
export function requirementOf<K extends RequirementKind>(
	entry: Privilege,
	kind: K,
): Extract<Requirement, { kind: K }> | undefined {
	return entry.requirements.find((each): each is Extract<Requirement, { kind: K }> => each.kind === kind);
}

import { z } from 'zod';
import { duration, provenance, slug } from './content.ts';

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
	'administer-opioid-patch',
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

export function isPrivilegeCode(text: string): text is PrivilegeCode {
	return (privilegeCodes as readonly string[]).includes(text);
}

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
	/** The provider's own document, such as its medicines policy, read in the version that policy names. */
	z.strictObject({ kind: z.literal('declaration'), document: slug }),
	z.strictObject({ kind: z.literal('site-induction') }),
	z.strictObject({ kind: z.literal('prerequisite'), privilege: z.enum(privilegeCodes) }),
	z.strictObject({ kind: z.literal('role'), roles: z.array(z.enum(roles)).min(1) }),
	/** A qualification from elsewhere. It is asked for beside the rest and never stands for it. */
	z.strictObject({ kind: z.literal('award'), award: slug }),
	z.strictObject({
		kind: z.literal('observation'),
		checklist: slug,
		/** Numbers of this privilege's own; policy's where left out. */
		passes: z.int().positive().optional(),
		timesOfDay: z.int().positive().optional(),
		/** Over all rounds of a first assessment. */
		people: z.int().positive().optional(),
		doses: z.int().positive().optional(),
		/** Routes or devices, each to be seen so many times. */
		variants: z.array(slug).min(2).optional(),
		/** Whether a simulated round counts as a pass, where the real thing is rare. */
		simulation: z.boolean().optional(),
		/** Who may watch, where holding the privilege and `assess` is not enough. */
		by: z.array(z.enum(roles)).min(1).optional(),
	}),
	/** A registered nurse hands the task over for one person supported at a time. Asked at the gate, not at the sign-off. */
	z.strictObject({ kind: z.literal('delegation') }),
	z.strictObject({ kind: z.literal('sign-off'), by: z.array(z.enum(roles)).min(1) }),
	/** Asked of everybody under 18, whatever the privilege: no file names it. */
	z.strictObject({ kind: z.literal('age-decision') }),
	/** Asked of agency staff, whatever the privilege: no file names it. */
	z.strictObject({ kind: z.literal('agency-check') }),
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
		/** Seen doing it at least this often between sign-offs. */
		spotCheck: duration.optional(),
		/** Only together with a witness who holds this privilege, where the site's policy asks for one. */
		witness: z.enum(privilegeCodes).optional(),
		provenance,
		requirements: z.array(requirement).min(1),
	})
	.refine(
		(entry) => entry.requirements.filter((each) => each.kind === 'sign-off').length === 1,
		'exactly one sign-off: somebody always answers for a privilege',
	)
	.refine(
		(entry) =>
			(['quiz', 'observation', 'role', 'delegation', 'site-induction'] as const).every(
				(kind) => entry.requirements.filter((each) => each.kind === kind).length <= 1,
			),
		'at most one quiz, drawn from as many modules as it needs, and one of each of the others',
	)
	.refine(
		(entry) => !entry.requirements.some((each) => each.kind === 'age-decision' || each.kind === 'agency-check'),
		'age and agency are asked of the person, not by a privilege',
	);
export type Privilege = z.infer<typeof privilege>;

/** The one requirement of a kind, or undefined where the privilege does not ask for it. */
export function requirementOf<K extends RequirementKind>(
	entry: Privilege,
	kind: K,
): Extract<Requirement, { kind: K }> | undefined {
	return entry.requirements.find((each): each is Extract<Requirement, { kind: K }> => each.kind === kind);
}

/** Whether a privilege, by whatever way, asks for itself first. Such a one could never be granted. */
export function restsOnItself(entry: Privilege, privileges: ReadonlyMap<PrivilegeCode, Privilege>): boolean {
	const known = loops.get(privileges) ?? new Map<Privilege, boolean>();
	loops.set(privileges, known);
	const loop = known.get(entry) ?? findLoop(entry, privileges);
	known.set(entry, loop);
	return loop;
}

/** Asked with every decision: worked out once for the privileges of a catalogue. */
const loops = new WeakMap<ReadonlyMap<PrivilegeCode, Privilege>, Map<Privilege, boolean>>();

function findLoop(entry: Privilege, privileges: ReadonlyMap<PrivilegeCode, Privilege>): boolean {
	const upon = new Set<PrivilegeCode>();
	const follow = (from: Privilege | undefined) => {
		for (const each of from?.requirements ?? []) {
			if (each.kind !== 'prerequisite' || upon.has(each.privilege)) continue;
			upon.add(each.privilege);
			follow(privileges.get(each.privilege));
		}
	};
	follow(entry);
	return upon.has(entry.code);
}

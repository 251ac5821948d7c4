import { z } from 'zod';
import { changeAsks, duration, exactDuration, slug } from './content.ts';
import { incidentKinds } from './incident.ts';
import { addDays, endOfDay, exactMilliseconds, instantOf, isDuration, type LocalDay, localTime } from './period.ts';
import { type PrivilegeCode, privilegeCodes, type SiteKind, siteKinds } from './privilege.ts';
import { pauseReasons } from './words.ts';

export const timesOfDay = ['morning', 'lunch', 'teatime', 'bedtime', 'night'] as const;
export type TimeOfDay = (typeof timesOfDay)[number];

const hour = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day as 06:00');

/** The end of the longest shift (standards.md section 5). */
const longestOffline = exactMilliseconds('PT12H');

/** A provider's own numbers. Countersign ships `content/policy.yaml`; a provider or a site may set others over it. */
export const policyBody = z.strictObject({
	quiz: z.strictObject({
		passMark: z.int().min(50).max(100),
		/** How long to wait after the 1st, 2nd, … failure in a row; the last entry holds for all later ones. */
		waits: z.array(exactDuration).min(1),
		/** How old a pass may be at a sign-off. Absent in a policy made before it had an age. */
		maximumAge: duration.prefault('P99Y'),
	}),
	observation: z.strictObject({
		passes: z.int().min(1),
		distinctDates: z.int().min(1),
		timesOfDay: z.int().min(1).max(timesOfDay.length),
		assessors: z.int().min(1),
		consecutive: z.boolean(),
		missesAllowed: z.int().min(0),
		maximumAge: duration,
		/** Whether a round counts that was signed later than `lateEntry` after it began. */
		lateCounts: z.boolean().prefault(true),
		/** How long a holder has for another round after one that failed by too many minor misses alone. */
		afterMisses: duration.prefault('P7D'),
	}),
	timesOfDay: z
		.strictObject({ morning: hour, lunch: hour, teatime: hour, bedtime: hour, night: hour })
		.refine(
			(bands) => timesOfDay.every((band, place) => place === 0 || bands[timesOfDay[place - 1] ?? band] < bands[band]),
			{
				message: 'each time of day begins after the one before it',
			},
		),
	dueSoon: duration,
	maximumAge: exactDuration,
	/** How long a signed list works without a network. Absent in a policy made before there were lists; none at all: PT0S. */
	offline: exactDuration
		.refine((text) => !isDuration(text) || exactMilliseconds(text) <= longestOffline, 'at most 12 hours: a shift')
		.prefault('PT12H'),
	/** Absent in a policy made before renewals had numbers of their own: a renewal then asks for as much as the first time. */
	renewal: z
		.strictObject({ passes: z.int().min(0), quiz: z.boolean(), lateBy: duration })
		.prefault({ passes: 99, quiz: false, lateBy: 'P0D' }),
	grace: duration.prefault('P0D'),
	/** The local time at which a night shift ends: what runs out at midnight holds until then. Null: it does not hold. */
	endOfShift: hour.nullable().prefault(null),
	absence: z
		.strictObject({ longest: duration, asks: z.enum(changeAsks) })
		.prefault({ longest: 'P90D', asks: 'nothing' }),
	newSite: z.strictObject({ passes: z.int().min(0) }).prefault({ passes: 99 }),
	agency: z.strictObject({ passes: z.int().min(0), validity: duration }).prefault({ passes: 1, validity: 'P30D' }),
	witness: z.boolean().prefault(true),
	/** Whether one person may be supervisor and witness at once. */
	supervisorMayWitness: z.boolean().prefault(true),
	/** How long somebody has to take over the delegations of a nurse who leaves. */
	takeover: duration.prefault('P14D'),
	documents: z.record(slug, z.int().positive()).prefault({}),
	pause: z.strictObject({
		review: duration,
		longest: duration.prefault('P84D'),
		/** The least that lifting a pause asks for, by why it was made. */
		lifting: z.partialRecord(z.enum(pauseReasons), z.enum(changeAsks)).prefault({}),
		/**
		 * What, reported by another system, pauses at once whom it names (domain.md section 6: configured severe triggers
		 * alone). Older policies may name ordinary errors: they are still read, and pause nobody.
		 */
		onReport: z.partialRecord(z.enum(incidentKinds), z.boolean()).prefault({}),
	}),
	override: z
		.strictObject({
			longest: exactDuration,
			/** For one person; one more is allowed, warned of and shown. */
			perYear: z.int().min(0),
			/** Privileges that may be allowed to somebody who has met nothing of the learning. */
			untrained: z.array(z.enum(privilegeCodes)).prefault([]),
		})
		.prefault({ longest: 'PT12H', perYear: 3 }),
	/** How long after work has ended a leaver's name is kept. */
	retention: duration.prefault('P6Y'),
	lateEntry: exactDuration,
	/** Numbers for one privilege, over its file's and over those above. */
	privileges: z
		.partialRecord(
			z.enum(privilegeCodes),
			z.strictObject({
				passes: z.int().positive().optional(),
				timesOfDay: z.int().positive().optional(),
				people: z.int().positive().optional(),
				doses: z.int().positive().optional(),
				/** How long a signed list holds for this privilege. */
				offline: exactDuration.optional(),
				variants: z.array(slug).min(1).optional(),
				validity: duration.optional(),
				spotCheck: duration.optional(),
			}),
		)
		.prefault({}),
});
export type PolicyBody = z.infer<typeof policyBody>;

export const shippedPolicy = policyBody.extend({
	version: z.int().positive(),
	owner: z.string(),
	/** Numbers for one kind of site over those above: what a lone home-care worker cannot have is not asked there. */
	kinds: z
		.partialRecord(
			z.enum(siteKinds),
			z.record(z.string(), z.unknown()).refine((body) => Object.keys(body).every((name) => name in policyBody.shape)),
		)
		.prefault({}),
});

export interface Policy extends PolicyBody {
	/** Names the numbers used, so that a decision can be explained later: `shipped-1`, or a provider's own version. */
	version: string;
}

/** Until when something is good that is good until a day: its end, or the end of the night shift where policy says so. */
export function goodUntil(day: LocalDay, { endOfShift }: Pick<PolicyBody, 'endOfShift'>): Date {
	return endOfShift ? instantOf(addDays(day, 1), endOfShift) : endOfDay(day);
}

/** The band of the day in which a round began. */
export function timeOfDay(policy: Pick<PolicyBody, 'timesOfDay'>, at: Date): TimeOfDay {
	const time = localTime(at);
	const begun = timesOfDay.filter((band) => policy.timesOfDay[band] <= time);
	return begun.at(-1) ?? 'night';
}

/** A policy that a provider (or, with a site, a site) has set over the shipped one: whole sections, or single numbers. */
export interface PolicyOverride {
	version: number;
	siteId: string | null;
	body: Partial<PolicyBody>;
	/** How long holders have for what it asks beyond the one before; none: at once, as something urgent. */
	grace?: string;
}

export type ShippedPolicy = PolicyBody & { version: number; kinds?: Partial<Record<SiteKind, object>> };

/**
 * The numbers in force at a site: the shipped ones, those for its kind of site, under the provider's newest, under the
 * site's newest. The version names them all, so that a decision made with them can be explained later:
 * `shipped-1:home-care+4+7`.
 */
export function policyInForce(
	shipped: ShippedPolicy,
	overrides: readonly PolicyOverride[],
	siteId: string,
	kind?: SiteKind,
): Policy {
	const newest = (of: string | null) =>
		overrides
			.filter((each) => each.siteId === of)
			.reduce<PolicyOverride | undefined>(
				(best, each) => (best && best.version > each.version ? best : each),
				undefined,
			);
	return compose(
		shipped,
		[newest(null), newest(siteId)].filter((each) => each !== undefined),
		kind,
	);
}

/** The numbers that a version names, from all that have ever been shipped or set; undefined for a name not understood. */
export function policyNamed(
	name: string,
	shipped: readonly ShippedPolicy[],
	overrides: readonly PolicyOverride[],
): Policy | undefined {
	const [, base, kind, own = ''] = /^shipped-(\d+)(?::([a-z-]+))?((?:\+\d+)*)$/.exec(name) ?? [];
	const from = shipped.find((each) => each.version === Number(base));
	const applied = own
		.split('+')
		.filter(Boolean)
		.map((version) => overrides.find((each) => each.version === Number(version)));
	return from && applied.every((each) => each !== undefined) ? compose(from, applied, kind as SiteKind) : undefined;
}

/** Made once: a schema costs more than what it reads. */
const numbersOf = policyBody.strip();

function compose(
	{ version, kinds, ...numbers }: ShippedPolicy,
	applied: readonly PolicyOverride[],
	kind: SiteKind | undefined,
): Policy {
	const ofKind = kind && kinds?.[kind];
	const bodies = [...(ofKind ? [ofKind] : []), ...applied.map((each) => each.body)];
	const merged = bodies.reduce<PolicyBody>((body, each) => over(body, each), numbersOf.parse(numbers));
	// A provider's own number for a privilege leaves the others of its kind of site as they are.
	for (const [code, own] of Object.entries((ofKind as Partial<PolicyBody> | undefined)?.privileges ?? {}))
		merged.privileges[code as PrivilegeCode] = { ...own, ...merged.privileges[code as PrivilegeCode] };
	const name = `shipped-${version}${ofKind ? `:${kind}` : ''}`;
	return { ...merged, version: [name, ...applied.map((each) => each.version)].join('+') };
}

function over(body: PolicyBody, changes: Partial<PolicyBody>): PolicyBody {
	const sections = Object.entries(changes).map(([name, change]) => {
		const current = body[name as keyof PolicyBody];
		const bothSections = [current, change].every((each) => typeof each === 'object' && each !== null);
		return [name, bothSections ? { ...(current as object), ...(change as object) } : change];
	});
	return policyBody.parse({ ...body, ...Object.fromEntries(sections) });
}

/** `shipped-1+4` is Countersign's first version under the provider's fourth. */
export function sayPolicy(version: string): string {
	const [named = '', ...own] = version.replace('shipped-', '').split('+');
	const [shipped = ''] = named.split(':');
	const over = own.length ? `, with our own changes (version ${own.join(' and ')})` : '';
	return `Countersign’s numbers, version ${shipped}${over}`;
}

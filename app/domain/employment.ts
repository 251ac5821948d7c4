import type { EvidenceOf } from './evidence.ts';
import { type Facts, isAfter } from './facts.ts';
import { addDays, endOfDay, type LocalDay, localDay } from './period.ts';
import type { Role } from './privilege.ts';
import type { ReasonCode } from './reason.ts';

/** A piece of work, and its end where one has been recorded. */
interface Spell {
	start: EvidenceOf<'employment-started'>;
	lastDay?: LocalDay;
	ending?: EvidenceOf<'employment-ended'>;
}

/** A person's work at a site at an instant. */
export interface Employment {
	/** Why the person may do nothing here; undefined while they work here. */
	refusal?: ReasonCode;
	roles: Role[];
	/** Until when each role here is played, where that is already recorded; for ever where it is not named. */
	rolesEnd: Partial<Record<Role, Date>>;
	/** Whether all their work here is agency work. */
	agency: boolean;
	/** When nothing but agency work is left here, where that is already recorded. */
	agencyFrom?: Date;
	/** The day they come of age, where any start says so, here or elsewhere. */
	adultOn?: LocalDay;
	/** Whether all their work here is at night. */
	nights: boolean;
	/** When the present unbroken run of work here began. */
	since?: Date;
	/** The other sites that spells under way name. */
	elsewhere: string[];
	/** When all work here ends, where that is already recorded. */
	endsAt?: Date;
	/** Every recorded end of work: roles, and where else somebody works, may change then. */
	changes: Date[];
	evidence: string[];
}

/** Between two ends of work nothing changes: worked out once, by the site and how much has ended. */
const knownEmployments = new WeakMap<readonly Spell[], Map<string, Employment>>();

/** Whether and as what somebody works at a site, by the facts that stand at `at`. */
export function employmentAt(facts: Facts, siteId: string, at: Date): Employment {
	const spells = spellsOf(facts);
	let ended = 0;
	for (const { lastDay } of spells) if (lastDay && endOfDay(lastDay) <= at) ended += 1;
	const known = knownEmployments.get(spells) ?? new Map<string, Employment>();
	knownEmployments.set(spells, known);
	const key = `${siteId} ${ended}`;
	const employment = known.get(key) ?? findEmployment(spells, siteId, at);
	known.set(key, employment);
	return employment;
}

function findEmployment(spells: readonly Spell[], siteId: string, at: Date): Employment {
	const changes = spells.flatMap(({ lastDay }) => (lastDay ? [endOfDay(lastDay)] : []));
	const underWay = ({ lastDay }: Spell) => !lastDay || endOfDay(lastDay) > at;
	const here = spells.filter(({ start }) => covers(start, siteId));
	const current = here.filter(underWay);
	const adultOn = spells
		.flatMap(({ start }) => start.payload.adultOn ?? [])
		.sort()
		.at(-1);
	const ofThePerson = {
		changes,
		elsewhere: [...new Set(spells.filter(underWay).flatMap(({ start }) => start.siteId ?? []))].filter(
			(each) => each !== siteId,
		),
		...(adultOn ? { adultOn } : {}),
	};
	if (current.length) {
		const endsAt = endOfAll(current);
		return {
			...ofThePerson,
			nights: inCare(current).every(({ start }) => start.payload.nights === true),
			since: startOfRun(here),
			roles: current.map(({ start }) => start.payload.role),
			rolesEnd: rolesEnd(current),
			...agencyOf(current),
			evidence: current.map(({ start }) => start.id),
			...(endsAt ? { endsAt } : {}),
		};
	}
	const none = { ...ofThePerson, roles: [], rolesEnd: {}, agency: false, nights: false };
	if (here.length) return { ...none, refusal: 'left', evidence: here.flatMap(({ ending }) => ending?.id ?? []) };
	const refusal = spells.some(underWay) ? 'site_induction_missing' : spells.length ? 'left' : 'not_assessed';
	return { ...none, refusal, evidence: [] };
}

function rolesEnd(current: readonly Spell[]): Partial<Record<Role, Date>> {
	const roles = new Set(current.map(({ start }) => start.payload.role));
	return Object.fromEntries(
		[...roles].flatMap((role) => {
			const end = endOfAll(current.filter(({ start }) => start.payload.role === role));
			return end ? [[role, end]] : [];
		}),
	);
}

/** Without posts in the office alone, which make nobody a permanent carer; those where there are no others. */
function inCare(spells: readonly Spell[]): readonly Spell[] {
	const care = spells.filter(({ start }) => start.payload.role !== 'administrator');
	return care.length ? care : spells;
}

function agencyOf(current: readonly Spell[]): { agency: boolean; agencyFrom?: Date } {
	const care = inCare(current);
	const own = care.filter(({ start }) => start.payload.contract !== 'agency');
	const end = own.length && own.length < care.length ? endOfAll(own) : null;
	return { agency: !own.length, ...(end ? { agencyFrom: end } : {}) };
}

/** When the last of some spells ends; null where one goes on. */
function endOfAll(spells: readonly Spell[]): Date | null {
	const lastDays = spells.flatMap(({ lastDay }) => lastDay ?? []);
	return lastDays.length === spells.length ? endOfDay(lastDays.sort().at(-1) ?? '') : null;
}

/** When the newest run of spells that touch or overlap began. */
function startOfRun(here: readonly Spell[]): Date {
	let began = new Date(0);
	let until = '';
	for (const { start, lastDay = '9999-12-30' } of here) {
		const from = localDay(start.observedAt);
		if (lastDay < from) continue;
		if (!until || from > addDays(until, 1)) began = start.observedAt;
		if (lastDay > until) until = lastDay;
	}
	return began;
}

/** A time without practice: its first day, and the first day back where it is known. */
export interface Away {
	from: LocalDay;
	back: LocalDay | null;
}

/**
 * From the day after all work at the provider had ended to the day on which work began again; with roles, work in one
 * of those.
 */
export function gapsBetweenWork(facts: Facts, roles?: readonly Role[]): { from: LocalDay; back: LocalDay }[] {
	const spells = spellsOf(facts).filter(({ start }) => !roles || roles.includes(start.payload.role));
	const gaps: { from: LocalDay; back: LocalDay }[] = [];
	let until = '';
	for (const { start, lastDay = '9999-12-31' } of spells) {
		const back = localDay(start.observedAt);
		if (until && until < back) gaps.push({ from: addDays(until, 1), back });
		if (lastDay > until) until = lastDay;
	}
	return gaps;
}

/** Asked for every privilege, site and sign-off of the same facts: worked out once for as many as stood by then. */
const knownSpells = new WeakMap<Facts['kinds'], Map<string, readonly Spell[]>>();

/** Every piece of somebody's work, with the end that belongs to it, in the order in which they began. */
export function spellsOf(facts: Facts): readonly Spell[] {
	const [starts, endings] = [facts.of('employment-started'), facts.of('employment-ended')];
	const known = knownSpells.get(facts.kinds) ?? new Map<string, readonly Spell[]>();
	knownSpells.set(facts.kinds, known);
	const key = `${starts.length} ${endings.length}`;
	const spells = known.get(key) ?? findSpells(starts, endings);
	known.set(key, spells);
	return spells;
}

function findSpells(
	starts: readonly EvidenceOf<'employment-started'>[],
	endings: readonly EvidenceOf<'employment-ended'>[],
): Spell[] {
	return starts.map((start) => {
		// A later word while work goes on moves its end, as when somebody is dismissed during notice. Once work has
		// ended, leaving another post later does not bring it back.
		const ending = endings
			.filter((end) => covers(end, start.siteId) && isAfter(end, start))
			.reduce<EvidenceOf<'employment-ended'> | undefined>(
				(before, end) => (before && end.observedAt >= endOfDay(before.payload.lastDay) ? before : end),
				undefined,
			);
		return ending ? { start, ending, lastDay: ending.payload.lastDay } : { start };
	});
}

function covers(fact: { siteId: string | null }, siteId: string | null): boolean {
	return fact.siteId === null || fact.siteId === siteId;
}

import type { EvidenceOf } from './evidence.ts';
import { type Facts, isAfter } from './facts.ts';
import { addDays, endOfDay, type LocalDay, localDay } from './period.ts';
import type { Role } from './privilege.ts';
import type { ReasonCode } from './reason.ts';

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
	/** The day they come of age, where a start says so. */
	adultOn?: LocalDay;
	/** When all work here ends, where that is already recorded. */
	endsAt?: Date;
	/** Every recorded end of work: roles, and where else somebody works, may change then. */
	changes: Date[];
	evidence: string[];
}

/** Whether and as what somebody works at a site, by the facts that stand at `at`. */
export function employmentAt(facts: Facts, siteId: string, at: Date): Employment {
	const spells = spellsOf(facts);
	const changes = spells.flatMap(({ lastDay }) => (lastDay ? [endOfDay(lastDay)] : []));
	const underWay = ({ lastDay }: Spell) => !lastDay || endOfDay(lastDay) > at;
	const here = spells.filter(({ start }) => covers(start, siteId));
	const current = here.filter(underWay);
	if (current.length) {
		const endsAt = endOfAll(current);
		const adultOn = current
			.flatMap(({ start }) => start.payload.adultOn ?? [])
			.sort()
			.at(-1);
		return {
			roles: current.map(({ start }) => start.payload.role),
			rolesEnd: rolesEnd(current),
			...agencyOf(current),
			evidence: current.map(({ start }) => start.id),
			changes,
			...(adultOn ? { adultOn } : {}),
			...(endsAt ? { endsAt } : {}),
		};
	}
	const none = { roles: [], rolesEnd: {}, agency: false, changes };
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

function agencyOf(current: readonly Spell[]): { agency: boolean; agencyFrom?: Date } {
	const own = current.filter(({ start }) => start.payload.contract !== 'agency');
	const end = own.length && own.length < current.length ? endOfAll(own) : null;
	return { agency: !own.length, ...(end ? { agencyFrom: end } : {}) };
}

/** When the last of some spells ends; null where one goes on. */
function endOfAll(spells: readonly Spell[]): Date | null {
	const lastDays = spells.flatMap(({ lastDay }) => lastDay ?? []);
	return lastDays.length === spells.length ? endOfDay(lastDays.sort().at(-1) ?? '') : null;
}

/** From the day after all work at the provider had ended to the day on which work began again. */
export function gapsBetweenWork(facts: Facts): { from: LocalDay; back: LocalDay }[] {
	const spells = spellsOf(facts);
	const gaps: { from: LocalDay; back: LocalDay }[] = [];
	let until = '';
	for (const { start, lastDay = '9999-12-31' } of spells) {
		const back = localDay(start.observedAt);
		if (until && until < back) gaps.push({ from: addDays(until, 1), back });
		if (lastDay > until) until = lastDay;
	}
	return gaps;
}

function spellsOf(facts: Facts): Spell[] {
	const endings = facts.of('employment-ended');
	return facts.of('employment-started').map((start) => {
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

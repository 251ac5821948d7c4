import fc from 'fast-check';
import { addDays, localDay } from '../../app/domain/period.ts';
import type { PrivilegeCode } from '../../app/domain/privilege.ts';
import type { Answer } from '../../app/domain/words.ts';
import {
	acknowledges,
	allowsAlone,
	allowsOnCall,
	assessedOutside,
	away,
	type Draft,
	declares,
	delegates,
	elmCourt,
	endsDelegation,
	leaves,
	lifts,
	pauses,
	reads,
	retracts,
	roseHouse,
	round,
	signsOff,
	sitsQuiz,
	starts,
	supervised,
	takenOver,
	withdraws,
} from './support.ts';

/** What may happen to one person at one moment. They shrink towards one site and what is listed first. */

export const site = fc.constantFrom(roseHouse, elmCourt);
export const siteOrAll = fc.constantFrom(roseHouse, elmCourt, null);
export const code = fc.constantFrom<PrivilegeCode>('administer-oral', 'assess', 'prompt');
export const codeOrAll = fc.constantFrom<PrivilegeCode | null>('administer-oral', 'assess', 'prompt', null);
export const busyCode = fc.constantFrom<PrivilegeCode>('administer-oral', 'administer-insulin', 'assess', 'prompt');
const line = fc.constantFrom<Answer>('yes', 'yes', 'not-seen', 'not-applicable');
const days = fc.integer({ min: 0, max: 420 });

/** What happens at one moment, given the ids of the facts before it. */
export type Step = (when: string, ids: readonly string[]) => Draft | Draft[];

const pick = (ids: readonly string[], index: number) => ids[index % Math.max(1, ids.length)] ?? 'nothing';
export const dayOf = (when: string) => localDay(new Date(when));

const hired = fc.tuple(fc.constantFrom('carer' as const, 'senior' as const, 'manager' as const), siteOrAll).map(
	([role, at]): Step =>
		(when) =>
			starts(when, { role, site: at }),
);
const left = fc.tuple(siteOrAll, days).map(
	([at, notice]): Step =>
		(when) =>
			leaves(when, addDays(dayOf(when), notice - 30), { site: at }),
);
const read = fc.integer({ min: 1, max: 3 }).map(
	(version): Step =>
		(when) =>
			reads(when, { version }),
);
const sat = fc.boolean().map(
	(passed): Step =>
		(when) =>
			sitsQuiz(when, passed),
);
const seen = fc
	.record({ at: site, by: fc.constantFrom('ben', 'tomasz'), passed: fc.boolean(), first: line, second: line })
	.map(
		({ at, by, passed, first, second }): Step =>
			(when) =>
				round(when, {
					site: at,
					by,
					passed,
					results: { 'sees-it-swallowed': passed ? first : 'no', 'keeps-keys': second },
				}),
	);
const signed = fc.tuple(code, siteOrAll, days).map(
	([privilege, at, length]): Step =>
		(when) =>
			signsOff(when, addDays(dayOf(when), length), { privilege, site: at }),
);
const renewed = fc.tuple(site, days).map(
	([at, length]): Step =>
		(when) => {
			const earlier = (count: number, time: string) => `${addDays(dayOf(when), -count)} ${time}`;
			return [
				...[earlier(9, '08:10'), earlier(6, '17:05'), earlier(3, '20:00')].map((each) => round(each, { site: at })),
				signsOff(when, addDays(dayOf(when), length), { site: at }),
			];
		},
);
const withdrawn = fc.tuple(code, siteOrAll).map(
	([privilege, at]): Step =>
		(when) =>
			withdraws(when, { privilege, site: at }),
);
const paused = fc.tuple(codeOrAll, siteOrAll).map(
	([privilege, at]): Step =>
		(when) =>
			pauses(when, { privilege, site: at }),
);
const lifted = fc.tuple(fc.nat(20), codeOrAll, siteOrAll).map(
	([index, privilege, at]): Step =>
		(when, ids) =>
			lifts(
				when,
				pick(
					ids.filter((id) => id.startsWith('pause')),
					index,
				),
				{ privilege, site: at },
			),
);
const retracted = fc.nat(20).map(
	(index): Step =>
		(when, ids) =>
			retracts(
				when,
				pick(
					ids.filter((id) => !id.startsWith('retraction')),
					index,
				),
			),
);

export const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 2, arbitrary: hired },
	{ weight: 1, arbitrary: left },
	{ weight: 1, arbitrary: read },
	{ weight: 1, arbitrary: sat },
	{ weight: 3, arbitrary: seen },
	{ weight: 2, arbitrary: signed },
	{ weight: 3, arbitrary: renewed },
	{ weight: 1, arbitrary: withdrawn },
	{ weight: 2, arbitrary: paused },
	{ weight: 3, arbitrary: lifted },
	{ weight: 2, arbitrary: retracted },
);

/** The kinds of fact that the plain rules ask nothing of, and that the busy ones do. */
const declared = fc.integer({ min: 1, max: 3 }).map(
	(version): Step =>
		(when) =>
			declares(when, version),
);
const acknowledged = fc.integer({ min: 2, max: 4 }).map(
	(version): Step =>
		(when) =>
			acknowledges(when, version),
);
const wasAway = fc.tuple(siteOrAll, fc.integer({ min: 0, max: 120 }), fc.boolean()).map(
	([at, length, isBack]): Step =>
		(when) =>
			isBack
				? away(when, addDays(dayOf(when), -length), dayOf(when), { site: at })
				: away(when, dayOf(when), null, { site: at }),
);
const outside = siteOrAll.map(
	(at): Step =>
		(when) =>
			assessedOutside(when, { site: at }),
);
const besideSomebody = site.map(
	(at): Step =>
		(when) =>
			supervised(when, { site: at }),
);
const onCall = fc
	.tuple(fc.oneof(fc.constant<PrivilegeCode>('administer-oral'), busyCode), site, fc.integer({ min: 1, max: 4000 }))
	.map(
		([privilege, at, hours]): Step =>
			(when) =>
				allowsOnCall(when, new Date(new Date(when).getTime() + hours * 3_600_000).toISOString(), {
					privilege,
					site: at,
				}),
	);
const delegated = fc.tuple(siteOrAll, fc.constantFrom('R-17', 'R-18'), days).map(
	([at, person, length]): Step =>
		(when) =>
			delegates(when, addDays(dayOf(when), length), { site: at, person }),
);
const delegationEnded = fc.nat(20).map(
	(index): Step =>
		(when, ids) =>
			endsDelegation(
				when,
				pick(
					ids.filter((id) => id.startsWith('delegation')),
					index,
				),
			),
);
const liftedOn = fc.tuple(fc.nat(20), siteOrAll, fc.constantFrom('observation' as const, 'quiz' as const)).map(
	([index, at, asks]): Step =>
		(when, ids) =>
			lifts(
				when,
				pick(
					ids.filter((id) => id.startsWith('pause')),
					index,
				),
				{ site: at, asks },
			),
);

/** Rounds that fail in each of the ways there are, and one that is kept without counting. */
const seenFailing = fc
	.record({
		at: site,
		how: fc.constantFrom('critical', 'critical', 'stopped', 'minor', 'not-counted'),
		simulated: fc.boolean(),
		late: fc.boolean(),
	})
	.map(
		({ at, how, simulated, late }): Step =>
			(when) =>
				round(when, {
					site: at,
					passed: how === 'not-counted',
					...(how === 'critical' ? {} : { criticalMissed: [] }),
					...(how === 'stopped' ? { stopped: true } : {}),
					...(how === 'not-counted' ? { notCounted: 'stopped' as const } : {}),
					...(simulated ? { simulated } : {}),
					...(late ? { signed: new Date(new Date(when).getTime() + 3 * 86_400_000).toISOString() } : {}),
				}),
	);
const alone = fc.tuple(site, fc.integer({ min: 1, max: 4000 })).map(
	([at, hours]): Step =>
		(when) =>
			allowsAlone(when, new Date(new Date(when).getTime() + hours * 3_600_000).toISOString(), { site: at }),
);
const toBeTakenOver = fc.tuple(fc.nat(20), days).map(
	([index, length]): Step =>
		(when, ids) =>
			takenOver(
				when,
				pick(
					ids.filter((id) => id.startsWith('delegation')),
					index,
				),
				addDays(dayOf(when), length),
			),
);

export const busyStep: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 22, arbitrary: step },
	{ weight: 4, arbitrary: onCall },
	{ weight: 3, arbitrary: seenFailing },
	{ weight: 2, arbitrary: alone },
	{ weight: 1, arbitrary: toBeTakenOver },
	...[
		declared,
		acknowledged,
		wasAway,
		outside,
		besideSomebody,
		delegated,
		delegationEnded,
		delegationEnded,
		liftedOn,
	].map((arbitrary) => ({ weight: 2, arbitrary })),
);

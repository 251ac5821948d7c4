import { type Answer, asking, later, permits, signOffMissing, type Tables } from '../cases.ts';
import { awarded, elmCourt, leaves, retracts, signsOff, starts, working } from '../support.ts';

/** Roles and awards, which are asked for again each time. */
const own = 'receive-delivery' as const;
const signed = signsOff('2026-02-01', '2027-02-01', { privilege: own });

const seniorsOnly = asking(own, { kind: 'role', roles: ['senior', 'nurse'] });
const senior = starts('2026-01-05 09:00', { role: 'senior', id: 'senior' });
const noLongerSenior = leaves('2026-03-01', '2026-03-31', { site: elmCourt });
const seniorAtElm = starts('2026-01-05 09:00', { role: 'senior', site: elmCourt });
const roleFirst: Answer = ['role_missing', 'not-started'];
const roleLost: Answer = ['role_missing', 'paused'];

const qualified = asking(own, { kind: 'award', award: 'level-3' });
const awardFirst: Answer = ['award_missing', 'not-started'];
const awardLost: Answer = ['award_missing', 'paused'];

export const tables: Tables = {
	roles: [
		['another role', roleFirst, [working], later, seniorsOnly],
		['one of the roles', signOffMissing, [senior], later, seniorsOnly],
		['the role at another site', roleFirst, [working, seniorAtElm], later, seniorsOnly],
		[
			'the role at the whole provider',
			signOffMissing,
			[working, starts('2026-01-06', { role: 'nurse', site: null })],
			later,
			seniorsOnly,
		],
		['signed off', permits, [senior, signed], later, seniorsOnly],
		['signed off in another role', roleLost, [working, signed], later, seniorsOnly],
		['signed off, made senior since', permits, [working, signed, senior], later, seniorsOnly],
		[
			'of two spells the senior one is over',
			roleLost,
			[
				working,
				starts('2026-01-06', { role: 'senior', site: null }),
				signed,
				leaves('2026-02-10', '2026-02-28', { site: null, id: 'l' }),
				starts('2026-02-11'),
			],
			later,
			seniorsOnly,
		],
		[
			'leaving another site changes no role here',
			permits,
			[senior, seniorAtElm, signed, noLongerSenior],
			'2026-05-01',
			seniorsOnly,
		],
		[
			'the start as a senior was entered in error',
			roleLost,
			[working, senior, signed, retracts('2026-02-20', 'senior')],
			later,
			seniorsOnly,
		],
	],
	awards: [
		['none was seen', awardFirst, [working], later, qualified],
		['another was seen', awardFirst, [working, awarded('2026-01-10', null, { award: 'level-2' })], later, qualified],
		['one without an end', signOffMissing, [working, awarded('2026-01-10', null)], later, qualified],
		[
			'one seen at another site',
			signOffMissing,
			[working, awarded('2026-01-10', null, { site: elmCourt })],
			later,
			qualified,
		],
		[
			'the last minute of its last day, in summer',
			signOffMissing,
			[working, awarded('2026-01-10', '2026-06-30')],
			'2026-06-30T22:59:00Z',
			qualified,
		],
		['the minute after', awardFirst, [working, awarded('2026-01-10', '2026-06-30')], '2026-06-30T23:00:00Z', qualified],
		[
			'the older has run out, the newer has not',
			signOffMissing,
			[working, awarded('2026-01-10', '2026-02-01'), awarded('2026-02-10', '2027-02-01')],
			later,
			qualified,
		],
		[
			'the newest has run out, an older one has not',
			awardFirst,
			[working, awarded('2026-01-10', '2027-02-01'), awarded('2026-01-11', '2026-02-01')],
			later,
			qualified,
		],
		[
			'signed off, good until the award ends',
			['competent', 'competent', '2026-07-01 00:00'],
			[working, awarded('2026-01-10', '2026-06-30'), signed],
			later,
			qualified,
		],
		[
			'signed off, the award ends later than the sign-off',
			['competent', 'competent', '2027-02-02 00:00'],
			[working, awarded('2026-01-10', '2028-06-30'), signed],
			later,
			qualified,
		],
		[
			'signed off, the award has run out',
			awardLost,
			[working, awarded('2026-01-10', '2026-06-30'), signed],
			'2026-07-01 00:00',
			qualified,
		],
		[
			'and was seen again',
			permits,
			[working, awarded('2026-01-10', '2026-06-30'), signed, awarded('2026-07-02', '2028-01-01')],
			'2026-07-02',
			qualified,
		],
		[
			'signed off, what was seen was taken back',
			awardLost,
			[working, awarded('2026-01-10', null, { id: 'a' }), signed, retracts('2026-02-10', 'a')],
			later,
			qualified,
		],
	],
};

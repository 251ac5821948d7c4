import type { Requirement } from '../../../app/domain/privilege.ts';
import { later, roundsShort, signOffMissing, type Tables, under } from '../cases.ts';
import { learned, oral, type policyWith, privilegeOf, round, watched } from '../support.ts';

/** How many rounds, where the number comes from, and which rounds are counted. */
type Own = Omit<Extract<Requirement, { kind: 'observation' }>, 'kind' | 'checklist'>;
const oralAsking = (own: Own) =>
	privilegeOf(
		'administer-oral',
		oral.requirements.map((each) => (each.kind === 'observation' ? { ...each, ...own } : each)),
	);
const withOwn = (own: Own, changes: Parameters<typeof policyWith>[0] = {}) => under(changes, [oralAsking(own)]);
const ofOral = (numbers: object) => ({ privileges: { 'administer-oral': numbers } });

const morning = round('2026-02-02 08:10');
const evening = round('2026-02-03 18:10');
const night = round('2026-02-04 23:10');
const two = [morning, evening];
const three = [morning, evening, night];
const mornings = [round('2026-02-02 08:10'), round('2026-02-03 08:10'), round('2026-02-04 08:10')];
const oneDay = [round('2026-02-02 08:10'), round('2026-02-02 12:10'), round('2026-02-02 18:10')];
const devices = withOwn({ variants: ['inhaler', 'spacer'], passes: 1 });
const by = (variant: string, when: string) => round(when, { variant });
const twice = withOwn({ variants: ['inhaler', 'spacer'], passes: 2 });

export const tables: Tables = {
	'where the numbers come from': [
		['policy asks for one', signOffMissing, [learned, morning], later, under({ observation: { passes: 1 } })],
		['policy asks for four', roundsShort, [learned, three], later, under({ observation: { passes: 4 } })],
		['the privilege asks for two, policy for three', signOffMissing, [learned, two], later, withOwn({ passes: 2 })],
		['the privilege asks for four, policy for three', roundsShort, [learned, three], later, withOwn({ passes: 4 })],
		[
			'policy asks two for this privilege, whose file asks four',
			signOffMissing,
			[learned, two],
			later,
			withOwn({ passes: 4 }, ofOral({ passes: 2 })),
		],
		[
			'policy asks four for this privilege, whose file asks two',
			roundsShort,
			[learned, three],
			later,
			withOwn({ passes: 2 }, ofOral({ passes: 4 })),
		],
		[
			'policy asks one for another privilege',
			roundsShort,
			[learned, two],
			later,
			under({ privileges: { prompt: { passes: 1 } } }),
		],
		[
			'one round is never asked for on two days',
			signOffMissing,
			[learned, morning],
			later,
			under({ observation: { passes: 1, distinctDates: 3, timesOfDay: 3, assessors: 3 } }),
		],
		[
			'two rounds are asked for on two days at most',
			signOffMissing,
			[learned, two],
			later,
			under({ observation: { passes: 2, distinctDates: 3 } }),
		],
		[
			'three rounds in one day, one day is asked for',
			signOffMissing,
			[learned, oneDay],
			later,
			under({ observation: { distinctDates: 1 } }),
		],
		[
			'three rounds in one day, two days are asked for',
			roundsShort,
			[learned, oneDay],
			later,
			under({ observation: { distinctDates: 2 } }),
		],
		[
			'mornings only, policy asks for one time of day',
			signOffMissing,
			[learned, mornings],
			later,
			under({ observation: { timesOfDay: 1 } }),
		],
		[
			'mornings only, the file asks for one time of day',
			signOffMissing,
			[learned, mornings],
			later,
			withOwn({ timesOfDay: 1 }),
		],
		[
			'policy asks three times of day for this one, its file one',
			roundsShort,
			[learned, two, round('2026-02-05 08:10')],
			later,
			withOwn({ timesOfDay: 1 }, ofOral({ timesOfDay: 3 })),
		],
		[
			'three times of day',
			signOffMissing,
			[learned, three],
			later,
			withOwn({ timesOfDay: 1 }, ofOral({ timesOfDay: 3 })),
		],
		[
			'policy asks one time of day for this one, its file three',
			signOffMissing,
			[learned, mornings],
			later,
			withOwn({ timesOfDay: 3 }, ofOral({ timesOfDay: 1 })),
		],
		[
			'three assessors are asked for, two watched',
			roundsShort,
			[watched],
			later,
			under({ observation: { assessors: 3 } }),
		],
		[
			'three assessors are asked for, three watched',
			signOffMissing,
			[learned, two, round('2026-02-05', { by: 'tomasz' }), round('2026-02-06', { by: 'uche' })],
			later,
			under({ observation: { assessors: 3 } }),
		],
		['a fourth round brings the other time of day', signOffMissing, [learned, mornings, evening]],
	],
	'routes and devices': [
		['none was seen', roundsShort, [learned, three], later, devices],
		['one of two', roundsShort, [learned, by('inhaler', '2026-02-02')], later, devices],
		[
			'one of two, seen twice',
			roundsShort,
			[learned, by('inhaler', '2026-02-02'), by('inhaler', '2026-02-03 18:10')],
			later,
			devices,
		],
		['both', signOffMissing, [learned, by('inhaler', '2026-02-02'), by('spacer', '2026-02-03 18:10')], later, devices],
		[
			'both on one day: two are asked for',
			roundsShort,
			[learned, by('inhaler', '2026-02-02'), by('spacer', '2026-02-02 18:10')],
			later,
			devices,
		],
		[
			'each is asked for twice, one was seen once',
			roundsShort,
			[learned, by('inhaler', '2026-02-02'), by('spacer', '2026-02-03 18:10'), by('spacer', '2026-02-04')],
			later,
			twice,
		],
		[
			'three of one do not stand for the other',
			roundsShort,
			[
				learned,
				by('inhaler', '2026-02-01'),
				by('spacer', '2026-02-03 18:10'),
				by('spacer', '2026-02-04'),
				by('spacer', '2026-02-05'),
			],
			later,
			twice,
		],
		[
			'each twice',
			signOffMissing,
			[
				learned,
				by('inhaler', '2026-02-01'),
				by('inhaler', '2026-02-02'),
				by('spacer', '2026-02-03 18:10'),
				by('spacer', '2026-02-04'),
			],
			later,
			twice,
		],
		[
			"policy's list is over the file's",
			roundsShort,
			[learned, by('inhaler', '2026-02-02'), by('spacer', '2026-02-03 18:10')],
			later,
			withOwn({ variants: ['inhaler', 'spacer'], passes: 1 }, ofOral({ variants: ['inhaler', 'nebuliser'] })),
		],
		[
			"what policy's list names was seen",
			signOffMissing,
			[learned, by('nebuliser', '2026-02-02')],
			later,
			withOwn({ variants: ['inhaler', 'spacer'], passes: 1 }, ofOral({ variants: ['nebuliser'] })),
		],
		[
			'a variant that was not passed',
			roundsShort,
			[learned, by('inhaler', '2026-02-02'), round('2026-02-03 18:10', { variant: 'spacer', passed: false })],
			later,
			devices,
		],
	],
};

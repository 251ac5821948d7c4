import { permits, permitsDue, roundDue, type Tables, under } from '../cases.ts';
import { away, competent, elmCourt, leaves, pauses, retracts, round, signsOff, starts } from '../support.ts';

/** Absence is time without practice: what touches is one, and work at something else does not end it (content/rules.md, condition 3). */
const aRound = under({ absence: { longest: 'P90D', asks: 'observation' } });
const gone = (from: string, back: string | null, given = {}) => away(back ? `${back} 07:00` : from, from, back, given);
const spring = gone('2026-04-01', '2026-05-20');
const office = (when: string, given = {}) => starts(when, { role: 'administrator', ...given });
const leavesPost = leaves('2026-03-01', '2026-03-31');
const asked = '2026-08-10';

export const tables: Tables = {
	'times away that touch': [
		['a day of work between', permits, [competent, spring, gone('2026-05-21', '2026-07-10')], asked, aRound],
		['none between', roundDue, [competent, spring, gone('2026-05-20', '2026-07-10')], asked, aRound],
		[
			'none between, and watched since',
			permits,
			[competent, spring, gone('2026-05-20', '2026-07-10'), round('2026-07-11')],
			asked,
			aRound,
		],
		[
			'none between, watched in between',
			roundDue,
			[competent, spring, gone('2026-05-20', '2026-07-10'), round('2026-05-20 08:00')],
			asked,
			aRound,
		],
		[
			'one in the other',
			permits,
			[competent, gone('2026-04-01', '2026-06-30'), gone('2026-05-01', '2026-06-01')],
			asked,
			aRound,
		],
		['overlapping', roundDue, [competent, gone('2026-05-01', '2026-07-10'), spring], asked, aRound],
		[
			'three in a row',
			roundDue,
			[competent, spring, gone('2026-05-20', '2026-06-10'), gone('2026-06-10', '2026-07-01')],
			asked,
			aRound,
		],
		[
			'three in a row, to the ninetieth day',
			permits,
			[competent, spring, gone('2026-05-20', '2026-06-10'), gone('2026-06-10', '2026-06-30')],
			asked,
			aRound,
		],
		['the second with no day back', roundDue, [competent, spring, gone('2026-05-20', null)], asked, aRound],
		[
			'the second with no day back: the last minute',
			permitsDue,
			[competent, spring, gone('2026-05-20', null)],
			'2026-06-30 23:59',
			aRound,
		],
		[
			'the first with no day back, the second known',
			roundDue,
			[competent, gone('2026-04-01', null), gone('2026-05-20', '2026-06-10')],
			asked,
			aRound,
		],
		[
			'at two sites: only what concerns this one',
			permits,
			[competent, spring, gone('2026-05-20', '2026-07-10', { site: elmCourt })],
			asked,
			aRound,
		],
		[
			'one of them was entered in error',
			permits,
			[competent, spring, gone('2026-05-20', '2026-07-10', { id: 'wrong' }), retracts('2026-07-11', 'wrong')],
			asked,
			aRound,
		],
	],
	'away, then gone': [
		[
			'away until the last day of work, back in a new spell',
			roundDue,
			[competent, gone('2026-03-10', '2026-04-01'), leavesPost, starts('2026-06-20 09:00')],
			asked,
			aRound,
		],
		[
			'without the absence the gap is short enough',
			permits,
			[competent, leavesPost, starts('2026-06-20 09:00')],
			asked,
			aRound,
		],
		[
			'gone, and away from the day back',
			roundDue,
			[competent, leavesPost, starts('2026-06-01 09:00'), gone('2026-06-01', '2026-07-10')],
			asked,
			aRound,
		],
		[
			'gone, a day of work, and away',
			permits,
			[competent, leavesPost, starts('2026-06-01 09:00'), gone('2026-06-02', '2026-07-10')],
			asked,
			aRound,
		],
		[
			'a start that ended before it began is no coming back',
			roundDue,
			[
				competent,
				leavesPost,
				starts('2026-05-01 09:00'),
				leaves('2026-05-01 10:00', '2026-04-30'),
				starts('2026-07-10 09:00'),
			],
			asked,
			aRound,
		],
	],
	'work at something else': [
		[
			'an office post between, for long',
			roundDue,
			[competent, leavesPost, office('2026-04-01'), starts('2026-07-20 09:00')],
			asked,
			aRound,
		],
		[
			'and watched since',
			permits,
			[competent, leavesPost, office('2026-04-01'), starts('2026-07-20 09:00'), round('2026-07-21')],
			asked,
			aRound,
		],
		[
			'an office post between, not for long',
			permits,
			[competent, leavesPost, office('2026-04-01'), starts('2026-06-30 09:00')],
			asked,
			aRound,
		],
		[
			'an office post at another site',
			roundDue,
			[office('2026-01-05', { site: elmCourt }), competent, leavesPost, starts('2026-07-20 09:00')],
			asked,
			aRound,
		],
		[
			'the post at another site is one that does this',
			permits,
			[starts('2026-01-05', { site: elmCourt }), competent, leavesPost, starts('2026-07-20 09:00')],
			asked,
			aRound,
		],
		['an office post beside the post', permits, [competent, office('2026-03-01')], asked, aRound],
		[
			'an office post, then away, then back at the post: one',
			roundDue,
			[competent, leavesPost, office('2026-04-01'), gone('2026-06-20', '2026-07-01'), starts('2026-07-01 09:00')],
			asked,
			aRound,
		],
		[
			'signed off in an office post all along: nothing is a gap',
			permits,
			[office('2026-01-05'), competent.slice(1)],
			asked,
			aRound,
		],
		['still in the office post', permits, [competent, leavesPost, office('2026-04-01')], asked, aRound],
		[
			'in the office post, paused',
			['paused_review', 'paused'],
			[competent, leavesPost, office('2026-04-01'), pauses('2026-05-01')],
			asked,
			aRound,
		],
		[
			'an office post, signed off anew on the day back without a round',
			roundDue,
			[
				competent,
				leavesPost,
				office('2026-04-01'),
				round('2026-03-15'),
				starts('2026-07-20 09:00'),
				signsOff('2026-07-20 10:00', '2027-07-20'),
			],
			asked,
			under({ absence: { longest: 'P90D', asks: 'observation' }, renewal: { passes: 1, quiz: false, lateBy: 'P90D' } }),
		],
	],
};

import {
	type Answer,
	beside,
	expired,
	later,
	permits,
	permitsDue,
	restsOnNothing,
	roundDue,
	roundsShort,
	signOffVoid,
	type Tables,
	under,
} from '../cases.ts';
import {
	allowsOnCall,
	assessedOutside,
	competent,
	elmCourt,
	learned,
	oral,
	policyWith,
	privilegeOf,
	retracts,
	round,
	rulesWith,
	signsOff,
	starts,
	supervised,
	watched,
	withdraws,
} from '../support.ts';

/** A failed assessment is an answer: what it asks of a holder, and what settles it (content/rules.md, condition 5). */
const failed = (when: string, given = {}) => round(when, { passed: false, ...given });
const minor = failed('2026-02-28 09:00', { criticalMissed: [] });
const critical = failed('2026-02-28 09:00', { id: 'failed' });
const stopped = failed('2026-02-28 09:00', { stopped: true, results: { 'sees-it-swallowed': 'yes' } });
const keysToo = failed('2026-02-28 10:00', { criticalMissed: ['keeps-keys'] });
const unsafeThere = failed('2026-02-28 09:00', { site: elmCourt });
const answered = (swallowed: 'not-seen' | 'not-applicable' | 'yes', keys: 'yes' | 'not-seen' = 'yes') => ({
	results: { 'sees-it-swallowed': swallowed, 'keeps-keys': keys, 'washes-hands': 'yes', 'asks-first': 'yes' } as const,
});
const oralAllowing = privilegeOf(
	'administer-oral',
	oral.requirements.map((each) => (each.kind === 'observation' ? { ...each, simulation: true } : each)),
);
const simulating = { rules: rulesWith(policyWith(), [oralAllowing]) };
const perpetual = under({ observation: { consecutive: false } });
const noRounds = under({ observation: { consecutive: false }, renewal: { passes: 0 } });
const mayAssess = [
	starts('2026-01-05 09:00', { role: 'senior' }),
	...competent.slice(1),
	signsOff('2026-02-21', '2028-02-21', { privilege: 'assess' }),
];
const called = allowsOnCall('2026-03-02 08:00', '2026-03-02 20:00');
const again = [round('2026-03-10'), round('2026-03-11'), round('2026-03-12 20:00')];
const afterMisses: Answer = ['competent', 'due-soon', '2026-03-08 00:00'];

export const tables: Tables = {
	'a holder is seen to miss a critical line': [
		['the minute before', permits, [competent, critical], '2026-02-28 08:59'],
		['from that minute on', roundDue, [competent, critical], '2026-02-28 09:00'],
		['it stays so', roundDue, [competent, critical], '2026-12-01'],
		['stopped for safety, every line met', roundDue, [competent, stopped]],
		['seen to do it right since', permits, [competent, critical, round('2026-03-01')]],
		['seen to do it right before', roundDue, [competent, round('2026-02-27'), critical]],
		[
			'a round since in which that line was not seen',
			roundDue,
			[competent, critical, round('2026-03-01', answered('not-seen'))],
		],
		['nor was there anything to see', roundDue, [competent, critical, round('2026-03-01', answered('not-applicable'))]],
		[
			'not seen in one, seen in the next',
			permits,
			[competent, critical, round('2026-03-01', answered('not-seen')), round('2026-03-01 18:00')],
		],
		[
			'two lines in two failed rounds, both right since',
			permits,
			[competent, critical, keysToo, round('2026-03-01', answered('yes'))],
		],
		[
			'two lines in two failed rounds, one right since',
			roundDue,
			[competent, critical, keysToo, round('2026-03-01', answered('yes', 'not-seen'))],
		],
		['right since, and failed again', roundDue, [competent, critical, round('2026-03-01'), failed('2026-03-01 18:00')]],
		['a simulation since', roundDue, [competent, critical, round('2026-03-01', { simulated: true })]],
		[
			'a simulation since, where the privilege allows it',
			permits,
			[competent, critical, round('2026-03-01', { simulated: true })],
			later,
			simulating,
		],
		[
			'seen to do it right since at another site',
			permits,
			[competent, critical, round('2026-03-01', { site: elmCourt })],
		],
		[
			'a round since at another site in which that line was not seen',
			roundDue,
			[competent, critical, round('2026-03-01', { site: elmCourt, ...answered('not-seen') })],
		],
		[
			'a round since that does not count',
			roundDue,
			[competent, critical, round('2026-03-01', { notCounted: 'party' })],
		],
		[
			'a round since with nobody given anything',
			roundDue,
			[competent, critical, round('2026-03-01', { counts: { doses: 0 } })],
		],
		['an outside assessment since is no round', roundDue, [competent, critical, assessedOutside('2026-03-01')]],
		['it was entered in error', permits, [competent, critical, retracts('2026-03-01', 'failed')]],
		['at something else', permits, [competent, failed('2026-02-28', { privilege: 'prompt' })]],
		['on another form of the same', roundDue, [competent, failed('2026-02-28', { checklist: 'topical' })]],
		['in a simulation', permits, [competent, failed('2026-02-28', { simulated: true })]],
		[
			'in a simulation, where the privilege allows it',
			roundDue,
			[competent, failed('2026-02-28', { simulated: true })],
			later,
			simulating,
		],
		['run out comes first', expired, [competent, critical], '2027-02-21 00:00'],
	],
	'a holder is seen to be unsafe at another site': [
		['the minute before', permits, [competent, unsafeThere], '2026-02-28 08:59'],
		['from that minute on', roundDue, [competent, unsafeThere], '2026-02-28 09:00'],
		['stopped for safety, every line met', roundDue, [competent, { ...stopped, siteId: elmCourt }]],
		['seen to do it right since, here', permits, [competent, unsafeThere, round('2026-03-01')]],
		['seen to do it right since, there', permits, [competent, unsafeThere, round('2026-03-01', { site: elmCourt })]],
		[
			'there, and failed again here',
			roundDue,
			[competent, unsafeThere, round('2026-03-01', { site: elmCourt }), failed('2026-03-02 07:00')],
		],
		['here before it', roundDue, [competent, round('2026-02-27'), unsafeThere]],
		['in a simulation', permits, [competent, failed('2026-02-28', { site: elmCourt, simulated: true })]],
		[
			'by a party to what is reviewed',
			permits,
			[competent, failed('2026-02-28', { site: elmCourt, notCounted: 'party' })],
		],
		['at something else', permits, [competent, failed('2026-02-28', { site: elmCourt, privilege: 'prompt' })]],
		[
			'only too many other misses: that is for there',
			permits,
			[competent, failed('2026-02-28', { site: elmCourt, criticalMissed: [] })],
		],
		[
			'other misses here, put right there only',
			roundDue,
			[competent, minor, round('2026-03-05', { site: elmCourt })],
			'2026-03-10',
		],
		[
			'withdrawn there since: it is open here',
			roundDue,
			[competent, unsafeThere, withdraws('2026-03-01', { site: elmCourt })],
		],
		[
			'it was entered in error',
			permits,
			[competent, failed('2026-02-28', { site: elmCourt, id: 'there' }), retracts('2026-03-01', 'there')],
		],
		['break-glass does not go round it', roundDue, [competent, unsafeThere, called]],
		['beside a colleague here', beside, [competent, unsafeThere, supervised('2026-02-28 10:00')]],
		['what rests on it here is lost', restsOnNothing, [mayAssess, unsafeThere], later, { privilege: 'assess' }],
	],
	'a holder misses too many lines that are not critical': [
		['there are some days to put it right', afterMisses, [competent, minor]],
		['the last minute of them', permitsDue, [competent, minor], '2026-03-07 23:59'],
		['the minute after', roundDue, [competent, minor], '2026-03-08 00:00'],
		[
			'as many as policy says',
			roundDue,
			[competent, minor],
			'2026-03-02 00:00',
			under({ observation: { afterMisses: 'P1D' } }),
		],
		[
			'none: to the end of the day',
			permitsDue,
			[competent, minor],
			'2026-02-28 23:59',
			under({ observation: { afterMisses: 'P0D' } }),
		],
		[
			'and the minute after',
			roundDue,
			[competent, minor],
			'2026-03-01 00:00',
			under({ observation: { afterMisses: 'P0D' } }),
		],
		['to the end of the shift', permitsDue, [competent, minor], '2026-03-08 07:59', under({ endOfShift: '08:00' })],
		['seen to do it right in time', permits, [competent, minor, round('2026-03-05')], '2026-03-10'],
		['seen to do it right too late', permits, [competent, minor, round('2026-03-09')], '2026-03-10'],
		['a critical line as well: the first due is said', roundDue, [competent, minor, critical]],
	],
	'a failed round that is learned of late': [
		[
			'as known before',
			permits,
			[competent, { ...critical, recordedAt: new Date('2026-03-05T09:00:00Z') }],
			later,
			{ known: later },
		],
		[
			'as known since',
			roundDue,
			[competent, { ...critical, recordedAt: new Date('2026-03-05T09:00:00Z') }],
			later,
			{ known: '2026-03-06' },
		],
		[
			'a passed round had come between',
			permits,
			[competent, { ...critical, recordedAt: new Date('2026-03-05T09:00:00Z') }, round('2026-03-01')],
			'2026-03-06',
		],
		[
			'of before the sign-off: it stood on nothing',
			signOffVoid,
			[competent, failed('2026-02-18', { known: '2026-03-01' })],
		],
		[
			'of before the sign-off, where rounds before it still count: signing was no way round it',
			roundDue,
			[competent, failed('2026-02-18', { known: '2026-03-01' })],
			later,
			perpetual,
		],
	],
	'what goes round a failed round': [
		['a new sign-off does not', roundDue, [competent, critical, signsOff('2026-03-01', '2027-03-01')], later, noRounds],
		[
			'withdrawn since: all is asked anew, and has been done',
			permits,
			[competent, critical, withdraws('2026-03-01'), again, signsOff('2026-03-13', '2027-03-13')],
			'2026-03-20',
		],
		['break-glass does not', roundDue, [competent, critical, called]],
		['break-glass that was open before does not', roundDue, [competent, failed('2026-03-02 09:00'), called]],
		[
			'break-glass does for minor misses past their days',
			['override_active', 'expired', '2026-03-12 20:00'],
			[competent, minor, allowsOnCall('2026-03-12 08:00', '2026-03-12 20:00')],
			'2026-03-12 10:00',
		],
		['beside a colleague', beside, [competent, critical, supervised('2026-02-28 10:00')]],
		['in the very minute', beside, [competent, critical, supervised('2026-02-28 09:00')]],
		['beside a colleague, recorded before it', roundDue, [competent, critical, supervised('2026-02-28 08:59')]],
		['what rests on it is lost', restsOnNothing, [mayAssess, critical], later, { privilege: 'assess' }],
		[
			'break-glass for what rests on it does not',
			restsOnNothing,
			[mayAssess, critical, { ...called, privilege: 'assess' }],
			later,
			{ privilege: 'assess' },
		],
		['somebody not signed off yet', roundsShort, [learned, critical]],
		['somebody not signed off yet, on call', roundsShort, [learned, critical, called]],
		[
			'somebody not signed off yet who has all rounds again',
			['sign_off_missing', 'ready-for-sign-off'],
			[learned, critical, again],
			'2026-03-20',
		],
		[
			'somebody not signed off yet whose earlier rounds count: not before one more',
			roundsShort,
			[watched, critical],
			later,
			perpetual,
		],
	],
};

import type { Standing } from '../../../app/domain/rules.ts';
import {
	type Answer,
	type Asked,
	asking,
	elsewhere,
	later,
	left,
	notRequired,
	notStarted,
	paused,
	prerequisiteFirst,
	restsOnNothing,
	roundsShort,
	signOffMissing,
	type Tables,
	under,
	unknown,
	withdrawn,
} from '../cases.ts';
import {
	allowsOnCall,
	awarded,
	away,
	competent,
	declares,
	delegates,
	elmCourt,
	learned,
	leaves,
	moment,
	pauses,
	reads,
	retracts,
	signsOff,
	sitsQuiz,
	starts,
	supervised,
	watched,
	withdraws,
	working,
} from '../support.ts';

/** Break-glass: the manager on call allows one person one privilege at one site, for one round. */
const called = allowsOnCall('2026-03-02 08:00', '2026-03-02 20:00', { id: 'o' });
const allowed = (standing: Standing): Answer => ['override_active', standing, '2026-03-02 20:00'];
const during = later;
const insulin = asking('administer-insulin', { kind: 'delegation' });
const forOne: Asked = { ...insulin, person: 'R-17' };
const insulinSigned = signsOff('2026-02-01', '2027-02-01', { privilege: 'administer-insulin' });
const insulinCall = { ...called, privilege: 'administer-insulin' as const };
const delegated = delegates('2026-02-10', '2026-02-20');
const mayAssess = [
	starts('2026-01-05 09:00', { role: 'senior' }),
	...competent.slice(1),
	signsOff('2026-02-21', '2028-02-21', { privilege: 'assess' }),
];
const assessing: Asked = { privilege: 'assess' };
const untrained = under({ override: { untrained: ['administer-oral'] } });
const absent = under({ absence: { longest: 'P1D', asks: 'observation' } });
const aware = asking(
	'receive-delivery',
	{ kind: 'award', award: 'level-3' },
	{ kind: 'declaration', document: 'stock' },
);
const deliverySigned = signsOff('2026-02-01', '2027-02-01', { privilege: 'receive-delivery' });
const deliveryCall = { ...called, privilege: 'receive-delivery' as const };

export const tables: Tables = {
	'what an override turns': [
		['read only', allowed('in-training'), [working, reads('2026-01-12'), called], during],
		['only the quiz passed', allowed('in-training'), [working, sitsQuiz('2026-01-13'), called], during],
		['nothing read, where policy names it', allowed('not-started'), [working, called], during, untrained],
		['not watched enough', allowed('ready-to-observe'), [learned, called], during],
		['in training', allowed('in-training'), [learned.slice(0, 2), called], during],
		['a sign-off missing', allowed('ready-for-sign-off'), [watched, called], during],
		['may work beside a colleague', allowed('supervised'), [learned, supervised('2026-02-01'), called], during],
		[
			'in another role, read only',
			allowed('not-required'),
			[starts('2026-01-05', { role: 'administrator' }), reads('2026-01-12'), called],
			during,
		],
		[
			'run out',
			['override_active', 'expired', '2027-03-02 20:00'],
			[competent, allowsOnCall('2027-03-02 08:00', '2027-03-02 20:00')],
			'2027-03-02 10:00',
		],
		[
			'a sign-off that has become unsound',
			allowed('in-training'),
			[competent, retracts('2026-03-01', 'round-2'), called],
			during,
		],
		[
			'a round that is due after an absence',
			allowed('expired'),
			[competent, away('2026-02-25', '2026-02-21', '2026-02-25'), called],
			during,
			absent,
		],
		[
			'an award that has run out',
			allowed('paused'),
			[working, declares('2026-01-10', 1, { document: 'stock' }), deliverySigned, deliveryCall],
			during,
			aware,
		],
		[
			'a document not read',
			allowed('expired'),
			[working, awarded('2026-01-10', null), deliverySigned, deliveryCall],
			during,
			aware,
		],
		[
			'agency papers not seen',
			allowed('ready-to-observe'),
			[starts('2026-01-05', { contract: 'agency' }), learned.slice(1), called],
			during,
		],
		[
			'what it rests on has become unsound',
			['override_active', 'paused', '2026-03-02 20:00'],
			[mayAssess, retracts('2026-03-01', 'round-2'), { ...called, privilege: 'assess' }],
			during,
			assessing,
		],
		[
			'a delegation past its review day',
			allowed('competent'),
			[working, insulinSigned, delegated, insulinCall],
			during,
			forOne,
		],
		[
			'nothing: somebody competent stays competent',
			['competent', 'competent', '2027-02-21 00:00'],
			[competent, called],
			during,
		],
	],
	'what an override never turns': [
		[
			'an unknown privilege',
			unknown,
			[working, { ...called, privilege: 'audit-mar' }],
			during,
			{ privilege: 'audit-mar' },
		],
		['nothing read', notStarted, [working, called], during],
		['never begun, in another role', notRequired, [starts('2026-01-05', { role: 'administrator' }), called], during],
		[
			'agency papers not seen, nothing read',
			['agency_unverified', 'not-started'],
			[starts('2026-01-05', { contract: 'agency' }), called],
			during,
		],
		[
			'what it rests on is paused',
			restsOnNothing,
			[mayAssess, pauses('2026-03-01'), { ...called, privilege: 'assess' }],
			during,
			assessing,
		],
		['left', left, [competent, leaves('2026-02-25', '2026-02-28'), called], during],
		['never employed', notRequired, [called], during],
		[
			'employed at another site only',
			elsewhere,
			[working, { ...called, siteId: elmCourt }],
			during,
			{ site: elmCourt },
		],
		['withdrawn', withdrawn, [competent, withdraws('2026-03-01'), called], during],
		['paused', paused, [competent, pauses('2026-03-01'), called], during],
		['paused later', paused, [competent, called, pauses('2026-03-02 09:00')], during],
		[
			'everything paused later',
			paused,
			[learned, called, pauses('2026-03-02 09:00', { privilege: null, site: null })],
			during,
		],
		['withdrawn later', withdrawn, [competent, called, withdraws('2026-03-02 09:00')], during],
		['left later', left, [learned, called, leaves('2026-03-02 09:00', '2026-03-01')], during],
		[
			'under 18 without a decision',
			['under_18_no_decision', 'not-started'],
			[starts('2026-01-05', { adultOn: '2027-01-01' }), called],
			during,
		],
		[
			'no delegation for this person',
			['delegation_missing', 'competent'],
			[working, insulinSigned, insulinCall],
			during,
			forOne,
		],
		[
			'no person is named',
			['delegation_missing', 'competent'],
			[working, insulinSigned, delegates('2026-02-10', '2026-12-31'), insulinCall],
			during,
			insulin,
		],
	],
	'when and where an override holds': [
		['the minute before it is made', roundsShort, [learned, called], '2026-03-02 07:59'],
		['the minute it is made', allowed('ready-to-observe'), [learned, called], '2026-03-02 08:00'],
		['its last minute', allowed('ready-to-observe'), [learned, called], '2026-03-02 19:59'],
		['the minute it ends', roundsShort, [learned, called], '2026-03-02 20:00'],
		[
			'it ends with the work here',
			['override_active', 'ready-to-observe', '2026-03-03 00:00'],
			[learned, leaves('2026-03-01', '2026-03-02'), allowsOnCall('2026-03-02 20:00', '2026-03-03 08:00')],
			'2026-03-02 21:00',
		],
		[
			'after the end of work',
			left,
			[learned, leaves('2026-03-01', '2026-03-02'), allowsOnCall('2026-03-02 20:00', '2026-03-03 08:00')],
			'2026-03-03 00:00',
		],
		['for another privilege', roundsShort, [learned, { ...called, privilege: 'prompt' }], during],
		['for all privileges: it is of exactly one', roundsShort, [learned, { ...called, privilege: null }], during],
		['at another site', roundsShort, [learned, { ...called, siteId: elmCourt }], during],
		['for the whole provider: it is of exactly one site', roundsShort, [learned, { ...called, siteId: null }], during],
		['it was taken back', roundsShort, [learned, called, retracts('2026-03-02 09:00', 'o')], during],
		[
			'a second one after the first',
			['override_active', 'ready-to-observe', '2026-03-03 08:00'],
			[learned, called, allowsOnCall('2026-03-02 20:00', '2026-03-03 08:00')],
			'2026-03-02 20:00',
		],
		[
			'over the night the clocks go forward',
			['override_active', 'ready-to-observe', '2027-03-28T07:00:00Z'],
			[learned, allowsOnCall('2027-03-27 20:00', '2027-03-28 08:00')],
			'2027-03-28T06:59:00Z',
		],
		['it was not known then', roundsShort, [learned, { ...called, recordedAt: moment('2026-03-02 12:00') }], during],
		[
			'what rests on it is not held by it',
			restsOnNothing,
			[mayAssess, retracts('2026-03-01', 'round-2'), called],
			during,
			assessing,
		],
		[
			'what rests on it, not begun',
			prerequisiteFirst,
			[starts('2026-01-05', { role: 'senior' }), called],
			during,
			assessing,
		],
		['it is over: the standing had not moved', signOffMissing, [watched, called], '2026-03-03'],
	],
};
